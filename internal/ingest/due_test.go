package ingest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/ingest"
	"newsfold/store"
	"newsfold/store/bolt"
)

// shift is a clock that a machine's sleep moves ahead of the timers, and a
// network of feeds that counts who is asked.
type shift struct {
	ahead atomic.Int64
	mu    sync.Mutex
	asked map[string]int
}

func (s *shift) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

func (s *shift) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.asked[r.URL.Host]++
	s.mu.Unlock()
	body := fmt.Sprintf(`<rss version="2.0"><channel><title>%s</title><item><guid>1</guid><title>The bridge is open</title><description>It is.</description></item></channel></rss>`, r.URL.Host)
	return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// counts returns how often each host was asked since the last call.
func (s *shift) counts() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := fmt.Sprint(s.asked)
	s.asked = map[string]int{}
	return out
}

// run runs an engine over a store for some time.
func (s *shift) run(t *testing.T, db store.DB, work func()) {
	t.Helper()
	client, err := fetch.New(fetch.Options{Interval: time.Hour, Transport: s, Now: s.now})
	if err != nil {
		t.Fatal(err)
	}
	e := ingest.New(db, client, ingest.Options{Now: s.now})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	work()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestRestartsPollOnlyWhatIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		s := &shift{asked: map[string]int{}}
		now := s.now()
		err = db.Update(t.Context(), func(tx store.Tx) error {
			for name, p := range map[string]newsfold.Poll{
				"new.example":   {},
				"due.example":   {Attempted: now.Add(-time.Hour), Succeeded: now.Add(-time.Hour), Next: now.Add(-time.Minute)},
				"later.example": {Attempted: now.Add(-time.Hour), Succeeded: now.Add(-time.Hour), Next: now.Add(40 * time.Minute)},
				"gone.example":  {Attempted: now.Add(-time.Hour), Result: newsfold.Gone},
			} {
				if err := tx.PutFeed(&newsfold.Feed{URL: "https://" + name + "/feed", Poll: p}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s.run(t, db, func() { time.Sleep(5 * time.Minute) })
		if got := s.counts(); got != "map[due.example:1 new.example:1]" {
			t.Errorf("asked at the start: %s", got)
		}
		for range 3 {
			s.run(t, db, func() { time.Sleep(3 * time.Minute) })
		}
		if got := s.counts(); got != "map[]" {
			t.Errorf("asked after restarts: %s", got)
		}
		s.run(t, db, func() { time.Sleep(31 * time.Minute) })
		if got := s.counts(); !strings.Contains(got, "later.example:1") || strings.Contains(got, "gone") {
			t.Errorf("asked when due: %s", got)
		}
	})
}

// A machine that slept through eight polls makes up for them with one, and
// soon, though its timers stood still meanwhile.
func TestSleepIsMadeUpForWithOnePoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		s := &shift{asked: map[string]int{}}
		err = db.Update(t.Context(), func(tx store.Tx) error {
			for i := range 3 {
				if err := tx.PutFeed(&newsfold.Feed{URL: fmt.Sprintf("https://f%d.example/", i)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s.run(t, db, func() {
			time.Sleep(time.Minute)
			s.counts()
			s.ahead.Add(int64(30 * time.Hour))
			time.Sleep(time.Minute)
			if got := s.counts(); got != "map[f0.example:1 f1.example:1 f2.example:1]" {
				t.Errorf("asked after the sleep: %s", got)
			}
		})
	})
}
