package fetch

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"newsfold"
)

// hub is a WebSub hub on loopback.
type hub struct {
	*httptest.Server
	mu   sync.Mutex
	form url.Values
	deny bool
}

func newHub(t *testing.T) *hub {
	t.Helper()
	h := &hub{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			t.Errorf("the hub got a %s", r.Method)
		}
		_ = r.ParseForm()
		h.mu.Lock()
		h.form = r.PostForm
		h.mu.Unlock()
		if h.deny {
			http.Error(w, "no such topic", http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(h.Close)
	return h
}

// answer is what the hub asks the callback after a request.
func (h *hub) question() url.Values {
	h.mu.Lock()
	defer h.mu.Unlock()
	return url.Values{
		"hub.mode": h.form["hub.mode"], "hub.topic": h.form["hub.topic"],
		"hub.challenge": {"c-123"}, "hub.lease_seconds": h.form["hub.lease_seconds"],
	}
}

// push signs a body as the hub does.
func (h *hub) push(body string) http.Header {
	mac := hmac.New(sha256.New, []byte(h.form.Get("hub.secret")))
	_, _ = io.WriteString(mac, body)
	return http.Header{"X-Hub-Signature": {"sha256=" + hex.EncodeToString(mac.Sum(nil))}, "Content-Type": {"application/rss+xml"}}
}

func TestPushIsSubscribedVerifiedAndRenewed(t *testing.T) {
	h, clk := newHub(t), newClock()
	c := newClient(t, Options{Now: clk.now})
	p := NewPush(h.URL, "https://bell.example/feed", "https://reader.example/push/")
	if p.Live(clk.now()) {
		t.Error("live before anything was asked")
	}
	if _, err := p.Verify(url.Values{"hub.mode": {"subscribe"}, "hub.topic": {p.Topic}}, clk.now()); err == nil {
		t.Error("a question was answered before we asked")
	}
	if err := c.Subscribe(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]string{
		"hub.mode": "subscribe", "hub.topic": p.Topic, "hub.callback": p.Callback,
		"hub.secret": p.Secret, "hub.lease_seconds": "864000",
	} {
		if got := h.form.Get(k); got != want {
			t.Errorf("%s is %q, want %q", k, got, want)
		}
	}
	if !strings.HasPrefix(p.Callback, "https://reader.example/push/") || len(p.Callback) < 50 {
		t.Errorf("callback %s can be guessed", p.Callback)
	}
	if p.Live(clk.now()) || !c.Renew(p).Equal(clk.now().Add(day)) {
		t.Errorf("live %v, renewed at %s, before the hub has answered", p.Live(clk.now()), c.Renew(p))
	}
	challenge, err := p.Verify(h.question(), clk.now())
	if err != nil || challenge != "c-123" {
		t.Fatalf("%q, %v", challenge, err)
	}
	if !p.Live(clk.now()) || !c.Renew(p).Equal(clk.now().Add(160*time.Hour)) {
		t.Errorf("live %v, renewed at %s", p.Live(clk.now()), c.Renew(p))
	}
	if p.Live(clk.now().Add(11 * day)) {
		t.Error("live after the lease")
	}
	clk.advance(7 * day)
	p.Ending = true
	if err := c.Subscribe(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	p.Ending = false
	if _, err := p.Verify(h.question(), clk.now()); err == nil {
		t.Error("an end was confirmed that we do not want any more")
	}
	p.Ending = true
	if _, err := p.Verify(h.question(), clk.now()); err != nil || p.Live(clk.now()) {
		t.Errorf("%v, live %v after the end", err, p.Live(clk.now()))
	}
}

func TestPushRefusals(t *testing.T) {
	h, clk := newHub(t), newClock()
	c := newClient(t, Options{Now: clk.now})
	p := NewPush(h.URL, "https://bell.example/feed", "https://reader.example")
	if err := c.Subscribe(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for _, q := range []url.Values{
		{},
		{"hub.mode": {"subscribe"}, "hub.topic": {"https://other.example/"}},
		{"hub.mode": {"unsubscribe"}, "hub.topic": {p.Topic}},
		{"hub.mode": {"publish"}, "hub.topic": {p.Topic}},
	} {
		if _, err := p.Verify(q, clk.now()); err == nil {
			t.Errorf("%v was confirmed", q)
		}
	}
	if _, err := p.Verify(url.Values{"hub.mode": {"denied"}, "hub.topic": {p.Topic}, "hub.reason": {"full"}}, clk.now()); err != nil || p.Denied != "full" || p.Live(clk.now()) {
		t.Errorf("denied %q, %v", p.Denied, err)
	}
	h.deny = true
	err := c.Subscribe(t.Context(), p)
	if err == nil || !strings.Contains(err.Error(), "no such topic") || asError("", err).Kind != Status {
		t.Errorf("error %v", err)
	}
	for _, bad := range []string{"ftp://x.example/", "http://192.168.0.1/hub", ""} {
		p.Hub = bad
		if err := c.Subscribe(t.Context(), p); err == nil {
			t.Errorf("%q was asked", bad)
		}
	}
}

func TestTheSecretIsNotSentInClear(t *testing.T) {
	h := newHub(t)
	c := newClient(t, Options{})
	c.guard.nets = nil // as if the hub were anywhere
	c.own.DialContext, c.servers.lookup = nil, nil
	u, err := url.Parse(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	if c.guard.ours(u) {
		t.Fatal("the hub is ours")
	}
	p := NewPush("http://hub.example:8080/", "https://bell.example/feed", "https://reader.example")
	asked := 0
	c.trip = roundTrip(func(r *http.Request) (*http.Response, error) {
		asked++
		return &http.Response{
			StatusCode: 307, Header: http.Header{"Location": {"http://hub.example/"}}, Body: http.NoBody, Request: r,
		}, nil
	})
	if err := c.Subscribe(t.Context(), p); asError("", err).Kind != Forbidden || asked > 0 {
		t.Errorf("a hub without https: %v after %d requests; want it refused before", err, asked)
	}
	p.Hub = "https://hub.example/"
	if err := c.Subscribe(t.Context(), p); asError("", err).Kind != Forbidden || asked != 1 {
		t.Errorf("a hub that redirects to one without https: %v after %d requests; want it refused after one", err, asked)
	}
	u, err = url.Parse(p.Hub)
	if err != nil || !c.confides(u) {
		t.Errorf("a hub with https is not trusted (%v)", err)
	}
}

func TestHubsMayRedirect(t *testing.T) {
	h := newHub(t)
	for status, want := range map[int]string{301: "", 302: "", 307: "", 308: "", 303: "status"} {
		from := httptest.NewServer(http.RedirectHandler(h.URL, status))
		c, p := newClient(t, Options{}), NewPush(from.URL, "https://bell.example/feed", "https://reader.example")
		h.form = nil
		kind := ""
		if err := c.Subscribe(t.Context(), p); err != nil {
			kind = string(asError("", err).Kind)
		}
		if kind != want || (h.form.Get("hub.secret") == p.Secret) != (want == "") || p.Hub != from.URL {
			t.Errorf("%d: %q, want %q; the hub got %v", status, kind, want, h.form)
		}
		from.Close()
	}
	loop := httptest.NewServer(http.RedirectHandler("/", http.StatusTemporaryRedirect))
	defer loop.Close()
	if err := newClient(t, Options{}).Subscribe(t.Context(), NewPush(loop.URL, "x", "y")); asError("", err).Kind != Redirect {
		t.Errorf("a loop: %v", err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestOnlySignedPushesAreRead(t *testing.T) {
	h, clk := newHub(t), newClock()
	c := newClient(t, Options{Now: clk.now, MaxBody: 10_000})
	p := NewPush(h.URL, "https://bell.example/feed", "https://reader.example")
	if err := c.Subscribe(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	body := rss("a", "b")
	good := h.push(body)
	if !p.Signed(good, []byte(body)) {
		t.Error("a signed body is refused")
	}
	for _, sig := range []string{"", "sha256=", "sha256=00", "md5=00", "sha256", "sha256=zz", strings.Replace(good.Get("X-Hub-Signature"), "sha256", "sha512", 1)} {
		if p.Signed(http.Header{"X-Hub-Signature": {sig}}, []byte(body)) {
			t.Errorf("%q is accepted", sig)
		}
	}
	if p.Signed(good, []byte(body+" ")) {
		t.Error("a changed body is accepted")
	}
	feed := newsfold.Feed{ID: 1, URL: "https://bell.example/feed"}
	feed.Poll.ETag, feed.Poll.Next = `"1"`, clk.now().Add(time.Hour)
	out, err := c.Pushed(t.Context(), feed, good, []byte(body))
	if err != nil || len(out.Entries) != 2 || out.Feed.Poll.ETag != `"1"` || !out.Feed.Poll.Next.Equal(feed.Poll.Next) {
		t.Errorf("%+v, %v", out, err)
	}
	for _, bad := range []string{"<!doctype html>", "", strings.Repeat(" ", 20_000)} {
		if _, err := c.Pushed(t.Context(), feed, good, []byte(bad)); err == nil {
			t.Errorf("%.20q was read", bad)
		}
	}
}

func TestPollingIsRareWhilePushesComeAndReturnsWhenTheyStop(t *testing.T) {
	clk := newClock()
	feed := newsfold.Feed{ID: 1, URL: "https://bell.example/feed"}
	feed.Poll.Next = clk.now().Add(time.Hour)
	c := newClient(t, Options{Now: clk.now})
	p := &Push{Asked: clk.now(), Verified: clk.now(), Until: clk.now().Add(10 * day)}
	next, _ := c.Polled(p, feed, 0, clk.now())
	between(t, next.Sub(clk.now()), 6*time.Hour, 7*time.Hour)
	for range 2 {
		next, _ = c.Polled(p, feed, 1, clk.now())
		between(t, next.Sub(clk.now()), 6*time.Hour, 7*time.Hour)
	}
	next, _ = c.Polled(p, feed, 1, clk.now())
	if !next.Equal(feed.Poll.Next) {
		t.Errorf("next %s although the hub has missed three", next)
	}
	feed.Poll.Errors = 1
	p.Missed = 0
	if next, _ = c.Polled(p, feed, 0, clk.now()); !next.Equal(feed.Poll.Next) {
		t.Errorf("a failure waits until %s", next)
	}
}

func TestShortLeasesAreRenewedInTime(t *testing.T) {
	clk := newClock()
	feed := newsfold.Feed{ID: 1, URL: "https://bell.example/feed"}
	feed.Poll.Next = clk.now().Add(time.Hour)
	c := newClient(t, Options{Now: clk.now})
	p := &Push{Asked: clk.now(), Verified: clk.now(), Until: clk.now().Add(3 * time.Hour)}
	if next, _ := c.Polled(p, feed, 0, clk.now()); !next.Equal(clk.now().Add(2 * time.Hour)) {
		t.Errorf("polled after %s, want after two thirds of the lease of 3 h", next.Sub(clk.now()))
	}
	p.Until = clk.now().Add(time.Hour)
	if next, _ := c.Polled(p, feed, 0, clk.now()); !next.Equal(feed.Poll.Next) {
		t.Errorf("polled after %s: a lease makes it more often than without", next.Sub(clk.now()))
	}
}

func TestPushesScaleDownToSeconds(t *testing.T) {
	clk := newClock()
	feed := newsfold.Feed{ID: 1, URL: "https://bell.example/feed"}
	feed.Poll.Next = clk.now().Add(2 * time.Second)
	c := newClient(t, Options{Now: clk.now, Interval: 2 * time.Second})
	p := &Push{Asked: clk.now(), Verified: clk.now(), Until: clk.now().Add(10 * day)}
	next, _ := c.Polled(p, feed, 0, clk.now())
	between(t, next.Sub(clk.now()), 12*time.Second, 14*time.Second)
	p = &Push{Asked: clk.now()}
	between(t, c.Renew(p).Sub(clk.now()), 48*time.Second, 48*time.Second)
	p.Denied = "no"
	between(t, c.Renew(p).Sub(clk.now()), 336*time.Second, 336*time.Second)
}

func TestHubsThatCannotSignAreLeftOut(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id>
<link rel="hub" href="http://hub.example/"/><link rel="hub" href="https://hub.example/"/><link rel="self" href="https://bell.example/feed"/>
<entry><id>a</id><title>a</title></entry></feed>`)
	})
	out := poll(t, newClient(t, Options{}), feedAt(s.URL))
	if fmt.Sprint(out.Hubs) != "[https://hub.example/]" {
		t.Errorf("hubs %v", out.Hubs)
	}
}

func TestPollsTellOfHubs(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id>
<link rel="hub" href="https://hub.example/"/><link rel="self" href="https://bell.example/feed"/>
<entry><id>a</id><title>a</title></entry></feed>`)
	})
	out := poll(t, newClient(t, Options{}), feedAt(s.URL))
	if fmt.Sprint(out.Hubs) != "[https://hub.example/]" || out.Topic != "https://bell.example/feed" {
		t.Errorf("hubs %v, topic %s", out.Hubs, out.Topic)
	}
}

func TestHubsInHeadersCountFirst(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Link", `</hub>; rel="hub", <https://two.example/>; rel="x hub", <mailto:a@b.example>; rel=hub`)
		w.Header().Add("Link", `<https://bell.example/real>; rel=self`)
		fmt.Fprint(w, `<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id>
<link rel="hub" href="https://hub.example/"/><link rel="self" href="https://bell.example/feed"/>
<entry><id>a</id><title>a</title></entry></feed>`)
	})
	out := poll(t, newClient(t, Options{}), feedAt(s.URL+"/f"))
	if want := "[" + s.URL + "/hub https://two.example/]"; fmt.Sprint(out.Hubs) != want || out.Topic != "https://bell.example/real" {
		t.Errorf("hubs %v, topic %s", out.Hubs, out.Topic)
	}
}

func TestHistoryWalksTheArchives(t *testing.T) {
	const doc = `<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id>%s<entry><id>%d</id><title>entry</title></entry></feed>`
	for _, tc := range []struct {
		name, rel, end string
		limit          int
		want           string
	}{
		{"archives", "prev-archive", "", 0, "0 1 2 3"},
		{"pages", "next", "", 0, "0 1 2 3"},
		{"bounded", "prev-archive", "", 2, "0 1"},
		{"in a circle", "next", `<link rel="next" href="/0"/>`, 0, "0 1 2 3 redirect"},
		{"to nowhere", "next", `<link rel="next" href="/none"/>`, 0, "0 1 2 3 status"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
				n := -1
				_, _ = fmt.Sscanf(r.URL.Path, "/%d", &n)
				link := fmt.Sprintf(`<link rel="%s" href="/%d"/>`, tc.rel, n+1)
				switch {
				case n < 0:
					http.NotFound(w, r)
					return
				case n == 3:
					link = tc.end
				}
				fmt.Fprintf(w, doc, link, n)
			})
			var got []string
			for entries, err := range newClient(t, Options{}).History(t.Context(), newsfold.Feed{URL: s.URL + "/0"}, tc.limit) {
				if err != nil {
					got = append(got, string(asError("", err).Kind))
					continue
				}
				got = append(got, entries[0].GUID)
			}
			if strings.Join(got, " ") != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}
