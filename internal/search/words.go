package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// token is a word of a text.
type token struct {
	term       string // as it is indexed; empty for a word that is not
	start, end int    // bytes in the text
}

// maxTerm is the longest word that is indexed, in bytes: what is longer was not
// written by a person.
const maxTerm = 60

// An analyzer turns texts into words. It remembers the words it has met, and is
// used by one goroutine.
type analyzer struct {
	known map[language]map[string]string
	size  int
}

// maxKnown bounds what an analyzer remembers, in words.
const maxKnown = 100_000

func newAnalyzer() *analyzer { return &analyzer{known: map[language]map[string]string{}} }

// term returns how a word is indexed in a language; empty when it is not.
func (a *analyzer) term(word string, l language) string {
	of := a.known[l]
	if t, ok := of[word]; ok {
		return t
	}
	t := reduce(word, l)
	if of == nil || a.size >= maxKnown {
		if a.size >= maxKnown {
			clear(a.known)
			a.size = 0
		}
		of = map[string]string{}
		a.known[l] = of
	}
	of[strings.Clone(word)] = t
	a.size++
	return t
}

// reduce makes a term of a word.
func reduce(word string, l language) string {
	if len(word) > maxTerm {
		return ""
	}
	w := strings.ToLower(norm.NFC.String(word))
	w = strings.ReplaceAll(w, "’", "'")
	w = strings.ReplaceAll(w, "ё", "е") // as the stemmer of Russian wants it
	if l.stops(w) {
		return ""
	}
	return plain(l.stem(w))
}

// plain takes away what writers leave out: accents of Latin and Greek letters, the
// vowel signs of Arabic and the forms of its alef.
func plain(w string) string {
	ascii := true
	for i := range len(w) {
		ascii = ascii && w[i] < utf8.RuneSelf && w[i] != '\''
	}
	if ascii {
		return w
	}
	var b strings.Builder
	base := rune(0)
	for _, r := range norm.NFD.String(w) {
		switch {
		case r == '\'' || r == 'ـ':
			continue
		case r == 'ß':
			b.WriteString("ss")
			continue
		case r == 'ø':
			r = 'o'
		case r == 'æ':
			b.WriteString("ae")
			continue
		case r == 'œ':
			b.WriteString("oe")
			continue
		case r == 'ı':
			r = 'i'
		case r == 'ł':
			r = 'l'
		case r == 'ى':
			r = 'ي'
		case r == 'ة':
			r = 'ه'
		case r == 'ٱ':
			r = 'ا'
		case unicode.Is(unicode.Mn, r):
			// Not of Cyrillic ones: the breve of й makes another letter of и.
			if unicode.In(base, unicode.Latin, unicode.Greek, unicode.Arabic, unicode.Hebrew) {
				continue
			}
		}
		if !unicode.Is(unicode.Mn, r) {
			base = r
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// words divides a text and calls fn with each word, or pair of signs, in order.
// Its number is its place: neighbours differ by one. It returns how many places
// there were.
func (a *analyzer) words(text string, l language, fn func(n int, t token)) int {
	n := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf && !letterOrDigit[c] {
			i++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		switch {
		case unspaced(r):
			end := i + size
			for end < len(text) {
				r, size := utf8.DecodeRuneInString(text[end:])
				if !unspaced(r) {
					break
				}
				end += size
			}
			n = a.pairs(text, i, end, n, fn)
			i = end
		case c < utf8.RuneSelf || unicode.IsLetter(r) || unicode.IsDigit(r):
			end := wordEnd(text, i)
			fn(n, token{a.term(text[i:end], l), i, end})
			n++
			i = end
		default:
			i += size
		}
	}
	return n
}

var letterOrDigit = func() (set [utf8.RuneSelf]bool) {
	for c := range set {
		r := rune(c)
		set[c] = r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	return set
}()

// wordEnd returns where the word that starts at i ends.
func wordEnd(text string, i int) int {
	for i < len(text) {
		c := text[i]
		if c < utf8.RuneSelf {
			apostrophe := c == '\'' && i+1 < len(text) && text[i+1] < utf8.RuneSelf && letterOrDigit[text[i+1]]
			if !letterOrDigit[c] && !apostrophe {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '’' && i+size < len(text):
			if next, _ := utf8.DecodeRuneInString(text[i+size:]); !unicode.IsLetter(next) {
				return i
			}
		case unspaced(r), !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) && r != 'ـ':
			return i
		}
		i += size
	}
	return i
}

// pairs yields each two neighbouring signs of a run; a sign alone is a word.
func (a *analyzer) pairs(text string, start, end, n int, fn func(int, token)) int {
	_, size := utf8.DecodeRuneInString(text[start:])
	if start+size == end {
		fn(n, token{a.term(text[start:end], ""), start, end})
		return n + 2 // no neighbour of what follows
	}
	for at := start; ; {
		_, first := utf8.DecodeRuneInString(text[at:])
		if at+first >= end {
			return n + 1 // a pair across what separates two runs is none
		}
		_, second := utf8.DecodeRuneInString(text[at+first:])
		fn(n, token{a.term(text[at:at+first+second], ""), at, at + first + second})
		n++
		at += first
	}
}

// unspaced reports whether a sign is of a script without spaces between words,
// or, as Korean, with long compounds and endings.
func unspaced(r rune) bool {
	if r < 0x0e00 {
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) || r == 'ー'
}
