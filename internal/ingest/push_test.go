package ingest_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"newsfold"
	"newsfold/internal/ingest"
	"newsfold/store"
)

// hub is a WebSub hub that verifies at once, as the recommendation allows.
type hub struct {
	*httptest.Server
	mu       sync.Mutex
	callback string
	secret   string
	modes    []string // of requests that were verified
}

// verified returns what was asked for and confirmed so far.
func (h *hub) verified() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.modes, " ")
}

func newHub(t *testing.T) *hub {
	h := &hub{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			http.Error(w, "no form", http.StatusBadRequest)
			return
		}
		mode, callback := r.Form.Get("hub.mode"), r.Form.Get("hub.callback")
		h.mu.Lock()
		h.callback, h.secret = callback, r.Form.Get("hub.secret")
		h.mu.Unlock()
		w.WriteHeader(http.StatusAccepted)
		q := url.Values{"hub.mode": {mode}, "hub.topic": {r.Form.Get("hub.topic")}, "hub.challenge": {"c1"}, "hub.lease_seconds": {"86400"}}
		res, err := http.Get(callback + "?" + q.Encode())
		if err != nil {
			return
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		h.mu.Lock()
		if res.StatusCode == http.StatusOK && string(body) == "c1" {
			h.modes = append(h.modes, mode)
		}
		h.mu.Unlock()
	}))
	t.Cleanup(h.Close)
	return h
}

// push sends a body to the subscriber and returns the status.
func (h *hub) push(t *testing.T, body, secret string) int {
	t.Helper()
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	req, err := http.NewRequestWithContext(t.Context(), "POST", h.callback, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/rss+xml")
	req.Header.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// withHub is the feed of a press that announces a hub.
func withHub(p *press, h *hub, entries ...entry) string {
	const link = `<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="%s" href="%s"/>`
	return strings.Replace(p.rss("Wire", entries...), "<channel>",
		"<channel>"+fmt.Sprintf(link, "hub", h.URL+"/")+fmt.Sprintf(link, "self", p.URL+"/wire.xml"), 1)
}

// newCallbacks returns a desk that serves callbacks, and the URL below which.
func newCallbacks(t *testing.T) (d *desk, base string) {
	callbacks := httptest.NewUnstartedServer(nil)
	base = "http://" + callbacks.Listener.Addr().String() + "/hook"
	d = newDeskWith(t, ingest.Options{Manual: true, PushURL: base})
	callbacks.Config.Handler = d.engine.Callback()
	callbacks.Start()
	t.Cleanup(callbacks.Close)
	return d, base
}

func TestHubsPushWhatIsNew(t *testing.T) {
	p, h := newPress(t), newHub(t)
	d, base := newCallbacks(t)
	p.set("/wire.xml", withHub(p, h, entry{"w1", "/w/ferry", "Ferry", ferry}))
	d.subscribe(p.URL + "/wire.xml")
	d.pass()
	if h.verified() != "subscribe" {
		t.Fatal("the hub's question was not answered")
	}

	news := withHub(p, h, entry{"w2", "/w/orchard", "Apples", orchard})
	if code := h.push(t, news, "guessed"); code != http.StatusOK {
		t.Errorf("a forged push is answered with %d, want 200", code)
	}
	d.settle()
	if n := len(d.stories()); n != 1 {
		t.Errorf("%d stories after a forged push, want 1", n)
	}
	if code := h.push(t, news, h.secret); code != http.StatusOK {
		t.Errorf("a push is answered with %d, want 200", code)
	}
	d.settle()
	if n := len(d.stories()); n != 2 {
		t.Errorf("%d stories after a push, want 2", n)
	}
	d.pass()
	err := d.db.View(t.Context(), func(tx store.Tx) error {
		f, err := tx.Feed(1)
		if !strings.Contains(f.Poll.Why, "hub") {
			t.Errorf("next poll because %q; want it to rely on the hub", f.Poll.Why)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.callback = base + "/unknown"
	if code := h.push(t, news, h.secret); code != http.StatusGone {
		t.Errorf("a push to nobody is answered with %d, want 410", code)
	}
}

func TestANewHubIsSubscribedWithAndTheOldOneLeft(t *testing.T) {
	p, old, next := newPress(t), newHub(t), newHub(t)
	d, _ := newCallbacks(t)
	p.set("/wire.xml", withHub(p, old, entry{"w1", "/w/ferry", "Ferry", ferry}))
	d.subscribe(p.URL + "/wire.xml")
	d.pass()
	d.pass()
	if got := old.verified(); got != "subscribe" {
		t.Fatalf("the first hub was asked to %q, want once to subscribe", got)
	}
	news := withHub(p, next, entry{"w2", "/w/orchard", "Apples", orchard})
	p.set("/wire.xml", news)
	d.pass()
	if got := next.verified(); got != "subscribe" {
		t.Errorf("the new hub was asked to %q, want to subscribe", got)
	}
	if code := old.push(t, news, old.secret); code != http.StatusGone {
		t.Errorf("a push of the old hub is answered with %d, want 410", code)
	}
	if code := next.push(t, news, next.secret); code != http.StatusOK {
		t.Errorf("a push of the new hub is answered with %d, want 200", code)
	}
}

func TestRemovingAFeedEndsItsSubscriptionWithAHub(t *testing.T) {
	p, h := newPress(t), newHub(t)
	d, _ := newCallbacks(t)
	p.set("/wire.xml", withHub(p, h, entry{"w1", "/w/ferry", "Ferry", ferry}))
	d.subscribe(p.URL + "/wire.xml")
	d.pass()
	if err := d.db.Update(t.Context(), func(tx store.Tx) error { return tx.DeleteFeed(1) }); err != nil {
		t.Fatal(err)
	}
	question := h.callback + "?" + url.Values{"hub.mode": {"subscribe"}, "hub.topic": {p.URL + "/wire.xml"}, "hub.challenge": {"c2"}}.Encode()
	res, err := http.Get(question)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("a hub that renews what was removed is answered with %d, want 404", res.StatusCode)
	}
	d.engine.Changed()
	eventually(t, "the hub is told", func() bool { return h.verified() == "subscribe unsubscribe" })
	if code := h.push(t, "", h.secret); code != http.StatusGone {
		t.Errorf("a push for it is answered with %d, want 410", code)
	}
}

func TestHistoryWalksTheArchives(t *testing.T) {
	p, d := newPress(t), newDesk(t)
	link := func(feed, prev string) string {
		return strings.Replace(feed, "<channel>", `<channel><a:link xmlns:a="http://www.w3.org/2005/Atom" rel="prev-archive" href="`+p.URL+prev+`"/>`, 1)
	}
	p.set("/wire.xml", link(p.rss("Wire", entry{"w2", "/w/orchard", "Apples", orchard}), "/2.xml"))
	p.set("/2.xml", p.rss("Wire", entry{"w1", "/w/ferry", "Ferry", ferry}))
	d.subscribe(p.URL + "/wire.xml")
	d.pass()
	if n := len(d.stories()); n != 1 {
		t.Fatalf("%d stories before, want 1", n)
	}
	n, err := d.engine.History(t.Context(), newsfold.FeedID(1), nil)
	if err != nil {
		t.Fatal(err)
	}
	if n.New != 1 || len(d.stories()) != 2 {
		t.Errorf("%d new entries, %d stories; want 1 and 2", n.New, len(d.stories()))
	}
}

// settle waits until all that is stored is folded.
func (d *desk) settle() {
	d.t.Helper()
	if _, err := d.engine.Pass(context.WithoutCancel(d.t.Context()), ingest.Request{}); err != nil {
		d.t.Fatal(err)
	}
}
