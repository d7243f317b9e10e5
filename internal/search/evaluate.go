package search

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// The parameters of BM25, as commonly set.
const (
	k1 = 1.2
	b  = .75
)

// hit is an article that matches.
type hit struct {
	id    int64
	time  uint32
	score float32
}

// better orders hits: by score, then the younger first.
func better(x, y hit) int {
	return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(y.time, x.time), cmp.Compare(y.id, x.id))
}

// top keeps the best hits, the worst of them in front (a heap).
type top struct {
	hits []hit
	most int
}

func (t *top) add(h hit) {
	if len(t.hits) == t.most && t.most > 0 && h.score < t.hits[0].score {
		return
	}
	if len(t.hits) < t.most {
		t.hits = append(t.hits, h)
		for i := len(t.hits) - 1; i > 0 && better(t.hits[(i-1)/2], t.hits[i]) < 0; i = (i - 1) / 2 {
			t.hits[i], t.hits[(i-1)/2] = t.hits[(i-1)/2], t.hits[i]
		}
		return
	}
	if t.most == 0 || better(t.hits[0], h) <= 0 {
		return
	}
	t.hits[0] = h
	for i := 0; ; {
		worst := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(t.hits); c++ {
			if better(t.hits[worst], t.hits[c]) < 0 {
				worst = c
			}
		}
		if worst == i {
			return
		}
		t.hits[i], t.hits[worst] = t.hits[worst], t.hits[i]
		i = worst
	}
}

// search returns the best hits of a query, best first, and how many there are.
func (s *snapshot) search(ctx context.Context, cs []clause, q *Query, most int) ([]hit, int, error) {
	e := evaluation{snapshot: s, clauses: cs, query: q, best: top{most: most}}
	if err := e.prepare(); err != nil {
		return nil, 0, err
	}
	for _, i := range e.youngest() {
		if err := e.segment(ctx, s.segs[i], e.found[i]); err != nil {
			return nil, 0, err
		}
	}
	slices.SortFunc(e.best.hits, better)
	return e.best.hits, e.total, nil
}

// youngest returns the numbers of the segments, that with the youngest articles first:
// of hits that score alike those found later are then worse, and change nothing.
func (s *snapshot) youngest() []int {
	of := make([]int, len(s.segs))
	for i := range of {
		of[i] = i
	}
	slices.SortFunc(of, func(i, j int) int { return cmp.Compare(s.segs[j].last(), s.segs[i].last()) })
	return of
}

// evaluation is one run of a query.
type evaluation struct {
	*snapshot
	clauses []clause
	query   *Query
	best    top
	total   int

	found [][]lookups // by segment and clause
	idf   []float64   // by clause
	words float64     // of an article, on the average
	base  float64     // k1 (1 - b + b length / words) is base + slope length
	slope float64
}

// lookups is what the dictionary of one segment says of a clause.
type lookups struct {
	places [][]entry // by place
	free   []entry
	pairs  [][]entry // of a phrase: lists each of which has all articles that match
	exact  bool      // and the only one has no others, with how often they do
}

// rarity is about how many articles match: an upper bound.
func (l *lookups) rarity() int {
	least := math.MaxInt
	for _, p := range l.places {
		least = min(least, rarity(p))
	}
	if least == math.MaxInt {
		least = 0
	}
	return least + rarity(l.free)
}

// cost is about how many articles are looked at to find those that match.
func (l *lookups) cost() int {
	n := l.rarity()
	for _, p := range l.pairs {
		n = min(n, rarity(p))
	}
	return n
}

// prepare looks all terms up.
func (e *evaluation) prepare() error {
	articles := make([]int, len(e.clauses))
	all, words := 0, int64(0)
	for _, s := range e.segs {
		all += len(s.ids)
		words += s.words
		of := make([]lookups, len(e.clauses))
		for i := range e.clauses {
			l, err := e.clauses[i].lookup(s)
			if err != nil {
				return err
			}
			of[i] = l
			bare := l
			bare.free = nil
			articles[i] += bare.rarity()
		}
		e.found = append(e.found, of)
	}
	e.words = max(1, float64(words)/float64(max(1, all)))
	e.base, e.slope = k1*(1-b), k1*b/e.words
	for _, n := range articles {
		n = min(n, all)
		e.idf = append(e.idf, math.Log(1+(float64(all-n)+.5)/(float64(n)+.5)))
	}
	return nil
}

// lookup looks the terms of a clause up in a segment.
func (c *clause) lookup(s *segment) (l lookups, err error) {
	find := func(terms []string) (es []entry, err error) {
		for _, t := range terms {
			e, err := s.lookup(t)
			if err != nil {
				return nil, err
			}
			if e.articles > 0 {
				es = append(es, e)
			}
		}
		return es, nil
	}
	if c.prefix != "" {
		var es []entry
		err := s.prefixed(c.prefix, func(e entry) bool {
			es = append(es, e)
			return len(es) < maxForms
		})
		return lookups{places: [][]entry{es}}, err
	}
	for _, p := range c.places {
		es, err := find(p.terms)
		if err != nil {
			return l, err
		}
		l.places = append(l.places, es)
	}
	if l.free, err = find(c.free); err != nil {
		return l, err
	}
	for i := range len(c.places) - 1 {
		es, exact, err := s.paired(l.places[i], l.places[i+1], c.places[i+1].at-c.places[i].at)
		if err != nil {
			return l, err
		}
		if es != nil {
			l.pairs, l.exact = append(l.pairs, es), exact && len(c.places) == 2
		}
	}
	return l, nil
}

// matcher goes through the articles that match a clause in one segment.
type matcher interface {
	// seek moves to the first article with this number or a higher one, which
	// may be the present one; false when there is none.
	seek(doc uint32) bool
	// now returns the present article and its weight.
	now() (doc, weight uint32)
	damaged() bool
}

// part is a clause as it is evaluated over one segment.
type part struct {
	matcher
	clause int
	cost   int
}

// parts opens the clauses that an article has to match, the rarest first, and those that
// it must not.
func (e *evaluation) parts(s *segment, found []lookups) (wanted, unwanted []part, err error) {
	for i := range e.clauses {
		m, err := e.clauses[i].open(s, &found[i])
		if err != nil {
			return nil, nil, err
		}
		p := part{m, i, found[i].cost()}
		if e.clauses[i].not {
			unwanted = append(unwanted, p)
		} else {
			wanted = append(wanted, p)
		}
	}
	slices.SortStableFunc(wanted, func(x, y part) int { return cmp.Compare(x.cost, y.cost) })
	return wanted, unwanted, nil
}

// segment evaluates the query over one segment.
func (e *evaluation) segment(ctx context.Context, s *segment, found []lookups) error {
	wanted, unwanted, err := e.parts(s, found)
	if err != nil {
		return err
	}
	after, before := uint32(0), uint32(math.MaxUint32)
	if !e.query.After.IsZero() {
		after = seconds(e.query.After)
	}
	if !e.query.Before.IsZero() {
		before = seconds(e.query.Before)
	}
	steps := 0
	for doc := uint32(0); ; doc++ {
		if steps++; steps%(1<<14) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var ok bool
		if doc, ok = align(wanted, doc); !ok || int(doc) >= len(s.ids) {
			break
		}
		if t := s.times[doc]; t < after || t >= before && before != math.MaxUint32 || s.isGone(int(doc)) {
			continue
		}
		if slices.ContainsFunc(unwanted, func(p part) bool { return p.matches(doc) }) {
			continue
		}
		e.total++
		e.best.add(hit{s.ids[doc], s.times[doc], e.score(wanted, s.lengths[doc])})
	}
	for _, p := range append(wanted, unwanted...) {
		if p.damaged() {
			return damaged("%s: postings", s.name)
		}
	}
	return nil
}

// align moves to the first article that all match, from one on; false when there is none.
func align(parts []part, doc uint32) (uint32, bool) {
	for n := 0; n < len(parts); n++ {
		p := &parts[n]
		if !p.seek(doc) {
			return doc, false
		}
		if at, _ := p.now(); at != doc {
			doc = at
			if n > 0 {
				n = -1 // the ones before have to follow
			}
		}
	}
	return doc, true
}

// matches reports whether an article matches, none before which is asked for any more.
func (p *part) matches(doc uint32) bool {
	if !p.seek(doc) {
		return false
	}
	at, _ := p.now()
	return at == doc
}

// score weighs an article of so many words at which all parts stand.
func (e *evaluation) score(parts []part, length uint16) float32 {
	score := 0.0
	for _, p := range parts {
		if _, w := p.now(); w > 0 && e.clauses[p.clause].scored {
			tf := float64(w)
			score += e.idf[p.clause] * tf * (k1 + 1) / (tf + e.base + e.slope*float64(length))
		}
	}
	return float32(score)
}

// open reads the postings of a clause.
func (c *clause) open(s *segment, l *lookups) (matcher, error) {
	switch {
	case l.exact:
		return s.union(l.pairs[0], nil)
	case len(c.places) > 1:
		return c.phrase(s, l)
	}
	u, err := s.union(slices.Concat(l.places...), l.free)
	if err == nil && len(u.lists) == 1 && len(u.free) == 0 {
		return (*single)(u.lists[0]), nil
	}
	return u, err
}

// union opens the lists of some terms.
func (s *segment) union(es, free []entry) (*union, error) {
	u := &union{}
	for i, e := range slices.Concat(es, free) {
		p, err := s.read(e)
		if err != nil {
			return nil, err
		}
		if i < len(es) {
			u.lists = append(u.lists, p)
		} else {
			u.free = append(u.free, p)
		}
	}
	return u, nil
}

// phrase opens the lists of a phrase. The rarest leads: where it is not, the others need
// not be read.
func (c *clause) phrase(s *segment, l *lookups) (*phrase, error) {
	ph := &phrase{}
	for i, es := range slices.Concat(l.places, l.pairs) {
		u, err := s.union(es, nil)
		if err != nil {
			return nil, err
		}
		w := phraseWord{union: u, rarity: rarity(es)}
		if i < len(l.places) {
			w.at = uint32(c.places[i].at)
			ph.words = append(ph.words, w)
		}
		ph.lists = append(ph.lists, w)
	}
	rarest := func(x, y phraseWord) int { return cmp.Compare(x.rarity, y.rarity) }
	slices.SortStableFunc(ph.words, rarest)
	slices.SortStableFunc(ph.lists, rarest)
	return ph, nil
}

// rarity is about how many articles have one of some terms: an upper bound.
func rarity(es []entry) (n int) {
	for _, e := range es {
		n += e.articles
	}
	return n
}

// single matches where one list does.
type single postings

func (p *single) seek(doc uint32) bool { return (*postings)(p).to(doc) }

func (p *single) now() (doc, weight uint32) { return p.doc, (*postings)(p).weight() }

func (p *single) damaged() bool { return p.bad }

// union matches where any of its lists does.
type union struct {
	lists []*postings
	free  []*postings // count for nothing
	doc   uint32
	begun bool
	bad   bool
}

func (u *union) seek(doc uint32) bool {
	if u.begun && u.doc >= doc {
		return u.doc != math.MaxUint32
	}
	u.begun = true
	if p := u.only(); p != nil && p.to(doc) { // mostly
		u.doc = p.doc
		return true
	}
	least := uint32(math.MaxUint32)
	for _, of := range [2]*[]*postings{&u.lists, &u.free} {
		left := (*of)[:0]
		for _, p := range *of {
			if p.to(doc) {
				least = min(least, p.doc)
				left = append(left, p)
			} else {
				u.bad = u.bad || p.bad
			}
		}
		*of = left
	}
	u.doc = least
	return least != math.MaxUint32
}

// only returns the list of a union of one; nil when there are more, or none.
func (u *union) only() *postings {
	switch {
	case len(u.lists) == 1 && len(u.free) == 0:
		return u.lists[0]
	case len(u.lists) == 0 && len(u.free) == 1:
		return u.free[0]
	}
	return nil
}

func (u *union) now() (doc, weight uint32) {
	for _, p := range u.lists {
		if p.doc == u.doc {
			weight += p.weight()
		}
	}
	return u.doc, weight
}

func (u *union) damaged() bool {
	bad := func(p *postings) bool { return p.bad }
	return u.bad || slices.ContainsFunc(u.lists, bad) || slices.ContainsFunc(u.free, bad)
}

// phrase matches where words follow one another.
type phrase struct {
	words []phraseWord
	lists []phraseWord // of which an article has to be in each: words and pairs
	doc   uint32
	count uint32
	begun bool
	bufs  [2][]uint32
}

// phraseWord is a word of a phrase, or a pair of its words.
type phraseWord struct {
	*union
	at     uint32 // places behind the first word
	rarity int
}

func (p *phrase) seek(doc uint32) bool {
	if p.begun && p.doc >= doc {
		return p.doc != math.MaxUint32
	}
	p.begun = true
	for {
		for again := true; again; {
			again = false
			for _, u := range p.lists {
				if !u.seek(doc) {
					p.doc = math.MaxUint32
					return false
				}
				if u.doc != doc {
					doc, again = u.doc, true
					break
				}
			}
		}
		if p.count = p.matches(); p.count > 0 {
			p.doc = doc
			return true
		}
		doc++
	}
}

// matches counts how often the words follow one another in the present article.
func (p *phrase) matches() uint32 {
	starts := p.words[0].where(&p.bufs[0]) // of the rarest word, not of the phrase
	for _, u := range p.words[1:] {
		here := u.where(&p.bufs[1])
		n, k := 0, 0
		for _, s := range starts {
			if s+u.at < p.words[0].at {
				continue
			}
			want := s + u.at - p.words[0].at
			for k < len(here) && here[k] < want {
				k++
			}
			if k < len(here) && here[k] == want {
				starts[n] = s
				n++
			}
		}
		if starts = starts[:n]; n == 0 {
			return 0
		}
	}
	return uint32(len(starts))
}

// where returns the places of any of the lists in the present article.
func (u *union) where(buf *[]uint32) []uint32 {
	if len(u.lists) == 1 {
		return u.lists[0].where()
	}
	out := (*buf)[:0]
	n := 0
	for _, p := range u.lists {
		if p.doc == u.doc {
			out = append(out, p.where()...)
			n++
		}
	}
	if n > 1 {
		slices.Sort(out)
		out = slices.Compact(out)
	}
	*buf = out
	return out
}

func (p *phrase) now() (doc, weight uint32) { return p.doc, p.count }

func (p *phrase) damaged() bool {
	return slices.ContainsFunc(p.lists, func(u phraseWord) bool { return u.damaged() })
}
