package event

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

var fit = flag.Bool("fit", false, "fit the weights on the development sets")

// example is a pair of parts of events, of one or of two.
type example struct {
	x    [likenessSize]float64
	same bool
}

// halves puts the topics of a labelled set into two halves.
func halves(gold []string) []int {
	r := rand.New(rand.NewPCG(5, 7))
	of := map[string]int{}
	out := make([]int, len(gold))
	for i, g := range gold {
		topic, _, _ := strings.Cut(g, "_")
		if _, ok := of[topic]; !ok {
			of[topic] = r.IntN(2)
		}
		out[i] = of[topic]
	}
	return out
}

type labelledSet struct {
	stories []Story
	gold    []string
	half    []int
	ps      []*Profile
}

func loadLabelled(t *testing.T, set string) *labelledSet {
	l := &labelledSet{}
	l.stories, l.gold = labelled(t, set)
	l.half = halves(l.gold)
	for _, s := range l.stories {
		l.ps = append(l.ps, newProfile(s, ablation{}))
	}
	return l
}

// examples draws parts of events and, for as many, the part of another event
// that is likest.
func (l *labelledSet) examples(half, n int) (out []example) {
	r := rand.New(rand.NewPCG(1, 2))
	events := map[string][]*Profile{}
	for i, g := range l.gold {
		if half < 0 || l.half[i] == half {
			events[g] = append(events[g], l.ps[i])
		}
	}
	keys := slices.Sorted(maps.Keys(events))
	pick := func(m []*Profile, n int) []*Profile {
		m = slices.Clone(m)
		r.Shuffle(len(m), func(i, j int) { m[i], m[j] = m[j], m[i] })
		return m[:min(n, len(m))]
	}
	sizes := [][2]int{{1, 1}, {1, 1}, {1, 2}, {1, 3}, {1, 5}, {1, 8}, {2, 3}, {2, 5}, {3, 6}}
	for range n {
		m := events[keys[r.IntN(len(keys))]]
		s := sizes[r.IntN(len(sizes))]
		if len(m) < s[0]+s[1] {
			continue
		}
		m = pick(m, s[0]+s[1])
		v := compare(newCentroid(m[:s[0]]), newCentroid(m[s[0]:]))
		if v.average >= leastLikeness {
			out = append(out, example{v.vector(), true})
		}
	}
	for range len(out) {
		key := keys[r.IntN(len(keys))]
		s := sizes[r.IntN(len(sizes))]
		if r.IntN(2) == 0 {
			s[0], s[1] = s[1], s[0]
		}
		a := newCentroid(pick(events[key], s[0]))
		var best likeness
		for _, k := range keys {
			if k == key {
				continue
			}
			if v := compare(a, newCentroid(pick(events[k], s[1]))); v.average > best.average {
				best = v
			}
		}
		if best.average >= leastLikeness {
			out = append(out, example{best.vector(), false})
		}
	}
	return out
}

// logit fits a logistic regression by Newton's method, with a small ridge.
func logit(ex []example) (w [likenessSize]float64) {
	for range 15 {
		var g [likenessSize]float64
		var h [likenessSize][likenessSize]float64
		for i := range h {
			h[i][i] = 1
			g[i] = -w[i]
		}
		for _, e := range ex {
			z, y := 0.0, 0.0
			for i := range w {
				z += w[i] * e.x[i]
			}
			if e.same {
				y = 1
			}
			q := logistic(z)
			for i := range w {
				g[i] += (y - q) * e.x[i]
				for j := range w {
					h[i][j] += q * (1 - q) * e.x[i] * e.x[j]
				}
			}
		}
		step := solve(h, g)
		for i := range w {
			w[i] += step[i]
		}
	}
	return w
}

func solve(a [likenessSize][likenessSize]float64, x [likenessSize]float64) [likenessSize]float64 {
	n := len(x)
	for i := range n {
		p := i
		for k := i; k < n; k++ {
			if math.Abs(a[k][i]) > math.Abs(a[p][i]) {
				p = k
			}
		}
		a[i], a[p], x[i], x[p] = a[p], a[i], x[p], x[i]
		for k := i + 1; k < n; k++ {
			f := a[k][i] / a[i][i]
			for j := i; j < n; j++ {
				a[k][j] -= f * a[i][j]
			}
			x[k] -= f * x[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j < n; j++ {
			x[i] -= a[i][j] * x[j]
		}
		x[i] /= a[i][i]
	}
	return x
}

func (l *labelledSet) score(half int, tune tuning) float64 {
	var stories []Story
	var gold []string
	for i, s := range l.stories {
		if half < 0 || l.half[i] == half {
			stories = append(stories, s)
			gold = append(gold, l.gold[i])
		}
	}
	_, _, f := bcubed(gold, groupAll(Options{tune: &tune, without: ablation{anchors: true}}, stories))
	return f
}

// TestFit fits the weights of likeness on one half of the topics, chooses the
// thresholds there, and measures on the other; then on all:
//
//	go test ./dedupe/event -run TestFit -fit -v
func TestFit(t *testing.T) {
	if !*fit {
		t.Skip("runs with -fit")
	}
	ecb, news := loadLabelled(t, "ecbplus_en"), loadLabelled(t, "newscluster_en")
	for _, half := range []int{0, 1, -1} {
		tune := defaultTuning
		tune.likeness = logit(append(ecb.examples(half, 2500), news.examples(half, 2500)...))
		var best tuning
		top := 0.0
		for _, join := range []float64{-2, -1.5, -1} {
			for _, gap := range []float64{0, .5, 1} {
				tune.join, tune.merge = join, join+gap
				e, n := ecb.score(half, tune), news.score(half, tune)
				if e+n > top {
					top, best = e+n, tune
				}
				t.Logf("half %d join %.1f merge %.1f: ecbplus %.4f newscluster %.4f", half, tune.join, tune.merge, e, n)
			}
		}
		t.Logf("half %d: %.4f with %.3f", half, top/2, best)
		if half >= 0 {
			t.Logf("HELD OUT half %d: ecbplus %.4f newscluster %.4f", 1-half, ecb.score(1-half, best), news.score(1-half, best))
		}
	}
}

// TestTune measures thresholds over several orders of arrival.
func TestTune(t *testing.T) {
	if !*fit {
		t.Skip("runs with -fit")
	}
	ecb, news := loadLabelled(t, "ecbplus_en"), loadLabelled(t, "newscluster_en")
	w := logit(append(ecb.examples(-1, 2500), news.examples(-1, 2500)...))
	t.Logf("weights %.3f", w)
	for _, v := range [][3]float64{{0, -.5, 1.7}, {0, -.5, 1}, {0, 0, 1.7}, {.5, 0, 2}, {.5, 0, 1.2}, {0, .5, 1.2}} {
		tune := defaultTuning
		tune.likeness = w
		tune.join, tune.merge, tune.large = v[0], v[1], v[2]
		line := ""
		for _, l := range []*labelledSet{ecb, news} {
			sum, least := 0.0, 1.0
			r := rand.New(rand.NewPCG(3, 4)) // the same orders for all
			l := &labelledSet{stories: slices.Clone(l.stories), gold: slices.Clone(l.gold), half: slices.Clone(l.half)}
			for range 4 {
				r.Shuffle(len(l.stories), func(i, j int) {
					l.stories[i], l.stories[j] = l.stories[j], l.stories[i]
					l.gold[i], l.gold[j] = l.gold[j], l.gold[i]
					l.half[i], l.half[j] = l.half[j], l.half[i]
				})
				f := l.score(-1, tune)
				sum += f
				least = min(least, f)
			}
			line += fmt.Sprintf(" %.4f (min %.4f)", sum/4, least)
		}
		t.Logf("%+v %s", v, line)
	}
}
