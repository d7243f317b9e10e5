package dedupe

import (
	"slices"
	"testing"
)

func TestStoriesCarryDecisionsOut(t *testing.T) {
	s := NewStories()
	for _, step := range []struct {
		id    int64
		d     Decision
		after [][]int64
	}{
		{3, Decision{Story: 3}, [][]int64{{3}}},
		{5, Decision{Story: 3}, [][]int64{{3, 5}}},
		{4, Decision{Story: 4}, [][]int64{{3, 5}, {4}}},
		{6, Decision{Story: 3, Merge: []int64{4}}, [][]int64{{3, 4, 5, 6}}},    // which ties two
		{2, Decision{Story: 2, Merge: []int64{3}}, [][]int64{{2, 3, 4, 5, 6}}}, // and gives its name
		{2, Decision{Story: 2}, [][]int64{{2}, {3, 4, 5, 6}}},                  // the others go on
		{5, Decision{Story: 2}, [][]int64{{2, 5}, {3, 4, 6}}},                  // elsewhere
		{5, Decision{Story: 2}, [][]int64{{2, 5}, {3, 4, 6}}},                  // where it was
		{4, Decision{Story: 3}, [][]int64{{2, 5}, {3, 4, 6}}},                  // likewise
		{3, Decision{Story: 2, Merge: []int64{4}}, [][]int64{{2, 3, 4, 5, 6}}}, // with those it left
	} {
		s.Place(step.id, step.d)
		got := slices.SortedFunc(s.All(), slices.Compare)
		if !slices.EqualFunc(got, step.after, slices.Equal) {
			t.Errorf("%d with %+v: stories are %v, want %v", step.id, step.d, got, step.after)
		}
		for _, story := range got {
			for _, id := range story {
				if !slices.Equal(s.Of(id), story) {
					t.Errorf("%d is in %v, want %v", id, s.Of(id), story)
				}
			}
		}
	}
	if s.Of(9) != nil {
		t.Errorf("9 is in %v", s.Of(9))
	}
}
