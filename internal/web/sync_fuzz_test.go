package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsfold/internal/access"
	"newsfold/internal/web"
	"newsfold/store"
	"newsfold/store/bolt"
)

// FuzzSync sends what no app would to the sync APIs, the feeds and the JSON
// API: nothing may panic, nor be taken for a fault of our own.
func FuzzSync(f *testing.F) {
	for _, s := range [][2]string{
		{"/reader/api/0/stream/items/ids?s=feed/1&n=5&xt=user/-/state/com.google/read&ot=1&nt=99999999999&c=3&r=o", ""},
		{"/reader/api/0/stream/contents/user/-/label/News/Coast?n=2", ""},
		{"/reader/api/0/stream/items/contents", "i=tag:google.com,2005:reader/item/0000000000000001&i=5&i=ffffffffffffffff"},
		{"/reader/api/0/edit-tag", "i=1&a=user/-/state/com.google/read&r=user/-/state/com.google/kept-unread"},
		{"/reader/api/0/mark-all-as-read", "s=user/-/state/com.google/reading-list&ts=1700000000000000"},
		{"/reader/api/0/subscription/edit", "ac=edit&s=feed/1&t=New&a=user/-/label/A&r=user/-/label/B"},
		{"/reader/atom/feed%2F1?n=1", ""},
		{"/fever/?api&items&since_id=1&with_ids=1,2", "api_key=x&mark=group&as=read&id=-1&before=5"},
		{"/v1/entries?status=unread&after_entry_id=3&limit=2&direction=asc&category_id=4", ""},
		{"/out?folder=News&lang=en&format=rss", ""},
		{"/?folder=a&lang=b&find=c&skip=1&after=1.1", ""},
	} {
		f.Add(s[0], s[1])
	}
	db, err := bolt.Open(f.Context(), filepath.Join(f.TempDir(), "news.db"), bolt.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	err = db.Update(f.Context(), func(tx store.Tx) error {
		newsroom(&filler{t: &testing.T{}, tx: tx})
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	gate, err := access.Open(f.Context(), access.Options{DB: db})
	if err != nil {
		f.Fatal(err)
	}
	app, err := gate.Token(f.Context(), access.ForApps)
	if err != nil {
		f.Fatal(err)
	}
	out, err := gate.Token(f.Context(), access.ForFeeds)
	if err != nil {
		f.Fatal(err)
	}
	h, err := web.New(web.Options{DB: db, Gate: gate, Now: func() time.Time { return clock }})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, target, body string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || u.Host != "" || !strings.HasPrefix(target, "/") {
			return
		}
		if strings.HasPrefix(u.Path, "/out") {
			u.RawQuery += "&token=" + out
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/", nil)
		if body != "" {
			r = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.URL, r.RequestURI = u, target
		if strings.HasPrefix(u.Path, "/v1/") {
			r.SetBasicAuth("a", "b")
		} else {
			r.Header.Set("Authorization", "GoogleLogin auth="+app)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != http.StatusNotImplemented {
			t.Errorf("%s %q: status %d: %s", target, body, w.Code, w.Body)
		}
	})
}
