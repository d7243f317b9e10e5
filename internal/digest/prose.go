package digest

import (
	"cmp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"newsfold/internal/river"
)

// prose is the text of a story as XHTML that keeps the rules of EPUB: a row of
// simple blocks, so that nothing stands where it may not, whatever the page was
// like. Pictures are left out: a book may not fetch them.
func prose(s river.Story) string {
	var f flattener
	if s.HTML != "" {
		// Parsing never fails on a string: every text is some HTML.
		doc, err := html.Parse(strings.NewReader(s.HTML))
		if err == nil {
			f.walk(doc, 0)
			f.flush()
		}
	}
	if f.out.Len() > 0 {
		return f.out.String()
	}
	for p := range strings.SplitSeq(cmp.Or(s.Text, s.Lede), "\n\n") {
		if p = plain(p); p != "" {
			f.out.WriteString("<p>" + esc(p) + "</p>\n")
		}
	}
	return f.out.String()
}

// The elements that prose knows. Others are looked through.
var (
	skipped = map[atom.Atom]bool{
		atom.Head: true, atom.Script: true, atom.Style: true, atom.Template: true, atom.Noscript: true, atom.Iframe: true,
		atom.Svg: true, atom.Math: true, atom.Audio: true, atom.Video: true, atom.Form: true, atom.Select: true, atom.Textarea: true,
	}
	blocks = map[atom.Atom]string{
		atom.P: "p", atom.Div: "p", atom.Section: "p", atom.Article: "p", atom.Figure: "p", atom.Figcaption: "p", atom.Address: "p",
		atom.H1: "h2", atom.H2: "h2", atom.H3: "h2", atom.H4: "h2", atom.H5: "h2", atom.H6: "h2",
		atom.Blockquote: "blockquote", atom.Li: "item", atom.Dt: "p", atom.Dd: "item", atom.Pre: "pre",
		atom.Ul: "p", atom.Ol: "p", atom.Dl: "p", atom.Table: "p", atom.Tr: "p", atom.Caption: "p",
		atom.Header: "p", atom.Footer: "p", atom.Aside: "p", atom.Details: "p", atom.Summary: "p", atom.Main: "p",
	}
	spans = map[atom.Atom]string{
		atom.Em: "em", atom.I: "em", atom.Strong: "strong", atom.B: "strong", atom.Code: "code", atom.Sub: "sub", atom.Sup: "sup", atom.Cite: "cite",
	}
)

// deepest is how deep elements are followed: the text below is dropped.
const deepest = 200

// flattener turns a tree of HTML into a row of blocks.
type flattener struct {
	out   strings.Builder
	kind  []string // of the blocks that are open, the innermost last
	text  strings.Builder
	any   bool     // text has more than blanks
	open  []string // start tags of the spans that are open
	names []string // and their names
}

func (f *flattener) walk(n *html.Node, depth int) {
	if depth > deepest {
		return
	}
	children := func() {
		for c := range n.ChildNodes() {
			f.walk(c, depth+1)
		}
	}
	switch n.Type {
	case html.TextNode:
		f.words(n.Data)
		return
	case html.DocumentNode:
		children()
		return
	case html.ElementNode:
	default:
		return
	}
	switch kind := blocks[n.DataAtom]; {
	case skipped[n.DataAtom]:
	case kind != "":
		if kind == "p" && len(f.kind) > 0 {
			kind = f.kind[len(f.kind)-1] // a paragraph of a quotation is a quotation
		}
		f.flush()
		f.kind = append(f.kind, kind)
		children()
		f.flush()
		f.kind = f.kind[:len(f.kind)-1]
	case n.DataAtom == atom.Hr:
		f.flush()
	case n.DataAtom == atom.Br:
		f.text.WriteString("<br/>")
	case n.DataAtom == atom.Td || n.DataAtom == atom.Th:
		children()
		f.words(" ")
	case n.DataAtom == atom.A:
		f.link(n, children)
	case spans[n.DataAtom] != "":
		f.span("<"+spans[n.DataAtom]+">", spans[n.DataAtom], children)
	default:
		children()
	}
}

// link follows a link, which may not stand in another.
func (f *flattener) link(n *html.Node, children func()) {
	url := ""
	for _, a := range n.Attr {
		if a.Key == "href" {
			url = webURL(a.Val)
		}
	}
	for _, name := range f.names {
		if name == "a" {
			url = ""
		}
	}
	if url == "" {
		children()
		return
	}
	f.span(`<a href="`+esc(url)+`">`, "a", children)
}

func (f *flattener) span(tag, name string, children func()) {
	f.text.WriteString(tag)
	f.open, f.names = append(f.open, tag), append(f.names, name)
	children()
	f.open, f.names = f.open[:len(f.open)-1], f.names[:len(f.names)-1]
	f.text.WriteString("</" + name + ">")
}

// words writes text: blanks as one, but for texts set as they are.
func (f *flattener) words(s string) {
	pre := len(f.kind) > 0 && f.kind[len(f.kind)-1] == "pre"
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' && pre, r == '\t' && pre:
			b.WriteRune(r)
		case r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f':
			b.WriteByte(' ')
		case printable(r):
			b.WriteRune(r)
			f.any = true
		}
	}
	text := b.String()
	if !pre && strings.TrimLeft(text, " ") != text {
		text = " " + strings.TrimLeft(text, " ")
	}
	f.text.WriteString(strings.ReplaceAll(strings.ReplaceAll(esc(text), "&#xA;", "\n"), "&#x9;", "\t"))
}

// flush ends a block; spans that are open go on in the next.
func (f *flattener) flush() {
	text := f.text.String()
	f.text.Reset()
	for i := len(f.names) - 1; i >= 0; i-- {
		text += "</" + f.names[i] + ">"
	}
	if f.any {
		kind := "p"
		if len(f.kind) > 0 {
			kind = f.kind[len(f.kind)-1]
		}
		text = strings.TrimSpace(text)
		switch kind {
		case "item":
			f.out.WriteString("<p class=\"item\">• " + text + "</p>\n")
		case "blockquote":
			f.out.WriteString("<blockquote><p>" + text + "</p></blockquote>\n")
		default:
			f.out.WriteString("<" + kind + ">" + text + "</" + kind + ">\n")
		}
	}
	f.any = false
	for _, tag := range f.open {
		f.text.WriteString(tag)
	}
}
