package fetch

import (
	"context"
	"slices"
	"sync"
	"time"
)

// hosts keeps the budget of every host: how many requests are under way, when
// the next one may start, and until when the host wants to be left alone.
type hosts struct {
	per    int
	window time.Duration // for how long a good answer speaks for its host: until the next and longer

	mu sync.Mutex
	m  map[string]*host
}

type host struct {
	active   int // requests under way or granted
	suspects int // those of them that were in trouble last time
	queue    []*waiter
	next     time.Time     // earliest start of the next request
	delay    time.Duration // Crawl-delay

	until   time.Time        // left alone until then
	replies map[string]reply // by URL: how it was answered last
	row     []string         // URLs that were refused since the last good answer
}

// reply is how a URL was answered: well, or with the wish to wait.
type reply struct {
	at    time.Time
	until time.Time // zero: well
}

type waiter struct {
	ready   chan struct{}
	suspect bool
}

func newHosts(per int, window time.Duration) *hosts {
	return &hosts{per: per, window: window, m: map[string]*host{}}
}

// at returns the state of a host; the lock is held.
func (hs *hosts) at(key string) *host {
	h := hs.m[key]
	if h == nil {
		if len(hs.m) >= 4096 {
			hs.sweep()
		}
		h = &host{}
		hs.m[key] = h
	}
	return h
}

// sweep forgets the hosts about which there is nothing to remember.
func (hs *hosts) sweep() {
	now := time.Now()
	for k, h := range hs.m {
		if h.active == 0 && len(h.queue) == 0 && h.next.Before(now) && len(h.row) == 0 {
			delete(hs.m, k)
		}
	}
}

// room reports whether a request may be granted. A suspect, which was slow or
// broken last time, never takes the last place, so that a few bad feeds cannot
// keep out the good ones of their host.
func (hs *hosts) room(h *host, suspect bool) bool {
	if h.active >= hs.per {
		return false
	}
	return !suspect || hs.per == 1 || h.suspects < hs.per-1
}

// acquire waits for the host's turn: a place among its requests under way, and
// the gap after the start of the one before. The caller calls release.
func (hs *hosts) acquire(ctx context.Context, key string, gap time.Duration, suspect bool) (release func(), err error) {
	hs.mu.Lock()
	h := hs.at(key)
	if hs.room(h, suspect) {
		hs.grant(h, suspect)
	} else {
		w := &waiter{ready: make(chan struct{}), suspect: suspect}
		h.queue = append(h.queue, w)
		hs.mu.Unlock()
		select {
		case <-w.ready:
			hs.mu.Lock()
		case <-ctx.Done():
			hs.mu.Lock()
			if i := slices.Index(h.queue, w); i >= 0 {
				h.queue = slices.Delete(h.queue, i, i+1)
			} else {
				hs.done(h, suspect)
			}
			hs.mu.Unlock()
			return nil, ctx.Err()
		}
	}
	now := time.Now()
	start := now
	if h.next.After(start) {
		start = h.next
	}
	h.next = start.Add(max(gap, h.delay))
	hs.mu.Unlock()

	release = func() {
		hs.mu.Lock()
		hs.done(h, suspect)
		hs.mu.Unlock()
	}
	if err := sleep(ctx, start.Sub(now)); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

func (hs *hosts) grant(h *host, suspect bool) {
	h.active++
	if suspect {
		h.suspects++
	}
}

// done gives a place back and grants it to the next in the queue: trusted
// feeds before suspects.
func (hs *hosts) done(h *host, suspect bool) {
	h.active--
	if suspect {
		h.suspects--
	}
	for _, turn := range []bool{false, true} {
		for i := 0; i < len(h.queue) && hs.room(h, turn); {
			w := h.queue[i]
			if w.suspect != turn {
				i++
				continue
			}
			h.queue = slices.Delete(h.queue, i, i+1)
			hs.grant(h, turn)
			close(w.ready)
		}
	}
}

// started notes that a request which had its turn started only now, held up by
// others.
func (hs *hosts) started(keys []string, gap time.Duration) {
	now := time.Now()
	hs.mu.Lock()
	defer hs.mu.Unlock()
	for _, key := range keys {
		h := hs.at(key)
		if next := now.Add(max(gap, h.delay)); next.After(h.next) {
			h.next = next
		}
	}
}

// crawlDelay lengthens the gap between starts as robots.txt asks.
func (hs *hosts) crawlDelay(key string, d time.Duration) {
	hs.mu.Lock()
	hs.at(key).delay = d
	hs.mu.Unlock()
}

// refuse notes that a host asked to wait before a URL is fetched again. When
// it says so of three URLs in a row, or of two and of no fewer than it answers
// well, it is believed to mean all of them, until the earliest time that
// it named.
func (hs *hosts) refuse(keys []string, url string, now, until time.Time) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	for _, key := range keys {
		hs.refuseOne(key, url, now, until)
	}
}

func (hs *hosts) refuseOne(key, url string, now, until time.Time) {
	h := hs.at(key)
	h.note(url, reply{now, until})
	if !slices.Contains(h.row, url) && len(h.row) < maxReplies {
		h.row = append(h.row, url)
	}
	refused, good := 0, 0
	agreed := until
	for u, n := range h.replies {
		switch {
		case n.until.After(now):
			refused++
			if n.until.Before(agreed) {
				agreed = n.until
			}
		case n.until.IsZero() && now.Sub(n.at) < hs.window:
			good++
		default:
			delete(h.replies, u)
		}
	}
	if (len(h.row) >= 3 || refused >= 2 && refused >= good) && agreed.After(h.until) {
		h.until = agreed
	}
}

// accept notes that a host answered as it should.
func (hs *hosts) accept(keys []string, url string, now time.Time) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	for _, key := range keys {
		if h := hs.m[key]; h != nil {
			h.row = nil
			h.note(url, reply{at: now})
		}
	}
}

const maxReplies = 64

func (h *host) note(url string, n reply) {
	if h.replies == nil {
		h.replies = map[string]reply{}
	}
	if _, known := h.replies[url]; !known && len(h.replies) >= maxReplies {
		for u := range h.replies { // any will do
			delete(h.replies, u)
			break
		}
	}
	h.replies[url] = n
}

// blocked returns until when one of several is to be left alone, and which;
// zero when none is.
func (hs *hosts) blocked(keys []string, now time.Time) (until time.Time, which string) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	for _, key := range keys {
		if h := hs.m[key]; h != nil && h.until.After(now) && h.until.After(until) {
			until, which = h.until, key
		}
	}
	return until, which
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
