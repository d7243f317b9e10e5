package dedupe

import (
	"iter"
	"maps"
	"slices"
)

// Stories carries decisions out in memory: which articles are in one story. A story
// is named after the smallest of them. It is for a [Library] that keeps no stories of
// its own, and not safe for concurrent use.
type Stories struct {
	names   map[int64]int64   // of stories, by article
	members map[int64][]int64 // of stories, by name, ascending
}

// NewStories returns no stories.
func NewStories() *Stories {
	return &Stories{map[int64]int64{}, map[int64][]int64{}}
}

// Of returns the articles of the story that an article is in, ascending: the first is
// its name. It is nil when the article is in none. The slice is valid until the next
// call of Place.
func (s *Stories) Of(id int64) []int64 { return s.members[s.names[id]] }

// All yields the articles of each story, in no order.
func (s *Stories) All() iter.Seq[[]int64] { return maps.Values(s.members) }

// Place carries out the decision on an article, which leaves the story it was in.
func (s *Stories) Place(id int64, d Decision) {
	s.take(id)
	all := []int64{id}
	for _, name := range append([]int64{d.Story}, d.Merge...) {
		all = append(all, s.members[name]...)
		delete(s.members, name)
	}
	s.put(all...)
}

// put makes a story of articles.
func (s *Stories) put(ids ...int64) {
	slices.Sort(ids)
	for _, id := range ids {
		s.names[id] = ids[0]
	}
	s.members[ids[0]] = ids
}

// take takes an article out of its story.
func (s *Stories) take(id int64) {
	name, ok := s.names[id]
	if !ok {
		return
	}
	rest := slices.DeleteFunc(s.members[name], func(m int64) bool { return m == id })
	delete(s.members, name)
	delete(s.names, id)
	if len(rest) > 0 {
		s.put(rest...)
	}
}

func (s *Stories) clone() *Stories {
	c := &Stories{maps.Clone(s.names), map[int64][]int64{}}
	for name, ids := range s.members {
		c.members[name] = slices.Clone(ids)
	}
	return c
}
