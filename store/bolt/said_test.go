package bolt_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"newsfold"
	"newsfold/store"
	"newsfold/store/bolt"
)

// TestOldEntriesAreKeptByTheirDigest fills more than is kept of what entries say:
// the oldest lose it, and are still known.
func TestOldEntriesAreKeptByTheirDigest(t *testing.T) {
	dir := t.TempDir()
	db, err := bolt.Open(t.Context(), file(dir), bolt.Options{Said: 40_000})
	if err != nil {
		t.Fatal(err)
	}
	var all []newsfold.Entry
	for i := range 60 {
		e := newsfold.Entry{Feed: 1, Link: fmt.Sprint("https://harbour.example/", i), Title: "Ferry", Content: noise(i, 3000)}
		if i%10 == 9 { // it changes
			e.Link, e.Content = all[i-2].Link, noise(i, 5000)
		}
		err := db.Update(t.Context(), func(tx store.Tx) error {
			if i == 0 {
				if err := tx.PutFeed(&newsfold.Feed{URL: "f"}); err != nil {
					return err
				}
			}
			return tx.PutEntry(&e)
		})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	check(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir)
	defer again.Close()
	whole := 0
	err = again.View(t.Context(), func(tx store.Tx) error {
		for i, want := range all {
			if i%10 == 7 && i+2 < len(all) {
				continue // it became the one two later
			}
			got, err := tx.Entry(newsfold.EntryRef{Feed: 1, Key: want.Key()})
			if err != nil {
				return err
			}
			if got.Digest() != want.Digest() {
				t.Errorf("entry %d: digest %s, want %s", i, got.Digest(), want.Digest())
			}
			switch got.Content {
			case want.Content:
				whole++
			case "":
			default:
				t.Errorf("entry %d has another content", i)
			}
			if i >= len(all)-3 && got.Content == "" {
				t.Errorf("entry %d, one of the youngest, has lost what it said", i)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if whole < 5 || whole > 20 {
		t.Errorf("%d entries are whole, want those of the last 40 kB", whole)
	}
	err = again.Update(t.Context(), func(tx store.Tx) error { return errors.Join(tx.DeleteFeed(1)) })
	if err != nil {
		t.Fatal(err)
	}
	check(t, again)
}

// noise is text that hardly compresses.
func noise(seed, n int) string {
	var b strings.Builder
	for x := uint64(seed)*2654435761 + 1; b.Len() < n; x = x*6364136223846793005 + 1442695040888963407 {
		fmt.Fprintf(&b, "%x ", x>>20)
	}
	return b.String()[:n]
}
