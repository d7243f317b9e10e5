package extract

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"newsfold/extract/internal/page"
)

// origins collects what the page states about where its text comes from.
func (r *reader) origins() {
	d := r.doc
	own := registrable(r.url.Host)
	var out []Origin
	add := func(kind, ref string) {
		s := resolve(r.base, ref)
		u, err := url.Parse(s)
		if s == "" || err != nil || own == "" || !strings.Contains(u.Host, ".") || nameOfHost(u.Host) == nameOfHost(own) {
			return
		}
		out = append(out, Origin{Kind: kind, Name: strings.TrimPrefix(u.Host, "www."), URL: s, Quote: s})
	}
	d.Body, out = Credits(d.Text)
	out = append(out, r.creditsAround()...)
	r.follow(out)
	if a := agencyByline(d.Byline); a != "" {
		out = append(out, Origin{Kind: "byline", Name: a, Quote: d.Byline})
	}
	add("canonical", r.head.link("canonical"))
	for _, key := range [...]string{"syndication-source", "original-source"} {
		for _, v := range r.head.meta[key] {
			add("metadata", v)
		}
	}
	for _, v := range r.ld.basedOn {
		add("metadata", v)
	}
	for _, name := range []string{r.ld.source, r.ld.copyright} {
		if a := agencyIn(name); a != "" && fold(name) != fold(d.Site) {
			out = append(out, Origin{Kind: "metadata", Name: a, Quote: name})
		}
	}
	if a := wirePath(r.url.Path); a != "" {
		out = append(out, Origin{Kind: "path", Name: a, Quote: r.url.Path})
	}
	d.Origins = distinct(out, r.doc.Site, own)
}

// nameOfHost returns the part of a host name that its owner chose: what owner.com
// and www.owner.co.uk have in common.
func nameOfHost(host string) string {
	name, _, _ := strings.Cut(registrable(host), ".")
	return name
}

// follow gives credits that name no address that of the link in their words.
func (r *reader) follow(list []Origin) {
	p := r.page
	for k := range list {
		o := &list[k]
		if o.Kind != "credit" || o.URL != "" && strings.Count(o.URL, "/") > 2 {
			continue
		}
		quote := strings.TrimSuffix(o.Quote, "…")
		for i := len(p.Blocks) - 1; i >= 0; i-- {
			b := &p.Blocks[i]
			if b.Links == 0 || !strings.Contains(b.Text, quote) {
				continue
			}
			if s := r.linkIn(b, o.Name); s != "" {
				o.URL = s
				break
			}
		}
	}
}

// linkIn returns the address of the link in a block whose words have to do with
// a name, or of the only one.
func (r *reader) linkIn(b *page.Block, name string) string {
	var links []*html.Node
	for i := b.First; i < b.Last; i++ {
		if a := closest(r.page.Leaves[i].Node, atom.A); a != nil && !slices.Contains(links, a) {
			links = append(links, a)
		}
	}
	name = fold(name)
	for _, a := range links {
		words := fold(textOf(a))
		if s := resolve(r.base, page.Attr(a, "href")); strings.HasPrefix(s, "http") && words != "" && (len(links) == 1 || contains(name, words) || contains(words, name)) {
			return s
		}
	}
	return ""
}

// creditsAround looks for credits in the short blocks around the article that
// are no part of its text.
func (r *reader) creditsAround() []Origin {
	p := r.page
	first, last := bounds(r.keep)
	if first < 0 {
		return nil
	}
	from, _ := r.headBlocks()
	var out []Origin
	for i := from; i < len(p.Blocks) && i < last+10; i++ {
		b := &p.Blocks[i]
		if i > last-3 && i < last+5 {
			if o, ok := r.linkedSource(b); ok {
				out = append(out, o)
				continue
			}
		}
		around := b.Elem
		if e := &p.Elems[around]; e.Flags&page.FFoot != 0 && e.Tag == atom.P {
			around = e.Parent // a line of copyright is named so wherever it stands
		}
		if r.keep[i] || b.Chars > 300 || b.Chars < 8 || r.beside(around) || i > first && i < last && b.Chars < 40 {
			continue
		}
		for line := range strings.SplitSeq(b.Text, "\n") {
			o, ok := credit(page.Squash(line), true)
			if ok && (o.Kind != "copyright" || agencyIn(o.Name) != "") && (!labelled(o.Quote) || i > last && i < last+5) {
				out = append(out, o)
			}
		}
	}
	if len(out) > 2 {
		return nil // a list of sources, or of other articles
	}
	return out
}

// linkedSource reads a line such as "Quelle: UN wants a harbour", whose words are
// not the name of an outlet but a link to one.
func (r *reader) linkedSource(b *page.Block) (Origin, bool) {
	colon := strings.IndexAny(b.Text[:min(len(b.Text), 40)], ":：")
	if colon < 0 || b.Links != 1 || b.Chars > 300 || b.LinkChars*4 < b.Chars*3-40 || r.beside(b.Elem) {
		return Origin{}, false
	}
	label := lowerSame(b.Text[:colon+1])
	if !slices.ContainsFunc(credits().phrases, func(c creditPhrase) bool { return c.label && !c.weak && c.phrase == label }) {
		return Origin{}, false
	}
	if _, ok := credit(b.Text, true); ok || pictured(b.Text) {
		return Origin{}, false // it has a name
	}
	s := r.linkIn(b, "")
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return Origin{}, false
	}
	return Origin{Kind: "credit", Name: strings.TrimPrefix(u.Host, "www."), URL: s, Quote: clip(b.Text, 300)}, true
}

// distinct drops repeated origins and those that name the page's own outlet.
func distinct(in []Origin, site, host string) []Origin {
	var out []Origin
	seen := make(map[Origin]bool)
	for _, o := range in {
		key := Origin{Kind: o.Kind, Name: o.Name, URL: o.URL}
		own := fold(o.Name) == fold(site) && site != ""
		if u, err := url.Parse(o.URL); err == nil && u.Host != "" && registrable(u.Host) == host {
			own = true
		}
		if name := nameOfHost(host); name != "" && strings.ReplaceAll(fold(o.Name), " ", "") == name {
			own = true
		}
		if !seen[key] && !own {
			seen[key] = true
			out = append(out, o)
		}
	}
	return out
}

// agencyByline returns the agency that a byline names, alone or after a person
// ("Jane Doe, Associated Press").
func agencyByline(s string) string {
	if a := agencyIn(s); a != "" {
		return a
	}
	for _, with := range withs {
		s = strings.Replace(s, with, ", ", 1)
	}
	for i, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",/;|()", r) }) {
		if a := agency(part); a != "" && (i == 0 || a != "PA Media") { // "Jane Doe, PA" has a degree
			return a
		}
	}
	return ""
}

// wirePath returns the agency that a path names as a folder: /ap/, /reuters/.
func wirePath(path string) string {
	for part := range strings.SplitSeq(strings.ToLower(path), "/") {
		switch part {
		case "ap", "ap-news", "apnews", "associated-press":
			return "Associated Press"
		case "reuters":
			return "Reuters"
		case "afp":
			return "Agence France-Presse"
		case "dpa":
			return "dpa"
		case "efe":
			return "EFE"
		case "upi":
			return "UPI"
		}
	}
	return ""
}
