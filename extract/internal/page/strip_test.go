package page

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestStrip(t *testing.T) {
	const links = `<a href="/1">One</a><a href="/2">Two</a><a href="/3">Three</a><a href="/4">Four</a><a href="/5">Five</a>`
	for _, tt := range []struct{ name, in, want string }{
		{"scripts, styles, comments", `<p>a<script>x < y</script>b<style>p{}</style>c<!-- <p> -->d</p>`, `<p>a b cd</p>`},
		{"drawings in drawings", `<p>a</p><svg><svg></svg><path d="M0"/></svg><p>b</p>`, `<p>a</p><p>b</p>`},
		{"white space at the edges of blocks", "<div>\n\t<p> a </p>\n</div>\n", "<div><p> a </p></div>\n"},
		{"white space between words", "<p><b>a</b>\n<i>b</i> <!-- x --> <i>c</i></p>", "<p><b>a</b>\n<i>b</i>  <i>c</i></p>"},
		{"white space at a stray end tag", "<b>a</b> </div> <b>b</b>", "<b>a</b> </div> <b>b</b>"},
		{"white space before a tag, without a head", "a <a>b</a> <a>c</a>", "a <a>b</a> <a>c</a>"},
		{"white space in preformatted text", "<pre>\n  <b>a</b>\n  </pre>", "<pre>\n  <b>a</b>\n  </pre>"},
		{"attributes that nobody reads", `<a href="/x" onclick="y()" class=z data-q='1' target=_blank>a</a>`, `<a href="/x"  class=z>a</a>`},
		{"angle brackets in attributes", `<a title="a > b" href="/x" data-y="<p>">a</a>`, `<a  href="/x">a</a>`},
		{"styles that hide", `<p style="display:none">a</p><p style="color:red">b</p>`, `<p style="display:none">a</p><p >b</p>`},
		{"elements without text", `<p>a<wbr>b<input type=text>c</p>`, `<p>abc</p>`},
		{"style sheets", `<link rel=stylesheet href=a.css><link rel=canonical href=/a>`, `<link rel=canonical href=/a>`},
		{"a menu", `<p>a</p><nav><ul><li>` + links + `</ul></nav><p>b</p>`, `<p>a</p><p>b</p>`},
		{"a nav that holds prose", `<nav><p>a</p></nav>`, `<nav><p>a</p></nav>`},
		{"a nav that never ends", `<nav>` + links, `<nav>` + links},
		{"the foot of a page", `<p>a</p><footer>` + links + `</footer>`, `<p>a</p>`},
		{"the foot of an article", `<article><p>a</p><footer>` + links + `</footer></article>`, `<article><p>a</p><footer>` + links + `</footer></article>`},
		{"a licence in the foot of a page", `<footer>` + links + `<a rel="license" href="/l">l</a></footer>`, `<footer>` + links + `<a rel="license" href="/l">l</a></footer>`},
		{"an unfinished tag", `<p>a</p><p class="b`, `<p>a</p><p class="b`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(Strip([]byte(tt.in)).HTML); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestStripKeepsData(t *testing.T) {
	s := Strip([]byte(`<nav><a href=/>x</a><script type="application/ld+json">{"a":1}</script></nav><script>x</script>`))
	if len(s.LD) != 1 || string(s.LD[0]) != `{"a":1}` {
		t.Errorf("LD = %q", s.LD)
	}
}

// FuzzStrip: where nothing is a menu, the text of a page is the same whether it
// is stripped before or not, but for white space around tags that do not match.
func FuzzStrip(f *testing.F) {
	f.Add("<div>\n<p>a <b>b</b> <i c=d>e</i></p> <pre> x </pre></div>")
	f.Add("<p>a<!-- x --> b<script>y</script>c<wbr>d<br> e")
	f.Add("<ul> <li>a <li>b</ul> <table> <tr> <td>c")
	f.Fuzz(func(t *testing.T, s string) {
		low := strings.ToLower(s)
		for _, tag := range []string{"nav", "footer", "select", "svg", "script", "style", "<!", "<?", "</!", "\x00", "\"", "'", "<plaintext", "<xmp", "<textarea", "<title", "<iframe", "<noscript", "<noembed", "<noframes", "<math", "<template", "<frame", "<object", "<listing", "<pre", "<input", "<wbr"} {
			if strings.Contains(low, tag) {
				t.Skip()
			}
		}
		if got, want := texts(t, Strip([]byte(s)).HTML), texts(t, []byte(s)); got != want {
			t.Fatalf("%q\nstripped %q\ngives %q\nnot   %q", s, Strip([]byte(s)).HTML, got, want)
		}
	})
}

func texts(t *testing.T, b []byte) string {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		t.Skip()
	}
	p := &Page{Root: root}
	p.walk(len(b))
	var out []string
	for i := range p.Blocks {
		out = append(out, strings.Join(strings.Fields(p.Blocks[i].Text), ""))
	}
	return strings.Join(out, "|")
}
