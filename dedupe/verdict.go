package dedupe

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Rules that decide a verdict, as [Verdict.Rule] names them.
const (
	ruleHand      = "by hand"       // a person said so
	ruleURL       = "same document" // one canonical URL, or one names the other's
	ruleSame      = "same words"    // word for word the same
	ruleScore     = "score"         // the weighted evidence
	ruleShort     = "short text"    // too short to go by its text alone
	ruleSeries    = "series"        // same wording, other facts
	ruleFurniture = "furniture"     // shares only what a site puts on its pages
	ruleLittle    = "little shared" // by far most of either text is its own
	ruleNothing   = "nothing shared"
)

// guard names what keeps apart texts that only look alike, so that tests can
// measure what each is good for.
type guard uint8

const (
	guardSeries guard = 1 << iota
	guardWorn
	guardFurniture
	guardShort
	guardTitles
	guardVet
)

// on reports whether a guard stands.
func (f *features) on(g guard) bool { return f.off&g == 0 }

// most is how much of a text the other has to have for the two to be copies: of
// either for an edit, of one for an excerpt.
const most = .6

// shortWords is the length below which a text says too little by itself.
const shortWords = 50

// judge decides what x is to y, without saying why.
func (m *measurer) judge(x, y *doc, opts Options) (Verdict, features) {
	f, _ := m.measure(x, y)
	return f.verdict(x, y, opts), f
}

// explain is judge with the evidence.
func (m *measurer) explain(x, y *doc, opts Options) Verdict {
	f, al := m.measure(x, y)
	v := f.verdict(x, y, opts)
	v.Evidence = m.evidence(&f, al, x, y)
	v.Shared = passages(al, x, y)
	return v
}

// verdict applies the rules, the surest first.
func (f *features) verdict(x, y *doc, opts Options) Verdict {
	v := Verdict{Rule: ruleScore}
	v.Score = score(f)
	switch {
	case sameDocument(x, y) && !contradicts(f, x, y):
		v.Rule, v.Score = ruleURL, 1
	case x.n >= shortWords/2 && x.full == y.full && x.n == y.n && f.titlesAgree():
		v.Rule, v.Score = ruleSame, 1
	case f.on(guardShort) && f.short() >= .7 && f.hasTitle && f.title < .25 && f.covered < .5:
		v.Rule, v.Score = ruleShort, min(v.Score, opts.Threshold/2)
	case f.on(guardFurniture) && f.furniture():
		v.Rule, v.Score = ruleFurniture, min(v.Score, opts.Threshold/2)
	case f.on(guardWorn) && f.formula():
		v.Rule, v.Score = ruleSeries, min(v.Score, opts.Threshold/2)
	case f.on(guardSeries) && f.series():
		v.Rule, v.Score = ruleSeries, min(v.Score, opts.Threshold/2)
	case f.shared == 0 && f.title < .9:
		v.Rule, v.Score = ruleNothing, 0
	case v.Score >= opts.Threshold && max(f.inX, f.inY) < most:
		v.Rule, v.Score = ruleLittle, opts.Threshold/2
	}
	v.Relation = f.relation(&v, x, y, opts)
	return v
}

// titlesAgree reports whether the titles of two articles with the same words
// do not speak against it. Within one site they do when they have nothing in
// common: the words are then a wall, a teaser or a list.
func (f *features) titlesAgree() bool {
	return !f.on(guardTitles) || !f.sameHost || !f.hasTitle || f.title >= .7 || f.covered >= .9
}

// sameDocument reports whether two articles are the same document by what
// their URLs say.
func sameDocument(x, y *doc) bool {
	return x.key != "" && x.key == y.key || slices.Contains(x.links, y.key) && y.key != "" || slices.Contains(y.links, x.key) && x.key != ""
}

// contradicts reports whether the texts are so different that a URL cannot
// make them one document: many sites name one page as the original of all.
func contradicts(f *features, x, y *doc) bool {
	return f.words >= shortWords && max(f.inX, f.inY) < .2 && f.title < .5
}

func (f *features) relation(v *Verdict, x, y *doc, opts Options) Relation {
	if v.Score >= opts.Threshold {
		return f.copyRelation(v, x, y)
	}
	switch {
	case v.Rule == ruleSeries:
		return Template
	case v.Rule == ruleFurniture:
		return ""
	case f.numSlots+f.nameSlots+f.rareSlots+f.dateSlots > 1 && max(f.inX, f.inY) >= .35:
		v.Rule = ruleSeries
		return Template
	case f.siteTitle() >= .5 && max(f.inX, f.inY) >= .35:
		v.Rule = ruleFurniture
		return ""
	case f.longest >= 20 || f.longest >= 12 && max(f.inX, f.inY) >= .2:
		return Quotes
	}
	return ""
}

func (f *features) copyRelation(v *Verdict, x, y *doc) Relation {
	later := f.hours > 0 && x.at.After(y.at)
	switch {
	case v.Rule == ruleSame || f.inX >= .999 && f.inY >= .999:
		return Identical
	case f.inX >= most && f.inY >= most || x.n == 0 && y.n == 0:
		if f.sameHost && later {
			return Update
		}
		return Edited
	case f.inY >= f.inX && x.n <= y.n:
		return Excerpt
	case f.sameHost && later:
		return Update
	}
	return Expanded
}

// evidence puts what was measured into words. The kinds are explained in
// doc.go.
func (m *measurer) evidence(f *features, al *alignment, x, y *doc) []Evidence {
	small, big := f.inY, f.inX
	if y.n < x.n {
		small, big = big, small
	}
	ev := make([]Evidence, 0, 12)
	ev = append(ev, []Evidence{
		{"containment", round(small), fmt.Sprintf("%d of %d words of the shorter text are in the other", f.shared, f.words)},
		{"containment-reverse", round(big), "of the longer text in the shorter"},
		{"passage", round(float64(f.longest) / float64(max(f.words, 1))), fmt.Sprintf("longest shared passage: %d words", f.longest)},
	}...)
	if f.hasTitle {
		ev = append(ev, Evidence{"title", round(f.title), fmt.Sprintf("%q and %q", clip(x.art.Title, 120), clip(y.art.Title, 120))})
	}
	if f.nNumbers > 0 {
		ev = append(ev, Evidence{"numbers", round(f.numbers), m.missing(al, x, y, number, f.nNumbers, "numbers")})
	}
	if f.nNames > 0 {
		ev = append(ev, Evidence{"names", round(f.names), m.missing(al, x, y, name, f.nNames, "names and rare words")})
	}
	if n := f.numSlots + f.nameSlots + f.dateSlots + f.rareSlots; n > 0 {
		ev = append(ev, Evidence{"slots", round(float64(n) / float64(n+f.numHits+f.nameHits)), al.slotWords(x, y)})
	}
	if f.hours >= 0 {
		ev = append(ev, Evidence{"time", 0, roughly(time.Duration(f.hours*float64(time.Hour))) + " apart"})
	}
	if f.chrome > 0 {
		ev = append(ev, Evidence{"furniture", round(f.chrome), fmt.Sprintf("of %d shared samples", f.keys)})
	}
	if f.worn > 0 {
		ev = append(ev, Evidence{"worn", round(f.worn), fmt.Sprintf("of %d shared samples", f.keys)})
	}
	ev = append(ev, Evidence{"weights", round(score(f)), weighed(f)})
	if sameDocument(x, y) {
		ev = append(ev, Evidence{"url", 1, "one document by its URL"})
	}
	return ev
}

// missing says which numbers, or names and rare words, of the shorter text the
// other lacks.
func (m *measurer) missing(al *alignment, x, y *doc, k kind, of int, what string) string {
	small, big, d := al.a, al.b, x
	if len(al.b) < len(al.a) {
		small, big, d = al.b, al.a, y
	}
	seen := &m.setA
	seen.reset(len(big) + len(small))
	for i := range big {
		seen.add(big[i].hash)
	}
	var lacks []string
	for i := range small {
		w := &small[i]
		is := w.kind&k != 0 || k == name && w.kind&number == 0 && w.idf >= rareIDF
		if is && seen.add(w.hash) {
			lacks = append(lacks, clip(d.textOf(w), 40))
		}
	}
	text := fmt.Sprintf("%d %s of the shorter text", of, what)
	if len(lacks) > 0 {
		text += "; not in the other: " + strings.Join(lacks[:min(len(lacks), 8)], ", ")
	}
	return text
}

// weighed says what weighed for a copy and what against it.
func weighed(f *features) string {
	type part struct {
		name string
		z    float64
	}
	var parts []part
	for _, t := range terms[1:] {
		if z := t.weight * t.of(f); math.Abs(z) >= .3 {
			parts = append(parts, part{t.words, z})
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(math.Abs(b.z), math.Abs(a.z)) })
	var up, down []string
	for _, p := range parts[:min(len(parts), 6)] {
		if p.z > 0 {
			up = append(up, fmt.Sprintf("%s %.1f", p.name, p.z))
		} else {
			down = append(down, fmt.Sprintf("%s %.1f", p.name, -p.z))
		}
	}
	text := fmt.Sprintf("start %.1f", terms[0].weight)
	if len(up) > 0 {
		text += "; for a copy: " + strings.Join(up, ", ")
	}
	if len(down) > 0 {
		text += "; against: " + strings.Join(down, ", ")
	}
	return text
}

func round(v float64) float64 { return math.Round(v*1000) / 1000 }

// slotWords shows the first few places where other facts stand.
func (al *alignment) slotWords(x, y *doc) string {
	var b strings.Builder
	n := 0
	for _, s := range al.slots {
		if s.a0 == s.a1 || s.b0 == s.b1 || s.a1-s.a0 > maxSlot || s.b1-s.b0 > maxSlot {
			continue
		}
		if n++; n > 5 {
			break
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(excerpt(x, al.a[s.a0:s.a1]) + " ≠ " + excerpt(y, al.b[s.b0:s.b1]))
	}
	return b.String()
}

func excerpt(d *doc, w []word) string {
	return strings.Join(strings.Fields(d.text[w[0].start:w[len(w)-1].end()]), " ")
}

// passages returns the longest passages that two texts share.
func passages(al *alignment, x, y *doc) []Passage {
	if x.text != x.art.Text || y.text != y.art.Text {
		return nil // the words are those of a title
	}
	runs := slices.Clone(al.runs)
	slices.SortStableFunc(runs, func(p, q run) int { return cmp.Compare(q.n, p.n) })
	out := make([]Passage, 0, min(len(runs), 10))
	for _, r := range runs[:min(len(runs), 10)] {
		a, b := al.a[r.a:r.a+r.n], al.b[r.b:r.b+r.n]
		p := Passage{
			A: [2]int{int(a[0].start), int(a[r.n-1].end())},
			B: [2]int{int(b[0].start), int(b[r.n-1].end())},
		}
		p.Text = x.text[p.A[0]:p.A[1]]
		out = append(out, p)
	}
	return out
}
