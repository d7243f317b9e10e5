package dedupe

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"flag"
	"iter"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "rewrite files that are made from data")

// development yields the articles of a development set, or skips the test.
func development(t testing.TB, set string) iter.Seq[devArticle] {
	t.Helper()
	name := filepath.Join("../../shared/data/fold", set, "articles.jsonl.gz")
	f, err := os.Open(name)
	if err != nil {
		t.Skipf("no development data: %v", err)
	}
	t.Cleanup(func() { f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(devArticle) bool) {
		sc := bufio.NewScanner(z)
		sc.Buffer(nil, 16<<20)
		for sc.Scan() {
			var a devArticle
			if err := json.Unmarshal(sc.Bytes(), &a); err != nil {
				t.Fatal(err)
			}
			if !yield(a) {
				return
			}
		}
		if sc.Err() != nil {
			t.Fatal(sc.Err())
		}
	}
}

type devArticle struct{ ID, URL, Title, Text, Published, Source, Lang string }

// TestBackground counts the words of the development sets, each language by
// itself, and writes the table of the commonest ones when run with -update.
func TestBackground(t *testing.T) {
	if !*update {
		if len(background) != 4<<idfBits {
			t.Fatalf("the table has %d bytes, want %d", len(background), 4<<idfBits)
		}
		t.Skip("counts only with -update")
	}
	type corpus struct {
		docs int
		df   map[uint64]int
	}
	langs := map[string]*corpus{}
	for _, set := range []string{"saudi_ar", "reuters_en", "ecbplus_en", "newscluster_en", "finance_en", "translations_multi"} {
		for a := range development(t, set) {
			c := langs[a.Lang]
			if c == nil {
				c = &corpus{df: map[uint64]int{}}
				langs[a.Lang] = c
			}
			c.docs++
			seen := map[uint64]bool{}
			for _, w := range split(a.Title+"\n"+a.Text, nil) {
				if !seen[w.hash] {
					seen[w.hash] = true
					c.df[w.hash]++
				}
			}
		}
	}
	best := map[uint64]float64{} // highest share of documents in any language
	for _, c := range langs {
		for h, n := range c.df {
			// Of a language with few documents only the commonest words are
			// known to be common.
			if share := float64(n) / float64(c.docs); share >= max(.001, 12/float64(c.docs)) {
				best[h] = max(best[h], share)
			}
		}
	}
	words := slices.SortedFunc(maps.Keys(best), func(a, b uint64) int {
		return cmp.Or(cmp.Compare(best[b], best[a]), cmp.Compare(a, b))
	})
	table := make([]byte, 4<<idfBits)
	n := 0
	for _, h := range words {
		if n >= 6<<idfBits/10 {
			break
		}
		v := min(-math.Log(best[h])*idfScale, idfRare-1)
		if putIDF(table, h, uint8(max(v, 1))) {
			n++
		}
	}
	t.Logf("%d of %d words, down to a share of %.4f", n, len(words), best[words[min(n, len(words)-1)]])
	if err := os.WriteFile("idf.bin", table, 0o644); err != nil {
		t.Fatal(err)
	}
}

func putIDF(table []byte, h uint64, v uint8) bool {
	slot := h >> (64 - idfBits)
	for range idfProbe {
		if binary.LittleEndian.Uint32(table[slot*4:]) == 0 {
			binary.LittleEndian.PutUint32(table[slot*4:], uint32(h)&0xffffff<<8|uint32(v))
			return true
		}
		slot = (slot + 1) & (1<<idfBits - 1)
	}
	return false
}
