package fetch

import (
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsfold"
)

func TestHostKeysJoinWhatOneSiteBears(t *testing.T) {
	for in, want := range map[string][]string{
		"https://www.example.org/a":                       {"example.org"},
		"http://feeds.EXAMPLE.org./":                      {"example.org"},
		"https://a.b.example.co.uk/":                      {"example.co.uk"},
		"https://joe.github.io/":                          {"joe.github.io", "github.io"},
		"https://ann.blogspot.com/feeds":                  {"ann.blogspot.com", "blogspot.com"},
		"https://x.s3.dualstack.eu-west-1.amazonaws.com/": {"x.s3.dualstack.eu-west-1.amazonaws.com", "amazonaws.com"},
		"https://blogspot.com/":                           {"blogspot.com"},
		"http://joe.github.io:8080/":                      {"joe.github.io:8080"},
		"http://example.org:8080/":                        {"example.org:8080"},
		"http://192.0.2.1/":                               {"192.0.2.1:80"},
		"https://[2001:db8::1]:8443/x":                    {"[2001:db8::1]:8443"},
		"http://localhost/":                               {"localhost"},
		"http://a.localhost/":                             {"a.localhost"},
		"http://127.0.0.1:4000/":                          {"127.0.0.1:4000"},
		"https://name:secret@example.org/x":               {"example.org"},
	} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := hostKeys(u); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

// A thousand names may lead to one machine; it has one budget.
func TestHostsOfOtherScriptsAreFound(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a")) })
	port := s.URL[strings.LastIndexByte(s.URL, ':')+1:]
	c := newClient(t, Options{Gap: -1})
	nameServer(t, c, [4]byte{127, 0, 0, 1})
	for _, host := range []string{"bücher.example", "BÜCHER.example", "xn--bcher-kva.example", "новости.example"} {
		out := poll(t, c, feedAt("http://"+host+":"+port+"/ü?ö"))
		if wantResult(t, out, newsfold.Updated); out.Feed.URL != "http://"+host+":"+port+"/ü?ö" {
			t.Errorf("%s became %s", host, out.Feed.URL)
		}
		if got := s.last(t); !strings.HasPrefix(got.Host, "xn--") || got.RequestURI != "/%C3%BC?%C3%B6" {
			t.Errorf("%s: asked %s for %s", host, got.Host, got.RequestURI)
		}
	}
	g, err := newGuard([]string{"Bücher.example."})
	if err != nil {
		t.Fatal(err)
	}
	if u, err := parseURL("http://bücher.EXAMPLE/"); err != nil || !g.ours(u) {
		t.Errorf("%v (%v) is not the host that was allowed", u, err)
	}
}

func TestNamesOfOneServerShareItsBudget(t *testing.T) {
	var mu sync.Mutex
	var active, most int
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		active++
		most = max(most, active)
		mu.Unlock()
		time.Sleep(5 * time.Millisecond) // work, so that requests can overlap
		mu.Lock()
		active--
		mu.Unlock()
		serve(w, rss("a"))
	})
	port := s.URL[strings.LastIndexByte(s.URL, ':')+1:]
	c := newClient(t, Options{Gap: -1})
	nameServer(t, c, [4]byte{127, 0, 0, 1})
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			out := poll(t, c, feedAt(fmt.Sprintf("http://blog%d.example:%s/feed", i, port)))
			if out.Feed.Poll.Result != newsfold.Updated {
				t.Error(out.Feed.Poll.Error)
			}
		})
	}
	wg.Wait()
	if most > 2 {
		t.Errorf("%d requests at once to one server", most)
	}
	want := "127.0.0.1:" + port
	if got := c.Queue("http://blog7.example:" + port + "/other"); got != want {
		t.Errorf("queue %q, want %q", got, want)
	}
	for in, want := range map[string]string{
		"http://unknown.example:" + port + "/": "unknown.example:" + port,
		"https://a.blogspot.com/":              "blogspot.com",
		"http://192.0.2.7/x":                   "192.0.2.7:80",
		"%":                                    "%",
	} {
		if got := c.Queue(in); got != want {
			t.Errorf("queue of %s: %q, want %q", in, got, want)
		}
	}
}

func TestTheGapHoldsForAllNamesOfAServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var starts []time.Time
		const gap = time.Second
		c := newClient(t, Options{Gap: gap, Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			mu.Lock()
			starts = append(starts, time.Now())
			mu.Unlock()
			return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Body: io.NopCloser(strings.NewReader(rss("a")))}, nil
		})})
		var wg sync.WaitGroup
		for i := range 6 {
			host := fmt.Sprintf("blog%d.example", i)
			c.servers.know(host, netip.MustParseAddr("192.0.2.1"))
			wg.Go(func() { wantResult(t, poll(t, c, feedAt("http://"+host+"/feed")), newsfold.Updated) })
		}
		wg.Wait()
		for i := range len(starts) - 1 {
			if d := starts[i+1].Sub(starts[i]); d < gap/serverHaste {
				t.Errorf("of six names of one server, two were asked within %s", d)
			}
		}
		if len(starts) != 6 {
			t.Errorf("%d requests to six names of one server", len(starts))
		}
	})
}

func TestServersAreLookedUpOnceAndForgotten(t *testing.T) {
	c := newClient(t, Options{})
	nameServer(t, c, [4]byte{127, 0, 0, 1}, [4]byte{127, 0, 0, 2})
	u := &url.URL{Scheme: "http", Host: "a.example"}
	for range 3 {
		if key, err := c.server(t.Context(), u); err != nil || key != "127.0.0.1:80" {
			t.Errorf("%q, %v", key, err)
		}
	}
	for i := range maxServers + 10 {
		c.servers.know(fmt.Sprint("host", i), c.servers.m["a.example"].addr)
	}
	if n := len(c.servers.m); n > maxServers {
		t.Errorf("%d servers are remembered", n)
	}
}

// Blogs of a platform that refuse, one and all, speak for the platform.
func TestAPlatformIsLeftAloneWhenItsSitesAgree(t *testing.T) {
	clk := newClock()
	c := newClient(t, Options{Now: clk.now, Gap: -1, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.Contains(r.URL.Host, "blogspot") {
			return &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {"7200"}}, Body: http.NoBody}, nil
		}
		return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Body: io.NopCloser(strings.NewReader(rss("a")))}, nil
	})})
	for i := range 2 {
		wantResult(t, poll(t, c, feedAt(fmt.Sprintf("https://blog%d.blogspot.com/feed", i))), newsfold.Failed)
	}
	out := poll(t, c, feedAt("https://other.blogspot.com/feed"))
	if out.Feed.Poll.Result != "" || !strings.Contains(out.Feed.Poll.Why, "blogspot.com") {
		t.Errorf("%+v", out.Feed.Poll)
	}
	wantResult(t, poll(t, c, feedAt("https://example.org/feed")), newsfold.Updated)
}
