package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/ingest"
	"newsfold/store"
	"newsfold/store/bolt"
)

// passes is how often the engine asks for what has not changed.
const passes = 4

// engine reads the feeds of a list into a store as the daemon does, but for the
// pages of summaries.
func engine(ctx context.Context, role, list, dir string) error {
	b, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	db, err := bolt.Open(ctx, filepath.Join(dir, "newsfold.db"), bolt.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if role != "again" {
		err := db.Update(ctx, func(tx store.Tx) error {
			for _, u := range strings.Fields(string(b)) {
				if err := tx.PutFeed(&newsfold.Feed{URL: u}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	client, err := fetch.New(fetch.Options{Allow: []string{"127.0.0.0/8"}})
	if err != nil {
		return err
	}
	defer client.Close()
	e := ingest.New(db, client, ingest.Options{Manual: true, NoFold: role == "store", NoEvents: role != "group"})
	rounds := 1
	if role == "again" {
		rounds = passes
	}
	return running(ctx, e, func(ctx context.Context) error {
		for i := range rounds {
			start, used := time.Now(), spent()
			p, err := e.Pass(ctx, ingest.Request{All: true, NoPages: true})
			if err != nil {
				return err
			}
			if p.Failed > 0 || role == "again" && p.Unchanged != p.Polled {
				return fmt.Errorf("unexpected: %+v", p)
			}
			if i > 0 { // a daemon knows its servers and has connections
				cpu := spent() - used
				fmt.Printf("  pass %d: %d feeds unchanged, cpu %.2f s, wall %.2f s: %.0f feeds a second of two cores\n",
					i, p.Polled, cpu.Seconds(), time.Since(start).Seconds(), 2*float64(p.Polled)/cpu.Seconds())
			}
		}
		return nil
	})
}

// running calls fn while an engine runs.
func running(ctx context.Context, e *ingest.Engine, fn func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return e.Run(gctx) })
	g.Go(func() error {
		defer stop()
		return fn(gctx)
	})
	return g.Wait()
}

// spent is the CPU time of this process so far.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
