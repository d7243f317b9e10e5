package bolt_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"newsfold"
	"newsfold/store"
	"newsfold/store/bolt"
)

func ExampleOpen() {
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
		return tx.PutFeed(&newsfold.Feed{URL: "https://example.org/feed.xml", Title: "Example"})
	})
	if err != nil {
		log.Fatal(err)
	}
	err = db.View(ctx, func(tx store.Tx) error {
		for f, err := range tx.Feeds() {
			if err != nil {
				return err
			}
			fmt.Println(f.ID, f.Label())
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: 1 Example
}
