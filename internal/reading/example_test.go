package reading_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"newsfold"
	"newsfold/internal/reading"
	"newsfold/store"
	"newsfold/store/bolt"
)

// A story with a copy is one item, of the feed that carries its lead; marking
// it by the number of the copy marks it as well.
func ExampleReader() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "newsfold-reading-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db, err := bolt.Open(ctx, filepath.Join(dir, "news.db"), bolt.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()
	err = db.Update(ctx, func(tx store.Tx) error {
		if err := fill(tx); err != nil {
			return err
		}
		rd := reading.Reader{}
		page, err := rd.List(tx, reading.Stream{Unread: true})
		if err != nil {
			return err
		}
		for _, it := range page.Items {
			fmt.Printf("item %d of feed %d\n", it.ID, it.Feed)
		}
		if _, err := rd.Mark(tx, []int64{2}, reading.Read); err != nil {
			return err
		}
		counts, err := rd.Count(tx)
		fmt.Println("unread:", len(counts))
		return err
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// item 1 of feed 1
	// unread: 0
}

// fill stores a story of a wire's article and a paper's copy.
func fill(tx store.Tx) error {
	st := newsfold.Story{ID: 1, Lead: 1, Articles: []newsfold.ArticleID{1, 2}, Time: time.Unix(0, 0)}
	for _, name := range []string{"wire", "paper"} {
		f := newsfold.Feed{URL: "https://" + name + ".example/feed", Title: name}
		if err := tx.PutFeed(&f); err != nil {
			return err
		}
		a := newsfold.Article{URL: "https://" + name + ".example/1", Title: "Ferry", Story: 1, Entries: []newsfold.EntryRef{{Feed: f.ID, Key: "1"}}}
		if err := tx.PutArticle(&a); err != nil {
			return err
		}
		st.Feeds = append(st.Feeds, f.ID)
	}
	return tx.PutStory(&st)
}
