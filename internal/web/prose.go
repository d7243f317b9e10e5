package web

import (
	"html/template"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxProse is how much stored HTML, in bytes, is shown with its markup. A
// longer one is shown as plain paragraphs.
const maxProse = 2 << 20

// shown are the elements of an article that are kept. What is not here loses
// its tags and keeps its text.
var shown = map[atom.Atom]atom.Atom{
	atom.P: atom.P, atom.Blockquote: atom.Blockquote, atom.Ul: atom.Ul, atom.Ol: atom.Ol, atom.Li: atom.Li,
	atom.Em: atom.Em, atom.I: atom.I, atom.Strong: atom.Strong, atom.B: atom.B, atom.Sub: atom.Sub, atom.Sup: atom.Sup,
	atom.Code: atom.Code, atom.Pre: atom.Pre, atom.Hr: atom.Hr, atom.Br: atom.Br, atom.Cite: atom.Cite, atom.Q: atom.Q,
	atom.Del: atom.Del, atom.Ins: atom.Ins, atom.Dl: atom.Dl, atom.Dt: atom.Dt, atom.Dd: atom.Dd,
	atom.Table: atom.Table, atom.Thead: atom.Thead, atom.Tbody: atom.Tbody, atom.Tfoot: atom.Tfoot,
	atom.Tr: atom.Tr, atom.Th: atom.Th, atom.Td: atom.Td, atom.Caption: atom.Caption,
	atom.Figure: atom.Figure, atom.Figcaption: atom.Figcaption, atom.A: atom.A,
	// The page has its own h1: headings of the article come below it.
	atom.H1: atom.H2, atom.H2: atom.H2, atom.H3: atom.H3, atom.H4: atom.H4, atom.H5: atom.H5, atom.H6: atom.H6,
}

// dropped are the elements whose text is not text to be read.
var dropped = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Template: true, atom.Noscript: true, atom.Iframe: true, atom.Object: true,
	atom.Embed: true, atom.Svg: true, atom.Math: true, atom.Title: true, atom.Textarea: true, atom.Select: true,
	atom.Button: true, atom.Noembed: true, atom.Noframes: true, atom.Xmp: true, atom.Plaintext: true,
}

// prose builds the HTML of an article anew from the elements that are shown.
// The stored HTML was sanitised before it was stored; this makes the page hold
// even if it was not, keeps it inside its place in the page, and shows images
// under the addresses that picture gives. Those it gives none for become links:
// to show them as they are would tell the publisher who reads.
// It returns nothing when there is nothing to show.
func prose(stored string, picture func(src string) string) template.HTML {
	if len(stored) > maxProse {
		return ""
	}
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(stored), body)
	if err != nil { // nested too deeply
		return ""
	}
	b := builder{picture: picture}
	for _, n := range nodes {
		b.node(n, 0)
	}
	if strings.TrimSpace(b.String()) == "" {
		return ""
	}
	return template.HTML(b.String()) // every byte was written by builder
}

// paragraphs shows plain text whose paragraphs are separated by blank lines.
func paragraphs(text string) template.HTML {
	var b builder
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			b.WriteString(`<p dir="auto">`)
			b.text(p)
			b.WriteString("</p>\n")
		}
	}
	return template.HTML(b.String())
}

// builder writes HTML that holds nothing but what its methods let through.
type builder struct {
	strings.Builder
	linked  bool // inside a link
	picture func(src string) string
}

// deepest is how many elements may lie in one another; the parser has a limit
// of its own, this one does not depend on it.
const deepest = 512

func (b *builder) text(s string) { b.WriteString(html.EscapeString(s)) }

func (b *builder) node(n *html.Node, depth int) {
	switch {
	case n.Type == html.TextNode:
		b.text(n.Data)
		return
	case n.Type != html.ElementNode || n.Namespace != "" || dropped[n.DataAtom] || depth > deepest:
		return
	case n.DataAtom == atom.Img:
		b.image(n)
		return
	}
	name, ok := shown[n.DataAtom]
	link := ""
	if n.DataAtom == atom.A {
		if link = outside(attr(n, "href")); link == "" || b.linked {
			ok = false
		}
	}
	if ok {
		b.open(name, n, link)
	}
	if name == atom.Br || name == atom.Hr {
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.node(c, depth+1)
	}
	if ok {
		b.WriteString("</" + name.String() + ">")
		b.linked = b.linked && name != atom.A
	}
}

// open writes a start tag with the few attributes that matter to a reader.
func (b *builder) open(name atom.Atom, n *html.Node, link string) {
	b.WriteString("<" + name.String())
	switch d := attr(n, "dir"); {
	case d == "rtl" || d == "ltr":
		b.WriteString(` dir="` + d + `"`)
	case name == atom.P || name == atom.Li || name == atom.H2 || name == atom.H3 || name == atom.Td:
		b.WriteString(` dir="auto"`)
	}
	if l := language(attr(n, "lang")); l != "" {
		b.WriteString(` lang="` + l + `"`)
	}
	if name == atom.A {
		b.linked = true
		b.WriteString(` href="` + html.EscapeString(link) + `" rel="external noopener noreferrer"`)
	}
	b.WriteString(">")
}

// image writes a picture, or a link to it.
func (b *builder) image(n *html.Node) {
	if counts(n) {
		return
	}
	src := outside(attr(n, "src"))
	alt := strings.TrimSpace(attr(n, "alt"))
	if at := b.picture(src); at != "" {
		b.WriteString(`<img src="` + html.EscapeString(at) + `" alt="` + html.EscapeString(clip(alt, 500)) + `" loading="lazy" decoding="async">`)
		return
	}
	if src == "" || b.linked {
		b.text(alt)
		return
	}
	if alt == "" {
		alt = "without a description"
	}
	b.WriteString(`<a class="picture" href="` + html.EscapeString(src) + `" rel="external noopener noreferrer">Picture: `)
	b.text(clip(alt, 200))
	b.WriteString("</a>")
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == key {
			return a.Val
		}
	}
	return ""
}
