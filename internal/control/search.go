package control

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"newsfold/internal/search"
)

// SearchRequest asks for the stories that match a query; see search.Query.
type SearchRequest struct {
	Query string
	Limit int // 0: 20
	Skip  int // so many of the best are left out
}

// indexed is what a search that has to index first says meanwhile.
type indexed struct {
	Indexed int `json:"indexed"` // articles so far
}

// How many stories one search returns, and leaves out before them, at most.
const (
	maxFound   = 1000
	maxSkipped = 1_000_000
)

func (s *Server) search(r *http.Request, emit emitter) (any, error) {
	v := r.URL.Query()
	page := search.Page{Now: s.Now()}
	for _, p := range []struct {
		name string
		most int
		to   *int
	}{{"limit", maxFound, &page.Limit}, {"skip", maxSkipped, &page.Skip}} {
		if raw := v.Get(p.name); raw != "" {
			n, err := strconv.Atoi(raw)
			if err != nil || n < 0 || n > p.most {
				return nil, invalid("%s %q is no number from 0 to %d", p.name, raw, p.most)
			}
			*p.to = n
		}
	}
	if s.Index == nil {
		return nil, invalid("this daemon keeps no index for searching (--search=false)")
	}
	ix, err := s.Index()
	if err != nil {
		return nil, err
	}
	if s.Daemon {
		err = ix.Refresh(r.Context(), s.DB, 300*time.Millisecond)
	} else {
		err = ix.Catch(r.Context(), s.DB, func(n int) { _ = emit(indexed{n}) })
	}
	if err != nil && s.Log != nil {
		s.Log.Warn("the search index does not have the latest", "err", err)
	}
	return ix.Search(r.Context(), s.DB, v.Get("q"), page)
}

// Search returns the stories that match a query, best first. fn is told how many
// articles were indexed so far, where that has to be done first.
func (c *Client) Search(ctx context.Context, req SearchRequest, fn func(articles int)) (search.Found, error) {
	v := url.Values{"q": {req.Query}, "limit": {strconv.Itoa(req.Limit)}, "skip": {strconv.Itoa(req.Skip)}}
	r, err := c.do(ctx, "GET", "/v1/search", v, nil)
	if err != nil {
		return search.Found{}, err
	}
	return follow[indexed, search.Found](ctx, r, func(i indexed) error {
		fn(i.Indexed)
		return nil
	})
}
