package fetch

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// hostile are bodies built to cost their reader time or memory, of about a given
// size. Each but the last few has to be refused.
func hostile(size int) map[string]string {
	fillTo := func(size int, before, again, after string) string {
		return before + strings.Repeat(again, max(1, (size-len(before)-len(after))/len(again))) + after
	}
	fill := func(before, again, after string) string { return fillTo(size, before, again, after) }
	numbered := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	item := `<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><item>`
	return map[string]string{
		"nested namespaces":               item + numbered(`<a xmlns:n%d="u">`),
		"ok: nested namespaces in a text": item + "<title>x</title><description>" + numbered(`<a xmlns:n%d="u">`),
		"nested bases":                    fill(item, `<x xml:base="a/">`, ""),
		"nested unknown elements":         fill(item, `<x:a>`, ""),
		"nested media groups":             fill(item, `<media:group>`, ""),
		"children of an entry":            fill(item, `<x:a/>`, `</item></channel></rss>`),
		"children of an extension":        fill(item+"<media:group>", `t<media:thumbnail url="u"/>`, `</media:group></item></channel></rss>`),
		"entries":                         fill(`<rss><channel>`, `<item/>`, `</channel></rss>`),
		"Atom entries":                    fill(`<feed>`, `<entry/>`, `</feed>`),
		"attributes":                      item + "<guid" + numbered(` a%d=""`) + ">x</guid></item></channel></rss>",
		"namespaces on one element":       "<rss" + numbered(` xmlns:n%d=""`) + "/>",
		"elements of the channel":         fill(`<rss><channel>`, `<x/>`, `</channel></rss>`),
		"JSON entries":                    `{"version":"https://jsonfeed.org/version/1","items":[` + strings.Repeat(`{},`, max(60_000, size/3)) + `{}]}`,
		"JSON arrays":                     fill(`{"version":"https://jsonfeed.org/version/1","items":`, `[`, ""),
		"JSON objects":                    fill(`{"version":"https://jsonfeed.org/version/1","title":`, `{"a":`, ""),

		"ok: nested markup":             fill(item+"<title>x</title><description>", `<div>`, ""),
		"ok: ampersands":                fill(item+"<title>", `&`, "</title></item></channel></rss>"),
		"ok: references":                fill(item+"<title>", `&#x41;`, "</title></item></channel></rss>"),
		"ok: less-than":                 fill(item+"<title>", `<`, "</title></item></channel></rss>"),
		"ok: tags that are not shut":    fill(item+"<title>x</title><description>", `<a b="`, ""),
		"ok: tags with half a quote":    fill(item+"<title>x</title><description>", `<a b='<a "`, ""),
		"ok: comments not shut":         fill(item+"<title>x</title><description>", `<!--`, ""),
		"ok: sections not shut":         fill(item+"<title>x</title><description>", `<![CDATA[</description>`, ""),
		"sections before the end":       fill(item+"<title>x</title><description>", `<![CDATA[</description><description>`, "</item>"),
		"ok: instructions not shut":     fill(item+"<title>x</title>", `<?a`, ""),
		"ok: instructions until one":    fill(item+"<title>x</title>", `<?a>`, "?></item></channel></rss>"),
		"ok: end tags":                  fill(item+"<title>x</title>", `</a>`, "</item></channel></rss>"),
		"ok: end tags in a deep text":   fill(item+"<title>x</title><description>"+strings.Repeat("<b>", 150), `</a>`, "</description></item></channel></rss>"),
		"ok: scripts in a title":        fill(item+"<title>", `&lt;script&gt;`, "</title></item></channel></rss>"),
		"ok: comments in a title":       fill(item+"<title>", `&lt;!--`, "</title></item></channel></rss>"),
		"ok: tags in a title":           fill(item+"<title>", `&lt;b `, "</title></item></channel></rss>"),
		"ok: quotes in HTML":            fill(item+"<title>x</title><description><![CDATA[", `<a href="`, "]]></description></item></channel></rss>"),
		"ok: references in HTML":        fill(item+"<title>x</title><description><![CDATA[", `<a href=x>`, "]]></description></item></channel></rss>"),
		"ok: references on a long base": fill(`<rss xml:base="https://a.example/`+strings.Repeat("a", 1000)+`/"><channel><item><title>x</title><description><![CDATA[`, `<a href=x>`, "]]></description></item></channel></rss>"),
		"ok: bases on bases":            fillTo(min(size, 1<<20), `<rss xml:base="https://a.example/`+strings.Repeat("a", 1000)+`/"><channel>`, `<item xml:base="b/c/"><link>d</link></item>`, "</channel></rss>"),
		"ok: srcset":                    fill(item+`<title>x</title><description><![CDATA[<img srcset="`, `a 1x,`, `">]]></description></item></channel></rss>`),
		"ok: document type":             fill(`<!DOCTYPE rss [`, `<!ENTITY a "`, `]><rss><channel><item><title>x</title></item></channel></rss>`),
		"ok: zones":                     fillTo(min(size, 1<<20), `<rss><channel>`, `<item><pubDate>Mon, 06 May 2024 07:08:09 Mill/X`+"</pubDate></item>", `</channel></rss>`),
		"ok: categories":                fillTo(min(size, 1<<17), item+"<title>x</title>", `<category>abcdefghijklmnopqrstuvwxyz</category>`, "</item></channel></rss>"),
	}
}

func TestHostileBodiesCostLittle(t *testing.T) {
	size := 5 << 20
	limit := 3 * time.Second // of a slow, busy machine; seconds are what one quadratic step more would take minutes for
	if testing.Short() {
		size = 1 << 19
	}
	for name, body := range hostile(size) {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			p, err := Parse([]byte(body), feedURL, nil)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			allocated := after.TotalAlloc - before.TotalAlloc
			t.Logf("%s: %v, %d MiB allocated, %v", name, took.Round(time.Millisecond), allocated>>20, err)
			if took > limit {
				t.Errorf("took %v", took)
			}
			if allocated > uint64(60*size)+64<<20 {
				t.Errorf("allocated %d MiB", allocated>>20)
			}
			if strings.HasPrefix(name, "ok: ") {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("was read: %d entries", len(p.Entries))
			}
			if e.Kind != Unsafe && e.Kind != Broken {
				t.Errorf("kind %s", e.Kind)
			}
		})
	}
}

func TestLimitsAreAboveRealFeeds(t *testing.T) {
	deep := strings.Repeat("<div>", maxDepth-10) + "x" + strings.Repeat("</div>", maxDepth-10)
	for name, body := range map[string]string{
		"depth":      inItem("<description>" + deep + "</description>"),
		"entries":    inChannel(strings.Repeat("<item><title>x</title></item>", 2000)),
		"children":   inItem(strings.Repeat("<category>x</category>", maxChildren-10)),
		"namespaces": strings.Replace(inItem("<title>x</title>"), "<rss", "<rss"+strings.Repeat(` xmlns:a="u"`, maxBindings-20), 1),
	} {
		if p := mustParse(t, body); len(p.Entries) == 0 {
			t.Errorf("%s: no entries", name)
		}
	}
}

func TestEntitiesDoNotGrowABody(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE rss [<!ENTITY a0 "ha"><!ENTITY file SYSTEM "file:///etc/hostname">`)
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, `<!ENTITY a%d "%s">`, i, strings.Repeat(fmt.Sprintf("&a%d;", i-1), 10))
	}
	b.WriteString(`]><rss><channel><item><title>&a0; &a11; &file;</title></item></channel></rss>`)
	p := mustParse(t, b.String())
	if got := p.Entries[0].Title; got != "ha &a11; &file;" {
		t.Errorf("title %.100q", got)
	}
}
