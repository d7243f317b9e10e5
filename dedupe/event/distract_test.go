package event

import (
	"fmt"
	"math"
	"os"
	"sort"
	"testing"
)

func TestDistract(t *testing.T) {
	if os.Getenv("DISTRACT") == "" {
		t.Skip()
	}

	var en, enS []*profile
	var enE []string
	type d struct {
		p *profile
		e string
	}
	var pool, poolS []d
	for a := range development(t, "translations_multi") {
		if a.Lang != "en" && a.Lang != "ar" {
			continue
		}
		s := Story{Title: a.Title, Text: a.Text, Lang: a.Lang}
		p := newProfile(s, ablation{})
		s.Text = first(a.Text, 4)
		ps := newProfile(s, ablation{})
		if a.Lang == "en" {
			en = append(en, p)
			enS = append(enS, ps)
			enE = append(enE, fmt.Sprint(a.Event))
		} else {
			pool = append(pool, d{p, fmt.Sprint(a.Event)})
			poolS = append(poolS, d{ps, fmt.Sprint(a.Event)})
		}
	}
	for a := range development(t, "saudi_ar") {
		p := newProfile(Story{Title: a.Title, Text: a.Text, Lang: a.Lang}, ablation{})
		pool = append(pool, d{p, ""})
		poolS = append(poolS, d{p, ""})
	}
	for _, form := range []string{"full", "short"} {
		type res struct {
			score, margin float64
			ok            bool
			c, r          crossing
		}
		var rs []res
		top := 0
		qs, pl := en, pool
		if form == "short" {
			qs, pl = enS, poolS
		}
		for i, q := range qs {
			var b, r crossing
			be := "?"
			for _, x := range pl {
				c := cross(q, x.p)
				if c.strength > b.strength {
					r = b
					b, be = c, x.e
				} else if c.cosine > r.cosine {
					r = c
				}
			}
			ok := be == enE[i]
			if ok {
				top++
			}
			rs = append(rs, res{b.cosine, b.cosine / max(r.cosine, .01), ok, b, r})
		}
		fmt.Println(form, "top1", float64(top)/float64(len(qs)), "pool", len(pl))
		for _, f := range []struct {
			n string
			f func(r res) float64
		}{
			{"cos", func(r res) float64 { return r.score }},
			{"margin", func(r res) float64 { return r.margin }},
			{"cos*margin", func(r res) float64 { return r.score * r.margin }},
			{"shared", func(r res) float64 { return r.c.shared }},
			{"shared*margin", func(r res) float64 { return r.c.shared * r.margin }},
			{"cos*shared^.5*margin", func(r res) float64 { return r.score * math.Sqrt(r.c.shared) * r.margin }},
		} {
			sort.Slice(rs, func(i, j int) bool { return f.f(rs[i]) > f.f(rs[j]) })
			rec, th := 0, 0.0
			ok := 0
			for i, r := range rs {
				if r.ok {
					ok++
				}
				if float64(ok)/float64(i+1) >= .98 {
					rec, th = ok, f.f(r)
				}
			}
			fmt.Printf("  %s recall at P>=.98: %.3f th %.3f\n", f.n, float64(rec)/float64(len(rs)), th)
		}
		sort.Slice(rs, func(i, j int) bool { return rs[i].score > rs[j].score })
		for i, r := range rs {
			if i%4 == 0 || !r.ok {
				fmt.Printf("   %v %.3f m %.2f  %+v  next %+v\n", r.ok, r.score, r.margin, r.c, r.r)
			}
		}
	}
}
