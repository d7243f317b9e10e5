package digest

import (
	"cmp"
	"encoding/xml"
	"io"
	"time"

	"newsfold/internal/river"
)

// The RSS 2.0 form of a digest (https://www.rssboard.org/rss-specification), with
// the content module for texts and Dublin Core for names without an address.
type (
	rss struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Content string   `xml:"xmlns:content,attr"`
		DC      string   `xml:"xmlns:dc,attr"`
		Atom    string   `xml:"xmlns:atom,attr"`
		Channel rssFeed  `xml:"channel"`
	}
	rssFeed struct {
		Title       string    `xml:"title"`
		Link        string    `xml:"link"`
		Description string    `xml:"description"`
		Built       string    `xml:"lastBuildDate,omitempty"`
		Self        *atomLink `xml:"atom:link"`
		Items       []rssItem `xml:"item"`
	}
	rssItem struct {
		Title       string  `xml:"title"`
		Link        string  `xml:"link,omitempty"`
		GUID        rssGUID `xml:"guid"`
		Date        string  `xml:"pubDate,omitempty"`
		Creator     string  `xml:"dc:creator,omitempty"`
		Description string  `xml:"description,omitempty"`
		Content     string  `xml:"content:encoded,omitempty"`
	}
	rssGUID struct {
		Permanent bool   `xml:"isPermaLink,attr"`
		ID        string `xml:",chardata"`
	}
)

func writeRSS(w io.Writer, d Digest) error {
	doc := rss{
		Version: "2.0", Content: "http://purl.org/rss/1.0/modules/content/", DC: "http://purl.org/dc/elements/1.1/", Atom: "http://www.w3.org/2005/Atom",
		Channel: rssFeed{
			Title: d.Title, Link: cmp.Or(d.Home, d.Self, "http://localhost/"),
			Description: join(". ", count(len(d.Stories), "story", "stories")+", each told once", d.Note), Built: rfc822(newest(d.Stories)),
		},
	}
	if d.Self != "" {
		doc.Channel.Self = &atomLink{"self", "application/rss+xml", d.Self}
	}
	for _, s := range d.Stories {
		doc.Channel.Items = append(doc.Channel.Items, rssItemOf(s))
	}
	return writeXML(w, doc)
}

func rssItemOf(s river.Story) rssItem {
	return rssItem{
		Title: heading(s), Link: webURL(s.URL), GUID: rssGUID{ID: storyID(s)}, Date: rfc822(first(s.Published, s.Time)),
		Creator: cmp.Or(s.Byline, s.Outlet), Description: s.Lede, Content: content(s),
	}
}

// rfc822 writes a time as RSS wants it; nothing for one that cannot be written.
func rfc822(t time.Time) string {
	if t = t.UTC(); t.IsZero() || t.Year() < 1000 || t.Year() > 9999 {
		return ""
	}
	return t.Format("Mon, 02 Jan 2006 15:04:05 +0000")
}
