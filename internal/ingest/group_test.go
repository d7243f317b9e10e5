package ingest_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/events"
	"newsfold/internal/ingest"
	"newsfold/store"
	"newsfold/store/bolt"
)

// Two reports of one dismissal, and one of something else.
const (
	dismissed = "Halden City have dismissed head coach Marten Okafor after seven defeats in nine matches left the club bottom of the Northern League. Chairwoman Ilse Brandt said the decision was taken on Sunday night after the 4-0 loss at Sundvik. Assistant Per Nyman takes over until a successor is found."
	departed  = "Marten Okafor has lost his job at Halden City. The Northern League's bottom club announced the departure of their coach hours after a 4-0 defeat in Sundvik, their seventh in nine games. Per Nyman, his assistant, will lead training on Tuesday, chairwoman Ilse Brandt told reporters."
	landed    = "The 12th relief flight has landed in the Ombre Islands with 18 tonnes of tents and blankets, the civil aid office in Calder said on Thursday. The cargo goes to the villages of Lower Sand, where 2,300 people lost their homes in the storm of 9 October."
)

// work runs an engine over a store for one pass.
func work(t *testing.T, db store.DB, opts ingest.Options) {
	t.Helper()
	client, err := fetch.New(fetch.Options{Allow: []string{"127.0.0.0/8"}, Gap: -1, Interval: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	opts.Manual = true
	e := ingest.New(db, client, opts)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	if _, err := e.Pass(ctx, ingest.Request{All: true, NoPages: true}); err != nil {
		t.Error(err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// newsroom is a store with feeds that carry the reports.
func newsroom(t *testing.T) (*press, *bolt.DB) {
	t.Helper()
	p := newPress(t)
	p.set("/courier.xml", p.rss("The Courier", entry{"c1", "/c1", "Halden City dismiss coach Marten Okafor", dismissed}))
	p.set("/post.xml", p.rss("The Post", entry{"p1", "/p1", "Okafor out at Halden", departed}, entry{"p2", "/p2", "Apples picked", orchard}))
	db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	err = db.Update(t.Context(), func(tx store.Tx) error {
		for _, path := range []string{"/courier.xml", "/post.xml"} {
			if err := tx.PutFeed(&newsfold.Feed{URL: p.URL + path}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, db
}

// reported returns the events of a store.
func reported(t *testing.T, db store.DB) (all []events.Event) {
	t.Helper()
	err := db.View(t.Context(), func(tx store.Tx) error {
		all = nil
		for e, err := range events.All(tx) {
			if err != nil {
				return err
			}
			all = append(all, e)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEventsOfWhatWasFoldedWithoutThemAreFoundLater(t *testing.T) {
	_, db := newsroom(t)
	work(t, db, ingest.Options{NoEvents: true})
	if got := reported(t, db); len(got) != 0 {
		t.Fatalf("events %v although none were to be looked for", got)
	}
	work(t, db, ingest.Options{})
	if got := reported(t, db); len(got) != 1 || len(got[0].Stories) != 2 {
		t.Errorf("events %v, want one of two stories", got)
	}
}

func TestStoriesRemovedWhileNobodyLookedLeaveTheirEvent(t *testing.T) {
	p, db := newsroom(t)
	work(t, db, ingest.Options{})
	got := reported(t, db)
	if len(got) != 1 {
		t.Fatalf("events %v, want one", got)
	}
	gone := got[0].Stories[1]
	err := db.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.DeleteStory(gone); err != nil {
			return err
		}
		return tx.DeleteArticle(newsfold.ArticleID(gone))
	})
	if err != nil {
		t.Fatal(err)
	}
	p.set("/post.xml", p.rss("The Post", entry{"p3", "/p3", "Twelfth relief flight lands", landed}))
	work(t, db, ingest.Options{})
	if got := reported(t, db); len(got) != 0 {
		t.Errorf("events %v after one of two stories was removed, want none", got)
	}
	err = db.View(t.Context(), func(tx store.Tx) error {
		tie, err := events.Of(tx, got[0].Stories[0])
		if tie.Event != 0 {
			t.Errorf("the other story is still tied to event %d", tie.Event)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// An older program kept no place of its own in the log for events: what it folded
// is grouped already.
func TestStoreWithoutAPlaceForEventsGoesOnAtItsEnd(t *testing.T) {
	p, db := newsroom(t)
	work(t, db, ingest.Options{})
	before := reported(t, db)
	err := db.Update(t.Context(), func(tx store.Tx) error { return tx.Shelf("cursors").Delete([]byte("events")) })
	if err != nil {
		t.Fatal(err)
	}
	p.set("/courier.xml", p.rss("The Courier", entry{"c2", "/c2", "Twelfth relief flight lands", landed}))
	work(t, db, ingest.Options{})
	if got := reported(t, db); len(got) != 1 || len(got[0].Stories) != len(before[0].Stories) {
		t.Errorf("events %v, want %v as before", got, before)
	}
}
