package ingest

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"newsfold"
	"newsfold/dedupe"
	"newsfold/store"
	"newsfold/store/bolt"
)

// shelf is a store in which decisions are carried out.
type shelf struct {
	t  *testing.T
	db *bolt.DB
	// apart are pairs of articles that are no copies of one another.
	apart func(a, b newsfold.ArticleID) bool
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return &shelf{t: t, db: db, apart: func(_, _ newsfold.ArticleID) bool { return false }}
}

func (s *shelf) update(fn func(store.Tx) error) {
	s.t.Helper()
	if err := s.db.Update(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}

// article stores an article of an outlet and a feed, with a text of n words.
func (s *shelf) article(outlet int, feed newsfold.FeedID, n int) newsfold.ArticleID {
	s.t.Helper()
	var a newsfold.Article
	s.update(func(tx store.Tx) error {
		at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		a = newsfold.Article{Seen: at, Page: newsfold.Page{State: newsfold.PageFeed, Words: n}}
		var highest newsfold.ArticleID
		for c, err := range tx.Changes(store.Texts, 0) {
			if err != nil {
				return err
			}
			highest = max(highest, c.Article)
		}
		a.URL = fmt.Sprintf("https://%d.example/%d", outlet, highest+1)
		a.Seen = at.Add(time.Duration(highest) * time.Minute)
		a.Outlet, a.Host = fmt.Sprint(outlet), fmt.Sprintf("%d.example", outlet)
		a.Entries = []newsfold.EntryRef{{Feed: feed, Key: a.URL}}
		if err := tx.PutArticle(&a); err != nil {
			return err
		}
		return tx.Append(store.Texts, a.ID)
	})
	return a.ID
}

// place carries out the decision that an article belongs to the stories of
// others; of none, that it starts one.
func (s *shelf) place(id newsfold.ArticleID, with ...newsfold.ArticleID) {
	s.t.Helper()
	s.update(func(tx store.Tx) error {
		d, err := decision(tx, id, with)
		if err != nil {
			return err
		}
		sh := shelver{tx: tx, now: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), compare: s.compare}
		return sh.place(id, d)
	})
}

func (s *shelf) compare(a, b newsfold.ArticleID) (dedupe.Verdict, error) {
	if s.apart(a, b) {
		return dedupe.Verdict{}, nil
	}
	return dedupe.Verdict{Relation: dedupe.Identical, Score: 1}, nil
}

// decision is what a folder decides: it names each story after its smallest
// article but the one that is decided on.
func decision(tx store.Tx, id newsfold.ArticleID, with []newsfold.ArticleID) (dedupe.Decision, error) {
	d := dedupe.Decision{Story: int64(id), Verdict: dedupe.Verdict{Relation: dedupe.First}}
	var names []int64
	for _, m := range with {
		a, err := tx.Article(m)
		if err != nil {
			return d, err
		}
		st, err := tx.Story(a.Story)
		if err != nil {
			return d, err
		}
		rest := slices.DeleteFunc(st.Articles, func(n newsfold.ArticleID) bool { return n == id })
		names = append(names, int64(slices.Min(rest)))
	}
	if len(names) == 0 {
		return d, nil
	}
	slices.Sort(names)
	d.Story, d.With = min(d.Story, names[0]), int64(with[0])
	d.Verdict = dedupe.Verdict{Relation: dedupe.Identical, Score: 1}
	for _, n := range slices.Compact(names) {
		if n != d.Story {
			d.Merge = append(d.Merge, n)
		}
	}
	return d, nil
}

// stories returns all stories, each under each of its articles.
func (s *shelf) stories() map[newsfold.ArticleID]newsfold.Story {
	s.t.Helper()
	in := map[newsfold.ArticleID]newsfold.Story{}
	err := s.db.View(s.t.Context(), func(tx store.Tx) error {
		for st, err := range tx.Stories(store.Query{}) {
			if err != nil {
				return err
			}
			for _, id := range st.Articles {
				if other, ok := in[id]; ok {
					s.t.Errorf("article %d is in stories %d and %d", id, other.ID, st.ID)
				}
				in[id] = st
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return in
}

func (s *shelf) mark(id newsfold.ArticleID, set func(*newsfold.Story)) {
	s.t.Helper()
	st, ok := s.stories()[id]
	if !ok {
		s.t.Fatalf("article %d is in no story", id)
	}
	set(&st)
	s.update(func(tx store.Tx) error { return tx.PutStory(&st) })
}

func (s *shelf) wantArticles(of newsfold.ArticleID, want ...newsfold.ArticleID) newsfold.Story {
	s.t.Helper()
	st := s.stories()[of]
	if !slices.Equal(st.Articles, want) {
		s.t.Errorf("the story of article %d has articles %v, want %v", of, st.Articles, want)
	}
	return st
}

func TestFounderWithAnotherTextLeavesItsCopies(t *testing.T) {
	s := newShelf(t)
	founder, copy1, copy2 := s.article(1, 1, 100), s.article(2, 2, 100), s.article(3, 3, 100)
	s.place(founder)
	s.place(copy1, founder)
	s.place(copy2, founder)
	s.mark(founder, func(st *newsfold.Story) { st.Read, st.Starred = true, true })
	s.place(founder) // its text has nothing in common with the others any more
	s.wantArticles(founder, founder)
	rest := s.wantArticles(copy1, copy1, copy2)
	if !rest.Read || !rest.Starred {
		t.Error("the marks have not stayed with those who have the text")
	}
}

func TestFounderThatJoinsAnotherStoryTakesNoneAlong(t *testing.T) {
	s := newShelf(t)
	founder, copied, other := s.article(1, 1, 100), s.article(2, 2, 100), s.article(3, 3, 100)
	s.place(founder)
	s.place(copied, founder)
	s.place(other)
	s.place(founder, other)
	s.wantArticles(founder, founder, other)
	s.wantArticles(copied, copied)
}

func TestMarksOfAStoryThatJoinsAnotherAreKept(t *testing.T) {
	s := newShelf(t)
	a, b := s.article(1, 1, 100), s.article(2, 2, 100)
	s.place(a)
	s.place(b)
	s.mark(b, func(st *newsfold.Story) { st.Read, st.Starred = true, true })
	s.place(b, a) // its page was read: it is a copy
	if st := s.wantArticles(a, a, b); !st.Read || !st.Starred {
		t.Errorf("read %v, starred %v: what a person said of one of the two is lost", st.Read, st.Starred)
	}
}

func TestLongerLateVersionIsNewsAlsoWhenItsNumberIsSmaller(t *testing.T) {
	s := newShelf(t)
	long, short := s.article(1, 1, 300), s.article(2, 2, 100)
	s.place(short)
	s.mark(short, func(st *newsfold.Story) { st.Read = true })
	s.update(func(tx store.Tx) error {
		d, err := decision(tx, long, []newsfold.ArticleID{short})
		if err != nil {
			return err
		}
		d.Verdict.Relation = dedupe.Expanded
		return shelver{tx: tx, compare: s.compare}.place(long, d)
	})
	if st := s.wantArticles(long, long, short); st.Read {
		t.Error("a story that is three times as long now stayed read")
	}
}

func TestStoryIsNotLedByATeaser(t *testing.T) {
	s := newShelf(t)
	teaser, full := s.article(1, 1, 60), s.article(2, 2, 600)
	s.place(teaser)
	s.place(full, teaser)
	if st := s.wantArticles(full, teaser, full); st.Lead != full {
		t.Errorf("article %d leads, which has a tenth of the text", st.Lead)
	}
}

func TestArticleWhoseCopiesAreTooOldToBeFoundStays(t *testing.T) {
	s := newShelf(t)
	a, b := s.article(1, 1, 100), s.article(2, 2, 100)
	s.place(a)
	s.place(b, a)
	for _, c := range []struct {
		days int
		want []newsfold.ArticleID
	}{{60, []newsfold.ArticleID{a, b}}, {10, []newsfold.ArticleID{b}}} {
		s.update(func(tx store.Tx) error {
			sh := shelver{tx: tx, window: 30 * 24 * time.Hour, compare: s.compare}
			sh.now = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, c.days)
			return sh.place(b, dedupe.Decision{Story: int64(b), Verdict: dedupe.Verdict{Relation: dedupe.First}})
		})
		s.wantArticles(b, c.want...)
	}
}

func TestUndoneMergeOfOldArticlesIsUndone(t *testing.T) {
	s := newShelf(t)
	a, b := s.article(1, 1, 100), s.article(2, 2, 100)
	s.apart = func(_, _ newsfold.ArticleID) bool { return true }
	s.place(a)
	for _, with := range [][]newsfold.ArticleID{{a}, nil} { // merged by a person, then undone
		s.update(func(tx store.Tx) error {
			d, err := decision(tx, b, with)
			if err != nil {
				return err
			}
			if with != nil {
				d.Verdict.Evidence = []dedupe.Evidence{{Kind: "by-hand", Value: 1}}
			}
			now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
			return shelver{tx: tx, now: now, window: 30 * 24 * time.Hour, compare: s.compare}.place(b, d)
		})
	}
	s.wantArticles(b, b)
}

// TestAnySequenceOfDecisionsLeavesTheStoreWhole carries out random decisions and
// wants the store to agree with itself and with a list of sets.
func TestAnySequenceOfDecisionsLeavesTheStoreWhole(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { decideAtRandom(t, rand.New(rand.NewPCG(seed, 0))) })
	}
}

func decideAtRandom(t *testing.T, dice *rand.Rand) {
	s := newShelf(t)
	s.apart = func(a, b newsfold.ArticleID) bool { return (a*7+b*7)%5 == 0 }
	var ids, placed []newsfold.ArticleID
	for range 12 {
		ids = append(ids, s.article(dice.IntN(4), newsfold.FeedID(1+dice.IntN(5)), 50+dice.IntN(500)))
	}
	model := map[newsfold.ArticleID]int{} // article → set
	for step := range 60 {
		id := ids[dice.IntN(len(ids))]
		var with []newsfold.ArticleID
		for range dice.IntN(4) {
			if len(placed) == 0 {
				break
			}
			if m := placed[dice.IntN(len(placed))]; m != id {
				with = append(with, m)
			}
		}
		joined := map[int]bool{}
		for _, m := range with {
			joined[model[m]] = true
		}
		model[id] = step + 1
		for m, set := range model {
			if m != id && joined[set] {
				model[m] = step + 1
			}
		}
		if !slices.Contains(placed, id) {
			placed = append(placed, id)
		}
		s.place(id, with...)
		s.agrees(model)
		if t.Failed() {
			t.Fatalf("step %d: article %d was placed with %v", step, id, with)
		}
	}
}

// agrees checks the store and compares its stories with sets of articles.
func (s *shelf) agrees(model map[newsfold.ArticleID]int) {
	s.t.Helper()
	problems, err := s.db.Check(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, p := range problems {
		s.t.Error(p)
	}
	in := s.stories()
	sets := map[int][]newsfold.ArticleID{}
	for id, set := range model {
		sets[set] = append(sets[set], id)
	}
	for id := range in {
		if model[id] == 0 {
			s.t.Errorf("article %d is in story %d before it was folded", id, in[id].ID)
		}
	}
	for _, want := range sets {
		slices.Sort(want)
		st := s.wantArticles(want[0], want...)
		s.follows(st)
	}
}

// follows checks what follows from the articles of a story.
func (s *shelf) follows(st newsfold.Story) {
	s.t.Helper()
	err := s.db.View(s.t.Context(), func(tx store.Tx) error {
		feeds, hosts := map[newsfold.FeedID]bool{}, map[string]bool{}
		var first time.Time
		for _, id := range st.Articles {
			a, err := tx.Article(id)
			if err != nil {
				return err
			}
			feeds[a.Entries[0].Feed], hosts[a.Host] = true, true
			if first.IsZero() || a.Time().Before(first) {
				first = a.Time()
			}
			if id == st.Lead && (a.Fold.Relation != newsfold.First || a.Fold.With != 0) {
				s.t.Errorf("article %d leads and says that it is %q with %d", id, a.Fold.Relation, a.Fold.With)
			}
			if id != st.Lead && a.Fold.With == id {
				s.t.Errorf("article %d was folded with itself", id)
			}
			if id != st.Lead && a.Fold.With == 0 && !s.apart(id, st.Lead) {
				s.t.Errorf("article %d of story %d was folded with nothing", id, st.ID)
			}
		}
		if want := slices.Sorted(maps.Keys(feeds)); !slices.Equal(st.Feeds, want) {
			s.t.Errorf("story %d is in feeds %v, want %v", st.ID, st.Feeds, want)
		}
		if st.Outlets != len(hosts) || !st.Time.Equal(first) || st.ID != newsfold.StoryID(st.Articles[0]) {
			s.t.Errorf("story %d of articles %v has %d outlets and time %v; want %d, %v", st.ID, st.Articles, st.Outlets, st.Time, len(hosts), first)
		}
		if cmp.Or(st.First.Article, st.Lead) != 0 && !slices.Contains(st.Articles, cmp.Or(st.First.Article, st.Lead)) {
			s.t.Errorf("story %d was first in article %d, which is not in it", st.ID, st.First.Article)
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}
