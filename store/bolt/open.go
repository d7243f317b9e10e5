package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"newsfold/store"

	"newsfold/store/internal/record"
)

// mark is what the meta bucket of every newsfold store holds under "app".
const mark = "newsfold"

// Keys of the meta bucket.
var (
	keyApp    = []byte("app")
	keySchema = []byte("schema")
	keySaid   = []byte("said") // bytes in entry.said
)

const (
	// pageSize of new files. A body takes 1 to 2 KiB: pages of 4 KiB would
	// hold two of them and waste the rest.
	pageSize = 8192
	// poll is the time between two tries to lock the file.
	poll = 20 * time.Millisecond
)

// Open opens the store in the file at path, making the file and its directory
// when they do not exist.
//
// An error wraps [store.ErrLocked] when another process holds the file longer
// than the timeout, [store.ErrTooNew] when a newer newsfold wrote it, and
// [store.ErrForeign] when it is another kind of file or damaged. A file that
// cannot be opened is left as it is.
func Open(ctx context.Context, path string, opts Options) (*DB, error) {
	if opts.Timeout == 0 {
		opts.Timeout = time.Second
	}
	if opts.Said == 0 {
		opts.Said = defaultSaid
	}
	if opts.Loose == 0 {
		opts.Loose = defaultLoose
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if err := provide(ctx, path); err != nil {
		return nil, err
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	c, err := record.NewCodec()
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	db := &DB{
		path: path, target: target, codec: c, said: opts.Said, log: opts.Log, loose: max(0, opts.Loose),
		turn: make(chan struct{}, 1), closing: make(chan struct{}),
	}
	if err := db.lock(ctx, opts.Timeout); err != nil {
		c.Close()
		return nil, err
	}
	if err := db.ready(ctx); err != nil {
		_ = db.Close() // the first error is the one that counts
		return nil, err
	}
	if err := os.Remove(target + compactSuffix); err == nil {
		db.log.Info("removed what an interrupted compaction left", "path", target+compactSuffix)
	}
	return db, nil
}

// provide makes sure that there is a file at path that may be a store.
func provide(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return create(ctx, path)
	case err != nil:
		return fmt.Errorf("open store: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("open store: %s is not a file: %w", path, store.ErrForeign)
	case info.Size() == 0:
		return fmt.Errorf("open store: %s is empty: %w; remove it to start anew", path, store.ErrForeign)
	}
	return nil
}

// create makes a new store. It is built under another name and then linked to
// its own, so that a crash leaves either no store or a whole one.
func create(ctx context.Context, path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make a directory for the store: %w", err)
	}
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*.new") // mode 0600
	if err != nil {
		return fmt.Errorf("make a store: %w; check who may write to %s", err, dir)
	}
	name := f.Name()
	defer func() { _ = os.Remove(name) }() // a second name by then, or useless
	_ = f.Close()

	if err := build(ctx, name); err != nil {
		if isFull(err) {
			return fmt.Errorf("make a store: %w: %w", store.ErrFull, err)
		}
		return fmt.Errorf("make a store: %w", err)
	}
	if err := nameFile(name, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make a store: %w", err)
	}
	return ctx.Err()
}

// nameFile gives a finished file its name, unless another has it. The file may
// keep its first name too.
func nameFile(name, path string) error {
	// Unlike Rename, Link never replaces what another process has made in the
	// meantime. Not every file system knows it.
	err := os.Link(name, path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		if _, e := os.Lstat(path); e == nil {
			return fmt.Errorf("%s: %w", path, fs.ErrExist)
		}
		err = os.Rename(name, path)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// build writes an empty store.
func build(_ context.Context, name string) error {
	b, err := bbolt.Open(name, 0o600, &bbolt.Options{PageSize: pageSize, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return err
	}
	err = b.Update(func(bt *bbolt.Tx) error {
		for _, name := range bucketNames {
			if _, err := bt.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		meta := bt.Bucket([]byte(bucketNames[bMeta]))
		return errors.Join(
			meta.Put(keyApp, []byte(mark)),
			meta.Put(keySchema, strconv.AppendInt(nil, schema, 10)))
	})
	return errors.Join(err, b.Close())
}

// syncDir makes a new name in a directory durable, where the system can.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}

// lock opens the file, trying until the timeout while another process holds it.
func (db *DB) lock(ctx context.Context, timeout time.Duration) error {
	give := time.NewTimer(timeout)
	defer give.Stop()
	for {
		err := db.attach(initialMap())
		if errors.Is(err, syscall.ENOMEM) {
			err = db.attach(0) // an address space too small for the big mapping
		}
		if !errors.Is(err, berrors.ErrTimeout) {
			return err
		}
		select {
		case <-time.After(poll):
		case <-give.C:
			return fmt.Errorf("%w: %s; stop the newsfold that uses it, or give this one another directory", store.ErrLocked, db.path)
		case <-ctx.Done():
			return fmt.Errorf("wait for the lock of %s: %w", db.path, ctx.Err())
		}
	}
}

// initialMap is how much of the address space to map at once: 64 GiB where
// there is plenty. It costs neither memory nor disk.
func initialMap() int {
	if strconv.IntSize < 64 || runtime.GOOS == "windows" { // which would make the file as large
		return 0
	}
	gib := 1 << 30
	return 64 * gib // no constant: it must compile for 32 bits
}

// attach opens the file with the engine.
func (db *DB) attach(mapped int) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	h := &handle{}
	defer func() {
		if p := recover(); p != nil {
			err = db.damage(p)
			if h.file != nil {
				_ = abandonFile(h.file) // the damage is what counts
			}
		}
	}()
	h.bolt, err = bbolt.Open(db.path, 0o600, &bbolt.Options{
		Timeout:      time.Millisecond, // one try
		FreelistType: bbolt.FreelistMapType,
		// With room to grow, a transaction that writes never has to wait for
		// readers to end before the file can be mapped anew.
		InitialMmapSize: mapped,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			var err error
			// Whatever happened to the file since it was looked at, it is not
			// for the engine to make a new one.
			h.file, err = os.OpenFile(name, flag&^os.O_CREATE, mode)
			return h.file, err
		},
	})
	switch {
	case err == nil:
		db.open = h
		return nil
	case errors.Is(err, berrors.ErrTimeout):
		return err
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
		return fmt.Errorf("open store: %w; newsfold must be able to write to it", err)
	case errors.Is(err, berrors.ErrChecksum):
		return &fault{path: db.path, what: "its first pages", err: err}
	case !errors.As(err, new(syscall.Errno)): // the engine's own opinion of the file
		return fmt.Errorf("open %s: %w (%w)", db.path, store.ErrForeign, err)
	}
	return fmt.Errorf("open store %s: %w", db.path, err)
}

// ready looks whether the file is a whole store and brings it up to date.
func (db *DB) ready(ctx context.Context) error {
	var version int
	err := db.View(ctx, func(st store.Tx) (err error) {
		t := st.(*tx)
		if version, err = identify(t); err == nil {
			err = t.inspect()
		}
		return err
	})
	whole := func() error {
		return db.View(ctx, func(st store.Tx) error { return complete(st.(*tx), version) })
	}
	if err == nil && version < schema {
		if err = whole(); err == nil {
			err = db.upgrade(ctx, steps)
			version = schema
		}
	}
	if err == nil {
		err = whole()
	}
	if err == nil {
		err = db.learnt(ctx)
	}
	return err
}

// identify returns the version of a newsfold store.
func identify(t *tx) (version int, err error) {
	defer t.guard(&err)
	meta := t.bolt.Bucket([]byte(bucketNames[bMeta]))
	if meta == nil || string(meta.Get(keyApp)) != mark {
		return 0, fmt.Errorf("open %s: %w: another program's bbolt file", t.db.path, store.ErrForeign)
	}
	version, err = strconv.Atoi(string(meta.Get(keySchema)))
	if err != nil || version < 1 {
		return 0, &fault{path: t.db.path, what: "its version", err: record.ErrMalformed}
	}
	if version > schema {
		return 0, fmt.Errorf("open %s: %w: its version is %d, this newsfold knows %d; use the newer one", t.db.path, store.ErrTooNew, version, schema)
	}
	info, err := t.file.Stat()
	if err != nil {
		return 0, fmt.Errorf("open %s: %w", t.db.path, err)
	}
	if info.Size() < t.bolt.Size() {
		return 0, &fault{path: t.db.path, what: "its end is missing", err: fmt.Errorf("%d of %d bytes are left", info.Size(), t.bolt.Size())}
	}
	return version, nil
}

// complete looks whether all buckets of a version are there.
func complete(t *tx, version int) (err error) {
	defer t.guard(&err)
	for id, name := range bucketNames {
		if since[bucketID(id)] <= version && t.bolt.Bucket([]byte(name)) == nil {
			return &fault{path: t.db.path, what: "bucket " + name, err: fs.ErrNotExist}
		}
	}
	return nil
}
