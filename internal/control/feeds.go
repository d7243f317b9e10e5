package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/ingest"
	"newsfold/internal/opml"
	"newsfold/store"
)

func (s *Server) feeds(r *http.Request, emit emitter) (any, error) {
	feeds, err := s.subscriptions(r.Context())
	if err != nil {
		return nil, err
	}
	all := make([]Feed, len(feeds))
	for i, f := range feeds {
		l := fetch.Recall(f.Poll)
		f.Poll.State = nil
		all[i] = Feed{f, l}
	}
	return struct{}{}, emitAll(emit, all)
}

// subscriptions are all feeds, by ascending ID.
func (s *Server) subscriptions(ctx context.Context) (feeds []newsfold.Feed, err error) {
	err = s.DB.View(ctx, func(tx store.Tx) error {
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

// Address completes what a person types for a feed's URL: without a scheme it
// is https. The error says what is wrong with it.
func Address(raw string) (string, error) {
	s := strings.TrimSpace(raw)
	if len(s) > 5 && strings.EqualFold(s[:5], "feed:") {
		s = s[5:]
	}
	if strings.HasPrefix(s, "//") {
		s = "https:" + s
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "", invalid("%q is no URL", raw)
	case u.Scheme != "http" && u.Scheme != "https":
		return "", invalid("%q: feeds are read over http and https only", raw)
	case u.Host == "" || strings.ContainsAny(u.Host, " \t"):
		return "", invalid("%q is no URL: it names no host", raw)
	}
	return s, nil
}

// add subscribes to one URL, so a caller with several sees each result as soon
// as it is there.
func (s *Server) add(r *http.Request) (any, error) {
	req, err := decode[AddRequest](r)
	if err != nil {
		return nil, err
	}
	target, err := Address(req.URL)
	if err != nil {
		return nil, err
	}
	if err := s.unknown(r.Context(), target); err != nil {
		return nil, err
	}
	found, err := s.Client.Find(r.Context(), req.URL, req.Cookies) // without a scheme, over http too
	var trouble *fetch.Error
	switch {
	case errors.As(err, &trouble) && trouble.Transient():
		found = []fetch.Candidate{{URL: target}} // polling will find out
	case errors.As(err, &trouble) && !advises(trouble):
		what, _, _ := strings.Cut(err.Error(), "; ")
		return nil, &Error{Unread, "nothing was subscribed to: " + what + "; check the address, or add it again when it can be reached"}
	case errors.As(err, &trouble):
		return nil, &Error{Unread, "nothing was subscribed to: " + err.Error()}
	case err != nil:
		return nil, err
	}
	if len(found) == 0 {
		return nil, &Error{Unread, fmt.Sprintf("%s: no feed there, and the page announces none", target)}
	}
	added := Added{Feed: newsfold.Feed{URL: found[0].URL, Title: found[0].Title, Folders: req.Folders, Cookies: req.Cookies, Added: s.Now().UTC()}}
	for _, c := range found[1:] {
		added.Others = append(added.Others, c.URL)
	}
	if err := s.unknown(r.Context(), added.Feed.URL); err != nil {
		return nil, err
	}
	if err := s.DB.Update(r.Context(), func(tx store.Tx) error {
		added.Feed.ID = 0
		return tx.PutFeed(&added.Feed)
	}); err != nil {
		return nil, err
	}
	s.Engine.Changed()
	if _, err := s.Engine.Pass(r.Context(), ingest.Request{Feeds: []newsfold.FeedID{added.Feed.ID}, NoPages: true}); err != nil {
		return nil, err
	}
	err = s.DB.View(r.Context(), func(tx store.Tx) (err error) {
		added.Feed, err = tx.Feed(added.Feed.ID)
		return err
	})
	added.Entries = added.Feed.Entries
	added.Feed.Poll.State = nil
	return added, err
}

// advises reports whether what an error advises is also for who is not subscribed
// yet, and not only that polling goes on.
func advises(e *fetch.Error) bool {
	switch e.Kind {
	case fetch.NotFeed, fetch.DNS, fetch.Forbidden, fetch.BadURL, fetch.TooLarge, fetch.Redirect:
		return true
	case fetch.Status:
		return e.Status == http.StatusUnauthorized || e.Status == http.StatusProxyAuthRequired || e.Status == http.StatusGone
	}
	return false
}

// unknown returns an error when a URL is subscribed to already.
func (s *Server) unknown(ctx context.Context, target string) error {
	return s.DB.View(ctx, func(tx store.Tx) error {
		f, err := tx.FindFeed(target)
		if errors.Is(err, newsfold.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return &Error{Exists, fmt.Sprintf("%s is subscribed already, as feed %d (%s)", target, f.ID, f.Label())}
	})
}

func (s *Server) remove(r *http.Request) (any, error) {
	var f newsfold.Feed
	err := s.DB.Update(r.Context(), func(tx store.Tx) (err error) {
		if f, err = resolve(tx, r.URL.Query().Get("feed")); err != nil {
			return err
		}
		return tx.DeleteFeed(f.ID)
	})
	if err != nil {
		return nil, err
	}
	s.Engine.Changed()
	f.Poll.State = nil
	return f, nil
}

func (s *Server) importOPML(r *http.Request) (any, error) {
	list, err := opml.Read(r.Body)
	if err != nil {
		return nil, &Error{Malformed, err.Error()}
	}
	var res Imported
	for _, p := range list.Problems {
		res.Problems = append(res.Problems, p.String())
	}
	now := s.Now().UTC()
	problems := len(res.Problems)
	err = s.DB.Update(r.Context(), func(tx store.Tx) error {
		res.Added, res.Known, res.Problems = 0, 0, res.Problems[:problems]
		for _, f := range list.Feeds {
			target, err := Address(f.URL)
			if err != nil {
				res.Problems = append(res.Problems, err.Error())
				continue
			}
			f.URL, f.ID, f.Added = target, 0, now
			known, err := tx.FindFeed(target)
			switch {
			case errors.Is(err, newsfold.ErrNotFound):
				res.Added++
			case err != nil:
				return err
			default:
				res.Known++
				known.Folders = union(known.Folders, f.Folders)
				f = known
			}
			if err := tx.PutFeed(&f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.Engine.Changed()
	return res, nil
}

func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}

func (s *Server) exportOPML(r *http.Request, w io.Writer) error {
	feeds, err := s.subscriptions(r.Context())
	if err != nil {
		return err
	}
	return opml.Write(w, "newsfold subscriptions", feeds, s.Now())
}

func (s *Server) fetch(r *http.Request, emit emitter) (any, error) {
	req, err := decode[FetchRequest](r)
	if err != nil {
		return nil, err
	}
	pass := ingest.Request{All: req.All, Insist: req.Force, Report: func(p ingest.Progress) {
		p.Failures, p.Waiting = nil, nil
		_ = emit(p) // whoever asked has gone: the request's context ends the pass
	}}
	err = s.DB.View(r.Context(), func(tx store.Tx) error {
		pass.Feeds = pass.Feeds[:0]
		for _, name := range req.Feeds {
			f, err := resolve(tx, name)
			if err != nil {
				return err
			}
			pass.Feeds = append(pass.Feeds, f.ID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if req.History {
		return s.history(r.Context(), pass)
	}
	return s.Engine.Pass(r.Context(), pass)
}

// history reads the archives of feeds, one after another.
func (s *Server) history(ctx context.Context, req ingest.Request) (sum ingest.Progress, err error) {
	for _, id := range req.Feeds {
		p, err := s.Engine.History(ctx, id, req.Report)
		sum.Feeds++
		sum.Polled += p.Polled
		sum.New += p.New
		sum.Revised += p.Revised
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}
