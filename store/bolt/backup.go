package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"newsfold/store"
)

// Backup writes a snapshot of the store to w: a file that Open opens, with all
// that was committed when Backup began. Readers and writers go on meanwhile;
// space that they free is not used again until Backup is done. It ends early
// when ctx does. A snapshot is as good as its last byte: what was written when
// there is an error is useless.
func (db *DB) Backup(ctx context.Context, w io.Writer) error {
	err := db.View(ctx, func(st store.Tx) (err error) {
		t := st.(*tx)
		defer t.guard(&err)
		_, err = t.bolt.WriteTo(&contextWriter{ctx, w})
		return err
	})
	if err != nil {
		return fmt.Errorf("back up %s: %w", db.path, err)
	}
	return nil
}

// BackupFile is Backup into a new file, which has its name only when it is
// whole and on disk. It is an error when the file exists.
func (db *DB) BackupFile(ctx context.Context, path string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.new")
	if err != nil {
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	defer func() {
		err = errors.Join(err, removed(f.Name()))
	}()
	err = db.Backup(ctx, f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = nameFile(f.Name(), path)
	}
	if err != nil && isFull(err) {
		err = fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	if err != nil {
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	return nil
}

// A contextWriter writes until its context is done.
type contextWriter struct {
	ctx context.Context // of the one call of Backup
	w   io.Writer
}

func (c *contextWriter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}
