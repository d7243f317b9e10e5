package fetch

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"
)

// The simulation plays publishers against polling policies: 28 days of feeds
// of many kinds, after which each entry's delay from publication to discovery
// is known. Every policy is scaled to the same number of requests. The column
// "worst" is the mean delay of the feed that is served worst, beside that of a
// fixed interval, among those that publish on four occasions or more. The whole
// table:
//
//	go test ./fetch -run Simulation -v -args -simulate 700
var simulate = flag.Int("simulate", 100, "feeds in the scheduling simulation")

const (
	simDays   = 28
	simFloor  = 5 * time.Minute
	simBudget = time.Hour // between polls of a feed, on average
	simRuns   = 12        // phases and jitters over which ours and the fixed interval are averaged

	// The rates of real feeds are very unequal. The exponent is chosen so that
	// polling by the square root of the rate comes out as others have measured
	// it: .37 of the delay of a fixed interval.
	simZipf    = 1.15
	simBusiest = 600 // entries a day
)

// publisher is a simulated feed.
type publisher struct {
	kind    string
	entries []time.Time // publications, ascending, from before the start on
	skew    time.Duration
	undated bool
}

var simStart = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// publishers draws n feeds. Rates follow Zipf's law; most publish by day and on
// working days, each in its own time zone.
func publishers(n int, rnd *rand.Rand) []*publisher {
	ranks := rnd.Perm(n)
	var out []*publisher
	for i := range n {
		perDay := max(simBusiest/math.Pow(float64(ranks[i])*700/float64(n)+1, simZipf), 0.15)
		p := &publisher{}
		switch x := rnd.Float64(); {
		case x < 0.34:
			p.kind = "ordinary"
			p.poisson(rnd, perDay, 0)
		case x < 0.48:
			p.kind = "bursty"
			p.poisson(rnd, perDay/5, 4)
		case x < 0.58:
			p.kind = "daily"
			p.clockwork(rnd, 1)
		case x < 0.66:
			p.kind = "weekly"
			p.clockwork(rnd, 7)
		case x < 0.86:
			p.kind = "dead"
			p.poisson(rnd, 1, 0)
			cut := simStart.AddDate(0, 0, -60-rnd.IntN(600))
			for i, at := range p.entries {
				p.entries[i] = at.Add(cut.Sub(simStart.AddDate(0, 0, simDays)))
			}
		case x < 0.90:
			p.kind = "batches"
			p.batches(rnd)
		case x < 0.96:
			p.kind = "skewed"
			p.skew = time.Duration(rnd.IntN(25)-12) * time.Hour
			p.poisson(rnd, perDay, 0)
		default:
			p.kind = "undated"
			p.undated = true
			p.poisson(rnd, perDay, 0)
		}
		slices.SortFunc(p.entries, time.Time.Compare)
		out = append(out, p)
	}
	return out
}

// intensity is how busy a newsroom is at a moment, 1 on average.
func intensity(at time.Time, zone, sharp, weekend float64) float64 {
	local := at.Add(time.Duration(zone * float64(time.Hour)))
	x := 1 + sharp*math.Cos(2*math.Pi*(float64(local.Hour())+float64(local.Minute())/60-14)/24)
	if d := local.Weekday(); d == time.Saturday || d == time.Sunday {
		return x * weekend
	}
	return x * (7 - 2*weekend) / 5
}

// poisson publishes at random, perDay on average, with bursts of so many
// further entries on average.
func (p *publisher) poisson(rnd *rand.Rand, perDay, burst float64) {
	zone := float64(rnd.IntN(24))
	if rnd.Float64() < 0.6 {
		zone = float64(1 + rnd.IntN(3)) // most of what a person reads is from around home
	}
	sharp, weekend := 0.5+0.5*rnd.Float64(), 0.1+0.9*rnd.Float64()
	begin, end := simStart.AddDate(0, 0, -max(30, int(20/perDay))), simStart.AddDate(0, 0, simDays)
	const peak = 3.0
	for at := begin; at.Before(end); {
		at = at.Add(time.Duration(rnd.ExpFloat64() / (perDay * peak) * float64(day)))
		if rnd.Float64()*peak > intensity(at, zone, sharp, weekend) {
			continue
		}
		p.entries = append(p.entries, at)
		follow := at
		for burst > 0 && rnd.Float64() < burst/(burst+1) {
			follow = follow.Add(time.Duration(rnd.ExpFloat64() * float64(15*time.Minute)))
			p.entries = append(p.entries, follow)
		}
	}
}

// clockwork publishes every so many days at a time of day, a little off.
func (p *publisher) clockwork(rnd *rand.Rand, every int) {
	minute := rnd.IntN(24 * 60)
	if rnd.Float64() < 0.6 {
		minute = 5*60 + rnd.IntN(12*60)
	}
	for d := -20*every + rnd.IntN(every); d < simDays; d += every {
		off := time.Duration(rnd.NormFloat64() * float64(20*time.Minute))
		p.entries = append(p.entries, simStart.AddDate(0, 0, d).Add(time.Duration(minute)*time.Minute+off))
	}
}

// batches publishes ten to thirty entries at once, at a few times of the day,
// as imports from another system do.
func (p *publisher) batches(rnd *rand.Rand) {
	for range 1 + rnd.IntN(2) {
		minute := rnd.IntN(24 * 60)
		for d := -10; d < simDays; d++ {
			off := time.Duration(rnd.NormFloat64() * float64(10*time.Minute))
			at := simStart.AddDate(0, 0, d).Add(time.Duration(minute)*time.Minute + off)
			for range 10 + rnd.IntN(20) {
				p.entries = append(p.entries, at)
			}
		}
	}
}

// moments counts the publications of the simulated time that are half an hour
// and more apart.
func (p *publisher) moments() int {
	n := 0
	last := simStart
	for _, at := range p.entries {
		if at.After(simStart) && at.Sub(last) > 30*time.Minute {
			n++
		}
		if at.After(simStart) {
			last = at
		}
	}
	return n
}

// stated is the date that the feed gives its entry.
func (p *publisher) stated(at time.Time) time.Time {
	if p.undated {
		return time.Time{}
	}
	return at.Add(p.skew)
}

// policy decides how long to wait. scale stretches all its waits, to reach the
// budget.
type policy interface {
	// begin sees what the first body tells of a feed.
	begin(feed int, now time.Time, dates []time.Time)
	// next sees the dates of the new entries and says when to poll again.
	next(feed int, since, now time.Time, dates []time.Time) time.Duration
}

// result is what a policy came to.
type result struct {
	requests int
	delays   [][]float64 // by feed, minutes
}

func (res *result) merge(other result) {
	res.requests += other.requests
	for i, d := range other.delays {
		res.delays[i] = append(res.delays[i], d...)
	}
}

// mean and p95 over all entries.
func (res *result) overall() (mean, p95 float64) {
	var all []float64
	for _, d := range res.delays {
		all = append(all, d...)
	}
	sort.Float64s(all)
	for _, d := range all {
		mean += d / float64(len(all))
	}
	return mean, all[len(all)*95/100]
}

func average(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// run plays a policy. Feeds are independent but for what the policy shares
// among them, so polls are taken in order of time over all feeds.
func run(pubs []*publisher, pol policy, rnd *rand.Rand) result {
	res := result{delays: make([][]float64, len(pubs))}
	type due struct {
		at, since time.Time
		seen      int
	}
	feeds := make([]due, len(pubs))
	q := &simQueue{}
	for i, p := range pubs {
		seen := sort.Search(len(p.entries), func(k int) bool { return p.entries[k].After(simStart) })
		var dates []time.Time
		for _, at := range p.entries[max(0, seen-20):seen] {
			dates = append(dates, p.stated(at))
		}
		pol.begin(i, simStart, dates)
		feeds[i] = due{simStart.Add(time.Duration(rnd.Int64N(int64(simBudget)))), simStart, seen}
		q.push(feeds[i].at, i)
	}
	end := simStart.AddDate(0, 0, simDays)
	for {
		now, i := q.pop()
		if !now.Before(end) {
			return res
		}
		f, p := &feeds[i], pubs[i]
		res.requests++
		var dates []time.Time
		for f.seen < len(p.entries) && !p.entries[f.seen].After(now) {
			at := p.entries[f.seen]
			res.delays[i] = append(res.delays[i], now.Sub(at).Minutes())
			dates = append(dates, p.stated(at))
			f.seen++
		}
		wait := max(pol.next(i, f.since, now, dates), simFloor)
		f.since = now
		q.push(now.Add(time.Duration(float64(wait)*(1+0.1*(rnd.Float64()-0.5)))), i)
	}
}

// simQueue is a heap of times.
type simQueue struct {
	at []time.Time
	id []int
}

func (q *simQueue) push(at time.Time, id int) {
	q.at, q.id = append(q.at, at), append(q.id, id)
	for i := len(q.at) - 1; i > 0; {
		up := (i - 1) / 2
		if !q.at[i].Before(q.at[up]) {
			break
		}
		q.swap(i, up)
		i = up
	}
}

func (q *simQueue) pop() (time.Time, int) {
	at, id := q.at[0], q.id[0]
	n := len(q.at) - 1
	q.swap(0, n)
	q.at, q.id = q.at[:n], q.id[:n]
	for i := 0; ; {
		least := i
		for _, k := range []int{2*i + 1, 2*i + 2} {
			if k < n && q.at[k].Before(q.at[least]) {
				least = k
			}
		}
		if least == i {
			return at, id
		}
		q.swap(i, least)
		i = least
	}
}

func (q *simQueue) swap(i, k int) {
	q.at[i], q.at[k] = q.at[k], q.at[i]
	q.id[i], q.id[k] = q.id[k], q.id[i]
}

// fixed polls every feed alike.
type fixed struct{ every time.Duration }

func (fixed) begin(int, time.Time, []time.Time) {}
func (f fixed) next(int, time.Time, time.Time, []time.Time) time.Duration {
	return f.every
}

// frequency waits for the mean gap between the entries of the last week, as
// some readers do.
type frequency struct {
	scale float64
	dates map[int][]time.Time
}

func (f *frequency) begin(i int, _ time.Time, dates []time.Time) {
	f.dates[i] = slices.Clone(dates)
}

func (f *frequency) next(i int, _, now time.Time, dates []time.Time) time.Duration {
	f.dates[i] = append(f.dates[i], dates...)
	n := 0
	for _, at := range f.dates[i] {
		if now.Sub(at) < 7*day {
			n++
		}
	}
	wait := day
	if n > 0 {
		wait = 7 * day / time.Duration(n)
	}
	return min(time.Duration(f.scale*float64(wait)), day)
}

// aimd halves the wait when there was something new and lengthens it a little
// when not.
type aimd struct {
	scale float64
	wait  map[int]time.Duration
}

func (a *aimd) begin(i int, _ time.Time, _ []time.Time) { a.wait[i] = simBudget }

func (a *aimd) next(i int, _, _ time.Time, dates []time.Time) time.Duration {
	if len(dates) > 0 {
		a.wait[i] /= 2
	} else {
		a.wait[i] += time.Duration(a.scale * float64(10*time.Minute))
	}
	a.wait[i] = min(max(a.wait[i], simFloor), day)
	return a.wait[i]
}

// proportional polls in proportion to the rate.
type proportional struct {
	scale float64
	rates map[int]*rate
}

func (p *proportional) begin(i int, now time.Time, dates []time.Time) {
	p.rates[i] = &rate{}
	p.rates[i].seed(now, slices.Clone(dates))
}

func (p *proportional) next(i int, since, now time.Time, dates []time.Time) time.Duration {
	p.rates[i].watch(since, now, dates)
	return min(time.Duration(p.scale/p.rates[i].perDay()*float64(day)), day)
}

// square polls in proportion to the square root of the rate.
type square struct{ proportional }

func (p *square) next(i int, since, now time.Time, dates []time.Time) time.Duration {
	p.rates[i].watch(since, now, dates)
	return min(time.Duration(p.scale/math.Sqrt(p.rates[i].perDay())*float64(day)), day)
}

// ours is the policy of the client.
type ours struct {
	rates  map[int]*rate
	budget *budget
	plain  bool // without the hour's profile
	calm   bool // without regard to bursts
}

func (o *ours) begin(i int, now time.Time, dates []time.Time) {
	o.rates[i] = &rate{}
	o.rates[i].seed(now, slices.Clone(dates))
	o.next(i, now, now, nil)
}

func (o *ours) next(i int, since, now time.Time, dates []time.Time) time.Duration {
	r := o.rates[i]
	r.watch(since, now, dates)
	use := *r
	if o.calm {
		use.Heat = 0
	}
	if o.plain {
		use.Hour, use.Week = [24]float32{}, [7]float32{}
	}
	return time.Duration(o.budget.plan(fmt.Sprint(i), now, &use, simFloor, 0) * float64(day))
}

// scaled finds the scale at which a policy makes as many requests as wanted,
// and averages it over several runs.
func scaled(pubs []*publisher, want, runs int, build func(scale float64) policy) result {
	// Requests fall with a power of the scale: a secant in logarithms.
	x, slope := 0.0, -1.0
	var res result
	var lastX, lastY float64
	for i := range 8 {
		res = run(pubs, build(math.Exp(x)), rand.New(rand.NewPCG(1, 1)))
		y := math.Log(float64(res.requests) / float64(want))
		if math.Abs(y) < 0.005 {
			break
		}
		if i > 0 && math.Abs(x-lastX) > 1e-6 {
			slope = min((y-lastY)/(x-lastX), -0.2)
		}
		lastX, lastY = x, y
		x -= min(max(y/slope, -2), 2)
	}
	for k := uint64(2); k <= uint64(runs); k++ {
		res.merge(run(pubs, build(math.Exp(x)), rand.New(rand.NewPCG(k, k))))
	}
	return res
}

func TestSimulationOfPolicies(t *testing.T) {
	if testing.Short() {
		t.Skip("plays months of polling")
	}
	if raceOn {
		t.Skip("plays months of polling in one goroutine")
	}
	runs := simRuns
	if *simulate < 300 {
		runs = 3
	}
	pubs := publishers(*simulate, rand.New(rand.NewPCG(7, 7)))
	base := result{delays: make([][]float64, len(pubs))}
	for k := range uint64(runs) {
		base.merge(run(pubs, fixed{simBudget}, rand.New(rand.NewPCG(k, k))))
	}
	want := base.requests / runs
	baseMean, _ := base.overall()

	own := func(plain, calm bool) func(float64) policy {
		return func(scale float64) policy {
			every := time.Duration(scale * float64(simBudget))
			return &ours{map[int]*rate{}, newBudget(every, simFloor), plain, calm}
		}
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%d feeds, %d days, %d requests\n", len(pubs), simDays, want)
	fmt.Fprintf(&table, "%-32s %8s %8s %8s %8s  %s\n", "policy", "mean", "p95", "x fixed", "worst", "worst feed")
	report := func(name string, res result) (ratio, worst float64) {
		mean, p95 := res.overall()
		kind := ""
		over := 0
		for i, d := range res.delays {
			if pubs[i].moments() < 4 {
				continue // chance decides
			}
			x := average(d) / (simBudget.Minutes() / 2)
			if x > 1.2 {
				over++
			}
			if x > worst {
				worst, kind = x, pubs[i].kind
			}
		}
		ratio = mean / baseMean
		fmt.Fprintf(&table, "%-32s %8.1f %8.1f %8.2f %8.2f  %d above 1.2, worst: %s\n", name, mean, p95, ratio, worst, over, kind)
		return ratio, worst
	}
	report("fixed interval", base)
	report("mean gap of last week", scaled(pubs, want, 2, func(s float64) policy { return &frequency{s, map[int][]time.Time{}} }))
	report("AIMD", scaled(pubs, want, 2, func(s float64) policy { return &aimd{s, map[int]time.Duration{}} }))
	report("proportional to rate", scaled(pubs, want, 2, func(s float64) policy { return &proportional{s, map[int]*rate{}} }))
	report("square root of rate", scaled(pubs, want, 2, func(s float64) policy { return &square{proportional{s, map[int]*rate{}}} }))
	report("bounded square root", scaled(pubs, want, 2, own(true, true)))
	report("bounded square root x profile", scaled(pubs, want, 2, own(false, true)))
	res := scaled(pubs, want, runs, own(false, false))
	ratio, worst := report("the same + bursts: ours", res)
	t.Log(table.String())

	kinds := map[string][]float64{}
	count := map[string]int{}
	for i, d := range res.delays {
		kinds[pubs[i].kind] = append(kinds[pubs[i].kind], d...)
		count[pubs[i].kind]++
	}
	for k, d := range kinds {
		if len(d) > 0 {
			t.Logf("%-10s %4d feeds %7d entries: mean %5.1f", k, count[k], len(d)/runs, average(d))
		}
	}
	// Few feeds leave much to the luck of the draw.
	mostRatio, mostWorst := 0.33, 1.2
	if *simulate < 300 {
		mostRatio, mostWorst = 0.40, 1.4
	}
	if ratio > mostRatio {
		t.Errorf("mean delay is %.2f of that of a fixed interval, want at most %.2f", ratio, mostRatio)
	}
	if worst > mostWorst {
		t.Errorf("a feed's own mean delay is %.2f of that of a fixed interval, want at most %.2f", worst, mostWorst)
	}
}
