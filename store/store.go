package store

import (
	"context"
	"errors"
	"iter"
	"time"

	"newsfold"
)

// Errors that any engine may return, wrapped with details for a person.
var (
	// ErrLocked says that another process holds the store.
	ErrLocked = errors.New("store is in use by another process")
	// ErrForeign says that the file or database is not a newsfold store, or is
	// damaged beyond reading.
	ErrForeign = errors.New("not a newsfold store")
	// ErrTooNew says that a newer newsfold wrote the store.
	ErrTooNew = errors.New("store was written by a newer newsfold")
	// ErrFull says that the disk is full. Nothing of the transaction was
	// stored; reads go on working.
	ErrFull = errors.New("disk is full")
	// ErrRemoved says that an entry or an article was deleted to make room, and
	// is not to be stored again.
	ErrRemoved = errors.New("was removed")
)

// DB is a store. Its methods are safe for concurrent use.
type DB interface {
	// View runs fn in a read-only transaction. Several run side by side, also
	// beside Update; keep them short, since space freed meanwhile is not
	// reused. The error of fn is returned as it is.
	View(ctx context.Context, fn func(Tx) error) error

	// Update runs fn in the one transaction that writes, waiting for its turn
	// until ctx is done. When fn returns nil and the commit succeeds, all of it
	// is durable; otherwise none of it happened. fn may be run more than once
	// and must therefore only act on tx and on variables that it resets. It
	// must not call View or Update.
	Update(ctx context.Context, fn func(Tx) error) error

	// Close waits for running transactions and releases the store; later ones,
	// and those that wait for their turn, fail with an error that wraps
	// [os.ErrClosed]. Closing twice is harmless.
	Close() error
}

// Tx is a transaction. It is used by one goroutine and must not be kept after
// the function it was given to has returned. Put methods fail in a View.
//
// Methods that look up one thing return an error that wraps
// [newsfold.ErrNotFound] when it is not there. So do those that store something
// under a feed or an article that is not stored, or no longer: writing to a
// feed that was deleted meanwhile does not bring it back.
//
// A sequence may be left early and ranged over again. The transaction may write
// between its steps: it goes on behind what it has yielded and, from there,
// yields what is stored by then. Its last element may be a zero value with an
// error.
//
// One feed, entry, article, body or story is up to 64 MiB.
type Tx interface {
	// Feed returns one subscription.
	Feed(newsfold.FeedID) (newsfold.Feed, error)
	// FindFeed returns the subscription to exactly this URL.
	FindFeed(url string) (newsfold.Feed, error)
	// Feeds yields all subscriptions by ascending ID.
	Feeds() iter.Seq2[newsfold.Feed, error]
	// PutFeed stores a subscription; when its ID is 0, as a new one, and the ID
	// is set. Another feed with the same URL is an error that wraps
	// [newsfold.ErrExists]. The store counts the entries itself: what Entries
	// holds is not stored.
	PutFeed(*newsfold.Feed) error
	// DeleteFeed ends a subscription. Its entries go with it; the articles they
	// carried, and so all stories, stay.
	DeleteFeed(newsfold.FeedID) error

	// Entry returns what a feed said under a key ([newsfold.Entry.Key]).
	Entry(newsfold.EntryRef) (newsfold.Entry, error)
	// PutEntry stores an entry under its feed and key, replacing what was
	// there. An engine may let go of what older entries said, their Summary and
	// Content, and then sets Sum; of Sum, it stores what an entry without those
	// has.
	PutEntry(*newsfold.Entry) error

	// Article returns one article, without its body.
	Article(newsfold.ArticleID) (newsfold.Article, error)
	// FindArticle returns the ID of the article with this canonical URL.
	FindArticle(url string) (newsfold.ArticleID, error)
	// PutArticle stores an article; when its ID is 0, as a new one, and the ID
	// is set. The URL of an article never changes; a new one with the URL of
	// another is an error that wraps [newsfold.ErrExists].
	PutArticle(*newsfold.Article) error
	// DeleteArticle removes an article for good, with its body, its revisions,
	// its entries and its place in the change logs, and appends it to the log
	// [Removed]. What it and its entries were known by is remembered: Entry and
	// FindArticle then fail with an error that wraps both
	// [newsfold.ErrNotFound] and [ErrRemoved], and PutEntry of the same key and
	// PutArticle of the same URL with one that wraps ErrRemoved. The story that
	// it is in must be deleted, or go on without it, before. When a feed is
	// deleted, what is remembered of its entries goes with it.
	DeleteArticle(newsfold.ArticleID) error
	// Wanted yields, earliest first, the articles whose page is wanted
	// ([newsfold.PageWanted]) at or before a time.
	Wanted(by time.Time) iter.Seq2[newsfold.ArticleID, error]

	// Body returns the text of an article; an empty one when none was stored.
	Body(newsfold.ArticleID) (newsfold.Body, error)
	// PutBody stores the text of an article, replacing what was there.
	PutBody(newsfold.ArticleID, newsfold.Body) error
	// Revisions yields the earlier texts of an article, oldest first.
	Revisions(newsfold.ArticleID) iter.Seq2[newsfold.Revision, error]
	// AddRevision adds an earlier text of an article, the youngest so far. At
	// most [MaxRevisions] are kept of an article, and [MaxRevisionBytes] of
	// their texts and titles: the first stays as long as another can go, and of
	// the others the oldest goes.
	AddRevision(newsfold.ArticleID, newsfold.Revision) error

	// Story returns one story.
	Story(newsfold.StoryID) (newsfold.Story, error)
	// Stories yields the stories that a query asks for, in its order: unless it
	// says otherwise newest first, by Time descending, then by ID descending.
	Stories(Query) iter.Seq2[newsfold.Story, error]
	// PutStory stores a story under its ID, which is never 0, replacing what
	// was there.
	PutStory(*newsfold.Story) error
	// DeleteStory removes a story whose articles have moved to another one.
	// Deleting what is not there is no error.
	DeleteStory(newsfold.StoryID) error

	// Append adds an article to the end of a change log, taking it away from
	// where it stood in that log before.
	Append(Log, newsfold.ArticleID) error
	// Changes yields, in order, what a log holds after a position: each article
	// once, where it was last appended. Only what was committed is seen, and no
	// later transaction ever adds a change before one that was seen.
	Changes(log Log, after Seq) iter.Seq2[Change, error]
	// Shelf returns a named set of key-value pairs for data that a stage
	// derives or keeps for itself: its cursor, sketches, settings. The name is
	// lower-case letters and dots.
	Shelf(name string) Shelf
}

// Log names a change log. A stage reads one with a cursor that it keeps on a
// shelf, and may append to another for the stages after it.
type Log string

// The change logs.
const (
	Texts Log = "texts" // articles whose text or facts are new: to be folded
	Folds Log = "folds" // articles whose story or place in it is new
	// Removed are articles that are no more; only DeleteArticle appends to it.
	Removed Log = "removed"
)

// Seq is a position in a change log; 0 is before everything.
type Seq uint64

// Change is one line of a change log.
type Change struct {
	Seq     Seq
	Article newsfold.ArticleID
}

// Shelf is a sorted set of key-value pairs. Keys are 1 to 1,024 bytes, values
// up to 64 MiB.
type Shelf interface {
	// Get returns the value of a key; nil and no error when there is none.
	Get(key []byte) ([]byte, error)
	// Put stores a value, which may be empty but then reads as non-nil.
	Put(key, value []byte) error
	// Delete removes a key. Removing what is not there is no error.
	Delete(key []byte) error
	// All yields the pairs whose keys start with prefix, in bytewise order of
	// the keys. Key and value are the caller's to keep.
	All(prefix []byte) iter.Seq2[Pair, error]
}

// Pair is what a [Shelf] holds.
type Pair struct{ Key, Value []byte }

// Query selects stories. The zero value selects all of them.
type Query struct {
	Since   time.Time       // Story.Time at or after; zero: no bound
	Until   time.Time       // Story.Time before; zero: no bound
	Unread  bool            // only stories that are not read
	Starred bool            // only starred ones
	Shown   bool            // only stories that no rule hides
	Tag     string          // only stories with this tag; empty: any
	Feed    newsfold.FeedID // only stories that this feed carries; 0: any
	After   Position        // only what comes after this position in the order
	Limit   int             // at most so many; 0: no bound

	// Feeds, when there are any, selects stories that at least one of them
	// carries: those of a folder.
	Feeds []newsfold.FeedID
	Order Order // default Newest
}

// Order is how a list of stories is sorted.
type Order int

// The orders. Oldest is Newest backwards. By ID is by when the first article of a story came in, whatever
// its publisher says of its time: nothing new ever appears before what was
// listed already, which is what programs that ask again need. Of
// Query.After only the ID counts in these.
const (
	Newest   Order = iota // by Time descending, then by ID descending
	ByID                  // by ID ascending
	ByIDDown              // by ID descending
	Oldest                // by Time ascending, then by ID ascending
)

// How much is kept of the earlier texts of an article.
const (
	MaxRevisions     = 20
	MaxRevisionBytes = 1 << 20
)

// Position is a place in the order of stories, for paging. The zero value is
// before the first one.
type Position struct {
	Time time.Time
	ID   newsfold.StoryID
}

// After returns the position of a story: a query with it goes on behind it.
func After(s newsfold.Story) Position { return Position{Time: s.Time, ID: s.ID} }
