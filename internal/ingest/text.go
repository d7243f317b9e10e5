package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// words counts the words of a text; scripts without spaces count two characters
// for one.
func words(text string) int {
	n, dense, in := 0, 0, false
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
			dense++
			in = false
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if !in {
				n++
			}
			in = true
		case unicode.IsSpace(r):
			in = false
		}
	}
	return n + (dense+1)/2
}

// whole reports whether a text that a feed carries is an article's whole text.
// A summary has to be long to be taken for that.
func whole(text string, content bool) bool {
	least := 200
	if content {
		least = 100
	}
	return words(text) >= least && !cutOff(text)
}

// cutOff reports whether a text ends the way that shortened ones do.
func cutOff(text string) bool {
	end := strings.TrimRightFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || r == ']' || r == ')' || r == '»' || r == '›' || r == '→'
	})
	if strings.HasSuffix(end, "…") || strings.HasSuffix(end, "...") {
		return true
	}
	if i := strings.LastIndexByte(end, '\n'); i >= 0 {
		end = end[i+1:]
	}
	if len(end) > 120 {
		return false
	}
	end = strings.ToLower(end)
	for _, s := range []string{"read more", "continue reading", "read the full", "read full", "weiterlesen", "lire la suite", "leer más", "seguir leyendo", "leggi tutto", "continua a leggere", "leia mais", "читать далее", "devamını oku", "اقرأ المزيد", "続きを読む", "阅读全文"} {
		if strings.Contains(end, s) {
			return true
		}
	}
	return false
}

// lede is the beginning of a text for lists: at most 300 runes, cut at a word.
func lede(text string) string {
	const most = 300
	s := strings.ToValidUTF8(text[:min(len(text), 8*most)], "")
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > most {
			s = s[:i]
			break
		}
	}
	if i := strings.LastIndexByte(s, ' '); i > len(s)/2 {
		s = s[:i]
	}
	return s + " …"
}
