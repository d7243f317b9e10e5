package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestRobotsRulesDecideAsTheRFCSays(t *testing.T) {
	for _, tc := range []struct {
		name, body string
		allowed    []string
		refused    []string
	}{
		{"empty", "", []string{"/", "/a"}, nil},
		{"all closed", "User-agent: *\nDisallow: /", []string{"/robots.txt"}, []string{"/", "/a?b"}},
		{"nothing closed", "User-agent: *\nDisallow:", []string{"/"}, nil},
		{"own group wins", "User-agent: *\nDisallow: /\n\nUser-agent: Newsfold\nDisallow: /private", []string{"/", "/public"}, []string{"/private/x"}},
		{"own group with version", "User-agent: newsfold/2.0\nDisallow: /x", []string{"/"}, []string{"/x"}},
		{"another's group", "User-agent: otherbot\nDisallow: /", []string{"/"}, nil},
		{"groups of one product join", "User-agent: newsfold\nDisallow: /a\nUser-agent: other\nDisallow: /c\nUser-agent: newsfold\nDisallow: /b", []string{"/c"}, []string{"/a", "/b"}},
		{"several agents share rules", "User-agent: other\nUser-agent: newsfold\nDisallow: /a", nil, []string{"/a"}},
		{"longest wins", "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c", []string{"/a/b", "/b"}, []string{"/a", "/a/x", "/a/b/c"}},
		{"longest wins in any order", "User-agent: *\nDisallow: /a/b/c\nAllow: /a/b\nDisallow: /a", []string{"/a/b", "/b"}, []string{"/a", "/a/x", "/a/b/c"}},
		{"equal: allow wins in any order", "User-agent: *\nAllow: /page\nDisallow: /page", []string{"/page"}, nil},
		{"equal: allow wins", "User-agent: *\nDisallow: /page\nAllow: /page", []string{"/page"}, nil},
		{"star", "User-agent: *\nDisallow: /*.pdf\nDisallow: /a*z", []string{"/x.html", "/abc"}, []string{"/x/y.pdf?1", "/abcz"}},
		{"end", "User-agent: *\nDisallow: /*.pdf$\nDisallow: /only$", []string{"/x.pdf?1", "/only/more"}, []string{"/x.pdf", "/only"}},
		{"star at the end", "User-agent: *\nDisallow: /a*$", nil, []string{"/a", "/abc"}},
		{"query", "User-agent: *\nDisallow: /*?print", []string{"/a"}, []string{"/a?print=1"}},
		{"encodings", "User-agent: *\nDisallow: /caf%C3%A9\nDisallow: /%7ejoe", []string{"/cafe"}, []string{"/caf\u00e9", "/~joe", "/%7Ejoe"}},
		{"comments, BOM, CR, spaces", "\ufeff# hi\r\nUser-Agent : * # all\r\nDISALLOW : /a # no\r\n", []string{"/b"}, []string{"/a"}},
		{"rules before any agent", "Disallow: /\nUser-agent: *\nDisallow: /a", []string{"/b"}, []string{"/a"}},
		{"a page instead", "<!doctype html><p>User-agent: * Disallow: /", []string{"/a"}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := parseRobots([]byte(tc.body), "newsfold")
			for _, p := range tc.allowed {
				if !r.allows(p) {
					t.Errorf("%s is refused", p)
				}
			}
			for _, p := range tc.refused {
				if r.allows(p) {
					t.Errorf("%s is allowed", p)
				}
			}
		})
	}
}

func TestRobotsPatternsCannotTakeForever(t *testing.T) {
	body := "User-agent: *\n" + strings.Repeat("Disallow: "+strings.Repeat("/*a", 300)+"b\n", 2000)
	r := parseRobots([]byte(body), "newsfold")
	start := time.Now()
	r.allows("/" + strings.Repeat("/a", 4000))
	if d := time.Since(start); d > time.Minute { // on a busy machine; one that tries again takes for ever
		t.Errorf("took %s", d)
	}
}

func TestPagesObeyRobots(t *testing.T) {
	for _, tc := range []struct {
		name   string
		status int
		body   string
		want   Kind // of the failure to get /private/1; empty: none
	}{
		{"closed", 200, "User-agent: *\nDisallow: /private", Robots},
		{"open", 200, "User-agent: *\nDisallow: /other", ""},
		{"none", 404, "", ""},
		{"forbidden", 403, "", ""},
		{"trouble", 500, "", Robots},
		{"too many requests", 429, "", Robots},
		{"larger than read", 200, strings.Repeat("#", maxRobots+10) + "\nUser-agent: *\nDisallow: /", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			asked := 0
			var mu sync.Mutex
			s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/robots.txt" {
					mu.Lock()
					asked++
					mu.Unlock()
					w.WriteHeader(tc.status)
					fmt.Fprint(w, tc.body)
					return
				}
				fmt.Fprint(w, "<p>hello")
			})
			clk := newClock()
			c := newClient(t, Options{Now: clk.now})
			for range 3 {
				_, err := c.Page(t.Context(), s.URL+"/private/1")
				var e *Error
				if got := errors.As(err, &e); got != (tc.want != "") || got && e.Kind != tc.want {
					t.Fatalf("error %v, want kind %q", err, tc.want)
				}
				if e != nil && tc.status >= 429 && e.Retry.Sub(clk.now()) > time.Hour {
					t.Errorf("retry only at %s", e.Retry)
				}
			}
			if asked != 1 {
				t.Errorf("robots.txt was asked for %d times", asked)
			}
			clk.advance(25 * time.Hour)
			_, _ = c.Page(t.Context(), s.URL+"/x")
			if asked != 2 {
				t.Errorf("robots.txt was asked for %d times in two days", asked)
			}
		})
	}
}

func TestFeedsThatAPersonChoseNeedNoRobots(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			t.Error("robots.txt was asked for")
		}
		serve(w, rss("a"))
	})
	poll(t, newClient(t, Options{}), feedAt(s.URL+"/feed"))
}

func TestRedirectedPagesObeyRobotsThere(t *testing.T) {
	there := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "User-agent: *\nDisallow: /")
	})
	here := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		http.Redirect(w, r, there.URL+"/page", http.StatusFound)
	})
	_, err := newClient(t, Options{}).Page(t.Context(), here.URL+"/page")
	if err == nil || asError("", err).Kind != Robots {
		t.Errorf("error %v", err)
	}
	if n := len(there.asked()); n != 0 {
		t.Errorf("%d pages were asked for", n)
	}
}

func TestOneRequestForRobotsServesAllWhoWait(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "") })
	c := newClient(t, Options{})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() { _, _ = c.Page(t.Context(), fmt.Sprint(s.URL, "/", i)) })
	}
	wg.Wait()
	if n := len(s.reqs) - len(s.asked()); n != 1 {
		t.Errorf("%d requests for robots.txt", n)
	}
}
