package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"newsfold"
	"newsfold/internal/access"
	"newsfold/store"
)

// meters count what the daemon does, for Prometheus. Most of it is read off the
// store when somebody asks: what happened since is what changed.
type meters struct {
	set     *metrics.Set
	mu      sync.Mutex
	begun   bool
	polled  map[newsfold.FeedID]time.Time // when each feed was asked last
	entries int
	seq     store.Seq // of the log of folds, counted so far
}

// mostChanges is how many changes one answer counts; the next goes on.
const mostChanges = 50_000

func newMeters() *meters {
	return &meters{set: metrics.NewSet(), polled: map[newsfold.FeedID]time.Time{}}
}

func (m *meters) add(name string, n int) { m.set.GetOrCreateCounter(name).Add(n) }

func (m *meters) put(name string, v float64) { m.set.GetOrCreateGauge(name, nil).Set(v) }

// timed measures how long answers take, by what is asked.
func (m *meters) timed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		next.ServeHTTP(w, r)
		m.set.GetOrCreateSummary(`newsfold_http_request_duration_seconds{area="` + area(r.URL.Path) + `"}`).UpdateDuration(start)
	})
}

// area is the part of the server that a path belongs to: there are few of them,
// whatever is asked for.
func area(path string) string {
	for _, a := range []struct{ prefix, name string }{
		{"/reader/", "greader"},
		{"/accounts/", "greader"},
		{"/api/greader.php", "greader"},
		{"/fever", "fever"},
		{"/api/fever", "fever"},
		{"/v1/", "miniflux"},
		{"/api/v1/", "api"},
		{"/out", "out"},
		{"/static/", "static"},
		{"/image/", "image"},
		{"/metrics", "metrics"},
		{"/story/", "story"},
		{"/feeds", "feeds"},
		{"/event", "event"},
	} {
		if strings.HasPrefix(path, a.prefix) {
			return a.name
		}
	}
	if path == "/" {
		return "river"
	}
	return "other"
}

// metrics answers with all counters in Prometheus' text format.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) {
	open, err := s.open(r.Context())
	if err == nil && !open {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		open, err = s.gate.Holds(r.Context(), access.ForAPI, token)
	}
	switch {
	case err != nil:
		s.fault(w, r, err)
		return
	case !open:
		w.Header().Set("WWW-Authenticate", `Bearer realm="newsfold"`)
		s.fault(w, r, &fault{http.StatusUnauthorized, "The metrics need the token that newsfold token prints, as a bearer token."})
		return
	}
	if err := s.meters.read(r.Context(), s.db, s.now()); err != nil {
		s.fault(w, r, err)
		return
	}
	if s.size != nil {
		if n, err := s.size(r.Context()); err == nil {
			s.meters.put("newsfold_store_bytes", float64(n))
		}
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	s.meters.set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
}

// read brings the counters up to date.
func (m *meters) read(ctx context.Context, db store.DB, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return db.View(ctx, func(tx store.Tx) error {
		if err := m.readFeeds(tx, now); err != nil {
			return err
		}
		if err := m.readFolds(tx); err != nil {
			return err
		}
		m.begun = true
		waiting, err := count1000(func(yield func(error) bool) {
			for _, err := range tx.Wanted(now) {
				if !yield(err) {
					return
				}
			}
		})
		m.put(`newsfold_queue_length{stage="page"}`, float64(waiting))
		return err
	})
}

// count1000 counts up to a thousand: beyond, it is long, and that is enough to
// know.
func count1000(each func(func(error) bool)) (n int, err error) {
	each(func(e error) bool {
		if e != nil {
			err = e
			return false
		}
		n++
		return n < 1000
	})
	return n, err
}

// readFeeds counts polls: a feed that was asked since the last time was polled
// once. Polls of one feed are minutes apart, as answers here should not be.
func (m *meters) readFeeds(tx store.Tx, now time.Time) error {
	feeds, due, entries, results := 0, 0, 0, map[newsfold.Result]int{"": 0, newsfold.Updated: 0, newsfold.NotModified: 0, newsfold.Failed: 0, newsfold.Gone: 0}
	var lag time.Duration
	for f, err := range tx.Feeds() {
		if err != nil {
			return err
		}
		feeds++
		entries += f.Entries
		results[f.Poll.Result]++
		if f.Poll.Result != newsfold.Gone && !f.Poll.Next.After(now) {
			due++
			if !f.Poll.Next.IsZero() {
				lag = max(lag, now.Sub(f.Poll.Next))
			}
		}
		if m.begun && f.Poll.Attempted.After(m.polled[f.ID]) {
			m.add(fmt.Sprintf(`newsfold_polls_total{result=%q}`, f.Poll.Result), 1)
		}
		m.polled[f.ID] = f.Poll.Attempted
	}
	if m.begun && entries > m.entries {
		m.add("newsfold_entries_total", entries-m.entries)
	} else {
		m.add("newsfold_entries_total", 0)
	}
	m.entries = entries
	m.put("newsfold_feeds", float64(feeds))
	m.put("newsfold_entries", float64(entries))
	for r, n := range results {
		if r == "" {
			r = "none"
		}
		m.put(fmt.Sprintf(`newsfold_feeds_by_result{result=%q}`, r), float64(n))
	}
	m.put(`newsfold_queue_length{stage="poll"}`, float64(due))
	m.put(`newsfold_queue_lag_seconds{stage="poll"}`, lag.Seconds())
	return nil
}

// readFolds counts, from the log of folds, what became of articles: how they
// were folded, and where their texts come from.
func (m *meters) readFolds(tx store.Tx) error {
	n := 0
	var last newsfold.Article
	for c, err := range tx.Changes(store.Folds, m.seq) {
		if err != nil {
			return err
		}
		m.seq = c.Seq
		if !m.begun { // what came before the daemon is not counted
			continue
		}
		if n++; n > mostChanges {
			break
		}
		a, err := tx.Article(c.Article)
		if errors.Is(err, newsfold.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		m.add(fmt.Sprintf(`newsfold_folds_total{relation=%q}`, a.Fold.Relation), 1)
		m.add(fmt.Sprintf(`newsfold_extractions_total{outcome=%q}`, a.Page.State), 1)
		last = a
	}
	if !last.Fold.At.IsZero() && last.Fold.At.After(last.Seen) {
		m.put(`newsfold_queue_lag_seconds{stage="fold"}`, last.Fold.At.Sub(last.Seen).Seconds())
	}
	return nil
}
