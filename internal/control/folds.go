package control

import (
	"context"
	"errors"
	"net/http"
	"time"

	"newsfold"
	"newsfold/internal/events"
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

func (s *Server) split(r *http.Request) (any, error) {
	req, err := decode[FoldRequest](r)
	if err != nil {
		return nil, err
	}
	if len(req.IDs) == 0 {
		return nil, invalid("split what? name the articles that are to leave their story")
	}
	do := s.Engine.Split
	if req.Event {
		do = s.Engine.SplitEvent
	}
	act, err := do(r.Context(), req.IDs)
	return s.corrected(r.Context(), act, err)
}

func (s *Server) merge(r *http.Request) (any, error) {
	req, err := decode[FoldRequest](r)
	if err != nil {
		return nil, err
	}
	if len(req.IDs) < 2 {
		return nil, invalid("merge what? name at least two stories or articles")
	}
	do := s.Engine.Merge
	if req.Event {
		do = s.Engine.MergeEvents
	}
	act, err := do(r.Context(), req.IDs)
	return s.corrected(r.Context(), act, err)
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
	err = s.DB.View(r.Context(), func(tx store.Tx) error {
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

func (s *Server) undo(r *http.Request) (any, error) {
	act, err := s.Engine.Undo(r.Context())
	return s.corrected(r.Context(), act, err)
}

// corrected says where the articles of a correction are now.
func (s *Server) corrected(ctx context.Context, act ingest.Act, err error) (any, error) {
	switch {
	case errors.Is(err, ingest.ErrNothing):
		return nil, &Error{NotFound, err.Error()}
	case errors.Is(err, newsfold.ErrNotFound):
		return nil, &Error{NotFound, err.Error() + "; `newsfold show ID` prints the numbers of a story's articles"}
	case err != nil:
		return nil, err
	}
	c := Corrected{Kind: act.Kind, IDs: act.IDs, Feeds: act.Feeds}
	err = s.DB.View(ctx, func(tx store.Tx) error {
		c.Stories, c.Events = c.Stories[:0], c.Events[:0]
		for _, id := range act.IDs {
			a, err := tx.Article(id)
			if err != nil {
				return err
			}
			t, err := events.Of(tx, a.Story)
			if err != nil {
				return err
			}
			c.Stories = append(c.Stories, a.Story)
			c.Events = append(c.Events, t.Event)
		}
		return nil
	})
	return c, err
}
