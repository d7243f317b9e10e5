package events_test

import (
	"path/filepath"
	"testing"

	"newsfold"
	"newsfold/internal/events"
	"newsfold/store"
	"newsfold/store/bolt"
)

func TestSizeIsThatOfTheEvent(t *testing.T) {
	db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	all := []newsfold.StoryID{1, 20, 300, 4000, 50_000}
	err = db.Update(t.Context(), func(tx store.Tx) error {
		for n := range all {
			if err := events.Put(tx, events.Event{ID: newsfold.StoryID(n), Stories: all[:n]}); err != nil {
				return err
			}
		}
		for n := range 7 {
			e, err := events.Load(tx, newsfold.StoryID(n))
			if err != nil {
				return err
			}
			size, err := events.Size(tx, newsfold.StoryID(n))
			if err != nil {
				return err
			}
			if size != len(e.Stories) || n >= 2 && n < len(all) && size != n {
				t.Errorf("event of %d stories: size %d", len(e.Stories), size)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
