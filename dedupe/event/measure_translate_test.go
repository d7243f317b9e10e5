package event

import (
	"fmt"
	"testing"
)

// TestMeasureTranslations compares sources with their machine translations and
// those with each other, against all other documents of the same languages.
func TestMeasureTranslations(t *testing.T) {
	if !*evaluate {
		t.Skip("runs with -evaluate")
	}
	type doc struct {
		p          *Profile
		role, pair string
	}
	events := map[string][]doc{}
	var keys []string
	for a := range development(t, "machine_translations") {
		k := fmt.Sprint(a.Event)
		if len(events[k]) >= 6 {
			continue
		}
		if events[k] == nil {
			keys = append(keys, k)
		}
		events[k] = append(events[k], doc{p: newProfile(Story{Title: a.Title, Text: a.Text, Lang: a.Lang}, ablation{}), role: a.Role, pair: a.Pair})
	}
	byPair := map[string][]string{}
	for _, k := range keys {
		byPair[events[k][0].pair] = append(byPair[events[k][0].pair], k)
	}
	for pair, ks := range byPair {
		var tp, fp, fn, mtp, mfp, mfn int
		for _, k := range ks {
			for _, x := range events[k] {
				if x.role != "src" {
					continue
				}
				for _, o := range ks {
					for _, y := range events[o] {
						if y.p.lang == x.p.lang {
							continue
						}
						z, _ := translates(x.p, y.p, cross(x.p, y.p))
						switch {
						case z >= 0 && o == k:
							tp++
						case z >= 0:
							fp++
						case o == k:
							fn++
						}
					}
				}
			}
			e := events[k]
			x := e[len(e)-1]
			for _, o := range ks {
				y := events[o][len(events[o])-2]
				if x.p.lang != y.p.lang {
					continue
				}
				z, _ := translates(x.p, y.p, cross(x.p, y.p))
				switch {
				case z >= 0 && o == k:
					mtp++
				case z >= 0:
					mfp++
				case o == k:
					mfn++
				}
			}
		}
		t.Logf("%s: links P %.4f R %.3f (%d); two outputs P %.4f R %.3f (%d)", pair, float64(tp)/float64(tp+fp), float64(tp)/float64(tp+fn), tp+fn,
			float64(mtp)/float64(mtp+mfp), float64(mtp)/float64(mtp+mfn), mtp+mfn)
	}
	for _, set := range []string{"ecbplus_en", "newscluster_en"} {
		l := loadLabelled(t, set)
		same, other, n := 0, 0, 0
		for i := range l.ps {
			for j := range i {
				z, _ := translates(l.ps[i], l.ps[j], crossing{})
				if l.gold[i] == l.gold[j] {
					n++
				}
				if z >= 0 && l.gold[i] == l.gold[j] {
					same++
				} else if z >= 0 {
					other++
				}
			}
		}
		t.Log(set, "called translations though independent:", same, "of", n, "and across events", other)
	}
	var en []*Profile
	for a := range development(t, "translations_multi") {
		if a.Lang == "en" {
			en = append(en, newProfile(Story{Text: a.Text, Lang: "en"}, ablation{}))
		}
	}
	wrong, n := 0, 0
	for a := range development(t, "saudi_ar") {
		if n++; n%40 != 0 {
			continue
		}
		p := newProfile(Story{Text: a.Text, Lang: "ar"}, ablation{})
		for _, q := range en {
			if z, _ := translates(p, q, cross(p, q)); z >= 0 {
				wrong++
			}
		}
	}
	t.Log("saudi: wrong", wrong, "of", n/40*len(en))
}
