package bolt_test

import (
	"context"
	"errors"
	"os"
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
	db, err := bolt.Open(t.Context(), file(dir), bolt.Options{Loose: 20})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// check fails the test when there is anything wrong with a store.
func check(t *testing.T, db store.DB) {
	t.Helper()
	problems, err := db.(store.Checker).Check(t.Context())
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

// A store whose records all lie in packs is one like any other.
func TestContractWithPacks(t *testing.T) {
	storetest.Run(t, storetest.Engine{Open: func(t *testing.T, dir string) store.DB { return packing{open(t, dir).(*bolt.DB)} }, Check: check})
}

// packing is a store that packs all that it holds after each change.
type packing struct{ *bolt.DB }

func (p packing) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := p.DB.Update(ctx, fn); err != nil {
		return err
	}
	if err := p.PackAll(ctx); !errors.Is(err, os.ErrClosed) { // meanwhile
		return err
	}
	return nil
}
