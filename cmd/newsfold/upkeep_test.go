package main

import (
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
	bbolt "go.etcd.io/bbolt"
)

// harmCmd damages a store as a person cannot, but a bug or a disk might: it
// empties a bucket.
//
//	harm BUCKET
func harmCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: harm BUCKET")
	}
	db, err := bbolt.Open(filepath.Join(ts.Getenv("NEWSFOLD_DIR"), storeFile), 0o600, nil)
	ts.Check(err)
	ts.Check(db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(args[0]))
		for k, _ := b.Cursor().First(); k != nil; k, _ = b.Cursor().First() {
			if err := b.Delete(k); err != nil {
				return err
			}
		}
		return nil
	}))
	ts.Check(db.Close())
}
