package river_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"newsfold"
	"newsfold/internal/river"
	"newsfold/store"
	"newsfold/store/bolt"
)

// press is a store to which articles come.
type press struct {
	t  *testing.T
	db store.DB
	at time.Time
}

func newPress(t *testing.T) *press {
	db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return &press{t, db, time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
}

func (p *press) update(fn func(store.Tx) error) {
	p.t.Helper()
	if err := p.db.Update(p.t.Context(), fn); err != nil {
		p.t.Fatal(err)
	}
}

// comes stores an article that is not folded yet; its page is wanted, or its text
// stands in the log.
func (p *press) comes(url string, wanted bool) (id newsfold.ArticleID) {
	p.t.Helper()
	p.at = p.at.Add(time.Minute)
	p.update(func(tx store.Tx) error {
		a := newsfold.Article{URL: url, Title: url, Seen: p.at}
		if wanted {
			a.Page = newsfold.Page{State: newsfold.PageWanted, Next: p.at}
		}
		if err := tx.PutArticle(&a); err != nil {
			return err
		}
		id = a.ID
		if wanted {
			return nil
		}
		return tx.Append(store.Texts, id)
	})
	return id
}

// folds puts articles into a story, and notes it as folding does.
func (p *press) folds(story newsfold.StoryID, ids ...newsfold.ArticleID) {
	p.t.Helper()
	p.update(func(tx store.Tx) error {
		s, err := tx.Story(story)
		if err != nil {
			s = newsfold.Story{ID: story, Lead: ids[0], Time: p.at}
		}
		for _, id := range ids {
			a, err := tx.Article(id)
			if err != nil {
				return err
			}
			a.Story, a.Page.State = story, newsfold.PageFetched
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
			if !slices.Contains(s.Articles, id) {
				s.Articles = append(s.Articles, id)
			}
			if err := tx.Append(store.Folds, id); err != nil {
				return err
			}
		}
		return tx.PutStory(&s)
	})
}

// fresh tells what is new behind a cursor; of the log of texts, all from the start
// counts as not folded.
func (p *press) fresh(since river.Cursor) (news river.News) {
	p.t.Helper()
	err := p.db.View(p.t.Context(), func(tx store.Tx) (err error) {
		news, err = river.Fresh(tx, since, 0, p.at)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return news
}

func (p *press) want(what string, got []newsfold.StoryID, want ...newsfold.StoryID) {
	p.t.Helper()
	if !slices.Equal(got, want) {
		p.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestEachStoryIsNewOnce(t *testing.T) {
	p := newPress(t)
	first := p.comes("one", false)
	late := p.comes("late", false)       // folded after the next one
	page := p.comes("with a page", true) // its page takes long
	last := p.comes("four", false)
	p.folds(1, first)
	p.folds(4, last)
	news := p.fresh(river.Cursor{})
	p.want("at first, all", news.New, 4, 1)

	p.folds(newsfold.StoryID(late), late)
	news = p.fresh(news.Next)
	p.want("one of a lower number that came later", news.New, newsfold.StoryID(late))

	p.folds(newsfold.StoryID(page), page)
	p.folds(4, last) // folded anew, as when its page is there at last
	news = p.fresh(news.Next)
	p.want("one whose page took long", news.New, newsfold.StoryID(page))
	p.want("one that was folded anew", news.Changed, 4)

	for _, id := range []newsfold.ArticleID{first, late, page, last} {
		p.folds(newsfold.StoryID(id), id) // all are folded anew
	}
	copied := p.comes("a copy", false)
	p.folds(1, copied)
	news = p.fresh(news.Next)
	p.want("when all are folded anew", news.New)
	if len(news.Changed) != 4 {
		t.Errorf("changed: %v, want all four", news.Changed)
	}
	next := p.fresh(news.Next)
	p.want("then", next.New)
	if next.Next.Seq != news.Next.Seq || !slices.Equal(next.Next.Late, news.Next.Late) {
		t.Errorf("the cursor went from %+v to %+v", news.Next, next.Next)
	}
}

func TestCursorsOnlyMoveForward(t *testing.T) {
	p := newPress(t)
	further := river.Cursor{Seq: 7, High: 9, Late: []newsfold.ArticleID{3}, At: p.at}
	for _, c := range []river.Cursor{{Seq: 3, At: p.at}, further, {Seq: 5, At: p.at}} {
		p.update(func(tx store.Tx) error { return river.SaveCursor(tx, "list/a", c) })
	}
	err := p.db.View(t.Context(), func(tx store.Tx) error {
		got, err := river.LoadCursor(tx, "list/a")
		if err != nil || got.Seq != 7 || got.High != 9 || len(got.Late) != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		none, err := river.LoadCursor(tx, "list/b")
		if err != nil || none.Seq != 0 || !none.At.IsZero() {
			t.Errorf("%+v, %v", none, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
