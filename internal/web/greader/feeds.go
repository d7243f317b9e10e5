package greader

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"newsfold"
	"newsfold/internal/control"
	"newsfold/store"
)

// maxName bounds the name of a feed or folder, in bytes.
const maxName = 500

type (
	subscription struct {
		ID         string   `json:"id"`
		Title      string   `json:"title"`
		Categories []folder `json:"categories"`
		URL        string   `json:"url"`
		Home       string   `json:"htmlUrl"`
		Icon       string   `json:"iconUrl"`
		Sort       string   `json:"sortid"`
		First      string   `json:"firstitemmsec"`
	}
	folder struct {
		ID    string `json:"id"`
		Label string `json:"label"`
		Type  string `json:"type,omitempty"`
	}
)

func (s *server) subscriptions(w http.ResponseWriter, r *http.Request) error {
	out := map[string][]subscription{"subscriptions": {}}
	feeds, err := s.feeds(r)
	if err != nil {
		return err
	}
	for _, f := range feeds {
		sub := subscription{
			ID: feedTag(f.ID), Title: f.Label(), Categories: []folder{}, URL: f.URL, Home: cmp.Or(f.Site, f.URL),
			Sort: fmt.Sprintf("%08X", uint32(f.ID)), First: strconv.FormatInt(f.Added.UnixMilli(), 10),
		}
		for _, l := range f.Folders {
			sub.Categories = append(sub.Categories, folder{ID: labelTag + l, Label: l})
		}
		out["subscriptions"] = append(out["subscriptions"], sub)
	}
	return answer(w, out)
}

// feeds are all subscriptions.
func (s *server) feeds(r *http.Request) (feeds []newsfold.Feed, err error) {
	err = s.DB.View(r.Context(), func(tx store.Tx) error {
		feeds = feeds[:0]
		for f, err := range tx.Feeds() {
			if err != nil {
				return err
			}
			feeds = append(feeds, f)
		}
		return nil
	})
	return feeds, err
}

func labels(feeds []newsfold.Feed) []string {
	var all []string
	for _, f := range feeds {
		all = append(all, f.Folders...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (s *server) tags(w http.ResponseWriter, r *http.Request) error {
	feeds, err := s.feeds(r)
	if err != nil {
		return err
	}
	tags := []map[string]string{{"id": tagStarred, "sortid": "A0000001"}}
	for i, l := range labels(feeds) {
		tags = append(tags, map[string]string{"id": labelTag + l, "label": l, "type": "folder", "sortid": fmt.Sprintf("B%07d", i+1)})
	}
	return answer(w, map[string]any{"tags": tags})
}

func (s *server) unreadCount(w http.ResponseWriter, r *http.Request) error {
	type line struct {
		ID     string `json:"id"`
		Count  int    `json:"count"`
		Newest string `json:"newestItemTimestampUsec"`
	}
	lines := []line{}
	err := s.DB.View(r.Context(), func(tx store.Tx) error {
		lines = lines[:0]
		counts, err := s.Reader.Count(tx)
		if err != nil {
			return err
		}
		sums := map[string]*line{}
		var order []string
		add := func(id string, n int, newest int64) {
			l := sums[id]
			if l == nil {
				l = &line{ID: id, Newest: "0"}
				sums[id] = l
				order = append(order, id)
			}
			l.Count += n
			if was, _ := strconv.ParseInt(l.Newest, 10, 64); newest > was {
				l.Newest = strconv.FormatInt(newest, 10)
			}
		}
		add(tagList, 0, 0)
		for f, err := range tx.Feeds() {
			if err != nil {
				return err
			}
			c := counts[f.ID]
			if c.Unread == 0 {
				continue
			}
			us := c.Newest.UnixMicro()
			add(tagList, c.Unread, us)
			add(feedTag(f.ID), c.Unread, us)
			for _, l := range f.Folders {
				add(labelTag+l, c.Unread, us)
			}
		}
		for _, id := range order {
			lines = append(lines, *sums[id])
		}
		return nil
	})
	if err != nil {
		return err
	}
	return answer(w, map[string]any{"max": maxIDs, "unreadcounts": lines})
}

// editSubscription subscribes, unsubscribes, renames, and moves between folders.
func (s *server) editSubscription(w http.ResponseWriter, r *http.Request) error {
	title := r.Form.Get("t")
	add, err := folders(r.Form["a"])
	if err != nil {
		return err
	}
	remove, err := folders(r.Form["r"])
	if err != nil {
		return err
	}
	if len(title) > maxName {
		return bad("the title is too long")
	}
	names := r.Form["s"]
	if len(names) == 0 {
		return bad("no feed is named")
	}
	for _, name := range names {
		switch ac := r.Form.Get("ac"); ac {
		case "subscribe":
			_, err = s.subscribe(r, name, add)
			var e *control.Error
			if errors.As(err, &e) && e.Kind == control.Exists { // then it may move
				err = s.edit(r, name, title, add, nil)
			} else if err == nil && title != "" {
				err = s.edit(r, name, title, nil, nil)
			}
		case "unsubscribe":
			err = s.unsubscribe(r, name)
		case "edit", "":
			err = s.edit(r, name, title, add, remove)
		default:
			err = bad("ac=%.40q means nothing: use subscribe, unsubscribe or edit", ac)
		}
		if err != nil {
			return err
		}
	}
	return say(w, "OK")
}

func folders(tags []string) (names []string, err error) {
	for _, t := range tags {
		_, l := tag(t)
		if l = strings.Trim(l, "/"); l == "" || len(l) > maxName {
			return nil, bad("%.80q is no label", t)
		}
		names = append(names, l)
	}
	return names, nil
}

var errFixed = &refusal{http.StatusNotImplemented, "subscriptions cannot be changed here"}

func (s *server) subscribe(r *http.Request, name string, in []string) (newsfold.Feed, error) {
	if s.Control == nil {
		return newsfold.Feed{}, errFixed
	}
	added, err := s.Control.Add(r.Context(), control.AddRequest{URL: strings.TrimPrefix(name, "feed/"), Folders: in})
	return added.Feed, err
}

func (s *server) unsubscribe(r *http.Request, name string) error {
	if s.Control == nil {
		return errFixed
	}
	var f newsfold.Feed
	err := s.DB.View(r.Context(), func(tx store.Tx) (err error) {
		f, err = feedOf(tx, name)
		return err
	})
	if err != nil {
		return err
	}
	_, err = s.Control.Remove(r.Context(), strconv.FormatInt(int64(f.ID), 10))
	return err
}

// edit renames a feed and moves it between folders.
func (s *server) edit(r *http.Request, name, title string, add, remove []string) error {
	return s.DB.Update(r.Context(), func(tx store.Tx) error {
		f, err := feedOf(tx, name)
		if err != nil {
			return err
		}
		if title != "" {
			f.Name = title
		}
		f.Folders = moved(f.Folders, add, remove)
		return tx.PutFeed(&f)
	})
}

// moved returns folders after a move. An app that only adds means both.
func moved(now, add, remove []string) []string {
	out := slices.DeleteFunc(slices.Clone(now), func(l string) bool { return slices.Contains(remove, l) })
	for _, l := range add {
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

func (s *server) quickAdd(w http.ResponseWriter, r *http.Request) error {
	query := r.Form.Get("quickadd")
	if query == "" {
		return bad("no address is named")
	}
	out := map[string]any{"numResults": 0, "query": query}
	f, err := s.subscribe(r, query, nil)
	var e *control.Error
	switch {
	case errors.As(err, &e) && e.Kind == control.Exists:
		err = s.DB.View(r.Context(), func(tx store.Tx) error {
			known, err := tx.FindFeed(strings.TrimPrefix(query, "feed/"))
			if errors.Is(err, newsfold.ErrNotFound) {
				return e
			}
			f = known
			return err
		})
	case errors.As(err, &e) && e.Kind != control.Internal:
		out["error"] = e.Message
		return answer(w, out)
	}
	if err != nil {
		return err
	}
	out["numResults"], out["streamId"], out["streamName"] = 1, feedTag(f.ID), f.Label()
	return answer(w, out)
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
	return say(w, "OK")
}

// renameTag renames a folder.
func (s *server) renameTag(w http.ResponseWriter, r *http.Request) error {
	_, was := tag(r.Form.Get("s"))
	was = cmp.Or(was, r.Form.Get("t"))
	_, now := tag(r.Form.Get("dest"))
	if was == "" || now == "" || len(now) > maxName {
		return bad("say which label is to have which name")
	}
	return s.relabel(w, r, was, now)
}

// disableTag removes a folder; the feeds in it stay.
func (s *server) disableTag(w http.ResponseWriter, r *http.Request) error {
	_, was := tag(r.Form.Get("s"))
	was = cmp.Or(was, r.Form.Get("t"))
	if was == "" {
		return bad("no label is named")
	}
	return s.relabel(w, r, was, "")
}

func (s *server) relabel(w http.ResponseWriter, r *http.Request, was, now string) error {
	found := false
	err := s.DB.Update(r.Context(), func(tx store.Tx) error {
		var feeds []newsfold.Feed
		for f, err := range tx.Feeds() {
			if err != nil {
				return err
			}
			if slices.Contains(f.Folders, was) {
				feeds = append(feeds, f)
			}
		}
		found = len(feeds) > 0
		for i := range feeds {
			f := &feeds[i]
			var add []string
			if now != "" {
				add = []string{now}
			}
			f.Folders = moved(f.Folders, add, []string{was})
			if err := tx.PutFeed(f); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case !found:
		return notFound("there is no such label")
	}
	return say(w, "OK")
}
