package page

import "golang.org/x/net/html/atom"

// bad are the flags of what stands beside an article.
const bad = FComment | FShare | FNav | FSide | FFoot | FRelated | FAd | FBio | FCaption | FTags | FLetter | FModal

// Pick gives the blocks their probabilities and reports which are the article.
func (p *Page) Pick() []bool {
	keep := make([]bool, len(p.Blocks))
	if len(p.Blocks) == 0 {
		return keep
	}
	main := p.mainElem(.7)
	for i := range p.Blocks {
		b := &p.Blocks[i]
		keep[i] = p.within(b.Elem, main) && p.fair(b, main)
	}
	return keep
}

// mainElem returns the deepest element with at least the share of all good text.
func (p *Page) mainElem(share float32) int32 {
	best := int32(0)
	need := int32(share * float32(p.Elems[0].Good))
	for i := range p.Elems {
		if e := &p.Elems[i]; e.Good >= need && e.Depth >= p.Elems[best].Depth && p.within(int32(i), best) {
			best = int32(i)
		}
	}
	return best
}

func (p *Page) within(e, outer int32) bool {
	for ; e >= 0; e = p.Elems[e].Parent {
		if e == outer {
			return true
		}
	}
	return false
}

func (p *Page) fair(b *Block, main int32) bool {
	if b.Control || b.LinkChars*2 > b.Chars || b.Flags&bad != 0 {
		return false
	}
	for e := b.Elem; e != main && e >= 0; e = p.Elems[e].Parent {
		if p.Elems[e].Flags&bad != 0 && p.Elems[e].Flags&FBody == 0 {
			return false
		}
	}
	switch p.Elems[b.Elem].Tag {
	case atom.P, atom.Li, atom.Blockquote, atom.H2, atom.H3, atom.Pre, atom.Td, atom.Dd, atom.Dt:
		return true
	case atom.H1:
		return false
	}
	return b.Good
}
