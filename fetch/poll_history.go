package fetch

import (
	"context"
	"fmt"
	"iter"

	"newsfold"
)

// defaultPages is how many documents of an archive are read unless told.
const defaultPages = 100

// History yields the entries of a feed and of the archives that it links to,
// document by document, from the current one back (RFC 5005: prev-archive,
// else next). It reads at most so many documents; 0 means 100. Each goes
// through the host's budget, so a long history takes its time. A failure is
// yielded last, as *[Error], but for that of ctx; what came before it stands.
func (c *Client) History(ctx context.Context, feed newsfold.Feed, documents int) iter.Seq2[[]newsfold.Entry, error] {
	if documents <= 0 {
		documents = defaultPages
	}
	return func(yield func([]newsfold.Entry, error) bool) {
		url := feed.URL
		if until := loadState(feed.Poll.State).Retry; until.After(c.opts.Now()) {
			yield(nil, &Error{Kind: Waiting, URL: url, Retry: until})
			return
		}
		seen := map[string]bool{}
		for n := 0; url != "" && n < documents; n++ {
			if seen[url] {
				yield(nil, &Error{Kind: Redirect, URL: url, Err: fmt.Errorf("the archives link back to each other")})
				return
			}
			seen[url] = true
			p, err := c.document(ctx, &feed, url)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(p.Entries, nil) {
				return
			}
			url = p.Details.PrevArchive
			if url == "" {
				url = p.Details.Next
			}
		}
	}
}

// document reads one document of a feed without validators.
func (c *Client) document(ctx context.Context, feed *newsfold.Feed, url string) (*Parsed, error) {
	q := ask{url: url, accept: acceptFeed, limit: c.opts.MaxBody, readable: notFilm, other: NotFeed, hop: c.welcome}
	if feed.Cookies {
		q.jar = c.jars.of(feedKey(feed))
	}
	a, err := c.get(ctx, q)
	defer a.free()
	if err != nil {
		return nil, err
	}
	if err := c.refusal(a, hostKeys); err != nil {
		return nil, err
	}
	p, err := c.parse(ctx, a)
	if err != nil {
		return nil, err
	}
	return p, nil
}
