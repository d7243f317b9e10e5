package access_test

import (
	"context"
	"os"
	"path/filepath"

	"newsfold/store"
	"newsfold/store/bolt"
)

// scratch is a store for an example, which has no test to clean up after it.
func scratch() store.DB {
	dir, err := os.MkdirTemp("", "newsfold-access-")
	if err != nil {
		panic(err)
	}
	db, err := bolt.Open(context.Background(), filepath.Join(dir, "news.db"), bolt.Options{})
	if err != nil {
		panic(err)
	}
	return removing{db, dir}
}

type removing struct {
	store.DB
	dir string
}

func (r removing) Close() error {
	err := r.DB.Close()
	_ = os.RemoveAll(r.dir)
	return err
}
