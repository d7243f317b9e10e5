package fetch

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"newsfold"
)

// site is a publisher on loopback that remembers what it was asked.
type site struct {
	*httptest.Server
	mu   sync.Mutex
	reqs []*http.Request
}

func newSite(t *testing.T, h http.HandlerFunc) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.reqs = append(s.reqs, r.Clone(context.Background()))
		s.mu.Unlock()
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// asked returns the requests so far, without those for robots.txt.
func (s *site) asked() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*http.Request
	for _, r := range s.reqs {
		if r.URL.Path != "/robots.txt" {
			out = append(out, r)
		}
	}
	return out
}

// last returns the latest request.
func (s *site) last(t *testing.T) *http.Request {
	t.Helper()
	reqs := s.asked()
	if len(reqs) == 0 {
		t.Fatal("the site was not asked")
	}
	return reqs[len(reqs)-1]
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	c.t = c.t.Add(d)
	c.mu.Unlock()
}

// newClient returns a client that may reach loopback.
func newClient(t *testing.T, opts Options) *Client {
	t.Helper()
	if opts.Allow == nil {
		opts.Allow = []string{"127.0.0.0/8", "::1"}
	}
	c, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// poll polls once and fails the test when the context is the matter.
func poll(t *testing.T, c *Client, feed newsfold.Feed) Outcome {
	t.Helper()
	out, err := c.Poll(t.Context(), feed, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func feedAt(url string) newsfold.Feed { return newsfold.Feed{ID: 1, URL: url} }

// rss is a feed with entries of these names.
func rss(names ...string) string { return rssWith("", names...) }

func rssWith(channel string, names ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"` +
		` xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>` +
		`<title>The Bell</title><link>https://bell.example/</link><description>d</description>` + channel)
	for _, n := range names {
		fmt.Fprintf(&b, `<item><guid isPermaLink="false">%s</guid><title>%s</title><link>https://bell.example/%s</link><description>About %s.</description></item>`, n, n, n, n)
	}
	b.WriteString(`</channel></rss>`)
	return b.String()
}

func serve(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprint(w, body)
}

func wantResult(t *testing.T, out Outcome, want newsfold.Result) {
	t.Helper()
	if out.Feed.Poll.Result != want {
		t.Fatalf("result %q (%s), want %q", out.Feed.Poll.Result, out.Feed.Poll.Error, want)
	}
}
