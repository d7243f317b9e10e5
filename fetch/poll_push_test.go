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
	if _, err := p.Verify(url.Values{"hub.mode": {"subscribe"}, "hub.topic": {p.Topic}}, clk.now(), false); err == nil {
		t.Error("a question was answered before we asked")
	}
	if err := c.Subscribe(t.Context(), p, false); err != nil {
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
	if p.Live(clk.now()) || !p.Renew().Equal(clk.now().Add(day)) {
		t.Errorf("live %v, renewed at %s, before the hub has answered", p.Live(clk.now()), p.Renew())
	}
	challenge, err := p.Verify(h.question(), clk.now(), false)
	if err != nil || challenge != "c-123" {
		t.Fatalf("%q, %v", challenge, err)
	}
	if !p.Live(clk.now()) || !p.Renew().Equal(clk.now().Add(160*time.Hour)) {
		t.Errorf("live %v, renewed at %s", p.Live(clk.now()), p.Renew())
	}
	if p.Live(clk.now().Add(11 * day)) {
		t.Error("live after the lease")
	}
	clk.advance(7 * day)
	if err := c.Subscribe(t.Context(), p, true); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Verify(h.question(), clk.now(), false); err == nil {
		t.Error("an end was confirmed that we do not want any more")
	}
	if _, err := p.Verify(h.question(), clk.now(), true); err != nil || p.Live(clk.now()) {
		t.Errorf("%v, live %v after the end", err, p.Live(clk.now()))
	}
}

func TestPushRefusals(t *testing.T) {
	h, clk := newHub(t), newClock()
	c := newClient(t, Options{Now: clk.now})
	p := NewPush(h.URL, "https://bell.example/feed", "https://reader.example")
	if err := c.Subscribe(t.Context(), p, false); err != nil {
		t.Fatal(err)
	}
	for _, q := range []url.Values{
		{},
		{"hub.mode": {"subscribe"}, "hub.topic": {"https://other.example/"}},
		{"hub.mode": {"unsubscribe"}, "hub.topic": {p.Topic}},
		{"hub.mode": {"publish"}, "hub.topic": {p.Topic}},
	} {
		if _, err := p.Verify(q, clk.now(), false); err == nil {
			t.Errorf("%v was confirmed", q)
		}
	}
	if _, err := p.Verify(url.Values{"hub.mode": {"denied"}, "hub.topic": {p.Topic}, "hub.reason": {"full"}}, clk.now(), false); err != nil || p.Denied != "full" || p.Live(clk.now()) {
		t.Errorf("denied %q, %v", p.Denied, err)
	}
	h.deny = true
	err := c.Subscribe(t.Context(), p, false)
	if err == nil || !strings.Contains(err.Error(), "no such topic") || asError("", err).Kind != Status {
		t.Errorf("error %v", err)
	}
	for _, bad := range []string{"ftp://x.example/", "http://192.168.0.1/hub", ""} {
		p.Hub = bad
		if err := c.Subscribe(t.Context(), p, false); err == nil {
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
	c.trip = roundTrip(func(r *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), p.Secret) {
			t.Error("the secret was sent")
		}
		return &http.Response{StatusCode: 202, Header: http.Header{}, Body: http.NoBody}, nil
	})
	if err := c.Subscribe(t.Context(), p, false); err != nil {
		t.Fatal(err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestOnlySignedPushesAreRead(t *testing.T) {
	h, clk := newHub(t), newClock()
	c := newClient(t, Options{Now: clk.now, MaxBody: 10_000})
	p := NewPush(h.URL, "https://bell.example/feed", "https://reader.example")
	if err := c.Subscribe(t.Context(), p, false); err != nil {
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
	p := &Push{Asked: clk.now(), Verified: clk.now(), Until: clk.now().Add(10 * day)}
	next, _ := p.Polled(feed, 0, clk.now())
	between(t, next.Sub(clk.now()), 6*time.Hour, 7*time.Hour)
	for range 2 {
		next, _ = p.Polled(feed, 1, clk.now())
		between(t, next.Sub(clk.now()), 6*time.Hour, 7*time.Hour)
	}
	next, _ = p.Polled(feed, 1, clk.now())
	if !next.Equal(feed.Poll.Next) {
		t.Errorf("next %s although the hub has missed three", next)
	}
	feed.Poll.Errors = 1
	p.Missed = 0
	if next, _ = p.Polled(feed, 0, clk.now()); !next.Equal(feed.Poll.Next) {
		t.Errorf("a failure waits until %s", next)
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
