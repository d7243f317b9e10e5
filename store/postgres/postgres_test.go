package postgres_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"newsfold"
	"newsfold/store"
	"newsfold/store/postgres"
	"newsfold/store/storetest"
)

// server returns the connection string of the server for tests.
func server(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv("NEWSFOLD_POSTGRES")
	if dsn == "" {
		t.Skip("NEWSFOLD_POSTGRES names no PostgreSQL server to test with (postgres://user@host/database)")
	}
	return dsn
}

// within returns a connection string of the server with a parameter.
func with(t testing.TB, dsn, key, value string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(key, value)
	u.RawQuery = q.Encode()
	return u.String()
}

// connect is a connection beside the store.
func connect(t testing.TB, dsn string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.WithoutCancel(t.Context())) })
	return c
}

// schema returns a connection string for a store of its own for each directory,
// whose name no other run of the tests has. It is dropped when the test ends.
func schema(t testing.TB, dir string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(dir))
	schema := "test_" + hex.EncodeToString(sum[:8])
	dsn := server(t)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		c, err := pgx.Connect(ctx, dsn)
		if err != nil {
			t.Log(err)
			return
		}
		defer func() { _ = c.Close(ctx) }()
		if _, err := c.Exec(ctx, `drop schema if exists `+schema+` cascade`); err != nil {
			t.Log(err)
		}
	})
	return with(t, dsn, "search_path", schema)
}

func open(t *testing.T, dir string) store.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), schema(t, dir), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestContract(t *testing.T) {
	t.Parallel()
	server(t)
	storetest.Run(t, storetest.Engine{Open: open})
}

func TestSharedContract(t *testing.T) {
	t.Parallel()
	server(t)
	storetest.RunShared(t, storetest.SharedEngine{Open: func(t *testing.T, dir string, now func() time.Time) store.Shared {
		t.Helper()
		db, err := postgres.Open(t.Context(), schema(t, dir), postgres.Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		return db
	}})
}

// TestWaitForALogEndsWithItsContext: another transaction keeps the lock behind which
// positions in logs are given. Who waits for it may give up, and nothing is stored.
func TestWaitForALogEndsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir).(store.Shared)
	defer func() { _ = db.Close() }()
	other := connect(t, schema(t, dir))
	if _, err := other.Exec(t.Context(), `begin; lock table change_turn in exclusive mode`); err != nil {
		t.Fatal(err)
	}
	write := func(tx store.Tx) error {
		a := newsfold.Article{URL: "https://harbour.example/1"}
		return errors.Join(tx.PutArticle(&a), tx.Append(store.Texts, a.ID))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	if err := db.Alongside(ctx, write); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the one of the context", err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it waited for %v", took)
	}
	// Who has time waits on, for longer than one try.
	done := make(chan error, 1)
	go func() { done <- db.Alongside(t.Context(), write) }()
	select {
	case err := <-done:
		t.Errorf("it did not wait: error %v", err)
	case <-time.After(6 * time.Second):
	}
	if _, err := other.Exec(t.Context(), `commit`); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
