package event

import "math"

// Vector is the embedding of a story's text: what it means, by whatever model.
type Vector struct {
	Model  string    // vectors of one model are compared with each other
	Values []float32 // of any length
}

const (
	maxVector   = 256  // numbers that are kept of a vector
	maxMeant    = 4096 // youngest stories with a vector that another one is compared with
	leastMeant  = 16   // of a language, to know how alike unrelated stories are
	meaningBar  = 5    // standard deviations above these that speak for one event, when nothing else does
	meaningEdge = 1    // and above the next event
	meaningMost = 3    // log odds that it comes to at most
)

// meaning is a vector as it is kept: one byte a number.
type meaning struct {
	model  uint32
	norm   float32 // of the numbers
	values []int8
}

// newMeaning packs a vector; nil where there is none. One that is longer than what is
// kept is added up into as many numbers, each with a sign, by hash: that keeps the
// cosine of two of them up to a small error (K. Weinberger et al., Feature Hashing for
// Large Scale Multitask Learning, 2009).
func newMeaning(v Vector) *meaning {
	values := v.Values
	if len(values) > maxVector {
		values = make([]float32, maxVector)
		for i, x := range v.Values {
			h := mix(uint64(i) + 1)
			if h>>63 == 1 {
				x = -x
			}
			values[h%maxVector] += x
		}
	}
	top := float32(0)
	for _, x := range values {
		top = max(top, x, -x)
	}
	if !(top > 0) || math.IsInf(float64(top), 0) {
		return nil
	}
	m := &meaning{model: hashString(v.Model), values: make([]int8, len(values))}
	for i, x := range values {
		m.values[i] = int8(math.Round(float64(x / top * math.MaxInt8)))
	}
	return m.measured()
}

// measured sets the norm.
func (m *meaning) measured() *meaning {
	squares := int32(0)
	for _, x := range m.values {
		squares += int32(x) * int32(x)
	}
	m.norm = float32(math.Sqrt(float64(squares)))
	return m
}

// comparable reports whether two are of one model.
func (m *meaning) comparable(o *meaning) bool {
	return m != nil && o != nil && m.model == o.model && len(m.values) == len(o.values)
}

// cosine of two that are comparable.
func (m *meaning) cosine(o *meaning) float64 {
	s := int32(0)
	x, y := m.values, o.values[:len(m.values)]
	for ; len(x) >= 8 && len(y) >= 8; x, y = x[8:], y[8:] {
		a, b := (*[8]int8)(x), (*[8]int8)(y)
		s += int32(a[0])*int32(b[0]) + int32(a[1])*int32(b[1]) + int32(a[2])*int32(b[2]) + int32(a[3])*int32(b[3]) +
			int32(a[4])*int32(b[4]) + int32(a[5])*int32(b[5]) + int32(a[6])*int32(b[6]) + int32(a[7])*int32(b[7])
	}
	for i, v := range x {
		s += int32(v) * int32(y[i])
	}
	return float64(s) / float64(m.norm*o.norm)
}

// meant is how much a story means what another one does.
type meant struct {
	slot   int32
	cosine float64
	above  float64 // standard deviations above the stories in its language
}

// spread is how alike a story is to those of a language.
type spread struct {
	n            int
	sum, squares float64
	best, next   meant // next is of another event
}

// meant finds, in each other language, the story whose meaning is closest to that of
// p, and how much closer it is than to the next event. How alike unrelated stories are
// depends on the model, and on the story: it is measured each time.
func (g *Grouper) meant(p *Profile) []meant {
	if p.meaning == nil {
		return nil
	}
	by := map[string]*spread{}
	for _, slot := range g.meaningful[max(0, len(g.meaningful)-maxMeant):] {
		m := g.slots[slot]
		if m == nil || m.lang == p.lang || !p.meaning.comparable(m.meaning) {
			continue
		}
		s := by[m.lang]
		if s == nil {
			s = &spread{best: meant{slot: -1}, next: meant{slot: -1}}
			by[m.lang] = s
		}
		s.add(g, meant{slot: slot, cosine: p.meaning.cosine(m.meaning)})
	}
	var out []meant
	for _, s := range by {
		if m, ok := s.outstanding(); ok {
			out = append(out, m)
		}
	}
	return out
}

// add counts a story.
func (s *spread) add(g *Grouper, m meant) {
	s.n++
	s.sum += m.cosine
	s.squares += m.cosine * m.cosine
	switch {
	case s.best.slot < 0 || m.cosine > s.best.cosine:
		if s.best.slot >= 0 && g.slots[s.best.slot].in != g.slots[m.slot].in {
			s.next = s.best
		}
		s.best = m
	case g.slots[s.best.slot].in != g.slots[m.slot].in && (s.next.slot < 0 || m.cosine > s.next.cosine):
		s.next = m
	}
}

// outstanding returns the best, when it is far from all others.
func (s *spread) outstanding() (meant, bool) {
	if s.n <= leastMeant {
		return meant{}, false
	}
	m := s.best
	n := float64(s.n - 1)
	mean := (s.sum - m.cosine) / n
	sd := math.Sqrt(max((s.squares-m.cosine*m.cosine)/n-mean*mean, 1e-6))
	m.above = (m.cosine - mean) / sd
	if s.next.slot >= 0 && (m.cosine-s.next.cosine)/sd < meaningEdge {
		return meant{}, false
	}
	return m, m.above >= meaningBar/2
}
