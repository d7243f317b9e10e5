package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// phraseTable finds phrases in a text, each of at least three bytes, in a time
// that hardly depends on how many there are.
type phraseTable struct {
	phrases []string
	words   bool            // found only where no ASCII letter or digit comes before
	leading []bool          // by phrase: of use only where a line begins; nil: none is
	forms   []phraseForm    // sorted
	first   [1 << 13]uint16 // by hash of three bytes: 1 + place in starts
	starts  []phraseStart
}

// phraseForm is a way in which a phrase may be written: as it is, or with capitals,
// those of ASCII in lower case.
type phraseForm struct {
	text   string
	phrase uint16
}

// phraseStart says which forms start with three bytes.
type phraseStart struct {
	key      [3]byte
	from, to uint16 // forms[from:to]
	next     uint16 // 1 + place in starts of the next with the same hash
	// behind has a bit for each byte that may follow, and for each that may follow
	// that, by their lower five bits: letters that differ in case have the same.
	behind [2]uint32
}

// goesOn reports whether a form may go on with s behind the first three bytes.
func (p *phraseStart) goesOn(s string) bool {
	for i := range min(len(s), len(p.behind)) {
		if p.behind[i]>>(s[i]&31)&1 == 0 {
			return false
		}
	}
	return true
}

// allow adds what follows the first three bytes of a form.
func (p *phraseStart) allow(s string) {
	for i := range p.behind {
		if i < len(s) {
			p.behind[i] |= 1 << (s[i] & 31)
		} else {
			p.behind[i] = ^uint32(0) // anything may follow the form
		}
	}
}

// newWordTable makes a table of phrases that start with a word of their own.
func newWordTable(phrases []string) *phraseTable {
	t := newPhraseTable(phrases)
	t.words = true
	return t
}

func newPhraseTable(phrases []string) *phraseTable {
	t := &phraseTable{phrases: phrases}
	for i, p := range phrases {
		_, n := utf8.DecodeRuneInString(p)
		t.forms = append(t.forms, phraseForm{p, uint16(i)})
		for _, form := range [...]string{strings.ToUpper(p[:n]) + p[n:], strings.ToUpper(p)} {
			if form = lowerASCII(form); form != p {
				t.forms = append(t.forms, phraseForm{form, uint16(i)})
			}
		}
	}
	slices.SortStableFunc(t.forms, func(a, b phraseForm) int { return strings.Compare(a.text, b.text) })
	t.forms = slices.CompactFunc(t.forms, func(a, b phraseForm) bool { return a.text == b.text })
	for i := range t.forms {
		t.add(i)
	}
	return t
}

// add lets the i-th form be found by its first three bytes.
func (t *phraseTable) add(i int) {
	form := t.forms[i].text
	key := [3]byte([]byte(form[:3]))
	if n := len(t.starts); n == 0 || t.starts[n-1].key != key {
		h := hash3(key[0], key[1], key[2])
		t.starts = append(t.starts, phraseStart{key: key, from: uint16(i), next: t.first[h]})
		t.first[h] = uint16(len(t.starts))
	}
	last := &t.starts[len(t.starts)-1]
	last.to = uint16(i + 1)
	last.allow(form[3:])
}

// lower returns an ASCII letter in lower case, and other bytes as they are.
func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = lower(c)
	}
	return string(b)
}

// hash3 returns a place for three bytes in the table.
func hash3(a, b, c byte) uint32 {
	return (uint32(a)<<10 ^ uint32(b)<<5 ^ uint32(c)) & (1<<13 - 1)
}

// start returns where the forms stand that start with three bytes of a hash and may go
// on with s.
func (t *phraseTable) start(h uint32, a, b, c byte, s string) (from, to int) {
	for n := t.first[h]; n != 0; {
		p := &t.starts[n-1]
		if p.key == [3]byte{a, b, c} {
			if !p.goesOn(s) {
				break
			}
			return int(p.from), int(p.to)
		}
		n = p.next
	}
	return 0, 0
}

// prefixes appends the phrases of those of forms[from:to], which all start with the
// first three bytes of s, that s starts with. With fold, ASCII letters of s are
// read as small ones.
func (t *phraseTable) prefixes(out []uint16, s string, from, to int, fold bool) []uint16 {
	for d := 3; from < to; d++ {
		if len(t.forms[from].text) == d {
			out = append(out, t.forms[from].phrase)
			from++
		}
		if d == len(s) {
			break
		}
		c := s[d]
		if fold {
			c = lower(c)
		}
		from, to = t.narrow(from, to, d, c)
	}
	return out
}

// narrow returns those of forms[from:to], all longer than d, that have c at d.
func (t *phraseTable) narrow(from, to, d int, c byte) (int, int) {
	bound := func(from, to int, c int) int {
		for from < to {
			if m := (from + to) / 2; int(t.forms[m].text[d]) < c {
				from = m + 1
			} else {
				to = m
			}
		}
		return from
	}
	from = bound(from, to, int(c))
	return from, bound(from, to, int(c)+1)
}

// mayHold reports whether a text may hold a phrase where it is of use, or a copyright
// line, in any case of its letters.
func (t *phraseTable) mayHold(s string) bool {
	s = bareAlifs(unvowelled(s))
	head := s[:min(len(s), 16)]
	// Of "copyright" its end is looked for: few words have a y, which is found first.
	if strings.Contains(s, "©") || strings.Contains(head, "(c)") || strings.Contains(head, "（c）") || strings.Contains(s, "yright") || strings.Contains(s, "YRIGHT") {
		return true
	}
	var buf [8]uint16
	for i := 0; i+3 <= len(s); i++ {
		if t.words && i > 0 && wordByte[s[i-1]] {
			continue
		}
		x, y, z := lower(s[i]), lower(s[i+1]), lower(s[i+2])
		h := hash3(x, y, z)
		if t.first[h] == 0 {
			continue
		}
		from, to := t.start(h, x, y, z, s[i+3:])
		for _, k := range t.prefixes(buf[:0], s[i:], from, to, true) {
			if t.leading == nil || !t.leading[k] || beginsLine(s, i) {
				return true
			}
		}
	}
	return false
}

// beginsLine reports whether only white space and marks come before s[i:] in its line.
func beginsLine(s string, i int) bool {
	before := strings.TrimRightFunc(s[:i], func(r rune) bool {
		return r != '\n' && (unicode.IsSpace(r) || strings.ContainsRune(lineMarks, r))
	})
	return before == "" || before[len(before)-1] == '\n'
}

// lineMarks may stand in front of the first word of a line.
const lineMarks = " *(（[—–-•"

// wordByte tells ASCII letters and digits.
var wordByte = func() (is [256]bool) {
	for c := range is {
		is[c] = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
	}
	return is
}()

// found is a phrase and where it starts.
type found struct{ phrase, at int }

// find returns the phrases in s in the order of the table, each where it stands
// first.
func (t *phraseTable) find(s string) []found {
	var out []found
	var buf [8]uint16
	for i := 0; i+3 <= len(s); i++ {
		if t.words && i > 0 && wordByte[s[i-1]] {
			continue
		}
		for _, k := range t.starting(buf[:0], s[i:]) {
			if !slices.ContainsFunc(out, func(f found) bool { return f.phrase == int(k) }) {
				out = append(out, found{int(k), i})
			}
		}
		if len(out) > maxFound {
			break
		}
	}
	slices.SortFunc(out, func(a, b found) int { return a.phrase - b.phrase })
	return out
}

// starting appends the phrases that s starts with, as they are written.
func (t *phraseTable) starting(out []uint16, s string) []uint16 {
	if len(s) < 3 {
		return out
	}
	h := hash3(s[0], s[1], s[2])
	if t.first[h] == 0 {
		return out
	}
	from, to := t.start(h, s[0], s[1], s[2], s[3:])
	return slices.DeleteFunc(t.prefixes(out, s, from, to, false), func(k uint16) bool { return !strings.HasPrefix(s, t.phrases[k]) })
}

// in returns how many of the phrases stand in s, which is in lower case; it stops
// counting at a few.
func (t *phraseTable) in(s string) int { return len(t.find(s)) }

// maxFound is after how many phrases no more are looked for in a text.
const maxFound = 20
