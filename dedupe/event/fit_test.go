package event

import (
	"cmp"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

var fit = flag.Bool("fit", false, "fit the weights on the development sets")

// folds is how many parts the topics of the labelled sets are cut into: each is
// grouped with weights that were fitted on the others.
const folds = 5

type labelledSet struct {
	stories []Story
	gold    []string
	ps      []*Profile
}

func loadLabelled(t *testing.T, set string) *labelledSet {
	l := &labelledSet{}
	l.stories, l.gold = labelled(t, set)
	for _, s := range l.stories {
		l.ps = append(l.ps, newProfile(s, ablation{}))
	}
	return l
}

// sameEvents are the documents of the translated sets that report one happening,
// by a reading of all that grouping by looser weights put together; every other
// document there is taken for an event of its own.
var sameEvents = []string{
	"nytimes.184837 nytimes.184860 telegraph.405422 reuters.218865 euronews-en.153797 euronews-en.153835",
	"rt.com.91337 reuters.218932",
	"cnbc.com.6769 reuters.218861",
	"cbsnews.248384 cbsnews.248471 cbsnews.248394",
	"cnn.304478 newsweek.51339",
	"nytimes.268754 text_10 text_80 cnbc.com.58093",
	"voa-en.100681 hokkaido_shimbun-ja.29763",
	"izvestiya.521046 sport-express.ru.327661",
	"yahoo-ja.978451 hokkaido_shimbun-ja.29710",
	"gazeta.ru.151338 argumenti.ru.186903",
	"shizuoka_shimbun-ja.45529 hokkaido_shimbun-ja.29727",
	"shizuoka_shimbun-ja.45584 kp.235560 dp.ru.34785",
	"aif.321259 izvestiya.520991 bbc-russian.43692 interfax.39240 xinhua-zh.21311 vesti.ru.343831 aif.321267 kp.235570 lenta.ru.344661 kp.235507",
	"yahoo-ja.978109 yahoo-ja.978303",
	"bbc.500823 standard.co.uk.57834",
	"text_29 text_126",
	"text_140 text_135 text_65 text_67",
	"abcnews.420184 metro.co.uk.47971 independent.597197",
	"kp.235557 interfax.39239 vedomosti.76994",
	"foxnews.106537 cbsnews.377538 izvestiya.520940",
	"guardian.306602 vesti.ru.343764",
	"sovsport.ru.252342 vesti.ru.343817",
}

// sameEvent names the event of each document that others report as well.
func sameEvent() map[string]string {
	of := map[string]string{}
	for _, line := range sameEvents {
		ids := strings.Fields(line)
		for _, id := range ids {
			of[id] = ids[0]
		}
	}
	return of
}

// loadSingle returns the English documents of the translated sets, which are news
// of a few days: few report the same, and many are about the same people and
// matters.
func loadSingle(t *testing.T) *labelledSet {
	of := sameEvent()
	l := &labelledSet{}
	for _, set := range []string{"translations_multi", "machine_translations"} {
		seen := map[string]bool{}
		for a := range development(t, set) {
			id := fmt.Sprint(a.Event)
			if a.Lang != "en" || a.Role == "hyp" || seen[id] {
				continue
			}
			seen[id] = true
			s := Story{ID: int64(len(l.stories) + 1), Title: a.Title, Text: a.Text, Lang: a.Lang}
			l.stories = append(l.stories, s)
			l.gold = append(l.gold, strings.ReplaceAll(cmp.Or(of[id], id), "_", "-"))
			l.ps = append(l.ps, newProfile(s, ablation{}))
		}
	}
	return l
}

// only returns the stories of the topics of one fold, or of all others.
func (l *labelledSet) only(fold int, in bool) *labelledSet {
	out := &labelledSet{}
	for i, g := range l.gold {
		topic, _, _ := strings.Cut(g, "_")
		if (int(hashString(topic))%folds == fold) == in {
			out.stories = append(out.stories, l.stories[i])
			out.gold = append(out.gold, g)
			out.ps = append(out.ps, l.ps[i])
		}
	}
	return out
}

// inputs are a likeness and whether one side is three stories or more. In the
// labelled sets whatever is a little like a large event is of it, so that counts
// when weights are fitted, lest others carry it; it is left out of what is used,
// since in a stream of all news it lets large events drift (see TestMeasureDrift).
const inputs = likenessSize + 1

// example is two parts of events, of one or of two.
type example struct {
	x      [inputs]float64
	same   bool
	weight float64
}

// examples groups the stories of a set by some weights and returns the decisions
// on the way, those that were made and those that were nearly made.
func (l *labelledSet) examples(tune *tuning, weight float64) (out []example) {
	type state struct {
		members []int
		part    *part
	}
	g := NewGrouper(Options{tune: tune, without: ablation{time: true}})
	parts := make([]*state, len(l.ps))
	for i, p := range l.ps {
		parts[i] = &state{[]int{i}, newPart(p)}
	}
	type link struct {
		i, j int
		v    verdict
	}
	note := func(k link) {
		a, pure := l.majority(parts[k.i].members)
		b, also := l.majority(parts[k.j].members)
		if pure && also {
			out = append(out, example{inputsOf(k.v.likeness, max(parts[k.i].part.n, parts[k.j].part.n)), a == b, weight})
		}
	}
	var links []link
	for i := range parts {
		for j := range i {
			if v := g.judge(parts[i].part, parts[j].part); v.average >= leastLikeness {
				links = append(links, link{i, j, v})
			}
		}
	}
	for {
		best := link{v: verdict{odds: tune.merge}}
		for _, k := range links {
			if k.v.odds > best.v.odds {
				best = k
			}
		}
		if best.i == best.j {
			break
		}
		note(best)
		a, b := best.i, best.j
		parts[a].members = slices.Concat(parts[a].members, parts[b].members)
		parts[a].part, parts[b] = joined(parts[a].part, parts[b].part), nil
		links = slices.DeleteFunc(links, func(k link) bool { return k.i == a || k.j == a || k.i == b || k.j == b })
		for o := range parts {
			if o != a && parts[o] != nil {
				if v := g.judge(parts[a].part, parts[o].part); v.average >= leastLikeness {
					links = append(links, link{a, o, v})
				}
			}
		}
	}
	for _, k := range links {
		if k.v.odds > tune.merge-3 {
			note(k)
		}
	}
	return out
}

func inputsOf(l likeness, stories int) (x [inputs]float64) {
	v := l.vector()
	copy(x[:], v[:])
	if stories >= 3 {
		x[likenessSize] = 1
	}
	return x
}

// majority returns the event that most of some stories are of, and whether they
// nearly all are.
func (l *labelledSet) majority(members []int) (string, bool) {
	count := map[string]int{}
	top := ""
	for _, m := range members {
		g := l.gold[m]
		count[g]++
		if top == "" || count[g] > count[top] {
			top = g
		}
	}
	return top, count[top]*10 >= len(members)*7
}

// logit fits a logistic regression by Newton's method, with a small ridge.
func logit(ex []example) (w [inputs]float64) {
	for range 12 {
		var g [inputs]float64
		var h [inputs][inputs]float64
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
				g[i] += e.weight * (y - q) * e.x[i]
				for j := range w {
					h[i][j] += e.weight * q * (1 - q) * e.x[i] * e.x[j]
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

func solve(a [inputs][inputs]float64, x [inputs]float64) [inputs]float64 {
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

// newsWeight makes up for newscluster having a fifth of the stories of ECB+.
//
// singleWeight makes little of the documents that are mostly alone, which were
// labelled by a quick reading.
const (
	newsWeight   = 4
	singleWeight = .2
)

// fitted returns the weights of likeness that are best for the decisions that
// grouping by them meets.
func fitted(ecb, news, single *labelledSet) tuning {
	tune := defaultTuning
	var ex []example
	for range 3 {
		for _, merge := range []float64{-1, 1} {
			tune.merge = merge
			ex = append(ex, ecb.examples(&tune, 1)...)
			ex = append(ex, news.examples(&tune, newsWeight)...)
			ex = append(ex, single.examples(&tune, singleWeight)...)
		}
		w := logit(ex)
		tune.likeness = [likenessSize]float64(w[:likenessSize])
	}
	tune.join, tune.merge = defaultTuning.join, defaultTuning.merge
	return tune
}

// TestFit fits the weights of likeness on all topics, and then without each fold
// of them, which is grouped in the order of the file and in others:
//
//	go test ./dedupe/event -run TestFit -fit -v
func TestFit(t *testing.T) {
	if !*fit {
		t.Skip("runs with -fit")
	}
	ecb, news := loadLabelled(t, "ecbplus_en"), loadLabelled(t, "newscluster_en")
	single := loadSingle(t)
	all := fitted(ecb, news, single)
	t.Logf("%.2f", all.likeness)
	var tunes [folds]tuning
	for f := range folds {
		tunes[f] = fitted(ecb.only(f, false), news.only(f, false), single.only(f, false))
	}
	for _, bar := range []float64{-1.2, -.9, -.6} {
		line := ""
		for _, l := range []*labelledSet{ecb, news, single} {
			for order := range uint64(3) {
				p, r, f := l.heldOut(tunes, bar, order)
				line += fmt.Sprintf(" %.3f/%.3f/%.3f", p, r, f)
			}
			line += ";"
		}
		t.Logf("from %.1f on: %s", bar, line)
	}
}

// heldOut groups each fold by the weights that were fitted without it and returns
// precision, recall and F1 over all.
func (l *labelledSet) heldOut(tunes [folds]tuning, bar float64, order uint64) (p, r, f float64) {
	var gold []string
	var pred []int64
	for k := range folds {
		tune := tunes[k]
		tune.join, tune.merge = bar, bar
		part := l.only(k, true).shuffled(order)
		gold = append(gold, part.gold...)
		for _, e := range groupAll(Options{tune: &tune, without: ablation{anchors: true}}, part.stories) {
			pred = append(pred, e+int64(k)*1_000_000)
		}
	}
	return bcubed(gold, pred)
}

// shuffled returns the set in another order, 0: in that of the file.
func (l *labelledSet) shuffled(order uint64) *labelledSet {
	out := &labelledSet{stories: slices.Clone(l.stories), gold: slices.Clone(l.gold)}
	if order > 0 {
		rand.New(rand.NewPCG(3, order)).Shuffle(len(out.gold), func(i, j int) {
			out.stories[i], out.stories[j] = out.stories[j], out.stories[i]
			out.gold[i], out.gold[j] = out.gold[j], out.gold[i]
		})
	}
	for i := range out.stories {
		out.stories[i].ID = int64(i + 1)
	}
	return out
}
