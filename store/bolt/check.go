package bolt

import (
	"context"
	"errors"
	"fmt"

	bbolt "go.etcd.io/bbolt"

	"newsfold/store"
	"newsfold/store/internal/record"
)

// maxProblems is how many problems Check and Repair report; there is no use in
// more.
const maxProblems = 1000

// Check reads the whole store and returns what is wrong with it, at most 1,000
// problems: records that cannot be read or have a wrong checksum, indexes that
// disagree with their records in either direction, articles that are not in
// exactly the one story they name, changes that cannot be reached, numbers that
// could be given twice. It runs beside readers and writers, on the state at its
// beginning. The error is for Check itself, such as the end of ctx.
func (db *DB) Check(ctx context.Context) ([]store.Problem, error) {
	c := checker{ctx: ctx}
	err := db.View(ctx, func(st store.Tx) error {
		c.t = st.(*tx)
		c.guarded(c.order)
		c.round()
		return ctx.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	return c.problems, nil
}

// maxRounds bounds how often Repair looks again: mending one thing may show
// another, but not many times over.
const maxRounds = 8

// Repair mends what Check finds, and returns it, at most 1,000 problems of it. A file
// whose keys are out of order is written anew first; all else is done in one
// transaction. Indexes and counts are made anew from the records; records that cannot
// be read are removed; articles without a story are put up for folding. Where the pages
// of the file contradict each other, nothing is mended and the error wraps
// [store.ErrForeign].
func (db *DB) Repair(ctx context.Context) ([]store.Problem, error) {
	if err := db.wait(ctx); err != nil {
		return nil, err
	}
	defer func() { <-db.turn }()
	problems, err := db.arrange(ctx)
	if err == nil {
		var more []store.Problem
		more, err = db.mend(ctx)
		problems = append(problems, more...)
	}
	if err != nil {
		return nil, fmt.Errorf("repair: %w", err)
	}
	return problems[:min(len(problems), maxProblems)], nil
}

// mend mends all but the order of keys.
func (db *DB) mend(ctx context.Context) ([]store.Problem, error) {
	var c checker
	err := db.update(ctx, func(st store.Tx) error {
		c = checker{ctx: ctx, t: st.(*tx), mending: true}
		for range maxRounds {
			c.mended = 0
			c.round()
			if err := ctx.Err(); err != nil || c.err != nil || c.mended == 0 {
				return errorOf(c.err, err)
			}
		}
		return nil
	})
	return c.problems, err
}

func errorOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

type checker struct {
	ctx      context.Context // of the one call of Check
	t        *tx
	problems []store.Problem
	steps    int

	mending bool
	mended  int            // in this round
	err     error          // of mending
	lost    map[int64]bool // articles whose record was removed
}

// round looks at everything once. Records come before what is derived from them.
func (c *checker) round() {
	for _, check := range []func(){
		c.articles, c.bodies, c.revisions, c.stories, c.members, c.entries, c.feeds, c.lists, c.logs, c.shelves, c.packs, c.sequences,
	} {
		c.guarded(check)
		if c.err != nil {
			return
		}
	}
}

// mend is what would make a problem go away: in words, and as a deed. The zero
// value is for what cannot be mended.
type mend struct {
	how string
	do  func() error
}

// add notes a problem or, in a repair, mends it.
func (c *checker) add(m mend, where, format string, args ...any) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, store.Problem{Where: where, What: fmt.Sprintf(format, args...), Repair: m.how})
	}
	if !c.mending || m.do == nil || c.err != nil {
		return
	}
	c.mended++
	if err := m.do(); err != nil {
		c.err = fmt.Errorf("%s: %w", where, err)
	}
}

// cause is what is wrong with a record, without what to do about a damaged file: each
// problem has its own remedy.
func cause(err error) error {
	if f := (*fault)(nil); errors.As(err, &f) {
		return f.err
	}
	return err
}

// guarded runs one part of the check; damaged pages end that part only.
func (c *checker) guarded(check func()) {
	var err error
	func() {
		defer c.t.guard(&err)
		check()
		if c.mending && c.err == nil {
			// Records that cannot be read are removed: no reason not to commit.
			c.t.fault = nil
		}
	}()
	if err != nil {
		c.add(mend{}, "file", "%v", err)
		if c.mending {
			c.err = err
		}
	}
}

// done says whether to stop, looking at the context now and then.
func (c *checker) done() bool {
	c.steps++
	full := !c.mending && len(c.problems) >= maxProblems
	return full || c.err != nil || c.steps%1024 == 0 && c.ctx.Err() != nil
}

// each calls fn with everything in a bucket, also where keys are out of order.
func (c *checker) each(b *bbolt.Bucket, fn func(k, v []byte)) {
	if !c.mending {
		all := b.Cursor()
		for k, v := all.First(); k != nil && !c.done(); k, v = all.Next() {
			fn(k, v)
		}
		return
	}
	w := c.t.walk(b, nil, false)
	for k, v := w.next(); k != nil && !c.done(); k, v = w.next() {
		fn(k, v)
	}
}

// drop mends by taking a key out of a bucket.
func drop(how string, b *bbolt.Bucket, key []byte) mend {
	return mend{how, func() error { return b.Delete(key) }}
}

// enter mends by putting a value into a bucket.
func enter(how string, b *bbolt.Bucket, key, value []byte) mend {
	return mend{how, func() error { return b.Put(key, value) }}
}

// records calls fn with every record of a bucket that can be read.
func records[T any](c *checker, id bucketID, fields func(*record.Wire, *T), fn func(k []byte, v *T)) {
	c.each(c.t.bucket(id), func(k, rec []byte) {
		var v T
		err := record.ErrMalformed
		if len(k) == keyLen(id) {
			err = c.t.read(id, k, rec, func(msg string) error { return record.Decode(msg, &v, fields) })
		}
		if err != nil {
			c.add(c.unreadable(id, k), fmt.Sprintf("%s %x", bucketNames[id], k), "%v", cause(err))
			return
		}
		fn(k, &v)
	})
	if columnOf[id] != 0 {
		packedRecords(c, id, fields, fn)
	}
}

// packedRecords calls fn with every record of a bucket that lies in a pack.
func packedRecords[T any](c *checker, id bucketID, fields func(*record.Wire, *T), fn func(k []byte, v *T)) {
	name := bucketNames[columnOf[id]]
	c.column(name, "remove it; what it leads to is lost", c.t.packs(id), func(n, pack int64) {
		key, where := idKey(n), fmt.Sprintf("%s %d", name, n)
		if c.t.bucket(id).Get(key) != nil {
			c.add(c.forget(id, key), where, "lies in pack %d, and loose", pack)
			return
		}
		var v T
		if _, err := load(c.t, id, key, &v, fields); err != nil {
			c.add(c.unreadable(id, key), where, "%v", cause(err))
			return
		}
		fn(key, &v)
	})
}

// keyLen is how long the keys of a bucket of records are.
func keyLen(id bucketID) int {
	if id == bRevisions {
		return 2 * idLen
	}
	return idLen
}

// unreadable mends a record that cannot be read by doing without it.
func (c *checker) unreadable(id bucketID, k []byte) mend {
	how := map[bucketID]string{
		bFeeds:     "remove it; the subscription is lost",
		bEntries:   "remove it; it is taken in again while its feed has it",
		bArticles:  "remove it; it is taken in again while a feed has it",
		bBodies:    "remove it and want the page again",
		bSaid:      "remove it; the article's own text stays",
		bRevisions: "remove it; this earlier text is lost",
		bStories:   "remove it and fold its articles again; whether it was read or starred is lost",
	}[id]
	return mend{how, func() error {
		if len(k) == idLen && id == bArticles {
			if c.lost == nil {
				c.lost = map[int64]bool{}
			}
			c.lost[keyID(k)] = true
		}
		_, err := c.t.unpack(id, k)
		if err = errors.Join(err, c.t.bucket(id).Delete(k)); err != nil || id != bBodies || len(k) != idLen {
			return err
		}
		return c.rewant(k)
	}}
}

// forget mends by forgetting that a record lies in a pack.
func (c *checker) forget(id bucketID, key []byte) mend {
	return mend{"let the loose one count", func() error { _, err := c.t.unpack(id, key); return err }}
}

// without mends by removing a record.
func (c *checker) without(id bucketID, key []byte) mend {
	return mend{"remove it", func() error { return c.t.remove(id, key) }}
}

// has says whether a bucket holds a key.
func (c *checker) has(id bucketID, key []byte) bool {
	ok, err := c.t.has(id, key)
	return ok && err == nil
}
