package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"newsfold"
)

const feedURL = "https://courier.example/feeds/all.xml"

// inChannel puts elements into an RSS 2.0 channel with the usual namespaces.
func inChannel(s string) string {
	return `<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
 xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:fh="http://purl.org/syndication/history/1.0"><channel>` + s + `</channel></rss>`
}

// inItem puts elements into the one entry of an RSS feed.
func inItem(s string) string { return inChannel("<item>" + s + "</item>") }

// inAtom puts elements into an Atom feed.
func inAtom(s string) string { return `<feed xmlns="http://www.w3.org/2005/Atom">` + s + `</feed>` }

// inEntry puts elements into the one entry of an Atom feed.
func inEntry(s string) string { return inAtom("<entry>" + s + "</entry>") }

// mustParse reads a feed from feedURL.
func mustParse(t *testing.T, body string) *Parsed {
	t.Helper()
	p, err := Parse([]byte(body), feedURL, nil)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if len(p.Details.Items) != len(p.Entries) {
		t.Fatalf("%d entries with details of %d", len(p.Entries), len(p.Details.Items))
	}
	return p
}

// entryCase is a feed and what its first entry should say.
type entryCase struct {
	name, body string
	get        func(e newsfold.Entry) any
	want       any
}

func testEntries(t *testing.T, cases []entryCase) {
	t.Helper()
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			p := mustParse(t, tc.body)
			if len(p.Entries) == 0 {
				t.Fatal("no entries")
			}
			if diff := cmp.Diff(tc.want, tc.get(p.Entries[0])); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func title(e newsfold.Entry) any   { return e.Title }
func link(e newsfold.Entry) any    { return e.Link }
func guid(e newsfold.Entry) any    { return e.GUID }
func summary(e newsfold.Entry) any { return e.Summary }
func content(e newsfold.Entry) any { return e.Content }
func authors(e newsfold.Entry) any { return e.Authors }
func tags(e newsfold.Entry) any    { return e.Tags }
func image(e newsfold.Entry) any   { return e.Image }
func media(e newsfold.Entry) any   { return e.Media }
func source(e newsfold.Entry) any  { return e.Source }
func lang(e newsfold.Entry) any    { return e.Lang }
func issued(e newsfold.Entry) any  { return stamp(e.Issued) }
func revised(e newsfold.Entry) any { return stamp(e.Revised) }

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func TestTitlesArePlainText(t *testing.T) {
	testEntries(t, []entryCase{
		{"plain", inItem(`<title>The mill</title>`), title, "The mill"},
		{"space around and within", inItem("<title>\n  The\n\tmill </title>"), title, "The mill"},
		{"escaped once", inItem(`<title>Salt &amp; bread</title>`), title, "Salt & bread"},
		{"escaped twice", inItem(`<title>Salt &amp;amp; bread</title>`), title, "Salt & bread"},
		{"escaped tags", inItem(`<title>&lt;em&gt;New&lt;/em&gt; mill</title>`), title, "New mill"},
		{"tags in CDATA", inItem(`<title><![CDATA[<b>New</b> &lt;mill&gt;]]></title>`), title, "New <mill>"},
		{"tags as they are", inItem(`<title>New <b>mill</b></title>`), title, "New mill"},
		{"signs in an attribute", inItem(`<title>A &lt;img alt="a > b" src='&lt;'/&gt;mill</title>`), title, "A mill"},
		{"quote that is not closed", inItem(`<title>&lt;a href="x&gt;New&lt;/a&gt; mill</title>`), title, "New mill"},
		{"signs that are no tags", inItem(`<title>1 &lt; 2 &gt; 0, x &lt;3 y</title>`), title, "1 < 2 > 0, x <3 y"},
		{"names of types", inItem(`<title>Use Vec&lt;T&gt; and List&lt;String&gt;</title>`), title, "Use Vec<T> and List<String>"},
		{"a script", inItem(`<title>&lt;script&gt;x()&lt;/script&gt;Mill</title>`), title, "Mill"},
		{"a script that never ends", inItem(`<title>The &lt;script&gt; element</title>`), title, "The element"},
		{"numbers of characters", inItem(`<title>&#8220;Mill&#x201D; &#133;</title>`), title, "“Mill” …"},
		{"names of HTML", inItem(`<title>caf&eacute;&nbsp;bar</title>`), title, "café bar"},
		{"unknown name", inItem(`<title>a &mill; b</title>`), title, "a &mill; b"},
		{"bare ampersands", inItem(`<title>Q&A & more</title>`), title, "Q&A & more"},
		{"Atom text", inEntry(`<title type="text">Use &lt;b&gt; &amp;amp; rest</title>`), title, "Use <b> &amp; rest"},
		{"Atom text by default", inEntry(`<title>Use &lt;b&gt;</title>`), title, "Use <b>"},
		{"Atom html", inEntry(`<title type="html">&lt;b&gt;New&lt;/b&gt; &amp;amp; old</title>`), title, "New & old"},
		{"Atom html in CDATA", inEntry(`<title type="html"><![CDATA[<b>New</b> mill]]></title>`), title, "New mill"},
		{"Atom xhtml", inEntry(`<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">1 &lt; <b>2</b></div></title>`), title, "1 < 2"},
		{"Atom xhtml with prefix", inEntry(`<title type="xhtml" xmlns:h="http://www.w3.org/1999/xhtml"><h:div>New <h:b>mill</h:b></h:div></title>`), title, "New mill"},
		{"Atom 0.3 base64", inEntry(`<title type="text/html" mode="base64">PGI+TmV3PC9iPiBtaWxs</title>`), title, "New mill"},
		{"Dublin Core", inItem(`<dc:title>The mill</dc:title>`), title, "The mill"},
		{"Media RSS only for want of another", inItem(`<media:title>Photo</media:title><title>The mill</title>`), title, "The mill"},
		{"not that of a photo", inItem(`<media:content url="https://i.example/1.jpg"><media:title>Photo</media:title></media:content>`), title, ""},
		{"that of a photo beside another", inItem(`<media:content url="https://i.example/1.jpg"><media:title>Photo</media:title></media:content><title>The mill</title>`), title, "The mill"},
		{"the first of two", inItem(`<title>One</title><title>Two</title>`), title, "One"},
		{"the first that says something", inItem(`<title/><title>Two</title>`), title, "Two"},
		{"the reference that stands for long texts", inItem("<title>\uFDD00</title><description>x</description>"), title, "\uFDD00"},
	})
}

func TestLinesEndSomewhere(t *testing.T) {
	long := strings.Repeat("ü", 10_000)
	p := mustParse(t, inChannel("<title>"+long+"</title><item><title>"+long+"</title><category>"+long+"</category><author>"+long+
		"</author><source>"+long+"</source><link>https://tarn.example/"+long+"</link><guid isPermaLink=\"false\">"+long+"</guid></item>"))
	e := p.Entries[0]
	for name, got := range map[string]string{"feed": p.Feed.Title, "entry": e.Title, "tag": e.Tags[0], "author": e.Authors[0], "source": e.Source.Title} {
		if len(got) > maxTitle || !utf8.ValidString(got) || !strings.HasSuffix(got, "ü…") {
			t.Errorf("%s: %d bytes, …%q", name, len(got), got[max(0, len(got)-6):])
		}
	}
	if e.Link != "" || e.GUID != long {
		t.Errorf("link of %d bytes, guid of %d", len(e.Link), len(e.GUID))
	}
}

func TestLinksAreAbsolute(t *testing.T) {
	testEntries(t, []entryCase{
		{"absolute, byte for byte", inItem(`<link>HTTPS://Courier.example/%7Ea/?q=a b&amp;r=1#x</link>`), link, "HTTPS://Courier.example/%7Ea/?q=a%20b&r=1#x"},
		{"relative to the feed", inItem(`<link>mill.html</link>`), link, "https://courier.example/feeds/mill.html"},
		{"relative to the host", inItem(`<link>/mill</link>`), link, "https://courier.example/mill"},
		{"without scheme", inItem(`<link>//tarn.example/mill</link>`), link, "https://tarn.example/mill"},
		{"broken escape", inItem(`<link>/100%</link>`), link, "https://courier.example/100%25"},
		{"relative to xml:base, a file", inChannel(`<item xml:base="https://tarn.example/a/index.html"><link>b.html</link></item>`), link, "https://tarn.example/a/b.html"},
		{"xml:base within xml:base", `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://tarn.example/a/"><entry xml:base="b/"><link href="c"/></entry></feed>`, link, "https://tarn.example/a/b/c"},
		{"in CDATA over lines", inItem("<link>\n <![CDATA[ https://tarn.example/x ]]>\n</link>"), link, "https://tarn.example/x"},
		{"bare ampersands", inItem(`<link>https://tarn.example/?a=1&b=2&copy=3</link>`), link, "https://tarn.example/?a=1&b=2&copy=3"},
		{"script", inItem(`<link>javascript:alert(1)</link>`), link, ""},
		{"mail", inItem(`<link>mailto:ann@tarn.example</link>`), link, ""},
		{"the first of two", inItem(`<link>https://tarn.example/1</link><link>https://tarn.example/2</link>`), link, "https://tarn.example/1"},
		{"the first that is one", inItem(`<link/><link>https://tarn.example/2</link>`), link, "https://tarn.example/2"},
		{"guid", inItem(`<guid>https://tarn.example/1</guid>`), link, "https://tarn.example/1"},
		{"guid that is no link", inItem(`<guid isPermaLink="false">https://tarn.example/1</guid>`), link, ""},
		{"guid that is no URL", inItem(`<guid>tarn-1</guid>`), link, ""},
		{"Atom in RSS", inItem(`<atom:link rel="self" href="https://tarn.example/self"/><atom:link rel="alternate" href="https://tarn.example/1"/>`), link, "https://tarn.example/1"},
		{"Atom in RSS beside a link", inItem(`<atom:link href="https://tarn.example/1"/><link>https://tarn.example/2</link>`), link, "https://tarn.example/2"},
		{"behind FeedBurner", inItem(`<link>https://feeds.example/~r/1</link><feedburner:origLink>https://tarn.example/1</feedburner:origLink>`), link, "https://tarn.example/1"},
		{"rdf:about", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item rdf:about="https://tarn.example/1"><title>x</title></item></rdf:RDF>`, link, "https://tarn.example/1"},
		{"Atom, the web page of several", inEntry(`<link rel="alternate" type="application/json" href="/1.json"/><link type="text/html" href="/1"/>`), link, "https://courier.example/1"},
		{"Atom, relation as URI", inEntry(`<link rel="http://www.iana.org/assignments/relation/alternate" href="/1"/>`), link, "https://courier.example/1"},
		{"Atom, not the enclosure", inEntry(`<link rel="enclosure" href="/1.mp3"/><link rel="alternate" href="/1"/>`), link, "https://courier.example/1"},
		{"Atom, text for want of href", inEntry(`<link rel="alternate">https://tarn.example/1</link>`), link, "https://tarn.example/1"},
		{"Atom, self for want of another", inEntry(`<link rel="self" href="/1.atom"/>`), link, "https://courier.example/1.atom"},
		{"JSON Feed", `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","url":"/1"}]}`, link, "https://courier.example/1"},
		{"JSON Feed, by its ID", `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":" https://courier.example/2"}]}`, link, "https://courier.example/2"},
		{"JSON Feed, by no URL", `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"2/3"}]}`, link, ""},
		{"JSON Feed, elsewhere", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","external_url":"https://tarn.example/1"}]}`, link, "https://tarn.example/1"},
	})
}

func TestIDsStayByteForByte(t *testing.T) {
	testEntries(t, []entryCase{
		{"guid", inItem(`<guid> HTTP://Tarn.example/%7Ea?x=1&amp;y=2 </guid>`), guid, "HTTP://Tarn.example/%7Ea?x=1&y=2"},
		{"Atom ID", inEntry(`<id>HTTP://Tarn.example:80/%7ea/../b</id>`), guid, "HTTP://Tarn.example:80/%7ea/../b"},
		{"Atom ID under xml:base", `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://tarn.example/"><entry><id>a b</id></entry></feed>`, guid, "a b"},
		{"not that of the source", inEntry(`<source><id>wrong</id></source><id>right</id>`), guid, "right"},
		{"not that of something unknown", inEntry(`<image><id>wrong</id></image><id>right</id>`), guid, "right"},
		{"number in JSON", `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":17}]}`, guid, "17"},
		{"enclosure of an entry that has nothing else", inItem(`<enclosure url="https://talk.example/1.mp3"/>`), guid, "https://talk.example/1.mp3"},
	})
}

func TestTextsAreHTML(t *testing.T) {
	long := "<p>" + strings.Repeat("Long enough to be kept aside. ", 20) + "]]> &amp; end</p>"
	testEntries(t, []entryCase{
		{"escaped", inItem(`<description>&lt;p&gt;a &amp;amp; b&lt;/p&gt;</description>`), summary, "<p>a &amp; b</p>"},
		{"CDATA", inItem(`<description><![CDATA[<p>a &amp; b</p>]]></description>`), summary, "<p>a &amp; b</p>"},
		{"CDATA in parts", inItem(`<description>a <![CDATA[<b>]]>b<![CDATA[</b>]]></description>`), summary, "a <b>b</b>"},
		{"markup as it is", inItem(`<description>1 &lt; 2 <b title="&quot;">b</b><br/>c</description>`), summary, `1 &lt; 2 <b title="&#34;">b</b><br>c`},
		{"text after markup", inItem(`<description><b>b</b> 1 &lt; 2 &amp; 3</description>`), summary, `<b>b</b> 1 &lt; 2 &amp; 3`},
		{"what looks like a text kept aside", inItem("<content:encoded>" + strings.Repeat("long ", 50) + "</content:encoded><description>\uFDD00</description>"), summary, "\uFDD00"},
		{"empty elements of XHTML", inEntry(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a<iframe src="https://v.example/"/>b</div></content>`), content, `a<iframe src="https://v.example/"></iframe>b`},
		{"SVG", inEntry(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><s:svg xmlns:s="http://www.w3.org/2000/svg"><s:circle r="1"/></s:svg></div></content>`), content, `<svg><circle r="1"></circle></svg>`},
		{"both texts", inItem(`<content:encoded><![CDATA[<p>full</p>]]></content:encoded><description>short</description>`), func(e newsfold.Entry) any { return e.Summary + "|" + e.Content }, "short|<p>full</p>"},
		{"XHTML body", inItem(`<body xmlns="http://www.w3.org/1999/xhtml"><p>full</p></body>`), content, "<p>full</p>"},
		{"the first full text that says something", inItem(`<content:encoded/><body>full</body><fullitem>other</fullitem>`), content, "full"},
		{"long", inItem(`<content:encoded><![CDATA[` + strings.ReplaceAll(long, "]]>", "]]]]><![CDATA[>") + `]]></content:encoded>`), content, long},
		{"Atom text", inEntry(`<content type="text">a &lt;b&gt; &amp; c</content>`), content, "a &lt;b&gt; &amp; c"},
		{"Atom text that is HTML", inEntry(`<content>&lt;p&gt;a&lt;/p&gt;&lt;p&gt;b&lt;/p&gt;</content>`), content, "<p>a</p><p>b</p>"},
		{"Atom html", inEntry(`<summary type="html">&lt;p&gt;a &amp;amp; b</summary>`), summary, "<p>a &amp; b"},
		{"Atom base64", inEntry(`<content type="application/octet-stream">PHA+SGVsbG88L3A+</content>`), content, "<p>Hello</p>"},
		{"Atom picture", inEntry(`<content type="image/png">iVBORw0KGgo=</content>`), content, ""},
		{"Atom document of another kind", inEntry(`<content type="application/xml"><entry xmlns="urn:x"><title>wrong</title></entry></content>`), content, ""},
		{"relative to the page", inItem(`<link>https://courier.example/mill/</link><description>&lt;img src="a.jpg"&gt;</description>`), summary, `<img src="https://courier.example/mill/a.jpg">`},
		{"relative to xml:base", inEntry(`<content type="html" xml:base="https://tarn.example/a/">&lt;a href='b?c&amp;amp;d'&gt;&lt;img srcset="i.jpg 1x, /j.jpg 2x"&gt;</content>`), content, `<a href='https://tarn.example/a/b?c&amp;d'><img srcset="https://tarn.example/a/i.jpg 1x, https://tarn.example/j.jpg 2x">`},
		{"xml:base within XHTML", inEntry(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p xml:base="https://tarn.example/a/"><a href="b">x</a></p></div></content>`), content, `<p><a href="https://tarn.example/a/b">x</a></p>`},
		{"within the text", inItem(`<description>&lt;a href="#note"&gt;1&lt;/a&gt;</description>`), summary, `<a href="#note">1</a>`},
		{"within the text and beyond", inItem(`<description>&lt;a href="#note"&gt;1&lt;/a&gt;&lt;img src=/i.png&gt;</description>`), summary, `<a href="#note">1</a><img src=https://courier.example/i.png>`},
		{"Media RSS, plain", inItem(`<media:group><media:description>1 &lt; 2</media:description></media:group>`), summary, "1 &lt; 2"},
		{"JSON Feed, plain", `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","content_text":"1 < 2\nb"}]}`, content, "1 &lt; 2<br>\nb"},
		{"JSON Feed, HTML", `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","url":"/a/b","content_html":"<img src=c>"}]}`, content, "<img src=https://courier.example/a/c>"},
	})
}

func TestPeopleTagsAndMedia(t *testing.T) {
	testEntries(t, []entryCase{
		{"mail and name", inItem(`<author>ann@courier.example (Ann Lee)</author>`), authors, []string{"Ann Lee"}},
		{"name and mail", inItem(`<author>Ann Lee &lt;ann@courier.example&gt;</author>`), authors, []string{"Ann Lee"}},
		{"name and office", inItem(`<author>Ann Lee (Tarn Bridge)</author>`), authors, []string{"Ann Lee (Tarn Bridge)"}},
		{"name and mail, side by side", inItem(`<author>Ann Lee ann@courier.example</author>`), authors, []string{"Ann Lee"}},
		{"mail in brackets and name", inItem(`<author>&lt;ann@courier.example&gt; Ann Lee</author>`), authors, []string{"Ann Lee"}},
		{"mail alone", inItem(`<author>ann@courier.example</author>`), authors, []string{"ann@courier.example"}},
		{"handle", inItem(`<author>@ann</author>`), authors, []string{"@ann"}},
		{"two creators, one again as author", inItem(`<dc:creator>Ann</dc:creator><dc:creator>Bo</dc:creator><author>Ann</author>`), authors, []string{"Ann", "Bo"}},
		{"Atom, without a name element", inEntry(`<author>Ann &amp; Bo</author>`), authors, []string{"Ann & Bo"}},
		{"Atom, of the feed", inAtom(`<author><name>Ann</name></author><entry><title>x</title></entry>`), authors, []string{"Ann"}},
		{"Atom, of the source before the feed", inAtom(`<author><name>Ann</name></author><entry><source><author><name>Bo</name></author></source></entry>`), authors, []string{"Bo"}},
		{"JSON Feed, of the feed", `{"version":"https://jsonfeed.org/version/1","author":{"name":"Ann"},"items":[{"id":"1"}]}`, authors, []string{"Ann"}},
		{"tags", inItem(`<category>a</category><category>b &amp; c</category><dc:subject>a</dc:subject><itunes:keywords>d, e</itunes:keywords>`), tags, []string{"a", "b & c", "d", "e"}},
		{"Atom tags in RSS", inItem(`<atom:category term="go" label="Go"/>`), tags, []string{"go"}},
		{"Atom tags", inEntry(`<category term="go" label="Go"/><category label="x"/>`), tags, []string{"go", "x"}},
		{"source", inItem(`<source url="https://tarn.example/f">Tarn &amp;amp; Co</source>`), source, newsfold.Source{Title: "Tarn & Co", URL: "https://tarn.example/f"}},
		{"source that is a reference alone", inItem(`<source>https://tarn.example/f</source>`), source, newsfold.Source{URL: "https://tarn.example/f"}},
		{"Atom source", inEntry(`<source><title>Tarn</title><link rel="self" href="https://tarn.example/f"/></source>`), source, newsfold.Source{Title: "Tarn", URL: "https://tarn.example/f"}},
		{"enclosure", inItem(`<enclosure url="/1.mp3" length="42" type="audio/mpeg"/><enclosure url="/2.mp3" length="x"/>`), media, []newsfold.Media{{URL: "https://courier.example/1.mp3", Type: "audio/mpeg", Length: 42}, {URL: "https://courier.example/2.mp3"}}},
		{"enclosures that lead nowhere", inItem(`<enclosure url="javascript:x()"/><enclosure url="data:audio/mpeg,x"/><enclosure url=""/>`), media, []newsfold.Media(nil)},
		{"media in a group", inItem(`<media:group><media:content url="https://v.example/1.mp4" type="video/mp4" fileSize="9"/></media:group>`), media, []newsfold.Media{{URL: "https://v.example/1.mp4", Type: "video/mp4", Length: 9}}},
		{"thumbnail", inItem(`<media:group><media:thumbnail url="https://i.example/t.jpg"/></media:group>`), image, "https://i.example/t.jpg"},
		{"the widest picture", inItem(`<media:content url="https://i.example/s.jpg" medium="image" width="140"/><media:content url="https://i.example/l.jpg" medium="image" width="700"/>`), image, "https://i.example/l.jpg"},
		{"iTunes picture", inItem(`<itunes:image href="/c.jpg"/>`), image, "https://courier.example/c.jpg"},
		{"picture as enclosure", inItem(`<enclosure url="https://i.example/e.jpg" type="image/jpeg"/>`), image, "https://i.example/e.jpg"},
		{"picture of an entry with a link of its own", inItem(`<image><url>https://i.example/i.jpg</url><link>https://i.example/</link></image>`), func(e newsfold.Entry) any { return e.Image + " " + e.Link }, "https://i.example/i.jpg "},
		{"language of the feed", inChannel(`<language>de</language><item><title>x</title></item>`), lang, "de"},
		{"language of the text", `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><entry><title xml:lang="fr">x</title><content xml:lang="de_AT">y</content></entry></feed>`, lang, "de-AT"},
		{"language of the feed, not of the title", `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><entry><title xml:lang="fr">x</title><summary>y</summary></entry></feed>`, lang, "en"},
		{"issued", inItem(`<pubDate>Mon, 06 May 2024 07:08:09 +0200</pubDate><dc:date>2020-01-01</dc:date>`), issued, "2024-05-06T05:08:09Z"},
		{"issued, Dublin Core", inItem(`<dc:date>2024-05-06T07:08:09Z</dc:date>`), issued, "2024-05-06T07:08:09Z"},
		{"issued on no day", inItem(`<pubDate>yesterday</pubDate>`), issued, ""},
		{"revised", inEntry(`<updated>2024-05-06T07:08:09Z</updated>`), revised, "2024-05-06T07:08:09Z"},
	})
}

func TestFeedsSayMoreThanEntries(t *testing.T) {
	p := mustParse(t, inChannel(`<title>The &lt;i&gt;Courier&lt;/i&gt;</title><atom:link rel="self" href="all.xml"/><atom:link rel="hub" href="https://hub.example/"/>
<atom:link rel="next" href="?page=2"/><atom:link rel="prev-archive" href="/2023.xml"/><link>https://courier.example/</link><description>News</description>
<language>en_GB</language><ttl>90</ttl><skipHours><hour>0</hour><hour>24</hour><hour>7</hour><hour>x</hour></skipHours><skipDays><day>Sunday</day><day>mon</day></skipDays>
<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency><itunes:new-feed-url>https://new.example/f</itunes:new-feed-url>
<itunes:complete>Yes</itunes:complete><fh:complete/><image><url>/logo.png</url><title>Logo</title><link>https://wrong.example/</link></image>
<textInput><title>Search</title><link>https://wrong.example/</link></textInput><managingEditor>ann@courier.example (Ann Lee)</managingEditor>
<lastBuildDate>Mon, 06 May 2024 07:08:09 GMT</lastBuildDate><item><title>x</title></item>`))
	want := Details{
		Format: "rss", Version: "2.0", Description: "News", Image: "https://courier.example/logo.png",
		Authors: []Person{{Name: "Ann Lee", Email: "ann@courier.example"}},
		Updated: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC),
		TTL:     90 * time.Minute, Period: 12 * time.Hour, SkipHours: []int{0, 0, 7}, SkipDays: []time.Weekday{time.Sunday, time.Monday},
		Finished: true, Moved: "https://new.example/f", Self: feedURL, Hubs: []string{"https://hub.example/"},
		Next: feedURL + "?page=2", PrevArchive: "https://courier.example/2023.xml", Whole: true,
		Items: []ItemDetails{{}},
	}
	if diff := cmp.Diff(want, p.Details); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	feed := newsfold.Feed{Title: "The Courier", Site: "https://courier.example/", Lang: "en-GB"}
	if diff := cmp.Diff(feed, p.Feed); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestAtomFeedsSayMoreThanEntries(t *testing.T) {
	p := mustParse(t, inAtom(`<title>Notes</title><subtitle type="html">&lt;i&gt;daily&lt;/i&gt;</subtitle><id>HTTP://Tarn.example/%7e</id>
<published>2020-01-01T00:00:00Z</published><updated>2024-05-06T07:08:09Z</updated><link rel="self" href="atom"/><link rel="hub" href="https://hub.example/"/>
<link href="https://tarn.example/"/><link rel="prev-archive" href="2023"/><generator uri="x">Mill 1.0</generator><logo>/logo.png</logo><rights>© Ann</rights>
<author><name>Ann</name><email>ann@tarn.example</email><uri>/ann</uri></author><category term="mills"/>
<entry><source><id>urn:s</id><link href="https://ostwick.example/"/></source><link rel="replies" href="/1#c"/><rights>© Bo</rights></entry>`))
	want := Details{
		Format: "atom", Version: "1.0", ID: "HTTP://Tarn.example/%7e", Description: "<i>daily</i>", Rights: "© Ann",
		Generator: "Mill 1.0", Image: "https://courier.example/logo.png", Tags: []string{"mills"},
		Authors:   []Person{{Name: "Ann", Email: "ann@tarn.example", URL: "https://courier.example/ann"}},
		Published: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Updated: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC),
		Self: "https://courier.example/feeds/atom", Hubs: []string{"https://hub.example/"}, PrevArchive: "https://courier.example/feeds/2023",
		Items: []ItemDetails{{
			Authors:  []Person{{Name: "Ann", Email: "ann@tarn.example", URL: "https://courier.example/ann"}},
			Comments: "https://courier.example/1#c", Rights: "© Bo", SourceID: "urn:s", SourceLink: "https://ostwick.example/",
		}},
	}
	if diff := cmp.Diff(want, p.Details); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestFormatsAndVersionsAreNamed(t *testing.T) {
	for body, want := range map[string]string{
		`<rss version="0.91"><channel><title>x</title></channel></rss>`:                                                                             "rss 0.91",
		`<rss><channel><title>x</title></channel></rss>`:                                                                                            "rss ",
		`<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>x</title></feed>`:                                                              "atom 0.3",
		`<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>`:                                                                         "atom 1.0",
		`<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>x</a:title></a:feed>`:                                                               "atom 1.0",
		`<entry xmlns="http://www.w3.org/2005/Atom"><title>x</title></entry>`:                                                                       "atom 1.0",
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="urn:x"><channel><title>x</title></channel></rdf:RDF>`:              "rdf ",
		`{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[]}`:                                                                     "json 1.1",
		`<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>x</title></channel></r:RDF>`: "rdf 1.0",
	} {
		p := mustParse(t, body)
		if got := p.Details.Format + " " + p.Details.Version; got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
		if p.Feed.Title != "x" && (len(p.Entries) != 1 || p.Entries[0].Title != "x") {
			t.Errorf("%s: title %q", body, p.Feed.Title)
		}
	}
}

// threeItems are three entries that broken feeds must not lose.
const threeItems = `<item><guid>a</guid><title>One</title></item><item><guid>b</guid><title>Two</title></item><item><guid>c</guid><title>Three</title></item>`

func TestBrokenFeedsKeepTheirEntries(t *testing.T) {
	sound := inChannel(threeItems)
	for name, body := range map[string]string{
		"sound":                        sound,
		"line before":                  "\n" + sound,
		"warning before":               "<br />\n<b>Warning</b>: no such file <br />\n" + sound,
		"words before":                 "Deprecated: x() > 3 in line 4\n" + sound,
		"long comment before":          "<!--" + strings.Repeat(" x", 5000) + "-->" + sound,
		"document type":                `<!DOCTYPE rss [<!ENTITY mill "Mill"><!ELEMENT x (#PCDATA)>]>` + sound[38:],
		"XML 1.1":                      strings.Replace(sound, `version="1.0"`, `version="1.1"`, 1),
		"unknown encoding":             strings.Replace(sound, "utf-8", "x-mill", 1),
		"byte order mark twice":        "\uFEFF\uFEFF" + sound,
		"upper case":                   strings.NewReplacer("item>", "ITEM>", "title>", "TITLE>").Replace(sound),
		"no end":                       strings.TrimSuffix(sound, "</channel></rss>"),
		"no end of entries":            strings.ReplaceAll(sound, "</item>", ""),
		"no end of titles":             strings.ReplaceAll(sound, "</title>", ""),
		"words after":                  sound + "\n<!-- served in 3 ms --><script>x</script>",
		"another feed after":           sound + sound,
		"end tags that close nothing":  strings.ReplaceAll(sound, "<title>", "</p><title>"),
		"namespace of Atom on rss":     strings.Replace(sound, "<rss", `<rss xmlns="http://www.w3.org/2005/Atom"`, 1),
		"some other namespace on rss":  strings.Replace(sound, "<rss", `<rss xmlns="urn:mill"`, 1),
		"entries beside the channel":   strings.Replace(sound, "<item>", "</channel><item>", 1),
		"unquoted attributes":          strings.ReplaceAll(sound, "<guid>", "<guid isPermaLink=false x=a/b>"),
		"less-than in an attribute":    strings.ReplaceAll(sound, "<guid>", `<guid x="a < b">`),
		"attribute twice":              strings.ReplaceAll(sound, "<guid>", `<guid x="1" x="2">`),
		"undeclared prefix":            strings.ReplaceAll(sound, "<guid>", `<mill:x>y</mill:x><guid>`),
		"control characters":           strings.ReplaceAll(sound, "<guid>", "<description>\x00\x08&#8;&#xFFFF;</description><guid>"),
		"bad bytes":                    strings.ReplaceAll(sound, "<guid>", "<description>\xFF\xFEé</description><guid>"),
		"markup that is not balanced":  strings.ReplaceAll(sound, "<guid>", "<description><b><i>x</b></i><br>y<p>z</description><guid>"),
		"CDATA that is not closed":     strings.Replace(sound, "<guid>", "<description><![CDATA[x</description><guid>", 1),
		"CDATA not closed before one":  strings.Replace(strings.Replace(sound, "<title>", "<description><![CDATA[x</description><title>", 1), "Two", "<![CDATA[Two]]>", 1),
		"comment that is not closed":   strings.Replace(sound, "<guid>", "<description><!-- x</description><guid>", 1),
		"instruction that is not shut": strings.Replace(sound, "<guid>", "<?php x <guid>", 1),
		"stray less-than":              strings.ReplaceAll(sound, "<guid>", "<description>1 < 2 <3 <</description><guid>"),
		"tag that is not shut":         strings.ReplaceAll(sound, "<guid>", "<description>a <b c</description><guid>"),
	} {
		t.Run(name, func(t *testing.T) {
			p := mustParse(t, body)
			var got []string
			for _, e := range p.Entries {
				got = append(got, e.GUID+" "+e.Title)
			}
			if diff := cmp.Diff([]string{"a One", "b Two", "c Three"}, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestEntryCutInTwoIsLeftOut(t *testing.T) {
	sound := inChannel(threeItems)
	for _, cut := range []string{"<title>Thr", "<title>Three</tit", "<title", "<gu"} {
		body := sound[:strings.Index(sound, "Two</title></item>")] + "Two</title></item><item><guid>c</guid>" + cut
		p := mustParse(t, body)
		if len(p.Entries) != 2 || !p.Details.Partial || len(p.Details.Faults) == 0 {
			t.Errorf("%q: %d entries, partial %v, faults %q", cut, len(p.Entries), p.Details.Partial, p.Details.Faults)
		}
	}
	if p := mustParse(t, sound); p.Details.Partial || p.Details.Faults != nil {
		t.Errorf("a sound feed: partial %v, faults %q", p.Details.Partial, p.Details.Faults)
	}
}

func TestFaultsAreNamed(t *testing.T) {
	sound := inChannel(threeItems)
	for body, want := range map[string]string{
		sound:              "[]",
		"Warning " + sound: "[there is text before the feed]",
		strings.Replace(sound, "</title>", "", 1):                             "[elements are not closed]",
		strings.TrimSuffix(sound, "</rss>"):                                   "[the body ends before the feed does]",
		"\uFEFF\uFEFF" + sound:                                                "[more than one byte order mark]",
		strings.Replace(sound, "utf-8", "x-mill", 1):                          "[unknown character set x-mill]",
		strings.Replace(sound, "One", "M\xFChle", 1):                          "[the character set is missing or wrong: read as windows-1252]",
		strings.NewReplacer("utf-8", "latin1", "One", "Mühle").Replace(sound): "[UTF-8 is said to be latin1]",
		`{"version":"https://jsonfeed.org/version/1","title":5}`:              "[values have other types than JSON Feed says]",
	} {
		if got := fmt.Sprint(mustParse(t, body).Details.Faults); got != want {
			t.Errorf("%.60q: %s, want %s", body, got, want)
		}
	}
}

func TestJSONOfOtherTypesIsRead(t *testing.T) {
	p := mustParse(t, `{"version":"https://jsonfeed.org/version/1.1","title":5,"hubs":[{"type":"WebSub","url":"https://hub.example/"}],
"items":[{"id":1.5,"title":7,"tags":"a,b","authors":["Ann"],"content_text":["x"]},{"id":"2","title":"ok","attachments":{"url":"/a","size_in_bytes":"12"}},null]}`)
	if len(p.Entries) != 2 || p.Feed.Title != "5" || len(p.Details.Hubs) != 1 {
		t.Fatalf("%+v", p)
	}
	e := p.Entries[0]
	if e.GUID != "1.5" || e.Title != "7" || cmp.Diff(e.Tags, []string{"a", "b"}) != "" || cmp.Diff(e.Authors, []string{"Ann"}) != "" {
		t.Errorf("%+v", e)
	}
	if e := p.Entries[1]; e.Title != "ok" || len(e.Media) != 1 || e.Media[0].Length != 12 {
		t.Errorf("%+v", e)
	}
}

func TestHeadersCount(t *testing.T) {
	body := inAtom(`<entry><link href="p/1"/></entry>`)
	header := http.Header{"Content-Location": {"https://cdn.example/z/feed"}, "Content-Language": {"fr"}}
	p, err := Parse([]byte(body), feedURL, header)
	if err != nil {
		t.Fatal(err)
	}
	if p.Entries[0].Link != "https://cdn.example/z/p/1" || p.Feed.Lang != "fr" {
		t.Errorf("link %q, language %q", p.Entries[0].Link, p.Feed.Lang)
	}
	p, err = Parse([]byte(body), "https://ann:secret@courier.example/f", nil)
	if err != nil || p.Entries[0].Link != "https://courier.example/p/1" {
		t.Errorf("link %q, %v", p.Entries[0].Link, err)
	}
}

func TestWhatIsNoFeedIsRefused(t *testing.T) {
	for body, want := range map[string]Kind{
		"":                          Empty,
		" \r\n\t\uFEFF\n":           Empty,
		"\xEF\xBB\xBF":              Empty,
		"just words":                NotFeed,
		"%PDF-1.7\n%\xE2\xE3":       NotFeed,
		"\x89PNG\r\n\x1a\n\x00\x00": NotFeed,
		"<!DOCTYPE html><html><head><title>The feed is down</title></head></html>":                        NotFeed,
		`<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html xmlns="http://www.w3.org/1999/xhtml"/>`: NotFeed,
		`<p>Try our <a href="/rss">feed</a></p>`:                                                          NotFeed,
		`<?xml version="1.0"?><opml version="2.0"><body/></opml>`:                                         NotFeed,
		`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>`:                           NotFeed,
		`<Error><Code>AccessDenied</Code></Error>`:                                                        NotFeed,
		`{"error":"rate limited"}`:                                                                        NotFeed,
		`{"items":[{"id":1}]}`:                                                                            NotFeed,
		`{"version":"https://jsonfeed.org/version/1","items":[`:                                           Broken,
		`[1,2]`:               NotFeed,
		`{`:                   NotFeed,
		`<rss`:                NotFeed,
		`<rss version="2.0">`: Broken,
		`<?xml version="1.0"?><rss version="2.0"><chan`: Broken,
	} {
		_, err := Parse([]byte(body), feedURL, nil)
		var e *Error
		if !errors.As(err, &e) || e.Kind != want || e.URL != feedURL {
			t.Errorf("%.60q: %v, want kind %s", body, err, want)
		}
	}
}

func TestFeedWithoutEntriesIsAFeed(t *testing.T) {
	for _, body := range []string{inChannel(""), inAtom(""), `<rss/>`, `{"version":"https://jsonfeed.org/version/1"}`} {
		if p := mustParse(t, body); len(p.Entries) != 0 {
			t.Errorf("%s: %d entries", body, len(p.Entries))
		}
	}
}
