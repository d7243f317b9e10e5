package digest

import (
	"cmp"
	"io"
	"strconv"

	"newsfold/internal/opml"
	"newsfold/internal/river"
)

func writeOPML(w io.Writer, d Digest) error {
	outlines := make([]opml.Outline, 0, len(d.Stories))
	if d.Note != "" {
		outlines = append(outlines, opml.Outline{Text: d.Note})
	}
	for _, s := range d.Stories {
		o := link(s.Title, s.URL)
		if s.Outlet != "" {
			o.Text += " — " + s.Outlet
		}
		o.Created = first(s.Published, s.Time)
		o.Attrs = attrs("story", strconv.FormatInt(int64(s.ID), 10), "outlet", s.Outlet, "outlets", strconv.Itoa(s.Outlets))
		for _, a := range copies(s) {
			o.Outlines = append(o.Outlines, copyOutline(a))
		}
		outlines = append(outlines, o)
	}
	if len(outlines) == 0 {
		// The specification asks for at least one outline.
		outlines = append(outlines, opml.Outline{Text: "No stories"})
	}
	return opml.WriteOutlines(w, d.Title, outlines, first(d.Generated, d.Until))
}

func copyOutline(a river.Article) opml.Outline {
	o := link(a.Title, a.URL)
	if a.Outlet != "" {
		o.Text = a.Outlet + ": " + o.Text
	}
	if a.Relation != "" {
		o.Text += " (" + string(a.Relation) + ")"
	}
	o.Created = a.Published
	o.Attrs = attrs("outlet", a.Outlet, "relation", string(a.Relation))
	return o
}

// link is an outline that leads to a page; a plain one when there is no page
// on the web to lead to.
func link(title, url string) opml.Outline {
	if url := webURL(url); url != "" {
		return opml.Outline{Text: cmp.Or(title, url), Type: "link", URL: url}
	}
	return opml.Outline{Text: cmp.Or(title, "(untitled)")}
}

// attrs makes attributes of our own out of names and values, those without a
// value left out.
func attrs(pairs ...string) []opml.Attr {
	var list []opml.Attr
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			list = append(list, opml.Attr{Name: "newsfold:" + pairs[i], Value: pairs[i+1]})
		}
	}
	return list
}
