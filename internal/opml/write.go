package opml

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"newsfold"
)

// Outline is one line of an OPML document with the lines beneath it.
type Outline struct {
	Text     string // what is read, on one line; when it is empty, the URL
	Type     string // "link", "rss" or empty
	URL      string // of type "link": where it leads
	Created  time.Time
	Attrs    []Attr // further attributes, in this order
	Outlines []Outline
}

// Attr is a further attribute of an [Outline]. Its name is one that the
// specification knows, or one of ours, which begin with "newsfold:".
type Attr struct{ Name, Value string }

// Write writes feeds as a subscription list. A feed in several folders is
// listed in each of them; one in none comes first. at is when the list was
// made; when it is zero that is left out.
func Write(w io.Writer, title string, feeds []newsfold.Feed, at time.Time) error {
	root := &branch{}
	for i := range feeds {
		f := &feeds[i]
		o := subscription(f)
		filed := false
		for _, name := range f.Folders {
			if name = folder(name); name != "" {
				b := root.at(name)
				b.feeds = append(b.feeds, o)
				filed = true
			}
		}
		if !filed {
			root.feeds = append(root.feeds, o)
		}
	}
	return WriteOutlines(w, title, root.outlines(), at)
}

// subscription is a feed as an outline. Programs differ in whether they show
// text or title, so both say the same. Some look at the last part of an
// attribute's name only, so none of ours ends as one of the standard's.
func subscription(f *newsfold.Feed) Outline {
	label := cmp.Or(title(f.Label()), f.URL)
	o := Outline{Text: label, Type: "rss"}
	add := func(name, value string) {
		if value != "" {
			o.Attrs = append(o.Attrs, Attr{name, value})
		}
	}
	add("title", label)
	add("xmlUrl", f.URL)
	add("htmlUrl", f.Site)
	add("language", f.Lang)
	add("newsfold:feedTitle", title(f.Title))
	return o
}

// branch is a folder: what is in it, and its folders in order of appearance.
type branch struct {
	name  string
	feeds []Outline
	subs  []*branch
	index map[string]*branch
}

// at returns the folder of a path, made where it is missing.
func (b *branch) at(path string) *branch {
	for name := range strings.SplitSeq(path, "/") {
		sub := b.index[name]
		if sub == nil {
			sub = &branch{name: name}
			if b.index == nil {
				b.index = map[string]*branch{}
			}
			b.index[name] = sub
			b.subs = append(b.subs, sub)
		}
		b = sub
	}
	return b
}

func (b *branch) outlines() []Outline {
	outs := b.feeds
	for _, sub := range b.subs {
		outs = append(outs, Outline{Text: sub.name, Outlines: sub.outlines()})
	}
	return outs
}

// WriteOutlines writes an OPML 2.0 document. at is when it was made; when it is
// zero that is left out. The same arguments give the same bytes.
func WriteOutlines(w io.Writer, title string, outlines []Outline, at time.Time) error {
	p := printer{w: bufio.NewWriter(w)}
	p.raw(xml.Header, `<opml version="2.0" xmlns:newsfold="`+namespace+"\">\n  <head>\n    <title>")
	p.text(title)
	p.raw("</title>\n")
	if made := date(at); made != "" {
		p.raw("    <dateCreated>", made, "</dateCreated>\n")
	}
	p.raw("    <docs>http://opml.org/spec2.opml</docs>\n  </head>\n  <body>\n")
	p.outlines(outlines, 2)
	p.raw("  </body>\n</opml>\n")
	if err := cmp.Or(p.err, p.w.Flush()); err != nil {
		return fmt.Errorf("write OPML: %w", err)
	}
	return nil
}

// date is the form of RFC 822 that the specification asks for, with four
// digits for the year; nothing for a time that is unknown or has more digits.
func date(t time.Time) string {
	if t = t.UTC(); t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return ""
	}
	return t.Format(http.TimeFormat)
}

// printer writes XML and keeps the first error.
type printer struct {
	w   *bufio.Writer
	err error
}

func (p *printer) raw(parts ...string) {
	for _, s := range parts {
		if p.err == nil {
			_, p.err = p.w.WriteString(s)
		}
	}
}

func (p *printer) text(s string) {
	if p.err == nil {
		p.err = xml.EscapeText(p.w, []byte(s))
	}
}

func (p *printer) attr(name, value string) {
	p.raw(" ", name, `="`)
	p.text(value)
	p.raw(`"`)
}

func (p *printer) outlines(outs []Outline, depth int) {
	indent := strings.Repeat("  ", depth)
	for _, o := range outs {
		if p.err != nil {
			return
		}
		p.raw(indent, "<outline")
		p.attr("text", cmp.Or(title(o.Text), o.URL, "(untitled)"))
		if o.Type != "" {
			p.attr("type", o.Type)
		}
		if o.URL != "" {
			p.attr("url", o.URL)
		}
		if created := date(o.Created); created != "" {
			p.attr("created", created)
		}
		for _, a := range o.Attrs {
			p.attr(a.Name, a.Value)
		}
		if len(o.Outlines) == 0 {
			p.raw("/>\n")
			continue
		}
		p.raw(">\n")
		p.outlines(o.Outlines, depth+1)
		p.raw(indent, "</outline>\n")
	}
}
