package ingest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"newsfold"
	"newsfold/store"
)

// Aggregators link to wrappers. Those that redirect lead to the publisher's
// page, which says what it is; those that need a browser are kept, and said.
func TestWrappedLinksAreResolvedWhereARequestCan(t *testing.T) {
	page := "<html><head><title>Ferry runs aground</title></head><body><article><h1>Ferry runs aground</h1><p>" +
		strings.ReplaceAll(ferry, ". ", ".</p><p>") + "</p></article></body></html>"
	publisher := newPress(t)
	publisher.set("/2026/ferry", page)
	wrapper := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/redirects" {
			http.Redirect(w, r, publisher.URL+"/2026/ferry", http.StatusFound)
			return
		}
		_, _ = w.Write([]byte(`<html><head><title>Loading</title></head><body><script>go()</script></body></html>`))
	}))
	defer wrapper.Close()
	p, d := newPress(t), newDesk(t)
	p.set("/top.xml", `<rss version="2.0"><channel><title>Top news</title>`+
		`<item><guid>1</guid><title>Ferry runs aground</title><link>`+wrapper.URL+`/redirects</link><source url="https://courier.example">The Courier</source><description>The night ferry.</description></item>`+
		`<item><guid>2</guid><title>Orchard in bloom</title><link>`+wrapper.URL+`/needs-a-browser</link><source url="https://ledger.example">The Ledger</source><description>The orchard.</description></item></channel></rss>`)
	d.subscribe(p.URL + "/top.xml")
	d.pass()
	byTitle := map[string]newsfold.Article{}
	err := d.db.View(t.Context(), func(tx store.Tx) error {
		for id := range newsfold.ArticleID(2) {
			a, err := tx.Article(id + 1)
			if err != nil {
				return err
			}
			byTitle[a.Title] = a
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	led, kept := byTitle["Ferry runs aground"], byTitle["Orchard in bloom"]
	if led.Canonical != publisher.URL+"/2026/ferry" || led.Page.State != newsfold.PageFetched {
		t.Errorf("the wrapper that redirects: canonical %q, page %+v", led.Canonical, led.Page)
	}
	if kept.Link != wrapper.URL+"/needs-a-browser" || kept.Page.State != newsfold.PageRefused || !strings.Contains(kept.Page.Error, "the feed's own text is used") {
		t.Errorf("the wrapper that does not: link %q, page %+v", kept.Link, kept.Page)
	}
	for want, a := range map[string]newsfold.Article{"The Courier": led, "The Ledger": kept} {
		if len(a.Origins) == 0 || a.Origins[0].Kind != "source" || a.Origins[0].Name != want {
			t.Errorf("%s: origins %+v", want, a.Origins)
		}
	}
}
