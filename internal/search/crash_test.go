package search

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"newsfold"
	"newsfold/store"
	"newsfold/store/bolt"
)

// victim is the environment variable that makes the test binary a process to be
// killed: the directory in which it stores and indexes.
const victim = "NEWSFOLD_SEARCH_VICTIM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(victim); dir != "" {
		fmt.Fprintln(os.Stderr, work(context.Background(), dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// work stores, changes and removes articles and indexes them, until it is killed.
func work(ctx context.Context, dir string) error {
	db, err := bolt.Open(ctx, filepath.Join(dir, "newsfold.db"), bolt.Options{Timeout: 10 * time.Second})
	if err != nil {
		return err
	}
	ix, err := Open(filepath.Join(dir, "search"), Options{})
	if err != nil {
		return err
	}
	for first := true; ; first = false {
		err := db.Update(ctx, func(tx store.Tx) error {
			for range 1 + rand.IntN(20) {
				a := newsfold.Article{URL: fmt.Sprint(rand.Int64()), Lang: "en"}
				if err := tx.PutArticle(&a); err != nil {
					return err
				}
				if err := put(tx, &a, fmt.Sprintf("all n%d", a.ID)); err != nil {
					return err
				}
				if old := a.ID - 10; old > 0 && old%3 == 0 {
					if err := errors.Join(tx.DeleteStory(newsfold.StoryID(old)), tx.DeleteArticle(old)); err != nil && !errors.Is(err, newsfold.ErrNotFound) {
						return err
					}
				}
			}
			return nil
		})
		if err == nil {
			err = ix.Catch(ctx, db, nil)
		}
		if err != nil {
			return err
		}
		if first {
			fmt.Println("at work")
		}
	}
}

// TestKilledWhileIndexing kills a process that indexes, at random times from its start
// or from when it is at work. The index
// opens each time, is not made anew, and in the end has exactly what is stored.
func TestKilledWhileIndexing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	s := newShop(t)
	dir := filepath.Dir(s.dir)
	if err := errors.Join(s.ix.Close(), s.db.Close()); err != nil {
		t.Fatal(err)
	}
	bin, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 25 {
		cmd := exec.Command(bin)
		cmd.Env = append(os.Environ(), victim+"="+dir)
		said, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			_, _ = said.Read(make([]byte, 1))
		}
		time.Sleep(20*time.Millisecond + rand.N(150*time.Millisecond))
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if live, err := load(s.dir); err != nil {
			t.Fatalf("after a kill: %v", err)
		} else {
			for _, seg := range live.segs {
				_ = seg.file.Close()
			}
		}
	}
	db, err := bolt.Open(t.Context(), filepath.Join(dir, "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.db = db
	s.open()
	s.catch()
	stored := 0
	err = db.View(t.Context(), func(tx store.Tx) error {
		for _, err := range tx.Stories(store.Query{}) {
			if err != nil {
				return err
			}
			stored++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d articles", stored)
	f, err := s.ix.Search(t.Context(), db, "all", Page{Limit: 1})
	if err != nil || f.Articles != stored {
		t.Errorf("%d articles are found, error %v; %d are stored", f.Articles, err, stored)
	}
	st, err := s.ix.Stats()
	if err != nil || st.Articles != stored {
		t.Errorf("%+v, error %v; %d are stored", st, err, stored)
	}
	for range 20 {
		n := 1 + rand.IntN(stored)
		_, err := one(t, db, newsfold.ArticleID(n))
		if got := len(s.find(fmt.Sprintf("n%d", n)).Stories); (got == 1) != (err == nil) {
			t.Errorf("article %d is found %d times, and reading it says %v", n, got, err)
		}
	}
}

func one(t *testing.T, db store.DB, id newsfold.ArticleID) (a newsfold.Article, err error) {
	_ = db.View(t.Context(), func(tx store.Tx) error {
		a, err = tx.Article(id)
		return nil
	})
	return a, err
}
