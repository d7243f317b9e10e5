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

// insistent is a server that redirects to itself until it gets its cookie back.
func insistent(t *testing.T) *site {
	return newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("seen"); err != nil || c.Value != "1" {
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1", Path: "/"})
			http.Redirect(w, r, r.URL.String(), http.StatusFound)
			return
		}
		serve(w, rss("a"))
	})
}

func TestCookiesAreRefusedUnlessAsked(t *testing.T) {
	s := insistent(t)
	c := newClient(t, Options{})
	out := poll(t, c, feedAt(s.URL+"/feed"))
	wantResult(t, out, newsfold.Failed)
	if !strings.Contains(out.Feed.Poll.Error, "--cookies") {
		t.Errorf("error %q does not say what to do", out.Feed.Poll.Error)
	}
	for _, r := range s.asked() {
		if r.Header.Get("Cookie") != "" {
			t.Errorf("sent %q", r.Header["Cookie"])
		}
	}
	if _, err := c.Find(t.Context(), s.URL+"/feed", false); err == nil {
		t.Error("found without a cookie")
	}
}

func TestArchivesAreReadWithTheJarOfTheirFeed(t *testing.T) {
	s := insistent(t)
	feed := feedAt(s.URL + "/feed")
	for _, cookies := range []bool{true, false} {
		feed.Cookies = cookies
		n := 0
		for entries, err := range newClient(t, Options{}).History(t.Context(), feed, 1) {
			if (err == nil) != cookies {
				t.Errorf("cookies %v: error %v", cookies, err)
			}
			n += len(entries)
		}
		if cookies && n != 1 {
			t.Errorf("%d entries, want 1", n)
		}
	}
}

func TestAJarBelongsToOneFeed(t *testing.T) {
	s := insistent(t)
	c := newClient(t, Options{})
	feed := feedAt(s.URL + "/feed")
	feed.Cookies = true
	out := poll(t, c, feed)
	wantResult(t, out, newsfold.Updated)
	n := len(s.asked())
	wantResult(t, poll(t, c, out.Feed), newsfold.Updated)
	if got := len(s.asked()) - n; got != 1 {
		t.Errorf("%d requests with the cookie, want 1", got)
	}
	other := feed
	other.ID = 2
	n = len(s.asked())
	wantResult(t, poll(t, c, other), newsfold.Updated)
	if r := s.asked()[n]; r.Header.Get("Cookie") != "" {
		t.Errorf("another feed sent %q", r.Header["Cookie"])
	}
	if _, err := c.Find(t.Context(), s.URL+"/feed", true); err != nil {
		t.Error(err)
	}
	if _, err := c.Page(t.Context(), s.URL+"/page"); err == nil {
		t.Error("a page was asked for with a feed's cookie")
	}
}

func TestCookiesStayWithTheirHost(t *testing.T) {
	other := newSite(t, func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a")) })
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "secret", Value: "1", Path: "/"})
		http.Redirect(w, r, strings.Replace(other.URL, "127.0.0.1", "localhost", 1), http.StatusFound)
	})
	c := newClient(t, Options{})
	feed := feedAt(s.URL)
	feed.Cookies = true
	wantResult(t, poll(t, c, feed), newsfold.Updated)
	if got := other.last(t).Header.Get("Cookie"); got != "" {
		t.Errorf("sent %q to another host", got)
	}
}

func TestALoopWithoutANewCookieIsALoop(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "n", Value: fmt.Sprint(time.Now().UnixNano())})
		http.Redirect(w, r, r.URL.String(), http.StatusFound)
	})
	feed := feedAt(s.URL + "/feed")
	feed.Cookies = true
	wantResult(t, poll(t, newClient(t, Options{}), feed), newsfold.Failed)
	if n := len(s.asked()); n > maxHops+1 {
		t.Errorf("%d requests", n)
	}
}

func TestJarsAreBounded(t *testing.T) {
	u, err := url.Parse("https://a.example/feed")
	if err != nil {
		t.Fatal(err)
	}
	j := &jar{}
	long := strings.Repeat("x", 1000)
	for i := range 1000 {
		h := http.Header{}
		for k := range 100 {
			h.Add("Set-Cookie", fmt.Sprintf("c%d-%d=%s", i, k, long))
		}
		h.Add("Set-Cookie", "big="+strings.Repeat(long, 10))
		j.take(u, h)
		if n := len(j.jar.Cookies(u)); n > maxSet {
			t.Fatalf("%d cookies are kept", n)
		}
		if n := len(j.give(u)); n == 0 || n > maxCookieSize {
			t.Fatalf("%d bytes are sent", n)
		}
	}
	var js jars
	for i := range maxJars + 10 {
		js.of(fmt.Sprint(i))
	}
	if n := len(js.m); n > maxJars {
		t.Errorf("%d jars", n)
	}
}

func TestContactIsStated(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a")) })
	for contact, want := range map[string]string{
		"":                             "newsfold/1 (+https://home.example; 3 subscribers)",
		"https://reader.example/about": "newsfold/1 (+https://reader.example/about; 3 subscribers)",
		"ann@reader.example":           "newsfold/1 (+ann@reader.example; 3 subscribers)",
		"mailto:ann@reader.example":    "newsfold/1 (+mailto:ann@reader.example; 3 subscribers)",
	} {
		c := newClient(t, Options{Agent: "newsfold/1 (+https://home.example)", Contact: contact, Subscribers: 3})
		poll(t, c, feedAt(s.URL))
		if got := s.last(t).UserAgent(); got != want {
			t.Errorf("%q: %q, want %q", contact, got, want)
		}
	}
	for _, bad := range []string{"x", "https://", "https://a:b@c.example/", "a b@c.example", "ann@localhost", "ftp://a.example/", "https://a.example/\r\nX: y", "https://a.example/)", strings.Repeat("a", 300) + "@b.example"} {
		if _, err := New(Options{Contact: bad}); err == nil {
			t.Errorf("%.40q was taken", bad)
		}
	}
}
