package digest_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"newsfold"
	"newsfold/internal/digest"
	"newsfold/internal/river"
	"newsfold/store"
	"newsfold/store/bolt"
)

const (
	opening = "The swing bridge over the Orrin closes on Monday for eleven nights while its pin is replaced by the harbour works."
	added   = "A second team of engineers has meanwhile found a crack in the eastern girder and asks for ten more nights of work."
)

// TestOnlyMaterialChangesAreTold changes the text of a story that was told before.
func TestOnlyMaterialChangesAreTold(t *testing.T) {
	since := time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		oldTitle, newTitle, oldText, newText string
		when                                 time.Duration // of the change, after the window begins
		want                                 []string
	}{
		"nothing":               {"Bridge", "Bridge", "", opening, time.Hour, nil},
		"a word":                {"Bridge", "Bridge", strings.Replace(opening, "Monday", "Tuesday", 1), opening, time.Hour, nil},
		"another title":         {"Bridge", "The bridge", opening, opening, time.Hour, nil},
		"a paragraph":           {"Bridge", "Bridge", opening, opening + "\n\n" + added, time.Hour, []string{"1 new paragraph"}},
		"a paragraph of before": {"Bridge", "Bridge", opening, opening + "\n\n" + added, -time.Hour, nil},
		"a paragraph of later":  {"Bridge", "Bridge", opening, opening + "\n\n" + added, 30 * time.Hour, nil},
		"paragraphs in order":   {"Bridge", "Bridge", added + "\n\n" + opening, opening + "\n\n" + added, time.Hour, nil},
		"a correction":          {"Bridge", "Bridge", opening, opening + "\n\nCorrection: it is the northern pin.", time.Hour, []string{"a correction"}},
		"a count in the title":  {"12 found", "14 found", opening, opening, time.Hour, []string{"the title was “12 found”"}},
	} {
		t.Run(name, func(t *testing.T) {
			db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			var got []string
			err = db.Update(t.Context(), func(tx store.Tx) error {
				a := newsfold.Article{URL: "https://wire.example/1", Title: tc.newTitle, Seen: since.Add(-5 * time.Hour), Story: 1}
				if err := tx.PutArticle(&a); err != nil {
					return err
				}
				if err := tx.PutBody(a.ID, newsfold.Body{Text: tc.newText}); err != nil {
					return err
				}
				if tc.oldText != "" {
					rev := newsfold.Revision{Title: tc.oldTitle, Text: tc.oldText, Until: since.Add(tc.when)}
					if err := tx.AddRevision(a.ID, rev); err != nil {
						return err
					}
				}
				s := newsfold.Story{ID: 1, Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}, Time: a.Seen}
				if err := tx.PutStory(&s); err != nil {
					return err
				}
				d, err := digest.Load(tx, digest.Window{Since: since, Until: since.Add(24 * time.Hour)})
				if err != nil || len(d.Stories) != 0 {
					t.Errorf("%d stories, %v", len(d.Stories), err)
				}
				for _, u := range d.Updated {
					got = append(got, u.What...)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

// told is the order in which a text tells stories, and its headings.
func told(t *testing.T, d digest.Digest) (lines []string) {
	t.Helper()
	for line := range strings.Lines(string(render(t, "markdown", d))) {
		if text, ok := strings.CutPrefix(line, "##"); ok {
			lines = append(lines, strings.Trim(text, "# \n"))
		}
	}
	return lines
}

func TestStoriesThatMostOutletsChoseComeFirstAndOnce(t *testing.T) {
	at := clock(9, 0)
	article := func(id newsfold.ArticleID, outlet, agency string, r newsfold.Relation) river.Article {
		a := river.Article{ID: id, Lead: r == newsfold.First, Outlet: outlet, Relation: r, With: 1, Seen: at}
		if agency != "" {
			a.Origins = []newsfold.Origin{{Kind: "credit", Name: agency}}
		}
		return a
	}
	story := func(id newsfold.StoryID, title string, feed newsfold.FeedID, at time.Time, articles ...river.Article) river.Story {
		return river.Story{ID: id, Title: title, Time: at, Feeds: []river.Feed{{ID: feed}}, Articles: articles}
	}
	d := digest.Digest{
		Since: clock(0, 0), Until: clock(23, 0),
		Folders: map[newsfold.FeedID][]string{1: {"World"}, 2: {"Arts/Stage"}},
		Stories: []river.Story{
			story(1, "Alone", 1, at, article(1, "A", "", newsfold.First)),
			story(2, "Stage", 2, at),
			story(3, "No folder", 3, at),
			// Four outlets, and all print the agency.
			story(4, "Wire", 1, at, article(1, "Wire", "", newsfold.First), article(2, "B", "Wire", newsfold.Edited), article(3, "C", "wire", newsfold.Excerpt), article(4, "D", "", newsfold.Identical)),
			story(5, "Two, old", 1, clock(1, 0), article(1, "A", "", newsfold.First), article(2, "B", "", newsfold.Edited)),
			story(6, "Two, new", 1, clock(22, 0), article(1, "A", "", newsfold.First), article(2, "B", "", newsfold.Edited)),
			story(7, "Three", 2, clock(22, 0), article(1, "A", "", newsfold.First), article(2, "B", "", newsfold.Edited), article(3, "C", "", newsfold.Expanded)),
		},
	}
	want := []string{"Top stories", "Three", "Two, new", "Two, old", "Arts / Stage", "Stage", "World", "Alone", "Wire", "Other stories", "No folder"}
	if got := told(t, d); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestIndependentReportsOfAnEventCountAndOneOpensTheDigest(t *testing.T) {
	report := func(id newsfold.StoryID, outlet, relation string, with newsfold.StoryID) river.Report {
		return river.Report{ID: id, Title: "Report " + outlet, URL: "http://" + strings.ToLower(outlet) + ".example/", Outlet: outlet, Relation: relation, With: with}
	}
	event := &river.Event{ID: 1, Stories: 3, Reports: []river.Report{report(1, "A", "", 0), report(2, "B", "report", 1), report(3, "C", "translation", 1)}}
	alone := func(id newsfold.StoryID, outlet string, e *river.Event) river.Story {
		return river.Story{ID: id, Title: "Story " + outlet, Time: clock(9, 0), Event: e, Articles: []river.Article{{ID: newsfold.ArticleID(id), Lead: true, Outlet: outlet}}}
	}
	// Whichever of the two came in first: they are one voice.
	original := &river.Event{ID: 5, Stories: 2, Reports: []river.Report{report(5, "E", "", 0), report(6, "F", "translation", 5)}}
	translated := &river.Event{ID: 7, Stories: 2, Reports: []river.Report{report(7, "G", "", 0), report(8, "H", "translation", 7)}}
	d := digest.Digest{Since: clock(0, 0), Until: clock(23, 0), Stories: []river.Story{alone(4, "D", nil), alone(1, "A", event), alone(2, "B", event), alone(5, "E", original), alone(8, "H", translated)}}
	d.Stories[2].Outlets = 4
	want := []string{"Top stories", "Story B", "Other stories", "Story D", "Story A", "Story E", "Story H"}
	if got := told(t, d); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for format, want := range map[string]string{
		"text":     "Other reports: Report A (A); Report C (C)",
		"markdown": `Other reports: [Report A](<http://a.example/>) (A); [Report C](<http://c.example/>) (C)`,
		"html":     `Other reports: <a href="http://a.example/" style="color:#0b57d0;"><bdi>Report A</bdi></a> (<bdi>A</bdi>)`,
	} {
		if got := string(render(t, format, d)); !strings.Contains(got, want) {
			t.Errorf("%s lacks %q:\n%s", format, want, got)
		}
	}
	if got := string(unzipped(t, render(t, "epub", d))); !strings.Contains(got, `Other report: <a href="http://c.example/">Report C</a> – C`) {
		t.Errorf("the book lacks the other reports:\n%s", got)
	}
}

func TestSectionsAreMadeOfTags(t *testing.T) {
	story := func(id newsfold.StoryID, title string, tags ...string) river.Story {
		return river.Story{ID: id, Title: title, Time: clock(9, 0), Tags: tags, Feeds: []river.Feed{{ID: 1}}}
	}
	d := digest.Digest{
		By: "tag", Folders: map[newsfold.FeedID][]string{1: {"World"}},
		Stories: []river.Story{story(1, "One", "sea/ports", "later"), story(2, "Two"), story(3, "Three", "arts"), story(4, "Four", "sea/ports")},
	}
	want := []string{"arts", "Three", "sea/ports", "One", "Four", "Other stories", "Two"}
	if got := told(t, d); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestDigestOfVeryManyStoriesSaysWhatItLeavesOut crosses both bounds: of stories
// and of text.
func TestDigestOfVeryManyStoriesSaysWhatItLeavesOut(t *testing.T) {
	db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	const long = 10 << 20 // bytes of a text
	err = db.Update(t.Context(), func(tx store.Tx) error {
		for i := range digest.MostStories + 5 {
			at := clock(0, 0).Add(-time.Duration(i) * time.Second)
			a := newsfold.Article{URL: fmt.Sprint("https://wire.example/", i), Title: fmt.Sprint("Story ", i), Seen: at}
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
			a.Story = newsfold.StoryID(a.ID)
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
			if i < 8 {
				if err := tx.PutBody(a.ID, newsfold.Body{Text: strings.Repeat("x", long)}); err != nil {
					return err
				}
			}
			s := newsfold.Story{ID: a.Story, Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}, Time: at, Hidden: i == 3}
			if err := tx.PutStory(&s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	load := func(w digest.Window) (d digest.Digest) {
		t.Helper()
		if err := db.View(t.Context(), func(tx store.Tx) (err error) {
			d, err = digest.Load(tx, w)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return d
	}
	news := &river.News{}
	for id := range newsfold.StoryID(digest.MostStories + 5) {
		news.New = append(news.New, id+1)
	}
	for name, w := range map[string]digest.Window{"of a time": {Texts: true}, "since the last": {Texts: true, News: news}} {
		d := load(w)
		if len(d.Stories) != digest.MostStories || d.Stories[2].Title != "Story 2" || d.Stories[3].Title != "Story 4" {
			t.Errorf("%s: %d stories, the fourth %q", name, len(d.Stories), d.Stories[3].Title)
		}
		want := "The 10000 of 10004 stories that are told here are the newest. Of 9993 stories, only the first words are here: the texts of the others fill 64 MiB."
		if d.Note != want {
			t.Errorf("%s: the note is %q, want %q", name, d.Note, want)
		}
		if d.Stories[6].Text == "" || d.Stories[7].Text != "" {
			t.Errorf("%s: texts of %d and %d bytes", name, len(d.Stories[6].Text), len(d.Stories[7].Text))
		}
	}
	if d := load(digest.Window{Limit: 3}); len(d.Stories) != 3 || !strings.Contains(d.Note, "The 3 of 10004 stories") || d.Stories[0].Text != "" {
		t.Errorf("%d stories, %q", len(d.Stories), d.Note)
	}
}
