package bolt

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
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

// reports stores articles with all that belongs to them.
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
			s := newsfold.Story{ID: newsfold.StoryID(a.ID), Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}, First: newsfold.Provenance{URL: a.URL, Reason: "the only one"}}
			a.Story = s.ID
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

// sizes returns how long the records of an article are.
func sizes(t *testing.T, db *DB, n int64) map[bucketID]int {
	t.Helper()
	all := map[bucketID]int{}
	err := db.View(t.Context(), func(st store.Tx) error {
		for _, id := range []bucketID{bArticles, bEntries, bBodies, bStories, bSaid} {
			all[id] = len(st.(*tx).bucket(id).Get(idKey(n)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestAStoreLearnsFromWhatItHolds: from the thousandth article on compacted records
// are smaller, and they can be read, also after the store was closed.
func TestAStoreLearnsFromWhatItHolds(t *testing.T) {
	db := empty(t)
	reports(t, db, 0, 1200)
	before, want := sizes(t, db, 1150), story(t, db, 1150)
	compact(t, db)
	after := sizes(t, db, 1150)
	for id, n := range before {
		if after[id] > n*4/5 {
			t.Errorf("records of %s take %d bytes after learning and %d before", bucketNames[id], after[id], n)
		}
	}
	if got := story(t, db, 1150); got != want {
		t.Errorf("after compaction:\n%s\nwant:\n%s", got, want)
	}
	path := db.path
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := story(t, again, 1150); got != want {
		t.Errorf("opened again:\n%s\nwant:\n%s", got, want)
	}
	if problems, err := again.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("problems %v, error %v", problems, err)
	}
	reports(t, again, 1200, 1210)
	compact(t, again)
	if n := dictionaryCount(t, again); n != 4 {
		t.Errorf("%d dictionaries, want 4: what was learnt is not learnt again", n)
	}
}

func TestAStoreThatCannotLearnGoesOn(t *testing.T) {
	db := empty(t)
	err := db.Update(t.Context(), func(tx store.Tx) error {
		for n := range 1100 {
			a := newsfold.Article{URL: fmt.Sprint(n)}
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	reports(t, db, 0, 10)
	compact(t, db)
	if got := story(t, db, 1105); !strings.Contains(got, "harbour.example/news/4") {
		t.Errorf("got %s", got)
	}
}

func TestADamagedDictionaryIsSaid(t *testing.T) {
	db := empty(t)
	reports(t, db, 0, 1100)
	compact(t, db)
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

func compact(t *testing.T, db *DB) {
	t.Helper()
	if _, _, err := db.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func dictionaryCount(t *testing.T, db *DB) (n int) {
	t.Helper()
	err := db.View(t.Context(), func(st store.Tx) error {
		n = st.(*tx).bucket(bDictionaries).Stats().KeyN
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// story prints a story with all that belongs to it.
func story(t *testing.T, db *DB, n newsfold.StoryID) (all string) {
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
		e, err := tx.Entry(newsfold.EntryRef{Feed: 1, Key: a.URL})
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
func empty(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Update(t.Context(), func(tx store.Tx) error { return tx.PutFeed(&newsfold.Feed{URL: "f"}) }); err != nil {
		t.Fatal(err)
	}
	return db
}
