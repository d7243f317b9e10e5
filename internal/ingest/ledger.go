package ingest

import (
	"errors"
	"maps"
	"slices"

	"newsfold"
	"newsfold/store"
)

// ledger is a transaction that keeps articles and stories in memory until
// [ledger.flush] writes them: folding looks at one and the same several times and
// changes it more than once, and each time would be a record to decode, to encode
// and to index. Everything else goes straight to the store, so lists of stories
// are those of before the transaction.
type ledger struct {
	store.Tx
	articles map[newsfold.ArticleID]*line[newsfold.Article]
	stories  map[newsfold.StoryID]*line[newsfold.Story]
}

// line is one thing that a ledger knows of.
type line[T any] struct {
	v       T
	changed bool
	gone    bool // not stored, or deleted
}

func newLedger(tx store.Tx) *ledger {
	return &ledger{
		Tx:       tx,
		articles: map[newsfold.ArticleID]*line[newsfold.Article]{},
		stories:  map[newsfold.StoryID]*line[newsfold.Story]{},
	}
}

// Article implements [store.Tx].
func (l *ledger) Article(id newsfold.ArticleID) (newsfold.Article, error) {
	if known := l.articles[id]; known != nil {
		return known.v, nil
	}
	a, err := l.Tx.Article(id)
	if err == nil {
		l.articles[id] = &line[newsfold.Article]{v: a}
	}
	return a, err
}

// PutArticle implements [store.Tx].
func (l *ledger) PutArticle(a *newsfold.Article) error {
	if a.ID == 0 {
		return l.Tx.PutArticle(a)
	}
	l.articles[a.ID] = &line[newsfold.Article]{v: *a, changed: true}
	return nil
}

// Story implements [store.Tx].
func (l *ledger) Story(id newsfold.StoryID) (newsfold.Story, error) {
	if id == 0 {
		return newsfold.Story{}, newsfold.ErrNotFound
	}
	known := l.stories[id]
	if known == nil {
		s, err := l.Tx.Story(id)
		if err != nil && !errors.Is(err, newsfold.ErrNotFound) {
			return s, err
		}
		known = &line[newsfold.Story]{v: s, gone: err != nil}
		l.stories[id] = known
	}
	if known.gone {
		return newsfold.Story{}, newsfold.ErrNotFound
	}
	s := known.v
	// The caller may sort and cut these.
	s.Articles, s.Feeds = slices.Clone(s.Articles), slices.Clone(s.Feeds)
	return s, nil
}

// PutStory implements [store.Tx].
func (l *ledger) PutStory(s *newsfold.Story) error {
	kept := *s
	kept.Articles, kept.Feeds = slices.Clone(s.Articles), slices.Clone(s.Feeds)
	l.stories[s.ID] = &line[newsfold.Story]{v: kept, changed: true}
	return nil
}

// DeleteStory implements [store.Tx].
func (l *ledger) DeleteStory(id newsfold.StoryID) error {
	l.stories[id] = &line[newsfold.Story]{changed: true, gone: true}
	return nil
}

// flush writes what has changed, in the order of the keys.
func (l *ledger) flush() error {
	for _, id := range slices.Sorted(maps.Keys(l.articles)) {
		if a := l.articles[id]; a.changed {
			if err := l.Tx.PutArticle(&a.v); err != nil {
				return err
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(l.stories)) {
		s := l.stories[id]
		var err error
		switch {
		case !s.changed:
		case s.gone:
			err = l.Tx.DeleteStory(id)
		default:
			err = l.Tx.PutStory(&s.v)
		}
		if err != nil {
			return err
		}
	}
	clear(l.articles)
	clear(l.stories)
	return nil
}
