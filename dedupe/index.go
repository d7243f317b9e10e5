package dedupe

import "context"

// Index finds the articles that share keys of their sketches with another one.
// [Memory] is the one that a [Folder] has by itself; one in a database lets
// several programs fold into one store.
//
// A key is 32 bits of a hash. An article has up to 600 of them, 40 on average,
// and is looked up by all of them at once, so a database needs one query an
// article: of a table (key, article) for keys in a list, joined with what it
// keeps of the articles. Keys come ascending and without repetition, so that a
// database which locks what it writes does so in one order.
//
// The methods are safe for concurrent use. An index holds no texts, and what it
// answers is only ever a reason to compare two texts: it may leave out articles
// that are older than its window, and postings of keys that more than 64
// articles have, which are no sign of anything but furniture. Who folds with
// several Folders at once sees to it that articles which share keys are not
// decided at the same time, else two copies may each found a story.
type Index interface {
	// Lookup appends to dst who has which of the keys, in any order.
	Lookup(ctx context.Context, keys []uint32, dst []Posting) ([]Posting, error)
	// Insert adds an article with its keys, in place of what it had before.
	Insert(ctx context.Context, x Indexed, keys []uint32) error
	// Forget removes articles; those that are not there do not matter.
	Forget(ctx context.Context, ids ...int64) error
	// Expire removes articles that appeared before an hour, as counted by
	// [Indexed.Hour], and returns how many they were. An index may keep some of
	// them until it can remove many at once.
	Expire(ctx context.Context, hour uint32) (int, error)
}

// Indexed is what an [Index] keeps of an article beside its keys: by it, keys
// that say nothing are told from those that do.
type Indexed struct {
	ID    int64
	Story uint32 // hash of the story that the article was put into
	Name  uint32 // hash of its title, or of its first words
	Hour  uint32 // when it appeared, in hours since 1970; 0: unknown
	Host  uint32 // hash of its host
}

// Posting says that an article has one of the keys that were looked up.
type Posting struct {
	Key     int32 // which of them, counted from 0
	Article Indexed
}
