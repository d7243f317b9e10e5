package event

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"sort"
	"strings"
	"testing"
)

var fnames = []string{"cos", "cosName", "cosWord", "cosNum", "topMin", "topMax", "lenMin", "bias", "cos*nm", "sqrtcos", "overlapMin"}

// feats of a pair
func feats(a, b *profile) []float64 {
	var dot, dn, dw, dd, na, nb, wa, wb, xa, xb float64
	norms := func(p *profile) (n, w, x float64) {
		for _, f := range p.words {
			v := float64(f.weight * f.weight)
			switch f.class {
			case name:
				n += v
			case word:
				w += v
			case number:
				x += v
			}
		}
		return
	}
	na, wa, xa = norms(a)
	nb, wb, xb = norms(b)
	for i, j := 0, 0; i < len(a.words) && j < len(b.words); {
		x, y := a.words[i], b.words[j]
		switch {
		case x.hash < y.hash:
			i++
		case x.hash > y.hash:
			j++
		default:
			v := float64(x.weight * y.weight)
			dot += v
			switch {
			case x.class == name || y.class == name:
				dn += v
			case x.class == number:
				dd += v
			default:
				dw += v
			}
			i++
			j++
		}
	}
	div := func(x, y, z float64) float64 {
		if y*z <= 0 {
			return 0
		}
		return min(1, x/math.Sqrt(y*z))
	}
	ta, tb := top(a, b), top(b, a)
	l := math.Log(float64(min(a.tokens, b.tokens)) + 1)
	return []float64{dot, div(dn, na, nb), div(dw, wa, wb), div(dd, xa, xb), min(ta, tb), max(ta, tb), l, 1, dot * min(ta, tb), math.Sqrt(dot), dot * l}
}

// share of the weight of a's 5 heaviest names that b has
func top(a, b *profile) float64 {
	var ns []feature
	for _, f := range a.words {
		if f.class == name {
			ns = append(ns, f)
		}
	}
	sort.Slice(ns, func(i, j int) bool { return ns[i].weight > ns[j].weight })
	if len(ns) > 5 {
		ns = ns[:5]
	}
	has := map[uint32]bool{}
	for _, f := range b.words {
		has[f.hash] = true
	}
	var s, t float64
	for _, f := range ns {
		t += float64(f.weight)
		if has[f.hash] {
			s += float64(f.weight)
		}
	}
	if t == 0 {
		return .5
	}
	return s / t
}

type pairx struct {
	x []float64
	y bool
	w float64
}

func fitLog(ps []pairx, d int) []float64 {
	w := make([]float64, d)
	for range 12 {
		g := make([]float64, d)
		h := make([][]float64, d)
		for i := range h {
			h[i] = make([]float64, d)
			h[i][i] = 1
			g[i] = -w[i]
		}
		for _, p := range ps {
			z := 0.0
			for i := range w {
				z += w[i] * p.x[i]
			}
			q := 1 / (1 + math.Exp(-z))
			y := 0.0
			if p.y {
				y = 1
			}
			for i := range w {
				g[i] += p.w * (y - q) * p.x[i]
				for j := range w {
					h[i][j] += p.w * q * (1 - q) * p.x[i] * p.x[j]
				}
			}
		}
		s := solve(h, g)
		for i := range w {
			w[i] += s[i]
		}
	}
	return w
}

func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	x := append([]float64{}, b...)
	for i := range n {
		m := append([]float64{}, a[i]...)
		a[i] = m
	}
	for i := range n {
		p := i
		for k := i; k < n; k++ {
			if math.Abs(a[k][i]) > math.Abs(a[p][i]) {
				p = k
			}
		}
		a[i], a[p] = a[p], a[i]
		x[i], x[p] = x[p], x[i]
		for k := i + 1; k < n; k++ {
			f := a[k][i] / a[i][i]
			for j := i; j < n; j++ {
				a[k][j] -= f * a[i][j]
			}
			x[k] -= f * x[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j < n; j++ {
			x[i] -= a[i][j] * x[j]
		}
		x[i] /= a[i][i]
	}
	return x
}

type dataset struct {
	ps   []*profile
	gold []string
	fold []int // 0/1 half
	f    [][]float64
}

func loadSet(t *testing.T, set string, tn *tuning) *dataset {
	st, gold := loadGold(t, set)
	d := &dataset{gold: gold}
	r := rand.New(rand.NewPCG(5, 7))
	half := map[string]int{}
	for i, s := range st {
		d.ps = append(d.ps, newProfile(s, tn))
		key := strings.TrimSuffix(strings.TrimSuffix(gold[i], "plus"), "_ecb")
		if _, ok := half[key]; !ok {
			half[key] = r.IntN(2)
		}
		d.fold = append(d.fold, half[key])
	}
	n := len(d.ps)
	d.f = make([][]float64, n*n)
	for i := range n {
		for j := range i {
			d.f[i*n+j] = feats(d.ps[i], d.ps[j])
			d.f[j*n+i] = d.f[i*n+j]
		}
	}
	return d
}

func (d *dataset) pairs(half int, weight float64) (out []pairx) {
	n := len(d.ps)
	np, nn := 0.0, 0.0
	for i := range n {
		for j := range i {
			if half >= 0 && (d.fold[i] != half || d.fold[j] != half) {
				continue
			}
			x := d.f[i*n+j]
			y := d.gold[i] == d.gold[j]
			if !y && x[0] < .03 {
				continue
			}
			if y {
				np++
			} else {
				nn++
			}
			out = append(out, pairx{x, y, 1})
		}
	}
	for i := range out {
		out[i].w = weight / (np + nn)
		_ = nn
	}
	return
}

func TestFit(t *testing.T) {
	if os.Getenv("FIT") == "" {
		t.Skip()
	}
	tn := tuning{1, 2, 1.5, false}
	sets := []*dataset{loadSet(t, "ecbplus_en", &tn), loadSet(t, "newscluster_en", &tn)}
	for _, use := range [][]int{{0, 7}, {0, 9, 7}, {0, 1, 2, 3, 7}, {0, 1, 2, 3, 4, 5, 7, 9}, {0, 1, 2, 3, 4, 5, 6, 7, 9}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}} {
		sub := func(x []float64) []float64 {
			o := make([]float64, len(use))
			for i, u := range use {
				o[i] = x[u]
			}
			return o
		}
		line := fmt.Sprint(use, ": ")
		for half := range 2 {
			var tr []pairx
			for _, d := range sets {
				for _, p := range d.pairs(half, 3000) {
					p.x = sub(p.x)
					tr = append(tr, p)
				}
			}
			w := fitLog(tr, len(use))
			if half == 0 {
				s := ""
				for i, u := range use {
					s += fmt.Sprintf(" %s %.2f", fnames[u], w[i])
				}
				fmt.Println(s)
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
				n := len(d.ps)
				sims := make([]float64, len(ids)*len(ids))
				for i := range ids {
					for j := range i {
						z := 0.0
						for k, u := range use {
							z += w[k] * d.f[ids[i]*n+ids[j]][u]
						}
						z = max(-4, min(4, z)) + 100
						sims[i*len(ids)+j], sims[j*len(ids)+i] = z, z
					}
				}
				_, _, f := bcubed(g, pass(len(ids), func(i, j int) float64 { return sims[i*len(ids)+j] }, th+100, mt+100))
				return f
			}
			// choose th on train half
			bf, bt, bm := 0.0, 0.0, 0.0
			for _, th := range []float64{-2, -1.5, -1.25, -1, -.75, -.5, -.25, 0, .25, .5} {
				for _, mt := range []float64{th, th + .3} {
					f := run(sets[0], half, th, mt) + run(sets[1], half, th, mt)
					if f > bf {
						bf, bt, bm = f, th, mt
					}
				}
			}
			line += fmt.Sprintf(" [train %.4f th %.2f %.2f | test ecb %.4f news %.4f]", bf/2, bt, bm, run(sets[0], 1-half, bt, bm), run(sets[1], 1-half, bt, bm))
		}
		fmt.Println(line)
	}
}
