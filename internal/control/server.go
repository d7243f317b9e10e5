package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"newsfold"
	"newsfold/dedupe"
	"newsfold/fetch"
	"newsfold/internal/access"
	"newsfold/internal/ingest"
	"newsfold/internal/search"
	"newsfold/internal/spell"
	"newsfold/store"
)

// Server is what the interface works on.
type Server struct {
	DB     store.DB
	Engine *ingest.Engine // running
	Client *fetch.Client
	Fold   dedupe.Options
	Gate   *access.Gate // who may use the daemon over TCP
	Log    *slog.Logger
	Now    func() time.Time
	// Index opens the search index, once; nil: there is none.
	Index func() (*search.Index, error)

	// Reload reads the configuration again; nil: there is none to read.
	Reload func() (Reloaded, error)

	Version string
	Daemon  bool
}

// maxRequest bounds a request's body; a subscription list is the largest.
const maxRequest = 64 << 20

// Handler returns the interface.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/status", s.answer(s.status))
	mux.HandleFunc("GET /v1/feeds", s.stream(s.feeds))
	mux.HandleFunc("GET /v1/preview", s.answer(s.preview))
	mux.HandleFunc("POST /v1/password", s.answer(s.password))
	mux.HandleFunc("POST /v1/password/app", s.answer(s.appPassword))
	mux.HandleFunc("GET /v1/tokens", s.answer(s.tokens))
	mux.HandleFunc("POST /v1/tokens", s.answer(s.tokens))
	mux.HandleFunc("POST /v1/feeds", s.answer(s.add))
	mux.HandleFunc("DELETE /v1/feeds", s.answer(s.remove))
	mux.HandleFunc("POST /v1/import", s.answer(s.importOPML))
	mux.HandleFunc("GET /v1/export", s.raw(s.exportOPML))
	mux.HandleFunc("POST /v1/fetch", s.stream(s.fetch))
	mux.HandleFunc("GET /v1/stories", s.stream(s.list))
	mux.HandleFunc("GET /v1/stories/{id}", s.answer(s.show))
	mux.HandleFunc("GET /v1/articles/{id}/history", s.answer(s.wordings))
	mux.HandleFunc("GET /v1/events", s.stream(s.events))
	mux.HandleFunc("POST /v1/mark", s.answer(s.mark))
	mux.HandleFunc("POST /v1/split", s.answer(s.split))
	mux.HandleFunc("POST /v1/merge", s.answer(s.merge))
	mux.HandleFunc("POST /v1/undo", s.answer(s.undo))
	mux.HandleFunc("POST /v1/never-fold", s.answer(s.neverFold))
	mux.HandleFunc("POST /v1/lead", s.answer(s.lead))
	mux.HandleFunc("POST /v1/refold", s.answer(s.refold))
	mux.HandleFunc("POST /v1/reextract", s.stream(s.reextract))
	mux.HandleFunc("POST /v1/reload", s.answer(s.reload))
	mux.HandleFunc("GET /v1/report", s.answer(s.report))
	mux.HandleFunc("GET /v1/rules", s.answer(s.rules))
	mux.HandleFunc("POST /v1/rules", s.answer(s.addRule))
	mux.HandleFunc("DELETE /v1/rules/{id}", s.answer(s.removeRule))
	mux.HandleFunc("GET /v1/explain", s.answer(s.explain))
	mux.HandleFunc("POST /v1/digest", s.digest)
	mux.HandleFunc("POST /v1/deliver", s.answer(s.deliver))
	mux.HandleFunc("POST /v1/advance", s.answer(s.advance))
	mux.HandleFunc("GET /v1/search", s.stream(s.search))
	mux.HandleFunc("POST /v1/prune", s.answer(s.prune))
	mux.HandleFunc("GET /v1/keep", s.answer(s.kept))
	mux.HandleFunc("POST /v1/keep", s.answer(s.keep))
	mux.HandleFunc("GET /v1/backup", s.backup)
	mux.HandleFunc("POST /v1/check", s.answer(s.check))
	mux.HandleFunc("POST /v1/compact", s.answer(s.compact))
	return http.MaxBytesHandler(mux, maxRequest)
}

// answer serves a call with one JSON value as its answer.
func (s *Server) answer(call func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := call(r)
		if err != nil {
			s.refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v) // the caller has gone: nothing to do
	}
}

// refuse answers with an error.
func (s *Server) refuse(w http.ResponseWriter, err error) {
	e := sorted(err)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.Kind.status())
	_ = json.NewEncoder(w).Encode(line{Error: e})
}

// emitter sends items of a stream. They are on their way when it returns.
type emitter func(items ...any) error

// emitAll sends items together.
func emitAll[T any](emit emitter, items []T) error {
	all := make([]any, len(items))
	for i := range items {
		all[i] = &items[i]
	}
	return emit(all...)
}

// stream serves a call with many JSON values as its answer, one a line, and
// what the call returns as the last.
func (s *Server) stream(call func(*http.Request, emitter) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-ndjson")
		enc := json.NewEncoder(w)
		rc := http.NewResponseController(w)
		end, err := call(r, func(items ...any) error {
			for _, v := range items {
				if err := enc.Encode(item{v}); err != nil {
					return err
				}
			}
			return rc.Flush()
		})
		if err != nil {
			_ = enc.Encode(line{Error: sorted(err)})
			return
		}
		b, err := json.Marshal(end)
		if err != nil {
			_ = enc.Encode(line{Error: sorted(err)})
			return
		}
		_ = enc.Encode(line{End: b})
	}
}

// raw serves a call whose answer is a document.
func (s *Server) raw(call func(*http.Request, io.Writer) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var buf strings.Builder
		if err := call(r, &buf); err != nil {
			s.refuse(w, err)
			return
		}
		_, _ = io.WriteString(w, buf.String())
	}
}

// sorted gives an error its kind.
func sorted(err error) *Error {
	var (
		e  *Error
		fe *fetch.Error
		mb *http.MaxBytesError
	)
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &fe):
		return &Error{Unread, err.Error()}
	case errors.As(err, &mb):
		return &Error{Invalid, fmt.Sprintf("more than the %d MiB that are read at once", maxRequest>>20)}
	case errors.Is(err, search.ErrQuery) && errors.Is(err, newsfold.ErrNotFound):
		return &Error{NotFound, strings.TrimSuffix(err.Error(), ": "+newsfold.ErrNotFound.Error()) + "; `newsfold feeds` lists them"}
	case errors.Is(err, search.ErrQuery):
		return &Error{Invalid, err.Error()}
	case errors.Is(err, newsfold.ErrNotFound):
		return &Error{NotFound, err.Error()}
	case errors.Is(err, newsfold.ErrExists):
		return &Error{Exists, err.Error()}
	case errors.Is(err, store.ErrFull):
		return &Error{Full, err.Error()}
	case errors.Is(err, store.ErrForeign):
		return &Error{Damaged, err.Error()}
	case errors.Is(err, context.Canceled):
		return &Error{Internal, "the daemon was stopped before this was done; run the command again"}
	}
	return &Error{Internal, err.Error()}
}

func invalid(format string, args ...any) error {
	return &Error{Invalid, fmt.Sprintf(format, args...)}
}

func (s *Server) status(r *http.Request) (any, error) {
	st := Status{Version: s.Version, Daemon: s.Daemon}
	err := s.DB.View(r.Context(), func(tx store.Tx) error {
		st.Feeds, st.Stories = 0, 0
		for _, err := range tx.Feeds() {
			if err != nil {
				return err
			}
			st.Feeds++
		}
		for _, err := range tx.Stories(store.Query{}) {
			if err != nil {
				return err
			}
			st.Stories++
		}
		return nil
	})
	return st, err
}

// decode reads a JSON request.
func decode[T any](r *http.Request) (v T, err error) {
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
		return v, invalid("request is no JSON of the right form: %v", err)
	}
	return v, nil
}

// resolve finds the feed that a person means: by ID, by URL, or by a title that
// only one feed has.
func resolve(tx store.Tx, name string) (newsfold.Feed, error) {
	if name == "" {
		return newsfold.Feed{}, invalid("which feed? say its number, URL or title; `newsfold feeds` lists them")
	}
	if id, err := strconv.ParseInt(name, 10, 64); err == nil {
		f, err := tx.Feed(newsfold.FeedID(id))
		if errors.Is(err, newsfold.ErrNotFound) {
			err = &Error{NotFound, fmt.Sprintf("no feed has the number %d; `newsfold feeds` lists them", id)}
		}
		return f, err
	}
	if f, err := tx.FindFeed(name); err == nil || !errors.Is(err, newsfold.ErrNotFound) {
		return f, err
	}
	var (
		found  []newsfold.Feed
		titles []string
	)
	for f, err := range tx.Feeds() {
		if err != nil {
			return f, err
		}
		if strings.EqualFold(f.Label(), name) || strings.EqualFold(f.Title, name) {
			found = append(found, f)
		}
		if f.Label() != f.URL { // which may hold a password
			titles = append(titles, f.Label())
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		hint := "; `newsfold feeds` lists them"
		if near := spell.Nearest(name, titles); near != "" {
			hint = fmt.Sprintf("; did you mean %q?", near)
		}
		return newsfold.Feed{}, &Error{NotFound, fmt.Sprintf("no feed is called %q%s", name, hint)}
	}
	return newsfold.Feed{}, invalid("%d feeds are called %q: say which by number or URL", len(found), name)
}

// times reads a time from a query; empty is the zero time.
func times(q url.Values, name string) (time.Time, error) {
	v := q.Get(name)
	if v == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, v)
	if err != nil {
		return t, invalid("%s=%q is no time of RFC 3339", name, v)
	}
	return t, nil
}
