package event

import "math"

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
	masses   []mass  // by hash
	cohesion float64 // mean likeness of its stories
	names    []mass  // heaviest names
	numbers  []mass
	heads    []mass // heaviest of those in front
	subjects []mass // heaviest names in front
}

// How many of the heaviest are looked at.
const (
	topNames    = 4
	topNumbers  = 4
	topHeads    = 10
	topSubjects = 3
)

// loneCohesion is what the cohesion of an event of one story is taken to be, and
// of any at least: where the stories of an event have less in common than reports
// of one happening have, everything would be relatively alike, and it would drift.
const loneCohesion = .35

func newCentroid(p *Profile) *centroid {
	c := &centroid{n: 1, masses: make([]mass, len(p.words))}
	for i, f := range p.words {
		c.masses[i] = mass{f.hash, f.weight.float(), 1, uint8(f.class & headBit / headBit), f.class &^ headBit}
	}
	c.summarise()
	return c
}

// united returns the centroid of the stories of both.
func united(a, b *centroid) *centroid {
	c := &centroid{n: a.n + b.n, masses: make([]mass, 0, len(a.masses)+len(b.masses))}
	x, y := a.masses, b.masses
	for len(x) > 0 && len(y) > 0 {
		switch {
		case x[0].hash < y[0].hash:
			c.masses = append(c.masses, x[0])
			x = x[1:]
		case x[0].hash > y[0].hash:
			c.masses = append(c.masses, y[0])
			y = y[1:]
		default:
			m := mass{x[0].hash, x[0].sum + y[0].sum, x[0].count + y[0].count, x[0].heads + y[0].heads, max(x[0].class, y[0].class)}
			c.masses = append(c.masses, m)
			x, y = x[1:], y[1:]
		}
	}
	c.masses = append(append(c.masses, x...), y...)
	c.summarise()
	return c
}

// summarise finds the heaviest of the masses, and how much alike the stories are.
func (c *centroid) summarise() {
	room := make([]mass, topNames+topNumbers+topHeads+topSubjects)
	take := func(n int) (list []mass) {
		list, room = room[:0:n], room[n:]
		return list
	}
	c.names, c.numbers, c.heads, c.subjects = take(topNames), take(topNumbers), take(topHeads), take(topSubjects)
	squares := 0.0
	for _, m := range c.masses {
		squares += float64(m.sum) * float64(m.sum)
		ahead := int(m.heads)*2 >= c.n
		if ahead {
			c.heads = keep(c.heads, m)
		}
		switch m.class {
		case name:
			if ahead {
				c.subjects = keep(c.subjects, m)
			}
			c.names = keep(c.names, m)
		case number:
			c.numbers = keep(c.numbers, m)
		}
	}
	c.cohesion = loneCohesion
	if n := float64(c.n); c.n > 1 {
		c.cohesion = max((squares-n)/(n*n)+loneCohesion/n, loneCohesion)
	}
}

// keep inserts m among the heaviest, heaviest first, as many as there is room for.
func keep(list []mass, m mass) []mass {
	n := len(list)
	if n < cap(list) {
		list = list[:n+1]
	} else if n--; list[n].sum >= m.sum {
		return list
	}
	for n > 0 && list[n-1].sum < m.sum {
		list[n] = list[n-1]
		n--
	}
	list[n] = m
	return list
}

// find returns what a centroid has of a word.
func (c *centroid) find(h uint32) (mass, bool) {
	i, n := 0, len(c.masses)
	for n > 1 { // without a branch that could be foreseen wrongly, see advance
		half := n >> 1
		next := i
		if c.masses[i+half-1].hash < h {
			next = i + half
		}
		i = next
		n -= half
	}
	if n == 0 || c.masses[i].hash != h {
		return mass{}, false
	}
	return c.masses[i], true
}

// cover returns how much of the weight of some masses another centroid has; half
// when there are none.
func (c *centroid) cover(list []mass) float64 {
	s, t := 0.0, 0.0
	for _, m := range list {
		t += float64(m.sum)
		if v, ok := c.find(m.hash); ok {
			s += float64(m.sum) * min(1, 2*float64(v.count)/float64(c.n))
		}
	}
	if t == 0 {
		return .5
	}
	return s / t
}

// contrast finds what is swapped, the actor or the sum: by how much more stories
// of c than of o have the one of some masses of c of which that is most true, the
// less the fewer stories there are to tell.
func (c *centroid) contrast(list []mass, o *centroid) float64 {
	top := 0.0
	for _, m := range list {
		share := float64(m.count) / float64(c.n)
		if v, ok := o.find(m.hash); ok {
			share -= float64(v.count) / float64(o.n)
		}
		top = max(top, share)
	}
	return top * float64(c.n) / float64(c.n+1) * float64(o.n) / float64(o.n+1)
}

// dot returns the mean cosine of the stories of two centroids.
func dot(a, b *centroid) float64 {
	s := float32(0)
	x, y := a.masses, b.masses
	for i, j := 0, 0; i < len(x) && j < len(y); {
		if x[i].hash == y[j].hash {
			s += x[i].sum * y[j].sum
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
	l := likeness{average: dot(a, b)}
	if l.average < leastLikeness {
		return l
	}
	l.relative = min(l.average/math.Sqrt(a.cohesion*b.cohesion), mostRelative)
	l.numbers = ordered(b.cover(a.numbers), a.cover(b.numbers))
	l.heads = ordered(b.cover(a.heads), a.cover(b.heads))
	l.shared = min(b.cover(a.names), a.cover(b.names))
	l.names = max(a.contrast(a.names, b), b.contrast(b.names, a))
	l.subjects = max(a.contrast(a.subjects, b), b.contrast(b.subjects, a))
	l.sums = ordered(a.contrast(a.numbers[:min(len(a.numbers), 3)], b), b.contrast(b.numbers[:min(len(b.numbers), 3)], a))
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
	join:     -.9, merge: -.9, near: 2, lone: .6, lag: .2, lagOther: 1.5, others: 3,
}
