package event

import (
	"cmp"
	"math"
	"slices"
)

// A centroid is the stories of an event in one language, taken together: at
// most maxSample of them, the youngest, so that an event that grows does not
// drift into everything.
const maxSample = 12

type mass struct {
	hash  uint32
	sum   float32 // of the weights
	count uint16  // stories that have it
	class class
}

type centroid struct {
	n        int
	masses   []mass // by hash
	tokens   float64
	cohesion float64 // mean likeness of its stories
	names    []mass  // heaviest names
	numbers  []mass
}

// loneCohesion is what the cohesion of an event of one story is taken to be.
const loneCohesion = .35

func newCentroid(ps []*Profile) *centroid {
	c := &centroid{n: len(ps)}
	if len(ps) == 1 {
		c.masses = make([]mass, len(ps[0].words))
		for i, f := range ps[0].words {
			c.masses[i] = mass{f.hash, f.weight.float(), 1, f.class}
		}
	} else {
		c.gather(ps)
	}
	squares := 0.0
	for _, m := range c.masses {
		squares += float64(m.sum) * float64(m.sum)
		switch m.class {
		case name:
			c.names = keep(c.names, m, 6)
		case number:
			c.numbers = keep(c.numbers, m, 4)
		}
	}
	for _, p := range ps {
		c.tokens += math.Log(float64(p.tokens + 1))
	}
	n := float64(c.n)
	c.tokens /= n
	c.cohesion = loneCohesion
	if c.n > 1 {
		c.cohesion = (squares-n)/(n*n) + loneCohesion/n
	}
	return c
}

func (c *centroid) gather(ps []*Profile) {
	total := 0
	for _, p := range ps {
		total += len(p.words)
	}
	all := make([]mass, 0, total)
	for _, p := range ps {
		for _, f := range p.words {
			all = append(all, mass{f.hash, f.weight.float(), 1, f.class})
		}
	}
	slices.SortFunc(all, func(a, b mass) int { return cmp.Compare(a.hash, b.hash) })
	out := all[:0]
	for _, m := range all {
		if n := len(out); n > 0 && out[n-1].hash == m.hash {
			out[n-1].sum += m.sum
			out[n-1].count++
			out[n-1].class = max(out[n-1].class, m.class)
			continue
		}
		out = append(out, m)
	}
	c.masses = out
}

// keep inserts m among the n heaviest, heaviest first.
func keep(list []mass, m mass, n int) []mass {
	i := len(list)
	for i > 0 && list[i-1].sum < m.sum {
		i--
	}
	if i >= n {
		return list
	}
	list = slices.Insert(list, i, m)
	return list[:min(len(list), n)]
}

// cover returns how much of the weight of some masses another centroid has.
func (c *centroid) cover(list []mass) float64 {
	s, t := 0.0, 0.0
	for _, m := range list {
		t += float64(m.sum)
		i, ok := slices.BinarySearchFunc(c.masses, m.hash, func(x mass, h uint32) int { return cmp.Compare(x.hash, h) })
		if ok {
			s += float64(m.sum) * min(1, 2*float64(c.masses[i].count)/float64(c.n))
		}
	}
	if t == 0 {
		return .5
	}
	return s / t
}

// contrast finds the actor that is swapped: how much more stories of c have one
// of its heaviest names than those of another have it, the less the fewer
// stories there are to tell.
func (c *centroid) contrast(o *centroid) float64 {
	top := 0.0
	for _, m := range c.names[:min(len(c.names), 4)] {
		share := float64(m.count) / float64(c.n)
		i, ok := slices.BinarySearchFunc(o.masses, m.hash, func(x mass, h uint32) int { return cmp.Compare(x.hash, h) })
		if ok {
			share -= float64(o.masses[i].count) / float64(o.n)
		}
		top = max(top, share)
	}
	return top * float64(c.n) / float64(c.n+1) * float64(o.n) / float64(o.n+1)
}

// likeness is what two centroids of one language have in common.
type likeness struct {
	average  float64 // mean cosine of their stories
	relative float64 // the same against the likeness within each
	names    [2]float64
	numbers  [2]float64 // cover, the smaller first
	contrast [2]float64 // see centroid.contrast, the smaller first
	tokens   float64    // logarithm of how long their stories are
}

func dot(a, b *centroid) float64 {
	s := float32(0)
	x, y := a.masses, b.masses
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i].hash < y[j].hash:
			i++
		case x[i].hash > y[j].hash:
			j++
		default:
			s += x[i].sum * y[j].sum
			i++
			j++
		}
	}
	return float64(s) / float64(a.n*b.n)
}

func compare(a, b *centroid) likeness {
	l := likeness{average: dot(a, b)}
	if l.average < leastLikeness {
		return l
	}
	l.relative = min(l.average/math.Sqrt(a.cohesion*b.cohesion), mostRelative)
	l.names = ordered(b.cover(a.names), a.cover(b.names))
	l.numbers = ordered(b.cover(a.numbers), a.cover(b.numbers))
	l.contrast = ordered(a.contrast(b), b.contrast(a))
	l.tokens = min(a.tokens, b.tokens) - 5.5
	return l
}

func ordered(a, b float64) [2]float64 { return [2]float64{min(a, b), max(a, b)} }

// mostRelative is where relative likeness stops to count: short texts about one
// place and its people use the same words on any day.
const mostRelative = 1.3

// leastLikeness is the mean cosine below which nothing else is looked at.
const leastLikeness = .06

// odds weighs a likeness. The result is the logarithm of the odds that the two
// are one event.
func (l likeness) odds(w *tuning) float64 {
	if l.average < leastLikeness {
		return -9
	}
	z := 0.0
	for i, x := range l.vector() {
		z += w.likeness[i] * x
	}
	return z
}

func (l likeness) vector() [likenessSize]float64 {
	return [likenessSize]float64{1, l.average, l.relative, l.names[0], l.names[1], l.numbers[0], l.numbers[1], l.contrast[0], l.contrast[1], l.tokens}
}

const likenessSize = 10

// tuning is what was fitted on the development sets, by TestFit.
type tuning struct {
	likeness            [likenessSize]float64 // weights, see likeness.vector
	join, merge         float64               // log odds from which a story joins and events merge
	near                float64               // how much less likely events are looked at for merging
	large               float64               // how much less it takes to join a large event
	lone                float64               // how much more it takes two stories to found one
	lag                 float64               // log odds a day that time speaks against
	lagMost             float64               // at most, within Options.Window
	otherLag, otherMost float64               // the same, more, where the numbers are others
}

var defaultTuning = tuning{
	likeness: [likenessSize]float64{-3.204, -1.696, 4.147, .207, 1.061, 1.629, 2.710, -1.428, -4.210, .079},
	join:     0, merge: -.5, near: 1, large: 1.7, lone: 1, lag: .03, lagMost: .6, otherLag: .4, otherMost: 3,
}
