package fever

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"newsfold"
	"newsfold/internal/access"
	"newsfold/internal/reading"
	"newsfold/store"
)

// Options say what the API works on.
type Options struct {
	DB     store.DB
	Gate   *access.Gate
	Reader reading.Reader
	Now    func() time.Time           // nil: time.Now
	From   func(*http.Request) string // address of who asks; nil: that of the connection
	Log    *slog.Logger               // nil: faults are not logged
}

const (
	maxForm = 1 << 20 // bytes
	perPage = 50      // items in an answer, as the protocol has it
	fresh   = time.Minute
)

type server struct {
	Options
	mu      sync.Mutex // guards the two below
	total   int        // items there were
	counted time.Time  // when that was counted: apps ask once for every fifty items
}

// New returns the handler of the API, whatever path it is mounted at.
func New(opts Options) http.Handler {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.From == nil {
		opts.From = func(r *http.Request) string { return r.RemoteAddr }
	}
	return &server{Options: opts}
}

// ServeHTTP implements [http.Handler].
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := parse(r); err != nil {
		var tooBig *http.MaxBytesError
		status := http.StatusBadRequest
		if errors.As(err, &tooBig) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "the form cannot be read", status)
		return
	}
	out := map[string]any{"api_version": 3, "auth": 0}
	err := s.Gate.Digest(r.Context(), s.From(r), r.PostForm.Get("api_key"))
	var wait *access.WaitError
	switch {
	case r.Method != http.MethodPost || r.PostForm.Get("api_key") == "":
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.For.Seconds())+1))
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case errors.Is(err, access.ErrRefused):
	case err != nil:
		s.fail(w, r, err)
		return
	default:
		out["auth"] = 1
		if err := s.fill(r, out); err != nil {
			s.fail(w, r, err)
			return
		}
	}
	body, err := json.Marshal(out)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body) // the app has gone: nobody to tell
}

func parse(r *http.Request) error {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return r.ParseMultipartForm(maxForm)
	}
	return r.ParseForm()
}

func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var f *fault
	switch {
	case errors.As(err, &f):
		http.Error(w, f.text, http.StatusBadRequest)
		return
	case r.Context().Err() == nil:
		s.Log.ErrorContext(r.Context(), "sync api", "path", r.URL.Path, "err", err)
	}
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = io.WriteString(w, "the store cannot be read")
}

// fault is an error of the app.
type fault struct{ text string }

func (f *fault) Error() string { return f.text }

// fill adds what the arguments ask for. Marks come first, so that lists in the
// same answer show them.
func (s *server) fill(r *http.Request, out map[string]any) error {
	form := r.Form
	if form.Has("mark") {
		if err := s.mark(r, form); err != nil {
			return err
		}
		switch form.Get("as") {
		case "read", "unread":
			form.Set("unread_item_ids", "")
		case "saved", "unsaved":
			form.Set("saved_item_ids", "")
		}
	}
	return s.DB.View(r.Context(), func(tx store.Tx) error {
		feeds, err := feedsOf(tx)
		if err != nil {
			return err
		}
		var last time.Time
		for _, f := range feeds {
			if f.Poll.Succeeded.After(last) {
				last = f.Poll.Succeeded
			}
		}
		out["last_refreshed_on_time"] = seconds(last)
		if form.Has("groups") {
			out["groups"], out["feeds_groups"] = groups(feeds), members(feeds)
		}
		if form.Has("feeds") {
			out["feeds"], out["feeds_groups"] = list(feeds), members(feeds)
		}
		if form.Has("favicons") {
			out["favicons"] = []any{}
		}
		if form.Has("links") {
			out["links"] = []any{}
		}
		if form.Has("unread_item_ids") {
			if out["unread_item_ids"], err = s.ids(tx, reading.Stream{Unread: true, Ascending: true}); err != nil {
				return err
			}
		}
		if form.Has("saved_item_ids") {
			if out["saved_item_ids"], err = s.ids(tx, reading.Stream{Starred: true, Ascending: true}); err != nil {
				return err
			}
		}
		if form.Has("items") {
			return s.items(tx, form, out)
		}
		return nil
	})
}

func feedsOf(tx store.Tx) (feeds []newsfold.Feed, err error) {
	for f, err := range tx.Feeds() {
		if err != nil {
			return nil, err
		}
		feeds = append(feeds, f)
	}
	return feeds, nil
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func groups(feeds []newsfold.Feed) any {
	type group struct {
		ID    int64  `json:"id"`
		Title string `json:"title"`
	}
	var names []string
	for _, f := range feeds {
		names = append(names, f.Folders...)
	}
	slices.Sort(names)
	out := []group{}
	for _, n := range slices.Compact(names) {
		out = append(out, group{reading.FolderID(n), n})
	}
	return out
}

// members says which feeds each folder holds.
func members(feeds []newsfold.Feed) any {
	type member struct {
		Group int64  `json:"group_id"`
		Feeds string `json:"feed_ids"`
	}
	in := map[int64][]string{}
	for _, f := range feeds {
		for _, n := range f.Folders {
			in[reading.FolderID(n)] = append(in[reading.FolderID(n)], strconv.FormatInt(int64(f.ID), 10))
		}
	}
	out := []member{}
	for id, feeds := range in {
		out = append(out, member{id, strings.Join(feeds, ",")})
	}
	slices.SortFunc(out, func(a, b member) int { return int(a.Group - b.Group) })
	return out
}

func list(feeds []newsfold.Feed) any {
	type feed struct {
		ID      newsfold.FeedID `json:"id"`
		Icon    int             `json:"favicon_id"`
		Title   string          `json:"title"`
		URL     string          `json:"url"`
		Site    string          `json:"site_url"`
		Spark   int             `json:"is_spark"`
		Updated int64           `json:"last_updated_on_time"`
	}
	out := []feed{}
	for _, f := range feeds {
		out = append(out, feed{ID: f.ID, Title: f.Label(), URL: f.URL, Site: f.Site, Updated: seconds(f.Poll.Succeeded)})
	}
	return out
}

// ids returns the numbers of a stream, separated by commas.
func (s *server) ids(tx store.Tx, st reading.Stream) (string, error) {
	page, err := s.Reader.List(tx, st)
	if err != nil {
		return "", err
	}
	var b []byte
	for i, it := range page.Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, it.ID, 10)
	}
	return string(b), nil
}

func (s *server) items(tx store.Tx, form url.Values, out map[string]any) error {
	type item struct {
		ID      int64           `json:"id"`
		Feed    newsfold.FeedID `json:"feed_id"`
		Title   string          `json:"title"`
		Author  string          `json:"author"`
		HTML    string          `json:"html"`
		URL     string          `json:"url"`
		Saved   int             `json:"is_saved"`
		Read    int             `json:"is_read"`
		Created int64           `json:"created_on_time"`
	}
	found, err := s.wanted(tx, form)
	if err != nil {
		return err
	}
	full, err := s.Reader.Load(tx, found)
	if err != nil {
		return err
	}
	items := []item{}
	for _, f := range full {
		items = append(items, item{f.ID, f.Feed, f.Title, f.Author, f.HTML, f.URL, one(f.Starred), one(f.Read), f.Published.Unix()})
	}
	out["items"] = items
	out["total_items"], err = s.count(tx)
	return err
}

// wanted are the items of one answer.
func (s *server) wanted(tx store.Tx, form url.Values) ([]reading.Item, error) {
	switch {
	case form.Has("with_ids"):
		var ids []int64
		for v := range strings.SplitSeq(form.Get("with_ids"), ",") {
			if v = strings.TrimSpace(v); v == "" {
				continue
			}
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				return nil, &fault{"with_ids holds what is no number"}
			}
			if ids = append(ids, n); len(ids) == perPage {
				break
			}
		}
		return s.Reader.Find(tx, ids)
	case form.Has("max_id"):
		n, err := number(form, "max_id")
		if err != nil {
			return nil, err
		}
		page, err := s.Reader.List(tx, reading.Stream{After: n, Limit: perPage})
		return page.Items, err
	}
	n, err := number(form, "since_id")
	if err != nil {
		return nil, err
	}
	page, err := s.Reader.List(tx, reading.Stream{After: n, Ascending: true, Limit: perPage})
	return page.Items, err
}

func number(form url.Values, key string) (int64, error) {
	v := form.Get(key)
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return 0, &fault{key + " is no number"}
	}
	return max(n, 0), nil
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// count returns how many items there are, at most a minute ago.
func (s *server) count(tx store.Tx) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.Now(); s.counted.IsZero() || now.Sub(s.counted) > fresh {
		n, err := s.Reader.Total(tx)
		if err != nil {
			return 0, err
		}
		s.total, s.counted = n, now
	}
	return s.total, nil
}

// mark carries out mark=item|feed|group.
func (s *server) mark(r *http.Request, form url.Values) error {
	id, err := strconv.ParseInt(form.Get("id"), 10, 64)
	if err != nil {
		return &fault{"id is no number"}
	}
	as, ok := map[string]reading.Mark{"read": reading.Read, "unread": reading.Unread, "saved": reading.Star, "unsaved": reading.Unstar}[form.Get("as")]
	if !ok {
		return &fault{"as is none of read, unread, saved, unsaved"}
	}
	what := form.Get("mark")
	var by time.Time
	if n, err := number(form, "before"); err != nil {
		return err
	} else if n > 0 {
		by = time.Unix(n, 0)
	}
	return s.DB.Update(r.Context(), func(tx store.Tx) error {
		if what == "item" {
			_, err := s.Reader.Mark(tx, []int64{id}, as)
			return err
		}
		if as != reading.Read {
			return &fault{"feeds and groups can be marked as read only"}
		}
		var feeds []newsfold.FeedID
		switch what {
		case "feed":
			feeds = []newsfold.FeedID{newsfold.FeedID(id)}
		case "group":
			if id == 0 { // everything
				break
			}
			feeds = []newsfold.FeedID{}
			for f, err := range tx.Feeds() {
				if err != nil {
					return err
				}
				if slices.ContainsFunc(f.Folders, func(n string) bool { return reading.FolderID(n) == id }) {
					feeds = append(feeds, f.ID)
				}
			}
		default:
			return &fault{"mark is none of item, feed, group"}
		}
		_, err := s.Reader.MarkAll(tx, feeds, by)
		return err
	})
}
