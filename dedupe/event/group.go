package event

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// Grouper puts stories into events as they come. It is used by one goroutine.
type Grouper struct {
	opts   Options
	index  *index
	slots  []*member // nil: free
	free   []int32
	idle   []int32           // free as soon as the index is built anew
	langs  map[string]string // one copy of each
	kept   []*group          // that hold parts, the oldest first
	at     map[int64]int32   // slot of a story
	events map[int64]*group
	apart  map[[2]int64]bool // pairs that a person took apart
	tied   map[[2]int64]bool // and put together
	tune   *tuning

	crossed map[int32]crossing // of the story that is being placed
	// meaningful are the slots of stories with a vector, the youngest last.
	meaningful []int32
}

// member is a story with the event it is in.
type member struct {
	*Profile
	in *group
}

// group is an event.
type group struct {
	id    int64
	slots []int32 // in the order in which they came
	first int64   // seconds; 0: unknown
	last  int64
	parts map[string]*part // by language, of events of several stories
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
		opts: opts, index: newIndex(), at: map[int64]int32{}, events: map[int64]*group{}, apart: map[[2]int64]bool{}, tied: map[[2]int64]bool{},
		langs: map[string]string{}, crossed: map[int32]crossing{},
		tune: cmp.Or(opts.tune, &defaultTuning),
	}
}

const (
	nearAlike  = 8  // stories of the same language that are looked at
	nearAbroad = 12 // and of each other language
	maxNear    = 32 // in all other languages together
	maxAbroad  = 6  // events of these that are compared
)

// Add puts a story into an event: one of those there are, or a new one. A story
// that was added before is taken out first.
func (g *Grouper) Add(s Story) Decision { return g.Place(readProfile(s, g.opts)) }

// Place does what Add does with a story that was read before. The profile belongs
// to the Grouper then, but for [Profile.Sketch].
func (g *Grouper) Place(p *Profile) Decision {
	g.Remove(p.id)
	d := g.place(p)
	d.Sketch = p.Sketch()
	return d
}

// candidate is an event that a story may belong to.
type candidate struct {
	g *group
	verdict
	best        int32 // slot of the story that is closest
	cross       crossing
	agree       float64 // see Grouper.agree
	compared    int
	translation float64 // log odds that it translates the closest story
	margin      float64
	meant       meant
	foreign     bool // decided across languages
}

func (g *Grouper) place(p *Profile) Decision {
	g.distrust(p)
	list, earlier := g.candidates(p)
	slot := g.hold(p)
	if len(list) == 0 {
		d := Decision{Event: p.id, Relation: Founds}
		if earlier != nil && earlier.g.last <= p.at { // an older story that comes in late has no earlier event in a later one
			d.Earlier = earlier.g.id
			d.Evidence = append(d.Evidence, Evidence{"earlier", 0, fmt.Sprintf("event %d ended %s before", earlier.g.id, days(p.at-earlier.g.last))})
		}
		g.found(slot)
		return d
	}
	d := g.describe(p, list[0])
	changed := g.settle(slot, list)
	if g.Event(d.With) != g.Event(p.id) { // found better company, or lost it
		d = g.tie(slot)
	}
	d.Event = g.Event(p.id)
	d.Merged = slices.DeleteFunc(changed, func(e int64) bool { return e == d.Event })
	return d
}

// distrust forgets addresses in other languages that another story in the language
// of this one has as well: what each page of a site names is no version of it.
func (g *Grouper) distrust(p *Profile) {
	p.anchors = slices.DeleteFunc(p.anchors, func(f feature) bool {
		return f.class&^weakBit == version && g.index.holds(p.lang, f.hash)
	})
}

// found gives a story an event of its own.
func (g *Grouper) found(slot int32) {
	e := &group{id: g.slots[slot].id}
	g.events[e.id] = e
	g.join(e, slot)
}

// settle puts a story into the likeliest of some events, looks again at those in
// its language and makes one of those that are, and returns the names that changed
// events had and have.
func (g *Grouper) settle(slot int32, list []candidate) []int64 {
	e := list[0].g
	names := []int64{e.id}
	g.join(e, slot)
	names = append(names, e.id)
	if !list[0].foreign {
		near := []*group{e}
		for _, c := range list[1:] {
			if !c.foreign {
				near = append(near, c.g)
			}
		}
		if len(near) > 1 || unsettled(len(e.slots)) {
			names = append(names, g.reconsider(g.slots[slot].lang, near)...)
			e = g.slots[slot].in
		}
	}
	names = append(names, g.merge(e, list[1:])...)
	slices.Sort(names)
	return slices.Compact(names)
}

// unsettled reports whether an event of so many stories is looked at again when
// another one joins it: each time while it is small, then now and then.
func unsettled(stories int) bool { return stories <= 4 || stories%4 == 0 }

// tie says what ties a story to its event as it is now.
func (g *Grouper) tie(slot int32) Decision {
	m := g.slots[slot]
	c := candidate{g: m.in, best: -1}
	var rest []*Profile
	top := math.Inf(-1)
	for _, s := range m.in.slots {
		o := g.slots[s]
		if s == slot || o.lang != m.lang {
			continue
		}
		rest = append(rest, o.Profile)
		if v := cosine(m.words, o.words); v > top {
			top, c.best = v, s
		}
	}
	if c.best < 0 {
		return g.tieAbroad(slot)
	}
	c.verdict = g.judge(newPart(m.Profile), partOf(rest[max(0, len(rest)-maxSample):]))
	c.odds = max(c.odds, g.tune.join) // or others have tied them
	return g.describe(m.Profile, c)
}

// tieAbroad says the same of a story that is the only one of its language.
func (g *Grouper) tieAbroad(slot int32) Decision {
	m := g.slots[slot]
	c := candidate{g: m.in, best: -1, foreign: true}
	top := math.Inf(-1)
	for _, s := range m.in.slots {
		if s == slot {
			continue
		}
		if x := cross(m.Profile, g.slots[s].Profile); x.strength > top {
			top, c.best, c.cross = x.strength, s, x
		}
	}
	if c.best < 0 {
		return Decision{Relation: Founds}
	}
	return g.describe(m.Profile, c)
}

// hold gives a profile a slot and makes it findable.
func (g *Grouper) hold(p *Profile) int32 {
	var slot int32
	if n := len(g.free); n > 0 {
		slot = g.free[n-1]
		g.free = g.free[:n-1]
	} else {
		slot = int32(len(g.slots))
		g.slots = append(g.slots, nil)
	}
	if _, ok := g.langs[p.lang]; !ok {
		l := strings.Clone(p.lang)
		g.langs[l] = l
	}
	p.lang = g.langs[p.lang]
	g.slots[slot] = &member{Profile: p}
	g.at[p.id] = slot
	g.index.add(slot, p)
	if p.meaning != nil {
		if len(g.meaningful) == 2*maxMeant {
			g.meaningful = append(g.meaningful[:0], g.meaningful[maxMeant:]...)
		}
		g.meaningful = append(g.meaningful, slot)
	}
	return slot
}

// join adds the story in a slot to an event.
func (g *Grouper) join(e *group, slot int32) *group {
	m := g.slots[slot]
	m.in = e
	e.slots = append(e.slots, slot)
	if p := e.parts[m.lang]; p != nil && p.n < maxSample {
		e.parts[m.lang] = joined(p, newPart(m.Profile))
	} else {
		delete(e.parts, m.lang)
	}
	e.first, e.last = span(e.first, e.last, m.at, m.at)
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
func (g *Grouper) candidates(p *Profile) (list []candidate, earlier *candidate) {
	seen := map[*group]bool{}
	var all []candidate
	own := newPart(p)
	for _, h := range g.index.alike(p, nearAlike) {
		if m := g.slots[h.slot]; !seen[m.in] {
			seen[m.in] = true
			if len(m.in.slots) == 1 && cosine(p.words, m.words) < leastLikeness {
				continue
			}
			if c, ok := g.weigh(p, own, m.in, h.slot); ok {
				all = append(all, c)
			}
		}
	}
	all = append(all, g.abroad(p, seen)...)
	joins := false
	for _, c := range all {
		switch {
		case c.odds >= g.tune.join:
			joins = true
			list = append(list, c)
		case c.odds >= g.tune.join-g.tune.near && !c.foreign:
			list = append(list, c)
		}
		if c.odds < g.tune.join && c.timely >= g.tune.join && (earlier == nil || c.timely > earlier.timely) {
			earlier = &c
		}
	}
	if !joins {
		return nil, earlier
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.odds, a.odds), cmp.Compare(a.g.id, b.g.id))
	})
	return list, earlier
}

// weigh compares a story with the stories of an event that are in its language.
func (g *Grouper) weigh(p *Profile, own *part, e *group, near int32) (candidate, bool) {
	if len(e.slots) >= g.opts.Stories || g.forbidden(p, e) {
		return candidate{}, false
	}
	return candidate{g: e, best: near, verdict: g.judge(own, g.part(e, p.lang))}, true
}

// part returns the youngest stories of an event in a language, or nil.
func (g *Grouper) part(e *group, lang string) *part {
	if p, ok := e.parts[lang]; ok {
		if p != nil {
			p.first, p.last = e.first, e.last
		}
		return p
	}
	var ps []*Profile
	for i := len(e.slots) - 1; i >= 0 && len(ps) < maxSample; i-- {
		if m := g.slots[e.slots[i]]; m.lang == lang {
			ps = append(ps, m.Profile)
		}
	}
	var p *part
	if len(ps) > 0 {
		p = partOf(ps)
		p.first, p.last = e.first, e.last
	}
	if len(e.slots) > 1 {
		g.keep(e)
		e.parts[lang] = p
	}
	return p
}

// keep lets an event keep its parts, and some other forget its own.
func (g *Grouper) keep(e *group) {
	if e.parts != nil {
		return
	}
	if len(g.kept) > 2*keptParts {
		for _, o := range g.kept[:keptParts] {
			o.parts = nil
		}
		g.kept = slices.Delete(g.kept, 0, keptParts)
	}
	e.parts = map[string]*part{}
	g.kept = append(g.kept, e)
}

// keptParts is how many events keep their parts at least, not to make them anew
// for each story.
const keptParts = 8192

// leastNumbers is the share of the numbers that two reports of one event in two
// languages have in common at least, when there are numbers in both.
const leastNumbers = .3

// A story joins an event in other languages when it shares more with its
// stories than unrelated stories do, the more so the fewer of them there are to
// tell, and more than with any other event.
var (
	crossMargin = 1.12
	crossSure   = 1.5                                        // from which no other event matters
	crossLeast  = [maxAgree]float64{1.05, .95, .85, .8, .75} // by how many stories were compared
)

const maxAgree = 5

// leastNear is what the heaviest anchors have to have in common, in nats, for two
// stories in two languages to be compared.
const leastNear = 7

// abroad finds the event in other languages that a story belongs to, and with
// it those that are the same event in yet other languages.
func (g *Grouper) abroad(p *Profile, seen map[*group]bool) []candidate {
	clear(g.crossed)
	var list []candidate
	each := max(4, maxNear/max(1, len(g.index.langs)))
	for _, h := range g.index.abroad(p, min(nearAbroad, each), leastNear) {
		if e := g.slots[h.slot].in; !slices.ContainsFunc(list, func(c candidate) bool { return c.g == e }) {
			list = append(list, candidate{g: e, best: h.slot, foreign: true})
		}
		if len(list) == maxAbroad {
			break
		}
	}
	for _, m := range g.meant(p) {
		e := g.slots[m.slot].in
		i := slices.IndexFunc(list, func(c candidate) bool { return c.g == e })
		if i < 0 {
			i = len(list)
			list = append(list, candidate{g: e, best: m.slot, foreign: true})
		}
		if m.above > list[i].meant.above {
			list[i].meant = m
		}
	}
	for i := range list {
		c := &list[i]
		c.cross, c.agree, c.compared = g.agree(p, *c)
		g.translated(p, c)
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(max(b.translation, 0), max(a.translation, 0)),
			cmp.Compare(b.lead(), a.lead()), cmp.Compare(a.g.id, b.g.id))
	})
	var out []candidate
	rival := 0.0
	for i := range list {
		if c := &list[i]; i > 0 && !g.allies(list[0], *c) {
			rival = c.agree
			break
		} else if len(c.g.slots) < g.opts.Stories && (!seen[c.g] || c.translation >= 1) && !g.forbidden(p, c.g) {
			out = append(out, *c)
		}
	}
	for i := range out {
		c := &out[i]
		c.margin = c.agree / max(rival, .2)
		c.timely = g.tune.join + c.crossOdds()
		c.odds = c.timely - g.lagAbroad(p, c)
	}
	return out
}

// otherAbroad is the share of the numbers below which those of a story in another
// language, days apart, are others; what a publisher names as the same is.
const otherAbroad = .6

// lagAbroad is what the time speaks against an event in other languages.
func (g *Grouper) lagAbroad(p *Profile, c *candidate) float64 {
	return g.lag(gap(p, c.g), len(c.g.slots) < 3 && c.cross.numbers < otherAbroad && !c.cross.version)
}

// lead orders candidates by how far they are above what they have to be.
func (c *candidate) lead() float64 { return c.agree - c.bar() + c.meant.above/meaningBar }

// bar is what agree has to be.
func (c *candidate) bar() float64 { return crossLeast[max(c.compared-1, 0)] }

// crossOdds is the logarithm of the odds that a story is of an event in other
// languages.
func (c *candidate) crossOdds() float64 {
	z := min((c.agree-c.bar())*8, (c.cross.shared-c.cross.least)/4, (c.cross.numbers-leastNumbers)*12, 5)
	if c.agree < crossSure {
		z = min(z, (c.margin-crossMargin)*8)
	}
	if m := c.meant.above; m > 0 { // the less has to be meant alike, the more is in common
		z = max(z, min(m-meaningBar+2*min(c.agree, 1), (c.cross.numbers-leastNumbers)*12, meaningMost))
	}
	return max(z, min(c.translation, 5))
}

// cross compares a story with that in a slot, as long as it is being placed only
// once.
func (g *Grouper) cross(p *Profile, slot int32) crossing {
	c, ok := g.crossed[slot]
	if !ok {
		c = cross(p, g.slots[slot].Profile)
		g.crossed[slot] = c
	}
	return c
}

// agree returns how strongly a story is linked to those of an event that are in
// other languages, on average over a few, those first whose languages tell
// names from words, and what it shares with the closest.
func (g *Grouper) agree(p *Profile, c candidate) (best crossing, mean float64, n int) {
	best = g.cross(p, c.best)
	sum := min(best.strength, 2)
	n = 1
	for _, s := range g.foreigners(c.g, p.lang, c.best) {
		sum += min(g.cross(p, s).strength, 2)
		n++
	}
	if alone := min(best.strength, 2); n == 2 && alone >= crossLeast[0] {
		return best, alone, 1 // one that says less does not outvote it
	}
	return best, sum / float64(n), n
}

// foreigners returns the youngest stories of an event but one that are not in a language,
// those first whose languages tell names from words.
func (g *Grouper) foreigners(e *group, lang string, but int32) []int32 {
	const most = maxAgree - 1
	var by [3][]int32 // by writing
	for _, s := range slices.Backward(e.slots) {
		m := g.slots[s]
		if s == but || m.lang == lang {
			continue
		}
		if w := writing(m.lang); len(by[w]) < most {
			by[w] = append(by[w], s)
		}
		if len(by[0]) == most {
			break
		}
	}
	all := slices.Concat(by[0], by[1], by[2])
	return all[:min(len(all), most)]
}

// translated looks for the story of an event that a story translates: the
// closest one, or one of the youngest others.
func (g *Grouper) translated(p *Profile, c *candidate) {
	if c.cross.version {
		c.translation = versionOdds
		return
	}
	c.translation = -9
	if c.cross.strength >= .5 && c.cross.hits >= 4 {
		c.translation, _ = translates(p, g.slots[c.best].Profile, c.cross)
	}
	if c.translation >= 0 || c.agree < .5 {
		return
	}
	best, n := c.best, 0
	for i := len(c.g.slots) - 1; i >= 0 && n < maxAgree; i-- {
		s := c.g.slots[i]
		m := g.slots[s]
		if s == best || m.lang == p.lang {
			continue
		}
		n++
		x := g.cross(p, s)
		if x.strength < .5 || x.hits < 4 {
			continue
		}
		if z, _ := translates(p, m.Profile, x); z > c.translation {
			c.translation = z
			if z >= 0 {
				c.best, c.cross = s, x
			}
		}
	}
}

// allies reports whether the closest stories of two candidates are one event
// themselves.
func (g *Grouper) allies(a, b candidate) bool {
	x, y := g.slots[a.best].Profile, g.slots[b.best].Profile
	if x.lang == y.lang {
		return g.judge(newPart(x), newPart(y)).odds >= g.tune.join
	}
	c := cross(x, y)
	return c.strength >= crossLeast[0] && c.shared >= c.least
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
		g.unite(e, o)
		merged = append(merged, old)
	}
	return merged
}

// alike reports whether two events are one.
func (g *Grouper) alike(a, b *group, c candidate) bool {
	for _, x := range a.slots {
		if g.forbidden(g.slots[x].Profile, b) {
			return false
		}
	}
	least, common := math.Inf(1), false
	for i, s := range b.slots {
		lang := g.slots[s].lang
		if slices.ContainsFunc(b.slots[:i], func(o int32) bool { return g.slots[o].lang == lang }) {
			continue
		}
		if pa, pb := g.part(a, lang), g.part(b, lang); pa != nil {
			common = true
			least = min(least, g.judge(pa, pb).odds)
		}
	}
	if common {
		return least >= g.tune.merge
	}
	return c.foreign
}

// gap is the time between a story and an event in seconds.
func gap(p *Profile, e *group) int64 { return between(p.at, p.at, e.first, e.last) }

func (g *Grouper) forbidden(p *Profile, e *group) bool {
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
	g.index.remove(slot)
	delete(g.at, id)
	g.slots[slot] = nil
	g.idle = append(g.idle, slot)
	g.leave(m.in, slot)
	if g.index.worn(len(g.at)) {
		g.reindex()
	}
}

// reindex builds the index anew, without what was removed.
func (g *Grouper) reindex() {
	g.index = newIndex()
	slots := make([]int32, 0, len(g.at))
	for s, m := range g.slots {
		if m != nil {
			slots = append(slots, int32(s))
		}
	}
	// Postings are by the time of coming, for which the time of the story has to do.
	slices.SortStableFunc(slots, func(a, b int32) int { return cmp.Compare(g.slots[a].at, g.slots[b].at) })
	for _, s := range slots {
		g.index.add(s, g.slots[s].Profile)
	}
	g.free = append(g.free, g.idle...)
	g.idle = g.idle[:0]
}

func (g *Grouper) leave(e *group, slot int32) {
	e.slots = slices.DeleteFunc(e.slots, func(s int32) bool { return s == slot })
	e.parts = nil
	if len(e.slots) == 0 {
		delete(g.events, e.id)
		return
	}
	e.first, e.last = 0, 0
	least := int64(math.MaxInt64)
	for _, s := range e.slots {
		m := g.slots[s]
		least = min(least, m.id)
		e.first, e.last = span(e.first, e.last, m.at, m.at)
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

// Expire removes the stories of events that ended before a time, and returns
// them. They keep their event for whoever stored it; no new story joins them.
func (g *Grouper) Expire(before time.Time) []int64 {
	cut := before.Unix()
	var gone []int64
	for _, e := range g.events {
		if e.last == 0 || e.last >= cut {
			continue
		}
		for _, s := range e.slots {
			gone = append(gone, g.slots[s].id)
		}
	}
	return g.removeAll(gone)
}

// Trim removes the stories of the events that ended longest ago, those without a
// time first, until at most so many stories are held, and returns them as
// [Grouper.Expire] does.
func (g *Grouper) Trim(most int) []int64 {
	if len(g.at) <= most {
		return nil
	}
	old := slices.SortedFunc(maps.Values(g.events), func(a, b *group) int {
		return cmp.Or(cmp.Compare(a.last, b.last), cmp.Compare(a.id, b.id))
	})
	var gone []int64
	for _, e := range old {
		if len(g.at)-len(gone) <= most {
			break
		}
		for _, s := range e.slots {
			gone = append(gone, g.slots[s].id)
		}
	}
	return g.removeAll(gone)
}

// removeAll removes stories, and returns them in order.
func (g *Grouper) removeAll(stories []int64) []int64 {
	slices.Sort(stories)
	for _, id := range stories {
		g.Remove(id)
	}
	return stories
}

func days(seconds int64) string {
	if seconds < 2*86400 {
		return fmt.Sprintf("%d hours", seconds/3600)
	}
	return fmt.Sprintf("%d days", seconds/86400)
}

// describe says why a story joins an event.
func (g *Grouper) describe(p *Profile, c candidate) Decision {
	with := g.slots[c.best]
	d := Decision{With: with.id, Relation: Report, Score: logistic(c.odds - g.tune.join)}
	if c.foreign {
		d.Evidence = []Evidence{
			{"anchors", c.cross.cosine, fmt.Sprintf("%d numbers, names and places in common across %s and %s", c.cross.hits, p.lang, with.lang)},
			{"margin", 1 - 1/max(c.margin, 1), "ahead of the next event"},
		}
		if c.meant.above > 0 {
			d.Evidence = append(d.Evidence, Evidence{"meaning", c.meant.cosine, fmt.Sprintf("likeness of the embeddings, %.1f deviations above that to other stories", c.meant.above)})
		}
		if c.cross.terms > 0 {
			d.Evidence = append(d.Evidence, Evidence{"dictionary", c.cross.terms, "likeness of the words, as word lists render them"})
		}
	} else {
		d.Evidence = []Evidence{
			{"words", c.average, fmt.Sprintf("mean likeness to %d stories", len(c.g.slots))},
			{"cohesion", min(1, c.relative), "the same against the likeness within the event"},
			{"names", c.shared, ""},
			{"numbers", c.numbers[0], ""},
		}
	}
	if g.lag(gap(p, c.g), false) > 0 {
		when := days(p.at-c.g.last) + " after the event's last story"
		if p.at < c.g.first {
			when = days(c.g.first-p.at) + " before the event's first story"
		}
		d.Evidence = append(d.Evidence, Evidence{"time", 0, when})
	}
	if o, e := g.original(p, c); o != 0 {
		d.With, d.Relation = o, Translation
		d.Evidence = append(d.Evidence, e...)
	}
	return d
}

// original returns the story of an event that a story translates, the closest if
// it is that, else one of the youngest in other languages; 0: none.
func (g *Grouper) original(p *Profile, c candidate) (int64, []Evidence) {
	with := g.slots[c.best]
	if z, al := translates(p, with.Profile, c.cross); z >= 0 {
		return with.id, al.evidence()
	}
	n := 0
	for i := len(c.g.slots) - 1; i >= 0 && n < maxAgree; i-- {
		m := g.slots[c.g.slots[i]]
		if m.lang == p.lang || m == with {
			continue
		}
		n++
		if z, al := translates(p, m.Profile, cross(p, m.Profile)); z >= 0 {
			return m.id, al.evidence()
		}
	}
	return 0, nil
}

func logistic(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
