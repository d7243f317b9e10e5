package event

import "time"

// Story is what events are made of: one text, whoever reprinted it.
type Story struct {
	ID    int64
	Title string
	Text  string
	Lang  string    // BCP 47 or ISO 639-3; may be empty
	Time  time.Time // of publication; zero: unknown
	Links []string  // URLs that the text links to or shows: pages, images
	// URL is where the text is, and Alternates are what its publisher names as the same in
	// other languages (hreflang), both as one form of URL has it, whichever.
	URL        string
	Alternates []string
	Vector     Vector // embedding of the text; may be none
}

// Relation is what a story is to another one of its event.
type Relation string

// The relations.
const (
	Founds      Relation = "founds"      // the first of its event; compared with nothing
	Report      Relation = "report"      // the same happening in other words
	Translation Relation = "translation" // the same text in another language, or another translation of one text
)

// Evidence is one reason for a decision.
type Evidence struct {
	Kind   string // documented in doc.go, stable: it is printed as JSON
	Value  float64
	Detail string
}

// Decision is where a story belongs.
type Decision struct {
	Event    int64    // the event it is in, named after the smallest of its stories
	Merged   []int64  // other events that changed through it: became part of Event, gave stories away, came of that or are called otherwise
	With     int64    // the story of the event that is closest to it; 0 when it founds one
	Relation Relation // to With
	Score    float64  // 0 to 1; joins from .5 on
	Earlier  int64    // an event that it follows up, or 0
	Evidence []Evidence
	Sketch   []byte // to be kept for Load
}

// Options tune grouping. The zero value is the default of every field.
type Options struct {
	Window  time.Duration // how long after its last story an event takes in another; default a year
	Stories int           // most stories of one event; default 500
	// Dictionary renders words of one language by words of another; may be nil. It must
	// not be added to while it is in use.
	Dictionary *Dictionary

	// For measurements.
	without ablation
	tune    *tuning
}

// ablation leaves out what a measurement is to show the worth of.
type ablation struct {
	names, numbers, time, background, anchors, skeletons, concepts, consensus bool
}

const (
	defaultWindow  = 365 * 24 * time.Hour
	defaultStories = 500
)
