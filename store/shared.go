package store

import (
	"context"
	"errors"
	"time"

	"newsfold"
)

var (
	// ErrUnavailable says that the database server cannot be reached, or cannot
	// work at the moment. Nothing of the transaction was stored; it may be tried
	// again.
	ErrUnavailable = errors.New("store is unavailable")
	// ErrUnknown says that the database server went away while a transaction was
	// committed, and did not come back in time to say whether it was stored. What
	// may be stored twice without harm may be tried again.
	ErrUnknown = errors.New("it is not known whether this change was stored")
	// ErrFenced says that a lease has run out and that another daemon has taken
	// over, or that what was leased is done or gone. Whoever meets it throws the
	// result of its work away: nothing of the transaction was stored.
	ErrFenced = errors.New("lease was lost")
)

// Shared is a [DB] that several daemons use at once. Work that only one of them
// may do at a time is leased: a daemon that dies or stalls loses its leases to the
// others by the mere passing of time, and whatever it does afterwards in their
// name is refused with [ErrFenced].
//
// Time is the server's. A lease is measured on the daemon's own clock from before
// it was asked for, so clocks need not agree.
type Shared interface {
	DB

	// Alongside is Update that runs beside other transactions that write. It
	// sees the store as it was when it began. Of two that change the same feed,
	// entry, article, body, story or key of a shelf, one is run again; but what
	// one of them only reads may be changed by the other. It is for
	// transactions that stay right then. Update runs alone.
	Alongside(ctx context.Context, fn func(Tx) error) error

	// LeaseFeeds leases feeds that are due. A feed is due when its Poll.Next has
	// come, unless it is gone, and again when its lease has run out.
	LeaseFeeds(ctx context.Context, c Claim) ([]Lease, error)
	// LeasePages leases articles whose page is wanted, a few of each part of the
	// web and of those the earliest first; c.Feeds is not used.
	LeasePages(ctx context.Context, c Claim) ([]Lease, error)
	// LeaseStage leases a stage, of which each has one holder, or renews the
	// lease of c.Owner. It reports whether c.Owner has it now; c.Limit and
	// c.Feeds are not used.
	LeaseStage(ctx context.Context, stage string, c Claim) (Lease, bool, error)
	// Release gives leases back before their time: what was leased is due at
	// once. Leases that were lost meanwhile are left alone.
	Release(ctx context.Context, leases []Lease) error
}

// Claim asks for leases.
type Claim struct {
	Owner string        // who asks: unique to the process, up to 64 bytes
	For   time.Duration // how long the leases last
	Limit int           // at most so many
	// Feeds, when there are any, asks for these instead, due or not, unless
	// another holds them.
	Feeds []newsfold.FeedID
}

// Lease is the right to work on one thing for a while: a feed, the page of an
// article, or a stage.
type Lease struct {
	Feed    newsfold.FeedID
	Article newsfold.ArticleID
	Stage   string

	Owner string
	Token int64     // of this lease, larger than those before it
	Until time.Time // on the clock of the process that asked
}

// Holder is a transaction of a [Shared] store.
type Holder interface {
	// Hold makes a transaction part of a lease: it fails with an error that
	// wraps [ErrFenced] when the lease was lost, and from then on nobody else
	// can take the lease until the transaction is over. When it is committed,
	// the lease of a feed or a page has ended: it is due again as was stored.
	// That of a stage goes on.
	Hold(Lease) error
}

// Indexer is a transaction of a [Shared] store that holds the index by which
// folding finds candidates: inverted lists of the keys of articles. It belongs to
// the store since whoever folds next must find what others have folded.
//
// Two transactions do not see what the other adds. Who folds holds the lease of a
// stage, or else two copies may each found a story.
type Indexer interface {
	// Candidates returns the articles that have any of the keys, by ascending
	// ID.
	Candidates(keys []uint32) ([]Candidate, error)
	// PutCandidate adds an article to the index, in place of what it had there.
	PutCandidate(Candidate) error
	// DropCandidates takes articles out of the index; those that are not there
	// do not matter.
	DropCandidates(...newsfold.ArticleID) error
	// YoungestCandidate returns the greatest hour in the index; 0 when it is empty.
	YoungestCandidate() (uint32, error)
	// ExpireCandidates takes the articles out that appeared before an hour, and
	// returns how many they were.
	ExpireCandidates(hour uint32) (int, error)
}

// Candidate is an article in the index of an [Indexer].
type Candidate struct {
	Article newsfold.ArticleID
	Hour    uint32   // since 1970, when it appeared; 0: unknown, and never too old
	Note    []byte   // for whoever looks it up; up to 64 bytes
	Keys    []uint32 // ascending, each once
}

// Fetcher is a transaction that gains by knowing what it will be asked for: an
// engine that asks a server once for many things.
type Fetcher interface {
	// Fetch reads ahead what w names. What is not there is no error.
	Fetch(w Wants) error
}

// Wants names what a transaction is about to ask for.
type Wants struct {
	Entries  []newsfold.EntryRef
	URLs     []string             // of articles: for FindArticle, and for Article or PutArticle then
	Articles []newsfold.ArticleID // for Article
	Bodies   []newsfold.ArticleID // for Body
	Stories  []newsfold.StoryID   // for Story
	Keys     []uint32             // for Candidates, in parts
}

// Fetch is [Fetcher.Fetch] where the engine gains by it.
func Fetch(tx Tx, w Wants) error {
	if f, ok := tx.(Fetcher); ok {
		return f.Fetch(w)
	}
	return nil
}

// Hold is [Holder.Hold] where there is a lease to hold; the zero Lease is none.
func Hold(tx Tx, l Lease) error {
	if l == (Lease{}) {
		return nil
	}
	return tx.(Holder).Hold(l)
}
