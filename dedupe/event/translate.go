package event

import (
	"fmt"
	"math"
	"slices"
)

// parallel is how far two texts say the same things in the same order.
type parallel struct {
	common int     // anchors that both have, once each
	order  float64 // share of these that stand in one order
	cover  float64 // share of the rarer side's anchors that the other has
	length float64 // of the shorter as a share of the longer
	// numbers is the share of the telling numbers that both have, see agreement.
	numbers float64
	stated  bool // the publisher of one names the other
}

// align compares the sequences of anchors of two stories: each anchor by where
// it stands first. What stands in one order is the longest increasing
// subsequence.
func align(a, b *Profile) parallel {
	var at [noPlace]uint8 // in b, plus one, by the place in a
	var p parallel
	var both int32
	for i, j := 0, 0; i < len(a.anchors) && j < len(b.anchors); {
		x, y := a.anchors[i], b.anchors[j]
		if x.hash == y.hash && x.place != noPlace && y.place != noPlace {
			at[x.place] = y.place + 1
			p.common++
		}
		if x.hash == y.hash && telling(x) && telling(y) {
			both++
		}
		i, j = advance(i, j, x.hash, y.hash)
	}
	p.numbers = agreement(a, b, both)
	if p.common > 0 {
		p.order = float64(increasing(at[:])) / float64(p.common)
		p.cover = float64(p.common) / float64(min(placed(a), placed(b)))
	}
	p.length = proportion(a, b)
	return p
}

// proportion is the length of the shorter of two texts as a share of the longer.
func proportion(a, b *Profile) float64 {
	return float64(min(a.length, b.length)) / float64(max(a.length, b.length, 1))
}

// placed counts the anchors that stand in the order of the text.
func placed(p *Profile) int {
	n := 0
	for _, f := range p.anchors {
		if f.place != noPlace {
			n++
		}
	}
	return n
}

// increasing returns the length of the longest increasing subsequence of what is
// not zero.
func increasing(v []uint8) int {
	var room [noPlace]uint8
	tails := room[:0]
	for _, x := range v {
		if x == 0 {
			continue
		}
		i, _ := slices.BinarySearch(tails, x)
		if i == len(tails) {
			tails = append(tails, x)
		} else {
			tails[i] = x
		}
	}
	return len(tails)
}

// surplus is how much more of the common anchors stand in order than chance
// would put there: of n in random order about 2√n do.
func (p parallel) surplus() float64 {
	n := float64(p.common)
	chance := min(1, 2/math.Sqrt(max(n, 1)))
	if chance == 1 {
		return 0
	}
	return (p.order - chance) / (1 - chance)
}

// leastLength is how long the shorter of a text and its translation is at least.
const leastLength = .6

// translates reports whether two stories are one text in two languages, or two
// translations of one text into one language, and how sure that is in log odds. What
// they have in common across languages is c.
func translates(a, b *Profile, c crossing) (float64, parallel) {
	if proportion(a, b) < leastLength {
		return -9, parallel{}
	}
	al := align(a, b)
	z := 0.0
	if a.lang != b.lang {
		z = -4.9 + 3.2*min(c.strength, 1.5) + 2*max(al.surplus(), -1) - 4*(1-c.numbers) + .05*float64(min(al.common, 20)) + 2*min(al.cover, .8) + 1.2*(al.length-.8)*5
		z = min(z, (c.numbers-leastNumbers)*12)
	} else {
		z = min((al.length-.8)*20, (al.cover-.5)*12, (al.surplus()-.6)*8, float64(al.common-16)/3, (cosine(a.words, b.words)-.55)*20, (al.numbers-leastNumbers)*12)
	}
	if al.common < 3 {
		z = min(z, -1)
	}
	if c.version && a.lang != b.lang {
		al.stated = true
		z = max(z, versionOdds)
	}
	return z, al
}

// evidence says how far two texts are parallel.
func (p parallel) evidence() []Evidence {
	e := []Evidence{
		{"order", p.order, fmt.Sprintf("%d numbers, names and places, one after the other", p.common)},
		{"cover", p.cover, ""},
		{"length", p.length, ""},
	}
	if p.stated {
		e = append(e, Evidence{"alternate", 1, "its publisher names the one as the other in another language"})
	}
	return e
}

// versionOdds are the log odds that a publisher is right who names a text as
// another one in its language.
const versionOdds = 3

// cosine is the likeness of two vectors of unit length.
func cosine(a, b []feature) float64 {
	s := float32(0)
	for i, j := 0, 0; i < len(a) && j < len(b); {
		x, y := a[i], b[j]
		if x.hash == y.hash {
			s += x.weight.float() * y.weight.float()
		}
		i, j = advance(i, j, x.hash, y.hash)
	}
	return float64(s)
}

// advance goes on in two lists that are by hash: past the smaller of the hashes at
// i and j, past both where they are the same. Which of them is smaller cannot be
// foreseen, so there is no branch on it: a branch that is foreseen wrongly costs
// more than the comparison of two words.
func advance(i, j int, x, y uint32) (int, int) {
	var di, dj int
	if x <= y {
		di = 1
	}
	if y <= x {
		dj = 1
	}
	return i + di, j + dj
}
