package fetch

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
			if err != nil || strings.HasSuffix(f, ".md") {
				continue
			}
			// The comparison is over what both can read.
			if _, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err == nil {
				feeds = append(feeds, body)
			}
		}
		return feeds
	}
	return [][]byte{inventedRSS(30), inventedAtom(20), inventedPodcast(50), inventedJSON(20)}
}

func BenchmarkParse(b *testing.B) {
	feeds := corpus(b)
	size := int64(0)
	for _, f := range feeds {
		size += int64(len(f))
	}
	b.Run("newsfold", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			for _, f := range feeds {
				if _, err := Parse(f, "https://courier.example/feeds/all.xml", nil); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("gofeed", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			for _, f := range feeds {
				if _, err := gofeed.NewParser().Parse(bytes.NewReader(f)); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
