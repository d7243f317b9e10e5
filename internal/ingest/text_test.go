package ingest

import (
	"strings"
	"testing"
)

func TestLedeEndsAtAWord(t *testing.T) {
	word := strings.Repeat("äbcde fghij ", 40)
	for _, c := range []struct{ name, text, want string }{
		{"short", " A  few\n\nwords. ", "A few words."},
		{"empty", " \n ", ""},
		{"not UTF-8", "a\xffb", "ab"},
		{"cut behind a word", word, strings.TrimSpace(word[:25*13]) + " …"},
		{"cut within a word", "xyz" + word, ("xyz" + word)[:3+24*13+6] + " …"},
		{"one long word", strings.Repeat("é", 500), strings.Repeat("é", 300) + " …"},
		{"exactly as much", strings.Repeat("é", 300), strings.Repeat("é", 300)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := lede(c.text); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}
