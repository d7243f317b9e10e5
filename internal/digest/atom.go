package digest

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"newsfold/internal/river"
)

// The Atom form of a digest (RFC 4287). What was folded under a story is told at
// the end of its content: programs that read feeds show that, and nothing else.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Note    string      `xml:"subtitle,omitempty"`
		Updated string      `xml:"updated"`
		Author  string      `xml:"author>name"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomEntry struct {
		Lang      string     `xml:"xml:lang,attr,omitempty"`
		ID        string     `xml:"id"`
		Title     string     `xml:"title"`
		Updated   string     `xml:"updated"`
		Published string     `xml:"published,omitempty"`
		Author    string     `xml:"author>name"`
		Links     []atomLink `xml:"link"`
		Summary   string     `xml:"summary,omitempty"`
		Content   *atomHTML  `xml:"content"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomHTML struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
)

// epoch stands for a time that nobody stated: both formats ask for one.
var epoch = time.Unix(0, 0).UTC().Format(time.RFC3339)

func writeAtom(w io.Writer, d Digest) error {
	f := atomFeed{ID: cmp.Or(d.Home, "newsfold:digest"), Title: d.Title, Note: d.Note, Author: "newsfold", Updated: epoch}
	if newest := newest(d.Stories); !newest.IsZero() {
		f.Updated = cmp.Or(at(newest).s, epoch)
	}
	if d.Self != "" {
		f.Links = append(f.Links, atomLink{"self", "application/atom+xml", d.Self})
	}
	if d.Home != "" {
		f.Links = append(f.Links, atomLink{"alternate", "text/html", d.Home})
	}
	for _, s := range d.Stories {
		f.Entries = append(f.Entries, entryOf(s))
	}
	return writeXML(w, f)
}

func writeXML(w io.Writer, doc any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func entryOf(s river.Story) atomEntry {
	when := cmp.Or(at(first(s.Published, s.Time)).s, epoch)
	e := atomEntry{
		Lang: s.Lang, ID: storyID(s), Title: heading(s), Updated: when, Published: when,
		Author: cmp.Or(s.Byline, s.Outlet, "unknown"), Summary: s.Lede, Content: &atomHTML{"html", content(s)},
	}
	if u := webURL(s.URL); u != "" {
		e.Links = append(e.Links, atomLink{"alternate", "text/html", u})
	}
	return e
}

// heading is the title of a story: both formats want one that is not blank, also
// when what XML cannot hold is taken away.
func heading(s river.Story) string {
	for _, t := range []string{s.Title, s.Lede} {
		if strings.ContainsFunc(t, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) && r != utf8.RuneError }) {
			return t
		}
	}
	return "Untitled"
}

func storyID(s river.Story) string { return fmt.Sprintf("newsfold:story:%d", s.ID) }

// newest is the latest time that any story states.
func newest(stories []river.Story) (t time.Time) {
	for _, s := range stories {
		if at := first(s.Published, s.Time); at.After(t) && at.Year() <= 9999 {
			t = at
		}
	}
	return t
}

// content is the text of a story as HTML, with its copies at the end.
func content(s river.Story) string {
	var b strings.Builder
	b.WriteString(s.HTML)
	if s.HTML == "" {
		for p := range strings.SplitSeq(cmp.Or(s.Text, s.Lede), "\n\n") {
			if p = strings.TrimSpace(p); p != "" {
				b.WriteString("<p>" + html.EscapeString(p) + "</p>\n")
			}
		}
	}
	list := copies(s)
	if len(list) == 0 {
		return b.String()
	}
	b.WriteString("<hr>\n<p>")
	if s.First.Outlet != "" && s.First.Confidence >= .5 {
		b.WriteString("First: " + html.EscapeString(s.First.Outlet) + ". ")
	}
	b.WriteString("Also published:</p>\n<ul>\n")
	for _, a := range list {
		title := html.EscapeString(cmp.Or(a.Title, "untitled"))
		if u := webURL(a.URL); u != "" {
			title = `<a href="` + html.EscapeString(u) + `">` + title + "</a>"
		}
		b.WriteString("<li>")
		if a.Outlet != "" {
			b.WriteString(html.EscapeString(a.Outlet) + ": ")
		}
		b.WriteString(title)
		if a.Relation.Copies() {
			b.WriteString(" (" + string(a.Relation) + ")")
		}
		b.WriteString("</li>\n")
	}
	b.WriteString("</ul>")
	return b.String()
}
