package dedupe

import "math"

// term is one part of the score: a measure of the pair and its weight in the
// sum whose logistic function is the score.
type term struct {
	name   string
	words  string // what it says to a person
	weight float64
	of     func(*features) float64
}

// terms is the whole of what was fitted (TestFit): every weight is here and
// nowhere else.
var terms = []term{
	{"bias", "start", -4.23, func(*features) float64 { return 1 }},
	{"containment", "the shorter text is in the longer", 3.33, func(f *features) float64 { return max(f.inX, f.inY) }},
	{"containment-high", "nearly all of it", 2.05, func(f *features) float64 { return max(0, max(f.inX, f.inY)-.8) * 5 }},
	{"containment-reverse", "the longer text is in the shorter", 1.61, func(f *features) float64 { return min(f.inX, f.inY) }},
	{"days-torn", "days apart and in shreds", -4.33, func(f *features) float64 { return min(1, max(f.hours, 0)/72) * (1 - f.inRuns) }},
	{"both", "each is in the other", 0.74, func(f *features) float64 { return f.inX * f.inY }},
	{"short-torn", "short and in shreds", -3.36, func(f *features) float64 { return f.short() * (1 - ratio(f.longest, f.words)) }},
	{"lead", "same beginning", 1.35, func(f *features) float64 { return f.lead }},
	{"numbers", "same numbers", 1.95, func(f *features) float64 { return f.numbers }},
	{"number-slots", "other numbers in the same places", -1.63, func(f *features) float64 { return rate(f.numSlots, f.numHits) }},
	{"number-slots-late", "the same on another day", -1.04, func(f *features) float64 { return f.dense(f.numSlots+f.dateSlots) * f.late() }},
	{"name-slots", "other names in the same places", -0.35, func(f *features) float64 { return f.dense(f.nameSlots + f.rareSlots) }},
	{"title", "titles", 0.39, func(f *features) float64 { return f.title - .5 }},
	{"site-title", "one site, but titles that have nothing to do with it", -12.00, func(f *features) float64 { return f.siteTitle() }},
	{"days", "days apart", -4.00, func(f *features) float64 { return min(1, max(f.hours, 0)/120) }},
}

// short is 1 for the shortest texts and 0 from 100 words on.
func (f *features) short() float64 { return max(0, 1-float64(f.words)/(2*shortWords)) }

// late is 0 for articles of the same hour and 1 for those a day or more apart.
func (f *features) late() float64 { return min(1, max(f.hours, 0)/20) }

// dense is 1 when there are n differences in no more than 20 words each.
func (f *features) dense(n int) float64 { return min(1, 20*float64(n)/float64(f.words+1)) }

// rate is how many of the places that could differ do, drawn to 0 when there
// are few.
func rate(differ, agree int) float64 { return float64(differ) / float64(differ+agree+1) }

// siteTitle is 1 for two articles of one site whose titles have nothing to do
// with each other nor with the text that they share, and 0 where the titles are
// much the same.
func (f *features) siteTitle() float64 {
	if !f.sameHost || !f.hasTitle || !f.on(guardTitles) || f.teaser() {
		return 0
	}
	const alike = .8
	return max(0, 1-f.title/alike) * (1 - f.covered)
}

// teaser reports whether the shorter text is the beginning of the longer, word
// for word: an excerpt, also under a title of its own on the same site. Furniture
// is not what both texts begin with and all that one of them says.
func (f *features) teaser() bool {
	return f.words >= shortWords/2 && 20*f.longest >= 19*f.words && f.lead >= .95 && min(f.inX, f.inY) < .8 && f.chrome == 0
}

// score weighs the evidence.
func score(f *features) float64 {
	z := 0.
	for i := range terms {
		z += terms[i].weight * terms[i].of(f)
	}
	return 1 / (1 + math.Exp(-z))
}

// series reports whether two texts differ in their facts rather than in their
// words: one notice a day, a quarter or a match, filled in anew each time. A
// text that is a day older and differs in one number may well be of a series;
// of two texts of the same hours more is asked, since news is corrected and
// completed.
func (f *features) series() bool {
	facts := f.numSlots + f.nameSlots
	if facts == 0 || facts < f.words/100 {
		return false // a long text with a new number or two is a new version
	}
	only := rate(facts, f.edits+f.rareSlots)
	if f.hours < 0 || f.hours >= seriesHours {
		return only >= .33
	}
	return facts >= 3 && only >= .4 && f.words < 4*shortWords
}

const seriesHours = 18

// furniture reports whether two pages of a site, or a page and what was taken
// from it, share little but what the site puts on all of its pages.
func (f *features) furniture() bool {
	return f.sameHost && f.keys >= 2 && f.chrome >= .5 && f.own < .5
}

// formula reports whether two articles of different days share little but a
// wording that articles had days before both.
func (f *features) formula() bool {
	if f.serial && f.hours >= seriesHours && f.inRuns < .9 {
		return true
	}
	return f.keys >= 2 && f.worn+f.chrome >= .5 && f.own < .6 && f.hours >= seriesHours && f.inRuns < .9
}
