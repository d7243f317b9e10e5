package fetch

import (
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	day = 24 * time.Hour
	// longest is the most that a publisher may ask us to wait; more is taken
	// for a mistake.
	longest = 7 * day
)

// hints are what a publisher says about when to come back. They are kept with
// the feed, since a 304 repeats few of them.
type hints struct {
	Fresh     time.Duration  `json:"f,omitempty"` // Cache-Control or Expires
	TTL       time.Duration  `json:"t,omitempty"` // RSS ttl
	Period    time.Duration  `json:"p,omitempty"` // sy:updatePeriod / sy:updateFrequency
	SkipHours []int          `json:"h,omitempty"`
	SkipDays  []time.Weekday `json:"d,omitempty"`
	Finished  bool           `json:"x,omitempty"` // nothing will follow
}

// freshness is how much longer an answer may be taken as current (RFC 9111
// section 4.2): max-age, else Expires by the server's own clock, less the Age
// it already had. stated is false when the answer says nothing about it.
func freshness(h http.Header, now time.Time) (left time.Duration, stated bool) {
	age := time.Duration(0)
	if n, err := strconv.ParseInt(strings.TrimSpace(h.Get("Age")), 10, 32); err == nil && n > 0 {
		age = time.Duration(n) * time.Second
	}
	if d, stated := cacheControl(h.Values("Cache-Control")); stated {
		return max(0, d-age), true
	}
	if v := h.Get("Expires"); v != "" {
		expires, err := http.ParseTime(v)
		if err != nil {
			return 0, true
		}
		date, err := http.ParseTime(h.Get("Date"))
		if err != nil {
			date = now
		}
		return min(max(0, expires.Sub(date)-age), longest), true
	}
	return 0, false
}

// perField are the directives that are about single fields of an answer (RFC 9111
// sections 5.2.2.4 and 5.2.2.7).
var perField = regexp.MustCompile(`(?i)\b(no-cache|private)\s*=\s*("[^"]*"|[^",\s]*)`)

// cacheControl reads how long an answer is fresh by its Cache-Control headers: for
// no time when it is not to be used unasked, wherever that is said, else for the
// first max-age.
func cacheControl(lines []string) (fresh time.Duration, stated bool) {
	for _, line := range lines {
		for d := range strings.SplitSeq(perField.ReplaceAllLiteralString(line, ""), ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(d), "=")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "no-cache", "no-store":
				return 0, true
			case "max-age":
				if !stated {
					fresh, stated = maxAge(strings.Trim(strings.TrimSpace(value), `"`)), true
				}
			}
		}
	}
	return fresh, stated
}

// maxAge reads a number of seconds, at most longest. What is not understood is
// stale (RFC 9111 section 4.2.1).
func maxAge(s string) time.Duration {
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) && n > 0, err == nil && n > int64(longest/time.Second):
		return longest
	case err != nil || n < 0:
		return 0
	}
	return time.Duration(n) * time.Second
}

// retryAfter reads how long a server wants to be left alone (RFC 9110 section
// 10.2.3): seconds, or a date by the server's own clock.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0, false
	}
	if n, err := strconv.ParseFloat(v, 64); err == nil {
		if !(n >= 0) {
			return 0, false
		}
		if n > longest.Seconds() {
			return longest, true
		}
		return time.Duration(n * float64(time.Second)), true
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(0, at.Sub(now)), longest), true
}

// timing is what decides when a feed is polled next.
type timing struct {
	usual time.Duration // Options.Interval
	least time.Duration // Options.MinInterval
}

// afterSuccess decides when to ask again after an answer that was read or said
// that nothing is new. want is the time to the next poll as learned from what
// the feed publishes, and why says so; the publisher's hints only lengthen it.
func (t timing) afterSuccess(now time.Time, want time.Duration, why string, h hints, seed string) (time.Time, string) {
	wait := want
	floor := func(d time.Duration, reason string) {
		if d > wait {
			wait, why = d, reason
		}
	}
	floor(t.least, "the least time between polls, "+span(t.least))
	floor(min(h.Fresh, longest), "the server says that its answer is fresh for "+span(h.Fresh))
	floor(min(h.TTL, longest), "the feed asks to be kept for "+span(h.TTL)+" (ttl)")
	floor(min(h.Period, day), "the feed says that it is renewed every "+span(h.Period)+" (updatePeriod)")
	if h.Finished {
		floor(longest, "the feed says that it is finished")
	}
	next := now.Add(wait + jitter(wait, seed))
	if t := h.skip(next); t.After(next) {
		t = t.Add(jitter(10*time.Minute, seed) * 10)
		if latest := now.Add(max(day, wait)); t.After(latest) {
			t = latest
		}
		if t.After(next) {
			return t, "the feed is not renewed before then (skipHours, skipDays)"
		}
	}
	return next, why
}

// floor is the least time between polls of a feed that has much to say: the
// owner's least if the publisher says how long an answer stays fresh, which is
// taken as consent to come back then, else a quarter of the usual interval.
func (h *hints) floor(o Options) time.Duration {
	stated := h.stated()
	if stated == 0 {
		stated = o.Interval / 4
	}
	return max(min(stated, longest), min(h.Period, day), o.MinInterval)
}

// stated is how long the publisher says that an answer stays fresh; 0 when it
// says nothing.
func (h *hints) stated() time.Duration { return max(h.Fresh, h.TTL) }

// skip returns the first time from t on that is not within the hours and days
// (UTC) at which the publisher asks not to be polled; t when all are.
func (h *hints) skip(t time.Time) time.Time {
	if len(h.SkipHours) == 0 && len(h.SkipDays) == 0 {
		return t
	}
	at := t.UTC()
	for range 8 * 24 {
		if !slices.Contains(h.SkipHours, at.Hour()) && !slices.Contains(h.SkipDays, at.Weekday()) {
			return at
		}
		at = at.Truncate(time.Hour).Add(time.Hour)
	}
	return t
}

// backoff is how the wait grows with failures of a kind: from first usual
// intervals, doubling with each further failure in a row, up to a day.
type backoff struct {
	first float64
}

// backoffOf tells what kind of failure it was and how patient to be with it.
// Polling never ends for any of them.
func backoffOf(e *Error) backoff {
	switch e.Kind {
	case Status:
		switch e.Status {
		case 429, 503:
			return backoff{first: 2}
		case 401, 403, 451:
			return backoff{first: 4}
		case 404:
			return backoff{first: 2}
		}
		return backoff{first: 1}
	case TLS, DNS:
		return backoff{first: 2}
	case Unsafe, TooLarge, Forbidden, BadURL:
		return backoff{first: 8}
	}
	return backoff{first: 1}
}

// afterFailure decides when to ask again after the n-th failure in a row.
func (t timing) afterFailure(now time.Time, e *Error, n int, seed string) (time.Time, string) {
	if e.Retry.After(now) {
		wait := max(e.Retry.Sub(now), t.least)
		if n > 1 || e.Status == http.StatusTooManyRequests { // what is asked too often, or stays away, is not asked more often
			wait = max(wait, t.usual)
		}
		why := "the server asks to be left alone for " + span(e.Retry.Sub(now)) + " (Retry-After)"
		return now.Add(wait + jitter(wait, seed)/2), why
	}
	b := backoffOf(e)
	wait := time.Duration(b.first * float64(t.usual))
	limit := max(day, t.usual)
	for i := 1; i < n && wait < limit; i++ {
		wait *= 2
	}
	wait = max(min(wait, limit), t.least)
	wait += jitter(wait, seed) * 2
	if wait > limit {
		wait = limit - jitter(limit, seed)
	}
	times := "the first failure"
	if n > 1 {
		times = fmt.Sprintf("%d failures in a row", n)
	}
	what := strings.ReplaceAll(string(e.Kind), "_", " ")
	if e.Kind == Status {
		what = fmt.Sprintf("status %d", e.Status)
	}
	return now.Add(wait), fmt.Sprintf("trying again after %s: %s (%s)", span(wait), times, what)
}

// jitter is a share of d, below a tenth, that depends on the seed only: it
// spreads feeds without chance, so that a test can repeat it.
func jitter(d time.Duration, seed string) time.Duration {
	h := fnv.New64a()
	h.Write([]byte(seed))
	x := h.Sum64()
	x ^= x >> 33 // the low bits of FNV mix poorly
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return time.Duration(float64(d) * 0.1 * float64(x>>11) / (1 << 53))
}

// span says a duration as a person does: "49 min", "1 h 30 min", "2.5 days".
func span(d time.Duration) string {
	two := func(d, of, by time.Duration, large, small string) string {
		d = d.Round(by)
		s := fmt.Sprintf("%d %s", d/of, large)
		if rest := d % of; rest > 0 {
			s += fmt.Sprintf(" %d %s", rest/by, small)
		}
		return s
	}
	switch d = max(d, 0); {
	case d >= 2*day:
		return fmt.Sprintf("%.3g days", d.Hours()/24)
	case d >= time.Hour-time.Minute/2:
		return two(d, time.Hour, time.Minute, "h", "min")
	case d >= 10*time.Minute:
		return fmt.Sprintf("%d min", d.Round(time.Minute)/time.Minute)
	case d >= time.Minute-time.Second/2:
		return two(d, time.Minute, time.Second, "min", "s")
	}
	return fmt.Sprintf("%.3g s", d.Round(100*time.Millisecond).Seconds())
}
