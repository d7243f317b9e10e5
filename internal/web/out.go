package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"sync"
	"time"

	"newsfold"
	"newsfold/internal/access"
	"newsfold/internal/digest"
	"newsfold/internal/river"
	"newsfold/store"
)

// mimes are the types of the formats that views are served in.
var mimes = map[string]string{
	"atom": "application/atom+xml; charset=utf-8",
	"rss":  "application/rss+xml; charset=utf-8",
	"json": "application/feed+json",
}

// outURL is the address of a view as a feed, but for its format; empty where
// there is no gate to make its token.
func (s *server) outURL(r *http.Request, f filter) (string, error) {
	if s.gate == nil {
		return "", nil
	}
	token, err := s.gate.Token(r.Context(), access.ForFeeds)
	if err != nil {
		return "", err
	}
	f.After, f.Skip = store.Position{}, 0
	u, err := url.Parse(f.URL())
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("token", token)
	return "/out?" + q.Encode(), nil
}

// versions remembers since when each view has been as it is, so that a feed
// has a Last-Modified that is true: marks change a view and no story's time.
type versions struct {
	mu sync.Mutex
	by map[string]version
}

type version struct {
	sum   string
	since time.Time
}

// mostViews is how many views are remembered.
const mostViews = 1000

// since returns when a view came to be as it is now.
func (v *versions) since(view, sum string, now time.Time) time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	if was, ok := v.by[view]; ok && was.sum == sum {
		return was.since
	}
	if v.by == nil || len(v.by) >= mostViews {
		v.by = map[string]version{}
	}
	v.by[view] = version{sum, now.UTC().Truncate(time.Second)}
	return v.by[view].since
}

// out serves a view as a feed of folded stories.
func (s *server) out(w http.ResponseWriter, r *http.Request) {
	if err := s.writeOut(w, r); err != nil {
		s.fault(w, r, err)
	}
}

func (s *server) writeOut(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		return &fault{http.StatusMethodNotAllowed, "This address does not take " + clip(r.Method, 20) + " requests."}
	}
	q := r.URL.Query()
	ok, err := s.gate.Holds(r.Context(), access.ForFeeds, q.Get("token"))
	if err != nil {
		return err
	}
	if !ok {
		return &fault{http.StatusForbidden, "The token in this address is not, or no longer, valid. Copy the address anew from the reader page."}
	}
	format := q.Get("format")
	if format == "" {
		format = "atom"
	}
	if mimes[format] == "" {
		return badRequest("format=%s means nothing: use atom, rss or json.", clip(format, 40))
	}
	f, err := readFilter(q)
	if err != nil {
		return err
	}
	d, err := s.digestOf(r, f)
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if err := digest.Write(&buf, format, d); err != nil {
		return err
	}
	sum := sha256.Sum256(buf.Bytes())
	hash := hex.EncodeToString(sum[:12])
	h := w.Header()
	h.Set("Content-Type", mimes[format])
	h.Set("ETag", `"`+hash+`"`)
	http.ServeContent(w, r, "", s.views.since(f.URL()+" "+format, hash, s.now()), bytes.NewReader(buf.Bytes()))
	return nil
}

// digestOf reads the stories of a view, whole.
func (s *server) digestOf(r *http.Request, f filter) (d digest.Digest, err error) {
	f.After, f.Skip = store.Position{}, 0
	home := s.home(r)
	d = digest.Digest{Self: home + r.URL.RequestURI(), Home: home + f.URL()}
	ctx := r.Context()
	found, err := s.found(ctx, f)
	if err != nil {
		return d, err
	}
	err = s.db.View(ctx, func(tx store.Tx) error {
		d.Stories = d.Stories[:0]
		got, err := load(tx, f, found)
		if err != nil {
			return err
		}
		d.Title = heading(f, got.feed) + " – newsfold"
		for _, st := range got.stories {
			full, err := river.Load(tx, newsfold.ArticleID(st.ID))
			if isMissing(err) {
				continue
			}
			if err != nil {
				return err
			}
			d.Stories = append(d.Stories, full)
		}
		return nil
	})
	return d, err
}

// home is the address that this reader was asked under.
func (s *server) home(r *http.Request) string {
	if s.encrypted(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
