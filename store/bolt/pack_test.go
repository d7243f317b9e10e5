package bolt

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"newsfold"
	"newsfold/store"
)

// report makes text number n: of words that others have too.
func report(n int) string {
	r := rand.New(rand.NewPCG(uint64(n), 5))
	words := strings.Fields("harbour island lighthouse quay bridge market station valley ferry tower council repairs weeks passengers engine captain morning storm closed opened")
	var b strings.Builder
	for range 120 {
		b.WriteString(words[r.IntN(len(words))] + " ")
	}
	return b.String()
}

// reports stores articles with all that belongs to them, each in a story of its own.
func reports(t *testing.T, db *DB, from, to int) {
	t.Helper()
	err := db.Update(t.Context(), func(tx store.Tx) error {
		for n := from; n < to; n++ {
			text := report(n)
			a := newsfold.Article{URL: fmt.Sprint("https://harbour.example/news/", n), Title: text[:60], Lede: text[:200], Host: "harbour.example"}
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
			e := newsfold.Entry{Feed: 1, GUID: a.URL, Title: a.Title, Content: "<p>" + text + "</p>", Article: a.ID}
			s := newsfold.Story{ID: newsfold.StoryID(a.ID), Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}, Feeds: []newsfold.FeedID{1}}
			a.Story, a.Entries = s.ID, []newsfold.EntryRef{{Feed: 1, Key: e.Key()}}
			for _, err := range []error{
				tx.PutArticle(&a), tx.PutEntry(&e), tx.PutStory(&s),
				tx.PutBody(a.ID, newsfold.Body{Text: text, HTML: "<p>" + text + "</p>"}),
			} {
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// told prints a story with all that belongs to it.
func told(t *testing.T, db *DB, n newsfold.StoryID) (all string) {
	t.Helper()
	err := db.View(t.Context(), func(tx store.Tx) error {
		s, err := tx.Story(n)
		if err != nil {
			return err
		}
		a, err := tx.Article(s.Lead)
		if err != nil {
			return err
		}
		e, err := tx.Entry(a.Entries[0])
		if err != nil {
			return err
		}
		b, err := tx.Body(s.Lead)
		all = fmt.Sprintf("%+v\n%+v\n%+v\n%+v", s, a, e, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// empty returns a store with a feed.
func empty(t *testing.T, opts Options) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Update(t.Context(), func(tx store.Tx) error { return tx.PutFeed(&newsfold.Feed{URL: "f"}) }); err != nil {
		t.Fatal(err)
	}
	return db
}

// pack has a store do what a daemon does now and then, and returns how often.
func pack(t *testing.T, db *DB) (steps int) {
	t.Helper()
	for more := true; more; steps++ {
		var err error
		if more, err = db.Pack(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return steps
}

// intact fails the test when there is something amiss in a store.
func intact(t *testing.T, db *DB) {
	t.Helper()
	if problems, err := db.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("problems %v, error %v", problems, err)
	}
}

// counts says how many loose records there are, and packs.
func counts(t *testing.T, db *DB) map[bucketID]int {
	t.Helper()
	n := map[bucketID]int{}
	err := db.View(t.Context(), func(st store.Tx) error {
		for _, id := range append(slices.Clone(packable), bPacks) {
			n[id] = st.(*tx).bucket(id).Stats().KeyN
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatRestsIsPackedAndReadAsBefore(t *testing.T) {
	db := empty(t, Options{Loose: 100})
	reports(t, db, 0, 1000)
	want := map[newsfold.StoryID]string{}
	for n := newsfold.StoryID(1); n <= 1000; n += 37 {
		want[n] = told(t, db, n)
	}
	if steps := pack(t, db); steps < 900/packArticles/packsAStep {
		t.Errorf("all was done in %d steps", steps)
	}
	same := func(when string) {
		t.Helper()
		for n, want := range want {
			if got := told(t, db, n); got != want {
				t.Errorf("%s:\n%s\nwant:\n%s", when, got, want)
			}
		}
		intact(t, db)
	}
	same("packed")
	n := counts(t, db)
	for _, id := range packable {
		if n[id] < 100 || n[id] >= 100+packArticles {
			t.Errorf("%d records of %s are loose, want 100 and less than a pack", n[id], bucketNames[id])
		}
	}
	if n[bPacks] != 900/packArticles {
		t.Errorf("%d packs", n[bPacks])
	}
	if again := pack(t, db); again != 1 || counts(t, db)[bPacks] != n[bPacks] {
		t.Errorf("packed again in %d steps", again)
	}
	if _, _, err := db.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	same("compacted")
	path := db.path
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if db, err = Open(t.Context(), path, Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	same("opened again")
}

func TestArticlesThatAreNotFoldedStayLoose(t *testing.T) {
	db := empty(t, Options{Loose: -1})
	reports(t, db, 0, 200)
	err := db.Update(t.Context(), func(tx store.Tx) error {
		for id := newsfold.ArticleID(1); id <= 50; id++ {
			a, err := tx.Article(id)
			if err != nil {
				return err
			}
			a.Story = 0
			if err := errors.Join(tx.PutArticle(&a), tx.DeleteStory(newsfold.StoryID(id))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	pack(t, db)
	if n := counts(t, db); n[bArticles] != 50+150%packArticles || n[bBodies] != n[bArticles] {
		t.Errorf("%d articles and %d bodies are loose", n[bArticles], n[bBodies])
	}
	intact(t, db)
}

// TestWhatIsWrittenAgainLeavesItsPack: what is changed, and what is deleted, is read as
// such, and packs of which little is left give way.
func TestWhatIsWrittenAgainLeavesItsPack(t *testing.T) {
	db := empty(t, Options{Loose: -1})
	reports(t, db, 0, 960)
	pack(t, db)
	if n := counts(t, db); n[bArticles]+n[bBodies]+n[bStories]+n[bEntries] != 0 || n[bPacks] != 20 {
		t.Fatalf("%v", n)
	}
	err := db.Update(t.Context(), func(tx store.Tx) error {
		for id := newsfold.ArticleID(1); id <= 960; id++ {
			s, err := tx.Story(newsfold.StoryID(id))
			if err != nil {
				return err
			}
			switch {
			case id <= 96: // the first two packs
				err = errors.Join(tx.DeleteStory(s.ID), tx.DeleteArticle(id))
			case id <= 480 && id%2 == 0:
				err = tx.PutBody(id, newsfold.Body{Text: fmt.Sprint("new text ", id)})
			case id == 481:
				err = tx.PutBody(id, newsfold.Body{})
			case id <= 720:
				s.Read = true
				err = tx.PutStory(&s)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	verify := func(when string) {
		t.Helper()
		err := db.View(t.Context(), func(tx store.Tx) error {
			for id := newsfold.ArticleID(1); id <= 960; id++ {
				b, err := tx.Body(id)
				if err != nil {
					return err
				}
				want := report(int(id - 1))
				switch {
				case id <= 96 || id == 481:
					want = ""
				case id <= 480 && id%2 == 0:
					want = fmt.Sprint("new text ", id)
				}
				if b.Text != want {
					t.Errorf("%s: body %d is %q", when, id, b.Text)
				}
				s, err := tx.Story(newsfold.StoryID(id))
				if id <= 96 != errors.Is(err, newsfold.ErrNotFound) {
					t.Errorf("%s: story %d: error %v", when, id, err)
				}
				if read := id > 96 && id <= 720 && (id > 480 || id%2 == 1) && id != 481; s.Read != read {
					t.Errorf("%s: story %d is read: %v", when, id, s.Read)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		intact(t, db)
	}
	verify("changed")
	if n := counts(t, db); n[bPacks] != 18 {
		t.Errorf("%d packs, want 18: what is empty goes at once", n[bPacks])
	}
	for range 8 { // packs with holes are found some at a time
		pack(t, db)
	}
	verify("packed again")
	err = db.View(t.Context(), func(st store.Tx) error {
		tx := st.(*tx)
		for k, pack := tx.bucket(bPacks).Cursor().First(); k != nil; k = nil {
			f, err := tx.db.codec.OpenFacts(pack)
			if used := tx.used(keyID(k), f); err != nil || used < leastUsed {
				t.Errorf("of pack %d, %d %% is in use, error %v", keyID(k), used, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhatChangesWhileItIsPackedStays: between looking and writing others may write.
func TestWhatChangesWhileItIsPackedStays(t *testing.T) {
	db := empty(t, Options{Loose: -1})
	reports(t, db, 0, packArticles)
	changed := newsfold.Body{Text: "changed meanwhile"}
	_, err := db.pack(t.Context(), usual(0), func(ctx context.Context, fn func(store.Tx) error) error {
		err := db.Update(ctx, func(tx store.Tx) error {
			a, err := tx.Article(8)
			if err != nil {
				return err
			}
			return errors.Join(tx.PutBody(7, changed), tx.DeleteStory(9), tx.DeleteStory(8), tx.DeleteArticle(a.ID))
		})
		return errors.Join(err, db.Update(ctx, fn))
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(t.Context(), func(tx store.Tx) error {
		if b, err := tx.Body(7); err != nil || b != changed {
			t.Errorf("body %+v, error %v", b, err)
		}
		if _, err := tx.Story(9); !errors.Is(err, newsfold.ErrNotFound) {
			t.Errorf("story: error %v", err)
		}
		if _, err := tx.Article(8); !errors.Is(err, newsfold.ErrNotFound) {
			t.Errorf("article: error %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := counts(t, db); n[bPacks] != 1 || n[bBodies] != 1 {
		t.Errorf("%v", n)
	}
}

// TestStoresOfVersion3AreRead: their records were made with dictionaries.
func TestStoresOfVersion3AreRead(t *testing.T) {
	db := opened(t, filepath.Join("testdata", "v3.learnt.db.zst"))
	verify := func(when string) {
		t.Helper()
		err := db.View(t.Context(), func(tx store.Tx) error {
			for n := range 60 {
				b, err := tx.Body(newsfold.ArticleID(n + 1))
				if text := report(n); err != nil || b.Text != text || b.HTML != "<p>"+text+"</p>" {
					t.Errorf("%s: body %d is %+v, error %v", when, n+1, b, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		intact(t, db)
	}
	verify("upgraded")
	if err := db.PackAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	verify("packed")
	if n := counts(t, db); n[bBodies] != 0 {
		t.Errorf("%d bodies are loose", n[bBodies])
	}
}

func TestADamagedDictionaryIsSaid(t *testing.T) {
	db := opened(t, filepath.Join("testdata", "v3.learnt.db.zst"))
	err := db.Update(t.Context(), func(st store.Tx) error {
		b := st.(*tx).bucket(bDictionaries)
		k, v := b.Cursor().First()
		v = append([]byte{}, v...)
		v[len(v)/2] ^= 1
		return b.Put(k, v)
	})
	if err != nil {
		t.Fatal(err)
	}
	path := db.path
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), "is damaged: dictionary") {
		t.Errorf("error %v, want one that names the dictionary", err)
	}
}
