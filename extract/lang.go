package extract

import (
	"maps"
	"math/bits"
	"slices"
	"strings"
	"unicode"
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
	hits := make([]int, len(wordLanguages.names))
	n := 0
	for w := range strings.FieldsSeq(fold(text)) {
		n++
		for set := wordLanguages.of[w]; set != 0; set &= set - 1 {
			hits[bits.TrailingZeros64(set)]++
		}
	}
	best, second := 0, 0 // the names are sorted: the first of equals wins
	for lang, h := range hits {
		if h > hits[best] {
			best = lang
		}
	}
	for lang, h := range hits {
		if lang != best {
			second = max(second, h)
		}
	}
	if n < 10 || hits[best]*8 < n || hits[best]*5 < second*6 {
		return ""
	}
	return wordLanguages.names[best]
}

// wordLanguages is functionWords the other way round: the set of languages, as
// bits, that a word is a function word of.
var wordLanguages = func() (t struct {
	names []string
	of    map[string]uint64
},
) {
	t.names = slices.Sorted(maps.Keys(functionWords))
	t.of = map[string]uint64{}
	for i, lang := range t.names {
		for w := range functionWords[lang] {
			t.of[w] |= 1 << i
		}
	}
	return t
}()

// byScript tells the languages that one script nearly names.
func byScript(text string) string {
	var letters, cyrillic, arabic, han, kana, hangul, hebrew, greek, thai, devanagari int
	ukrainian, persian := 0, 0
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		letters++
		switch {
		case r >= 0x400 && r < 0x530:
			cyrillic++
			if strings.ContainsRune("іїєґ", r) {
				ukrainian++
			}
		case r >= 0x600 && r < 0x700:
			arabic++
			if strings.ContainsRune("پچژگکی", r) {
				persian++
			}
		case r >= 0x3040 && r < 0x3100:
			kana++
		case unicode.Is(unicode.Han, r):
			han++
		case r >= 0xac00 && r < 0xd7a4:
			hangul++
		case r >= 0x590 && r < 0x600:
			hebrew++
		case r >= 0x370 && r < 0x400:
			greek++
		case r >= 0xe00 && r < 0xe80:
			thai++
		case r >= 0x900 && r < 0x980:
			devanagari++
		}
	}
	half := letters / 2
	switch {
	case letters < 10:
		return ""
	case kana > 0 && kana*10 > han+kana && han+kana > half:
		return "ja"
	case han > half:
		return "zh"
	case hangul > half:
		return "ko"
	case cyrillic > half && ukrainian*50 > cyrillic:
		return "uk"
	case cyrillic > half:
		return "ru"
	case arabic > half && persian*20 > arabic:
		return "fa"
	case arabic > half:
		return "ar"
	case hebrew > half:
		return "he"
	case greek > half:
		return "el"
	case thai > half:
		return "th"
	case devanagari > half:
		return "hi"
	}
	return ""
}
