package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"newsfold"
	"newsfold/internal/web"
	"newsfold/store"
	"newsfold/store/bolt"
)

// A reader over a store with one story.
func ExampleNew() {
	dir, err := os.MkdirTemp("", "newsfold-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx := context.Background()
	db, err := bolt.Open(ctx, filepath.Join(dir, "news.db"), bolt.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()
	err = db.Update(ctx, func(tx store.Tx) error {
		a := newsfold.Article{URL: "https://courier.example/ferry", Title: "Night ferry runs again", Story: 1, Seen: clock}
		if err := tx.PutArticle(&a); err != nil {
			return err
		}
		return tx.PutStory(&newsfold.Story{ID: 1, Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}, Time: clock})
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	h, err := web.New(web.Options{DB: db})
	if err != nil {
		fmt.Println(err)
		return
	}
	page := httptest.NewRecorder()
	h.ServeHTTP(page, httptest.NewRequest(http.MethodGet, "http://localhost/story/1", nil))
	foreign := httptest.NewRecorder()
	h.ServeHTTP(foreign, httptest.NewRequest(http.MethodGet, "http://evil.example/story/1", nil))
	fmt.Println(page.Code, foreign.Code)
	// Output: 200 421
}
