package fetch

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
)

// corpus is the feeds that speed is measured on: invented ones of several
// kinds, or those of the folder that NEWSFOLD_BENCH_FEEDS names.
func corpus(b *testing.B) [][]byte {
	var feeds [][]byte
	if dir := os.Getenv("NEWSFOLD_BENCH_FEEDS"); dir != "" {
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range files {
			body, err := os.ReadFile(f)
			// The comparison is over what both can read.
			if err == nil && readers["gofeed"](body) == nil && readers["newsfold"](body) == nil {
				feeds = append(feeds, body)
			}
		}
		return feeds
	}
	return [][]byte{inventedRSS(30), inventedAtom(20), inventedPodcast(50), inventedJSON(20)}
}

func BenchmarkParse(b *testing.B) {
	feeds := corpus(b)
	for name, parse := range readers {
		b.Run(name, func(b *testing.B) {
			size := 0
			for _, f := range feeds {
				size += len(f)
			}
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, f := range feeds {
					if err := parse(f); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// readers are what is compared.
var readers = map[string]func([]byte) error{
	"newsfold": func(body []byte) error {
		_, err := Parse(body, "https://courier.example/feeds/all.xml", nil)
		return err
	},
	"gofeed": func(body []byte) error {
		_, err := gofeed.NewParser().Parse(bytes.NewReader(body))
		return err
	},
}

// BenchmarkParseBesideGofeed runs both in turn, so that what else the machine
// does falls on both alike, and reports how the best rounds compare: time/gofeed
// of 1 is as long as gofeed, below is faster.
func BenchmarkParseBesideGofeed(b *testing.B) {
	feeds := corpus(b)
	best := map[string]time.Duration{}
	for b.Loop() {
		for name, parse := range readers {
			start := time.Now()
			for _, f := range feeds {
				if err := parse(f); err != nil {
					b.Fatal(err)
				}
			}
			took := time.Since(start)
			if best[name] == 0 || took < best[name] {
				best[name] = took
			}
		}
	}
	b.ReportMetric(best["newsfold"].Seconds()/best["gofeed"].Seconds(), "time/gofeed")
}
