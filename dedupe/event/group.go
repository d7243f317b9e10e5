package event

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// Grouper puts stories into events as they come. It is used by one goroutine.
type Grouper struct {
	opts   Options
	index  *index
	slots  []*member // nil: free
	free   []int32
	at     map[int64]int32 // slot of a story
	events map[int64]*group
	apart  map[[2]int64]bool
	tune   *tuning
}

// member is a story with the event it is in.
type member struct {
	*profile
	in *group
}

// group is an event.
type group struct {
	id      int64
	slots   []int32 // in the order in which they came
	first   int64   // seconds; 0: unknown
	last    int64
	centres map[string]*centroid // by language, of events of several stories
}

// NewGrouper returns a Grouper without events.
func NewGrouper(opts Options) *Grouper {
	if opts.Window <= 0 {
		opts.Window = defaultWindow
	}
	if opts.Stories <= 0 {
		opts.Stories = defaultStories
	}
	return &Grouper{
		opts: opts, index: newIndex(), at: map[int64]int32{}, events: map[int64]*group{}, apart: map[[2]int64]bool{},
		tune: cmp.Or(opts.tune, &defaultTuning),
	}
}

const (
	nearAlike  = 32 // stories of the same language that are looked at
	nearAbroad = 12 // and of each other language
	maxNear    = 48 // in all other languages together
)

// Add puts a story into an event: one of those there are, or a new one. A story
// that was added before is taken out first.
func (g *Grouper) Add(s Story) Decision {
	g.Remove(s.ID)
	p := newProfile(s, g.opts.without)
	d := g.place(p)
	d.Sketch = p.encode()
	return d
}

// candidate is an event that a story may belong to.
type candidate struct {
	g       *group
	odds    float64 // log odds that it does, with time
	timely  float64 // the same without
	best    int32   // slot of the story that is closest
	like    likeness
	cross   crossing
	margin  float64
	foreign bool // decided across languages
}

func (g *Grouper) place(p *profile) Decision {
	list, earlier := g.candidates(p)
	slot := g.hold(p)
	d := Decision{Event: p.id, Relation: Founds}
	own := &group{id: p.id}
	if len(list) > 0 {
		own = list[0].g
		d = g.describe(p, list[0])
	} else {
		g.events[p.id] = own
		if earlier != nil {
			d.Earlier = earlier.g.id
			d.Evidence = append(d.Evidence, Evidence{"earlier", 0, fmt.Sprintf("event %d ended %s before", earlier.g.id, days(p.at-earlier.g.last))})
		}
	}
	own = g.join(own, slot)
	if len(list) > 0 {
		d.Merged = g.merge(own, list[1:])
	}
	d.Event = own.id
	return d
}

// hold gives a profile a slot and makes it findable.
func (g *Grouper) hold(p *profile) int32 {
	var slot int32
	if n := len(g.free); n > 0 {
		slot = g.free[n-1]
		g.free = g.free[:n-1]
	} else {
		slot = int32(len(g.slots))
		g.slots = append(g.slots, nil)
	}
	g.slots[slot] = &member{profile: p}
	g.at[p.id] = slot
	g.index.add(slot, p)
	return slot
}

// join adds the story in a slot to an event.
func (g *Grouper) join(e *group, slot int32) *group {
	m := g.slots[slot]
	m.in = e
	e.slots = append(e.slots, slot)
	e.centres = nil
	if m.at != 0 {
		e.last = max(e.last, m.at)
		if e.first == 0 || m.at < e.first {
			e.first = m.at
		}
	}
	if m.id < e.id {
		g.rename(e, m.id)
	}
	return e
}

func (g *Grouper) rename(e *group, id int64) {
	delete(g.events, e.id)
	e.id = id
	g.events[id] = e
}

// candidates returns the events that a story belongs to, the likeliest first,
// and, when there is none, one that it would belong to but for the time
// between.
func (g *Grouper) candidates(p *profile) (list []candidate, earlier *candidate) {
	seen := map[*group]bool{}
	var all []candidate
	for _, h := range g.index.alike(p, nearAlike) {
		if m := g.slots[h.slot]; m.lang == p.lang && !seen[m.in] {
			seen[m.in] = true
			if c, ok := g.weigh(p, m.in, h.slot); ok {
				all = append(all, c)
			}
		}
	}
	all = append(all, g.abroad(p, seen)...)
	for _, c := range all {
		if c.odds >= g.tune.join {
			list = append(list, c)
		} else if c.timely >= g.tune.join && (earlier == nil || c.timely > earlier.timely) {
			earlier = &c
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.odds, a.odds), cmp.Compare(a.g.id, b.g.id))
	})
	return list, earlier
}

// weigh compares a story with the stories of an event that are in its language.
func (g *Grouper) weigh(p *profile, e *group, near int32) (candidate, bool) {
	if len(e.slots) >= g.opts.Stories || g.forbidden(p, e) {
		return candidate{}, false
	}
	l := compare(newCentroid([]*profile{p}), g.centre(e, p.lang))
	c := candidate{g: e, best: near, like: l, timely: l.odds(g.tune)}
	c.odds = c.timely - g.lag(p, e)
	return c, true
}

// centre returns the stories of an event in a language taken together, or nil.
func (g *Grouper) centre(e *group, lang string) *centroid {
	if c, ok := e.centres[lang]; ok {
		return c
	}
	var ps []*profile
	for i := len(e.slots) - 1; i >= 0 && len(ps) < maxSample; i-- {
		if m := g.slots[e.slots[i]]; m.lang == lang {
			ps = append(ps, m.profile)
		}
	}
	var c *centroid
	if len(ps) > 0 {
		c = newCentroid(ps)
	}
	if len(e.slots) > 1 {
		if e.centres == nil {
			e.centres = map[string]*centroid{}
		}
		e.centres[lang] = c
	}
	return c
}

// lag is what the time between a story and an event speaks against it, in log
// odds: nothing within a day and a half.
func (g *Grouper) lag(p *profile, e *group) float64 {
	if p.at == 0 || e.last == 0 || g.opts.without.time {
		return 0
	}
	gap := max(p.at-e.last, e.first-p.at, 0)
	if time.Duration(gap)*time.Second > g.opts.Window {
		return lagNever
	}
	return g.tune.lag * min(max(0, float64(gap)/86400-1.5), lagDays)
}

const (
	lagNever = 20
	lagDays  = 20 // after which it makes no more difference, until Window
)

// Across languages a story joins an event when what they share is much for its
// length, much at all, and more than it shares with any other event.
const (
	crossCosine = .30
	crossShared = 13
	crossMargin = 1.12
)

// abroad finds the event in other languages that a story belongs to: at most
// one.
func (g *Grouper) abroad(p *profile, seen map[*group]bool) []candidate {
	var best, next candidate
	left := maxNear
	for lang := range g.index.langs {
		if lang == p.lang || left <= 0 {
			continue
		}
		for _, h := range g.index.abroad(p, lang, min(nearAbroad, left)) {
			left--
			m := g.slots[h.slot]
			c := candidate{g: m.in, best: h.slot, cross: cross(p, m.profile), foreign: true}
			switch {
			case c.g == best.g:
				if c.cross.cosine > best.cross.cosine {
					best = c
				}
			case best.g == nil || better(c, best):
				next, best = best, c
			case next.g == nil || better(c, next):
				next = c
			}
		}
	}
	if best.g == nil || len(best.g.slots) >= g.opts.Stories || g.forbidden(p, best.g) {
		return nil
	}
	best.margin = best.cross.cosine / max(next.cross.cosine, .05)
	best.timely = best.cross.odds(best.margin, g.tune.join)
	best.odds = best.timely - g.lag(p, best.g)
	if seen[best.g] { // its own language decides, but a translation is sure
		return nil
	}
	return []candidate{best}
}

func better(a, b candidate) bool {
	return a.cross.cosine > b.cross.cosine || a.cross.cosine == b.cross.cosine && a.g.id < b.g.id
}

// odds is the logarithm of the odds that two stories in different languages
// are one event, on a scale where events join from joins on.
func (c crossing) odds(margin, joins float64) float64 {
	z := min((c.cosine-crossCosine)*20, (c.shared-crossShared)/4, (margin-crossMargin)*8)
	return joins + min(z, 5)
}

// merge makes one event of all those that a story would have joined, where
// they are alike as a whole.
func (g *Grouper) merge(e *group, others []candidate) []int64 {
	var merged []int64
	for _, c := range others {
		o := c.g
		if o == e || o.slots == nil || len(e.slots)+len(o.slots) > g.opts.Stories || !g.alike(e, o, c) {
			continue
		}
		old := max(e.id, o.id)
		for _, s := range o.slots {
			g.slots[s].in = e
		}
		delete(g.events, o.id)
		e.slots = append(e.slots, o.slots...)
		o.slots = nil
		e.centres = nil
		e.last = max(e.last, o.last)
		if e.first == 0 || o.first != 0 && o.first < e.first {
			e.first = o.first
		}
		if o.id < e.id {
			g.rename(e, o.id)
		}
		merged = append(merged, old)
	}
	return merged
}

// alike reports whether two events are one.
func (g *Grouper) alike(a, b *group, c candidate) bool {
	for _, x := range a.slots {
		if g.forbidden(g.slots[x].profile, b) {
			return false
		}
	}
	best, common := math.Inf(-1), false
	for lang := range g.index.langs {
		ca, cb := g.centre(a, lang), g.centre(b, lang)
		if ca != nil && cb != nil {
			common = true
			best = max(best, compare(ca, cb).odds(g.tune))
		}
	}
	if common {
		return best >= g.tune.merge
	}
	return c.foreign || c.odds >= g.tune.merge
}

func (g *Grouper) forbidden(p *profile, e *group) bool {
	if len(g.apart) == 0 {
		return false
	}
	for _, s := range e.slots {
		if g.apart[pair(p.id, g.slots[s].id)] {
			return true
		}
	}
	return false
}

func pair(a, b int64) [2]int64 { return [2]int64{min(a, b), max(a, b)} }

// Remove takes a story out of its event. An event without stories is no more.
func (g *Grouper) Remove(id int64) {
	slot, ok := g.at[id]
	if !ok {
		return
	}
	m := g.slots[slot]
	g.index.remove(slot, m.profile)
	delete(g.at, id)
	g.slots[slot] = nil
	g.free = append(g.free, slot)
	g.leave(m.in, slot)
}

func (g *Grouper) leave(e *group, slot int32) {
	e.slots = slices.DeleteFunc(e.slots, func(s int32) bool { return s == slot })
	e.centres = nil
	if len(e.slots) == 0 {
		delete(g.events, e.id)
		return
	}
	e.first, e.last = 0, 0
	least := int64(math.MaxInt64)
	for _, s := range e.slots {
		m := g.slots[s]
		least = min(least, m.id)
		if m.at != 0 {
			e.last = max(e.last, m.at)
			if e.first == 0 || m.at < e.first {
				e.first = m.at
			}
		}
	}
	if least != e.id {
		g.rename(e, least)
	}
}

// Event returns the event that a story is in; 0 when it was never added, or
// removed.
func (g *Grouper) Event(story int64) int64 {
	if slot, ok := g.at[story]; ok {
		return g.slots[slot].in.id
	}
	return 0
}

// Stories returns the stories of an event, ascending; nil when there is no
// event of that name.
func (g *Grouper) Stories(event int64) []int64 {
	e := g.events[event]
	if e == nil {
		return nil
	}
	out := make([]int64, len(e.slots))
	for i, s := range e.slots {
		out[i] = g.slots[s].id
	}
	slices.Sort(out)
	return out
}

// Len returns how many stories are held.
func (g *Grouper) Len() int { return len(g.at) }

// Expire removes the stories of events that ended before a time. They keep
// their event for whoever stored it; no new story joins them.
func (g *Grouper) Expire(before time.Time) {
	cut := before.Unix()
	for _, e := range g.events {
		if e.last == 0 || e.last >= cut {
			continue
		}
		for _, s := range slices.Clone(e.slots) {
			g.Remove(g.slots[s].id)
		}
	}
}

func days(seconds int64) string {
	if seconds < 2*86400 {
		return fmt.Sprintf("%d hours", seconds/3600)
	}
	return fmt.Sprintf("%d days", seconds/86400)
}

// describe says why a story joins an event.
func (g *Grouper) describe(p *profile, c candidate) Decision {
	with := g.slots[c.best]
	d := Decision{With: with.id, Relation: Report, Score: logistic(c.odds - g.tune.join)}
	if c.foreign {
		d.Evidence = []Evidence{
			{"anchors", c.cross.cosine, fmt.Sprintf("%d numbers, names and places in common across %s and %s", c.cross.hits, p.lang, with.lang)},
			{"margin", 1 - 1/max(c.margin, 1), "ahead of the next event"},
		}
	} else {
		d.Evidence = []Evidence{
			{"words", c.like.average, fmt.Sprintf("mean likeness to %d stories", len(c.g.slots))},
			{"cohesion", min(1, c.like.relative), "the same against the likeness within the event"},
			{"names", c.like.names[0], ""},
			{"numbers", c.like.numbers[0], ""},
		}
	}
	if v := g.lag(p, c.g); v > 0 {
		d.Evidence = append(d.Evidence, Evidence{"time", 0, fmt.Sprintf("%s after the event's last story", days(p.at-c.g.last))})
	}
	if ok, e := translates(p, with.profile); ok {
		d.Relation = Translation
		d.Evidence = append(d.Evidence, e...)
	}
	return d
}

func logistic(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
