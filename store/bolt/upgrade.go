package bolt

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	bbolt "go.etcd.io/bbolt"

	"newsfold/store"
)

// A step brings a store from one version of the layout to the next. It runs in
// a transaction of its own, which also writes the new version: a store is
// always wholly of one version, whatever happens in between.
type step func(ctx context.Context, bt *bbolt.Tx) error

// steps lead from version 1 to the one that this package reads and writes: the
// first one from 1 to 2. A released step is never changed. For every version
// there is a store of it in testdata, which must open.
var steps = []step{
	// Earlier texts of articles; what entries said, apart from them; 0 in
	// entry.keys and article.urls for what was removed.
	func(_ context.Context, bt *bbolt.Tx) error {
		_, err := bt.CreateBucket([]byte("revisions"))
		_, err2 := bt.CreateBucket([]byte("entry.said"))
		return errors.Join(err, err2)
	},
}

// schema is the version of the layout described in doc.go: 1 and one more for
// every step.
const schema = 2

// upgrade takes the steps that a store has not taken yet.
func (db *DB) upgrade(ctx context.Context, steps []step) error {
	for more := true; more; {
		err := db.Update(ctx, func(st store.Tx) (err error) {
			t := st.(*tx)
			defer t.guard(&err)
			meta := t.bolt.Bucket([]byte(bucketNames[bMeta]))
			version, err := strconv.Atoi(string(meta.Get(keySchema)))
			if err != nil {
				return t.damaged("its version", err)
			}
			if more = version <= len(steps); !more {
				return nil
			}
			if err := steps[version-1](ctx, t.bolt); err != nil {
				return fmt.Errorf("to version %d: %w", version+1, err)
			}
			db.log.Info("upgrading the store", "path", db.path, "version", version+1)
			return meta.Put(keySchema, strconv.AppendInt(nil, int64(version+1), 10))
		})
		if err != nil {
			return fmt.Errorf("upgrade %s: %w", db.path, err)
		}
	}
	return nil
}
