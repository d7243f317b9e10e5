package control

import (
	"context"
	"errors"
	"net/http"
	"time"

	"newsfold"
	"newsfold/internal/ingest"
	"newsfold/store"
)

// NeverFoldRequest keeps the articles of two feeds apart, named as [Client.Remove]
// names them, or those of one feed from all others.
type NeverFoldRequest struct {
	Feeds []string `json:"feeds"`
}

// RefoldRequest asks for articles to be folded again.
type RefoldRequest struct {
	Since     time.Time `json:"since"`
	Threshold float64   `json:"threshold,omitempty"` // 0: as always
	DryRun    bool      `json:"dry_run,omitempty"`
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

func (s *Server) neverFold(r *http.Request) (any, error) {
	req, err := decode[NeverFoldRequest](r)
	if err != nil {
		return nil, err
	}
	if n := len(req.Feeds); n < 1 || n > 2 {
		return nil, invalid("never fold what? name one feed, or two")
	}
	var ids [2]newsfold.FeedID
	err = s.view(r.Context(), func(tx store.Tx) error {
		for i, name := range req.Feeds {
			f, err := resolve(tx, name)
			if err != nil {
				return err
			}
			ids[i] = f.ID
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if ids[0] == ids[1] {
		return nil, invalid("these are one feed: name it alone to keep it from all others")
	}
	act, err := s.Engine.NeverFold(r.Context(), ids[0], ids[1])
	return s.corrected(r.Context(), act, err)
}

func (s *Server) lead(r *http.Request) (any, error) {
	req, err := decode[FoldRequest](r)
	if err != nil {
		return nil, err
	}
	if len(req.IDs) != 1 {
		return nil, invalid("which one is to lead? name one article")
	}
	act, err := s.Engine.Lead(r.Context(), req.IDs[0])
	return s.corrected(r.Context(), act, err)
}

func (s *Server) refold(r *http.Request) (any, error) {
	req, err := decode[RefoldRequest](r)
	if err != nil {
		return nil, err
	}
	if req.Threshold < 0 || req.Threshold > 1 {
		return nil, invalid("the threshold is a number between 0 and 1")
	}
	res, err := s.Engine.Refold(r.Context(), ingest.RefoldRequest(req))
	if errors.Is(err, ingest.ErrShared) {
		return nil, invalid("%v", err)
	}
	return res, err
}
