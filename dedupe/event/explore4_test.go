package event

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"sort"
	"testing"
)

type cluster struct {
	m     []int
	sum   map[uint32]float64
	cnt   map[uint32]int
	cls   map[uint32]class
	self  float64 // sum of squares of members (=n)
	toks  float64
	nTop  []uint32
	wTop  []float64
	dTop  []uint32
	dwTop []float64
}

func newCluster(ps []*profile, m []int) *cluster {
	c := &cluster{m: m, sum: map[uint32]float64{}, cnt: map[uint32]int{}, cls: map[uint32]class{}}
	for _, i := range m {
		for _, f := range ps[i].words {
			c.sum[f.hash] += float64(f.weight)
			c.cnt[f.hash]++
			if f.class != word {
				c.cls[f.hash] = f.class
			}
		}
		c.toks += math.Log(float64(ps[i].tokens) + 1)
	}
	c.toks /= float64(len(m))
	c.nTop, c.wTop = c.tops(name, 6)
	c.dTop, c.dwTop = c.tops(number, 4)
	return c
}

func (c *cluster) tops(k class, n int) ([]uint32, []float64) {
	var hs []uint32
	for h, cl := range c.cls {
		if cl == k {
			hs = append(hs, h)
		}
	}
	sort.Slice(hs, func(i, j int) bool {
		return c.sum[hs[i]] > c.sum[hs[j]] || c.sum[hs[i]] == c.sum[hs[j]] && hs[i] < hs[j]
	})
	if len(hs) > n {
		hs = hs[:n]
	}
	ws := make([]float64, len(hs))
	for i, h := range hs {
		ws[i] = c.sum[h] / float64(len(c.m))
	}
	return hs, ws
}

func cover(hs []uint32, ws []float64, b *cluster) float64 {
	s, t := 0.0, 0.0
	for i, h := range hs {
		t += ws[i]
		s += ws[i] * min(1, 2*float64(b.cnt[h])/float64(len(b.m)))
	}
	if t == 0 {
		return .5
	}
	return s / t
}

func (c *cluster) cohesion() float64 {
	n := float64(len(c.m))
	if n < 2 {
		return .35
	}
	s := 0.0
	for _, v := range c.sum {
		s += v * v
	}
	return (s-n)/(n*(n-1))*(n-1)/n + .35/n
}

var cnames = []string{"bias", "avg", "sqrt", "rel", "covMin", "covMax", "top1", "numMin", "numMax", "logn", "toks", "avgname", "avgnum", "n1min<", "n1max<", "rel<"}

func clusterFeats(a, b *cluster) []float64 {
	if len(a.sum) > len(b.sum) {
		a, b = b, a
	}
	dot, dn, dd := 0.0, 0.0, 0.0
	for h, v := range a.sum {
		if w := b.sum[h]; w > 0 {
			dot += v * w
			switch {
			case a.cls[h] == name || b.cls[h] == name:
				dn += v * w
			case a.cls[h] == number:
				dd += v * w
			}
		}
	}
	nn := float64(len(a.m) * len(b.m))
	avg := dot / nn
	rel := avg / math.Sqrt(a.cohesion()*b.cohesion())
	ca, cb := cover(a.nTop, a.wTop, b), cover(b.nTop, b.wTop, a)
	t1 := (cover(a.nTop[:min(2, len(a.nTop))], a.wTop, b) + cover(b.nTop[:min(2, len(b.nTop))], b.wTop, a)) / 2
	n1, n2 := cover(a.nTop[:min(2, len(a.nTop))], a.wTop, b), cover(b.nTop[:min(2, len(b.nTop))], b.wTop, a)
	da, db := cover(a.dTop, a.dwTop, b), cover(b.dTop, b.dwTop, a)
	return []float64{1, avg, math.Sqrt(avg), rel, min(ca, cb), max(ca, cb), t1, min(da, db), max(da, db), math.Log(nn), min(a.toks, b.toks), dn / nn, dd / nn, max(0, .5-min(n1, n2)), max(0, .5-max(n1, n2)), max(0, .3-rel)}
}

// examples from gold
func (d *dataset) examples(half int, r *rand.Rand, n int) (out []pairx) {
	ev := map[string][]int{}
	var keys []string
	for i, g := range d.gold {
		if half < 0 || d.fold[i] == half {
			if ev[g] == nil {
				keys = append(keys, g)
			}
			ev[g] = append(ev[g], i)
		}
	}
	sort.Strings(keys)
	pick := func(m []int, n int) []int {
		m = append([]int{}, m...)
		r.Shuffle(len(m), func(i, j int) { m[i], m[j] = m[j], m[i] })
		return m[:min(n, len(m))]
	}
	sizes := [][2]int{{1, 1}, {1, 1}, {1, 2}, {1, 3}, {1, 5}, {1, 8}, {2, 3}, {2, 5}, {3, 6}}
	// positives
	for range n {
		g := ev[keys[r.IntN(len(keys))]]
		s := sizes[r.IntN(len(sizes))]
		if len(g) < s[0]+s[1] {
			continue
		}
		m := pick(g, s[0]+s[1])
		out = append(out, pairx{clusterFeats(newCluster(d.ps, m[:s[0]]), newCluster(d.ps, m[s[0]:])), true, 1})
	}
	np := len(out)
	// negatives: nearest other events for a random cluster
	for len(out) < 2*np {
		g := keys[r.IntN(len(keys))]
		s := sizes[r.IntN(len(sizes))]
		if r.IntN(2) == 0 {
			s[0], s[1] = s[1], s[0]
		}
		a := newCluster(d.ps, pick(ev[g], s[0]))
		var best pairx
		for _, o := range keys {
			if o == g {
				continue
			}
			ob := pick(ev[o], s[1])
			if d.f[a.m[0]*len(d.ps)+ob[0]][0] < .04 {
				continue
			}
			x := clusterFeats(a, newCluster(d.ps, ob))
			if best.x == nil || x[1] > best.x[1] {
				best = pairx{x, false, 1}
			}
		}
		if best.x != nil {
			out = append(out, best)
		}
	}
	return out
}

func stream(avg func(a, b int) float64, ps []*profile, ids []int, link func(a, b *cluster) float64, th, mt float64) []int {
	var cl []*cluster
	near := func(a, b *cluster) bool {
		s := 0.0
		for _, i := range a.m {
			for _, j := range b.m {
				s += avg(i, j)
			}
		}
		return s/float64(len(a.m)*len(b.m)) > .06
	}
	merge := func(best int) {
		for {
			bc, bs := -1, mt
			for c, o := range cl {
				if o == nil || c == best || !near(cl[best], o) {
					continue
				}
				if s := link(cl[best], o); s > bs {
					bc, bs = c, s
				}
			}
			if bc < 0 {
				return
			}
			cl[best] = newCluster(ps, append(append([]int{}, cl[best].m...), cl[bc].m...))
			cl[bc] = nil
		}
	}
	for _, i := range ids {
		x := newCluster(ps, []int{i})
		best, bs := -1, th
		for c, o := range cl {
			if o == nil || !near(x, o) {
				continue
			}
			if s := link(x, o); s > bs {
				best, bs = c, s
			}
		}
		if best < 0 {
			cl = append(cl, x)
		} else {
			cl[best] = newCluster(ps, append(append([]int{}, cl[best].m...), i))
			merge(best)
		}
	}
	out := map[int]int{}
	for c, o := range cl {
		if o != nil {
			for _, i := range o.m {
				out[i] = c
			}
		}
	}
	res := make([]int, len(ids))
	for k, i := range ids {
		res[k] = out[i]
	}
	return res
}

func TestClusterFit(t *testing.T) {
	if os.Getenv("CFIT") == "" {
		t.Skip()
	}
	tn := tuning{1, 2, 1.5, false}
	sets := []*dataset{loadSet(t, "ecbplus_en", &tn), loadSet(t, "newscluster_en", &tn)}
	for _, use := range [][]int{{0, 1, 3, 4, 5, 7, 8}, {0, 1, 3, 4, 5, 7, 8, 13, 14}, {0, 1, 3, 4, 5, 7, 8, 9, 13, 14, 15}} {
		line := ""
		for half := range 2 {
			r := rand.New(rand.NewPCG(1, 2))
			var tr []pairx
			for k, d := range sets {
				for _, p := range d.examples(half, r, []int{1500, 1000}[k]) {
					var x []float64
					for _, u := range use {
						x = append(x, p.x[u])
					}
					p.x = x
					tr = append(tr, p)
				}
			}
			w := fitLog(tr, len(use))
			s := ""
			right := 0
			for i, u := range use {
				s += fmt.Sprintf(" %s %.2f", cnames[u], w[i])
			}
			for _, p := range tr {
				z := 0.0
				for i := range w {
					z += w[i] * p.x[i]
				}
				if z > 0 == p.y {
					right++
				}
			}
			fmt.Println(len(tr), float64(right)/float64(len(tr)), s)
			if half == 0 {
				for _, p := range tr[:1] {
					_ = p
				}
			}
			link := func(a, b *cluster) float64 {
				f := clusterFeats(a, b)
				if f[1] < .03 {
					return -9
				}
				z := 0.0
				for i, u := range use {
					z += w[i] * f[u]
				}
				return z
			}
			run := func(d *dataset, half int, th, mt float64) float64 {
				var ids []int
				var g []string
				for i := range d.ps {
					if d.fold[i] == half {
						ids = append(ids, i)
						g = append(g, d.gold[i])
					}
				}
				_, _, f := bcubed(g, stream(func(a, b int) float64 { return d.f[a*len(d.ps)+b][0] }, d.ps, ids, link, th, mt))
				return f
			}
			for _, gap := range []float64{0, .5} {
			for _, th := range []float64{-1.6, -1.2, -.8} {
				line += fmt.Sprintf(" [g %.1f th %.1f train %.4f %.4f test %.4f %.4f]", gap, th, run(sets[0], half, th, th+gap), run(sets[1], half, th, th+gap), run(sets[0], 1-half, th, th+gap), run(sets[1], 1-half, th, th+gap))
			}
			}
			line += "\n"
		}
		fmt.Print(use, line)
	}
}
