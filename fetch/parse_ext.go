package fetch

import (
	"slices"
	"strconv"
	"strings"
	"time"

	ext "github.com/mmcdole/gofeed/extensions"

	"newsfold"
)

// maxTags and maxMedia bound what one entry may carry.
const (
	maxTags  = 200
	maxMedia = 100
)

// extensions are the elements of a feed or an entry from other namespaces,
// under the prefixes of xmlPrefixes.
type extensions struct{ ext.Extensions }

// text returns the text of the first element of a name that has one.
func (x extensions) text(prefix, name string) string {
	for _, e := range x.Extensions[prefix][name] {
		if e.Value != "" {
			return e.Value
		}
	}
	return ""
}

// attr returns an attribute of the first element of a name that has it.
func (x extensions) attr(prefix, name, attr string) string {
	for _, e := range x.Extensions[prefix][name] {
		if v := e.Attrs[attr]; v != "" {
			return v
		}
	}
	return ""
}

// time returns the time in an element, which the mender wrote.
func (x extensions) time(prefix, name string) time.Time {
	if s := x.text(prefix, name); s != "" {
		if t, err := time.Parse(time.RFC3339, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// firstTime returns the first of several times that is there, in UTC.
func firstTime(values ...any) time.Time {
	for _, v := range values {
		switch t := v.(type) {
		case time.Time:
			if !t.IsZero() {
				return t.UTC()
			}
		case *time.Time:
			if t != nil {
				return t.UTC()
			}
		}
	}
	return time.Time{}
}

// links sorts the Atom links in an RSS feed.
func (x extensions) links() linkSet {
	var s linkSet
	for _, l := range x.Extensions["atom"]["link"] {
		s.add(first(l.Attrs["rel"], "alternate"), l.Attrs["type"], l.Attrs["href"])
	}
	return s
}

// tags adds the keywords of other namespaces.
func (x extensions) tags(tags *[]string) {
	for _, e := range x.Extensions["dc"]["subject"] {
		addTag(tags, e.Value)
	}
	for _, e := range x.Extensions["atom"]["category"] {
		addTag(tags, first(e.Attrs["term"], e.Attrs["label"]))
	}
	for _, e := range x.Extensions["itunes"]["category"] {
		addTag(tags, e.Attrs["text"])
		for _, sub := range e.Children["category"] {
			addTag(tags, sub.Attrs["text"])
		}
	}
	for _, list := range [][]ext.Extension{x.Extensions["itunes"]["keywords"], x.Extensions["media"]["keywords"]} {
		for _, e := range list {
			for tag := range strings.SplitSeq(e.Value, ",") {
				addTag(tags, tag)
			}
		}
	}
	x.eachMedia(func(name string, e ext.Extension) {
		if name == "category" {
			addTag(tags, e.Value)
		}
	})
}

// addTag adds a tag once.
func addTag(tags *[]string, tag string) {
	tag = clip(plainText(tag), maxName)
	if tag == "" || len(*tags) >= maxTags {
		return
	}
	for _, t := range *tags {
		if t == tag {
			return
		}
	}
	*tags = append(*tags, tag)
}

// eachMedia calls f for the elements of Media RSS, those in groups and contents
// included.
func (x extensions) eachMedia(f func(name string, e ext.Extension)) {
	if m := x.Extensions["media"]; m != nil {
		eachMedia(m, f)
	}
}

func eachMedia(m map[string][]ext.Extension, f func(string, ext.Extension)) {
	for _, name := range [...]string{"content", "thumbnail", "title", "description", "category", "group", "image"} {
		for _, e := range m[name] {
			f(name, e)
			if name == "group" || name == "content" {
				eachMedia(e.Children, f)
			}
		}
	}
}

// mediaText returns the title or description that Media RSS gives an entry:
// not that of one of its pictures.
func (x extensions) mediaText(name string) string {
	s := x.text("media", name)
	for _, group := range x.Extensions["media"]["group"] {
		s = first(s, extensions{ext.Extensions{"": group.Children}}.text("", name))
	}
	return s
}

// media adds the contents of Media RSS to the media of an entry.
func (x extensions) media(e *newsfold.Entry) {
	x.eachMedia(func(name string, m ext.Extension) {
		if name == "content" {
			addMedia(e, m.Attrs["url"], first(m.Attrs["type"], mediumType(m.Attrs["medium"])), m.Attrs["fileSize"])
		}
	})
}

// mediumType is the type that a medium has when no closer one is given.
func mediumType(medium string) string {
	switch medium {
	case "image", "audio", "video":
		return medium + "/*"
	}
	return ""
}

// image returns the picture of an entry: the widest of Media RSS, else its
// thumbnail.
func (x extensions) image() string {
	image, width, thumbnail := "", -1, ""
	x.eachMedia(func(name string, m ext.Extension) {
		url := webLink(m.Attrs["url"])
		switch {
		case name == "thumbnail":
			thumbnail = first(thumbnail, url)
		case name == "image":
			if len(m.Children["url"]) > 0 {
				url = m.Children["url"][0].Value
			}
			thumbnail = first(thumbnail, webLink(first(url, m.Attrs["href"], m.Value)))
		case name == "content" && url != "" && (m.Attrs["medium"] == "image" || strings.HasPrefix(m.Attrs["type"], "image/")):
			if w, _ := strconv.Atoi(m.Attrs["width"]); w > width {
				image, width = url, w
			}
		}
	})
	return first(image, thumbnail)
}

// artwork returns the picture of a podcast or its episode.
func (x extensions) artwork() string {
	return webLink(first(x.attr("itunes", "image", "href"), x.attr("itunes", "image", "url"), x.attr("googleplay", "image", "href")))
}

// imageOf returns the first picture among enclosures.
func imageOf(media []newsfold.Media) string {
	for _, m := range media {
		if strings.HasPrefix(m.Type, "image/") {
			return m.URL
		}
	}
	return ""
}

// addMedia adds an enclosure once.
func addMedia(e *newsfold.Entry, url, typ, length string) {
	if url == "" || len(e.Media) >= maxMedia {
		return
	}
	for i := range e.Media {
		if e.Media[i].URL == url {
			return
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(length), 10, 64)
	if err != nil || n < 0 {
		n = 0
	}
	e.Media = append(e.Media, newsfold.Media{URL: url, Type: strings.TrimSpace(typ), Length: n})
}

// people adds the persons that other namespaces and RSS name.
func (p *parsing) people(to *[]Person, x extensions, author string) {
	for _, e := range x.Extensions["dc"]["creator"] {
		addPerson(to, person(e.Value))
	}
	addPerson(to, person(author))
	for _, e := range x.Extensions["atom"]["author"] {
		a := extensions{ext.Extensions{"": e.Children}}
		addPerson(to, Person{
			Name: plainText(first(a.text("", "name"), e.Value)), Email: a.text("", "email"),
			URL: webLink(first(a.text("", "uri"), a.text("", "url"))),
		})
	}
	if len(*to) == 0 {
		addPerson(to, person(x.text("itunes", "author")))
	}
	if len(*to) == 0 {
		for _, e := range x.Extensions["itunes"]["owner"] {
			o := extensions{ext.Extensions{"": e.Children}}
			addPerson(to, Person{Name: plainText(o.text("", "name")), Email: o.text("", "email")})
		}
	}
	if len(*to) == 0 {
		addPerson(to, person(x.text("dc", "publisher")))
	}
}

// addPerson adds a person once, completing what is known.
func addPerson(to *[]Person, p Person) {
	if p == (Person{}) || len(*to) >= maxTags {
		return
	}
	p.Name, p.Email = clip(p.Name, maxName), clip(p.Email, maxName)
	for i := range *to {
		q := &(*to)[i]
		if p.Name != "" && q.Name == p.Name || p.Name == "" && p.Email != "" && q.Email == p.Email {
			q.Email, q.URL = first(q.Email, p.Email), first(q.URL, p.URL)
			return
		}
	}
	*to = append(*to, p)
}

// person reads the forms that names and addresses are written in: "mail (name)"
// as RSS wants it, "name (mail)", "name <mail>", and either alone.
func person(s string) Person {
	s = strings.TrimSpace(s)
	if s == "" {
		return Person{}
	}
	if i := strings.LastIndexByte(s, '<'); i >= 0 && strings.HasSuffix(s, ">") && isMail(s[i+1:len(s)-1]) {
		return Person{Name: strings.Trim(plainText(s[:i]), `" `), Email: strings.TrimPrefix(s[i+1:len(s)-1], "mailto:")}
	}
	s = strings.TrimPrefix(plainText(s), "mailto:")
	if i := strings.IndexByte(s, '('); i >= 0 && strings.HasSuffix(s, ")") {
		outer, inner := strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:len(s)-1])
		switch {
		case isMail(outer):
			return Person{Name: inner, Email: outer}
		case isMail(inner):
			return Person{Name: outer, Email: inner}
		}
		return Person{Name: s}
	}
	words := strings.Fields(s)
	for i, w := range words {
		if mail := strings.Trim(w, "<>(),;"); isMail(mail) {
			rest := strings.Join(slices.Concat(words[:i], words[i+1:]), " ")
			return Person{Name: strings.Trim(rest, " -,"), Email: mail}
		}
	}
	return Person{Name: s}
}

// isMail reports whether s looks like a mail address.
func isMail(s string) bool {
	i := strings.IndexByte(s, '@')
	return i > 0 && i < len(s)-1 && !strings.ContainsAny(s, " ()<>,\"") && strings.LastIndexByte(s, '@') == i
}

// names returns what the persons are called.
func names(people []Person) []string {
	if len(people) == 0 {
		return nil
	}
	list := make([]string, 0, len(people))
	for _, p := range people {
		if name := first(p.Name, p.Email, p.URL); name != "" {
			list = append(list, name)
		}
	}
	return list
}

// hints reads what other namespaces say about polling.
func (p *parsing) hints(x extensions, links linkSet) {
	d := &p.out.Details
	d.Self, d.Hubs, d.Next, d.PrevArchive = links.self, links.hubs, links.next, links.prevArchive
	d.Period = updatePeriod(x.text("sy", "updatePeriod"), x.text("sy", "updateFrequency"))
	d.Moved = webLink(x.text("itunes", "new-feed-url"))
	d.Finished = strings.EqualFold(x.text("itunes", "complete"), "yes")
	d.Whole = len(x.Extensions["fh"]["complete"]) > 0
}

// updatePeriod reads the Syndication module of RSS 1.0: how long a period is
// and how often in it the feed changes.
func updatePeriod(period, frequency string) time.Duration {
	const day = 24 * time.Hour
	var d time.Duration
	switch strings.ToLower(strings.TrimSpace(period)) {
	case "hourly":
		d = time.Hour
	case "daily":
		d = day
	case "weekly":
		d = 7 * day
	case "monthly":
		d = 30 * day
	case "yearly":
		d = 365 * day
	default:
		return 0
	}
	if n, err := strconv.Atoi(strings.TrimSpace(frequency)); err == nil && n > 1 {
		d /= time.Duration(n)
	}
	return d
}

// html makes the references in the HTML of a feed or an entry absolute. Where
// the feed states no base, that of RSS and JSON Feed is the page that the entry
// is about, since there the HTML was written for it.
func (p *parsing) html(n *note, link, s string) string {
	s = textOf(p.texts, s)
	if strings.IndexByte(s, '<') < 0 || !hasRelative(s) {
		return s
	}
	base := n.base
	if !n.based && link != "" {
		if u := p.refs.base(nil, link); u != nil {
			base = u
		}
	}
	return p.refs.html(base, s)
}
