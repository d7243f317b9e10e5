package postgres_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"newsfold"
	"newsfold/store"
	"newsfold/store/postgres"
)

// BenchmarkLeaseFeeds leases feeds of a million, all of them due, by four
// daemons of a hundred a request. Each lease counts as one operation.
func BenchmarkLeaseFeeds(b *testing.B) {
	const feeds, daemons = 1_000_000, 4
	dsn := schema(b, b.Name())
	var dbs []*postgres.DB
	for range daemons {
		db, err := postgres.Open(b.Context(), dsn, postgres.Options{})
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		dbs = append(dbs, db)
	}
	admin := connect(b, dsn)
	for _, sql := range []string{
		`insert into feed_due (feed, shard, due) select n, n % 256, n from generate_series(1, 1000000) n`,
		`vacuum analyze feed_due`,
	} {
		if _, err := admin.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	var taken atomic.Int64
	b.ResetTimer()
	var wg sync.WaitGroup
	for _, db := range dbs {
		wg.Go(func() {
			for taken.Load() < int64(b.N) {
				got, err := db.LeaseFeeds(b.Context(), store.Claim{Owner: "bench", For: time.Hour, Limit: 100})
				if err != nil {
					b.Error(err)
					return
				}
				if taken.Add(int64(len(got))) > feeds-1000 {
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(taken.Load())/b.Elapsed().Seconds(), "leases/s")
	var twice int
	if err := admin.QueryRow(b.Context(), `select count(*) from feed_due where token > 1`).Scan(&twice); err != nil {
		b.Fatal(err)
	}
	if twice > 0 {
		b.Errorf("%d feeds were leased twice", twice)
	}
}

// BenchmarkQuietPolls leases feeds, and stores of each that it has nothing new, 64
// in a transaction as the writer of a busy daemon does: what most polls are. Two
// daemons do it. Each poll counts as one operation.
func BenchmarkQuietPolls(b *testing.B) {
	const feeds, daemons, batch = 20_000, 2, 64
	dsn := schema(b, b.Name())
	var dbs []*postgres.DB
	for range daemons {
		db, err := postgres.Open(b.Context(), dsn, postgres.Options{})
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		dbs = append(dbs, db)
	}
	err := dbs[0].Update(b.Context(), func(tx store.Tx) error {
		for i := range feeds {
			f := newsfold.Feed{URL: fmt.Sprintf("http://host%d.example/feed/%d", i/3, i), Title: "A feed among others", Poll: newsfold.Poll{ETag: `"0123456789abcdef"`, State: make([]byte, 200)}}
			if err := tx.PutFeed(&f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	var done atomic.Int64
	b.ResetTimer()
	var wg sync.WaitGroup
	for _, db := range dbs {
		wg.Go(func() {
			for done.Load() < int64(b.N) {
				leases, err := db.LeaseFeeds(b.Context(), store.Claim{Owner: "bench", For: time.Hour, Limit: batch})
				if err != nil || len(leases) == 0 {
					b.Error(len(leases), err)
					return
				}
				err = db.Alongside(b.Context(), func(tx store.Tx) error { return quiet(tx, leases) })
				if err != nil {
					b.Error(err)
					return
				}
				done.Add(int64(len(leases)))
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(done.Load())/b.Elapsed().Seconds(), "polls/s")
}

// BenchmarkCommits runs small transactions, of four writers who do not meet. Each
// counts as one operation.
func BenchmarkCommits(b *testing.B) {
	db, err := postgres.Open(b.Context(), schema(b, b.Name()), postgres.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var done atomic.Int64
	b.ResetTimer()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for done.Add(1) <= int64(b.N) {
				err := db.Alongside(b.Context(), func(tx store.Tx) error {
					return tx.Shelf("test").Put([]byte{byte(w)}, []byte("some value"))
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

// quiet stores that feeds had nothing new, and are due again at once.
func quiet(tx store.Tx, leases []store.Lease) error {
	for _, l := range leases {
		if err := store.Hold(tx, l); err != nil {
			return err
		}
		f, err := tx.Feed(l.Feed)
		if err != nil {
			return err
		}
		f.Poll.Attempted = time.Now()
		f.Poll.Result = newsfold.NotModified
		if err := tx.PutFeed(&f); err != nil {
			return err
		}
	}
	return nil
}
