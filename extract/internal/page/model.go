package page

import "math"

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
	for i := range f.Trees {
		t := &f.Trees[i]
		leaf := 0
		for k := range Depth {
			yes := 0 // compiles to no branch
			if x[t.Columns[k]] > t.Thresholds[k] {
				yes = 1
			}
			leaf |= yes << k
		}
		sum += t.Leaves[leaf]
		if i&7 == 7 && sum < certain {
			break
		}
	}
	return 1 / (1 + float32(math.Exp(-float64(sum))))
}

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
	first := make([]float32, len(p.Blocks))
	for i := range first {
		if p.Blocks[i].Furniture {
			first[i] = unlikely
			continue
		}
		first[i] = local.Score(rows.Row(i))
	}
	p.Context(rows, first)
	for i := range p.Blocks {
		if p.Blocks[i].Furniture || first[i] < hopeless && first[max(i-1, 0)] < hopeless && first[min(i+1, len(first)-1)] < hopeless {
			p.Blocks[i].Prob = first[i]
			continue
		}
		p.Blocks[i].Prob = context.Score(rows.Row(i))
	}
}
