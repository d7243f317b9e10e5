package dedupe

import (
	"errors"
	"slices"
)

// constrain applies what people decided: it takes away the stories that an
// article was kept out of, and puts in those that it was put into.
func (f *Folder) constrain(d *doc, groups []*group) ([]*group, error) {
	c, ok := f.lib.(Constraints)
	if !ok {
		return groups, nil
	}
	together, apart, err := c.Constraints(d.art.ID)
	if err != nil {
		return nil, err
	}
	for _, id := range together {
		if id == d.art.ID || slices.Contains(apart, id) {
			continue
		}
		if groups, err = f.force(d, groups, id); err != nil {
			return nil, err
		}
	}
	groups = slices.DeleteFunc(groups, func(g *group) bool {
		return slices.ContainsFunc(g.story, func(m int64) bool { return slices.Contains(apart, m) })
	})
	return f.fence(d, groups)
}

// fence takes away the stories that a rule keeps an article out of, unless a
// person put it there.
func (f *Folder) fence(d *doc, groups []*group) ([]*group, error) {
	b, ok := f.lib.(Barriers)
	if !ok {
		return groups, nil
	}
	kept := groups[:0]
	for _, g := range groups {
		if !g.forced {
			if barred, err := b.Barred([]int64{d.art.ID}, g.story); err != nil {
				return nil, err
			} else if barred {
				continue
			}
		}
		kept = append(kept, g)
	}
	return kept, nil
}

// force makes sure that the story of an article is among the groups.
func (f *Folder) force(d *doc, groups []*group, id int64) ([]*group, error) {
	for _, g := range groups {
		if slices.Contains(g.story, id) {
			g.forced = true
			return groups, nil
		}
	}
	m, err := f.match(d, id)
	if errors.Is(err, ErrGone) {
		return groups, nil
	}
	if err != nil {
		return nil, err
	}
	story, err := f.storyOf(id, d.art.ID)
	if err != nil {
		return nil, err
	}
	return append(groups, &group{story: story, best: m, forced: true}), nil
}

// storyOf returns the articles of a story without one of them.
func (f *Folder) storyOf(id, without int64) ([]int64, error) {
	story, err := f.story(id)
	if err != nil && !errors.Is(err, ErrGone) {
		return nil, err
	}
	story = slices.DeleteFunc(slices.Clone(story), func(n int64) bool { return n == without })
	if len(story) == 0 {
		story = []int64{id}
	}
	return story, nil
}

// barred reports whether a person or a rule keeps a member of a group apart from
// one of those that the article joins already.
func (f *Folder) barred(joined []*group, g *group) (bool, error) {
	if b, ok := f.lib.(Barriers); ok && !g.forced {
		for _, j := range joined {
			if barred, err := b.Barred(j.story, g.story); barred || err != nil {
				return barred, err
			}
		}
	}
	c, ok := f.lib.(Constraints)
	if !ok {
		return false, nil
	}
	for _, m := range g.story {
		_, apart, err := c.Constraints(m)
		if err != nil {
			return false, err
		}
		for _, j := range joined {
			if slices.ContainsFunc(apart, func(id int64) bool { return slices.Contains(j.story, id) }) {
				return true, nil
			}
		}
	}
	return false, nil
}

// byHand makes a verdict one that a person gave.
func byHand(v *Verdict) {
	v.Rule, v.Score = ruleHand, 1
	if !v.Relation.Copies() {
		v.Relation = Edited
	}
	v.Evidence = append(v.Evidence, Evidence{"by-hand", 1, "a person put it into this story"})
}
