package extract

import (
	"maps"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// functionWords are the most frequent words of languages in Latin script that
// tell them from each other.
var functionWords = map[string]map[string]bool{
	"en": fields("the and of to in that is was for on with as by at from this are were has have it his her they not but"),
	"de": fields("der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus hat"),
	"fr": fields("le les des et en du une est que dans qui par pour au sur pas plus ce il ne se avec sont aux cette"),
	"es": fields("el los las del y en que una por con para es se su al lo como más no fue sus entre ha este"),
	"it": fields("il di che della e è per una del con non sono dei alla nel gli le più si da anche dalla come ha"),
	"pt": fields("o os as do da dos das e em que uma para com não por no na é se ao mais foi são pela como"),
	"nl": fields("de het een van en in is dat op te zijn met voor niet aan er om ook als bij door maar naar uit"),
	"pl": fields("w i na z się do nie jest że o to przez od po za dla jak co są oraz który być jego"),
	"tr": fields("ve bir bu için ile da de olarak olan daha çok gibi sonra kadar ancak olduğu göre en ise"),
	"sv": fields("och att det som en på är av för med till den har inte om ett men var från vid ska"),
}

// guessLanguage tells the language of a text by its script and its function
// words; "" when it is too short or mixed to tell.
func guessLanguage(text string) string {
	// A few paragraphs tell as much as a book.
	if most := 2 << 10; len(text) > most {
		text = text[:most]
	}
	if lang := byScript(text); lang != "" {
		return lang
	}
	t := tally{hits: make([]int, len(wordLanguages.names))}
	t.read(text)
	best, second := t.lead()
	if t.words < 10 || t.hits[best]*8 < t.words || t.hits[best]*5 < second*6 {
		return ""
	}
	return wordLanguages.names[best]
}

// tally counts the function words of each language in a text.
type tally struct {
	hits  []int // by place in wordLanguages.names
	words int
}

// read counts the words of a text, until no doubt is left.
func (t *tally) read(text string) {
	var word [32]byte // in lower case; longer ones are no function words
	n, long := 0, false
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z':
		case r >= 'A' && r <= 'Z':
			r |= 0x20
		case r < utf8.RuneSelf && (r < '0' || r > '9'), r >= utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
			if n > 0 {
				t.add(word[:n], long)
				n, long = 0, false
				if t.words%64 == 0 && t.sure() {
					return
				}
			}
			continue
		case r >= utf8.RuneSelf:
			r = unicode.ToLower(r)
		}
		if n+utf8.UTFMax > len(word) {
			long = true
			continue
		}
		if r < utf8.RuneSelf {
			word[n] = byte(r)
			n++
		} else {
			n += utf8.EncodeRune(word[n:], r)
		}
	}
	if n > 0 {
		t.add(word[:n], long)
	}
}

func (t *tally) add(word []byte, long bool) {
	t.words++
	if long || wordLanguages.sizes[word[0]]>>len(word)&1 == 0 {
		return
	}
	for set := wordLanguages.of[string(word)]; set != 0; set &= set - 1 {
		t.hits[bits.TrailingZeros64(set)]++
	}
}

// sure reports whether one language is far ahead.
func (t *tally) sure() bool {
	best, second := t.lead()
	return t.hits[best]*5 > t.words && t.hits[best] > second*2
}

// lead returns the language that is ahead, and the hits of the one that follows.
// The names are sorted: the first of equals wins.
func (t *tally) lead() (best, second int) {
	for lang, h := range t.hits {
		if h > t.hits[best] {
			best = lang
		}
	}
	for lang, h := range t.hits {
		if lang != best {
			second = max(second, h)
		}
	}
	return best, second
}

// wordLanguages is functionWords the other way round: the set of languages, as
// bits, that a word is a function word of.
var wordLanguages = func() (t struct {
	names []string
	of    map[string]uint64
	// sizes has, for each first byte, a bit for each size that a word has.
	sizes [256]uint32
},
) {
	t.names = slices.Sorted(maps.Keys(functionWords))
	t.of = map[string]uint64{}
	for i, lang := range t.names {
		for w := range functionWords[lang] {
			t.of[w] |= 1 << i
			t.sizes[w[0]] |= 1 << len(w)
		}
	}
	return t
}()

// scripts counts the letters of a text by script.
type scripts struct {
	letters, cyrillic, arabic, han, kana, hangul, hebrew, greek, thai, devanagari int
	ukrainian, persian                                                            int // of these, letters that tell a language
}

func (s *scripts) count(text string) {
	for _, r := range text {
		if r < 0x80 {
			if r|0x20 >= 'a' && r|0x20 <= 'z' {
				s.letters++
			}
			continue
		}
		if !unicode.IsLetter(r) {
			continue
		}
		s.letters++
		switch {
		case r >= 0x400 && r < 0x530:
			s.cyrillic++
			if strings.ContainsRune("іїєґ", r) {
				s.ukrainian++
			}
		case r >= 0x600 && r < 0x700:
			s.arabic++
			if strings.ContainsRune("پچژگکی", r) {
				s.persian++
			}
		case r >= 0x3040 && r < 0x3100:
			s.kana++
		case unicode.Is(unicode.Han, r):
			s.han++
		case r >= 0xac00 && r < 0xd7a4:
			s.hangul++
		case r >= 0x590 && r < 0x600:
			s.hebrew++
		case r >= 0x370 && r < 0x400:
			s.greek++
		case r >= 0xe00 && r < 0xe80:
			s.thai++
		case r >= 0x900 && r < 0x980:
			s.devanagari++
		}
	}
}

// byScript tells the languages that one script nearly names.
func byScript(text string) string {
	if ascii(text) {
		return ""
	}
	var s scripts
	s.count(text)
	half := s.letters / 2
	switch {
	case s.letters < 10:
		return ""
	case s.kana > 0 && s.kana*10 > s.han+s.kana && s.han+s.kana > half:
		return "ja"
	case s.han > half:
		return "zh"
	case s.hangul > half:
		return "ko"
	case s.cyrillic > half && s.ukrainian*50 > s.cyrillic:
		return "uk"
	case s.cyrillic > half:
		return "ru"
	case s.arabic > half && s.persian*20 > s.arabic:
		return "fa"
	case s.arabic > half:
		return "ar"
	case s.hebrew > half:
		return "he"
	case s.greek > half:
		return "el"
	case s.thai > half:
		return "th"
	case s.devanagari > half:
		return "hi"
	}
	return ""
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
