package ingest

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"newsfold"
	"newsfold/dedupe"
	"newsfold/store"
)

// Several daemons share a store when its engine says so (see [store.Shared]). Then
// feeds and pages are leased from the store instead of being scheduled in memory,
// one daemon at a time folds and one at a time removes what is not kept, and the
// index of candidates is in the store. Each result is stored in a transaction that
// holds its lease, so whoever was too slow stores nothing.

// sharing is this engine among those that share its store.
type sharing struct {
	db    store.Shared
	owner string
	lease time.Duration
	// behind says that this daemon folds, and that much is waiting for that: then
	// feeds are left to the others.
	behind atomic.Bool
}

// Behind reports whether this engine is the one of several that folds, and much is
// waiting for that: then it is no time for what can be done later.
func (e *Engine) Behind() bool { return e.shared != nil && e.shared.behind.Load() }

// newSharing returns nil for a store that is this engine's alone.
func newSharing(db store.DB, lease time.Duration) *sharing {
	s, ok := db.(store.Shared)
	if !ok {
		return nil
	}
	if lease <= 0 {
		lease = 3 * time.Minute
	}
	host, err := os.Hostname()
	if err != nil {
		host = "somewhere"
	}
	return &sharing{db: s, owner: fmt.Sprintf("%.30s %d %.8s", host, os.Getpid(), rand.Text()), lease: lease}
}

func (s *sharing) claim(limit int) store.Claim {
	return store.Claim{Owner: s.owner, For: s.lease, Limit: limit}
}

// fresh reports whether a lease lasts long enough to begin what it is for.
func (s *sharing) fresh(l store.Lease) bool { return time.Until(l.Until) > s.lease/3 }

// bound ends what is done under a lease a little before the lease.
func (s *sharing) bound(ctx context.Context, l store.Lease) (context.Context, context.CancelFunc) {
	return context.WithDeadline(ctx, l.Until.Add(-s.lease/20))
}

// give gives leases back, at the end of whoever held them.
func (s *sharing) give(ctx context.Context, leases []store.Lease) error {
	if len(leases) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	return s.db.Release(ctx, leases)
}

// idle is how often the store is asked for work when there was none.
const idle = 500 * time.Millisecond

// patient is a store that outlasts, in a daemon, a server that is away for longer
// than its engine waits. Functions given to View are run again then.
type patient struct {
	store.Shared
	e *Engine
}

// View implements [store.DB].
func (p patient) View(ctx context.Context, fn func(store.Tx) error) error {
	return p.e.outlast(ctx, func() error { return p.Shared.View(ctx, fn) })
}

// Size implements [store.Sizer].
func (p patient) Size(ctx context.Context) (store.Size, error) {
	s, ok := p.Shared.(store.Sizer)
	if !ok {
		return store.Size{}, errors.New("this store cannot tell its size")
	}
	return s.Size(ctx)
}

// outlast does something with the store that, in a daemon, is tried again while
// its disk is full or its server away. When it is not known whether something was
// stored, too: under a lease that has been used it is not stored again, and what
// needs no lease is the same when stored twice.
func (e *Engine) outlast(ctx context.Context, do func() error) error {
	wait := time.Second
	for {
		err := do()
		again := errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrUnknown)
		if !again || e.opts.Manual || ctx.Err() != nil {
			return err
		}
		e.log.Error("the store does not work, trying again", "wait", wait, "err", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		wait = min(2*wait, time.Minute)
	}
}

// lease takes over feeds that are due, as many as there is room for.
func (p *poller) lease(ctx context.Context) error {
	s, now := p.e.shared, time.Now()
	room := min(p.e.opts.Feeds-p.queue.running-p.queue.waiting, 128)
	if p.e.held.Load() >= maxReads { // more than it can read: others may be quicker
		room = min(room, burst-p.queue.waiting)
	}
	if room <= 0 || now.Before(p.look) {
		return nil
	}
	if s.behind.Load() {
		p.look = now.Add(idle / 5)
		return nil
	}
	var leases []store.Lease
	err := p.e.outlast(ctx, func() (err error) {
		leases, err = s.db.LeaseFeeds(ctx, s.claim(room))
		return err
	})
	if err != nil {
		return err
	}
	p.look = now
	if len(leases) < room {
		p.look = now.Add(idle)
	}
	if len(leases) == 0 {
		return nil
	}
	queues := map[newsfold.FeedID]string{}
	err = p.e.db.View(ctx, func(tx store.Tx) error {
		clear(queues)
		for _, l := range leases {
			f, err := tx.Feed(l.Feed)
			if err != nil && !isNew(err) {
				return err
			}
			if err == nil {
				queues[l.Feed] = p.e.client.Queue(f.URL)
			}
		}
		return nil
	})
	for _, l := range leases {
		if queue, ok := queues[l.Feed]; ok && !p.busy[l.Feed] {
			p.busy[l.Feed], p.leases[l.Feed] = true, l
			p.queue.push(queue, l.Feed)
		}
	}
	return err
}

// giveBack releases the feeds that were not asked.
func (p *poller) giveBack(ctx context.Context) {
	if p.e.shared == nil {
		return
	}
	var leases []store.Lease
	for _, l := range p.leases {
		leases = append(leases, l)
	}
	if err := p.e.shared.give(ctx, leases); err != nil {
		p.e.log.Warn("leave feeds leased until the leases end", "feeds", len(leases), "err", err)
	}
}

// hold sees to it that a feed may be asked: under the lease at hand or, when there
// is none since somebody wants the feed asked whether it is due or not, under one
// that is taken now. It reports false when the feed is another daemon's.
func (e *Engine) hold(ctx context.Context, f newsfold.Feed, l store.Lease) (store.Lease, bool, error) {
	switch {
	case e.shared == nil:
		return l, true, nil
	case l != store.Lease{}:
		return l, e.shared.fresh(l), nil
	}
	c := e.shared.claim(1)
	c.Feeds = []newsfold.FeedID{f.ID}
	leases, err := e.shared.db.LeaseFeeds(ctx, c)
	if err != nil {
		return l, false, err
	}
	if len(leases) == 0 {
		// A feed that is gone is due for nobody, and is asked by name only.
		return l, f.Poll.Result == newsfold.Gone, nil
	}
	return leases[0], true, nil
}

// leasePages takes over pages that are due, in the place of looking for them.
func (p *pager) leasePages(ctx context.Context, now time.Time) error {
	s := p.e.shared
	if since := now.Sub(p.looked); since >= 0 && since < idle/5 {
		return nil
	}
	p.looked = now
	p.next, p.left, p.late = time.Time{}, time.Time{}, nil
	room := min(4*p.e.opts.Pages-p.queue.running-p.queue.waiting, 256)
	if room <= 0 {
		return nil
	}
	var leases []store.Lease
	err := p.e.outlast(ctx, func() (err error) {
		leases, err = s.db.LeasePages(ctx, s.claim(room))
		return err
	})
	if err != nil {
		return err
	}
	held := map[newsfold.ArticleID]store.Lease{}
	for _, l := range leases {
		held[l.Article] = l
	}
	articles, overdue, err := p.read(ctx, leases, now)
	for _, a := range articles {
		p.known[a.ID] = &waiting{due: a.Page.Next, since: now, released: a.Story != 0 || p.crowded[a.ID], lease: held[a.ID]}
		p.queue.push(p.e.client.Queue(a.Link), a.ID)
	}
	for id := range overdue {
		if !p.crowded[id] && p.known[id] == nil {
			p.late = append(p.late, id)
		}
	}
	p.crowded = overdue
	if len(articles) > 0 {
		p.left = articles[0].Page.Next // there may be more of them: a few of each host are leased at once
	}
	return err
}

// read reads the articles of leases, and which articles wait for their page for so
// long, while no daemon has room for them, that they are to be folded without it.
func (p *pager) read(ctx context.Context, leases []store.Lease, now time.Time) (articles []newsfold.Article, overdue map[newsfold.ArticleID]bool, err error) {
	overdue = map[newsfold.ArticleID]bool{}
	err = p.e.db.View(ctx, func(tx store.Tx) error {
		articles = articles[:0]
		clear(overdue)
		for _, l := range leases {
			a, err := tx.Article(l.Article)
			if err != nil && !isNew(err) {
				return err
			}
			if err == nil {
				articles = append(articles, a)
			}
		}
		for id, err := range tx.Wanted(now.Add(-p.e.opts.PageWait)) {
			if err != nil {
				return err
			}
			if overdue[id] = true; len(overdue) == 4*lowWater {
				break
			}
		}
		return nil
	})
	return articles, overdue, err
}

// giveBack releases the pages that were not fetched.
func (p *pager) giveBack(ctx context.Context) {
	if p.e.shared == nil {
		return
	}
	var leases []store.Lease
	for _, w := range p.known {
		leases = append(leases, w.lease)
	}
	if err := p.e.shared.give(ctx, leases); err != nil {
		p.e.log.Warn("leave pages leased until the leases end", "pages", len(leases), "err", err)
	}
}

// lead reports whether this daemon is the one that has a stage, and takes it over
// when nobody has.
func (e *Engine) lead(ctx context.Context, stage string, now store.Lease) (store.Lease, error) {
	if now != (store.Lease{}) && time.Until(now.Until) > e.shared.lease*2/3 {
		return now, nil
	}
	var l store.Lease
	err := e.outlast(ctx, func() (err error) {
		l, _, err = e.shared.db.LeaseStage(ctx, stage, e.shared.claim(1))
		return err
	})
	return l, err
}

// leadRetention reports whether it is for this daemon to remove what is not kept.
func (e *Engine) leadRetention(ctx context.Context) (bool, error) {
	if e.shared == nil {
		return true, nil
	}
	l, err := e.lead(ctx, "retain", store.Lease{})
	return l != (store.Lease{}), err
}

// tableIndex is the index of candidates in a store, within a transaction.
type tableIndex struct {
	tx store.Indexer
	// common counts how many articles have a key of those looked up last.
	common map[uint32]int
}

// maxPostings is how many articles are kept of a key, as in an index in memory:
// what more of them share is furniture.
const maxPostings = 64

// Lookup implements [dedupe.Index].
func (t *tableIndex) Lookup(_ context.Context, keys []uint32, dst []dedupe.Posting) ([]dedupe.Posting, error) {
	found, err := t.tx.Candidates(keys)
	if err != nil {
		return dst, err
	}
	t.common = map[uint32]int{}
	for _, c := range found {
		x, ok := indexed(c)
		if !ok {
			continue
		}
		for _, k := range c.Keys {
			if i, ok := slices.BinarySearch(keys, k); ok {
				dst = append(dst, dedupe.Posting{Key: int32(i), Article: x})
				t.common[k]++
			}
		}
	}
	return dst, nil
}

// Insert implements [dedupe.Index]; the keys are those looked up last.
func (t *tableIndex) Insert(_ context.Context, x dedupe.Indexed, keys []uint32) error {
	rare := make([]uint32, 0, len(keys))
	for _, k := range keys {
		if t.common[k] < maxPostings {
			rare = append(rare, k)
		}
	}
	return t.tx.PutCandidate(candidate(x, rare))
}

// Forget implements [dedupe.Index].
func (t *tableIndex) Forget(_ context.Context, ids ...int64) error {
	articles := make([]newsfold.ArticleID, len(ids))
	for i, id := range ids {
		articles[i] = newsfold.ArticleID(id)
	}
	return t.tx.DropCandidates(articles...)
}

// Expire implements [dedupe.Index].
func (t *tableIndex) Expire(_ context.Context, hour uint32) (int, error) {
	return t.tx.ExpireCandidates(hour)
}

// candidate and indexed turn what is kept of an article into what a store keeps,
// and back.
func candidate(x dedupe.Indexed, keys []uint32) store.Candidate {
	note := binary.BigEndian.AppendUint32(nil, x.Story)
	note = binary.BigEndian.AppendUint32(note, x.Name)
	note = binary.BigEndian.AppendUint32(note, x.Host)
	return store.Candidate{Article: newsfold.ArticleID(x.ID), Hour: x.Hour, Note: note, Keys: keys}
}

func indexed(c store.Candidate) (dedupe.Indexed, bool) {
	if len(c.Note) != 12 {
		return dedupe.Indexed{}, false
	}
	return dedupe.Indexed{
		ID: int64(c.Article), Hour: c.Hour, Story: binary.BigEndian.Uint32(c.Note),
		Name: binary.BigEndian.Uint32(c.Note[4:]), Host: binary.BigEndian.Uint32(c.Note[8:]),
	}, true
}
