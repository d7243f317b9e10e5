package fetch

import (
	"strings"

	atomfeed "github.com/mmcdole/gofeed/atom"

	"newsfold"
)

// atom takes over what gofeed read of an Atom feed.
func (p *parsing) atom(f *atomfeed.Feed, m *mender) error {
	if len(f.Entries) != len(m.notes) {
		return errLost
	}
	x := extensions{f.Extensions}
	out, d := &p.out.Feed, &p.out.Details
	links := atomLinks(f.Links)
	out.Title = clip(plainText(first(f.Title, x.text("dc", "title"))), maxTitle)
	out.Lang = first(language(x.text("dc", "language")), m.doc.lang)
	out.Site = links.alternate
	d.ID = m.doc.id
	d.Description = p.html(&m.doc, "", first(f.Subtitle, x.text("dc", "description"), x.text("itunes", "summary")))
	d.Rights = p.html(&m.doc, "", first(f.Rights, x.text("dc", "rights")))
	if f.Generator != nil {
		d.Generator = oneLine(strings.TrimSpace(f.Generator.Value))
	}
	d.Image = first(f.Logo, f.Icon, x.artwork(), x.image())
	for _, a := range f.Authors {
		addPerson(&d.Authors, atomPerson(a))
	}
	p.people(&d.Authors, x, "")
	for _, c := range f.Categories {
		addTag(&d.Tags, first(c.Term, c.Label))
	}
	x.tags(&d.Tags)
	d.Published = x.time("dcterms", "issued")
	d.Updated = firstTime(f.UpdatedParsed, x.time("dcterms", "modified"), x.time("dc", "date"))
	p.hints(x, links)

	p.out.Entries = make([]newsfold.Entry, len(f.Entries))
	d.Items = make([]ItemDetails, len(f.Entries))
	for i, it := range f.Entries {
		p.atomEntry(it, &m.notes[i], &p.out.Entries[i], &d.Items[i])
	}
	return nil
}

// atomEntry takes over one entry.
func (p *parsing) atomEntry(it *atomfeed.Entry, n *note, e *newsfold.Entry, d *ItemDetails) {
	x := extensions{it.Extensions}
	links := atomLinks(it.Links)
	src := ""
	if it.Content != nil {
		e.Content = p.html(n, "", it.Content.Value)
		src = webLink(it.Content.Src)
	}
	e.GUID = n.id
	e.Link = first(links.alternate, webLink(x.text("feedburner", "origLink")), links.self, webAbout(n.id), src)
	if orig := webLink(x.text("feedburner", "origLink")); refScheme(orig) != "" {
		e.Link = orig
	}
	e.Title = clip(plainText(first(it.Title, x.text("dc", "title"), x.mediaText("title"))), maxTitle)
	e.Summary = p.html(n, "", first(it.Summary, x.text("dc", "description"), x.mediaText("description"), x.text("itunes", "summary"), x.text("itunes", "subtitle")))
	e.Content = first(e.Content, p.html(n, "", x.text("content", "encoded")))
	for _, a := range it.Authors {
		addPerson(&d.Authors, atomPerson(a))
	}
	p.people(&d.Authors, x, "")
	p.atomSource(it.Source, e, d)
	if len(d.Authors) == 0 {
		d.Authors = p.out.Details.Authors
	}
	e.Authors = names(d.Authors)
	for _, c := range it.Categories {
		addTag(&e.Tags, first(c.Term, c.Label))
	}
	x.tags(&e.Tags)
	e.Lang = first(language(x.text("dc", "language")), n.lang, p.out.Feed.Lang)
	e.Issued = firstTime(it.PublishedParsed, x.time("dcterms", "issued"), x.time("dcterms", "created"), x.time("dc", "date"))
	e.Revised = firstTime(it.UpdatedParsed, x.time("dcterms", "modified"))
	for _, l := range it.Links {
		if l.Rel == "enclosure" {
			addMedia(e, l.Href, l.Type, l.Length)
		}
		addAlternate(e, l.Rel, l.Hreflang, l.Href)
	}
	x.media(e)
	e.Image = first(x.image(), x.artwork(), imageOf(e.Media))
	d.Comments = first(webLink(x.text("feedburner", "comments")), links.replies)
	d.Rights = p.html(n, "", first(it.Rights, x.text("dc", "rights")))
}

// maxAlternates is how many languages of an entry are kept.
const maxAlternates = 32

// addAlternate takes a link to the same in another language than the entry's (RFC 4287
// section 4.2.7.4).
func addAlternate(e *newsfold.Entry, rel, lang, href string) {
	lang, _, _ = strings.Cut(language(lang), "-")
	own, _, _ := strings.Cut(e.Lang, "-")
	if rel != "" && rel != "alternate" || lang == "" || lang == own || len(e.Alternates) == maxAlternates {
		return
	}
	if href = webLink(href); refScheme(href) != "" && href != e.Link {
		e.Alternates = append(e.Alternates, href)
	}
}

// atomSource takes over the feed that an entry was copied from. Its authors are
// the entry's when that names none (RFC 4287 section 4.1.2).
func (p *parsing) atomSource(s *atomfeed.Source, e *newsfold.Entry, d *ItemDetails) {
	if s == nil {
		return
	}
	links := atomLinks(s.Links)
	e.Source = newsfold.Source{Title: clip(plainText(s.Title), maxName), URL: first(links.self, links.alternate, webAbout(s.ID))}
	d.SourceID, d.SourceLink = s.ID, links.alternate
	if len(d.Authors) == 0 {
		for _, a := range s.Authors {
			addPerson(&d.Authors, atomPerson(a))
		}
	}
}

func atomPerson(a *atomfeed.Person) Person {
	return Person{Name: plainText(a.Name), Email: strings.TrimSpace(a.Email), URL: webLink(a.URI)}
}

// linkSet is what the links of a feed or an entry lead to.
type linkSet struct {
	alternate, self, next, prevArchive, replies string
	hubs                                        []string
	best                                        int // of alternate
}

func atomLinks(links []*atomfeed.Link) linkSet {
	var s linkSet
	for _, l := range links {
		s.add(l.Rel, l.Type, l.Href)
	}
	return s
}

// add sorts in one link. Of several that lead to other forms of the same, the
// web page is wanted. Relations may be written as URIs (RFC 4287 section
// 4.2.7.2).
func (s *linkSet) add(rel, typ, href string) {
	href = webLink(href)
	if href == "" {
		return
	}
	for r := range strings.FieldsSeq(rel) {
		r = strings.ToLower(r)
		r = strings.TrimPrefix(r, "http://www.iana.org/assignments/relation/")
		switch r {
		case "alternate":
			rank := 2
			switch {
			case strings.Contains(typ, "html"):
				rank = 4
			case typ == "":
				rank = 3
			}
			if rank > s.best {
				s.alternate, s.best = href, rank
			}
		case "self":
			s.self = first(s.self, href)
		case "hub":
			if len(s.hubs) < 8 {
				s.hubs = append(s.hubs, href)
			}
		case "next":
			s.next = first(s.next, href)
		case "prev-archive":
			s.prevArchive = first(s.prevArchive, href)
		case "replies":
			s.replies = first(s.replies, href)
		}
	}
}
