package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"newsfold/extract/internal/page"
)

// separators stand between the headline and the name of the outlet in a title.
var separators = [...]string{" | ", " - ", " – ", " — ", " :: ", " · ", " • ", " » ", " « ", " / ", " ‹ ", " › ", " – ", ": "}

// title returns the headline: what the page's title, headings and metadata
// agree on, without the name of the outlet.
func (r *reader) title() string {
	og := r.head.first("og:title")
	tw := r.head.first("twitter:title")
	elem := r.page.Title
	h1s := r.headings()
	// A heading that the other sources repeat is the headline as printed.
	for _, h := range h1s {
		if len(h) < 8 && fold(h) != fold(og) {
			continue
		}
		for _, other := range []string{og, elem, r.ld.headline, tw} {
			if other != "" && (fold(h) == fold(other) || contains(fold(other), fold(h)) && len(h)*3 > len(other)) {
				return h
			}
		}
	}
	for _, c := range []string{og, r.ld.headline, tw, r.head.first("headline", "parsely-title", "sailthru.title", "dc.title", "dcterms.title", "title", "hdl")} {
		if c != "" {
			return r.trimSite(c)
		}
	}
	if len(h1s) == 1 && len(h1s[0]) > 3 {
		return h1s[0]
	}
	if elem != "" {
		return r.trimSite(elem)
	}
	if len(h1s) > 0 {
		return h1s[0]
	}
	return ""
}

// heading returns the title, or the heading above the article where the title
// only names the outlet.
func (r *reader) heading(title string) string {
	if title != "" && !r.siteName(title, fold(r.doc.Site), r.hostName()) && !r.homeTitle(title) {
		return title
	}
	p := r.page
	first, _ := bounds(r.keep)
	if first < 0 {
		return title
	}
	for i := min(first+1, len(p.Blocks)-1); i >= 0 && i > first-10; i-- {
		b := &p.Blocks[i]
		switch p.Elems[b.Elem].Tag {
		case atom.H1, atom.H2, atom.H3:
			if i > first && r.keep[first] && !r.keep[i] {
				continue
			}
			if t := page.Squash(b.Text); len(t) > 3 && fold(t) != fold(title) {
				return t
			}
		}
	}
	return title
}

// homeTitle reports whether a heading links to the home page: it names the
// outlet then.
func (r *reader) homeTitle(title string) bool {
	for i := range r.page.Elems {
		e := &r.page.Elems[i]
		if e.Tag != atom.H1 || e.Last != e.First+1 || page.Squash(r.page.Blocks[e.First].Text) != title {
			continue
		}
		for n := range e.Node.Descendants() {
			if n.DataAtom != atom.A {
				continue
			}
			if u, err := r.base.Parse(page.Attr(n, "href")); err == nil && (u.Path == "" || u.Path == "/") && u.RawQuery == "" {
				return true
			}
		}
	}
	return false
}

func (r *reader) hostName() string {
	return fold(strings.TrimPrefix(registrable(r.url.Host), "www."))
}

// trimSite cuts the name of the outlet off a title.
func (r *reader) trimSite(t string) string {
	site := fold(r.doc.Site)
	host := r.hostName()
	for _, sep := range separators {
		if i := strings.LastIndex(t, sep); i > 0 {
			head, tail := t[:i], t[i+len(sep):]
			if r.siteName(tail, site, host) && len(head) > 3 {
				return r.trimSite(strings.TrimSpace(head))
			}
		}
		if i := strings.Index(t, sep); i > 0 {
			head, tail := t[:i], t[i+len(sep):]
			if r.siteName(head, site, host) && len(tail) > 3 {
				return r.trimSite(strings.TrimSpace(tail))
			}
		}
	}
	return strings.TrimSpace(t)
}

// siteName reports whether a part of a title is the name of the outlet.
func (r *reader) siteName(part, site, host string) bool {
	p := fold(part)
	if p == "" {
		return false
	}
	if p == site {
		return true
	}
	squashed := strings.ReplaceAll(p, " ", "")
	name := strings.SplitN(host, " ", 2)[0]
	if name != "" && (squashed == name || squashed == strings.ReplaceAll(host, " ", "")) {
		return true
	}
	return len(site) > 3 && contains(p, site) && len(p) < 2*len(site)+10
}

// fold returns s in lower case with everything but letters and digits made
// single spaces.
func fold(s string) string {
	b := make([]byte, 0, len(s))
	space := false
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
		case r >= 'A' && r <= 'Z':
			r |= 0x20
		case r < utf8.RuneSelf, !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
			space = true
			continue
		default:
			r = unicode.ToLower(r)
		}
		if space && len(b) > 0 {
			b = append(b, ' ')
		}
		space = false
		b = utf8.AppendRune(b, r)
	}
	return string(b)
}

// contains reports whether the words of part stand in s.
func contains(s, part string) bool {
	if part == "" {
		return false
	}
	return strings.Contains(" "+s+" ", " "+part+" ")
}
