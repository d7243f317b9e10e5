package extract

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestBadInput crosses each bound: none of these pages may panic, take long or
// be taken for an article that is not there.
func TestBadInput(t *testing.T) {
	const para = "<p>The harbour was closed on Monday after a storm, the harbour master said. Ships waited outside until the evening.</p>"
	article := strings.Repeat(para, 4)
	for _, tt := range []struct {
		name string
		page string
		text bool // the article must be found all the same
	}{
		{"empty", "", false},
		{"white space", strings.Repeat(" \n", 1<<16), false},
		{"no body", "<html><head><title>x</title></head></html>", false},
		{"no html", article, true},
		{"truncated tag", "<html><body>" + article + "<p class=\"a", true},
		{"truncated comment", "<body>" + article + "<!-- ", true},
		{"truncated script", "<body>" + article + "<script>x", true},
		{"NULs", "<body>\x00" + strings.ReplaceAll(article, "harbour", "har\x00bour"), true},
		{"invalid UTF-8", "<body>" + article + "\xff\xfe\xc3(", true},
		{"100,000 deep", heavy("<div>", 100_000) + article + heavy("</div>", 100_000), true},
		{"deep after the article", "<body>" + article + heavy("<div>", 100_000), true},
		{"a million siblings", "<body>" + article + heavy("<br>", 1_000_000), true},
		{"100,000 paragraphs", "<body>" + heavy(para, 100_000), true},
		{"open formatting", "<body>" + article + strings.Repeat("<b><i a=1>", 2000) + heavy("<p>x", 50_000), true},
		{"formatting with attributes", formatting(400) + heavy("<p>x", 50_000), false},
		{"lost quote", "<body>" + article + heavy("<a href=\"x>y", 50_000), true},
		{"greater-thans in an attribute", "<a title=\"" + heavy(">", 1<<20), false},
		{"entities", "<body>" + article + "<p>" + heavy("&amp;lol;", 100_000), true},
		{"doctype bomb", `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><body>` + article + "&b;&b;", true},
		{"nested svg", "<body>" + article + heavy("<svg>", 100_000), true},
		{"many classes", "<body>" + strings.Repeat(`<div class="`+strings.Repeat("a-b ", 60)+`">x</div>`, 5000) + article, false},
		{"broken JSON-LD", `<script type="application/ld+json">{"@graph":[{{"a":` + heavy("[", 100_000) + "</script>" + article, true},
		{"huge JSON-LD", `<script type="application/ld+json">{"articleBody":"` + strings.Repeat("x ", 3<<20) + `"}</script>` + article, true},
		{"huge word", "<body><p>" + heavy("x", 5<<20), false},
		{"tables in tables", strings.Repeat("<table><tr><td>", 400) + article, true},
		{"navs in navs", "<body>" + article + heavy("<nav><a href=x>y</a>", 100_000), true},
		{"navs that hold prose", "<body>" + article + strings.Repeat("<nav>"+strings.Repeat("<a>", 2000)+"<p>x", 100), true},
		{"navs with open scripts", "<body>" + article + heavy("<nav><script>", 100_000), true},
		{"selects in footers", "<body>" + article + heavy("<footer><select><option>", 50_000), true},
		{"a tag of a million attributes", "<body>" + article + "<p " + heavy("a=b ", 1_000_000) + ">x", true},
		{"a credit in each paragraph", "<body>" + article + heavy("<p>First published on Ellery Post. <a href=mailto:x>Us</a>", 30_000), true},
		{"a figure of 100,000 captions", "<body>" + article + "<figure><figcaption>" + heavy("<p>x</p>", 100_000), true},
		{"figures in figures", "<body>" + article + heavy("<figure><p>x</p>", 100_000) + "<img src=/a.jpg>", true},
		{"a figure of 100,000 images", "<body>" + article + "<figure>" + images(100_000) + "<figcaption>" + heavy("<i>", 5000), true},
		{"100,000 images in the article", "<body>" + article + images(100_000) + article, true},
		{"quotes that never close", "<body>" + article + heavy("<p title='>", 100_000), true},
		{"wrong declared charset", `<meta charset="shift_jis"><body>` + strings.ReplaceAll(article, "harbour", "Häfen – "), true},
		{"XHTML", `<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><body>` + article + "</body></html>", true},
		{"9 MB of text", "<body><p>" + heavy("The harbour was closed, he said. ", 300_000), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			d, err := Extract([]byte(tt.page), "https://a.example/storm", Options{})
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > 2*time.Minute { // a quadratic step more takes longer, a busy machine does not
				t.Errorf("took %v", took)
			}
			if tt.text && !strings.Contains(d.Text, "closed") {
				t.Errorf("the article is lost: kind %s, text %.80q", d.Kind, d.Text)
			}
			if !tt.text && tt.name == "empty" && d.Kind != Nothing {
				t.Errorf("Kind = %s", d.Kind)
			}
			check(t, d)
			check(t, Fragment(tt.page, "https://a.example/storm"))
		})
	}
}

func formatting(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<font size=%d>", i)
	}
	return b.String()
}

func images(n int) string {
	var b strings.Builder
	for i := range lighter(n) {
		fmt.Fprintf(&b, "<img src=/%d.jpg>", i)
	}
	return b.String()
}

func heavy(s string, n int) string { return strings.Repeat(s, lighter(n)) }

// lighter is a tenth of n under the race detector: it slows such pages down
// tenfold, and extraction has no goroutines for it to watch.
func lighter(n int) int {
	if raceOn {
		return n / 10
	}
	return n
}

// TestMemory bounds what one hostile page may take.
func TestMemory(t *testing.T) {
	page := []byte(formatting(500) + strings.Repeat("<p>x", 13<<20))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := Extract(page[:MaxPage], "", Options{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > 2000 {
		t.Errorf("%d MB allocated", got)
	}
}

// TestDocumentsLeaveTheirPage holds documents of large pages with little text.
func TestDocumentsLeaveTheirPage(t *testing.T) {
	const n, large = 4, 1 << 18
	page := []byte("<title>Harbour closed</title><meta name=author content='Ann Lee'><link rel=canonical href=https://a.example/1>" +
		strings.Repeat("<p>The harbour was closed on Monday after a storm, the harbour master said.</p>", 10) +
		strings.Repeat("<div><a href=/x>Next page</a></div>", large/35))
	docs := make([]*Document, 0, 2*n)
	mustExtract(t, string(page)) // makes the tables that stay
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range n {
		d, err := Extract(page, "https://a.example/storm", Options{})
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d, Fragment(d.HTML, ""))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if got := int64(after.HeapAlloc) - int64(before.HeapAlloc); got > n*large/4 {
		t.Errorf("%d documents hold %d KB", len(docs), got>>10)
	}
	runtime.KeepAlive(docs)
}

func TestForeignBytes(t *testing.T) {
	for name, page := range map[string]string{
		"PDF": "%PDF-1.7\n1 0 obj <<>>", "JPEG": "\xff\xd8\xff\xe0\x00\x10JFIF", "PNG": "\x89PNG\r\n\x1a\n", "gzip": "\x1f\x8b\x08\x00",
		"RSS": `<?xml version="1.0"?><rss></rss>`, "JSON": `{"version":"https://jsonfeed.org/version/1.1"}`, "noise": strings.Repeat("\x01\x02\x03\x04abc", 100),
	} {
		d, err := Extract([]byte(page), "https://a.example/", Options{ContentType: "text/html"})
		if err != nil || d.Kind != Foreign || d.Text != "" {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
}

func TestTooLarge(t *testing.T) {
	page := bytes.Repeat([]byte("x"), MaxPage+1)
	if _, err := Extract(page, "", Options{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error = %v", err)
	}
	if _, err := Extract(page[:MaxPage], "", Options{}); err != nil {
		t.Errorf("at the limit: %v", err)
	}
}

// check holds what is true of every document.
func check(t *testing.T, d *Document) {
	t.Helper()
	for name, s := range map[string]string{"Text": d.Text, "HTML": d.HTML, "Title": d.Title, "Byline": d.Byline, "URL": d.URL, "Site": d.Site, "Description": d.Description} {
		if !utf8.ValidString(s) {
			t.Errorf("%s is not valid UTF-8: %q", name, clip(s, 200))
		}
	}
	// What is written without a look by the sanitiser is what it would let through.
	if got := policy.Sanitize(d.HTML); got != d.HTML {
		t.Errorf("the policy changes the HTML\n%q\n%q", clip(d.HTML, 2000), clip(got, 2000))
	}
	low := strings.ToLower(d.HTML)
	for _, bad := range []string{"<script", "<iframe", "<form", "<style", "<object", "<embed", "<svg", "<input", "<link", "<meta"} {
		if strings.Contains(low, bad) {
			t.Errorf("HTML holds %s", bad)
		}
	}
}

// attacks are ways to run code in the page of a reader; the HTML that goes out
// must hold none of them.
var attacks = []string{
	`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<a href="javascript:alert(1)">x</a>`, `<a href=" java&#x0A;script:alert(1)">x</a>`,
	`<a href="JaVaScRiPt:alert(1)">x</a>`, `<a href="data:text/html,<script>alert(1)</script>">x</a>`, `<a href="vbscript:x">x</a>`, `<img src="data:image/svg+xml,<svg onload=alert(1)>">`,
	`<svg onload=alert(1)>`, `<iframe src="https://evil.example"></iframe>`, `<form action="https://evil.example"><input name=a></form>`, `<p style="background:url(javascript:alert(1))">x</p>`,
	`<p onclick="alert(1)">x</p>`, `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">x</noscript>`,
	`<object data="x.swf"></object>`, `<embed src="x.swf">`, `<link rel=stylesheet href="x.css">`, `<meta http-equiv=refresh content="0;url=https://evil.example">`, `<base href="https://evil.example/">`,
	`<template><script>alert(1)</script></template>`, `<textarea></textarea><img src=x onerror=alert(1)>`, `<xmp><script>alert(1)</script></xmp>`, `<plaintext><script>alert(1)</script>`,
	`<img src="https://a.example/x.jpg" width=1 height=1>`, `<img srcset="javascript:alert(1) 2x">`, `<a href="https://a.example" target=_blank onmouseover=alert(1)>x</a>`, `<pre>&lt;script&gt;alert(1)&lt;/script&gt;</pre>`,
	`<p>&lt;img src=x onerror=alert(1)&gt;</p>`, "<scr\x00ipt>alert(1)</scr\x00ipt>", `<abbr title="&quot; onmouseover=&quot;alert(1)">x</abbr>`, `<a href="https://a.example/?q=&quot;onmouseover=alert(1)">x</a>`,
}

func TestHTMLIsSafe(t *testing.T) {
	for _, a := range attacks {
		page := "<h1>Harbour</h1><p>The harbour was closed on Monday after a storm, the harbour master said.</p>" + a + "<p>Ships waited outside until the evening, among them the ferry.</p>"
		for name, got := range map[string]string{"Fragment": Fragment(page, "https://b.example/").HTML, "Extract": mustExtract(t, page).HTML} {
			for d := range nodes(t, got) {
				if bad := dangerous(d); bad != "" {
					t.Errorf("%s(%q): %s in %q", name, a, bad, got)
				}
			}
		}
	}
}

func mustExtract(t *testing.T, page string) *Document {
	t.Helper()
	d, err := Extract([]byte(page), "https://b.example/storm", Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
