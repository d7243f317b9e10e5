package web

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"newsfold/internal/diff"
)

// sketch writes rows in short: "left | right" a line, [gone], {new}.
func sketch(rows []row) string {
	var b strings.Builder
	for _, r := range rows {
		for i, side := range [][]run{r.Left, r.Right} {
			if i == 1 {
				b.WriteString(" | ")
			}
			for _, s := range side {
				switch s.Op {
				case "del":
					b.WriteString("[" + s.Text + "]")
				case "ins":
					b.WriteString("{" + s.Text + "}")
				default:
					b.WriteString(s.Text)
				}
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestPairing(t *testing.T) {
	for name, c := range map[string]struct{ a, b, want string }{
		"the same": {"one two\n\nthree", "one two\n\nthree", "one two | one two\nthree | three\n"},
		"typography is no change": {
			"he said “it’s so” – then", "he said \"it's so\" - then",
			"he said “it’s so” – then | he said \"it's so\" - then\n",
		},
		"a word replaced": {"we sail on Monday at noon", "we sail on Tuesday at noon", "we sail on [Monday] at noon | we sail on {Tuesday} at noon\n"},
		"the last word of a paragraph": {
			"we sail on Monday\n\nbe there", "we sail on Tuesday\n\nbe there",
			"we sail on [Monday] | we sail on {Tuesday}\nbe there | be there\n",
		},
		"a paragraph added":   {"one two\n\nfive six", "one two\n\nthree four\n\nfive six", "one two | one two\n | {three four}\nfive six | five six\n"},
		"a paragraph removed": {"one two\n\nthree four\n\nfive six", "one two\n\nfive six", "one two | one two\n[three four] | \nfive six | five six\n"},
		"cut off":             {"one two three\n\nfour", "one two", "one two [three] | one two\n[four] | \n"},
		"a paragraph divided": {"one two three four", "one two\n\nthree four", "one two | one two\nthree four | three four\n"},
		"everything else":     {"one two", "three four", "[one two] | {three four}\n"},
		"a new beginning": {
			"the ferry sails again from Monday on", "OSMUND (Northwire) – the ferry sails again from Monday on",
			"the ferry sails again from Monday on | {OSMUND (Northwire) –} the ferry sails again from Monday on\n",
		},
		"stray words do not connect": {
			"start here the old cook of the small ship left us all end here",
			"start here a new captain from the big harbour came to them end here",
			"start here [the old cook of the small ship left us all] end here | start here {a new captain from the big harbour came to them} end here\n",
		},
		"no spaces": {"我们星期一出发", "我们星期二出发", "我们星期[一]出发 | 我们星期{二}出发\n"},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := diff.Words(c.a)
			b, _ := diff.Words(c.b)
			got := sketch(pair(a, b, diff.Match(a, b)))
			if got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestNothingIsLostInPairing(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		var b strings.Builder
		for range rnd.IntN(60) {
			b.WriteString([]string{"a", "b", "c", "d", "e", "word", "\n\n"}[rnd.IntN(7)] + " ")
		}
		return b.String()
	}
	for range 2000 {
		ta, tb := text(), text()
		a, _ := diff.Words(ta)
		b, _ := diff.Words(tb)
		var left, right strings.Builder
		for _, r := range pair(a, b, diff.Match(a, b)) {
			for _, s := range r.Left {
				left.WriteString(" " + s.Text)
			}
			for _, s := range r.Right {
				right.WriteString(" " + s.Text)
			}
		}
		words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		if words(left.String()) != words(ta) || words(right.String()) != words(tb) {
			t.Fatalf("%q and %q became\n%q and %q", ta, tb, left.String(), right.String())
		}
	}
}

func TestDifferenceInWords(t *testing.T) {
	const long = "seven words are more than just six"
	for name, c := range map[string]struct{ a, b, want string }{
		"same":         {"one two", "one two", "Word for word the same."},
		"left out":     {"one two three", "one two", "Nothing new; 1 word left out."},
		"new":          {"one two", "one two three", "1 new word."},
		"both":         {"we sail on Monday or so", "we sail on Tuesday morning or so", "2 new words; 1 word left out."},
		"paragraph":    {"one two", "one two\n\n" + long, "7 new words, among them 1 new paragraph."},
		"other text":   {"one two", long, "The two texts share hardly any words; they are shown side by side."},
		"no lead text": {"", "one", "The text of the lead is not stored."},
		"no copy text": {"one", " ", "The text of this copy is not stored."},
		"no texts":     {"", "", "The text of neither is stored."},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := difference(c.a, c.b); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestComparingIsBounded(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	text := func(words int) string {
		var b strings.Builder
		for i := range words {
			b.WriteString(strings.Repeat("x", 1+rnd.IntN(40)))
			b.WriteString([]string{" ", "\n\n"}[i%40/39])
		}
		return b.String()
	}
	for name, c := range map[string][2]string{
		"few words often": {strings.Repeat("a b ", diff.MaxWords), strings.Repeat("b a a ", diff.MaxWords)},
		"random words":    {text(diff.MaxWords), text(diff.MaxWords)},
		"too long":        {text(3 * diff.MaxWords), text(3 * diff.MaxWords)},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, told := difference(c[0], c[1])
			if d := time.Since(began); d > 2*time.Minute { // on a busy machine
				t.Errorf("took %v", d)
			}
			if cut := strings.Contains(told, "Only the first"); cut != (name != "random words") {
				t.Errorf("says %q", told)
			}
		})
	}
}

func TestLongTextsAreComparedThroughAnchors(t *testing.T) {
	var a, b []string
	for i := range 6000 {
		w := strings.Repeat("x", 1+i%17) + strings.Repeat("y", 1+i%13) + strings.Repeat("z", 1+i%31)
		a = append(a, w)
		if i%500 == 250 {
			w = "changed"
		}
		b = append(b, w)
	}
	if _, told := difference(strings.Join(a, " "), strings.Join(b, " ")); told != "12 new words; 12 words left out." {
		t.Errorf("says %q", told)
	}
}

// FuzzDifference: any two texts are compared without losing a word.
func FuzzDifference(f *testing.F) {
	f.Add("one two\n\nthree", "one\n\ntwo three four")
	f.Add("我们", "我")
	f.Fuzz(func(t *testing.T, ta, tb string) {
		a, _ := diff.Words(ta)
		b, _ := diff.Words(tb)
		var left, right strings.Builder
		for _, r := range pair(a, b, diff.Match(a, b)) {
			for _, s := range r.Left {
				left.WriteString(s.Text)
			}
			for _, s := range r.Right {
				right.WriteString(s.Text)
			}
		}
		bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
		all := func(ts []diff.Word) string {
			var s strings.Builder
			for _, x := range ts {
				s.WriteString(x.Text)
			}
			return s.String()
		}
		if bare(left.String()) != bare(all(a)) || bare(right.String()) != bare(all(b)) {
			t.Fatalf("%q and %q became %q and %q", ta, tb, left.String(), right.String())
		}
	})
}

func TestBlocks(t *testing.T) {
	same := row{[]run{{"same", "a"}}, []run{{"same", "a"}}}
	gone := row{[]run{{"del", "b"}}, nil}
	added := row{nil, []run{{"ins", "c"}}}
	changed := row{[]run{{"del", "b"}}, []run{{"ins", "c"}}}
	var got []string
	for _, b := range blocks([]row{same, same, added, added, gone, gone, changed, changed, same}) {
		got = append(got, strings.Repeat("=", len(b.Same))+strings.Repeat("-", len(b.Left))+strings.Repeat("+", len(b.Right)))
	}
	if want := "== ++ -- -+ -+ ="; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
