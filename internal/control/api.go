package control

import (
	"encoding/json"
	"net/http"
	"time"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/delivery"
	"newsfold/internal/river"
)

// Kind sorts errors by what a caller may do about them.
type Kind string

// The kinds of error.
const (
	Invalid   Kind = "invalid"   // the request makes no sense
	NotFound  Kind = "not_found" // no such feed, story or article
	Exists    Kind = "exists"    // subscribed already
	Malformed Kind = "malformed" // what was handed in is not what it should be
	Unread    Kind = "unread"    // a feed could not be fetched or is none
	Full      Kind = "full"      // the disk is full
	Damaged   Kind = "damaged"   // the store is damaged
	Internal  Kind = "internal"  // anything else
)

// Error is an error as it crosses the interface. Its message is for a person.
type Error struct {
	Kind    Kind   `json:"kind"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return e.Message }

func (k Kind) status() int {
	switch k {
	case Invalid:
		return http.StatusBadRequest
	case Malformed:
		return http.StatusUnprocessableEntity
	case NotFound:
		return http.StatusNotFound
	case Exists:
		return http.StatusConflict
	case Unread:
		return http.StatusBadGateway
	case Full:
		return http.StatusInsufficientStorage
	}
	return http.StatusInternalServerError
}

// line is one line of a stream: exactly one field is set, or it is an [item]. A
// stream ends with End or Error.
type line struct {
	End   json.RawMessage `json:"end,omitempty"`
	Error *Error          `json:"error,omitempty"`
}

// item is a line of a stream that is not the last.
type item struct {
	Item any `json:"item"`
}

// Status describes the store and who serves it.
type Status struct {
	Version string `json:"version"`
	Daemon  bool   `json:"daemon"` // false: served by the asking process itself
	Feeds   int    `json:"feeds"`
	Stories int    `json:"stories"`
}

// AddRequest asks for a subscription.
type AddRequest struct {
	URL     string   `json:"url"` // of a feed, or of a page that announces one
	Folders []string `json:"folders,omitempty"`
	Cookies bool     `json:"cookies,omitempty"` // see newsfold.Feed
}

// Feed is a subscription with what polling has learned about it.
type Feed struct {
	newsfold.Feed
	Learned fetch.Learned `json:"learned"`
}

// Added is a subscription that was made.
type Added struct {
	Feed    newsfold.Feed `json:"feed"`
	Entries int           `json:"entries"`
	Others  []string      `json:"others,omitempty"` // further feeds that the page announces
}

// Imported says what came of an OPML file.
type Imported struct {
	Added    int      `json:"added"`
	Known    int      `json:"known"`              // subscribed already; folders were added
	Problems []string `json:"problems,omitempty"` // outlines that could not be used
}

// FetchRequest asks for one pass over feeds.
type FetchRequest struct {
	All   bool     `json:"all,omitempty"`   // also those that are not due
	Feeds []string `json:"feeds,omitempty"` // only these, by ID, URL or title
	// History reads the archives that the feeds link to as well (RFC 5005).
	History bool `json:"history,omitempty"`
	// Force asks feeds also when their servers want to be left alone (Retry-After).
	Force bool `json:"force,omitempty"`
}

// ListRequest selects stories; see river.List.
type ListRequest struct {
	Since, Until    time.Time
	Unread, Starred bool
	Hidden          bool   // also what rules hide
	Tag             string // only stories with this tag; empty: any
	Feed            string // by ID, URL or title
	Limit           int    // 0: all
	Articles        bool   // with the articles of each story
	// New asks for what is new since the cursor of this name instead of for
	// the newest; the Limit does not count.
	New string
	// Follow asks for what is folded from now on, without end.
	Follow bool
}

// Mark is what may be said of a story.
type Mark string

// The marks.
const (
	MarkRead   Mark = "read"
	MarkUnread Mark = "unread"
	MarkStar   Mark = "star"
	MarkUnstar Mark = "unstar"
)

// MarkRequest marks the stories that some IDs lead to: all of them or, when one
// is unknown, none.
type MarkRequest struct {
	IDs  []newsfold.ArticleID `json:"ids"`
	Mark Mark                 `json:"mark"`
}

// FoldRequest corrects folds: the articles that are to leave their stories, or
// whose stories are to be one; or, of events, whose stories are to leave theirs or
// to be in one.
type FoldRequest struct {
	IDs   []newsfold.ArticleID `json:"ids"`
	Event bool                 `json:"event,omitempty"`
}

// Corrected is a correction of folds that was made or taken back, with the
// stories that the articles it named are in now.
type Corrected struct {
	Kind    string               `json:"kind"` // split, merge, split-event, merge-event, lead or never-fold
	IDs     []newsfold.ArticleID `json:"ids"`
	Feeds   []newsfold.FeedID    `json:"feeds,omitempty"` // that it named
	Stories []newsfold.StoryID   `json:"stories"`         // of each of IDs
	Events  []newsfold.StoryID   `json:"events"`          // of each of Stories; 0: none
}

// Explanation says why two articles are, or are not, one story.
type Explanation struct {
	A         river.Article       `json:"a"`
	B         river.Article       `json:"b"`
	Story     newsfold.StoryID    `json:"story,omitempty"` // that both are in
	Relation  newsfold.Relation   `json:"relation"`        // of a to b; empty: unrelated
	Folds     bool                `json:"folds"`           // whether that relation folds
	Score     float64             `json:"score"`
	Threshold float64             `json:"threshold"`
	Rule      string              `json:"rule"`
	Evidence  []newsfold.Evidence `json:"evidence"`
	Shared    []string            `json:"shared,omitempty"` // longest shared passages

	// Event says whether they report one event; nil when they are one story.
	Event *EventExplanation `json:"event,omitempty"`
}

// EventExplanation says why two articles do, or do not, report one event. What
// it says of the two by themselves may differ from where they are: other stories
// of an event speak for it as well.
type EventExplanation struct {
	ID       newsfold.StoryID    `json:"id,omitempty"` // of the event that both are in
	Same     bool                `json:"same"`
	Relation string              `json:"relation,omitempty"` // report or translation
	Score    float64             `json:"score"`              // 0 to 1; one event from .5 on
	Evidence []newsfold.Evidence `json:"evidence"`
}

// Listed ends a list.
type Listed struct {
	More bool `json:"more"` // the limit cut it short
	// Next is the cursor behind a list of what is new; see [Client.Advance].
	Next *river.Cursor `json:"next,omitempty"`
}

// DigestRequest asks for a digest.
type DigestRequest struct {
	delivery.Want
	Zone string `json:"zone,omitempty"` // of the times, by its IANA name; default UTC
}

// Digested says what is in a digest.
type Digested struct {
	Stories int           `json:"stories"`
	Updated int           `json:"updated"`
	Next    *river.Cursor `json:"next,omitempty"` // behind it; see [Client.Advance]
}

// DeliveryRequest asks for a digest to be delivered.
type DeliveryRequest struct {
	DigestRequest
	To     []delivery.Recipient `json:"to"`
	Mail   delivery.Server      `json:"mail"`
	Secret string               `json:"secret,omitempty"` // that signs what web hooks get
}

// AdvanceRequest moves a cursor forward.
type AdvanceRequest struct {
	Name string       `json:"name"`
	Next river.Cursor `json:"next"`
}
