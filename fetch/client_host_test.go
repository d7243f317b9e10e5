package fetch

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsfold"
)

func TestRequestsToAHostAreFewAndApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hs := newHosts(2, time.Hour)
		var (
			mu     sync.Mutex
			starts []time.Time
			active int
			most   int
		)
		begin := time.Now()
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				release, err := hs.acquire(context.Background(), "x", time.Second, false)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				starts = append(starts, time.Now())
				active++
				most = max(most, active)
				mu.Unlock()
				time.Sleep(5 * time.Second)
				mu.Lock()
				active--
				mu.Unlock()
				release()
			})
		}
		wg.Wait()
		if most != 2 {
			t.Errorf("%d under way at once", most)
		}
		for i := 1; i < len(starts); i++ {
			if d := starts[i].Sub(starts[i-1]); d < time.Second {
				t.Errorf("request %d started %s after the one before", i, d)
			}
		}
		if d := time.Since(begin); d > 30*time.Second {
			t.Errorf("took %s", d)
		}
	})
}

func TestHostsDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hs := newHosts(2, time.Hour)
		for range 2 {
			if _, err := hs.acquire(context.Background(), "slow", time.Second, false); err != nil {
				t.Fatal(err)
			}
		}
		begin := time.Now()
		if _, err := hs.acquire(context.Background(), "fast", time.Second, false); err != nil || time.Since(begin) > 0 {
			t.Errorf("waited %s, %v", time.Since(begin), err)
		}
	})
}

func TestSuspectsLeaveRoomForTheGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hs := newHosts(2, time.Hour)
		for range 5 { // slow ones, of which one at a time may go
			go func() {
				release, err := hs.acquire(context.Background(), "x", 0, true)
				if err != nil {
					t.Error(err)
					return
				}
				time.Sleep(30 * time.Second)
				release()
			}()
		}
		synctest.Wait()
		begin := time.Now()
		for range 20 {
			release, err := hs.acquire(context.Background(), "x", 0, false)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
			release()
		}
		if d := time.Since(begin); d > 3*time.Second {
			t.Errorf("20 good requests of 100ms took %s", d)
		}
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		hs.mu.Lock()
		defer hs.mu.Unlock()
		if h := hs.m["x"]; h.active != 0 || len(h.queue) != 0 {
			t.Errorf("left behind: %+v", h)
		}
	})
}

func TestWaitingForAHostCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hs := newHosts(1, time.Hour)
		release, err := hs.acquire(context.Background(), "x", time.Hour, false)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if _, err := hs.acquire(ctx, "x", 0, false); err == nil {
			t.Error("the only place was given twice")
		}
		release()
		ctx, cancel = context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if _, err := hs.acquire(ctx, "x", 0, false); err == nil {
			t.Error("the gap of an hour was not kept")
		}
		if h := hs.m["x"]; h.active != 0 || len(h.queue) != 0 {
			t.Errorf("left behind: %+v", h)
		}
	})
}

func TestHostsAreForgotten(t *testing.T) {
	hs := newHosts(2, time.Hour)
	for i := range 20_000 {
		release, err := hs.acquire(t.Context(), fmt.Sprint("host", i), 0, false)
		if err != nil {
			t.Fatal(err)
		}
		release()
	}
	if n := len(hs.m); n > 5000 {
		t.Errorf("%d hosts are remembered", n)
	}
}

func TestTheGapKeepsFromStrangersAndNotFromOneself(t *testing.T) {
	for _, tc := range []struct {
		opts Options
		url  string
		want time.Duration
	}{
		{Options{}, "https://example.org/", time.Second},
		{Options{Gap: 3 * time.Second}, "https://example.org/", 3 * time.Second},
		{Options{Gap: -1}, "https://example.org/", 0},
		{Options{}, "http://127.0.0.1:4000/", 0},
		{Options{Gap: 100 * time.Millisecond}, "http://127.0.0.1:4000/", 100 * time.Millisecond},
		{Options{Allow: []string{"intranet"}}, "http://intranet/", 0},
	} {
		c := newClient(t, tc.opts)
		u, err := url.Parse(tc.url)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.gap(u); got != tc.want {
			t.Errorf("%+v, %s: %s, want %s", tc.opts, tc.url, got, tc.want)
		}
	}
}

func TestFeedsAndPagesShareTheBudget(t *testing.T) {
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
	c := newClient(t, Options{})
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() { _, _ = c.Poll(t.Context(), feedAt(fmt.Sprint(s.URL, "/f", i)), nil) })
		wg.Go(func() { _, _ = c.Page(t.Context(), fmt.Sprint(s.URL, "/p", i)) })
	}
	wg.Wait()
	if most > 2 {
		t.Errorf("%d requests at once", most)
	}
}

func TestSlowServersDoNotDelayTheOthers(t *testing.T) {
	slow := raw(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) })
	good := newSite(t, func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a")) })
	c := newClient(t, Options{Parallel: 40, Timeout: time.Hour})
	c.own.ResponseHeaderTimeout = 0 // no slow one is given up
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() { _, _ = c.Poll(ctx, feedAt(fmt.Sprint(slow, "/", i)), nil) })
	}
	for i := range 100 {
		soon, stop := context.WithTimeout(t.Context(), time.Minute)
		out, err := c.Poll(soon, feedAt(fmt.Sprint(good.URL, "/", i)), nil)
		stop()
		if err != nil {
			t.Fatalf("good poll %d is held up: %v", i, err)
		}
		wantResult(t, out, newsfold.Updated)
	}
	cancel()
	wg.Wait()
}
