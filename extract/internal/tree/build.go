package tree

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Limits within which pages are built; beyond them Build gives up.
const (
	maxDepth = 512     // elements in one another, where the parser gives up as well
	maxAttrs = 64      // of an element
	maxMoved = 4 << 20 // bytes of text nodes that grew
)

// Build returns the tree of a page in UTF-8, read as a browser with scripts reads
// it; nil when the page is not as plain as that.
func Build(b []byte) *html.Node {
	if bytes.IndexByte(b, 0) >= 0 {
		return nil
	}
	t := &builder{
		b: b, s: string(b), doc: &html.Node{Type: html.DocumentNode}, returns: bytes.IndexByte(b, '\r') >= 0,
		open: make([]element, 0, 64),
	}
	if !t.run() {
		return nil
	}
	return t.doc
}

type builder struct {
	b  []byte
	s  string // the same
	at int    // what comes before is read

	doc, head, form *html.Node
	open            []element    // the stack of open elements
	active          []*html.Node // the active formatting elements; nil: a marker
	mode            mode
	quirks          bool
	returns         bool // the page has carriage returns
	paragraphs      int  // p elements open
	lost            bool // the page is beyond this package
	moved           int  // bytes of text nodes that grew

	tag   tag // the one at work
	nodes []html.Node
	attrs []html.Attribute
}

// element is an open element.
type element struct {
	*html.Node
	traits traits
}

// mode is an insertion mode (13.2.4.1).
type mode uint8

const (
	initial mode = iota
	beforeHTML
	beforeHead
	inHead
	afterHead
	inBody
	inTable
	inCaption
	inColumns
	inTableBody
	inRow
	inCell
	afterBody
	afterAfterBody
)

// run reads the page and reports whether its tree is complete.
func (t *builder) run() bool {
	for t.at < len(t.s) && !t.lost {
		i := t.nextTag()
		if i > t.at {
			t.text(t.clean(t.s[t.at:i]))
			t.at = i
		}
		if t.at < len(t.s) {
			t.markup()
		}
	}
	for t.mode < inBody {
		t.advance()
	}
	return !t.lost
}

// nextTag returns where the text that begins here ends.
func (t *builder) nextTag() int {
	for i := t.at; ; i++ {
		j := strings.IndexByte(t.s[i:], '<')
		if j < 0 || i+j+1 >= len(t.s) {
			return len(t.s)
		}
		i += j
		if c := t.s[i+1]; isLetter(c) || c == '/' || c == '!' || c == '?' {
			return i
		}
	}
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// markup reads what begins with the < here.
func (t *builder) markup() {
	switch c := t.s[t.at+1]; {
	case c == '!' || c == '?':
		t.declaration()
	case c == '/':
		if t.at+2 >= len(t.s) || !isLetter(t.s[t.at+2]) || !t.readTag(t.at+2, false) {
			t.lost = true
			return
		}
		for !t.lost && !t.end() {
		}
	default:
		if !t.readTag(t.at+1, true) {
			t.lost = true
			return
		}
		for !t.lost && !t.start() {
		}
	}
}

const doctype = "<!doctype"

// declaration reads a document type, or what counts as a comment.
func (t *builder) declaration() {
	rest := t.s[t.at:]
	end := strings.IndexByte(rest, '>')
	if end < 0 || strings.HasPrefix(rest, "<!--") {
		t.lost = true
		return
	}
	t.at += end + 1
	if end >= len(doctype) && strings.EqualFold(rest[:len(doctype)], doctype) {
		t.docType(rest[:end+1])
		return
	}
	data := rest[1:end]
	if rest[1] == '!' {
		data = rest[2:end]
	}
	parent := t.top()
	switch t.mode {
	case initial, beforeHTML, afterAfterBody:
		parent = t.doc
	case afterBody:
		parent = t.open[0].Node
	}
	comment := t.node(html.CommentNode)
	comment.Data = t.clean(data)
	parent.AppendChild(comment)
}

// docType notes the document type. Which of them make a browser follow the rules
// of old is left to the parser: then a table stands in the paragraph before.
func (t *builder) docType(s string) {
	if t.mode == afterBody {
		t.mode = inBody
	}
	if t.mode != initial {
		return
	}
	t.mode = beforeHTML
	if s[len(doctype):] == " html>" {
		n := t.node(html.DoctypeNode)
		n.Data = "html"
		t.doc.AppendChild(n)
		return
	}
	doc, err := html.Parse(strings.NewReader(s + "<p><table>"))
	if err != nil || doc.FirstChild.Type != html.DoctypeNode {
		t.lost = true
		return
	}
	n := doc.FirstChild
	doc.RemoveChild(n)
	t.doc.AppendChild(n)
	for d := range doc.Descendants() {
		t.quirks = t.quirks || d.DataAtom == atom.Table && d.Parent.DataAtom == atom.P
	}
}

// advance does what a mode does of what it does not expect: it goes on to the
// next, with the elements in between.
func (t *builder) advance() {
	switch t.mode {
	case initial:
		t.quirks = true
		t.mode = beforeHTML
	case beforeHTML:
		t.imply(atom.Html)
		t.mode = beforeHead
	case beforeHead:
		t.imply(atom.Head)
		t.head = t.top()
		t.mode = inHead
	case inHead:
		t.cut(len(t.open) - 1)
		t.mode = afterHead
	case afterHead:
		t.imply(atom.Body)
		t.mode = inBody
	case inColumns:
		t.cut(len(t.open) - 1)
		t.mode = inTable
	case afterBody, afterAfterBody:
		t.mode = inBody
	}
}

// imply adds an element that has no tag.
func (t *builder) imply(a atom.Atom) {
	n := t.node(html.ElementNode)
	n.DataAtom, n.Data = a, a.String()
	_, traits := look(a)
	t.push(n, traits)
}

// add adds the element of the tag at work.
func (t *builder) add() *html.Node {
	n := t.element()
	t.push(n, t.tag.traits)
	return n
}

// addVoid adds it as one without content.
func (t *builder) addVoid() { t.top().AppendChild(t.element()) }

// element returns a node for the tag at work.
func (t *builder) element() *html.Node {
	n := t.node(html.ElementNode)
	n.DataAtom, n.Data, n.Attr = t.tag.atom, t.tag.name, t.tag.attr
	return n
}

// push makes n the last child of the innermost element and opens it.
func (t *builder) push(n *html.Node, traits traits) {
	t.top().AppendChild(n)
	t.open = append(t.open, element{n, traits})
	if n.DataAtom == atom.P {
		t.paragraphs++
	}
	t.lost = t.lost || len(t.open) > maxDepth
}

// cut closes all elements from open[n] on.
func (t *builder) cut(n int) {
	for i := n; i < len(t.open); i++ {
		if t.open[i].DataAtom == atom.P {
			t.paragraphs--
		}
	}
	t.open = t.open[:n]
}

// top returns the innermost open element.
func (t *builder) top() *html.Node {
	if len(t.open) == 0 {
		return t.doc
	}
	return t.open[len(t.open)-1].Node
}

// node takes a node of memory allocated for many.
func (t *builder) node(typ html.NodeType) *html.Node {
	if len(t.nodes) == 0 {
		t.nodes = make([]html.Node, min(len(t.s)/64+8, 128))
	}
	n := &t.nodes[0]
	t.nodes = t.nodes[1:]
	n.Type = typ
	return n
}

// text takes in text.
func (t *builder) text(s string) {
	for {
		rest := strings.TrimLeft(s, white)
		switch t.mode {
		case initial, beforeHTML, beforeHead:
			s = rest
		case inHead, afterHead, inColumns:
			t.addText(s[:len(s)-len(rest)])
			s = rest
		case afterBody, afterAfterBody:
			if rest == "" {
				t.bodyText(s)
				return
			}
		case inTable, inTableBody, inRow:
			if rest != "" {
				t.lost = true // it would stand before the table
				return
			}
			t.addText(s)
			return
		default:
			t.bodyText(s)
			return
		}
		if s == "" {
			return
		}
		t.advance()
	}
}

const white = " \t\r\n\f"

// bodyText adds text to an element of the body.
func (t *builder) bodyText(s string) {
	if n := t.top(); (n.DataAtom == atom.Pre || n.DataAtom == atom.Listing) && n.FirstChild == nil {
		s = skipNewline(s)
	}
	if s == "" {
		return
	}
	t.reopen()
	t.addText(s)
}

// skipNewline skips a newline at the start of text in which that does not count.
func skipNewline(s string) string {
	return strings.TrimPrefix(strings.TrimPrefix(s, "\r"), "\n") // \r comes of a reference
}

// addText adds text to the innermost element.
func (t *builder) addText(s string) {
	if s == "" {
		return
	}
	if n := t.top().LastChild; n != nil && n.Type == html.TextNode {
		n.Data += s
		t.moved += len(n.Data)
		t.lost = t.lost || t.moved > maxMoved
		return
	}
	n := t.node(html.TextNode)
	n.Data = s
	t.top().AppendChild(n)
}

// raw adds the element of the tag at work, whose content up to its end tag is
// text; references are characters only in some.
func (t *builder) raw(parent *html.Node) {
	n := t.element()
	parent.AppendChild(n)
	start := t.at
	s := t.s[start:t.rawEnd(t.tag.name)]
	switch t.tag.atom {
	case atom.Textarea:
		s = skipNewline(t.clean(s))
	case atom.Title:
		s = t.clean(s)
	default:
		s = t.newlines(s)
	}
	if s != "" {
		text := t.node(html.TextNode)
		text.Data = s
		n.AppendChild(text)
	}
}

// rawEnd goes on behind the end tag of a raw element whose content begins here,
// and returns where the content ends.
func (t *builder) rawEnd(name string) int {
	for i := t.at; ; i++ {
		j := strings.Index(t.s[i:], "</")
		k := i + j + 2 + len(name)
		if j < 0 || k >= len(t.s) {
			t.at = len(t.s)
			return t.at
		}
		i += j
		if c := t.s[k]; strings.EqualFold(t.s[i+2:k], name) && (c == '>' || c == '/' || isSpace(c)) {
			element := t.tag
			t.lost = t.lost || !t.readTag(i+2, false)
			t.tag = element
			return i
		}
	}
}

// clean returns s with its references made characters and its newlines one
// character each.
func (t *builder) clean(s string) string {
	s = t.newlines(s)
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	return html.UnescapeString(s)
}

func (t *builder) newlines(s string) string {
	if !t.returns || strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
