package dedupe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"
)

const (
	maxCandidates = 10      // articles that one is verified against
	maxVetted     = 4       // further members of a story that are asked
	maxLinks      = 8       // relations kept that do not fold
	cacheWords    = 500_000 // words of recently compared articles kept
)

// Folder folds articles one after another. It is not safe for concurrent use.
type Folder struct {
	opts Options
	lib  Library
	mem  *Memory

	cache  docCache
	m      *measurer
	sk     sketcher
	found  []Posting // in any order
	hits   []Indexed // by key
	starts []int32   // where those of each key begin in hits
	scores tally
	serial bool     // the article being folded has relatives on several days before
	clean  int      // keys of the article being folded that are neither chrome nor formula
	near   []*group // stories that have the text of the article being folded
	replay *replay  // under way; nil: none is
	gone   []int64  // articles that the Library turned out not to have
}

// hit is what an article shares of the sketch of the one being folded.
type hit struct {
	article Indexed
	keys    int // shared
	chrome  int // of them, such as many stories of one site have
	worn    int // of them, such as articles had days before
	weight  float64
}

// tally counts what articles share with the one being folded: hits by ID.
type tally struct {
	hits  []hit
	slots []int32 // open hash table: 1 + number of the hit
}

func (t *tally) reset() {
	clear(t.slots)
	t.hits = t.hits[:0]
}

// slot returns where the number of an article is, or belongs.
func (t *tally) slot(id int64) int {
	mask := len(t.slots) - 1
	i := int(uint64(id)*gramBase>>40) & mask
	for t.slots[i] != 0 && t.hits[t.slots[i]-1].article.ID != id {
		i = (i + 1) & mask
	}
	return i
}

// hit returns the hit of an article, a new one if need be; it is valid until the
// next call.
func (t *tally) hit(x *Indexed) *hit {
	if 2*len(t.hits) >= len(t.slots) {
		t.slots = make([]int32, max(128, 2*len(t.slots)))
		for i := range t.hits {
			t.slots[t.slot(t.hits[i].article.ID)] = int32(i + 1)
		}
	}
	s := &t.slots[t.slot(x.ID)]
	if *s == 0 {
		t.hits = append(t.hits, hit{article: *x})
		*s = int32(len(t.hits))
	}
	return &t.hits[*s-1]
}

// get returns the hit of an article, nil when there is none.
func (t *tally) get(id int64) *hit {
	if len(t.hits) == 0 {
		return nil
	}
	if n := t.slots[t.slot(id)]; n != 0 {
		return &t.hits[n-1]
	}
	return nil
}

// NewFolder returns a folder with an empty index in memory.
func NewFolder(opts Options, lib Library) *Folder {
	opts = opts.withDefaults()
	return &Folder{opts: opts, lib: lib, mem: NewMemory(opts.Window), m: newMeasurer(), cache: docCache{docs: map[int64]*doc{}}}
}

func (o Options) withDefaults() Options {
	if o.Window <= 0 {
		o.Window = 30 * 24 * time.Hour
	}
	if o.Threshold <= 0 {
		o.Threshold = .5
	}
	return o
}

// Fold decides where an article belongs and adds it to the index in memory. An
// article that was folded before and has a new text is decided anew: Story is
// then where it belongs now. The errors are those of the Library.
func (f *Folder) Fold(a Article) (Decision, error) {
	d, keys, err := f.begin(a)
	if err != nil {
		return Decision{}, err
	}
	f.mem.remove(a.ID)
	f.found = f.mem.lookup(keys, f.found[:0])
	dec, x, err := f.finish(d, keys)
	f.mem.remove(f.gone...)
	if err != nil {
		return dec, err
	}
	f.mem.insert(x, keys)
	dec.Moves, err = f.moves(d, dec, func(keys []uint32) error {
		f.found = f.mem.lookup(keys, f.found[:0])
		return nil
	})
	return dec, err
}

// FoldIn is Fold with an index of the caller's, which may be bound to the
// transaction in which the decision is stored. Its errors are returned as well.
func (f *Folder) FoldIn(ctx context.Context, ix Index, a Article) (Decision, error) {
	d, keys, err := f.begin(a)
	if err != nil {
		return Decision{}, err
	}
	if err := ix.Forget(ctx, a.ID); err != nil {
		return Decision{}, fmt.Errorf("take article %d out of the index: %w", a.ID, err)
	}
	if f.found, err = ix.Lookup(ctx, keys, f.found[:0]); err != nil {
		return Decision{}, fmt.Errorf("look article %d up in the index: %w", a.ID, err)
	}
	dec, x, err := f.finish(d, keys)
	if err != nil {
		return Decision{}, err
	}
	if len(f.gone) > 0 {
		if err := ix.Forget(ctx, f.gone...); err != nil {
			return Decision{}, fmt.Errorf("take articles that are gone out of the index: %w", err)
		}
	}
	if err := ix.Insert(ctx, x, keys); err != nil {
		return Decision{}, fmt.Errorf("add article %d to the index: %w", a.ID, err)
	}
	dec.Moves, err = f.moves(d, dec, func(keys []uint32) error {
		f.found, err = ix.Lookup(ctx, keys, f.found[:0])
		if err != nil {
			err = fmt.Errorf("look for what is like article %d in the index: %w", a.ID, err)
		}
		return err
	})
	return dec, err
}

// begin makes an article ready and sketches it.
func (f *Folder) begin(a Article) (*doc, []uint32, error) {
	if a.ID <= 0 {
		return nil, nil, fmt.Errorf("fold article %d: its ID must be positive", a.ID)
	}
	f.gone = f.gone[:0]
	d := f.read(a)
	return d, f.sk.sketch(d), nil
}

// read makes an article ready, which then is not kept any more.
func (f *Folder) read(a Article) *doc {
	d := f.cache.take(a)
	f.cache.recycle()
	if d == nil {
		d = newDoc(a, f.cache.buffer())
	}
	return d
}

// finish decides on an article by what the index knows, and returns what the
// index is to keep of it.
func (f *Folder) finish(d *doc, keys []uint32) (Decision, Indexed, error) {
	matches, err := f.matches(d, keys)
	if err != nil {
		return Decision{}, Indexed{}, err
	}
	dec, err := f.decide(d, matches)
	if err != nil {
		return Decision{}, Indexed{}, err
	}
	x := Indexed{d.art.ID, uint32(mix(uint64(dec.Story))), d.name(), hours(d.at), uint32(hashString(d.art.Host))}
	dec.Sketch = encodeSketch(x, keys)
	f.cache.put(d.art.ID, d)
	return dec, x, nil
}

// Load adds articles that were decided earlier to the index in memory, from the
// sketches that Fold returned. Sketches of an older layout are skipped and their
// IDs returned, to be folded anew.
func (f *Folder) Load(sketches iter.Seq2[int64, []byte]) (stale []int64) {
	var keys []uint32
	for id, b := range sketches {
		x, ks, ok := decodeSketch(b, keys[:0])
		keys = ks
		if !ok || id <= 0 {
			stale = append(stale, id)
			continue
		}
		x.ID = id
		f.mem.insert(x, keys)
	}
	return stale
}

// Holds reports whether the index in memory has an article. Of those it was given
// it lacks what was forgotten and what has left the window, whose sketches are of
// no use any more.
func (f *Folder) Holds(id int64) bool { return f.mem.holds(id) }

// Forget removes an article from the index in memory.
func (f *Folder) Forget(id int64) {
	f.mem.remove(id)
	f.cache.drop(id)
}

// match is an article that was verified against the one being folded.
type match struct {
	doc *doc
	v   Verdict
	rev float64 // share of the article being folded that this one has
	fwd float64 // share of this one that the article being folded has
}

// matches verifies the article against the best candidates of the index.
func (f *Folder) matches(d *doc, keys []uint32) ([]match, error) {
	var out []match
	for _, id := range f.candidates(d, keys) {
		m, err := f.match(d, id)
		if errors.Is(err, ErrGone) {
			f.gone = append(f.gone, id)
			continue
		}
		if err != nil {
			return nil, err
		}
		if m.v.Relation != "" && f.counts(d, m.doc) {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.v.Score, a.v.Score), cmp.Compare(a.doc.art.ID, b.doc.art.ID))
	})
	return out, nil
}

func (f *Folder) match(d *doc, id int64) (match, error) {
	other, err := f.doc(id, d)
	if err != nil {
		return match{}, err
	}
	defer f.ask(id)()
	v, ft := f.m.judge(d, other, f.opts)
	return match{doc: other, v: v, rev: ft.inY, fwd: ft.inX}, nil
}

// ask lends what the index says of an article and the one being folded to the
// measurer, until the function that it returns is called.
func (f *Folder) ask(id int64) func() {
	f.m.hit, f.m.clean, f.m.serial = f.scores.get(id), f.clean, f.serial
	return func() { f.m.hit = nil }
}

// doc returns an article that was folded before, ready for comparison. It may have the
// text of like, which may be nil.
func (f *Folder) doc(id int64, like *doc) (*doc, error) {
	if d := f.cache.docs[id]; d != nil {
		return d, nil
	}
	if f.replay != nil && id == f.replay.late.art.ID {
		return f.replay.late, nil // whom the Library does not have yet
	}
	a, err := f.lib.Article(id)
	if err != nil {
		return nil, fmt.Errorf("read article %d: %w", id, err)
	}
	d := newDocLike(like, a, f.cache.buffer())
	f.cache.put(id, d)
	return d, nil
}

// candidates returns the articles that share most of the sketch, counting a
// key the less the more articles have it.
func (f *Folder) candidates(d *doc, keys []uint32) []int64 {
	f.scores.reset()
	f.clean = 0
	host, at := uint32(hashString(d.art.Host)), hours(d.at)
	if f.replay != nil {
		f.found = slices.DeleteFunc(f.found, func(p Posting) bool { return p.Article.Hour > at || p.Article.ID == d.art.ID })
	}
	f.sort(len(keys))
	for k := range keys {
		hits := f.hits[f.starts[k]:f.starts[k+1]]
		if len(hits) == 0 {
			f.clean++
			continue
		}
		u := usageOf(hits, host)
		if !u.chrome && !u.worn(at, at) {
			f.clean++
		}
		w := 1 / float64(len(hits)+1)
		for i := range hits {
			h := f.scores.hit(&hits[i])
			h.keys++
			h.weight += w
			switch {
			case u.chrome:
				h.chrome++
			case u.worn(at, hits[i].Hour):
				h.worn++
			}
		}
	}
	f.serial = f.isSerial(at, len(keys))
	return f.best(d, len(keys))
}

// best returns the articles with the weightiest hits that are worth verifying.
func (f *Folder) best(d *doc, keys int) []int64 {
	better := func(a, b *hit) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.article.ID, b.article.ID))
	}
	var top [maxCandidates]*hit
	n := 0
	for i := range f.scores.hits {
		h := &f.scores.hits[i]
		if n == len(top) && better(h, top[n-1]) > 0 || !f.worth(d, h, keys) {
			continue
		}
		n = min(n+1, len(top))
		j := n - 1
		for ; j > 0 && better(h, top[j-1]) < 0; j-- {
			top[j] = top[j-1]
		}
		top[j] = h
	}
	ids := make([]int64, n)
	for i, h := range top[:n] {
		ids[i] = h.article.ID
	}
	return ids
}

// sort sorts what was found of n keys by key.
func (f *Folder) sort(n int) {
	f.starts = slices.Grow(f.starts[:0], n+2)[:n+2]
	clear(f.starts)
	for i := range f.found {
		f.starts[f.found[i].Key+2]++
	}
	for k := range n {
		f.starts[k+2] += f.starts[k+1]
	}
	f.hits = slices.Grow(f.hits[:0], len(f.found))[:len(f.found)]
	for i := range f.found { // moves each start to its own key
		p := &f.found[i]
		f.hits[f.starts[p.Key+1]] = p.Article
		f.starts[p.Key+1]++
	}
}

// isSerial reports whether an article shares a good part of its sketch with
// different stories of at least two days before: a column of the weather, the
// markets, an office's notices.
func (f *Folder) isSerial(at uint32, keys int) bool {
	need := max(3, keys/6)
	type issue struct{ day, story uint32 }
	var seen [2]issue // two are enough: they differ in one, so a third that makes a pair makes one with either
	n := 0
	for i := range f.scores.hits {
		h := &f.scores.hits[i]
		p := &h.article
		if h.keys < need || p.Hour == 0 || p.Hour+serialHours > at {
			continue
		}
		is := issue{(at - p.Hour) / 24, p.Story}
		for _, s := range seen[:n] {
			if s.story != is.story && s.day != is.day {
				return true
			}
		}
		if n == 0 || n == 1 && is != seen[0] {
			seen[n] = is
			n++
		}
	}
	return false
}

const serialHours = 40

// usage is who has one key of the sketch.
type usage struct {
	first  uint32 // hour of the earliest article; 0: unknown
	chrome bool   // several stories of one site have it
}

const (
	chromeStories = 3  // stories of a site that share what is its chrome
	chromeNames   = 6  // or articles of different names, should they be one story by mistake
	wornHours     = 30 // how much earlier articles are that make a wording worn
)

// usageOf sums up the articles that have a key, for an article of a site. Stories are counted, not
// articles: a site that carries one story in five places repeats its text five
// times.
func usageOf(hits []Indexed, host uint32) usage {
	var u usage
	var stories [chromeStories]uint32
	var names [chromeNames]uint32
	n, m := 0, 0
	for i := range hits {
		p := &hits[i]
		if p.Hour != 0 && (u.first == 0 || p.Hour < u.first) {
			u.first = p.Hour
		}
		if p.Host == host && n < chromeStories && !slices.Contains(stories[:n], p.Story) {
			stories[n] = p.Story
			n++
		}
		if p.Host == host && m < chromeNames && !slices.Contains(names[:m], p.Name) {
			names[m] = p.Name
			m++
		}
	}
	// The article itself is one more.
	u.chrome = n >= chromeStories-1 || m >= chromeNames-1
	return u
}

// worn reports whether an article had the key days before two others.
func (u usage) worn(a, b uint32) bool {
	return u.first != 0 && u.first+wornHours <= min(a, b)
}

// worth reports whether a hit is worth verifying.
func (f *Folder) worth(d *doc, h *hit, keys int) bool {
	p := &h.article
	if h.keys < 2 && keys > 16 {
		return false
	}
	at := hours(d.at)
	if at == 0 || p.Hour == 0 {
		return true
	}
	apart := max(at, p.Hour) - min(at, p.Hour)
	return time.Duration(apart)*time.Hour <= f.opts.Window+time.Hour
}

// Explain compares two articles with the evidence of every rule, whether or
// not the index would have brought them together.
func (f *Folder) Explain(a, b Article) Verdict {
	f.cache.recycle()
	return f.m.explain(f.known(a), f.known(b), f.opts)
}

// known returns an article ready for comparison, as it is kept if it is.
func (f *Folder) known(a Article) *doc {
	if d := f.cache.docs[a.ID]; d.is(a) {
		return d
	}
	return newDoc(a, nil)
}

// Compare is Explain without anything learned.
func Compare(a, b Article, opts Options) Verdict {
	return newMeasurer().explain(newDoc(a, nil), newDoc(b, nil), opts.withDefaults())
}

// docCache keeps the articles that were compared last, up to a number of
// words. The memory of those that it lets go is used again, but not before
// recycle says that nobody looks at them any more.
type docCache struct {
	docs  map[int64]*doc
	queue []int64
	words int
	gone  [][]word // of articles let go since the last call of recycle
	spare [][]word
}

// maxSpare bounds the memory kept for use, in articles.
const maxSpare = 16

func (c *docCache) recycle() {
	for _, b := range c.gone {
		if len(c.spare) < maxSpare {
			c.spare = append(c.spare, b)
		}
	}
	clear(c.gone)
	c.gone = c.gone[:0]
}

// buffer returns memory for words, or nil.
func (c *docCache) buffer() []word {
	n := len(c.spare)
	if n == 0 {
		return nil
	}
	b := c.spare[n-1]
	c.spare = c.spare[:n-1]
	return b
}

func (c *docCache) put(id int64, d *doc) {
	c.drop(id)
	c.docs[id] = d
	if len(c.queue) > 2*len(c.docs)+1024 {
		c.tidy()
	}
	c.queue = append(c.queue, id)
	c.words += cap(d.buf) + 64
	for c.words > cacheWords && len(c.queue) > 1 {
		old := c.queue[0]
		c.queue = c.queue[1:]
		if old != id {
			c.drop(old)
		}
	}
}

// tidy takes out of the queue what was dropped or put again since.
func (c *docCache) tidy() {
	seen := map[int64]bool{}
	kept := c.queue[:0]
	for _, id := range c.queue {
		if c.docs[id] != nil && !seen[id] {
			seen[id] = true
			kept = append(kept, id)
		}
	}
	c.queue = kept
}

// take returns an article if it is kept as it is, and lets go of it or of what it was.
func (c *docCache) take(a Article) *doc {
	d := c.docs[a.ID]
	if !d.is(a) {
		c.drop(a.ID)
		return nil
	}
	c.words -= cap(d.buf) + 64
	delete(c.docs, a.ID)
	return d
}

func (c *docCache) drop(id int64) {
	if d := c.docs[id]; d != nil {
		c.words -= cap(d.buf) + 64
		delete(c.docs, id)
		c.gone = append(c.gone, d.buf)
	}
}
