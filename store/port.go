package store

import "iter"

// Porter is a transaction whose store can be carried over to one of another
// engine, item by item: with the same IDs, positions and all that stages keep.
// What an engine derives for itself, such as its indexes, is no item.
type Porter interface {
	// Export yields the items of the store by ascending kind and, within a kind,
	// in bytewise order of their keys, from behind the item named; the zero Item
	// is before the first.
	Export(after Item) iter.Seq2[Item, error]
	// Import stores an item that Export of another store gave. Items come in the
	// order of Export, into a store that was empty before the first.
	Import(Item) error
}

// Item is something in a store, in a form that no engine has for itself. Numbers
// in keys are eight bytes, big-endian; hashes are the first 16 bytes of SHA-256;
// nouns are encoded as in package store/internal/record, without compression.
type Item struct {
	Kind  Kind
	Key   []byte
	Value []byte
}

// Local is the name of a shelf that is not carried over: what is on it says
// something of the one store that it is in.
const Local = "local"

// Kind says what an [Item] is. Those that others refer to come first.
type Kind byte

// The kinds, with what is in key and value.
const (
	FeedItem     Kind = 1 + iota // feed: the feed
	EntryItem                    // feed, hash of the entry's key: the entry; empty when it was removed
	ArticleItem                  // article: the article
	RemovedItem                  // hash of the URL of an article that was removed: empty
	BodyItem                     // article: the body
	RevisionItem                 // article, number: the revision
	StoryItem                    // story: the story
	ChangeItem                   // name of a log, NUL, position: the article
	PairItem                     // name of a shelf, NUL, key: the value
	CounterItem                  // "feeds", "articles" or the name of a log: the last number given
)

// String names a kind for a person, in the plural.
func (k Kind) String() string {
	names := [...]string{
		FeedItem: "feeds", EntryItem: "entries", ArticleItem: "articles", RemovedItem: "removed articles",
		BodyItem: "texts", RevisionItem: "revisions", StoryItem: "stories", ChangeItem: "changes",
		PairItem: "notes of stages", CounterItem: "counters",
	}
	if k == 0 || int(k) >= len(names) {
		return "unknown things"
	}
	return names[k]
}
