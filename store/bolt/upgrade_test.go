package bolt

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	bbolt "go.etcd.io/bbolt"

	"newsfold"
	"newsfold/store"
)

var update = flag.Bool("update", false, "write the store of the present version to testdata")

func TestUpgradeTakesEachStepOnce(t *testing.T) {
	db := small(t)
	var taken []int
	take := func(n int) step {
		return func(_ context.Context, bt *bbolt.Tx) error {
			taken = append(taken, n)
			_, err := bt.CreateBucket(fmt.Append(nil, "new in ", n))
			return err
		}
	}
	broken := errors.New("broken")
	fail := func(_ context.Context, bt *bbolt.Tx) error {
		_, err := bt.CreateBucket([]byte("half done"))
		return errors.Join(err, broken)
	}

	if err := db.upgrade(t.Context(), append(slices.Clone(steps), take(schema+1), take(schema+2), fail)); !errors.Is(err, broken) {
		t.Errorf("error %v, want the one of the step", err)
	}
	err := db.open.bolt.View(func(bt *bbolt.Tx) error {
		if v := string(bt.Bucket([]byte("meta")).Get(keySchema)); v != fmt.Sprint(schema+2) {
			t.Errorf("version %s after two good steps, want %d", v, schema+2)
		}
		if bt.Bucket([]byte("half done")) != nil {
			t.Error("half of a step was taken")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.upgrade(t.Context(), append(slices.Clone(steps), take(schema+1), take(schema+2), take(schema+3))); err != nil {
		t.Error(err)
	}
	if !slices.Equal(taken, []int{schema + 1, schema + 2, schema + 3}) {
		t.Errorf("taken %v", taken)
	}
	// What is too new now is said to be.
	path := db.path
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, store.ErrTooNew) {
		t.Errorf("error %v, want one that wraps ErrTooNew", err)
	}
}

func TestSchemaCountsTheSteps(t *testing.T) {
	if schema != len(steps)+1 {
		t.Errorf("schema is %d with %d steps", schema, len(steps))
	}
	for v := 1; v <= schema; v++ {
		if _, err := os.Stat(fixture(v)); err != nil && !*update {
			t.Errorf("no store of version %d: %v", v, err)
		}
	}
}

func fixture(version int) string {
	return filepath.Join("testdata", fmt.Sprintf("v%d.db.zst", version))
}

// fill stores what the fixtures hold.
func fill(tx store.Tx) error {
	at := time.Date(2026, 2, 3, 4, 5, 6, 7000, time.UTC)
	feed := newsfold.Feed{
		URL: "https://harbour.example/feed", Title: "Harbour News", Folders: []string{"Local"}, Added: at,
		Poll: newsfold.Poll{Attempted: at, Result: newsfold.Updated, Status: 200, ETag: `"x\xff"`, State: []byte{0, 1}},
	}
	err := tx.PutFeed(&feed)
	var a newsfold.Article
	for i, text := range []string{"The ferry is late.", "The ferry is late. So is the bus."} {
		a = newsfold.Article{
			URL: fmt.Sprint("https://harbour.example/", i), Title: "Ferry", Published: at, Seen: at, Story: 1,
			Entries: []newsfold.EntryRef{{Feed: 1, Key: fmt.Sprint(i)}},
			Origins: []newsfold.Origin{{Kind: "credit", Name: "Coast Wire"}},
			Page:    newsfold.Page{State: newsfold.PageWanted, Next: at},
			Fold:    newsfold.Fold{Relation: newsfold.First, Score: .75, Evidence: []newsfold.Evidence{{Kind: "k", Value: .5}}},
		}
		err = errors.Join(err, tx.PutArticle(&a),
			tx.PutEntry(&newsfold.Entry{Feed: 1, GUID: fmt.Sprint(i), Title: "Ferry", Seen: at, Article: a.ID}),
			tx.PutBody(a.ID, newsfold.Body{Text: text, HTML: "<p>" + text}),
			tx.Append(store.Texts, a.ID), tx.Append(store.Folds, a.ID))
	}
	long := newsfold.Entry{Feed: 1, GUID: "long", Content: fmt.Sprintf("%0900d", 7), Article: a.ID}
	return errors.Join(err, tx.PutEntry(&long), tx.Append(store.Texts, 1),
		tx.PutStory(&newsfold.Story{
			ID: 1, Lead: 2, Articles: []newsfold.ArticleID{1, 2}, Feeds: []newsfold.FeedID{1}, Outlets: 1,
			First: newsfold.Provenance{Article: 1, Confidence: .5}, Time: at, Changed: at, Starred: true,
		}),
		tx.Shelf("test").Put([]byte("k"), []byte("v")))
}

// TestEveryVersionOpens opens a stored file of each version and compares all it
// holds with a store that was filled just now.
func TestEveryVersionOpens(t *testing.T) {
	want, err := Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	if err := want.Update(t.Context(), fill); err != nil {
		t.Fatal(err)
	}
	if *update {
		writeFixture(t, want)
	}
	for v := 1; v <= schema; v++ {
		t.Run(fmt.Sprint(v), func(t *testing.T) {
			db := opened(t, fixture(v))
			if problems, err := db.Check(t.Context()); err != nil || len(problems) > 0 {
				t.Errorf("problems %v, error %v", problems, err)
			}
			if got, want := everything(t, db), everything(t, want); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			if err := db.PackAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got, want := everything(t, db), everything(t, want); got != want {
				t.Errorf("packed:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// opened opens a copy of a stored file.
func opened(t *testing.T, fixture string) *DB {
	t.Helper()
	packed, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	dec, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	content, err := dec.DecodeAll(packed, nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "newsfold.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func writeFixture(t *testing.T, db *DB) {
	t.Helper()
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.PackAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy")
	if err := db.BackupFile(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(fixture(schema), enc.EncodeAll(content, nil), 0o644); err != nil {
		t.Fatal(err)
	}
}

// everything prints what a store says through its interface.
func everything(t *testing.T, db *DB) (all string) {
	t.Helper()
	err := db.View(t.Context(), func(tx store.Tx) error {
		line := func(v any, err error) { all += fmt.Sprintf("%+v %v\n", v, err) }
		for f, err := range tx.Feeds() {
			line(f, err)
		}
		for _, key := range []string{"0", "1", "long"} {
			line(tx.Entry(newsfold.EntryRef{Feed: 1, Key: key}))
		}
		for id := newsfold.ArticleID(1); id <= 2; id++ {
			line(tx.Article(id))
			line(tx.Body(id))
		}
		for s, err := range tx.Stories(store.Query{Feed: 1, Starred: true, Unread: true}) {
			line(s, err)
		}
		for id, err := range tx.Wanted(time.Now()) {
			line(id, err)
		}
		for _, log := range []store.Log{store.Texts, store.Folds} {
			for c, err := range tx.Changes(log, 0) {
				line(c, err)
			}
		}
		line(tx.Shelf("test").Get([]byte("k")))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
