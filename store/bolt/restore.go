package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"newsfold/store"
)

// ReplacedSuffix is what the name of a store ends in that [Restore] has
// replaced.
const ReplacedSuffix = ".replaced"

// Restore makes a snapshot that [DB.Backup] has written the store at path. The
// snapshot is checked as a whole before anything is touched: an error wraps
// [store.ErrForeign] when it is cut short, damaged or none of newsfold's.
//
// A store that is there already is an error that wraps [fs.ErrExist], unless
// replace is set: then it is kept under its name and [ReplacedSuffix], where an
// earlier one gives way. A store that another process uses is left alone, with
// an error that wraps [store.ErrLocked].
func Restore(ctx context.Context, path string, snapshot io.Reader, replace bool) (err error) {
	_, err = os.Lstat(path)
	switch {
	case err == nil && !replace:
		return fmt.Errorf("restore %s: a store is there: %w", path, fs.ErrExist)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("restore %s: %w", path, err)
	}
	there := err == nil
	if there {
		old, err := Open(ctx, path, Options{})
		if errors.Is(err, store.ErrLocked) {
			return err
		}
		if err == nil { // else it is damaged, and nobody can be using it
			defer func() { _ = old.Close() }() // its file has another name by then
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("restore %s: %w", path, err)
	}
	sweep(path + restoreSuffix)
	name, err := received(ctx, path, snapshot)
	defer func() { err = errors.Join(err, removed(name)) }()
	if err == nil {
		err = sound(ctx, name)
	}
	if err == nil && there {
		// A second name first, so that at no time there is no store at all.
		if err = removed(path + ReplacedSuffix); err == nil && os.Link(path, path+ReplacedSuffix) != nil {
			err = os.Rename(path, path+ReplacedSuffix) // a file system without links
		}
	}
	switch {
	case err != nil:
	case there:
		err = errors.Join(os.Rename(name, path), syncDir(filepath.Dir(path)))
	default:
		err = nameFile(name, path) // somebody may have made a store meanwhile
	}
	if err != nil && isFull(err) {
		err = fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	if err != nil {
		return fmt.Errorf("restore %s: %w", path, err)
	}
	return nil
}

// restoreSuffix is what the names of the files end in that Restore writes; the engine
// puts a number for the star.
const restoreSuffix = ".*.restore"

// abandonedAfter is how long nobody has written to a file that a killed process has left.
const abandonedAfter = time.Hour

// sweep removes files that killed processes have left, if it can.
func sweep(pattern string) {
	names, _ := filepath.Glob(pattern) // an odd name of a directory: they stay
	for _, name := range names {
		if info, err := os.Lstat(name); err == nil && time.Since(info.ModTime()) > abandonedAfter {
			_ = os.Remove(name)
		}
	}
}

// received writes a snapshot to a new file beside path and returns its name.
func received(ctx context.Context, path string, snapshot io.Reader) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+restoreSuffix) // mode 0600
	if err != nil {
		return "", err
	}
	_, err = io.Copy(&contextWriter{ctx, f}, snapshot)
	if err == nil {
		err = f.Sync()
	}
	return f.Name(), errors.Join(err, f.Close())
}

// sound looks whether a file is a store without problems.
func sound(ctx context.Context, name string) error {
	db, err := Open(ctx, name, Options{})
	if err != nil {
		return err
	}
	problems, err := db.Check(ctx)
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("the snapshot has problems, the first of them %v: %w", problems[0], store.ErrForeign)
	}
	return errors.Join(err, db.Close())
}
