// Package page reads a page into blocks, the paragraphs that a reader sees, and
// decides which of them are the article.
//
// A page is decoded, stripped of what is no text, parsed, and walked once. The
// walk yields the elements that contain blocks and the blocks in order, with
// what can be counted about them. Two passes of a fitted table of decision
// trees then give each block its probability of being article text: the first
// looks at the block, its ancestors and its neighbours; the second also at what
// the first found around it.
//
// The package is apart from package extract so that the program which fits the
// table (extract/internal/fit) sees the same numbers as the extraction.
package page

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"newsfold/extract/internal/tree"
)

// Page is a page as blocks.
type Page struct {
	Root   *html.Node
	LD     [][]byte // JSON-LD scripts
	Elems  []Elem   // block-level elements in document order; 0 is the root
	Blocks []Block
	Leaves []Leaf       // the text nodes of the blocks, and images, in order
	Marked []Mark       // elements that may name the author or the date, in order
	Heads  []*html.Node // meta, link and base elements, wherever they stand
	Links  []*html.Node // links to tags and licences
	Cut    bool         // nested too deep: parsed without the deepest elements

	Title string // text of the title element

	Fragment bool // read by ReadFragment: nothing was counted for classification
	noscript bool
}

// Elem is a block-level element.
type Elem struct {
	Node   *html.Node
	Parent int32
	Depth  int32
	Tag    atom.Atom
	Flags  Flags // what its class, id and role say

	First, Last int32 // its blocks are Blocks[First:Last]
	Chars       int32 // runes of text
	LinkChars   int32 // of these in links
	Good        int32 // runes in good blocks
	GoodN       int32
	Sig         uint32 // hash of tag and class
	Hidden      bool   // by its style or attributes
	Pictured    bool   // a figure with an image
	Figcaption  int32  // the first of a figure; 0: none
}

// Block is a paragraph: a stretch of inline content without a block-level
// element or an empty line in between.
type Block struct {
	Text string
	Elem int32 // the nearest block-level element around it
	// Leaves[First:Last] are its text nodes and the images among them.
	First, Last int32
	Flags       Flags // of inline elements around all of it

	Chars, LinkChars, Words  int32
	Links                    int32
	Digits, Upper, Caps      int32 // runes, runes, words with a capital first
	Commas, Stops            int32 // of any script; sentence ends
	Bold, Italic             int32 // runes in b and strong; in i and em
	LinkStart, LinkEnd       bool  // starts, ends in a link
	Dots                     bool  // ends in an ellipsis
	Control                  bool  // in a button, label or the like
	Break                    bool  // set off by line breaks rather than elements
	EndsWithStop, EndsAsLead bool  // . ! ? …; colon
	Good                     bool  // long, few links, sentences

	Furniture bool    // a link of a menu or a footer: not looked at closely
	Prob      float32 // of being article text
}

// Mark is an element whose attributes speak of an author or a date.
type Mark struct {
	Node  *html.Node
	Elem  int32 // the block-level element around it
	Block int32 // the first block in it or after it
	Flags Flags
}

// Leaf is a text node or an image.
type Leaf struct {
	Node  *html.Node
	Block int32 // -1: between blocks
	Elem  int32 // of an image: the block-level element around it
	Image bool
}

// Read decodes, strips, parses and walks a page. With noscript, the elements of
// that name are read as a browser without scripts reads them.
func Read(b []byte, contentType string, noscript bool) *Page {
	p := &Page{noscript: noscript}
	p.read(Decode(b, contentType))
	return p
}

// ReadFragment reads HTML of which all is text to be read, such as the content
// of a feed's entry, in UTF-8. Blocks are not measured and elements have no
// flags.
func ReadFragment(b []byte) *Page {
	p := &Page{Fragment: true}
	p.read(Decode(b, "text/html; charset=utf-8"))
	return p
}

func (p *Page) read(b []byte) {
	s := Strip(b)
	p.LD = s.LD
	if !p.noscript {
		p.Root = tree.Build(s.HTML)
	}
	if p.Root == nil {
		p.parse(s.HTML)
	}
	p.walk(len(s.HTML))
}

// parse makes the tree of a page that is not plain.
func (p *Page) parse(b []byte) {
	scripting := html.ParseOptionEnableScripting(!p.noscript)
	root, err := html.ParseWithOptions(bytes.NewReader(b), scripting)
	if err != nil {
		p.Cut = true
		root, err = html.ParseWithOptions(bytes.NewReader(flatten(b)), scripting)
	}
	if err != nil { // cannot be: flatten keeps the nesting small
		root = &html.Node{Type: html.DocumentNode}
	}
	p.Root = root
}

// flatten removes the tags of elements nested deeper than 128, which the parser
// refuses at 512, and keeps their text.
func flatten(b []byte) []byte {
	const deepest = 128
	out := make([]byte, 0, len(b))
	z := html.NewTokenizer(bytes.NewReader(b))
	depth := 0
	for {
		t := z.Next()
		switch t {
		case html.ErrorToken:
			return out
		case html.StartTagToken:
			raw := z.Raw()
			name, _ := z.TagName()
			a := atom.Lookup(name)
			if !void(a) {
				depth++
			}
			if depth <= deepest {
				out = append(out, raw...)
			} else {
				out = append(out, ' ')
			}
		case html.EndTagToken:
			if depth <= deepest {
				out = append(out, z.Raw()...)
			}
			depth = max(0, depth-1)
		default:
			out = append(out, z.Raw()...)
		}
	}
}

func void(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input,
		atom.Link, atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

// Attr returns the value of an attribute, "" when it is absent.
func Attr(n *html.Node, key string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return n.Attr[i].Val
		}
	}
	return ""
}

// HasAttr reports whether the attribute is present.
func HasAttr(n *html.Node, key string) bool {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return true
		}
	}
	return false
}

// IsBlock reports whether an element stands in a paragraph of its own.
func IsBlock(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Button, atom.Center,
		atom.Dd, atom.Details, atom.Dialog, atom.Dir, atom.Div, atom.Dl, atom.Dt, atom.Fieldset,
		atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5,
		atom.H6, atom.Header, atom.Hgroup, atom.Hr, atom.Html, atom.Legend, atom.Li, atom.Main,
		atom.Menu, atom.Nav, atom.Ol, atom.P, atom.Pre, atom.Section, atom.Summary, atom.Table,
		atom.Tbody, atom.Td, atom.Tfoot, atom.Th, atom.Thead, atom.Tr, atom.Ul, atom.Video, atom.Audio,
		atom.Caption, atom.Listing, atom.Xmp, atom.Plaintext, atom.Optgroup:
		return true
	case 0:
		return strings.IndexByte(n.Data, '-') > 0 // a custom element
	}
	return false
}
