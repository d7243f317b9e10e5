package event

import (
	"math"
	"slices"
)

// class is what a feature is.
type class uint8

const (
	word class = iota
	name
	number
	concept  // a country, a month …: the same in every language
	latinTok // a word in Latin letters
	skeleton
	loose // a skeleton in which l is r, v is b
	sino  // a skeleton as Chinese can write it
	link
	version // an address of the text in this language or another, as its publisher says
)

// feature is one word, name or number of a story with its weight. There are up to
// two hundred of each live story, so it is eight bytes.
type feature struct {
	hash   uint32
	weight half
	class  class
	place  uint8 // of an anchor: how many others stand before it, or noPlace
}

// headBit marks a word that stands in the title or among the first words.
const headBit class = 1 << 6

// noPlace is the place of what is not in the text, or far down.
const noPlace = 255

// half is the upper half of a float32: eight binary digits.
type half uint16

func toHalf(v float32) half { return half((math.Float32bits(v) + 1<<15) >> 16) }

func (h half) float() float32 { return math.Float32frombits(uint32(h) << 16) }

const maxWords = 96

// How much more names and numbers count than words as rare as they.
const (
	nameBoost   = 2
	numberBoost = 1.5
)

// Profile is what is kept of a story: what it is compared by. Reading a text for
// it is half the work of placing a story, and can be done anywhere, by many
// goroutines at a time.
type Profile struct {
	id      int64
	lang    string
	at      int64 // seconds since 1970; 0: unknown
	tokens  int32
	length  int32     // of the text, in what languages say as much with
	chance  float32   // nats by which an anchor is likelier in a text as long as this than in a short one
	figures int32     // telling numbers among the anchors
	words   []feature // by hash; their squares add up to one
	anchors []feature // by hash
	// ordinals are places in a series that its title and first words name.
	ordinals []uint32
	terms    *rendering // what a dictionary makes of its words; nil: nothing
	meaning  *meaning   // its vector; nil: it has none
}

// tally counts a word of a story.
type tally struct {
	hash     uint32
	n        int
	names    int // of these with a capital within a sentence
	class    class
	caseless bool // in a script without capitals
	head     bool // stands in title or first words
	idf      float32
}

// named reports whether a word is taken for a name. Without capitals that is one that
// is rare and comes again: what a report goes on about, by which it differs from others
// of its kind.
func (e tally) named() bool {
	if e.caseless {
		return e.n > 1 && e.idf >= idfRare
	}
	return e.names > 0 && e.names*2 >= e.n
}

// NewProfile reads a story, with a dictionary or without (nil).
func NewProfile(s Story, d *Dictionary) *Profile {
	return readProfile(s, Options{Dictionary: d})
}

// ID returns the number of the story.
func (p *Profile) ID() int64 { return p.id }

func readProfile(s Story, opts Options) *Profile {
	off := opts.without
	lang := language(s.Lang, s.Title+"\n"+s.Text)
	toks := read(lang, s.Title, nil)
	if startsWith(s.Text, s.Title) {
		toks = toks[:0]
	}
	toks = read(lang, s.Text, toks)
	markNames(toks)
	p := &Profile{id: s.ID, lang: lang, tokens: int32(len(toks))}
	if !s.Time.IsZero() {
		p.at = s.Time.Unix()
	}
	for _, k := range toks {
		p.length += int32(int(k.runes) * k.script.density())
	}
	for _, k := range toks[:min(len(toks), headTokens)] {
		if k.ordinal && len(p.ordinals) < maxOrdinals && !slices.Contains(p.ordinals, k.hash) {
			p.ordinals = append(p.ordinals, k.hash)
		}
	}
	p.words = vector(lang, toks, off)
	p.anchors = anchors(lang, toks, s, off)
	p.terms = opts.Dictionary.render(lang, toks)
	p.meaning = newMeaning(s.Vector)
	p.sum()
	return p
}

// sum works out what follows from the rest of a profile and is asked for again and
// again.
func (p *Profile) sum() {
	p.chance = float32(max(0, math.Log(float64(p.tokens+1)/150)))
	for _, f := range p.anchors {
		if telling(f) {
			p.figures++
		}
	}
}

const (
	headTokens  = 40 // of title and text, in which a report says what it is about
	maxOrdinals = 4
)

// density is how much a character of a script says, against two for Latin
// letters: measured on news and its translations.
func (s script) density() int {
	switch s {
	case han:
		return 6
	case kana, hangul:
		return 4
	}
	return 2
}

func startsWith(text, title string) bool {
	return title != "" && len(text) >= len(title) && text[:len(title)] == title
}

// markNames decides which tokens are names: those capitalised within a
// sentence, but in lines where nearly all are, headlines in title case, only if
// they are capitalised elsewhere too.
func markNames(toks []token) {
	for from := 0; from < len(toks); {
		to := from + 1
		caps, words := 0, 0
		for to < len(toks) && !toks[to].line {
			if toks[to].script.cased() && toks[to].runes > 3 {
				words++
				if toks[to].upper {
					caps++
				}
			}
			to++
		}
		if words >= 4 && caps*10 > words*7 {
			for i := from; i < to; i++ {
				toks[i].name = false
			}
		}
		from = to
	}
	names := map[uint32]bool{}
	for i := range toks {
		if toks[i].name {
			names[toks[i].hash] = true
		}
	}
	for i := range toks {
		if toks[i].upper && names[toks[i].hash] {
			toks[i].name = true
		}
	}
}

// tallies counts the words of a story that it is compared by with stories of the same
// language.
func tallies(lang string, toks []token) []tally {
	at := make(map[uint32]int, len(toks))
	all := make([]tally, 0, len(toks))
	add := func(e tally, salt uint64, most float32) *tally {
		i, ok := at[e.hash]
		if !ok {
			v, _ := idf(salted(lang, salt, e.hash))
			e.idf = min(v, most)
			i = len(all)
			at[e.hash] = i
			all = append(all, e)
		}
		all[i].n++
		all[i].head = all[i].head || e.head
		return &all[i]
	}
	for i, k := range toks {
		e := tally{hash: k.hash, head: i < headTokens, caseless: !k.script.cased()}
		switch {
		case k.script == digit:
			e.class = number
			add(e, saltNumber, numberPrior(k))
		case k.script.spaceless() && !k.katak || k.script == hangul:
			if i+1 < len(toks) && toks[i+1].script == k.script && !toks[i+1].begin {
				e.hash = join(k.hash, toks[i+1].hash)
				add(e, saltWord, idfRare)
			}
		case k.runes > 1:
			e.hash = k.stem
			if t := add(e, saltWord, idfRare); k.name {
				t.names++
			}
		}
	}
	return all
}

// vector weighs the words of a story for comparison with stories of the same
// language: by how rare they are and how often they occur, names and numbers
// more.
func vector(lang string, toks []token, off ablation) []feature {
	all := tallies(lang, toks)
	kept := all[:0]
	for _, e := range all {
		if off.background {
			e.idf = idfRare
		}
		w := float64(e.idf) * (1 + math.Log(float64(e.n)))
		if e.class == word && e.named() && !off.names {
			e.class = name
			w *= nameBoost
		}
		if e.class == number {
			w *= numberBoost
			if off.numbers {
				continue
			}
		}
		if w > 0 {
			e.idf = float32(w)
			kept = append(kept, e)
		}
	}
	if len(kept) > maxWords {
		kept = heaviestWords(kept)
	}
	norm := float32(0)
	for _, e := range kept {
		norm += e.idf * e.idf
	}
	norm = float32(math.Sqrt(float64(norm)))
	out := make([]feature, len(kept))
	for i, e := range kept {
		out[i] = feature{e.hash, toHalf(e.idf / norm), e.class, noPlace}
		if e.head {
			out[i].class |= headBit
		}
	}
	byHash(out)
	return out
}

// heaviestWords returns as many words as are kept, the heaviest, but some numbers in any
// case: most are light, and in a long text none would be left to tell it from another.
func heaviestWords(all []tally) []tally {
	weight := func(e tally) float32 { return e.idf }
	var numbers, rest []tally
	for _, e := range all {
		if e.class == number {
			numbers = append(numbers, e)
		} else {
			rest = append(rest, e)
		}
	}
	numbers = heaviestOf(numbers, len(numbers), weight)
	few := numbers[:min(len(numbers), keptNumbers)]
	return append(heaviestOf(append(rest, numbers[len(few):]...), maxWords-len(few), weight), few...)
}

// keptNumbers is how many numbers of a story are kept in any case.
const keptNumbers = topNumbers

// heaviestOf returns the n elements of the greatest weight, which is positive; of
// equal ones those that come first. Numbers are quicker to sort than structures.
func heaviestOf[T any](all []T, n int, weight func(T) float32) []T {
	keys := make([]uint64, len(all))
	for i, e := range all {
		keys[i] = uint64(^math.Float32bits(weight(e)))<<32 | uint64(i)
	}
	slices.Sort(keys)
	out := make([]T, min(n, len(all)))
	for i := range out {
		out[i] = all[uint32(keys[i])]
	}
	return out
}

// byHash sorts features.
func byHash(fs []feature) {
	keys := make([]uint64, len(fs))
	for i, f := range fs {
		keys[i] = uint64(f.hash)<<32 | uint64(i)
	}
	slices.Sort(keys)
	from := slices.Clone(fs)
	for i, k := range keys {
		fs[i] = from[uint32(k)]
	}
}

// numberPrior is how telling a number can be at most: small ones and years are
// everywhere.
func numberPrior(k token) float32 {
	switch {
	case k.runes == 1:
		return 2
	case k.value >= 1900 && k.value < 2100 && k.runes == 4:
		return 4
	case k.runes == 2:
		return 3.5
	}
	return idfRare
}
