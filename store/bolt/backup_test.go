package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"newsfold"
	"newsfold/store"
	"newsfold/store/bolt"
)

// loaded returns a store after some steps of a load.
func loaded(t *testing.T, l load, steps int) *bolt.DB {
	t.Helper()
	db := open(t, t.TempDir()).(*bolt.DB)
	t.Cleanup(func() { db.Close() })
	run(t, db, l, 0, steps)
	return db
}

// run does the steps from one on to another in one transaction.
func run(t *testing.T, db store.DB, l load, from, to int) {
	t.Helper()
	err := db.Update(t.Context(), func(tx store.Tx) error {
		for n := from; n < to; n++ {
			if err := l.step(tx, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// holds fails the test unless a store holds exactly so many steps.
func holds(t *testing.T, db store.DB, l load, steps int) {
	t.Helper()
	check(t, db)
	err := db.View(t.Context(), func(tx store.Tx) error {
		n, err := l.count(tx)
		if err == nil && n != steps {
			err = fmt.Errorf("%d steps instead of %d", n, steps)
		}
		return errors.Join(err, l.verify(tx, steps))
	})
	if err != nil {
		t.Error(err)
	}
}

// A writer that does something at its third write.
type writer struct {
	bytes.Buffer
	writes int
	do     func() error
}

func (w *writer) Write(p []byte) (int, error) {
	if w.writes++; w.writes == 3 {
		if err := w.do(); err != nil {
			return 0, err
		}
	}
	return w.Buffer.Write(p)
}

func TestBackupIsASnapshotOfALiveStore(t *testing.T) {
	l := load{words: 100}
	db := loaded(t, l, 100)
	w := &writer{do: func() error { // in the middle of it
		run(t, db, l, 100, 200)
		return nil
	}}
	if err := db.Backup(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, file(dir), w.Bytes())
	copied := open(t, dir)
	defer copied.Close()
	holds(t, copied, l, 100)
	holds(t, db, l, 200)
	run(t, copied, l, 100, 120) // and it is a store like any other
	holds(t, copied, l, 120)
}

func TestBackupEndsEarly(t *testing.T) {
	db := loaded(t, load{words: 100}, 10)
	if err := db.Backup(t.Context(), &writer{do: func() error { return fs.ErrInvalid }}); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("error %v, want the one of the writer", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	w := &writer{}
	w.do = func() error { cancel(); return nil }
	w.writes = 1 // at the second one
	if err := db.Backup(ctx, w); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the one of the context", err)
	}
}

func TestBackupFileIsWholeOrAbsent(t *testing.T) {
	l := load{words: 100}
	db := loaded(t, l, 50)
	dir := t.TempDir()
	if err := db.BackupFile(t.Context(), file(dir)); err != nil {
		t.Fatal(err)
	}
	if err := db.BackupFile(t.Context(), file(dir)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file that is there: error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.BackupFile(ctx, filepath.Join(dir, "other")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the one of the context", err)
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("left over: %v", names)
	}
	if info, err := os.Stat(file(dir)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	copied := open(t, dir)
	defer copied.Close()
	holds(t, copied, l, 50)
}

func TestCompactShrinksAStoreInUse(t *testing.T) {
	l := load{words: 200}
	db := loaded(t, l, 300)
	junk := bytes.Repeat([]byte("junk"), 1<<20)
	update(t, db, func(tx store.Tx) error { return tx.Shelf("junk").Put([]byte("k"), junk) })
	last := newsfold.Feed{URL: "to be deleted"}
	update(t, db, func(tx store.Tx) error {
		return errors.Join(tx.Shelf("junk").Delete([]byte("k")), tx.PutFeed(&last), tx.DeleteFeed(last.ID))
	})
	was, _ := os.Stat(db.Path())

	// A reader holds on to the old file all the while.
	reading, read, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- db.View(context.Background(), func(tx store.Tx) error {
			close(reading)
			<-read
			return l.verify(tx, 300)
		})
	}()
	<-reading
	time.AfterFunc(50*time.Millisecond, func() { close(read) })
	before, after, err := db.Compact(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("the reader beside it: %v", err)
	}
	if before < 4<<20 || after > before/2 {
		t.Errorf("%d bytes became %d", before, after)
	}
	if now, err := os.Stat(db.Path()); err != nil || now.Size() >= was.Size() || now.Mode().Perm() != 0o600 {
		t.Errorf("file of %d bytes became %v, error %v", was.Size(), now, err)
	}
	if names, _ := os.ReadDir(filepath.Dir(db.Path())); len(names) != 1 {
		t.Errorf("left over: %v", names)
	}

	holds(t, db, l, 300)
	run(t, db, l, 300, 320)
	if _, err := bolt.Open(t.Context(), db.Path(), bolt.Options{Timeout: time.Millisecond}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("a second one: error %v, want ErrLocked", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, filepath.Dir(db.Path()))
	defer again.Close()
	holds(t, again, l, 320)
	update(t, again, func(tx store.Tx) error {
		f := newsfold.Feed{URL: "new"}
		err := tx.PutFeed(&f)
		if f.ID <= last.ID {
			t.Errorf("ID %d was given again", f.ID)
		}
		return err
	})
}

func TestCompactCopiesInSteps(t *testing.T) {
	db := loaded(t, load{words: 100}, 20)
	for i := range 50 { // more than one step holds
		update(t, db, func(tx store.Tx) error {
			return tx.Shelf("many").Put([]byte{byte(i)}, bytes.Repeat([]byte{byte(i)}, 1<<20))
		})
	}
	if _, _, err := db.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	holds(t, db, load{words: 100}, 20)
	err := db.View(t.Context(), func(tx store.Tx) error {
		var keys []byte
		for p, err := range tx.Shelf("many").All(nil) {
			if err != nil || len(p.Value) != 1<<20 || p.Value[0] != p.Key[0] {
				t.Errorf("pair %x, error %v", p.Key, err)
			}
			keys = append(keys, p.Key...)
		}
		if len(keys) != 50 || !slices.IsSorted(keys) {
			t.Errorf("keys %v", keys)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestCompactLeavesTheStoreWhenItCannot(t *testing.T) {
	l := load{words: 100}
	db := loaded(t, l, 20)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := db.Compact(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the one of the context", err)
	}
	// A story that names an article which is not there is a problem.
	update(t, db, func(tx store.Tx) error {
		return tx.PutStory(&newsfold.Story{ID: 999, Lead: 999, Articles: []newsfold.ArticleID{999}})
	})
	if _, _, err := db.Compact(t.Context()); err == nil {
		t.Error("a store with problems was compacted")
	}
	update(t, db, func(tx store.Tx) error { return tx.DeleteStory(999) })
	// Something is in the way.
	if err := os.MkdirAll(filepath.Join(db.Path()+".compact", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.Compact(t.Context()); err == nil {
		t.Error("compacted over a directory")
	}
	if err := os.RemoveAll(db.Path() + ".compact"); err != nil {
		t.Fatal(err)
	}
	holds(t, db, l, 20)
	if _, _, err := db.Compact(t.Context()); err != nil {
		t.Error(err)
	}
	holds(t, db, l, 20)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.Compact(t.Context()); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after Close: error %v", err)
	}
}

func TestOpenRemovesAnInterruptedCompaction(t *testing.T) {
	dir := t.TempDir()
	write(t, file(dir)+".compact", []byte("half"))
	open(t, dir).Close()
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("left over: %v", names)
	}
}

func update(t *testing.T, db store.DB, fn func(store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func TestCompactKeepsASymbolicLink(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	open(t, elsewhere).Close()
	if err := os.Symlink(file(elsewhere), file(dir)); err != nil {
		t.Skip(err)
	}
	db := open(t, dir).(*bolt.DB)
	defer db.Close()
	run(t, db, load{words: 100}, 0, 10)
	if _, _, err := db.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(file(dir)); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became %v, error %v", info.Mode(), err)
	}
	holds(t, db, load{words: 100}, 10)
}

// TestRestoreBesideOthers: a store that appears while a snapshot is read is not
// replaced unasked, and what a killed process has left goes.
func TestRestoreBesideOthers(t *testing.T) {
	l := load{words: 100}
	var snapshot bytes.Buffer
	if err := loaded(t, l, 20).Backup(t.Context(), &snapshot); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	left, going := file(dir)+".123.restore", file(dir)+".124.restore"
	write(t, left, []byte("half"))
	write(t, going, []byte("half"))
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(left, old, old); err != nil {
		t.Fatal(err)
	}
	meanwhile := &reader{r: &snapshot, do: func() {
		db := open(t, dir)
		run(t, db, l, 0, 10)
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}}
	if err := bolt.Restore(t.Context(), file(dir), meanwhile, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want one that wraps ErrExist", err)
	}
	db := open(t, dir)
	defer db.Close()
	holds(t, db, l, 10)
	names, err := filepath.Glob(file(dir) + "*")
	if err != nil || !slices.Equal(names, []string{file(dir), going}) {
		t.Errorf("there are %q, error %v", names, err)
	}
}

// A reader that does something before its first byte.
type reader struct {
	r  io.Reader
	do func()
}

func (r *reader) Read(p []byte) (int, error) {
	if r.do != nil {
		r.do()
		r.do = nil
	}
	return r.r.Read(p)
}
