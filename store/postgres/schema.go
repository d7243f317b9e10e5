package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"newsfold/store"
)

// mark is what the table meta of every newsfold store says.
const mark = "newsfold"

// tables makes an empty store of the newest version. Names are found by the
// search path, which is set on every connection.
//
// Times are microseconds since 1970, as everywhere in a store: a publisher may
// state dates that timestamptz does not hold. Strings of publishers are bytes,
// since text holds neither NUL nor what is no UTF-8.
var tables = []string{
	`create table meta (app text primary key, version int not null)`,
	`create table turn ()`,

	`create table receipt (
		id uuid primary key,
		stored boolean not null,
		at bigint not null)`,

	`create sequence feed_id`,
	`create table feed (
		id bigint primary key,
		url bytea not null unique,
		entries bigint not null,
		rec bytea not null)`,
	`create table feed_due (
		feed bigint primary key,
		shard smallint not null,
		due bigint not null,
		token bigint not null default 0,
		owner text not null default '') with (fillfactor = 80)`,
	`create index feed_due_next on feed_due (shard, due)`,
	`create table entry (
		feed bigint not null,
		key bytea not null,
		rec bytea,
		primary key (feed, key))`,

	`create sequence article_id`,
	`create table article (id bigint primary key, rec bytea not null)`,
	`create table article_url (url bytea primary key, article bigint not null)`,
	`create table body (article bigint primary key, rec bytea not null)`,
	`create table revision (
		article bigint not null,
		n bigint not null,
		size bigint not null,
		rec bytea not null,
		primary key (article, n))`,
	`create table page_due (
		article bigint primary key,
		shard smallint not null,
		due bigint not null,
		token bigint not null default 0,
		owner text not null default '') with (fillfactor = 80)`,
	`create index page_due_next on page_due (shard, due)`,
	`create index page_due_all on page_due (due, article)`,

	`create table story (
		id bigint primary key,
		time bigint not null,
		unread boolean not null,
		starred boolean not null,
		rec bytea not null) with (fillfactor = 90)`,
	`create index story_time on story (time, id)`,
	`create index story_unread on story (time, id) where unread`,
	`create index story_starred on story (time, id) where starred`,
	`create table story_feed (
		feed bigint not null,
		time bigint not null,
		story bigint not null,
		primary key (feed, time, story))`,

	`create sequence change_seq`,
	`create table change_turn ()`,
	`create table change (
		log text collate "C" not null,
		seq bigint not null,
		article bigint not null,
		primary key (log, seq))`,
	`create unique index change_article on change (article, log)`,
	`create table shelf (
		name text collate "C" not null,
		key bytea not null,
		value bytea not null,
		primary key (name, key))`,
	`create table stage (
		name text primary key,
		token bigint not null,
		owner text not null,
		due bigint not null)`,

	// An inverted index over arrays takes a sixth of the room of one row a key.
	`create table candidate (
		article bigint primary key,
		hour bigint not null,
		note bytea not null,
		keys int[] not null)`,
	`create index candidate_keys on candidate using gin (keys) with (fastupdate = off)`,
	`create index candidate_hour on candidate (hour)`,

	// Records are compressed already, or too small to be worth it.
	`alter table entry alter column rec set storage external`,
	`alter table body alter column rec set storage external`,
	`alter table revision alter column rec set storage external`,
}

// A step brings a store from one version of the tables to the next, in one
// transaction with the new number of the version.
type step func(ctx context.Context, tx pgx.Tx) error

// steps lead from version 1 to the one that this package reads and writes. A
// released step is never changed.
var steps = []step{addReceipts}

// version of the tables above: 1 and one more for every step.
const version = 2

// addReceipts makes the table receipt, for all who may use the others.
func addReceipts(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `create table receipt (id uuid primary key, stored boolean not null, at bigint not null)`)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		do $$
		declare r record;
		begin
			for r in
				select a.grantee::regrole::text as who, string_agg(a.privilege_type, ', ') as may
				from pg_class c, aclexplode(c.relacl) a
				where c.oid = 'shelf'::regclass and a.grantee not in (0, c.relowner)
				group by a.grantee
			loop
				execute format('grant %s on receipt to %s', r.may, r.who);
			end loop;
		end $$`)
	return err
}

// prepare makes the tables when there are none, and brings older ones up to
// date. Several daemons may do that at once: one of them does the work, the
// others wait and find it done.
func prepare(ctx context.Context, c *pgx.Conn, schema string, steps []step) error {
	if done, err := prepared(ctx, c, schema, len(steps)+1); done || err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext($1))`, "newsfold "+schema); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `create schema if not exists `+pgx.Identifier{schema}.Sanitize()); err != nil {
			return err
		}
		at, err := identify(ctx, tx, schema)
		if err != nil {
			return err
		}
		if at == 0 {
			return create(ctx, tx)
		}
		for ; at <= len(steps); at++ {
			if err := steps[at-1](ctx, tx); err != nil {
				return fmt.Errorf("upgrade to version %d: %w", at+1, err)
			}
		}
		_, err = tx.Exec(ctx, `update meta set version = $1`, at)
		return err
	})
}

// prepared reports whether the tables are there in the newest version, which
// takes no right but that of reading.
func prepared(ctx context.Context, c *pgx.Conn, schema string, newest int) (bool, error) {
	var there bool
	err := c.QueryRow(ctx, `select exists (select from pg_namespace where nspname = $1)`, schema).Scan(&there)
	if err != nil || !there {
		return false, err
	}
	at, err := identify(ctx, c, schema)
	if err == nil && at > newest {
		err = fmt.Errorf("%w: its version is %d, this newsfold knows %d; use the newer one", store.ErrTooNew, at, newest)
	}
	return at == newest, err
}

// querier is a connection, or a transaction on one.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// identify returns the version of the tables in a schema; 0 when it is empty.
func identify(ctx context.Context, q querier, schema string) (int, error) {
	var marked bool
	var relations int
	err := q.QueryRow(ctx, `select to_regclass($1) is not null, (select count(*) from pg_class where relnamespace = $2::regnamespace)`,
		pgx.Identifier{schema, "meta"}.Sanitize(), pgx.Identifier{schema}.Sanitize()).Scan(&marked, &relations)
	switch {
	case err != nil:
		return 0, err
	case relations == 0:
		return 0, nil
	case !marked:
		return 0, fmt.Errorf("%w: schema %s holds another program's tables; name an empty one with ?search_path=…", store.ErrForeign, schema)
	}
	var app string
	var at int
	err = q.QueryRow(ctx, `select app, version from `+pgx.Identifier{schema, "meta"}.Sanitize()).Scan(&app, &at)
	switch code := codeOf(err); {
	case errors.Is(err, pgx.ErrNoRows), code == undefinedColumn, err == nil && (app != mark || at < 1):
		return 0, fmt.Errorf("%w: the table meta of schema %s is another program's", store.ErrForeign, schema)
	}
	return at, err
}

// create makes the tables of an empty store.
func create(ctx context.Context, tx pgx.Tx) error {
	for _, sql := range tables {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `insert into meta (app, version) values ($1, $2)`, mark, version)
	return err
}
