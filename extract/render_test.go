package extract

import (
	"iter"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// nodes walks the elements of a piece of HTML.
func nodes(t *testing.T, s string) iter.Seq[*html.Node] {
	t.Helper()
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(*html.Node) bool) {
		for d := range root.Descendants() {
			if d.Type == html.ElementNode && !yield(d) {
				return
			}
		}
	}
}

// dangerous names what is wrong with an element, "" for nothing.
func dangerous(n *html.Node) string {
	switch n.Data {
	case "html", "head", "body", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "br", "hr",
		"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "figure", "figcaption", "a", "img", "em", "i", "strong", "b", "code", "sub",
		"sup", "q", "cite", "mark", "del", "ins", "s", "u", "kbd", "samp", "var", "abbr", "small", "ruby", "rt", "rp", "bdi", "bdo":
	default:
		return "element " + n.Data
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "href", "src":
			if !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "http://") && !strings.HasPrefix(a.Val, "mailto:") {
				return a.Key + " " + a.Val
			}
		case "alt", "title", "colspan", "rowspan", "start", "dir":
		default:
			return "attribute " + a.Key
		}
	}
	return ""
}

func TestFragmentHTML(t *testing.T) {
	for _, tt := range []struct{ name, in, html, text string }{
		{"plain text", "One.<br>Two.<br><br>Three.", "<p>One.<br>Two.</p>\n<p>Three.</p>", "One.\nTwo.\n\nThree."},
		{"relative link", `<p>See <a href="/a?b=1&amp;c=2">here</a>.</p>`, `<p>See <a href="https://b.example/a?b=1&amp;c=2">here</a>.</p>`, "See here."},
		{"divs become paragraphs", `<div>One <b>two</b><div>three</div>four</div>`, "<p>One <b>two</b></p>\n<p>three</p>\n<p>four</p>", "One two\n\nthree\n\nfour"},
		{"spaces stay where they were", `<p>one<b>two</b> three <i>four</i>five</p>`, "<p>one<b>two</b> three <i>four</i>five</p>", "onetwo three fourfive"},
		{"soft hyphens and ligatures", "<p>Hafen\u00admeister \ufb01nden Schiﬀe.</p>", "<p>Hafenmeister finden Schiffe.</p>", "Hafenmeister finden Schiffe."},
		{"lazy image", `<p>Text.</p><img src="data:image/gif;base64,R0" data-src="/a.jpg" alt="A boat">`, "<p>Text.</p>\n<figure><img src=\"https://b.example/a.jpg\" alt=\"A boat\"></figure>", "Text."},
		{"srcset", `<picture><source srcset="/s.webp 400w, /l.webp 1200w"><img alt=""></picture><p>Text.</p>`, "<figure><img src=\"https://b.example/l.webp\" alt=\"\"></figure>\n<p>Text.</p>", "Text."},
		{"figure with caption", `<figure><img src="/a.jpg"><figcaption>The <i>mole</i>.</figcaption></figure><p>Text.</p>`, "<figure><img src=\"https://b.example/a.jpg\" alt=\"\"><figcaption>The mole.</figcaption></figure>\n<p>Text.</p>", "Text."},
		{"counting pixel", `<p>Text.</p><img src="https://t.example/pixel.gif" width="1" height="1">`, "<p>Text.</p>", "Text."},
		{"list", `<ul><li>One<ul><li>Two</li></ul></li><li>Three</li></ul>`, "<ul><li>One<ul><li>Two</li>\n</ul>\n</li>\n<li>Three</li>\n</ul>", "One\n\nTwo\n\nThree"},
		{"right to left", `<p dir="rtl">سلام</p>`, "<p>سلام</p>", "سلام"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := Fragment(tt.in, "https://b.example/x/")
			if d.HTML != tt.html {
				t.Errorf("HTML\n got %q\nwant %q", d.HTML, tt.html)
			}
			if d.Text != tt.text {
				t.Errorf("Text\n got %q\nwant %q", d.Text, tt.text)
			}
			if again := Fragment(d.HTML, "https://b.example/x/"); again.HTML != d.HTML || again.Text != d.Text {
				t.Errorf("not stable:\n%q\n%q", d.HTML, again.HTML)
			}
		})
	}
}
