package dedupe

import (
	"slices"
	"strings"
	"testing"
)

// ruled is a Library with decisions of people.
type ruled struct {
	*shelf
	together, apart map[int64][]int64
}

func (r *ruled) Constraints(id int64) (together, apart []int64, err error) {
	return r.together[id], r.apart[id], nil
}

func pair(m map[int64][]int64, a, b int64) {
	m[a] = append(m[a], b)
	m[b] = append(m[b], a)
}

func TestPeopleDecideLast(t *testing.T) {
	words := strings.Fields(ferry)
	reprint := Article{ID: 1, Host: "a.example", Title: "Ferry", Text: ferry}
	copied := Article{ID: 2, Host: "b.example", Title: "Ferry", Text: ferry}
	other := Article{ID: 3, Host: "c.example", Title: "Budget", Text: budget}
	excerpt := Article{ID: 4, Host: "d.example", Title: "Boat", Text: strings.Join(words[:80], " ")}
	for _, c := range []struct {
		name string
		rule func(r *ruled)
		want map[int64][]int64
	}{
		{"nobody said anything", func(*ruled) {}, map[int64][]int64{1: {1, 2, 4}, 3: {3}}},
		{"two copies kept apart", func(r *ruled) { pair(r.apart, 1, 2) }, map[int64][]int64{1: {1, 4}, 2: {2}, 3: {3}}},
		{"two stories put together", func(r *ruled) { pair(r.together, 1, 3) }, map[int64][]int64{1: {1, 2, 3, 4}}},
		{"kept apart from what it was put with", func(r *ruled) {
			pair(r.together, 1, 3)
			pair(r.apart, 1, 3)
		}, map[int64][]int64{1: {1, 2, 4}, 3: {3}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &ruled{newShelf(), map[int64][]int64{}, map[int64][]int64{}}
			c.rule(r)
			f := NewFolder(Options{}, r)
			for range 2 { // decisions survive folding again
				for _, a := range []Article{reprint, copied, other, excerpt} {
					foldOne(t, f, r.shelf, a)
				}
			}
			for name, want := range c.want {
				if got := r.members[name]; !slices.Equal(got, want) {
					t.Errorf("story %d is %v, want %v (all: %v)", name, got, want, r.members)
				}
			}
		})
	}
}

// fenced is a Library with a rule that keeps some articles apart from all others.
type fenced struct {
	*ruled
	alone map[int64]bool
}

func (l *fenced) Barred(some, others []int64) (bool, error) {
	for _, a := range some {
		for _, b := range others {
			if l.alone[a] != l.alone[b] {
				return true, nil
			}
		}
	}
	return false, nil
}

func TestRulesKeepArticlesApart(t *testing.T) {
	words := strings.Fields(ferry)
	articles := []Article{
		{ID: 1, Host: "a.example", Title: "Ferry", Text: ferry},
		{ID: 2, Host: "b.example", Title: "Ferry", Text: ferry},
		{ID: 3, Host: "b.example", Title: "Ferry halted", Text: strings.Join(words[:80], " ")},
		{ID: 4, Host: "c.example", Title: "Ferry", Text: ferry},
	}
	l := &fenced{&ruled{newShelf(), map[int64][]int64{}, map[int64][]int64{}}, map[int64]bool{2: true, 3: true}}
	f := NewFolder(Options{}, l)
	fold := func() {
		for _, a := range articles {
			foldOne(t, f, l.shelf, a)
		}
	}
	fold()
	fold()
	if got := stories(l.shelf); !slices.EqualFunc(got, [][]int64{{1, 4}, {2, 3}}, slices.Equal) {
		t.Errorf("stories are %v, want [[1 4] [2 3]]", got)
	}
	pair(l.together, 1, 2) // a person is above the rule
	fold()
	if l.story[2] != l.story[1] {
		t.Errorf("what a person put together is in stories %v", stories(l.shelf))
	}
}
