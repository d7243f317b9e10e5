package dedupe

import (
	"errors"
	"time"
)

// ErrGone is what a [Library] returns, wrapped or not, for an article that it
// no longer has: the Folder then forgets it instead of failing.
var ErrGone = errors.New("article is gone")

// Article is what folding looks at.
type Article struct {
	ID        int64
	URL       string // canonical (see [CanonicalURL]); also another site's when the page names it by rel=canonical
	Title     string
	Text      string // without origin lines; may be a feed's summary
	Host      string // registrable domain; what boilerplate is learned by
	Outlet    string // for a person
	Lang      string // BCP 47; may be empty
	Published time.Time
	Seen      time.Time
	Origins   []Origin
}

// Origin is a statement about where a text comes from.
type Origin struct{ Kind, Name, URL string }

// Relation is what an article is to another: see the constants of the same
// names and values in package newsfold.
type Relation string

// The relations. The zero value means none.
const (
	First     Relation = "first"     // founded its story
	Identical Relation = "identical" // the same text
	Edited    Relation = "edited"    // the same text with changes
	Excerpt   Relation = "excerpt"   // contained in the other
	Expanded  Relation = "expanded"  // contains the other
	Update    Relation = "update"    // a later version by the same outlet
	Quotes    Relation = "quotes"    // shares passages; does not fold
	Template  Relation = "template"  // same wording, other facts; does not fold
)

// Copies reports whether the relation folds.
func (r Relation) Copies() bool {
	switch r {
	case Identical, Edited, Excerpt, Expanded, Update:
		return true
	}
	return false
}

// Evidence is one reason for a verdict.
type Evidence struct {
	Kind   string // documented in doc.go, stable: it is printed as JSON
	Value  float64
	Detail string
}

// Verdict is what one article is to another.
type Verdict struct {
	Relation Relation // of the first to the second; zero: unrelated
	Score    float64  // 0 to 1; copies from .5 on
	Rule     string   // which rule decided
	Evidence []Evidence
	Shared   []Passage // longest first, at most 10
}

// Passage is a run of words that two texts share, as byte offsets into their
// texts.
type Passage struct {
	A, B [2]int
	Text string
}

// Options tune folding. The zero value is the default of every field.
type Options struct {
	Window    time.Duration // how far apart copies may be; default 30 days
	Threshold float64       // score from which copies fold; default .5
}

// Library is what a [Folder] asks of whoever keeps the articles.
type Library interface {
	// Article returns an article that was folded before, or an error that
	// wraps [ErrGone].
	Article(id int64) (Article, error)
	// Story returns the articles of the story that an article is in, ascending.
	Story(id int64) ([]int64, error)
}

// Constraints are what people have decided. A [Library] that has this method
// as well is asked before an article joins a story, and what it says wins over
// every verdict.
type Constraints interface {
	// Constraints returns the articles that must, and those that must not, be
	// in one story with an article. Each pair is to be named from both sides.
	Constraints(id int64) (together, apart []int64, err error)
}

// Barriers are rules that people have made for many articles at once. A
// [Library] that has this method as well is asked before an article joins a story
// and before two stories become one; only a person who put two articles together
// is above them.
type Barriers interface {
	// Barred reports whether a rule keeps any of some articles apart from any of
	// others.
	Barred(some, others []int64) (bool, error)
}

// Decision is where an article belongs. When an article leaves a story that is named
// after it, the rest of that story goes on under the name of its next article.
type Decision struct {
	Story   int64   // the story it joins, named after its smallest article; its own ID when it starts one
	Merge   []int64 // other stories that become one with Story through it
	With    int64   // the article that it was folded with; 0 when it starts a story
	Verdict Verdict // of the article to With
	Links   []Link  // related without being copies
	Moves   []Move  // what else changes, to be carried out in this order after it
	Sketch  []byte  // to be kept for Load
}

// Move is a decision on an article that was folded before: one that came days late
// showed that it belongs elsewhere. Of it no sketch is to be kept.
type Move struct {
	ID int64
	Decision
}

// Link is a relation that does not fold.
type Link struct {
	With     int64
	Relation Relation // Quotes or Template
	Score    float64
}
