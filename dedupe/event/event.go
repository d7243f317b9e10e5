package event

import "time"

// Story is what events are made of: one text, whoever reprinted it.
type Story struct {
	ID    int64
	Title string
	Text  string
	Lang  string // BCP 47 or ISO 639-3; may be empty
	Time  time.Time
}

type tuning struct {
	tf, name, number float64
	pairs            bool
}
