package fetch

import (
	"math"
	"slices"
	"time"
)

// rate is what is known of how often a feed publishes, and when. Its unit of
// time is the day. It forgets with a half-life, so that feeds may change.
type rate struct {
	N    float64     `json:"n,omitempty"` // entries seen
	D    float64     `json:"d,omitempty"` // days watched
	At   time.Time   `json:"a,omitzero"`  // when last brought up to date
	Hour [24]float32 `json:"h,omitzero"`  // entries by hour of the day, UTC
	Week [7]float32  `json:"w,omitzero"`  // entries by day of the week, UTC
	Bout float64     `json:"b,omitempty"` // moments of publication: entries that follow at once are one
	Heat float64     `json:"e,omitempty"` // entries just now, forgotten within hours
	Echo [2]float64  `json:"o,omitzero"`  // sums that tell how many more follow hot ones: see echo
	Gap  float64     `json:"g,omitempty"` // usual days between moments of publication
	Last time.Time   `json:"l,omitzero"`  // latest publication
	Skew int         `json:"s,omitempty"` // how often the dates did not fit the time of discovery
}

const (
	halfRate    = 14.0     // days
	halfProfile = 45.0     // days
	halfHeat    = 1.0 / 24 // days
	priorCount  = 0.5      // entries
	priorDays   = 2.0
	heatPrior   = 0.2 // further entries that one brings along while it is hot, before this is known
	heatWeight  = 4.0
	boutGap     = 1.0 / 48
	hourPrior   = 12.0 // entries' worth of belief that all hours are alike
	weekPrior   = 20.0
	seedDays    = 60.0 // of a first body's dates that are looked at
	deadGaps    = 10.0 // usual gaps of silence after which a feed counts as dormant
	deadDays    = 60.0
)

func days(d time.Duration) float64 { return d.Hours() / 24 }

// fade brings the numbers up to a moment without publications.
func (r *rate) fade(now time.Time) {
	if r.At.IsZero() || !now.After(r.At) {
		if r.At.IsZero() {
			r.At = now
		}
		return
	}
	d := days(now.Sub(r.At))
	slow, profile := math.Exp2(-d/halfRate), float32(math.Exp2(-d/halfProfile))
	r.N *= slow
	r.Bout *= slow
	// Days watched fade while they pass, too.
	r.D = r.D*slow + halfRate/math.Ln2*(1-slow)
	r.Heat *= math.Exp2(-d / halfHeat)
	for i := range r.Hour {
		r.Hour[i] *= profile
	}
	for i := range r.Week {
		r.Week[i] *= profile
	}
	r.At = now
}

// count adds a publication.
func (r *rate) count(at time.Time, weight float64) {
	if d := days(at.Sub(r.Last)); r.Last.IsZero() || d > boutGap {
		r.Bout += weight
	}
	r.gap(at)
	at = at.UTC()
	r.N += weight
	r.Hour[at.Hour()] += float32(weight)
	r.Week[at.Weekday()] += float32(weight)
}

// gap notes the time between two moments of publication.
func (r *rate) gap(at time.Time) {
	if r.Last.IsZero() {
		r.Last = at
		return
	}
	d := days(at.Sub(r.Last))
	if d <= 0 {
		return
	}
	r.Last = at
	switch {
	case d <= boutGap:
	case r.Gap == 0:
		r.Gap = d
	default:
		r.Gap += 0.2 * (d - r.Gap)
	}
}

// seed learns from the dates of a first body.
func (r *rate) seed(now time.Time, dates []time.Time) {
	r.fade(now)
	slices.SortFunc(dates, time.Time.Compare)
	oldest := 0.0
	for _, at := range dates {
		age := days(now.Sub(at))
		if age < 0 {
			continue // dates in the future are none
		}
		if age > seedDays {
			r.gap(at)
			continue
		}
		oldest = max(oldest, age)
		r.count(at, math.Exp2(-age/halfRate))
		r.Heat += math.Exp2(-age / halfHeat)
	}
	if len(dates) > 0 && days(now.Sub(dates[0])) > seedDays {
		oldest = seedDays
	}
	r.D = halfRate / math.Ln2 * (1 - math.Exp2(-oldest/halfRate))
}

// watch learns from a poll: the entries that were new, by their dates, where
// zero means that an entry has none. since is the poll before. A date that
// does not lie between the two polls is not believed.
func (r *rate) watch(since, now time.Time, dates []time.Time) {
	r.echo(since, now, len(dates))
	r.fade(now)
	if len(dates) == 0 {
		return
	}
	slices.SortFunc(dates, time.Time.Compare)
	wrong := 0
	span := now.Sub(since)
	for i, at := range dates {
		if at.Before(since.Add(-10*time.Minute)) || at.After(now) {
			if !at.IsZero() {
				wrong++
			}
			at = since.Add(span * time.Duration(2*i+1) / time.Duration(2*len(dates)))
		}
		r.count(at, 1)
		r.Heat += math.Exp2(-days(now.Sub(at)) / halfHeat)
	}
	r.distrust(wrong*2 > len(dates))
}

// echo learns how many entries follow others at once, by regression of the new
// entries beyond the usual rate on those that the heat would lead one to
// expect.
func (r *rate) echo(since, now time.Time, n int) {
	d := days(now.Sub(since))
	expect := r.Heat * (1 - math.Exp2(-d/halfHeat))
	if d <= 0 || expect < 0.01 {
		return
	}
	const keep = 0.98
	beyond := float64(n) - r.perDay()*d
	r.Echo[0] = r.Echo[0]*keep + expect*beyond
	r.Echo[1] = r.Echo[1]*keep + expect*expect
}

// share is the number of entries that one is expected to bring along.
func (r *rate) share() float64 {
	x := (r.Echo[0] + heatPrior*heatWeight) / (r.Echo[1] + heatWeight)
	return min(max(x, 0), 0.8)
}

// distrust forgets a profile that was seeded from dates, once these have shown
// twice that the feed's clock is wrong.
func (r *rate) distrust(wrong bool) {
	switch {
	case wrong && r.Skew < 2:
		if r.Skew++; r.Skew == 2 {
			r.Hour, r.Week = [24]float32{}, [7]float32{}
		}
	case !wrong && r.Skew == 1:
		r.Skew = 0
	}
}

// round drops digits that mean nothing, so that the stored state is short.
func (r *rate) round() {
	for _, x := range []*float64{&r.N, &r.D, &r.Bout, &r.Heat, &r.Echo[0], &r.Echo[1], &r.Gap} {
		*x = math.Round(*x*1e4) / 1e4
	}
	for i, x := range r.Hour {
		r.Hour[i] = float32(math.Round(float64(x)*100) / 100)
	}
	for i, x := range r.Week {
		r.Week[i] = float32(math.Round(float64(x)*100) / 100)
	}
	r.At, r.Last = r.At.UTC().Truncate(time.Second), r.Last.UTC().Truncate(time.Second)
}

// perDay is the expected number of entries in a day.
func (r *rate) perDay() float64 { return (r.N + priorCount) / (r.D + priorDays) }

// profile is how much more than usual a feed publishes at each hour of the day
// and on each day of the week: 1 on average, and as all feeds do while little
// is known of this one.
func (r *rate) profile(all *habits) (hour [24]float64, week [7]float64) {
	total := float32(0)
	for _, n := range r.Hour {
		total += n
	}
	// What comes in bursts says less than its number.
	bulk := min(max(r.N/max(r.Bout, 0.1), 1), 30)
	hourPrior, weekPrior := hourPrior*bulk, weekPrior*bulk
	for i := range hour {
		// Neighbouring hours are alike.
		n := r.Hour[(i+23)%24]/4 + r.Hour[i]/2 + r.Hour[(i+1)%24]/4
		hour[i] = (float64(n)*24 + hourPrior*all.hour[i]) / (float64(total) + hourPrior)
	}
	for i := range week {
		week[i] = (float64(r.Week[i])*7 + weekPrior*all.week[i]) / (float64(total) + weekPrior)
	}
	return hour, week
}

// habits are the profile of all feeds together: 1 on average.
type habits struct {
	hour [24]float64
	week [7]float64
}

// flat is the profile while nothing is known.
func flat() habits {
	var h habits
	for i := range h.hour {
		h.hour[i] = 1
	}
	for i := range h.week {
		h.week[i] = 1
	}
	return h
}

// crowd gathers the habits of feeds, each of which counts alike.
type crowd struct {
	hour [24]float64
	week [7]float64
	n    float64
}

// add takes in a feed's profile, with little weight where little is known.
func (c *crowd) add(r *rate) {
	total := 0.0
	for _, x := range r.Week {
		total += float64(x)
	}
	if total < 3 {
		return
	}
	for i, x := range r.Hour {
		c.hour[i] += float64(x) / total
	}
	for i, x := range r.Week {
		c.week[i] += float64(x) / total
	}
	c.n++
}

// habits are those of the feeds taken in, smoothed and held to a floor: what
// most do is only a hint for the next one.
func (c *crowd) habits() habits {
	const few, floor = 5.0, 0.4
	var h habits
	for i := range h.hour {
		x := c.hour[(i+23)%24]/4 + c.hour[i]/2 + c.hour[(i+1)%24]/4
		h.hour[i] = floor + (1-floor)*(x*24+few)/(c.n+few)
	}
	for i := range h.week {
		h.week[i] = floor + (1-floor)*(c.week[i]*7+few)/(c.n+few)
	}
	return h
}

// pace is how a feed's polls are spread: in proportion to the square root of
// the expected rate of publication, which makes the sum of all delays least
// for a number of requests (Sia, Cho and Cho, "Efficient monitoring algorithm
// for fast news alerts", 2007).
type pace struct {
	perDay float64
	hour   [24]float64
	week   [7]float64
	heat   float64
	root   float64 // mean over the week of the square root of the rate
	even   float64 // mean over the week of the square root of the profile
}

func (r *rate) pace(all *habits) pace {
	p := pace{perDay: r.perDay(), heat: r.Heat * r.share()}
	p.hour, p.week = r.profile(all)
	var h, w float64
	for _, x := range p.hour {
		h += math.Sqrt(x) / 24
	}
	for _, x := range p.week {
		w += math.Sqrt(x) / 7
	}
	p.even = h * w
	p.root = math.Sqrt(p.perDay) * p.even
	return p
}

// busiest is the highest rate of the week, in entries a day.
func (p *pace) busiest() float64 {
	return p.perDay*slices.Max(p.hour[:])*slices.Max(p.week[:]) + p.heat*math.Ln2/halfHeat
}

// wait returns after how many days the integral of the square root of the rate
// reaches c, at most limit.
func (p *pace) wait(now time.Time, c, limit float64) float64 {
	const step = 1.0 / 96
	now = now.UTC()
	hour, weekday := now.Hour(), int(now.Weekday())
	left := (60 - float64(now.Minute())) / 60 / 24 // of this hour
	sum, t, heat := 0.0, 0.0, p.heat
	for t < limit {
		d := min(step, left)
		speed := math.Sqrt(p.perDay*p.hour[hour]*p.week[weekday] + heat*math.Ln2/halfHeat)
		if sum+speed*d >= c {
			return min(t+(c-sum)/speed, limit)
		}
		sum += speed * d
		t += d
		if heat > 1e-3 {
			heat *= math.Exp2(-d / halfHeat)
		} else {
			heat = 0
		}
		if left -= d; left < 1e-9 {
			left = 1.0 / 24
			if hour++; hour == 24 {
				hour, weekday = 0, (weekday+1)%7
			}
		}
	}
	return limit
}

// dormant is by how much more than usual a feed may be left alone because it
// has been silent for long: 1 while it is alive.
func (r *rate) dormant(now time.Time) float64 {
	if r.Last.IsZero() {
		return 1
	}
	silence := days(now.Sub(r.Last))
	return max(1, silence/max(deadDays, deadGaps*r.Gap)*4-3)
}
