package dedupe

import (
	"cmp"
	"errors"
	"slices"
)

// decide turns verified matches into the place of an article.
func (f *Folder) decide(d *doc, matches []match) (Decision, error) {
	id := d.art.ID
	dec := Decision{Story: id, Verdict: Verdict{Relation: First}}
	groups, err := f.groups(d, matches)
	if err != nil {
		return dec, err
	}
	groups, err = f.constrain(d, groups)
	if err != nil {
		return dec, err
	}
	f.near = groups
	joined, err := f.join(d, groups)
	if err != nil {
		return dec, err
	}
	in := map[int64]bool{id: true} // what is in the story now
	if len(joined) > 0 {
		best := joined[0].best
		dec.With = best.doc.art.ID
		dec.Verdict = f.why(d, best.doc)
		if joined[0].forced {
			byHand(&dec.Verdict)
		}
		names := []int64{id}
		for _, g := range joined {
			names = append(names, g.story[0])
			for _, m := range g.story {
				in[m] = true
			}
		}
		dec.Story = slices.Min(names)
		names = slices.DeleteFunc(names, func(n int64) bool { return n == dec.Story || n == id })
		slices.Sort(names)
		if len(names) > 0 {
			dec.Merge = names
		}
	}
	for _, m := range matches {
		if in[m.doc.art.ID] || len(dec.Links) == maxLinks {
			continue
		}
		l := Link{With: m.doc.art.ID, Relation: m.v.Relation, Score: m.v.Score}
		if l.Relation.Copies() {
			l.Relation = Quotes // it shares the text but the stories stay apart
		}
		dec.Links = append(dec.Links, l)
	}
	return dec, nil
}

// why is the verdict on an article with its evidence.
func (f *Folder) why(d, other *doc) Verdict {
	defer f.ask(other.art.ID)()
	return f.m.explain(d, other, f.opts)
}

// group is what was found of one story.
type group struct {
	story []int64 // its articles without the one being folded, ascending
	best  match
	agree int // members that are copies
	doubt int // members that should be and are not

	forced bool // a person put the article there
}

// groups sorts the copies among the matches by story and asks further members
// of each: a text that drifts step by step must not drag a story along, and an
// article that contains two unrelated ones must not tie them together.
func (f *Folder) groups(d *doc, matches []match) ([]*group, error) {
	var out []*group
	byStory := map[int64]*group{}
	for _, m := range matches {
		if !m.v.Relation.Copies() {
			continue
		}
		story, err := f.storyOf(m.doc.art.ID, d.art.ID)
		if err != nil {
			return nil, err
		}
		g := byStory[story[0]]
		if g == nil {
			g = &group{story: story, best: m}
			byStory[story[0]] = g
			out = append(out, g)
		}
	}
	kept := out[:0]
	for _, g := range out {
		ok, err := f.vet(d, g)
		if err != nil {
			return nil, err
		}
		if ok {
			kept = append(kept, g)
		}
	}
	return kept, nil
}

// vet asks members spread over the story whether the article belongs there.
func (f *Folder) vet(d *doc, g *group) (bool, error) {
	if g.best.v.Rule == ruleURL || f.m.off&guardVet != 0 {
		return true, nil
	}
	g.agree = 1
	digest := false // the best match is a digest that has other members too
	story, err := f.before(d, g.story)
	if err != nil {
		return false, err
	}
	n := len(story)
	asked := map[int64]bool{g.best.doc.art.ID: true}
	for i := range min(n, maxVetted) {
		id := story[i*n/min(n, maxVetted)]
		if asked[id] {
			continue
		}
		asked[id] = true
		m, err := f.match(d, id)
		if errors.Is(err, ErrGone) {
			continue
		}
		if err != nil {
			return false, err
		}
		switch {
		case m.v.Relation.Copies():
			g.agree++
		case m.v.Relation == Template || commensurable(d, m.doc):
			g.doubt++
			digest = digest || g.best.v.Relation == Excerpt && f.elsewhere(d, m.doc, g.best.doc)
		}
	}
	if digest && g.agree < 2 {
		return false, nil
	}
	return g.agree >= g.doubt, nil
}

// Scores from which two stories become one through an article: of their
// nearest members, and of the same when the article is mostly one with both.
const (
	sure   = .8
	nearly = .35
)

// elsewhere reports whether whole contains x and y in different places, as a
// digest does.
func (f *Folder) elsewhere(x, y, whole *doc) bool {
	_, al := f.m.measure(y, whole)
	if covered(al.a, al.hitA) < .85 {
		return false
	}
	mine := slices.Clone(al.hitB)
	_, al = f.m.measure(x, whole)
	both, all := 0, 0
	for i, h := range al.hitB {
		if h {
			all++
			if mine[i] {
				both++
			}
		}
	}
	return 5*both < all
}

// one reports whether two stories that an article is a copy of are one.
func (f *Folder) one(d *doc, a, b *group) bool {
	v, _ := f.m.judge(a.best.doc, b.best.doc, f.opts)
	switch {
	case v.Relation == Template:
		return false
	case v.Relation.Copies() && v.Score >= sure:
		return true
	case v.Rule == ruleFurniture && a.best.doc.art.Host != d.art.Host && min(a.best.v.Score, b.best.v.Score) >= sure:
		// One site has the text under two titles. It would be the site's
		// furniture, had not another site printed it as well.
		return true
	}
	return v.Score >= nearly && min(b.best.rev, b.best.fwd) >= .5
}

// digestShare is how much of an article that contains several stories must be
// one of them for it to be a copy of that one.
const digestShare = .3

// commensurable reports whether two texts are long enough, and close enough in
// length, for copies to be recognised as such.
func commensurable(x, y *doc) bool {
	a, b := min(x.n, y.n), max(x.n, y.n)
	return a >= shortWords/2 && 2*a >= b
}

// join picks the stories that become one with the article: the best, and
// others that have something to do with it.
func (f *Folder) join(d *doc, groups []*group) ([]*group, error) {
	slices.SortStableFunc(groups, func(a, b *group) int {
		if a.forced != b.forced {
			if a.forced {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.best.v.Score, a.best.v.Score), cmp.Compare(a.story[0], b.story[0]))
	})
	if len(groups) < 2 {
		return groups, nil
	}
	joined := groups[:1:1]
	apart := []*group{}
	for _, g := range groups[1:] {
		barred, err := f.barred(joined, g)
		if err != nil {
			return nil, err
		}
		if barred {
			continue
		}
		same := g.forced || g.best.v.Rule == ruleURL
		if !same {
			same = f.one(d, joined[0], g)
		}
		if same {
			joined = append(joined, g)
		} else {
			apart = append(apart, g)
		}
	}
	if len(apart) > 0 && len(joined) == 1 && !joined[0].forced && joined[0].best.v.Relation == Expanded && joined[0].best.rev < digestShare {
		return nil, nil // a digest of several stories is a copy of none
	}
	return joined, nil
}
