package fetch

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"time"
)

// paragraph returns invented prose about a place, about 90 words long.
func paragraph(n int) string {
	places := []string{"Elmford", "Tarn Bridge", "Ostwick", "the Lower Harbour", "São Telmo", "Müggenau"}
	place := places[n%len(places)]
	return fmt.Sprintf(`The council of %[1]s voted on %[2]d plans for the old mill – a building that nobody has
entered since %[3]d. "We cannot wait another winter," said the mayor, whose office faces the river. Engineers
put the cost at %[4]d,000 crowns; the society of friends of the mill thinks that half of it would do. A decision
on the roof is due next month, and the café on the ground floor will stay open & heated until then. Neighbours of
the site, among them the school of %[1]s, asked for a fence, a lamp and an answer, in that order.`, place, n%7+2, 1900+n%90, 40+n)
}

// story returns invented HTML with the markup that feeds of blogs carry.
func story(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<p class="lead"><strong>%s</strong></p>`, paragraph(n))
	fmt.Fprintf(&b, `<figure><img src="https://img.courier.example/%d/mill.jpg?w=640&amp;h=480" alt="The mill" srcset="https://img.courier.example/%[1]d/mill-2x.jpg 2x"/><figcaption>The mill</figcaption></figure>`, n)
	for i := range 5 {
		fmt.Fprintf(&b, "<p>%s <a href=\"https://courier.example/places/%d\">More</a>.</p>\n", paragraph(n+i), n+i)
	}
	fmt.Fprintf(&b, `<ul><li>One</li><li>Two</li></ul><p><a rel="tag" href="https://courier.example/tag/mills">mills</a></p>`)
	return b.String()
}

func inventedRSS(items int) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wfw="http://wellformedweb.org/CommentAPI/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/">
<channel><title>The Courier</title><atom:link href="https://courier.example/feed/" rel="self" type="application/rss+xml"/>
<link>https://courier.example</link><description>News of the valley</description><language>en-GB</language>
<lastBuildDate>Tue, 07 May 2024 18:00:00 +0000</lastBuildDate><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>
`)
	at := time.Date(2024, 5, 7, 18, 0, 0, 0, time.UTC)
	for i := range items {
		fmt.Fprintf(&b, `	<item>
		<title>Plans for the mill &#8211; part %d</title>
		<link>https://courier.example/2024/05/mill-%[1]d/</link>
		<comments>https://courier.example/2024/05/mill-%[1]d/#respond</comments>
		<dc:creator><![CDATA[Ann Lee]]></dc:creator>
		<pubDate>%[2]s</pubDate>
		<category><![CDATA[Mills]]></category><category><![CDATA[Town hall]]></category>
		<guid isPermaLink="false">https://courier.example/?p=%[1]d</guid>
		<description>%[3]s</description>
		<content:encoded><![CDATA[%[4]s]]></content:encoded>
		<media:content url="https://img.courier.example/%[1]d/mill.jpg" medium="image" width="640"/>
		<wfw:commentRss>https://courier.example/2024/05/mill-%[1]d/feed/</wfw:commentRss><slash:comments>4</slash:comments>
	</item>
`, i, at.Add(-time.Duration(i)*time.Hour).Format(time.RFC1123Z), html.EscapeString("<p>"+paragraph(i)+"</p>"), story(i))
	}
	b.WriteString("</channel></rss>\n")
	return []byte(b.String())
}

func inventedAtom(entries int) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Notes from Tarn Bridge</title><id>tag:tarn.example,2020:notes</id>
<updated>2024-05-07T18:00:00Z</updated><link rel="self" href="https://tarn.example/atom.xml"/><link href="https://tarn.example/"/>
<author><name>Bo Ek</name></author>
`)
	at := time.Date(2024, 5, 7, 18, 0, 0, 0, time.UTC)
	for i := range entries {
		stamp := at.Add(-time.Duration(i) * time.Hour).Format(time.RFC3339)
		fmt.Fprintf(&b, `<entry><title type="html">Letter &amp;amp; answer %d</title><id>tag:tarn.example,2024:%[1]d</id>
<link rel="alternate" type="text/html" href="https://tarn.example/%[1]d.html"/><published>%[2]s</published><updated>%[2]s</updated>
<category term="letters"/>`, i, stamp)
		if i%2 == 0 {
			fmt.Fprintf(&b, `<content type="html">%s</content></entry>`+"\n", html.EscapeString(story(i)))
		} else {
			fmt.Fprintf(&b, `<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>%s</p><p>%s<br/>End.</p></div></content></entry>`+"\n",
				html.EscapeString(paragraph(i)), html.EscapeString(paragraph(i+1)))
		}
	}
	b.WriteString("</feed>\n")
	return []byte(b.String())
}

func inventedPodcast(items int) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:googleplay="http://www.google.com/schemas/play-podcasts/1.0"><channel>
<title>Mill Talk</title><link>https://talk.example/</link><description>Talk about mills</description><itunes:author>Mill Talk</itunes:author>
<itunes:image href="https://talk.example/cover.jpg"/><itunes:category text="Society &amp; Culture"><itunes:category text="Places"/></itunes:category>
<itunes:explicit>no</itunes:explicit><itunes:owner><itunes:name>Ann Lee</itunes:name><itunes:email>ann@talk.example</itunes:email></itunes:owner>
`)
	at := time.Date(2024, 5, 7, 6, 0, 0, 0, time.UTC)
	for i := range items {
		fmt.Fprintf(&b, `<item><title>%d: wheels</title><itunes:title>Wheels</itunes:title><itunes:episode>%[1]d</itunes:episode>
<description><![CDATA[<p>%[2]s</p>]]></description><itunes:summary>%[3]s</itunes:summary><itunes:duration>31:10</itunes:duration>
<enclosure url="https://cdn.talk.example/%[1]d.mp3" length="30123456" type="audio/mpeg"/><guid isPermaLink="false">talk-%[1]d</guid>
<pubDate>%[4]s</pubDate><itunes:explicit>no</itunes:explicit><itunes:image href="https://talk.example/%[1]d.jpg"/></item>
`, i, paragraph(i), html.EscapeString(paragraph(i)), at.AddDate(0, 0, -7*i).Format("Mon, 02 Jan 2006 15:04:05 GMT"))
	}
	b.WriteString("</channel></rss>\n")
	return []byte(b.String())
}

func inventedJSON(items int) []byte {
	type object = map[string]any
	var list []object
	for i := range items {
		list = append(list, object{
			"id": fmt.Sprint(i), "url": fmt.Sprintf("https://ostwick.example/%d", i), "title": fmt.Sprintf("Ostwick %d", i),
			"content_html": story(i), "summary": paragraph(i), "date_published": "2024-05-07T18:00:00Z",
			"tags": []string{"Ostwick", "mills"}, "authors": []object{{"name": "Ann Lee"}},
		})
	}
	b, err := json.Marshal(object{
		"version": "https://jsonfeed.org/version/1.1", "title": "Ostwick", "home_page_url": "https://ostwick.example/",
		"feed_url": "https://ostwick.example/feed.json", "language": "en", "items": list,
	})
	if err != nil {
		panic(err)
	}
	return b
}
