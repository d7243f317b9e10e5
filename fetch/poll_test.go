package fetch

import (
	"net/http"
	"sync"
	"testing"
	"time"

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
	if d := f.Poll.Next.Sub(clk.now()); d < time.Hour || d > 66*time.Minute {
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
