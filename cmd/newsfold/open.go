package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"newsfold/internal/access"
	"newsfold/internal/config"
	"newsfold/internal/control"
	"newsfold/internal/ingest"
	"newsfold/internal/search"
	"newsfold/store"
	"newsfold/store/bolt"
	"newsfold/store/postgres"
)

// storeFile is the name of the store in its directory.
const storeFile = "newsfold.db"

// openStore opens the store that --store names, else that of the directory.
func (a *app) openStore(ctx context.Context) (store.DB, error) {
	if a.store != "" {
		return a.openAt(ctx, a.store)
	}
	return openFile(ctx, filepath.Join(a.dir, storeFile))
}

// ownStore returns the file of the store that --store names, else that of the
// directory, and whether it is in a file.
func (a *app) ownStore() (string, bool) {
	if a.store != "" {
		return storePath(a.store)
	}
	return filepath.Join(a.dir, storeFile), true
}

// openFile opens the store in a file.
func openFile(ctx context.Context, path string) (store.DB, error) {
	db, err := bolt.Open(ctx, path, bolt.Options{})
	if err != nil {
		return nil, marked{err, errStore}
	}
	return db, nil
}

// openAt opens the store of a path or connection string.
func (a *app) openAt(ctx context.Context, name string) (store.DB, error) {
	path, ok := storePath(name)
	if ok && strings.Contains(name, "://") {
		return nil, usage("%q is no store: say a directory, a file or postgres://user@host/database", name)
	}
	if ok {
		return openFile(ctx, path)
	}
	level := slog.LevelError
	if a.serving {
		level = slog.LevelInfo
	}
	db, err := postgres.Open(ctx, name, postgres.Options{Log: a.logger(level)})
	if errors.Is(err, store.ErrUnavailable) {
		err = fmt.Errorf("%w; does the server run, and is that its address?", err)
	}
	if err != nil {
		return nil, marked{err, errStore}
	}
	return db, nil
}

// storePath returns the file of a store in a file or directory, and whether that
// is what a name names.
func storePath(name string) (string, bool) {
	if strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://") {
		return "", false
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return filepath.Join(name, storeFile), true
	}
	return name, true
}

// with runs fn with a client of the daemon of the directory or, when there is
// none, of this process, which then holds the store for as long.
func (a *app) with(ctx context.Context, fn func(context.Context, *control.Client) error) error {
	c, ok, err := control.Dial(ctx, a.dir)
	if err != nil {
		return marked{err, errStore}
	}
	if ok {
		a.noteIgnored()
		return fn(ctx, c)
	}
	db, err := a.openStore(ctx)
	if errors.Is(err, store.ErrLocked) {
		// A daemon that is just starting holds the lock before it listens.
		if c, ok, err := control.Dial(ctx, a.dir); err == nil && ok {
			a.noteIgnored()
			return fn(ctx, c)
		}
	}
	if err != nil {
		return err
	}
	return errors.Join(a.direct(ctx, db, fn), db.Close())
}

// noteIgnored names the global flags of the command line that a running daemon has
// of its own.
func (a *app) noteIgnored() {
	var given []string
	for _, key := range []string{"allow-net", "contact", "host-gap", "interval", "keep-pages", "lead", "min-interval", "per-host", "store"} {
		if a.configured.from[key].Source == config.Flag {
			given = append(given, "--"+key)
		}
	}
	if len(given) > 0 {
		a.note("The daemon that runs in %s does this with its own settings; not used: %s.", a.dir, strings.Join(given, ", "))
	}
}

// direct serves the control interface within the process while fn runs.
func (a *app) direct(ctx context.Context, db store.DB, fn func(context.Context, *control.Client) error) error {
	log := a.logger(slog.LevelWarn)
	client, err := a.fetcher(log)
	if err != nil {
		return err
	}
	defer client.Close()
	gate, err := access.Open(ctx, access.Options{DB: db})
	if err != nil {
		return err
	}
	kept, err := a.archive(log)
	if err != nil {
		return err
	}
	defer func() { _ = kept.Close() }() // nothing is buffered
	embeddings, err := a.embedder()
	if err != nil {
		return err
	}
	defer embeddings.Close()
	engine := ingest.New(db, client, ingest.Options{Manual: true, Log: log, Lead: a.lead, Dictionary: a.dictionary(log), Embeddings: embeddings, Archive: kept})
	index, closeIndex := a.index(search.Options{Log: log})
	server := control.Server{
		DB: db, Engine: engine, Client: client, Gate: gate, Log: log,
		Now: time.Now, Version: version, Index: index,
	}
	pipe := control.NewPipe()
	var result error
	g, gctx := errgroup.WithContext(ctx)
	gctx, done := context.WithCancel(gctx)
	g.Go(func() error { return engine.Run(gctx) })
	g.Go(func() error { return serve(gctx, pipe, server.Handler()) })
	g.Go(func() error {
		defer done()
		result = fn(gctx, control.Connect(pipe.Dial))
		return nil
	})
	if err := errors.Join(g.Wait(), closeIndex()); err != nil {
		return err // the cause; what fn met follows from it
	}
	return result
}

// serve serves HTTP until ctx is done, then lets what is under way finish for a
// moment.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	stopped := make(chan error, 1)
	go func() { stopped <- srv.Serve(l) }()
	select {
	case err := <-stopped:
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil {
		_ = srv.Close()
	}
	<-stopped
	return nil
}
