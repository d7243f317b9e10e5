package postgres

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"newsfold/store"
)

// Tables are brought up step by step, each store once, and not past a step that
// fails.
func TestUpgrade(t *testing.T) {
	dsn := os.Getenv("NEWSFOLD_POSTGRES")
	if dsn == "" {
		t.Skip("NEWSFOLD_POSTGRES names no PostgreSQL server to test with (postgres://user@host/database)")
	}
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	const schema = "test_upgrade"
	cfg.RuntimeParams["search_path"] = schema
	c, err := pgx.ConnectConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx := context.WithoutCancel(t.Context())
		_, _ = c.Exec(ctx, `drop schema if exists test_upgrade cascade`)
		_ = c.Close(ctx)
	}()
	run := func(sql string) step {
		return func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		}
	}
	if err := prepare(t.Context(), c, schema, steps); err != nil {
		t.Fatal(err)
	}
	more := func(sql ...string) []step {
		all := slices.Clone(steps)
		for _, s := range sql {
			all = append(all, run(s))
		}
		return all
	}
	const add = `alter table feed add extra int`
	if err := prepare(t.Context(), c, schema, more(add, `alter table feed drop nowhere`)); codeOf(err) != undefinedColumn {
		t.Fatalf("error %v, want that of the second step", err)
	}
	at, err := identify(t.Context(), c, schema)
	if err != nil || at != version {
		t.Fatalf("version %d, %v: half of the upgrade stayed", at, err)
	}
	for range 2 {
		if err := prepare(t.Context(), c, schema, more(add, `alter table feed rename extra to further`)); err != nil {
			t.Fatal(err)
		}
	}
	if at, err = identify(t.Context(), c, schema); err != nil || at != version+2 {
		t.Errorf("version %d, %v, want %d", at, err, version+2)
	}
	if err := prepare(t.Context(), c, schema, more(add)); !errors.Is(err, store.ErrTooNew) {
		t.Errorf("error %v, want one that wraps ErrTooNew", err)
	}
}
