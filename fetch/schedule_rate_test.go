package fetch

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"newsfold"
)

// every returns n dates a gap apart, the latest at the end.
func every(gap time.Duration, n int, end time.Time) []time.Time {
	var out []time.Time
	for i := range n {
		out = append(out, end.Add(-gap*time.Duration(n-1-i)))
	}
	return out
}

func TestRateIsLearnedFromTheFirstBody(t *testing.T) {
	now := newClock().now()
	for _, tc := range []struct {
		name   string
		dates  []time.Time
		lo, hi float64
	}{
		{"no dates", nil, 0.25, 0.25},
		{"hourly", every(time.Hour, 50, now), 8, 24},
		{"daily", every(day, 30, now), 0.8, 1.1},
		{"weekly", every(7*day, 9, now), 0.1, 0.25},
		{"years ago", every(day, 20, now.AddDate(-2, 0, 0)), 0, 0.06},
		{"in the future", every(time.Hour, 20, now.AddDate(0, 0, 9)), 0.25, 0.25},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var r rate
			r.seed(now, tc.dates)
			if got := r.perDay(); got < tc.lo || got > tc.hi {
				t.Errorf("%.3f a day, want %.2f to %.2f", got, tc.lo, tc.hi)
			}
		})
	}
}

func TestRateFollowsChange(t *testing.T) {
	now := newClock().now()
	var r rate
	r.seed(now, every(day, 30, now))
	for range 24 * 30 { // it turns hourly
		since := now
		now = now.Add(time.Hour)
		r.watch(since, now, []time.Time{now.Add(-time.Minute)})
	}
	if got := r.perDay(); got < 16 || got > 26 {
		t.Errorf("%.2f a day after a month of 24", got)
	}
	for range 24 * 60 { // it falls silent
		since := now
		now = now.Add(time.Hour)
		r.watch(since, now, nil)
	}
	if got := r.perDay(); got > 2 {
		t.Errorf("%.2f a day after two months of silence", got)
	}
}

func TestHoursAreLearned(t *testing.T) {
	now := newClock().now() // 12:00
	var r rate
	r.seed(now, every(day, 40, now.Add(-3*time.Hour))) // always at 9:00
	all := flat()
	hour, _ := r.profile(&all)
	if best := slices.Index(hour[:], slices.Max(hour[:])); best != 9 {
		t.Errorf("most at %d:00", best)
	}
	p := r.pace(&all)
	atNight := p.wait(now.Add(10*time.Hour), 0.05, 1)
	inTime := p.wait(now.Add(-4*time.Hour), 0.05, 1)
	if inTime*1.5 > atNight {
		t.Errorf("waits %.3f days at night, %.3f before the usual time", atNight, inTime)
	}
}

func TestDatesThatCannotBeTrueAreNotBelieved(t *testing.T) {
	now := newClock().now()
	var r rate
	r.seed(now, every(day, 30, now.Add(-6*time.Hour)))
	for range 3 { // found at noon, dated six hours back although polled since
		since := now.Add(23 * time.Hour)
		now = now.Add(day)
		r.watch(since, now, []time.Time{now.Add(-6 * time.Hour)})
	}
	if r.Hour[6] > 0 || r.Hour[11]+r.Hour[12] == 0 {
		t.Errorf("hours %v", r.Hour)
	}
}

func TestNothingBreaksTheRate(t *testing.T) {
	now := newClock().now()
	zero := time.Time{}
	var r rate
	r.watch(zero, now, []time.Time{zero, now, now.Add(100 * day), now.AddDate(-3000, 0, 0)})
	r.watch(now, now, slices.Repeat([]time.Time{now}, 10000))
	r.watch(now.Add(day), now.Add(-day), []time.Time{now})
	r.seed(now, []time.Time{zero})
	r.round()
	for _, x := range []float64{r.N, r.D, r.Bout, r.Heat, r.Gap, r.perDay(), r.share(), r.dormant(now)} {
		if math.IsNaN(x) || math.IsInf(x, 0) || x < 0 {
			t.Errorf("%+v", r)
		}
	}
	all := flat()
	p := r.pace(&all)
	if w := p.wait(now, 0.1, 1); !(w > 0 && w <= 1) {
		t.Errorf("waits %f days", w)
	}
}

func TestTheBudgetIsKept(t *testing.T) {
	now := newClock().now()
	b := newBudget(time.Hour, 10*time.Minute)
	rates := make([]*rate, 500)
	for i := range rates {
		rates[i] = &rate{}
		rates[i].seed(now, every(time.Duration(float64(day)*math.Pow(2, float64(i%12)-6)), 20, now.Add(-day)))
		b.plan(fmt.Sprint(i), now, rates[i], 10*time.Minute, 0)
	}
	b.solve(now)
	counts := make([]int, len(rates))
	total := 0
	for i, r := range rates {
		for at := now; at.Before(now.Add(7 * day)); counts[i]++ {
			p := r.pace(&b.habits)
			own := b.interval * patience / p.even * math.Sqrt(p.perDay)
			at = at.Add(time.Duration(max(p.wait(at, min(b.level, own), 1), 1.0/144) * float64(day)))
		}
		total += counts[i]
	}
	if perFeed := float64(total) / 500 / 7; perFeed < 20 || perFeed > 28 {
		t.Errorf("%.1f polls a feed and day, want about 24", perFeed)
	}
	if 2*counts[0] < 3*counts[11] {
		t.Errorf("the busy feed is polled %d times a week, the quiet one %d times", counts[0], counts[11])
	}
}

func TestNoFeedPaysForTheOthers(t *testing.T) {
	now := newClock().now()
	b := newBudget(time.Hour, 10*time.Minute)
	var busy, quiet rate
	busy.seed(now, every(10*time.Minute, 100, now.Add(-day)))
	quiet.seed(now, every(9*day, 20, now.Add(-4*day)))
	for i := range 100 {
		b.plan(fmt.Sprint("busy", i), now, &busy, 10*time.Minute, 0)
	}
	b.plan("quiet", now, &quiet, 10*time.Minute, 0)
	b.solve(now)
	if got := b.plan("quiet", now, &quiet, 10*time.Minute, 0) * 24; got > 1.4 {
		t.Errorf("the quiet feed waits %.2f hours", got)
	}
}

func TestADormantFeedIsPolledOnceADay(t *testing.T) {
	now := newClock().now()
	b := newBudget(time.Hour, 10*time.Minute)
	var r rate
	r.seed(now, every(day, 20, now.AddDate(-3, 0, 0)))
	if got := b.plan("x", now, &r, 10*time.Minute, 0); got != 1 {
		t.Errorf("waits %.2f days", got)
	}
}

func TestNothingRollsOffBetweenPolls(t *testing.T) {
	now := newClock().now()
	b := newBudget(6*time.Hour, 10*time.Minute)
	var r rate
	r.seed(now, every(10*time.Minute, 500, now.Add(-6*time.Hour)))
	if got := b.plan("x", now, &r, 10*time.Minute, 10) * 24; got > 2 {
		t.Errorf("waits %.2f hours for a feed that holds ten entries of ten minutes each", got)
	}
}

func TestStateIsShort(t *testing.T) {
	now := newClock().now()
	s := &state{Digest: math.MaxUint64, Full: now, Items: 20}
	s.Rate.seed(now.Add(-time.Hour), every(77*time.Minute, 100, now.Add(-time.Hour)))
	s.Rate.watch(now.Add(-time.Hour), now, every(time.Minute, 20, now))
	b := s.save()
	if len(b) > 700 {
		t.Errorf("%d bytes: %s", len(b), b)
	}
	if got := loadState(b); got.Rate.N != s.Rate.N || got.Digest != s.Digest {
		t.Errorf("read back %+v", got)
	}
	for _, junk := range []string{"", "null", "{", `{"q":5}`, `{"q":{"h":[1,2,3]}}`, `[]`, `{"q":{"n":1e400}}`} {
		if loadState([]byte(junk)) == nil {
			t.Errorf("%q gives nothing", junk)
		}
	}
}

func TestResumeRemembersTheBudgetAndRefusals(t *testing.T) {
	s := script(t, step{status: 429, header: map[string]string{"Retry-After": "7200"}})
	clk := newClock()
	c := newClient(t, Options{Now: clk.now})
	feeds := []newsfold.Feed{{ID: 1, URL: s.URL + "/1"}, {ID: 2, URL: s.URL + "/2"}}
	for i := range feeds {
		feeds[i] = poll(t, c, feeds[i]).Feed
	}
	c = newClient(t, Options{Now: clk.now})
	c.Resume(slices.Values(feeds))
	before := len(s.asked())
	poll(t, c, newsfold.Feed{ID: 3, URL: s.URL + "/3"})
	if len(s.asked()) != before {
		t.Error("the host was asked although it had refused two feeds before the restart")
	}
	good := script(t, step{body: rss("a")})
	f := poll(t, c, newsfold.Feed{ID: 4, URL: good.URL}).Feed
	c = newClient(t, Options{Now: clk.now})
	c.Resume(slices.Values([]newsfold.Feed{f}))
	if len(c.budget.feeds) != 1 {
		t.Errorf("%d feeds in the budget", len(c.budget.feeds))
	}
}

func TestPublishersSetTheFloor(t *testing.T) {
	o := Options{}.withDefaults()
	for _, tc := range []struct {
		h    hints
		want time.Duration
	}{
		{hints{}, 15 * time.Minute},
		{hints{Fresh: time.Minute}, 10 * time.Minute},
		{hints{Fresh: 12 * time.Minute}, 12 * time.Minute},
		{hints{TTL: time.Hour}, time.Hour},
		{hints{Fresh: 5 * time.Minute, Period: time.Hour}, time.Hour},
		{hints{Period: 300 * day}, day},
	} {
		if got := tc.h.floor(o); got != tc.want {
			t.Errorf("%+v: %s, want %s", tc.h, got, tc.want)
		}
	}
}
