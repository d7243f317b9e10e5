package bolt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"newsfold/store"

	"newsfold/store/internal/record"
)

// Options adjust a store. The zero value is right for most.
type Options struct {
	// Timeout is how long Open waits for another process to release the file;
	// 0 means one second.
	Timeout time.Duration
	// Said is about how many bytes, compressed, are kept of what entries said,
	// their summaries and contents: those of the oldest go first. 0 means 64
	// MiB, less than 0 none.
	Said int64
	// Loose is how many of the newest articles Pack leaves as they are, since much of
	// what is read and written is about them; 0 means 1,000, less than 0 none.
	Loose int64
	// Log hears what is worth knowing and is no error of a call; nil for
	// silence.
	Log *slog.Logger
}

// DB is a store in one file. It implements [store.DB] and is safe for
// concurrent use.
type DB struct {
	path   string // as given, for messages
	target string // without symbolic links
	codec  *record.Codec
	said   int64 // Options.Said
	log    *slog.Logger

	turn    chan struct{} // holds the one writer
	closing chan struct{} // closed by Close

	mu     sync.Mutex // guards closed, open and the adding to open.running
	closed bool
	open   *handle
	once   sync.Once // for closing

	// stuck is why no transaction may begin any more: the engine panicked
	// while it held its locks. frozen is the same for transactions that write.
	stuck, frozen atomic.Pointer[error]

	loose int64      // Options.Loose
	round round      // how far Pack has come; guarded by mu
	facts factsCache // of packs

	trimmed atomic.Int64 // when the mapped file was last looked at, in ns since 1970
}

// A handle is an open file. Compact exchanges it for another one.
type handle struct {
	bolt    *bbolt.DB
	file    *os.File       // the file of bolt
	running sync.WaitGroup // transactions
	written int64          // bytes put since pages were forgotten; the writer's
}

var _ store.DB = (*DB)(nil)

// View implements [store.DB].
func (db *DB) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("read %s: %w", db.path, err)
	}
	h, err := db.enter()
	if err != nil {
		return err
	}
	defer h.running.Done()
	// A page of the mapped file that cannot be read must not end the process.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))

	bt, err := db.begin(h, false)
	if err != nil {
		return err
	}
	t := &tx{db: db, file: h.file, bolt: bt}
	defer func() {
		t.over = true
		db.trim(h)          // within the transaction the file stays mapped where it is
		_ = db.rollback(bt) // nothing was written
	}()
	return fn(t)
}

// maxGrowth is how much one transaction may add to the file.
const maxGrowth = 1 << 30

// Update implements [store.DB]. A change that makes the file grow by more than
// 1 GiB is an error; it would have to fit into memory anyway.
func (db *DB) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write %s: %w", db.path, err)
	}
	if err := db.wait(ctx); err != nil {
		return err
	}
	defer func() { <-db.turn }()
	return db.update(ctx, fn)
}

// update is Update for who has the turn.
func (db *DB) update(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write %s: %w", db.path, err)
	}
	h, err := db.enter()
	if err != nil {
		return err
	}
	defer h.running.Done()
	if err := db.frozen.Load(); err != nil {
		return *err
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))

	bt, err := db.begin(h, true)
	if err != nil {
		return err
	}
	// Damaged pages can make the engine ask for any amount of room.
	h.bolt.MaxSize = int(min(bt.Size()+maxGrowth, math.MaxInt))
	t := &tx{db: db, file: h.file, bolt: bt, writable: true}
	committing := false
	// Not an if after fn: fn may panic or end its goroutine.
	defer func() {
		t.over = true
		if !committing {
			_ = db.rollback(bt) // an error stops later transactions
		}
	}()
	if err := fn(t); err != nil {
		return err
	}
	if t.fault != nil { // fn went on in spite of it
		return t.fault
	}
	if err := t.finish(); err != nil {
		return err
	}
	committing = true
	size := bt.Size()
	if err := db.commit(h, t); err != nil {
		return err
	}
	if h.written += t.written; h.written >= forgetAfter {
		h.forget(size)
		h.written = 0
	}
	return nil
}

// forgetAfter is after how many bytes that were put the mapped pages are
// forgotten. Whoever writes looks at pages all over the file, and the system maps
// their neighbours too; mapping them again costs nothing beside writing.
const forgetAfter = 128 << 10

// wait waits for the turn to write.
func (db *DB) wait(ctx context.Context) error {
	select {
	case db.turn <- struct{}{}:
		return nil
	case <-db.closing:
		return db.errClosed()
	case <-ctx.Done():
		return fmt.Errorf("wait for a turn to write %s: %w", db.path, ctx.Err())
	}
}

// Close implements [store.DB]. Transactions that still wait for their turn
// fail with an error that wraps [os.ErrClosed], as do all later ones.
func (db *DB) Close() error {
	db.mu.Lock()
	if !db.closed {
		db.closed = true
		close(db.closing)
	}
	h := db.open
	db.mu.Unlock()
	h.running.Wait()

	var err error
	db.once.Do(func() {
		db.codec.Close()
		if err = db.release(h); err != nil {
			err = fmt.Errorf("close %s: %w", db.path, err)
		}
	})
	return err
}

// release closes a file that no transaction uses any more.
func (db *DB) release(h *handle) error {
	if db.stuck.Load() != nil {
		// The engine would wait for its own lock for ever.
		return abandonFile(h.file)
	}
	return h.bolt.Close()
}

// Path returns the name of the file.
func (db *DB) Path() string { return db.path }

// enter counts a transaction in.
func (db *DB) enter() (*handle, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed {
		return nil, db.errClosed()
	}
	if err := db.stuck.Load(); err != nil {
		return nil, *err
	}
	db.open.running.Add(1)
	return db.open, nil
}

func (db *DB) errClosed() error {
	return fmt.Errorf("store %s: %w", db.path, os.ErrClosed)
}

func (db *DB) begin(h *handle, writable bool) (bt *bbolt.Tx, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = db.damage(p)
			db.stuck.Store(&err)
		}
	}()
	if bt, err = h.bolt.Begin(writable); err != nil {
		return nil, fmt.Errorf("store %s: %w", db.path, err)
	}
	return bt, nil
}

func (db *DB) rollback(bt *bbolt.Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = db.damage(p)
			db.stuck.Store(&err)
		}
	}()
	return bt.Rollback()
}

func (db *DB) commit(h *handle, t *tx) (err error) {
	bt, id := t.bolt, t.bolt.ID()
	defer func() {
		if p := recover(); p != nil {
			err = db.damage(p)
			db.freeze(err)
			_ = db.rollback(bt)
		}
	}()
	if err = bt.Commit(); err == nil {
		return nil
	}
	err = fmt.Errorf("write %s: %w", db.path, err)
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		if t.written < maxGrowth/4 {
			return db.damage(err) // it needs no such room
		}
		return fmt.Errorf("a change of more than 1 GiB: %w", err)
	}
	if isFull(err) {
		err = fmt.Errorf("%w: make room, nothing of this change was stored: %w", store.ErrFull, err)
	}
	// When the very last step fails, syncing the page that makes the
	// transaction valid, the file may or may not hold it and memory says it
	// does. Going on would build on sand.
	if after, e := db.begin(h, false); e == nil {
		if after.ID() == id {
			db.freeze(fmt.Errorf("an earlier change could not be secured on disk; restart to go on: %w", err))
		}
		_ = db.rollback(after)
	}
	return err
}

// freeze refuses all further writing.
func (db *DB) freeze(err error) {
	db.frozen.CompareAndSwap(nil, &err)
	db.log.Error("store stopped writing", "path", db.path, "err", err)
}

// isFull reports whether an error says that there is no room on the disk. Some
// errors of the engine carry their cause as words only.
func isFull(err error) bool {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) || strings.Contains(err.Error(), full.Error()) {
			return true
		}
	}
	return false
}

// A fault is damage that was found in the file.
type fault struct {
	path string
	what string
	err  error
}

func (f *fault) Error() string {
	return fmt.Sprintf("store %s is damaged: %s: %v; `newsfold check --repair` mends what it can, else restore a backup", f.path, f.what, f.err)
}

func (f *fault) Unwrap() []error { return []error{f.err, store.ErrForeign} }

// damage turns a panic of the engine into an error. The engine trusts its
// file: where pages contradict each other it panics, and where the file is
// shorter than it says the mapping faults.
func (db *DB) damage(p any) error { return damage(db.path, p) }

func damage(path string, p any) error {
	err, ok := p.(error)
	if !ok {
		err = fmt.Errorf("%v", p)
	}
	return &fault{path: path, what: "its pages contradict each other", err: err}
}
