package ingest

import (
	"context"
	"errors"
	"time"

	"newsfold"
	"newsfold/dedupe"
	"newsfold/store"
)

// Of the daemons that share a store one folds, which has the lease of the stage.
// The others would gain little: folding an article takes a tenth of the time that
// fetching, reading and storing it takes, and what is decided about one article
// depends on what was decided about those before it. Each batch is a transaction
// that holds the lease, so if two of them believe that it is theirs, only one of
// them is right, and of two copies the second always finds the first.
//
// Giving stories their events is a stage of its own, with a lease of its own, which
// whoever is behind with folding leaves to the others.

// The leases of folding and of grouping stories into events.
const (
	foldStage  = "fold"
	groupStage = "events"
)

// underLease is what a folder needs where daemons share the store.
type underLease struct {
	lease   store.Lease
	expired time.Time // when the index was last relieved of what is old
	// within decides by the index of the transaction; nil: by the folder's own.
	within func(dedupe.Article) (dedupe.Decision, error)
}

// stages are those of folding that this daemon has; nil: another one has it.
type stages struct{ fold, group *folder }

// foldShared is foldLoop for daemons that share a store.
func (e *Engine) foldShared(ctx context.Context) error {
	var (
		has     stages
		settled []chan struct{}
	)
	defer func() {
		for _, f := range []*folder{has.fold, has.group} {
			if f == nil {
				continue
			}
			if err := e.shared.give(ctx, []store.Lease{f.lease}); err != nil {
				e.log.Warn("leave a stage leased until the lease ends", "stage", f.lease.Stage, "err", err)
			}
		}
	}()
	tick := time.NewTicker(idle)
	defer tick.Stop()
	for woken := !e.opts.Manual; ; {
		if woken {
			n, err := e.turn(ctx, &has)
			if err != nil {
				return err
			}
			if n > 0 {
				continue
			}
			if len(settled) > 0 {
				waits, err := e.pending(ctx) // for another daemon
				if err != nil {
					return wrap("read changes", err)
				}
				if !waits {
					for _, done := range settled {
						close(done)
					}
					settled = nil
				}
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-e.texts:
			woken = true
		case done := <-e.settled:
			settled = append(settled, done)
			woken = true
		case <-tick.C:
			woken = !e.opts.Manual || len(settled) > 0
		}
	}
}

// turn folds the next few articles and groups the next few stories into events, as
// far as that is for this daemon to do, and reports how many they were.
func (e *Engine) turn(ctx context.Context, has *stages) (int, error) {
	if e.opts.Manual {
		if pending, err := e.pending(ctx); err != nil || !pending {
			return 0, wrap("read changes", err)
		}
	}
	folded, err := e.foldTurn(ctx, &has.fold)
	if err != nil {
		return 0, err
	}
	grouped, err := e.groupTurn(ctx, &has.group, folded == foldBatch)
	e.shared.behind.Store(err == nil && (folded == foldBatch || grouped == groupBatch))
	return folded + grouped, err
}

// foldTurn folds the next few articles, if this daemon has the stage.
func (e *Engine) foldTurn(ctx context.Context, f **folder) (int, error) {
	var had store.Lease
	if *f != nil {
		had = (*f).lease
	}
	l, err := e.lead(ctx, foldStage, had)
	if err != nil {
		return 0, wrap("lease the folding", err)
	}
	switch {
	case l == store.Lease{}:
		*f = nil
		return 0, nil
	case *f == nil || had.Token != l.Token: // another may have folded in between
		opened, err := e.openShared(ctx, l)
		if err != nil {
			return 0, e.unlessFenced(f, wrap("open the index", err))
		}
		e.log.Info("folding is this daemon's now", "owner", l.Owner)
		*f = opened
	}
	(*f).lease = l
	n, err := (*f).batch(ctx)
	return n, e.unlessFenced(f, wrap("fold", err))
}

// groupTurn groups the next few stories into events, if this daemon has the stage,
// which one that is behind with folding gives away.
func (e *Engine) groupTurn(ctx context.Context, g **folder, behind bool) (int, error) {
	if e.opts.NoEvents {
		return 0, nil
	}
	var had store.Lease
	if *g != nil {
		had = (*g).lease
	}
	if behind {
		if had.Until.IsZero() {
			return 0, nil
		}
		(*g).lease.Until = time.Time{} // given away
		return 0, wrap("give events away", e.shared.give(ctx, []store.Lease{had}))
	}
	l, err := e.lead(ctx, groupStage, had)
	if err != nil {
		return 0, wrap("lease the grouping", err)
	}
	switch {
	case l == store.Lease{}:
		*g = nil
		return 0, nil
	case *g == nil || had.Token != l.Token && !followed(had, l):
		e.log.Info("grouping into events is this daemon's now", "owner", l.Owner)
		*g = e.newFolder()
	}
	(*g).lease = l
	n, err := (*g).group(ctx)
	return n, e.unlessFenced(g, wrap("group stories into events", err))
}

// followed reports whether nobody had a stage between two leases of it, the first of
// which was given back: that raises the token by one, as taking it does.
func followed(a, b store.Lease) bool { return b.Token == a.Token+2 }

// unlessFenced forgets a folder whose lease was lost, which is no failure.
func (e *Engine) unlessFenced(f **folder, err error) error {
	if !errors.Is(err, store.ErrFenced) {
		return err
	}
	e.log.Warn("another daemon has taken over a stage", "err", err)
	*f = nil
	return nil
}

// openShared makes a folder that uses the index in the store.
func (e *Engine) openShared(ctx context.Context, l store.Lease) (*folder, error) {
	f := e.newFolder()
	f.lease, f.links = l, nil // who groups reads what is linked to
	f.f = dedupe.NewFolder(e.opts.Fold, f)
	err := e.db.View(ctx, func(tx store.Tx) error {
		f.removed = 0
		_, err := f.forget(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, e.fillIndex(ctx, l)
}

// filled is where a store says that its index has all articles: one that was
// copied from another place has none.
var filled = []byte("candidates")

// fillIndex makes the index of the store of its sketches, unless it is there.
func (e *Engine) fillIndex(ctx context.Context, l store.Lease) error {
	var (
		there bool
		stale []newsfold.ArticleID
		some  []store.Candidate
	)
	put := func(last bool) error {
		return e.update(ctx, func(tx store.Tx) error {
			if err := store.Hold(tx, l); err != nil {
				return err
			}
			for _, c := range some {
				if err := tx.(store.Indexer).PutCandidate(c); err != nil {
					return err
				}
			}
			if last {
				return tx.Shelf(store.Local).Put(filled, nil)
			}
			return nil
		})
	}
	err := e.db.View(ctx, func(tx store.Tx) error {
		stale, some = nil, nil
		v, err := tx.Shelf(store.Local).Get(filled)
		if there = v != nil; there || err != nil {
			return err
		}
		var failed error
		for id, sketch := range sketches(tx, &failed) {
			x, keys, ok := dedupe.ReadSketch(id, sketch)
			if !ok {
				stale = append(stale, newsfold.ArticleID(id))
				continue
			}
			if some = append(some, candidate(x, keys)); len(some) == 1000 {
				if err := put(false); err != nil {
					return err
				}
				some = some[:0]
			}
		}
		return failed
	})
	if err != nil || there {
		return err
	}
	if err := put(true); err != nil || len(stale) == 0 {
		return err
	}
	e.log.Info("folding again what an older version folded", "articles", len(stale))
	return e.append(ctx, stale)
}

// begin makes a transaction part of the lease, where there is one.
func (f *folder) begin(ctx context.Context, tx store.Tx) error {
	if f.e.shared == nil {
		return nil
	}
	if err := store.Hold(tx, f.lease); err != nil {
		return err
	}
	if err := f.ahead(tx); err != nil {
		return err
	}
	index := &tableIndex{tx: tx.(store.Indexer)}
	f.within = func(a dedupe.Article) (dedupe.Decision, error) { return f.f.FoldIn(ctx, index, a) }
	if f.e.now().Sub(f.expired) < time.Hour {
		return nil
	}
	f.expired = f.e.now()
	return f.expire(ctx, tx, index)
}

// expire relieves the index of what has left the window behind its youngest
// article: whoever reads archives has no window behind the clock.
func (f *folder) expire(ctx context.Context, tx store.Tx, index *tableIndex) error {
	youngest, err := tx.(store.Indexer).YoungestCandidate()
	if err != nil {
		return err
	}
	hours := min(int64(youngest), f.expired.Unix()/3600) - int64(f.e.opts.Fold.Window/time.Hour)
	n, err := index.Expire(ctx, uint32(max(0, hours)))
	if n > 0 {
		f.e.log.Debug("relieved the index of what is old", "articles", n)
	}
	return err
}

// ahead tells the store what folding the batch asks for: the articles and the
// stories that are named after them, candidates, and their articles and stories.
func (f *folder) ahead(tx store.Tx) error {
	var w store.Wants
	for _, a := range f.batched {
		w.Articles = append(w.Articles, newsfold.ArticleID(a.ID))
		w.Stories = append(w.Stories, newsfold.StoryID(a.ID))
		w.Keys = f.f.Keys(a, w.Keys)
	}
	if err := store.Fetch(tx, w); err != nil {
		return err
	}
	found, err := tx.(store.Indexer).Candidates(w.Keys)
	if err != nil {
		return err
	}
	w = store.Wants{}
	for _, c := range found[:min(len(found), 4*foldBatch)] {
		w.Articles = append(w.Articles, c.Article)
		if _, held := f.texts[c.Article]; !held {
			w.Bodies = append(w.Bodies, c.Article)
		}
	}
	if err := store.Fetch(tx, w); err != nil {
		return err
	}
	return foreseeStories(tx, w.Articles)
}

// decide decides on one article, by the index at hand.
func (f *folder) decide(a dedupe.Article) (dedupe.Decision, error) {
	if f.within == nil {
		return f.f.Fold(a)
	}
	return f.within(a)
}

// foresee tells the store that changed articles are going to be read.
func foresee(tx store.Tx, changes []store.Change) error {
	var w store.Wants
	for _, c := range changes {
		w.Articles = append(w.Articles, c.Article)
	}
	w.Bodies = w.Articles
	return store.Fetch(tx, w)
}

// foreseeStories tells the store that the stories of articles are going to be read.
func foreseeStories(tx store.Tx, ids []newsfold.ArticleID) error {
	if _, gains := tx.(store.Fetcher); !gains {
		return nil
	}
	var w store.Wants
	for _, id := range ids {
		a, err := tx.Article(id)
		if isNew(err) {
			continue
		}
		if err != nil {
			return err
		}
		w.Stories = append(w.Stories, a.Story)
	}
	return store.Fetch(tx, w)
}

// foreseeLeads tells the store that the leads of stories are going to be read, and
// their texts where they are not at hand.
func (f *folder) foreseeLeads(tx store.Tx, b outcome) error {
	if _, gains := tx.(store.Fetcher); !gains {
		return nil
	}
	var w store.Wants
	for _, s := range b.stories {
		if !f.unread(s, b) {
			continue
		}
		w.Articles = append(w.Articles, s.Lead)
		if _, ok := f.held(s.Lead); !ok {
			w.Bodies = append(w.Bodies, s.Lead)
		}
	}
	return store.Fetch(tx, w)
}
