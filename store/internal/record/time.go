package record

import (
	"math"
	"time"
)

// Micro returns a time in microseconds since 1970, rounded down. Times some
// 290,000 years away, which no clock shows but a feed may state, are kept in
// range.
func Micro(t time.Time) int64 {
	switch s := t.Unix(); {
	case s > math.MaxInt64/1_000_000-1:
		return math.MaxInt64
	case s < math.MinInt64/1_000_000+1:
		return math.MinInt64
	}
	return t.UnixMicro()
}

// MicroUp is [Micro] rounded up.
func MicroUp(t time.Time) int64 {
	us := Micro(t)
	if us < math.MaxInt64 && t.Nanosecond()%1000 != 0 {
		us++
	}
	return us
}
