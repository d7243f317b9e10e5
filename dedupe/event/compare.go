package event

import "fmt"

// Verdict is what two stories are to each other.
type Verdict struct {
	Same     bool     // one event
	Relation Relation // Report or Translation, when they are
	Score    float64  // 0 to 1; one event from .5 on
	Evidence []Evidence
}

// Compare says what two stories are to each other, by themselves: a [Grouper],
// which sees the other stories of an event and its rivals, may know better.
func Compare(a, b Story, opts Options) Verdict {
	g := NewGrouper(opts)
	p, q := readProfile(a, opts), readProfile(b, opts)
	p.id, q.id = 1, 2
	c := candidate{g: g.join(&group{id: 1}, g.hold(p)), best: 0}
	if p.lang == q.lang {
		c, _ = g.weigh(q, newPart(q), c.g, 0)
	} else {
		c.foreign = true
		c.cross, c.agree, c.compared = g.agree(q, c)
		c.translation, _ = translates(q, p, c.cross)
		c.margin = c.agree / .2
		c.odds = g.tune.join + c.crossOdds() - g.lagAbroad(q, &c)
	}
	d := g.describe(q, c)
	v := Verdict{Same: c.odds >= g.tune.join, Score: d.Score, Evidence: d.Evidence}
	if v.Same {
		v.Relation = d.Relation
	}
	return v
}

// String says a verdict in a few words.
func (v Verdict) String() string {
	if !v.Same {
		return fmt.Sprintf("apart (%.2f)", v.Score)
	}
	return fmt.Sprintf("%s (%.2f)", v.Relation, v.Score)
}
