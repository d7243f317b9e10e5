package record

import (
	"errors"
	"strings"
	"testing"

	"newsfold"
)

func TestHTMLIsWovenFromItsText(t *testing.T) {
	text := "The ferry “Linnet” won't sail today.\n\nIts engine, R&D says, is being repaired; passengers may take the bus."
	for _, tt := range []struct {
		name, html string
		most       int // bytes of the pattern
	}{
		{"paragraphs", "<p>The ferry “Linnet” won't sail today.</p>\n<p>Its engine, R&D says, is being repaired; passengers may take the bus.</p>", 40},
		{"references", "<p>The ferry “Linnet” won&#39;t sail today.</p><p>Its engine, R&amp;D says, is being repaired; passengers may take the bus.</p>", 70},
		{"inline tags", `<p>The ferry <a href="https://harbour.example/linnet">“Linnet”</a> won't sail <b>today.</b></p>`, 80},
		{"other order", "<p>Its engine, R&D says, is being repaired; passengers may take the bus.</p><p>The ferry “Linnet” won't sail today.</p>", 70},
		{"nothing in common", "<p>" + strings.Repeat("zz", 20) + "</p>", 60},
		{"an open tag", "<p>The ferry “Linnet” won't sail <", 24},
		{"no text", "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pattern := weave(text, tt.html)
			if got, ok := unweave(text, pattern); !ok || got != tt.html {
				t.Errorf("came back as %q (%v)", got, ok)
			}
			if len(pattern) > tt.most {
				t.Errorf("pattern of %d bytes, want %d at most: %q", len(pattern), tt.most, pattern)
			}
		})
	}
}

// Records of before have their HTML in full.
func TestWovenBodyReadsBody(t *testing.T) {
	want := newsfold.Body{Text: "One two three four.", HTML: "<p>One two three four.</p>"}
	var got newsfold.Body
	if err := Decode(string(Encode(nil, &want, Body)), &got, WovenBody); err != nil || got != want {
		t.Errorf("got %+v, error %v", got, err)
	}
}

func TestAPatternOfAnotherTextIsMalformed(t *testing.T) {
	b := newsfold.Body{Text: "The ferry is late again today.", HTML: "<p>The ferry is late again today.</p>"}
	msg := string(Encode(nil, &b, WovenBody))
	cut := strings.Replace(msg, "again today.", "", 1)
	cut = strings.Replace(cut, "\x0a\x1e", "\x0a\x12", 1) // the text's length
	var got newsfold.Body
	if err := Decode(cut, &got, WovenBody); !errors.Is(err, ErrMalformed) {
		t.Errorf("got %+v, error %v, want one that wraps ErrMalformed", got, err)
	}
}

func FuzzWeave(f *testing.F) {
	f.Add("The ferry is late.\n\nSo is the bus, they say.", "<p>The ferry is late.</p><p>So is the bus, they say.")
	f.Add("a & b, which is more than eight bytes", "a &amp; b, which is more than eight bytes&")
	f.Add("", "<<<&&&;;;>>>")
	f.Fuzz(func(t *testing.T, text, html string) {
		if got, ok := unweave(text, weave(text, html)); !ok || got != html {
			t.Errorf("%q over %q came back as %q (%v)", html, text, got, ok)
		}
	})
}

func FuzzUnweave(f *testing.F) {
	f.Add("some text of a body", "\x03<p>\x00\x09")
	f.Add("", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
	f.Fuzz(func(_ *testing.T, text, pattern string) {
		html, ok := unweave(text, pattern) // must not panic
		if ok && len(html) > len(text)+len(pattern) {
			panic("more came out than went in")
		}
	})
}
