package page

import (
	"math"
	"slices"
)

// A Tree asks the same questions of a block at each of its levels, and answers
// with the leaf that the yeses and noes point to (oblivious trees, as in
// Prokhorenkova et al., CatBoost, NeurIPS 2018).
type Tree struct {
	Columns    [Depth]uint8   // what is looked at, one per level
	Thresholds [Depth]float32 // yes: above
	Leaves     [1 << Depth]float32
}

// Depth is the number of levels of a tree.
const Depth = 6

// Forest is a sum of trees; its answers are log-odds.
type Forest struct {
	Bias  float32
	Trees []Tree
}

// Score returns the probability for one row.
func (f *Forest) Score(x *[NumAll]float32) float32 {
	sum := f.Bias
	for from := 0; from < len(f.Trees) && (from == 0 || sum >= certain); from += atOnce {
		sum = add(sum, f.Trees[from:min(from+atOnce, len(f.Trees))], x)
	}
	return probability(sum)
}

// atOnce is how many trees are asked before looking whether more are needed.
const atOnce = 8

// scores sets the probabilities of the rows whose answer is below zero, to what
// Score would return. A few trees at a time look at all of the rows: they stay in
// the cache of the processor, as all of them would not.
func (f *Forest) scores(rows Rows, out []float32) {
	open := make([]int32, 0, len(out))
	for i := range out {
		if out[i] < 0 {
			open = append(open, int32(i))
			out[i] = f.Bias
		}
	}
	asked := slices.Clone(open)
	for from := 0; from < len(f.Trees) && len(open) > 0; from += atOnce {
		trees := f.Trees[from:min(from+atOnce, len(f.Trees))]
		left := 0
		for _, i := range open { // those that need more move to the front
			out[i] = add(out[i], trees, rows.Row(int(i)))
			if out[i] >= certain {
				open[left] = i
				left++
			}
		}
		open = open[:left]
	}
	for _, i := range asked {
		out[i] = probability(out[i])
	}
}

// add adds the answers of trees for a row to a sum.
func add(sum float32, trees []Tree, x *[NumAll]float32) float32 {
	for i := range trees {
		t := &trees[i]
		c, v := &t.Columns, &t.Thresholds
		leaf := above(x[c[0]], v[0]) | above(x[c[1]], v[1])<<1 | above(x[c[2]], v[2])<<2 |
			above(x[c[3]], v[3])<<3 | above(x[c[4]], v[4])<<4 | above(x[c[5]], v[5])<<5
		sum += t.Leaves[leaf]
	}
	return sum
}

// above answers one question; it compiles to no branch.
func above(a, b float32) int {
	yes := 0
	if a > b {
		yes = 1
	}
	return yes
}

func probability(logOdds float32) float32 { return 1 / (1 + float32(math.Exp(-float64(logOdds)))) }

// certain is the log-odds at which no further trees are asked.
const certain = -5

// hopeless is the probability of the first pass under which a block between
// others of the kind is not looked at again.
const hopeless = .01

// unlikely is the probability of blocks that are not looked at.
const unlikely = .001

// Classify fills in the probabilities of the blocks with two forests, the
// second of which sees the answers of the first.
func (p *Page) Classify(local, context *Forest) {
	rows := p.Local()
	n := len(p.Blocks)
	first := make([]float32, n)
	for i := range first {
		first[i] = -1
		if p.Blocks[i].Furniture {
			first[i] = unlikely
		}
	}
	local.scores(rows, first)
	p.Context(rows, first)
	second := make([]float32, n)
	for i := range p.Blocks {
		second[i] = -1
		if p.Blocks[i].Furniture || first[i] < hopeless && first[max(i-1, 0)] < hopeless && first[min(i+1, n-1)] < hopeless {
			second[i] = first[i]
		}
	}
	context.scores(rows, second)
	for i := range p.Blocks {
		p.Blocks[i].Prob = second[i]
	}
}
