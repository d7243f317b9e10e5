package ingest_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"newsfold"
	"newsfold/internal/ingest"
	"newsfold/store"
)

// archive is a desk with stories of different ages in two feeds. Story n appeared
// n days ago; those of feed 1 are "old n", those of feed 2 "new n" and a minute
// younger.
func archive(t *testing.T) *desk {
	d := newDesk(t)
	p := newPress(t)
	for f, title := range []string{"old", "new"} {
		var entries []entry
		for n := range 10 {
			e := entry{fmt.Sprint(title, n), fmt.Sprintf("/%s/%d", title, n), fmt.Sprint(title, n), prose(fmt.Sprintf("Keeper %d of the %s lamp has written down what the %d ships of the day brought", 7*n+f, title, n+3), 12)}
			entries = append(entries, e)
		}
		p.set("/"+title+".xml", p.rss(title, entries...))
		d.subscribe(p.URL + "/" + title + ".xml")
	}
	d.pass()
	// They are as old as their names say.
	hourAgo := time.Now().Add(-time.Hour)
	err := d.db.Update(t.Context(), func(tx store.Tx) error {
		for s, err := range tx.Stories(store.Query{}) {
			if err != nil {
				return err
			}
			a, err := tx.Article(s.Lead)
			if err != nil {
				return err
			}
			var n int
			if _, err := fmt.Sscanf(a.Title[3:], "%d", &n); err != nil {
				return err
			}
			s.Time = hourAgo.Add(-time.Duration(n) * day)
			if strings.HasPrefix(a.Title, "old") {
				s.Time = s.Time.Add(-time.Minute)
			}
			if err := tx.PutStory(&s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) titles() map[string]newsfold.StoryID {
	all := map[string]newsfold.StoryID{}
	for _, s := range d.stories() {
		all[s.Title] = s.ID
	}
	return all
}

func (d *desk) retain(k ingest.Retention, dry bool) ingest.Removed {
	d.t.Helper()
	done, err := d.engine.Retain(d.t.Context(), k, dry)
	if err != nil {
		d.t.Fatal(err)
	}
	return done
}

func (d *desk) change(title string, change func(*newsfold.Story)) {
	d.t.Helper()
	id := d.titles()[title]
	err := d.db.Update(d.t.Context(), func(tx store.Tx) error {
		s, err := tx.Story(id)
		if err != nil {
			return err
		}
		change(&s)
		return tx.PutStory(&s)
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

const day = 24 * time.Hour

func TestRetention(t *testing.T) {
	rule := func(r ingest.Rule) func(*desk) {
		return func(d *desk) {
			if err := d.db.Update(d.t.Context(), func(tx store.Tx) error { return ingest.PutRule(tx, r) }); err != nil {
				d.t.Fatal(err)
			}
		}
	}
	folder := func(name string) func(*desk) {
		return func(d *desk) {
			err := d.db.Update(d.t.Context(), func(tx store.Tx) error {
				f, err := tx.Feed(2)
				f.Folders = []string{name}
				return errors.Join(err, tx.PutFeed(&f))
			})
			if err != nil {
				d.t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name  string
		first []func(*desk)
		keep  ingest.Retention
		gone  string // titles, sorted
	}{
		{name: "keeps everything unless told otherwise"},
		{name: "by age", keep: ingest.Retention{Keep: ingest.Keep{Age: 8 * day}}, gone: "new8 new9 old8 old9"},
		{name: "by number", keep: ingest.Retention{Keep: ingest.Keep{Stories: 17}}, gone: "new9 old8 old9"},
		{name: "by whichever is less", keep: ingest.Retention{Keep: ingest.Keep{Age: 9 * day, Stories: 19}}, gone: "new9 old9"},
		{
			name: "by age of one feed", first: []func(*desk){rule(ingest.Rule{Feed: 1, Keep: &ingest.Keep{Age: 7 * day}})},
			gone: "old7 old8 old9",
		},
		{
			name: "by number of one feed", first: []func(*desk){rule(ingest.Rule{Feed: 2, Keep: &ingest.Keep{Stories: 9}})},
			keep: ingest.Retention{Keep: ingest.Keep{Age: 9 * day}}, gone: "new9 old9",
		},
		{
			name: "one feed for ever", first: []func(*desk){rule(ingest.Rule{Feed: 2, Keep: &ingest.Keep{}})},
			keep: ingest.Retention{Keep: ingest.Keep{Age: 9 * day}, Bytes: 1}, gone: "old0 old1 old2 old3 old4 old5 old6 old7 old8 old9",
		},
		{
			name:  "a folder",
			first: []func(*desk){folder("News/World"), rule(ingest.Rule{Folder: "News", Keep: &ingest.Keep{Age: 8 * day}})},
			gone:  "new8 new9",
		},
		{
			name: "the nearest folder",
			first: []func(*desk){
				folder("News/World"), rule(ingest.Rule{Folder: "News", Keep: &ingest.Keep{Age: day}}),
				rule(ingest.Rule{Folder: "News/World", Keep: &ingest.Keep{Age: 9 * day}}),
			},
			gone: "new9",
		},
		{
			name: "never what a person wants to keep",
			first: []func(*desk){
				func(d *desk) { d.change("old9", func(s *newsfold.Story) { s.Starred = true }) },
				func(d *desk) { d.change("new9", func(s *newsfold.Story) { s.Held = true }) },
				func(d *desk) { d.change("new8", func(s *newsfold.Story) { s.Held, s.Read = true, true }) },
			},
			keep: ingest.Retention{Keep: ingest.Keep{Age: 8 * day}}, gone: "new8 old8",
		},
		{
			name: "not while another feed keeps it",
			first: []func(*desk){
				func(d *desk) {
					d.change("old9", func(s *newsfold.Story) { s.Feeds = []newsfold.FeedID{1, 2} })
				},
				rule(ingest.Rule{Feed: 1, Keep: &ingest.Keep{Age: 8 * day}}),
			},
			gone: "old8",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := archive(t)
			for _, f := range tt.first {
				f(d)
			}
			before := d.titles()
			if would := d.retain(tt.keep, true); would.Stories != len(strings.Fields(tt.gone)) || len(d.titles()) != len(before) {
				t.Errorf("dry run: %+v, %d stories left", would, len(d.titles()))
			}
			done := d.retain(tt.keep, false)
			left := d.titles()
			var gone []string
			for _, title := range slices.Sorted(maps.Keys(before)) {
				if left[title] == 0 {
					gone = append(gone, title)
				}
			}
			if got := strings.Join(gone, " "); got != tt.gone || done.Stories != len(gone) {
				t.Errorf("gone are %q, told as %d; want %q", got, done.Stories, tt.gone)
			}
			// What is gone does not come back.
			if p := d.pass(); p.New != 0 {
				t.Errorf("%d entries came back", p.New)
			}
			if again := d.titles(); len(again) != len(left) {
				t.Errorf("%d stories, %d before the pass", len(again), len(left))
			}
		})
	}
}

func TestRetentionByBytesTakesTheOldestFirst(t *testing.T) {
	d := archive(t)
	size, err := d.db.(store.Sizer).Size(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d.retain(ingest.Retention{Bytes: size.Used * 3 / 4}, false)
	left := d.titles()
	if len(left) == 0 || len(left) >= 20 {
		t.Fatalf("%d stories are left of 20", len(left))
	}
	for title := range left {
		if title[3:] == "9" {
			t.Errorf("%s is left, with %d others", title, len(left)-1)
		}
	}
}

// TestFoldingForgetsWhatWasRemoved brings a copy of a text that was removed: it is
// a story of its own.
func TestFoldingForgetsWhatWasRemoved(t *testing.T) {
	p, d := newPress(t), newDesk(t)
	p.set("/a.xml", p.rss("A", entry{"1", "/a/1", "Ferry", ferry}))
	d.subscribe(p.URL + "/a.xml")
	d.pass()
	if done := d.retain(ingest.Retention{Keep: ingest.Keep{Age: 1}}, false); done.Stories != 1 || done.Articles != 1 {
		t.Fatalf("removed %+v, want one story", done)
	}
	p.set("/b.xml", p.rss("B", entry{"2", "/b/1", "Ferry again", ferry}))
	d.subscribe(p.URL + "/b.xml")
	d.pass()
	if st := d.stories(); len(st) != 1 || st[0].Copies != 0 || st[0].Title != "Ferry again" {
		t.Errorf("got %+v, want one story of its own", st)
	}
}
