package event

import (
	_ "embed"
	"encoding/binary"
)

// places maps what countries, cities, months, days of the week and languages
// are called in the languages of news to a number that all of them share: an
// open hash table of 2^15 slots, each 32 bits of the hash of the name in its
// language and 16 bits that number. Made by TestNames from the Unicode CLDR
// (https://cldr.unicode.org, Unicode-3.0 licence).
//
//go:embed names.bin
var names []byte

const (
	nameBits  = 15
	nameSize  = 6
	nameProbe = 32
	saltName  = 0x636c
	maxPhrase = 4 // words of a name
	maxGlyphs = 6 // characters of a name in a script without spaces
)

// concept is what CLDR gives a name to. Its upper bits say what kind it is.
type conceptID uint16

const (
	kindMask  conceptID = 7 << 13
	territory conceptID = 1 << 13
	city      conceptID = 2 << 13
	month     conceptID = 3 << 13
	weekday   conceptID = 4 << 13
	tongue    conceptID = 5 << 13
)

// conceptOf returns what a salted name means; 0: nothing known.
func conceptOf(key uint64) conceptID {
	slot := key >> (64 - nameBits)
	tag := uint32(key)
	for range nameProbe {
		e := names[slot*nameSize:]
		id := conceptID(binary.LittleEndian.Uint16(e[4:]))
		if id == 0 {
			return 0
		}
		if binary.LittleEndian.Uint32(e) == tag {
			return id
		}
		slot = (slot + 1) & (1<<nameBits - 1)
	}
	return 0
}

// nameKeys calls fn with the hash of each run of tokens that starts at i and
// may be a name, and its length, shortest first.
func nameKeys(lang string, toks []token, i int, fn func(key uint64, n int)) {
	t := toks[i]
	limit := maxPhrase
	if t.script.spaceless() && !t.katak {
		limit = maxGlyphs
	}
	h := uint32(0)
	for n := 1; n <= limit && i+n <= len(toks); n++ {
		k := toks[i+n-1]
		if k.script == digit || n > 1 && (k.begin || k.script.spaceless() != t.script.spaceless()) {
			return
		}
		h = join(h, nameForm(k))
		if n == 1 && k.script == latin && k.runes == 2 && !k.caps {
			continue // us is not US
		}
		fn(salted(lang, saltName, h), n)
	}
}

// nameForm is what of a word counts in a name.
func nameForm(k token) uint32 {
	if k.script == latin {
		return k.hash
	}
	return k.stem
}
