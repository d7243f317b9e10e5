package fetch

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"newsfold"
)

// library is a site with pages and feeds by path.
func library(t *testing.T, files map[string]string) *site {
	t.Helper()
	return newSite(t, func(w http.ResponseWriter, r *http.Request) {
		body, ok := files[r.URL.RequestURI()]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if strings.HasPrefix(body, "<?xml") {
			w.Header().Set("Content-Type", "text/xml")
		}
		if head, rest, ok := strings.Cut(body, "\n\n"); ok && strings.HasPrefix(head, "Link: ") {
			w.Header().Set("Link", head[6:])
			body = rest
		}
		fmt.Fprint(w, body)
	})
}

func TestFindLooksWhereFeedsAreAnnounced(t *testing.T) {
	feed := rss("a", "b")
	const page = "<!doctype html><html><head><title>The Bell</title>"
	for _, tc := range []struct {
		name  string
		files map[string]string
		want  []string // path and how it was found
	}{
		{"the feed itself", map[string]string{"/": feed}, []string{"/ itself"}},
		{"link element", map[string]string{"/": page + `<link rel="alternate" type="application/rss+xml" title="News &amp; more" href="/x?a=1&amp;b=2">`, "/x?a=1&b=2": feed}, []string{"/x?a=1&b=2 link"}},
		{"link element, odd spelling", map[string]string{"/": page + `<LINK HREF=x.xml TYPE='application/RSS+xml; charset=utf-8' REL="home ALTERNATE">`, "/x.xml": feed}, []string{"/x.xml link"}},
		{"link element of the old kind", map[string]string{"/": page + `<link rel=search type=text/xml href=/search><link rel=alternate type="text/xml; charset=utf-8" href=/old>`, "/old": feed, "/search": feed}, []string{"/old link"}},
		{"base element", map[string]string{"/": page + `<base href="/sub/"><link rel=alternate type=application/atom+xml href=atom>`, "/sub/atom": feed}, []string{"/sub/atom link"}},
		{"link header", map[string]string{"/": `Link: </h.xml>; rel="alternate"; type="application/rss+xml"; title="a, b; c", </style.css>; rel=stylesheet` + "\n\n" + page, "/h.xml": feed}, []string{"/h.xml header"}},
		{"comments come last", map[string]string{
			"/":         page + `<link rel=alternate type=application/rss+xml title="Comments feed" href=/comments><link rel=alternate type=application/rss+xml title="All" href=/all>`,
			"/comments": feed, "/all": feed,
		}, []string{"/all link", "/comments link"}},
		{"a dead link is passed over", map[string]string{"/": page + `<link rel=alternate type=application/atom+xml href=/dead><link rel=alternate type=application/rss+xml href=/live>`, "/live": feed}, []string{"/live link"}},
		{"other alternates are none", map[string]string{"/": page + `<link rel=alternate hreflang=de href=/de><link rel=alternate type=application/json href=/wp-json>`, "/feed": feed}, []string{"/feed path"}},
		{"anchor", map[string]string{"/": page + `<a href="/about">About</a> <a href="/news/rss.xml"><b>Our</b> feed</a>`, "/news/rss.xml": feed}, []string{"/news/rss.xml anchor"}},
		{"anchor that only looks like it", map[string]string{"/": page + `<a href="/what-is/rss">RSS?</a>`, "/what-is/rss": page, "/atom.xml": feed}, []string{"/atom.xml path"}},
		{"known path", map[string]string{"/": page, "/index.xml": feed}, []string{"/index.xml path"}},
		{"known path below the page", map[string]string{"/blog/": page, "/blog/feed": feed, "/feed": feed}, []string{"/blog/feed path"}},
		{"Mastodon", map[string]string{"/@ann": page, "/@ann.rss": feed}, []string{"/@ann.rss convention"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := library(t, tc.files)
			start := "/"
			for _, p := range []string{"/blog/", "/@ann"} {
				if _, ok := tc.files[p]; ok {
					start = p
				}
			}
			found, err := newClient(t, Options{}).Find(t.Context(), s.URL+start, false)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, strings.TrimPrefix(f.URL, s.URL)+" "+f.Found)
			}
			if fmt.Sprint(got) != fmt.Sprint(tc.want) {
				t.Errorf("found %q, want %q", got, tc.want)
			}
			if found[0].Entries != 2 || found[0].Title != "The Bell" || found[0].Type != "rss" {
				t.Errorf("the best was not read: %+v", found[0])
			}
		})
	}
}

func TestFindSaysWhyThereIsNothing(t *testing.T) {
	s := library(t, map[string]string{"/": "<!doctype html><p>hello", "/text": "just words", "/broken": "<?xml version='1.0'?><rss version='2.0'><cha"})
	c := newClient(t, Options{})
	for path, want := range map[string]string{
		"/":       "it is a page that leads to no feed",
		"/text":   "is not a feed",
		"/absent": "was not found (status 404)",
	} {
		_, err := c.Find(t.Context(), s.URL+path, false)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), s.URL+path) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	if _, err := c.Find(t.Context(), s.URL+"/broken", false); err == nil {
		t.Error("a broken feed was found")
	}
	for _, raw := range []string{"", " ", "http://", "::", "ht tp://x"} {
		if _, err := c.Find(t.Context(), raw, false); err == nil {
			t.Errorf("%q was found", raw)
		}
	}
}

func TestSubscribingCostsOneRequestAndTwoByDiscovery(t *testing.T) {
	for _, tc := range []struct {
		path string
		want int
	}{{"/feed", 1}, {"/", 2}} {
		s := library(t, map[string]string{"/": `<!doctype html><link rel=alternate type=application/rss+xml href=/feed>`, "/feed": rss("a")})
		clk := newClock()
		c := newClient(t, Options{Now: clk.now})
		found, err := c.Find(t.Context(), s.URL+tc.path, false)
		if err != nil {
			t.Fatal(err)
		}
		out := poll(t, c, feedAt(found[0].URL))
		wantResult(t, out, newsfold.Updated)
		if len(out.Entries) != 1 {
			t.Errorf("%d entries", len(out.Entries))
		}
		if n := len(s.reqs); n != tc.want {
			t.Errorf("%s: %d requests, want %d", tc.path, n, tc.want)
		}
		poll(t, c, out.Feed)
		if n := len(s.reqs); n != tc.want+1 {
			t.Errorf("%s: the second poll was not sent", tc.path)
		}
	}
}

func TestFindBoundsItsGuesses(t *testing.T) {
	var links strings.Builder
	for i := range 500 {
		fmt.Fprintf(&links, `<link rel=alternate type=application/rss+xml href=/l%d><a href=/%d/feed>x</a>`, i, i)
	}
	s := library(t, map[string]string{"/": "<!doctype html>" + links.String()})
	c := newClient(t, Options{})
	if _, err := c.Find(t.Context(), s.URL, false); err == nil {
		t.Error("found something")
	}
	if n := len(s.reqs); n > maxProbes+2 {
		t.Errorf("%d requests", n)
	}
}

func TestFindAsksRobotsBeforeItGuesses(t *testing.T) {
	s := library(t, map[string]string{"/": "<!doctype html>", "/robots.txt": "User-agent: *\nDisallow: /feed", "/feed": rss("a"), "/rss.xml": rss("a")})
	found, err := newClient(t, Options{}).Find(t.Context(), s.URL, false)
	if err != nil || !strings.HasSuffix(found[0].URL, "/rss.xml") {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestFindCompletesAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"example.org":              "https://example.org http://example.org",
		" example.org/feed ":       "https://example.org/feed http://example.org/feed",
		"//example.org":            "https://example.org http://example.org",
		"feed://example.org/x":     "https://example.org/x http://example.org/x",
		"feed:https://example.org": "https://example.org",
		"FEED:example.org/x":       "https://example.org/x http://example.org/x",
		"http://example.org":       "http://example.org",
	} {
		if got := strings.Join(spellings(in), " "); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

// One redirect is no proof that it is for good: polls decide that.
func TestFindKeepsTheAddressThatItWasGiven(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/301":
			http.Redirect(w, r, "/feed", http.StatusMovedPermanently)
		case "/302":
			http.Redirect(w, r, "/feed", http.StatusFound)
		default:
			serve(w, rss("a"))
		}
	})
	for path, want := range map[string]string{"/301": "/301", "/302": "/302"} {
		found, err := newClient(t, Options{}).Find(t.Context(), s.URL+path, false)
		if err != nil || found[0].URL != s.URL+want {
			t.Errorf("%s: %v, %v", path, found, err)
		}
	}
}

// What was read to subscribe is taken in, even when the host's other feeds ask
// to be left alone: it costs nobody anything.
func TestAFeedThatWasFoundIsReadAlthoughItsHostIsBusy(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/busy") {
			refuse(w)
			return
		}
		serve(w, rss("a"))
	})
	clk := newClock()
	c := newClient(t, Options{Now: clk.now})
	for i := range 3 {
		poll(t, c, feedAt(fmt.Sprint(s.URL, "/busy", i)))
	}
	if _, err := c.Find(t.Context(), s.URL+"/feed", false); err != nil {
		t.Fatal(err)
	}
	out := poll(t, c, feedAt(s.URL+"/feed"))
	wantResult(t, out, newsfold.Updated)
	if len(out.Entries) != 1 {
		t.Errorf("%d entries", len(out.Entries))
	}
}

// A server in trouble is not asked again for the first poll, which takes the
// answer that is there as its own: with Retry-After, that is to be obeyed.
func TestTroubleWhileFindingCountsAsAPoll(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	clk := newClock()
	c := newClient(t, Options{Now: clk.now})
	_, err := c.Find(t.Context(), s.URL, false)
	if e := asError("", err); err == nil || !e.Transient() {
		t.Fatalf("error %v", err)
	}
	out := poll(t, c, feedAt(s.URL))
	wantResult(t, out, newsfold.Failed)
	if n := len(s.asked()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	between(t, out.Feed.Poll.Next.Sub(clk.now()), 2*time.Hour, 140*time.Minute)
	for _, kind := range []Kind{NotFeed, DNS, TLS, Forbidden, Redirect, Waiting} {
		if (&Error{Kind: kind}).Transient() {
			t.Errorf("%s passes", kind)
		}
	}
	for _, status := range []int{400, 401, 403, 404, 410, 418, 451} {
		if (&Error{Kind: Status, Status: status}).Transient() {
			t.Errorf("%d passes", status)
		}
	}
}

// TestCutOffsLeaveTheAddressOpen: a server that breaks off may be that of a feed;
// where nobody listens there is none.
func TestCutOffsLeaveTheAddressOpen(t *testing.T) {
	cut := newSite(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	none := newSite(t, func(http.ResponseWriter, *http.Request) {})
	none.Close()
	for url, want := range map[string]bool{cut.URL: true, none.URL: false} {
		_, err := newClient(t, Options{}).Find(t.Context(), url, false)
		if e := asError(url, err); err == nil || e.Kind != Network || e.Transient() != want {
			t.Errorf("error %v, transient: %v; want a network error, %v", err, e.Transient(), want)
		}
	}
}

func TestConventions(t *testing.T) {
	for in, want := range map[string]string{
		"https://www.youtube.com/channel/UCabc":             "https://www.youtube.com/feeds/videos.xml?channel_id=UCabc",
		"https://www.youtube.com/playlist?list=PL1":         "https://www.youtube.com/feeds/videos.xml?playlist_id=PL1",
		"https://www.youtube.com/@name":                     "",
		"https://www.reddit.com/r/golang":                   "https://www.reddit.com/r/golang/.rss",
		"https://old.reddit.com/r/golang/new/":              "https://old.reddit.com/r/golang/new/.rss",
		"https://www.reddit.com/r/golang/.rss":              "",
		"https://www.reddit.com/user/ann":                   "https://www.reddit.com/user/ann/.rss",
		"https://github.com/golang/go":                      "https://github.com/golang/go/releases.atom",
		"https://github.com/golang/go/tags":                 "https://github.com/golang/go/tags.atom",
		"https://github.com/golang/go/commits/master":       "https://github.com/golang/go/commits/master.atom",
		"https://github.com/golang":                         "",
		"https://ann.substack.com/p/a-post":                 "https://ann.substack.com/feed",
		"https://medium.com/@ann":                           "https://medium.com/feed/@ann",
		"https://social.example/@ann":                       "https://social.example/@ann.rss",
		"https://social.example/@ann/1234":                  "",
		"https://example.org/":                              "",
		"https://example.org/channel/UCabc":                 "",
		"https://www.youtube.com/watch?v=1&list=PL%202":     "https://www.youtube.com/feeds/videos.xml?playlist_id=PL+2",
		"https://www.youtube.com/feeds/videos.xml?user=ann": "",
	} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := convention(u); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func FuzzLinks(f *testing.F) {
	f.Add(`</a>; rel="alternate"; type=application/rss+xml, <b>;rel=x`)
	f.Add(`<a>;rel="x\"y;z`)
	f.Add(`<<>>;;,=`)
	f.Fuzz(func(t *testing.T, s string) {
		if n := len(links(http.Header{"Link": {s}})); n > maxCandidates {
			t.Errorf("%d links", n)
		}
	})
}

func FuzzFindPage(f *testing.F) {
	f.Add([]byte(`<base href="//x"><link rel=alternate type=application/rss+xml href="?a"><a href=feed>x</a>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		fd := &finder{seen: map[string]bool{}}
		at := &url.URL{Scheme: "https", Host: "example.org", Path: "/"}
		fd.page(&answer{body: body, header: http.Header{}}, at)
		for _, c := range append(fd.announced, fd.hinted...) {
			if u, err := url.Parse(c.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" {
				t.Errorf("candidate %q", c.URL)
			}
		}
	})
}
