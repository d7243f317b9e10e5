package river_test

import (
	"math"
	"testing"
	"time"

	"newsfold/internal/river"
)

func TestLagsAreRounded(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 min", 89 * time.Minute: "89 min", 106 * time.Minute: "2 h", 224 * time.Minute: "4 h", 47 * time.Hour: "47 h", 71 * time.Hour: "3 d",
	} {
		if got := river.Lag(d); got != want {
			t.Errorf("Lag(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestSharesInWords(t *testing.T) {
	for v, want := range map[float64]string{0: "0 %", .001: "under 1 %", .07: "7 %", .996: "99 %", 1: "100 %", math.Inf(1): "?", math.NaN(): "?"} {
		if got := river.Percent(v); got != want {
			t.Errorf("Percent(%v) is %q, want %q", v, got, want)
		}
	}
}
