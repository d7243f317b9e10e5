package river_test

import (
	"path/filepath"
	"testing"

	"newsfold"
	"newsfold/internal/river"
	"newsfold/store"
	"newsfold/store/bolt"
)

func TestFeedWithoutATitleIsNamedWithoutItsPassword(t *testing.T) {
	db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.Update(t.Context(), func(tx store.Tx) error {
		f := newsfold.Feed{URL: "https://me:secret@wire.example/feed.xml?key=k"}
		if err := tx.PutFeed(&f); err != nil {
			return err
		}
		a := newsfold.Article{URL: "https://wire.example/1", Title: "One", Entries: []newsfold.EntryRef{{Feed: f.ID, Key: "1"}}, Story: 1}
		if err := tx.PutArticle(&a); err != nil {
			return err
		}
		return tx.PutStory(&newsfold.Story{ID: 1, Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}, Feeds: []newsfold.FeedID{f.ID}})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(t.Context(), func(tx store.Tx) error {
		st, err := river.Load(tx, 1)
		if err != nil {
			return err
		}
		const want = "https://wire.example/feed.xml"
		if len(st.Feeds) != 1 || st.Feeds[0].Title != want || st.Articles[0].Feeds[0].Title != want {
			t.Errorf("feeds are %v and %v, want %s", st.Feeds, st.Articles[0].Feeds, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
