package bolt

// A bucketID names one of the top-level buckets, described in doc.go.
type bucketID int

const (
	bMeta bucketID = iota
	bFeeds
	bFeedURLs
	bFeedCounts
	bEntries
	bEntryKeys
	bSaid
	bArticles
	bArticleURLs
	bWanted
	bBodies
	bRevisions
	bStories
	bStoryTimes
	bStoryUnread
	bStoryStarred
	bStoryFeeds
	bLogs
	bShelves
	bDictionaries
	bPacks
	bArticlePacks
	bBodyPacks
	bStoryPacks
	bEntryPacks
)

var bucketNames = [...]string{
	bMeta:         "meta",
	bFeeds:        "feeds",
	bFeedURLs:     "feed.urls",
	bFeedCounts:   "feed.counts",
	bEntries:      "entries",
	bEntryKeys:    "entry.keys",
	bSaid:         "entry.said",
	bArticles:     "articles",
	bArticleURLs:  "article.urls",
	bWanted:       "wanted",
	bBodies:       "bodies",
	bRevisions:    "revisions",
	bStories:      "stories",
	bStoryTimes:   "story.times",
	bStoryUnread:  "story.unread",
	bStoryStarred: "story.starred",
	bStoryFeeds:   "story.feeds",
	bLogs:         "logs",
	bShelves:      "shelves",
	bDictionaries: "dictionaries",
	bPacks:        "packs",
	bArticlePacks: "article.packs",
	bBodyPacks:    "body.packs",
	bStoryPacks:   "story.packs",
	bEntryPacks:   "entry.packs",
}

// since says which buckets came after version 1, and with which.
var since = map[bucketID]int{
	bRevisions: 2, bSaid: 2, bDictionaries: 3,
	bPacks: 4, bArticlePacks: 4, bBodyPacks: 4, bStoryPacks: 4, bEntryPacks: 4,
}

// dense is how full pages are left that grow at their end: some room stays for
// records that are written again and are then longer.
const dense = 0.9

// full is the same for records that are hardly ever written again, and roomy for
// those that grow once, as articles do when they are folded.
const (
	full  = 1.0
	roomy = 0.7
)

// loose is the same for pages into which keys fall anywhere.
const loose = 0.5

var fillPercent = [...]float64{
	bMeta:         loose,
	bFeeds:        dense,
	bFeedURLs:     loose,
	bFeedCounts:   dense,
	bEntries:      dense,
	bEntryKeys:    loose,
	bSaid:         full,
	bArticles:     roomy,
	bArticleURLs:  loose,
	bWanted:       loose,
	bBodies:       full,
	bRevisions:    loose,
	bStories:      dense,
	bStoryTimes:   dense,
	bStoryUnread:  dense,
	bStoryStarred: loose,
	bStoryFeeds:   loose,
	bLogs:         loose,
	bShelves:      loose,
	bDictionaries: full,
	bPacks:        full,
	bArticlePacks: dense,
	bBodyPacks:    dense,
	bStoryPacks:   dense,
	bEntryPacks:   dense,
}
