package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"newsfold/store"
)

// endTrailer is what a backup ends in: a line, as of a stream, that says whether
// all of it was sent.
const endTrailer = "Newsfold-End"

// CheckRequest asks for a check of the store.
type CheckRequest struct {
	Repair bool `json:"repair,omitempty"` // mend what can be mended
}

// Compacted says what compacting came to, in bytes of the file.
type Compacted struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

// able finds an ability of the engine, or words that it has none.
func able[T any](s *Server, what string) (T, error) {
	e, ok := s.DB.(T)
	if !ok {
		return e, invalid("this store cannot %s: it is kept by a database server, which has tools of its own for that", what)
	}
	return e, nil
}

// backup sends a snapshot of the store. That it is whole is said at its end.
func (s *Server) backup(w http.ResponseWriter, r *http.Request) {
	e, err := able[store.Backuper](s, "be backed up here")
	if err != nil {
		s.refuse(w, err)
		return
	}
	w.Header().Set("Trailer", endTrailer)
	w.Header().Set("Content-Type", "application/octet-stream")
	l := line{End: json.RawMessage("{}")}
	if err := e.Backup(r.Context(), w); err != nil {
		l = line{Error: sorted(err)}
	}
	b, err := json.Marshal(l)
	if err == nil {
		w.Header().Set(endTrailer, string(b))
	}
}

func (s *Server) check(r *http.Request) (any, error) {
	req, err := decode[CheckRequest](r)
	if err != nil {
		return nil, err
	}
	e, err := able[store.Checker](s, "be checked here")
	if err != nil {
		return nil, err
	}
	check := e.Check
	if req.Repair {
		check = e.Repair
	}
	problems, err := check(r.Context())
	if problems == nil {
		problems = []store.Problem{}
	}
	return problems, err
}

func (s *Server) compact(r *http.Request) (any, error) {
	e, err := able[store.Compacter](s, "be compacted here")
	if err != nil {
		return nil, err
	}
	var c Compacted
	c.Before, c.After, err = e.Compact(r.Context())
	return c, err
}

// Backup writes a snapshot of the store to w. Whatever was written is useless
// unless there is no error.
func (c *Client) Backup(ctx context.Context, w io.Writer) error {
	res, err := c.request(ctx, "GET", "/v1/backup", nil, nil)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.Copy(w, res.Body); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	var l line
	if err := json.Unmarshal([]byte(res.Trailer.Get(endTrailer)), &l); err != nil || l.Error == nil && l.End == nil {
		return errors.New("the backup broke off before its end; run the command again")
	}
	if l.Error != nil {
		return l.Error
	}
	return nil
}

// Check looks for what should not be in the store, and mends it when asked to.
// It returns at most 1,000 problems.
func (c *Client) Check(ctx context.Context, req CheckRequest) ([]store.Problem, error) {
	return ask[[]store.Problem](ctx, c, "POST", "/v1/check", nil, req)
}

// Compact gives the unused space in the store's file back.
func (c *Client) Compact(ctx context.Context) (Compacted, error) {
	return ask[Compacted](ctx, c, "POST", "/v1/compact", nil, nil)
}

// Bytes prints a number of bytes for a person.
func Bytes(n int64) string {
	switch {
	case n < 1<<20:
		return fmt.Sprintf("%d kB", (n+1023)>>10)
	case n < 1<<30:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.2f GB", float64(n)/(1<<30))
}
