package fetch

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// BenchmarkUnchanged polls feeds that answer 304, as most polls are.
func BenchmarkUnchanged(b *testing.B) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"x"`)
		if r.Header.Get("If-None-Match") == `"x"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		serve(w, rss("a", "b"))
	}))
	defer srv.Close()
	c, err := New(Options{Allow: []string{"127.0.0.1"}})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	var n atomic.Int64
	b.SetParallelism(4)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		feed := feedAt(fmt.Sprint(srv.URL, "/", n.Add(1)))
		for pb.Next() {
			out, err := c.Poll(b.Context(), feed, nil)
			if err != nil {
				b.Error(err)
				return
			}
			feed = out.Feed
		}
	})
}

// BenchmarkPlan decides when a feed is polled next, among 10,000.
func BenchmarkPlan(b *testing.B) {
	now := newClock().now()
	bg := newBudget(defaultInterval, defaultMin)
	r := &rate{}
	r.seed(now, every(3*defaultInterval, 20, now))
	for i := range 10_000 {
		bg.plan(fmt.Sprint(i), now, r, defaultMin, 20)
	}
	for b.Loop() {
		bg.plan("7", now, r, defaultMin, 20)
	}
}
