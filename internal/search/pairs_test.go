package search

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"newsfold"
)

// TestPhrasesOfCommonWords asks an index that lists pairs of common words for phrases,
// and compares with what the texts say and with what the places of the words say.
func TestPhrasesOfCommonWords(t *testing.T) {
	x, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	r := rand.New(rand.NewPCG(5, 5))
	words := strings.Fields("cities the running wahlen house of ship häuser light")
	var texts [][]string
	const batch = 2100
	for at := 0; at < mergeWidth*batch; at += batch {
		some := make([]text, batch)
		for i := range some {
			tokens := make([]string, 9)
			for k := range tokens {
				tokens[k] = words[r.IntN(len(words))]
				if r.IntN(9) == 0 {
					tokens[k] = fmt.Sprintf("rare%d", r.IntN(500))
				}
			}
			texts = append(texts, tokens)
			some[i] = text{newsfold.Article{ID: newsfold.ArticleID(at + i + 1), Lang: []string{"en", "en", "de"}[r.IntN(3)]}, strings.Join(tokens, " ")}
		}
		var gone []int64 // the last one of the batch before
		if at > 0 {
			gone, texts[at-1] = append(gone, int64(at)), nil
		}
		if err := x.add(t.Context(), x.live.clone(), some, gone); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "all")
	if err := merge(t.Context(), path, x.live.segs); err != nil {
		t.Fatal(err)
	}
	all, err := openSegment(path, "all")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = all.file.Close() }()
	if all.common == 0 {
		t.Fatal("a large segment has no pairs")
	}
	with, without := &snapshot{segs: []*segment{all}}, &snapshot{segs: []*segment{new(*all)}}
	without.segs[0].common = 0

	langs := []language{"de", "en"}
	for _, phrase := range []string{
		"ship light", "light ship", "house house", "ship of light", "ship the light", "ship of the light",
		"house ship light", "ship light of house", "ship rare7", "cities running", "wahlen ship", "running häuser light",
	} {
		q, err := Parse(`"`+phrase+`"`, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		cs := plan(&q, langs, nil)
		got, n, err := with.search(t.Context(), cs, &q, 500)
		if err != nil {
			t.Fatal(err)
		}
		want, m, err := without.search(t.Context(), cs, &q, 500)
		if err != nil {
			t.Fatal(err)
		}
		if n != m || !slices.Equal(got, want) {
			t.Errorf("%q is in %d articles, by the places of its words in %d", phrase, n, m)
		}
	}
	for _, phrase := range []string{"ship light", "ship of light", "house ship light", "ship rare7"} {
		q, err := Parse(`"`+phrase+`"`, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		_, n, err := with.search(t.Context(), plan(&q, langs, nil), &q, 0)
		if err != nil {
			t.Fatal(err)
		}
		if want := holding(texts, strings.Fields(phrase)); n != want {
			t.Errorf("%q is in %d articles, want %d", phrase, n, want)
		}
	}
}

// holding counts the texts that have a phrase; instead of a small word any other may
// stand.
func holding(texts [][]string, phrase []string) (n int) {
	for _, tokens := range texts {
		at := func(i int) bool {
			for k, w := range phrase {
				if w != "of" && tokens[i+k] != w {
					return false
				}
			}
			return true
		}
		for i := range len(tokens) - len(phrase) + 1 {
			if at(i) {
				n++
				break
			}
		}
	}
	return n
}
