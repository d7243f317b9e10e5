package control

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"newsfold"
	"newsfold/internal/ingest"
	"newsfold/internal/river"
	"newsfold/store"
)

// page is how many stories are read in one transaction, so that a slow reader
// of a long list never holds one open.
const page = 200

func (s *Server) list(r *http.Request, emit emitter) (any, error) {
	q, err := s.query(r)
	if err != nil {
		return nil, err
	}
	switch v := r.URL.Query(); {
	case v.Get("follow") == "true":
		return s.tail(r.Context(), q, emit)
	case v.Get("new") != "":
		return s.fresh(r.Context(), v.Get("new"), q, emit)
	}
	left := q.Limit
	for {
		q.Limit = page
		if left > 0 {
			q.Limit = min(left, page)
		}
		var (
			stories []river.Story
			more    bool
		)
		err := s.DB.View(r.Context(), func(tx store.Tx) (err error) {
			stories, more, err = river.List(tx, q)
			return err
		})
		if err != nil {
			return nil, err
		}
		if err := emitAll(emit, stories); err != nil {
			return nil, err
		}
		if left -= len(stories); !more || left == 0 {
			return Listed{More: more}, nil
		}
		last := stories[len(stories)-1]
		q.After = store.Position{Time: last.Time, ID: last.ID}
	}
}

func (s *Server) query(r *http.Request) (q river.Query, err error) {
	v := r.URL.Query()
	if q.Since, err = times(v, "since"); err != nil {
		return q, err
	}
	if q.Until, err = times(v, "until"); err != nil {
		return q, err
	}
	q.Unread, q.Starred = v.Get("unread") == "true", v.Get("starred") == "true"
	q.Shown, q.Tag = v.Get("hidden") != "true", v.Get("tag")
	q.Articles = v.Get("articles") == "true"
	if l := v.Get("limit"); l != "" {
		if q.Limit, err = strconv.Atoi(l); err != nil || q.Limit < 0 {
			return q, invalid("limit %q is no number from 0 up", l)
		}
	}
	if name := v.Get("feed"); name != "" {
		err = s.DB.View(r.Context(), func(tx store.Tx) error {
			f, err := resolve(tx, name)
			q.Feed = f.ID
			return err
		})
	}
	return q, err
}

// article reads an ID as a person types it.
func article(v string) (newsfold.ArticleID, error) {
	id, err := strconv.ParseInt(v, 10, 64)
	if err != nil || id <= 0 || id >= 1<<53 {
		return 0, invalid("%q is no ID: those are numbers, as `newsfold list` prints them", v)
	}
	return newsfold.ArticleID(id), nil
}

// missing words the absence of a story for a person.
func missing(id newsfold.ArticleID, err error) error {
	if errors.Is(err, newsfold.ErrNotFound) {
		return &Error{NotFound, fmt.Sprintf("no story or article has the ID %d; `newsfold list` shows those there are", id)}
	}
	return err
}

func (s *Server) show(r *http.Request) (any, error) {
	id, err := article(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	var st river.Story
	err = s.DB.View(r.Context(), func(tx store.Tx) (err error) {
		if _, err = tx.Article(id); err != nil {
			return missing(id, err)
		}
		st, err = river.Load(tx, id)
		return err
	})
	return st, err
}

func (s *Server) mark(r *http.Request) (any, error) {
	req, err := decode[MarkRequest](r)
	if err != nil {
		return nil, err
	}
	set := map[Mark]func(*newsfold.Story){
		MarkRead:   func(st *newsfold.Story) { st.Read, st.Held = true, false },
		MarkUnread: func(st *newsfold.Story) { st.Read, st.Held = false, true },
		MarkStar:   func(st *newsfold.Story) { st.Starred = true },
		MarkUnstar: func(st *newsfold.Story) { st.Starred = false },
	}[req.Mark]
	if set == nil {
		return nil, invalid("mark %q is none of read, unread, star, unstar", req.Mark)
	}
	marked := []newsfold.StoryID{}
	err = s.DB.Update(r.Context(), func(tx store.Tx) error {
		marked = marked[:0]
		for _, id := range req.IDs {
			a, err := tx.Article(id)
			if err != nil {
				return missing(id, err)
			}
			if a.Story == 0 {
				return fmt.Errorf("article %d: %w", id, river.ErrUnfolded)
			}
			st, err := tx.Story(a.Story)
			if err != nil {
				return err
			}
			set(&st)
			if err := tx.PutStory(&st); err != nil {
				return err
			}
			marked = append(marked, st.ID)
		}
		return nil
	})
	return marked, err
}

func (s *Server) explain(r *http.Request) (any, error) {
	a, err := article(r.URL.Query().Get("a"))
	if err != nil {
		return nil, err
	}
	b, err := article(r.URL.Query().Get("b"))
	if err != nil {
		return nil, err
	}
	var x Explanation
	err = s.DB.View(r.Context(), func(tx store.Tx) (err error) {
		x, err = s.explained(tx, a, b)
		return err
	})
	return x, err
}

func (s *Server) explained(tx store.Tx, a, b newsfold.ArticleID) (x Explanation, err error) {
	if x.A, err = river.LoadArticle(tx, a); err != nil {
		return x, missing(a, err)
	}
	if x.B, err = river.LoadArticle(tx, b); err != nil {
		return x, missing(b, err)
	}
	in, err := tx.Article(a)
	if err != nil {
		return x, err
	}
	other, err := tx.Article(b)
	if err != nil {
		return x, err
	}
	if in.Story == other.Story {
		x.Story = in.Story
	}
	v, err := ingest.Explain(tx, a, b, s.Fold)
	if err != nil {
		return x, err
	}
	x.Relation, x.Score, x.Rule = newsfold.Relation(v.Relation), v.Score, v.Rule
	x.Folds = x.Relation.Copies()
	x.Threshold = s.Fold.Threshold
	if x.Threshold == 0 {
		x.Threshold = .5
	}
	x.Evidence = []newsfold.Evidence{}
	for _, e := range v.Evidence {
		x.Evidence = append(x.Evidence, newsfold.Evidence(e))
	}
	for _, p := range v.Shared {
		x.Shared = append(x.Shared, p.Text)
	}
	if x.Story == 0 {
		x.Event, err = s.explainedEvent(tx, in, other)
	}
	return x, err
}
