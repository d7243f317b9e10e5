package river_test

import (
	"maps"
	"testing"
	"time"

	"newsfold"
	"newsfold/internal/river"
)

func TestTheOriginalIsWhatAppearedFirst(t *testing.T) {
	at := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	reports := []river.Report{
		{ID: 4, Time: at, Relation: "translation", With: 1}, // came in after 1
		{ID: 1, Time: at.Add(time.Hour)},
		{ID: 2, Time: at.Add(2 * time.Hour), Relation: "report", With: 1},
		{ID: 3, Time: at.Add(3 * time.Hour), Relation: "translation", With: 2},
	}
	want := map[newsfold.StoryID]newsfold.StoryID{1: 4, 3: 2}
	if got := river.Originals(reports); !maps.Equal(got, want) {
		t.Errorf("Originals = %v, want %v", got, want)
	}
}
