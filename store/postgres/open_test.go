package postgres_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"newsfold"
	"newsfold/store"
	"newsfold/store/postgres"
)

func TestManyDaemonsMakeTheTablesAtOnce(t *testing.T) {
	dsn := schema(t, t.TempDir())
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			db, err := postgres.Open(t.Context(), dsn, postgres.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = db.Close() }()
			if err := db.Update(t.Context(), func(tx store.Tx) error {
				return tx.PutFeed(&newsfold.Feed{URL: fmt.Sprint(i)})
			}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestStoresThatAreNotOursAreRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		sql  string // in the schema, after the store was made there unless it says otherwise
		want error
		says string
	}{
		{"newer", `update meta set version = 99`, store.ErrTooNew, "99"},
		{"another program's tables", `drop table meta`, store.ErrForeign, "search_path"},
		{"another program's table of this name", `drop table meta; create table meta (x int)`, store.ErrForeign, "meta"},
		{"another program's mark", `update meta set app = 'other'`, store.ErrForeign, "meta"},
		{"no mark", `delete from meta`, store.ErrForeign, "meta"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dsn := schema(t, t.TempDir())
			db, err := postgres.Open(t.Context(), dsn, postgres.Options{})
			if err != nil {
				t.Fatal(err)
			}
			_ = db.Close()
			if _, err := connect(t, dsn).Exec(t.Context(), tt.sql); err != nil {
				t.Fatal(err)
			}
			_, err = postgres.Open(t.Context(), dsn, postgres.Options{})
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want one that wraps %q and says %q", err, tt.want, tt.says)
			}
		})
	}
}

func TestConnectionStringsThatCannotWork(t *testing.T) {
	for dsn, says := range map[string]string{
		"postgres://u:secret@127.0.0.1:1/x?sslmode=disable": "unavailable",
		"postgres://h:port:port/x":                          "should look like postgres://",
		"postgres://127.0.0.1/x?search_path=a,b":            "does not name one schema",
	} {
		_, err := postgres.Open(t.Context(), dsn, postgres.Options{})
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error %v, want one that says %q and keeps the password", dsn, err, says)
		}
	}
}

// A daemon needs no right but those on the tables once they are there.
func TestLeastRights(t *testing.T) {
	dsn := schema(t, t.TempDir())
	db, err := postgres.Open(t.Context(), dsn, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	admin := connect(t, dsn)
	humble := humbleRole(t, dsn, admin)
	db, err = postgres.Open(t.Context(), humble, postgres.Options{})
	if err != nil {
		t.Skipf("the server lets no other user in: %v", err)
	}
	defer func() { _ = db.Close() }()
	err = db.Update(t.Context(), func(tx store.Tx) error {
		a := newsfold.Article{URL: "http://a.example/"}
		if err := tx.PutArticle(&a); err != nil {
			return err
		}
		return tx.Append(store.Texts, a.ID)
	})
	if err != nil {
		t.Error(err)
	}
	_, err = postgres.Open(t.Context(), with(t, humble, "search_path", "test_new"), postgres.Options{})
	if err == nil || !strings.Contains(err.Error(), "doc/scale.md") {
		t.Errorf("error %v, want one that says where the rights are described", err)
	}
}

func TestWarnsWhereTheServerMayLoseData(t *testing.T) {
	dsn := schema(t, t.TempDir())
	for _, tt := range []struct{ dsn, says string }{
		{dsn, "no synchronous standby"},
		{with(t, dsn, "synchronous_commit", "off"), "last moments"},
	} {
		var log bytes.Buffer
		db, err := postgres.Open(t.Context(), tt.dsn, postgres.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		_ = db.Close()
		if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), tt.says) {
			t.Errorf("log %q, want a warning that says %q", log.String(), tt.says)
		}
	}
}
