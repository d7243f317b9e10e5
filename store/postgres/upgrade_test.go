package postgres_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"newsfold"
	"newsfold/store"
	"newsfold/store/postgres"
)

// The store of each older version, as its program left it, is read as what it was,
// written to, and has the tables of one that is made today.
func TestStoresOfOlderVersions(t *testing.T) {
	t.Parallel()
	fresh := schema(t, t.TempDir())
	openAndClose(t, fresh)
	want := tablesOf(t, connect(t, fresh))
	for _, version := range []string{"v1"} {
		t.Run(version, func(t *testing.T) {
			dsn := schema(t, t.TempDir())
			admin := load(t, dsn, "testdata/"+version+".sql")
			db, err := postgres.Open(t.Context(), dsn, postgres.Options{Now: func() time.Time { return upgradeDay }})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if got := tablesOf(t, admin); !slices.Equal(got, want) {
				t.Errorf("the tables differ from those of a new store\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
			}
			if err := db.View(t.Context(), func(tx store.Tx) error { return readOld(t, tx) }); err != nil {
				t.Error(err)
			}
			claim := store.Claim{Owner: "another", For: time.Minute, Limit: 9}
			if l, err := db.LeaseFeeds(t.Context(), claim); err != nil || len(l) != 0 {
				t.Errorf("leases %v, %v: one feed is another's for a minute, one is not due", l, err)
			}
			if err := db.Alongside(t.Context(), func(tx store.Tx) error { return carryOn(tx) }); err != nil {
				t.Error(err)
			}
		})
	}
}

var upgradeDay = time.Date(2026, 5, 4, 6, 0, 30, 0, time.UTC)

// readOld looks at what is in the stores of testdata.
func readOld(t *testing.T, tx store.Tx) error {
	f, err := tx.FindFeed("http://courier.example/feed")
	if err != nil || f.Title != "The Harbour Courier" || f.Entries != 1 || f.Poll.ETag != `"7"` {
		t.Errorf("feed %+v, %v", f, err)
	}
	id, err := tx.FindArticle("http://northwire.example/1")
	if err != nil || id != 2 {
		t.Errorf("article %d, %v", id, err)
	}
	if _, err := tx.FindArticle("http://courier.example/gone"); err == nil || !strings.Contains(err.Error(), "removed") {
		t.Errorf("error %v of an article that was removed", err)
	}
	b, err := tx.Body(1)
	if err != nil || !strings.HasPrefix(b.Text, "After thirty years") {
		t.Errorf("body %+v, %v", b, err)
	}
	for s, err := range tx.Stories(store.Query{Starred: true, Feed: f.ID}) {
		if err != nil || !slices.Equal(s.Articles, []newsfold.ArticleID{1, 2}) || s.Lead != 2 {
			t.Errorf("story %+v, %v", s, err)
		}
	}
	c, err := tx.(store.Indexer).Candidates([]uint32{1 << 31})
	if err != nil || len(c) != 1 || c[0].Article != 1 {
		t.Errorf("candidates %v, %v", c, err)
	}
	return nil
}

// carryOn adds to an old store.
func carryOn(tx store.Tx) error {
	a := newsfold.Article{URL: "http://courier.example/next"}
	if err := tx.PutArticle(&a); err != nil {
		return err
	}
	if a.ID != 4 {
		return fmt.Errorf("the next article is %d, want 4", a.ID)
	}
	return tx.Append(store.Texts, a.ID)
}

// Who could use the tables before an upgrade can use them afterwards.
func TestUpgradeKeepsRights(t *testing.T) {
	t.Parallel()
	dsn := schema(t, t.TempDir())
	admin := load(t, dsn, "testdata/v1.sql")
	humble := humbleRole(t, dsn, admin)
	openAndClose(t, dsn)
	db, err := postgres.Open(t.Context(), humble, postgres.Options{})
	if err != nil {
		t.Skipf("the server lets no other user in: %v", err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Alongside(t.Context(), carryOn); err != nil {
		t.Error(err)
	}
}

func openAndClose(t *testing.T, dsn string) {
	t.Helper()
	db, err := postgres.Open(t.Context(), dsn, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// load makes the tables of a file.
func load(t *testing.T, dsn, file string) *pgx.Conn {
	t.Helper()
	sql, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := connect(t, dsn)
	var name string
	if err := c.QueryRow(t.Context(), `show search_path`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(t.Context(), `create schema `+name+`; `+string(sql), pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
	return c
}

// tablesOf describes the tables and indexes of a store.
func tablesOf(t *testing.T, c *pgx.Conn) []string {
	t.Helper()
	rows, err := c.Query(t.Context(), `
		select concat_ws(' ', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attstorage, a.attcollation, pg_get_expr(d.adbin, d.adrelid), c.reloptions)
		from pg_class c join pg_attribute a on a.attrelid = c.oid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
		where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'S') and a.attnum > 0
		union all
		select replace(indexdef, current_schema() || '.', '') from pg_indexes where schemaname = current_schema()
		order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Receipts of long ago are removed, those of late are not.
func TestOldReceiptsAreRemoved(t *testing.T) {
	t.Parallel()
	dsn := schema(t, t.TempDir())
	openAndClose(t, dsn)
	admin := connect(t, dsn)
	const leave = `insert into receipt (id, stored, at) select gen_random_uuid(), true, (extract(epoch from now() - n * interval '20 minutes') * 1000000)::bigint from generate_series(1, 5) n`
	if _, err := admin.Exec(t.Context(), leave); err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), dsn, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.Alongside(t.Context(), func(tx store.Tx) error { return tx.Shelf("test").Put([]byte("k"), nil) })
	if err != nil {
		t.Fatal(err)
	}
	var left int
	if err := admin.QueryRow(t.Context(), `select count(*) from receipt`).Scan(&left); err != nil {
		t.Fatal(err)
	}
	if left != 3 {
		t.Errorf("%d receipts, want those of 20 and 40 minutes ago and that of now", left)
	}
}

// humbleRole makes a role that may do nothing but use the tables that are there.
func humbleRole(t *testing.T, dsn string, admin *pgx.Conn) (humble string) {
	t.Helper()
	var name string
	if err := admin.QueryRow(t.Context(), `select current_schema()`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	role := name + "_role"
	for _, sql := range []string{
		`create role ` + role + ` login`,
		`grant usage on schema ` + name + ` to ` + role,
		`grant select, insert, update, delete on all tables in schema ` + name + ` to ` + role,
		`grant usage on all sequences in schema ` + name + ` to ` + role,
	} {
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Skipf("%s: %v", sql, err)
		}
	}
	t.Cleanup(func() {
		_, _ = admin.Exec(context.WithoutCancel(t.Context()), `drop owned by `+role+`; drop role `+role)
	})
	return with(t, dsn, "user", role)
}
