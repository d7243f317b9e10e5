package dedupe

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestOrderOfRealNews folds development sets in other orders than that of time:
//
//	go test ./dedupe -run OrderOfRealNews -evaluate -v
func TestOrderOfRealNews(t *testing.T) {
	if !*evaluate {
		t.Skip("runs with -evaluate")
	}
	for _, name := range []string{"saudi_ar", "reuters_en"} {
		s := loadSet(t, name)
		orders := []struct {
			name string
			ids  []string
		}{{"as given", s.ids}}
		back := slices.Clone(s.ids)
		slices.Reverse(back)
		orders = append(orders, struct {
			name string
			ids  []string
		}{"backwards", back})
		for seed := range uint64(3) {
			ids := slices.Clone(s.ids)
			rand.New(rand.NewPCG(seed, 1)).Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
			orders = append(orders, struct {
				name string
				ids  []string
			}{"shuffled", ids})
		}
		for _, o := range orders {
			sh := newShelf()
			f := NewFolder(Options{}, sh)
			for _, id := range o.ids {
				foldOne(t, f, sh, s.docs[id])
			}
			n := 0
			for _, m := range sh.members {
				if len(m) > 0 {
					n++
				}
			}
			t.Logf("%-11s %-10s %s, %d stories", name, o.name, scores(t, name, s, sh), n)
		}
	}
}
