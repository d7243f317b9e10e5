package ingest_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsfold"
	"newsfold/internal/ingest"
	"newsfold/internal/pages"
	"newsfold/store"
)

// document is a page with a text.
func document(text string) string {
	return "<html><head><title>Ferry runs aground</title></head><body><nav><a href=/>Home</a></nav><article><h1>Ferry runs aground</h1><p>" +
		strings.ReplaceAll(text, ". ", ".</p><p>") + "</p></article></body></html>"
}

// reextract reads the kept pages of a desk again, and returns the articles that change.
func (d *desk) reextract(req ingest.Reextraction) (all []ingest.Reread, sum ingest.Reextracted) {
	d.t.Helper()
	sum, err := d.engine.Reextract(d.t.Context(), req, func(r ingest.Reread) error {
		all = append(all, r)
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return all, sum
}

// TestKeptPagesAreReadAgain has a page be kept as it was fetched, and then another one in
// its place, as if it were read otherwise than before.
func TestKeptPagesAreReadAgain(t *testing.T) {
	kept, err := pages.Open(filepath.Join(t.TempDir(), "pages"), pages.Options{Limit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	p, d := newPress(t), newDeskWith(t, ingest.Options{Manual: true, Archive: kept})
	p.set("/wire.xml", p.rss("Wire", entry{"w1", "/w/ferry", "Ferry runs aground", "The night ferry ran aground."}))
	p.set("/copy.xml", p.rss("Copy", entry{"c1", "/c/orchard", "Ferry runs aground off the islands", orchard}))
	p.set("/w/ferry", document(ferry))
	d.subscribe(p.URL+"/wire.xml", p.URL+"/copy.xml")
	d.pass()
	if n := len(d.stories()); n != 2 {
		t.Fatalf("%d stories, want 2", n)
	}
	if changed, sum := d.reextract(ingest.Reextraction{}); sum.Pages != 1 || len(changed) != 0 {
		t.Fatalf("the page that was just read is read again as %+v, %+v", changed, sum)
	}
	var read pages.Page
	for page, err := range kept.All() {
		if err != nil {
			t.Fatal(err)
		}
		read = page
	}
	read.Body = []byte(document(orchard)) // no longer than the ferry's
	if err := kept.Keep(read); err != nil {
		t.Fatal(err)
	}

	for name, req := range map[string]ingest.Reextraction{
		"of tomorrow":     {Since: time.Now().Add(24 * time.Hour)},
		"of another feed": {Feed: 2},
	} {
		if changed, sum := d.reextract(req); sum.Pages != 0 || len(changed) != 0 {
			t.Errorf("pages %s: %+v, %+v", name, changed, sum)
		}
	}
	changed, sum := d.reextract(ingest.Reextraction{DryRun: true, Feed: 1})
	if sum.Changed != 1 || len(changed) != 1 || changed[0].ID != read.Article || changed[0].Before == changed[0].After {
		t.Errorf("would change %+v, %+v; want the ferry", changed, sum)
	}
	if n := len(d.stories()); n != 2 {
		t.Errorf("a dry run leaves %d stories, want 2 as before", n)
	}
	if _, sum := d.reextract(ingest.Reextraction{}); sum.Changed != 1 {
		t.Errorf("changes %+v, want one article", sum)
	}
	st := d.stories()
	if len(st) != 1 || st[0].Copies != 1 {
		t.Errorf("stories %+v; want the two articles as one, since both have the same text now", st)
	}
	err = d.db.View(t.Context(), func(tx store.Tx) error {
		n := 0
		for r, err := range tx.Revisions(read.Article) {
			if err != nil {
				return err
			}
			if n++; !strings.Contains(r.Text, "ran aground on a sandbank") {
				t.Errorf("the wording of before is %.80q", r.Text)
			}
		}
		if n != 1 {
			t.Errorf("%d wordings of before, want 1", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, sum := d.reextract(ingest.Reextraction{}); sum.Changed != 0 {
		t.Errorf("reading again a second time changes %+v", sum)
	}
}

func TestKeptPageThatIsNoArticleAnyMoreChangesNothing(t *testing.T) {
	kept, err := pages.Open(filepath.Join(t.TempDir(), "pages"), pages.Options{Limit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	p, d := newPress(t), newDeskWith(t, ingest.Options{Manual: true, Archive: kept})
	p.set("/wire.xml", p.rss("Wire", entry{"w1", "/w/ferry", "Ferry runs aground", "The night ferry ran aground."}))
	p.set("/w/ferry", document(ferry))
	d.subscribe(p.URL + "/wire.xml")
	d.pass()
	for _, bad := range []pages.Page{
		{Article: 1, Link: p.URL + "/w/ferry", Body: []byte("<html><body><script>render()</script></body></html>")},
		{Article: 1, Link: p.URL + "/another", Body: []byte(document(orchard))},
		{Article: 99, Link: p.URL + "/w/ferry", Body: []byte(document(orchard))},
	} {
		bad.URL, bad.Type = bad.Link, "text/html"
		if err := kept.Keep(bad); err != nil {
			t.Fatal(err)
		}
		if changed, _ := d.reextract(ingest.Reextraction{}); len(changed) != 0 {
			t.Errorf("%+v changes", changed)
		}
	}
	if st := d.stories(); len(st) != 1 || st[0].Articles[0].Body != newsfold.PageFetched {
		t.Errorf("stories %+v", st)
	}
}
