package river_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"newsfold"
	"newsfold/internal/river"
	"newsfold/store"
	"newsfold/store/bolt"
)

// A story of a wire's article and a paper's copy is listed once.
func ExampleList() {
	if err := list(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: Swing bridge to close — Northwire, +1 in 2 outlets
}

func list(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "newsfold-river-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db, err := bolt.Open(ctx, filepath.Join(dir, "newsfold.db"), bolt.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	err = db.Update(ctx, func(tx store.Tx) error {
		for _, outlet := range []string{"Northwire", "The Harbour Courier"} {
			a := newsfold.Article{URL: "https://" + outlet[:1] + ".example/bridge", Title: "Swing bridge to close", Outlet: outlet, Story: 1}
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
		}
		return tx.PutStory(&newsfold.Story{ID: 1, Lead: 1, Articles: []newsfold.ArticleID{1, 2}, Outlets: 2})
	})
	if err != nil {
		return err
	}
	return db.View(ctx, func(tx store.Tx) error {
		stories, _, err := river.List(tx, river.Query{Query: store.Query{Limit: 50}})
		for _, st := range stories {
			fmt.Printf("%s — %s, +%d in %d outlets\n", st.Title, st.Outlet, st.Copies, st.Outlets)
		}
		return err
	})
}
