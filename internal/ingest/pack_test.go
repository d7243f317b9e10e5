package ingest_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsfold"
	"newsfold/store"
	"newsfold/store/bolt"
)

func TestWhatRestsIsPacked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{Loose: 10})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		err = db.Update(t.Context(), func(tx store.Tx) error {
			for n := range 400 {
				a := newsfold.Article{URL: fmt.Sprint("https://harbour.example/", n), Title: "Ferry", Story: 1}
				text := strings.Repeat(fmt.Sprint("The ferry of ", n, " is late. "), 100)
				if err := errors.Join(tx.PutArticle(&a), tx.PutBody(a.ID, newsfold.Body{Text: text})); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		used := func() int64 {
			s, err := db.Size(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return s.Used
		}
		before := used()
		s := &shift{asked: map[string]int{}}
		s.run(t, db, func() { time.Sleep(10 * time.Minute) })
		if after := used(); after > before*2/3 {
			t.Errorf("%d bytes are used, and were %d", after, before)
		}
	})
}
