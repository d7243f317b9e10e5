package control

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"newsfold"
	"newsfold/fetch"
	"newsfold/store"
)

// Preview is what subscribing to a URL would bring.
type Preview struct {
	Feeds   []fetch.Candidate `json:"feeds"` // that the URL leads to, best first
	Known   newsfold.FeedID   `json:"known,omitempty"`
	Entries []PreviewEntry    `json:"entries"` // the newest of the best feed
}

// PreviewEntry is an entry of a feed that nobody has subscribed to yet.
type PreviewEntry struct {
	Title string    `json:"title"`
	Link  string    `json:"link,omitempty"`
	Time  time.Time `json:"time,omitzero"`
}

// mostPreviewed is how many entries a preview shows.
const mostPreviewed = 10

// preview finds the feeds of a URL and reads the best of them; nothing is
// stored.
func (s *Server) preview(r *http.Request) (any, error) {
	target, err := Address(r.URL.Query().Get("url"))
	if err != nil {
		return nil, err
	}
	p := Preview{Entries: []PreviewEntry{}}
	if p.Feeds, err = s.Client.Find(r.Context(), r.URL.Query().Get("url"), false); err != nil {
		return nil, err
	}
	if len(p.Feeds) == 0 {
		return nil, &Error{Unread, fmt.Sprintf("%s: no feed there, and the page announces none", target)}
	}
	err = s.DB.View(r.Context(), func(tx store.Tx) error {
		p.Known = 0
		for _, u := range []string{target, p.Feeds[0].URL} {
			if f, err := tx.FindFeed(u); err == nil {
				p.Known = f.ID
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// The feed has just been read by Find, so this costs no second request.
	out, err := s.Client.Poll(r.Context(), newsfold.Feed{URL: p.Feeds[0].URL}, func(keys []string) []bool { return make([]bool, len(keys)) })
	if err != nil {
		return nil, err
	}
	entries := slices.Clone(out.Entries)
	slices.SortStableFunc(entries, func(a, b newsfold.Entry) int { return b.Issued.Compare(a.Issued) })
	for _, e := range entries[:min(len(entries), mostPreviewed)] {
		p.Entries = append(p.Entries, PreviewEntry{Title: e.Title, Link: e.Link, Time: e.Issued})
	}
	if p.Feeds[0].Entries == 0 {
		p.Feeds[0].Entries = len(out.Entries)
	}
	if p.Feeds[0].Title == "" {
		p.Feeds[0].Title = out.Feed.Title
	}
	return p, nil
}

// Preview says what subscribing to a URL would bring, and stores nothing.
func (c *Client) Preview(ctx context.Context, target string) (Preview, error) {
	return ask[Preview](ctx, c, "GET", "/v1/preview", url.Values{"url": {target}}, nil)
}
