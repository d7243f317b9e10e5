package web_test

import (
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"newsfold"
	"newsfold/internal/access"
	"newsfold/internal/web"
	"newsfold/store"
	"newsfold/store/bolt"
)

// BenchmarkPages measures whole pages out of a store of 100,000 stories, every
// fifth with two copies, in 200 feeds.
func BenchmarkPages(b *testing.B) {
	const stories, feeds, batch = 100_000, 200, 5000
	db, err := bolt.Open(b.Context(), filepath.Join(b.TempDir(), "news.db"), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	fill := func(fn func(store.Tx) error) {
		if err := db.Update(b.Context(), fn); err != nil {
			b.Fatal(err)
		}
	}
	fill(func(tx store.Tx) error {
		for i := range feeds {
			if err := tx.PutFeed(&newsfold.Feed{URL: fmt.Sprintf("https://%d.example/feed", i), Title: fmt.Sprintf("Feed number %d", i), Lang: "en", Folders: []string{fmt.Sprintf("Folder %d", i%10)}, Added: clock}); err != nil {
				return err
			}
		}
		return nil
	})
	for from := 0; from < stories; from += batch {
		fill(func(tx store.Tx) error {
			for i := from; i < from+batch; i++ {
				st := newsfold.Story{Feeds: []newsfold.FeedID{newsfold.FeedID(1 + i%feeds)}, Outlets: 1, Time: clock.Add(-time.Duration(i) * time.Minute), Read: i%3 == 0}
				for range 1 + i%5/4*2 {
					a := newsfold.Article{
						URL: fmt.Sprintf("https://%d.example/%d/%d", i%feeds, i, len(st.Articles)), Title: fmt.Sprintf("The ferry number %d sails again from Monday", i), Outlet: fmt.Sprintf("Outlet %d", i%feeds),
						Lede: harbourText[:280], Lang: "en", Published: st.Time, Seen: st.Time, Page: newsfold.Page{State: newsfold.PageFetched, Words: 90},
					}
					if len(st.Articles) > 0 {
						a.Story = newsfold.StoryID(st.Articles[0])
					}
					if err := tx.PutArticle(&a); err != nil {
						return err
					}
					if a.Story == 0 {
						if a.Story = newsfold.StoryID(a.ID); tx.PutArticle(&a) != nil {
							b.Fatal("article")
						}
					}
					st.Articles = append(st.Articles, a.ID)
				}
				st.Lead, st.ID = st.Articles[0], newsfold.StoryID(st.Articles[0])
				st.First = newsfold.Provenance{Article: st.Lead, Outlet: "Outlet", Confidence: .9}
				if err := tx.PutStory(&st); err != nil {
					return err
				}
			}
			return nil
		})
	}
	gate, err := access.Open(b.Context(), access.Options{DB: db})
	if err != nil {
		b.Fatal(err)
	}
	token, err := gate.Token(b.Context(), access.ForApps)
	if err != nil {
		b.Fatal(err)
	}
	out, err := gate.Token(b.Context(), access.ForFeeds)
	if err != nil {
		b.Fatal(err)
	}
	h, err := web.New(web.Options{DB: db, Gate: gate, Now: func() time.Time { return clock }})
	if err != nil {
		b.Fatal(err)
	}
	middle := fmt.Sprintf("/?after=%d.1", clock.Add(-stories/2*time.Minute).UnixMicro())
	for _, c := range []struct{ name, path string }{
		{"river", "/"},
		{"unread", "/?unread=1"},
		{"starred", "/?starred=1"},
		{"feed", "/?feed=7"},
		{"middle", middle},
		{"feeds", "/feeds"},
		{"find-nothing", "/?find=submarine"},
		{"folder", "/?folder=Folder+3"},
		{"language", "/?lang=en"},
		{"out", "/out?token=" + out},
		{"greader-unread-count", "/reader/api/0/unread-count"},
		{"greader-ids-1000", "/reader/api/0/stream/items/ids?n=1000&s=user/-/state/com.google/reading-list&xt=user/-/state/com.google/read"},
		{"greader-contents-100", "/reader/api/0/stream/contents?n=100"},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequest("GET", "http://localhost"+c.path, nil)
				r.Header.Set("Accept-Encoding", "gzip")
				r.Header.Set("Authorization", "GoogleLogin auth="+token)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code != 200 {
					b.Fatal(w.Code)
				}
				b.ReportMetric(float64(w.Body.Len()), "bytes/page")
			}
		})
	}
}
