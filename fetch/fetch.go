// Package fetch asks publishers for feeds and pages, politely, and reads what
// they answer. (The page of ideas goes to doc.go.)
package fetch

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"newsfold"
)

// Options say how a [Client] behaves. The zero value is the default of every
// field.
type Options struct {
	Agent       string        // User-Agent product and contact; default "newsfold/VERSION (+https://…)"
	Subscribers int           // said in the User-Agent when above 0
	Allow       []string      // CIDRs, addresses and host names that may be private or loopback, any port
	Interval    time.Duration // usual time between polls of a feed; default 1 hour
	MinInterval time.Duration // never poll a feed more often; default 10 minutes, at least 1 second
	MaxBody     int64         // decompressed bytes of a feed or page; default 10 MiB
	Timeout     time.Duration // for a whole exchange; default 30 s
	PerHost     int           // requests under way to one host; default 2
	Gap         time.Duration // between starts of requests to one host; default 1 s, below 0: none

	// Transport, when set, replaces the guarded one: for tests at the edge of
	// the world. Now is the clock; default time.Now.
	Transport http.RoundTripper
	Now       func() time.Time
	Log       *slog.Logger
}

// Client fetches. Its methods are safe for concurrent use; it keeps each host's
// budget over all of them.
type Client struct{}

// New returns a client.
func New(opts Options) (*Client, error) { return nil, errors.New("not written yet") }

// Outcome is what one poll of a feed came to.
type Outcome struct {
	// Feed is the feed after the poll: Poll says result, validators and next
	// time; URL, Title, Site and Lang are renewed when they were learned.
	Feed newsfold.Feed
	// Entries are those of the body, in its order, with absolute links; Feed,
	// Seen and Article are not set. Empty after a 304 or a failure.
	Entries []newsfold.Entry
}

// Poll asks a feed once for what is new and decides when to ask again. A
// failure of the publisher or the network is part of the outcome; the error is
// that of ctx only, and then nothing was learned. known reports whether an
// entry of the feed is stored already; it may be nil.
func (c *Client) Poll(ctx context.Context, feed newsfold.Feed, known func(key string) bool) (Outcome, error) {
	return Outcome{}, errors.New("not written yet")
}

// Page is a fetched page.
type Page struct {
	URL    string // after redirects
	Type   string // Content-Type header, for the character set
	Body   []byte // decompressed
	Status int
}

// Page fetches an article's page, within the host's budget and its robots.txt.
// Failures are *[Error].
func (c *Client) Page(ctx context.Context, url string) (Page, error) {
	return Page{}, errors.New("not written yet")
}

// Find returns the feeds that a URL leads to, best first: the one that it is,
// or those that the page there announces. Failures are *[Error].
func (c *Client) Find(ctx context.Context, url string) ([]Candidate, error) {
	return nil, errors.New("not written yet")
}

// Candidate is a feed that a page leads to.
type Candidate struct {
	URL     string `json:"url"`
	Title   string `json:"title,omitempty"`
	Type    string `json:"type,omitempty"`    // rss, atom, json
	Found   string `json:"found"`             // itself, link, anchor, header, path, convention
	Entries int    `json:"entries,omitempty"` // where the feed was read
}

// Kind sorts failures by what may be done about them.
type Kind string

// The kinds of failure.
const (
	NotFeed   Kind = "not_feed"  // the body is something else, such as a page
	Broken    Kind = "broken"    // a feed that cannot be read
	Unsafe    Kind = "unsafe"    // a body built to hurt its reader
	TooLarge  Kind = "too_large" // more than the limit
	Empty     Kind = "empty"     // no body
	Status    Kind = "status"    // an HTTP status other than 200 and 304
	Network   Kind = "network"   // no connection, reset, name not found
	TLS       Kind = "tls"       // certificate or handshake
	Timeout   Kind = "timeout"   // too slow
	Forbidden Kind = "forbidden" // an address or scheme that may not be reached
	Robots    Kind = "robots"    // robots.txt keeps us out
	Redirect  Kind = "redirect"  // too many, a loop, or nowhere to go
	BadURL    Kind = "bad_url"   // not a URL that can be fetched
)

// Error is a failure to fetch or read. Its text says what failed and what may
// be done, for a person.
type Error struct {
	Kind   Kind
	URL    string // without credentials
	Status int    // for Kind Status
	Err    error  // the cause, may be nil
}

func (e *Error) Error() string { return string(e.Kind) + ": " + e.URL }
func (e *Error) Unwrap() error { return e.Err }
