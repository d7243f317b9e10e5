package search

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"newsfold"
	"newsfold/store"
)

// Bounds of what is indexed at a time.
const (
	maxArticles = 4000
	maxBytes    = 16 << 20 // of texts
	maxText     = 1 << 20  // bytes of one article's text that are indexed
)

// identityShelf holds, under "id", what tells a store from every other.
const identityShelf = "search"

// Run keeps the index up with a store until ctx is done: what is new is indexed
// within seconds, unless [Options.Busy] says otherwise. What goes wrong is logged and
// tried again, since the index can be made anew and nothing else depends on it.
func (x *Index) Run(ctx context.Context, db store.DB) error {
	const (
		pause = 2 * time.Second
		most  = 5 * time.Minute
	)
	wait := pause
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		err := x.keepUp(ctx, db)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			wait = min(2*wait, most)
			x.log.Error("cannot index for search, trying again", "wait", wait, "err", err)
		default:
			wait = pause
		}
		t.Reset(wait)
	}
}

// Catch indexes what the store has that the index has not, and returns when both
// are level. report, which may be nil, is told how many articles were indexed so
// far. An interrupted Catch goes on where it was.
func (x *Index) Catch(ctx context.Context, db store.DB, report func(int)) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	return x.catch(ctx, db, report, never)
}

func never() bool { return false }

// keepUp is Catch until there is something more urgent to do.
func (x *Index) keepUp(ctx context.Context, db store.DB) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	return x.catch(ctx, db, nil, x.busy)
}

// Refresh is Catch for what can be done within a time, and does nothing while
// another one is at it: a search that follows finds what was stored just now,
// unless there is much of it.
func (x *Index) Refresh(ctx context.Context, db store.DB, within time.Duration) error {
	if !x.writing.TryLock() {
		return nil
	}
	defer x.writing.Unlock()
	short, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	err := x.catch(short, db, nil, never)
	if short.Err() != nil && ctx.Err() == nil {
		return nil
	}
	return err
}

// catch is Catch until pause reports true.
func (x *Index) catch(ctx context.Context, db store.DB, report func(int), pause func() bool) error {
	if x.ended {
		return fmt.Errorf("search index: %w", os.ErrClosed)
	}
	if err := x.same(ctx, db); err != nil {
		return fmt.Errorf("index for search: %w", err)
	}
	for done := 0; !pause(); {
		n, err := x.some(ctx, db)
		if errors.Is(err, errDamaged) {
			x.log.Warn("making the search index anew", "err", err)
			if err = x.empty(x.live.Store); err == nil {
				continue
			}
		}
		if err != nil {
			return fmt.Errorf("index for search: %w", err)
		}
		if done += n; n == 0 {
			return nil
		}
		if report != nil {
			report(done)
		}
	}
	return nil
}

// same makes sure that the index is of this store and not ahead of it, as it is
// of one that was restored from a backup.
func (x *Index) same(ctx context.Context, db store.DB) error {
	var id []byte
	ahead := false
	live := x.live
	err := db.View(ctx, func(tx store.Tx) (err error) {
		ahead = live.Folds > 0
		if id, err = tx.Shelf(identityShelf).Get([]byte("id")); err != nil {
			return err
		}
		if ahead {
			ahead, err = isEmpty(tx, store.Folds, live.Folds-1)
		}
		if ahead && err == nil { // or the last that was folded was removed since
			ahead, err = isEmpty(tx, store.Removed, live.Removed)
		}
		return err
	})
	if err != nil {
		return err
	}
	if id == nil {
		id = make([]byte, 16)
		_, _ = rand.Read(id) // never fails, see crypto/rand
		err := db.Update(ctx, func(tx store.Tx) error {
			now, err := tx.Shelf(identityShelf).Get([]byte("id"))
			if now != nil || err != nil {
				id = now // another process was first
				return err
			}
			return tx.Shelf(identityShelf).Put([]byte("id"), id)
		})
		if err != nil {
			return err
		}
	}
	if name := hex.EncodeToString(id); ahead || live.Store != name {
		return x.empty(name)
	}
	return nil
}

// isEmpty reports whether a log holds nothing after a position.
func isEmpty(tx store.Tx, log store.Log, after store.Seq) (bool, error) {
	for _, err := range tx.Changes(log, after) {
		return false, err
	}
	return true, nil
}

// empty begins the index anew.
func (x *Index) empty(id string) error {
	return x.commit(manifest{Version: version, Store: id, Next: x.live.Next}, nil)
}

// text is an article on its way into the index.
type text struct {
	a    newsfold.Article
	body string
}

// some indexes the next few changes and returns how many there were.
func (x *Index) some(ctx context.Context, db store.DB) (int, error) {
	m := x.live.manifest.clone()
	var (
		texts []text
		gone  []int64
		n     int
	)
	from := m
	err := db.View(ctx, func(tx store.Tx) error {
		texts, gone, n = texts[:0], gone[:0], 0
		m.Folds, m.Removed = from.Folds, from.Removed
		for c, err := range tx.Changes(store.Removed, from.Removed) {
			if err != nil {
				return err
			}
			gone = append(gone, int64(c.Article))
			m.Removed = c.Seq
			if n++; n == maxArticles {
				return nil
			}
		}
		size := 0
		for c, err := range tx.Changes(store.Folds, from.Folds) {
			if err != nil {
				return err
			}
			t, err := read(tx, c.Article)
			if err != nil {
				return err
			}
			texts = append(texts, t)
			m.Folds = c.Seq
			n++
			if size += len(t.body); n == maxArticles || size > maxBytes {
				return nil
			}
		}
		return nil
	})
	if err != nil || n == 0 {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return n, x.add(ctx, m, texts, gone)
}

// read loads an article with its text.
func read(tx store.Tx, id newsfold.ArticleID) (text, error) {
	a, err := tx.Article(id)
	if err != nil {
		return text{}, err
	}
	b, err := tx.Body(id)
	if err != nil {
		return text{}, err
	}
	if len(b.Text) > maxText {
		b.Text = strings.ToValidUTF8(b.Text[:maxText], "")
	}
	return text{a, b.Text}, nil
}

// add writes articles as segments, crosses out what they replace and what is
// gone, and merges.
func (x *Index) add(ctx context.Context, m manifest, texts []text, gone []int64) error {
	slices.SortFunc(texts, func(a, b text) int { return cmp.Compare(a.a.ID, b.a.ID) })
	for i := range texts {
		gone = append(gone, int64(texts[i].a.ID))
	}
	segs := crossOut(x.live.segs, gone)
	made, err := x.build(&m, texts)
	if err != nil {
		return err
	}
	segs = append(segs, made...)
	if err := x.commit(m, segs); err != nil {
		return err
	}
	return x.tidy(ctx)
}

// Segments are made several at a time, up to so many, where there are so many articles
// for each.
const (
	maxParts = 4
	minPart  = 500
)

// build writes articles as segments.
func (x *Index) build(m *manifest, texts []text) ([]*segment, error) {
	n := max(1, min(runtime.GOMAXPROCS(0), maxParts, len(texts)/minPart))
	parts := slices.Collect(slices.Chunk(texts, max(1, (len(texts)+n-1)/n)))
	segs := make([]*segment, len(parts))
	langs := make([][]language, len(parts))
	var g errgroup.Group
	for i, part := range parts {
		words := x.words
		if i > 0 {
			words = newAnalyzer() // not kept: it remembers what costs memory
		}
		name, path := x.path(m.Next, "seg")
		m.Next++
		g.Go(func() (err error) {
			b := newBuilder()
			for t := range part {
				langs[i] = append(langs[i], words.index(b, &part[t]))
			}
			if err = b.write(path); err == nil {
				segs[i], err = openSegment(path, name)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		for _, s := range segs {
			if s != nil {
				_ = s.file.Close() // read only: nothing can be lost
			}
		}
		return nil, err
	}
	for _, l := range slices.Concat(langs...) {
		m.Langs[l]++
	}
	return segs, nil
}

// crossOut returns segments in which some articles are crossed out. Those in which
// nothing is left go.
func crossOut(segs []*segment, ids []int64) []*segment {
	out := make([]*segment, 0, len(segs)+1)
	for _, s := range segs {
		var numbers []int
		for _, id := range ids {
			if i := s.find(id); i >= 0 {
				numbers = append(numbers, i)
			}
		}
		if len(numbers) > 0 {
			s = s.without(numbers)
		}
		if s.living() > 0 {
			out = append(out, s)
		}
	}
	return out
}

// index adds an article to a builder and returns the language by whose rules.
func (a *analyzer) index(b *builder, t *text) language {
	of := &t.a
	l := spoken(of.Lang, of.Title+" "+t.body[:min(len(t.body), 2000)])
	b.begin(article{id: int64(of.ID), time: seconds(of.Time())})
	place := a.words(of.Title, l, func(n int, w token) {
		if w.term != "" {
			b.word(w.term, uint32(n), titleWeight)
		}
	}) + titleGap
	length := a.words(t.body, l, func(n int, w token) {
		if w.term != "" {
			b.word(w.term, uint32(place+n), 1)
		}
	})
	b.articles[len(b.articles)-1].length = uint16(min(length, math.MaxUint16))
	b.mark(markRules + string(l))
	if p := primary(of.Lang); p != "" {
		b.mark(markLang + string(p))
	}
	var feeds []newsfold.FeedID
	for _, e := range of.Entries {
		if !slices.Contains(feeds, e.Feed) {
			feeds = append(feeds, e.Feed)
			b.mark(feedMark(e.Feed))
		}
	}
	for _, h := range sites(of) {
		b.mark(markSite + h)
	}
	return l
}

// Marks are terms that no word can be: what articles are filtered by.
const (
	markFeed  = "\x01f"
	markSite  = "\x01s"
	markLang  = "\x01l" // as stated
	markRules = "\x01r" // by whose rules the words were reduced
)

func feedMark(id newsfold.FeedID) string {
	return markFeed + string(binary.AppendUvarint(nil, uint64(id)))
}

// sites are the hosts under which an article is found with site: its own, and the
// domains that is in.
func sites(a *newsfold.Article) (hosts []string) {
	hosts = append(hosts, strings.ToLower(a.Host))
	if u, err := url.Parse(a.Link); err == nil {
		for h := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."); strings.Contains(h, "."); {
			hosts = append(hosts, h)
			_, h, _ = strings.Cut(h, ".")
		}
	}
	slices.Sort(hosts)
	return slices.DeleteFunc(slices.Compact(hosts), func(h string) bool { return h == "" })
}

// seconds returns a time as an index keeps it.
func seconds(t time.Time) uint32 {
	return uint32(min(max(t.Unix(), 0), math.MaxUint32))
}

// Merging: eight segments of like size become one.
const mergeWidth = 8

// tier is how large a segment is, in eights.
func tier(n int) int {
	t := 0
	for ; n >= mergeWidth; n /= mergeWidth {
		t++
	}
	return t
}

// tidy merges what is to be merged.
func (x *Index) tidy(ctx context.Context) error {
	for {
		from := choose(x.live.segs)
		if len(from) == 0 {
			return nil
		}
		m := x.live.manifest.clone()
		name, path := x.path(m.Next, "seg")
		m.Next++
		if err := merge(ctx, path, from); err != nil {
			return err
		}
		s, err := openSegment(path, name)
		if err != nil {
			return err
		}
		segs := slices.DeleteFunc(slices.Clone(x.live.segs), func(s *segment) bool { return slices.Contains(from, s) })
		if err := x.commit(m, append(segs, s)); err != nil {
			return err
		}
	}
}

// choose returns the segments to be merged next, if any: eight of the smallest
// tier that has so many, or one of which more than half is crossed out.
func choose(segs []*segment) []*segment {
	tiers := map[int][]*segment{}
	for _, s := range segs {
		if s.goneCount > len(s.ids)/2 {
			return []*segment{s}
		}
		t := tier(s.living())
		tiers[t] = append(tiers[t], s)
	}
	for t := range 64 {
		if len(tiers[t]) >= mergeWidth {
			return tiers[t]
		}
	}
	return nil
}
