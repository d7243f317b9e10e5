package ingest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"newsfold"
	"newsfold/dedupe"
	"newsfold/extract"
	"newsfold/store"
)

// The shelves of this package: where a stage has come to in its change log, by
// its name, and the sketch of each folded article, by its ID.
const (
	cursorShelf = "cursors"
	sketchShelf = "sketches"
)

var foldCursor = []byte("fold")

// foldBatch is how many articles are folded in one transaction: what other
// writers wait for at most.
const foldBatch = 512

// foldGather is how long folding waits, behind a batch of several articles that was
// not full, for the next: a commit costs as much for one article as for many.
const foldGather = 100 * time.Millisecond

// foldLoop gives articles their stories. Commands that only look never pay for
// the index: a manual engine waits until it is woken, and opens the index when
// there is something to fold.
func (e *Engine) foldLoop(ctx context.Context) error {
	var (
		f       *folder
		settled []chan struct{}
	)
	if e.opts.NoFold {
		return e.foldNothing(ctx)
	}
	if e.shared != nil {
		return e.foldShared(ctx)
	}
	for woken := !e.opts.Manual; ; woken = true {
		if woken {
			folded, grouped, err := e.foldSome(ctx, &f)
			if err != nil {
				return err
			}
			if folded > 1 && folded < foldBatch && len(settled) == 0 {
				settled = e.company(ctx, settled)
			}
			if folded+grouped > 0 {
				continue
			}
			e.handed.clear()
			for _, done := range settled {
				close(done)
			}
			settled = settled[:0]
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-e.texts:
		case done := <-e.settled:
			settled = append(settled, done)
		}
	}
}

// company waits a little for more to fold, unless somebody waits for the folding to
// be done, and returns those who do.
func (e *Engine) company(ctx context.Context, settled []chan struct{}) []chan struct{} {
	select {
	case <-ctx.Done():
	case <-time.After(foldGather):
	case done := <-e.settled:
		settled = append(settled, done)
	}
	return settled
}

// foldNothing tells those who wait for the folding that none is to be waited for.
func (e *Engine) foldNothing(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case done := <-e.settled:
			close(done)
		}
	}
}

// foldSome folds the next few articles and groups the next few stories into events,
// with the folder that it opens first where there is none, and reports how many they
// were.
func (e *Engine) foldSome(ctx context.Context, f **folder) (folded, grouped int, err error) {
	if *f == nil {
		if e.opts.Manual {
			if pending, err := e.pending(ctx); err != nil || !pending {
				return 0, 0, wrap("read changes", err)
			}
		}
		opened, err := e.openFolder(ctx)
		if err != nil {
			return 0, 0, wrap("read sketches", err)
		}
		*f = opened
	}
	return (*f).step(ctx)
}

// step folds the next few articles and groups the next few stories into events.
// Folding comes first: while there is much to fold, events wait, though not for so
// long that the texts are forgotten again.
func (f *folder) step(ctx context.Context) (folded, grouped int, err error) {
	if folded, err = f.batch(ctx); err != nil {
		return folded, 0, wrap("fold", err)
	}
	if f.ungrouped += folded; folded == foldBatch && f.ungrouped < 2*groupBatch {
		return folded, 0, nil
	}
	grouped, err = f.group(ctx)
	if f.ungrouped -= grouped; grouped < groupBatch {
		f.ungrouped = 0
		clear(f.links)
	}
	return folded, grouped, wrap("group stories into events", err)
}

// pending reports whether there is something to fold, or to group into events.
func (e *Engine) pending(ctx context.Context) (pending bool, err error) {
	err = e.db.View(ctx, func(tx store.Tx) error {
		pending = false
		after, err := Cursor(tx)
		if err != nil {
			return err
		}
		for _, err := range tx.Changes(store.Texts, after) {
			pending = true
			return err
		}
		if e.opts.NoEvents {
			return nil
		}
		if after, err = grouped(tx); err != nil {
			return err
		}
		for _, err := range tx.Changes(store.Folds, after) {
			pending = true
			return err
		}
		return nil
	})
	return pending, err
}

// folder folds what the change log brings. It is the library that its
// dedupe.Folder asks.
type folder struct {
	e  *Engine
	f  *dedupe.Folder
	tx store.Tx // during a batch
	underLease

	batched []dedupe.Article // what the batch folds
	// links are those of what was folded since stories were grouped; nil: not wanted.
	links map[newsfold.ArticleID][]string
	// texts holds what was read lately, older what was read before: most copies
	// come within hours.
	texts, older map[newsfold.ArticleID]dedupe.Article
	size         int // bytes in texts
	known        knownTexts
	text         string // of the article that is being folded
	sum          uint64 // of it

	rules  []ruled   // of the reader
	heeded store.Tx  // that they were read in
	events *grouping // nil: not opened yet
	// ungrouped is how many articles were folded since stories were grouped.
	ungrouped int
	// removed is how far the log of removed articles was read.
	removed store.Seq
}

// maxHeld bounds the texts that a folder holds, in bytes.
const maxHeld = 6 << 20

// hold keeps a text for later look-ups.
func (f *folder) hold(a dedupe.Article) {
	if f.size > maxHeld/2 {
		f.texts, f.older = map[newsfold.ArticleID]dedupe.Article{}, f.texts
		f.size = 0
	}
	f.texts[newsfold.ArticleID(a.ID)] = a
	f.size += len(a.Text) + 512
}

func (e *Engine) newFolder() *folder {
	f := &folder{e: e, texts: map[newsfold.ArticleID]dedupe.Article{}, known: newKnownTexts()}
	if !e.opts.NoEvents {
		f.links = map[newsfold.ArticleID][]string{}
	}
	return f
}

// openFolder brings back the index from the stored sketches.
func (e *Engine) openFolder(ctx context.Context) (*folder, error) {
	f := e.newFolder()
	var stale, old []int64
	err := e.db.View(ctx, func(tx store.Tx) error {
		f.f = dedupe.NewFolder(e.opts.Fold, f)
		var failed error
		stale, old = f.f.Load(sketches(tx, &failed)), old[:0]
		anew := map[int64]bool{}
		for _, id := range stale {
			anew[id] = true
		}
		for id := range sketches(tx, &failed) {
			if !anew[id] && !f.f.Holds(id) && len(old) < maxOld {
				old = append(old, id)
			}
		}
		if failed != nil {
			return failed
		}
		_, err := f.forget(tx)
		return err
	})
	if err == nil {
		err = e.dropSketches(ctx, old)
	}
	if err != nil || len(stale) == 0 {
		return f, err
	}
	// An older program sketched these: they are folded again, in time.
	e.log.Info("folding again what an older version folded", "articles", len(stale))
	ids := make([]newsfold.ArticleID, len(stale))
	for i, id := range stale {
		ids[i] = newsfold.ArticleID(id)
	}
	return f, e.append(ctx, ids)
}

// maxOld is how many sketches that are of no use any more are removed at a start;
// the next one removes more.
const maxOld = 50_000

// dropSketches removes the sketches of articles that are too old to be looked up.
func (e *Engine) dropSketches(ctx context.Context, ids []int64) error {
	for some := range slices.Chunk(ids, 512) {
		err := e.store(ctx, func(tx store.Tx) error {
			for _, id := range some {
				if err := tx.Shelf(sketchShelf).Delete(binary.BigEndian.AppendUint64(nil, uint64(id))); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sketches yields the stored sketches by ascending article.
func sketches(tx store.Tx, failed *error) iter.Seq2[int64, []byte] {
	return func(yield func(int64, []byte) bool) {
		for p, err := range tx.Shelf(sketchShelf).All(nil) {
			if err != nil {
				*failed = err
				return
			}
			if len(p.Key) == 8 && !yield(int64(binary.BigEndian.Uint64(p.Key)), p.Value) {
				return
			}
		}
	}
}

// forget takes out of memory what was removed from the store, and returns it.
func (f *folder) forget(tx store.Tx) (map[newsfold.ArticleID]bool, error) {
	var gone map[newsfold.ArticleID]bool
	for c, err := range tx.Changes(store.Removed, f.removed) {
		if err != nil {
			return nil, err
		}
		if gone == nil {
			gone = map[newsfold.ArticleID]bool{}
		}
		gone[c.Article] = true
		f.removed = c.Seq
		f.f.Forget(int64(c.Article))
		delete(f.texts, c.Article)
		delete(f.older, c.Article)
	}
	return gone, nil
}

// batch folds the next few articles and reports how many they were.
func (f *folder) batch(ctx context.Context) (int, error) {
	changes, err := f.load(ctx)
	if err != nil || len(changes) == 0 {
		return 0, err
	}
	err = f.e.update(ctx, func(tx store.Tx) error {
		if err := f.begin(ctx, tx); err != nil {
			return err
		}
		l := newLedger(tx)
		f.tx = l
		defer func() { f.tx = nil }()
		gone, err := f.forget(tx)
		if err != nil {
			return err
		}
		for _, a := range f.batched {
			if gone[newsfold.ArticleID(a.ID)] {
				continue // since it was loaded
			}
			if err := f.fold(a); err != nil {
				return fmt.Errorf("article %d: %w", a.ID, err)
			}
		}
		if err := l.flush(); err != nil {
			return err
		}
		last := changes[len(changes)-1].Seq
		return tx.Shelf(cursorShelf).Put(foldCursor, binary.BigEndian.AppendUint64(nil, uint64(last)))
	})
	if err != nil {
		return 0, err
	}
	return len(changes), nil
}

// load reads what is to be folded next, with the texts, outside the
// transaction that folds it.
func (f *folder) load(ctx context.Context) (changes []store.Change, err error) {
	err = f.e.db.View(ctx, func(tx store.Tx) error {
		changes, f.batched = changes[:0], f.batched[:0]
		after, err := Cursor(tx)
		if err != nil {
			return err
		}
		for c, err := range tx.Changes(store.Texts, after) {
			if err != nil {
				return err
			}
			changes = append(changes, c)
			if len(changes) == foldBatch {
				break
			}
		}
		if err := foresee(tx, changes); err != nil {
			return err
		}
		for _, c := range changes {
			a, err := f.read(tx, c.Article) // what is held may be of before the change
			if err != nil {
				return err
			}
			f.hold(a)
			f.batched = append(f.batched, a)
		}
		return nil
	})
	return changes, err
}

// read is [Text] with what was handed over.
func (f *folder) read(tx store.Tx, id newsfold.ArticleID) (dedupe.Article, error) {
	b, ok := f.e.handed.take(id)
	if !ok {
		a, body, err := stored(tx, id)
		if err != nil {
			return dedupe.Article{}, err
		}
		d, plain := uncredited(a, body)
		f.know(d, plain, len(a.Origins))
		f.link(id, links(a.Image, body.HTML))
		return d, nil
	}
	a, err := tx.Article(id)
	if err != nil {
		return dedupe.Article{}, err
	}
	d := facts(a, addOrigins(a.Origins, b.origins...))
	d.Text = b.text
	f.know(d, b.plain, len(a.Origins))
	f.link(id, b.links)
	return d, nil
}

// know remembers what the text of an article is like that has so many origins without
// those that its text states.
func (f *folder) know(a dedupe.Article, plain bool, origins int) {
	f.known.set(newsfold.ArticleID(a.ID), knownText{f.known.sum(a.Text), plain, len(a.Origins) == origins})
}

func (f *folder) link(id newsfold.ArticleID, to []string) {
	if len(to) > 0 && f.links != nil {
		f.links[id] = to
	}
}

// Cursor returns how far folding has come in the log of texts.
func Cursor(tx store.Tx) (store.Seq, error) {
	v, err := tx.Shelf(cursorShelf).Get(foldCursor)
	return seq(v), err
}

// seq reads a position in a log.
func seq(v []byte) store.Seq {
	if len(v) != 8 {
		return 0
	}
	return store.Seq(binary.BigEndian.Uint64(v))
}

// Text returns an article as folding looks at it: with its text, less the lines
// that say where it comes from, which count as origins.
func Text(tx store.Tx, id newsfold.ArticleID) (dedupe.Article, error) {
	a, body, err := stored(tx, id)
	if err != nil {
		return dedupe.Article{}, err
	}
	d, _ := uncredited(a, body)
	return d, nil
}

// stored returns an article with its body.
func stored(tx store.Tx, id newsfold.ArticleID) (a newsfold.Article, body newsfold.Body, err error) {
	if a, err = tx.Article(id); err != nil {
		return a, body, err
	}
	body, err = tx.Body(id)
	return a, body, err
}

// uncredited is an article without the lines that say where it comes from, and
// whether there were none.
func uncredited(a newsfold.Article, body newsfold.Body) (d dedupe.Article, plain bool) {
	text, stated := extract.Credits(body.Text)
	d = facts(a, addOrigins(a.Origins, origins(stated)...))
	d.Text = strings.Clone(text) // not to hold the whole record
	return d, len(text) == len(body.Text) && len(stated) == 0
}

// facts is an article as folding looks at it, without its text.
func facts(a newsfold.Article, from []newsfold.Origin) dedupe.Article {
	d := dedupe.Article{
		ID: int64(a.ID), URL: a.URL, Title: a.Title, Host: a.Host,
		Outlet: a.Outlet, Lang: a.Lang, Published: a.Published, Seen: a.Seen,
	}
	for _, o := range from {
		d.Origins = append(d.Origins, dedupe.Origin{Kind: o.Kind, Name: o.Name, URL: o.URL})
	}
	return d
}

// held returns a text that was read lately.
func (f *folder) held(id newsfold.ArticleID) (dedupe.Article, bool) {
	a, ok := f.texts[id]
	if !ok {
		a, ok = f.older[id]
	}
	return a, ok
}

// Article returns what was folded before, for comparison.
func (f *folder) Article(id int64) (dedupe.Article, error) {
	key := newsfold.ArticleID(id)
	if a, ok := f.held(key); ok {
		return a, nil
	}
	d, err := f.other(key)
	if isNew(err) {
		err = fmt.Errorf("%w: %w", dedupe.ErrGone, err)
	}
	if err != nil {
		return dedupe.Article{}, err
	}
	f.hold(d)
	return d, nil
}

// other reads an article that was folded before, of which most have the text of the
// one that is being folded.
func (f *folder) other(id newsfold.ArticleID) (d dedupe.Article, err error) {
	a, err := f.tx.Article(id)
	if err != nil {
		return d, err
	}
	known, ok := f.known.get(id)
	if ok && known.stated && known.sum == f.sum {
		d = facts(a, a.Origins)
		d.Text = f.text
		return d, nil
	}
	body, err := f.tx.Body(id)
	switch {
	case err != nil:
	case known.plain:
		d = facts(a, a.Origins)
		d.Text = strings.Clone(body.Text)
	default:
		d, _ = uncredited(a, body)
	}
	return d, err
}

// Story returns the articles of the story that an article is in.
func (f *folder) Story(id int64) ([]int64, error) {
	a, err := f.tx.Article(newsfold.ArticleID(id))
	if isNew(err) {
		return nil, fmt.Errorf("%w: %w", dedupe.ErrGone, err)
	}
	if err != nil {
		return nil, err
	}
	if a.Story == 0 {
		return []int64{id}, nil // its fold was never committed
	}
	s, err := f.tx.Story(a.Story)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(s.Articles))
	for i, m := range s.Articles {
		ids[i] = int64(m)
	}
	return ids, nil
}

// fold decides on one article and stores the decision.
func (f *folder) fold(a dedupe.Article) error {
	id := newsfold.ArticleID(a.ID)
	f.text, f.sum = a.Text, f.known.sum(a.Text)
	met, err := f.heed(id, a.Text)
	if err != nil {
		return err
	}
	d, err := f.decide(a)
	if err != nil {
		return err
	}
	key := binary.BigEndian.AppendUint64(nil, uint64(id))
	if err := f.tx.Shelf(sketchShelf).Put(key, d.Sketch); err != nil {
		return err
	}
	s := shelver{tx: f.tx, now: f.e.now().UTC(), policy: f.e.opts.Lead, window: f.e.opts.Fold.Window, compare: f.compare}
	if err := s.place(id, d); err != nil {
		return err
	}
	if err := f.obey(id, met); err != nil {
		return err
	}
	if err := f.tx.Append(store.Folds, id); err != nil {
		return err
	}
	for _, m := range d.Moves {
		if err := f.move(s, m); err != nil {
			return fmt.Errorf("move article %d: %w", m.ID, err)
		}
	}
	return nil
}

// move carries out what changes because another article came late.
func (f *folder) move(s shelver, m dedupe.Move) error {
	if err := s.place(newsfold.ArticleID(m.ID), m.Decision); err != nil {
		return err
	}
	return f.tx.Append(store.Folds, newsfold.ArticleID(m.ID))
}

// compare says what one article is to another.
func (f *folder) compare(a, b newsfold.ArticleID) (dedupe.Verdict, error) {
	x, err := f.Article(int64(a))
	if err != nil {
		return dedupe.Verdict{}, err
	}
	y, err := f.Article(int64(b))
	if err != nil {
		return dedupe.Verdict{}, err
	}
	return f.f.Explain(x, y), nil
}

// Explain says what one stored article is to another, by every rule.
func Explain(tx store.Tx, a, b newsfold.ArticleID, opts dedupe.Options) (dedupe.Verdict, error) {
	x, err := Text(tx, a)
	if err != nil {
		return dedupe.Verdict{}, err
	}
	y, err := Text(tx, b)
	if err != nil {
		return dedupe.Verdict{}, err
	}
	return dedupe.Compare(x, y, opts), nil
}

// isNew reports whether an error says that something is not stored yet.
func isNew(err error) bool { return errors.Is(err, newsfold.ErrNotFound) }
