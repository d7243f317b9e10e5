package dedupe

import (
	"math"
	"slices"
)

// features is what is measured of a pair of documents, x and y. Everything is
// between 0 and 1 unless said otherwise; nothing depends on which is which but
// where x and y are named.
type features struct {
	inY      float64 // share of x, by weight of its words, that y contains
	inX      float64 // share of y that x contains
	inRuns   float64 // share of the smaller text's words that are in shared passages
	longest  int     // words of the longest shared passage
	shared   int     // words of the smaller text that the other has
	words    int     // of the smaller text
	passages int

	numbers   float64 // share of the smaller text's numbers that the other has
	nNumbers  int
	names     float64 // likewise of its names and rare words
	nNames    int
	numSlots  int // places where one has another number than the other
	nameSlots int
	dateSlots int
	rareSlots int // places where other rare words stand
	edits     int // other places where they differ
	numHits   int // numbers in aligned places that agree
	nameHits  int

	title    float64 // likeness of the titles
	hasTitle bool    // both have one
	covered  float64 // share of the titles that the shared text has
	lead     float64 // 1 when the shared text starts both, 0 when it starts neither
	hours    float64 // between them; -1 when unknown
	sameHost bool
	off      guard // guards that are left out

	// What the index adds: shares of the sketch's common keys.
	keys   int
	serial bool    // the first article has relatives on several days before
	chrome float64 // that are the site's chrome
	worn   float64 // that articles had days before
	own    float64 // share of the keys that are neither that the other has
}

// measurer measures pairs of documents, reusing its memory.
type measurer struct {
	aligner
	hit        *hit // what the index says of the pair; nil when it was not asked
	clean      int
	serial     bool
	off        guard
	setA, setB set
}

func newMeasurer() *measurer { return &measurer{} }

// measure compares x with y.
func (m *measurer) measure(x, y *doc) (features, *alignment) {
	al := m.align(x, y)
	f := features{off: m.off}
	f.inY = covered(al.a, al.hitA)
	f.inX = covered(al.b, al.hitB)
	f.passages = len(al.runs)
	inRuns := 0
	for _, r := range al.runs {
		f.longest = max(f.longest, r.n)
		inRuns += r.n
	}
	small, big, hit := al.a, al.b, al.hitA
	if len(al.b) < len(al.a) || len(al.a) == len(al.b) && f.inX > f.inY {
		small, big, hit = al.b, al.a, al.hitB
	}
	f.words = len(small)
	f.inRuns = min(1, ratio(inRuns, f.words))
	for _, h := range hit {
		if h {
			f.shared++
		}
	}
	f.lead = (leads(al.hitA) + leads(al.hitB)) / 2
	m.facts(&f, small, big)
	f.slots(al, x, y)
	m.titles(&f, x, y, al)
	f.hours = -1
	if hours(x.at) != 0 && hours(y.at) != 0 {
		f.hours = math.Abs(x.at.Sub(y.at).Hours())
	}
	if x.corrects != y.corrects {
		f.numSlots, f.dateSlots = 0, 0 // a correction is made of other facts
	}
	f.sameHost = x.art.Host != "" && x.art.Host == y.art.Host
	if h := m.hit; h != nil {
		f.keys, f.serial = h.keys, m.serial
		f.chrome = float64(h.chrome) / float64(h.keys)
		f.worn = float64(h.worn) / float64(h.keys)
		f.own = min(1, ratio(h.keys-h.chrome-h.worn, m.clean))
	}
	return f, al
}

// covered is the share of words that are hit, by weight.
func covered(words []word, hit []bool) float64 {
	var all, got float64
	for i := range words {
		w := weight(&words[i])
		all += w
		if hit[i] {
			got += w
		}
	}
	if all == 0 {
		return 0
	}
	return got / all
}

// leads is the share of the first words that are hit.
func leads(hit []bool) float64 {
	n, got := min(len(hit), 24), 0
	for _, h := range hit[:n] {
		if h {
			got++
		}
	}
	return float64(got) / float64(max(n, 1))
}

const rareIDF = 6 * idfScale

// facts measures which numbers and names of the smaller text the other has.
func (m *measurer) facts(f *features, small, big []word) {
	m.setA.reset(len(small))
	m.setB.reset(len(big))
	for i := range big {
		if w := &big[i]; w.kind&(number|name) != 0 || w.idf >= rareIDF {
			m.setB.add(w.hash)
		}
	}
	nums, names := 0, 0
	for i := range small {
		w := &small[i]
		if w.kind&(number|name) == 0 && w.idf < rareIDF || !m.setA.add(w.hash) {
			continue
		}
		if w.kind&number != 0 {
			f.nNumbers++
			if m.setB.has(w.hash) {
				nums++
			}
		} else {
			f.nNames++
			if m.setB.has(w.hash) {
				names++
			}
		}
	}
	f.numbers = ratio(nums, f.nNumbers)
	f.names = ratio(names, f.nNames)
}

// ratio is n of m, 1 when m is 0.
func ratio(n, m int) float64 {
	if m == 0 {
		return 1
	}
	return float64(n) / float64(m)
}

// slots sorts the places where aligned texts differ.
func (f *features) slots(al *alignment, x, y *doc) {
	for i := range al.a {
		if al.hitA[i] {
			switch k := al.a[i].kind; {
			case k&number != 0:
				f.numHits++
			case k&name != 0:
				f.nameHits++
			}
		}
	}
	for _, s := range al.slots {
		a, b := al.a[s.a0:s.a1], al.b[s.b0:s.b1]
		switch {
		case len(a) == 0 || len(b) == 0 || len(a) > maxSlot || len(b) > maxSlot:
			f.edits++
		case differ(a, b, figure) || differ(a, b, numeral): // 35 may be the thirty-fifth
			f.numSlots++
		case differ(a, b, date):
			f.dateSlots++
		case differ(a, b, name) && !alike(x, y, a, b):
			f.nameSlots++
		case rare(a) && rare(b) && !alike(x, y, a, b):
			f.rareSlots++
		default:
			f.edits++
		}
	}
}

// differ reports whether both have words of a kind and neither has all of the
// other's.
func differ(a, b []word, k kind) bool {
	return has(a, b, k) && has(b, a, k)
}

// has reports whether a has a word of kind k that b lacks.
func has(a, b []word, k kind) bool {
	for _, w := range a {
		if w.kind&k != 0 && !slices.ContainsFunc(b, func(v word) bool { return v.hash == w.hash }) {
			return true
		}
	}
	return false
}

func rare(a []word) bool {
	return slices.ContainsFunc(a, func(w word) bool { return w.idf >= rareIDF && w.kind&(number|date) == 0 })
}

// alike reports whether a rare word of a is spelled much like one of b, as
// names are in different transcriptions.
func alike(x, y *doc, a, b []word) bool {
	for i := range a {
		if a[i].idf < rareIDF && a[i].kind&name == 0 {
			continue
		}
		for j := range b {
			if (b[j].idf >= rareIDF || b[j].kind&name != 0) && near(x.textOf(&a[i]), y.textOf(&b[j])) {
				return true
			}
		}
	}
	return false
}

// near reports whether two words differ in at most a third of their letters.
func near(a, b string) bool {
	p, q := []rune(a), []rune(b)
	if len(p) > 32 || len(q) > 32 || len(p) < 3 || len(q) < 3 {
		return false
	}
	var prev, row [33]int
	for j := range len(q) + 1 {
		prev[j] = j
	}
	for i := range p {
		row[0] = i + 1
		for j := range q {
			d := prev[j]
			if p[i] != q[j] {
				d++
			}
			row[j+1] = min(d, prev[j+1]+1, row[j]+1)
		}
		prev = row
	}
	return 3*prev[len(q)] <= max(len(p), len(q))
}

// titles compares the titles, with each other and with the shared text.
func (m *measurer) titles(f *features, x, y *doc, al *alignment) {
	f.hasTitle = len(x.title) > 0 && len(y.title) > 0
	f.title, f.covered = .5, .5
	if !f.hasTitle {
		return
	}
	m.setA.reset(len(x.title))
	m.setB.reset(len(y.title))
	for i := range x.title {
		m.setA.add(x.title[i].hash)
	}
	for i := range y.title {
		m.setB.add(y.title[i].hash)
	}
	f.title = max(within(x.title, &m.setB), within(y.title, &m.setA))
	m.setA.reset(len(al.a))
	for i, hit := range al.hitA {
		if hit {
			m.setA.add(al.a[i].hash)
		}
	}
	f.covered = min(within(x.title, &m.setA), within(y.title, &m.setA))
}

// within is the share of words, by weight, that a set has.
func within(words []word, in *set) float64 {
	var all, got float64
	for i := range words {
		w := weight(&words[i])
		all += w
		if in.has(words[i].hash) {
			got += w
		}
	}
	if all == 0 {
		return 0
	}
	return got / all
}
