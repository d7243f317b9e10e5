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
	for i := 0; i < len(text); {
		switch asciiClass[text[i]] {
		case partOfWord:
			if !in {
				n++
				in = true
			}
			i++
			for i < len(text) && asciiClass[text[i]] == partOfWord {
				i++
			}
			continue
		case betweenWords:
			in = false
			i++
			continue
		case neither:
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		switch {
		case isDense(r):
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

const (
	beyondASCII uint8 = iota
	partOfWord
	betweenWords
	neither // such as an apostrophe
)

// asciiClass says what a byte of a text is.
var asciiClass = func() (t [256]uint8) {
	for c := range utf8.RuneSelf {
		switch {
		case c >= '0' && c <= '9', c|0x20 >= 'a' && c|0x20 <= 'z':
			t[c] = partOfWord
		case c <= ' ':
			t[c] = betweenWords
		default:
			t[c] = neither
		}
	}
	return t
}()

// isDense reports whether a rune is of a script that puts no spaces between
// words.
func isDense(r rune) bool {
	if r < 0x0e00 {
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// whole reports whether a text of so many words that a feed carries is an article's whole text.
// A summary has to be long to be taken for that.
func whole(text string, words int, content bool) bool {
	least := 200
	if content {
		least = 100
	}
	return words >= least && !cutOff(text)
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
	var b strings.Builder
	b.Grow(min(len(text), 2*most))
	runes, space := 0, false
	end := 0 // of the last word that is whole, in bytes
	for i, n := 0, 0; i < len(text); i += n {
		var r rune
		r, n = utf8.DecodeRuneInString(text[i:])
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case space:
			end = b.Len()
			b.WriteByte(' ')
			runes++
			space = false
		}
		if runes >= most {
			s := b.String()
			if end > len(s)/2 {
				s = s[:end]
			}
			return strings.TrimRight(s, " ") + " …"
		}
		switch {
		case r < utf8.RuneSelf:
			for n < most-runes && i+n < len(text) && text[i+n] > ' ' && text[i+n] < utf8.RuneSelf {
				n++
			}
			b.WriteString(text[i : i+n])
			runes += n
		case r != utf8.RuneError:
			b.WriteRune(r)
			runes++
		}
	}
	return b.String()
}
