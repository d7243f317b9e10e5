package newsroom

import (
	"bytes"
	"embed"
	"encoding/json"
	"encoding/xml"
	"fmt"
	htmltemplate "html/template"
	"slices"
	"strings"
	"text/template"
	"time"
)

//go:embed templates
var templates embed.FS

//go:embed templates/style.css
var style string

// prints are the templates of pages and feeds. They are executed with values
// of known types into memory, so that an error would be one of this package.
type prints struct {
	pages *htmltemplate.Template
	feeds *template.Template
}

func newPrints() (*prints, error) {
	pages, err := htmltemplate.ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("sample newsroom: %w", err)
	}
	feeds, err := template.New("").Funcs(template.FuncMap{
		"xml":     escape,
		"rfc822":  func(t time.Time) string { return t.Format(time.RFC1123Z) },
		"rfc3339": func(t time.Time) string { return t.Format(time.RFC3339) },
	}).ParseFS(templates, "templates/feeds.tmpl")
	if err != nil {
		return nil, fmt.Errorf("sample newsroom: %w", err)
	}
	return &prints{pages, feeds}, nil
}

func (p *prints) page(name string, data any) []byte {
	var b bytes.Buffer
	if err := p.pages.ExecuteTemplate(&b, name, data); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func (p *prints) feed(name string, is issue) []byte {
	var b bytes.Buffer
	if err := p.feeds.ExecuteTemplate(&b, name, is); err != nil {
		panic(err)
	}
	return bytes.TrimLeft(b.Bytes(), "\n") // an XML declaration must come first
}

func escape(s string) (string, error) {
	var b strings.Builder
	err := xml.EscapeText(&b, []byte(s))
	return b.String(), err
}

// press prints the pages and feeds of all outlets.
type press struct {
	*prints
	now      time.Time
	port     string
	articles []*article
}

func newPress(now time.Time, port string) (*press, error) {
	articles, err := readContent(content)
	if err != nil {
		return nil, fmt.Errorf("sample newsroom: %w", err)
	}
	prints, err := newPrints()
	if err != nil {
		return nil, err
	}
	return &press{prints, now.UTC().Truncate(time.Second), port, articles}, nil
}

// home is the address of an outlet without a path.
func (p *press) home(slug string) string { return "http://" + slug + ".localhost:" + p.port }

// url is the address of an article.
func (p *press) url(a *article) string {
	return p.home(a.outlet) + fmt.Sprintf(find(a.outlet).path, a.slug)
}

// urlOf is the address of an article, or outlet, by its key.
func (p *press) urlOf(key string) string {
	for _, a := range p.articles {
		if a.key() == key {
			return p.url(a)
		}
	}
	return p.home(key) + "/"
}

func (p *press) time(a *article) time.Time { return p.now.Add(-a.ago) }

// of returns the articles of an outlet, newest first.
func (p *press) of(slug string) []*article {
	var list []*article
	for _, a := range p.articles {
		if a.outlet == slug {
			list = append(list, a)
		}
	}
	slices.SortStableFunc(list, func(a, b *article) int { return int(a.ago - b.ago) })
	return list
}

// find returns an outlet by its slug; the zero outlet when there is none.
func find(slug string) outlet {
	for _, o := range outlets {
		if o.slug == slug {
			return o
		}
	}
	return outlet{}
}

// paragraphs returns an article's text as HTML.
func (p *press) paragraphs(a *article) []string {
	ps := a.paragraphs()
	for i := range ps {
		ps[i] = markup(ps[i], p.urlOf)
	}
	return ps
}

// printed is a file as it is served.
type printed struct {
	host, path string // path without a query
	mime       string
	body       []byte
	changed    time.Time
}

// print returns all files of an outlet.
func (p *press) print(o outlet) []printed {
	host := o.slug + ".localhost"
	var files []printed
	add := func(path, mime string, changed time.Time, body []byte) {
		files = append(files, printed{host, path, mime, body, changed})
	}
	newest := p.now
	for i, a := range p.of(o.slug) {
		if i == 0 {
			newest = p.time(a)
		}
		add(fmt.Sprintf(o.path, a.slug), pageType, p.time(a), p.article(o, a))
	}
	for _, s := range o.feeds {
		body, changed := p.section(o, s)
		add(s.path, mimeTypes[o.format], changed, body)
	}
	add("/", pageType, newest, p.front(o))
	add("/style.css", "text/css; charset=utf-8", newest, []byte(style))
	add("/robots.txt", "text/plain; charset=utf-8", newest, []byte("User-agent: *\nDisallow: /search\n"))
	return files
}

const pageType = "text/html; charset=utf-8"

var mimeTypes = map[string]string{
	"rss":  "application/rss+xml; charset=utf-8",
	"atom": "application/atom+xml; charset=utf-8",
	"rdf":  "application/rdf+xml; charset=utf-8",
	"json": "application/feed+json; charset=utf-8",
}

// page is what a page template is given.
type page struct {
	Lang, Dir, Outlet, Motto             string
	Title, URL, Section, Byline, Summary string
	Published, Date, More, Whole         string
	Paragraphs                           []htmltemplate.HTML
	Data                                 any // JSON-LD
	Feeds                                []reference
	Related                              []reference
	Nav                                  []string
	Words                                words
}

// reference is a link with its text.
type reference struct{ Type, Title, URL, Summary string }

// chrome is what the pages of an outlet have in common.
func (p *press) chrome(o outlet) page {
	lang, _, _ := strings.Cut(o.lang, "-")
	w := languages[lang]
	pg := page{Lang: o.lang, Dir: o.dir, Outlet: o.name, Motto: o.motto, Nav: w.Nav, Words: w}
	for _, s := range o.feeds {
		mime, _, _ := strings.Cut(mimeTypes[o.format], ";")
		pg.Feeds = append(pg.Feeds, reference{Type: mime, Title: s.title, URL: p.home(o.slug) + s.path})
	}
	return pg
}

func (p *press) article(o outlet, a *article) []byte {
	pg := p.chrome(o)
	pg.Title, pg.URL, pg.Section, pg.Byline, pg.Summary = a.title, p.url(a), a.section, a.byline, a.summary()
	pg.Published = p.time(a).Format(time.RFC3339)
	pg.Date = p.time(a).Format(pg.Words.date)
	pg.More, pg.Whole = a.more, p.urlOf(a.origin)
	for _, text := range p.paragraphs(a) {
		pg.Paragraphs = append(pg.Paragraphs, htmltemplate.HTML(text)) // escaped by markup
	}
	for _, other := range p.of(o.slug) {
		if other != a {
			pg.Related = append(pg.Related, reference{Title: other.title, URL: p.url(other)})
		}
	}
	pg.Data = map[string]any{
		"@context": "https://schema.org", "@type": "NewsArticle", "headline": a.title, "datePublished": pg.Published,
		"mainEntityOfPage": pg.URL, "inLanguage": o.lang, "publisher": map[string]string{"@type": "NewsMediaOrganization", "name": o.name},
	}
	return p.page(o.page, pg)
}

func (p *press) front(o outlet) []byte {
	pg := p.chrome(o)
	for _, a := range p.of(o.slug) {
		pg.Related = append(pg.Related, reference{Title: a.title, URL: p.url(a), Summary: a.summary()})
	}
	return p.page("front", pg)
}

// issue is what a feed template is given.
type issue struct {
	Title, Motto, Lang, URL, Home string
	Updated                       time.Time
	Entries                       []entry
}

// entry is one item of a feed.
type entry struct {
	Title, Link, GUID, Byline, Section, Summary, HTML string
	Time                                              time.Time
	Source                                            *issue
}

// section prints a feed of an outlet and says when it last changed.
func (p *press) section(o outlet, s section) ([]byte, time.Time) {
	is := p.issue(o, s)
	for _, a := range p.of(o.slug) {
		for _, in := range a.feeds {
			name, again, _ := strings.Cut(in, "#")
			if name == s.name {
				is.Entries = append(is.Entries, p.entry(o, s, a, again))
			}
		}
	}
	for _, a := range p.articles {
		if a.also == o.slug {
			is.Entries = append(is.Entries, p.linked(o, s, a))
		}
	}
	slices.SortStableFunc(is.Entries, func(a, b entry) int { return b.Time.Compare(a.Time) })
	is.Updated = p.now.Add(-24 * time.Hour)
	if len(is.Entries) > 0 {
		is.Updated = is.Entries[0].Time
	}
	if o.format == "json" {
		return jsonFeed(is), is.Updated
	}
	return p.feed(o.format, is), is.Updated
}

func (p *press) issue(o outlet, s section) issue {
	title := s.title
	if title == "" {
		title = o.name
	}
	return issue{Title: title, Motto: o.motto, Lang: o.lang, URL: p.home(o.slug) + s.path, Home: p.home(o.slug) + "/", Updated: p.now}
}

// entry is an article as a feed states it. again tells apart a second entry for
// the same article, which careless publishers issue a little later under a new
// GUID.
func (p *press) entry(o outlet, s section, a *article, again string) entry {
	en := entry{
		Title: a.title, Link: p.url(a), GUID: o.slug + ":" + s.name + ":" + a.slug, Byline: a.byline,
		Section: a.section, Summary: a.summary(), Time: p.time(a),
	}
	if strings.Contains(o.track, "%s") {
		en.Link += fmt.Sprintf(o.track, s.name)
	} else {
		en.Link += o.track
	}
	if again != "" {
		en.GUID += ":" + again
		en.Time = en.Time.Add(35 * time.Minute)
	}
	if o.format == "atom" {
		en.GUID = "tag:" + o.slug + ".localhost,2020:" + a.slug
	}
	if o.full {
		for _, text := range p.paragraphs(a) {
			en.HTML += "<p>" + text + "</p>\n"
		}
	}
	return en
}

// linked is an entry of an aggregator that leads to the article of another
// outlet and says so.
func (p *press) linked(o outlet, s section, a *article) entry {
	from := find(a.outlet)
	en := p.entry(o, s, a, "")
	en.Link, en.Time = p.url(a), p.now.Add(-a.later)
	source := p.issue(from, from.feeds[0])
	en.Source = &source
	return en
}

// jsonFeed prints a feed as JSON Feed 1.1.
func jsonFeed(is issue) []byte {
	type author struct {
		Name string `json:"name"`
	}
	type item struct {
		ID        string    `json:"id"`
		URL       string    `json:"url"`
		Title     string    `json:"title"`
		HTML      string    `json:"content_html"`
		Summary   string    `json:"summary"`
		Published time.Time `json:"date_published"`
		Authors   []author  `json:"authors,omitempty"`
		Tags      []string  `json:"tags"`
	}
	items := []item{}
	for _, en := range is.Entries {
		it := item{en.GUID, en.Link, en.Title, en.HTML, en.Summary, en.Time, nil, []string{en.Section}}
		if en.Byline != "" {
			it.Authors = []author{{en.Byline}}
		}
		items = append(items, it)
	}
	body, err := json.MarshalIndent(struct {
		Version     string `json:"version"`
		Title       string `json:"title"`
		Description string `json:"description"`
		HomePage    string `json:"home_page_url"`
		FeedURL     string `json:"feed_url"`
		Language    string `json:"language"`
		Items       []item `json:"items"`
	}{"https://jsonfeed.org/version/1.1", is.Title, is.Motto, is.Home, is.URL, is.Lang, items}, "", " ")
	if err != nil {
		panic(err) // strings and times can be written
	}
	return body
}

// lobby is the page for those who come without the name of an outlet.
func (p *press) lobby() printed {
	var list []reference
	for _, o := range outlets {
		list = append(list, reference{Title: o.name, URL: p.home(o.slug) + "/"})
	}
	return printed{mime: pageType, body: p.page("lobby", list), changed: p.now}
}
