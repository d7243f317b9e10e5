package control

import (
	"context"
	"net/http"

	"newsfold/internal/ingest"
	"newsfold/store"
)

// PruneRequest asks for one pass of a retention. When it says nothing of what is
// to be kept, that of the daemon holds, and the rules of feeds and folders.
type PruneRequest struct {
	Keep   ingest.Keep `json:"keep"`
	Bytes  int64       `json:"bytes,omitempty"`
	DryRun bool        `json:"dry_run,omitempty"`
}

// KeepRequest sets the rule of a feed or a folder.
type KeepRequest struct {
	Feed   string       `json:"feed,omitempty"` // by ID, URL or title
	Folder string       `json:"folder,omitempty"`
	Keep   *ingest.Keep `json:"keep"` // null: no rule of its own
}

// Kept is a rule with the name of its feed.
type Kept struct {
	ingest.Rule
	Title string `json:"title,omitempty"`
}

func (s *Server) prune(r *http.Request) (any, error) {
	req, err := decode[PruneRequest](r)
	if err != nil {
		return nil, err
	}
	keep := ingest.Retention{Keep: req.Keep, Bytes: req.Bytes}
	if keep == (ingest.Retention{}) {
		keep = s.Engine.Retention()
	}
	return s.Engine.Retain(r.Context(), keep, req.DryRun)
}

func (s *Server) kept(r *http.Request) (any, error) {
	all := []Kept{}
	err := s.DB.View(r.Context(), func(tx store.Tx) error {
		all = all[:0]
		rules, err := ingest.Rules(tx)
		if err != nil {
			return err
		}
		for _, rule := range rules {
			k := Kept{Rule: rule}
			if rule.Feed != 0 {
				f, err := tx.Feed(rule.Feed)
				if err != nil {
					continue // it was removed
				}
				k.Title = f.Label()
			}
			all = append(all, k)
		}
		return nil
	})
	return all, err
}

func (s *Server) keep(r *http.Request) (any, error) {
	req, err := decode[KeepRequest](r)
	if err != nil {
		return nil, err
	}
	if (req.Feed == "") == (req.Folder == "") {
		return nil, invalid("a rule is for a feed or for a folder: say one of them")
	}
	var k Kept
	err = s.DB.Update(r.Context(), func(tx store.Tx) error {
		k = Kept{Rule: ingest.Rule{Folder: req.Folder, Keep: req.Keep}}
		if req.Feed != "" {
			f, err := resolve(tx, req.Feed)
			if err != nil {
				return err
			}
			k.Feed, k.Title = f.ID, f.Label()
		}
		return ingest.PutRule(tx, k.Rule)
	})
	return k, err
}

// Prune removes what is not to be kept, or says what it would remove.
func (c *Client) Prune(ctx context.Context, req PruneRequest) (ingest.Removed, error) {
	return ask[ingest.Removed](ctx, c, "POST", "/v1/prune", nil, req)
}

// Kept returns the rules of feeds and folders.
func (c *Client) Kept(ctx context.Context) ([]Kept, error) {
	return ask[[]Kept](ctx, c, "GET", "/v1/keep", nil, nil)
}

// Keep sets the rule of a feed or a folder, and returns it.
func (c *Client) Keep(ctx context.Context, req KeepRequest) (Kept, error) {
	return ask[Kept](ctx, c, "POST", "/v1/keep", nil, req)
}
