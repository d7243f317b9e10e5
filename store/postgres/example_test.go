package postgres_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"newsfold/store"
	"newsfold/store/postgres"
)

// Two daemons share a store: each takes over what is due and nobody else has.
func Example() {
	ctx := context.Background()
	work := func(name string) error {
		db, err := postgres.Open(ctx, os.Getenv("NEWSFOLD_STORE"), postgres.Options{})
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
		leases, err := db.LeaseFeeds(ctx, store.Claim{Owner: name, For: time.Minute, Limit: 10})
		if err != nil {
			return err
		}
		for _, l := range leases {
			err := db.Alongside(ctx, func(tx store.Tx) error {
				if err := store.Hold(tx, l); err != nil {
					return err // another daemon has taken over
				}
				f, err := tx.Feed(l.Feed)
				if err != nil {
					return err
				}
				f.Poll.Next = time.Now().Add(time.Hour)
				return tx.PutFeed(&f)
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	for _, name := range []string{"amber", "birch"} {
		if err := work(name); err != nil {
			fmt.Println(err)
		}
	}
}
