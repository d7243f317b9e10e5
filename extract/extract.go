package extract

import (
	"errors"
	"strings"
	"time"

	"newsfold/extract/internal/page"
)

// MaxPage is the size of the largest page that is read, in bytes.
const MaxPage = 50 << 20

// Options guide an extraction. The zero value will do.
type Options struct {
	ContentType string // the Content-Type header, for the character set
	Site        *Site  // what earlier pages of the same site had in common; may be nil
}

// Document is the article on a page.
type Document struct {
	Kind        Kind
	URL         string // canonical, absolute; the page's own URL when it names none
	Caption     string // of the picture right above the text, or between it and its standfirst
	CaptionAt   int    `json:"-"` // Text[CaptionAt:] stands under the Caption
	Text        string // paragraphs separated by blank lines; no captions, no origin lines removed
	HTML        string // sanitised, links absolute
	Title       string
	Byline      string
	Published   time.Time // zero: not found
	Modified    time.Time
	Site        string // name of the outlet
	Lang        string // BCP 47
	Dir         string // "rtl" or ""
	Image       string // lead image
	Description string
	Section     string
	Tags        []string
	License     string
	Origins     []Origin
	Alternates  []Alternate `json:",omitempty"` // the same in other languages, as the page says
	Body        string      `json:"-"`          // Text less what it says about its origin, as Credits gives it
}

// Shown is the text as a reader meets it: Text with the Caption where its picture is.
func (d *Document) Shown() string {
	if d.Caption == "" {
		return d.Text
	}
	return d.Text[:d.CaptionAt] + d.Caption + "\n\n" + d.Text[d.CaptionAt:]
}

// Kind says what a page is.
type Kind string

// The kinds of page. Only an Article and, with care, a Stub have a text that
// can be taken for an article's.
const (
	Article Kind = "article"
	Stub    Kind = "stub"    // cut off by a paywall
	Listing Kind = "listing" // a page of links to articles
	Consent Kind = "consent" // asks for cookies or consent
	Script  Kind = "script"  // asks for JavaScript
	Missing Kind = "missing" // an error page, whatever its status
	Media   Kind = "media"   // a video, audio or gallery without text
	Live    Kind = "live"    // a live blog
	Nothing Kind = "nothing" // no text
	Foreign Kind = "foreign" // not HTML
)

// Origin is a statement on the page about where its text comes from.
type Origin struct {
	Kind  string // credit, dateline, byline, copyright, canonical, metadata, path
	Name  string // outlet or agency
	URL   string
	Quote string // the words on the page
}

// Alternate is where a page says that it can be read in another language
// (https://html.spec.whatwg.org/multipage/links.html#rel-alternate with hreflang).
type Alternate struct {
	Lang string // BCP 47
	URL  string // absolute
}

// ErrTooLarge says that a page is over the limit of [MaxPage].
var ErrTooLarge = errors.New("page is too large")

// Extract reads a page. It never fails on bad HTML: a page without an article
// gives a Document whose Kind says what it is. The errors are ErrTooLarge only.
func Extract(body []byte, url string, opts Options) (*Document, error) {
	if len(body) > MaxPage {
		return nil, ErrTooLarge
	}
	if foreign(body) {
		return &Document{Kind: Foreign, URL: url}, nil
	}
	r := newReader(page.Read(body, opts.ContentType, false), url)
	r.read(opts, url)
	if len(r.doc.Text) < 300 && r.unscripted() { // the text is there for those without JavaScript
		r = newReader(page.Read(body, opts.ContentType, true), url)
		r.read(opts, url)
	}
	r.guess()
	r.origins()
	r.doc.Kind = r.kind()
	r.doc.leavePage()
	return r.doc, nil
}

// leavePage copies what a document says in a few words: it may be a piece of the
// page, all of which would stay in memory with it.
func (d *Document) leavePage() {
	for _, s := range [...]*string{
		&d.URL, &d.Caption, &d.Title, &d.Byline, &d.Site, &d.Lang, &d.Dir, &d.Image, &d.Description, &d.Section, &d.License,
	} {
		*s = strings.Clone(*s)
	}
	for i := range d.Tags {
		d.Tags[i] = strings.Clone(d.Tags[i])
	}
	for i := range d.Origins {
		o := &d.Origins[i]
		o.Name, o.URL, o.Quote = strings.Clone(o.Name), strings.Clone(o.URL), strings.Clone(o.Quote)
	}
	for i := range d.Alternates {
		a := &d.Alternates[i]
		a.Lang, a.URL = strings.Clone(a.Lang), strings.Clone(a.URL)
	}
}

// read fills in the metadata and the body.
func (r *reader) read(opts Options, url string) {
	r.metadata()
	keep := r.page.Pick()
	if opts.Site != nil {
		r.furnish(keep, opts.Site, url)
	}
	r.keep = keep
	r.visible()
	r.trim()
	r.body(keep)
}

// Fragment reads the HTML that a feed carries for an entry: all of it is body.
// Text, HTML, Image, Origins and Body are set; Lang and Dir as the markup says or the
// text tells. Input over [MaxPage] is cut there.
func Fragment(html, base string) *Document {
	if len(html) > MaxPage {
		html = html[:MaxPage]
	}
	if d := readOrdinary(html, base); d != nil {
		return d
	}
	return readTree(html, base)
}

// readTree is Fragment for any HTML, by way of its tree.
func readTree(html, base string) *Document {
	r := newReader(page.ReadFragment([]byte(html)), base)
	r.whole = true
	keep := make([]bool, len(r.page.Blocks))
	for i := range keep {
		keep[i] = !r.page.Caption(i)
	}
	r.body(keep)
	r.language()
	r.guess()
	r.doc.Body, r.doc.Origins = Credits(r.doc.Text)
	r.follow(r.doc.Origins)
	if r.doc.Text != "" {
		r.doc.Kind = Article
	} else {
		r.doc.Kind = Nothing
	}
	r.doc.leavePage()
	return r.doc
}
