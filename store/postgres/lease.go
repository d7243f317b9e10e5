package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"newsfold/store"
	"newsfold/store/internal/record"
)

// now is the time by which leases go, in microseconds: the first parameter of
// each statement, or the server's where that is null.
const now = `coalesce($1::bigint, (extract(epoch from now()) * 1000000)::bigint)`

func (db *DB) now() *int64 {
	if db.opts.Now == nil {
		return nil
	}
	us := record.Micro(db.opts.Now())
	return &us
}

// LeaseFeeds implements [store.Shared]. Feeds are leased one shard a statement:
// over several shards at once, the server would sort all that is due to find the
// first few.
func (db *DB) LeaseFeeds(ctx context.Context, c store.Claim) (leases []store.Lease, err error) {
	if len(c.Feeds) > 0 {
		return db.leaseNamed(ctx, c)
	}
	err = db.retry(ctx, "lease feeds of", func(conn *pgx.Conn) error {
		leases = nil
		return db.shards(ctx, conn, "feed_due", func(shard int16) (bool, error) {
			left := c.Limit - len(leases)
			if left <= 0 {
				return false, nil
			}
			until := time.Now().Add(c.For)
			some, err := collect(ctx, conn, feedLease(c, until), `
				with c as (
					select feed from feed_due where shard = $2 and due <= `+now+` order by due limit $3 for update skip locked)
				update feed_due f set due = `+now+` + $4, token = f.token + 1, owner = $5
				from c where f.feed = c.feed returning f.feed, f.token`,
				db.now(), shard, left, c.For.Microseconds(), c.Owner)
			leases = append(leases, some...)
			return true, err
		})
	})
	return leases, err
}

// leaseNamed leases feeds by name, due or not, but for those that are leased.
func (db *DB) leaseNamed(ctx context.Context, c store.Claim) (leases []store.Lease, err error) {
	err = db.retry(ctx, "lease feeds of", func(conn *pgx.Conn) (err error) {
		until := time.Now().Add(c.For)
		leases, err = collect(ctx, conn, feedLease(c, until), `
			with c as (
				select feed from feed_due where feed = any($2) and (owner = '' or due <= `+now+`) order by feed limit $3 for update skip locked)
			update feed_due f set due = `+now+` + $4, token = f.token + 1, owner = $5
			from c where f.feed = c.feed returning f.feed, f.token`,
			db.now(), numbers(c.Feeds), max(c.Limit, 1), c.For.Microseconds(), c.Owner)
		return err
	})
	return leases, err
}

func feedLease(c store.Claim, until time.Time) pgx.RowToFunc[store.Lease] {
	return func(r pgx.CollectableRow) (store.Lease, error) {
		l := store.Lease{Owner: c.Owner, Until: until}
		return l, r.Scan((*int64)(&l.Feed), &l.Token)
	}
}

// pagesOfShard is how many pages of one shard are leased at once: a host with many
// of them must not keep the pages of others waiting.
const pagesOfShard = 8

// LeasePages implements [store.Shared].
func (db *DB) LeasePages(ctx context.Context, c store.Claim) (leases []store.Lease, err error) {
	scan := func(until time.Time) pgx.RowToFunc[store.Lease] {
		return func(r pgx.CollectableRow) (store.Lease, error) {
			l := store.Lease{Owner: c.Owner, Until: until}
			return l, r.Scan((*int64)(&l.Article), &l.Token)
		}
	}
	err = db.retry(ctx, "lease pages of", func(conn *pgx.Conn) error {
		leases = nil
		return db.shards(ctx, conn, "page_due", func(shard int16) (bool, error) {
			left := min(c.Limit-len(leases), pagesOfShard)
			if left <= 0 {
				return false, nil
			}
			until := time.Now().Add(c.For)
			some, err := collect(ctx, conn, scan(until), `
				with c as (
					select article from page_due where shard = $2 and due <= `+now+` order by due limit $3 for update skip locked)
				update page_due p set due = `+now+` + $4, token = p.token + 1, owner = $5
				from c where p.article = c.article returning p.article, p.token`,
				db.now(), shard, left, c.For.Microseconds(), c.Owner)
			leases = append(leases, some...)
			return true, err
		})
	})
	return leases, err
}

// shards calls fn with each shard of a table in which something is due, in any
// order, until it reports false.
func (db *DB) shards(ctx context.Context, conn *pgx.Conn, table string, fn func(int16) (bool, error)) error {
	due, err := collect(ctx, conn, pgx.RowTo[int16],
		`select s::smallint from generate_series(0, $2::int - 1) s where exists (select from `+table+` where shard = s::smallint and due <= `+now+`)`, db.now(), shards)
	if err != nil {
		return err
	}
	rand.Shuffle(len(due), func(i, j int) { due[i], due[j] = due[j], due[i] })
	for _, shard := range due {
		if more, err := fn(shard); err != nil || !more {
			return err
		}
	}
	return nil
}

// LeaseStage implements [store.Shared]. A renewal keeps the token: what the
// holder has begun goes on.
func (db *DB) LeaseStage(ctx context.Context, stage string, c store.Claim) (l store.Lease, ok bool, err error) {
	if err := checkName("stage", stage); err != nil {
		return l, false, err
	}
	err = db.retry(ctx, "lease a stage of", func(conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, `insert into stage (name, token, owner, due) values ($1, 0, '', 0) on conflict do nothing`, stage); err != nil {
			return err
		}
		l = store.Lease{Stage: stage, Owner: c.Owner, Until: time.Now().Add(c.For)}
		err := conn.QueryRow(ctx, `
			update stage set due = `+now+` + $3, token = token + case when owner = $4 and due > `+now+` then 0 else 1 end, owner = $4
			where name = $2 and (owner = $4 or due <= `+now+`) returning token`,
			db.now(), stage, c.For.Microseconds(), c.Owner).Scan(&l.Token)
		ok = err == nil
		if errors.Is(err, pgx.ErrNoRows) {
			l, err = store.Lease{}, nil
		}
		return err
	})
	return l, ok, err
}

// Release implements [store.Shared].
func (db *DB) Release(ctx context.Context, leases []store.Lease) error {
	return db.retry(ctx, "release leases of", func(conn *pgx.Conn) error {
		var b pgx.Batch
		at := db.now()
		for _, l := range leases {
			switch {
			case l.Feed != 0:
				b.Queue(`update feed_due set due = `+now+`, owner = '', token = token + 1 where feed = $2 and token = $3`, at, int64(l.Feed), l.Token)
			case l.Article != 0:
				b.Queue(`update page_due set due = `+now+`, owner = '', token = token + 1 where article = $2 and token = $3`, at, int64(l.Article), l.Token)
			case l.Stage != "":
				b.Queue(`update stage set due = `+now+`, owner = '', token = token + 1 where name = $2 and token = $3`, at, l.Stage, l.Token)
			}
		}
		if b.Len() == 0 {
			return nil
		}
		return conn.SendBatch(ctx, &b).Close()
	})
}

// Hold implements [store.Holder]. Who has a feed or a page is read with it, in the
// snapshot; when that is no longer so at the end, writing or locking the row ends
// the transaction, which is then run again.
func (t *tx) Hold(l store.Lease) error {
	if err := t.ready(true); err != nil {
		return err
	}
	ok, err := t.holds(l)
	if err == nil && !ok {
		err = fmt.Errorf("%s: %w", leaseName(l), store.ErrFenced)
	}
	return err
}

func (t *tx) holds(l store.Lease) (bool, error) {
	switch {
	case l.Feed != 0:
		r, err := t.feedRow(l.Feed)
		if err != nil || r == nil || r.due == nil || r.token != l.Token {
			return false, err
		}
		t.held[l.Feed] = true
		return true, nil
	case l.Article != 0:
		r, err := t.articleRow(l.Article)
		if err != nil || r == nil || r.wanted == nil || r.token != l.Token {
			return false, err
		}
		t.pages[l.Article] = true
		return true, nil
	}
	var ok bool
	err := t.row(`select token = $2 from stage where name = $1 for update`, l.Stage, l.Token).Scan(&ok)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, t.fail(err)
	}
	return ok, nil
}

func leaseName(l store.Lease) string {
	switch {
	case l.Feed != 0:
		return fmt.Sprintf("feed %d", l.Feed)
	case l.Article != 0:
		return fmt.Sprintf("page of article %d", l.Article)
	}
	return "stage " + l.Stage
}

// retry runs a few statements on a connection, each of which stands for itself,
// again when the server went away. A lease that was given and not heard of runs
// out.
func (db *DB) retry(ctx context.Context, what string, fn func(*pgx.Conn) error) error {
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
		c, err := db.pool.Acquire(ctx)
		if err == nil {
			err = fn(c.Conn())
			c.Release()
		}
		if err == nil {
			return nil
		}
		if k := kindOf(err); k == final || !w.again(ctx) {
			return db.failed(ctx, what, err)
		}
	}
}

// collect asks for rows.
func collect[R any](ctx context.Context, conn *pgx.Conn, scan pgx.RowToFunc[R], sql string, args ...any) ([]R, error) {
	rs, err := conn.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rs, scan)
}
