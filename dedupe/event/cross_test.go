package event

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func first(text string, n int) string {
	// lines are sentences or paragraphs in these sets
	parts := strings.SplitAfter(text, "\n")
	if len(parts) > n {
		parts = parts[:n]
	}
	return strings.Join(parts, "")
}

func TestCross(t *testing.T) {
	if os.Getenv("CROSS") == "" {
		t.Skip()
	}

	type doc struct {
		p, s  *profile
		event string
	}
	by := map[string][]doc{}
	var langs []string
	for a := range development(t, "translations_multi") {
		s := Story{Title: a.Title, Text: a.Text, Lang: a.Lang}
		d := doc{event: fmt.Sprint(a.Event), p: newProfile(s, ablation{})}
		s.Text = first(a.Text, 4)
		d.s = newProfile(s, ablation{})
		l := d.p.lang
		if by[l] == nil {
			langs = append(langs, l)
		}
		by[l] = append(by[l], d)
	}
	for _, l := range langs {
		if l == "en" {
			continue
		}
		full, short := 0, 0
		missed := ""
		for _, q := range by["en"] {
			bf, bs := -1.0, -1.0
			ef, es := "", ""
			for _, d := range by[l] {
				if c := cross(q.p, d.p).cosine; c > bf {
					bf, ef = c, d.event
				}
				if c := cross(q.s, d.s).cosine; c > bs {
					bs, es = c, d.event
				}
			}
			if ef == q.event {
				full++
			} else {
				missed += " " + q.event
				if l == "de" || l == "ar" || l == "tr" {
					for _, d := range by[l] {
						if d.event == q.event || d.event == ef {
							fmt.Printf("   %s %s want %s got %+v tok %d %d\n", l, q.event, d.event, cross(q.p, d.p), q.p.tokens, d.p.tokens)
						}
					}
				}
			}
			if es == q.event {
				short++
			}
		}
		n := float64(len(by["en"]))
		fmt.Printf("%s full %.3f short %.3f %s\n", l, float64(full)/n, float64(short)/n, missed)
	}
}
