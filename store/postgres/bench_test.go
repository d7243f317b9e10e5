package postgres_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

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
