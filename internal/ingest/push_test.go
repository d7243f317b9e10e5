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
	verified bool
}

func newHub(t *testing.T) *hub {
	h := &hub{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil || r.Form.Get("hub.mode") != "subscribe" {
			http.Error(w, "subscribe only", http.StatusBadRequest)
			return
		}
		h.mu.Lock()
		h.callback, h.secret = r.Form.Get("hub.callback"), r.Form.Get("hub.secret")
		callback := h.callback
		h.mu.Unlock()
		w.WriteHeader(http.StatusAccepted)
		q := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {r.Form.Get("hub.topic")}, "hub.challenge": {"c1"}, "hub.lease_seconds": {"86400"}}
		res, err := http.Get(callback + "?" + q.Encode())
		if err != nil {
			return
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		h.mu.Lock()
		h.verified = res.StatusCode == http.StatusOK && string(body) == "c1"
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

func TestHubsPushWhatIsNew(t *testing.T) {
	callbacks := httptest.NewUnstartedServer(nil)
	base := "http://" + callbacks.Listener.Addr().String() + "/hook"
	p, h := newPress(t), newHub(t)
	d := newDeskWith(t, ingest.Options{Manual: true, PushURL: base})
	callbacks.Config.Handler = d.engine.Callback()
	callbacks.Start()
	t.Cleanup(callbacks.Close)
	feed := func(entries ...entry) string {
		return strings.Replace(p.rss("Wire", entries...), "<channel>", fmt.Sprintf(
			`<channel><a:link xmlns:a="http://www.w3.org/2005/Atom" rel="hub" href="%s/"/><a:link xmlns:a="http://www.w3.org/2005/Atom" rel="self" href="%s/wire.xml"/>`, h.URL, p.URL), 1)
	}
	p.set("/wire.xml", feed(entry{"w1", "/w/ferry", "Ferry", ferry}))
	d.subscribe(p.URL + "/wire.xml")
	d.pass()
	h.mu.Lock()
	verified := h.verified
	h.mu.Unlock()
	if !verified {
		t.Fatal("the hub's question was not answered")
	}

	news := feed(entry{"w2", "/w/orchard", "Apples", orchard})
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
