package control

import (
	"context"
	"net/http"
	"time"

	"newsfold/internal/ingest"
	"newsfold/store"
)

// ReextractRequest asks for the pages that were kept to be read again.
type ReextractRequest struct {
	Since  time.Time `json:"since,omitzero"` // only articles that appeared from then on
	Feed   string    `json:"feed,omitempty"` // only those of this feed, by ID, URL or title
	DryRun bool      `json:"dry_run,omitempty"`
}

func (s *Server) reextract(r *http.Request, emit emitter) (any, error) {
	req, err := decode[ReextractRequest](r)
	if err != nil {
		return nil, err
	}
	what := ingest.Reextraction{Since: req.Since, DryRun: req.DryRun}
	if req.Feed != "" {
		err := s.DB.View(r.Context(), func(tx store.Tx) error {
			f, err := resolve(tx, req.Feed)
			what.Feed = f.ID
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return s.Engine.Reextract(r.Context(), what, func(a ingest.Reread) error { return emit(a) })
}

// Reextract has the pages that were kept read again; fn is told of each article that is,
// or would be, another text now.
func (c *Client) Reextract(ctx context.Context, req ReextractRequest, fn func(ingest.Reread) error) (ingest.Reextracted, error) {
	r, err := c.do(ctx, "POST", "/v1/reextract", nil, req)
	if err != nil {
		return ingest.Reextracted{}, err
	}
	return follow[ingest.Reread, ingest.Reextracted](ctx, r, fn)
}
