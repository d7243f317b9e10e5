package digest

import (
	"strings"
	"unicode"

	"golang.org/x/text/language"
)

// plain makes a publisher's words fit for every document: one line, and without
// characters that XML cannot hold, that steer a terminal, or that make a text
// read as another.
func plain(text string) string {
	var b strings.Builder
	space := false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case !printable(r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// printable reports whether a character may stand in a document: not controls,
// which XML 1.0 (2.2) excludes, nor direction overrides, nor what stands for
// bytes that are no text.
func printable(r rune) bool {
	switch {
	case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return false
	case r == unicode.ReplacementChar, r == 0xfeff, r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
		return false
	}
	return true
}

// tag is a language as BCP 47 writes it; empty for what is none.
func tag(lang string) string {
	if lang == "" || len(lang) > 35 {
		return ""
	}
	t, err := language.Parse(lang)
	if err != nil || t == language.Und {
		return ""
	}
	return t.String()
}
