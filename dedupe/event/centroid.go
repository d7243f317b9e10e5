package event

import (
	"math"
	"slices"
)

// maxSample is how many stories of an event another one is compared with at most,
// the youngest, so that an event that grows does not drift into everything.
const maxSample = 12

type mass struct {
	hash  uint32
	sum   float32 // of the weights
	count uint16  // stories that have it
	heads uint8   // stories that have it in front
	class class
}

// A centroid is some stories of one language, taken together.
type centroid struct {
	n        int
	masses   []mass     // by hash
	cohesion float64    // mean likeness of its stories
	names    []position // of the heaviest names
	numbers  []position
	heads    []position // of the heaviest of those in front
	subjects []position // of the heaviest names in front
}

// position is where something stands among the masses of a centroid.
type position uint16

// How many of the heaviest are looked at.
const (
	topNames    = 4
	topNumbers  = 4
	topHeads    = 10
	topSubjects = 3
	topSums     = 3 // of the numbers, for contrast
)

// loneCohesion is what the cohesion of an event of one story is taken to be, and
// of any at least: where the stories of an event have less in common than reports
// of one happening have, everything would be relatively alike, and it would drift.
const loneCohesion = .35

// centroidOf returns the centroid of some stories, one at least.
func centroidOf(ps []*Profile) *centroid {
	c := &centroid{n: len(ps), masses: massesOf(ps[0])}
	var spare []mass
	for _, p := range ps[1:] {
		next := merged(spare[:0], c.masses, massesOf(p))
		c.masses, spare = next, c.masses
	}
	c.summarise()
	return c
}

// massesOf returns the masses of one story.
func massesOf(p *Profile) []mass {
	out := make([]mass, len(p.words))
	for i, f := range p.words {
		out[i] = mass{f.hash, f.weight.float(), 1, uint8(f.class & headBit / headBit), f.class &^ headBit}
	}
	return out
}

// united returns the centroid of the stories of both.
func united(a, b *centroid) *centroid {
	c := &centroid{n: a.n + b.n, masses: merged(nil, a.masses, b.masses)}
	c.summarise()
	return c
}

// merged appends the masses of x and y to dst.
func merged(dst, x, y []mass) []mass {
	dst = slices.Grow(dst, len(x)+len(y))
	for len(x) > 0 && len(y) > 0 {
		a, b := x[0], y[0]
		switch {
		case a.hash < b.hash:
			dst = append(dst, a)
			x = x[1:]
		case a.hash > b.hash:
			dst = append(dst, b)
			y = y[1:]
		default:
			dst = append(dst, mass{a.hash, a.sum + b.sum, a.count + b.count, a.heads + b.heads, max(a.class, b.class)})
			x, y = x[1:], y[1:]
		}
	}
	return append(append(dst, x...), y...)
}

// summarise finds the heaviest of the masses, and how much alike the stories are.
func (c *centroid) summarise() {
	room := make([]position, topNames+topNumbers+topHeads+topSubjects)
	take := func(n int) (list []position) {
		list, room = room[:0:n], room[n:]
		return list
	}
	c.names, c.numbers, c.heads, c.subjects = take(topNames), take(topNumbers), take(topHeads), take(topSubjects)
	squares := 0.0
	for i, m := range c.masses {
		squares += float64(m.sum) * float64(m.sum)
		ahead := int(m.heads)*2 >= c.n
		if ahead {
			c.heads = c.keep(c.heads, i)
		}
		switch m.class {
		case name:
			if ahead {
				c.subjects = c.keep(c.subjects, i)
			}
			c.names = c.keep(c.names, i)
		case number:
			c.numbers = c.keep(c.numbers, i)
		}
	}
	c.cohesion = loneCohesion
	if n := float64(c.n); c.n > 1 {
		c.cohesion = max((squares-n)/(n*n)+loneCohesion/n, loneCohesion)
	}
}

// keep inserts mass i among the heaviest, heaviest first, as many as there is room for.
func (c *centroid) keep(list []position, i int) []position {
	sum, n := c.masses[i].sum, len(list)
	if n < cap(list) {
		list = list[:n+1]
	} else if n--; c.masses[list[n]].sum >= sum {
		return list
	}
	for n > 0 && c.masses[list[n-1]].sum < sum {
		list[n] = list[n-1]
		n--
	}
	list[n] = position(i)
	return list
}

// match is what another centroid has of some masses.
type match struct {
	cover    float64 // how much of their weight; half when there are none
	contrast float64 // see centroid.look
}

// look looks some masses of c up in another centroid, where met says they stand. The
// contrast finds what is swapped, the actor or the sum: by how much more stories of c
// than of o have the one of the first few of which that is most true, the less the fewer
// stories there are to tell.
func (c *centroid) look(list []position, few int, o *centroid, met []position) match {
	s, t, top := 0.0, 0.0, 0.0
	for i, at := range list {
		m, there := &c.masses[at], 0.0
		if k := met[at]; k > 0 {
			there = float64(o.masses[k-1].count) / float64(o.n)
		}
		t += float64(m.sum)
		s += float64(m.sum) * min(1, 2*there)
		if i < few {
			top = max(top, float64(m.count)/float64(c.n)-there)
		}
	}
	l := match{.5, top * float64(c.n) / float64(c.n+1) * float64(o.n) / float64(o.n+1)}
	if t > 0 {
		l.cover = s / t
	}
	return l
}

// meet returns the mean cosine of the stories of two centroids. It notes where each mass
// of the one stands in the other, plus one: inB for those of a, inA for those of b.
func meet(a, b *centroid, inB, inA []position) float64 {
	s := float32(0)
	x, y := a.masses, b.masses
	for i, j := 0, 0; i < len(x) && j < len(y); {
		if x[i].hash == y[j].hash {
			s += x[i].sum * y[j].sum
			inB[i], inA[j] = position(j+1), position(i+1)
		}
		i, j = advance(i, j, x[i].hash, y[j].hash)
	}
	return float64(s) / float64(a.n*b.n)
}

// likeness is what two centroids of one language have in common.
type likeness struct {
	average  float64    // mean cosine of their stories
	relative float64    // the same against the likeness within each
	numbers  [2]float64 // share of the heaviest that the other has, the smaller first
	heads    [2]float64 // likewise of what stands in front
	names    float64    // contrast of the heaviest, the greater of the two
	subjects float64    // likewise of those in front
	sums     [2]float64 // contrast of the heaviest numbers, the smaller first
	shared   float64    // share of the heaviest names that the other has, the smaller: to be shown
	lone     float64    // 1 when each is one story
}

func compare(a, b *centroid) likeness {
	var room [4 * maxWords]position // for two stories each
	met := room[:]
	if n := len(a.masses) + len(b.masses); n > len(room) {
		met = make([]position, n)
	}
	inB, inA := met[:len(a.masses)], met[len(a.masses):]
	l := likeness{average: meet(a, b, inB, inA)}
	if l.average < leastLikeness {
		return l
	}
	l.relative = min(l.average/math.Sqrt(a.cohesion*b.cohesion), mostRelative)
	x, y := a.look(a.names, topNames, b, inB), b.look(b.names, topNames, a, inA)
	l.shared, l.names = min(x.cover, y.cover), max(x.contrast, y.contrast)
	x, y = a.look(a.numbers, topSums, b, inB), b.look(b.numbers, topSums, a, inA)
	l.numbers, l.sums = ordered(x.cover, y.cover), ordered(x.contrast, y.contrast)
	x, y = a.look(a.heads, 0, b, inB), b.look(b.heads, 0, a, inA)
	l.heads = ordered(x.cover, y.cover)
	x, y = a.look(a.subjects, topSubjects, b, inB), b.look(b.subjects, topSubjects, a, inA)
	l.subjects = max(x.contrast, y.contrast)
	if a.n == 1 && b.n == 1 {
		l.lone = 1
	}
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

const likenessSize = 12

func (l likeness) vector() [likenessSize]float64 {
	return [likenessSize]float64{
		1, l.average, l.relative, l.numbers[0], l.numbers[1], l.heads[0], l.heads[1],
		l.names, l.subjects, l.sums[0], l.sums[1], l.lone,
	}
}

// tuning is what was fitted on the development sets, by TestFit, or chosen where
// these say nothing.
type tuning struct {
	likeness [likenessSize]float64 // weights, see likeness.vector
	join     float64               // log odds from which a story joins
	merge    float64               // and from which events are one
	near     float64               // how much less likely events are looked at again
	lone     float64               // how much more two stories have to show that found an event
	lag      float64               // what time speaks against one event, see Grouper.lag
	lagOther float64               // more, where the numbers are others
	others   float64               // what other numbers speak against two stories
}

var defaultTuning = tuning{
	likeness: [likenessSize]float64{-1.73, .51, 3.82, 1.52, 1.05, 1.76, 2.42, -2.74, -.47, -3.41, -4.50, -.76},
	join:     -.9, merge: -.9, near: 2, lone: .8, lag: .2, lagOther: 2.5, others: 3,
}
