package dedupe

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// story is invented news of n words, different for each seed.
func story(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 7))
	var b strings.Builder
	for i := range n {
		switch {
		case i > 0 && i%60 == 0:
			b.WriteString(".\n\n")
		case i > 0 && i%15 == 0:
			b.WriteString(". ")
		case i > 0:
			b.WriteByte(' ')
		}
		if r.IntN(3) == 0 {
			b.WriteString(strings.Fields("the of and to in a for on that said was with")[r.IntN(12)])
		} else {
			fmt.Fprintf(&b, "%s%s", syllables[r.IntN(len(syllables))], syllables[r.IntN(len(syllables))])
		}
	}
	return b.String() + "."
}

var syllables = strings.Fields("ba ko ri tan mel sor vin dar pu lek nor gam tis fel hud jor wen zap mik ost bur cal eng fro gri hal ist jun kel lom")

func TestBadTextIsHandledWithinBounds(t *testing.T) {
	million := strings.Repeat("word after word comes and goes ", 170_000)
	for _, c := range []struct{ name, text string }{
		{"empty", ""},
		{"one word", "Ferry"},
		{"one word repeated", strings.Repeat("ferry ", 50_000)},
		{"a million words", million},
		{"punctuation", strings.Repeat("?!… —. ", 5_000)},
		{"scripts mixed", "Ferry фериботът العبّارة 渡轮停航 渡轮停航 เรือข้ามฟาก 페리 운항 중단 ⅷ №5 ﬁne"},
		{"broken encoding", "fer\xffry \xc3\x28 stops\x00 now"},
		{"no spaces", strings.Repeat("x", 2<<20)},
		{"no spaces, other letters", "é" + strings.Repeat("щ", 1<<18)},
		{"marks alone", strings.Repeat("\u0301\u200b", 10_000)},
		{"lines alone", strings.Repeat("\n", 100_000)},
		{"digits alone", strings.Repeat("1,", 100_000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			began := time.Now()
			_, s := foldAll(
				t, Options{},
				Article{ID: 1, Title: "Ferry", Text: c.text},
				Article{ID: 2, Title: "Budget", Text: budget},
				Article{ID: 3, Title: "Ferry", Text: c.text},
				Article{ID: 4, Text: c.text + " " + budget},
			)
			if s.story[1] == s.story[2] || s.story[3] == s.story[2] {
				t.Errorf("folded with other news: %v", s.members)
			}
			if took := time.Since(began); took > 2*time.Minute { // on a busy machine
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestTimesOutOfRangeAreUnknown(t *testing.T) {
	for _, year := range []int{1, 1900, 9999} {
		at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		_, s := foldAll(
			t, Options{},
			Article{ID: 1, Host: "a.example", Title: "Ferry stops", Text: ferry, Published: at},
			Article{ID: 2, Host: "b.example", Title: "Ferry stops", Text: ferry, Published: time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)},
		)
		if s.story[2] != 1 {
			t.Errorf("year %d: the copy founded story %d", year, s.story[2])
		}
	}
}

func TestSharedBoilerplateDoesNotFoldASite(t *testing.T) {
	n := 3000
	switch {
	case testing.Short():
		n = 300
	case *evaluate:
		n = 100_000
	}
	boilerplate := "\n\n" + story(1, 90)
	sh := newShelf()
	f := NewFolder(Options{}, sh)
	for i := range n {
		a := Article{
			ID: int64(i + 1), Host: "site.example", Title: story(uint64(5000+i), 8),
			Text: story(uint64(1000+i), 120) + boilerplate,
		}
		foldOne(t, f, sh, a)
	}
	if got := len(sh.members); got < n-5 {
		t.Errorf("%d articles made %d stories", n, got)
	}
	d := foldOne(t, f, sh, Article{ID: int64(n + 1), Host: "other.example", Title: "A reprint", Text: story(1000, 120)})
	if d.With != 1 {
		t.Errorf("the reprint of article 1 was folded with %d", d.With)
	}
}

func TestReissuedFeedStaysOneStoryEach(t *testing.T) {
	sh := newShelf()
	f := NewFolder(Options{}, sh)
	at := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	id := int64(0)
	for hour := range 100 {
		for item := range 10 {
			id++
			foldOne(t, f, sh, Article{
				ID: id, Host: "site.example", URL: fmt.Sprintf("https://site.example/?guid=%d", id),
				Title: story(uint64(item), 8), Text: story(uint64(100+item), 150),
				Published: at.Add(time.Duration(hour) * time.Hour),
			})
		}
	}
	if len(sh.members) != 10 {
		t.Errorf("%d stories, want 10", len(sh.members))
	}
}

func TestDriftDoesNotEndInOneStory(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	vocabulary := strings.Fields(story(77, 3000))
	text := story(42, 300)
	sh := newShelf()
	f := NewFolder(Options{}, sh)
	const steps = 120
	for i := range steps {
		foldOne(t, f, sh, Article{ID: int64(i + 1), Host: fmt.Sprintf("h%d.example", i), Title: "A report", Text: text})
		text = changeWords(r, text, .06, vocabulary)
	}
	largest := 0
	for _, m := range sh.members {
		largest = max(largest, len(m))
	}
	if largest > steps/2 || len(sh.members) > steps/3 {
		t.Errorf("%d stories, the largest of %d articles", len(sh.members), largest)
	}
}

func TestDigestDoesNotTieStoriesTogether(t *testing.T) {
	var reports []Article
	var parts []string
	for i := range 4 {
		text := story(uint64(i+10), 90)
		parts = append(parts, text)
		reports = append(reports, Article{ID: int64(i + 1), Host: fmt.Sprintf("h%d.example", i), Title: story(uint64(i+50), 7), Text: text})
	}
	digest := Article{ID: 9, Host: "brief.example", Title: "News in brief", Text: strings.Join(parts, "\n\n")}
	for _, c := range []struct {
		name string
		at   int
	}{{"last", 4}, {"in between", 2}, {"first", 0}} {
		t.Run("digest "+c.name, func(t *testing.T) {
			_, s := foldAll(t, Options{}, slices.Insert(slices.Clone(reports), c.at, digest)...)
			for i := range 4 {
				for j := range i {
					if s.story[int64(i+1)] == s.story[int64(j+1)] {
						t.Errorf("reports %d and %d are one story", i+1, j+1)
					}
				}
			}
		})
	}
}

func TestReissuesOfAYearStayOneStoryAMonth(t *testing.T) {
	sh := newShelf()
	f := NewFolder(Options{}, sh)
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	id := int64(0)
	for day := range 200 {
		for item := range 40 { // news of the day
			id++
			foldOne(t, f, sh, Article{
				ID: id, Host: "site.example", Title: story(uint64(day*40+item), 6),
				Text: story(uint64(10_000+day*40+item), 40), Published: at.AddDate(0, 0, day),
			})
		}
		id++
		d := foldOne(t, f, sh, Article{
			ID: id, Host: "site.example", Title: "The rules of this house", Text: ferry, Published: at.AddDate(0, 0, day),
		})
		if day > 0 && d.With == 0 {
			t.Fatalf("day %d: the text that appears every day founded a story", day)
		}
	}
	if n := len(f.mem.docs); n > 6000 {
		t.Errorf("%d articles are kept, of %d", n, id)
	}
}

func TestFurnitureIsLearned(t *testing.T) {
	const n = 60
	wall := "\n\n" + story(2, 140)
	sh := newShelf()
	f := NewFolder(Options{}, sh)
	for i := range n {
		foldOne(t, f, sh, Article{ID: int64(i + 1), Host: "site.example", Text: story(uint64(300+i), 45) + wall})
	}
	// Without titles nothing tells the first few from copies of each other.
	if got := len(sh.members); got < n-chromeNames {
		t.Errorf("%d articles with the same furniture made %d stories", n, got)
	}
	d := foldOne(t, f, sh, Article{ID: n + 1, Host: "site.example", Text: story(350, 45) + wall})
	if d.With != 51 {
		t.Errorf("the second edition of article 51 was folded with %d", d.With)
	}
}
