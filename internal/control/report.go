package control

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/river"
	"newsfold/store"
)

// FeedReport says what a feed has brought over some days; see [river.Worth].
type FeedReport struct {
	Feed     newsfold.FeedID `json:"feed"`
	Title    string          `json:"title"`
	Stories  int             `json:"stories"`
	Unique   int             `json:"unique"`
	First    int             `json:"first"`
	Copies   int             `json:"copies"`
	Lag      float64         `json:"lag"` // median, in seconds
	Articles int             `json:"articles"`
	Full     int             `json:"full"`
	Twin     newsfold.FeedID `json:"twin,omitempty"`
	Both     int             `json:"both,omitempty"`
}

// reportStories bounds how many stories a report looks at: the newest.
const reportStories = 200_000

// Report says what each feed has brought over some days, those that brought most
// of their own first.
func (c *Client) Report(ctx context.Context, days int) ([]FeedReport, error) {
	return ask[[]FeedReport](ctx, c, "GET", "/v1/report", url.Values{"days": {strconv.Itoa(days)}}, nil)
}

func (s *Server) report(r *http.Request) (any, error) {
	days, err := strconv.Atoi(r.URL.Query().Get("days"))
	if err != nil || days < 1 || days > 3650 {
		return nil, invalid("days=%q: say a number from 1 to 3650", r.URL.Query().Get("days"))
	}
	lines := []FeedReport{}
	err = s.DB.View(r.Context(), func(tx store.Tx) error {
		lines = lines[:0]
		worth, err := river.Survey(tx, s.Now(), days, reportStories)
		if err != nil {
			return err
		}
		for f, err := range tx.Feeds() {
			if err != nil {
				return err
			}
			l := FeedReport{Feed: f.ID, Title: f.Label()}
			if l.Title == f.URL {
				l.Title = fetch.Redact(f.URL)
			}
			if w := worth[f.ID]; w != nil {
				l.Stories, l.Unique, l.First, l.Copies, l.Lag = w.Stories, w.Unique, w.First, w.Copies(), w.Lag.Seconds()
				l.Articles, l.Full, l.Twin, l.Both = w.Articles, w.Full, w.Twin, w.Both
			}
			lines = append(lines, l)
		}
		return nil
	})
	slices.SortStableFunc(lines, func(a, b FeedReport) int {
		return cmp.Or(cmp.Compare(b.Unique+b.First, a.Unique+a.First), cmp.Compare(b.Stories, a.Stories))
	})
	return lines, err
}
