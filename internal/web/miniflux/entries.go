package miniflux

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"newsfold"
	"newsfold/internal/reading"
	"newsfold/store"
)

type (
	entry struct {
		ID         int64           `json:"id"`
		User       int             `json:"user_id"`
		FeedID     newsfold.FeedID `json:"feed_id"`
		Status     string          `json:"status"`
		Hash       string          `json:"hash"`
		Title      string          `json:"title"`
		URL        string          `json:"url"`
		Comments   string          `json:"comments_url"`
		Published  time.Time       `json:"published_at"`
		Created    time.Time       `json:"created_at"`
		Changed    time.Time       `json:"changed_at"`
		Content    string          `json:"content"`
		Author     string          `json:"author"`
		Share      string          `json:"share_code"`
		Starred    bool            `json:"starred"`
		Minutes    int             `json:"reading_time"`
		Enclosures []any           `json:"enclosures"`
		Feed       feed            `json:"feed"`
		Tags       []string        `json:"tags"`
	}
	result struct {
		Total   int     `json:"total"`
		Entries []entry `json:"entries"`
	}
)

// wpm is how many words a person reads in a minute, as Miniflux has it.
const wpm = 265

// selection reads what the path and the query of a list ask for.
func selection(tx store.Tx, r *http.Request) (st reading.Stream, err error) {
	q := r.URL.Query()
	var after, before, since, until, category int64
	for _, n := range []struct {
		key string
		to  *int64
	}{{"after_entry_id", &after}, {"before_entry_id", &before}, {"after", &since}, {"before", &until}, {"category_id", &category}} {
		if *n.to, err = number(q, n.key); err != nil {
			return st, err
		}
	}
	if st.Feeds, err = place(tx, r, category); err != nil {
		return st, err
	}
	unread, read := false, false
	for _, v := range q["status"] {
		switch v {
		case "unread":
			unread = true
		case "read":
			read = true
		case "removed":
		default:
			return st, bad("status is none of read, unread, removed")
		}
	}
	st.Unread, st.Read = unread && !read, read && !unread
	switch v := q.Get("starred"); v {
	case "":
	case "true", "1":
		st.Starred = true
	case "false", "0":
		st.Others = true
	default:
		return st, bad("starred is neither true nor false")
	}
	st.Ascending = q.Get("direction") == "asc"
	switch {
	case after > 0 && before > 0:
		return st, bad("use one of after_entry_id and before_entry_id")
	case after > 0:
		st.After, st.Ascending = after, true
	case before > 0:
		st.After, st.Ascending = before, false
	}
	if since > 0 {
		st.Since = time.Unix(since, 0)
	}
	if until > 0 {
		st.Until = time.Unix(until, 0)
	}
	return st, nil
}

// place returns the feeds that the path or a parameter names; nil: all.
func place(tx store.Tx, r *http.Request, category int64) ([]newsfold.FeedID, error) {
	if r.PathValue("feed") != "" {
		n, err := id(r, "feed")
		if err != nil {
			return nil, err
		}
		_, err = tx.Feed(newsfold.FeedID(n))
		return []newsfold.FeedID{newsfold.FeedID(n)}, err
	}
	if r.PathValue("category") != "" {
		n, err := id(r, "category")
		if err != nil {
			return nil, err
		}
		category = n
	}
	if category == 0 {
		return nil, nil
	}
	in, err := subscriptions(tx, category)
	feeds := make([]newsfold.FeedID, 0, len(in))
	for _, f := range in {
		feeds = append(feeds, f.ID)
	}
	return feeds, err
}

func (s *server) entries(w http.ResponseWriter, r *http.Request) error {
	limit, err := number(r.URL.Query(), "limit")
	if err != nil {
		return err
	}
	offset, err := number(r.URL.Query(), "offset")
	if err != nil {
		return err
	}
	if limit == 0 {
		limit = usual
	}
	limit = min(limit, most)
	var out result
	err = s.DB.View(r.Context(), func(tx store.Tx) error {
		st, err := selection(tx, r)
		if err != nil {
			return err
		}
		page, err := s.Reader.List(tx, st)
		if err != nil {
			return err
		}
		out = result{Total: len(page.Items)}
		from := min(int(offset), len(page.Items))
		out.Entries, err = s.load(tx, page.Items[from:min(from+int(limit), len(page.Items))])
		return err
	})
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

func (s *server) load(tx store.Tx, items []reading.Item) ([]entry, error) {
	full, err := s.Reader.Load(tx, items)
	if err != nil {
		return nil, err
	}
	out := make([]entry, 0, len(full))
	feeds := map[newsfold.FeedID]feed{}
	for _, f := range full {
		fd, ok := feeds[f.Feed]
		if !ok {
			of, err := tx.Feed(f.Feed)
			if err != nil {
				return nil, err
			}
			fd = feedOf(&of)
			feeds[f.Feed] = fd
		}
		e := entry{
			ID: f.ID, User: 1, FeedID: f.Feed, Status: "unread", Hash: fmt.Sprintf("newsfold-%d", f.ID), Title: f.Title, URL: f.URL,
			Published: f.Published.UTC(), Created: f.Seen.UTC(), Changed: f.Seen.UTC(), Content: f.HTML, Author: f.Author, Starred: f.Starred,
			Minutes: (f.Words + wpm - 1) / wpm, Enclosures: []any{}, Feed: fd, Tags: []string{},
		}
		if f.Read {
			e.Status = "read"
		}
		out = append(out, e)
	}
	return out, nil
}

func (s *server) entry(w http.ResponseWriter, r *http.Request) error {
	n, err := id(r, "entry")
	if err != nil {
		return err
	}
	var out []entry
	err = s.DB.View(r.Context(), func(tx store.Tx) error {
		items, err := s.Reader.Find(tx, []int64{n})
		if err != nil {
			return err
		}
		out, err = s.load(tx, items)
		return err
	})
	switch {
	case err != nil:
		return err
	case len(out) == 0 || r.PathValue("feed") != "" && strconv.FormatInt(int64(out[0].FeedID), 10) != r.PathValue("feed"):
		return &refusal{http.StatusNotFound, "resource not found"}
	}
	return answer(w, http.StatusOK, out[0])
}

func (s *server) mark(w http.ResponseWriter, r *http.Request) error {
	var req struct {
		IDs    []int64 `json:"entry_ids"`
		Status string  `json:"status"`
	}
	if err := decode(r, &req); err != nil {
		return err
	}
	if len(req.IDs) > maxIDs {
		return &refusal{http.StatusRequestEntityTooLarge, fmt.Sprintf("at most %d entries in one call", maxIDs)}
	}
	as, ok := map[string]reading.Mark{"read": reading.Read, "unread": reading.Unread, "removed": reading.Read}[req.Status]
	if !ok || len(req.IDs) == 0 {
		return bad("say entry_ids, and status as read or unread")
	}
	err := s.DB.Update(r.Context(), func(tx store.Tx) error {
		_, err := s.Reader.Mark(tx, req.IDs, as)
		return err
	})
	if err != nil {
		return err
	}
	return done(w)
}

// star turns the star of an entry on or off.
func (s *server) star(w http.ResponseWriter, r *http.Request) error {
	n, err := id(r, "entry")
	if err != nil {
		return err
	}
	err = s.DB.Update(r.Context(), func(tx store.Tx) error {
		items, err := s.Reader.Find(tx, []int64{n})
		if err != nil {
			return err
		}
		if len(items) == 0 {
			return &refusal{http.StatusNotFound, "resource not found"}
		}
		as := reading.Star
		if items[0].Starred {
			as = reading.Unstar
		}
		_, err = s.Reader.Mark(tx, []int64{n}, as)
		return err
	})
	if err != nil {
		return err
	}
	return done(w)
}

func (s *server) markAll(w http.ResponseWriter, r *http.Request) error {
	err := s.DB.Update(r.Context(), func(tx store.Tx) error {
		feeds, err := place(tx, r, 0)
		if err != nil {
			return err
		}
		_, err = s.Reader.MarkAll(tx, feeds, time.Time{})
		return err
	})
	if err != nil {
		return err
	}
	return done(w)
}
