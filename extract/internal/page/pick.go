package page

// Pick gives the blocks their probabilities and reports which are the article.
func (p *Page) Pick() []bool {
	p.Classify(&localForest, &contextForest)
	probs := make([]float32, len(p.Blocks))
	for i := range probs {
		probs[i] = p.Blocks[i].Prob
	}
	return p.Choose(probs, threshold)
}

// threshold is the least probability of a kept block.
const threshold = .5

// Choose reports which blocks are the article: the likely ones that are shown.
// What is hidden counts only on pages that hide most of their text until a
// script shows it.
func (p *Page) Choose(prob []float32, threshold float32) []bool {
	keep := make([]bool, len(p.Blocks))
	hidden := make([]bool, len(p.Elems))
	for i := 1; i < len(p.Elems); i++ {
		e := &p.Elems[i]
		hidden[i] = hidden[e.Parent] || e.Hidden && e.Good*2 < p.Elems[0].Good
	}
	for i := range keep {
		keep[i] = prob[i] >= threshold && !hidden[p.Blocks[i].Elem]
	}
	return keep
}
