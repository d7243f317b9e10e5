package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"newsfold"
	"newsfold/store"
	"newsfold/store/bolt"
)

func TestOpenMakesAPrivateStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	db := open(t, dir)
	defer db.Close()
	for name, want := range map[string]fs.FileMode{dir: 0o700, filepath.Dir(dir): 0o700, file(dir): 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("mode of %s is %o, want %o", name, got, want)
		}
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("left over: %v", names)
	}
}

func TestOpenLeavesWhatItCannotRead(t *testing.T) {
	whole := sample(t, 200)
	for _, tt := range []struct {
		name    string
		content []byte
		want    error
		says    string
	}{
		{"an empty file", nil, store.ErrForeign, "is empty"},
		{"a text", []byte(strings.Repeat("Dear diary, ", 5000)), store.ErrForeign, ""},
		{"a short text", []byte("hello"), store.ErrForeign, ""},
		{"zeros", make([]byte, 1<<20), store.ErrForeign, ""},
		{"SQLite", append([]byte("SQLite format 3\x00"), make([]byte, 8000)...), store.ErrForeign, ""},
		{"an empty bbolt file", bboltFile(t, nil), store.ErrForeign, "another program"},
		{"another program's bbolt file", bboltFile(t, map[string]string{"app": "notes"}), store.ErrForeign, "another program"},
		{"a newer version", bboltFile(t, map[string]string{"app": "newsfold", "schema": "99"}), store.ErrTooNew, "99"},
		{"an unreadable version", bboltFile(t, map[string]string{"app": "newsfold", "schema": "one"}), store.ErrForeign, "damaged"},
		{"no version", bboltFile(t, map[string]string{"app": "newsfold"}), store.ErrForeign, "damaged"},
		{"a store without its buckets", bboltFile(t, map[string]string{"app": "newsfold", "schema": "1"}), store.ErrForeign, "damaged"},
		{"half a store", whole[:len(whole)/2], store.ErrForeign, ""},
		{"the first page of a store", whole[:8192], store.ErrForeign, ""},
		{"the first two pages of a store", whole[:2*8192], store.ErrForeign, ""},
		{"a store whose beginning is overwritten", append(make([]byte, 3*8192), whole[3*8192:]...), store.ErrForeign, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := file(t.TempDir())
			write(t, path, tt.content)
			db, err := bolt.Open(t.Context(), path, bolt.Options{})
			if err == nil {
				db.Close()
				t.Fatal("it was opened")
			}
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %q, want one that wraps %q, names the file and says %q", err, tt.want, tt.says)
			}
			if got, _ := os.ReadFile(path); !bytes.Equal(got, tt.content) {
				t.Error("the file was changed")
			}
			// The lock went with the error.
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			open(t, filepath.Dir(path)).Close()
		})
	}
}

func TestOpenSaysWhatIsInTheWay(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "plain"), []byte("x"))
	for _, tt := range []struct{ name, path string }{
		{"a directory that is a file", filepath.Join(dir, "plain", "newsfold.db")},
		{"a file that is a directory", dir},
		{"an impossible name", filepath.Join(dir, strings.Repeat("x", 300))},
		{"a directory that cannot be made", "/proc/none/newsfold.db"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db, err := bolt.Open(t.Context(), tt.path, bolt.Options{})
			if err == nil {
				db.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), filepath.Dir(tt.path)) {
				t.Errorf("error %q does not say where", err)
			}
		})
	}
}

func TestOpenWaitsForTheLock(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)

	began := time.Now()
	_, err := bolt.Open(t.Context(), file(dir), bolt.Options{Timeout: 50 * time.Millisecond})
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), file(dir)) {
		t.Errorf("error %v, want one that wraps ErrLocked and names the file", err)
	}
	if d := time.Since(began); d < 50*time.Millisecond || d > time.Minute {
		t.Errorf("gave up after %v", d)
	}

	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := bolt.Open(ctx, file(dir), bolt.Options{Timeout: time.Hour}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the one of the context", err)
	}

	time.AfterFunc(50*time.Millisecond, func() { db.Close() })
	second, err := bolt.Open(t.Context(), file(dir), bolt.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatalf("after the first one closed: %v", err)
	}
	second.Close()
}

func TestOpenedByManyAtOnceMakesOneStore(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			db, err := bolt.Open(t.Context(), file(dir), bolt.Options{Timeout: time.Minute})
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			err = db.Update(t.Context(), func(tx store.Tx) error {
				return tx.PutFeed(&newsfold.Feed{URL: string(rune('a' + i))})
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	db := open(t, dir)
	defer db.Close()
	n := 0
	_ = db.View(t.Context(), func(tx store.Tx) error {
		for range tx.Feeds() {
			n++
		}
		return nil
	})
	if n != 8 {
		t.Errorf("%d feeds are left of 8", n)
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("left over: %v", names)
	}
}

// bboltFile returns a bbolt file with a bucket "meta", unless that is nil.
func bboltFile(t *testing.T, meta map[string]string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bbolt")
	b, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = b.Update(func(tx *bbolt.Tx) error {
		if meta == nil {
			return nil
		}
		m, err := tx.CreateBucket([]byte("meta"))
		for k, v := range meta {
			err = errors.Join(err, m.Put([]byte(k), []byte(v)))
		}
		return err
	})
	if err := errors.Join(err, b.Close()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
