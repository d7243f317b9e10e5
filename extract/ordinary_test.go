package extract

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// entries are pieces of HTML as feeds carry them, and whether they are read
// without a tree.
var entries = []struct {
	name, in string
	plain    bool
}{
	{"nothing", "", true},
	{"white space", " \n\t ", true},
	{"text without markup", "One & two &lt;three&gt; \"four\" it's &#8217;", true},
	{"paragraphs", "<p>One  two</p>\n\n<p class=\"x\">Three &amp; four.</p> <p> </p><p></p>", true},
	{"text around paragraphs", "one<p>two</p> three <p>four</p>five", true},
	{"breaks", "<p>One<br>two <br/> three<br /></p>", true},
	{"headings", "<h2>A <em>b</em></h2><p>c</p><h6>d</h6>", true},
	{"divisions", "<div>One<p>two</p>three<div>four</div></div>", true},
	{"inline elements", "<p>one<b>two</b> three <i> four </i>five <b><i>six</i> seven</b><em></em><span class=\"s\">eight</span></p>", true},
	{"links", `<p>See <a href="/a?b=1&amp;c=2" title="x">this <b>very</b> page</a>, <a>that</a>.</p>`, true},
	{"lists", "<ul>\n<li>One</li>\n<li></li><li>two <b>three</b></li></ul><p>x</p><ol><li>y</li></ol><ul></ul>", true},
	{"images", `<img src="/a.jpg" alt="A &amp; b"><p>One <img src="/b.jpg"/> two<img src="/c.jpg">three<b>four<img src="/d.jpg">five</b></p><p><img src="/a.jpg"></p>`, true},
	{"quotations", "<blockquote><p>One</p>two<blockquote>three</blockquote><ul><li>four</li></ul></blockquote><blockquote></blockquote><p>five</p>", true},
	{"image in a quotation", `<blockquote><img src="/a.jpg" data-x1="y"><p>One</p></blockquote><p>two <a href="/?a=1&#038;b=2">three</a></p><blockquote><img src="/b.jpg"></blockquote>`, true},
	{"image and break", `<p>One <br><img src="/b.jpg">two <img src="/c.jpg">three</p>`, true},
	{"image alone", `<img src="/a.jpg">`, true},
	{"counter", `<p>One</p><img src="https://t.example/pixel.gif" width="1" height="1">`, true},
	{"other scripts", "<p>Гавань закрыта.\u00a0 \u200b港口\u3000关闭 ﬁn\u00ad e</p><p dir=\"rtl\">أغلق الميناء يوم الاثنين بعد العاصفة</p>", true},
	{"cited and credited", "<p>PORT ELLERY (Reuters) – The harbour was closed, The Guardian said.</p><p>Leave a comment</p>", true},
	{"two breaks", "One<br><br>two", false},
	{"open paragraph", "<p>One<p>two", false},
	{"overlap", "<p><b>One<i>two</b>three</i></p>", false},
	{"inline around blocks", "<b><p>One</p></b>", false},
	{"link in link", `<a href="/a">a<a href="/b">b</a></a>`, false},
	{"comment", "<p>One<!-- two --></p>", false},
	{"script", "<p>One</p><script>two</script>", false},
	{"concealed", `<p>One <span style="display:none">two</span></p>`, false},
	{"text in a list", "<ul>One<li>two</li></ul>", false},
	{"capitals", "<P>One</P>", false},
	{"loose less-than", "<p>1 < 2</p>", false},
	{"attribute without quotes", "<p class=x>One</p>", false},
	{"reference in an address", `<p><a href="/?a&copy=1">One</a></p>`, false},
	{"unsafe address", `<p><a href="javascript:x()">One</a></p>`, false},
	{"control character", "<p>One\x0btwo</p>", false},
	{"invalid UTF-8", "<p>One \xff two</p>", false},
	{"credit with a link", `<p>One.</p><p>This article originally appeared on <a href="https://b.example/x/y">Ellery Post</a>.</p>`, false},
}

func TestOrdinaryReadsAsTheTree(t *testing.T) {
	const base = "https://b.example/x/"
	for _, tt := range entries {
		t.Run(tt.name, func(t *testing.T) {
			got := readOrdinary(tt.in, base)
			if (got != nil) != tt.plain {
				t.Fatalf("read without a tree: %v, want %v", got != nil, tt.plain)
			}
			if got == nil {
				return
			}
			if diff := cmp.Diff(readTree(tt.in, base), got); diff != "" {
				t.Errorf("tree - ordinary:\n%s", diff)
			}
		})
	}
}

// FuzzOrdinary: what is read without a tree is what the tree says.
func FuzzOrdinary(f *testing.F) {
	for _, e := range entries {
		f.Add(e.in)
	}
	for _, e := range feedEntries {
		f.Add(e)
	}
	for _, a := range attacks {
		f.Add(a)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, s := range []string{s, strings.ReplaceAll(s, "'", "\"")} {
			got := readOrdinary(s, "https://a.example/x")
			if got == nil {
				continue
			}
			if diff := cmp.Diff(readTree(s, "https://a.example/x"), got); diff != "" {
				t.Errorf("%q: tree - ordinary:\n%s", s, diff)
			}
		}
	})
}

// markup makes well nested elements, with a fault now and then.
type markup struct {
	rnd *rand.Rand
	b   strings.Builder
}

func (m *markup) pick(from ...string) string { return from[m.rnd.IntN(len(from))] }

func (m *markup) text() {
	for range m.rnd.IntN(4) {
		m.b.WriteString(m.pick("one", "Two, ", " three", " ", "\n", "&amp;", "&nbsp;", "&#8217;s", "'", "ä", "港口", "\u00a0", "\u00ad", "<br>", "<br/>", ". ", "The Guardian", "\u200b",
			`<img src="/a.jpg">`, `<img src="/b.png" alt="x & y">`, `<img alt="none">`, "Source: Ellery Post", "Leave a comment"))
	}
}

func (m *markup) phrases(depth int) {
	for range m.rnd.IntN(4) {
		m.text()
		if depth == 0 {
			continue
		}
		open := m.pick("b", "em", "span", "code", `a href="/x?a=1&amp;b=2"`, "a", `span class="c"`, `a href="https://c.example/" rel="tag"`)
		m.element(open, func() { m.phrases(depth - 1) })
	}
	m.text()
}

func (m *markup) element(open string, content func()) {
	name, _, _ := strings.Cut(open, " ")
	m.b.WriteString("<" + open + ">")
	content()
	if m.rnd.IntN(200) > 0 {
		m.b.WriteString("</" + name + ">")
	}
}

func (m *markup) blocks(depth int) {
	for range m.rnd.IntN(4) {
		switch name := m.pick("p", "p", `p class="x"`, "h2", "ul", "ol", "div", "blockquote", ""); name {
		case "":
			m.phrases(1)
		case "div", "blockquote":
			m.element(name, func() {
				if depth > 0 {
					m.blocks(depth - 1)
				}
			})
		case "ul", "ol":
			m.element(name, func() {
				for range m.rnd.IntN(3) {
					m.b.WriteString(m.pick("", "\n", " "))
					m.element("li", func() { m.phrases(2) })
				}
			})
		default:
			m.element(name, func() { m.phrases(2) })
		}
	}
}

func TestOrdinaryReadsAnyMarkupAsTheTree(t *testing.T) {
	const base, documents = "https://b.example/x/", 4000
	plain := 0
	for seed := range uint64(documents) {
		m := markup{rnd: rand.New(rand.NewPCG(seed, 1))}
		m.blocks(3)
		s := m.b.String()
		got := readOrdinary(s, base)
		if got == nil {
			continue
		}
		plain++
		if diff := cmp.Diff(readTree(s, base), got); diff != "" {
			t.Fatalf("seed %d: %q: tree - ordinary:\n%s", seed, s, diff)
		}
	}
	if plain < documents/4 {
		t.Errorf("only %d of %d documents were read without a tree", plain, documents)
	}
}
