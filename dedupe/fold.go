package dedupe

import (
	"cmp"
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
	cacheWords    = 600_000 // words of recently compared articles kept
)

// Folder folds articles one after another. It is not safe for concurrent use.
type Folder struct {
	opts Options
	lib  Library
	ix   index
	ids  places
	docs []place // by place, from base on
	base int     // place of docs[0]

	cache  docCache
	m      *measurer
	sk     sketcher
	found  []posting
	hits   []int32 // places, by key
	starts []int32 // where those of each key begin in hits
	scores tally
	serial bool // the article being folded has relatives on several other days
	clean  int  // keys of the article being folded that are neither chrome nor formula
}

// place is what is kept of an article in the index.
type place struct {
	id    int64  // negative: forgotten
	story uint32 // hash of the story that it was put into
	name  uint32 // hash of its title, or of its first words
	at    uint32 // hours since 1970
	host  uint32 // hash
}

// hit is what an article shares of the sketch of the one being folded.
type hit struct {
	place  int32
	keys   int // shared
	chrome int // of them, such as many stories of one site have
	worn   int // of them, such as articles of other days have
	weight float64
}

// tally counts what articles share with the one being folded: hits by place, in
// the order in which they were met.
type tally struct {
	hits  []hit
	slots []int32 // open hash table: 1 + number of the hit
}

func (t *tally) reset() {
	clear(t.slots)
	t.hits = t.hits[:0]
}

// slot returns where the number of a place is, or belongs.
func (t *tally) slot(place int32) int {
	mask := len(t.slots) - 1
	i := int(uint32(place)*0x9e3779b1>>8) & mask
	for t.slots[i] != 0 && t.hits[t.slots[i]-1].place != place {
		i = (i + 1) & mask
	}
	return i
}

// hit returns the hit of a place, a new one if need be; it is valid until the
// next call.
func (t *tally) hit(place int32) *hit {
	if 2*len(t.hits) >= len(t.slots) {
		t.slots = make([]int32, max(128, 2*len(t.slots)))
		for i := range t.hits {
			t.slots[t.slot(t.hits[i].place)] = int32(i + 1)
		}
	}
	s := &t.slots[t.slot(place)]
	if *s == 0 {
		t.hits = append(t.hits, hit{place: place})
		*s = int32(len(t.hits))
	}
	return &t.hits[*s-1]
}

// get returns the hit of a place, nil when there is none.
func (t *tally) get(place int32) *hit {
	if len(t.hits) == 0 {
		return nil
	}
	if n := t.slots[t.slot(place)]; n != 0 {
		return &t.hits[n-1]
	}
	return nil
}

// NewFolder returns a folder with an empty index.
func NewFolder(opts Options, lib Library) *Folder {
	return &Folder{
		opts: opts.withDefaults(), lib: lib, ids: places{late: map[int64]int32{}}, m: newMeasurer(),
		cache: docCache{docs: map[int64]*doc{}},
	}
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

// Fold decides where an article belongs and adds it to the index. An article
// that was folded before and has a new text is decided anew: Story is then
// where it belongs now. The errors are those of the Library.
func (f *Folder) Fold(a Article) (Decision, error) {
	if a.ID <= 0 {
		return Decision{}, fmt.Errorf("fold article %d: its ID must be positive", a.ID)
	}
	f.Forget(a.ID)
	f.cache.recycle()
	d := newDoc(a, f.cache.buffer())
	keys := f.sk.sketch(d)
	matches, err := f.matches(d, keys)
	if err != nil {
		return Decision{}, err
	}
	dec, err := f.decide(d, matches)
	if err != nil {
		return Decision{}, err
	}
	p := place{a.ID, uint32(mix(uint64(dec.Story))), d.name(), hours(d.at), uint32(hashString(a.Host))}
	dec.Sketch = encodeSketch(p, keys)
	f.add(p, keys)
	f.cache.put(a.ID, d)
	return dec, nil
}

// Load adds articles that were decided earlier to the index, from the sketches
// that Fold returned. Sketches of an older layout are skipped and their IDs
// returned, to be folded anew.
func (f *Folder) Load(sketches iter.Seq2[int64, []byte]) (stale []int64) {
	var keys []uint32
	for id, b := range sketches {
		p, ks, ok := decodeSketch(b, keys[:0])
		keys = ks
		if !ok || id <= 0 {
			stale = append(stale, id)
			continue
		}
		f.Forget(id)
		p.id = id
		f.add(p, keys)
	}
	return stale
}

// Forget removes an article from the index.
func (f *Folder) Forget(id int64) {
	if p, ok := f.place(id); ok {
		f.docs[int(p)-f.base].id = -id
		delete(f.ids.late, id)
	}
	f.cache.drop(id)
}

func (f *Folder) add(p place, keys []uint32) {
	n := len(f.ix.sealed)
	f.ids.add(f, p.id, int32(f.ix.add(keys)))
	f.docs = append(f.docs, p)
	if held := f.ix.places - f.ix.head.first; held%ageCheck == 0 && held >= 2*ageCheck {
		f.age()
	}
	if len(f.ix.sealed) > n {
		f.expire()
	}
}

// ageCheck is after how many articles the age of the head is looked at.
const ageCheck = 1024

// age seals the head when it spans a whole window, so that a reader with few
// feeds does not look through last year's articles.
func (f *Folder) age() {
	oldest := f.quantile(f.ix.head.first, f.ix.head.first+ageCheck, .5)
	newest := f.quantile(f.ix.places-ageCheck, f.ix.places, .5)
	if oldest != 0 && oldest+uint32(f.opts.Window/time.Hour) < newest {
		f.ix.seal()
	}
}

// places finds the place of an article. Articles nearly always come by
// ascending ID, so their places in that order are nearly all there is to keep.
type places struct {
	order []int32         // places whose IDs ascend, forgotten ones included
	late  map[int64]int32 // articles that came behind one with a larger ID
}

// add notes where an article is, before its place is appended to f.docs.
func (s *places) add(f *Folder, id int64, p int32) {
	if n := len(s.order); n > 0 && magnitude(f.at(s.order[n-1]).id) >= id {
		s.late[id] = p
		return
	}
	s.order = append(s.order, p)
}

// place returns the place of an article.
func (f *Folder) place(id int64) (int32, bool) {
	if p, ok := f.ids.late[id]; ok {
		return p, true
	}
	i, ok := slices.BinarySearchFunc(f.ids.order, id, func(p int32, id int64) int {
		return cmp.Compare(magnitude(f.at(p).id), id)
	})
	if !ok || f.at(f.ids.order[i]).id < 0 {
		return 0, false
	}
	return f.ids.order[i], true
}

func magnitude(id int64) int64 { return max(id, -id) }

// expire drops the segments that have left the window. Time is taken from the
// median of the newest sealed segment, so that a few wrong dates move nothing.
func (f *Folder) expire() {
	last := f.ix.sealed[len(f.ix.sealed)-1]
	now := f.quantile(last.first, last.first+last.docs, .5)
	window := uint32(f.opts.Window / time.Hour)
	keep := f.base
	for _, s := range f.ix.sealed {
		newest := f.quantile(s.first, s.first+s.docs, .99)
		if newest == 0 || newest+window >= now {
			break
		}
		keep = s.first + s.docs
	}
	if keep == f.base {
		return
	}
	for _, p := range f.docs[:keep-f.base] {
		if at, ok := f.ids.late[p.id]; ok && int(at) < keep {
			delete(f.ids.late, p.id)
		}
	}
	gone, _ := slices.BinarySearch(f.ids.order, int32(keep))
	f.ids.order = slices.Clone(f.ids.order[gone:])
	f.docs = slices.Clone(f.docs[keep-f.base:])
	f.base = keep
	f.ix.drop(keep)
}

// quantile returns a quantile of the known times of a range of places.
func (f *Folder) quantile(from, to int, q float64) uint32 {
	var at []uint32
	for _, p := range f.docs[from-f.base : min(to-f.base, len(f.docs))] {
		if p.at != 0 {
			at = append(at, p.at)
		}
	}
	if len(at) == 0 {
		return 0
	}
	slices.Sort(at)
	return at[int(q*float64(len(at)-1))]
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
			f.Forget(id)
			continue
		}
		if err != nil {
			return nil, err
		}
		if m.v.Relation != "" {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.v.Score, a.v.Score), cmp.Compare(a.doc.art.ID, b.doc.art.ID))
	})
	return out, nil
}

func (f *Folder) match(d *doc, id int64) (match, error) {
	other, err := f.doc(id)
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
	if p, ok := f.place(id); ok {
		f.m.hit, f.m.clean, f.m.serial = f.scores.get(p), f.clean, f.serial
	}
	return func() { f.m.hit = nil }
}

// doc returns an article that was folded before, ready for comparison.
func (f *Folder) doc(id int64) (*doc, error) {
	if d := f.cache.docs[id]; d != nil {
		return d, nil
	}
	a, err := f.lib.Article(id)
	if err != nil {
		return nil, fmt.Errorf("read article %d: %w", id, err)
	}
	d := newDoc(a, f.cache.buffer())
	f.cache.put(id, d)
	return d, nil
}

// candidates returns the articles that share most of the sketch, counting a
// key the less the more articles have it.
func (f *Folder) candidates(d *doc, keys []uint32) []int64 {
	f.scores.reset()
	f.clean = 0
	host, at := uint32(hashString(d.art.Host)), hours(d.at)
	f.lookup(keys)
	for k := range keys {
		hits := f.hits[f.starts[k]:f.starts[k+1]]
		if len(hits) == 0 {
			f.clean++
			continue
		}
		u := f.usage(hits, host)
		if !u.chrome && !u.otherDays(at, at) {
			f.clean++
		}
		w := 1 / float64(len(hits)+1)
		for _, p := range hits {
			h := f.scores.hit(p)
			h.keys++
			h.weight += w
			switch {
			case u.chrome:
				h.chrome++
			case u.otherDays(at, f.at(p).at):
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
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(f.at(a.place).id, f.at(b.place).id))
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
		ids[i] = f.at(h.place).id
	}
	return ids
}

// lookup looks up keys and sorts what is found by key.
func (f *Folder) lookup(keys []uint32) {
	f.found = f.ix.lookup(keys, f.found[:0])
	f.starts = slices.Grow(f.starts[:0], len(keys)+2)[:len(keys)+2]
	clear(f.starts)
	for _, p := range f.found {
		f.starts[p.key+2]++
	}
	for k := range keys {
		f.starts[k+2] += f.starts[k+1]
	}
	f.hits = slices.Grow(f.hits[:0], len(f.found))[:len(f.found)]
	for _, p := range f.found { // moves each start to its own key
		f.hits[f.starts[p.key+1]] = p.place
		f.starts[p.key+1]++
	}
}

// isSerial reports whether an article shares a good part of its sketch with
// different stories of at least two other days: a column of the weather, the
// markets, an office's notices.
func (f *Folder) isSerial(at uint32, keys int) bool {
	if at == 0 {
		return false
	}
	need := max(3, keys/6)
	type issue struct{ day, story uint32 }
	var seen [2]issue // two are enough: they differ in one, so a third that makes a pair makes one with either
	n := 0
	for i := range f.scores.hits {
		h := &f.scores.hits[i]
		p := f.at(h.place)
		if h.keys < need || p.at == 0 || p.id < 0 {
			continue
		}
		apart := max(at, p.at) - min(at, p.at)
		if apart < serialHours {
			continue
		}
		is := issue{apart / 24, p.story}
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
	first, last uint32 // hours of the earliest and the latest article
	chrome      bool   // several stories of one site have it
}

const (
	chromeStories = 3  // stories of a site that share what is its chrome
	chromeNames   = 6  // or articles of different names, should they be one story by mistake
	wornHours     = 30 // how far off articles are that make a wording worn
)

// usage sums up the articles that have a key, for an article of a site. Stories are counted, not
// articles: a site that carries one story in five places repeats its text five
// times.
func (f *Folder) usage(hits []int32, host uint32) usage {
	u := usage{first: ^uint32(0)}
	var stories [chromeStories]uint32
	var names [chromeNames]uint32
	n, m := 0, 0
	for _, h := range hits {
		p := f.at(h)
		if p.id < 0 {
			continue
		}
		if p.at != 0 {
			u.first, u.last = min(u.first, p.at), max(u.last, p.at)
		}
		if p.host == host && n < chromeStories && !slices.Contains(stories[:n], p.story) {
			stories[n] = p.story
			n++
		}
		if p.host == host && m < chromeNames && !slices.Contains(names[:m], p.name) {
			names[m] = p.name
			m++
		}
	}
	// The article itself is one more.
	u.chrome = n >= chromeStories-1 || m >= chromeNames-1
	return u
}

// otherDays reports whether an article has the key that is days off from both
// of two others.
func (u usage) otherDays(a, b uint32) bool {
	if a == 0 || b == 0 || u.last == 0 {
		return false
	}
	return u.first+wornHours <= min(a, b) || u.last >= max(a, b)+wornHours
}

func (f *Folder) at(p int32) *place { return &f.docs[int(p)-f.base] }

// worth reports whether a hit is worth verifying.
func (f *Folder) worth(d *doc, h *hit, keys int) bool {
	p := f.at(h.place)
	if p.id < 0 || h.keys < 2 && keys > 16 {
		return false
	}
	at := hours(d.at)
	if at == 0 || p.at == 0 {
		return true
	}
	apart := max(at, p.at) - min(at, p.at)
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
	d := f.cache.docs[a.ID]
	if d != nil && d.art.Text == a.Text && d.art.Title == a.Title && d.art.URL == a.URL &&
		d.art.Host == a.Host && d.at.Equal(articleTime(a)) && slices.Equal(d.art.Origins, a.Origins) {
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

func (c *docCache) drop(id int64) {
	if d := c.docs[id]; d != nil {
		c.words -= cap(d.buf) + 64
		delete(c.docs, id)
		c.gone = append(c.gone, d.buf)
	}
}
