package event

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

type devArticle struct {
	ID, URL, Title, Text, Published, Source, Lang, Role, Pair string
	Event                                                     any // a string or a number
}

// development yields the articles of a development set, or skips the test.
func development(t testing.TB, set string) iter.Seq[devArticle] {
	t.Helper()
	f, err := os.Open(filepath.Join("../../../shared/data/fold", set, "articles.jsonl.gz"))
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

type corpus struct {
	docs int
	df   map[uint64]int
}

// TestBackground counts words, numbers and skeletons in the development sets
// that hold no labelled events, each language by itself, and writes the table
// of the commonest ones when run with -update.
func TestBackground(t *testing.T) {
	if !*update {
		if len(background) != 4<<idfBits {
			t.Fatalf("the table has %d bytes, want %d", len(background), 4<<idfBits)
		}
		t.Skip("counts only with -update")
	}
	langs := map[[2]string]*corpus{}
	for _, set := range []string{"saudi_ar", "reuters_en", "finance_en", "translations_multi", "machine_translations"} {
		n := 0
		for a := range development(t, set) {
			n++
			if a.Role == "hyp" || set == "saudi_ar" && n%2 == 0 {
				continue
			}
			genre := ""
			if a.Lang == "en" && set != "reuters_en" && set != "finance_en" {
				genre = "general" // not the business wire, whose words are others
			}
			count(langs, genre, a)
		}
	}
	for _, set := range []string{"wcxb", "scrapinghub"} {
		var pages []struct{ Text string }
		b, err := os.ReadFile(filepath.Join("../../../shared/data/extract", set, "truth.json"))
		if err == nil {
			err = json.Unmarshal(b, &pages)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pages {
			count(langs, "general", devArticle{Text: p.Text, Lang: "en"})
		}
	}
	share := shares(langs)
	table := make([]byte, 4<<idfBits)
	type entry struct {
		key   uint64
		share float64
	}
	var all []entry
	for lang, of := range share {
		keys := slices.SortedFunc(maps.Keys(of), func(a, b uint64) int {
			return cmp.Or(cmp.Compare(of[b], of[a]), cmp.Compare(a, b))
		})
		for _, h := range keys[:min(len(keys), quota(lang))] {
			all = append(all, entry{h, of[h]})
		}
		t.Logf("%s: %d features", lang, len(keys))
	}
	// The commonest go first: should the table get full, the rarest are missed.
	slices.SortFunc(all, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.share, a.share), cmp.Compare(a.key, b.key))
	})
	lost := 0
	for _, e := range all {
		v := min(-math.Log(e.share)*idfScale, idfRare*idfScale-1)
		if !putIDF(table, e.key, uint8(max(v, 1))) {
			lost++
		}
	}
	t.Logf("%d entries, %d lost", len(all), lost)
	if err := os.WriteFile("background.bin", table, 0o644); err != nil {
		t.Fatal(err)
	}
}

// shares returns in what share of articles each feature of a language stands,
// in the genre where that is most.
func shares(langs map[[2]string]*corpus) map[string]map[uint64]float64 {
	out := map[string]map[uint64]float64{}
	for key, c := range langs {
		of := out[key[0]]
		if of == nil {
			of = map[uint64]float64{}
			out[key[0]] = of
		}
		// Of few articles only the commonest words are known to be common.
		least := max(4, c.docs/1200)
		if c.docs < 400 {
			least = 8
		}
		for h, n := range c.df {
			if n >= least {
				of[h] = max(of[h], float64(n)/float64(c.docs))
			}
		}
	}
	return out
}

// quota is how many entries a language gets of the table.
func quota(lang string) int {
	switch lang {
	case "en":
		return 11000
	case "ar":
		return 5000
	}
	return 700
}

func count(langs map[[2]string]*corpus, genre string, a devArticle) {
	lang := language(a.Lang, a.Text)
	c := langs[[2]string{lang, genre}]
	if c == nil {
		c = &corpus{df: map[uint64]int{}}
		langs[[2]string{lang, genre}] = c
	}
	c.docs++
	seen := map[uint64]bool{}
	toks := read(lang, a.Text, read(lang, a.Title, nil))
	markNames(toks)
	for i, k := range toks {
		switch {
		case k.script == digit:
			seen[salted(lang, saltNumber, k.hash)] = true
		case k.script.spaceless() && !k.katak || k.script == hangul:
			if i+1 < len(toks) && toks[i+1].script == k.script && !toks[i+1].begin {
				seen[salted(lang, saltWord, join(k.hash, toks[i+1].hash))] = true
			}
		case k.runes > 1:
			seen[salted(lang, saltWord, k.stem)] = true
		}
		if k.script == han {
			hanKeys(toks, i, func(s uint64) { seen[salted(lang, saltSkeleton, uint32(mix(s)))] = true })
		}
		if !k.script.cased() || k.name {
			for _, s := range []uint64{k.skel, k.skel2} {
				if s != 0 {
					seen[salted(lang, saltSkeleton, uint32(mix(s)))] = true
				}
			}
		}
	}
	for h := range seen {
		c.df[h]++
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
