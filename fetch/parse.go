package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	atomfeed "github.com/mmcdole/gofeed/atom"
	rssfeed "github.com/mmcdole/gofeed/rss"

	"newsfold"
)

// Parsed is a feed as its bytes state it.
type Parsed struct {
	Feed    newsfold.Feed // Title, Site and Lang are set, nothing else
	Entries []newsfold.Entry
	Details Details
}

// Details is what a feed says about itself beside title, site and language: the
// hints that polling follows, and what `newsfold parse` prints. The zero value
// of every field means that the feed says nothing. URLs are absolute.
type Details struct {
	Format  string // rss, rdf, atom or json
	Version string // of the format, as stated: 2.0, 1.0, …

	ID          string // byte for byte
	Description string // HTML, not sanitised
	Rights      string // HTML, not sanitised
	Generator   string
	Image       string
	Authors     []Person
	Tags        []string
	Published   time.Time
	Updated     time.Time

	TTL       time.Duration  // RSS ttl: how long it may be cached
	Period    time.Duration  // sy:updatePeriod divided by sy:updateFrequency
	SkipHours []int          // RSS skipHours: 0 to 23, UTC
	SkipDays  []time.Weekday // RSS skipDays, UTC
	Finished  bool           // JSON Feed expired, itunes:complete: nothing will follow
	Moved     string         // itunes:new-feed-url

	Self        string   // rel=self, JSON Feed feed_url
	Hubs        []string // rel=hub
	Next        string   // rel=next, JSON Feed next_url (RFC 5005 section 3)
	PrevArchive string   // rel=prev-archive (RFC 5005 section 4)
	Whole       bool     // fh:complete: entries that are missing are gone (RFC 5005 section 2)

	Partial bool // the body ended before the feed did: not all of it came through

	// Items is parallel to Parsed.Entries.
	Items []ItemDetails
	// Faults says what had to be mended to read the feed, for its publisher.
	Faults []string
}

// ItemDetails is what an entry says that [newsfold.Entry] has no field for.
type ItemDetails struct {
	Authors    []Person
	Comments   string // where it is discussed
	Rights     string // HTML, not sanitised
	SourceID   string // ID of the feed it was taken from
	SourceLink string // home page of the feed it was taken from
}

// Person is an author or contributor. At least one field is set.
type Person struct {
	Name  string
	Email string
	URL   string
}

// Parse reads a feed: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed. base
// is the URL that it came from, for relative references; header that of the
// answer (Content-Type, Content-Location and Content-Language are used), and
// may be nil. What publishers get wrong is mended as far as its meaning is
// plain; Details.Faults then says what it was.
//
// Failures are *[Error]: Empty when there is nothing, NotFeed for other
// documents, Broken for feeds that cannot be read, Unsafe for bodies beyond the
// limits of structure. The size of the body is the caller's to limit: reading
// takes time and memory in proportion to it.
func Parse(body []byte, base string, header http.Header) (*Parsed, error) {
	text, fault := toUTF8(body, header.Get("Content-Type"))
	p := &parsing{refs: linker{budget: len(body) + 1<<16}, out: new(Parsed)}
	p.faults.add(fault)
	p.setBase(base, header)
	p.lang = language(header.Get("Content-Language"))

	text = bytes.TrimLeft(text, " \t\r\n\uFEFF")
	var err error
	switch {
	case len(text) == 0:
		return nil, &Error{Kind: Empty, URL: base}
	case text[0] == '{':
		err = p.json(text)
	default:
		err = p.xml(text)
	}
	if err != nil {
		return nil, &Error{Kind: kindOf(err), URL: base, Err: err}
	}
	p.out.Details.Faults = p.faults
	return p.out, nil
}

// parsing is what the readers of the formats share.
type parsing struct {
	out    *Parsed
	refs   linker
	base   *url.URL // of the document; nil: unknown
	lang   string   // Content-Language
	texts  []string // that the mender kept aside
	faults faults
}

// faults collects what had to be mended, each once.
type faults []string

func (f *faults) add(s string) {
	if s != "" && len(*f) < 20 && !slices.Contains(*f, s) {
		*f = append(*f, s)
	}
}

// kindOf sorts the errors of the readers.
func kindOf(err error) Kind {
	switch err {
	case errHTML, errNoFeed, errOtherRoot, errNotJSONFeed:
		return NotFeed
	case errDepth, errItems, errChildren, errBindings, errAttrs:
		return Unsafe
	}
	return Broken
}

// setBase finds what references are relative to: Content-Location, else the
// URL of the document (RFC 3986 section 5.1).
func (p *parsing) setBase(base string, header http.Header) {
	if u, err := url.Parse(base); err == nil && u.Host != "" {
		u.User = nil
		p.base = u
	}
	if u := p.refs.base(p.base, header.Get("Content-Location")); u != nil {
		p.base = u
	}
}

// xml reads RSS and Atom: mended first, then by gofeed.
func (p *parsing) xml(text []byte) error {
	m := &mender{refs: p.refs, faults: p.faults}
	m.doc.base, m.doc.lang = p.base, p.lang
	if err := m.mend(text); err != nil {
		return err
	}
	p.refs, p.texts, p.faults = m.refs, m.texts, m.faults
	p.out.Details.Format, p.out.Details.Version = m.format, m.version
	p.out.Details.Partial = m.partial
	open, shut := "<rss><channel>", "</channel></rss>"
	if m.format == "atom" {
		open, shut = "<feed>", "</feed>"
	}
	doc := io.MultiReader(strings.NewReader(open), bytes.NewReader(m.head), bytes.NewReader(m.items), strings.NewReader(shut))
	if m.format == "atom" {
		f, err := guarded(new(atomfeed.Parser).Parse, doc)
		if err != nil {
			return err
		}
		return p.atom(f, m)
	}
	f, err := guarded(new(rssfeed.Parser).Parse, doc)
	if err != nil {
		return err
	}
	return p.rss(f, m)
}

// guarded calls a parser that is not ours. What it gets is well-formed, yet one
// publisher's feed must not be what ends a daemon that polls thousands.
func guarded[F any](parse func(io.Reader) (F, error), doc io.Reader) (f F, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the parser gave up: %v", r)
		}
	}()
	return parse(doc)
}

// errLost says that gofeed returned fewer entries than it was given.
var errLost = errors.New("some entries could not be read")

// language returns a language as BCP 47 writes it, empty for what is none.
func language(s string) string {
	s, _, _ = strings.Cut(s, ",")
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "-")
	if len(s) < 2 || len(s) > 35 {
		return ""
	}
	for i := 0; i < len(s); i++ {
		if !isNameByte(s[i]) || s[i] >= 0x80 {
			return ""
		}
	}
	return s
}

// webLink returns a reference that a person can follow in a browser, else "".
// A relative one passes: it could not be resolved for want of a base.
func webLink(ref string) string {
	if len(ref) > maxLink {
		return ""
	}
	switch refScheme(ref) {
	case "http", "https", "":
		return ref
	}
	return ""
}

// first returns the first of its arguments that is not empty.
func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
