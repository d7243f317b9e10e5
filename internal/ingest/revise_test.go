package ingest_test

import (
	"strings"
	"testing"

	"newsfold"
	"newsfold/store"
)

// revisions are the earlier wordings of the one article of a desk.
func (d *desk) revisions() (all []newsfold.Revision) {
	d.t.Helper()
	st := d.stories()
	if len(st) != 1 || len(st[0].Articles) != 1 {
		d.t.Fatalf("got %+v, want one story of one article", st)
	}
	err := d.db.View(d.t.Context(), func(tx store.Tx) error {
		all = nil
		for r, err := range tx.Revisions(st[0].Articles[0].ID) {
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

func TestEarlierWordingsAreKept(t *testing.T) {
	p, d := newPress(t), newDesk(t)
	d.subscribe(p.URL + "/wire.xml")
	longer := ferry + "Nobody was hurt, the harbour master said."
	for _, e := range []entry{
		{"g", "/ferry", "Ferry aground", ferry},
		{"g", "/ferry", "Ferry aground", longer},                                          // more text
		{"g", "/ferry", "Ferry aground!", strings.ToUpper(longer[:1]) + longer[1:] + "…"}, // no other words
		{"g", "/ferry", "Ferry runs onto sandbank", longer},                               // another title
	} {
		p.set("/wire.xml", p.rss("Wire", e))
		d.pass()
	}
	got := d.revisions()
	if len(got) != 2 || got[0].Title != "Ferry aground" || strings.Contains(got[0].Text, "Nobody was hurt") ||
		!strings.Contains(got[1].Text, "Nobody was hurt") || got[1].Until.Before(got[0].Until) {
		t.Errorf("%d revisions: %.300v", len(got), got)
	}
}

func TestFullTextInPlaceOfASummaryIsNoRevision(t *testing.T) {
	p, d := newPress(t), newDesk(t)
	d.subscribe(p.URL + "/wire.xml")
	for _, e := range []entry{note(1, "Ferry"), {"g1", "/page/1", "Ferry", ferry}} {
		p.set("/wire.xml", p.rss("Wire", e))
		d.pass()
	}
	if got := d.revisions(); len(got) != 0 {
		t.Errorf("revisions: %.300v", got)
	}
}
