package dedupe

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// shelf is a Library in memory, as a store would keep it.
type shelf struct {
	articles map[int64]Article
	story    map[int64]int64
	members  map[int64][]int64
}

func newShelf() *shelf {
	return &shelf{map[int64]Article{}, map[int64]int64{}, map[int64][]int64{}}
}

func (s *shelf) Article(id int64) (Article, error) {
	a, ok := s.articles[id]
	if !ok {
		return a, fmt.Errorf("article %d: %w", id, ErrGone)
	}
	return a, nil
}

func (s *shelf) Story(id int64) ([]int64, error) {
	if n, ok := s.story[id]; ok {
		return s.members[n], nil
	}
	return []int64{id}, nil
}

// place stores an article where a decision puts it.
func (s *shelf) place(a Article, d Decision) {
	s.articles[a.ID] = a
	if old, ok := s.story[a.ID]; ok { // the rest goes on under the name of its next article
		rest := slices.DeleteFunc(s.members[old], func(m int64) bool { return m == a.ID })
		delete(s.members, old)
		if len(rest) > 0 {
			s.members[rest[0]] = rest
		}
		for _, m := range rest {
			s.story[m] = rest[0]
		}
	}
	set := append(slices.Clone(s.members[d.Story]), a.ID)
	for _, m := range d.Merge {
		set = append(set, s.members[m]...)
		delete(s.members, m)
	}
	slices.Sort(set)
	s.members[d.Story] = slices.Compact(set)
	for _, m := range set {
		s.story[m] = d.Story
	}
}

// foldAll folds articles in order and returns the shelf that they end on.
func foldAll(t testing.TB, opts Options, articles ...Article) (*Folder, *shelf) {
	t.Helper()
	s := newShelf()
	f := NewFolder(opts, s)
	for _, a := range articles {
		foldOne(t, f, s, a)
	}
	return f, s
}

func foldOne(t testing.TB, f *Folder, s *shelf, a Article) Decision {
	t.Helper()
	d, err := f.Fold(a)
	if err != nil {
		t.Fatalf("fold %d: %v", a.ID, err)
	}
	s.place(a, d)
	for _, m := range d.Moves {
		s.place(s.articles[m.ID], m.Decision)
	}
	return d
}

const (
	ferry = `The ferry that links the islands of Hallin and Ostrey will stop running at the end of October, its operator said on Tuesday, after a survey found cracks in the hull. About 340 people live on Ostrey all year round.

Northline, which took over the route in 2011, said that repairing the 41-year-old Brede would cost 2.6 million crowns and that no shipyard could begin before March. Until then a smaller boat will carry passengers but no cars.

"We were told to buy what we need for five months," said Mette Aasgard, who runs the only shop on Ostrey. "Nobody asked whether there is room to store it."

The county council meets on Thursday to decide whether the milk of the island's three farms will be flown out. A helicopter would need to make two trips a day.`
	budget = `Lawmakers in Veldora passed a budget on Friday that raises spending on rail by a fifth and leaves taxes as they are. The vote was 61 to 44, with seven abstentions.

The finance minister, Ilse Kamm, called it the most careful budget in a decade. The opposition said it rests on a forecast of growth that no bank shares.

Two thirds of the new money goes to the line between the capital and the port of Samm, where freight trains wait for up to nine hours. Work is to begin in April.`
)

func TestReprintFoldsAndOtherNewsDoesNot(t *testing.T) {
	_, s := foldAll(t, Options{},
		Article{ID: 1, Host: "wire.example", Title: "Island ferry to stop running", Text: ferry},
		Article{ID: 2, Host: "budget.example", Title: "Budget passed", Text: budget},
		Article{ID: 3, Host: "daily.example", Title: "Ferry halted after cracks are found", Text: "By Ann Olsen\n\n" + ferry + "\n\nLeave a comment"},
		Article{ID: 4, Host: "short.example", Title: "Island ferry to stop running", Text: strings.Join(strings.Fields(ferry)[:60], " ")},
	)
	if got := s.members[1]; !slices.Equal(got, []int64{1, 3, 4}) {
		t.Errorf("story 1 is %v, want [1 3 4]", got)
	}
	if got := s.members[2]; !slices.Equal(got, []int64{2}) {
		t.Errorf("story 2 is %v, want [2]", got)
	}
}

func TestSiteFoldsItsOwnExcerpt(t *testing.T) {
	whole := Article{ID: 1, Host: "a.example", Title: "Ferry halted after cracks are found", Text: ferry}
	excerpt := Article{ID: 2, Host: "a.example", Title: "Islanders left without a boat", Text: cut(ferry, 60)}
	for _, order := range [][]Article{{whole, excerpt}, {excerpt, whole}} {
		_, s := foldAll(t, Options{}, order...)
		if s.story[1] != s.story[2] {
			t.Errorf("folding %d first, the excerpt is in story %d and the whole in %d", order[0].ID, s.story[2], s.story[1])
		}
	}
	// What further pages have as well is the site's furniture.
	_, s := foldAll(
		t, Options{}, whole,
		Article{ID: 3, Host: "a.example", Title: "Harvest", Text: cut(ferry, 60) + " " + story(1, 200)},
		Article{ID: 4, Host: "a.example", Title: "Budget passed", Text: cut(ferry, 60) + " " + budget},
		excerpt,
	)
	if s.story[2] == s.story[3] || s.story[2] == s.story[4] {
		t.Errorf("furniture was folded: %v", stories(s))
	}
}
