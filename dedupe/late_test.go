package dedupe

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// issues are three reports of a notice that is issued anew, and one between that
// could be either's: the first two of a day, one a day later that shares most with
// them, and one of the day after that, which shares much with the one between and
// half with the first.
func issues() []Article {
	parts := make([]string, 30)
	for i := range parts {
		parts[i] = story(uint64(500+i), 10)
	}
	at := time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)
	issue := func(id int64, hours, from int) Article {
		return Article{
			ID: id, Host: fmt.Sprintf("h%d.example", id), Title: "The notice of the week",
			Text: strings.Join(parts[from:from+20], " "), Published: at.Add(time.Duration(hours) * time.Hour),
		}
	}
	return []Article{issue(1, 0, 0), issue(2, 1, 0), issue(3, 21, 5), issue(4, 42, 10)}
}

func TestLateArticleSetsRightWhatCameBeforeIt(t *testing.T) {
	articles := issues()
	_, s := foldAll(t, Options{}, articles...)
	want := stories(s)
	if len(want) != 2 || !slices.Equal(want[1], []int64{4}) {
		t.Fatalf("in order the stories are %v, want the last issue by itself", want)
	}
	orders(articles, func(order []Article) {
		_, s := foldAll(t, Options{}, order...)
		if got := stories(s); !slices.EqualFunc(got, want, slices.Equal) {
			var ids []int64
			for _, a := range order {
				ids = append(ids, a.ID)
			}
			t.Errorf("in the order %v the stories are %v, want %v", ids, got, want)
		}
	})
}

// orders calls a function with all orders of articles.
func orders(articles []Article, each func([]Article)) {
	var next func(done, left []Article)
	next = func(done, left []Article) {
		if len(left) == 0 {
			each(done)
			return
		}
		for i := range left {
			next(append(slices.Clone(done), left[i]), slices.Delete(slices.Clone(left), i, i+1))
		}
	}
	next(nil, articles)
}

func TestMovesKeepTheNamesOfStories(t *testing.T) {
	articles := issues()
	slices.Reverse(articles)
	for i := range articles {
		articles[i].ID = int64(i + 1) // by arrival: the last issue is 1
	}
	sh := newShelf()
	f := NewFolder(Options{}, sh)
	for _, a := range articles {
		d := foldOne(t, f, sh, a)
		for _, m := range d.Moves {
			if m.With != 0 && sh.story[m.ID] != sh.story[m.With] {
				t.Errorf("article %d was moved to %d, which is in another story", m.ID, m.With)
			}
			if m.With != 0 && !m.Verdict.Relation.Copies() {
				t.Errorf("article %d was moved as %q", m.ID, m.Verdict.Relation)
			}
		}
	}
	for name, members := range sh.members {
		if len(members) > 0 && members[0] != name {
			t.Errorf("story %d has articles %v", name, members)
		}
	}
	if got := fmt.Sprint(stories(sh)); got != "[[1] [2 3 4]]" {
		t.Errorf("stories are %s", got)
	}
}

func TestReissuesBackwardsCostLittle(t *testing.T) {
	const n = 120
	text := story(7, 200)
	at := time.Date(2024, 5, 20, 0, 0, 0, 0, time.UTC)
	sh := newShelf()
	f := NewFolder(Options{}, sh)
	moves := 0
	for i := range n {
		a := Article{ID: int64(i + 1), Host: "h.example", Title: "Again", Text: text, Published: at.Add(-time.Duration(i) * time.Hour)}
		d := foldOne(t, f, sh, a)
		moves += len(d.Moves)
	}
	if moves > 0 || len(sh.members[sh.story[1]]) != n {
		t.Errorf("%d moves, and a story of %d articles, want none, and %d", moves, len(sh.members[sh.story[1]]), n)
	}
}
