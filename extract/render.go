package extract

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"newsfold/extract/internal/page"
)

// renderer writes the kept part of a page as plain, well-formed HTML. It opens
// only the elements that carry meaning and closes each of them. What it writes
// is what the policy lets through; where that is not plain to see, as with
// unusual addresses, the sanitiser looks at it all the same.
type renderer struct {
	p    *page.Page
	keep []bool // the blocks to be written
	base *url.URL
	out  []byte
	open []*html.Node // open elements; nil stands for a paragraph of our own
	bare []*html.Node // the links among them that lead nowhere, which are not written

	block  int32 // the block being written
	inline int   // of open, from here on inline elements of that block
	pre    bool
	space  bool // white space is due
	br     bool // a line break is due
	any    bool // the block has text already
	odd    bool // something was written that the sanitiser has to see
	images map[string]bool
	// captioned are the figures whose caption was written.
	captioned map[int32]bool
	first     string // URL of the first image written

	of                  *html.Node // whose children chain was asked for last
	ofBlocks, ofInlines []*html.Node
}

// html returns what was written, as the policy lets it through.
func (r *renderer) html() string {
	if !r.odd {
		return string(bytes.TrimSpace(r.out))
	}
	return strings.TrimSpace(policy.Sanitize(string(r.out)))
}

// meaning tells the block-level elements that are kept as they are.
func meaning(a atom.Atom) bool {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Li,
		atom.Dl, atom.Dt, atom.Dd, atom.Blockquote, atom.Pre, atom.Table, atom.Thead, atom.Tbody, atom.Tfoot,
		atom.Tr, atom.Td, atom.Th, atom.Caption, atom.Figure, atom.Figcaption:
		return true
	}
	return false
}

// holdsText tells the elements that may hold text without a paragraph.
func holdsText(a atom.Atom) bool {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Li, atom.Dt, atom.Dd,
		atom.Pre, atom.Td, atom.Th, atom.Caption, atom.Figcaption:
		return true
	}
	return false
}

// phrasing tells the inline elements that are kept as they are.
func phrasing(a atom.Atom) bool {
	switch a {
	case atom.A, atom.Em, atom.I, atom.Strong, atom.B, atom.Code, atom.Sub, atom.Sup, atom.Q, atom.Cite,
		atom.Mark, atom.Del, atom.Ins, atom.S, atom.U, atom.Kbd, atom.Samp, atom.Var, atom.Abbr, atom.Small,
		atom.Ruby, atom.Rt, atom.Rp, atom.Bdi, atom.Bdo:
		return true
	}
	return false
}

// chain returns the kept ancestors of a leaf, outermost first: block-level
// ones, then the inline ones between the leaf and its nearest block. The slices
// are good until the next call.
func (r *renderer) chain(n *html.Node) (blocks, inline []*html.Node) {
	n = n.Parent
	if n == r.of && n != nil {
		return r.ofBlocks, r.ofInlines
	}
	r.of = n
	blocks, inline = r.ofBlocks[:0], r.ofInlines[:0]
	for ; n != nil && n.Type == html.ElementNode && !page.IsBlock(n); n = n.Parent {
		if phrasing(n.DataAtom) && n.DataAtom != atom.A || n.DataAtom == atom.A && page.HasAttr(n, "href") {
			inline = append(inline, n)
		}
	}
	for ; n != nil && n.Type == html.ElementNode; n = n.Parent {
		if meaning(n.DataAtom) {
			blocks = append(blocks, n)
		}
	}
	slices.Reverse(blocks)
	slices.Reverse(inline)
	r.ofBlocks, r.ofInlines = orderly(blocks), inline
	return r.ofBlocks, r.ofInlines
}

// orderly drops elements that stand where HTML does not allow them, so that
// what is written reads back as written.
func orderly(chain []*html.Node) []*html.Node {
	out := chain[:0]
	var up atom.Atom
	for _, n := range chain {
		a := n.DataAtom
		ok := true
		switch a {
		case atom.Li:
			ok = up == atom.Ul || up == atom.Ol
		case atom.Dt, atom.Dd:
			ok = up == atom.Dl
		case atom.Thead, atom.Tbody, atom.Tfoot, atom.Caption:
			ok = up == atom.Table
		case atom.Tr:
			ok = up == atom.Thead || up == atom.Tbody || up == atom.Tfoot
		case atom.Td, atom.Th:
			ok = up == atom.Tr
		case atom.Figcaption:
			ok = up == atom.Figure
		case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre:
			ok = !textOnly(up) && !listy(up)
		default:
			ok = !textOnly(up) && !listy(up)
		}
		if !ok {
			continue
		}
		if listy(up) && !within(a, up) {
			continue
		}
		out = append(out, n)
		up = a
	}
	// A list or a row without an item cannot hold text.
	for len(out) > 0 && listy(out[len(out)-1].DataAtom) {
		out = out[:len(out)-1]
	}
	return out
}

// textOnly tells the elements that hold no other blocks.
func textOnly(a atom.Atom) bool {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre, atom.Dt, atom.Caption:
		return true
	}
	return false
}

// listy tells the elements that hold only certain others.
func listy(a atom.Atom) bool {
	switch a {
	case atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr:
		return true
	}
	return false
}

func within(a, up atom.Atom) bool {
	switch up {
	case atom.Ul, atom.Ol:
		return a == atom.Li
	case atom.Dl:
		return a == atom.Dt || a == atom.Dd
	case atom.Table:
		return a == atom.Thead || a == atom.Tbody || a == atom.Tfoot || a == atom.Caption
	case atom.Thead, atom.Tbody, atom.Tfoot:
		return a == atom.Tr
	case atom.Tr:
		return a == atom.Td || a == atom.Th
	}
	return true
}

// text writes one text node of a block.
func (r *renderer) text(n *html.Node, block int32) {
	if block != r.block {
		r.endBlock()
		r.block = block
		r.any, r.space, r.br = false, false, false
	}
	if n.DataAtom == atom.Br {
		r.br = r.any
		return
	}
	s, lead := page.Lead(n.Data)
	if s == "" { // white space between elements
		r.space = r.space || lead
		return
	}
	blocks, inline := r.chain(n)
	if !r.any {
		r.blocks(blocks, true)
		r.inline = len(r.open)
	}
	keep := r.inline
	for keep < len(r.open) && keep-r.inline < len(inline) && r.open[keep] == inline[keep-r.inline] {
		keep++
	}
	r.closeTo(keep)
	switch {
	case !r.any:
	case r.br:
		r.out = append(r.out, "<br>"...)
		r.br = false
	case (lead || r.space) && !r.pre:
		r.out = append(r.out, ' ')
	}
	for _, e := range inline[keep-r.inline:] {
		r.openTag(e)
	}
	if r.pre {
		s = n.Data
	}
	r.out, r.space = page.AppendHTML(r.out, s, r.pre)
	r.any = true
}

// endBlock closes what was opened for the block being written.
func (r *renderer) endBlock() {
	if r.block < 0 {
		return
	}
	r.closeTo(r.inline)
	// Only the element of the paragraph itself is closed here; lists and
	// tables around it stay open for the next block.
	for len(r.open) > 0 {
		e := r.open[len(r.open)-1]
		if e != nil && !textOnly(e.DataAtom) {
			break
		}
		r.closeTo(len(r.open) - 1)
	}
	r.inline = len(r.open)
	r.block = -1
	r.pre = false
}

// blocks closes and opens block-level elements until chain is open. With
// para, a paragraph is opened where text may not stand by itself.
func (r *renderer) blocks(chain []*html.Node, para bool) {
	keep := 0
	for keep < len(r.open) && keep < len(chain) && r.open[keep] == chain[keep] {
		keep++
	}
	reused := keep == len(chain) && keep > 0
	r.closeTo(keep)
	for _, e := range chain[keep:] {
		r.openTag(e)
	}
	last := atom.Atom(0)
	if len(chain) > 0 {
		last = chain[len(chain)-1].DataAtom
	}
	r.pre = last == atom.Pre
	if para && (!holdsText(last) || reused) {
		r.open = append(r.open, nil)
		r.out = append(r.out, "<p>"...)
	}
}

func (r *renderer) closeTo(n int) {
	for len(r.open) > n {
		e := r.open[len(r.open)-1]
		r.open = r.open[:len(r.open)-1]
		if k := len(r.bare) - 1; k >= 0 && r.bare[k] == e {
			r.bare = r.bare[:k]
			continue
		}
		name := "p"
		if e != nil {
			name = e.Data
		}
		r.out = append(append(append(r.out, "</"...), name...), '>')
		if e == nil || meaning(e.DataAtom) {
			r.out = append(r.out, '\n')
		}
	}
}

func (r *renderer) openTag(n *html.Node) {
	r.open = append(r.open, n)
	to := ""
	if n.DataAtom == atom.A {
		if to = resolve(r.base, page.Attr(n, "href")); to == "" {
			r.bare = append(r.bare, n)
			return
		}
	}
	r.out = append(append(r.out, '<'), n.Data...)
	switch n.DataAtom {
	case atom.A:
		r.address("href", to)
	case atom.Td, atom.Th:
		for _, key := range [...]string{"colspan", "rowspan"} {
			if v, err := strconv.Atoi(page.Attr(n, key)); err == nil && v > 1 && v < 100 {
				r.attr(key, strconv.Itoa(v))
			}
		}
	case atom.Ol:
		if v, err := strconv.Atoi(page.Attr(n, "start")); err == nil && v > 1 && v < 1e6 {
			r.attr("start", strconv.Itoa(v))
		}
	case atom.Abbr:
		r.attr("title", page.Squash(page.Attr(n, "title")))
	case atom.Bdo:
		r.odd = true
		r.attr("dir", page.Attr(n, "dir"))
	}
	r.out = append(r.out, '>')
}

func (r *renderer) attr(key, val string) {
	if val == "" {
		return
	}
	r.out = append(append(append(r.out, ' '), key...), `="`...)
	r.out = append(page.AppendEscaped(r.out, val), '"')
}

// address writes an attribute that holds one.
func (r *renderer) address(key, val string) {
	r.odd = r.odd || !usual(val)
	r.attr(key, val)
}

// usual reports whether an address is one that is safe and stays as it is
// however often it is parsed.
func usual(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(s, "http://")
	}
	if !ok || rest == "" {
		return false
	}
	for i := 0; i < len(rest); i++ {
		c := rest[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' {
			continue
		}
		if strings.IndexByte("-._~/?=&%+,;:@#!()*$", c) < 0 {
			return false
		}
	}
	return true
}

// image writes the image that is a leaf of the page, with its caption if it has one.
func (r *renderer) image(leaf int) {
	n := r.p.Leaves[leaf].Node
	src, alt := imageOf(n, r.base)
	if src == "" || r.images[src] {
		return
	}
	if r.images == nil {
		r.images = make(map[string]bool)
	}
	r.images[src] = true
	if r.first == "" {
		r.first = src
	}
	if r.block >= 0 && r.any && leaf < int(r.p.Blocks[r.block].Last) { // in running text
		r.closeTo(r.inline)
		if r.space {
			r.out = append(r.out, ' ')
			r.space = false
		}
		r.imgTag(src, alt)
		return
	}
	r.endBlock()
	blocks, _ := r.chain(n)
	for len(blocks) > 0 && (textOnly(last(blocks)) || last(blocks) == atom.Figcaption || last(blocks) == atom.Figure) {
		blocks = blocks[:len(blocks)-1]
	}
	r.blocks(blocks, false)
	r.out = append(r.out, "<figure>"...)
	r.imgTag(src, alt)
	if c := r.caption(leaf); c != "" {
		r.out = page.AppendEscaped(append(r.out, "<figcaption>"...), c)
		r.out = append(r.out, "</figcaption>"...)
	}
	r.out = append(r.out, "</figure>\n"...)
}

// caption returns the caption of an image: the figcaption of its figure, with
// the first image there, else the captions that follow it; "" when that is written as text.
func (r *renderer) caption(leaf int) string {
	p := r.p
	for e := p.Leaves[leaf].Elem; e > 0; e = p.Elems[e].Parent {
		f := &p.Elems[e]
		if f.Tag != atom.Figure || f.Figcaption == 0 {
			continue
		}
		if r.captioned[e] {
			return ""
		}
		if r.captioned == nil {
			r.captioned = make(map[int32]bool)
		}
		r.captioned[e] = true
		c := &p.Elems[f.Figcaption]
		if slices.Contains(r.keep[c.First:c.Last], true) {
			return ""
		}
		return textOf(c.Node)
	}
	if p.Fragment {
		return "" // all that is in no figcaption is text
	}
	return r.following(leaf)
}

// following returns the caption and the credit in the blocks behind an image.
func (r *renderer) following(leaf int) string {
	p := r.p
	var out []string
	last := int32(-1)
	for i := leaf + 1; i < len(p.Leaves) && !p.Leaves[i].Image && len(out) < 2; i++ {
		b := p.Leaves[i].Block
		if b == last || b < 0 || page.Squash(p.Leaves[i].Node.Data) == "" {
			continue
		}
		if r.keep[b] || !p.Caption(int(b)) {
			break
		}
		out = append(out, page.Squash(p.Blocks[b].Text))
		last = b
	}
	return strings.Join(out, " ")
}

func last(s []*html.Node) atom.Atom { return s[len(s)-1].DataAtom }

func (r *renderer) imgTag(src, alt string) {
	r.out = append(r.out, "<img"...)
	r.address("src", src)
	r.out = page.AppendEscaped(append(r.out, ` alt="`...), alt)
	r.out = append(r.out, `">`...)
}
