package event

import (
	"fmt"
	"slices"
	"testing"
)

// shelf is an index of stories that all have one word and one anchor, in some
// languages, each in the slot of its place.
func shelf(langs ...string) (*index, []*Profile) {
	x := newIndex()
	var ps []*Profile
	for i, lang := range langs {
		p := &Profile{lang: lang, words: []feature{{hash: 7, weight: toHalf(1)}}, anchors: []feature{{hash: 9, weight: toHalf(8)}}}
		x.add(int32(i), p)
		ps = append(ps, p)
	}
	return x, ps
}

func slotsOf(hits []hit) string {
	var out []int32
	for _, h := range hits {
		out = append(out, h.slot)
	}
	slices.Sort(out)
	return fmt.Sprint(out)
}

func TestIndexKeepsLanguagesApart(t *testing.T) {
	x, ps := shelf("en", "de", "en", "fr", "de", "de", "en")
	x.remove(2)
	if got := slotsOf(x.alike(ps[0], 9)); got != "[0 6]" {
		t.Errorf("alike in English: %s, want 0 and 6", got)
	}
	for _, c := range []struct {
		each  int
		least float32
		want  string
	}{{9, 0, "[1 3 4 5]"}, {2, 0, "[3 4 5]"}, {9, 8.5, "[]"}} {
		if got := slotsOf(x.abroad(ps[0], c.each, c.least)); got != c.want {
			t.Errorf("abroad, %d of each language with %.1f at least: %s, want %s", c.each, c.least, got, c.want)
		}
	}
	if got := slotsOf(x.alike(ps[0], 1)); got != "[6]" {
		t.Errorf("the most alike: %s, want the youngest of those that are equally so", got)
	}
}

func TestIndexLooksAtTheYoungestOfALongList(t *testing.T) {
	langs := slices.Repeat([]string{"en"}, 3*rowLength/2)
	x, ps := shelf(append(langs, "de")...)
	hits := x.abroad(ps[len(langs)], 2*maxPosting, 0)
	if len(hits) != maxPosting {
		t.Fatalf("%d stories were looked at, want %d", len(hits), maxPosting)
	}
	for _, h := range hits {
		if int(h.slot) < len(langs)-maxPosting {
			t.Errorf("slot %d was looked at before younger ones", h.slot)
		}
	}
}
