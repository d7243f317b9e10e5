package bolt

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"newsfold"
	"newsfold/store"

	"newsfold/store/internal/record"
)

// small returns a store with a little of everything.
func small(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	err = db.Update(t.Context(), func(tx store.Tx) error {
		err := tx.PutFeed(&newsfold.Feed{URL: "f"})
		for _, url := range []string{"1", "2", "3"} {
			a := newsfold.Article{URL: url, Story: 1, Page: newsfold.Page{State: newsfold.PageWanted, Next: at}}
			err = errors.Join(err, tx.PutArticle(&a),
				tx.PutEntry(&newsfold.Entry{Feed: 1, GUID: url, Article: a.ID}),
				tx.PutBody(a.ID, newsfold.Body{Text: url}),
				tx.Append(store.Texts, a.ID))
		}
		return errors.Join(err, tx.PutStory(&newsfold.Story{
			ID: 1, Lead: 1, Articles: []newsfold.ArticleID{1, 2, 3}, Feeds: []newsfold.FeedID{1}, Time: at, Starred: true,
		}))
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestCheckFindsWhatIsWrong(t *testing.T) {
	if problems, err := small(t).Check(t.Context()); err != nil || len(problems) > 0 {
		t.Fatalf("in a sound store: %v, %v", problems, err)
	}
	key := func(id int64) []byte { return idKey(id) }
	drop := func(t *tx, id bucketID, key []byte) error { return t.bucket(id).Delete(key) }
	us := record.Micro(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	article := func(t *tx, id int64, change func(*newsfold.Article)) error {
		a, err := t.article(newsfold.ArticleID(id))
		change(&a)
		return errors.Join(err, put(t, bArticles, key(id), &a, record.Article))
	}
	story := func(t *tx, change func(*newsfold.Story)) error {
		s, err := t.Story(1)
		change(&s)
		return errors.Join(err, put(t, bStories, key(1), &s, record.Story))
	}
	log := func(t *tx) column {
		return column{Bucket: t.bucket(bLogs).Bucket([]byte(store.Texts)).Bucket(logChanges)}
	}
	for _, tt := range []struct {
		name string
		harm func(*tx) error
		want string
	}{
		{"a feed is gone", func(t *tx) error { return drop(t, bFeeds, key(1)) }, "feed 1: is not there, but 3 entries"},
		{"a URL leads to no feed", func(t *tx) error { return t.bucket(bFeedURLs).Put(hashKey("x"), key(9)) }, "leads to feed"},
		{"a feed cannot be found", func(t *tx) error { return drop(t, bFeedURLs, hashKey("f")) }, "feed 1: its URL"},
		{"a feed is miscounted", func(t *tx) error { return t.bucket(bFeedCounts).Put(key(1), key(7)) }, "has 3 entries and counts 7"},
		{"nothing is counted", func(t *tx) error { return t.bucket(bFeedCounts).Put(key(5), key(7)) }, "counts for a feed"},
		{"a feed number would be given again", func(t *tx) error { return t.bucket(bFeeds).SetSequence(0) }, "could be given again"},
		{"an article number would be given again", func(t *tx) error { return t.bucket(bArticles).SetSequence(2) }, "number 3 could be given again"},
		{"an entry is gone", func(t *tx) error { return drop(t, bEntries, key(2)) }, "leads to an entry that is not there"},
		{"an entry cannot be found", func(t *tx) error { return drop(t, bEntryKeys, entryKey(1, "2")) }, `entry 1 "2": is number 2`},
		{"an entry is found by another key", func(t *tx) error { return t.bucket(bEntryKeys).Put(entryKey(1, "x"), key(2)) }, "leads to an entry of another key"},
		{"an article cannot be found", func(t *tx) error { return drop(t, bArticleURLs, hashKey("2")) }, "article 2: its URL"},
		{"a URL leads to no article", func(t *tx) error { return t.bucket(bArticleURLs).Put(hashKey("x"), key(2)) }, "leads to article 2"},
		{"a wanted page is not listed", func(t *tx) error { return drop(t, bWanted, timeKey(us, 2)) }, "article 2: its page is wanted"},
		{"a page is listed too early", func(t *tx) error { return t.bucket(bWanted).Put(timeKey(us-1, 2), nil) }, "the page of article 2 is not wanted then"},
		{"an article is gone", func(t *tx) error { return drop(t, bArticles, key(2)) }, "story 1: names article 2"},
		{"an article is in no story", func(t *tx) error { return article(t, 2, func(a *newsfold.Article) { a.Story = 0 }) }, "names article 2, which is in story 0"},
		{"an article is in a missing story", func(t *tx) error { return article(t, 2, func(a *newsfold.Article) { a.Story = 5 }) }, "is in story 5, which is not there"},
		{"a story forgot an article", func(t *tx) error { return story(t, func(s *newsfold.Story) { s.Articles = s.Articles[:2] }) }, "article 3: is in story 1, which does not name it"},
		{"a story is led by a stranger", func(t *tx) error { return story(t, func(s *newsfold.Story) { s.Lead = 9 }) }, "its lead 9"},
		{"a story is in disorder", func(t *tx) error {
			return story(t, func(s *newsfold.Story) { s.Articles = []newsfold.ArticleID{2, 1, 3} })
		}, "do not ascend"},
		{"a story names an article twice", func(t *tx) error {
			return story(t, func(s *newsfold.Story) { s.Articles = []newsfold.ArticleID{1, 2, 3, 3} })
		}, "do not ascend"},
		{"a story is not listed", func(t *tx) error { return drop(t, bStoryTimes, timeKey(us, 1)) }, "is listed in story.times with flags  instead of 02"},
		{"a story is listed with old flags", func(t *tx) error { return t.bucket(bStoryFeeds).Put(feedTimeKey(1, us, 1), []byte{1}) }, "is listed in story.feeds with flags 01"},
		{"a story is listed as starred", func(t *tx) error { return story(t, func(s *newsfold.Story) { s.Starred = false }) }, "story.starred"},
		{"a story is listed twice", func(t *tx) error { return t.bucket(bStoryUnread).Put(timeKey(us+1, 1), []byte{2}) }, "lists story 1"},
		{"a missing story is listed", func(t *tx) error { return drop(t, bStories, key(1)) }, "lists story 1, which is not there"},
		{"a body is of nobody", func(t *tx) error {
			return put(t, bBodies, key(77), &newsfold.Body{Text: "x"}, record.WovenBody)
		}, "body 77"},
		{"a change is lost", func(t *tx) error { return log(t).set(2, 0) }, "log texts, change 2: article 2 should stand there"},
		{"a change is there twice", func(t *tx) error {
			_ = log(t).SetSequence(4)
			return log(t).set(4, 2)
		}, "change 4: article 2 stands elsewhere"},
		{"a position would be given again", func(t *tx) error { return log(t).SetSequence(1) }, "could be given again"},
		{"a part of a log is nonsense", func(t *tx) error { return log(t).Put(key(0), []byte{0xff}) }, "log texts: value 0000000000000000 cannot be read"},
		{"a change is of nobody", func(t *tx) error { return errors.Join(log(t).SetSequence(9), log(t).set(9, 77)) }, "article 77 stands elsewhere"},
		{"a value of a shelf is changed", func(t *tx) error {
			return errors.Join(t.Shelf("test").Put([]byte("k"), []byte("v")),
				t.bucket(bShelves).Bucket([]byte("test")).Put([]byte("k"), sealed([]byte("k"), []byte("w"))[:sumSize]))
		}, "shelf test 6b: malformed record: wrong checksum"},
		{"a value of a shelf is another one's", func(t *tx) error {
			err := t.Shelf("test").Put([]byte("k"), []byte("v"))
			b := t.bucket(bShelves).Bucket([]byte("test"))
			return errors.Join(err, b.Put([]byte("l"), bytes.Clone(b.Get([]byte("k")))))
		}, "shelf test 6c: malformed record: wrong checksum"},
		{"what an entry said is changed", func(t *tx) error {
			long := newsfold.Entry{Feed: 1, GUID: "2", Article: 2, Content: strings.Repeat("said ", 200)}
			err := t.PutEntry(&long)
			k, rec := t.bucket(bSaid).Cursor().First()
			rec = append([]byte{}, rec...)
			rec[len(rec)-1] ^= 1
			return errors.Join(err, t.bucket(bSaid).Put(bytes.Clone(k), rec))
		}, "entry.said"},
		{"an entry that said much is of a lost article", func(t *tx) error {
			long := newsfold.Entry{Feed: 1, GUID: "2", Article: 2, Content: strings.Repeat("said ", 200)}
			return errors.Join(t.PutEntry(&long), t.bucket(bArticles).Put(key(2), []byte{0, 1, 2}))
		}, "story 1: names article 2"},
		{"a record is cut", func(t *tx) error { return t.bucket(bArticles).Put(key(1), []byte{0, 1, 2}) }, "article"},
		{"a record is changed", func(t *tx) error {
			rec := append([]byte{}, t.bucket(bArticles).Get(key(3))...)
			rec[len(rec)-1] ^= 1
			return t.bucket(bArticles).Put(key(3), rec)
		}, "wrong checksum"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := small(t)
			if err := db.Update(t.Context(), func(st store.Tx) error { return tt.harm(st.(*tx)) }); err != nil {
				t.Fatal(err)
			}
			problems, err := db.Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, p := range problems {
				all = append(all, p.String())
			}
			if got := strings.Join(all, "\n"); !strings.Contains(got, tt.want) {
				t.Errorf("found %q, want %q among it", got, tt.want)
			}
			mended(t, db, problems)
		})
	}
}

// mended repairs a store and wants it sound.
func mended(t *testing.T, db *DB, problems []store.Problem) {
	t.Helper()
	for _, p := range problems {
		if p.Repair == "" {
			t.Errorf("nothing would mend %v", p)
		}
	}
	if done, err := db.Repair(t.Context()); err != nil || len(done) == 0 {
		t.Errorf("mended %d of %d problems, error %v", len(done), len(problems), err)
	}
	if left, err := db.Check(t.Context()); err != nil || len(left) > 0 {
		t.Errorf("after the repair: %v, error %v", left, err)
	}
}

// TestRepairPutsKeysInOrder changes a key in the file: what stands near it is missed by
// the engine, until the file is written anew.
func TestRepairPutsKeysInOrder(t *testing.T) {
	db := small(t)
	path := db.path
	if _, _, err := db.Compact(t.Context()); err != nil { // no older pages with the same key
		t.Fatal(err)
	}
	before := everything(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	highest := slices.MaxFunc([][]byte{hashKey("1"), hashKey("2"), hashKey("3")}, bytes.Compare)
	content = bytes.ReplaceAll(content, highest, append([]byte{0}, highest[1:]...)) // of the article and of the entry
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err = Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	problems, err := db.Check(t.Context())
	if err != nil || len(problems) == 0 || !strings.Contains(problems[0].String(), "article.urls: its keys are out of order") {
		t.Fatalf("found %v, error %v", problems, err)
	}
	walk := func(st store.Tx) (err error) {
		tx := st.(*tx)
		defer tx.guard(&err) // as every method does
		w := tx.walk(tx.bucket(bArticleURLs), nil, false)
		for k, _ := w.next(); k != nil; k, _ = w.next() {
		}
		return nil
	}
	for name, begin := range map[string]func(context.Context, func(store.Tx) error) error{"reading": db.View, "writing": db.Update} {
		if err := begin(t.Context(), walk); !errors.Is(err, store.ErrForeign) {
			t.Errorf("walking while %s: error %v, want one that wraps ErrForeign", name, err)
		}
	}
	mended(t, db, problems)
	if after := everything(t, db); after != before {
		t.Errorf("it changed:\n%s\nwas:\n%s", after, before)
	}
}

// TestRepairKeepsWhatIsSound plants several kinds of damage at once: what they do
// not touch stays, and what can be had again is asked for.
func TestRepairKeepsWhatIsSound(t *testing.T) {
	db := small(t)
	err := db.Update(t.Context(), func(st store.Tx) error {
		t := st.(*tx)
		a, err := t.article(3)
		a.Link, a.Page = "https://harbour.example/3", newsfold.Page{State: newsfold.PageFetched}
		err = errors.Join(err, t.PutArticle(&a),
			t.AddRevision(2, newsfold.Revision{Text: "as it was"}),
			t.bucket(bArticles).Put(idKey(int64(1)), []byte{0, 1, 2}),
			t.bucket(bBodies).Put(idKey(int64(3)), []byte("nonsense")))
		for _, id := range []bucketID{bFeedURLs, bArticleURLs, bEntryKeys, bWanted, bStoryTimes, bStoryUnread, bStoryFeeds} {
			b := t.bucket(id)
			for k, _ := b.Cursor().First(); k != nil; k, _ = b.Cursor().First() {
				err = errors.Join(err, b.Delete(k))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	problems, err := db.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mended(t, db, problems)
	err = db.View(t.Context(), func(tx store.Tx) error {
		if f, err := tx.FindFeed("f"); err != nil || f.Entries != 2 {
			t.Errorf("feed %+v, error %v; want it with two entries", f, err)
		}
		if _, err := tx.Entry(newsfold.EntryRef{Feed: 1, Key: "1"}); !errors.Is(err, newsfold.ErrNotFound) {
			t.Errorf("the entry of the lost article: error %v, want it to be new again", err)
		}
		if id, err := tx.FindArticle("2"); err != nil || id != 2 {
			t.Errorf("article 2 is found as %d, error %v", id, err)
		}
		for r, err := range tx.Revisions(2) {
			if err != nil || r.Text != "as it was" {
				t.Errorf("revision %+v, error %v", r, err)
			}
		}
		var wanted []newsfold.ArticleID
		for id, err := range tx.Wanted(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) {
			if err != nil {
				return err
			}
			wanted = append(wanted, id)
		}
		if len(wanted) != 2 || wanted[0] != 3 {
			t.Errorf("wanted are %v, want the page of the lost body among them", wanted)
		}
		s, err := tx.Story(1)
		if err != nil || s.Lead != 2 || len(s.Articles) != 2 || !s.Starred {
			t.Errorf("story %+v, error %v", s, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRepairOfASoundStoreChangesNothing(t *testing.T) {
	db := small(t)
	before := everything(t, db)
	if problems, err := db.Repair(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("mended %v, error %v", problems, err)
	}
	if after := everything(t, db); after != before {
		t.Errorf("it changed:\n%s\nwas:\n%s", after, before)
	}
}

func TestDamagedStoreIsNotCompacted(t *testing.T) {
	db := small(t)
	if _, _, err := db.Compact(t.Context()); err != nil {
		t.Errorf("a sound store: %v", err)
	}
	err := db.Update(t.Context(), func(st store.Tx) error { return st.(*tx).bucket(bFeedURLs).Delete(hashKey("f")) })
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.Compact(t.Context()); !errors.Is(err, store.ErrForeign) || !strings.Contains(err.Error(), "check --repair") {
		t.Errorf("error %v, want one that wraps ErrForeign and says what to do", err)
	}
}

func TestCheckStops(t *testing.T) {
	db := small(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.Check(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the one of the context", err)
	}
	err := db.Update(t.Context(), func(st store.Tx) error {
		for i := range int64(3 * maxProblems) {
			if err := st.(*tx).bucket(bWanted).Put(timeKey(i, i), nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	problems, err := db.Check(t.Context())
	if err != nil || len(problems) != maxProblems {
		t.Errorf("%d problems, error %v, want %d", len(problems), err, maxProblems)
	}
}

// What went wrong inside a transaction is not committed, even if fn goes on.
func TestDamageIsNotCommitted(t *testing.T) {
	db := small(t)
	err := db.Update(t.Context(), func(st store.Tx) error {
		return st.(*tx).bucket(bArticles).Put(idKey(int64(2)), []byte{0})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(tx store.Tx) error {
		if _, err := tx.Article(2); !errors.Is(err, store.ErrForeign) {
			t.Errorf("error %v, want one that wraps ErrForeign", err)
		}
		_ = tx.PutFeed(&newsfold.Feed{URL: "new"})
		return nil
	})
	if !errors.Is(err, store.ErrForeign) {
		t.Errorf("error %v, want one that wraps ErrForeign", err)
	}
	err = db.View(t.Context(), func(tx store.Tx) error {
		_, err := tx.FindFeed("new")
		return err
	})
	if !errors.Is(err, newsfold.ErrNotFound) {
		t.Errorf("it was committed: error %v", err)
	}
}

func TestTransactionThatIsOverSaysSo(t *testing.T) {
	db := small(t)
	var old store.Tx
	if err := db.View(t.Context(), func(tx store.Tx) error { old = tx; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := old.Feed(1); !errors.Is(err, errOver) {
		t.Errorf("error %v, want %v", err, errOver)
	}
}

func TestStoreThatCannotBeSecuredStopsWriting(t *testing.T) {
	db := small(t)
	broken := errors.New("the disk did not answer")
	db.freeze(broken)
	ran := func(store.Tx) error { t.Error("ran"); return nil }
	if err := db.Update(t.Context(), ran); !errors.Is(err, broken) {
		t.Errorf("writing: error %v, want the first one", err)
	}
	if err := db.View(t.Context(), func(store.Tx) error { return nil }); err != nil {
		t.Errorf("reading: %v", err)
	}
}
