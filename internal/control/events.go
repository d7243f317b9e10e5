package control

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"newsfold"
	"newsfold/internal/river"
	"newsfold/store"
)

// events lists the events that more than one story reports.
func (s *Server) events(r *http.Request, emit emitter) (any, error) {
	v := r.URL.Query()
	since, err := times(v, "since")
	if err != nil {
		return nil, err
	}
	limit := 0
	if l := v.Get("limit"); l != "" {
		if limit, err = strconv.Atoi(l); err != nil || limit < 0 {
			return nil, invalid("limit %q is no number from 0 up", l)
		}
	}
	var found []river.Happening
	err = s.DB.View(r.Context(), func(tx store.Tx) (err error) {
		found, err = river.Happenings(tx, since, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := emitAll(emit, found); err != nil {
		return nil, err
	}
	return struct{}{}, nil
}

// Events calls fn with each event whose latest story is of a time or later,
// those first that most outlets report; at most limit of them, 0 for all.
func (c *Client) Events(ctx context.Context, since time.Time, limit int, fn func(river.Happening) error) error {
	v := url.Values{}
	setTime(v, "since", since)
	if limit > 0 {
		v.Set("limit", strconv.Itoa(limit))
	}
	r, err := c.do(ctx, "GET", "/v1/events", v, nil)
	if err != nil {
		return err
	}
	_, err = follow[river.Happening, struct{}](ctx, r, fn)
	return err
}

func (s *Server) explainedEvent(tx store.Tx, a, b newsfold.Article) (*EventExplanation, error) {
	v, err := s.Engine.ExplainEvent(tx, a.ID, b.ID)
	if err != nil {
		return nil, err
	}
	x := &EventExplanation{Same: v.Same, Relation: string(v.Relation), Score: v.Score, Evidence: []newsfold.Evidence{}}
	for _, e := range v.Evidence {
		x.Evidence = append(x.Evidence, newsfold.Evidence(e))
	}
	in, err := river.EventOf(tx, a.Story)
	if err != nil {
		return nil, err
	}
	other, err := river.EventOf(tx, b.Story)
	if err != nil {
		return nil, err
	}
	if in != 0 && in == other {
		x.ID = in
	}
	return x, nil
}
