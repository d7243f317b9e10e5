package dedupe

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// newsroom is a mixture of reports and their copies, of all kinds.
func newsroom(seed uint64) []Article {
	r := rand.New(rand.NewPCG(seed, 5))
	vocabulary := strings.Fields(story(99, 2000))
	at := time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)
	var out []Article
	add := func(title, text string) {
		id := int64(len(out) + 1)
		out = append(out, Article{
			ID: id, Title: title, Text: text, Host: fmt.Sprintf("h%d.example", id), Seen: at.Add(time.Duration(r.IntN(600)) * time.Minute),
		})
	}
	for i := range 12 {
		text, title := story(seed*1000+uint64(i), 150+r.IntN(200)), story(seed*2000+uint64(i), 8)
		add(title, text)
		for range r.IntN(5) {
			switch r.IntN(4) {
			case 0:
				add(title, text)
			case 1:
				add(story(r.Uint64(), 8), cut(text, 80+r.IntN(40)))
			case 2:
				add(title, changeWords(r, text, .05, vocabulary))
			case 3:
				add(title, text+"\n\n"+story(r.Uint64(), 80))
			}
		}
	}
	return out
}

func stories(s *shelf) [][]int64 {
	var out [][]int64
	for _, m := range s.members {
		if len(m) > 0 {
			out = append(out, slices.Clone(m))
		}
	}
	slices.SortFunc(out, slices.Compare)
	return out
}

func TestOrderDoesNotMatter(t *testing.T) {
	for seed := range uint64(6) {
		articles := newsroom(seed + 1)
		_, s := foldAll(t, Options{}, articles...)
		want := stories(s)
		r := rand.New(rand.NewPCG(seed, 9))
		for range 5 {
			r.Shuffle(len(articles), func(i, j int) { articles[i], articles[j] = articles[j], articles[i] })
			_, s := foldAll(t, Options{}, articles...)
			if got := stories(s); !slices.EqualFunc(got, want, slices.Equal) {
				t.Fatalf("seed %d: stories are %v in one order and %v in another", seed, want, got)
			}
		}
	}
}

func TestStoryIsNamedAfterItsSmallestArticle(t *testing.T) {
	articles := newsroom(4)
	slices.Reverse(articles)
	_, s := foldAll(t, Options{}, articles...)
	for name, members := range s.members {
		if len(members) > 0 && members[0] != name {
			t.Errorf("story %d has articles %v", name, members)
		}
	}
}

func TestVerdictIsSymmetric(t *testing.T) {
	articles := newsroom(3)[:24]
	flip := map[Relation]Relation{Excerpt: Expanded, Expanded: Excerpt}
	for i, a := range articles {
		for _, b := range articles[:i] {
			v, w := Compare(a, b, Options{}), Compare(b, a, Options{})
			want := v.Relation
			if f, ok := flip[want]; ok {
				want = f
			}
			if w.Relation != want || v.Rule != w.Rule {
				t.Errorf("%d is %q (%s) to %d, which is %q (%s) to it", a.ID, v.Relation, v.Rule, b.ID, w.Relation, w.Rule)
			}
			if d := v.Score - w.Score; d > .05 || d < -.05 {
				t.Errorf("score of %d and %d is %.3f, turned round %.3f", a.ID, b.ID, v.Score, w.Score)
			}
		}
	}
}

func TestFoldingAgainChangesNothing(t *testing.T) {
	articles := newsroom(5)
	f, s := foldAll(t, Options{}, articles...)
	want := stories(s)
	for _, a := range articles {
		foldOne(t, f, s, a)
	}
	if got := stories(s); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("stories are %v after folding again, were %v", got, want)
	}
}

func TestLoadRestoresTheIndex(t *testing.T) {
	articles := newsroom(6)
	s := newShelf()
	f := NewFolder(Options{}, s)
	sketches := map[int64][]byte{}
	for _, a := range articles[:30] {
		d := foldOne(t, f, s, a)
		sketches[a.ID] = d.Sketch
	}
	again := NewFolder(Options{}, s)
	sketches[900] = []byte{0, 1, 2}
	sketches[901] = nil
	stale := again.Load(maps.All(sketches))
	slices.Sort(stale)
	if !slices.Equal(stale, []int64{900, 901}) {
		t.Errorf("stale are %v, want [900 901]", stale)
	}
	for _, a := range articles[30:] {
		want, err := f.Fold(a)
		if err != nil {
			t.Fatal(err)
		}
		got, err := again.Fold(a)
		if err != nil {
			t.Fatal(err)
		}
		if got.Story != want.Story || got.With != want.With {
			t.Errorf("article %d joins %d after loading, %d without", a.ID, got.Story, want.Story)
		}
		s.place(a, want)
	}
}

func TestGrownTextIsDecidedAnew(t *testing.T) {
	s := newShelf()
	f := NewFolder(Options{}, s)
	foldOne(t, f, s, Article{ID: 1, Host: "wire.example", Title: "Ferry to stop", Text: ferry})
	d := foldOne(t, f, s, Article{ID: 2, Host: "daily.example", Title: "Islanders worried", Text: "What people on the island say."})
	if d.Story != 2 {
		t.Fatalf("the teaser joined story %d", d.Story)
	}
	d = foldOne(t, f, s, Article{ID: 2, Host: "daily.example", Title: "Islanders worried", Text: ferry})
	if d.Story != 1 || d.With != 1 {
		t.Errorf("with its full text it joined story %d with %d, want 1 with 1", d.Story, d.With)
	}
	d = foldOne(t, f, s, Article{ID: 2, Host: "daily.example", Title: "Islanders worried", Text: budget})
	if d.Story != 2 || d.With != 0 {
		t.Errorf("with another text it joined story %d with %d, want its own", d.Story, d.With)
	}
}

func TestBridgeMergesStories(t *testing.T) {
	s := newShelf()
	f := NewFolder(Options{}, s)
	words := strings.Fields(ferry)
	foldOne(t, f, s, Article{ID: 1, Host: "a.example", Title: "One", Text: strings.Join(words[:70], " ")})
	foldOne(t, f, s, Article{ID: 2, Host: "b.example", Title: "Two", Text: strings.Join(words[45:], " ")})
	before := len(s.members)
	foldOne(t, f, s, Article{ID: 3, Host: "c.example", Title: "Three", Text: ferry})
	t.Logf("%d stories before the bridge, %d after", before, len(s.members))
	if s.story[3] != 1 {
		t.Errorf("the whole joined story %d", s.story[3])
	}
}

func TestForgottenAndGoneArticlesTakeNobodyIn(t *testing.T) {
	s := newShelf()
	f := NewFolder(Options{}, s)
	foldOne(t, f, s, Article{ID: 1, Host: "a.example", Title: "Ferry", Text: ferry})
	f.Forget(1)
	if d := foldOne(t, f, s, Article{ID: 2, Host: "b.example", Title: "Ferry", Text: ferry}); d.With != 0 {
		t.Errorf("folded with %d, which was forgotten", d.With)
	}
	delete(s.articles, 2)
	f.cache.drop(2)
	if d := foldOne(t, f, s, Article{ID: 3, Host: "c.example", Title: "Ferry", Text: ferry}); d.With != 0 {
		t.Errorf("folded with %d, which is gone", d.With)
	}
}

func TestWindowKeepsOldTextsApart(t *testing.T) {
	at := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		days int
		want int64
	}{{2, 1}, {40, 2}} {
		_, s := foldAll(
			t, Options{},
			Article{ID: 1, Host: "a.example", Title: "Ferry", Text: ferry, Published: at},
			Article{ID: 2, Host: "b.example", Title: "Ferry", Text: ferry, Published: at.AddDate(0, 0, c.days)},
		)
		if s.story[2] != c.want {
			t.Errorf("%d days later: story %d, want %d", c.days, s.story[2], c.want)
		}
	}
}

func TestIndexDropsWhatLeftTheWindow(t *testing.T) {
	m := NewMemory(0)
	const day = 24
	for i := range 3*segmentDocs + 10 {
		m.insert(Indexed{ID: int64(i + 1), Hour: 400_000 + uint32(i/(segmentDocs/60))*day}, []uint32{uint32(i), uint32(i) * 7, 9})
	}
	if n := len(m.sealed); n > 2 {
		t.Errorf("%d sealed segments, want at most 2", n)
	}
	if m.base == 0 || len(m.docs) != m.places-m.base {
		t.Errorf("%d articles, from place %d on of %d", len(m.docs), m.base, m.places)
	}
	if hits := m.lookup([]uint32{9}, nil); len(hits) > 4*maxPostings {
		t.Errorf("%d postings of one key", len(hits))
	}
}

func TestNumbersAreReadInAnyWriting(t *testing.T) {
	for _, same := range [][]string{
		{"3014400", "3,014,400", "٣٬٠١٤٬٤٠٠"},
		{"0.5", "0,5", "٠٫٥"},
		{"1103.25", "1103,25", "1,103.25"},
	} {
		want := split(same[0], nil)
		for _, s := range same[1:] {
			if got := split(s, nil); len(got) != 1 || got[0].hash != want[0].hash || got[0].kind&figure == 0 {
				t.Errorf("%q is not read as %q", s, same[0])
			}
		}
	}
	if split("1,5", nil)[0].hash == split("15", nil)[0].hash {
		t.Error("1,5 is read as 15")
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{ferry, "3,014,400 and 13.2 pct", "it's Japan’s", "٣٤٥ العبّارة", "渡轮停航。", "ﬁ Å Å ⅷ", "\xff\xfe\x00", "a.b.c.1.2,3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words := split(s, nil)
		last := uint32(0)
		for i, w := range words {
			if w.start < last || w.end() <= w.start || int(w.end()) > len(s) {
				t.Fatalf("word %d is at [%d,%d) of %d bytes, the one before ends at %d", i, w.start, w.end(), len(s), last)
			}
			last = w.end()
		}
		upper := split(strings.ToUpper(strings.ToLower(s)), nil)
		lower := split(strings.ToLower(s), nil)
		if isASCII(s) {
			for i := range lower {
				if lower[i].hash != upper[i].hash {
					t.Fatalf("word %d differs by case", i)
				}
			}
		}
		d := newDoc(Article{Text: s, Title: s}, nil)
		var sk sketcher
		keys := sk.sketch(d)
		if len(keys) > maxGrams+64 || !slices.IsSorted(keys) {
			t.Fatalf("%d keys, sorted: %v", len(keys), slices.IsSorted(keys))
		}
		b := encodeSketch(Indexed{Story: 1, Hour: 2, Host: 3}, keys)
		if p, again, ok := decodeSketch(b, nil); !ok || p.Story != 1 || !slices.Equal(again, keys) {
			t.Fatalf("the sketch does not come back")
		}
	})
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

func FuzzSketch(f *testing.F) {
	f.Add([]byte{sketchVersion})
	f.Add(encodeSketch(Indexed{Story: 5}, []uint32{1, 2, 3}))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, keys, ok := decodeSketch(b, nil)
		if ok && !slices.Equal(encodeSketch(p, keys), b) {
			t.Fatal("a sketch that was read is written otherwise")
		}
	})
}

func FuzzCompare(f *testing.F) {
	f.Add(ferry, budget)
	f.Add("", "x")
	f.Add(strings.Repeat("a b ", 300), strings.Repeat("b a ", 300))
	f.Fuzz(func(t *testing.T, a, b string) {
		v := Compare(Article{ID: 1, Text: a, Title: b}, Article{ID: 2, Text: b, Title: a}, Options{})
		if v.Score < 0 || v.Score > 1 {
			t.Fatalf("score %v", v.Score)
		}
		for _, p := range v.Shared {
			if p.A[0] > p.A[1] || p.A[1] > len(a) || p.B[0] > p.B[1] || p.B[1] > len(b) {
				t.Fatalf("passage %v is outside of the texts", p)
			}
		}
	})
}

// broken is a Library that cannot read.
type broken struct{ *shelf }

var errDisk = errors.New("disk is gone")

func (broken) Article(int64) (Article, error) { return Article{}, errDisk }

func TestErrorsOfTheLibraryAreReturned(t *testing.T) {
	f := NewFolder(Options{}, broken{newShelf()})
	if _, err := f.Fold(Article{ID: 7, Title: "Ferry", Text: ferry}); err != nil {
		t.Fatal(err)
	}
	f.cache.drop(7)
	if _, err := f.Fold(Article{ID: 8, Title: "Ferry", Text: ferry}); !errors.Is(err, errDisk) || !strings.Contains(err.Error(), "article 7") {
		t.Errorf("error is %v, want one that names article 7 and wraps %v", err, errDisk)
	}
	for _, id := range []int64{0, -3} {
		if _, err := f.Fold(Article{ID: id, Text: ferry}); err == nil {
			t.Errorf("an article numbered %d was folded", id)
		}
	}
}
