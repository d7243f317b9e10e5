package event

import (
	"math"
	"slices"
)

// Dictionary renders words of one language by words of another. Stories in these
// languages are compared by all the words that it knows then, not only by names and
// numbers. The zero value is empty, and a nil Dictionary is as well. Any number of
// goroutines may read stories by one that nobody adds to.
type Dictionary struct {
	senses map[uint64][]uint32 // what a term is called in the first language of its list, by hash
}

// Term is a word, or a few, of a language.
type Term struct {
	Lang string // BCP 47 or ISO 639-3
	Text string
}

const (
	maxSenses  = 8   // of a term: those that were added first
	maxTerms   = 96  // of a story, the rarest
	maxKept    = 384 // what these are called, in all
	saltTerm   = 0x7472
	lonelyTerm = .5 // nats that one character without spaces counts
)

// Add takes two terms for the same, and reports whether that is of any use: not when
// both are of one language or of none, nor where one is empty, a number, or longer
// than four words (in a script without spaces, six characters). What several lists
// render by words of one language is compared by these, so it should be the first of
// each: with English–Arabic and English–Chinese, Arabic is compared with Chinese, too.
func (d *Dictionary) Add(first, second Term) bool {
	a, b := language(first.Lang, ""), language(second.Lang, "")
	x, ok := termKey(a, first.Text)
	y, also := termKey(b, second.Text)
	if !ok || !also || a == b {
		return false
	}
	if d.senses == nil {
		d.senses = map[uint64][]uint32{}
	}
	for _, key := range [2]uint64{x, y} {
		if s := d.senses[key]; len(s) < maxSenses && !slices.Contains(s, uint32(x)) {
			d.senses[key] = append(s, uint32(x))
		}
	}
	return true
}

// Len returns how many terms there are, of all languages.
func (d *Dictionary) Len() int {
	if d == nil {
		return 0
	}
	return len(d.senses)
}

// termKey returns what a term of a language is found by.
func termKey(lang, text string) (key uint64, ok bool) {
	toks := read(lang, text, nil)
	if lang == "" || len(toks) == 0 {
		return 0, false
	}
	n := 0
	for k := range termKeys(lang, toks, 0) {
		key = k
		n++
	}
	return key, n == len(toks)
}

// termKeys yields the keys of the runs of tokens from i on that may be a term,
// shortest first.
func termKeys(lang string, toks []token, i int) func(yield func(uint64) bool) {
	limit := maxPhrase
	if toks[i].script.spaceless() && !toks[i].katak {
		limit = maxGlyphs
	}
	return func(yield func(uint64) bool) {
		h := uint32(0)
		for j := i; j < len(toks) && j < i+limit; j++ {
			k := toks[j]
			letter := k.runes == 1 && !k.script.spaceless()
			if k.script == digit || letter || j > i && k.begin {
				return
			}
			h = join(h, k.stem)
			if !yield(salted(lang, saltTerm, h)) {
				return
			}
		}
	}
}

// A rendering is what the terms of a story are called in the first languages of the
// lists, each as heavy as the term is rare in its own language.
type rendering struct {
	senses []feature // by hash
	norm   half      // length of the vector of the terms
}

// term is one that was found in a story.
type term struct {
	senses []uint32
	weight float32
	n      int
}

// render looks the terms of a story up; nil: it has none that is known.
func (d *Dictionary) render(lang string, toks []token) *rendering {
	if d.Len() == 0 {
		return nil
	}
	at := map[uint64]int{}
	var all []term
	for i := 0; i < len(toks); {
		key, n := d.longest(lang, toks, i)
		if n == 0 {
			i++
			continue
		}
		j, ok := at[key]
		if !ok {
			j = len(all)
			at[key] = j
			all = append(all, term{senses: d.senses[key], weight: termIDF(lang, toks[i:i+n])})
		}
		all[j].n++
		i += n
	}
	if len(all) == 0 {
		return nil
	}
	for i := range all {
		all[i].weight *= float32(1 + .5*math.Log(float64(all[i].n)))
	}
	return rendered(heaviestOf(all, maxTerms, func(t term) float32 { return t.weight }))
}

// rendered returns the rendering of some terms, the heaviest first.
func rendered(terms []term) *rendering {
	r := &rendering{}
	squares := float32(0)
	seen := map[uint32]bool{}
	for _, t := range terms {
		squares += t.weight * t.weight
		for _, s := range t.senses {
			if !seen[s] && len(r.senses) < maxKept {
				seen[s] = true
				r.senses = append(r.senses, feature{s, toHalf(t.weight), word, noPlace})
			}
		}
	}
	r.norm = toHalf(float32(math.Sqrt(float64(squares))))
	byHash(r.senses)
	return r
}

// longest returns the longest term that starts at token i; n is 0 when none does.
func (d *Dictionary) longest(lang string, toks []token, i int) (key uint64, n int) {
	length := 0
	for k := range termKeys(lang, toks, i) {
		length++
		if len(d.senses[k]) > 0 {
			key, n = k, length
		}
	}
	return key, n
}

// termIDF is how rare a term is in its language: as rare as its rarest word, or pair
// of characters.
func termIDF(lang string, toks []token) float32 {
	if !toks[0].script.spaceless() || toks[0].katak {
		top := float32(0)
		for _, k := range toks {
			v, _ := idf(salted(lang, saltWord, k.stem))
			top = max(top, v)
		}
		return top
	}
	top := float32(lonelyTerm)
	for i := 1; i < len(toks); i++ {
		v, _ := idf(salted(lang, saltWord, join(toks[i-1].hash, toks[i].hash)))
		top = max(top, v)
	}
	return top
}

// How renderings count beside what names and numbers say. Measured with lists of
// 2,000 to 250,000 pairs for seven languages: of unrelated stories, one pair in a
// hundred reaches a cosine of .04 to .08. Both together have to show more than
// either alone.
const (
	renderBar   = .12 // cosine that is worth as much as the bar of crossBars
	renderBoth  = 1.4
	renderNats  = .5 // of the weight of a shared word
	renderFew   = 20 // norm that a story is taken to have at least: a few words that are known tell little
	indexSenses = 48
)

// heaviest returns what a rendering is looked up by.
func (r *rendering) heaviest() []feature {
	if r == nil {
		return nil
	}
	return heaviest(r.senses, indexSenses)
}

// match returns the cosine of two renderings, and the weight of what is in both.
func (r *rendering) match(o *rendering) (cosine, shared float64) {
	if r == nil || o == nil {
		return 0, 0
	}
	s := float32(0)
	for i, j := 0, 0; i < len(r.senses) && j < len(o.senses); {
		x, y := r.senses[i], o.senses[j]
		if x.hash == y.hash {
			w := min(x.weight.float(), y.weight.float())
			s += w * w
			shared += float64(w)
		}
		i, j = advance(i, j, x.hash, y.hash)
	}
	return float64(s / (max(r.norm.float(), renderFew) * max(o.norm.float(), renderFew))), shared
}
