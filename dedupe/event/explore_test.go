package event

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"
	"time"
)

func loadGold(t testing.TB, set string) (ps []Story, gold []string) {
	for a := range development(t, set) {
		s := Story{ID: int64(len(ps) + 1), Title: a.Title, Text: a.Text, Lang: a.Lang}
		s.Time, _ = time.Parse(time.RFC3339, a.Published)
		ps = append(ps, s)
		gold = append(gold, fmt.Sprint(a.Event))
	}
	return
}

func bcubed(gold []string, pred []int) (p, r, f float64) {
	g, q, both := map[string]int{}, map[int]int{}, map[string]int{}
	for i := range gold {
		g[gold[i]]++
		q[pred[i]]++
		both[gold[i]+"|"+strconv.Itoa(pred[i])]++
	}
	for i := range gold {
		b := float64(both[gold[i]+"|"+strconv.Itoa(pred[i])])
		p += b / float64(q[pred[i]])
		r += b / float64(g[gold[i]])
	}
	n := float64(len(gold))
	p, r = p/n, r/n
	return p, r, 2 * p * r / (p + r)
}

func cosine(a, b []feature) float64 {
	s := float32(0)
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].hash < b[j].hash:
			i++
		case a[i].hash > b[j].hash:
			j++
		default:
			s += a[i].weight * b[j].weight
			i++
			j++
		}
	}
	return float64(s)
}

// single pass average link
func pass(n int, sim func(i, j int) float64, th, merge float64) []int {
	var cl [][]int
	for i := range n {
		best, bs := -1, th
		for c, m := range cl {
			if m == nil {
				continue
			}
			s := 0.0
			for _, j := range m {
				s += sim(i, j)
			}
			s /= float64(len(m))
			if s > bs {
				best, bs = c, s
			}
		}
		if best < 0 {
			cl = append(cl, []int{i})
			best = len(cl) - 1
		} else {
			cl[best] = append(cl[best], i)
		}
		for merge > 0 {
			bc, bs := -1, merge
			for c, m := range cl {
				if m == nil || c == best {
					continue
				}
				s := 0.0
				for _, a := range m {
					for _, b := range cl[best] {
						s += sim(a, b)
					}
				}
				s /= float64(len(m) * len(cl[best]))
				if s > bs {
					bc, bs = c, s
				}
			}
			if bc < 0 {
				break
			}
			cl[best] = append(cl[best], cl[bc]...)
			cl[bc] = nil
		}
	}
	out := make([]int, n)
	for c, m := range cl {
		for _, j := range m {
			out[j] = c
		}
	}
	return out
}

func TestExplore(t *testing.T) {
	if os.Getenv("EXPLORE") == "" {
		t.Skip()
	}
	for _, tn := range []tuning{{1, 1, 1, false}, {1, 2, 1, false}, {1, 2, 1.5, false}, {1, 2, 1, true}, {.5, 2, 1, true}, {.5, 2, 1.5, true}, {.5, 3, 1, true}} {
		for _, set := range []string{"ecbplus_en", "newscluster_en"} {
			st, gold := loadGold(t, set)
			var ps []*profile
			for _, s := range st {
				ps = append(ps, newProfile(s, &tn))
			}
			n := len(ps)
			m := make([]float64, n*n)
			for i := range n {
				for j := range i {
					m[i*n+j] = cosine(ps[i].words, ps[j].words)
					m[j*n+i] = m[i*n+j]
				}
			}
			sim := func(i, j int) float64 { return m[i*n+j] }
			best := ""
			bf := 0.0
			for _, th := range []float64{.12, .15, .18, .21, .24, .27, .3, .33, .36, .4, .44} {
				for _, mt := range []float64{0, 1, 1.2} {
					p, r, f := bcubed(gold, pass(n, sim, th, th*mt))
					if f > bf {
						bf = f
						best = fmt.Sprintf("th %.2f merge %.1f P %.3f R %.3f F %.4f", th, mt, p, r, f)
					}
				}
			}
			fmt.Println(set, tn, best)
		}
	}
	_ = math.Log
}
