package dedupe

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestGeneralisation estimates what the whole of folding, not only the score of
// single pairs, does on news that the weights were not fitted on: each set is cut
// into parts by time or by site, the weights are fitted without the labels of a
// part, and its labelled pairs are judged by the stories that come of it:
//
//	go test ./dedupe -run Generalisation -evaluate -v
func TestGeneralisation(t *testing.T) {
	if !*evaluate {
		t.Skip("runs with -evaluate")
	}
	shipped := make([]float64, len(terms))
	for i := range terms {
		shipped[i] = terms[i].weight
	}
	weigh := func(w []float64) {
		for i := range terms {
			terms[i].weight = w[i]
		}
	}
	defer weigh(shipped)
	tr := &trainer{t: t, m: newMeasurer(), r: rand.New(rand.NewPCG(1, 2))}
	sets := map[string]devSet{}
	names := []string{"reuters_en", "saudi_ar"}
	for _, name := range names {
		sets[name] = loadSet(t, name)
		tr.labelled(name, sets[name])
		tr.generated(name, sets[name], 200)
	}
	const parts = 4
	for _, by := range []string{"time", "site"} {
		part := map[string]int{}
		for _, name := range names {
			cutSet(sets[name], by, parts, part)
		}
		total := map[string]*outcome{}
		for k := range parts {
			weigh(logistic(tr.samples, func(s *sample) bool {
				a, b, _ := strings.Cut(s.pair, " ")
				return part[a] != k && part[b] != k
			}))
			for _, name := range names {
				s := sets[name]
				sh := newShelf()
				f := NewFolder(Options{}, sh)
				for _, id := range s.ids {
					foldOne(t, f, sh, s.docs[id])
				}
				if total[name] == nil {
					total[name] = &outcome{}
				}
				total[name].count(t, name, s, sh, func(a, b string) bool { return part[a] == k })
			}
		}
		for _, name := range names {
			t.Logf("by %s, weights of the other parts: %-11s %s", by, name, total[name])
		}
		weigh(shipped)
	}
}

// cutSet gives each article of a set its part, 0 to n-1.
func cutSet(s devSet, by string, n int, part map[string]int) {
	ids := slices.Clone(s.ids)
	switch by {
	case "time":
		slices.SortStableFunc(ids, func(a, b string) int { return s.docs[a].Published.Compare(s.docs[b].Published) })
		for i, id := range ids {
			part[id] = i * n / len(ids)
		}
	case "site":
		for _, id := range ids {
			part[id] = int(hashString(cmp.Or(s.docs[id].Host, id)) % uint64(n))
		}
	}
}

// outcome counts pairs by label and by whether they came into one story.
type outcome struct{ d, dFolded, not, notFolded, copies, copiesFolded, templates, templatesFolded int }

func (o *outcome) count(t *testing.T, name string, s devSet, sh *shelf, in func(a, b string) bool) {
	for _, file := range []string{"hand_pairs.tsv", "silver_pairs.tsv"} {
		for _, p := range labels(t, name, file) {
			if p[2] == "P" || !in(p[0], p[1]) {
				continue
			}
			n, folded := &o.not, &o.notFolded
			switch {
			case p[2] == "D":
				n, folded = &o.d, &o.dFolded
			case p[2] == "COPY":
				n, folded = &o.copies, &o.copiesFolded
			case file == "silver_pairs.tsv":
				n, folded = &o.templates, &o.templatesFolded
			}
			*n++
			if is := sh.story[s.docs[p[0]].ID] == sh.story[s.docs[p[1]].ID]; file == "hand_pairs.tsv" && is != (p[2] == "D") {
				t.Logf("  %s %s %s %s, folded %v", name, p[0], p[1], p[2], is)
			}
			if sh.story[s.docs[p[0]].ID] == sh.story[s.docs[p[1]].ID] {
				*folded++
			}
		}
	}
}

func (o *outcome) String() string {
	return fmt.Sprintf("by hand P %.3f R %.3f (%d+%d), copies %.4f, templates %.4f",
		ratio(o.dFolded, o.dFolded+o.notFolded), ratio(o.dFolded, o.d), o.d, o.not,
		ratio(o.copiesFolded, o.copies), ratio(o.templatesFolded, o.templates))
}
