package miniflux

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"newsfold"
	"newsfold/internal/access"
	"newsfold/internal/control"
	"newsfold/internal/reading"
	"newsfold/store"
)

// Options say what the API works on. Control may be nil: then subscriptions
// cannot be changed.
type Options struct {
	DB      store.DB
	Gate    *access.Gate
	Control *control.Client
	Reader  reading.Reader
	Now     func() time.Time           // nil: time.Now
	From    func(*http.Request) string // address of who asks; nil: that of the connection
	Log     *slog.Logger               // nil: faults are not logged
	Version string
}

const (
	maxBody  = 16 << 20 // bytes
	maxOPML  = 64 << 20 // bytes
	maxIDs   = 50_000   // entries in one call
	usual    = 100      // entries in an answer
	most     = 1000
	maxTitle = 500 // bytes
)

type server struct{ Options }

// New returns the handler of the API, for paths that begin with /v1/.
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
	s := &server{opts}
	mux := http.NewServeMux()
	for pattern, do := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /v1/me":                                     s.me,
		"GET /v1/version":                                s.version,
		"GET /v1/feeds":                                  s.feeds,
		"POST /v1/feeds":                                 s.addFeed,
		"GET /v1/feeds/counters":                         s.counters,
		"PUT /v1/feeds/refresh":                          s.nothing,
		"GET /v1/feeds/{feed}":                           s.feed,
		"PUT /v1/feeds/{feed}":                           s.editFeed,
		"DELETE /v1/feeds/{feed}":                        s.removeFeed,
		"PUT /v1/feeds/{feed}/refresh":                   s.nothing,
		"GET /v1/feeds/{feed}/entries":                   s.entries,
		"GET /v1/feeds/{feed}/entries/{entry}":           s.entry,
		"PUT /v1/feeds/{feed}/mark-all-as-read":          s.markAll,
		"GET /v1/categories":                             s.categories,
		"GET /v1/categories/{category}/feeds":            s.feeds,
		"GET /v1/categories/{category}/entries":          s.entries,
		"PUT /v1/categories/{category}/mark-all-as-read": s.markAll,
		"GET /v1/entries":                                s.entries,
		"PUT /v1/entries":                                s.mark,
		"GET /v1/entries/{entry}":                        s.entry,
		"PUT /v1/entries/{entry}/bookmark":               s.star,
		"PUT /v1/entries/{entry}/star":                   s.star,
		"PUT /v1/users/{user}/mark-all-as-read":          s.markAll,
		"POST /v1/discover":                              s.discover,
		"GET /v1/export":                                 s.export,
		"POST /v1/import":                                s.importOPML,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := s.admit(w, r); err != nil {
				s.refuse(w, r, err)
			} else if err := do(w, r); err != nil {
				s.refuse(w, r, err)
			}
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, &refusal{http.StatusNotFound, "there is no such endpoint"})
	})
	return mux
}

// admit checks who asks.
func (s *server) admit(w http.ResponseWriter, r *http.Request) error {
	limit := int64(maxBody)
	if r.URL.Path == "/v1/import" {
		limit = maxOPML
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	if token := r.Header.Get("X-Auth-Token"); token != "" {
		for _, p := range []access.Purpose{access.ForApps, access.ForAPI} {
			if ok, err := s.Gate.Holds(r.Context(), p, token); err != nil || ok {
				return err
			}
		}
		return &refusal{http.StatusUnauthorized, "access unauthorized"}
	}
	user, password, ok := r.BasicAuth()
	if !ok {
		w.Header().Set("WWW-Authenticate", `Basic realm="newsfold"`)
		return &refusal{http.StatusUnauthorized, "access unauthorized"}
	}
	_, err := s.Gate.App(r.Context(), s.From(r), user, password)
	var wait *access.WaitError
	switch {
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.For.Seconds())+1))
		return &refusal{http.StatusTooManyRequests, err.Error()}
	case errors.Is(err, access.ErrRefused):
		return &refusal{http.StatusUnauthorized, "access unauthorized"}
	}
	return err
}

// refusal is an error whose text and status are for the app.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return r.text }

func bad(format string, args ...any) error {
	return &refusal{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

func (s *server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var f *refusal
	var e *control.Error
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &f):
	case errors.As(err, &tooBig):
		f = &refusal{http.StatusRequestEntityTooLarge, "the request is too large"}
	case errors.As(err, &e) && e.Kind != control.Internal && e.Kind != control.Damaged:
		f = &refusal{http.StatusBadRequest, e.Message}
	case errors.Is(err, newsfold.ErrNotFound):
		f = &refusal{http.StatusNotFound, "resource not found"}
	case r.Context().Err() != nil:
		f = &refusal{http.StatusServiceUnavailable, "the store was busy for too long"}
	case errors.Is(err, store.ErrFull):
		f = &refusal{http.StatusInsufficientStorage, "the disk is full"}
	default:
		s.Log.ErrorContext(r.Context(), "sync api", "path", r.URL.Path, "err", err)
		f = &refusal{http.StatusInternalServerError, "the store cannot be read"}
	}
	_ = answer(w, f.status, map[string]string{"error_message": f.text})
}

func answer(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the app has gone: nobody to tell
	return nil
}

func done(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *server) nothing(w http.ResponseWriter, _ *http.Request) error { return done(w) }

func decode(r *http.Request, v any) error {
	err := json.NewDecoder(r.Body).Decode(v)
	var tooBig *http.MaxBytesError
	if err != nil && !errors.As(err, &tooBig) {
		return bad("the request is no JSON of the right form: %v", err)
	}
	return err
}

func id(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n < 1 {
		return 0, &refusal{http.StatusNotFound, "resource not found"}
	}
	return n, nil
}

func (s *server) me(w http.ResponseWriter, r *http.Request) error {
	user, err := s.Gate.User(r.Context())
	if err != nil {
		return err
	}
	if user == "" {
		user = "newsfold"
	}
	return answer(w, http.StatusOK, map[string]any{
		"id": 1, "username": user, "is_admin": false, "theme": "system_serif", "language": "en_US", "timezone": "UTC",
		"entry_sorting_direction": "desc", "entries_per_page": usual,
	})
}

func (s *server) version(w http.ResponseWriter, _ *http.Request) error {
	return answer(w, http.StatusOK, map[string]string{"version": s.Version})
}

// number reads a number of a query; empty is 0.
func number(q url.Values, key string) (int64, error) {
	v := q.Get(key)
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return 0, bad("%s is no number", key)
	}
	return n, nil
}
