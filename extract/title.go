package extract

import (
	"strings"
	"unicode"
)

// separators stand between the headline and the name of the outlet in a title.
var separators = [...]string{" | ", " - ", " – ", " — ", " :: ", " · ", " • ", " » ", " « ", " / ", " ‹ ", " › ", " – ", ": "}

// title returns the headline: what the page's title, headings and metadata
// agree on, without the name of the outlet.
func (r *reader) title() string {
	og := r.head.first("og:title")
	tw := r.head.first("twitter:title")
	page := r.page.Title
	h1s := r.headings()
	// A heading that the other sources repeat is the headline as printed.
	for _, h := range h1s {
		if len(h) < 8 && fold(h) != fold(og) {
			continue
		}
		for _, other := range []string{og, page, r.ld.headline, tw} {
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
	if page != "" {
		return r.trimSite(page)
	}
	if len(h1s) > 0 {
		return h1s[0]
	}
	return ""
}

// trimSite cuts the name of the outlet off a title.
func (r *reader) trimSite(t string) string {
	site := fold(r.doc.Site)
	host := fold(strings.TrimPrefix(registrable(r.url.Host), "www."))
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
	var b strings.Builder
	space := false
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(unicode.ToLower(r))
		} else {
			space = true
		}
	}
	return b.String()
}

// contains reports whether the words of part stand in s.
func contains(s, part string) bool {
	if part == "" {
		return false
	}
	return strings.Contains(" "+s+" ", " "+part+" ")
}
