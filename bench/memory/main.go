// Command memory measures what a store of many articles costs: on disk, in memory
// and in time.
//
//	cd bench/memory && go build . && nice ./memory -dir /tmp/million -n 1000000 build
//	./memory -dir /tmp/million measure
//	./memory -dir /tmp/million account
//	./memory -n 20000 miniflux | psql -q postgres://…/empty
//
// build makes a store of articles of about 400 words (see generate.go), folds them
// as the daemon would, and indexes them for search. measure starts a daemon over it
// and asks it through its socket. account says which bucket takes which part of the
// file. miniflux prints SQL that stores the same articles
// in a table as Miniflux has it, in an empty database, and tells its size.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/ingest"
	"newsfold/internal/search"
	"newsfold/store"
	"newsfold/store/bolt"
)

func main() {
	dir := flag.String("dir", "", "directory of the store")
	n := flag.Int("n", 1_000_000, "articles")
	rounds := flag.Int("rounds", 500, "how often each thing is asked")
	flag.Parse()
	if flag.NArg() != 1 || *dir == "" && flag.Arg(0) != "miniflux" {
		flag.Usage()
		os.Exit(2)
	}
	ctx := context.Background()
	var err error
	switch flag.Arg(0) {
	case "build":
		err = build(ctx, *dir, *n)
	case "measure":
		err = measure(ctx, *dir, *rounds)
	case "account":
		err = account(*dir)
	case "miniflux":
		err = miniflux(*n)
	default:
		err = fmt.Errorf("build, measure, account or miniflux, not %q", flag.Arg(0))
	}
	if err != nil {
		log.Fatal(err)
	}
}

// step prints what something took since it began.
type step struct {
	wall time.Time
	cpu  time.Duration
}

func begin() step { return step{time.Now(), cpu()} }

func (s step) end(what string, n int) {
	wall, used := time.Since(s.wall), cpu()-s.cpu
	fmt.Printf("%-28s %8.1f s wall %8.1f s CPU  %6.0f µs CPU each\n", what, wall.Seconds(), used.Seconds(), float64(used.Microseconds())/float64(max(1, n)))
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func build(ctx context.Context, dir string, n int) error {
	db, err := bolt.Open(ctx, filepath.Join(dir, "newsfold.db"), bolt.Options{})
	if err != nil {
		return err
	}
	there, err := stored(ctx, db)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	if there > 0 {
		n = there
		fmt.Printf("%d articles are there\n", n)
	}
	// Side by side, as in a daemon.
	folded := make(chan struct{})
	var g errgroup.Group
	g.Go(func() error { return packAll(ctx, db, folded) })
	g.Go(func() error {
		defer close(folded)
		return takeIn(ctx, db, there, n)
	})
	g.Go(func() error { return indexAll(ctx, db, dir, folded) })
	err = errors.Join(g.Wait(), db.Close())
	sizes(dir, n)
	return err
}

// stored counts the articles of a build that was interrupted.
func stored(ctx context.Context, db store.DB) (n int, err error) {
	err = db.View(ctx, func(tx store.Tx) error {
		n = 0
		for _, err := range tx.Changes(store.Texts, 0) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// takeIn stores articles, from one number to another, and has the engine fold them, a
// thousand at a time, since they do not come all at once.
func takeIn(ctx context.Context, db store.DB, from, n int) error {
	s := begin()
	client, err := fetch.New(fetch.Options{})
	if err != nil {
		return err
	}
	defer client.Close()
	engine := ingest.New(db, client, ingest.Options{Manual: true})
	running, stop := context.WithCancel(ctx)
	g, gctx := errgroup.WithContext(running)
	g.Go(func() error { return engine.Run(gctx) })
	err = func() error {
		defer stop()
		articles := newGenerator(n, time.Now().UTC().Truncate(time.Second))
		if from == 0 {
			if err := subscribe(gctx, db, articles.now); err != nil {
				return err
			}
		}
		const step = 1000
		for at := from; ; at += step {
			if err := fill(gctx, db, articles, at, min(at+step, n)); err != nil {
				return err
			}
			if _, err := engine.Pass(gctx, ingest.Request{NoPages: true}); err != nil {
				return err
			}
			if (at+step)%100_000 == 0 || at+step >= n {
				s.end(fmt.Sprintf("stored and folded %d", min(at+step, n)), min(at+step, n)-from)
			}
			if at+step >= n {
				return nil
			}
		}
	}()
	return errors.Join(err, g.Wait())
}

// subscribe stores the feeds that the articles are of. None of them is ever due.
func subscribe(ctx context.Context, db store.DB, now time.Time) error {
	return db.Update(ctx, func(tx store.Tx) error {
		for i := range feeds {
			f := newsfold.Feed{URL: fmt.Sprintf("https://outlet%d.example/feed", i), Title: fmt.Sprintf("Outlet %d", i), Added: now}
			f.Poll.Next = now.AddDate(10, 0, 0)
			if err := tx.PutFeed(&f); err != nil {
				return err
			}
		}
		return nil
	})
}

// fill stores some articles in a transaction.
func fill(ctx context.Context, db store.DB, g *generator, from, to int) error {
	return db.Update(ctx, func(tx store.Tx) error {
		for i := from; i < to; i++ {
			m := g.make(i)
			if err := tx.PutArticle(&m.article); err != nil {
				return err
			}
			m.entry.Article = m.article.ID
			if err := errors.Join(tx.PutEntry(&m.entry), tx.PutBody(m.article.ID, m.body), tx.Append(store.Texts, m.article.ID)); err != nil {
				return err
			}
		}
		return nil
	})
}

// packAll has the store pack what rests, until all is folded and nothing is left to do.
func packAll(ctx context.Context, db store.Packer, folded <-chan struct{}) error {
	for last := false; !last; {
		select {
		case <-folded:
			last = true
		case <-time.After(100 * time.Millisecond):
		}
		for more := true; more; {
			var err error
			if more, err = db.Pack(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// indexAll indexes what is folded, until all is.
func indexAll(ctx context.Context, db store.DB, dir string, folded <-chan struct{}) error {
	s := begin()
	ix, err := search.Open(filepath.Join(dir, "search"), search.Options{})
	if err != nil {
		return err
	}
	total := 0
	for last := false; err == nil && !last; {
		select {
		case <-folded:
			last = true
		default:
		}
		before := total
		err = ix.Catch(ctx, db, func(done int) {
			if (before+done)/100_000 > total/100_000 {
				fmt.Printf("indexed %d after %.0f s\n", before+done, time.Since(s.wall).Seconds())
			}
			total = before + done
		})
		time.Sleep(100 * time.Millisecond)
	}
	s.end("folded and indexed", total)
	st, err2 := ix.Stats()
	fmt.Printf("index: %+v\n", st)
	return errors.Join(err, err2, ix.Close())
}

// sizes prints what lies on disk.
func sizes(dir string, n int) {
	total := int64(0)
	_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		var st syscall.Stat_t
		if err := syscall.Stat(name, &st); err == nil {
			total += st.Blocks * 512
			if !strings.HasSuffix(name, ".sock") {
				fmt.Printf("%-28s %8.1f MB %6d bytes an article\n", strings.TrimPrefix(name, dir+"/"), float64(st.Blocks*512)/1e6, st.Blocks*512/int64(n))
			}
		}
		return nil
	})
	fmt.Printf("%-28s %8.1f MB %6d bytes an article\n", "together", float64(total)/1e6, total/int64(n))
}

// spread prints the middle and the end of measured times.
func spread(what string, ds []time.Duration) {
	slices.Sort(ds)
	at := func(p int) float64 { return float64(ds[min(len(ds)*p/100, len(ds)-1)].Microseconds()) / 1000 }
	fmt.Printf("%-28s p50 %7.2f  p95 %7.2f  p99 %7.2f  most %7.2f ms\n", what, at(50), at(95), at(99), float64(ds[len(ds)-1].Microseconds())/1000)
}
