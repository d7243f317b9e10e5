package ingest

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path"
	"sync"
	"time"

	"newsfold"
	"newsfold/fetch"
	"newsfold/store"
)

// pushShelf holds the subscriptions with hubs, by feed.
const pushShelf = "pushes"

// pushes finds the feed that a callback belongs to.
type pushes struct {
	mu    sync.Mutex
	feeds map[string]newsfold.FeedID // by the last element of the callback's path
}

func (p *pushes) set(callback string, id newsfold.FeedID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.feeds[path.Base(callback)] = id
}

func (p *pushes) find(callback string) (newsfold.FeedID, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id, ok := p.feeds[path.Base(callback)]
	return id, ok
}

func (p *pushes) drop(callback string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.feeds, path.Base(callback))
}

func pushKey(id newsfold.FeedID) []byte { return binary.BigEndian.AppendUint64(nil, uint64(id)) }

func loadPush(tx store.Tx, id newsfold.FeedID) (*fetch.Push, error) {
	v, err := tx.Shelf(pushShelf).Get(pushKey(id))
	if err != nil || v == nil {
		return nil, err
	}
	p := &fetch.Push{}
	return p, json.Unmarshal(v, p)
}

func putPush(tx store.Tx, id newsfold.FeedID, p *fetch.Push) error {
	v, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return tx.Shelf(pushShelf).Put(pushKey(id), v)
}

// subscriber is a subscription with a hub and the feed that it is for.
type subscriber struct {
	feed    newsfold.FeedID
	removed bool // is subscribed to no more
	push    fetch.Push
}

// subscribers reads all subscriptions with hubs.
func subscribers(tx store.Tx) (list []subscriber, err error) {
	for pair, err := range tx.Shelf(pushShelf).All(nil) {
		if err != nil {
			return nil, err
		}
		s := subscriber{feed: newsfold.FeedID(binary.BigEndian.Uint64(pair.Key))}
		if err := json.Unmarshal(pair.Value, &s.push); err != nil {
			return nil, err
		}
		_, err := tx.Feed(s.feed)
		if s.removed = isNew(err); err != nil && !s.removed {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// loadPushes brings back the callbacks, and drops those whose end was asked for
// before: their hubs are told when they call.
func (e *Engine) loadPushes(ctx context.Context) error {
	if e.opts.PushURL == "" {
		return nil
	}
	return e.db.Update(ctx, func(tx store.Tx) error {
		list, err := subscribers(tx)
		if err != nil {
			return err
		}
		for _, s := range list {
			if s.push.Ending {
				if err := tx.Shelf(pushShelf).Delete(pushKey(s.feed)); err != nil {
					return err
				}
				continue
			}
			e.pushes.set(s.push.Callback, s.feed)
		}
		return nil
	})
}

// partLoop ends the subscriptions with hubs of feeds that were removed.
func (e *Engine) partLoop(ctx context.Context) error {
	for e.opts.PushURL != "" {
		var list []subscriber
		err := e.db.View(ctx, func(tx store.Tx) (err error) {
			list, err = subscribers(tx)
			return err
		})
		if err != nil {
			return wrap("read subscriptions with hubs", err)
		}
		for _, s := range list {
			if !s.removed || s.push.Ending {
				continue
			}
			s.push.Ending = true
			if err := e.petition(ctx, s.feed, &s.push); err != nil {
				return wrap("end a subscription with a hub", err)
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-e.parted:
		}
	}
	return nil
}

// follow subscribes with the hub that a polled feed announces, or renews that.
func (e *Engine) follow(ctx context.Context, f newsfold.Feed, out fetch.Outcome) error {
	if e.opts.PushURL == "" {
		return nil
	}
	var p *fetch.Push
	err := e.db.View(ctx, func(tx store.Tx) (err error) {
		p, err = loadPush(tx, f.ID)
		return err
	})
	if err != nil {
		return err
	}
	announced := len(out.Hubs) > 0 && out.Topic != ""
	switch {
	case p == nil && !announced:
		return nil
	case p == nil:
		p = fetch.NewPush(out.Hubs[0], out.Topic, e.opts.PushURL)
	case announced && !p.Serves(out.Hubs, out.Topic): // the old hub is told when it calls
		e.pushes.drop(p.Callback)
		p = fetch.NewPush(out.Hubs[0], out.Topic, e.opts.PushURL)
	case e.client.Renew(p).After(e.now()):
		return nil
	case !announced && f.Poll.Result == newsfold.Updated: // it has a hub no more
		e.pushes.drop(p.Callback)
		return e.store(ctx, func(tx store.Tx) error { return tx.Shelf(pushShelf).Delete(pushKey(f.ID)) })
	}
	return e.petition(ctx, f.ID, p)
}

// petition asks a hub for a subscription, or for its end. The hub asks back while
// it is being asked, so the callback has to be known.
func (e *Engine) petition(ctx context.Context, id newsfold.FeedID, p *fetch.Push) error {
	e.pushes.set(p.Callback, id)
	p.Asked = e.now()
	if err := e.store(ctx, func(tx store.Tx) error { return putPush(tx, id, p) }); err != nil {
		return err
	}
	if err := e.client.Subscribe(ctx, p); err != nil && ctx.Err() == nil {
		e.log.Warn("a hub refuses", "feed", id, "hub", fetch.Redact(p.Hub), "err", err)
	}
	return nil
}

// rest lets a feed whose hub can be relied on be polled rarely.
func (e *Engine) rest(tx store.Tx, f *newsfold.Feed, added int, now time.Time) error {
	p, err := loadPush(tx, f.ID)
	if err != nil || p == nil || p.Verified.IsZero() {
		return err
	}
	f.Poll.Next, f.Poll.Why = e.client.Polled(p, *f, added, now)
	return putPush(tx, f.ID, p)
}

// Callback serves what hubs ask and send. Its last path element names the
// subscription; whatever stands before it is up to the proxy in front.
func (e *Engine) Callback() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, ok := e.pushes.find(r.URL.Path)
		if !ok {
			http.Error(w, "no such subscription", http.StatusGone)
			return
		}
		switch r.Method {
		case http.MethodGet:
			e.verify(w, r, id)
		case http.MethodPost:
			e.pushed(w, r, id)
		default:
			w.Header().Set("Allow", "GET, POST")
			http.Error(w, "GET or POST", http.StatusMethodNotAllowed)
		}
	})
}

// errDenied says that a hub asks about what was not asked for.
var errDenied = errors.New("not asked for")

// verify answers a hub that asks whether it was us who subscribed.
func (e *Engine) verify(w http.ResponseWriter, r *http.Request, id newsfold.FeedID) {
	var (
		challenge string
		ended     bool
	)
	err := e.store(r.Context(), func(tx store.Tx) error {
		p, err := loadPush(tx, id)
		if err != nil {
			return err
		}
		_, err = tx.Feed(id)
		switch removed := isNew(err); {
		case p == nil, removed && !p.Ending:
			return errDenied
		case err != nil && !removed:
			return err
		}
		if challenge, err = p.Verify(r.URL.Query(), e.now()); err != nil {
			return errors.Join(errDenied, err)
		}
		if ended = p.Ending; ended {
			return tx.Shelf(pushShelf).Delete(pushKey(id))
		}
		return putPush(tx, id, p)
	})
	if err == nil && ended {
		e.pushes.drop(r.URL.Path)
	}
	switch {
	case errors.Is(err, errDenied):
		http.Error(w, "not asked for", http.StatusNotFound)
	case err != nil:
		http.Error(w, "try again", http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, challenge)
	}
}

// maxPush bounds what a hub may send at once.
const maxPush = 10 << 20

// pushed takes in what a hub sends. What is not signed is thanked for and
// thrown away, as the recommendation has it, so that nobody learns by trying.
func (e *Engine) pushed(w http.ResponseWriter, r *http.Request, id newsfold.FeedID) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPush))
	if err != nil {
		http.Error(w, "too much", http.StatusRequestEntityTooLarge)
		return
	}
	var (
		p *fetch.Push
		f newsfold.Feed
	)
	err = e.db.View(r.Context(), func(tx store.Tx) (err error) {
		if p, err = loadPush(tx, id); err != nil {
			return err
		}
		f, err = tx.Feed(id)
		return err
	})
	switch {
	case isNew(err) || err == nil && p == nil:
		http.Error(w, "no such subscription", http.StatusGone)
		return
	case err != nil:
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	case !p.Signed(r.Header, body):
		return
	}
	out, err := e.client.Pushed(r.Context(), f, r.Header, body)
	if err != nil {
		e.log.Warn("a hub sends what cannot be read", "feed", id, "err", err)
		return
	}
	if _, _, err := e.keep(r.Context(), out.Feed, out.Entries, aside, store.Lease{}); err != nil {
		http.Error(w, "try again", http.StatusServiceUnavailable)
	}
}
