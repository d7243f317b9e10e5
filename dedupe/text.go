package dedupe

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of what is read of one article. Longer texts are compared by their
// beginning.
const (
	maxBytes = 1 << 20 // of a text or title
	maxWords = 40_000  // of a text
)

// word is one token of a text: a word, a number, or one character of a script
// that is written without spaces.
type word struct {
	hash  uint64 // of the normalised form
	start uint32 // where it is in the text, in bytes
	size  uint16 // in bytes, at most maxWord
	kind  kind
	idf   uint8 // see idf.go
}

// maxWord is how many bytes of a word are shown; all of them count.
const maxWord = 1<<16 - 1

// end is where the word ends in the text.
func (w *word) end() uint32 { return w.start + uint32(w.size) }

// kind says what a word may stand for in a slot of a template.
type kind uint8

const (
	figure  kind = 1 << iota // a number in digits
	numeral                  // a number word
	date                     // a month or a day of the week
	name                     // capitalised within a sentence
	line                     // first of its line
	chrome                   // page furniture: not compared

	number = figure | numeral
)

const (
	fnvOffset = 0xcbf29ce484222325
	fnvPrime  = 0x100000001b3
)

// mix is the finaliser of MurmurHash3 (A. Appleby, public domain): every bit of
// h changes every bit of the result with probability one half.
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// hashString hashes a string that needs no normalisation.
func hashString(s string) uint64 {
	h := uint64(fnvOffset)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return mix(h)
}

// scanner splits a text into words without building intermediate strings: the
// hash of a word grows with its runes.
type scanner struct {
	words    []word
	text     string
	hash     uint64
	start    int
	in       uint8 // what the open word is made of: nothing, letters, digits
	upper    bool  // the open word starts with a capital
	begin    bool  // the next word begins a sentence
	newline  bool  // the next word begins a line
	maxWords int
	slots    *slotTable
}

const (
	nothing uint8 = iota
	letters
	digits
)

// split appends the words of text to dst.
func split(text string, dst []word) []word {
	s := scanner{words: dst, text: clip(text, maxBytes), begin: true, newline: true, maxWords: len(dst) + maxWords, slots: slotWords}
	s.run()
	return s.words
}

// clip cuts s to at most n bytes, between runes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func (s *scanner) run() {
	t := s.text
	for i := 0; i < len(t) && len(s.words) < s.maxWords; {
		c := t[i]
		if l := c | 0x20; 'a' <= l && l <= 'z' {
			i = s.latin(i)
			if i < len(t) && t[i] == ' ' { // as behind most words
				s.close(i)
				i++
			}
			continue
		}
		if c < utf8.RuneSelf {
			s.ascii(i, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(t[i:])
		s.rune(i, n, r)
		i += n
	}
	if len(s.words) < s.maxWords {
		s.close(len(t))
	}
}

// latin takes in the ASCII letters from byte i on, which is what most texts are
// made of, and returns where they end.
func (s *scanner) latin(i int) int {
	t := s.text
	if s.in != letters {
		s.close(i)
		s.in, s.start, s.hash, s.upper = letters, i, fnvOffset, t[i] < 'a'
	}
	h := s.hash
	for ; i < len(t); i++ {
		c := t[i] | 0x20
		if c < 'a' || c > 'z' {
			break
		}
		h = (h ^ uint64(c)) * fnvPrime
	}
	s.hash = h
	return i
}

func (s *scanner) ascii(i int, c byte) {
	switch {
	case 'a' <= c && c <= 'z':
		s.letter(i, uint64(c), false)
	case 'A' <= c && c <= 'Z':
		s.letter(i, uint64(c|0x20), true)
	case '0' <= c && c <= '9':
		s.digit(i, uint64(c))
	case c == ' ':
		s.close(i)
	case c == '\'':
		s.apostrophe(i, 1)
	case (c == '.' || c == ',') && s.in == digits:
		s.separator(i, 1, c == '.')
	default:
		s.close(i)
		switch c {
		case '.', '!', '?', ':', '"':
			s.begin = true
		case '\n':
			s.begin, s.newline = true, true
		}
	}
}

// rune handles what is not ASCII: it folds compatibility and presentation
// forms (NFKD), drops marks, and brings Arabic letters and all decimal digits
// to one form.
func (s *scanner) rune(i, n int, r rune) {
	switch {
	case r >= 0x0600 && r <= 0x06FF:
		s.arabic(i, n, r)
		return
	case r == '’' || r == '‘' || r == 'ʼ' || r == '＇':
		s.apostrophe(i, n)
		return
	case r == '“' || r == '”' || r == '«' || r == '»' || r == '…' || r == '。' || r == '！' || r == '？' || r == '\u2028' || r == '\u2029':
		s.close(i)
		s.begin = true
		return
	case r >= 0x3040 && r <= 0x30FF || r >= 0x3400 && r <= 0x4DBF || r >= 0x4E00 && r <= 0x9FFF ||
		r >= 0x0E00 && r <= 0x0EFF || r >= 0x1000 && r <= 0x109F || r >= 0x1780 && r <= 0x17FF || r >= 0x20000 && r <= 0x3FFFF:
		s.ideograph(i, n, r)
		return
	}
	if r == utf8.RuneError && n == 1 {
		s.close(i)
		return
	}
	if dec := norm.NFKD.PropertiesString(s.text[i:]).Decomposition(); dec != nil {
		for k, d := range string(dec) {
			switch {
			case unicode.IsLetter(d) || unicode.IsDigit(d) || unicode.IsMark(d):
				s.folded(i, d)
			case k == 0: // further on it is within a character, as in "ŀ"
				s.close(i)
			}
		}
		return
	}
	s.folded(i, r)
}

// folded handles a rune that decomposes no further.
func (s *scanner) folded(i int, r rune) {
	switch {
	case unicode.IsLetter(r):
		low := unicode.ToLower(r)
		s.letter(i, uint64(low), low != r)
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
		// Accents and invisible characters do not make another word.
	case unicode.IsDigit(r):
		s.digit(i, uint64('0'+digitValue(r)))
	default:
		s.close(i)
	}
}

// digitValue returns the value of a decimal digit: Unicode keeps them in
// aligned runs of ten.
func digitValue(r rune) rune {
	v := rune(0)
	for v < 9 && unicode.IsDigit(r-1) {
		r--
		v++
	}
	return v
}

func (s *scanner) arabic(i, n int, r rune) {
	switch {
	case r >= 0x0621 && r <= 0x063A || r >= 0x0641 && r <= 0x064A || r >= 0x0671 && r <= 0x06D3:
		s.letter(i, uint64(foldArabic(r)), false) // nearly all there is
		return
	case r == 0x0640 || r >= 0x064B && r <= 0x065F || r == 0x0670 || r >= 0x06D6 && r <= 0x06ED && r != 0x06DD && r != 0x06DE && r != 0x06E9:
		return // tatweel, vowel signs, Quranic marks
	case r >= 0x0660 && r <= 0x0669:
		s.digit(i, uint64('0'+r-0x0660))
		return
	case r >= 0x06F0 && r <= 0x06F9:
		s.digit(i, uint64('0'+r-0x06F0))
		return
	case (r == 0x066B || r == 0x066C) && s.in == digits:
		s.separator(i, n, r == 0x066B)
		return
	}
	if unicode.IsLetter(r) {
		s.letter(i, uint64(r), false)
		return
	}
	s.close(i)
	if r == '؟' || r == '۔' {
		s.begin = true
	}
}

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

func (s *scanner) letter(i int, r uint64, upper bool) {
	if s.in != letters {
		s.close(i)
		s.in, s.start, s.hash, s.upper = letters, i, fnvOffset, upper
	}
	s.hash = (s.hash ^ r) * fnvPrime
}

func (s *scanner) digit(i int, r uint64) {
	if s.in != digits {
		s.close(i)
		s.in, s.start, s.hash, s.upper = digits, i, fnvOffset, false
	}
	s.hash = (s.hash ^ r) * fnvPrime
}

// ideograph makes a word of one character: five of them in a row are then a
// character 5-gram, the usual unit for scripts without spaces.
func (s *scanner) ideograph(i, n int, r rune) {
	if unicode.Is(unicode.Mn, r) {
		return
	}
	s.close(i)
	if !unicode.IsLetter(r) {
		if unicode.IsDigit(r) {
			s.digit(i, uint64('0'+digitValue(r)))
		}
		return
	}
	s.in, s.start, s.hash, s.upper = letters, i, (fnvOffset^uint64(r))*fnvPrime, false
	s.close(i + n)
}

// apostrophe joins what stands on both sides of it.
func (s *scanner) apostrophe(i, n int) {
	if s.in == letters && i+n < len(s.text) {
		if r, _ := utf8.DecodeRuneInString(s.text[i+n:]); unicode.IsLetter(r) {
			return
		}
	}
	s.close(i)
}

// separator keeps a number together: 3,014,400 is 3014400, and 13.2 stays, as does
// 13,2, which is the same.
func (s *scanner) separator(i, n int, point bool) {
	figures := leadingDigits(s.text[i+n:])
	if figures == 0 {
		s.close(i)
		s.begin = s.begin || point
		return
	}
	if point || figures != 3 {
		s.hash = (s.hash ^ '.') * fnvPrime
	}
}

// leadingDigits counts the digits that a text begins with, up to four.
func leadingDigits(s string) int {
	n := 0
	for _, r := range s {
		if n == 4 || !unicode.IsDigit(r) {
			break
		}
		n++
	}
	return n
}

// close ends the open word before byte i.
func (s *scanner) close(i int) {
	if s.in == nothing {
		return
	}
	w := word{hash: mix(s.hash), start: uint32(s.start), size: uint16(min(i-s.start, maxWord))}
	if i-s.start > maxWord {
		w.size = uint16(len(clip(s.text[s.start:i], maxWord)))
	}
	if s.in == digits {
		w.kind |= figure
	} else {
		w.kind |= s.slots.kind(w.hash)
		if s.upper && !s.begin && w.kind&(number|date) == 0 {
			w.kind |= name
		}
	}
	if s.newline {
		w.kind |= line
	}
	w.idf = idf(w.hash)
	s.words = append(s.words, w)
	s.in, s.begin, s.newline = nothing, false, false
}

// hashWord returns the hash of a text that is one word.
func hashWord(s string) uint64 {
	sc := scanner{text: s, maxWords: 1}
	for i, r := range s {
		if r < utf8.RuneSelf {
			sc.ascii(i, byte(r))
		} else {
			sc.rune(i, utf8.RuneLen(r), r)
		}
	}
	return mix(sc.hash)
}

// slotWords tells number words and names of days and months apart from other
// words, in the languages in which they are most often met.
var slotWords = makeSlotWords()

// slotTable is an open hash table of word hashes, three quarters empty: nearly
// all look-ups are of other words and end at once.
type slotTable [1 << slotBits]struct {
	hash uint64
	kind kind
}

const slotBits = 10

func (t *slotTable) kind(hash uint64) kind {
	for i := hash >> (64 - slotBits); t[i].hash != 0; i = (i + 1) & (1<<slotBits - 1) {
		if t[i].hash == hash {
			return t[i].kind
		}
	}
	return 0
}

func (t *slotTable) put(hash uint64, k kind) {
	i := hash >> (64 - slotBits)
	for t[i].hash != 0 && t[i].hash != hash {
		i = (i + 1) & (1<<slotBits - 1)
	}
	t[i].hash, t[i].kind = hash, k
}

func makeSlotWords() *slotTable {
	m := &slotTable{}
	add := func(k kind, list string) {
		for w := range strings.FieldsSeq(list) {
			m.put(hashWord(w), k)
		}
	}
	add(numeral, `zero first two three four five six seven eight nine ten eleven twelve thirteen
		fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty
		seventy eighty ninety hundred thousand
		second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth`)
	add(numeral, `zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zweite dritte vierte
		fünfte sechste siebte achte neunte zehnte deux trois quatre cinq sept huit neuf dix
		deuxième troisième quatrième cinquième sixième septième dos tres cuatro cinco seis siete
		ocho nueve diez segundo tercero cuarto quinto sexto`)
	add(numeral, `اثنان اثنين ثلاثة ثلاث أربعة أربع خمسة خمس ستة ست سبعة سبع ثمانية ثمان تسعة تسع
		عشرة عشر عشرين ثلاثين أربعين خمسين مئة مائة ألف الثاني الثانية الثالث الثالثة
		الرابع الرابعة الخامس الخامسة السادس السادسة السابع السابعة الثامن الثامنة التاسع التاسعة
		العاشر العاشرة ثاني ثالث رابع خامس سادس سابع ثامن تاسع عاشر الأولى أول`)
	add(date, `january february march april june july august september october november
		december jan feb apr jun jul aug sept sep oct nov dec monday tuesday wednesday thursday
		friday saturday sunday`)
	add(date, `januar februar märz mai juni juli oktober dezember montag dienstag mittwoch
		donnerstag freitag samstag sonntag janvier février mars avril juin juillet août septembre
		octobre novembre décembre lundi mardi mercredi jeudi vendredi samedi dimanche enero
		febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes
		martes miércoles jueves viernes sábado domingo`)
	add(date, `يناير فبراير مارس أبريل إبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
		السبت الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة محرم صفر رجب شعبان رمضان شوال
		تموز حزيران أيار نيسان آذار شباط آب أيلول`)
	return m
}
