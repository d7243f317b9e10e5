package fetch

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"newsfold"
)

// TestFeedsAsTheyAreInTheField reads what publishers do to the formats, each
// with what a careful reader makes of it.
func TestFeedsAsTheyAreInTheField(t *testing.T) {
	testEntries(t, []entryCase{
		// bases within bases
		{
			"xml:base of feed, entry, content and element", `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://a.example/x/y.html"><entry xml:base="../z/"><id>i</id>` +
				`<content type="xhtml" xml:base="c/d"><div xmlns="http://www.w3.org/1999/xhtml"><p xml:base="/root/"><a href="e?x=1#f">x</a></p><img src="i.png"/></div></content></entry></feed>`, content,
			`<p><a href="http://a.example/root/e?x=1#f">x</a></p><img src="http://a.example/z/c/i.png">`,
		},
		{"xml:base with a query", inEntry(`<id>i</id><summary type="html" xml:base="http://c.example/q?z">&lt;a href="?p"&gt;s&lt;/a&gt;</summary>`), summary, `<a href="http://c.example/q?p">s</a>`},
		{"xml:base on an RSS item", `<rss version="2.0" xml:base="http://a.example/"><channel><item xml:base="d/e"><link>c</link></item></channel></rss>`, link, "http://a.example/d/c"},

		// titles with markup
		{"a bare ampersand and a comparison", inItem(`<title>AT&T &amp; Co: 1 < 2</title>`), title, "AT&T & Co: 1 < 2"},
		{"an apostrophe escaped twice", inItem(`<title>It&amp;#8217;s</title>`), title, "It’s"},
		{"a text title that looks like HTML", inEntry(`<id>i</id><title>&lt;b&gt; &amp;amp;</title>`), title, "<b> &amp;"},
		{"an XHTML title", inEntry(`<id>i</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a <b>b</b> &lt;c&gt;</div></title>`), title, "a b <c>"},
		{"a base64 title of Atom 0.3", `<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><id>i</id><title mode="base64" type="text/html">PGI+eDwvYj4=</title></entry></feed>`, title, "x"},
		{"an inline title of Atom 0.3", `<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><id>i</id><title mode="xml" type="application/xhtml+xml"><b>x</b> y</title></entry></feed>`, title, "x y"},

		// ill-formed XML
		{"markup that is not closed", `<rss version="2.0"><channel><item><title>one</title><description><p>a<br>b <b>c</p></description><link>http://a.example/1</link></item></channel></rss>`, summary, "<p>a<br>b <b>c</b></p>"},
		{"and what follows it", `<rss version="2.0"><channel><item><description><p>a<br>b <b>c</p></description><link>http://a.example/1</link></item></channel></rss>`, link, "http://a.example/1"},
		{"attributes without quotes", `<rss version=2.0><channel><item><enclosure url=http://a.example/x.mp3 length=5 type=audio/mpeg /></item></channel></rss>`, media, []newsfold.Media{{URL: "http://a.example/x.mp3", Type: "audio/mpeg", Length: 5}}},
		{"entities of HTML, of nobody, and of nothing", inItem(`<title>a &nbsp; &eacute; &bogus; &copy &#150; &#x1F600; &#0;</title>`), title, "a é &bogus; © – 😀"},
		{"halves of UTF-16", inItem(`<title>&#xD83D;&#xDE00; &#55357;&#56832; &#xDE00;x&#xD83D;&#65;&#xD83D;</title>`), title, "😀 😀 xA"},
		{"prefixes that nobody declared", `<rss version="2.0"><channel><item><dc:creator>A</dc:creator></item></channel></rss>`, authors, []string{"A"}},
		{"other prefixes for known namespaces", `<rss version="2.0" xmlns:foo="http://purl.org/dc/elements/1.1/"><channel><item><foo:title>x</foo:title></item></channel></rss>`, title, "x"},
		{"names in capitals", `<RSS VERSION="2.0"><CHANNEL><ITEM><TITLE>x</TITLE><PUBDATE>Mon, 06 May 2024 07:08:09 GMT</PUBDATE></ITEM></CHANNEL></RSS>`, issued, "2024-05-06T07:08:09Z"},

		// RDF
		{"an RDF item without a link", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel/><item rdf:about="http://x.example/2"><title>two</title></item></rdf:RDF>`, link, "http://x.example/2"},
		{"several creators and subjects", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="u"><dc:creator>A</dc:creator><dc:creator>B</dc:creator></item></rdf:RDF>`, authors, []string{"A", "B"}},
		{"RSS 0.90", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>C</title></channel><item><title>one</title><link>http://x.example/one</link></item></rdf:RDF>`, link, "http://x.example/one"},

		// Channel Definition Format
		{"a CDF item's address", cdf, link, "https://courier.example/i.html"},
		{"its abstract", cdf, summary, "what it says"},
		{"its date", cdf, issued, "2024-05-06T07:08:00Z"},

		// Media RSS and iTunes
		{"media in a group, thumbnail in the content", inItem(`<media:group><media:content url="v.mp4" type="video/mp4" fileSize="10"><media:thumbnail url="t.jpg"/></media:content><media:content url="w.mp4" medium="video"/></media:group>`), image, "https://courier.example/feeds/t.jpg"},
		{
			"both versions of the film", inItem(`<media:group><media:content url="v.mp4" type="video/mp4" fileSize="10"/><media:content url="w.mp4" medium="video"/></media:group>`), media,
			[]newsfold.Media{{URL: "https://courier.example/feeds/v.mp4", Type: "video/mp4", Length: 10}, {URL: "https://courier.example/feeds/w.mp4", Type: "video/*"}},
		},
		{"categories of iTunes within each other", inItem(`<itunes:category text="Tech"><itunes:category text="News"/></itunes:category><itunes:keywords>a, b</itunes:keywords>`), tags, []string{"Tech", "News", "a", "b"}},
		{"the episode's own picture", inItem(`<itunes:image href="ep.png"/><enclosure url="e.mp3" type="audio/mpeg" length="x"/>`), image, "https://courier.example/feeds/ep.png"},

		// people
		{"name and angle brackets", inItem(`<author>Ann B &lt;a@x.example&gt;</author>`), authors, []string{"Ann B"}},
		{"a mailto address", inItem(`<author>mailto:a@x.example (Ann B)</author>`), authors, []string{"Ann B"}},
		{"only a mailto address", inItem(`<author>mailto:a@x.example</author>`), authors, []string{"a@x.example"}},

		// JSON Feed
		{"commas before an end", `{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[{"id":"1","title":"a",},],}`, title, "a"},
		{"a line break in a string", "{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"id\":\"1\",\"content_html\":\"a\nb\tc\"}]}", content, "a\nb c"},
		{"backslashes before anything", `{"version":"https:\/\/jsonfeed.org\/version\/1","items":[{"id":"1","title":"it\'s"}]}`, title, "it's"},
		{"something after the end", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"a"}]}<!-- 0.2 s -->`, title, "a"},
		{"wrong types and a comma too many", `{"version":"https://jsonfeed.org/version/1","title":5,"items":[{"id":1,"title":7,}]}`, title, "7"},
		{"a text is no HTML", `{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"content_text":"a < b\nc"}]}`, content, "a &lt; b<br>\nc"},
	})
}

const cdf = `<?xml version="1.0"?><CHANNEL HREF="http://example.org/" LASTMOD="2024-05-07"><TITLE>c</TITLE><ABSTRACT>about it</ABSTRACT>` +
	`<ITEM HREF="/i.html" LASTMOD="2024-05-06T07:08Z"><TITLE>It</TITLE><ABSTRACT>what it says</ABSTRACT></ITEM></CHANNEL>`

func TestChannelDefinitionsSayWhereTheyAre(t *testing.T) {
	p := mustParse(t, cdf)
	if p.Feed.Site != "http://example.org/" || p.Feed.Title != "c" || p.Details.Description != "about it" || stamp(p.Details.Published) != "2024-05-07T00:00:00Z" {
		t.Errorf("%+v %+v", p.Feed, p.Details)
	}
}

func TestCharacterSetsInTheField(t *testing.T) {
	for name, tc := range map[string]struct{ body, header, want string }{
		"the header is wrong, the declaration right": {"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><rss version=\"2.0\"><channel><title>caf\xe9 \x93q\x94</title></channel></rss>", "text/xml; charset=utf-8", "café “q”"},
		"UTF-16 without a mark":                      {strings.Join(strings.Split("<rss><channel><title>x</title></channel></rss>", ""), "\x00") + "\x00", "application/xml", "x"},
		"Shift JIS by header":                        {"<rss version=\"2.0\"><channel><title>\x93\xfa\x96\x7b</title></channel></rss>", "text/xml; charset=Shift_JIS", "日本"},
		"KOI8-R by declaration":                      {"<?xml version='1.0' encoding='koi8-r'?><rss version=\"2.0\"><channel><title>\xee\xcf\xd7\xcf\xd3\xd4\xc9</title></channel></rss>", "", "Новости"},
		"a declaration of UTF-16 in eight bits":      {"<?xml version='1.0' encoding='utf-16'?><rss version=\"2.0\"><channel><title>é</title></channel></rss>", "", "é"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Parse([]byte(tc.body), feedURL, http.Header{"Content-Type": {tc.header}})
			if err != nil || p.Feed.Title != tc.want {
				t.Errorf("%q, %v", p.Feed.Title, err)
			}
		})
	}
}

// Of JSON that was cut short the whole entries are read; the rest comes with
// the next poll, which must not be conditional.
func TestCutJSONKeepsItsWholeEntries(t *testing.T) {
	const whole = `{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[{"id":"a","tags":["}"],"content_text":"a"},{"id":"b","content_text":"b"}],"home_page_url":"https://x.example/"}`
	for n := range len(whole) {
		p, err := Parse([]byte(whole[:n]), feedURL, nil)
		if n < strings.Index(whole, `,{"id":"b"`) {
			if err == nil {
				t.Fatalf("%d bytes: %d entries", n, len(p.Entries))
			}
			continue
		}
		if err != nil || !p.Details.Partial || !slices.Contains(p.Details.Faults, "the feed is cut short") {
			t.Fatalf("%d bytes: %v, %+v", n, err, p)
		}
		if e := p.Entries; len(e) == 0 || e[0].GUID != "a" || len(e) > 2 || len(e) == 2 && e[1].GUID != "b" {
			t.Fatalf("%d bytes: %+v", n, e)
		}
	}
}
