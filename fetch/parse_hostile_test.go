package fetch

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// fill repeats a text up to a size.
func fill(size int, before, again, after string) string {
	return before + strings.Repeat(again, max(1, (size-len(before)-len(after))/len(again))) + after
}

// numbered repeats a text with a number up to a size.
func numbered(size int, format string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// refused are bodies of about a given size, built to cost their reader time or
// memory, that break a limit of structure.
func refused(size int) map[string]string {
	const item = `<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><item>`
	return map[string]string{
		"nested namespaces":              item + numbered(size, `<a xmlns:n%d="u">`),
		"nested namespaces by the dozen": item + numbered(size, "<a"+strings.Repeat(` xmlns:n="u"`, 12)+` x="%d">`),
		"nested bases":                   fill(size, item, `<x xml:base="a/">`, ""),
		"nested unknown elements":        fill(size, item, `<x:a>`, ""),
		"nested media groups":            fill(size, item, `<media:group>`, ""),
		"children of an entry":           fill(size, item, `<x:a/>`, `</item></channel></rss>`),
		"children of an extension":       fill(size, item+"<media:group>", `t<media:thumbnail url="u"/>`, `</media:group></item></channel></rss>`),
		"entries":                        fill(size, `<rss><channel>`, `<item/>`, `</channel></rss>`),
		"Atom entries":                   fill(size, `<feed>`, `<entry/>`, `</feed>`),
		"attributes":                     item + "<guid" + numbered(size, ` a%d=""`) + ">x</guid></item></channel></rss>",
		"namespaces on one element":      "<rss" + numbered(size, ` xmlns:n%d=""`) + "/>",
		"elements of the channel":        fill(size, `<rss><channel>`, `<x/>`, `</channel></rss>`),
		"JSON entries":                   `{"version":"https://jsonfeed.org/version/1","items":[` + strings.Repeat(`{},`, max(60_000, size/3)) + `{}]}`,
		"JSON arrays":                    fill(size, `{"version":"https://jsonfeed.org/version/1","items":`, `[`, ""),
		"JSON objects":                   fill(size, `{"version":"https://jsonfeed.org/version/1","title":`, `{"a":`, ""),
		"sections before the end":        fill(size, item+"<title>x</title><description>", `<![CDATA[</description><description>`, "</item>"),
	}
}

// endured are such bodies within the limits: they are read, in linear time.
func endured(size int) map[string]string {
	const item = `<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><item>`
	return map[string]string{
		"nested namespaces in a text": item + "<title>x</title><description>" + numbered(size, `<a xmlns:n%d="u">`),
		"nested markup":               fill(size, item+"<title>x</title><description>", `<div>`, ""),
		"ampersands":                  fill(size, item+"<title>", `&`, "</title></item></channel></rss>"),
		"references":                  fill(size, item+"<title>", `&#x41;`, "</title></item></channel></rss>"),
		"less-than":                   fill(size, item+"<title>", `<`, "</title></item></channel></rss>"),
		"tags that are not shut":      fill(size, item+"<title>x</title><description>", `<a b="`, ""),
		"tags with half a quote":      fill(size, item+"<title>x</title><description>", `<a b='<a "`, ""),
		"comments not shut":           fill(size, item+"<title>x</title><description>", `<!--`, ""),
		"sections not shut":           fill(size, item+"<title>x</title><description>", `<![CDATA[</description>`, ""),
		"instructions not shut":       fill(size, item+"<title>x</title>", `<?a`, ""),
		"instructions until one":      fill(size, item+"<title>x</title>", `<?a>`, "?></item></channel></rss>"),
		"end tags":                    fill(size, item+"<title>x</title>", `</a>`, "</item></channel></rss>"),
		"end tags in a deep text":     fill(size, item+"<title>x</title><description>"+strings.Repeat("<b>", 150), `</a>`, "</description></item></channel></rss>"),
		"scripts in a title":          fill(size, item+"<title>", `&lt;script&gt;`, "</title></item></channel></rss>"),
		"comments in a title":         fill(size, item+"<title>", `&lt;!--`, "</title></item></channel></rss>"),
		"tags in a title":             fill(size, item+"<title>", `&lt;b `, "</title></item></channel></rss>"),
		"quotes in HTML":              fill(size, item+"<title>x</title><description><![CDATA[", `<a href="`, "]]></description></item></channel></rss>"),
		"references in HTML":          fill(size, item+"<title>x</title><description><![CDATA[", `<a href=x>`, "]]></description></item></channel></rss>"),
		"references on a long base":   fill(size, `<rss xml:base="https://a.example/`+strings.Repeat("a", 1000)+`/"><channel><item><title>x</title><description><![CDATA[`, `<a href=x>`, "]]></description></item></channel></rss>"),
		"bases on bases":              fill(min(size, 1<<20), `<rss xml:base="https://a.example/`+strings.Repeat("a", 1000)+`/"><channel>`, `<item xml:base="b/c/"><link>d</link></item>`, "</channel></rss>"),
		"srcset":                      fill(size, item+`<title>x</title><description><![CDATA[<img srcset="`, `a 1x,`, `">]]></description></item></channel></rss>`),
		"document type":               fill(size, `<!DOCTYPE rss [`, `<!ENTITY a "`, `]><rss><channel><item><title>x</title></item></channel></rss>`),
		"zones":                       fill(min(size, 1<<20), `<rss><channel>`, `<item><pubDate>Mon, 06 May 2024 07:08:09 Mill/X`+"</pubDate></item>", `</channel></rss>`),
		"categories":                  fill(min(size, 1<<17), item+"<title>x</title>", `<category>abcdefghijklmnopqrstuvwxyz</category>`, "</item></channel></rss>"),
	}
}

// cost reads a body and returns the time and the bytes of memory that it took.
func cost(t *testing.T, body string) (took time.Duration, allocated int, err error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	_, err = Parse([]byte(body), feedURL, nil)
	took = time.Since(start)
	runtime.ReadMemStats(&after)
	allocated = int(after.TotalAlloc - before.TotalAlloc)
	t.Logf("%d KiB: %v, %d MiB allocated, %v", len(body)>>10, took.Round(time.Millisecond), allocated>>20, err)
	return took, allocated, err
}

func TestHostileBodiesAreRefusedAtOnce(t *testing.T) {
	size := 5 << 20
	if raceOn {
		size /= 5
	}
	for name, body := range refused(size) {
		t.Run(name, func(t *testing.T) {
			took, allocated, err := cost(t, body)
			var e *Error
			if !errors.As(err, &e) || e.Kind != Unsafe {
				t.Errorf("%v, want kind %s", err, Unsafe)
			}
			if took > time.Minute || allocated > 50<<20 {
				t.Errorf("took %v and %d MiB", took, allocated>>20)
			}
		})
	}
}

// The limits are for a busy machine and the race detector: one quadratic step more
// would take minutes.
func TestHostileBodiesWithinTheLimitsCostLittle(t *testing.T) {
	size := 1 << 20
	if raceOn {
		size /= 4
	}
	for name, body := range endured(size) {
		t.Run(name, func(t *testing.T) {
			took, allocated, err := cost(t, body)
			if err != nil {
				t.Error(err)
			}
			if took > 2*time.Minute || allocated > 250<<20 {
				t.Errorf("took %v and %d MiB", took, allocated>>20)
			}
		})
	}
}

func TestEachLimitIsTheOneThatIsNamed(t *testing.T) {
	for want, body := range map[error]string{
		errDepth:    inItem(strings.Repeat("<x:a>", maxDepth)),
		errBindings: inItem(strings.Repeat("<x:a"+strings.Repeat(` xmlns:n="u"`, 20)+">", maxBindings/20+1)),
		errAttrs:    inItem("<guid" + strings.Repeat(" a=1", maxAttrs+1) + ">x</guid>"),
		errChildren: inItem(strings.Repeat("<x/>", maxChildren+1)),
		errItems:    inChannel(strings.Repeat("<item/>", maxItems+1)),
	} {
		if _, err := Parse([]byte(body), feedURL, nil); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
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
	fmt.Fprintf(&b, `<!DOCTYPE rss [<!ENTITY long "%s">`, strings.Repeat("ha", maxEntityBytes))
	b.WriteString(`<!ENTITY a0 "ha"><!ENTITY file SYSTEM "file:///etc/hostname">`)
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, `<!ENTITY a%d "%s">`, i, strings.Repeat(fmt.Sprintf("&a%d;", i-1), 10))
	}
	b.WriteString(`]><rss><channel><item><title>&a0; &a11; &file; &long;</title></item></channel></rss>`)
	p := mustParse(t, b.String())
	if got := p.Entries[0].Title; got != "ha &a11; &file; &long;" {
		t.Errorf("title %.100q", got)
	}
}
