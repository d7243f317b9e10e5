package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/language"

	"newsfold/extract/internal/page"
)

// head holds what the meta and link elements of a page say, wherever they
// stand.
type head struct {
	meta  map[string][]string // by lower-case name, property, itemprop or http-equiv
	links map[string][]string // href by lower-case rel
	base  string
	lang  string
	dir   string
	// alternates are what the page names as the same in other languages.
	alternates []Alternate
}

func readHead(p *page.Page) head {
	var h head
	if len(p.Heads) > 0 {
		h.meta, h.links = make(map[string][]string, 32), make(map[string][]string, 16)
	}
	for _, n := range p.Heads {
		switch n.Data {
		case "meta":
			h.addMeta(n)
		case "link":
			href := strings.TrimSpace(page.Attr(n, "href"))
			for rel := range strings.FieldsSeq(strings.ToLower(page.Attr(n, "rel"))) {
				if rel == "alternate" || href == "" {
					h.addAlternate(rel, page.Attr(n, "hreflang"), href)
					continue
				}
				h.links[rel] = append(h.links[rel], href)
			}
		case "base":
			if h.base == "" {
				h.base = strings.TrimSpace(page.Attr(n, "href"))
			}
		}
	}
	for root := range p.Root.ChildNodes() {
		if root.DataAtom != atom.Html {
			continue
		}
		h.lang = page.Attr(root, "lang")
		if h.lang == "" {
			h.lang = page.Attr(root, "xml:lang")
		}
		h.dir = strings.ToLower(page.Attr(root, "dir"))
		for body := range root.ChildNodes() {
			if body.DataAtom == atom.Body && h.dir == "" {
				h.dir = strings.ToLower(page.Attr(body, "dir"))
			}
		}
		break
	}
	return h
}

// maxAlternates is how many languages of a page are kept.
const maxAlternates = 32

// addAlternate takes a link to the same in another language; "x-default" is none.
func (h *head) addAlternate(rel, lang, href string) {
	if rel != "alternate" || href == "" || lang == "" || len(h.alternates) == maxAlternates {
		return
	}
	t, err := language.Parse(lang)
	if _, sure := t.Base(); err == nil && sure == language.Exact {
		h.alternates = append(h.alternates, Alternate{Lang: t.String(), URL: href})
	}
}

func (h *head) addMeta(n *html.Node) {
	content := page.Squash(page.Attr(n, "content"))
	if content == "" || len(content) > 8192 {
		return
	}
	content = html.UnescapeString(content) // often escaped twice
	for _, key := range [...]string{"property", "name", "itemprop", "http-equiv"} {
		for name := range strings.FieldsSeq(strings.ToLower(page.Attr(n, key))) {
			if len(h.meta[name]) < 32 {
				h.meta[name] = append(h.meta[name], content)
			}
		}
	}
}

// first returns the first value of the first name that has one.
func (h *head) first(names ...string) string {
	for _, name := range names {
		for _, v := range h.meta[name] {
			if v != "" && !placeholder(v) {
				return v
			}
		}
	}
	return ""
}

// placeholder reports whether a template left its variable unfilled.
func placeholder(v string) bool {
	return strings.HasPrefix(v, "{{") || strings.HasPrefix(v, "[[") || v == "null" || v == "undefined" || v == "%title%"
}

func (h *head) link(rel string) string {
	if v := h.links[rel]; len(v) > 0 {
		return v[0]
	}
	return ""
}
