package event

import (
	"flag"
	"fmt"
	"strconv"
	"testing"
	"time"
)

var evaluate = flag.Bool("evaluate", false, "measure on the development sets")

func labelled(t testing.TB, set string) (stories []Story, gold []string) {
	for a := range development(t, set) {
		s := Story{ID: int64(len(stories) + 1), Title: a.Title, Text: a.Text, Lang: a.Lang}
		s.Time, _ = time.Parse(time.RFC3339, a.Published)
		stories = append(stories, s)
		gold = append(gold, fmt.Sprint(a.Event))
	}
	return stories, gold
}

// bcubed returns precision, recall and F1 of a grouping (A. Bagga and B.
// Baldwin, Algorithms for scoring coreference chains, 1998).
func bcubed(gold []string, pred []int64) (p, r, f float64) {
	g, q, both := map[string]int{}, map[int64]int{}, map[string]int{}
	for i := range gold {
		g[gold[i]]++
		q[pred[i]]++
		both[gold[i]+"|"+strconv.FormatInt(pred[i], 10)]++
	}
	for i := range gold {
		b := float64(both[gold[i]+"|"+strconv.FormatInt(pred[i], 10)])
		p += b / float64(q[pred[i]])
		r += b / float64(g[gold[i]])
	}
	n := float64(len(gold))
	p, r = p/n, r/n
	return p, r, 2 * p * r / (p + r)
}

func groupAll(opts Options, stories []Story) []int64 {
	g := NewGrouper(opts)
	for _, s := range stories {
		g.Add(s)
	}
	out := make([]int64, len(stories))
	for i, s := range stories {
		out[i] = g.Event(s.ID)
	}
	return out
}
