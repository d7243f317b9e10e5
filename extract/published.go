package extract

import (
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html/atom"

	"newsfold/extract/internal/page"
)

// publishedMeta names the meta elements that state when the article was
// published, in the order in which they are believed.
var publishedMeta = [...]string{
	"article:published_time", "og:article:published_time", "og:published_time", "datepublished", "parsely-pub-date", "sailthru.date",
	"dc.date.issued", "dcterms.issued", "article.published", "published_time", "pubdate", "publishdate", "publish-date", "publication_date",
	"publicationdate", "date.release", "ptime", "originalpublicationdate", "displaydate", "rnews:datepublished", "cxenseparse:recs:publishtime",
	"bt:pubdate", "article_date_original", "citation_date", "citation_publication_date", "shareaholic:article_published_time", "pub_date", "iso-8601-publish-date",
}

// datedMeta names those that may as well state when the page was made or stored.
var datedMeta = [...]string{
	"dcterms.created", "dcterms.date", "dc.date", "dc.date.created", "dat", "datecreated", "date", "created", "timestamp", "buildtime", "last-published",
}

// modifiedMeta names those that state when the article was last changed.
var modifiedMeta = [...]string{
	"article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified", "dcterms.modified", "dc.date.modified", "updated_time", "revision_date",
}

// dates finds when the article was published and last changed.
func (r *reader) dates() {
	d := r.doc
	if stated := r.parsed(append([]string{r.ld.modified}, r.metas(modifiedMeta[:]...)...)); len(stated) > 0 {
		d.Modified = stated[0]
	}
	d.Published = r.published()
	if d.Published.IsZero() {
		d.Published, d.Modified = d.Modified, time.Time{} // all that is known
	}
	if d.Published.IsZero() {
		d.Published = r.opening()
	}
	if d.Published.IsZero() {
		d.Published = r.anyDate()
	}
	if d.Modified.Before(d.Published) {
		d.Modified = time.Time{}
	}
}

// published returns the date of publication that the metadata states, else that
// of a time element, the address or the visible text.
func (r *reader) published() time.Time {
	shown, linked := r.visibleDate(true), r.addressDate()
	if stated := r.parsed(append([]string{r.ld.published}, r.metas(publishedMeta[:]...)...)); len(stated) > 0 {
		return r.reconcile(r.agreed(stated, shown, linked), shown, linked)
	}
	marked, sure := r.datedElement()
	if sure {
		return marked
	}
	if dated := r.parsed(r.metas(datedMeta[:]...)); len(dated) > 0 {
		t := r.reconcile(r.agreed(dated, shown, linked), shown, linked)
		if shown.IsZero() || sameDay(shown, t) {
			return t
		}
		return shown
	}
	if t := r.namedMeta(); !t.IsZero() {
		return t
	}
	if !marked.IsZero() {
		return marked
	}
	if shown = r.visibleDate(false); linked.IsZero() || sameDay(shown, linked) { // with the time of day
		return shown
	}
	return linked
}

// parsed returns those of the words that are dates.
func (r *reader) parsed(words []string) []time.Time {
	var out []time.Time
	for _, s := range words {
		if t, ok := parseDate(s, r.doc.Lang); ok {
			out = append(out, t)
		}
	}
	return out
}

// agreed returns the first of several stated dates on whose day the head of the
// article, or else the address, agrees; else the first. A day on which the
// article was changed is not taken for that of its publication.
func (r *reader) agreed(stated []time.Time, shown, linked time.Time) time.Time {
	if shown.IsZero() {
		shown = linked
	}
	for _, t := range stated {
		if sameDay(t, shown) && !sameDay(t, r.doc.Modified) {
			return t
		}
	}
	return stated[0]
}

// addressDate reads the date in the address of the page.
func (r *reader) addressDate() time.Time {
	t := dateInURL(r.url.Path)
	if u, err := url.Parse(r.doc.URL); err == nil && t.IsZero() { // the page may have been saved from elsewhere
		t = dateInURL(u.Path)
	}
	return t
}

// reconcile reads a stated date in the light of the one that the head of the
// article, or else the address, shows: in the zone in which it is that day, and a
// bare 3/9 as the one of 3 September and 9 March that is shown.
func (r *reader) reconcile(stated, shown, linked time.Time) time.Time {
	if shown.IsZero() {
		shown = linked
	}
	y, m, d := stated.Date()
	if other, ok := day(y, d, int(m)); ok && midnight(stated) && sameDay(other, shown) {
		return shown
	}
	return localDay(stated, shown)
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}

func (r *reader) metas(names ...string) []string {
	var out []string
	for _, n := range names {
		out = append(out, r.head.meta[n]...)
	}
	return out
}

// namedMeta looks for a date in meta elements whose name speaks of publishing.
func (r *reader) namedMeta() time.Time {
	var best time.Time
	for name, values := range r.head.meta {
		if !strings.Contains(name, "publi") || !strings.Contains(name, "date") && !strings.Contains(name, "time") && !strings.HasSuffix(name, "on") {
			continue
		}
		for _, v := range values {
			if t, ok := parseDate(v, r.doc.Lang); ok && (best.IsZero() || t.Before(best)) {
				best = t
			}
		}
	}
	return best
}

// datedElement looks at time elements and elements of microdata, those of the
// article's own head first. It is sure of those that speak of publishing.
func (r *reader) datedElement() (t time.Time, sure bool) {
	var fallback time.Time
	lo, hi := r.headBlocks()
	from, to := int32(lo), int32(hi)
	for _, m := range r.page.Marked {
		n := m.Node
		prop := strings.ToLower(page.Attr(n, "itemprop") + " " + page.Attr(n, "property"))
		published := strings.Contains(prop, "datepublished") || page.HasAttr(n, "pubdate") || strings.Contains(page.Attr(n, "class"), "published")
		if n.DataAtom != atom.Time && !strings.Contains(prop, "date") && !published {
			continue
		}
		if strings.Contains(prop, "datemodified") || (m.Block < from || m.Block >= to) && r.beside(m.Elem) || r.besideNear(m.Elem) {
			continue
		}
		v := first(page.Attr(n, "datetime"), page.Attr(n, "content"), page.Attr(n, "title"))
		t, ok := parseDate(v, r.doc.Lang)
		if !ok {
			t, ok = parseDate(textOf(n), r.doc.Lang)
		}
		switch {
		case !ok:
		case published:
			return t, true
		case fallback.IsZero():
			fallback = t
		}
	}
	return fallback, false
}

// beside reports whether an element stands in what is not the article: a
// sidebar, a list of other articles, comments.
func (r *reader) beside(e int32) bool {
	const flags = page.FComment | page.FNav | page.FRelated | page.FFoot | page.FAd
	for ; e > 0; e = r.page.Elems[e].Parent {
		f := r.page.Elems[e].Flags
		if f&flags == page.FFoot && f&page.FMeta != 0 {
			continue // the foot of the article: who wrote it and when
		}
		if (f&flags != 0 || r.page.Elems[e].Tag == atom.Aside) && f&page.FBody == 0 && r.page.Elems[e].Good*2 < r.page.Elems[0].Good {
			return true
		}
	}
	return false
}

// besideNear is beside for the head of the article, where wrappers are often
// named after all that they hold.
func (r *reader) besideNear(e int32) bool {
	const flags = page.FComment | page.FNav | page.FRelated
	for n := 0; e > 0 && n < 2; e, n = r.page.Elems[e].Parent, n+1 {
		if el := &r.page.Elems[e]; el.Flags&flags != 0 && el.Flags&page.FMeta == 0 || el.Tag == atom.Li && el.LinkChars*2 > el.Chars {
			return true
		}
	}
	return false
}

// visibleDate looks for a date in the short blocks around the article: above
// it, in elements that speak of dates anywhere in its part of the page, and
// below it. With headOnly it looks no further than the head.
func (r *reader) visibleDate(headOnly bool) time.Time {
	p := r.page
	from, to := r.headBlocks()
	at := r.headline()
	_, last := bounds(r.keep)
	after := min(len(p.Blocks), last+12)
	for _, pass := range [...]struct {
		from, to int
		marked   bool
	}{{from, to, true}, {from, to, false}, {to, last, true}, {max(last, to), after, true}, {max(last, to), after, false}, {0, from, true}} {
		if headOnly && pass.from != from {
			break
		}
		for i := max(pass.from, 0); i < pass.to; i++ {
			b := &p.Blocks[i]
			if b.Chars > 160 || b.Digits < 3 || r.keep[i] && b.Chars > 60 {
				continue
			}
			if inHead := i >= from && i < to; inHead && r.besideNear(b.Elem) || !inHead && r.beside(b.Elem) {
				continue
			}
			if pass.marked && !r.dateMarked(b) {
				continue
			}
			if i < at && r.apart(b.Elem, at) {
				continue
			}
			if t, ok := parseDate(b.Text, r.doc.Lang); ok {
				return t
			}
		}
	}
	return time.Time{}
}

// apart reports whether an element above the headline, which is the block at, is
// no neighbour of it: a date there is that of the day on which the page was read.
func (r *reader) apart(e int32, at int) bool {
	for n := 0; e > 0 && n < 4; e, n = r.page.Elems[e].Parent, n+1 {
		if r.page.Elems[e].Last > int32(at) {
			return false
		}
	}
	return true
}

// opening reads the date that the first paragraphs start with: "29.11.2022 – The
// harbour …", "Press release of 29 November 2022 | Port Ellery".
func (r *reader) opening() time.Time {
	n := 0
	for i, k := range r.keep {
		if !k {
			continue
		}
		if n++; n > 3 {
			break
		}
		text := r.page.Blocks[i].Text
		head := text[:min(len(text), 80)]
		end := -1
		for _, sep := range [...]string{" – ", " — ", " - ", " | ", ": "} {
			if j := strings.Index(head, sep); j > 0 && (end < 0 || j < end) {
				end = j
			}
		}
		if end < 0 {
			continue
		}
		if t, ok := parseDate(head[:end], r.doc.Lang); ok {
			return t
		}
	}
	return time.Time{}
}

// anyDate is the last resort: the first short block with a date anywhere on the
// page, comments excepted.
func (r *reader) anyDate() time.Time {
	p := r.page
	for i := range p.Blocks {
		b := &p.Blocks[i]
		if b.Chars > 120 || b.Digits < 3 {
			continue
		}
		comment := false
		for e := b.Elem; e > 0 && !comment; e = p.Elems[e].Parent {
			comment = p.Elems[e].Flags&page.FComment != 0
		}
		if comment {
			continue
		}
		if t, ok := parseDate(b.Text, r.doc.Lang); ok {
			return t
		}
	}
	return time.Time{}
}

// dateMarked reports whether a block or an element close around it speaks of a
// date.
func (r *reader) dateMarked(b *page.Block) bool {
	if b.Flags&page.FMeta != 0 {
		return true
	}
	for e, n := b.Elem, 0; e > 0 && n < 3; e, n = r.page.Elems[e].Parent, n+1 {
		if r.page.Elems[e].Flags&page.FMeta != 0 {
			return true
		}
	}
	return false
}
