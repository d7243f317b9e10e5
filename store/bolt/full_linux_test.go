package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"newsfold"
	"newsfold/store"
	"newsfold/store/bolt"
)

// fillUp writes until the disk is full, first in large pieces, and returns how
// many steps of the load were stored.
func fillUp(db store.DB, l load) (n int, err error) {
	for size := 1 << 20; size >= 1<<15; size /= 4 {
		for i, err := 0, error(nil); err == nil; i++ {
			err = db.Update(context.Background(), func(tx store.Tx) error {
				return tx.Shelf("ballast").Put(fmt.Append(nil, size, i), make([]byte, size))
			})
		}
	}
	for ; n < 100_000; n++ {
		err = db.Update(context.Background(), func(tx store.Tx) error { return l.step(tx, n) })
		if err != nil {
			return n, err
		}
	}
	return n, errors.New("the disk never got full")
}

// full runs a store into the limit of its disk, sees that it goes on reading,
// and that it goes on writing after grow has made room.
func full(db *bolt.DB, grow func() error) error {
	ctx := context.Background()
	l := load{words: 300}
	n, err := fillUp(db, l)
	if !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), db.Path()) {
		return fmt.Errorf("error %w, want one that wraps ErrFull and names the file", err)
	}
	if n == 0 {
		return errors.New("nothing fitted")
	}
	for range 3 { // again and again
		err := db.Update(ctx, func(tx store.Tx) error {
			a := newsfold.Article{URL: "too much"}
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
			return tx.Shelf("big").Put([]byte("k"), make([]byte, 48<<20))
		})
		if !errors.Is(err, store.ErrFull) {
			return fmt.Errorf("error %w, want one that wraps ErrFull", err)
		}
		err = db.View(ctx, func(tx store.Tx) error {
			if _, err := tx.FindArticle("too much"); !errors.Is(err, newsfold.ErrNotFound) {
				return fmt.Errorf("half of a transaction is there: %v", err)
			}
			return l.verify(tx, n)
		})
		if err != nil {
			return fmt.Errorf("reading while the disk is full: %w", err)
		}
	}
	if err := grow(); err != nil {
		return err
	}
	for range 100 {
		if err := db.Update(ctx, func(tx store.Tx) error { return l.step(tx, n) }); err != nil {
			return fmt.Errorf("after there was room again: %w", err)
		}
		n++
	}
	problems, err := db.Check(ctx)
	if err != nil || len(problems) > 0 {
		return fmt.Errorf("problems %v, error %w", problems, err)
	}
	if err := db.Close(); err != nil {
		return err
	}
	db, err = bolt.Open(ctx, db.Path(), bolt.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.View(ctx, func(tx store.Tx) error { return l.verify(tx, n) })
}

func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	mount := func(flags uintptr, size string) error {
		return syscall.Mount("tmpfs", dir, "tmpfs", flags, "size="+size)
	}
	if err := mount(0, "24m"); err != nil {
		t.Skipf("a small disk cannot be mounted here (%v); TestFileSizeLimit takes the same path", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}()
	db, err := bolt.Open(t.Context(), file(dir), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := full(db, func() error { return mount(syscall.MS_REMOUNT, "80m") }); err != nil {
		t.Error(err)
	}
}

// A disk without room for an empty store must leave nothing behind.
func TestFullDiskFromTheBeginning(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16k"); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	defer func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) }()
	_, err := bolt.Open(t.Context(), file(dir), bolt.Options{})
	if !errors.Is(err, store.ErrFull) {
		t.Errorf("error %v, want one that wraps ErrFull", err)
	}
	if names, _ := os.ReadDir(dir); len(names) > 0 {
		t.Errorf("left over: %v", names)
	}
}

// TestFileSizeLimit is TestFullDisk by other means, which needs no privileges:
// a limit on the size of files, in a process of its own.
func TestFileSizeLimit(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), limitEnv+"="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func writeUntilFull(dir string) {
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit)
	set := func(size uint64) error {
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: limit.Max})
	}
	err = errors.Join(err, set(40<<20))
	db, openErr := bolt.Open(context.Background(), file(dir), bolt.Options{})
	if err = errors.Join(err, openErr); err == nil {
		err = full(db, func() error { return set(limit.Max) })
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// TestWithoutPermission opens stores as somebody who may not. Root may
// everything, so the thread that opens becomes nobody for a while.
func TestWithoutPermission(t *testing.T) {
	dir := t.TempDir()
	open(t, filepath.Join(dir, "read-only")).Close()
	if err := os.Chmod(file(filepath.Join(dir, "read-only")), 0o444); err != nil {
		t.Fatal(err)
	}
	for name := dir; name != os.TempDir() && name != "/"; name = filepath.Dir(name) {
		if err := os.Chmod(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "read-only"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, dir string }{
		{"a file that may only be read", filepath.Join(dir, "read-only")},
		{"a directory that may not be written", dir},
		{"a directory that may not be made", filepath.Join(dir, "new")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			if os.Getuid() == 0 {
				if err := syscall.Setfsuid(65534); err != nil {
					t.Fatal(err)
				}
				defer func() { _ = syscall.Setfsuid(0) }()
			} else if tt.dir != filepath.Join(dir, "read-only") {
				t.Skip("the owner of a directory may write to it")
			}
			db, err := bolt.Open(t.Context(), file(tt.dir), bolt.Options{})
			if err == nil {
				db.Close()
				t.Fatal("it was opened")
			}
			if !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), tt.dir) {
				t.Errorf("error %v, want one about permission that names the place", err)
			}
		})
	}
}
