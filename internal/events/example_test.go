package events_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"newsfold"
	"newsfold/internal/events"
	"newsfold/store"
	"newsfold/store/bolt"
)

// Story 5 reports what story 2 does, in other words.
func Example() {
	if err := tie(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: story 5 is of event 2, one of 2 stories, found by 2
}

func tie(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "newsfold-events-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db, err := bolt.Open(ctx, filepath.Join(dir, "newsfold.db"), bolt.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return db.Update(ctx, func(tx store.Tx) error {
		if err := events.Put(tx, events.Event{ID: 2, Stories: []newsfold.StoryID{2, 5}}); err != nil {
			return err
		}
		if err := events.PutTie(tx, 5, events.Tie{Event: 2, With: 2, Relation: "report", Score: .8}); err != nil {
			return err
		}
		t, err := events.Of(tx, 5)
		if err != nil {
			return err
		}
		e, err := events.Load(tx, t.Event)
		fmt.Printf("story 5 is of event %d, one of %d stories, found by %d\n", e.ID, len(e.Stories), t.With)
		return err
	})
}
