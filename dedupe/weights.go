package dedupe

import "math"

// term is one part of the score: a measure of the pair and its weight in the
// sum whose logistic function is the score.
type term struct {
	name   string
	weight float64
	of     func(*features) float64
}

// weights is the whole of what was fitted.
var weights = struct {
	bias  float64
	terms []term
}{
	bias: -6,
	terms: []term{
		{"containment", 8, func(f *features) float64 { return max(f.inX, f.inY) }},
		{"containment-reverse", 1, func(f *features) float64 { return min(f.inX, f.inY) }},
		{"run", 1, func(f *features) float64 { return ratio(f.longest, f.words) }},
		{"numbers", 1.5, func(f *features) float64 { return f.numbers }},
		{"names", 1, func(f *features) float64 { return f.names }},
		{"number-slots", -4, func(f *features) float64 { return float64(f.numSlots) / float64(f.numSlots+f.numHits+1) }},
		{"name-slots", -3, func(f *features) float64 {
			return float64(f.nameSlots+f.rareSlots) / float64(f.nameSlots+f.rareSlots+f.nameHits+1)
		}},
		{"date-slots", -1, func(f *features) float64 { return min(1, float64(f.dateSlots)) }},
		{"title", 2, func(f *features) float64 { return f.title - .5 }},
		{"title-covered", 2, func(f *features) float64 { return f.covered - .5 }},
		{"short", -3, func(f *features) float64 { return max(0, 1-float64(f.words)/shortWords) }},
		{"length", .5, func(f *features) float64 { return math.Log(float64(max(f.shared, 1))) - 4 }},
		{"days", -.4, func(f *features) float64 { return math.Log1p(max(f.hours, 0) / 24) }},
	},
}
