package event

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The tests in this file and in measure_translate_test.go measure on the
// development sets:
//
//	go test ./dedupe/event -run Measure -evaluate -v
//	go test ./dedupe/event -run 'Measure(Across|Distractors)' -evaluate -dict DIR -v

var dict = flag.String("dict", "", "measure with the word lists in this directory, such as eng-ara.tsv")

// dictionary is that of -dict; nil without.
func dictionary(t *testing.T) *Dictionary {
	if *dict == "" {
		return nil
	}
	d := &Dictionary{}
	names, err := filepath.Glob(filepath.Join(*dict, "???-???.tsv"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no word lists in %s: %v", *dict, err)
	}
	for _, name := range names {
		pairs, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		langs := filepath.Base(name)
		for line := range strings.Lines(string(pairs)) {
			a, b, _ := strings.Cut(strings.TrimSpace(line), "\t")
			if d.Add(Term{langs[:3], a}, Term{langs[4:7], b}) {
				n++
			}
		}
		t.Logf("%s: %d pairs", langs, n)
	}
	return d
}

// TestMeasureEvents prints the table of the sets with labelled events, and what
// leaving parts out costs.
func TestMeasureEvents(t *testing.T) {
	if !*evaluate {
		t.Skip("runs with -evaluate")
	}
	for _, v := range []struct {
		name string
		off  ablation
	}{
		{"all of it", ablation{}},
		{"names like words", ablation{names: true}},
		{"no numbers", ablation{numbers: true}},
		{"no time", ablation{time: true}},
		{"no background idf", ablation{background: true}},
		{"no consensus", ablation{consensus: true}},
		{"no CLDR names", ablation{concepts: true}},
		{"no skeletons", ablation{skeletons: true}},
		{"no anchors", ablation{anchors: true}},
	} {
		line := ""
		for _, set := range []string{"ecbplus_en", "newscluster_en", "translations_multi"} {
			stories, gold := labelled(t, set)
			p, r, f := bcubed(gold, groupAll(Options{without: v.off}, stories))
			line += fmt.Sprintf("  %s P %.3f R %.3f F1 %.3f", set, p, r, f)
		}
		t.Logf("%-20s%s", v.name, line)
	}
}

// TestMeasureDrift groups what a wire and fourteen newspapers wrote within days,
// without labels, and prints how many of the stories are in large events. Few
// happenings are reported more than twenty times there; an event that drifts takes
// in hundreds.
func TestMeasureDrift(t *testing.T) {
	if !*evaluate {
		t.Skip("runs with -evaluate")
	}
	for _, set := range []string{"reuters_en", "saudi_ar"} {
		g := NewGrouper(Options{})
		n := 0
		for a := range development(t, set) {
			if n++; n > 3000 {
				break
			}
			g.Add(Story{ID: int64(n), Title: a.Title, Text: a.Text, Lang: a.Lang})
		}
		alone, many, most := 0, 0, 0
		for _, e := range g.events {
			k := len(e.slots)
			most = max(most, k)
			switch {
			case k == 1:
				alone++
			case k > 20:
				many += k
			}
		}
		t.Logf("%s: %.3f of the stories alone, %.3f in events of more than 20, the largest of %d", set,
			float64(alone)/float64(g.Len()), float64(many)/float64(g.Len()), most)
	}
}

// newProfile reads a story without some parts.
func newProfile(s Story, off ablation) *Profile { return readProfile(s, Options{without: off}) }

// lead is the first n lines of a text, which are its sentences or paragraphs.
func lead(text string, n int) string {
	parts := strings.SplitAfter(text, "\n")
	return strings.Join(parts[:min(n, len(parts))], "")
}

// translated are the documents of translations_multi by language, whole and by
// their first four sentences.
type translated struct {
	whole, lead *Profile
	event       string
}

func translations(t *testing.T, opts Options) map[string][]translated {
	by := map[string][]translated{}
	for a := range development(t, "translations_multi") {
		s := Story{Title: a.Title, Text: a.Text, Lang: a.Lang}
		d := translated{event: fmt.Sprint(a.Event), whole: readProfile(s, opts)}
		s.Text = lead(a.Text, 4)
		d.lead = readProfile(s, opts)
		by[d.whole.lang] = append(by[d.whole.lang], d)
	}
	return by
}

// TestMeasureAcross looks each English document up among those of another
// language.
func TestMeasureAcross(t *testing.T) {
	if !*evaluate {
		t.Skip("runs with -evaluate")
	}
	words := dictionary(t)
	for _, v := range []struct {
		name string
		off  ablation
	}{
		{"all of it", ablation{}},
		{"no CLDR names", ablation{concepts: true}},
		{"no skeletons", ablation{skeletons: true}},
		{"no numbers", ablation{numbers: true}},
	} {
		by := translations(t, Options{without: v.off, Dictionary: words})
		line := ""
		for _, l := range []string{"ar", "fr", "de", "es", "ru", "tr", "zh", "hi", "ja", "ko", "he", "el", "uk", "pl", "cs", "it", "pt", "nl", "sv", "id", "ur"} {
			whole, short := 0, 0
			for _, q := range by["en"] {
				if nearest(q.whole, by[l], func(d translated) *Profile { return d.whole }).event == q.event {
					whole++
				}
				if nearest(q.lead, by[l], func(d translated) *Profile { return d.lead }).event == q.event {
					short++
				}
			}
			n := float64(len(by["en"]))
			line += fmt.Sprintf("  %s %.3f/%.3f", l, float64(whole)/n, float64(short)/n)
		}
		t.Logf("top-1, whole/4 sentences, %s:%s", v.name, line)
	}
}

func nearest(q *Profile, pool []translated, of func(translated) *Profile) (best translated) {
	top := -1.0
	for _, d := range pool {
		if c := cross(q, of(d)); c.strength > top {
			top, best = c.strength, d
		}
	}
	return best
}

// TestMeasureDistractors lets the Arabic documents and twenty thousand other
// Arabic articles come as stories, and then the English ones: what is right is
// to join the event of the same document, or none. A second run without the
// Arabic documents counts what joins when there is nothing to join.
func TestMeasureDistractors(t *testing.T) {
	if !*evaluate {
		t.Skip("runs with -evaluate")
	}
	var arabic, english []Story
	of := map[int64]string{}
	for a := range development(t, "translations_multi") {
		s := Story{ID: int64(100_000 + len(of)), Title: a.Title, Text: a.Text, Lang: a.Lang}
		of[s.ID] = fmt.Sprint(a.Event)
		switch a.Lang {
		case "ar":
			arabic = append(arabic, s)
		case "en":
			english = append(english, s)
		}
	}
	// English reports of one happening: the Indonesian tsunami, the Macedonian
	// vote. Each is asked by itself, so that none finds another.
	g := NewGrouper(Options{Dictionary: dictionary(t)})
	n := 0
	for a := range development(t, "saudi_ar") {
		n++
		g.Add(Story{ID: int64(n), Title: a.Title, Text: a.Text, Lang: a.Lang})
	}
	ask := func(s Story) Decision {
		d := g.Add(s)
		g.Remove(s.ID)
		return d
	}
	false0 := 0
	for _, s := range english {
		if ask(s).With != 0 {
			false0++
		}
	}
	for _, s := range arabic {
		g.Add(s)
	}
	for _, form := range []string{"whole", "4 sentences"} {
		right, akin, wrong, translation := 0, 0, 0, 0
		for _, s := range english {
			if form != "whole" {
				s.Text = lead(s.Text, 4)
			}
			d := ask(s)
			switch {
			case d.With == 0:
			case of[d.With] == of[s.ID]:
				right++
				if d.Relation == Translation {
					translation++
				}
			case sameEvent()[of[d.With]] != "" && sameEvent()[of[d.With]] == sameEvent()[of[s.ID]]:
				akin++
			default:
				wrong++
				t.Logf("wrong: %s in the event of %s", of[s.ID], cmp.Or(of[d.With], fmt.Sprint("article ", d.With)))
			}
		}
		t.Logf("%d English against %d Arabic, %s: %d right (%d as translations), %d with another report of the happening, %d wrong: precision %.3f, recall %.3f", len(english), n+len(arabic), form,
			right, translation, akin, wrong, float64(right+akin)/float64(max(1, right+akin+wrong)), float64(right)/float64(len(english)))
	}
	t.Logf("with nothing to join, %d of %d join something", false0, len(english))
}
