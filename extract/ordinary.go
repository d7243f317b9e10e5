package extract

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"newsfold/extract/internal/page"
)

// ordinary reads the HTML of an entry in one pass, without a tree, and writes its
// text and HTML as it goes. It understands what most entries are made of:
// paragraphs, headings, lists, links, emphasis and images, each closed where it
// should be. Whatever else it meets, and whatever a parser would have to repair,
// makes it give up: then the tree is made after all. What it does read, it reads
// exactly as the tree would be read, which [FuzzOrdinary] sees to.
type ordinary struct {
	s    string
	at   int
	text []byte
	html []byte

	address string
	base    *url.URL // of address; nil: not parsed yet

	blocks []around // block-level elements open
	inline []phrase // inline elements open, from the outermost on
	shown  int      // how many of them are written

	begun  bool // the paragraph has text
	space  bool // white space is due before more of it
	gap    bool // … in the HTML, where an image may have come in between
	br     bool // a line break is due
	breaks int  // br since the last character

	attrs  []html.Attribute // of the tag read last
	images []string         // addresses written
	links  bool
}

// around is a block-level element, and whether its start tag is written. Those of
// paragraphs, headings and items are written with their text.
type around struct {
	name    string
	written bool
}

// phrase is an inline element; one without a name is not written.
type phrase struct{ tag, name, href string }

// maxOrdinary bounds what is read without a tree, in bytes, and maxNested the
// elements in one another. Beyond both, limits of the tree's reader count.
const (
	maxOrdinary = 256 << 10
	maxNested   = 32
)

// readOrdinary returns the document of an entry's HTML, or nil when that is not
// as plain as that.
func readOrdinary(s, address string) *Document {
	if len(s) > maxOrdinary || !utf8.ValidString(s) || strings.HasPrefix(s, "\ufeff") {
		return nil
	}
	o := &ordinary{s: s, address: address, text: make([]byte, 0, len(s)), html: make([]byte, 0, len(s)+len(s)/8+64)}
	if !o.run() {
		return nil
	}
	d := &Document{Kind: Nothing, URL: address, Text: string(o.text)}
	if d.Text != "" {
		d.Kind = Article
		d.HTML = string(bytes.TrimSpace(o.html))
		if len(o.images) > 0 {
			d.Image = o.images[0]
		}
	}
	r := reader{doc: d}
	r.guess()
	d.Body, d.Origins = Credits(d.Text)
	if o.links && len(d.Origins) > 0 {
		return nil // the links tell more of these
	}
	return d
}

func (o *ordinary) run() bool {
	for o.at < len(o.s) {
		end := strings.IndexByte(o.s[o.at:], '<')
		if end < 0 {
			end = len(o.s) - o.at
		}
		if end > 0 && !o.words(o.s[o.at:o.at+end]) {
			return false
		}
		if o.at += end; o.at < len(o.s) && !o.tag() {
			return false
		}
	}
	if len(o.blocks) > 0 || len(o.inline) > 0 {
		return false
	}
	o.endParagraph()
	return true
}

// class says what to do with a byte of text.
var class = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= utf8.RuneSelf:
			t[c] = wide
		case c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f':
			t[c] = white
		case c < ' ' || c == 0x7f:
			t[c] = odd
		case strings.IndexByte(`"'&<>`, byte(c)) >= 0:
			t[c] = mark
		}
	}
	return t
}()

const (
	plain uint8 = iota
	mark        // written as a reference in HTML
	white       // white space
	wide        // not ASCII
	odd         // nothing that texts hold
)

// words takes in the text between two tags.
func (o *ordinary) words(s string) bool {
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	for i := 0; i < len(s); {
		j := i + 1
		switch class[s[i]] {
		case odd:
			return false
		case white:
			o.space, o.gap = true, true
		case wide:
			r, size := utf8.DecodeRuneInString(s[i:])
			j = i + size
			if space, kept := page.Kept(r); !kept {
				o.space, o.gap = o.space || space, o.gap || space
				break
			}
			if !o.begin() {
				return false
			}
			o.text, o.html = page.AppendRune(o.text, r), page.AppendRune(o.html, r)
		case mark:
			if !o.begin() {
				return false
			}
			o.text = append(o.text, s[i])
			o.html = page.AppendEscaped(o.html, s[i:j])
		case plain:
			if !o.begin() {
				return false
			}
			for j < len(s) && (class[s[j]] == plain || s[j] == ' ' && j+1 < len(s) && class[s[j+1]] == plain) {
				j++
			}
			o.text = append(o.text, s[i:j]...)
			o.html = append(o.html, s[i:j]...)
		}
		i = j
	}
	return true
}

// begin writes what is due before a character: the start of its paragraph, a
// break or white space, and the inline elements around it. It reports whether
// text may stand here.
func (o *ordinary) begin() bool {
	switch {
	case !o.begun:
		if in := o.inner(); in == "ul" || in == "ol" {
			return false
		}
		if len(o.text) > 0 {
			o.text = append(o.text, "\n\n"...)
		}
		o.openBlocks()
		o.write("<", o.paragraph(), ">")
		o.begun = true
	case o.br:
		o.text = append(o.text, '\n')
		o.write("<br>")
	default:
		if o.space {
			o.text = append(o.text, ' ')
		}
		if o.gap {
			o.html = append(o.html, ' ')
		}
	}
	o.space, o.gap, o.br, o.breaks = false, false, false, 0
	for ; o.shown < len(o.inline); o.shown++ {
		switch e := &o.inline[o.shown]; {
		case e.name == "":
		case e.name == "a":
			o.write(`<a href="`)
			o.html = append(page.AppendEscaped(o.html, e.href), `">`...)
		default:
			o.write("<", e.name, ">")
		}
	}
	return true
}

// inner is the name of the innermost block-level element, "" when none is open.
func (o *ordinary) inner() string {
	if n := len(o.blocks); n > 0 {
		return o.blocks[n-1].name
	}
	return ""
}

// paragraph is what the element is called that holds the text at hand.
func (o *ordinary) paragraph() string {
	switch in := o.inner(); in {
	case "", "div", "blockquote":
		return "p"
	default:
		return in
	}
}

// openBlocks writes the start tags of lists and quotations that are due.
func (o *ordinary) openBlocks() {
	for i := range o.blocks {
		b := &o.blocks[i]
		if !b.written && (b.name == "ul" || b.name == "ol" || b.name == "blockquote") {
			o.write("<", b.name, ">")
			b.written = true
		}
	}
}

func (o *ordinary) write(parts ...string) {
	for _, s := range parts {
		o.html = append(o.html, s...)
	}
}

// endParagraph ends the paragraph, if one has begun. No inline element is open.
func (o *ordinary) endParagraph() {
	if o.begun {
		o.write("</", o.paragraph(), ">\n")
	}
	o.begun, o.space, o.gap, o.br, o.breaks = false, false, false, false, 0
}

// tag takes in the tag at hand.
func (o *ordinary) tag() bool {
	s := o.s[o.at+1:]
	closing := strings.HasPrefix(s, "/")
	if closing {
		s = s[1:]
	}
	n := 0
	for n < len(s) && (s[n] >= 'a' && s[n] <= 'z' || s[n] >= '0' && s[n] <= '9' && n > 0) {
		n++
	}
	name := s[:n]
	if closing {
		if n == len(s) || s[n] != '>' {
			return false
		}
		o.at = len(o.s) - len(s) + n + 1
		return o.end(name)
	}
	rest, ok := o.attributes(s[n:])
	if !ok {
		return false
	}
	slash := o.s[len(o.s)-len(rest)-2] == '/'
	o.at = len(o.s) - len(rest)
	switch name {
	case "br":
		o.br = o.begun
		o.breaks++
		return o.breaks < 2
	case "img":
		return o.image()
	}
	return !slash && o.start(name)
}

// attributes reads the attributes of a tag, of which s is what follows its name,
// and returns what follows the tag.
func (o *ordinary) attributes(s string) (rest string, ok bool) {
	o.attrs = o.attrs[:0]
	for {
		t := strings.TrimLeft(s, " \n\t")
		switch {
		case t == "":
			return "", false
		case t[0] == '>':
			return t[1:], true
		case strings.HasPrefix(t, "/>"):
			return t[2:], true
		case len(t) == len(s):
			return "", false // not set off by white space
		}
		n := 0
		for n < len(t) && (t[n] >= 'a' && t[n] <= 'z' || n > 0 && (t[n] >= '0' && t[n] <= '9' || t[n] == '-' || t[n] == '_')) {
			n++
		}
		if n == 0 || n+1 >= len(t) || t[n] != '=' || t[n+1] != '"' {
			return "", false
		}
		end := strings.IndexByte(t[n+2:], '"')
		if end < 0 {
			return "", false
		}
		val, plain := attribute(t[n+2 : n+2+end])
		if !plain {
			return "", false
		}
		o.attrs = append(o.attrs, html.Attribute{Key: t[:n], Val: val})
		s = t[n+2+end+1:]
	}
}

// attribute returns the value of an attribute of which s is written, and whether
// it is that for certain.
func attribute(s string) (string, bool) {
	refs := false
	for i := 0; i < len(s); i++ {
		switch c := class[s[i]]; {
		case c == odd, s[i] == '<', s[i] == '>', c == white && s[i] != ' ':
			return "", false
		case s[i] != '&':
		case strings.HasPrefix(s[i:], "&amp;"), strings.HasPrefix(s[i:], "&#"):
			refs = true
		default:
			return "", false
		}
	}
	if refs {
		s = html.UnescapeString(s)
	}
	return s, true
}

// start opens an element.
func (o *ordinary) start(name string) bool {
	if len(o.blocks)+len(o.inline) >= maxNested {
		return false
	}
	inner := o.inner()
	switch name {
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "div", "blockquote":
		if len(o.inline) > 0 || inner != "" && inner != "div" && inner != "blockquote" || name == "ol" && len(o.attrs) > 0 {
			return false
		}
		o.endParagraph()
		o.blocks = append(o.blocks, around{name: name})
		return true
	case "li":
		o.blocks = append(o.blocks, around{name: name})
		return len(o.inline) == 0 && (inner == "ul" || inner == "ol")
	case "em", "i", "strong", "b", "code", "sub", "sup", "q", "cite", "mark", "s", "u", "kbd", "samp", "var", "small":
		o.inline = append(o.inline, phrase{tag: name, name: name})
		return !o.styled()
	case "span":
		o.inline = append(o.inline, phrase{tag: name})
		return !o.styled()
	case "a":
		return !o.styled() && o.link()
	}
	return false
}

// styled reports whether the tag read last may hide its element.
func (o *ordinary) styled() bool {
	return slices.ContainsFunc(o.attrs, func(a html.Attribute) bool { return a.Key == "style" || a.Key == "hidden" })
}

// link opens an a element, in which there is no other.
func (o *ordinary) link() bool {
	if slices.ContainsFunc(o.inline, func(e phrase) bool { return e.tag == "a" }) {
		return false
	}
	e := phrase{tag: "a"}
	n := html.Node{Attr: o.attrs}
	if page.HasAttr(&n, "href") {
		e.name, e.href = "a", o.resolve(page.Attr(&n, "href"))
		if !usual(e.href) {
			return false
		}
	}
	o.inline = append(o.inline, e)
	o.links = true
	return true
}

func (o *ordinary) resolve(ref string) string { return resolve(o.against(), ref) }

// against returns the address that links are relative to.
func (o *ordinary) against() *url.URL {
	if o.base == nil {
		u, err := url.Parse(strings.TrimSpace(o.address))
		if err != nil {
			u = &url.URL{}
		}
		o.base = u
	}
	return o.base
}

// end closes an element, which has to be the innermost.
func (o *ordinary) end(name string) bool {
	if n := len(o.inline); n > 0 {
		e := &o.inline[n-1]
		if e.tag != name {
			return false
		}
		if o.shown == n {
			if e.name != "" {
				o.write("</", e.name, ">")
			}
			o.shown--
		}
		o.inline = o.inline[:n-1]
		return true
	}
	n := len(o.blocks)
	if n == 0 || o.blocks[n-1].name != name {
		return false
	}
	o.endParagraph()
	if o.blocks[n-1].written {
		o.write("</", name, ">\n")
	}
	o.blocks = o.blocks[:n-1]
	return true
}

// image writes an image: in running text where it stands, otherwise as a figure.
func (o *ordinary) image() bool {
	if in := o.inner(); in == "li" || in == "ul" || in == "ol" {
		return false
	}
	src, alt := imageOf(&html.Node{Type: html.ElementNode, DataAtom: atom.Img, Data: "img", Attr: o.attrs}, o.against())
	if src == "" || slices.Contains(o.images, src) {
		return true
	}
	if !usual(src) {
		return false
	}
	o.images = append(o.images, src)
	if o.begun {
		for ; o.shown > 0; o.shown-- { // opened again before more text
			if e := &o.inline[o.shown-1]; e.name != "" {
				o.write("</", e.name, ">")
			}
		}
		if o.gap {
			o.html = append(o.html, ' ')
			o.gap = false
		}
	} else {
		o.openBlocks()
		o.write("<figure>")
	}
	o.write(`<img src="`)
	o.html = page.AppendEscaped(o.html, src)
	o.write(`" alt="`)
	o.html = page.AppendEscaped(o.html, alt)
	o.write(`">`)
	if !o.begun {
		o.write("</figure>\n")
	}
	return true
}
