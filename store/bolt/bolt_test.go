package bolt_test

import (
	"path/filepath"
	"testing"

	"newsfold/store"
	"newsfold/store/bolt"
	"newsfold/store/storetest"
)

// file is the name of the store in a directory.
func file(dir string) string { return filepath.Join(dir, "newsfold.db") }

func open(t *testing.T, dir string) store.DB {
	t.Helper()
	db, err := bolt.Open(t.Context(), file(dir), bolt.Options{Learn: 20})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// check fails the test when there is anything wrong with a store.
func check(t *testing.T, db store.DB) {
	t.Helper()
	problems, err := db.(*bolt.DB).Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("problem: %v", p)
	}
}

func TestContract(t *testing.T) {
	storetest.Run(t, storetest.Engine{Open: open, Check: check})
}
