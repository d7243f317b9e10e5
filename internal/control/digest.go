package control

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"time"

	"newsfold/internal/delivery"
	"newsfold/internal/digest"
	"newsfold/internal/ingest"
	"newsfold/internal/river"
	"newsfold/store"
)

// digestHeader tells what is in a digest beside the digest itself.
const digestHeader = "Newsfold-Digest"

// named is what digests and cursors are called: names of files are made of it.
var named = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$`)

func checkName(name string) error {
	if !named.MatchString(name) {
		return invalid("%q is no name: up to 64 letters, digits, dots, hyphens and underscores", name)
	}
	return nil
}

// newsOf reads what is new behind a cursor.
func (s *Server) newsOf(ctx context.Context, last func(store.Tx) (river.Cursor, error)) (news river.News, err error) {
	err = s.DB.View(ctx, func(tx store.Tx) error {
		since, err := last(tx)
		if err != nil {
			return err
		}
		folded, err := ingest.Cursor(tx)
		if err != nil {
			return err
		}
		news, err = river.Fresh(tx, since, folded, s.Now().UTC())
		return err
	})
	return news, err
}

// fresh lists what is new behind the cursor of a name.
func (s *Server) fresh(ctx context.Context, name string, q river.Query, emit emitter) (any, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	news, err := s.newsOf(ctx, func(tx store.Tx) (river.Cursor, error) { return river.LoadCursor(tx, "list/"+name) })
	if err != nil {
		return nil, err
	}
	if err := s.pick(ctx, news, q, emit); err != nil {
		return nil, err
	}
	return Listed{Next: &news.Next}, nil
}

// pick emits those of the new stories that a query asks for.
func (s *Server) pick(ctx context.Context, news river.News, q river.Query, emit emitter) error {
	for len(news.New) > 0 {
		some := news.New[:min(len(news.New), page)]
		news.New = news.New[len(some):]
		var stories []river.Story
		err := s.DB.View(ctx, func(tx store.Tx) error {
			stories = stories[:0]
			for _, id := range some {
				st, ok, err := river.Pick(tx, id, q)
				if err != nil {
					return err
				}
				if ok {
					stories = append(stories, st)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := emitAll(emit, stories); err != nil {
			return err
		}
	}
	return nil
}

// pulse is how often it is looked whether something was folded.
const pulse = time.Second

// tail emits what is folded from now on until the caller has gone.
func (s *Server) tail(ctx context.Context, q river.Query, emit emitter) (any, error) {
	if !s.Daemon {
		return nil, invalid("nothing comes in while no daemon runs: start `newsfold daemon`, then follow")
	}
	var news river.News
	err := s.DB.View(ctx, func(tx store.Tx) error {
		folded, err := ingest.Cursor(tx)
		if err != nil {
			return err
		}
		news.Next, err = river.End(tx, folded, s.Now().UTC())
		return err
	})
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
		last := news.Next
		if news, err = s.newsOf(ctx, func(store.Tx) (river.Cursor, error) { return last, nil }); err != nil {
			return nil, err
		}
		if err := s.pick(ctx, news, q, emit); err != nil {
			return nil, err
		}
	}
}

func (s *Server) advance(r *http.Request) (any, error) {
	req, err := decode[AdvanceRequest](r)
	if err != nil {
		return nil, err
	}
	err = s.DB.Update(r.Context(), func(tx store.Tx) error { return river.SaveCursor(tx, req.Name, req.Next) })
	return struct{}{}, err
}

// want reads what a digest is to be.
func (req DigestRequest) want() (delivery.Want, error) {
	w := req.Want
	if err := checkName(w.Name); err != nil {
		return w, err
	}
	if req.Zone != "" {
		zone, err := time.LoadLocation(req.Zone)
		if err != nil {
			return w, invalid("%q is no time zone: say one such as Europe/Vienna", req.Zone)
		}
		w.Zone = zone
	}
	return w, nil
}

func (s *Server) digest(w http.ResponseWriter, r *http.Request) {
	var buf bytes.Buffer
	end, err := s.digested(r, &buf)
	if err != nil {
		s.refuse(w, err)
		return
	}
	// A struct of numbers and a time is always JSON.
	head, _ := json.Marshal(end)
	w.Header().Set(digestHeader, string(head))
	_, _ = w.Write(buf.Bytes()) // the caller has gone: nothing to do
}

func (s *Server) digested(r *http.Request, buf *bytes.Buffer) (end Digested, err error) {
	req, err := decode[DigestRequest](r)
	if err != nil {
		return end, err
	}
	want, err := req.want()
	if err != nil {
		return end, err
	}
	desk := s.desk(delivery.Server{}, "")
	var last river.Cursor
	if want.Last {
		err = s.DB.View(r.Context(), func(tx store.Tx) (err error) {
			last, err = river.LoadCursor(tx, "digest/"+want.Name)
			return err
		})
		if err != nil {
			return end, err
		}
	}
	e, err := desk.Make(r.Context(), want, last)
	if err != nil {
		return end, err
	}
	end = Digested{Stories: len(e.Stories), Updated: len(e.Updated)}
	if want.Last {
		end.Next = &e.Next
	}
	return end, digest.Write(buf, want.Format, e.Digest)
}

func (s *Server) desk(mail delivery.Server, secret string) *delivery.Desk {
	return &delivery.Desk{DB: s.DB, Now: s.Now, Log: s.Log, Mail: mail, Secret: secret}
}

func (s *Server) deliver(r *http.Request) (any, error) {
	req, err := decode[DeliveryRequest](r)
	if err != nil {
		return nil, err
	}
	want, err := req.want()
	if err != nil {
		return nil, err
	}
	desk := s.desk(req.Mail, req.Secret)
	outcomes := []delivery.Outcome{}
	for _, to := range req.To {
		out, err := desk.Deliver(r.Context(), want, to, time.Time{})
		if err != nil && r.Context().Err() != nil {
			return nil, err
		}
		outcomes = append(outcomes, out)
	}
	return outcomes, nil
}
