package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"newsfold"
	"newsfold/internal/delivery"
	"newsfold/internal/ingest"
	"newsfold/internal/river"
)

// Client asks for the interface. Refusals are *[Error].
type Client struct {
	http *http.Client
}

// Connect returns a client of whatever dial reaches.
func Connect(dial func(context.Context) (net.Conn, error)) *Client {
	t := &http.Transport{
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
		DisableKeepAlives: true, // a command asks once or twice
	}
	return &Client{http: &http.Client{Transport: t}}
}

// do sends a request and returns the answer's body, which the caller closes.
func (c *Client) do(ctx context.Context, method, path string, query url.Values, body any) (io.ReadCloser, error) {
	res, err := c.request(ctx, method, path, query, body)
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}

// request sends a request and returns the answer, whose body the caller closes.
func (c *Client) request(ctx context.Context, method, path string, query url.Values, body any) (*http.Response, error) {
	var send io.Reader
	switch b := body.(type) {
	case nil:
	case io.Reader:
		send = b
	default:
		data, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		send = bytes.NewReader(data)
	}
	target := url.URL{Scheme: "http", Host: "newsfold", Path: path, RawQuery: query.Encode()}
	req, err := http.NewRequestWithContext(ctx, method, target.String(), send)
	if err != nil {
		return nil, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		// Not wrapped: a broken pipe here is none of our own output.
		return nil, fmt.Errorf("the daemon does not answer: %v", errors.Unwrap(err))
	}
	if res.StatusCode == http.StatusOK {
		return res, nil
	}
	defer func() { _ = res.Body.Close() }()
	var l line
	err = json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&l)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil || l.Error == nil {
		return nil, fmt.Errorf("the daemon answers %s: is it of another version?", res.Status)
	}
	return nil, l.Error
}

// ask is do for calls with one answer.
func ask[T any](ctx context.Context, c *Client, method, path string, query url.Values, body any) (v T, err error) {
	r, err := c.do(ctx, method, path, query, body)
	if err != nil {
		return v, err
	}
	defer func() { _ = r.Close() }()
	if err := json.NewDecoder(r).Decode(&v); err != nil {
		if ctx.Err() != nil {
			return v, ctx.Err()
		}
		return v, fmt.Errorf("read the daemon's answer: %w", err)
	}
	return v, nil
}

// follow is do for streams: it hands each item to fn and returns the end.
func follow[I, E any](ctx context.Context, r io.ReadCloser, fn func(I) error) (end E, err error) {
	defer func() { _ = r.Close() }()
	dec := json.NewDecoder(r)
	for {
		var l struct {
			line
			Item *I `json:"item"`
		}
		err := dec.Decode(&l)
		if ctx.Err() != nil { // what the other side says then is but an echo
			return end, ctx.Err()
		}
		if err != nil {
			return end, fmt.Errorf("the daemon's answer broke off: %w", err)
		}
		switch {
		case l.Error != nil:
			return end, l.Error
		case l.End != nil:
			return end, json.Unmarshal(l.End, &end)
		case l.Item == nil:
			return end, errors.New("the daemon's answer has a line that says nothing: is it of another version?")
		}
		if err := fn(*l.Item); err != nil {
			return end, err
		}
	}
}

// Status describes the store and who serves it.
func (c *Client) Status(ctx context.Context) (Status, error) {
	return ask[Status](ctx, c, "GET", "/v1/status", nil, nil)
}

// Feeds hands all subscriptions to fn, by ascending ID.
func (c *Client) Feeds(ctx context.Context, fn func(Feed) error) error {
	r, err := c.do(ctx, "GET", "/v1/feeds", nil, nil)
	if err != nil {
		return err
	}
	_, err = follow[Feed, struct{}](ctx, r, fn)
	return err
}

// Add subscribes to a feed, or to the feed that a page announces, and reads it.
func (c *Client) Add(ctx context.Context, req AddRequest) (Added, error) {
	return ask[Added](ctx, c, "POST", "/v1/feeds", nil, req)
}

// Remove ends the subscription of the feed with this ID, URL or title.
func (c *Client) Remove(ctx context.Context, feed string) (newsfold.Feed, error) {
	return ask[newsfold.Feed](ctx, c, "DELETE", "/v1/feeds", url.Values{"feed": {feed}}, nil)
}

// Import subscribes to the feeds of an OPML document.
func (c *Client) Import(ctx context.Context, opml io.Reader) (Imported, error) {
	return ask[Imported](ctx, c, "POST", "/v1/import", nil, opml)
}

// Export writes the subscriptions as OPML.
func (c *Client) Export(ctx context.Context, w io.Writer) error {
	return c.copy(ctx, w, "/v1/export", nil)
}

func (c *Client) copy(ctx context.Context, w io.Writer, path string, query url.Values) error {
	r, err := c.do(ctx, "GET", path, query, nil)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	_, err = io.Copy(w, r)
	return err
}

// Fetch asks feeds once and returns when what they said is folded; fn is told
// of progress.
func (c *Client) Fetch(ctx context.Context, req FetchRequest, fn func(ingest.Progress)) (ingest.Progress, error) {
	r, err := c.do(ctx, "POST", "/v1/fetch", nil, req)
	if err != nil {
		return ingest.Progress{}, err
	}
	return follow[ingest.Progress, ingest.Progress](ctx, r, func(p ingest.Progress) error {
		fn(p)
		return nil
	})
}

// List hands stories to fn, newest first. It says whether there are more than
// the limit and, where new ones were asked for, up to where they go.
func (c *Client) List(ctx context.Context, req ListRequest, fn func(river.Story) error) (Listed, error) {
	r, err := c.do(ctx, "GET", "/v1/stories", req.values(), nil)
	if err != nil {
		return Listed{}, err
	}
	return follow[river.Story, Listed](ctx, r, fn)
}

// Advance moves the cursor of a name forward, once what is before it was told.
func (c *Client) Advance(ctx context.Context, name string, next river.Cursor) error {
	_, err := ask[struct{}](ctx, c, "POST", "/v1/advance", nil, AdvanceRequest{name, next})
	return err
}

func (r ListRequest) values() url.Values {
	v := url.Values{}
	setTime(v, "since", r.Since)
	setTime(v, "until", r.Until)
	for name, on := range map[string]bool{"unread": r.Unread, "starred": r.Starred, "hidden": r.Hidden, "articles": r.Articles, "follow": r.Follow} {
		if on {
			v.Set(name, "true")
		}
	}
	if r.Feed != "" {
		v.Set("feed", r.Feed)
	}
	if r.Tag != "" {
		v.Set("tag", r.Tag)
	}
	if r.New != "" {
		v.Set("new", r.New)
	}
	if r.Limit > 0 {
		v.Set("limit", strconv.Itoa(r.Limit))
	}
	return v
}

func setTime(v url.Values, name string, t time.Time) {
	if !t.IsZero() {
		v.Set(name, t.UTC().Format(time.RFC3339Nano))
	}
}

// Show returns the story that an ID leads to, whole.
func (c *Client) Show(ctx context.Context, id newsfold.ArticleID) (river.Story, error) {
	return ask[river.Story](ctx, c, "GET", "/v1/stories/"+strconv.FormatInt(int64(id), 10), nil, nil)
}

// Mark marks stories and returns them.
func (c *Client) Mark(ctx context.Context, req MarkRequest) ([]newsfold.StoryID, error) {
	return ask[[]newsfold.StoryID](ctx, c, "POST", "/v1/mark", nil, req)
}

// Split takes articles out of their stories, for good.
func (c *Client) Split(ctx context.Context, ids []newsfold.ArticleID) (Corrected, error) {
	return ask[Corrected](ctx, c, "POST", "/v1/split", nil, FoldRequest{IDs: ids})
}

// Merge makes the stories of articles one.
func (c *Client) Merge(ctx context.Context, ids []newsfold.ArticleID) (Corrected, error) {
	return ask[Corrected](ctx, c, "POST", "/v1/merge", nil, FoldRequest{IDs: ids})
}

// SplitEvent takes the stories of articles out of their events, for good.
func (c *Client) SplitEvent(ctx context.Context, ids []newsfold.ArticleID) (Corrected, error) {
	return ask[Corrected](ctx, c, "POST", "/v1/split", nil, FoldRequest{IDs: ids, Event: true})
}

// MergeEvents makes the events of the stories of articles one.
func (c *Client) MergeEvents(ctx context.Context, ids []newsfold.ArticleID) (Corrected, error) {
	return ask[Corrected](ctx, c, "POST", "/v1/merge", nil, FoldRequest{IDs: ids, Event: true})
}

// NeverFold keeps the articles of feeds apart.
func (c *Client) NeverFold(ctx context.Context, feeds []string) (Corrected, error) {
	return ask[Corrected](ctx, c, "POST", "/v1/never-fold", nil, NeverFoldRequest{feeds})
}

// Lead makes an article the lead of its story.
func (c *Client) Lead(ctx context.Context, ids []newsfold.ArticleID) (Corrected, error) {
	return ask[Corrected](ctx, c, "POST", "/v1/lead", nil, FoldRequest{IDs: ids})
}

// Refold folds articles again, or says what that would change.
func (c *Client) Refold(ctx context.Context, req RefoldRequest) (ingest.Refolded, error) {
	return ask[ingest.Refolded](ctx, c, "POST", "/v1/refold", nil, req)
}

// Undo takes back the last decision on folds.
func (c *Client) Undo(ctx context.Context) (Corrected, error) {
	return ask[Corrected](ctx, c, "POST", "/v1/undo", nil, nil)
}

// Explain says why two articles are, or are not, one story.
func (c *Client) Explain(ctx context.Context, a, b newsfold.ArticleID) (Explanation, error) {
	v := url.Values{}
	v.Set("a", strconv.FormatInt(int64(a), 10))
	v.Set("b", strconv.FormatInt(int64(b), 10))
	return ask[Explanation](ctx, c, "GET", "/v1/explain", v, nil)
}

// Digest writes a digest in one of the formats of package digest.
func (c *Client) Digest(ctx context.Context, req DigestRequest, w io.Writer) (end Digested, err error) {
	res, err := c.request(ctx, "POST", "/v1/digest", nil, req)
	if err != nil {
		return end, err
	}
	defer func() { _ = res.Body.Close() }()
	if err := json.Unmarshal([]byte(res.Header.Get(digestHeader)), &end); err != nil {
		return end, fmt.Errorf("read the daemon's answer: %w", err)
	}
	_, err = io.Copy(w, res.Body)
	return end, err
}

// Deliver has a digest delivered; there is an outcome for each recipient.
func (c *Client) Deliver(ctx context.Context, req DeliveryRequest) ([]delivery.Outcome, error) {
	return ask[[]delivery.Outcome](ctx, c, "POST", "/v1/deliver", nil, req)
}
