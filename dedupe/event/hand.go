package event

import "slices"

// Apart says that a person wants two stories in different events: the first leaves
// the event of the other now, and they are not put together again.
func (g *Grouper) Apart(a, b int64) {
	g.apart[pair(a, b)] = true
	delete(g.tied, pair(a, b))
	if e := g.Event(a); e != 0 && e == g.Event(b) {
		g.split(a)
	}
}

// Together says that a person wants two stories in one event, whatever else
// speaks against it. It returns the event that they are in now; 0 when one of
// them is not held.
func (g *Grouper) Together(a, b int64) int64 {
	delete(g.apart, pair(a, b))
	g.tied[pair(a, b)] = true
	x, ok := g.at[a]
	y, also := g.at[b]
	if !ok || !also {
		return 0
	}
	e, o := g.slots[x].in, g.slots[y].in
	if e != o {
		g.unite(e, o)
	}
	return e.id
}

// split gives a story an event of its own.
func (g *Grouper) split(story int64) {
	slot, ok := g.at[story]
	if !ok {
		return
	}
	m := g.slots[slot]
	g.leave(m.in, slot)
	g.found(slot)
}

// unite puts the stories of o into e.
func (g *Grouper) unite(e, o *group) {
	for _, s := range o.slots {
		g.slots[s].in = e
	}
	delete(g.events, o.id)
	e.slots = slices.Concat(e.slots, o.slots)
	o.slots = nil
	e.parts = nil
	e.first, e.last = span(e.first, e.last, o.first, o.last)
	if o.id < e.id {
		g.rename(e, o.id)
	}
}
