package postgres

import (
	"cmp"
	"crypto/sha256"

	"newsfold"
	"newsfold/store/internal/record"
)

// hash stands for a string in an index: 128 bits of its SHA-256. URLs may be
// longer than an index takes.
type hash [16]byte

func hashOf(s string) (h hash) {
	sum := sha256.Sum256([]byte(s))
	copy(h[:], sum[:])
	return h
}

// feedRow is a row of feed with that of feed_due.
type feedRow struct {
	url     hash
	shard   int16
	due     *int64 // nil: never
	token   int64  // of its lease
	entries int64
	rec     []byte
}

// entryKey names a row of entry.
type entryKey struct {
	feed newsfold.FeedID
	key  hash
}

// entryRow is a row of entry.
type entryRow struct {
	rec []byte // nil: it was removed and is not to come back
}

// articleRow is a row of article with that of page_due.
type articleRow struct {
	wanted *int64 // nil: not wanted
	shard  int16  // of its page, where it was put
	token  int64  // of the lease of its page
	rec    []byte
}

func rowOfArticle(a *newsfold.Article, rec []byte) *articleRow {
	return &articleRow{wanted: wantedTime(a), shard: shardOf(cmp.Or(a.Link, a.URL)), rec: rec}
}

// storyRow is a row of story with those of story_feed.
type storyRow struct {
	time            int64
	unread, starred bool
	feeds           []newsfold.FeedID
	rec             []byte
}

// pairKey names a row of shelf.
type pairKey struct {
	shelf string
	key   string
}

// place is where a story stands in the list of one feed.
type place struct {
	feed  newsfold.FeedID
	time  int64
	story newsfold.StoryID
}

func (p place) row() []any { return []any{int64(p.feed), p.time, int64(p.story)} }

// places returns where a story stands; one that is not there stands nowhere.
func (r *storyRow) places(id newsfold.StoryID) []place {
	if r == nil {
		return nil
	}
	all := make([]place, len(r.feeds))
	for i, f := range r.feeds {
		all[i] = place{f, r.time, id}
	}
	return all
}

// dueTime is when a feed is due; nil: never.
func dueTime(f *newsfold.Feed) *int64 {
	if f.Poll.Result == newsfold.Gone {
		return nil
	}
	us := record.Micro(f.Poll.Next)
	return &us
}

// wantedTime is when the page of an article is wanted; nil: it is not.
func wantedTime(a *newsfold.Article) *int64 {
	if a.Page.State != newsfold.PageWanted {
		return nil
	}
	us := record.Micro(a.Page.Next)
	return &us
}
