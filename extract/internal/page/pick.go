package page

import "math"

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

// Choose reports which blocks are the article: the likely ones that are shown,
// without labels, the captions of pictures, what leads to other articles and what
// readers wrote below. What is hidden counts only on pages that hide most of their
// text until a script shows it, and captions stay where they are most of the text. Of
// a page of a few blocks, none of them likely, the likeliest are taken.
func (p *Page) Choose(prob []float32, threshold float32) []bool {
	const post = 300 // characters of an article, however much else there is
	keep := make([]bool, len(p.Blocks))
	hidden := make([]bool, len(p.Elems))
	for i := 1; i < len(p.Elems); i++ {
		e := &p.Elems[i]
		hidden[i] = hidden[e.Parent] || e.Hidden && e.Good*2 < p.Elems[0].Good
	}
	threshold = within(prob, threshold)
	for i := range keep {
		b := &p.Blocks[i]
		keep[i] = prob[i] >= threshold && !hidden[b.Elem] && !b.label()
	}
	comment, thread := p.comments(false), p.comments(true)
	p.leaveOut(keep, func(i int) bool { return comment[p.Blocks[i].Elem] }, math.MaxInt32)
	p.leaveOut(keep, func(i int) bool { return thread[p.Blocks[i].Elem] }, post)
	p.leaveOut(keep, p.Caption, math.MaxInt32)
	p.leaveOut(keep, p.teasers(), post)
	return keep
}

// within returns a threshold that some block of a small page reaches: what tells
// text from furniture says little where there is next to no furniture.
func within(prob []float32, threshold float32) float32 {
	const (
		few    = 8 // blocks
		chance = .1
		near   = .6 // of the likeliest
	)
	best := float32(0)
	for _, q := range prob {
		best = max(best, q)
	}
	if len(prob) > few || best >= threshold || best < chance {
		return threshold
	}
	return best * near
}

// leaveOut drops the blocks for which out holds, where half of the text or as
// many characters as enough are left.
func (p *Page) leaveOut(keep []bool, out func(i int) bool, enough int32) {
	drop := make([]bool, len(keep))
	var all, left int32
	for i := range keep {
		if !keep[i] {
			continue
		}
		drop[i] = out(i)
		all += p.Blocks[i].Chars
		if !drop[i] {
			left += p.Blocks[i].Chars
		}
	}
	if left < enough && left < all-left {
		return
	}
	for i := range keep {
		keep[i] = keep[i] && !drop[i]
	}
}

// comments marks the elements that are named after comments, and what stands a
// few levels in them. A name is not believed of an element with most of the
// page's text, as "comments-open" may be. With threads, only those count that
// stand in another of such a name: the comments of a list, not the one comment
// of an editor.
func (p *Page) comments(threads bool) []bool {
	const levels = 8
	left := make([]int8, len(p.Elems)) // levels that the name still counts for
	named := make([]bool, len(p.Elems))
	marks := make([]bool, len(p.Elems))
	total := p.Elems[0].Good
	for i := 1; i < len(p.Elems); i++ {
		e := &p.Elems[i]
		own := e.Flags&FComment != 0
		left[i] = max(left[e.Parent]-1, 0)
		if own && e.Good*10 <= total*6 && (!threads || named[e.Parent]) {
			left[i] = levels
		}
		named[i] = own || named[e.Parent]
		marks[i] = left[i] > 0
	}
	return marks
}
