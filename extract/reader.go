package extract

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"newsfold/extract/internal/page"
)

// reader holds what one extraction knows.
type reader struct {
	page  *page.Page
	dom   *goquery.Document
	url   *url.URL // of the page; never nil
	base  *url.URL // against which links are resolved
	doc   *Document
	head  head
	ld    linked
	keep  []bool // which blocks are the article
	whole bool   // all of the input is
}

func newReader(p *page.Page, address string) *reader {
	r := &reader{page: p, doc: &Document{URL: address}}
	r.dom = goquery.NewDocumentFromNode(r.page.Root)
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		u = &url.URL{}
	}
	r.url, r.base = u, u
	r.head = readHead(r.page)
	if ref, err := url.Parse(r.head.base); err == nil && r.head.base != "" {
		r.base = u.ResolveReference(ref)
	}
	return r
}

// unscripted reports whether a noscript element holds more text than was found.
func (r *reader) unscripted() bool {
	for _, n := range r.dom.Find("noscript").Nodes {
		if n.FirstChild != nil && len(n.FirstChild.Data) > 1500 && strings.Count(n.FirstChild.Data, "<p") >= 2 {
			return true
		}
	}
	return false
}

// foreign reports whether bytes called HTML are something else: nothing of a
// PDF, picture, archive or feed is read as a page.
func foreign(b []byte) bool {
	b = bytes.TrimLeft(b[:min(len(b), 1024)], " \t\r\n\ufeff")
	for _, magic := range [...]string{
		"%PDF-", "\xff\xd8\xff", "\x89PNG", "GIF8", "PK\x03\x04", "\x1f\x8b", "RIFF", "\x00\x00\x00\x18ftyp", "\x00\x00\x00\x20ftyp",
		"ID3", "OggS", "BZh", "\xfd7zXZ", "7z\xbc\xaf", "Rar!", "\x28\xb5\x2f\xfd", "MZ", "\x7fELF", "wOFF", "wOF2", "\x00\x01\x00\x00",
	} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return true
		}
	}
	low := bytes.ToLower(b)
	if bytes.HasPrefix(low, []byte("<?xml")) && !bytes.Contains(low, []byte("<html")) {
		return true
	}
	if bytes.HasPrefix(low, []byte("<rss")) || bytes.HasPrefix(low, []byte("<feed")) {
		return true
	}
	if len(b) > 0 && (b[0] == '{' || b[0] == '[') && !bytes.ContainsRune(b, '<') {
		return true
	}
	// Binary without a known name: control characters that no text has.
	odd := 0
	for _, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b && c != 0 {
			odd++
		}
	}
	return odd*20 > len(b)
}

// body writes Text and HTML from the blocks that are kept.
func (r *reader) body(keep []bool) {
	r.keep = keep
	p := r.page
	first, last := bounds(keep)
	size := 0
	for i := range p.Blocks {
		if !keep[i] {
			continue
		}
		size += len(p.Blocks[i].Text) + 2
	}
	above := r.above()
	var text strings.Builder
	text.Grow(size)
	var row *html.Node
	for i := range p.Blocks {
		if !keep[i] {
			continue
		}
		b := &p.Blocks[i]
		cell := rowOf(p.Elems[b.Elem].Node)
		switch {
		case text.Len() == 0:
		case cell != nil && cell == row:
			text.WriteByte('\t')
		default:
			text.WriteString("\n\n")
		}
		row = cell
		if n := len(above); n > 0 && i > above[n-1] && r.doc.Caption == "" {
			r.caption(above, text.Len())
		}
		text.WriteString(b.Text)
	}
	r.doc.Text = text.String()
	if first < 0 {
		return
	}
	r.write(keep, first, last, size+size/4+64)
}

// above returns the blocks of the caption of the picture right above the article.
func (r *reader) above() []int {
	if r.whole {
		return nil
	}
	return r.page.Above(r.keep)
}

// caption sets the caption above Text[at:].
func (r *reader) caption(blocks []int, at int) {
	var out []string
	for _, i := range blocks {
		out = append(out, r.page.Blocks[i].Text)
	}
	r.doc.Caption, r.doc.CaptionAt = strings.Join(out, "\n\n"), at
}

// write sets HTML from the blocks that are kept, from the first to the last,
// and the images among them.
func (r *reader) write(keep []bool, first, last, size int) {
	p := r.page
	w := &renderer{p: p, keep: keep, base: r.base, block: -1, out: make([]byte, 0, size)}
	from, to := p.Blocks[first].First, p.Blocks[last].Last
	top := from
	var amid []bool
	if !r.whole {
		top, amid = r.topImages(first), r.amid()
	}
	for i := range p.Leaves {
		l := &p.Leaves[i]
		switch {
		case l.Image:
			if r.whole || int32(i) >= from && int32(i) < to+4 && amid[i] || int32(i) >= top && int32(i) < from && r.leads(i, first) {
				w.image(i)
			}
		case l.Block >= 0 && keep[l.Block]:
			w.text(l.Node, l.Block)
		}
	}
	w.endBlock()
	w.closeTo(0)
	r.doc.HTML = w.html()
	if r.doc.Image == "" {
		r.doc.Image = w.first
	}
}

// topImages returns the leaf from which on images may belong to the article:
// the headline above its first block.
func (r *reader) topImages(first int) int32 {
	p := r.page
	title := fold(r.doc.Title)
	for i := first; i >= 0 && i > first-20; i-- {
		if p.Elems[p.Blocks[i].Elem].Tag == atom.H1 || title != "" && fold(p.Blocks[i].Text) == title {
			return p.Blocks[i].First
		}
	}
	return p.Blocks[first].First
}

// leads reports whether an image above the first block is the article's: a
// figure in an element that holds this block as well, outside of furniture.
func (r *reader) leads(i, first int) bool {
	p := r.page
	l := &p.Leaves[i]
	if closest(l.Node, atom.Figure) == nil && l.Node.DataAtom != atom.Picture && p.Elems[l.Elem].Flags&page.FMedia == 0 || r.beside(l.Elem) {
		return false
	}
	for e, n := l.Elem, 0; e > 0 && n < 6; e, n = p.Elems[e].Parent, n+1 {
		if el := &p.Elems[e]; el.First <= int32(first) && int32(first) < el.Last {
			return true
		}
	}
	return false
}

func bounds(keep []bool) (first, last int) {
	first, last = -1, -1
	for i, k := range keep {
		if k {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	return first, last
}

// rowOf returns the table row that a cell belongs to; nil outside of tables.
func rowOf(n *html.Node) *html.Node {
	if n.DataAtom != atom.Td && n.DataAtom != atom.Th {
		return nil
	}
	return n.Parent
}

// amid reports which images belong to the article: those in a figure, and those
// between pieces of text that are kept, captions aside.
func (r *reader) amid() []bool {
	p := r.page
	out := make([]bool, len(p.Leaves))
	caption := make([]bool, len(p.Blocks))
	for i := range caption {
		caption[i] = !r.keep[i] && p.Caption(i)
	}
	kept := true
	for i := range p.Leaves {
		switch l := &p.Leaves[i]; {
		case l.Image:
			out[i] = kept
		case l.Block >= 0 && !caption[l.Block]:
			kept = r.keep[l.Block]
		}
	}
	kept = true
	for i := len(p.Leaves) - 1; i >= 0; i-- {
		switch l := &p.Leaves[i]; {
		case l.Image:
			out[i] = out[i] && kept || closest(l.Node, atom.Figure) != nil
		case l.Block >= 0 && !caption[l.Block]:
			kept = r.keep[l.Block]
		}
	}
	return out
}

func closest(n *html.Node, a atom.Atom) *html.Node {
	for ; n != nil; n = n.Parent {
		if n.DataAtom == a {
			return n
		}
	}
	return nil
}

// textOf returns the text of an element on one line.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && (d.Parent == nil || !silent(d.Parent.DataAtom)) {
			b.WriteString(d.Data)
		} else if d.DataAtom == atom.Br || page.IsBlock(d) {
			b.WriteByte(' ')
		}
		if b.Len() > 4096 {
			break
		}
	}
	return page.Squash(b.String())
}

func silent(a atom.Atom) bool {
	return a == atom.Script || a == atom.Style || a == atom.Noscript || a == atom.Template
}
