package event

import (
	"math"
)

// Anchors are what of a story reads the same in every language: numbers,
// things that CLDR names, words in Latin letters, and skeletons of names.

const (
	maxAnchors = 112 // of a story
	maxLinks   = 32

	// versionNats is more than what two stories have to share: whoever publishes both
	// texts says that they are one.
	versionNats = 14
)

// salts of anchors, one a class.
func anchorHash(c class, h uint64) uint32 { return uint32(mix(h ^ uint64(c)<<56)) }

// weakScript reports whether a language has no capitals, so that any of its
// words may be a name.
func weakScript(s script) bool {
	return s == arabic || s == hebrew || s == devanagari || s == kana || s == hangul
}

type anchorSet struct {
	lang   string
	off    ablation
	at     map[uint32]int
	all    []anchorTally
	places int // given so far
}

type anchorTally struct {
	hash   uint32
	weight float32
	n      int32
	class  class
	weak   bool
	place  uint8
}

func (a *anchorSet) add(c class, h uint64, weight float32, weak bool) {
	if weight <= 0 || a.off.numbers && c == number || a.off.concepts && c == concept || a.off.skeletons && (c == skeleton || c == loose || c == sino) {
		return
	}
	k := anchorHash(c, h)
	i, ok := a.at[k]
	if !ok {
		i = len(a.all)
		a.at[k] = i
		place := noPlace
		if c != loose && c != sino && c < link && a.places < noPlace {
			place = a.places
			a.places++
		}
		a.all = append(a.all, anchorTally{hash: k, weight: weight, class: c, weak: true, place: uint8(place)})
	}
	e := &a.all[i]
	e.n++
	e.weak = e.weak && weak
}

// anchors reads the anchors of a story.
func anchors(lang string, toks []token, s Story, off ablation) []feature {
	if off.anchors {
		return nil
	}
	a := anchorSet{lang: lang, off: off, at: make(map[uint32]int, len(toks)), all: make([]anchorTally, 0, len(toks))}
	if s.URL != "" {
		a.add(version, uint64(hashString(s.URL)), versionNats, true)
	}
	for _, v := range s.Alternates[:min(len(s.Alternates), maxLinks)] {
		a.add(version, uint64(hashString(v)), versionNats, true)
	}
	for _, l := range s.Links[:min(len(s.Links), maxLinks)] {
		a.add(link, uint64(hashString(l)), 6, true) // two reports seldom link to the same
	}
	for i := 0; i < len(toks); i++ {
		k := toks[i]
		if k.script == digit {
			i += a.number(toks, i)
			continue
		}
		if n := a.concept(toks, i); n > 0 {
			i += n - 1
			if n > 1 {
				continue
			}
		}
		a.word(k)
		if k.script == han {
			a.hanName(toks, i)
			if lang == "zh" { // Japanese news writes digits
				i += a.hanNumber(toks, i)
			}
		}
	}
	for i := range a.all {
		e := &a.all[i]
		e.weight *= float32(1 + .5*math.Log(float64(e.n)))
		if e.weak {
			e.class |= weakBit
		}
	}
	if len(a.all) > maxAnchors {
		a.all = heaviestOf(a.all, maxAnchors, anchorTally.rank)
	}
	out := make([]feature, len(a.all))
	for i, e := range a.all {
		out[i] = feature{e.hash, toHalf(e.weight), e.class, e.place}
	}
	byHash(out)
	return out
}

// rank orders anchors by how much their loss would cost: numbers and what has a
// name of its own are few and sure.
func (e anchorTally) rank() float32 {
	switch e.class {
	case number, concept, version:
		return e.weight + 10
	}
	return e.weight
}

// weakBit marks an anchor that may be any word.
const weakBit class = 1 << 7

func (a *anchorSet) word(k token) {
	if k.script == latin && (k.name || a.lang != "en" || k.runes >= 4) && k.runes >= 3 {
		v, _ := idf(salted(a.lang, saltWord, k.stem))
		if k.name || v >= 4 {
			w := min(v, idfRare)
			if !k.name {
				w *= .6
			}
			a.add(latinTok, uint64(k.hash), w, false)
		}
	}
	weak := weakScript(k.script)
	if !weak && !k.name {
		return
	}
	for _, s := range [2]uint64{k.skel, k.skel2} {
		if s == 0 {
			continue
		}
		w := min(a.skeletonIDF(s), 1.7*float32(length(s)))
		if k.script == latin {
			w *= .8
		}
		switch k.script {
		case kana, hangul, hebrew:
			a.add(loose, eastern(s), w, true)
		default:
			a.add(skeleton, s, w, weak)
			if !weak {
				a.add(loose, eastern(s), w, false)
			}
		}
	}
	if k.sino != 0 && length(k.sino) >= 2 {
		a.add(sino, k.sino, min(a.skeletonIDF(k.skel), 1.7*float32(length(k.sino))), false)
	}
}

func (a *anchorSet) skeletonIDF(s uint64) float32 {
	v, _ := idf(salted(a.lang, saltSkeleton, uint32(mix(s))))
	return v
}

// concept adds the longest name that starts at token i and returns its length.
func (a *anchorSet) concept(toks []token, i int) int {
	if toks[i].script.cased() && !toks[i].upper && toks[i].script != cyrillic && a.lang == "en" {
		return 0
	}
	var id conceptID
	length := 0
	nameKeys(a.lang, toks, i, func(key uint64, n int) {
		if c := conceptOf(key); c != 0 {
			id, length = c, n
		}
	})
	if id == 0 {
		return 0
	}
	w := float32(3)
	switch id & kindMask {
	case month, weekday:
		w = 2
	case city:
		w = 4.5
	}
	a.add(concept, uint64(id), w, false)
	return length
}

// number adds a number, with what multiplies it, and returns how many more
// tokens it took.
func (a *anchorSet) number(toks []token, i int) int {
	k := toks[i]
	v, _ := idf(salted(a.lang, saltNumber, k.hash))
	w := min(v, numberPrior(k))
	if i+1 < len(toks) && !toks[i+1].begin && k.value > 0 {
		total, n := scaled(toks, i)
		if n > 0 {
			a.add(number, uint64(hashNumber(total)), 5, false)
			return n
		}
	}
	a.add(number, uint64(k.hash), w, false)
	return 0
}

// hanNumber adds a number that Chinese spells out from token i on, and returns how many
// more tokens it took. One and two are too often something else.
func (a *anchorSet) hanNumber(toks []token, i int) int {
	value, n := spelled(toks[i:min(i+maxHanNumber, len(toks))])
	if value < 3 {
		return 0
	}
	t := token{value: float64(value), runes: 1, hash: hashNumber(float64(value))}
	if value >= 10 {
		t.runes = 2
	}
	v, _ := idf(salted(a.lang, saltNumber, t.hash))
	a.add(number, uint64(t.hash), min(v, numberPrior(t)), false)
	return n - 1
}

// spelled reads a number in Chinese characters, 三, 十二 or 一百二十, and returns how many
// tokens it is; no number is 0.
func spelled(toks []token) (value, n int) {
	last := 0 // digit that waits for its ten or hundred
	for i, k := range toks {
		v := hanNumerals[k.glyph]
		switch {
		case v == 0 || i > 0 && k.begin:
			return value + last, i
		case v >= 10:
			value += max(last, 1) * v
			last = 0
		case last > 0: // digit by digit, as a year
			return 0, 0
		default:
			last = v
		}
	}
	return value + last, len(toks)
}

// maxHanNumber is how many characters spell a number at most.
const maxHanNumber = 7

// hanNumerals are what characters stand for in a number.
var hanNumerals = map[rune]int{
	'一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9,
	'十': 10, '百': 100, '千': 1000,
}

// scaled reads a number with words of magnitude behind it: 2.8 billion,
// 3億2000万. It returns 0 tokens when there are none.
func scaled(toks []token, i int) (float64, int) {
	total, n := 0.0, 0
	for j := i; j+1 < len(toks) && toks[j].script == digit; {
		s := scales[toks[j+1].hash]
		if s == 0 {
			break
		}
		total += toks[j].value * s
		n = j + 1 - i
		j += 2
		if !toks[j-1].script.spaceless() {
			break
		}
	}
	return math.Round(total*1e6) / 1e6, n
}

var scales = makeScales()

func makeScales() map[uint32]float64 {
	t := map[uint32]float64{}
	for _, l := range []struct {
		v     float64
		words string
	}{
		{1e3, "thousand tausend mille mil тысяч тысячи тыс тысяча тисяч тис الف الاف آلاف bin tysięcy tys tisíc हजार ہزار ribu duizend tusen χιλιάδες אלף אלפי k"},
		{1e6, "million millions mln mn m million millionen mio millones millón milhões milhão milioni milione миллионов миллиона миллион млн мільйонів мільйона مليون ملايين milyon milionów miliony milion milionů mln juta miljoen miljoner miljon εκατομμύρια εκατ εκατομμυρίων מיליון मिलियन ملین"},
		{1e9, "billion billions bn b milliarden milliarde mrd milliards milliard bilhões bilhão miliardi miliardo миллиардов миллиарда миллиард млрд мільярдів мільярда مليار مليارات بليون milyar miliardów miliardy miliard mld miljard miljarder δισεκατομμύρια δισ δισεκατομμυρίων מיליארד बिलियन अरब ارب"},
		{1e12, "trillion trillions tn billionen billón billones триллионов триллиона трлн تريليون trilyon"},
		{1e5, "लाख لاکھ"},
		{1e7, "करोड़ کروڑ"},
		{1e4, "万 萬 만"},
		{1e8, "亿 億 억"},
		{1e12, "兆 조"},
	} {
		for _, k := range read("", l.words, nil) {
			t[k.hash] = l.v
		}
	}
	return t
}

// hanName adds the skeletons of what may be a foreign name written in Chinese:
// runs of the characters that are used for their sounds, from token i on.
func (a *anchorSet) hanName(toks []token, i int) {
	hanKeys(toks, i, func(s uint64) {
		a.add(sino, s, min(a.skeletonIDF(s), 1.7*float32(length(s))), true)
	})
}

func hanKeys(toks []token, i int, fn func(uint64)) {
	var w [5]rune
	last := uint64(0)
	for n := range w {
		if i+n >= len(toks) || toks[i+n].script != han || n > 0 && toks[i+n].begin || hanBones[toks[i+n].glyph] == noBone {
			return
		}
		w[n] = toks[i+n].glyph
		if n == 0 {
			continue
		}
		if s := hanSkeleton(w[:n+1]); length(s) >= 3 && s != last {
			fn(s)
			last = s
		}
	}
}

// crossing is what two stories in different languages have in common.
type crossing struct {
	shared   float64 // nats
	cosine   float64 // shared against what either has
	strength float64 // cosine against what unrelated stories of these languages reach at most
	least    float64 // what shared has to be
	hits     int     // anchors in common
	numbers  float64 // share of the numbers of the one that has fewer which the other has
	version  bool    // the publisher of one names the other as the same
	terms    float64 // likeness of their words, as a dictionary renders them
}

func cross(a, b *Profile) crossing {
	var c crossing
	sinos := a.lang == "zh" || b.lang == "zh"
	loosely := !sinos && (looseScript(a.lang) || looseScript(b.lang))
	skip := [version + 1]bool{loose: !loosely, sino: !sinos, skeleton: loosely || sinos}
	na, nb := sure(a, b.chance, &skip), sure(b, a.chance, &skip)
	var both int32
	for i, j := 0, 0; i < len(a.anchors) && j < len(b.anchors); {
		x, y := a.anchors[i], b.anchors[j]
		i, j = advance(i, j, x.hash, y.hash)
		if x.hash != y.hash || skip[x.class&^weakBit] {
			continue
		}
		w := min(x.weight.float()-b.chance, y.weight.float()-a.chance)
		v := float64(max(.1, w))
		c.shared += v
		c.hits++
		c.version = c.version || x.class&^weakBit == version
		if telling(x) && telling(y) {
			both++
		}
		if x.class&weakBit != 0 {
			na += v
		}
		if y.class&weakBit != 0 {
			nb += v
		}
	}
	c.cosine = c.shared / math.Sqrt(max(na, 1)*max(nb, 1))
	c.numbers = agreement(a, b, both)
	bar := crossBars[min(writing(a.lang), writing(b.lang))][max(writing(a.lang), writing(b.lang))]
	c.strength, c.least = c.cosine/bar.cosine, bar.shared
	terms, rendered := a.terms.match(b.terms)
	c.terms = terms
	c.strength = max(c.strength, math.Hypot(c.strength, terms/renderBar)/renderBoth)
	c.shared += renderNats * rendered
	return c
}

// sure is the weight of what is certain to be a name, number or place, less what
// a text as long as the other has by chance.
func sure(p *Profile, chance float32, skip *[version + 1]bool) float64 {
	s := float32(0)
	for _, f := range p.anchors {
		if f.class&weakBit == 0 && !skip[f.class] {
			s += max(.1, f.weight.float()-chance)
		}
	}
	return float64(s)
}

// agreement is the share of the telling numbers of the story that has fewer which both
// have; 1 when there are too few to tell.
func agreement(a, b *Profile, both int32) float64 {
	n, most := min(a.figures, b.figures), max(a.figures, b.figures)
	if n >= 2 || n == 1 && most >= 2 && both == 0 {
		return float64(both) / float64(n)
	}
	return 1
}

// telling reports whether an anchor is a number that is not everywhere.
func telling(f feature) bool { return f.class == number && f.weight.float() > 2.5 }

// crossBars are what unrelated stories in two languages reach in one case of a
// hundred, by how the languages write names; measured by TestCross on articles
// about sixty-two other things.
var crossBars = [3][3]struct{ cosine, shared float64 }{
	{{.20, 22}, {.20, 14}, {.27, 13}}, // Latin letters, with: Latin, cased, uncased
	{{}, {.40, 20}, {.42, 20}},        // Cyrillic and Greek
	{{}, {}, {.75, 25}},               // without capitals
}

// writing is 0 for a language in Latin letters, 1 for one in another script
// with capitals, 2 for one without.
func writing(lang string) int {
	switch lang {
	case "ru", "uk", "el", "bg", "sr", "mk", "be":
		return 1
	case "ar", "fa", "ur", "he", "hi", "mr", "ja", "ko", "zh", "th", "bn", "ta", "te", "ps", "ckb":
		return 2
	}
	return 0
}

// looseScript reports whether names in the language are compared by what
// Japanese and Korean can tell apart.
func looseScript(lang string) bool {
	switch lang {
	case "ja", "ko", "he":
		return true
	}
	return false
}
