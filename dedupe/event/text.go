package event

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of what is read of one text. What a report is about stands at its
// beginning.
const (
	maxBytes  = 64 << 10
	maxTokens = 1500
	maxRunes  = 40 // of one word
)

// script is what a token is written in.
type script uint8

const (
	other script = iota
	digit
	latin
	cyrillic
	greek
	arabic
	hebrew
	devanagari
	kana
	hangul
	han
	thai
)

// cased reports whether the script tells names from words by a capital.
func (s script) cased() bool { return s == latin || s == cyrillic || s == greek }

// spaceless reports whether words of the script are not set apart.
func (s script) spaceless() bool { return s == han || s == kana || s == thai }

// token is one word, number or, of a script without spaces, one character; a
// run of katakana is one token.
type token struct {
	hash    uint32  // of the folded form
	stem    uint32  // of what stays of it when it is inflected
	skel    uint64  // consonants, see skeleton.go; 0: fewer than two
	sino    uint64  // the same as Chinese can write it
	skel2   uint64  // the same without a prefix that may be an article
	value   float64 // of a number
	script  script
	runes   uint8
	name    bool // capitalised where a word is not
	upper   bool // capitalised
	begin   bool // first of its sentence
	line    bool // first of its line
	ordinal bool
	katak   bool // katakana
	glyph   rune // of a script without spaces
	caps    bool // all of it capitals
}

// reader splits a text into tokens.
type reader struct {
	lang    string
	tokens  []token
	text    string
	buf     [maxRunes]rune
	n       int // runes in buf
	script  script
	upper   bool
	caps    bool
	dotted  bool // letters with points between, as in U.S.
	begin   bool
	newline bool
	suffix  bool // behind the apostrophe of a Turkish name
}

// read appends the tokens of text to dst.
func read(lang, text string, dst []token) []token {
	if len(text) > maxBytes {
		n := maxBytes
		for n > 0 && !utf8.RuneStart(text[n]) {
			n--
		}
		text = text[:n]
	}
	r := reader{lang: lang, tokens: dst, text: text, begin: true, newline: true}
	limit := len(dst) + maxTokens
	for i := 0; i < len(text) && len(r.tokens) < limit; {
		c := text[i]
		if c < utf8.RuneSelf {
			i += r.ascii(i, c)
			continue
		}
		u, n := utf8.DecodeRuneInString(text[i:])
		i += r.rune(i, n, u)
	}
	r.close()
	return r.tokens
}

func (r *reader) ascii(i int, c byte) int {
	switch {
	case 'a' <= c && c <= 'z':
		r.letter(rune(c), latin, false)
	case 'A' <= c && c <= 'Z':
		r.letter(rune(c|0x20), latin, true)
	case '0' <= c && c <= '9':
		return r.number(i)
	case c == '\'':
		if r.n == 0 || !r.letterAt(i+1) {
			r.close()
		} else {
			r.apostrophe(i + 1)
		}
	case c == '.' && r.upper && (r.n == 1 || r.dotted): // an initial, or U.S.
		if i+2 < len(r.text) && r.text[i+2] == '.' && 'A' <= r.text[i+1] && r.text[i+1] <= 'Z' {
			r.dotted = true
		} else {
			r.close()
		}
	default:
		r.close()
		r.punctuation(rune(c))
	}
	return 1
}

// apostrophe ends a word before 's, an elided article before its noun, and a
// Turkish name before its suffixes, which are passed over.
func (r *reader) apostrophe(next int) {
	if r.lang == "tr" {
		r.close()
		r.suffix = true
		return
	}
	if r.n <= 2 { // l'Iran, d'Oman, O'Neill
		r.close()
		r.begin = false
		return
	}
	if c := r.text[next] | 0x20; c == 's' && !r.letterAt(next+1) {
		r.close()
	}
}

func (r *reader) letterAt(i int) bool {
	if i >= len(r.text) {
		return false
	}
	u, _ := utf8.DecodeRuneInString(r.text[i:])
	return unicode.IsLetter(u)
}

func (r *reader) punctuation(u rune) {
	switch u {
	case '.', '!', '?', ':', '"', '“', '”', '„', '«', '»', '…', '。', '！', '？', '؟', '।', '۔', '「', '」', '|':
		r.begin = true
	case '\n', '\u2028', '\u2029':
		r.begin, r.newline = true, true
	}
}

// rune reads what is not ASCII and returns how many bytes that took.
func (r *reader) rune(i, n int, u rune) int {
	switch {
	case plainLetter(u):
		r.folded(u)
		return n
	case u == '’' || u == '‘' || u == 'ʼ' || u == '׳':
		if r.n > 0 && r.letterAt(i+n) {
			r.apostrophe(i + n)
		} else {
			r.close()
		}
		return n
	case u == 'ـ' || unicode.Is(unicode.Mn, u) && !(u >= 0x0900 && u < 0x0E00) || unicode.Is(unicode.Cf, u):
		return n
	case unicode.IsDigit(u):
		return r.number(i)
	}
	if u < 0x0250 || u >= 0x1E00 && u <= 0x1FFF || u >= 0xFB00 && u <= 0xFDFF || u >= 0xFE70 && u <= 0xFFEF || u == 'ё' || u == 'Ё' || u == 'й' || u == 'Й' || u >= 0x0370 && u <= 0x03FF {
		if u != 'й' && u != 'Й' {
			if dec := norm.NFKD.PropertiesString(r.text[i:]).Decomposition(); dec != nil {
				for _, d := range string(dec) {
					if !unicode.Is(unicode.Mn, d) {
						r.folded(d)
					}
				}
				return n
			}
		}
	}
	r.folded(u)
	return n
}

// plainLetter reports whether a rune is one of those of which most texts in other scripts
// are: a letter that is nothing else and is not composed. To look each up in the tables
// of Unicode would cost a sixth of the reading.
func plainLetter(u rune) bool {
	switch {
	case u < 0x0410:
		return false
	case u <= 0x044F, // Cyrillic
		u >= 0x0621 && u <= 0x063A, u >= 0x0641 && u <= 0x064A, // Arabic
		u >= 0x0904 && u <= 0x0939,                             // Devanagari
		u >= 0x3041 && u <= 0x3096, u >= 0x30A1 && u <= 0x30FA, // kana
		u >= 0x4E00 && u <= 0x9FFF, u >= 0xAC00 && u <= 0xD7A3: // han, hangul
		return true
	}
	return false
}

func (r *reader) folded(u rune) {
	s := scriptOf(u)
	if s == other && !(unicode.IsLetter(u) || u >= 0x0900 && u < 0x0E00 && unicode.IsMark(u)) {
		r.close()
		r.punctuation(u)
		return
	}
	if s == arabic {
		u = foldArabic(u)
	}
	low := u
	if s == other || s.cased() {
		low = unicode.ToLower(u)
	}
	switch low {
	case 'ı':
		low = 'i'
	case 'ø':
		low = 'o'
	case 'ł':
		low = 'l'
	case 'đ', 'ð':
		low = 'd'
	case 'ς':
		low = 'σ'
	}
	r.letter(low, s, low != u)
}

func (r *reader) letter(u rune, s script, upper bool) {
	if r.suffix {
		return
	}
	if r.n > 0 && r.script != s {
		r.close()
	}
	if s == han || s == thai || s == kana && !isKatakana(u) {
		r.close()
		r.buf[0], r.n, r.script, r.upper = u, 1, s, false
		r.close()
		return
	}
	if r.n == 0 {
		r.script, r.upper, r.caps = s, upper, true
	}
	r.caps = r.caps && upper
	if r.n < maxRunes {
		r.buf[r.n] = u
		r.n++
	}
}

// close ends the open word.
func (r *reader) close() {
	r.suffix = false
	if r.n == 0 {
		return
	}
	w := r.buf[:r.n]
	hash := hashRunes(w)
	if r.script == latin && r.lang == "en" {
		if v, ok := englishNumbers[hash]; ok {
			t := token{script: digit, value: v, begin: r.begin, line: r.newline, runes: 1, hash: hashNumber(v), ordinal: strings.HasSuffix(string(w), "th") || v == 3 && w[2] == 'i'}
			if v >= 10 {
				t.runes = 2
			}
			t.stem = t.hash
			r.tokens = append(r.tokens, t)
			r.n, r.begin, r.newline, r.dotted = 0, false, false, false
			return
		}
	}
	if r.script == kana && len(w) == 1 && w[0] == 'ー' {
		r.n = 0
		return
	}
	t := token{
		script: r.script, upper: r.upper, begin: r.begin, line: r.newline, runes: uint8(r.n),
		hash: hash, katak: r.script == kana && len(w) > 1,
	}
	t.name = r.upper && !r.begin
	t.caps = r.caps
	if r.n == 1 {
		t.glyph = w[0]
	}
	if r.script == latin && r.upper {
		t.sino = sinoSkeleton(w)
	}
	t.stem = hashRunes(stem(r.lang, r.script, w))
	if r.upper || !r.script.cased() { // or it cannot be a name
		t.skel, t.skel2 = skeletons(r.script, w, r.lang)
	}
	r.tokens = append(r.tokens, t)
	r.n, r.begin, r.newline, r.dotted = 0, false, false, false
}

// englishNumbers are the numbers that English news writes out; first and second
// are too often something else.
var englishNumbers = hashed(map[string]float64{
	"three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
	"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
	"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
	"third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
	"eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15,
})

// hashed is a table of words by their hashes.
func hashed(words map[string]float64) map[uint32]float64 {
	m := make(map[uint32]float64, len(words))
	for w, v := range words {
		m[hashRunes([]rune(w))] = v
	}
	return m
}

// number reads the digits from byte i on with their separators and returns
// their length.
func (r *reader) number(i int) int {
	r.close()
	var d [20]byte
	n, end, point := 0, i, -1
	group := 0 // digits since the last separator
	for j := i; j < len(r.text); {
		u, size := utf8.DecodeRuneInString(r.text[j:])
		if unicode.IsDigit(u) {
			if n < len(d) {
				d[n] = '0' + byte(digitValue(u))
				n++
			}
			group++
			j += size
			end = j
			continue
		}
		if u != '.' && u != ',' && u != '٫' && u != '٬' || j+size >= len(r.text) || group == 0 {
			break
		}
		next := digitsAt(r.text[j+size:])
		switch {
		case next == 0:
			j = len(r.text)
			continue
		case next == 3 && group <= 3 && point < 0 && !(group == 1 && d[0] == '0'):
			// a thousand
		case point < 0:
			point = n
		default:
			j = len(r.text)
			continue
		}
		group = 0
		j += size
	}
	s := string(d[:n])
	if point >= 0 {
		s = string(d[:point]) + "." + string(d[point:n])
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		v = 0
	}
	t := token{script: digit, value: v, begin: r.begin, line: r.newline, runes: uint8(n)}
	t.hash = hashNumber(v)
	t.stem = t.hash
	t.ordinal = end+2 <= len(r.text) && isOrdinal(r.text[end:end+2]) && !r.letterAt(end+2)
	r.tokens = append(r.tokens, t)
	r.begin, r.newline = false, false
	return end - i
}

func isOrdinal(s string) bool { return s == "st" || s == "nd" || s == "rd" || s == "th" }

func digitsAt(s string) int {
	n := 0
	for _, u := range s {
		if !unicode.IsDigit(u) {
			break
		}
		n++
		if n > 3 {
			break
		}
	}
	return n
}

// digitValue returns the value of a decimal digit: Unicode keeps them in
// aligned runs of ten.
func digitValue(r rune) rune {
	if r < 0x80 {
		return r - '0'
	}
	v := rune(0)
	for v < 9 && unicode.IsDigit(r-1) {
		r--
		v++
	}
	return v
}

func scriptOf(u rune) script {
	switch {
	case u < 0x80:
		if l := u | 0x20; 'a' <= l && l <= 'z' {
			return latin
		}
		return other
	case u < 0x0250:
		if unicode.IsLetter(u) {
			return latin
		}
		return other
	case u >= 0x0370 && u < 0x0400:
		return letterOr(u, greek)
	case u >= 0x0400 && u < 0x0530:
		return cyrillic
	case u >= 0x0590 && u < 0x0600:
		return letterOr(u, hebrew)
	case u >= 0x0600 && u < 0x0700 || u >= 0x0750 && u < 0x0780:
		return letterOr(u, arabic)
	case u >= 0x0900 && u < 0x0980:
		if u == 0x0964 || u == 0x0965 {
			return other
		}
		return devanagari
	case u >= 0x0E00 && u < 0x0F00:
		return letterOr(u, thai)
	case u >= 0x1E00 && u < 0x1F00:
		return latin
	case u >= 0x3041 && u < 0x3100:
		if u == '・' {
			return other
		}
		return kana
	case u >= 0xAC00 && u < 0xD7A4 || u >= 0x1100 && u < 0x1200:
		return hangul
	case u >= 0x3400 && u < 0xA000 || u >= 0x20000 && u < 0x40000 || u == '々':
		return han
	}
	return other
}

func letterOr(u rune, s script) script {
	if unicode.IsLetter(u) {
		return s
	}
	return other
}

func isKatakana(u rune) bool { return u >= 0x30A1 && u <= 0x30FC && u != '・' }

// foldArabic brings the forms of a letter that writers use for each other to
// one.
func foldArabic(r rune) rune {
	switch r {
	case 'أ', 'إ', 'آ', 'ٱ':
		return 'ا'
	case 'ى', 'ئ', 'ی':
		return 'ي'
	case 'ة':
		return 'ه'
	case 'ؤ':
		return 'و'
	case 'ک':
		return 'ك'
	}
	return r
}

// stem cuts off what inflection adds, roughly: it need not be a word, only the
// same for most forms.
func stem(lang string, s script, w []rune) []rune {
	switch s {
	case latin:
		if lang == "en" {
			return stemEnglish(w)
		}
		return w[:min(len(w), 6)]
	case cyrillic, greek:
		return w[:min(len(w), 6)]
	case arabic:
		return stripArabic(w)
	}
	return w
}

// stemEnglish takes plural and verb endings away (after the S-stemmer of D.
// Harman, How effective is suffixing?, 1991, with -ed and -ing added).
func stemEnglish(w []rune) []rune {
	n := len(w)
	end := func(s string) bool {
		if n < len(s)+3 {
			return false
		}
		for i, c := range s {
			if w[n-len(s)+i] != c {
				return false
			}
		}
		return true
	}
	switch {
	case end("ies"):
		n -= 2 // the i stands for y
	case end("sses"):
		n -= 2
	case end("ss") || end("us") || end("is"):
	case end("s"):
		n--
	case end("ing"):
		n = undouble(w, n-3)
	case end("ed"):
		n = undouble(w, n-2)
	}
	if n > 3 && w[n-1] == 'e' {
		n--
	}
	if n > 3 && w[n-1] == 'y' {
		w[n-1] = 'i'
	}
	return w[:n]
}

func undouble(w []rune, n int) int {
	if n > 3 && w[n-1] == w[n-2] && w[n-1] != 's' && w[n-1] != 'l' {
		return n - 1
	}
	return n
}

// stripArabic takes the article and the particles that are written with the
// word away.
func stripArabic(w []rune) []rune {
	if len(w) > 4 && (w[0] == 'و' || w[0] == 'ف') {
		w = w[1:]
	}
	if len(w) > 4 && (w[0] == 'ب' || w[0] == 'ك') && w[1] == 'ا' && w[2] == 'ل' {
		w = w[1:]
	}
	switch {
	case len(w) > 4 && w[0] == 'ا' && w[1] == 'ل':
		w = w[2:]
	case len(w) > 4 && w[0] == 'ل' && w[1] == 'ل':
		w = w[2:]
	}
	return w
}

const (
	fnvOffset = 0xcbf29ce484222325
	fnvPrime  = 0x100000001b3
)

// mix is the finaliser of MurmurHash3 (A. Appleby, public domain).
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

func hashRunes(w []rune) uint32 {
	h := uint64(fnvOffset)
	for _, c := range w {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return uint32(mix(h))
}

func hashString(s string) uint32 {
	h := uint64(fnvOffset)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return uint32(mix(h))
}

func hashNumber(v float64) uint32 { return uint32(mix(math.Float64bits(v) ^ 0x6e756d)) }

// join hashes a sequence of two hashes.
func join(a, b uint32) uint32 { return uint32(mix(uint64(a)<<32 | uint64(b))) }
