package event

import (
	"math"
	"slices"
)

// A part is stories of one language that are taken for one event: all that an
// event has of the language, or what is looked at anew.
type part struct {
	*centroid
	first    int64 // seconds; 0: unknown
	last     int64
	ordinals []uint32 // of all its stories
}

func newPart(p *Profile) *part { return partOf([]*Profile{p}) }

// partOf returns the part that some stories are, one at least.
func partOf(ps []*Profile) *part {
	p := &part{centroid: centroidOf(ps)}
	for _, s := range ps {
		p.span(s.at, s.at, s.ordinals)
	}
	return p
}

// joined returns the part that two make.
func joined(a, b *part) *part {
	p := &part{united(a.centroid, b.centroid), a.first, a.last, slices.Clip(a.ordinals)}
	p.span(b.first, b.last, b.ordinals)
	return p
}

// span takes a time and places in series in.
func (p *part) span(first, last int64, ordinals []uint32) {
	p.first, p.last = span(p.first, p.last, first, last)
	for _, h := range ordinals {
		if !slices.Contains(p.ordinals, h) {
			p.ordinals = append(p.ordinals, h)
		}
	}
}

// span is the time from the earlier of two beginnings to the later of two ends;
// zero: unknown.
func span(first, last, begin, end int64) (int64, int64) {
	if first == 0 || begin != 0 && begin < first {
		first = begin
	}
	return first, max(last, end)
}

// between is the time between two spans in seconds, 0 where one is unknown.
func between(first, last, begin, end int64) int64 {
	if last == 0 || end == 0 {
		return 0
	}
	return max(first-end, begin-last, 0)
}

// verdict is how likely two parts are one event.
type verdict struct {
	likeness
	odds   float64 // log odds
	timely float64 // the same without what the time between says
}

// judge weighs what two parts have in common.
func (g *Grouper) judge(a, b *part) verdict {
	v := verdict{likeness: compare(a.centroid, b.centroid)}
	if g.opts.without.consensus {
		v.names, v.subjects, v.sums = 0, 0, [2]float64{}
	}
	v.timely = v.likeness.odds(g.tune) - g.tune.lone*v.lone
	if v.lone == 1 && v.numbers[1] < otherNumbers && min(len(a.numbers), len(b.numbers)) > 1 {
		v.timely -= g.tune.others
	}
	if swapped(a.ordinals, b.ordinals) {
		v.timely -= swappedOrdinal
	}
	other := max(a.n, b.n) < 3 && v.numbers[1] < otherNumbers || v.lone == 1 && v.sums[0] > 0
	v.odds = v.timely - g.lag(between(a.first, a.last, b.first, b.last), other && v.average >= leastLikeness)
	return v
}

// swappedOrdinal is what a different place in a series, the 12th and the 13th,
// speaks against one event.
const swappedOrdinal = 2.5

// swapped reports whether both have ordinals, and none in common.
func swapped(a, b []uint32) bool {
	for _, h := range a {
		if slices.Contains(b, h) {
			return false
		}
	}
	return len(a) > 0 && len(b) > 0
}

// otherNumbers is the share of the heaviest numbers below which they are others.
// A story days later with other numbers is what follows: the next round, the next
// notice of the series. Of two stories by themselves it is enough that each has a heavy
// number that the other lacks: what follows repeats some of what was.
const otherNumbers = .35

// lag is what so many seconds between the last story of the one and the first of
// the other speak against one event, in log odds: nothing within a day and a half,
// then more, ever slower; after a month and a half, when hardly anybody goes on about
// a happening, faster again.
func (g *Grouper) lag(seconds int64, other bool) float64 {
	if g.opts.without.time {
		return 0
	}
	days := float64(seconds) / 86400
	if days > g.opts.Window.Hours()/24 {
		return lagNever
	}
	v := g.tune.lag
	if other {
		v += g.tune.lagOther
	}
	return v*math.Log1p(max(0, days-1.5)) + lagLate*math.Log1p(max(0, days-45)/15)
}

const (
	lagNever = 20
	lagLate  = 1.5
)
