package fetch

import (
	"strconv"
	"strings"
	"time"

	rssfeed "github.com/mmcdole/gofeed/rss"

	"newsfold"
)

// rss takes over what gofeed read of an RSS feed of any version.
func (p *parsing) rss(f *rssfeed.Feed, m *mender) error {
	if len(f.Items) != len(m.notes) {
		return errLost
	}
	x := extensions{f.Extensions}
	out, d := &p.out.Feed, &p.out.Details
	out.Title = clip(plainText(first(f.Title, x.text("dc", "title"), x.text("itunes", "title"))), maxTitle)
	out.Lang = first(language(f.Language), language(x.text("dc", "language")), m.doc.lang)
	links := x.links()
	for _, l := range append(f.Links, links.alternate) {
		if out.Site = webLink(l); out.Site != "" {
			break
		}
	}
	d.ID = first(m.doc.id, m.doc.about)
	d.Description = p.html(&m.doc, out.Site, first(f.Description, x.text("dc", "description"), x.text("itunes", "summary"), x.text("itunes", "subtitle")))
	d.Rights = p.html(&m.doc, out.Site, first(f.Copyright, x.text("dc", "rights")))
	d.Generator = oneLine(first(f.Generator, x.attr("admin", "generatorAgent", "resource")))
	if f.Image != nil {
		d.Image = f.Image.URL
	}
	d.Image = first(d.Image, x.artwork(), x.image())
	p.people(&d.Authors, x, f.ManagingEditor)
	if len(d.Authors) == 0 {
		addPerson(&d.Authors, person(f.WebMaster))
	}
	for _, c := range f.Categories {
		addTag(&d.Tags, c.Value)
	}
	x.tags(&d.Tags)
	d.Published = firstTime(f.PubDateParsed, x.time("dcterms", "issued"), x.time("atom", "published"), x.time("dc", "date"), x.time("dcterms", "created"))
	d.Updated = firstTime(f.LastBuildDateParsed, x.time("dcterms", "modified"), x.time("atom", "updated"))
	p.rssHints(f)
	p.hints(x, links)

	p.out.Entries = make([]newsfold.Entry, len(f.Items))
	d.Items = make([]ItemDetails, len(f.Items))
	for i, it := range f.Items {
		p.rssItem(it, &m.notes[i], &p.out.Entries[i], &d.Items[i])
	}
	return nil
}

// rssHints reads what RSS itself says about polling.
func (p *parsing) rssHints(f *rssfeed.Feed) {
	d := &p.out.Details
	if n, err := strconv.Atoi(strings.TrimSpace(f.TTL)); err == nil && n > 0 && n <= 366*24*60 {
		d.TTL = time.Duration(n) * time.Minute
	}
	for _, s := range f.SkipHours {
		// 24 is midnight in RSS 0.91.
		if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && n >= 0 && n <= 24 && len(d.SkipHours) < 24 {
			d.SkipHours = append(d.SkipHours, n%24)
		}
	}
	for _, s := range f.SkipDays {
		for day := time.Sunday; day <= time.Saturday; day++ {
			if name := strings.TrimSpace(s); len(d.SkipDays) < 7 && (strings.EqualFold(name, day.String()) || strings.EqualFold(name, day.String()[:3])) {
				d.SkipDays = append(d.SkipDays, day)
			}
		}
	}
}

// rssItem takes over one entry.
func (p *parsing) rssItem(it *rssfeed.Item, n *note, e *newsfold.Entry, d *ItemDetails) {
	x := extensions{it.Extensions}
	permalink := ""
	if it.GUID != nil {
		e.GUID = it.GUID.Value
		if !strings.EqualFold(it.GUID.IsPermalink, "false") && (strings.HasPrefix(refScheme(e.GUID), "http") || strings.HasPrefix(e.GUID, "/")) {
			permalink = p.refs.link(n.base, e.GUID)
		}
	}
	e.GUID = first(e.GUID, n.about, n.id)
	e.Link = p.rssLink(it, x, first(permalink, webAbout(n.about)))
	e.Title = clip(plainText(first(it.Title, x.text("dc", "title"), x.mediaText("title"), x.text("itunes", "title"), x.text("atom", "title"))), maxTitle)
	summary := first(it.Description, x.text("dc", "description"), x.text("atom", "summary"), x.mediaText("description"),
		x.text("itunes", "summary"), x.text("itunes", "subtitle"))
	e.Summary = p.html(n, e.Link, summary)
	e.Content = p.html(n, e.Link, first(it.Content, x.text("atom", "content")))
	p.people(&d.Authors, x, it.Author)
	e.Authors = names(d.Authors)
	for _, c := range it.Categories {
		addTag(&e.Tags, c.Value)
	}
	x.tags(&e.Tags)
	e.Lang = first(language(x.text("dc", "language")), n.lang, p.out.Feed.Lang)
	e.Issued = firstTime(it.PubDateParsed, x.time("dc", "date"), x.time("dcterms", "issued"), x.time("atom", "published"), x.time("dcterms", "created"))
	e.Revised = firstTime(x.time("atom", "updated"), x.time("dcterms", "modified"))
	if it.Source != nil && it.Source.URL == "" {
		e.Source = sourceOf(it.Source.Title)
	} else if it.Source != nil {
		e.Source = newsfold.Source{Title: clip(plainText(it.Source.Title), maxName), URL: webLink(it.Source.URL)}
	} else if s := x.text("dc", "source"); s != "" {
		e.Source = sourceOf(s)
	}
	for _, enc := range it.Enclosures {
		addMedia(e, enc.URL, enc.Type, enc.Length)
	}
	x.media(e)
	if e.GUID == "" && e.Link == "" && len(e.Media) > 0 {
		e.GUID = e.Media[0].URL
	}
	e.Image = first(x.image(), x.artwork(), imageOf(e.Media))
	d.Comments = webLink(it.Comments)
	d.Rights = p.html(n, e.Link, x.text("dc", "rights"))
}

// rssLink finds where an entry leads. The links that FeedBurner and its like
// put in front of the publisher's count for less than those they name.
func (p *parsing) rssLink(it *rssfeed.Item, x extensions, permalink string) string {
	for _, l := range it.Links {
		if l = webLink(l); l != "" {
			if orig := webLink(x.text("feedburner", "origLink")); orig != "" && refScheme(orig) != "" {
				return orig
			}
			return l
		}
	}
	links := x.links()
	return first(webLink(x.text("feedburner", "origLink")), links.alternate, permalink, links.self)
}

// webAbout returns the rdf:about of an entry when it is a link.
func webAbout(about string) string {
	if strings.HasPrefix(refScheme(about), "http") {
		return about
	}
	return ""
}

// sourceOf reads a source that is either a reference or a name.
func sourceOf(s string) newsfold.Source {
	if strings.HasPrefix(refScheme(s), "http") {
		return newsfold.Source{URL: s}
	}
	return newsfold.Source{Title: clip(plainText(s), maxName)}
}
