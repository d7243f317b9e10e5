// Package dedupe decides which articles are one story, and says why. (The page
// of ideas goes to doc.go.)
package dedupe

import (
	"errors"
	"iter"
	"time"
)

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
	First     Relation = "first"
	Identical Relation = "identical"
	Edited    Relation = "edited"
	Excerpt   Relation = "excerpt"
	Expanded  Relation = "expanded"
	Update    Relation = "update"
	Quotes    Relation = "quotes"
	Template  Relation = "template"
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
	// Article returns an article that was folded before.
	Article(id int64) (Article, error)
	// Story returns the articles of the story that an article is in, ascending.
	Story(id int64) ([]int64, error)
}

// Folder folds articles one after another. It is not safe for concurrent use.
type Folder struct{}

// NewFolder returns a folder with an empty index.
func NewFolder(opts Options, lib Library) *Folder { return &Folder{} }

// Decision is where an article belongs.
type Decision struct {
	Story   int64   // the story it joins, named after its smallest article; its own ID when it starts one
	Merge   []int64 // other stories that become one with Story through it
	With    int64   // the article that it was folded with; 0 when it starts a story
	Verdict Verdict // of the article to With
	Links   []Link  // related without being copies
	Sketch  []byte  // to be kept for Load
}

// Link is a relation that does not fold.
type Link struct {
	With     int64
	Relation Relation // Quotes or Template
	Score    float64
}

// Fold decides where an article belongs and adds it to the index. An article
// that was folded before and has a new text is decided anew: Story is then
// where it belongs now. The errors are those of the Library.
func (f *Folder) Fold(a Article) (Decision, error) {
	return Decision{}, errors.New("not written yet")
}

// Load adds articles that were decided earlier to the index, from the sketches
// that Fold returned. Sketches of an older layout are skipped and their IDs
// returned, to be folded anew.
func (f *Folder) Load(sketches iter.Seq2[int64, []byte]) (stale []int64) { return nil }

// Forget removes an article from the index.
func (f *Folder) Forget(id int64) {}

// Explain compares two articles with the evidence of every rule, whether or
// not the index would have brought them together.
func (f *Folder) Explain(a, b Article) Verdict { return Verdict{} }

// Compare is Explain without anything learned.
func Compare(a, b Article, opts Options) Verdict { return Verdict{} }

// CanonicalURL returns the form of a URL under which one document is known:
// scheme and host in lower case, without fragment, tracking parameters, AMP and
// mobile variants, default port, trailing slash and index file. A URL that
// cannot be parsed is returned as it is.
func CanonicalURL(url string) string { return url }

// Lead picks the article that stands for a story. policy is "earliest" (also
// when empty), "complete", or "preferred:HOST,HOST".
func Lead(articles []Article, policy string) int64 { return 0 }

// Provenance says who had a story first.
type Provenance struct {
	First      int64  // the article that was there first; 0: none of ours
	Outlet     string // who had it first: that article's outlet, or an agency whose own copy was never seen
	URL        string
	Confidence float64 // 0 to 1
	Reason     string  // for a person
}

// Origins weighs credits, containment and times of a story's articles.
func Origins(articles []Article) Provenance { return Provenance{} }
