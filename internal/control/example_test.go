package control_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"newsfold"
	"newsfold/internal/control"
	"newsfold/internal/river"
	"newsfold/store"
	"newsfold/store/bolt"
)

// A command that opens the store itself serves the interface to itself.
func ExampleServer() {
	if err := list(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: 1 Swing bridge to close
}

func list(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "newsfold-control-")
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
		a := newsfold.Article{URL: "https://courier.example/bridge", Title: "Swing bridge to close", Story: 1}
		if err := tx.PutArticle(&a); err != nil {
			return err
		}
		return tx.PutStory(&newsfold.Story{ID: 1, Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}, Outlets: 1})
	})
	if err != nil {
		return err
	}

	pipe := control.NewPipe()
	s := control.Server{DB: db}
	srv := http.Server{Handler: s.Handler()}
	go func() { _ = srv.Serve(pipe) }()
	defer func() { _ = srv.Close() }()
	c := control.Connect(pipe.Dial)
	_, err = c.List(ctx, control.ListRequest{Limit: 10}, func(st river.Story) error {
		_, err := fmt.Println(st.ID, st.Title)
		return err
	})
	return err
}
