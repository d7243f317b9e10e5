package fetch

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"newsfold"
)

// moving is a site whose /old leads to /new with the statuses of a list, one
// for each poll, the last again and again; 200 serves the feed at /old.
func moving(t *testing.T, statuses ...int) *site {
	t.Helper()
	var mu sync.Mutex
	n := 0
	return newSite(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path == "/old" {
			status := statuses[min(n, len(statuses)-1)]
			n++
			if status != http.StatusOK {
				w.Header().Set("Location", "/new")
				w.WriteHeader(status)
				return
			}
		}
		w.Header().Set("ETag", `"x"`)
		if r.Header.Get("If-None-Match") == `"x"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		serve(w, rss("a"))
	})
}

func TestPermanentRedirectsAreAdoptedAfterSeveralPolls(t *testing.T) {
	for _, tc := range []struct {
		name     string
		statuses []int
		polls    int // after which the URL changes; 0: never
	}{
		{"301", []int{301}, 3},
		{"308", []int{308}, 3},
		{"302", []int{302}, 0},
		{"303", []int{303}, 0},
		{"307", []int{307}, 0},
		{"not in a row", []int{301, 301, 302, 301, 301, 200, 301, 302}, 0},
		{"in the end", []int{301, 302, 301, 301, 301}, 5},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, clk := moving(t, tc.statuses...), newClock()
			c := newClient(t, Options{Now: clk.now})
			out := Outcome{Feed: feedAt(s.URL + "/old")}
			for i := 1; i <= 8; i++ {
				out = poll(t, c, out.Feed)
				clk.advance(time.Hour)
				moved := out.Feed.URL == s.URL+"/new"
				if want := tc.polls > 0 && i >= tc.polls; moved != want {
					t.Fatalf("after poll %d the URL is %s", i, out.Feed.URL)
				}
			}
			if moves := Recall(out.Feed.Poll).Moves; len(moves) != min(tc.polls, 1) {
				t.Errorf("moves %v", moves)
			}
		})
	}
}

func TestRedirectsAreAdoptedWithIntervalsOfSeconds(t *testing.T) {
	s, clk := moving(t, 301), newClock()
	c := newClient(t, Options{Now: clk.now, Interval: 2 * time.Second, MinInterval: time.Second})
	out := Outcome{Feed: feedAt(s.URL + "/old")}
	for range 3 {
		out = poll(t, c, out.Feed)
		clk.advance(out.Feed.Poll.Next.Sub(clk.now()))
	}
	if out.Feed.URL != s.URL+"/new" {
		t.Errorf("URL %s after three polls", out.Feed.URL)
	}
}

func TestPollsInQuickSuccessionCountOnceForARedirect(t *testing.T) {
	s, clk := moving(t, 301), newClock()
	c := newClient(t, Options{Now: clk.now})
	out := Outcome{Feed: feedAt(s.URL + "/old")}
	for range 10 {
		out = poll(t, c, out.Feed)
		clk.advance(time.Minute)
	}
	if out.Feed.URL != s.URL+"/old" {
		t.Error("the redirect was adopted within ten minutes")
	}
}

func TestAMixedChainOfRedirectsIsNotAdopted(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/old":
			http.Redirect(w, r, "/between", http.StatusMovedPermanently)
		case "/between":
			http.Redirect(w, r, "/new", http.StatusFound)
		default:
			serve(w, rss("a"))
		}
	})
	clk := newClock()
	out := Outcome{Feed: feedAt(s.URL + "/old")}
	c := newClient(t, Options{Now: clk.now})
	for range 6 {
		out = poll(t, c, out.Feed)
		clk.advance(time.Hour)
	}
	if out.Feed.URL != s.URL+"/old" {
		t.Errorf("URL %s", out.Feed.URL)
	}
}

func TestARedirectToSomethingElseIsNotAdopted(t *testing.T) {
	for _, tc := range []struct{ name, body string }{
		{"a page", "<!doctype html><title>We have moved</title>"},
		{"nothing", ""},
		{"a feed that shares nothing", rss("advert")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var mu sync.Mutex
			moved := false
			s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				switch {
				case r.URL.Path == "/old" && moved:
					http.Redirect(w, r, "/new", http.StatusMovedPermanently)
				case r.URL.Path == "/old":
					serve(w, rss("a"))
				default:
					fmt.Fprint(w, tc.body)
				}
			})
			clk := newClock()
			c := newClient(t, Options{Now: clk.now})
			known := func(keys []string) []bool {
				seen := make([]bool, len(keys))
				for i, key := range keys {
					seen[i] = key == "a"
				}
				return seen
			}
			feed := feedAt(s.URL + "/old")
			for range 8 {
				out, err := c.Poll(t.Context(), feed, known)
				if err != nil {
					t.Fatal(err)
				}
				feed = out.Feed
				feed.Entries = 1
				clk.advance(time.Hour)
				mu.Lock()
				moved = true
				mu.Unlock()
			}
			if feed.URL != s.URL+"/old" {
				t.Errorf("URL %s", feed.URL)
			}
		})
	}
}

func TestAMovedFeedFallsBackWhenItsNewPlaceFails(t *testing.T) {
	var mu sync.Mutex
	phase := 0
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case r.URL.Path == "/old" && phase == 0:
			http.Redirect(w, r, "/new", http.StatusMovedPermanently)
		case r.URL.Path == "/new" && phase == 1:
			fmt.Fprint(w, "<!doctype html><title>Buy this domain</title>")
		default:
			serve(w, rss("a"))
		}
	})
	clk := newClock()
	c := newClient(t, Options{Now: clk.now})
	out := Outcome{Feed: feedAt(s.URL + "/old")}
	for range 3 {
		out = poll(t, c, out.Feed)
		clk.advance(time.Hour)
	}
	if out.Feed.URL != s.URL+"/new" {
		t.Fatalf("URL %s", out.Feed.URL)
	}
	mu.Lock()
	phase = 1
	mu.Unlock()
	for range 3 {
		out = poll(t, c, out.Feed)
		wantResult(t, out, newsfold.Failed)
		clk.advance(time.Hour)
	}
	out = poll(t, c, out.Feed)
	wantResult(t, out, newsfold.Updated)
	if out.Feed.URL != s.URL+"/old" {
		t.Errorf("URL %s", out.Feed.URL)
	}
	if moves := Recall(out.Feed.Poll).Moves; len(moves) != 2 {
		t.Errorf("moves %v", moves)
	}
}

func TestAnAnnouncedMoveIsTriedAndAdopted(t *testing.T) {
	for _, good := range []bool{true, false} {
		t.Run(fmt.Sprint(good), func(t *testing.T) {
			s := &site{}
			s = newSite(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/new" && !good {
					http.NotFound(w, r)
					return
				}
				serve(w, rssWith("<itunes:new-feed-url>"+s.URL+"/new</itunes:new-feed-url>", "a"))
			})
			clk := newClock()
			c := newClient(t, Options{Now: clk.now})
			out := Outcome{Feed: feedAt(s.URL + "/old")}
			for range 10 {
				out = poll(t, c, out.Feed)
				wantResult(t, out, newsfold.Updated)
				clk.advance(time.Hour)
			}
			want := s.URL + "/old"
			if good {
				want = s.URL + "/new"
			}
			if out.Feed.URL != want {
				t.Errorf("URL %s, want %s", out.Feed.URL, want)
			}
			tries := 0
			for _, r := range s.asked() {
				if r.URL.Path == "/new" {
					tries++
				}
			}
			if !good && tries != 1 {
				t.Errorf("a wrong announcement was tried %d times", tries)
			}
		})
	}
}

func TestRedirectsAreFollowedWithinReason(t *testing.T) {
	for _, tc := range []struct {
		name, location string // of /feed
		want           string // of the error; empty: a feed
	}{
		{"relative", "there", ""},
		{"relative to the root", "/x/there", ""},
		{"to its own query", "?go=there", ""},
		{"not ASCII", "/caf\u00e9/th\u00e8re there", ""},
		{"Latin-1", "/caf\xe9/there", ""},
		{"with a fragment", "/there#top", ""},
		{"with a tab", "/th\tere", ""},
		{"nowhere", "", "does not say where"},
		{"no URL", "http://[::1", "is no URL"},
		{"a file", "file:///etc/passwd", "file:///etc/passwd"},
		{"a script", "javascript:alert(1)", "javascript"},
		{"to itself", "/feed", "loop"},
		{"too long", "/" + strings.Repeat("x", 9000), "too long"},
		{"without end", "/n/1", "more than 10"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
				var n int
				switch {
				case r.URL.Path == "/feed" && r.URL.RawQuery == "":
					w.Header()["Location"] = []string{tc.location}
					w.WriteHeader(http.StatusFound)
				case strings.HasPrefix(r.URL.Path, "/n/"):
					_, _ = fmt.Sscanf(r.URL.Path, "/n/%d", &n)
					http.Redirect(w, r, fmt.Sprintf("/n/%d", n+1), http.StatusFound)
				default:
					serve(w, rss("a"))
				}
			})
			out := poll(t, newClient(t, Options{}), feedAt(s.URL+"/feed"))
			if tc.want == "" {
				wantResult(t, out, newsfold.Updated)
				return
			}
			wantResult(t, out, newsfold.Failed)
			if !strings.Contains(out.Feed.Poll.Error, tc.want) {
				t.Errorf("error %q, want %q in it", out.Feed.Poll.Error, tc.want)
			}
			if n := len(s.asked()); n > 11 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func TestTenRedirectsAreFollowed(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		var n int
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &n)
		if n < 10 {
			http.Redirect(w, r, fmt.Sprintf("/%d", n+1), http.StatusFound)
			return
		}
		serve(w, rss("a"))
	})
	wantResult(t, poll(t, newClient(t, Options{}), feedAt(s.URL+"/0")), newsfold.Updated)
}

func TestCredentialsStayWithTheirHost(t *testing.T) {
	other := newSite(t, func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a")) })
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL+"/feed", http.StatusMovedPermanently)
		case "/near":
			w.Header().Set("Location", "http://"+r.Host+"/nearer") // absolute, and without the credentials
			w.WriteHeader(http.StatusMovedPermanently)
		case "/nearer":
			http.Redirect(w, r, "/feed", http.StatusMovedPermanently)
		case "/planted":
			w.Header().Set("Location", strings.Replace(other.URL, "http://", "http://ann:p%40ss@", 1)+"/feed")
			w.WriteHeader(http.StatusFound)
		default:
			serve(w, rss("a"))
		}
	})
	secret := strings.Replace(s.URL, "http://", "http://ann:p%40ss@", 1)
	clk := newClock()
	c := newClient(t, Options{Now: clk.now})
	near, away := feedAt(secret+"/near"), feedAt(secret+"/away")
	poll(t, c, feedAt(secret+"/planted"))
	for range 4 {
		near, away = poll(t, c, near).Feed, poll(t, c, away).Feed
		clk.advance(time.Hour)
	}
	for _, r := range s.asked() {
		if name, password, ok := r.BasicAuth(); !ok || name != "ann" || password != "p@ss" {
			t.Errorf("%s came without its credentials", r.URL)
		}
		if r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
			t.Errorf("%s came with %v", r.URL, r.Header)
		}
	}
	for _, r := range other.asked() {
		for _, k := range []string{"Authorization", "Cookie", "Referer"} {
			if r.Header.Get(k) != "" {
				t.Errorf("%s was sent to another host: %s", k, r.Header.Get(k))
			}
		}
	}
	if near.URL != secret+"/feed" {
		t.Errorf("the moved feed lost its credentials: %s", near.URL)
	}
	if away.URL != other.URL+"/feed" {
		t.Errorf("away is %s", away.URL)
	}
}
