package dedupe

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var evaluate = flag.Bool("evaluate", false, "measure on the development sets")

// TestGeneratedCopies measures how many excerpts and edited copies of the
// development sets' own texts, made by program, find the story of the text
// they were made from, among all others of the set:
//
//	go test ./dedupe -run GeneratedCopies -evaluate -v
func TestGeneratedCopies(t *testing.T) {
	if !*evaluate {
		t.Skip("runs with -evaluate")
	}
	total := map[string]*counts{}
	for _, name := range []string{"reuters_en", "saudi_ar", "newscluster_en"} {
		generatedCopies(t, name, loadSet(t, name), total)
	}
	for _, k := range alterations {
		c := total[k]
		t.Logf("%-24s %5d copies, recall %.4f, precision %.4f", k, c.n, ratio(c.right, c.n), ratio(c.right, c.right+c.wrong))
	}
}

type counts struct{ n, right, wrong int }

var alterations = []string{
	"first 40 words", "first 40, no title", "first 60 words", "first 60, no title",
	"first 100 words", "first 100, no title", "5 % changed", "10 % changed", "20 % changed",
	"sentences moved", "sentences dropped", "paragraphs added",
}

func generatedCopies(t *testing.T, name string, s devSet, total map[string]*counts) {
	r := rand.New(rand.NewPCG(11, 12))
	sh := newShelf()
	f := NewFolder(Options{}, sh)
	for _, id := range s.ids {
		foldOne(t, f, sh, s.docs[id])
	}
	var vocabulary []string
	for range 200 {
		vocabulary = append(vocabulary, strings.Fields(s.docs[s.ids[r.IntN(len(s.ids))]].Text)...)
	}
	local := map[string]*counts{}
	for range 400 {
		a := s.docs[s.ids[r.IntN(len(s.ids))]]
		other := s.docs[s.ids[r.IntN(len(s.ids))]]
		words := len(strings.Fields(a.Text))
		if words < 60 {
			continue
		}
		for _, k := range alterations {
			b := a
			b.ID, b.Host, b.URL = 1<<40, "elsewhere.example", ""
			if !b.Published.IsZero() {
				b.Published = b.Published.Add(time.Duration(r.IntN(24*60)) * time.Minute)
			}
			if !alter(r, &b, other, k, words, vocabulary) {
				continue
			}
			d, err := f.Fold(b)
			if err != nil {
				t.Fatal(err)
			}
			f.Forget(b.ID)
			for _, m := range []map[string]*counts{total, local} {
				if m[k] == nil {
					m[k] = &counts{}
				}
				m[k].n++
				switch {
				case d.With != 0 && sh.story[d.With] == sh.story[a.ID]:
					m[k].right++
				case d.With != 0:
					m[k].wrong++
				}
			}
		}
	}
	for _, k := range alterations {
		if c := local[k]; c != nil {
			t.Logf("%s: %-24s %5d copies, recall %.4f, precision %.4f", name, k, c.n, ratio(c.right, c.n), ratio(c.right, c.right+c.wrong))
		}
	}
}

// alter makes an article an altered copy of what it is; it returns false when
// its text is too short for that.
func alter(r *rand.Rand, b *Article, other Article, kind string, words int, vocabulary []string) bool {
	var n int
	if _, err := fmt.Sscanf(kind, "first %d", &n); err == nil {
		if words < n*5/4 {
			return false
		}
		b.Text = cut(b.Text, n)
		if strings.HasSuffix(kind, "no title") {
			b.Title = ""
		}
		return true
	}
	if _, err := fmt.Sscanf(kind, "%d %% changed", &n); err == nil {
		b.Text = changeWords(r, b.Text, float64(n)/100, vocabulary)
		return true
	}
	switch kind {
	case "sentences moved":
		b.Text = reorder(r, b.Text, .3)
	case "sentences dropped":
		b.Text = dropSentences(r, b.Text, .3)
	case "paragraphs added":
		b.Text = addParagraphs(r, b.Text, other.Text, .3)
	}
	return true
}

// TestAblation folds the development sets with each guard left out in turn:
//
//	go test ./dedupe -run Ablation -evaluate -v
func TestAblation(t *testing.T) {
	if !*evaluate {
		t.Skip("runs with -evaluate")
	}
	sets := map[string]devSet{}
	names := []string{"reuters_en", "saudi_ar", "finance_en"}
	for _, name := range names {
		sets[name] = loadSet(t, name)
	}
	for _, g := range []struct {
		name string
		off  guard
	}{
		{"all guards", 0},
		{"without series", guardSeries},
		{"without worn wordings", guardWorn},
		{"without furniture", guardFurniture},
		{"without short texts", guardShort},
		{"without titles of a site", guardTitles},
		{"without furniture, titles", guardFurniture | guardTitles},
		{"without asking members", guardVet},
		{"no guard at all", ^guard(0)},
	} {
		for _, name := range names {
			s := sets[name]
			sh := newShelf()
			f := NewFolder(Options{}, sh)
			f.m.off = g.off
			for _, id := range s.ids {
				foldOne(t, f, sh, s.docs[id])
			}
			largest := 0
			for _, m := range sh.members {
				largest = max(largest, len(m))
			}
			t.Logf("%-26s %-11s %s largest story %d", g.name, name, scores(t, name, s, sh), largest)
		}
	}
}

// scores compares stories with the labels of a set.
func scores(t *testing.T, name string, s devSet, sh *shelf) string {
	rate := func(file, label string) string {
		n, hit := 0, 0
		for _, p := range labels(t, name, file) {
			if strings.HasPrefix(p[2], label) {
				n++
				if sh.story[s.docs[p[0]].ID] == sh.story[s.docs[p[1]].ID] {
					hit++
				}
			}
		}
		return fmt.Sprintf("%d/%d", hit, n)
	}
	if name == "finance_en" {
		return "traps folded " + rate("trap_pairs.tsv", "NOT")
	}
	return fmt.Sprintf("hand D %s T %s E %s U %s, silver copies %s, templates %s",
		rate("hand_pairs.tsv", "D"), rate("hand_pairs.tsv", "T"), rate("hand_pairs.tsv", "E"),
		rate("hand_pairs.tsv", "U"), rate("silver_pairs.tsv", "COPY"), rate("silver_pairs.tsv", "TEMP"))
}
