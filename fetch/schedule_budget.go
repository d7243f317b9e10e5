package fetch

import (
	"math"
	"sync"
	"time"
)

// budget shares out requests among feeds: one for each feed and usual interval
// on the whole, more for those that publish often at the cost of the others,
// though none is made to wait much longer than the usual interval would.
type budget struct {
	interval float64 // days between polls of a feed, on average
	least    float64 // days

	mu     sync.Mutex
	feeds  map[string]share
	level  float64   // c: see pace.wait
	solved time.Time // when level was last found
	since  int       // new feeds since then
	polls  int       // planned since then
	now    crowd     // of the polls since then
	habits habits    // of the polls before
	thrift float64   // share of the budget that is given out, so that bursts fit in
}

// share is what the budget has to know of a feed.
type share struct {
	root   float32 // pace.root
	lo, hi float32 // least and most polls a day
	at     int64   // Unix time of the last poll
}

const (
	// patience bounds the mean delay of each single feed, as a share of that
	// under the usual interval.
	patience    = 0.95
	longestWait = 1.0                  // days between polls of an ordinary feed at most
	forgetAfter = int64(3 * 24 * 3600) // seconds after which an unpolled feed is left out
)

func newBudget(interval, least time.Duration) *budget {
	return &budget{interval: days(interval), least: days(least), feeds: map[string]share{}, thrift: 1, habits: flat()}
}

// plan returns after how many days to poll a feed again, as far as it is up to
// us. floor is the least that the publisher and the owner allow: the caller
// sees to it, the budget reckons with it; items, when above 0, is how many
// entries the feed holds, so that none is pushed out between polls.
func (b *budget) plan(key string, now time.Time, r *rate, floor time.Duration, items int) float64 {
	b.mu.Lock()
	all := b.habits
	b.now.add(r)
	b.mu.Unlock()
	p := r.pace(&all)
	longest := b.interval * patience / p.even // at an average moment
	slack := r.dormant(now)
	limit := max(longestWait, b.interval)
	if items > 0 {
		limit = min(limit, max(float64(items)/(2*p.busiest()), days(floor)))
	}
	lo := 1 / min(max(b.interval*patience/(p.even*p.even)*slack, b.interval), limit)
	rest := max(days(floor), b.least)
	if slack > 1 { // of no use to the budget: it only tells whether the feed comes to life
		rest = min(max(rest, b.interval*slack), limit)
	}
	hi := max(1/rest, lo)
	level := b.put(key, share{float32(p.root), float32(lo), float32(hi), now.Unix()})
	// The level at which this feed's own delay would be as long as allowed.
	own := longest * slack * math.Sqrt(p.perDay)
	wait := p.wait(now, min(level, own), limit)
	if slack > 1 {
		wait = max(wait, rest)
	}
	return wait
}

// learn takes in a feed without planning for it.
func (b *budget) learn(key string, now time.Time, r *rate, floor time.Duration, items int) {
	b.plan(key, now, r, floor, items)
	b.mu.Lock()
	b.polls = max(0, b.polls-1)
	b.mu.Unlock()
}

// put notes a feed and returns the level, found anew when it may have changed.
func (b *budget) put(key string, s share) float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, known := b.feeds[key]; !known {
		b.since++
	}
	b.feeds[key] = s
	b.polls++
	now := time.Unix(s.at, 0)
	if b.level == 0 || b.since*10 > len(b.feeds) || now.Sub(b.solved) > time.Hour {
		b.solve(now)
	}
	return b.level
}

// solve finds the level at which the polls of all feeds add up to the budget.
func (b *budget) solve(now time.Time) {
	shares := make([]share, 0, len(b.feeds))
	for k, s := range b.feeds {
		if now.Unix()-s.at > forgetAfter {
			delete(b.feeds, k)
			continue
		}
		shares = append(shares, s)
	}
	want := float64(len(b.feeds)) / b.interval
	if spent := days(now.Sub(b.solved)) * want; b.since == 0 && b.polls > 50 && spent > 50 {
		b.thrift *= math.Pow(spent/float64(b.polls), 0.2)
		b.thrift = min(max(b.thrift, 0.8), 1.05)
	}
	want *= b.thrift
	if b.now.n > 50 {
		b.habits, b.now = b.now.habits(), crowd{}
	}
	lo, hi := 1e-6, 1e4
	for range 50 {
		mid := math.Sqrt(lo * hi)
		sum := 0.0
		for _, s := range shares {
			sum += min(max(float64(s.root)/mid, float64(s.lo)), float64(s.hi))
		}
		if sum > want {
			lo = mid
		} else {
			hi = mid
		}
	}
	b.level, b.solved, b.since, b.polls = hi, now, 0, 0
}
