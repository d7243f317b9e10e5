package fetch

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/mmcdole/gofeed"

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

// Parse reads a feed: RSS 0.9x, 1.0, 2.0, Atom, JSON Feed. base is the URL that
// it came from, for relative links; header that of the answer, and may be nil.
// Failures are *[Error] of kind NotFeed, Broken, Unsafe or Empty.
func Parse(body []byte, base string, header http.Header) (*Parsed, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, &Error{Kind: Empty, URL: base}
	}
	parser := gofeed.NewParser()
	f, err := parser.Parse(bytes.NewReader(body))
	if err != nil {
		kind := Broken
		if errors.Is(err, gofeed.ErrFeedTypeNotDetected) {
			kind = NotFeed
		}
		return nil, &Error{Kind: kind, URL: base, Err: err}
	}
	at, err := url.Parse(base)
	if err != nil {
		at = &url.URL{}
	}
	resolve := func(ref string) string {
		if u, err := at.Parse(ref); err == nil && ref != "" {
			return u.String()
		}
		return ref
	}
	p := &Parsed{Feed: newsfold.Feed{Title: f.Title, Site: resolve(f.Link), Lang: f.Language}}
	p.Details.Format, p.Details.Version = f.FeedType, f.FeedVersion
	for _, it := range f.Items {
		e := newsfold.Entry{
			GUID: it.GUID, Link: resolve(it.Link), Title: it.Title,
			Summary: it.Description, Content: it.Content, Tags: it.Categories,
		}
		for _, a := range it.Authors {
			e.Authors = append(e.Authors, a.Name)
		}
		if it.PublishedParsed != nil {
			e.Issued = *it.PublishedParsed
		}
		if it.UpdatedParsed != nil {
			e.Revised = *it.UpdatedParsed
		}
		for _, m := range it.Enclosures {
			n, _ := strconv.ParseInt(m.Length, 10, 64)
			e.Media = append(e.Media, newsfold.Media{URL: resolve(m.URL), Type: m.Type, Length: n})
		}
		p.Entries = append(p.Entries, e)
		p.Details.Items = append(p.Details.Items, ItemDetails{})
	}
	return p, nil
}
