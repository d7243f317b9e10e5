package ingest

import (
	"path/filepath"
	"testing"

	"newsfold"
	"newsfold/internal/events"
	"newsfold/store"
	"newsfold/store/bolt"
)

func TestTiesFollowWhatTheyNameOrEnd(t *testing.T) {
	db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	found := events.Tie{Event: 1, With: 9, Relation: "translation", Score: .9, Evidence: []newsfold.Evidence{{Kind: "order"}}, Earlier: 4}
	for _, tt := range []struct {
		name    string
		stories []newsfold.StoryID
		with    newsfold.StoryID
		same    bool // relation
	}{
		{"still there", []newsfold.StoryID{1, 9}, 9, true},
		{"gone from the event", []newsfold.StoryID{1, 2}, 0, false},
	} {
		err := db.View(t.Context(), func(tx store.Tx) error {
			got, err := rejoin(tx, found, events.Event{ID: 1, Stories: tt.stories})
			if got.With != tt.with || got.Event != 1 || got.Earlier != 4 || (got.Relation == found.Relation) != tt.same || (got.Evidence != nil) != tt.same {
				t.Errorf("%s: %+v", tt.name, got)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
