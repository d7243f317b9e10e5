package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"newsfold/extract/internal/page"
)

// settings of the boosting.
type settings struct {
	trees   int
	rate    float64
	lambda  float64 // L2 on leaves
	columns float64 // share of the columns looked at per tree
	seed    uint64
}

// sample is a labelled block.
type sample struct {
	x    *[page.NumAll]float32
	y, w float32
	fold int
	page int
	at   int // block on the page
}

const bins = 64

// binned is the table of samples with values replaced by ranks among cuts.
type binned struct {
	cols [][]uint8 // by column
	cuts [][]float32
	y, w []float32
}

func binning(s []sample, columns int) *binned {
	b := &binned{cols: make([][]uint8, columns), cuts: make([][]float32, columns)}
	for i := range s {
		b.y = append(b.y, s[i].y)
		b.w = append(b.w, s[i].w)
	}
	each(columns, func(c int) {
		b.cuts[c] = cutsOf(s, c)
		col := make([]uint8, len(s))
		for i := range s {
			k, _ := slices.BinarySearch(b.cuts[c], s[i].x[c])
			col[i] = uint8(k)
		}
		b.cols[c] = col
	})
	return b
}

// cutsOf chooses at most bins-1 thresholds between the values of a column, by
// quantiles.
func cutsOf(s []sample, c int) []float32 {
	vals := make([]float32, 0, len(s))
	for i := 0; i < len(s); i += 1 + len(s)/60000 {
		vals = append(vals, s[i].x[c])
	}
	slices.Sort(vals)
	uniq := slices.Compact(slices.Clone(vals))
	if len(uniq) <= bins {
		out := make([]float32, 0, bins)
		for i := 0; i+1 < len(uniq); i++ {
			out = append(out, (uniq[i]+uniq[i+1])/2)
		}
		return out
	}
	var out []float32
	for k := 1; k < bins; k++ {
		v := vals[k*len(vals)/bins]
		if len(out) == 0 || v > out[len(out)-1] {
			out = append(out, v)
		}
	}
	return out
}

// each runs f for 0..n-1 on two cores.
func each(n int, f func(int)) {
	var wg sync.WaitGroup
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	for range 2 {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	wg.Wait()
}

// train boosts oblivious trees on the logistic loss.
func train(s []sample, columns int, o settings) *page.Forest {
	b := binning(s, columns)
	rnd := rand.New(rand.NewPCG(o.seed, 7))
	var pos, all float64
	for i := range s {
		pos += float64(s[i].y * s[i].w)
		all += float64(s[i].w)
	}
	bias := math.Log(pos / (all - pos))
	f := &page.Forest{Bias: float32(bias)}
	margin := make([]float64, len(s))
	for i := range margin {
		margin[i] = bias
	}
	g, h := make([]float32, len(s)), make([]float32, len(s))
	for range o.trees {
		for i := range s {
			p := 1 / (1 + math.Exp(-margin[i]))
			g[i] = float32((float64(b.y[i]) - p) * float64(b.w[i]))
			h[i] = float32(max(p*(1-p), 1e-4) * float64(b.w[i]))
		}
		rows := goss(g, h, rnd)
		t, leaf := b.grow(rows, o, rnd, columns)
		for i := range s {
			k := 0
			for d := range t.cols {
				if b.cols[t.cols[d]][i] > t.cuts[d] {
					k |= 1 << d
				}
			}
			margin[i] += leaf[k]
		}
		f.Trees = append(f.Trees, b.tree(t, leaf))
	}
	return f
}

// pick is a row with its gradient, scaled up when it stands for others.
type pick struct {
	i    int32
	g, h float32
}

// goss keeps the rows with large gradients and a sample of the others
// (Ke et al., LightGBM, NeurIPS 2017).
func goss(g, h []float32, rnd *rand.Rand) []pick {
	abs := make([]float32, len(g))
	for i := range g {
		abs[i] = max(g[i], -g[i])
	}
	var some []float32 // enough to tell the limit
	for i := 0; i < len(abs); i += 1 + len(abs)/8192 {
		some = append(some, abs[i])
	}
	slices.Sort(some)
	limit := some[len(some)*75/100]
	const share = .2
	var out []pick
	for i := range g {
		switch {
		case abs[i] >= limit && abs[i] > 0:
			out = append(out, pick{int32(i), g[i], h[i]})
		case rnd.Float64() < share:
			out = append(out, pick{int32(i), g[i] / share, h[i] / share})
		}
	}
	return out
}

type split struct {
	cols []int
	cuts []uint8 // yes: bin above
}

type cell struct{ g, h float64 }

// cutting is a threshold of a column and what it gains.
type cutting struct {
	gain float64
	cut  uint8
}

// best finds the threshold of a column that gains most over all leaves.
func (b *binned) best(rows []pick, leafOf []uint8, c, leaves int, lambda float64) cutting {
	var top cutting
	if len(b.cuts[c]) == 0 {
		return top
	}
	hist := make([]cell, leaves*bins)
	col := b.cols[c]
	for r := range rows {
		p := &rows[r]
		x := &hist[int(leafOf[r])*bins+int(col[p.i])]
		x.g += float64(p.g)
		x.h += float64(p.h)
	}
	gains := make([]float64, len(b.cuts[c]))
	for l := range leaves {
		part := hist[l*bins : (l+1)*bins]
		var sum, left cell
		for _, x := range part {
			sum.g += x.g
			sum.h += x.h
		}
		for cut := range gains {
			left.g += part[cut].g
			left.h += part[cut].h
			rg, rh := sum.g-left.g, sum.h-left.h
			gains[cut] += left.g*left.g/(left.h+lambda) + rg*rg/(rh+lambda)
		}
	}
	for cut, gain := range gains {
		if gain > top.gain {
			top = cutting{gain, uint8(cut)}
		}
	}
	return top
}

// grow finds the levels of one tree and its leaf values.
func (b *binned) grow(rows []pick, o settings, rnd *rand.Rand, columns int) (split, []float64) {
	use := rnd.Perm(columns)[:int(float64(columns)*o.columns)]
	leafOf := make([]uint8, len(rows))
	var t split
	for d := range page.Depth {
		found := make([]cutting, len(use))
		each(len(use), func(k int) { found[k] = b.best(rows, leafOf, use[k], 1<<d, o.lambda) })
		top := 0
		for k := range found {
			if found[k].gain > found[top].gain {
				top = k
			}
		}
		c, cut := use[top], found[top].cut
		t.cols = append(t.cols, c)
		t.cuts = append(t.cuts, cut)
		col := b.cols[c]
		for r := range rows {
			if col[rows[r].i] > cut {
				leafOf[r] |= 1 << d
			}
		}
	}
	sums := make([]cell, 1<<page.Depth)
	for r := range rows {
		x := &sums[leafOf[r]]
		x.g += float64(rows[r].g)
		x.h += float64(rows[r].h)
	}
	leaf := make([]float64, len(sums))
	for k, x := range sums {
		leaf[k] = o.rate * x.g / (x.h + o.lambda)
	}
	return t, leaf
}

func (b *binned) tree(s split, leaf []float64) page.Tree {
	t := page.Tree{}
	for d, c := range s.cols {
		t.Columns[d] = uint8(c)
		t.Thresholds[d] = b.cuts[c][s.cuts[d]]
	}
	for k, v := range leaf {
		t.Leaves[k] = float32(v)
	}
	return t
}
