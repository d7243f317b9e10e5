package control

import (
	"context"
	"errors"
	"net/http"

	"newsfold"
	"newsfold/internal/events"
	"newsfold/internal/ingest"
	"newsfold/store"
)

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
	err = s.view(ctx, func(tx store.Tx) error {
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
