package delivery_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"newsfold/internal/delivery"
	"newsfold/store/bolt"
)

func ExampleDesk_Deliver() {
	dir, err := os.MkdirTemp("", "newsfold")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx := context.Background()
	db, err := bolt.Open(ctx, filepath.Join(dir, "newsfold.db"), bolt.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()
	if err := putStories(ctx, db, start.Add(-time.Hour), "Ferry back"); err != nil {
		fmt.Println(err)
		return
	}
	desk := &delivery.Desk{DB: db, Now: func() time.Time { return start }, Log: quiet()}
	to := delivery.Recipient{Kind: delivery.File, To: filepath.Join(dir, "digest.txt")}
	for range 2 {
		out, err := desk.Deliver(ctx, daily("text"), to, time.Time{})
		fmt.Println(out.Stories, out.Sent, err)
	}
	// Output:
	// 1 true <nil>
	// 0 false <nil>
}
