package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/river"
	"newsfold/store"
)

const (
	spreadRows   = 30 // articles drawn
	spreadHeight = 34 // of one row, in pixels
	spreadTop    = 22 // above the first row, for the times
)

// spread is the picture of who published when: one row an article. Places
// along the axis are in percent, so that the picture has any width without its
// letters being scaled.
type spread struct {
	Height int
	Bottom int
	Label  string // what the picture shows, for those who do not see it
	Ticks  []tick
	Rows   []spreadRow
	Marks  bool   // some articles were first seen before the end of the axis
	Beyond bool   // some articles were first seen after the end of the axis
	Bands  bool   // some rows have a span between two polls
	Left   string // says how many articles are not drawn
	Keys   []spreadKey
}

type tick struct {
	X      string
	Text   string
	Anchor string
}

type spreadRow struct {
	ID     newsfold.ArticleID
	Outlet string
	Delay  string
	Y      int // of the label's baseline
	Line   int // of the line below it
	At     string
	Shape  string // path around 0,0
	Hollow bool
	Seen   string // when first seen
	Beyond bool   // which was after the end of the axis
	From   string // from here to Seen it may have become visible
	Unsure string // width from From to Seen
}

// spreadKey explains a shape.
type spreadKey struct {
	Shape  string
	Hollow bool
	Text   string
}

// Shapes differ in outline, not in colour alone.
const (
	square   = "M-5-5H5V5H-5Z"
	disc     = "M0-5.5A5.5 5.5 0 1 1 0 5.5 5.5 5.5 0 1 1 0-5.5Z"
	triangle = "M0-6L6 5H-6Z"
	diamond  = "M0-7L7 0 0 7-7 0Z"
	chevron  = "M-5-6L6 0-5 6Z"
	cross    = "M-2-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z"
)

// shapeOf returns the shape of a relation and what it stands for.
func shapeOf(r newsfold.Relation) spreadKey {
	switch r {
	case newsfold.First, "":
		return spreadKey{square, false, "first of the story"}
	case newsfold.Identical:
		return spreadKey{disc, false, "same text"}
	case newsfold.Edited:
		return spreadKey{disc, true, "edited"}
	case newsfold.Excerpt:
		return spreadKey{triangle, true, "excerpt"}
	case newsfold.Expanded:
		return spreadKey{cross, false, "longer"}
	case newsfold.Update:
		return spreadKey{chevron, false, "update"}
	case newsfold.Translation:
		return spreadKey{diamond, true, "translation"}
	}
	return spreadKey{diamond, false, relationLabel(r)}
}

// spread draws a story; nothing when it has one article only.
func (s *server) spread(st river.Story, polls map[newsfold.FeedID]polling) *spread {
	all := slices.Clone(st.Articles)
	if len(all) < 2 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b river.Article) int { return a.Time().Compare(b.Time()) })
	began := all[0].Time()
	p := &spread{}
	if n := len(all) - spreadRows; n > 0 {
		p.Left = count(n, "later article is", "later articles are") + " not drawn."
		all = all[:spreadRows]
	}
	axis := axisOf(all)
	said := make([]string, 0, 6)
	for i, a := range all {
		outlet := name(a.Outlet, a.URL)
		key := shapeOf(a.Relation)
		r := spreadRow{
			ID: a.ID, Outlet: clip(outlet, 28), Delay: delay(a.Time(), began),
			Y: spreadTop + i*spreadHeight + 14, Line: spreadTop + i*spreadHeight + 25,
			At: axis.x(a.Time()), Shape: key.Shape, Hollow: key.Hollow, Seen: axis.x(a.Seen), Beyond: a.Seen.After(axis.to),
		}
		p.Marks, p.Beyond = p.Marks || !r.Beyond, p.Beyond || r.Beyond
		if i == 0 {
			r.Delay = s.moment(began).Clock
		}
		gap := gapOf(a, polls)
		from := latest(began, a.Seen.Add(-gap))
		if !a.Published.IsZero() {
			from = latest(from, a.Time())
		}
		if from.Before(a.Seen) {
			r.From, r.Unsure = axis.x(from), axis.width(from, a.Seen)
			p.Bands = true
		}
		p.Rows = append(p.Rows, r)
		if !slices.ContainsFunc(p.Keys, func(k spreadKey) bool { return k.Text == key.Text }) {
			p.Keys = append(p.Keys, key)
		}
		if len(said) < cap(said) {
			said = append(said, outlet+" "+r.Delay)
		}
	}
	p.Label = "Timeline of who published when: " + strings.Join(said, ", ")
	if len(all) > len(said) {
		p.Label += " and more"
	}
	p.Bottom = spreadTop + len(all)*spreadHeight
	p.Height = p.Bottom + 4
	p.Ticks = s.ticks(axis)
	return p
}

// axis is a span of time across the picture.
type axis struct{ from, to time.Time }

// axisOf spans the times of articles, ascending. Old articles of a feed are all
// seen at its first poll, long after they appeared: the axis then ends early,
// so that who published when still fills the picture.
func axisOf(all []river.Article) axis {
	began := all[0].Time()
	published, seen := began.Add(time.Minute), began.Add(time.Minute)
	for _, a := range all {
		published, seen = latest(published, a.Time()), latest(seen, a.Seen)
	}
	length := published.Sub(began)
	if some := max(length/4, 15*time.Minute); seen.Sub(published) > max(length, some) {
		return axis{began, published.Add(some)}
	}
	return axis{began, latest(published, seen)}
}

const (
	axisStart = 2.5 // percent kept free at the ends for the shapes
	axisSpan  = 95.0
)

func (a axis) share(t time.Time) float64 {
	f := float64(t.Sub(a.from)) / float64(a.to.Sub(a.from))
	return axisStart + axisSpan*min(max(f, 0), 1)
}

func (a axis) x(t time.Time) string { return fmt.Sprintf("%.2f%%", a.share(t)) }

func (a axis) width(t, u time.Time) string { return fmt.Sprintf("%.2f%%", a.share(u)-a.share(t)) }

// ticks marks the beginning, and up to four round distances from it.
func (s *server) ticks(a axis) []tick {
	out := []tick{{a.x(a.from), s.moment(a.from).Clock, "start"}}
	length := a.to.Sub(a.from)
	step := time.Duration(0)
	for _, d := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 48 * time.Hour, 7 * 24 * time.Hour} {
		if step = d; length/d <= 4 {
			break
		}
	}
	for length/step > 4 {
		step *= 2
	}
	for d := step; d <= length; d += step {
		anchor := "middle"
		if float64(d) > .9*float64(length) {
			anchor = "end"
		}
		if float64(d) > .12*float64(length) { // else it would touch the first
			out = append(out, tick{a.x(a.from.Add(d)), "+" + span(d), anchor})
		}
	}
	return out
}

func latest(t, u time.Time) time.Time {
	if u.After(t) {
		return u
	}
	return t
}

// polling is how a feed is polled.
type polling struct {
	gap   time.Duration // from one poll to the next
	added time.Time     // before, it was not polled at all
}

// gapOf is how long before we saw an article it may have been there unseen: the
// shortest time between polls of the feeds that carry it. It is 0 when that
// cannot be told, since the article was there at the first poll.
func gapOf(a river.Article, polls map[newsfold.FeedID]polling) time.Duration {
	var gap time.Duration
	for _, f := range a.Feeds {
		p, ok := polls[f.ID]
		if ok && a.Seen.Sub(p.added) > p.gap && (gap == 0 || p.gap < gap) {
			gap = p.gap
		}
	}
	return gap
}

// longestGap bounds what is taken for the time between two polls: a feed that
// fails is asked ever more seldom, which says nothing about earlier polls.
const longestGap = 24 * time.Hour

// pollsOf finds how often the feeds of a story are polled now.
func pollsOf(tx store.Tx, st river.Story, polls map[newsfold.FeedID]polling) error {
	for _, f := range st.Feeds {
		feed, err := tx.Feed(f.ID)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return err
		}
		if !feed.Poll.Attempted.IsZero() && feed.Poll.Next.After(feed.Poll.Attempted) {
			polls[f.ID] = polling{min(feed.Poll.Next.Sub(feed.Poll.Attempted), longestGap), feed.Added}
		}
	}
	return nil
}
