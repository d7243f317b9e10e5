package fetch

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"newsfold"
)

// usual is the shortest wait that the usual interval of an hour leads to.
const usual = 57 * time.Minute

// between fails unless the wait is within a range.
func between(t *testing.T, got, lo, hi time.Duration) {
	t.Helper()
	if got < lo || got > hi {
		t.Errorf("waits %s, want %s to %s", got, lo, hi)
	}
}

// refuse asks to be left alone for two hours.
func refuse(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "7200")
	w.WriteHeader(http.StatusTooManyRequests)
}

func TestFreshnessIsObeyed(t *testing.T) {
	clk := newClock()
	date := func(d time.Duration) string { return clk.now().Add(d).UTC().Format(http.TimeFormat) }
	for _, tc := range []struct {
		name   string
		header map[string]string
		want   time.Duration
	}{
		{"nothing said", nil, usual},
		{"max-age", map[string]string{"Cache-Control": "public, max-age=7200"}, 2 * time.Hour},
		{"max-age below the usual interval", map[string]string{"Cache-Control": "max-age=60"}, usual},
		{"quoted, in capitals", map[string]string{"Cache-Control": `Public , MAX-AGE="7200"`}, 2 * time.Hour},
		{"minus Age", map[string]string{"Cache-Control": "max-age=10800", "Age": "3600"}, 2 * time.Hour},
		{"before Expires", map[string]string{"Cache-Control": "max-age=7200", "Expires": date(5 * time.Hour)}, 2 * time.Hour},
		{"Expires", map[string]string{"Date": date(0), "Expires": date(3 * time.Hour)}, 3 * time.Hour},
		{"Expires by a clock that is a day fast", map[string]string{"Date": date(day), "Expires": date(day + 3*time.Hour)}, 3 * time.Hour},
		{"Expires in the past", map[string]string{"Date": date(0), "Expires": date(-time.Hour)}, usual},
		{"Expires 0", map[string]string{"Expires": "0"}, usual},
		{"no-cache", map[string]string{"Cache-Control": "no-cache, max-age=7200"}, usual},
		{"no-cache at the end", map[string]string{"Cache-Control": "max-age=7200, must-revalidate, no-cache"}, usual},
		{"no-cache of single fields", map[string]string{"Cache-Control": `No-Cache="Set-Cookie, Via", private=Server, max-age=7200`}, 2 * time.Hour},
		{"the first of two", map[string]string{"Cache-Control": "max-age=7200, max-age=14400"}, 2 * time.Hour},
		{"rubbish", map[string]string{"Cache-Control": "max-age=soon"}, usual},
		{"negative", map[string]string{"Cache-Control": "max-age=-1"}, usual},
		{"a year", map[string]string{"Cache-Control": "max-age=31536000"}, 7 * day},
		{"beyond numbers", map[string]string{"Cache-Control": "max-age=99999999999999999999999"}, 7 * day},
	} {
		for _, status := range []int{200, 304} {
			t.Run(fmt.Sprint(tc.name, " ", status), func(t *testing.T) {
				clk := newClock()
				second := step{status: 304, header: tc.header}
				if status == 200 {
					second = step{header: tc.header, body: rss("a", "b")}
				}
				s := script(t, step{header: map[string]string{"ETag": `"x"`}, body: rss("a")}, second)
				c := newClient(t, Options{Now: clk.now})
				out := poll(t, c, feedAt(s.URL))
				out = poll(t, c, out.Feed)
				if out.Feed.Poll.Status != status {
					t.Fatalf("status %d (%s)", out.Feed.Poll.Status, out.Feed.Poll.Error)
				}
				between(t, out.Feed.Poll.Next.Sub(clk.now()), tc.want, max(tc.want, time.Hour)*11/10)
			})
		}
	}
}

func TestExpiresWithoutADateIsTakenByOurClock(t *testing.T) {
	now := newClock().now()
	h := http.Header{"Expires": {now.Add(3 * time.Hour).Format(http.TimeFormat)}}
	if d, stated := freshness(h, now); d != 3*time.Hour || !stated {
		t.Errorf("%s, %v", d, stated)
	}
}

func TestFreshnessOfABodyOutlastsA304WithoutOne(t *testing.T) {
	clk := newClock()
	s := script(t, step{header: map[string]string{"ETag": `"x"`, "Cache-Control": "max-age=7200"}, body: rss("a")}, step{status: 304})
	c := newClient(t, Options{Now: clk.now})
	out := play(t, c, clk, s, 2)
	between(t, out.Feed.Poll.Next.Sub(out.Feed.Poll.Attempted), 2*time.Hour, 132*time.Minute)
}

func TestFeedHintsLengthenTheWait(t *testing.T) {
	all := "<skipHours>"
	for h := range 24 {
		all += fmt.Sprintf("<hour>%d</hour>", h)
	}
	all += "</skipHours>"
	// It is Wednesday, 12:00 UTC.
	for _, tc := range []struct {
		name, channel string
		lo, hi        time.Duration
	}{
		{"ttl", "<ttl>180</ttl>", 3 * time.Hour, 200 * time.Minute},
		{"ttl below the usual", "<ttl>5</ttl>", usual, 66 * time.Minute},
		{"ttl of a year", "<ttl>525600</ttl>", 7 * day, 8 * day},
		{"updatePeriod", "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 6 * time.Hour, 7 * time.Hour},
		{"updatePeriod hourly", "<sy:updatePeriod>hourly</sy:updatePeriod>", usual, 66 * time.Minute},
		{"updatePeriod yearly", "<sy:updatePeriod>yearly</sy:updatePeriod>", day, 27 * time.Hour},
		{"skipHours", "<skipHours><hour>12</hour><hour>13</hour><hour>14</hour></skipHours>", 3 * time.Hour, 200 * time.Minute},
		{"skipHours later", "<skipHours><hour>20</hour></skipHours>", usual, 66 * time.Minute},
		{"skipHours all", all, usual, 66 * time.Minute},
		{"skipDays", "<skipDays><day>Wednesday</day></skipDays>", 12 * time.Hour, 13 * time.Hour},
		{"skipDays for long", "<skipDays><day>Wednesday</day><day>Thursday</day><day>Friday</day></skipDays>", 23 * time.Hour, 25 * time.Hour},
	} {
		t.Run(tc.name, func(t *testing.T) {
			clk := newClock()
			s := script(t, step{body: rssWith(tc.channel, "a")})
			out := poll(t, newClient(t, Options{Now: clk.now}), feedAt(s.URL))
			wantResult(t, out, newsfold.Updated)
			between(t, out.Feed.Poll.Next.Sub(clk.now()), tc.lo, tc.hi)
			t.Log(out.Feed.Poll.Why)
		})
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	clk := newClock()
	date := func(d time.Duration) string { return clk.now().Add(d).UTC().Format(http.TimeFormat) }
	for _, status := range []int{429, 503} {
		for _, tc := range []struct {
			name   string
			header map[string]string
			lo, hi time.Duration
		}{
			{"seconds", map[string]string{"Retry-After": "7200"}, 2 * time.Hour, 132 * time.Minute},
			{"date", map[string]string{"Date": date(0), "Retry-After": date(3 * time.Hour)}, 3 * time.Hour, 200 * time.Minute},
			{"date by a clock that is slow", map[string]string{"Date": date(-day), "Retry-After": date(3*time.Hour - day)}, 3 * time.Hour, 200 * time.Minute},
			{"a century", map[string]string{"Retry-After": "3153600000"}, 7 * day, 8 * day},
			{"rubbish", map[string]string{"Retry-After": "later"}, 2 * time.Hour, 3 * time.Hour},
			{"nothing", nil, 2 * time.Hour, 3 * time.Hour},
		} {
			t.Run(fmt.Sprint(status, " ", tc.name), func(t *testing.T) {
				s := script(t, step{status: status, header: tc.header})
				out := poll(t, newClient(t, Options{Now: clk.now}), feedAt(s.URL))
				wantResult(t, out, newsfold.Failed)
				between(t, out.Feed.Poll.Next.Sub(clk.now()), tc.lo, tc.hi)
			})
		}
	}
}

func TestAServerThatWantsToBeLeftAloneIsAskedOnlyWhenAPersonInsists(t *testing.T) {
	clk := newClock()
	s := script(t, step{status: 503, header: map[string]string{"Retry-After": "7200"}}, step{body: rss("a")})
	c := newClient(t, Options{Now: clk.now})
	out := poll(t, c, feedAt(s.URL))
	next := out.Feed.Poll.Next
	clk.advance(time.Hour)
	out = poll(t, c, out.Feed)
	if !out.Waits || len(s.asked()) != 1 || out.Feed.Poll.Errors != 1 {
		t.Fatalf("waits %v, %d requests, %d errors; want the feed left alone", out.Waits, len(s.asked()), out.Feed.Poll.Errors)
	}
	between(t, out.Feed.Poll.Next.Sub(clk.now()), time.Hour, max(next.Sub(clk.now()), 66*time.Minute))
	for _, err := range c.History(t.Context(), out.Feed, 0) {
		if asError("", err).Kind != Waiting {
			t.Errorf("its archives: %v, want kind %s", err, Waiting)
		}
	}
	out, err := c.Insist(t.Context(), out.Feed, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantResult(t, out, newsfold.Updated)
	if out = poll(t, c, out.Feed); out.Waits {
		t.Error("it waits although it was answered since")
	}
}

// A server that was out of order may be asked again as soon as it says, once.
func TestRetryAfterDoesNotMakePollsMoreFrequent(t *testing.T) {
	for _, tc := range []struct {
		name    string
		status  int
		seconds string
		times   int
		lo, hi  time.Duration
	}{
		{"out of order", 503, "1200", 1, 20 * time.Minute, 22 * time.Minute},
		{"out of order, below the least", 503, "3", 1, 10 * time.Minute, 11 * time.Minute},
		{"still out of order", 503, "1200", 2, time.Hour, 66 * time.Minute},
		{"asked too often", 429, "1200", 1, time.Hour, 66 * time.Minute},
		{"asked too often, for long", 429, "7200", 3, 2 * time.Hour, 132 * time.Minute},
	} {
		t.Run(tc.name, func(t *testing.T) {
			clk := newClock()
			s := script(t, step{status: tc.status, header: map[string]string{"Retry-After": tc.seconds}})
			c := newClient(t, Options{Now: clk.now})
			out := play(t, c, clk, s, tc.times)
			between(t, out.Feed.Poll.Next.Sub(out.Feed.Poll.Attempted), tc.lo, tc.hi)
		})
	}
}

// An owner who sets short intervals gets short waits: everything scales from
// the interval and from what servers really say.
func TestWaitsScaleDownToSeconds(t *testing.T) {
	for _, tc := range []struct {
		name   string
		step   step
		lo, hi time.Duration
	}{
		{"usual", step{body: rss("a")}, 2 * time.Second, 2200 * time.Millisecond},
		{"Retry-After", step{status: 429, header: map[string]string{"Retry-After": "3"}}, 3 * time.Second, 3300 * time.Millisecond},
		{"Retry-After 1", step{status: 503, header: map[string]string{"Retry-After": "1"}}, time.Second, 1100 * time.Millisecond},
		{"max-age", step{header: map[string]string{"Cache-Control": "max-age=5"}, body: rss("a")}, 5 * time.Second, 5500 * time.Millisecond},
		{"error", step{status: 500}, 2 * time.Second, 2400 * time.Millisecond},
		{"not found", step{status: 404}, 4 * time.Second, 5 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			clk := newClock()
			s := script(t, tc.step)
			c := newClient(t, Options{Now: clk.now, Interval: 2 * time.Second, MinInterval: time.Second})
			out := poll(t, c, feedAt(s.URL))
			between(t, out.Feed.Poll.Next.Sub(clk.now()), tc.lo, tc.hi)
		})
	}
}

func TestAHostIsLeftAloneWhenItsFeedsAgree(t *testing.T) {
	busy := map[string]bool{"/1": true, "/2": true}
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if busy[r.URL.Path] {
			refuse(w)
			return
		}
		serve(w, rss("a"))
	})
	other := newSite(t, func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a")) })
	clk := newClock()
	c := newClient(t, Options{Now: clk.now})

	poll(t, c, feedAt(s.URL+"/1"))
	wantResult(t, poll(t, c, feedAt(s.URL+"/3")), newsfold.Updated) // one feed speaks for itself
	poll(t, c, feedAt(s.URL+"/2"))
	before := len(s.asked())
	out := poll(t, c, feedAt(s.URL+"/3"))
	if n := len(s.asked()); n != before {
		t.Error("the host was asked although two of its feeds were refused")
	}
	if out.Feed.Poll.Result != "" || out.Feed.Poll.Errors != 0 {
		t.Errorf("the feed was blamed: %+v", out.Feed.Poll)
	}
	between(t, out.Feed.Poll.Next.Sub(clk.now()), 2*time.Hour, 132*time.Minute)
	if _, err := c.Page(t.Context(), s.URL+"/page"); err == nil || asError("", err).Kind != Waiting {
		t.Errorf("a page gives %v, want kind %s", err, Waiting)
	}
	wantResult(t, poll(t, c, feedAt(other.URL+"/1")), newsfold.Updated)

	clk.advance(2*time.Hour + time.Second)
	wantResult(t, poll(t, c, feedAt(s.URL+"/3")), newsfold.Updated)
}

func TestAHostIsNotLeftAloneForAFewOfItsFeeds(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/busy") {
			refuse(w)
			return
		}
		serve(w, rss("a"))
	})
	clk := newClock()
	c := newClient(t, Options{Now: clk.now})
	for i := range 12 {
		path := fmt.Sprint("/", i)
		if i%4 == 3 {
			path += "/busy"
		}
		poll(t, c, feedAt(s.URL+path))
	}
	if n := len(s.asked()); n != 12 {
		t.Errorf("%d of 12 feeds were asked for although nine of them are welcome", n)
	}
	for i := range 3 { // now it refuses whatever it is asked for
		poll(t, c, feedAt(fmt.Sprint(s.URL, "/later", i, "/busy")))
	}
	before := len(s.asked())
	poll(t, c, feedAt(s.URL+"/0"))
	if len(s.asked()) != before {
		t.Error("the host was asked after three refusals in a row")
	}
}

func TestPagesThatAreRefusedHoldUpPagesAndNoFeeds(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/robots.txt":
			http.NotFound(w, r)
		case strings.HasPrefix(r.URL.Path, "/page"):
			refuse(w)
		default:
			serve(w, rss("a"))
		}
	})
	clk := newClock()
	c := newClient(t, Options{Now: clk.now})
	for i, want := range []Kind{Status, Status, Waiting} {
		if _, err := c.Page(t.Context(), fmt.Sprint(s.URL, "/page", i)); asError("", err).Kind != want {
			t.Errorf("page %d: %v, want kind %s", i, err, want)
		}
	}
	wantResult(t, poll(t, c, feedAt(s.URL+"/feed")), newsfold.Updated)
	clk.advance(2*time.Hour + time.Second)
	if _, err := c.Page(t.Context(), s.URL+"/page3"); asError("", err).Kind != Status {
		t.Errorf("two hours later: %v, want the page asked for", err)
	}
}

func TestFeedsThatWereWelcomeSpeakForTheirHostUntilTheirNextPoll(t *testing.T) {
	full := false
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if full {
			refuse(w)
			return
		}
		serve(w, rss("a"))
	})
	clk := newClock()
	c := newClient(t, Options{Now: clk.now})
	for i := range 5 {
		poll(t, c, feedAt(fmt.Sprint(s.URL, "/", i)))
	}
	clk.advance(66 * time.Minute) // the usual interval, with jitter
	full = true
	for i := range 2 {
		poll(t, c, feedAt(fmt.Sprint(s.URL, "/", i)))
	}
	full = false
	if out := poll(t, c, feedAt(s.URL+"/2")); out.Feed.Poll.Result != newsfold.Updated {
		t.Errorf("a feed was not asked because two of its host's five were refused: %s", out.Feed.Poll.Why)
	}
}

func TestBackoffGrowsToADayAndNeverGivesUp(t *testing.T) {
	now := newClock().now()
	tm := timing{usual: time.Hour, least: 10 * time.Minute}
	for _, e := range []*Error{
		{Kind: Network},
		{Kind: DNS},
		{Kind: TLS},
		{Kind: Timeout},
		{Kind: NotFeed},
		{Kind: Broken},
		{Kind: Unsafe},
		{Kind: TooLarge},
		{Kind: Empty},
		{Kind: Redirect},
		{Kind: Forbidden},
		{Kind: BadURL},
		{Kind: Status, Status: 429},
		{Kind: Status, Status: 503},
		{Kind: Status, Status: 500},
		{Kind: Status, Status: 404},
		{Kind: Status, Status: 403},
		{Kind: Status, Status: 401},
	} {
		t.Run(fmt.Sprint(e.Kind, e.Status), func(t *testing.T) {
			prev := time.Duration(0)
			for n := 1; n < 2000; n++ {
				next, why := tm.afterFailure(now, e, n, fmt.Sprint("feed", n))
				d := next.Sub(now)
				if d < time.Hour || d > day {
					t.Fatalf("failure %d waits %s", n, d)
				}
				if d < prev && prev < 20*time.Hour {
					t.Fatalf("failure %d waits %s after %s", n, d, prev)
				}
				if why == "" {
					t.Fatal("no reason given")
				}
				prev = d
			}
			if prev < 20*time.Hour {
				t.Errorf("waits only %s in the end", prev)
			}
		})
	}
}

func TestBackoffIsSpread(t *testing.T) {
	now := newClock().now()
	tm := timing{usual: time.Hour, least: 10 * time.Minute}
	seen := map[time.Time]bool{}
	for i := range 100 {
		next, _ := tm.afterFailure(now, &Error{Kind: Network}, 3, fmt.Sprint("https://x.example/", i))
		seen[next.Truncate(time.Second)] = true
	}
	if len(seen) < 90 {
		t.Errorf("100 feeds share %d moments", len(seen))
	}
}

func TestBackoffDependsOnTheKind(t *testing.T) {
	now := newClock().now()
	tm := timing{usual: time.Hour, least: 10 * time.Minute}
	wait := func(e Error) time.Duration { next, _ := tm.afterFailure(now, &e, 1, "x"); return next.Sub(now) }
	reset, refused, forbidden, bomb := wait(Error{Kind: Network}), wait(Error{Kind: Status, Status: 429}), wait(Error{Kind: Status, Status: 403}), wait(Error{Kind: Unsafe})
	if !(reset < refused && refused < forbidden && forbidden < bomb) {
		t.Errorf("reset %s, 429 %s, 403 %s, bomb %s", reset, refused, forbidden, bomb)
	}
}

func TestNotFoundIsTransientAndGoneIsNot(t *testing.T) {
	clk := newClock()
	s := script(t, step{status: 404})
	c := newClient(t, Options{Now: clk.now})
	out := Outcome{Feed: feedAt(s.URL)}
	for range 30 {
		out = poll(t, c, out.Feed)
		wantResult(t, out, newsfold.Failed)
		if d := out.Feed.Poll.Next.Sub(clk.now()); d > day {
			t.Fatalf("waits %s", d)
		}
		clk.advance(out.Feed.Poll.Next.Sub(clk.now()))
	}
	gone := script(t, step{status: 410})
	out = poll(t, c, feedAt(gone.URL))
	wantResult(t, out, newsfold.Gone)
	if out.Feed.Poll.Next.Sub(clk.now()) < 300*day || !strings.Contains(out.Feed.Poll.Why, "ended") {
		t.Errorf("next %s: %s", out.Feed.Poll.Next, out.Feed.Poll.Why)
	}
}

func TestSuccessForgetsFailures(t *testing.T) {
	s, clk := script(t, step{status: 500}, step{status: 500}, step{body: rss("a")}), newClock()
	out := play(t, newClient(t, Options{Now: clk.now}), clk, s, 2)
	if out.Feed.Poll.Errors != 2 || out.Feed.Poll.Error == "" {
		t.Errorf("poll %+v", out.Feed.Poll)
	}
	out = poll(t, newClient(t, Options{Now: clk.now}), out.Feed)
	if out.Feed.Poll.Errors != 0 || out.Feed.Poll.Error != "" {
		t.Errorf("poll %+v", out.Feed.Poll)
	}
}

func TestNoFeedIsBlamedWhenMostHostsAreOutOfReach(t *testing.T) {
	clk := newClock()
	c := newClient(t, Options{Now: clk.now})
	feeds := make([]newsfold.Feed, 12)
	for i := range feeds {
		s := newSite(t, func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a")) })
		feeds[i] = poll(t, c, feedAt(s.URL)).Feed
		s.Close()
	}
	clk.advance(time.Hour)
	blamed := 0
	for i, f := range feeds {
		out := poll(t, c, f)
		wantResult(t, out, newsfold.Failed)
		if feeds[i] = out.Feed; out.Feed.Poll.Errors > 0 {
			blamed++
			continue
		}
		between(t, out.Feed.Poll.Next.Sub(clk.now()), 10*time.Minute, 15*time.Minute)
		if !strings.Contains(out.Feed.Poll.Why, "cut off") {
			t.Errorf("why %q", out.Feed.Poll.Why)
		}
	}
	if blamed != 3 {
		t.Errorf("%d feeds were blamed, want the three before it was clear", blamed)
	}
	clk.advance(time.Minute)
	for i := range 3 {
		if out := poll(t, c, feeds[i]); out.Feed.Poll.Errors > 0 {
			t.Errorf("feed %d is still blamed after it became clear", i)
		}
	}
	good := newSite(t, func(w http.ResponseWriter, r *http.Request) { serve(w, rss("a")) })
	for range 8 { // the network is back: other hosts answer, so one that does not is to blame
		poll(t, c, feedAt(good.URL))
		clk.advance(2 * time.Minute)
	}
	if out := poll(t, c, feeds[0]); out.Feed.Poll.Errors == 0 {
		t.Error("a dead host is not blamed although others answer")
	}
}

func TestSpanReadsWell(t *testing.T) {
	for _, tc := range []struct {
		d    time.Duration
		want string
	}{
		{-time.Second, "0 s"},
		{0, "0 s"},
		{1500 * time.Millisecond, "1.5 s"},
		{10 * time.Second, "10 s"},
		{59*time.Second + 700*time.Millisecond, "1 min"},
		{70 * time.Second, "1 min 10 s"},
		{10 * time.Minute, "10 min"},
		{49*time.Minute + 42*time.Second, "50 min"},
		{59*time.Minute + 40*time.Second, "1 h"},
		{time.Hour, "1 h"},
		{90 * time.Minute, "1 h 30 min"},
		{10 * time.Hour, "10 h"},
		{day, "24 h"},
		{7 * day, "7 days"},
		{60 * time.Hour, "2.5 days"},
	} {
		if got := span(tc.d); got != tc.want {
			t.Errorf("%d: %s, want %s", tc.d, got, tc.want)
		}
	}
}
