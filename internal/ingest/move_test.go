package ingest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"newsfold"
	"newsfold/fetch"
	"newsfold/store"
	"newsfold/store/bolt"
)

func TestAFeedStaysWhenItMovesToWhereAnotherIs(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new", http.StatusMovedPermanently)
			return
		}
		_, _ = io.WriteString(w, `<rss version="2.0"><channel><title>Wire</title><item><guid>1</guid><title>Ferry</title></item></channel></rss>`)
	}))
	defer site.Close()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	client, err := fetch.New(fetch.Options{Allow: []string{"127.0.0.0/8"}, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()

	feed, other := newsfold.Feed{URL: site.URL + "/old"}, newsfold.Feed{URL: site.URL + "/new"}
	put := func(f *newsfold.Feed, was string) {
		t.Helper()
		if err := db.Update(t.Context(), func(tx store.Tx) error { return putFeed(tx, f, was) }); err != nil {
			t.Fatal(err)
		}
	}
	put(&feed, feed.URL)
	put(&other, other.URL)
	moved := 0
	for range 8 {
		now = now.Add(time.Hour)
		out, err := client.Poll(t.Context(), feed, nil)
		if err != nil || out.Feed.Poll.Result != newsfold.Updated {
			t.Fatal(out.Feed.Poll.Error, err)
		}
		if out.Feed.URL != feed.URL {
			moved++
		}
		was := feed.URL
		feed = out.Feed
		put(&feed, was)
	}
	if feed.URL != site.URL+"/old" || len(fetch.Recall(feed.Poll).Moves) != 0 || moved != 1 {
		t.Errorf("at %s after %d tries, moves %v; want it where it was after one", feed.URL, moved, fetch.Recall(feed.Poll).Moves)
	}
}
