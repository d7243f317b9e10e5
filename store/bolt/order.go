package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	bbolt "go.etcd.io/bbolt"

	"newsfold/store"
)

// The engine finds a key by halving, as if keys ascended. Where damage has changed one,
// it misses that and others near it, though it still comes by when it goes through all.
// Such a key can be neither read nor deleted, so the file is written anew, in order.

// order looks whether the keys of all buckets ascend and can be found.
func (c *checker) order() {
	err := c.t.bolt.ForEach(func(name []byte, b *bbolt.Bucket) error {
		c.ordered(string(name), b)
		return nil
	})
	if err != nil {
		c.add(mend{}, "file", "%v", err)
	}
}

// ordered is order for a bucket and those in it.
func (c *checker) ordered(name string, b *bbolt.Bucket) {
	var before []byte
	all, one := b.Cursor(), b.Cursor()
	for k, v := all.First(); k != nil && !c.done(); k, v = all.Next() {
		if found, _ := one.Seek(k); !bytes.Equal(found, k) || before != nil && bytes.Compare(before, k) >= 0 {
			c.add(mend{how: "write the store anew, in order"}, name, "its keys are out of order at %x", k)
			return
		}
		if v == nil {
			c.ordered(name+"/"+string(k), b.Bucket(k))
		}
		before = k
	}
}

// arrange writes the store anew if keys are out of order, and returns where they were.
func (db *DB) arrange(ctx context.Context) ([]store.Problem, error) {
	c := checker{ctx: ctx}
	err := db.View(ctx, func(st store.Tx) error {
		c.t = st.(*tx)
		c.guarded(c.order)
		return ctx.Err()
	})
	if err != nil || len(c.problems) == 0 {
		return nil, err
	}
	name := db.target + compactSuffix
	if _, _, err := db.rewrite(ctx, name, func(*DB) error { return nil }); err != nil {
		if isFull(err) {
			err = fmt.Errorf("%w: %w", store.ErrFull, err)
		}
		return nil, fmt.Errorf("write %s anew: %w", db.path, errors.Join(err, removed(name)))
	}
	return c.problems, nil
}
