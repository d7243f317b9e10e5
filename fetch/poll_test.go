package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsfold"
)

func TestPollReadsAFeed(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a", "b")) })
	clk := newClock()
	c := newClient(t, Options{Now: clk.now})
	out := poll(t, c, feedAt(s.URL+"/feed"))
	wantResult(t, out, newsfold.Updated)
	f := out.Feed
	if len(out.Entries) != 2 || out.Entries[0].GUID != "a" {
		t.Errorf("entries %+v", out.Entries)
	}
	if f.Title != "The Bell" || f.Site != "https://bell.example/" {
		t.Errorf("title %q, site %q", f.Title, f.Site)
	}
	if f.Poll.Status != 200 || f.Poll.Error != "" || !f.Poll.Succeeded.Equal(clk.now()) {
		t.Errorf("poll %+v", f.Poll)
	}
	if d := f.Poll.Next.Sub(clk.now()); d < usual || d > 66*time.Minute {
		t.Errorf("next poll after %s, want the usual hour and a little", d)
	}
	if f.Poll.Why == "" {
		t.Error("next poll is not explained")
	}
}

// validators are what a server says for a body, and what must come back.
func TestPollReturnsValidatorsByteForByte(t *testing.T) {
	for _, tc := range []struct{ name, etag, modified string }{
		{"strong", `"abc"`, ""},
		{"weak", `W/"abc"`, ""},
		{"unquoted", `abc`, ""},
		{"empty quoted", `""`, ""},
		{"odd characters", "\"a,b; c='\\\\ \xe4\xf6/%20-gzip\"", ""},
		{"lower case weak", `w/"x"`, ""},
		{"date", "", "Wed, 04 Mar 2026 11:00:00 GMT"},
		{"odd date", "", "2026-03-04 11:00:00 +0100"},
		{"zero date", "", "Thu, 01 Jan 1970 00:00:00 GMT"},
		{"not a date", "", "yesterday"},
		{"both", `"abc"`, "Wed, 04 Mar 2026 11:00:00 GMT"},
		{"none", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
				if tc.etag != "" {
					w.Header()["Etag"] = []string{tc.etag}
				}
				if tc.modified != "" {
					w.Header().Set("Last-Modified", tc.modified)
				}
				serve(w, rss("a"))
			})
			c := newClient(t, Options{})
			out := poll(t, c, feedAt(s.URL+"/feed"))
			poll(t, c, out.Feed)
			got := s.last(t).Header
			if g := got.Get("If-None-Match"); g != tc.etag {
				t.Errorf("If-None-Match %q, want %q", g, tc.etag)
			}
			if g := got.Get("If-Modified-Since"); g != tc.modified {
				t.Errorf("If-Modified-Since %q, want %q", g, tc.modified)
			}
			if _, sent := got["If-None-Match"]; sent != (tc.etag != "") {
				t.Errorf("If-None-Match sent: %v", sent)
			}
		})
	}
}

// step is one answer of a scripted server.
type step struct {
	status int
	header map[string]string
	body   string
}

// script answers with one step after the other, the last one again and again.
func script(t *testing.T, steps ...step) *site {
	t.Helper()
	var mu sync.Mutex
	n := 0
	return newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		mu.Lock()
		st := steps[min(n, len(steps)-1)]
		n++
		mu.Unlock()
		w.Header().Set("Content-Type", "application/rss+xml")
		for k, v := range st.header {
			w.Header().Set(k, v)
		}
		if st.status != 0 {
			w.WriteHeader(st.status)
		}
		if st.status != http.StatusNotModified {
			_, _ = w.Write([]byte(st.body))
		}
	})
}

// play polls once for each step and returns the last outcome.
func play(t *testing.T, c *Client, clk *clock, s *site, n int) Outcome {
	t.Helper()
	out := Outcome{Feed: feedAt(s.URL + "/feed")}
	for range n {
		out = poll(t, c, out.Feed)
		clk.advance(time.Hour)
	}
	return out
}

func TestValidatorsFollowTheServer(t *testing.T) {
	const e1, e2 = `"1"`, `"2"`
	for _, tc := range []struct {
		name  string
		steps []step
		want  string // If-None-Match of the request after the steps
	}{
		{"200 renews", []step{{200, map[string]string{"ETag": e1}, rss("a")}, {200, map[string]string{"ETag": e2}, rss("b")}}, e2},
		{"200 with the same body renews", []step{{200, map[string]string{"ETag": e1}, rss("a")}, {200, map[string]string{"ETag": e2}, rss("a")}}, e2},
		{"304 renews", []step{{200, map[string]string{"ETag": e1}, rss("a")}, {304, map[string]string{"ETag": e2}, ""}}, e2},
		{"304 without keeps", []step{{200, map[string]string{"ETag": e1}, rss("a")}, {304, nil, ""}}, e1},
		{"200 without drops", []step{{200, map[string]string{"ETag": e1}, rss("a")}, {200, nil, rss("b")}}, ""},
		{"error page is ignored", []step{{200, map[string]string{"ETag": e1}, rss("a")}, {500, map[string]string{"ETag": e2}, "oops"}}, e1},
		{"page is ignored", []step{{200, map[string]string{"ETag": e1}, rss("a")}, {200, map[string]string{"ETag": e2}, "<!doctype html><title>x</title><p>hello"}}, e1},
		{"empty body is ignored", []step{{200, map[string]string{"ETag": e2}, ""}}, ""},
		{"page at first is ignored", []step{{200, map[string]string{"ETag": e2}, "<html><body>maintenance"}}, ""},
		{"cut short is not kept", []step{{200, map[string]string{"ETag": e2}, rss("a", "b")[:380]}}, ""},
		{"cut short after an entry is not kept", []step{{200, map[string]string{"ETag": e2}, strings.SplitAfter(rss("a", "b"), "</item>")[0]}}, ""},
		{"bytes after the end do no harm", []step{{200, map[string]string{"ETag": e2}, rss("a") + "\n<!-- page 7 -->\n"}}, e2},
		{"hollow feed is ignored", []step{{200, map[string]string{"ETag": e1}, rss("a")}, {200, map[string]string{"ETag": e2}, rss()}}, e1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, clk := script(t, tc.steps...), newClock()
			c := newClient(t, Options{Now: clk.now})
			out := play(t, c, clk, s, len(tc.steps))
			poll(t, c, out.Feed)
			if got := s.last(t).Header.Get("If-None-Match"); got != tc.want {
				t.Errorf("If-None-Match %q, want %q (%s)", got, tc.want, out.Feed.Poll.Error)
			}
		})
	}
}

func TestValidatorsBelongToTheFinalURL(t *testing.T) {
	var mu sync.Mutex
	target := "/one"
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path == "/feed" {
			http.Redirect(w, r, target, http.StatusFound)
			return
		}
		w.Header().Set("ETag", `"`+r.URL.Path+`"`)
		serve(w, rss("a"))
	})
	c := newClient(t, Options{})
	out := poll(t, c, feedAt(s.URL+"/feed"))
	out = poll(t, c, out.Feed)
	reqs := s.asked()
	if got := reqs[2].Header.Get("If-None-Match"); got != "" {
		t.Errorf("the redirecting URL was sent %q, which is not its own", got)
	}
	if got := reqs[3].Header.Get("If-None-Match"); got != `"/one"` {
		t.Errorf("the final URL was sent %q", got)
	}
	mu.Lock()
	target = "/two"
	mu.Unlock()
	poll(t, c, out.Feed)
	if got := s.last(t).Header.Get("If-None-Match"); got != "" {
		t.Errorf("another final URL was sent %q, which is not its own", got)
	}
	if out.Feed.URL != s.URL+"/feed" {
		t.Errorf("URL became %s", out.Feed.URL)
	}
}

// liar answers 304 whatever happens, as long as it is asked conditionally.
func liar(t *testing.T) *site {
	n := 0
	var mu sync.Mutex
	return newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"always"`)
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		mu.Lock()
		n++
		serve(w, rss(strings.Repeat("x", n)))
		mu.Unlock()
	})
}

// conditional tells of each request whether it was conditional: c or u.
func conditional(s *site) string {
	var b strings.Builder
	for _, r := range s.asked() {
		if r.Header.Get("If-None-Match") == "" && r.Header.Get("If-Modified-Since") == "" {
			b.WriteByte('u')
		} else {
			b.WriteByte('c')
		}
	}
	return b.String()
}

func TestUnconditionalPollAfterEightDaysOf304(t *testing.T) {
	s, clk := liar(t), newClock()
	c := newClient(t, Options{Now: clk.now})
	out := poll(t, c, feedAt(s.URL))
	for range 15 {
		clk.advance(13 * time.Hour)
		out = poll(t, c, out.Feed)
	}
	if got := conditional(s); got != "uccccccccccccccu" {
		t.Errorf("requests %s", got)
	}
}

func TestLyingValidatorsAreLearned(t *testing.T) {
	s, clk := liar(t), newClock()
	c := newClient(t, Options{Now: clk.now})
	out := poll(t, c, feedAt(s.URL))
	clk.advance(time.Hour)
	out = poll(t, c, out.Feed)
	clk.advance(9 * day) // long enough for an unconditional one, which shows the lie
	for range 9 {
		out = poll(t, c, out.Feed)
		clk.advance(time.Hour)
	}
	if got := conditional(s); got != "ucucccucccu" {
		t.Errorf("requests %s, want an unconditional one in four once the lie is known", got)
	}
	if !Recall(out.Feed.Poll).Lying {
		t.Error("the lie is not told")
	}
}

func TestHonestValidatorsAreTrusted(t *testing.T) {
	var mu sync.Mutex
	n := 0
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		n++
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, n/2))
		if r.Header.Get("If-None-Match") == fmt.Sprintf(`"%d"`, n/2) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		serve(w, rss(fmt.Sprint(n/2)))
	})
	clk := newClock()
	c := newClient(t, Options{Now: clk.now})
	out := Outcome{Feed: feedAt(s.URL)}
	for range 12 {
		out = poll(t, c, out.Feed)
		clk.advance(time.Hour)
	}
	if got := conditional(s); got != "uccccccccccc" {
		t.Errorf("requests %s", got)
	}
}

func TestDeltasAreMerged(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("A-IM") == "feed" && r.Header.Get("If-None-Match") == `"1"` {
			w.Header().Set("IM", "feed")
			w.Header().Set("ETag", `"2"`)
			w.Header().Set("Content-Type", "application/rss+xml")
			w.WriteHeader(http.StatusIMUsed)
			fmt.Fprint(w, rss("c"))
			return
		}
		w.Header().Set("ETag", `"1"`)
		serve(w, rss("a", "b"))
	})
	c := newClient(t, Options{})
	out := poll(t, c, feedAt(s.URL))
	out = poll(t, c, out.Feed)
	wantResult(t, out, newsfold.Updated)
	if len(out.Entries) != 1 || out.Entries[0].GUID != "c" || out.Feed.Poll.ETag != `"2"` {
		t.Errorf("entries %v, ETag %s", out.Entries, out.Feed.Poll.ETag)
	}
}

func TestAnUnaskedFor304IsAFailure(t *testing.T) {
	s := script(t, step{status: 304})
	out := poll(t, newClient(t, Options{}), feedAt(s.URL))
	wantResult(t, out, newsfold.Failed)
}

func TestAFeedThatLosesItsEntriesIsAFailureAtFirst(t *testing.T) {
	s, clk := script(t, step{body: rss("a", "b")}, step{body: rss()}), newClock()
	c := newClient(t, Options{Now: clk.now})
	out := play(t, c, clk, s, 2)
	wantResult(t, out, newsfold.Failed)
	if !strings.Contains(out.Feed.Poll.Error, "it had 2") {
		t.Errorf("error %q", out.Feed.Poll.Error)
	}
	out = play(t, c, clk, script(t, step{body: rss("a", "b")}, step{body: rss()}), 4)
	wantResult(t, out, newsfold.Updated)
}

func TestRequestsAreExactAndModest(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
		serve(w, rss("a"))
	})
	c := newClient(t, Options{Agent: "newsfold/9 (+https://reader.example)", Subscribers: 7})
	for _, path := range []string{"/Feed%7e/a%2Fb;x=1/?b=2&a=%zz&utm_source=x&c=a+b", "/a//b/../c", "/?", "/é ü?q=é ü"} {
		out := poll(t, c, feedAt(s.URL+path))
		wantResult(t, out, newsfold.Updated)
		poll(t, c, out.Feed)
		r := s.last(t)
		want := map[string]string{
			"/é ü?q=é ü": "/%C3%A9%20%C3%BC?q=%C3%A9%20%C3%BC",
		}[path]
		if want == "" {
			want = path
		}
		if r.RequestURI != want {
			t.Errorf("asked for %s, want %s", r.RequestURI, want)
		}
		if r.Method != http.MethodGet {
			t.Errorf("method %s", r.Method)
		}
		for k := range r.Header {
			switch k {
			case "User-Agent", "Accept", "Accept-Encoding", "A-Im":
			default:
				t.Errorf("needless header %s: %s", k, r.Header[k])
			}
		}
		if got := r.Header.Get("User-Agent"); got != "newsfold/9 (+https://reader.example; 7 subscribers)" {
			t.Errorf("User-Agent %q", got)
		}
		if got := r.Header.Get("Accept"); !strings.HasPrefix(got, "application/atom+xml, application/rss+xml") {
			t.Errorf("Accept %q", got)
		}
	}
	c.SetSubscribers(1)
	poll(t, c, feedAt(s.URL))
	if got := s.last(t).Header.Get("User-Agent"); got != "newsfold/9 (+https://reader.example; 1 subscribers)" {
		t.Errorf("User-Agent %q", got)
	}
	if n := len(s.asked()); n != 9 {
		t.Errorf("%d requests for 9 polls", n)
	}
}

func TestOnePersonIsStatedByDefault(t *testing.T) {
	for n, want := range map[int]string{0: "; 1 subscribers)", -1: "example)", 12: "; 12 subscribers)"} {
		c := newClient(t, Options{Subscribers: n})
		if got := *c.agent.Load(); !strings.HasSuffix(got, want) || !strings.HasPrefix(got, "newsfold/") {
			t.Errorf("%d: %q", n, got)
		}
	}
}

func TestACancelledPollLearnsNothing(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := newClient(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	feed := feedAt(s.URL)
	out, err := c.Poll(ctx, feed, nil)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	if diff := cmp.Diff(feed, out.Feed); diff != "" {
		t.Errorf("feed changed:\n%s", diff)
	}
}

// What a feed is served as says little about it.
func TestFeedsAreReadWhateverTheyAreServedAs(t *testing.T) {
	for _, typ := range []string{
		"text/html; charset=utf-8", "application/octet-stream", "text/plain", "application/x-whatever", "nonsense", "",
		"application/rss+xml", "application/json", "multipart/mixed", ";;", "TEXT/XML;charset=",
	} {
		s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Type"] = []string{typ}
			if typ == "" {
				w.Header()["Content-Type"] = nil
			}
			_, _ = io.WriteString(w, rss("a"))
		})
		out := poll(t, newClient(t, Options{}), feedAt(s.URL))
		if out.Feed.Poll.Result != newsfold.Updated || len(out.Entries) != 1 {
			t.Errorf("%q: %s", typ, out.Feed.Poll.Error)
		}
	}
	film := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "video/mp4")
		_, _ = io.WriteString(w, rss("a"))
	})
	wantResult(t, poll(t, newClient(t, Options{}), feedAt(film.URL)), newsfold.Failed)
}

// A body that was accepted in part only must be asked for again in whole.
func TestPartialBodiesLeaveNoValidators(t *testing.T) {
	sound := rss("a", "b")
	atom := `<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id><entry><id>a</id><title>a</title></entry><entry><id>b</id><title>b</title></entry></feed>`
	json := `{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[{"id":"a","content_text":"a"},{"id":"b","content_text":"b"}]}`
	for name, tc := range map[string]struct {
		body string
		kept bool
	}{
		"whole":                 {sound, true},
		"whole atom":            {atom, true},
		"whole json":            {json, true},
		"nothing":               {"", false},
		"cut in an item":        {sound[:len(sound)-60], false},
		"cut after an item":     {sound[:strings.LastIndex(sound, "</channel>")], false},
		"cut after the channel": {strings.TrimSuffix(sound, "</rss>"), false},
		"atom cut":              {atom[:len(atom)-20], false},
		"json cut":              {json[:len(json)-5], false},
		"json cut after }":      {strings.TrimSuffix(json, "]}"), false},
		"a page":                {"<!doctype html><html><body>Sorry</body></html>", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := script(t, step{header: map[string]string{"ETag": `"x"`, "Last-Modified": "Wed, 04 Mar 2026 11:00:00 GMT"}, body: tc.body})
			c := newClient(t, Options{})
			out := poll(t, c, feedAt(s.URL))
			p := out.Feed.Poll
			if kept := p.ETag != "" || p.LastModified != "" || p.ValidFor != ""; kept != tc.kept {
				t.Errorf("%s: kept %q, %q for %q (%s)", p.Result, p.ETag, p.LastModified, p.ValidFor, p.Error)
			}
			poll(t, c, out.Feed)
			if got := s.last(t).Header; (got.Get("If-None-Match") != "") != tc.kept {
				t.Errorf("the next request is conditional: %v", got)
			}
		})
	}
}

// A feed that took its time gets no more than its share of the places.
func TestSlowFeedsAreSuspects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := slowPoll + time.Second
		c := newClient(t, Options{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			time.Sleep(took)
			return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Body: io.NopCloser(strings.NewReader(rss("a")))}, nil
		})})
		out := poll(t, c, feedAt("https://slow.example/feed"))
		wantResult(t, out, newsfold.Updated)
		if !loadState(out.Feed.Poll.State).Slow {
			t.Error("not noticed")
		}
		took = time.Second
		out = poll(t, c, out.Feed)
		if loadState(out.Feed.Poll.State).Slow {
			t.Error("not forgiven")
		}
	})
}

// However many feeds were in trouble last time or are new, half of the places
// for requests are kept from them.
func TestSuspectsLeavePlacesForTheGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Options{Parallel: 4, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(r.URL.Host, "bad") {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Body: io.NopCloser(strings.NewReader(rss("a")))}, nil
		})})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for i := range 50 {
			bad := feedAt(fmt.Sprintf("https://bad%d.example/feed", i))
			bad.Poll.Errors = i % 2 // in trouble, or new
			wg.Go(func() { _, _ = c.Poll(ctx, bad, nil) })
		}
		synctest.Wait()
		start := time.Now()
		for i := range 10 {
			good := feedAt(fmt.Sprintf("https://good%d.example/feed", i))
			good.Poll.Succeeded = start
			wantResult(t, poll(t, c, good), newsfold.Updated)
		}
		if d := time.Since(start); d > 0 {
			t.Errorf("good feeds waited %s", d)
		}
		cancel()
		wg.Wait()
	})
}
