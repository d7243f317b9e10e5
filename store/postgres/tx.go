package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"newsfold"
	"newsfold/store"
	"newsfold/store/internal/record"
)

// tx implements [store.Tx] and [store.Holder].
//
// What it reads by key it keeps, and what is put stays in memory until a list is
// asked for or the transaction ends. Then all of it goes to the server in one
// message, by table and key: many rows a statement, and the same order in all
// daemons, so that they wait for each other but not in circles.
type tx struct {
	db *DB
	// ctx is of the call that runs the transaction; methods of a Tx have none.
	ctx      context.Context
	conn     *pgxpool.Conn
	writable bool
	over     bool
	done     bool    // committed, or ended by the server
	fault    error   // what the server said; nothing works after that
	wrote    bool    // that the server was told of changes
	receipt  receipt // names the transaction when all of it is written
	changes  int     // grows with every change
	sent     int     // changes that the server knows of
	pending  int     // bytes that are put and not sent

	feeds    cells[newsfold.FeedID, feedRow]
	feedURLs cells[hash, newsfold.FeedID]
	entries  cells[entryKey, entryRow]
	articles cells[newsfold.ArticleID, articleRow]
	urls     cells[hash, newsfold.ArticleID] // 0: removed
	bodies   cells[newsfold.ArticleID, []byte]
	stories  cells[newsfold.StoryID, storyRow]
	pairs    cells[pairKey, []byte]
	indexed  map[newsfold.ArticleID]*store.Candidate // not sent yet; nil: taken out
	byKey    map[uint32][]newsfold.ArticleID         // those of indexed, also such as had the key before
	ahead    map[uint32][]*store.Candidate           // what the server has of keys, by key
	moved    [][]any                                 // changes that keep their positions
	appends  map[store.Log][]newsfold.ArticleID
	// wards are articles that must still be there at the end, since something
	// is stored under them.
	wards   map[newsfold.ArticleID]bool
	held    map[newsfold.FeedID]bool // leases that end with this transaction
	pages   map[newsfold.ArticleID]bool
	small   map[string]map[string][]byte // shelves of which everything is here
	large   map[string]bool              // shelves that are not small
	asked   map[string]bool              // shelves of which a key was asked for
	touched map[string]bool              // shelves with changes that the server does not know
	spare   []newsfold.ArticleID         // numbers that were fetched for new articles
}

var (
	_ store.Tx      = (*tx)(nil)
	_ store.Holder  = (*tx)(nil)
	_ store.Indexer = (*tx)(nil)
	_ store.Porter  = (*tx)(nil)
)

func newTx(ctx context.Context, db *DB, c *pgxpool.Conn, writable bool) *tx {
	return &tx{
		db: db, ctx: ctx, conn: c, writable: writable,
		feeds: cells[newsfold.FeedID, feedRow]{}, feedURLs: cells[hash, newsfold.FeedID]{},
		entries: cells[entryKey, entryRow]{}, articles: cells[newsfold.ArticleID, articleRow]{},
		urls: cells[hash, newsfold.ArticleID]{}, bodies: cells[newsfold.ArticleID, []byte]{},
		stories: cells[newsfold.StoryID, storyRow]{}, pairs: cells[pairKey, []byte]{},
		indexed: map[newsfold.ArticleID]*store.Candidate{}, byKey: map[uint32][]newsfold.ArticleID{}, ahead: map[uint32][]*store.Candidate{}, appends: map[store.Log][]newsfold.ArticleID{}, wards: map[newsfold.ArticleID]bool{},
		held: map[newsfold.FeedID]bool{}, pages: map[newsfold.ArticleID]bool{},
		touched: map[string]bool{}, small: map[string]map[string][]byte{}, large: map[string]bool{}, asked: map[string]bool{},
	}
}

// A cell is what a transaction knows of one row. Rows are never changed, only
// exchanged.
type cell[R any] struct {
	now *R // as it is for this transaction; nil: not there
	was *R // as the server has it
}

type cells[K comparable, R any] map[K]*cell[R]

// put notes how a row is from now on; its cell must be there.
func (c cells[K, R]) put(k K, now *R) { c[k].now = now }

// dirty returns the keys of the rows that the server does not have as they are,
// sorted.
func (c cells[K, R]) dirty(compare func(a, b K) int) []K {
	var keys []K
	for k, cell := range c {
		if cell.now != cell.was {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, compare)
	return keys
}

// lookup returns a row: what is known of it, or else what read finds, for which
// no row is no error.
func lookup[K comparable, R any](t *tx, c cells[K, R], k K, read func() (*R, error)) (*R, error) {
	if cell, ok := c[k]; ok {
		return cell.now, nil
	}
	r, err := read()
	if errors.Is(err, pgx.ErrNoRows) {
		r, err = nil, nil
	}
	if err != nil {
		return nil, t.fail(err)
	}
	c[k] = &cell[R]{r, r}
	return r, nil
}

// maxPending is how many bytes a transaction collects before it sends them.
const maxPending = 16 << 20

// ready says whether t may be used: for reading, or for writing too.
func (t *tx) ready(write bool) error {
	switch {
	case t.over:
		return errOver
	case write && !t.writable:
		return errReadOnly
	case t.fault != nil:
		return t.db.failed(t.ctx, "use", t.fault)
	}
	if write {
		t.changes++
		if t.pending > maxPending {
			return t.flush()
		}
	}
	return nil
}

// fail notes what the server said.
func (t *tx) fail(err error) error {
	if t.fault == nil {
		t.fault = err
	}
	return t.db.failed(t.ctx, "use", err)
}

// row asks for one row.
func (t *tx) row(sql string, args ...any) pgx.Row { return t.conn.QueryRow(t.ctx, sql, args...) }

// rows asks for rows, as scan reads them.
func rows[R any](t *tx, scan pgx.RowToFunc[R], sql string, args ...any) ([]R, error) {
	rs, err := t.conn.Query(t.ctx, sql, args...)
	if err != nil {
		return nil, t.fail(err)
	}
	all, err := pgx.CollectRows(rs, scan)
	if err != nil {
		return nil, t.fail(err)
	}
	return all, nil
}

// exec runs one statement at once and returns how many rows it concerned.
func (t *tx) exec(sql string, args ...any) (int64, error) {
	t.wrote = true
	tag, err := t.conn.Exec(t.ctx, sql, args...)
	if err != nil {
		return 0, t.fail(err)
	}
	return tag.RowsAffected(), nil
}

// end rolls back what is not committed and gives the connection back.
func (t *tx) end(ctx context.Context) {
	t.over = true
	if t.done {
		t.conn.Release()
		return
	}
	if t.conn.Conn().IsClosed() {
		t.conn.Release() // the pool throws it away
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := execute(ctx, t.conn.Conn(), "rollback"); err != nil {
		drop(ctx, t.conn)
		return
	}
	t.conn.Release()
}

// sequence makes an iterator of what pages returns: for the last thing seen, or
// nil at the start, up to n things that follow it. Pages grow; what was not yielded
// yet of one is asked for again after a change, in a small one.
func sequence[T any](t *tx, pages func(last *T, n int) ([]T, error)) iter.Seq2[T, error] {
	const few, start, most = 16, 128, 512
	return func(yield func(T, error) bool) {
		var (
			last *T
			size = start
		)
		for {
			err := t.ready(false)
			var page []T
			if err == nil {
				page, err = pages(last, size)
			}
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			at, whole := t.changes, true
			for _, v := range page {
				if !yield(v, nil) {
					return
				}
				last = &v
				if t.over || t.fault != nil || t.changes != at {
					whole = false
					break
				}
			}
			switch {
			case !whole:
				size = few
			case len(page) < size:
				return
			default:
				size = min(2*size, most)
			}
		}
	}
}

// plain makes a record of what is read for every list.
func plain[T any](t *tx, v *T, fields func(*record.Wire, *T)) ([]byte, error) {
	msg, err := message(v, fields)
	if err != nil {
		return nil, err
	}
	t.pending += len(msg)
	return record.Plain(msg), nil
}

// packed makes a record of what may be long.
func packed[T any](t *tx, v *T, fields func(*record.Wire, *T)) ([]byte, error) {
	msg, err := message(v, fields)
	if err != nil {
		return nil, err
	}
	t.pending += len(msg)
	return t.seal(msg), nil
}

// seal makes a record of a message that may be long.
func (t *tx) seal(msg []byte) []byte {
	if len(msg) < record.Large {
		return record.Plain(msg)
	}
	return t.db.codec.Compress(msg)
}

func message[T any](v *T, fields func(*record.Wire, *T)) ([]byte, error) {
	msg := record.Encode(nil, v, fields)
	if len(msg) > record.MaxSize {
		return nil, fmt.Errorf("%d MiB are more than a record holds (%d MiB)", len(msg)>>20, record.MaxSize>>20)
	}
	return msg, nil
}

// open reads a record.
func open[T any](t *tx, what string, id any, rec []byte, fields func(*record.Wire, *T)) (v T, err error) {
	msg, err := t.db.codec.Open(rec)
	if err == nil {
		err = record.Decode(msg, &v, fields)
	}
	if err != nil {
		err = fmt.Errorf("%s %v in %s is damaged: %w: %w; restore a backup", what, id, t.db.name, store.ErrForeign, err)
		t.fault = err
	}
	return v, err
}

func notFound(what string, name any) error {
	return fmt.Errorf("%s %v: %w", what, name, newsfold.ErrNotFound)
}

func wasRemoved(what string, name any) error {
	return fmt.Errorf("%s %v %w: %w", what, name, store.ErrRemoved, newsfold.ErrNotFound)
}

// sorted returns the keys of a set in order.
func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
