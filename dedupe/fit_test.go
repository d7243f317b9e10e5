package dedupe

import (
	"bufio"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var ridge = flag.Float64("ridge", 2, "how much the fit draws weights to 0")

var fit = flag.Bool("fit", false, "fit the weights to the development sets")

// sample is one labelled pair, measured.
type sample struct {
	x     []float64
	y     float64
	w     float64 // how much it counts
	group string
	fold  int // of the cross-validation
	pair  string
	f     features
}

type devSet struct {
	docs map[string]Article
	ids  []string
}

func loadSet(t testing.TB, name string) devSet {
	s := devSet{docs: map[string]Article{}}
	for a := range development(t, name) {
		at, _ := time.Parse(time.RFC3339, a.Published)
		s.docs[a.ID] = Article{
			ID: int64(len(s.ids) + 1), URL: CanonicalURL(a.URL), Title: a.Title, Text: a.Text,
			Host: a.Source, Outlet: a.Source, Lang: a.Lang, Published: at,
		}
		s.ids = append(s.ids, a.ID)
	}
	return s
}

// labels yields the lines of a file of labelled pairs.
func labels(t testing.TB, set, file string) [][]string {
	f, err := os.Open(filepath.Join("../../shared/data/fold", set, file))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	var out [][]string
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		out = append(out, strings.Split(sc.Text(), "\t"))
	}
	return out[1:]
}

type trainer struct {
	t       *testing.T
	m       *measurer
	r       *rand.Rand
	samples []sample
}

func (tr *trainer) add(a, b Article, y, w float64, group, pair string) {
	x, z := newDoc(a, nil), newDoc(b, nil)
	if a.ID != b.ID && sameDocument(x, z) {
		return
	}
	f, _ := tr.m.measure(x, z)
	s := sample{y: y, w: w, group: group, pair: pair, f: f, fold: int(hashString(strings.SplitN(pair, " ", 2)[0]) % 5)}
	for i := range terms {
		s.x = append(s.x, terms[i].of(&f))
	}
	tr.samples = append(tr.samples, s)
}

// labelled adds the pairs that were labelled.
func (tr *trainer) labelled(name string, s devSet) {
	for _, p := range labels(tr.t, name, "hand_pairs.tsv") {
		if p[2] != "P" {
			y := 0.
			if p[2] == "D" {
				y = 1
			}
			tr.add(s.docs[p[0]], s.docs[p[1]], y, 20, "hand "+name+" "+p[2], p[0]+" "+p[1])
		}
	}
	for _, p := range labels(tr.t, name, "silver_pairs.tsv") {
		y, w := 1., .5
		if p[2] != "COPY" {
			y, w = 0, 2
		}
		a, b := s.docs[p[0]], s.docs[p[1]]
		tr.add(a, b, y, w, "silver "+name+" "+p[2][:4], p[0]+" "+p[1])
		if y == 0 && tr.r.IntN(4) == 0 {
			a.Text = cut(a.Text, 40+20*tr.r.IntN(3))
			tr.add(a, b, 0, 1, "cut template "+name, p[0]+" "+p[1])
		}
	}
}

// generated adds excerpts and edits of the set's own texts.
func (tr *trainer) generated(name string, s devSet, n int) {
	var vocabulary []string
	for range 200 {
		vocabulary = append(vocabulary, strings.Fields(s.docs[s.ids[tr.r.IntN(len(s.ids))]].Text)...)
	}
	for range n {
		id := s.ids[tr.r.IntN(len(s.ids))]
		a := s.docs[id]
		words := len(strings.Fields(a.Text))
		other := s.docs[s.ids[tr.r.IntN(len(s.ids))]]
		if words < 60 {
			continue
		}
		for _, k := range []int{40, 60, 100} {
			if words < k*5/4 {
				continue
			}
			b := a
			b.ID, b.Host, b.URL = -1, "else.example", ""
			b.Text = cut(a.Text, k)
			b.Published = a.Published.Add(time.Duration(tr.r.IntN(48)) * time.Hour)
			tr.add(b, a, 1, .2, fmt.Sprint("excerpt ", k), id+" -")
			b.Title = ""
			tr.add(b, a, 1, .2, fmt.Sprint("excerpt no title ", k), id+" -")
			b.Text = cut(other.Text, k)
			tr.add(b, a, 0, .5, "unrelated", id+" -")
		}
		for i, text := range []string{
			changeWords(tr.r, a.Text, .05, vocabulary), changeWords(tr.r, a.Text, .1, vocabulary),
			changeWords(tr.r, a.Text, .2, vocabulary), reorder(tr.r, a.Text, .3),
			dropSentences(tr.r, a.Text, .3), addParagraphs(tr.r, a.Text, other.Text, .3),
		} {
			b := a
			b.ID, b.Host, b.URL, b.Text = -1, "else.example", "", text
			b.Published = a.Published.Add(time.Duration(tr.r.IntN(36)) * time.Hour)
			switch tr.r.IntN(4) {
			case 0:
				b.Title = other.Title // a headline of its own
			case 1:
				b.Title = changeWords(tr.r, a.Title, .5, vocabulary)
			}
			tr.add(b, a, 1, []float64{.2, .3, .5, .3, .3, .3}[i], "edited "+[]string{"5 %", "10 %", "20 %", "reordered", "dropped", "added"}[i], id+" -")
		}
	}
}

// TestFit fits the weights to the development sets and prints them, with the
// error of each group of pairs under five-fold cross-validation.
func TestFit(t *testing.T) {
	if !*fit {
		t.Skip("runs with -fit")
	}
	tr := &trainer{samples: trainingSet(t)}
	crossValidate(t, tr)
}

func trainingSet(t *testing.T) []sample {
	tr := &trainer{t: t, m: newMeasurer(), r: rand.New(rand.NewPCG(1, 2))}
	for _, name := range []string{"reuters_en", "saudi_ar"} {
		s := loadSet(t, name)
		tr.labelled(name, s)
		tr.generated(name, s, 400)
	}
	tr.generated("newscluster_en", loadSet(t, "newscluster_en"), 100)
	return tr.samples
}

func crossValidate(t *testing.T, tr *trainer) {
	held := make([]float64, len(tr.samples))
	for k := range 5 {
		w := logistic(tr.samples, func(s *sample) bool { return s.fold != k })
		for i := range tr.samples {
			if tr.samples[i].fold == k {
				held[i] = dot(w, tr.samples[i].x)
			}
		}
	}
	report(t, tr.samples, held)
	for i, w := range logistic(tr.samples, func(*sample) bool { return true }) {
		t.Logf("%-20s %7.3f", terms[i].name, w)
	}
}

func dot(a, b []float64) float64 {
	z := 0.
	for i := range a {
		z += a[i] * b[i]
	}
	return z
}

func report(t *testing.T, samples []sample, z []float64) {
	type tally struct{ n, wrong int }
	groups := map[string]*tally{}
	var order []string
	for i, s := range samples {
		g := groups[s.group]
		if g == nil {
			g = &tally{}
			groups[s.group] = g
			order = append(order, s.group)
		}
		g.n++
		if s.f.series() {
			z[i] = -9
		}
		if (z[i] > 0) != (s.y > .5) {
			g.wrong++
			if strings.HasPrefix(s.group, "hand") {
				t.Logf("   %s %s: %.2f %+v", s.group, s.pair, 1/(1+math.Exp(-z[i])), s.f)
			}
		}
	}
	slices.Sort(order)
	for _, n := range order {
		t.Logf("%-32s %6d pairs, %5.2f %% wrong", n, groups[n].n, 100*float64(groups[n].wrong)/float64(groups[n].n))
	}
}

// fixed holds weights that are not fitted: the silver labels were made from
// time among other things, and would teach that time is nearly all there is; and
// sites that put furniture around their texts are in none of the sets that are
// fitted to.
var fixed = map[string]float64{"days": -4, "site-title": -12}

// logistic fits a logistic regression with a small ridge by Newton's method.
func logistic(samples []sample, use func(*sample) bool) []float64 {
	k := len(samples[0].x)
	w := make([]float64, k)
	for range 30 {
		g := make([]float64, k)
		h := make([][]float64, k)
		for i := range h {
			h[i] = make([]float64, k)
			h[i][i] = *ridge
			g[i] = -*ridge * w[i]
		}
		h[0][0], g[0] = 1e-6, 0
		for i := range terms {
			if v, ok := fixed[terms[i].name]; ok {
				w[i], h[i][i] = v, 1e12
			}
		}
		for i := range samples {
			s := &samples[i]
			if !use(s) || s.f.series() {
				continue
			}
			p := 1 / (1 + math.Exp(-dot(w, s.x)))
			for a := range k {
				g[a] += s.w * (s.y - p) * s.x[a]
				for b := range k {
					h[a][b] += s.w * p * (1 - p) * s.x[a] * s.x[b]
				}
			}
		}
		d := solve(h, g)
		step := 0.
		for i := range w {
			w[i] += d[i]
			step = max(step, math.Abs(d[i]))
		}
		if step < 1e-6 {
			break
		}
	}
	return w
}

// solve solves a·x = b by elimination.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	for i := range n {
		p := i
		for r := i + 1; r < n; r++ {
			if math.Abs(a[r][i]) > math.Abs(a[p][i]) {
				p = r
			}
		}
		a[i], a[p], b[i], b[p] = a[p], a[i], b[p], b[i]
		for r := i + 1; r < n; r++ {
			q := a[r][i] / a[i][i]
			for c := i; c < n; c++ {
				a[r][c] -= q * a[i][c]
			}
			b[r] -= q * b[i]
		}
	}
	x := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		x[i] = b[i]
		for c := i + 1; c < n; c++ {
			x[i] -= a[i][c] * x[c]
		}
		x[i] /= a[i][i]
	}
	return x
}
