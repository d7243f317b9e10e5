package page

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// walker makes the blocks of a page in one walk over its tree.
type walker struct {
	p     *Page
	text  []byte // of all blocks
	spans []span // of the blocks in text
	flags map[string]Flags
	plain bool // nothing is to be classified

	elem   int32 // the innermost block-level element
	figure int32 // the innermost figure; 0: none
	links  int   // depth of a elements
	bold   int
	italic int
	pre    int
	ctl    int
	inline Flags // flags of the inline elements around
	first  int32 // first leaf of the block in the making
	start  int   // its start in text
	space  bool  // white space is due before the next character
	line   bool  // a line break is due
	breaks int   // br since the last character
	cur    Block
}

type span struct{ from, to int }

// walk makes the blocks of a page of so many bytes.
func (p *Page) walk(size int) {
	w := &walker{p: p, text: make([]byte, 0, min(size, 16<<10)), plain: p.Fragment}
	if !w.plain {
		w.flags = make(map[string]Flags, 64)
	}
	p.Elems = make([]Elem, 1, min(size/100, 1024)+4)
	p.Blocks = make([]Block, 0, min(size/150, 256)+2)
	p.Leaves = make([]Leaf, 0, min(size/50, 2048)+4)
	p.Elems[0] = Elem{Node: p.Root, Parent: -1}
	w.children(p.Root)
	w.flush(false)
	all := string(w.text)
	for i := range p.Blocks {
		p.Blocks[i].Text = all[w.spans[i].from:w.spans[i].to]
	}
	p.Elems[0].Last = int32(len(p.Blocks))
	if w.plain {
		return
	}
	for i := range p.Blocks {
		measure(&p.Blocks[i])
	}
	p.sum()
}

func (w *walker) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			w.addText(c)
		case html.ElementNode:
			w.element(c)
		}
	}
}

func (w *walker) element(n *html.Node) {
	if textless(n.DataAtom) {
		return
	}
	switch n.DataAtom {
	case atom.Noscript:
		if w.p.noscript {
			w.children(n)
		}
		return
	case atom.Head:
		w.head(n)
		return
	case atom.Meta, atom.Link, atom.Base:
		w.p.Heads = append(w.p.Heads, n)
		return
	case atom.Br:
		w.breaks++
		if w.breaks == 2 {
			w.flush(true)
		} else if len(w.text) > w.start {
			w.line = true
			w.p.Leaves = append(w.p.Leaves, Leaf{Node: n, Block: int32(len(w.p.Blocks))})
		}
		return
	case atom.Img, atom.Picture:
		w.p.Elems[w.figure].Pictured = w.figure > 0
		w.p.Leaves = append(w.p.Leaves, Leaf{Node: n, Block: -1, Elem: w.elem, Image: true})
		return
	}
	switch {
	case IsBlock(n):
		w.block(n)
	case !hidden(n):
		w.phrase(n)
	}
}

// phrase walks an element within a paragraph.
func (w *walker) phrase(n *html.Node) {
	var f Flags
	if !w.plain {
		f = w.flagsOf(n)
		if f&FVeiled != 0 && n.DataAtom != atom.A {
			return
		}
		w.mark(n, f)
	}
	saved := w.inline
	w.inline |= f &^ FVeiled
	switch n.DataAtom {
	case atom.A:
		w.noteLink(n)
		w.links++
		if w.links == 1 {
			w.cur.Links++
		}
		w.children(n)
		w.links--
	case atom.B, atom.Strong:
		w.bold++
		w.children(n)
		w.bold--
	case atom.I, atom.Em:
		w.italic++
		w.children(n)
		w.italic--
	case atom.Label:
		w.ctl++
		w.children(n)
		w.ctl--
	default:
		w.children(n)
	}
	w.inline = saved
}

// textless tells the elements that hold no text a reader sees.
func textless(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Select, atom.Datalist, atom.Textarea, atom.Iframe, atom.Object,
		atom.Svg, atom.Canvas, atom.Noembed, atom.Noframes, atom.Input, atom.Embed, atom.Applet:
		return true
	}
	return false
}

func (w *walker) block(n *html.Node) {
	w.flush(false)
	id := int32(len(w.p.Elems))
	outer := w.elem
	e := Elem{Node: n, Parent: outer, Depth: w.p.Elems[outer].Depth + 1, Tag: n.DataAtom, First: int32(len(w.p.Blocks))}
	if !w.plain {
		e.Flags, e.Hidden, e.Sig = w.flagsOf(n)&^FVeiled, hidden(n), signature(n)
		w.mark(n, e.Flags)
	}
	w.p.Elems = append(w.p.Elems, e)
	w.elem = id
	if f := &w.p.Elems[w.figure]; w.figure > 0 && n.DataAtom == atom.Figcaption && f.Figcaption == 0 {
		f.Figcaption = id
	}
	inline := w.inline
	w.inline = 0
	switch n.DataAtom {
	case atom.Figure:
		w.inFigure(n, id)
	case atom.Pre, atom.Listing, atom.Xmp, atom.Plaintext:
		w.pre++
		w.children(n)
		w.flush(false)
		w.pre--
	case atom.Button:
		w.ctl++
		w.children(n)
		w.flush(false)
		w.ctl--
	default:
		w.children(n)
		w.flush(false)
	}
	w.inline = inline
	w.elem = outer
	w.p.Elems[id].Last = int32(len(w.p.Blocks))
}

// inFigure walks a figure, which is element id.
func (w *walker) inFigure(n *html.Node, id int32) {
	around := w.figure
	w.figure = id
	w.children(n)
	w.flush(false)
	w.figure = around
	if w.p.Elems[id].Pictured && around > 0 {
		w.p.Elems[around].Pictured = true
	}
}

// noteLink notes a link to a tag or a licence.
func (w *walker) noteLink(n *html.Node) {
	rel := Attr(n, "rel")
	if (strings.Contains(rel, "tag") || strings.Contains(rel, "license") || strings.Contains(Attr(n, "href"), "creativecommons.org/licenses/")) && len(w.p.Links) < 500 {
		w.p.Links = append(w.p.Links, n)
	}
}

// mark notes an element that may name the author or the date.
func (w *walker) mark(n *html.Node, f Flags) {
	if (f&(FBio|FMeta) != 0 || n.DataAtom == atom.Time || Attr(n, "rel") == "author") && len(w.p.Marked) < 2000 {
		w.p.Marked = append(w.p.Marked, Mark{Node: n, Elem: w.elem, Block: int32(len(w.p.Blocks)), Flags: f})
	}
}

// head notes the title and the elements that package extract reads.
func (w *walker) head(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Title:
			if c.FirstChild != nil && w.p.Title == "" {
				w.p.Title = Squash(c.FirstChild.Data)
			}
		case atom.Meta, atom.Link, atom.Base:
			w.p.Heads = append(w.p.Heads, c)
		case atom.Noscript:
			if w.p.noscript {
				w.head(c)
			}
		}
	}
}

// addText appends a text node to the block in the making.
func (w *walker) addText(n *html.Node) {
	blank := true
	s := n.Data
	for i := 0; i < len(s); {
		if j, spaces := plainWords(s, i); j > i { // most text is
			w.begin()
			w.text = append(w.text, s[i:j]...)
			w.count(int32(j - i - spaces))
			i, blank = j, false
			continue
		}
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		i += size
		switch class := textClass(r); class {
		case skipRune:
			continue
		case spaceRune:
			if w.pre > 0 && len(w.text) > w.start {
				w.text = utf8.AppendRune(w.text, r)
				continue
			}
			w.space = true
			continue
		}
		w.begin()
		blank = false
		w.text = AppendRune(w.text, r)
		w.count(1)
	}
	if !blank {
		w.cur.Flags &= w.inline
	}
	w.p.Leaves = append(w.p.Leaves, Leaf{Node: n, Block: int32(len(w.p.Blocks))})
}

// plainRun returns the end of the run of visible ASCII characters from i on.
func plainRun(s string, i int) int {
	for i < len(s) && s[i] > ' ' && s[i] < 0x7f {
		i++
	}
	return i
}

// plainWords returns the end of the words of visible ASCII characters from i on that
// have one space each between them, and how many spaces that are.
func plainWords(s string, i int) (end, spaces int) {
	for end = plainRun(s, i); end > i && end+1 < len(s) && s[end] == ' '; spaces++ {
		next := plainRun(s, end+1)
		if next == end+1 {
			break
		}
		end = next
	}
	return end, spaces
}

// begin writes the white space that is due before text, or begins the block.
func (w *walker) begin() {
	switch {
	case len(w.text) == w.start:
		w.cur.LinkStart = w.links > 0
		w.cur.Flags = w.inline
		w.cur.Control = w.ctl > 0
	case w.line:
		w.text = append(w.text, '\n')
	case w.space:
		w.text = append(w.text, ' ')
	}
	w.space, w.line, w.breaks = false, false, 0
}

// count notes n characters of text.
func (w *walker) count(n int32) {
	w.cur.Chars += n
	if w.links > 0 {
		w.cur.LinkChars += n
	}
	w.cur.LinkEnd = w.links > 0
	if w.bold > 0 {
		w.cur.Bold += n
	}
	if w.italic > 0 {
		w.cur.Italic += n
	}
}

type runeClass uint8

const (
	textRune runeClass = iota
	spaceRune
	skipRune
)

// textClass says what becomes of a character: soft hyphens, zero-width spaces
// and control characters are dropped; joiners stay, which Persian and the
// Indic scripts need.
func textClass(r rune) runeClass {
	switch {
	case r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' || r == 0xa0 || r == 0x85:
		return spaceRune
	case r < ' ' || r == 0x7f:
		return skipRune
	case r < 0xad:
		return textRune
	case r == 0xad || r == 0x200b || r == 0xfeff || r == 0x2060 || r == utf8.RuneError:
		return skipRune
	case r >= 0x2000 && r <= 0x200a || r == 0x202f || r == 0x205f || r == 0x3000 || r == 0x2028 || r == 0x2029 || r == 0x1680:
		return spaceRune
	}
	return textRune
}

// Kept reports whether blocks keep a character, and if not, whether it counts as
// white space.
func Kept(r rune) (space, kept bool) {
	c := textClass(r)
	return c == spaceRune, c == textRune
}

// AppendRune appends a character, the Latin ligatures (U+FB00 to U+FB06) as the
// letters they stand for.
func AppendRune(b []byte, r rune) []byte {
	if r >= 0xfb00 && r <= 0xfb06 {
		return append(b, [...]string{"ff", "fi", "fl", "ffi", "ffl", "st", "st"}[r-0xfb00]...)
	}
	return utf8.AppendRune(b, r)
}

// Lead returns what is left of s behind the white space that it starts with and
// the characters that blocks drop, and whether there was white space.
func Lead(s string) (rest string, space bool) {
	for i, r := range s {
		switch textClass(r) {
		case textRune:
			return s[i:], space
		case spaceRune:
			space = true
		}
	}
	return "", space
}

// AppendHTML appends the characters of s that blocks keep, escaped as HTML, and
// reports whether white space stood at the end. Unless pre is set, runs of white
// space between words are made single spaces, and none is written at the ends.
func AppendHTML(b []byte, s string, pre bool) (out []byte, space bool) {
	word := false // some has been written
	for i := 0; i < len(s); {
		if j := plainRun(s, i); j > i {
			if space && word {
				b = append(b, ' ')
			}
			b = AppendEscaped(b, s[i:j])
			i, word, space = j, true, false
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		class := textClass(r)
		switch {
		case class == skipRune:
		case class == spaceRune && pre && r == '\r':
			b = append(b, "&#13;"...)
		case class == spaceRune && pre:
			b = utf8.AppendRune(b, r)
		case class == spaceRune:
			space = true
		default:
			if space && word {
				b = append(b, ' ')
			}
			b = AppendRune(b, r)
			word, space = true, false
		}
	}
	return b, space
}

// AppendEscaped appends s with the characters escaped that html.EscapeString
// escapes.
func AppendEscaped(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); i++ {
		ref := ""
		switch s[i] {
		case '&':
			ref = "&amp;"
		case '<':
			ref = "&lt;"
		case '>':
			ref = "&gt;"
		case '\'':
			ref = "&#39;"
		case '"':
			ref = "&#34;"
		case '\r':
			ref = "&#13;"
		default:
			continue
		}
		b = append(append(b, s[start:i]...), ref...)
		start = i + 1
	}
	return append(b, s[start:]...)
}

// Squash returns s with runs of white space made single spaces and the
// characters dropped that blocks drop.
func Squash(s string) string {
	if squashed(s) {
		return s
	}
	b := make([]byte, 0, len(s))
	space := false
	for _, r := range s {
		switch textClass(r) {
		case spaceRune:
			space = true
		case textRune:
			if space && len(b) > 0 {
				b = append(b, ' ')
			}
			space = false
			b = AppendRune(b, r)
		}
	}
	return string(b)
}

// squashed reports whether s is ASCII that Squash would leave as it is.
func squashed(s string) bool {
	before := byte(' ')
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' || c >= 0x7f || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return before != ' ' || s == ""
}

// flush ends the block in the making.
func (w *walker) flush(br bool) {
	p := w.p
	if len(w.text) > w.start {
		w.text = w.text[:w.start+len(bytes.TrimRightFunc(w.text[w.start:], unicode.IsSpace))]
		b := w.cur
		b.Elem, b.First, b.Last = w.elem, w.first, int32(len(p.Leaves))
		b.Break = br
		p.Blocks = append(p.Blocks, b)
		w.spans = append(w.spans, span{w.start, len(w.text)})
	} else {
		for i := w.first; i < int32(len(p.Leaves)); i++ { // white space only
			p.Leaves[i].Block = -1
		}
	}
	w.cur = Block{}
	w.start = len(w.text)
	w.first = int32(len(p.Leaves))
	w.space, w.line = false, false
	if !br {
		w.breaks = 0
	}
	if w.links > 0 {
		w.cur.Links = 1
	}
}

// measure counts what features need from the text of a block.
func measure(b *Block) {
	last := b.count()
	trimmed := strings.TrimRight(b.Text, "\"'”’»)]“")
	if trimmed != "" {
		last, _ = utf8.DecodeLastRuneInString(trimmed)
	}
	b.EndsWithStop = isStop(last) || last == '…'
	b.Dots = last == '…' || strings.HasSuffix(trimmed, "...") || strings.HasSuffix(trimmed, "[...")
	b.EndsAsLead = last == ':' || last == '：'
	n := b.Chars
	b.Good = n >= 80 && b.LinkChars*3 < n && (b.Stops > 0 && b.EndsWithStop || b.Commas > 1) ||
		n >= 30 && b.Words >= n*2/3 && b.LinkChars*3 < n && b.Stops > 0 // Chinese, Japanese
}

// count counts words, capitals, digits and signs, and returns the last character
// that is no white space.
func (b *Block) count() (last rune) {
	inWord := false
	for i := 0; i < len(b.Text); {
		r, size := rune(b.Text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(b.Text[i:])
		}
		i += size
		switch {
		case r == ' ' || r == '\n':
			inWord = false
			continue
		case r >= 'a' && r <= 'z':
			if !inWord {
				b.Words++
				inWord = true
			}
		case r >= '0' && r <= '9':
			b.Digits++
			if !inWord {
				b.Words++
				inWord = true
			}
		case r >= 'A' && r <= 'Z':
			b.Upper++
			if !inWord {
				b.Caps++
				b.Words++
				inWord = true
			}
		case r == ',' || r == 0x60c || r == 0x3001 || r == 0xff0c:
			b.Commas++
		case isStop(r):
			b.Stops++
		case r < utf8.RuneSelf:
		case wide(r): // a character of a script without spaces: about half a word
			b.Words++
		default:
			if unicode.IsUpper(r) {
				b.Upper++
				if !inWord {
					b.Caps++
				}
			}
			if !inWord && unicode.IsLetter(r) {
				b.Words++
				inWord = true
			}
		}
		last = r
	}
	return last
}

func isStop(r rune) bool {
	switch r {
	case '.', '!', '?', '。', '！', '？', '؟', '۔', '।':
		return true
	}
	return false
}

func wide(r rune) bool {
	return r >= 0x2e80 && r <= 0x9fff || r >= 0xf900 && r <= 0xfaff || r >= 0x20000 && r <= 0x3ffff || r >= 0xe00 && r <= 0xe7f
}

// sum adds the counts of blocks up the elements.
func (p *Page) sum() {
	for i := range p.Blocks {
		b := &p.Blocks[i]
		e := &p.Elems[b.Elem]
		e.Chars += b.Chars
		e.LinkChars += b.LinkChars
		if b.Good {
			e.Good += b.Chars
			e.GoodN++
		}
	}
	for i := len(p.Elems) - 1; i > 0; i-- {
		e, up := &p.Elems[i], &p.Elems[p.Elems[i].Parent]
		up.Chars += e.Chars
		up.LinkChars += e.LinkChars
		up.Good += e.Good
		up.GoodN += e.GoodN
	}
}

// signature hashes the tag and class of an element, so that repeated shapes
// (teasers, comments) are found.
func signature(n *html.Node) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(n.Data); i++ {
		h = (h ^ uint32(n.Data[i])) * 16777619
	}
	for _, a := range n.Attr {
		if a.Key != "class" {
			continue
		}
		h = (h ^ 0x20) * 16777619
		for i := 0; i < len(a.Val); i++ {
			c := a.Val[i]
			if c >= '0' && c <= '9' { // numbered classes are one shape
				continue
			}
			h = (h ^ uint32(c)) * 16777619
		}
	}
	return h
}
