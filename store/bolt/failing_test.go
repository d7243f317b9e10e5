package bolt_test

import (
	"errors"
	"testing"

	"newsfold"
	"newsfold/store"
	"newsfold/store/storetest"
)

func TestFailingStoresNothingWhileToldTo(t *testing.T) {
	db := &storetest.Failing{DB: open(t, t.TempDir())}
	defer db.Close()
	add := func(url string) error {
		return db.Update(t.Context(), func(tx store.Tx) error { return tx.PutFeed(&newsfold.Feed{URL: url}) })
	}
	db.Fail(store.ErrFull)
	if err := add("a"); !errors.Is(err, store.ErrFull) {
		t.Errorf("error %v, want ErrFull", err)
	}
	db.Fail(nil)
	if err := add("b"); err != nil {
		t.Error(err)
	}
	err := db.View(t.Context(), func(tx store.Tx) error {
		if _, err := tx.FindFeed("a"); !errors.Is(err, newsfold.ErrNotFound) {
			t.Errorf("the first one: error %v", err)
		}
		_, err := tx.FindFeed("b")
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
