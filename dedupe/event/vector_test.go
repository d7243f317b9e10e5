package event

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// toward returns a vector that means a topic, more or less, as some model has it:
// all vectors have a direction in common, as those of many models do.
func toward(r *rand.Rand, topic, dims int, noise float64) Vector {
	t := rand.New(rand.NewPCG(uint64(topic), 9))
	v := Vector{Model: "toy", Values: make([]float32, dims)}
	for i := range v.Values {
		v.Values[i] = float32(1.5 + t.NormFloat64() + noise*r.NormFloat64())
	}
	return v
}

// crowd adds stories in Arabic that mean something else each.
func crowd(g *Grouper, r *rand.Rand, n, dims int) {
	for i := range n {
		g.Add(Story{ID: int64(1000 + i), Lang: "ar", Text: versions[1].Text[:40+2*(i%30)], Vector: toward(r, 1000+i, dims, .2)})
	}
}

func TestVectorsJoinReportsThatShareNoWord(t *testing.T) {
	en, ar := versions[0], versions[1]
	en.URL, ar.URL = "", ""
	for _, c := range []struct {
		what   string
		crowd  int
		dims   int
		change func(en, ar *Story)
		joins  bool
	}{
		{"one meaning", 40, 384, func(_, _ *Story) {}, true},
		{"longer vectors than are kept", 40, 1536, func(_, _ *Story) {}, true},
		{"short vectors", 40, 64, func(_, _ *Story) {}, true},
		{"another meaning", 40, 384, func(en, _ *Story) { en.Vector = toward(rand.New(rand.NewPCG(5, 5)), 77, 384, .2) }, false},
		{"no vector", 40, 384, func(en, _ *Story) { en.Vector = Vector{} }, false},
		{"another model", 40, 384, func(en, _ *Story) { en.Vector.Model = "other" }, false},
		{"another length", 40, 384, func(en, _ *Story) { en.Vector.Values = en.Vector.Values[:100] }, false},
		{"too few to tell", leastMeant - 2, 384, func(_, _ *Story) {}, false},
		{"other numbers", 40, 384, func(en, ar *Story) { en.Text += " It is 2317 or 4189 kilos."; ar.Text += " 3391 7713" }, false},
	} {
		r := rand.New(rand.NewPCG(1, 2))
		g := NewGrouper(Options{})
		en, ar := en, ar
		en.Vector, ar.Vector = toward(r, 1, c.dims, .5), toward(r, 1, c.dims, .5)
		c.change(&en, &ar)
		crowd(g, r, c.crowd, c.dims)
		g.Add(ar)
		d := g.Add(en)
		if joins := d.With == ar.ID; joins != c.joins || d.With != 0 && !joins {
			t.Errorf("%s: with %d, %v", c.what, d.With, d.Evidence)
		}
		if c.joins && !slices.ContainsFunc(d.Evidence, func(e Evidence) bool { return e.Kind == "meaning" }) {
			t.Errorf("%s: no evidence of it in %v", c.what, d.Evidence)
		}
	}
}

// Two reports that are as close leave it open which of them it is.
func TestVectorsJoinNothingWithoutAMargin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	g := NewGrouper(Options{})
	crowd(g, r, 40, 384)
	one := toward(r, 1, 384, .5)
	g.Add(Story{ID: 1, Lang: "ar", Text: versions[1].Text, Vector: one})
	g.Add(Story{ID: 2, Lang: "ar", Text: "أغلقت الثلوج الممر ليلا وعملت الجرافات حتى الصباح على فتح الطريق أمام الشاحنات.", Vector: one})
	if d := g.Add(Story{ID: 3, Lang: "en", Text: versions[0].Text, Vector: toward(r, 1, 384, .5)}); d.With != 0 {
		t.Errorf("with %d, %v", d.With, d.Evidence)
	}
}

func TestVectorsAreKeptInSketches(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	g := NewGrouper(Options{})
	crowd(g, r, 40, 384)
	sketch := NewProfile(Story{ID: 2, Lang: "ar", Text: versions[1].Text, Vector: toward(r, 1, 384, .5)}, nil).Sketch()
	if err := g.Load(2, 2, sketch); err != nil {
		t.Fatal(err)
	}
	if d := g.Add(Story{ID: 3, Lang: "en", Text: versions[0].Text, Vector: toward(r, 1, 384, .5)}); d.With != 2 {
		t.Errorf("with %d, %v", d.With, d.Evidence)
	}
	without := len(NewProfile(Story{ID: 2, Lang: "ar", Text: versions[1].Text}, nil).Sketch())
	if n := len(sketch) - without; n > maxVector+8 {
		t.Errorf("a vector takes %d bytes of a sketch", n)
	}
	for n := range sketch {
		if err := g.Load(9, 9, sketch[:n]); err == nil && n != without {
			t.Errorf("the first %d bytes of a sketch were taken", n)
		}
	}
}

func BenchmarkMeant(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	g := NewGrouper(Options{})
	crowd(g, r, maxMeant, maxVector)
	p := NewProfile(Story{ID: 1, Lang: "en", Vector: toward(r, 1, maxVector, .5)}, nil)
	for b.Loop() {
		g.meant(p)
	}
}
