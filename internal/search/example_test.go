package search_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"newsfold"
	"newsfold/internal/search"
	"newsfold/store"
	"newsfold/store/bolt"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "newsfold")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	db, err := bolt.Open(ctx, filepath.Join(dir, "newsfold.db"), bolt.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	err = db.Update(ctx, func(tx store.Tx) error {
		a := newsfold.Article{URL: "https://harbour.example/1", Title: "Ferry aground", Lang: "en", Story: 1}
		return errors.Join(tx.PutArticle(&a),
			tx.PutBody(a.ID, newsfold.Body{Text: "The night ferry ran aground on a sandbank."}),
			tx.PutStory(&newsfold.Story{ID: 1, Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}}),
			tx.Append(store.Folds, a.ID))
	})
	if err != nil {
		log.Fatal(err)
	}

	ix, err := search.Open(filepath.Join(dir, "search"), search.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer ix.Close()
	if err := ix.Catch(ctx, db, nil); err != nil {
		log.Fatal(err)
	}
	found, err := ix.Search(ctx, db, `sandbanks "ran aground"`, search.Page{Limit: 10})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range found.Stories {
		fmt.Println(r.ID, r.Title)
		for _, p := range r.Snippet {
			if p.Hit {
				fmt.Printf("[%s]", p.Text)
			} else {
				fmt.Print(p.Text)
			}
		}
	}
	// Output:
	// 1 Ferry aground
	// The night ferry [ran] [aground] on a [sandbank].
}
