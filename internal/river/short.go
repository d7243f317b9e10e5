package river

import (
	"fmt"
	"math"
	"time"
)

// Clock prints a time the short way: of day, with the day of the week within
// the last six days, else the date; at most ten columns.
func Clock(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch {
	case t.Before(day.AddDate(0, 0, -6)) || !t.Before(day.AddDate(0, 0, 1)):
		return t.Format(time.DateOnly)
	case t.Before(day):
		return t.Format("Mon 15:04")
	}
	return t.Format("15:04")
}

// Lag prints a delay in the one unit that matters, rounded: "23 min", "4 h", "2 d".
func Lag(d time.Duration) string {
	switch {
	case d < 90*time.Minute:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	}
	return fmt.Sprintf("%.0f d", d.Hours()/24)
}

// Percent prints a share from 0 to 1. What is not quite all is never "100 %", and what
// is not quite nothing never "0 %".
func Percent(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "?"
	}
	n := math.Round(v * 100)
	if v < 1 && n >= 100 {
		n = 99
	}
	if v > 0 && n == 0 {
		return "under 1 %"
	}
	return fmt.Sprintf("%.0f %%", n)
}
