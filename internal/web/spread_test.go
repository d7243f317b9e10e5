package web

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"newsfold"
	"newsfold/internal/river"
)

func TestSpread(t *testing.T) {
	began := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute) }
	s := &server{now: func() time.Time { return at(24 * 60) }}
	polls := map[newsfold.FeedID]polling{
		1: {20 * time.Minute, began.Add(-time.Hour)},
		2: {60 * time.Minute, began.Add(-time.Hour)},
		3: {60 * time.Minute, at(99)}, // added just before
	}
	article := func(published, seen int, feeds ...newsfold.FeedID) river.Article {
		a := river.Article{Outlet: "Courier", Seen: at(seen), Relation: newsfold.Identical, With: 1}
		if published >= 0 {
			a.Published = at(published)
		}
		for _, f := range feeds {
			a.Feeds = append(a.Feeds, river.Feed{ID: f})
		}
		return a
	}
	number := func(s string) float64 {
		f, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	draw := func(all ...river.Article) *spread { return s.spread(river.Story{Articles: all}, polls) }

	if draw(article(0, 1)) != nil {
		t.Error("a single article is drawn")
	}
	t.Run("by time, from edge to edge", func(t *testing.T) {
		p := draw(article(100, 100), article(0, 10), article(50, 60))
		var at []float64
		for _, r := range p.Rows {
			at = append(at, number(r.At))
		}
		if !slices.Equal(at, []float64{axisStart, axisStart + axisSpan/2, axisStart + axisSpan}) {
			t.Errorf("drawn at %v", at)
		}
	})
	t.Run("what polling leaves open", func(t *testing.T) {
		for name, c := range map[string]struct {
			a     river.Article
			width float64 // in minutes
		}{
			"since the last poll":            {article(0, 100, 2), 60},
			"of the feed polled most often":  {article(0, 100, 1, 2), 20},
			"not before it was published":    {article(90, 100, 2), 10},
			"no stated time":                 {article(-1, 100, 2), 60},
			"seen at the first poll":         {article(0, 100, 3), 0},
			"feeds that are gone":            {article(0, 100, 9), 0},
			"the same minute as it appeared": {article(100, 100, 1), 0},
		} {
			p := draw(article(0, 0), c.a, article(100, 100))
			got := 0.0
			if r := p.Rows[1]; r.From != "" {
				got = number(r.Unsure) / axisSpan * 100
			}
			if got < c.width-.1 || got > c.width+.1 {
				t.Errorf("%s: %.2f minutes, want %.0f", name, got, c.width)
			}
			if p.Bands != (c.width > 0) {
				t.Errorf("%s: explained: %v", name, p.Bands)
			}
		}
	})
	t.Run("seen long after", func(t *testing.T) {
		p := draw(article(0, 5000), article(100, 5000))
		if !p.Beyond || !p.Rows[0].Beyond || number(p.Rows[1].At) < 75 {
			t.Errorf("drawn at %s of %v", p.Rows[1].At, p.Beyond)
		}
	})
	t.Run("all at once", func(t *testing.T) {
		p := draw(article(0, 0), article(0, 0))
		if p.Rows[0].At != p.Rows[1].At || p.Rows[1].Delay != "first" {
			t.Errorf("drawn at %s and %s (%s)", p.Rows[0].At, p.Rows[1].At, p.Rows[1].Delay)
		}
	})
	t.Run("few ticks whatever the length", func(t *testing.T) {
		for _, minutes := range []int{1, 7, 59, 600, 5000, 100_000, 5_000_000} {
			if p := draw(article(0, 0), article(minutes, minutes)); len(p.Ticks) > 6 || len(p.Ticks) < 2 {
				t.Errorf("%d minutes have %d ticks", minutes, len(p.Ticks))
			}
		}
	})
	t.Run("each relation has a shape of its own", func(t *testing.T) {
		seen := map[spreadKey]bool{}
		for _, r := range []newsfold.Relation{newsfold.First, newsfold.Identical, newsfold.Edited, newsfold.Excerpt, newsfold.Expanded, newsfold.Update, newsfold.Translation} {
			key := shapeOf(r)
			key.Text = ""
			if seen[key] {
				t.Errorf("%s looks like another one", r)
			}
			seen[key] = true
		}
	})
}
