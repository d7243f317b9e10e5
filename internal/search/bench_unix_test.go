//go:build unix

package search

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"newsfold"
)

var articles = flag.Int("articles", 20_000, "in the index of BenchmarkSearch")

// zipf draws words as often as they are in a language, without the small ones.
type zipf struct {
	r *rand.Rand
	z *rand.Zipf
}

func newZipf() *zipf {
	r := rand.New(rand.NewPCG(1, 2))
	return &zipf{r, rand.NewZipf(r, 1.1, 8, 199_999)}
}

func (z *zipf) word() string { return numbered(z.z.Uint64()) }

func numbered(n uint64) string { return "w" + strconv.FormatUint(n*7919%1_000_003, 36) }

// texts are articles of 250 words, as many as are indexed of one of 400.
func (z *zipf) texts(from, n int) []text {
	all := make([]text, n)
	for i := range all {
		var b strings.Builder
		for range 250 {
			b.WriteString(z.word())
			b.WriteByte(' ')
		}
		all[i] = text{newsfold.Article{ID: newsfold.ArticleID(from + i), Lang: "en", Title: z.word() + " " + z.word()}, b.String()}
	}
	return all
}

// cpu is the time that the process has computed: on a busy machine it says more
// than the clock.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkIndex(b *testing.B) {
	all := newZipf().texts(1, 2000)
	dir := b.TempDir()
	b.ReportAllocs()
	for b.Loop() {
		words := newAnalyzer()
		to := newBuilder()
		for i := range all {
			words.index(to, &all[i])
		}
		if err := to.write(filepath.Join(dir, "s")); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(all)), "µs/article")
}

// BenchmarkSearch asks for the best hundred articles that have words drawn from
// the texts themselves, which are more common than those that people ask for.
func BenchmarkSearch(b *testing.B) {
	x, err := Open(b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	z := newZipf()
	for at := 0; at < *articles; at += maxArticles {
		if err := x.add(b.Context(), x.live.clone(), z.texts(at+1, min(maxArticles, *articles-at)), nil); err != nil {
			b.Fatal(err)
		}
	}
	st, err := x.Stats()
	if err != nil {
		b.Fatal(err)
	}
	for _, kind := range []struct {
		name  string
		query func() string
	}{
		{"a word", z.word},
		{"two words", func() string { return z.word() + " " + z.word() }},
		{"three words", func() string { return z.word() + " " + z.word() + " " + z.word() }},
		{"a phrase", func() string { return fmt.Sprintf("%q", z.word()+" "+z.word()) }},
		{"a common phrase", func() string { return fmt.Sprintf("%q", numbered(z.r.Uint64N(20))+" "+numbered(z.r.Uint64N(20))) }},
		{"a common word", func() string { return numbered(z.r.Uint64N(20)) }},
	} {
		b.Run(kind.name, func(b *testing.B) {
			var ds, used []time.Duration
			for b.Loop() {
				q, err := Parse(kind.query(), time.Now())
				if err != nil {
					b.Fatal(err)
				}
				at, spent := time.Now(), cpu()
				if _, _, err := x.live.search(b.Context(), plan(&q, []language{"en"}, nil), &q, 100); err != nil {
					b.Fatal(err)
				}
				ds, used = append(ds, time.Since(at)), append(used, cpu()-spent)
			}
			slices.Sort(ds)
			slices.Sort(used)
			b.ReportMetric(float64(ds[len(ds)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(ds[len(ds)*95/100].Microseconds())/1000, "p95-ms")
			b.ReportMetric(float64(used[len(used)/2].Microseconds())/1000, "p50-cpu-ms")
			b.ReportMetric(float64(used[len(used)*95/100].Microseconds())/1000, "p95-cpu-ms")
			b.ReportMetric(float64(st.Bytes)/float64(*articles), "B/article")
		})
	}
}
