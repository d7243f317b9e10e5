package page

import "golang.org/x/net/html/atom"

// maxCaption is the length from which on a block is no caption unless its
// element is a figcaption, in characters.
const maxCaption = 400

// Caption reports whether block i is the caption or the credit of a picture: it
// stands in a figure with an image, or its element or the one around that is
// named so.
func (p *Page) Caption(i int) bool {
	b := &p.Blocks[i]
	own := &p.Elems[b.Elem]
	named := b.Flags | own.Flags
	if own.Parent > 0 {
		named |= p.Elems[own.Parent].Flags
	}
	short := b.Chars < maxCaption && !p.Fragment
	caption := false
	for e := b.Elem; e > 0; e = p.Elems[e].Parent {
		switch p.Elems[e].Tag {
		case atom.Figcaption:
			caption = true
		case atom.Figure:
			if (caption || short) && p.Elems[e].Pictured {
				return true
			}
		}
	}
	return short && !caption && named&FCaption != 0
}

// Above returns the blocks of the caption and the credit of the picture right
// above the text; at most two, in order. The text begins with the first paragraph
// of those that are kept, or with the second where the first is a standfirst: no
// other picture is above it, and the second stands in another element.
func (p *Page) Above(keep []bool) []int {
	const (
		paragraph = 60 // characters
		near      = 2  // blocks
	)
	first := -1
	for i := range keep {
		if !keep[i] || p.Blocks[i].Chars < paragraph {
			continue
		}
		if first >= 0 && p.around(first) == p.around(i) {
			return nil
		}
		var out []int
		for k := max(first+1, i-near); k < i; k++ {
			if !keep[k] && p.Caption(k) {
				out = append(out, k)
			}
		}
		if first >= 0 || len(out) > 0 {
			return out
		}
		first = i
	}
	return nil
}

// around returns the element that holds the one of block i.
func (p *Page) around(i int) int32 { return p.Elems[p.Blocks[i].Elem].Parent }
