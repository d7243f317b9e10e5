package search

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"newsfold"
)

// texts are articles of about 400 words, as many different ones as in news.
func texts(n int) []text {
	r := rand.New(rand.NewPCG(1, 1))
	z := rand.NewZipf(r, 1.07, 12, 299_999)
	small := strings.Fields("the the the of of to to in and and a a is for on was with that by at")
	all := make([]text, n)
	for i := range all {
		var b strings.Builder
		for range 400 {
			if r.IntN(100) < 45 {
				b.WriteString(small[r.IntN(len(small))])
			} else {
				fmt.Fprintf(&b, "%sings", strings.Map(func(d rune) rune { return 'a' + d - '0' }, fmt.Sprint(z.Uint64())))
			}
			b.WriteByte(' ')
		}
		all[i] = text{newsfold.Article{ID: newsfold.ArticleID(i + 1), Lang: "en", Title: "Some words of a title", Host: "a.example"}, b.String()}
	}
	return all
}

func BenchmarkIndex(b *testing.B) {
	all := texts(2000)
	dir := b.TempDir()
	b.ReportAllocs()
	for b.Loop() {
		x := &Index{words: newAnalyzer()}
		to := newBuilder()
		for i := range all {
			x.index(to, &all[i])
		}
		if err := to.write(filepath.Join(dir, "s")); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(all)), "µs/article")
}
