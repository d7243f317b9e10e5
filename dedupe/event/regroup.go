package event

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// maxRegroup is how many stories are looked at together again.
const maxRegroup = 24

// A knot is a part with its stories while these are grouped anew.
type knot struct {
	*part
	slots []int32
}

func knotted(a, b *knot) *knot {
	return &knot{joined(a.part, b.part), slices.Concat(a.slots, b.slots)}
}

// cluster groups stories of one language by themselves: the two parts that are
// likest become one, again and again. Unlike placing one after the other, that
// does not depend on which story came first.
func (g *Grouper) cluster(slots []int32) []*knot {
	knots := g.bound(slots)
	n := len(knots)
	odds := make([]float64, n*n) // of knots i and j, j < i, at i*n+j
	for i := range knots {
		for j := range i {
			odds[i*n+j] = g.knotOdds(knots[i], knots[j])
		}
	}
	for {
		top, x, y := g.tune.merge, -1, -1
		for i := range knots {
			for j := range i {
				if v := odds[i*n+j]; v >= top {
					top, x, y = v, i, j
				}
			}
		}
		if x < 0 {
			break
		}
		knots[y], knots[x] = knotted(knots[y], knots[x]), nil
		for i, k := range knots {
			v := math.Inf(-1)
			switch {
			case i == y:
				continue
			case k != nil:
				v = g.knotOdds(knots[y], k)
			}
			odds[max(i, y)*n+min(i, y)] = v
			odds[max(i, x)*n+min(i, x)] = math.Inf(-1)
		}
	}
	return slices.DeleteFunc(knots, func(k *knot) bool { return k == nil })
}

// bound returns a knot for each story, but one for those that a person put
// together.
func (g *Grouper) bound(slots []int32) []*knot {
	var knots []*knot
	for _, s := range slots {
		k := &knot{newPart(g.slots[s].Profile), []int32{s}}
		if len(g.tied) > 0 {
			knots = slices.DeleteFunc(knots, func(o *knot) bool {
				bound := slices.ContainsFunc(o.slots, func(t int32) bool { return g.tied[pair(g.slots[s].id, g.slots[t].id)] })
				if bound {
					k = knotted(o, k)
				}
				return bound
			})
		}
		knots = append(knots, k)
	}
	return knots
}

// knotOdds is judge, and never where a person wants the two apart.
func (g *Grouper) knotOdds(a, b *knot) float64 {
	if len(g.apart) > 0 {
		for _, x := range a.slots {
			for _, y := range b.slots {
				if g.apart[pair(g.slots[x].id, g.slots[y].id)] {
					return math.Inf(-1)
				}
			}
		}
	}
	return g.judge(a.part, b.part).odds
}

// reconsider groups the stories of some events anew, in one language: what came
// first may have tied together what later stories tell apart. It returns the names
// that these events had and have.
func (g *Grouper) reconsider(lang string, events []*group) []int64 {
	var slots []int32
	for _, e := range events {
		for _, s := range e.slots {
			if g.slots[s].lang == lang {
				slots = append(slots, s)
			}
		}
	}
	if len(slots) > maxRegroup || len(slots) < 3 {
		return nil
	}
	slices.SortFunc(slots, func(a, b int32) int { return cmp.Compare(g.slots[a].id, g.slots[b].id) })
	knots := g.cluster(slots)
	if len(events) == 1 && len(knots) == 1 {
		return nil
	}
	var names []int64
	for _, e := range events {
		names = append(names, e.id)
		delete(g.events, e.id)
		g.follow(lang, e, knots)
		e.slots = nil
	}
	for _, k := range knots {
		names = append(names, g.foundAll(lang, k))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// foundAll makes an event of a knot and returns its name.
func (g *Grouper) foundAll(lang string, k *knot) int64 {
	slices.SortFunc(k.slots, func(a, b int32) int { return cmp.Compare(g.slots[a].id, g.slots[b].id) })
	e := &group{id: g.slots[k.slots[0]].id}
	g.events[e.id] = e
	for _, s := range k.slots {
		g.join(e, s)
	}
	if len(e.slots) > 1 && k.n <= maxSample {
		g.keep(e)
		e.parts[lang] = k.part
	}
	return e.id
}

// follow gives the stories of an event that are in other languages to the knots of
// its own stories that they are closest to.
func (g *Grouper) follow(lang string, e *group, knots []*knot) {
	home := map[int32]*knot{}
	var only *knot // that has them all
	several := false
	for _, k := range knots {
		for _, s := range k.slots {
			if m := g.slots[s]; m.lang == lang && m.in == e {
				home[s] = k
				several = several || only != nil && only != k
				only = k
			}
		}
	}
	for _, s := range e.slots {
		switch {
		case g.slots[s].lang == lang:
		case several:
			k := g.closest(s, home)
			k.slots = append(k.slots, s)
		default:
			only.slots = append(only.slots, s)
		}
	}
}

// closest returns the knot of the story that shares most with one in another
// language.
func (g *Grouper) closest(slot int32, home map[int32]*knot) *knot {
	var best *knot
	top := math.Inf(-1)
	compared := map[*knot]int{}
	for _, s := range slices.Sorted(maps.Keys(home)) {
		if compared[home[s]]++; compared[home[s]] > maxAgree {
			continue
		}
		if v := cross(g.slots[slot].Profile, g.slots[s].Profile).strength; v > top {
			top, best = v, home[s]
		}
	}
	return best
}
