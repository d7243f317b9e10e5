package ingest

import (
	"hash/maphash"

	"newsfold"
)

// knownTexts remembers what the texts of articles are like, so that one that is read
// for a comparison need not be read, or not be looked through for lines that name a
// source. It is bounded, forgets what was added longest ago, and nothing depends on
// what it holds.
type knownTexts struct {
	ids, older map[newsfold.ArticleID]knownText
	seed       maphash.Seed
}

// knownText is what is remembered of a text.
type knownText struct {
	sum    uint64 // of the text without the lines that name a source
	plain  bool   // there are no such lines
	stated bool   // what they say is among the origins of the article
}

// maxKnown is how many articles either half holds.
const maxKnown = 1 << 14

func newKnownTexts() knownTexts {
	return knownTexts{ids: map[newsfold.ArticleID]knownText{}, seed: maphash.MakeSeed()}
}

// sum tells texts apart.
func (t *knownTexts) sum(text string) uint64 { return maphash.String(t.seed, text) }

func (t *knownTexts) set(id newsfold.ArticleID, k knownText) {
	if len(t.ids) == maxKnown {
		t.ids, t.older = map[newsfold.ArticleID]knownText{}, t.ids
	}
	t.ids[id] = k
}

// get returns what is known of a text, and whether anything is.
func (t *knownTexts) get(id newsfold.ArticleID) (knownText, bool) {
	k, ok := t.ids[id]
	if !ok {
		k, ok = t.older[id]
	}
	return k, ok
}
