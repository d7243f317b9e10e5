package dedupe

import (
	"cmp"
	"errors"
	"maps"
	"slices"
)

// Which story an article joins depends on what is there to join. Of articles of the
// same hours that makes no difference worth the trouble; but a notice that is issued
// anew each week stays apart from that of the week before only because it was held
// against it, and what ties the two together may come first. So when an article
// arrives that appeared days before others with its text, all of them are decided on
// again in the order in which they appeared, each by what was there before it.

// replay is such a repetition.
type replay struct {
	late *doc     // the article that arrived late
	was  *Stories // of what is involved, when the article had been decided on
	is   *Stories // as it would be
}

// maxReplay is how many articles the stories may have that are decided on again.
const maxReplay = 64

// moves returns what changes because an article arrived late, if it did.
func (f *Folder) moves(d *doc, dec Decision, lookup func(keys []uint32) error) ([]Move, error) {
	if !f.late(d) {
		return nil, nil
	}
	was := NewStories()
	for _, g := range f.near {
		was.put(slices.Clone(g.story)...)
	}
	was.Place(d.art.ID, dec)
	if len(was.names) > maxReplay {
		return nil, nil
	}
	f.replay = &replay{d, was, was.clone()}
	defer func() { f.replay = nil }()
	docs, err := f.sorted(slices.Collect(maps.Keys(was.names)))
	if err != nil {
		return nil, err
	}
	anew := map[int64]Decision{}
	for _, m := range docs {
		if earlier(m.art, d.art) < 0 {
			continue // it was decided on without the article
		}
		keys := f.sk.sketch(m)
		if err := lookup(keys); err != nil {
			return nil, err
		}
		matches, err := f.matches(m, keys)
		if err != nil {
			return nil, err
		}
		if anew[m.art.ID], err = f.decide(m, matches); err != nil {
			return nil, err
		}
		f.replay.is.Place(m.art.ID, anew[m.art.ID])
	}
	return f.changes(anew)
}

// late reports whether an article that was just decided on appeared days before
// others in the stories that have its text.
func (f *Folder) late(d *doc) bool {
	at := hours(d.at)
	return at != 0 && slices.ContainsFunc(f.near, func(g *group) bool {
		return slices.ContainsFunc(g.story, func(id int64) bool {
			h := f.scores.get(id)
			return h != nil && h.article.Hour >= at+seriesHours
		})
	})
}

// sorted returns articles in the order in which they appeared.
func (f *Folder) sorted(ids []int64) ([]*doc, error) {
	var docs []*doc
	for _, id := range ids {
		d, err := f.doc(id, nil)
		if errors.Is(err, ErrGone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	slices.SortFunc(docs, func(a, b *doc) int { return earlier(a.art, b.art) })
	return docs, nil
}

// counts reports whether an article counts in the decision on another.
func (f *Folder) counts(d, other *doc) bool {
	return f.replay == nil || earlier(other.art, d.art) < 0
}

// before returns the articles of a story that count in the decision on another.
func (f *Folder) before(d *doc, story []int64) ([]int64, error) {
	if f.replay == nil {
		return story, nil
	}
	docs, err := f.sorted(story)
	if err != nil {
		return nil, err
	}
	var out []int64
	for _, m := range docs {
		if f.counts(d, m) {
			out = append(out, m.art.ID)
		}
	}
	slices.Sort(out)
	return out, nil
}

// story returns the articles of the story that an article is in, or would be in.
func (f *Folder) story(id int64) ([]int64, error) {
	r := f.replay
	if r == nil {
		return f.lib.Story(id)
	}
	if _, ok := r.is.names[id]; !ok {
		ids, err := f.lib.Story(id)
		if err != nil {
			return nil, err
		}
		r.was.put(slices.Clone(ids)...)
		r.is.put(slices.Clone(ids)...)
	}
	return r.is.Of(id), nil
}

// changes returns the moves that lead from the stories as they were to those as
// they would be.
func (f *Folder) changes(anew map[int64]Decision) ([]Move, error) {
	r := f.replay
	goes := r.leaving()
	docs, err := f.sorted(goes)
	if err != nil {
		return nil, err
	}
	now := r.was.clone()
	var moves []Move
	for _, d := range docs {
		id := d.art.ID
		goes = slices.DeleteFunc(goes, func(m int64) bool { return m == id })
		there := slices.DeleteFunc(slices.Clone(r.is.Of(id)), func(m int64) bool {
			return m == id || slices.Contains(goes, m)
		})
		dec, ok, err := f.settle(d, anew[id], there)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		now.take(id)
		if name, ok := now.names[dec.With]; ok && name < id {
			dec.Story = name
		} else if ok {
			dec.Merge = []int64{name}
		}
		now.Place(id, dec)
		moves = append(moves, Move{id, dec})
	}
	return moves, nil
}

// settle makes a decision on an article that is to be in one story with others. It
// returns false when it is a copy of none of them.
func (f *Folder) settle(d *doc, dec Decision, with []int64) (Decision, bool, error) {
	dec.Story, dec.Merge = d.art.ID, nil
	if len(with) == 0 {
		dec.With, dec.Verdict = 0, Verdict{Relation: First}
		return dec, true, nil
	}
	if slices.Contains(with, dec.With) {
		return dec, true, nil
	}
	docs, err := f.sorted(with)
	if err != nil {
		return dec, false, err
	}
	for _, m := range docs {
		if v := f.m.explain(d, m, f.opts); v.Relation.Copies() {
			dec.With, dec.Verdict = m.art.ID, v
			return dec, true, nil
		}
	}
	return dec, false, nil
}

// leaving returns the articles that are to leave their stories. Of those that a
// story falls into, the part that has most of it goes on as that story.
func (r *replay) leaving() []int64 {
	type part struct{ was, is int64 }
	size := map[part]int{}
	for id, name := range r.was.names {
		size[part{name, r.is.names[id]}]++
	}
	parts := slices.SortedFunc(maps.Keys(size), func(a, b part) int {
		return cmp.Or(cmp.Compare(size[b], size[a]), cmp.Compare(a.was, b.was), cmp.Compare(a.is, b.is))
	})
	goesOn, taken := map[int64]int64{}, map[int64]bool{}
	for _, p := range parts {
		if goesOn[p.was] == 0 && !taken[p.is] {
			goesOn[p.was] = p.is
			taken[p.is] = true
		}
	}
	var out []int64
	for id, name := range r.was.names {
		if goesOn[name] != r.is.names[id] {
			out = append(out, id)
		}
	}
	return out
}
