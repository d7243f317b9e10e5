package record

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"newsfold"
)

// packed is a pack of some articles with all that belongs to them.
func packed(t testing.TB, c *Codec, n int) (pack []byte, f Facts, bodies Members, loose int) {
	t.Helper()
	for i, notice := range notices(n) {
		id := int64(i*3 + 5)
		text := string(notice[strings.Index(string(notice), " ")+1:])
		a := newsfold.Article{ID: newsfold.ArticleID(id), URL: string(notice[:30]), Title: text[:20], Lede: text[:40]}
		e := newsfold.Entry{Feed: 1, GUID: a.URL, Link: a.URL, Title: a.Title, Article: a.ID}
		s := newsfold.Story{ID: newsfold.StoryID(id), Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}}
		b := newsfold.Body{Text: text, HTML: "<p>" + text + "</p>"}
		for _, m := range []struct {
			to  *Members
			msg []byte
		}{
			{&f.Articles, Encode(nil, &a, Article)},
			{&f.Entries, Encode(nil, &e, Entry)},
			{&f.Stories, Encode(nil, &s, Story)},
			{&bodies, Encode(nil, &b, WovenBody)},
		} {
			m.to.Add(id, string(m.msg))
			loose += len(m.msg)
		}
	}
	return c.Pack(&f, &bodies), f, bodies, loose
}

func TestPacksComeBack(t *testing.T) {
	c := codec(t)
	for _, n := range []int{0, 1, 2, 100} {
		pack, f, bodies, loose := packed(t, c, n)
		facts, err := c.OpenFacts(pack)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.OpenBodies(pack, facts)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := fmt.Sprintf("%q", []any{*facts, *got}), fmt.Sprintf("%q", []any{f, bodies}); got != want {
			t.Errorf("%d articles came back as %s, want %s", n, got, want)
		}
		if n == 100 && len(pack) > loose/6 {
			t.Errorf("%d bytes of %d", len(pack), loose)
		}
		if msg, ok := facts.Articles.Find(8); ok != (n > 1) || ok && msg != f.Articles.Messages[1] {
			t.Errorf("of %d articles, number 8 is %q (%v)", n, msg, ok)
		}
		if _, ok := facts.Articles.Find(6); ok {
			t.Errorf("of %d articles, one has number 6", n)
		}
	}
}

// A body is there whole whatever the article next to it says, and whether it is there.
func TestBodiesShareTheirLedes(t *testing.T) {
	const text = "The ferry is late. So is the bus."
	for name, tt := range map[string]struct {
		lede string
		body newsfold.Body
	}{
		"lede":           {"The ferry is late.", newsfold.Body{Text: text, HTML: "<p>" + text}},
		"cut lede":       {"The ferry is…", newsfold.Body{Text: text}},
		"another lede":   {"About ships", newsfold.Body{Text: text}},
		"longer lede":    {text + " And the train.", newsfold.Body{Text: text}},
		"whole text":     {text, newsfold.Body{Text: text, HTML: "<b>" + text + "</b>"}},
		"no lede":        {"", newsfold.Body{Text: text}},
		"no text":        {"The ferry is late.", newsfold.Body{HTML: "<img>"}},
		"nothing at all": {"The ferry is late.", newsfold.Body{}},
	} {
		t.Run(name, func(t *testing.T) {
			c := codec(t)
			var (
				f      Facts
				bodies Members
			)
			a := newsfold.Article{ID: 7, Lede: tt.lede}
			f.Articles.Add(7, string(Encode(nil, &a, Article)))
			bodies.Add(7, string(Encode(nil, &tt.body, WovenBody)))
			bodies.Add(8, bodies.Messages[0]) // its article is elsewhere
			pack := c.Pack(&f, &bodies)
			facts, err := c.OpenFacts(pack)
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.OpenBodies(pack, facts)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Messages, bodies.Messages) {
				t.Errorf("came back as %q, want %q", got.Messages, bodies.Messages)
			}
		})
	}
}

func TestPacksOfOthersAreRefused(t *testing.T) {
	c := codec(t)
	one, _, _, _ := packed(t, c, 1)
	two, _, _, _ := packed(t, c, 2)
	facts, err := c.OpenFacts(one)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.OpenBodies(two, facts); !errors.Is(err, ErrMalformed) {
		t.Errorf("bodies of another pack: error %v, want one that wraps ErrMalformed", err)
	}
}

// FuzzPack opens any bytes as a pack, and packs with a bit turned: what comes back is
// an error or what was packed.
func FuzzPack(f *testing.F) {
	c, err := NewCodec()
	if err != nil {
		f.Fatal(err)
	}
	whole, _, _, _ := packed(f, c, 3)
	f.Add(whole, uint16(0))
	f.Add(whole, uint16(len(whole)*4))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), uint16(1))
	f.Add([]byte{}, uint16(0))
	f.Fuzz(func(t *testing.T, pack []byte, bit uint16) {
		if pack = slices.Clone(pack); len(pack) > 0 {
			pack[int(bit)/8%len(pack)] ^= 1 << (bit % 8)
		}
		facts, err := c.OpenFacts(pack)
		if err == nil {
			_, err = c.OpenBodies(pack, facts)
		}
		if err != nil && !errors.Is(err, ErrMalformed) {
			t.Errorf("error %v, want one that wraps ErrMalformed", err)
		}
	})
}
