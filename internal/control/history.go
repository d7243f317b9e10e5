package control

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"newsfold"
	"newsfold/internal/diff"
	"newsfold/internal/river"
	"newsfold/store"
)

// History is how an article came to read as it does.
type History struct {
	ID     newsfold.ArticleID `json:"id"`
	Story  newsfold.StoryID   `json:"story,omitempty"`
	Title  string             `json:"title"`
	URL    string             `json:"url"`
	Outlet string             `json:"outlet,omitempty"`
	// Versions are its wordings, oldest first; the last is the present one.
	Versions []Wording `json:"versions"`
	// Others are the articles of its story that have changed too.
	Others []newsfold.ArticleID `json:"others,omitempty"`
}

// Wording is what an article said for a time.
type Wording struct {
	Title string    `json:"title"`
	Text  string    `json:"text"`
	From  time.Time `json:"from"`           // when it was first seen
	Until time.Time `json:"until,omitzero"` // when the next was seen; absent: it stands
	// What changed against the wording before; absent in the first.
	TitleChanges []diff.Run `json:"title_changes,omitempty"`
	Changes      []diff.Run `json:"changes,omitempty"`
	// Cut says that the texts are too long for all words to be compared.
	Cut bool `json:"cut,omitempty"`
}

func (s *Server) wordings(r *http.Request) (any, error) {
	id, err := article(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	var h History
	err = s.DB.View(r.Context(), func(tx store.Tx) (err error) {
		h, err = history(tx, id)
		return err
	})
	for i := range h.Versions {
		if i > 0 {
			h.Versions[i].compare(h.Versions[i-1])
		}
	}
	return h, err
}

func history(tx store.Tx, id newsfold.ArticleID) (h History, err error) {
	a, err := tx.Article(id)
	if err != nil {
		return h, missing(id, err)
	}
	shown, err := river.LoadArticle(tx, id)
	if err != nil {
		return h, err
	}
	h = History{ID: id, Story: a.Story, Title: shown.Title, URL: shown.URL, Outlet: shown.Outlet, Versions: []Wording{}}
	from := a.Seen
	for rev, err := range tx.Revisions(id) {
		if err != nil {
			return h, err
		}
		h.Versions = append(h.Versions, Wording{Title: rev.Title, Text: rev.Text, From: from, Until: rev.Until})
		from = rev.Until
	}
	body, err := tx.Body(id)
	if err != nil {
		return h, err
	}
	h.Versions = append(h.Versions, Wording{Title: a.Title, Text: body.Text, From: from})
	if a.Story == 0 {
		return h, nil
	}
	st, err := tx.Story(a.Story)
	if err != nil {
		return h, err
	}
	for _, m := range st.Articles {
		for _, err := range tx.Revisions(m) {
			if err != nil {
				return h, err
			}
			if m != id {
				h.Others = append(h.Others, m)
			}
			break
		}
	}
	return h, nil
}

// compare says how a wording differs from the one before it.
func (w *Wording) compare(before Wording) {
	w.Changes, w.Cut = diff.Runs(before.Text, w.Text)
	if before.Title != w.Title {
		w.TitleChanges, _ = diff.Runs(before.Title, w.Title)
	}
}

// History returns the wordings of an article.
func (c *Client) History(ctx context.Context, id newsfold.ArticleID) (History, error) {
	return ask[History](ctx, c, "GET", "/v1/articles/"+strconv.FormatInt(int64(id), 10)+"/history", nil, nil)
}
