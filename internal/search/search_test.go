package search

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"newsfold"
	"newsfold/store"
	"newsfold/store/bolt"
)

// shop is a store with an index beside it.
type shop struct {
	*testing.T
	db  store.DB
	ix  *Index
	dir string
}

func newShop(t *testing.T) *shop {
	t.Helper()
	dir := t.TempDir()
	db, err := bolt.Open(t.Context(), filepath.Join(dir, "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{T: t, db: db, dir: filepath.Join(dir, "search")}
	s.open()
	t.Cleanup(func() {
		if err := errors.Join(s.ix.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *shop) open() {
	s.Helper()
	ix, err := Open(s.dir, Options{})
	if err != nil {
		s.Fatal(err)
	}
	s.ix = ix
}

func (s *shop) update(fn func(store.Tx) error) {
	s.Helper()
	if err := s.db.Update(s.Context(), fn); err != nil {
		s.Fatal(err)
	}
}

// TestBusyProcessLeavesArticlesToSearches: Run indexes nothing while there is something
// more urgent to do, a search does, and afterwards Run goes on.
func TestBusyProcessLeavesArticlesToSearches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		if err := s.ix.Close(); err != nil {
			t.Fatal(err)
		}
		var busy atomic.Bool
		var err error
		if s.ix, err = Open(s.dir, Options{Busy: busy.Load}); err != nil {
			t.Fatal(err)
		}
		found := func() int { return len(s.find("ferry").Stories) }
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.ix.Run(ctx, s.db) }()
		busy.Store(true)
		s.add(news{"en", "Ferry", "The ferry ran aground."})
		time.Sleep(time.Minute)
		if n := found(); n != 0 {
			t.Errorf("%d articles were indexed by a busy process", n)
		}
		if err := s.ix.Refresh(ctx, s.db, time.Minute); err != nil {
			t.Error(err)
		}
		if n := found(); n != 1 {
			t.Errorf("a search finds %d articles, want 1", n)
		}
		s.add(news{"en", "Ferry again", "The ferry is afloat."})
		busy.Store(false)
		time.Sleep(time.Minute)
		if n := found(); n != 2 {
			t.Errorf("%d articles are indexed afterwards, want 2", n)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// at is when article 1 appeared; each later one is an hour younger.
var at = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// piece of news, as a story of its own.
type news struct{ lang, title, text string }

func (s *shop) add(all ...news) (ids []newsfold.ArticleID) {
	s.Helper()
	s.update(func(tx store.Tx) error {
		ids = nil
		for _, n := range all {
			a := newsfold.Article{Lang: n.lang, Title: n.title, URL: fmt.Sprintf("https://a.example/%s/%d", n.title, rand.Int64())}
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
			ids = append(ids, a.ID)
			if err := put(tx, &a, n.text); err != nil {
				return err
			}
		}
		return nil
	})
	return ids
}

func put(tx store.Tx, a *newsfold.Article, text string) error {
	a.Seen = at.Add(time.Duration(a.ID) * time.Hour)
	a.Story = newsfold.StoryID(a.ID)
	return errors.Join(
		tx.PutArticle(a), tx.PutBody(a.ID, newsfold.Body{Text: text}),
		tx.PutStory(&newsfold.Story{ID: a.Story, Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}, Time: a.Seen}),
		tx.Append(store.Folds, a.ID))
}

func (s *shop) catch() {
	s.Helper()
	if err := s.ix.Catch(s.Context(), s.db, nil); err != nil {
		s.Fatal(err)
	}
}

func (s *shop) find(query string) Found {
	s.Helper()
	f, err := s.ix.Search(s.Context(), s.db, query, Page{Limit: 1000, Now: at.AddDate(0, 0, 30)})
	if err != nil {
		s.Fatalf("%s: %v", query, err)
	}
	return f
}

// titles are those of the stories that a query finds, best first.
func (s *shop) titles(query string) string {
	s.Helper()
	var all []string
	for _, r := range s.find(query).Stories {
		all = append(all, r.Title)
	}
	return strings.Join(all, " ")
}

func TestWordsAreFoundInTheirForms(t *testing.T) {
	s := newShop(t)
	s.add(
		news{"en-GB", "en", "The ferries were running again; nobody’s luggage was lost, the harbour-master said on 14 March."},
		news{"de", "de", "Die Wahlen in den Städten wurden verschoben, sagte die Bürgermeisterin. Straßen blieben gesperrt."},
		news{"fr-FR", "fr", "Les élections municipales ont été reportées d'une semaine à l'école."},
		news{"es", "es", "Los elefantes cruzaron las carreteras cerca de la estación de Córdoba."},
		news{"ru", "ru", "Выборы в городах были перенесены; ёлку на площади зажгли в декабре."},
		news{"ar", "ar", "وقالت الحكومة إن المدارس ستفتح أبوابها في الأسبوع المقبل"},
		news{"zh", "zh", "东京都政府宣布明天开放新的图书馆。"},
		news{"ja", "ja", "東京都は新しい図書館を開館しました。ラーメン屋も。"},
		news{"ko", "ko", "서울시는 새로운 도서관을 열었다."},
		news{"th", "th", "กรุงเทพมหานครเปิดห้องสมุดใหม่"},
		news{"uk", "uk", "Вибори перенесено на осінь."},
		news{"", "none", "The zeppelins landed at Ravensburg"},
	)
	s.catch()
	for query, want := range map[string]string{
		"ferry":                  "en",
		"FERRIES run":            "en",
		"harbour master":         "en",
		"nobody's":               "en",
		"14 march":               "en",
		"Wahl":                   "de",
		"Stadt":                  "de",
		"Städte":                 "de",
		"stadten":                "de",
		"strasse":                "de",
		"Straße":                 "de",
		"élection":               "fr",
		"elections":              "fr",
		"école":                  "fr",
		"ecole":                  "fr",
		"elefante":               "es",
		"Cordoba":                "es",
		"carretera estacion":     "es",
		"выборах":                "ru",
		"елка":                   "ru",
		"город":                  "ru",
		"المدرسة":                "",
		"مدارس":                  "ar",
		"حكومه":                  "ar",
		"图书馆":                    "zh",
		"図書館":                    "ja",
		"東京":                     "ja",
		"ラーメン":                   "ja",
		"도서관":                    "ko",
		"ห้องสมุด":               "th",
		"вибори":                 "uk",
		"zeppelin":               "none",
		"zeppelin lang:en":       "",
		"the ferry was":          "en",
		`"running again"`:        "en",
		`"again running"`:        "",
		`"said on 14"`:           "en",
		`"lost the harbour"`:     "en",
		"zepp*":                  "none",
		"ferry -luggage":         "",
		"landed -ferry":          "none",
		"lang:de":                "de",
		"nothing of this":        "",
		"東京都 -ラーメン":              "",
		`ferry "harbour-master"`: "en",
	} {
		if got := s.titles(query); got != want {
			t.Errorf("%s: found %q, want %q", query, got, want)
		}
	}
}

func TestResultsAreRankedAndMarked(t *testing.T) {
	s := newShop(t)
	filler := strings.Repeat("Lorem tide rope lantern basket stone. ", 30)
	s.add(
		news{"en", "Once", "A lighthouse stood there. " + filler},
		news{"en", "Often", "The lighthouse keeper left the lighthouse. " + filler},
		news{"en", "Lighthouse", filler},
		news{"en", "Nothing", filler},
	)
	s.catch()
	if got := s.titles("lighthouse"); got != "Lighthouse Often Once" {
		t.Errorf("order is %q", got)
	}
	f := s.find("lighthouses keeper")
	if len(f.Stories) != 1 {
		t.Fatalf("found %+v", f)
	}
	want := []Piece{{"The ", false}, {"lighthouse", true}, {" ", false}, {"keeper", true}, {" left the ", false}, {"lighthouse", true}}
	if got := f.Stories[0].Snippet; len(got) < 7 || !slices.Equal(got[:6], want) {
		t.Errorf("snippet is %v, want it to begin %v", got, want)
	}
	if got := s.find("lighthouse").Stories[0].Match; len(got) != 1 || !got[0].Hit {
		t.Errorf("the title is marked as %v", got)
	}
	// A hit far down is shown with what stands around it.
	s.add(news{"en", "Deep", filler + filler + "In the cellar lay an astrolabe made of brass. " + filler})
	s.catch()
	var text strings.Builder
	for _, p := range s.find("astrolabe").Stories[0].Snippet {
		text.WriteString(p.Text)
	}
	if got := text.String(); !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") || !strings.Contains(got, "an astrolabe made") || len(got) > 300 {
		t.Errorf("snippet is %q", got)
	}
}

func TestStoriesThatARuleHidesAreFoundOnlyWhenAskedFor(t *testing.T) {
	s := newShop(t)
	ids := s.add(news{"en", "one", "ferry"}, news{"en", "two", "ferry"})
	s.update(func(tx store.Tx) error {
		st, err := tx.Story(newsfold.StoryID(ids[1]))
		if err != nil {
			return err
		}
		st.Hidden = true
		return tx.PutStory(&st)
	})
	s.catch()
	for query, want := range map[string]string{"ferry": "one", "ferry is:hidden": "two", "": "one"} {
		if got := s.titles(query); got != want {
			t.Errorf("%q: found %q, want %q", query, got, want)
		}
	}
}

func TestFilters(t *testing.T) {
	s := newShop(t)
	ids := s.add(news{"en", "one", "ferry"}, news{"en", "two", "ferry"}, news{"de", "three", "ferry"}, news{"en", "four", "tram"})
	s.update(func(tx store.Tx) error {
		courier := newsfold.Feed{URL: "https://courier.example/feed", Title: "Harbour Courier", Folders: []string{"News/Local"}}
		wire := newsfold.Feed{URL: "https://wire.example/feed", Title: "Coast Wire", Folders: []string{"News"}}
		if err := errors.Join(tx.PutFeed(&courier), tx.PutFeed(&wire)); err != nil {
			return err
		}
		for i, id := range ids {
			a, err := tx.Article(id)
			if err != nil {
				return err
			}
			a.Host, a.Link = "courier.example", "https://www.courier.example/a"
			a.Entries = []newsfold.EntryRef{{Feed: courier.ID, Key: fmt.Sprint(i)}}
			if i == 1 {
				a.Host, a.Link = "wire.example", "https://news.wire.example/a"
				a.Entries = append(a.Entries, newsfold.EntryRef{Feed: wire.ID, Key: "w"})
			}
			st, err := tx.Story(a.Story)
			if err != nil {
				return err
			}
			st.Read, st.Starred = i == 0, i == 2
			if err := errors.Join(tx.PutArticle(&a), tx.PutStory(&st), tx.Append(store.Folds, id)); err != nil {
				return err
			}
		}
		return nil
	})
	s.catch()
	for query, want := range map[string]string{
		"ferry feed:2":                   "two",
		`ferry feed:"coast wire"`:        "two",
		"ferry feed:courier":             "three two one",
		"feed:courier":                   "four three two one", // newest first
		"ferry folder:news":              "three two one",
		"ferry folder:News/Local":        "three two one",
		"ferry site:wire.example":        "two",
		"ferry site:news.wire.example":   "two",
		"ferry site:www.courier.example": "three one",
		"ferry lang:de":                  "three",
		"ferry lang:de lang:en":          "three two one",
		"ferry is:unread":                "three two",
		"ferry is:starred":               "three",
		"ferry after:2026-03-01T10:30":   "three",
		"ferry before:2026-03-01T10:30":  "two one",
		"ferry before:2026-03-01":        "",
		"ferry after:2026-03":            "three two one",
		"after:29.9d":                    "four three",
		"":                               "four three two one",
	} {
		got := strings.Fields(s.titles(query))
		wanted := strings.Fields(want)
		if strings.Contains(query, "ferry") { // of equal score
			slices.Sort(got)
			slices.Sort(wanted)
		}
		if !slices.Equal(got, wanted) {
			t.Errorf("%s: found %q, want %q", query, got, wanted)
		}
	}
	for query, want := range map[string]error{
		"feed:nobody":             newsfold.ErrNotFound,
		"after:sometime":          ErrQuery,
		"lang:x":                  ErrQuery,
		"is:open":                 ErrQuery,
		"feed:":                   ErrQuery,
		strings.Repeat("a ", 40):  ErrQuery,
		strings.Repeat("a", 5000): ErrQuery,
	} {
		if _, err := s.ix.Search(t.Context(), s.db, query, Page{}); !errors.Is(err, want) {
			t.Errorf("%.30s: error %v, want %v", query, err, want)
		}
	}
}

// TestIndexAgreesWithTheTexts changes, adds and removes articles at random, in
// batches that make many segments and merges, and compares every answer with what
// reading all texts gives.
func TestIndexAgreesWithTheTexts(t *testing.T) {
	s := newShop(t)
	dice := rand.New(rand.NewPCG(1, 2))
	word := func() string { return fmt.Sprintf("w%d", int(dice.ExpFloat64()*6)) }
	texts := map[newsfold.ArticleID][]string{}
	for round := range 25 {
		s.update(func(tx store.Tx) error {
			for range 1 + dice.IntN(60) {
				a := newsfold.Article{URL: fmt.Sprint(round, dice.Int64()), Lang: "en"}
				var err error
				if len(texts) > 0 && dice.IntN(3) == 0 {
					for id := range texts {
						a, err = tx.Article(id)
						break
					}
				} else {
					err = tx.PutArticle(&a)
				}
				if err != nil {
					return err
				}
				if _, known := texts[a.ID]; known && dice.IntN(3) == 0 {
					delete(texts, a.ID)
					if err := errors.Join(tx.DeleteStory(a.Story), tx.DeleteArticle(a.ID)); err != nil {
						return err
					}
					continue
				}
				words := make([]string, 1+dice.IntN(30))
				for i := range words {
					words[i] = word()
				}
				texts[a.ID] = words
				if err := put(tx, &a, strings.Join(words, " ")); err != nil {
					return err
				}
			}
			return nil
		})
		s.catch()
		if round%10 == 9 {
			if err := s.ix.Close(); err != nil {
				t.Fatal(err)
			}
			s.open()
		}
		for range 5 {
			x, y := word(), word()
			s.agrees(texts, x, func(ws []string) bool { return slices.Contains(ws, x) })
			s.agrees(texts, x+" "+y, func(ws []string) bool { return slices.Contains(ws, x) && slices.Contains(ws, y) })
			s.agrees(texts, x+" -"+y, func(ws []string) bool { return slices.Contains(ws, x) && !slices.Contains(ws, y) })
			s.agrees(texts, `"`+x+" "+y+`"`, func(ws []string) bool {
				for i := range ws[1:] {
					if ws[i] == x && ws[i+1] == y {
						return true
					}
				}
				return false
			})
		}
	}
	st, err := s.ix.Stats()
	if err != nil || st.Articles != len(texts) || st.Segments > 30 {
		t.Errorf("%+v, error %v, want %d articles in a few segments", st, err, len(texts))
	}
}

func (s *shop) agrees(texts map[newsfold.ArticleID][]string, query string, matches func([]string) bool) {
	s.Helper()
	var want, got []newsfold.ArticleID
	for id, words := range texts {
		if matches(words) {
			want = append(want, id)
		}
	}
	for _, r := range s.find(query).Stories {
		got = append(got, r.Article)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		s.Fatalf("%s: found %v, want %v", query, got, want)
	}
}

func TestStoriesAreFoundOnceHoweverManyArticlesMatch(t *testing.T) {
	s := newShop(t)
	ids := s.add(news{"en", "lead", "ferry ferry aground"}, news{"en", "copy", "ferry ferry ferry"}, news{"en", "other", "a tram and a ferry"})
	s.update(func(tx store.Tx) error {
		b, err := tx.Article(ids[1])
		b.Story = newsfold.StoryID(ids[0])
		return errors.Join(err, tx.DeleteStory(newsfold.StoryID(ids[1])), tx.PutArticle(&b),
			tx.PutStory(&newsfold.Story{ID: b.Story, Lead: ids[0], Articles: ids[:2], Time: at}), tx.Append(store.Folds, ids[1]))
	})
	s.catch()
	f := s.find("ferry")
	if len(f.Stories) != 2 || f.Articles != 3 || f.Stories[0].Title != "lead" || f.Stories[0].Article != ids[1] {
		t.Errorf("found %+v", f)
	}
	one, err := s.ix.Search(t.Context(), s.db, "ferry", Page{Limit: 1})
	if err != nil || len(one.Stories) != 1 || !one.More {
		t.Errorf("found %+v, error %v; want one and that there are more", one, err)
	}
	two, err := s.ix.Search(t.Context(), s.db, "ferry", Page{Limit: 1, Skip: 1})
	if err != nil || len(two.Stories) != 1 || two.More || two.Stories[0].Title != "other" {
		t.Errorf("found %+v, error %v; want the other and no more", two, err)
	}
}

func TestDamagedIndexIsMadeAnew(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, dir string, names []string){
		"a segment is gone": func(t *testing.T, dir string, names []string) { remove(t, filepath.Join(dir, names[0])) },
		"a segment is cut short": func(t *testing.T, dir string, names []string) {
			if err := os.Truncate(filepath.Join(dir, names[0]), 60); err != nil {
				t.Fatal(err)
			}
		},
		"the list is nonsense": func(t *testing.T, dir string, _ []string) { write(t, filepath.Join(dir, manifestName), "{") },
		"the list is of another version": func(t *testing.T, dir string, _ []string) {
			write(t, filepath.Join(dir, manifestName), `{"version":99}`)
		},
		"a bit of the dictionary is turned": func(t *testing.T, dir string, names []string) {
			b, err := os.ReadFile(filepath.Join(dir, names[0]))
			if err != nil {
				t.Fatal(err)
			}
			b[len(b)-footerSize-40] ^= 4
			write(t, filepath.Join(dir, names[0]), string(b))
		},
		"it is of another store": func(t *testing.T, dir string, _ []string) {
			b, err := os.ReadFile(filepath.Join(dir, manifestName))
			if err != nil {
				t.Fatal(err)
			}
			i := strings.Index(string(b), `"store":"`) + 9
			b[i] ^= 1
			write(t, filepath.Join(dir, manifestName), string(b))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.add(news{"en", "one", "ferry"}, news{"en", "two", "ferry"})
			s.catch()
			if err := s.ix.Close(); err != nil {
				t.Fatal(err)
			}
			names, err := filepath.Glob(filepath.Join(s.dir, "*.seg"))
			if err != nil || len(names) != 1 {
				t.Fatalf("segments %v, error %v", names, err)
			}
			harm(t, s.dir, []string{filepath.Base(names[0])})
			s.open()
			s.catch()
			if got := s.titles("ferry"); got != "two one" {
				t.Errorf("found %q", got)
			}
		})
	}
}

func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestIndexOfALaterStoreIsMadeAnew(t *testing.T) {
	s := newShop(t)
	s.add(news{"en", "one", "ferry"})
	var backup strings.Builder
	s.catch()
	if err := s.db.(store.Backuper).Backup(t.Context(), &backup); err != nil {
		t.Fatal(err)
	}
	s.add(news{"en", "two", "ferry"})
	s.catch()
	path := filepath.Join(t.TempDir(), "newsfold.db")
	if err := bolt.Restore(t.Context(), path, strings.NewReader(backup.String()), false); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(t.Context(), path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	old := s.db
	s.db = db
	defer func() { _ = db.Close(); s.db = old }()
	s.catch()
	if got := s.titles("ferry"); got != "one" {
		t.Errorf("found %q", got)
	}
	if st, err := s.ix.Stats(); err != nil || st.Articles != 1 {
		t.Errorf("%+v, error %v", st, err)
	}
}

func TestSearchGoesOnWhileTheIndexChanges(t *testing.T) {
	s := newShop(t)
	s.add(news{"en", "first", "ferry"})
	s.catch()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 3)
	for range 3 {
		go func() {
			for ctx.Err() == nil {
				f, err := s.ix.Search(ctx, s.db, "ferry", Page{Limit: 5})
				if err != nil && ctx.Err() == nil || err == nil && f.Articles == 0 {
					ended <- fmt.Errorf("found %d: %w", f.Articles, err)
					return
				}
			}
			ended <- nil
		}()
	}
	for range 30 {
		s.add(news{"en", "next", "ferry tram"})
		s.catch()
	}
	cancel()
	for range 3 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
