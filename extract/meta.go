package extract

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html/atom"
	"golang.org/x/text/language"

	"newsfold/extract/internal/page"
)

// metadata fills the fields of the document that do not depend on which blocks
// are the article.
func (r *reader) metadata() {
	r.ld = readLinked(r.page.LD)
	d := r.doc
	d.URL = r.canonical()
	d.Site = r.site()
	d.Title = r.title()
	r.language()
	d.Description = first(r.head.first("og:description", "description", "twitter:description", "dc.description", "dcterms.description"), r.ld.description)
	d.Image = resolve(r.base, first(r.head.first("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"), r.ld.image, r.head.link("image_src"), r.head.first("image", "thumbnail")))
	d.Section = first(r.head.first("article:section", "parsely-section"), r.ld.section)
	d.License = first(resolve(r.base, r.head.link("license")), r.ld.license)
	if d.License == "" {
		d.License = r.linkedLicense()
	}
	d.Tags = r.tags()
	d.Alternates = r.alternates()
}

// alternates returns the addresses of the page in other languages than its own.
func (r *reader) alternates() []Alternate {
	var out []Alternate
	own, _ := language.Parse(r.doc.Lang)
	base, _ := own.Base()
	for _, a := range r.head.alternates {
		t, _ := language.Parse(a.Lang)
		if b, _ := t.Base(); b == base {
			continue
		}
		if a.URL = resolve(r.base, a.URL); a.URL != "" && a.URL != r.doc.URL {
			out = append(out, a)
		}
	}
	return out
}

// linkedLicense returns the address of the licence that a link names.
func (r *reader) linkedLicense() string {
	for _, n := range r.page.Links {
		href := page.Attr(n, "href")
		if strings.Contains(href, "creativecommons.org/licenses/") || strings.Contains(page.Attr(n, "rel"), "license") {
			return resolve(r.base, href)
		}
	}
	return ""
}

// visible fills the fields that are also looked for in the visible page,
// around the article.
func (r *reader) visible() {
	d := r.doc
	d.Title = r.heading(d.Title)
	d.Byline = r.byline()
	r.dates()
	if d.Description == "" {
		for i, b := range r.page.Blocks {
			if r.keep[i] && b.Chars >= 40 && b.Stops > 0 {
				d.Description = clip(page.Squash(b.Text), 1000)
				break
			}
		}
	}
	if name := creativeCommons(d.License); name != "" {
		d.License = name
	}
}

// creativeCommons names a Creative Commons licence by its address.
func creativeCommons(address string) string {
	_, rest, ok := strings.Cut(address, "creativecommons.org/")
	if !ok {
		return ""
	}
	parts := strings.Split(strings.Trim(rest, "/"), "/")
	switch {
	case len(parts) >= 3 && parts[0] == "licenses":
		name := "CC " + strings.ToUpper(parts[1]) + " " + parts[2]
		if len(parts) > 3 && len(parts[3]) == 2 {
			name += " " + strings.ToUpper(parts[3])
		}
		return name
	case parts[0] == "publicdomain":
		return "CC0 1.0"
	}
	return ""
}

// head returns the blocks that may belong to the head of the article: from a
// little before the headline to the first paragraphs.
func (r *reader) headBlocks() (from, to int) {
	p := r.page
	if len(p.Blocks) == 0 {
		return 0, 0
	}
	first, _ := bounds(r.keep)
	first = max(first, 0)
	at := r.headline()
	return max(0, min(at, first)-6), min(len(p.Blocks), max(first+4, at+12))
}

// headline returns the block above the article that is its title, else the
// article's first.
func (r *reader) headline() int {
	first, _ := bounds(r.keep)
	first = max(first, 0)
	title := fold(r.doc.Title)
	if title == "" {
		return first
	}
	for i := min(first, len(r.page.Blocks)-1); i >= 0 && i > first-30; i-- {
		if fold(r.page.Blocks[i].Text) == title {
			return i
		}
	}
	return first
}

func (r *reader) tags() []string {
	var out []string
	seen := make(map[string]bool)
	add := func(s string) {
		s = page.Squash(s)
		if s != "" && len(s) < 80 && !seen[strings.ToLower(s)] && len(out) < 50 {
			seen[strings.ToLower(s)] = true
			out = append(out, s)
		}
	}
	for _, t := range r.head.meta["article:tag"] {
		for s := range strings.SplitSeq(t, ",") {
			add(s)
		}
	}
	if len(out) == 0 {
		for _, s := range r.ld.keywords {
			add(s)
		}
	}
	if len(out) == 0 {
		for _, a := range r.page.Links {
			if slices.Contains(strings.Fields(page.Attr(a, "rel")), "tag") {
				add(textOf(a))
			}
		}
	}
	if len(out) == 0 {
		for s := range strings.SplitSeq(r.head.first("news_keywords", "keywords", "parsely-tags"), ",") {
			add(s)
		}
	}
	return out
}

// canonical returns the address that the page gives itself. A canonical link
// to the root of a site, or to another host that does not carry the article
// (see origins), does not name the article and is not taken.
func (r *reader) canonical() string {
	own := ""
	if r.url.Host != "" {
		own = r.url.String()
	}
	for _, ref := range []string{r.head.link("canonical"), r.head.first("og:url"), r.ld.url} {
		s := resolve(r.base, ref)
		u, err := url.Parse(s)
		if s == "" || err != nil || strings.HasPrefix(s, "mailto:") {
			continue
		}
		if (u.Path == "" || u.Path == "/") && u.RawQuery == "" && r.url.Path != "" && r.url.Path != "/" {
			continue
		}
		if own != "" && registrable(u.Host) != registrable(r.url.Host) {
			continue // an origin, or a mistake; not this page
		}
		u.Fragment = ""
		return u.String()
	}
	if own == "" {
		return r.doc.URL
	}
	u := *r.url
	u.Fragment = ""
	return u.String()
}

// site returns the name of the outlet.
func (r *reader) site() string {
	name := first(r.head.first("og:site_name"), r.ld.publisher, r.ld.site, r.head.first("application-name", "twitter:app:name:iphone", "al:ios:app_name"))
	if strings.Contains(name, "://") {
		name = ""
	}
	if name == "" {
		name = r.head.first("dc.publisher", "dcterms.publisher", "publisher", "copyright")
		if len(name) > 60 {
			name = ""
		}
	}
	return name
}

// guess tells the language from the text where nothing states it.
func (r *reader) guess() {
	d := r.doc
	if d.Lang == "" {
		d.Lang = guessLanguage(d.Text)
	}
	if d.Dir == "" && r.head.dir != "ltr" && rtl(d.Lang) {
		d.Dir = "rtl"
	}
}

// language takes the BCP 47 tag that the page states.
func (r *reader) language() {
	d := r.doc
	for _, v := range []string{r.head.lang, r.head.first("content-language", "dc.language", "dcterms.language", "language"), r.ld.lang, r.head.first("og:locale")} {
		v = strings.ReplaceAll(strings.TrimSpace(strings.SplitN(v, ",", 2)[0]), "_", "-")
		if v == "" || len(v) > 35 {
			continue
		}
		if t, err := language.Parse(v); err == nil && t != language.Und {
			d.Lang = v
			break
		}
	}
	switch {
	case r.head.dir == "rtl":
		d.Dir = "rtl"
	case r.head.dir == "ltr":
	default:
		if rtl(d.Lang) {
			d.Dir = "rtl"
		}
	}
}

// rtl reports whether a language is written from right to left.
func rtl(lang string) bool {
	switch strings.ToLower(strings.SplitN(lang, "-", 2)[0]) {
	case "ar", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi":
		return true
	}
	return false
}

// registrable returns the part of a host name that one owner registers, good
// enough to compare hosts of one page.
func registrable(host string) string {
	host = strings.ToLower(host)
	if i := strings.IndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	parts := strings.Split(host, ".")
	n := len(parts)
	if n <= 2 {
		return host
	}
	keep := 2
	if len(parts[n-1]) == 2 && len(parts[n-2]) <= 3 { // co.uk, com.br
		keep = 3
	}
	return strings.Join(parts[n-keep:], ".")
}

// headings returns the h1 elements of the page.
func (r *reader) headings() []string {
	var out []string
	for i := range r.page.Elems {
		e := &r.page.Elems[i]
		if e.Tag != atom.H1 || e.Last != e.First+1 {
			continue
		}
		if len(out) < 8 {
			out = append(out, page.Squash(r.page.Blocks[e.First].Text))
		}
	}
	return out
}
