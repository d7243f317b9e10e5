package miniflux

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/control"
	"newsfold/internal/reading"
	"newsfold/store"
)

// loose is the category of feeds in no folder.
const loose = "All"

type (
	feed struct {
		ID       newsfold.FeedID `json:"id"`
		User     int             `json:"user_id"`
		URL      string          `json:"feed_url"`
		Site     string          `json:"site_url"`
		Title    string          `json:"title"`
		Checked  time.Time       `json:"checked_at"`
		Error    string          `json:"parsing_error_message"`
		Errors   int             `json:"parsing_error_count"`
		ETag     string          `json:"etag_header"`
		Modified string          `json:"last_modified_header"`
		Disabled bool            `json:"disabled"`
		Category category        `json:"category"`
		Icon     *struct{}       `json:"icon"`
	}
	category struct {
		ID    int64  `json:"id"`
		User  int    `json:"user_id"`
		Title string `json:"title"`
	}
)

// folder is the category of a feed.
func folder(f *newsfold.Feed) category {
	name := loose
	if len(f.Folders) > 0 {
		name = f.Folders[0]
	}
	return category{reading.FolderID(name), 1, name}
}

func feedOf(f *newsfold.Feed) feed {
	return feed{
		ID: f.ID, User: 1, URL: f.URL, Site: cmp.Or(f.Site, f.URL), Title: f.Label(), Checked: f.Poll.Attempted.UTC(),
		Error: f.Poll.Error, Errors: f.Poll.Errors, Disabled: f.Poll.Result == newsfold.Gone, Category: folder(f),
	}
}

// subscriptions are the feeds, of one category or all.
func subscriptions(tx store.Tx, in int64) (feeds []newsfold.Feed, err error) {
	for f, err := range tx.Feeds() {
		if err != nil {
			return nil, err
		}
		if in == 0 || folder(&f).ID == in {
			feeds = append(feeds, f)
		}
	}
	return feeds, nil
}

func (s *server) feeds(w http.ResponseWriter, r *http.Request) error {
	in := int64(0)
	if r.PathValue("category") != "" {
		n, err := id(r, "category")
		if err != nil {
			return err
		}
		in = n
	}
	out := []feed{}
	err := s.DB.View(r.Context(), func(tx store.Tx) error {
		out = out[:0]
		feeds, err := subscriptions(tx, in)
		for i := range feeds {
			out = append(out, feedOf(&feeds[i]))
		}
		return err
	})
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

func (s *server) find(r *http.Request) (f newsfold.Feed, err error) {
	n, err := id(r, "feed")
	if err != nil {
		return f, err
	}
	err = s.DB.View(r.Context(), func(tx store.Tx) error {
		f, err = tx.Feed(newsfold.FeedID(n))
		return err
	})
	return f, err
}

func (s *server) feed(w http.ResponseWriter, r *http.Request) error {
	f, err := s.find(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, feedOf(&f))
}

func (s *server) categories(w http.ResponseWriter, r *http.Request) error {
	out := []category{}
	err := s.DB.View(r.Context(), func(tx store.Tx) error {
		out = append(out[:0], category{reading.FolderID(loose), 1, loose})
		feeds, err := subscriptions(tx, 0)
		for i := range feeds {
			if c := folder(&feeds[i]); !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(out, func(a, b category) int { return strings.Compare(a.Title, b.Title) })
	return answer(w, http.StatusOK, out)
}

// named returns the name of a category; empty for that of feeds in no folder.
func named(tx store.Tx, id int64) (string, error) {
	if id == 0 || id == reading.FolderID(loose) {
		return "", nil
	}
	feeds, err := subscriptions(tx, id)
	if err != nil {
		return "", err
	}
	if len(feeds) == 0 {
		return "", bad("there is no category %d", id)
	}
	return folder(&feeds[0]).Title, nil
}

var errFixed = &refusal{http.StatusNotImplemented, "subscriptions cannot be changed here"}

func (s *server) addFeed(w http.ResponseWriter, r *http.Request) error {
	var req struct {
		URL      string `json:"feed_url"`
		Category int64  `json:"category_id"`
	}
	if err := decode(r, &req); err != nil {
		return err
	}
	if s.Control == nil {
		return errFixed
	}
	add := control.AddRequest{URL: req.URL}
	err := s.DB.View(r.Context(), func(tx store.Tx) error {
		name, err := named(tx, req.Category)
		if add.Folders = nil; name != "" {
			add.Folders = []string{name}
		}
		return err
	})
	if err != nil {
		return err
	}
	added, err := s.Control.Add(r.Context(), add)
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, map[string]any{"feed_id": added.Feed.ID})
}

func (s *server) editFeed(w http.ResponseWriter, r *http.Request) error {
	n, err := id(r, "feed")
	if err != nil {
		return err
	}
	var req struct {
		Title    *string `json:"title"`
		Category *int64  `json:"category_id"`
	}
	if err := decode(r, &req); err != nil {
		return err
	}
	if req.Title != nil && (*req.Title == "" || len(*req.Title) > maxTitle) {
		return bad("a title has 1 to %d bytes", maxTitle)
	}
	var f newsfold.Feed
	err = s.DB.Update(r.Context(), func(tx store.Tx) error {
		if f, err = tx.Feed(newsfold.FeedID(n)); err != nil {
			return err
		}
		if req.Title != nil {
			f.Name = *req.Title
		}
		if req.Category != nil {
			name, err := named(tx, *req.Category)
			if err != nil {
				return err
			}
			rest := f.Folders
			if len(rest) > 0 {
				rest = rest[1:]
			}
			f.Folders = slices.Clone(rest)
			if name != "" {
				f.Folders = append([]string{name}, slices.DeleteFunc(f.Folders, func(l string) bool { return l == name })...)
			}
		}
		return tx.PutFeed(&f)
	})
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, feedOf(&f))
}

func (s *server) removeFeed(w http.ResponseWriter, r *http.Request) error {
	f, err := s.find(r)
	if err != nil {
		return err
	}
	if s.Control == nil {
		return errFixed
	}
	if _, err := s.Control.Remove(r.Context(), strconv.FormatInt(int64(f.ID), 10)); err != nil {
		return err
	}
	return done(w)
}

func (s *server) counters(w http.ResponseWriter, r *http.Request) error {
	unreads := map[string]int{}
	err := s.DB.View(r.Context(), func(tx store.Tx) error {
		clear(unreads)
		counts, err := s.Reader.Count(tx)
		for f, c := range counts {
			unreads[strconv.FormatInt(int64(f), 10)] = c.Unread
		}
		return err
	})
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{"reads": map[string]int{}, "unreads": unreads})
}

func (s *server) discover(w http.ResponseWriter, r *http.Request) error {
	var req struct{ URL string }
	if err := decode(r, &req); err != nil {
		return err
	}
	if s.Control == nil {
		return errFixed
	}
	p, err := s.Control.Preview(r.Context(), req.URL)
	if err != nil {
		return err
	}
	type found struct {
		URL   string `json:"url"`
		Title string `json:"title"`
		Type  string `json:"type"`
	}
	out := []found{}
	for _, c := range p.Feeds {
		out = append(out, found{c.URL, c.Title, c.Type})
	}
	return answer(w, http.StatusOK, out)
}

func (s *server) export(w http.ResponseWriter, r *http.Request) error {
	if s.Control == nil {
		return errFixed
	}
	var buf bytes.Buffer
	if err := s.Control.Export(r.Context(), &buf); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/x-opml; charset=utf-8")
	_, _ = io.Copy(w, &buf)
	return nil
}

func (s *server) importOPML(w http.ResponseWriter, r *http.Request) error {
	if s.Control == nil {
		return errFixed
	}
	if _, err := s.Control.Import(r.Context(), r.Body); err != nil {
		return err
	}
	return answer(w, http.StatusCreated, map[string]string{"message": "Feeds imported successfully"})
}
