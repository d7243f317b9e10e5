package fetch

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Page is a fetched page.
type Page struct {
	URL    string // after redirects
	Type   string // Content-Type header, for the character set
	Body   []byte // decompressed
	Status int
}

const acceptPage = "text/html, application/xhtml+xml, application/xml;q=0.5, text/plain;q=0.3, */*;q=0.1"

var errUnreadableRobots = errors.New("its robots.txt cannot be read at the moment")

// Page fetches an article's page, within the host's budget and its robots.txt.
// Failures are *[Error], but for those of ctx.
func (c *Client) Page(ctx context.Context, url string) (Page, error) {
	u, err := parseURL(url)
	if err != nil {
		return Page{}, &Error{Kind: BadURL, URL: url, Err: err}
	}
	if err := c.guard.checkURL(u); err != nil {
		return Page{}, &Error{Kind: Forbidden, URL: url, Err: err}
	}
	if err := c.hop(ctx, u); err != nil {
		return Page{}, err
	}
	a, err := c.get(ctx, ask{url: url, accept: acceptPage, limit: c.opts.MaxBody, readable: pageType, other: NotPage, hop: c.hop})
	defer a.free()
	if err != nil {
		return Page{}, err
	}
	p := Page{URL: withoutUser(a.url), Type: a.header.Get("Content-Type"), Body: a.body, Status: a.status}
	if err := c.refusal(a, pageKeys); err != nil {
		return p, err
	}
	if final, err := parseURL(a.url); err == nil {
		c.hosts.accept(pageKeys(final), a.url, a.at)
	}
	if len(a.body) == 0 {
		return p, &Error{Kind: Empty, URL: url}
	}
	return p, nil
}

// pageKeys are the site and the platform of a URL as far as pages are concerned: a
// host that wants its pages left alone has not said so of its feeds.
func pageKeys(u *url.URL) []string {
	keys := hostKeys(u)
	for i := range keys {
		keys[i] = "pages of " + keys[i]
	}
	return keys
}

// hop judges whether a page may be asked for: its host wants to see us, and
// its robots.txt allows it.
func (c *Client) hop(ctx context.Context, u *url.URL) error {
	if err := c.quiet(u, append(hostKeys(u), pageKeys(u)...)); err != nil {
		return err
	}
	return c.admits(ctx, u)
}

// welcome fails with kind Waiting when a host has asked to be left alone.
func (c *Client) welcome(_ context.Context, u *url.URL) error {
	return c.quiet(u, hostKeys(u))
}

// quiet fails with kind Waiting when one of several that a URL burdens has asked to
// be left alone.
func (c *Client) quiet(u *url.URL, keys []string) error {
	if until, _ := c.hosts.blocked(keys, c.opts.Now()); !until.IsZero() {
		return &Error{Kind: Waiting, URL: u.String(), Retry: until}
	}
	return nil
}

// refusal makes an error of a status that is no success. Of whom it is the wish to be
// left alone, if it is that, keys says.
func (c *Client) refusal(a *answer, keys func(*url.URL) []string) error {
	if a.status == http.StatusOK || a.status == http.StatusNonAuthoritativeInfo {
		return nil
	}
	e := &Error{Kind: Status, URL: a.url, Status: a.status}
	if wait, ok := retryAfter(a.header, a.at); ok && a.status >= 400 {
		e.Retry = a.at.Add(wait)
		if u, err := parseURL(a.url); err == nil && (a.status == 429 || a.status == 503) {
			c.hosts.refuse(keys(u), a.url, a.at, e.Retry)
		}
	}
	return e
}

// notFilm reports whether a media type may be that of a feed, which are served
// under the oddest ones.
func notFilm(contentType string) bool {
	main, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(contentType)), "/")
	switch main {
	case "audio", "video", "image", "font":
		return false
	}
	return true
}

// pageType reports whether a media type may be that of an article.
func pageType(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil || t == "" {
		return true // judged by its bytes
	}
	main, sub, _ := strings.Cut(t, "/")
	switch main {
	case "text":
		return true
	case "application":
		return strings.Contains(sub, "html") || strings.Contains(sub, "xml") || sub == "octet-stream" || sub == "unknown"
	}
	return false
}
