package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"os"

	bbolt "go.etcd.io/bbolt"

	"newsfold"
	"newsfold/store"

	"newsfold/store/internal/record"
)

var (
	errOver     = errors.New("transaction is over")
	errReadOnly = errors.New("transaction is for reading only")
)

// tx implements [store.Tx].
type tx struct {
	db       *DB
	file     *os.File
	bolt     *bbolt.Tx
	writable bool
	over     bool
	fault    error // damage that was met; such a transaction is not committed
	buckets  [len(bucketNames)]*bbolt.Bucket
	shelves  []*shelf    // written in this transaction
	logs     []changeLog // likewise, or read
	written  int64       // bytes of messages and values put
	said     int64       // bytes that entry.said has grown by

	columns  [len(bucketNames)]column // that say which records lie in packs
	packedTo [len(bucketNames)]int64  // from which key on records are in no pack; 0: not looked at
	opened   struct {                 // the pack whose bodies were read last
		pack   int64
		bodies *record.Members
	}
}

var _ store.Tx = (*tx)(nil)

// guard turns a panic of the engine into an error. Every method defers it,
// and none runs the caller's code under it.
func (t *tx) guard(err *error) {
	if p := recover(); p != nil {
		t.fault = t.db.damage(p)
		*err = t.fault
	}
}

// ready says whether t may be used: for reading, or for writing too.
func (t *tx) ready(write bool) error {
	switch {
	case t.over:
		return errOver
	case write && !t.writable:
		return errReadOnly
	case write && t.fault != nil:
		return t.fault
	}
	return nil
}

// bucket returns a bucket, which verify has seen.
func (t *tx) bucket(id bucketID) *bbolt.Bucket {
	b := t.buckets[id]
	if b == nil {
		b = t.bolt.Bucket([]byte(bucketNames[id]))
		if b == nil {
			panic(fmt.Sprintf("no bucket %s", bucketNames[id])) // caught by guard
		}
		b.FillPercent = fillPercent[id]
		t.buckets[id] = b
	}
	return b
}

// put stores a message under a key, which is no longer the caller's.
func put[T any](t *tx, id bucketID, key []byte, v *T, fields func(*record.Wire, *T)) error {
	msg := record.Encode(t.db.codec.Buffer(), v, fields)
	defer t.db.codec.Recycle(msg)
	if len(msg) > record.MaxSize {
		return fmt.Errorf("%d MiB are more than a record holds (%d MiB)", len(msg)>>20, record.MaxSize>>20)
	}
	t.written += int64(len(msg))
	if _, err := t.unpack(id, key); err != nil {
		return err
	}
	rec := looseRecord(id, msg)
	if id == bSaid {
		t.said += int64(len(rec) - len(t.bucket(bSaid).Get(key)))
	}
	return t.bucket(id).Put(key, rec)
}

// looseRecord makes a record of a message. Texts are compressed as fast as can be: what
// they share is found when they are packed.
func looseRecord(id bucketID, msg []byte) []byte {
	if (id == bBodies || id == bRevisions || id == bSaid) && len(msg) >= record.Large {
		return record.CompressQuickly(msg)
	}
	return record.Plain(msg)
}

// load reads the message under a key and says whether there is one.
func load[T any](t *tx, id bucketID, key []byte, v *T, fields func(*record.Wire, *T)) (bool, error) {
	msg, ok, err := t.message(id, key)
	if err == nil && ok {
		err = t.malformed(id, key, record.Decode(msg, v, fields))
	}
	return ok, err
}

// message returns the message under a key and says whether there is one.
func (t *tx) message(id bucketID, key []byte) (msg string, ok bool, err error) {
	if rec := t.bucket(id).Get(key); rec != nil {
		msg, err := t.db.codec.Open(rec)
		return msg, true, t.malformed(id, key, err)
	}
	n, err := t.packOf(id, key)
	if err != nil || n == 0 {
		return "", false, err
	}
	msg, err = t.packed(id, key, n)
	return msg, true, t.malformed(id, key, err)
}

// read opens a record; what is wrong with it becomes a fault of the file.
func (t *tx) read(id bucketID, key, rec []byte, decode func(string) error) error {
	msg, err := t.db.codec.Open(rec)
	if err == nil {
		err = decode(msg)
	}
	return t.malformed(id, key, err)
}

// malformed makes what is wrong with a record a fault of the file.
func (t *tx) malformed(id bucketID, key []byte, err error) error {
	if err == nil {
		return nil
	}
	return t.damaged(fmt.Sprintf("record %x of %s", key, bucketNames[id]), err)
}

// damaged makes an error of damage that was found in the file.
func (t *tx) damaged(what string, err error) error {
	t.fault = &fault{path: t.db.path, what: what, err: err}
	return t.fault
}

// number reads a value that is a number; 0 when there is none.
func number(b *bbolt.Bucket, key []byte) int64 {
	if v := b.Get(key); v != nil {
		return keyID(v)
	}
	return 0
}

// sequence makes an iterator of what start returns: a function that gives the
// next thing, or false at the end. It runs the caller's code outside of guard.
func sequence[T any](t *tx, start func() func() (T, bool, error)) iter.Seq2[T, error] {
	next := func(step *func() (T, bool, error)) (v T, ok bool, err error) {
		defer t.guard(&err)
		if err := t.ready(false); err != nil {
			return v, false, err
		}
		if *step == nil {
			*step = start()
		}
		return (*step)()
	}
	return func(yield func(T, error) bool) {
		var step func() (T, bool, error)
		for {
			v, ok, err := next(&step)
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			if !ok || !yield(v, nil) {
				return
			}
		}
	}
}

// A walk goes through a bucket, forwards or backwards. It survives changes of
// the bucket between its steps.
type walk struct {
	b       *bbolt.Bucket
	c       *bbolt.Cursor
	back    bool
	mutable bool   // the bucket may change between steps
	from    []byte // where it begins, later the last key seen
	begun   bool
}

// walk starts at the first key from a given one on or, backwards, at the last
// key before it; nil is the end that it starts from.
func (t *tx) walk(b *bbolt.Bucket, from []byte, back bool) *walk {
	return &walk{b: b, c: b.Cursor(), back: back, mutable: t.writable, from: from}
}

// next returns the next pair, or a nil key at the end. Both are the engine's
// memory.
func (w *walk) next() (k, v []byte) {
	switch {
	case w.begun && !w.mutable && w.back:
		k, v = w.c.Prev()
	case w.begun && !w.mutable:
		k, v = w.c.Next()
	case w.back:
		k, v = w.before()
	default:
		if k, v = w.c.Seek(w.from); w.begun && bytes.Equal(k, w.from) {
			k, v = w.c.Next()
		}
	}
	if k != nil {
		// Else it could go round in circles, or find what nobody can look up.
		if c := bytes.Compare(k, w.from); w.begun && (c == 0 || c < 0 != w.back) {
			panic("keys are out of order") // caught by guard
		}
		if w.from = k; w.mutable {
			w.from = bytes.Clone(k)
		}
	}
	w.begun = true
	return k, v
}

// maxEmptied is more pages than one transaction empties side by side.
const maxEmptied = 1 << 24

// before returns the last pair whose key is smaller than w.from.
func (w *walk) before() (k, v []byte) {
	if w.from == nil {
		return last(w.c)
	}
	if k, _ = w.c.Seek(w.from); k == nil {
		if k, v = last(w.c); k == nil || bytes.Compare(k, w.from) < 0 {
			return k, v
		}
	}
	k, v = w.c.Prev()
	if k != nil || !w.mutable {
		return k, v
	}
	// Backwards, the engine's cursor also returns nil at a page that this
	// transaction has emptied.
	if first, _ := w.b.Cursor().First(); first == nil || bytes.Compare(first, w.from) >= 0 {
		return nil, nil
	}
	for range maxEmptied {
		if k, v = w.c.Prev(); k != nil {
			return k, v
		}
	}
	panic("keys are out of order") // caught by guard
}

// last moves to the last pair of a bucket. Cursor.Last alone goes round for
// ever when this transaction has emptied all pages of the bucket.
func last(c *bbolt.Cursor) (k, v []byte) {
	if k, _ := c.First(); k == nil {
		return nil, nil
	}
	return c.Last()
}

func notFound(what string, name any) error { return &missing{what, name} }

// missing says that something is not there. That is asked so often that the
// sentence is made only when somebody reads it.
type missing struct {
	what string
	name any
}

func (m *missing) Error() string {
	return fmt.Sprintf("%s %v: %v", m.what, m.name, newsfold.ErrNotFound)
}

func (m *missing) Unwrap() error { return newsfold.ErrNotFound }

// finish makes a transaction ready to be committed.
func (t *tx) finish() (err error) {
	defer t.guard(&err)
	t.fill()
	if err := t.flushColumns(); err != nil {
		return err
	}
	return t.trimSaid()
}
