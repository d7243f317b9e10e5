package web

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"newsfold"
	"newsfold/store"
)

// undoShelf keeps, for the last bulk marks, which stories each one changed.
// They are in the store and not in memory: a daemon that was restarted can
// still take them back.
const (
	undoShelf = "web.undo"
	undoKept  = 20
)

// marked is what the script is told after a mark.
type marked struct {
	ID      newsfold.StoryID `json:"id"`
	Read    bool             `json:"read"`
	Starred bool             `json:"starred"`
}

// mark sets a state of one story.
func (s *server) mark(w http.ResponseWriter, r *http.Request) error {
	id, err := number("a story", r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := parseForm(r); err != nil {
		return err
	}
	set, err := change(r.PostForm.Get("do"))
	if err != nil {
		return err
	}
	var st newsfold.Story
	err = s.db.Update(r.Context(), func(tx store.Tx) error {
		if st, err = storyOf(tx, newsfold.ArticleID(id)); err != nil {
			return err
		}
		set(&st)
		return tx.PutStory(&st)
	})
	if err != nil {
		return err
	}
	if wantsJSON(r) {
		writeJSON(w, http.StatusOK, marked{st.ID, st.Read, st.Starred})
		return nil
	}
	back(w, r, url.Values{}, fmt.Sprintf("s%d", st.ID))
	return nil
}

// change returns what a state does to a story.
func change(do string) (func(*newsfold.Story), error) {
	switch do {
	case "read":
		return func(s *newsfold.Story) { s.Read, s.Held = true, false }, nil
	case "unread":
		return func(s *newsfold.Story) { s.Read, s.Held = false, true }, nil
	case "star":
		return func(s *newsfold.Story) { s.Starred = true }, nil
	case "unstar":
		return func(s *newsfold.Story) { s.Starred = false }, nil
	}
	return nil, badRequest("%q is not something to do with a story: use read, unread, star or unstar.", clip(do, 40))
}

// markMany marks the stories of a list as read: all of ids, or those up to and
// with upto. The page names every story that it showed, so that one that came
// in later is never marked before anybody saw it.
func (s *server) markMany(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	if do := r.PostForm.Get("do"); do != "read" && do != "" {
		return badRequest("%q cannot be done with several stories: use read.", clip(do, 40))
	}
	ids, err := list(r.PostForm.Get("ids"), r.PostForm.Get("upto"))
	if err != nil {
		return err
	}
	key := make([]byte, 16)
	binary.BigEndian.PutUint64(key, uint64(s.now().UnixMicro()))
	_, _ = rand.Read(key[8:]) // never fails, see crypto/rand
	var done []newsfold.StoryID
	err = s.db.Update(r.Context(), func(tx store.Tx) error {
		done = done[:0]
		for _, id := range ids {
			st, err := storyOf(tx, id)
			if err != nil {
				return err
			}
			if st.Read {
				continue
			}
			st.Read = true
			if err := tx.PutStory(&st); err != nil {
				return err
			}
			done = append(done, st.ID)
		}
		if len(done) == 0 {
			return nil
		}
		return remember(tx.Shelf(undoShelf), key, done)
	})
	if err != nil {
		return err
	}
	token := ""
	if len(done) > 0 {
		token = hex.EncodeToString(key)
	}
	if wantsJSON(r) {
		writeJSON(w, http.StatusOK, map[string]any{"read": done, "undo": token})
		return nil
	}
	back(w, r, url.Values{"marked": {strconv.Itoa(len(done))}, "undo": {token}}, "")
	return nil
}

// list reads the numbers of stories, up to and with one of them.
func list(ids, upto string) ([]newsfold.ArticleID, error) {
	var all []newsfold.ArticleID
	last, found := int64(0), upto == ""
	if !found {
		n, err := number("a story", upto)
		if err != nil {
			return nil, err
		}
		last = n
	}
	for f := range strings.SplitSeq(ids, ",") {
		n, err := number("a story", f)
		if err != nil {
			return nil, err
		}
		if len(all) == maxBulk {
			return nil, badRequest("At most %d stories can be marked at once.", maxBulk)
		}
		all = append(all, newsfold.ArticleID(n))
		if n == last {
			found = true
			break
		}
	}
	if !found {
		return nil, badRequest("Story %d is not among the stories to be marked.", last)
	}
	return all, nil
}

// remember keeps what a bulk mark changed, and drops the oldest ones.
func remember(shelf store.Shelf, key []byte, done []newsfold.StoryID) error {
	value, err := json.Marshal(done)
	if err != nil {
		return err
	}
	var keys [][]byte
	for p, err := range shelf.All(nil) {
		if err != nil {
			return err
		}
		keys = append(keys, p.Key)
	}
	for len(keys) >= undoKept {
		if err := shelf.Delete(keys[0]); err != nil {
			return err
		}
		keys = keys[1:]
	}
	return shelf.Put(key, value)
}

// undo takes back a bulk mark.
func (s *server) undo(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	key, err := hex.DecodeString(r.PostForm.Get("undo"))
	if err != nil || len(key) != 16 {
		return badRequest("That is not something that can be undone.")
	}
	var ids []newsfold.StoryID
	err = s.db.Update(r.Context(), func(tx store.Tx) error {
		shelf := tx.Shelf(undoShelf)
		value, err := shelf.Get(key)
		if err != nil {
			return err
		}
		if value == nil {
			return &fault{http.StatusNotFound, "This can no longer be undone: only the last few marks are kept, and each is undone once."}
		}
		if err := json.Unmarshal(value, &ids); err != nil {
			return fmt.Errorf("undo record %x: %w", key, err)
		}
		for _, id := range ids {
			st, err := storyOf(tx, newsfold.ArticleID(id))
			if errors.Is(err, newsfold.ErrNotFound) {
				continue // nothing left to take back
			}
			if err != nil {
				return err
			}
			st.Read = false
			if err := tx.PutStory(&st); err != nil {
				return err
			}
		}
		return shelf.Delete(key)
	})
	if err != nil {
		return err
	}
	if wantsJSON(r) {
		writeJSON(w, http.StatusOK, map[string]any{"unread": ids})
		return nil
	}
	back(w, r, url.Values{"undone": {strconv.Itoa(len(ids))}}, "")
	return nil
}

// storyOf returns the story that an article is in: a story that was merged into
// another one is still found by its old number.
func storyOf(tx store.Tx, id newsfold.ArticleID) (newsfold.Story, error) {
	a, err := tx.Article(id)
	if err != nil {
		return newsfold.Story{}, err
	}
	if a.Story == 0 {
		return newsfold.Story{}, fmt.Errorf("article %d is not folded into a story yet: %w", id, newsfold.ErrNotFound)
	}
	return tx.Story(a.Story)
}

func parseForm(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		if _, ours := judge(err); !ours { // too large, or the reader has gone
			return err
		}
		return badRequest("The form could not be read.")
	}
	return nil
}

// back sends the browser to the page that a form was on. Only pages of ours
// qualify: the field could have been set by a link from elsewhere.
func back(w http.ResponseWriter, r *http.Request, extra url.Values, anchor string) {
	to, ok := local(r.PostForm.Get("back"))
	if !ok {
		to = &url.URL{Path: "/"}
	}
	q := to.Query()
	for _, k := range []string{"marked", "undo", "undone", "did"} {
		q.Del(k)
	}
	for k, v := range extra {
		if v[0] != "" {
			q[k] = v
		}
	}
	to.RawQuery, to.Fragment = q.Encode(), anchor
	w.Header().Set("Location", to.String())
	w.WriteHeader(http.StatusSeeOther)
}

// local parses the address of a page of ours.
func local(s string) (*url.URL, bool) {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return nil, false
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") {
		return nil, false
	}
	return u, true
}

func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader has gone: nobody to tell
}
