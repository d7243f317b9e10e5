package extract

import (
	"strings"
	"time"
)

// nowhere is the zone of times that state none, until settle gives them one.
var nowhere = time.FixedZone("", 0)

// settle gives a time that states no zone that of the language it is written in,
// where the language has one; else UTC. A time in UTC that is midnight there is a
// day, which a program has converted.
func settle(t time.Time, lang string) time.Time {
	offset, ok := offsetOf(lang, t)
	switch {
	case t.Location() == nowhere && ok:
		y, m, d := t.Date()
		return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.FixedZone("", offset))
	case t.Location() == nowhere:
		y, m, d := t.Date()
		return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	case t.Location() == time.UTC && ok:
		if local := t.In(time.FixedZone("", offset)); midnight(local) {
			return local
		}
	}
	return t
}

// midnight reports whether a time is the start of a day.
func midnight(t time.Time) bool {
	return t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 && t.Nanosecond() == 0
}

// offsetOf returns the offset from UTC, in seconds, of the one zone in which a
// language is written, if there is one.
func offsetOf(lang string, t time.Time) (seconds int, ok bool) {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	switch lang {
	case "ja", "ko":
		return 9 * 3600, true
	case "zh":
		return 8 * 3600, true
	case "tr":
		return 3 * 3600, true
	case "de", "it", "nl", "pl", "cs", "sk", "hu", "sv", "da", "no", "nb", "nn", "hr", "sl":
		if summer(t) {
			return 2 * 3600, true
		}
		return 3600, true
	}
	return 0, false
}

// summer reports whether it is summer time in the European Union: from the last
// Sunday of March to that of October, 1:00 UTC (directive 2000/84/EC).
func summer(t time.Time) bool {
	change := func(m time.Month) time.Time {
		last := time.Date(t.Year(), m, 31, 1, 0, 0, 0, time.UTC)
		return last.AddDate(0, 0, -int(last.Weekday()))
	}
	return !t.Before(change(time.March)) && t.Before(change(time.October))
}

// localDay puts a time that is stated in UTC into the zone of the page when the
// page shows the day before or after: the instant stays. The zone is the one in
// which the time of day is as shown, else the nearest.
func localDay(t, shown time.Time) time.Time {
	if _, offset := t.Zone(); shown.IsZero() || offset != 0 || sameDay(t, shown) {
		return t
	}
	var nearest time.Time
	for h := 1; h <= 14; h++ {
		for _, zone := range [...]int{h, -h} {
			local := t.In(time.FixedZone("", zone*3600))
			if zone < -11 || !sameDay(local, shown) {
				continue
			}
			if nearest.IsZero() {
				nearest = local
			}
			if local.Hour() == shown.Hour() && local.Minute() == shown.Minute() {
				return local
			}
		}
	}
	if nearest.IsZero() {
		return t
	}
	return nearest
}

// zones are the abbreviations that news use, in seconds east of UTC.
var zones = map[string]int{
	"UTC": 0, "GMT": 0, "BST": 3600, "CET": 3600, "CEST": 7200, "MEZ": 3600, "MESZ": 7200, "EET": 7200, "EEST": 10800, "MSK": 10800, "IST": 19800,
	"EST": -18000, "EDT": -14400, "ET": -18000, "CST": -21600, "CDT": -18000, "CT": -21600, "MST": -25200, "MDT": -21600, "PST": -28800, "PDT": -25200, "PT": -28800,
	"JST": 32400, "KST": 32400, "AEST": 36000, "AEDT": 39600, "BRT": -10800, "ART": -10800,
}

func zoneAfter(s string) *time.Location {
	for i, f := range strings.Fields(s) {
		if i > 2 {
			break
		}
		f = strings.Trim(f, "(),.;|")
		if off, ok := zones[f]; ok {
			return time.FixedZone(f, off)
		}
		if len(f) == 6 && (f[0] == '+' || f[0] == '-') && f[3] == ':' {
			if t, err := time.Parse("-07:00", f); err == nil {
				return t.Location()
			}
		}
	}
	return nowhere
}
