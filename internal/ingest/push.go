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

// loadPushes brings back the callbacks, and drops those of feeds that are
// subscribed no more: their hubs are told when they call.
func (e *Engine) loadPushes(ctx context.Context) error {
	if e.opts.PushURL == "" {
		return nil
	}
	return e.db.Update(ctx, func(tx store.Tx) error {
		var gone [][]byte
		for pair, err := range tx.Shelf(pushShelf).All(nil) {
			if err != nil {
				return err
			}
			id := newsfold.FeedID(binary.BigEndian.Uint64(pair.Key))
			if _, err := tx.Feed(id); isNew(err) {
				gone = append(gone, pair.Key)
				continue
			}
			var p fetch.Push
			if err := json.Unmarshal(pair.Value, &p); err != nil {
				return err
			}
			e.pushes.set(p.Callback, id)
		}
		for _, key := range gone {
			if err := tx.Shelf(pushShelf).Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
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
	switch {
	case p == nil && (len(out.Hubs) == 0 || out.Topic == ""):
		return nil
	case p == nil:
		p = fetch.NewPush(out.Hubs[0], out.Topic, e.opts.PushURL)
	case p.Renew().After(e.now()):
		return nil
	}
	// The hub asks back while it is being asked, so the callback has to be known.
	e.pushes.set(p.Callback, f.ID)
	p.Asked = e.now()
	if err := e.store(ctx, func(tx store.Tx) error { return putPush(tx, f.ID, p) }); err != nil {
		return err
	}
	if err := e.client.Subscribe(ctx, p, false); err != nil && ctx.Err() == nil {
		e.log.Warn("a hub refuses a subscription", "feed", f.ID, "hub", fetch.Redact(p.Hub), "err", err)
	}
	return nil
}

// rest lets a feed whose hub can be relied on be polled rarely.
func (e *Engine) rest(tx store.Tx, f *newsfold.Feed, added int, now time.Time) error {
	p, err := loadPush(tx, f.ID)
	if err != nil || p == nil || p.Verified.IsZero() {
		return err
	}
	f.Poll.Next, f.Poll.Why = p.Polled(*f, added, now)
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
	var challenge string
	err := e.store(r.Context(), func(tx store.Tx) error {
		p, err := loadPush(tx, id)
		if err != nil {
			return err
		}
		if p == nil {
			return errDenied
		}
		if challenge, err = p.Verify(r.URL.Query(), e.now(), false); err != nil {
			return errors.Join(errDenied, err)
		}
		return putPush(tx, id, p)
	})
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
