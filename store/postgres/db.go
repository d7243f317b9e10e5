package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"newsfold/store"
	"newsfold/store/internal/record"
)

// DB is a store in a PostgreSQL database. It implements [store.Shared] and is
// safe for concurrent use.
type DB struct {
	name  string // the database, for messages: without user and password
	pool  *pgxpool.Pool
	codec *record.Codec
	log   *slog.Logger
	opts  Options

	turn    chan struct{} // holds the one Update of this process
	writers chan struct{} // hold connections for writing
	readers chan struct{} // and for reading
	closing chan struct{} // closed by Close

	mu      sync.Mutex // guards closed, the adding to running, and pruned
	closed  bool
	running sync.WaitGroup // transactions
	once    sync.Once      // for closing
	pruned  time.Time      // when receipts were removed last
}

var _ store.Shared = (*DB)(nil)

// mode is how a transaction goes with others.
type mode string

// A transaction of reading sees one snapshot, taken at its begin. Those that
// write do so too (another's change of the same row then ends them, and they are
// run again), but the snapshot must not be older than their turn: locking a table
// takes none, unlike any query.
const (
	reading   mode = `begin isolation level repeatable read read only; select 1`
	alongside mode = `begin isolation level repeatable read; lock table turn in row exclusive mode`
	alone     mode = `begin isolation level repeatable read; lock table turn in exclusive mode`
)

// View implements [store.DB]. It waits for a server that went away up to
// [Options.Patience] before fn has begun.
func (db *DB) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("read %s: %w", db.name, err)
	}
	if err := db.enter(); err != nil {
		return err
	}
	defer db.running.Done()
	if err := db.wait(ctx, db.readers); err != nil {
		return err
	}
	defer func() { <-db.readers }()
	w := db.patience()
	for {
		t, err := db.begin(ctx, reading)
		if err == nil {
			defer t.end(ctx)
			return fn(t)
		}
		if kindOf(err) != lost || !w.again(ctx) {
			return db.failed(ctx, "read", err)
		}
	}
}

// Update implements [store.DB]. It runs alone, among all daemons.
func (db *DB) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write %s: %w", db.name, err)
	}
	if err := db.enter(); err != nil {
		return err
	}
	defer db.running.Done()
	if err := db.wait(ctx, db.turn); err != nil {
		return err
	}
	defer func() { <-db.turn }()
	return db.write(ctx, alone, fn)
}

// Alongside implements [store.Shared].
func (db *DB) Alongside(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write %s: %w", db.name, err)
	}
	if err := db.enter(); err != nil {
		return err
	}
	defer db.running.Done()
	return db.write(ctx, alongside, fn)
}

// maxConflicts is how often a transaction gives way to others before it asks for
// a turn alone.
const maxConflicts = 5

// write runs a transaction until it is committed or fails for good.
func (db *DB) write(ctx context.Context, m mode, fn func(store.Tx) error) error {
	if err := db.wait(ctx, db.writers); err != nil {
		return err
	}
	defer func() { <-db.writers }()
	w := db.patience()
	for conflicts := 0; ; {
		own, err := db.attempt(ctx, m, fn)
		if err == nil {
			db.pruneReceipts(ctx)
		}
		if err == nil || own {
			return err
		}
		switch kindOf(err) {
		case conflict:
			if conflicts++; conflicts >= maxConflicts {
				m = alone // among which none can be first
			}
			if ctx.Err() != nil || conflicts > 10*maxConflicts {
				return db.failed(ctx, "write", err)
			}
			db.log.Debug("a transaction gives way to another", "times", conflicts, "err", err)
			pause(ctx, time.Duration(rand.Int64N(int64(conflicts)*int64(2*time.Millisecond))))
		case lost:
			if !w.again(ctx) {
				return db.failed(ctx, "write", err)
			}
			db.log.Warn("the database went away, trying again", "err", err)
		default:
			return db.failed(ctx, "write", err)
		}
	}
}

// attempt runs a transaction once. It reports whether an error is fn's own, to
// be returned as it is.
func (db *DB) attempt(ctx context.Context, m mode, fn func(store.Tx) error) (own bool, err error) {
	t, err := db.begin(ctx, m)
	if err != nil {
		return false, err
	}
	// Not an if after fn: fn may panic or end its goroutine.
	defer t.end(ctx)
	err = fn(t)
	if t.fault != nil { // whatever fn made of it
		return false, t.fault
	}
	if err != nil {
		return true, err
	}
	if t.flush(); t.fault != nil {
		return false, t.fault
	}
	return false, t.commit()
}

// begin starts a transaction.
func (db *DB) begin(ctx context.Context, m mode) (*tx, error) {
	c, err := db.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	sql := string(m)
	if m != reading {
		// Who stalls here is disconnected, and so lets go of what it has locked.
		sql += fmt.Sprintf("; set local idle_in_transaction_session_timeout = %d", db.opts.Stall.Milliseconds())
	}
	if err := execute(ctx, c.Conn(), sql); err != nil {
		drop(ctx, c)
		return nil, err
	}
	return newTx(ctx, db, c, m != reading), nil
}

// execute runs statements of ours that have no parameters and give no rows that
// matter, in one message.
func execute(ctx context.Context, c *pgx.Conn, sql string) error {
	_, err := c.PgConn().Exec(ctx, sql).ReadAll()
	return err
}

// drop closes a connection whose state is unknown.
func drop(ctx context.Context, c *pgxpool.Conn) {
	raw := c.Hijack()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = raw.Close(ctx) // it is of no more use either way
}

// Close implements [store.DB].
func (db *DB) Close() error {
	db.mu.Lock()
	if !db.closed {
		db.closed = true
		close(db.closing)
	}
	db.mu.Unlock()
	db.running.Wait()
	db.once.Do(func() {
		db.pool.Close()
		db.codec.Close()
	})
	return nil
}

// enter counts a transaction in.
func (db *DB) enter() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed {
		return db.errClosed()
	}
	db.running.Add(1)
	return nil
}

func (db *DB) errClosed() error {
	return fmt.Errorf("store %s: %w", db.name, os.ErrClosed)
}

// wait waits for a place.
func (db *DB) wait(ctx context.Context, places chan struct{}) error {
	select {
	case <-db.closing:
		return db.errClosed()
	default:
	}
	select {
	case places <- struct{}{}:
		return nil
	case <-db.closing:
		return db.errClosed()
	case <-ctx.Done():
		return fmt.Errorf("wait for a turn with %s: %w", db.name, ctx.Err())
	}
}

// failed is the error of a call whose context may be the cause.
func (db *DB) failed(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		err = errors.Join(ctx.Err(), err)
	}
	return db.explain(what, err)
}

// A patience is how long a server that went away is waited for.
type patience struct {
	most  time.Duration
	until time.Time
	next  time.Duration // wait
}

func (db *DB) patience() *patience {
	return &patience{most: db.opts.Patience, next: 20 * time.Millisecond}
}

// again waits for the next try and reports whether there is to be one.
func (p *patience) again(ctx context.Context) bool {
	now := time.Now()
	if p.until.IsZero() {
		p.until = now.Add(p.most)
	}
	if !now.Before(p.until) || !pause(ctx, p.next) {
		return false
	}
	p.next = min(2*p.next, time.Second)
	return true
}

// pause waits and reports whether ctx has not ended.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
