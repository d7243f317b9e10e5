package tree_test

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"newsfold/extract/internal/page"
	"newsfold/extract/internal/tree"
)

// plain are pages that are built, with what has to be repaired in them.
var plain = map[string]string{
	"nothing":                      ``,
	"white space":                  " \n ",
	"text":                         `a < b << c <`,
	"document types":               `<!DOCTYPE html><!doctype html><p>a<table><tr><td>b`,
	"the rules of old":             `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2//EN"><p>a<table><tr><td>b`,
	"a strict type":                `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd"><p>a<table>`,
	"declarations":                 `<?xml version="1.0"?><![if !IE]><html><!a><head></head><?b?><body><!c&amp;d></body><!e></html><!f>`,
	"types in wrong places":        `<html><!doctype html><head><!doctype html></head><body></body><!doctype a><p>b`,
	"head without tags":            ` <title>a &amp; b</title><meta name=c><p>d`,
	"head after the head":          `<head></head> <link rel=a><title>b</title><head><noframes><p></noframes> x`,
	"noscript in head":             `<head><noscript><link rel=a></noscript><link rel=b></head><body>`,
	"end tags first":               `</p></div></html><p>a`,
	"end of head by others":        `<head></br><p>a`,
	"attributes of html and body":  `<html a=1><body b=1><html a=2 c=3><body b=2 d=4>x</body></html><html e=5><p>y`,
	"after the body":               `<p>a</body> </html> <p>b</body></html>c</html> d`,
	"paragraphs":                   `<p>a<div>b</div>c</p>d<p>e<p>f<ul><li>g</ul></p><h1>h<h2>i</h1>j`,
	"paragraph around a button":    `<p>a<button><p>b</button><p>c<button>d<button>e`,
	"lists":                        `<ul><li>a<li>b<div><li>c</div><li>d<ul><li>e</ul></li></ul><dl><dt>a<dd>b<dt>c</dl></li></dd>`,
	"emphasis over paragraphs":     `<p><b>a<p>b</b>c<p>d<i>e<b>f<u>g</i>h</p>i</b>j</u>k`,
	"emphasis around blocks":       `<b>a<div>b<i>c</b>d</div>e</i><em><p>x</em>y</p><b><em><i><u><s><div>z</b>w`,
	"much of the same emphasis":    `<p><b><b><b><b><b a=1><b>x<p>y</b></b></b>z`,
	"links in links":               `<a href=1>a<a href=2>b<div>c<a href=3>d</div>e</a><a b=2 a=1>f<p>g</a>h`,
	"no breaks":                    `<nobr>a<nobr>b</nobr></nobr>c`,
	"tables":                       `<table><tr><td>a<td>b<tr><th>c</table><table><caption>d<tr><td>e</table><table><colgroup><col><col><tbody><tr></tr></tbody><tfoot></table>`,
	"tables without end":           `<table><caption><b>a<tr><td><p>b<table><tr><td>c</table>d</td></tr><tr><td><i>e</table>f`,
	"tables in tables":             `<table><tr><td><table><td>a</table></tr><tr><table><td>b`,
	"tables that close others":     `<table><table><tr><table><tbody><table></table></table>c<table><caption><table></table>d<p>e</caption></body><col></tr></table>f`,
	"ends in cells and captions":   `<table><caption></tr></body></caption><tr><td></th></body></col></tfoot>a</tr></table></tr></table>b<table><tr></body></html></tbody><thead></tbody></table>`,
	"headings without start":       `</h1><div></h2>a</div><h1>b</h3>c`,
	"stray ends in tables":         `<table></div><tr></span><td></tbody></td></tr></td></table></td></tr><table><col></col></p2></table>`,
	"forms":                        `<form a=1><p><form a=2><div></form>a</div><table><form><tr><input type=HIDDEN><td><input></form></table></form>`,
	"columns":                      `<table><col> <colgroup> <html x=1></colgroup></colgroup><col><tr><td><col><caption>`,
	"choices":                      `<select><option>a<option>b<optgroup>c<option>d<select><p>e</select><select><hr><option>f<input>g<option>h<option>i`,
	"ruby":                         `<ruby>a<rb>b<rt>c<rtc>d<rp>e<rt>f</ruby><rt>g`,
	"objects":                      `<object><b>a</object>b<marquee><p>c</marquee></b><applet>`,
	"raw text":                     "<p>a<textarea>\n<b>&amp;</textareas></TEXTAREA x>b<iframe>&amp;<p></iframe><xmp>\n<i></xmp><noembed>c</noembed><title>d</title>",
	"raw text without end":         `<p><noscript><img src=a></noscript><textarea>a</textarea`,
	"preformatted":                 "<pre>\na\n<b>b</b></pre><pre>&#13;\nc</pre><listing>\n\nd</listing><pre><b>\ne</pre>",
	"carriage returns":             "<p a='1\r\n2'>a\r\nb\rc<!-\r\n>",
	"capitals":                     `<DIV CLASS=A><SPAN Id=B>a</sPAN></DIV><X-Y>b</x-y><ÄB>`,
	"attributes":                   `<p a b=c d='e' f="g" a=2 = =x /y / z=/w/>a<img/src=x/><br /><p a="b"c><i a= >b</i a="<>">c<p/><div x=a/>d`,
	"references":                   `<p a="&amp;&copy&copy=1&copyx&copy;&notit;&notin;&#65;&#x41&#128;&;&semi;&amp" b=?a&b=&lt>&copyx &notit; &#0;&#xd800; &amp &zzz;&`,
	"images":                       `<p>a<image src=b>c</image><img><source><track><param><wbr><embed></embed></img></p></br>`,
	"elements nobody knows":        `<p><x>a<p>b</x>c<search><dialog>d<p></dialog></search><custom-a><custom-b>e</custom-a>`,
	"text in many pieces":          `<p>a</x>b</x>c</span>d`,
	"heads and frames in the body": `<p>a<head><meta b><td>c<tr></frame></template></math>d`,
}

// strange are pages that are left to the parser.
var strange = map[string]string{
	"NUL":                     "a\x00b",
	"a comment":               `<!-- a -->`,
	"a template":              `<template><p>a</template>`,
	"frames":                  `<frameset><frame></frameset>`,
	"a drawing":               `<p><svg><title>a</svg>`,
	"a formula":               `<math><mi>a`,
	"a script":                `<script>1</script>`,
	"plain text":              `<plaintext>a</plaintext>`,
	"text between cells":      `<table><tr>a<td>b</table>`,
	"elements between cells":  `<table><div>a</div></table>`,
	"end tags between cells":  `<table></p></b></table>`,
	"a tag without end":       `<p>a<p `,
	"an end tag without end":  `<p>a</p`,
	"an end tag with nothing": `a</>b</ c>`,
	"a declaration":           `a<!b`,
	"a quote without end":     `<p a="b>c`,
	"a value without end":     `<p a=`,
	"a long value":            `<p a=b`,
	"too many attributes":     `<p ` + manyAttributes() + `>`,
	"too deep":                strings.Repeat("<div>", 600),
	"text that grows":         strings.Repeat("abc</x>", 10_000),
}

func manyAttributes() string {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "a%d=%d ", i, i)
	}
	return b.String()
}

func TestPlainPagesAreBuiltAsTheParserWould(t *testing.T) {
	for name, s := range plain {
		t.Run(name, func(t *testing.T) {
			switch diff, built := compare([]byte(s)); {
			case !built:
				t.Error("left to the parser")
			case diff != "":
				t.Error(diff)
			}
		})
	}
}

func TestStrangePagesAreLeftToTheParser(t *testing.T) {
	for name, s := range strange {
		if tree.Build([]byte(s)) != nil {
			t.Errorf("%s is built", name)
		}
	}
}

var evaluate = flag.Bool("evaluate", false, "look at all pages rather than at a tenth")

// TestPagesAreBuiltAsTheParserWould looks at pages as they come, of which no more
// than one in ten is left to the parser.
func TestPagesAreBuiltAsTheParserWould(t *testing.T) {
	files, _ := filepath.Glob("../../../../shared/data/extract/*/html/*.html.gz")
	if len(files) == 0 {
		t.Skip("no pages in ../shared/data/extract")
	}
	left, all := 0, 0
	for i, f := range files {
		if i%10 > 0 && !*evaluate {
			continue
		}
		all++
		diff, built := compare(page.Strip(page.Decode(unpack(t, f), "")).HTML)
		if diff != "" {
			t.Errorf("%s: %s", filepath.Base(f), diff)
		}
		if !built {
			left++
		}
	}
	t.Logf("%d of %d pages are left to the parser", left, all)
	if left*10 > all {
		t.Error("too many")
	}
}

func unpack(t *testing.T, file string) []byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// FuzzBuild: what is built is what the parser makes of it.
func FuzzBuild(f *testing.F) {
	for _, pages := range []map[string]string{plain, strange} {
		for _, s := range pages {
			f.Add([]byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if diff, _ := compare(b); diff != "" {
			t.Fatalf("%s in %q", diff, b)
		}
	})
}

// compare builds a page and says how its tree differs from the parser's, and
// whether it was built.
func compare(b []byte) (diff string, built bool) {
	got := tree.Build(b)
	if got == nil {
		return "", false
	}
	want, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		return err.Error(), true
	}
	return difference(got, want), true
}

// difference says where two trees differ; "" when they do not.
func difference(a, b *html.Node) string {
	if a.Type != b.Type || a.DataAtom != b.DataAtom || a.Data != b.Data || a.Namespace != b.Namespace {
		return fmt.Sprintf("%v %q instead of %v %q", a.Type, a.Data, b.Type, b.Data)
	}
	if !slices.Equal(a.Attr, b.Attr) {
		return fmt.Sprintf("%s has %q instead of %q", a.Data, a.Attr, b.Attr)
	}
	c, d := a.FirstChild, b.FirstChild
	for ; c != nil && d != nil; c, d = c.NextSibling, d.NextSibling {
		if c.Parent != a || c.PrevSibling != nil && c.PrevSibling.NextSibling != c {
			return fmt.Sprintf("%s in %s has other relatives", c.Data, a.Data)
		}
		if diff := difference(c, d); diff != "" {
			return a.Data + " > " + diff
		}
	}
	switch {
	case c != nil:
		return fmt.Sprintf("%s holds %q as well", a.Data, c.Data)
	case d != nil:
		return fmt.Sprintf("%s lacks %q", a.Data, d.Data)
	}
	return ""
}
