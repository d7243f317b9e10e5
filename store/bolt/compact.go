package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"newsfold/store"
)

// compactSuffix is what the name of the file ends in that Compact writes. Only
// who holds the lock of the store makes or removes that file.
const compactSuffix = ".compact"

// compactStep is how many bytes Compact writes in one transaction.
const compactStep = 16 << 20

// Compact packs what can be packed ([DB.Pack]), writes the store anew without the free
// space that it has gathered, and puts the new file in the place of the old one. It returns the sizes of both. Readers go on all the while, on
// the old file if they began before; writers wait until Compact is done or their context is.
//
// The new file is checked and on disk before it takes the name of the old one,
// which is never touched: whatever happens, one whole store is there. So there
// must be room for both for a while. A store with problems ([DB.Check]) is not
// compacted.
func (db *DB) Compact(ctx context.Context) (before, after int64, err error) {
	if err := db.wait(ctx); err != nil {
		return 0, 0, err
	}
	defer func() { <-db.turn }()
	name := db.target + compactSuffix
	before, after, err = db.compact(ctx, name)
	if err != nil {
		if isFull(err) {
			err = fmt.Errorf("%w: %w", store.ErrFull, err)
		}
		return 0, 0, fmt.Errorf("compact %s: %w", db.path, errors.Join(err, removed(name)))
	}
	return before, after, nil
}

// removed removes a file that may be there.
func removed(name string) error {
	if err := os.Remove(name); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func (db *DB) compact(ctx context.Context, name string) (before, after int64, err error) {
	for more := true; more; {
		if more, err = db.pack(ctx, usual(db.loose), db.update); err != nil {
			return 0, 0, err
		}
	}
	return db.rewrite(ctx, name, func(fresh *DB) error {
		problems, err := fresh.Check(ctx)
		if err == nil && len(problems) > 0 {
			err = &fault{path: db.path, what: fmt.Sprintf("%d problems, the first of them", len(problems)), err: errors.New(problems[0].String())}
		}
		return err
	})
}

// rewrite writes everything to a new file and, when approve has nothing against it, puts
// that in the place of the old one. The turn to write is the caller's.
func (db *DB) rewrite(ctx context.Context, name string, approve func(fresh *DB) error) (before, after int64, err error) {
	if err := removed(name); err != nil {
		return 0, 0, err
	}
	err = db.View(ctx, func(st store.Tx) error {
		t := st.(*tx)
		before = t.bolt.Size()
		return t.copyTo(ctx, name)
	})
	if err != nil {
		return 0, 0, err
	}
	// Opened here the new file is locked before it has the name under which
	// others look for it.
	fresh, err := Open(ctx, name, Options{Log: db.log})
	if err != nil {
		return 0, 0, err
	}
	if err = approve(fresh); err == nil {
		err = fresh.View(ctx, func(st store.Tx) error { after = st.(*tx).bolt.Size(); return nil })
	}
	if err == nil {
		err = os.Rename(name, db.target)
	}
	if err != nil {
		return 0, 0, errors.Join(err, fresh.Close())
	}
	return before, after, errors.Join(db.exchange(fresh), syncDir(filepath.Dir(db.target)))
}

// exchange makes the file of another store the one of db.
func (db *DB) exchange(fresh *DB) error {
	fresh.codec.Close()
	db.mu.Lock()
	old := db.open
	closed := db.closed
	if !closed {
		db.open = fresh.open
	}
	db.mu.Unlock()
	if closed { // meanwhile; Close releases the old one
		return errors.Join(db.errClosed(), db.release(fresh.open))
	}
	old.running.Wait()
	return db.release(old)
}

// copyTo writes everything that t sees to a new file.
func (t *tx) copyTo(ctx context.Context, name string) (err error) {
	defer t.guard(&err)
	to, err := bbolt.Open(name, 0o600, &bbolt.Options{
		PageSize: pageSize, FreelistType: bbolt.FreelistMapType,
		NoSync: true, // once, at the end
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	to.AllocSize = 1 << 20 // the new file is to be no larger than it must

	c := copier{ctx: ctx, t: t, to: to}
	if c.tx, err = to.Begin(true); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.rollback()) }()
	err = t.bolt.ForEach(func(name []byte, b *bbolt.Bucket) error { return c.bucket([][]byte{name}, b) })
	if err != nil {
		return err
	}
	if err := c.tx.Commit(); err != nil {
		return err
	}
	return to.Sync()
}

// A copier writes buckets to another file, some MiB a transaction.
type copier struct {
	ctx  context.Context // of the one call of Compact
	t    *tx             // that it copies from
	to   *bbolt.DB
	tx   *bbolt.Tx
	size int // of what tx has written
}

// rollback ends the last transaction unless that is over.
func (c *copier) rollback() error {
	if c.tx == nil {
		return nil
	}
	if err := c.tx.Rollback(); !errors.Is(err, berrors.ErrTxClosed) {
		return err
	}
	return nil
}

// bucket copies a bucket with all below it. Its path begins with the name of a
// top-level bucket.
func (c *copier) bucket(path [][]byte, from *bbolt.Bucket) error {
	to, err := c.at(path)
	if err != nil {
		return err
	}
	if err := to.SetSequence(from.Sequence()); err != nil {
		return err
	}
	return from.ForEach(func(k, v []byte) error {
		if v == nil {
			err := c.bucket(append(slices.Clip(path), k), from.Bucket(k))
			if err == nil {
				to, err = c.at(path) // there may have been a commit
			}
			return err
		}
		if c.size += len(k) + len(v); c.size > compactStep {
			if err := c.commit(); err != nil {
				return err
			}
			if to, err = c.at(path); err != nil {
				return err
			}
		}
		if err := to.Put(k, v); err != nil {
			return c.t.damaged(fmt.Sprintf("a key of %d bytes", len(k)), err)
		}
		return nil
	})
}

// commit begins the next transaction.
func (c *copier) commit() (err error) {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	if err := c.tx.Commit(); err != nil {
		return err
	}
	c.size = 0
	c.tx, err = c.to.Begin(true)
	return err
}

// at returns a bucket of the new file, made when it is not there.
func (c *copier) at(path [][]byte) (*bbolt.Bucket, error) {
	b, err := c.tx.CreateBucketIfNotExists(path[0])
	for _, name := range path[1:] {
		if err != nil {
			return nil, err
		}
		b, err = b.CreateBucketIfNotExists(name)
	}
	if err == nil {
		b.FillPercent = dense
		if id := slices.Index(bucketNames[:], string(path[0])); id >= 0 {
			b.FillPercent = max(dense, fillPercent[id])
		}
	}
	return b, err
}
