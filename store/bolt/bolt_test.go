package bolt_test

import (
	"path/filepath"
	"testing"

	"newsfold/store"
	"newsfold/store/bolt"
	"newsfold/store/storetest"
)

func open(t *testing.T, dir string) store.DB {
	t.Helper()
	db, err := bolt.Open(t.Context(), filepath.Join(dir, "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestContract(t *testing.T) {
	storetest.Run(t, storetest.Engine{Open: open})
}
