package bolt

import (
	"bytes"
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
	// Dictionaries; the HTML of bodies as a pattern over their text, in records that
	// are written from now on; change logs as columns.
	func(ctx context.Context, bt *bbolt.Tx) error {
		if _, err := bt.CreateBucket([]byte("dictionaries")); err != nil {
			return err
		}
		logs := bt.Bucket([]byte("logs"))
		var names [][]byte
		if err := logs.ForEachBucket(func(name []byte) error { names = append(names, bytes.Clone(name)); return nil }); err != nil {
			return err
		}
		for _, name := range names {
			if err := errors.Join(toColumn(ctx, logs.Bucket(name), "changes"), toColumn(ctx, logs.Bucket(name), "places")); err != nil {
				return err
			}
		}
		return nil
	},
	// Packs, and the columns that say what is in which; DB.Pack fills them.
	func(_ context.Context, bt *bbolt.Tx) (err error) {
		for _, name := range []string{"packs", "article.packs", "body.packs", "story.packs", "entry.packs"} {
			_, err2 := bt.CreateBucket([]byte(name))
			err = errors.Join(err, err2)
		}
		return err
	},
	// Checksums on shelves.
	func(ctx context.Context, bt *bbolt.Tx) error {
		shelves := bt.Bucket([]byte("shelves"))
		var names [][]byte
		if err := shelves.ForEachBucket(func(name []byte) error { names = append(names, bytes.Clone(name)); return nil }); err != nil {
			return err
		}
		for _, name := range names {
			if err := seal(ctx, shelves, name); err != nil {
				return err
			}
		}
		return nil
	},
}

// seal puts checksums on what is on a shelf, as they are from version 5 on.
func seal(ctx context.Context, shelves *bbolt.Bucket, name []byte) error {
	var pairs []store.Pair
	c := shelves.Bucket(name).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		pairs = append(pairs, store.Pair{Key: bytes.Clone(k), Value: sealed(k, v)})
	}
	if err := errors.Join(ctx.Err(), shelves.DeleteBucket(name)); err != nil {
		return err
	}
	b, err := shelves.CreateBucket(name)
	if err != nil {
		return err
	}
	b.FillPercent = dense
	for _, p := range pairs {
		if err := b.Put(p.Key, p.Value); err != nil {
			return err
		}
	}
	return nil
}

// toColumn makes a column of a bucket with a pair for each number, as change logs
// had them up to version 2.
func toColumn(ctx context.Context, in *bbolt.Bucket, name string) error {
	old := in.Bucket([]byte(name))
	var blocks []struct {
		key int64
		numbers
	}
	c := old.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if len(k) != idLen || len(v) != idLen {
			return fmt.Errorf("%s of a change log: a key of %d bytes", name, len(k))
		}
		at := keyID(k) / columnSize
		if n := len(blocks); n == 0 || blocks[n-1].key != at {
			if err := ctx.Err(); err != nil {
				return err
			}
			blocks = append(blocks, struct {
				key int64
				numbers
			}{key: at})
		}
		blocks[len(blocks)-1].numbers[keyID(k)%columnSize] = keyID(v)
	}
	seq := old.Sequence()
	if err := in.DeleteBucket([]byte(name)); err != nil {
		return err
	}
	b, err := in.CreateBucket([]byte(name))
	if err != nil {
		return err
	}
	b.FillPercent = dense
	for _, n := range blocks {
		if err := b.Put(idKey(n.key), n.encode()); err != nil {
			return err
		}
	}
	return b.SetSequence(seq)
}

// schema is the version of the layout described in doc.go: 1 and one more for
// every step.
const schema = 5

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
