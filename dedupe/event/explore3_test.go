package event

import (
	"fmt"
	"os"
	"sort"
	"testing"
)

func TestErrors(t *testing.T) {
	if os.Getenv("ERRS") == "" {
		t.Skip()
	}
	tn := tuning{1, 2, 1.5, false}
	st, gold := loadGold(t, "ecbplus_en")
	var ps []*profile
	for _, s := range st {
		ps = append(ps, newProfile(s, &tn))
	}
	pred := pass(len(ps), func(i, j int) float64 { return cosine(ps[i].words, ps[j].words) }, .30, 0)
	_, _, f := bcubed(gold, pred)
	fmt.Println(f)
	cl := map[int]map[string]int{}
	ev := map[string]map[int]int{}
	for i, g := range gold {
		if cl[pred[i]] == nil {
			cl[pred[i]] = map[string]int{}
		}
		cl[pred[i]][g]++
		if ev[g] == nil {
			ev[g] = map[int]int{}
		}
		ev[g][pred[i]]++
	}
	var keys []string
	for g := range ev {
		keys = append(keys, g)
	}
	sort.Strings(keys)
	for _, g := range keys {
		bad := len(ev[g]) > 1
		for c := range ev[g] {
			if len(cl[c]) > 1 {
				bad = true
			}
		}
		if bad {
			fmt.Print(g, ": ")
			for c, n := range ev[g] {
				fmt.Print(n, " in ", cl[c], "; ")
			}
			fmt.Println()
		}
	}
}
