package reading

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"newsfold"
	"newsfold/store"
)

// Reader reads and marks items within transactions of its caller. The zero
// value shows each story once.
type Reader struct {
	Copies bool // every article is an item, not only the leads
}

// Item is one thing to read.
type Item struct {
	ID    int64
	Story newsfold.StoryID
	Feed  newsfold.FeedID // that it is shown under
	// Seen is when it came in: the time that apps ask by.
	Seen          time.Time
	Read, Starred bool
}

// Stream selects items. The zero value selects all of the subscribed feeds.
type Stream struct {
	Feeds           []newsfold.FeedID // only under these; nil: any
	Unread, Read    bool              // only those that are, or are not, unread
	Starred, Others bool              // only those that have, or do not have, a star
	Since, Until    time.Time         // came in at or after, and before; zero: no bound
	After           int64             // only what comes after this ID in the order; 0: all
	Ascending       bool              // oldest first; otherwise newest first
	Limit           int               // at most so many; 0: no bound
}

// Page is a part of a stream.
type Page struct {
	Items []Item
	More  bool // there are further ones after the last item
}

// skew is how far the order of IDs and that of the times at which items came in
// may be apart: they are given by several polls, perhaps on several machines.
const skew = time.Hour

// List returns the items of a stream.
func (rd Reader) List(tx store.Tx, s Stream) (Page, error) {
	var p Page
	if s.Read && s.Unread || s.Starred && s.Others {
		return p, nil
	}
	l, err := rd.open(tx)
	if err != nil {
		return p, err
	}
	// From the old end, a bound on time would have to be searched for: such a
	// stream is read from the new end, and turned round.
	turned := s.Ascending && !s.Since.IsZero()
	q := s
	if turned {
		q.Ascending, q.After, q.Limit = false, 0, 0
	}
	err = l.each(q, func(it Item) bool {
		switch {
		case turned && s.After > 0 && it.ID <= s.After:
			return true
		case !turned && s.Limit > 0 && len(p.Items) == s.Limit:
			p.More = true
			return false
		}
		p.Items = append(p.Items, it)
		return true
	})
	if turned {
		slices.Reverse(p.Items)
		if s.Limit > 0 && len(p.Items) > s.Limit {
			p.Items, p.More = p.Items[:s.Limit], true
		}
	}
	return p, err
}

// Find returns the items with these IDs, in their order and each once. Those
// that are not there, or whose feeds are gone, are left out.
func (rd Reader) Find(tx store.Tx, ids []int64) ([]Item, error) {
	l, err := rd.open(tx)
	if err != nil {
		return nil, err
	}
	var items []Item
	seen := make(map[int64]bool, len(ids))
	for _, id := range ids {
		st, err := storyOf(tx, id)
		if errors.Is(err, newsfold.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !rd.Copies {
			id = int64(st.ID)
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		it, ok, err := l.item(&st, id)
		if err != nil {
			return nil, err
		}
		if ok {
			items = append(items, it)
		}
	}
	return items, nil
}

// Counts says of each feed how many items under it are unread.
type Counts map[newsfold.FeedID]Count

// Count is the number of unread items under a feed, and when the last of them
// came in.
type Count struct {
	Unread int
	Newest time.Time
}

// Count counts the unread items of every feed that has any.
func (rd Reader) Count(tx store.Tx) (Counts, error) {
	l, err := rd.open(tx)
	if err != nil {
		return nil, err
	}
	counts := Counts{}
	if rd.Copies {
		err = l.each(Stream{Unread: true}, func(it Item) bool {
			counts.add(it)
			return true
		})
		return counts, err
	}
	// The newest of a feed is the first that comes. Of the others in one feed
	// only, nothing more has to be read.
	for st, err := range tx.Stories(store.Query{Shown: true, Unread: true, Order: store.ByIDDown}) {
		if err != nil {
			return nil, err
		}
		if len(st.Feeds) == 1 {
			if c, ok := counts[st.Feeds[0]]; ok {
				c.Unread++
				counts[st.Feeds[0]] = c
				continue
			}
		}
		it, ok, err := l.item(&st, int64(st.ID))
		if err != nil {
			return nil, err
		}
		if ok {
			counts.add(it)
		}
	}
	return counts, nil
}

func (c Counts) add(it Item) {
	n := c[it.Feed]
	n.Unread++
	if it.Seen.After(n.Newest) {
		n.Newest = it.Seen
	}
	c[it.Feed] = n
}

// lister goes through items within one transaction.
type lister struct {
	Reader
	tx    store.Tx
	feeds map[newsfold.FeedID]bool // subscribed
}

func (rd Reader) open(tx store.Tx) (*lister, error) {
	l := &lister{Reader: rd, tx: tx, feeds: map[newsfold.FeedID]bool{}}
	for f, err := range tx.Feeds() {
		if err != nil {
			return nil, err
		}
		l.feeds[f.ID] = true
	}
	return l, nil
}

// each hands the items of a stream to fn until that returns false. Limit is
// left to fn.
func (l *lister) each(s Stream, fn func(Item) bool) error {
	if s.Feeds != nil && len(s.Feeds) == 0 {
		return nil
	}
	q := store.Query{Shown: true, Unread: s.Unread, Starred: s.Starred, Feeds: s.Feeds, Order: store.ByIDDown, After: store.Position{ID: newsfold.StoryID(s.After)}}
	if s.Ascending {
		q.Order = store.ByID
	}
	if l.Copies {
		return l.articles(s, q, fn)
	}
	for st, err := range l.tx.Stories(q) {
		if err != nil {
			return err
		}
		if s.Read && !st.Read || s.Others && st.Starred {
			continue
		}
		more, err := l.offer(s, &st, int64(st.ID), fn)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// articles is each for Copies: the articles of all stories in one order.
func (l *lister) articles(s Stream, q store.Query, fn func(Item) bool) error {
	type part struct {
		id    int64
		story newsfold.StoryID
	}
	var parts []part
	q.After = store.Position{}
	for st, err := range l.tx.Stories(q) {
		if err != nil {
			return err
		}
		if s.Read && !st.Read || s.Others && st.Starred {
			continue
		}
		for _, id := range st.Articles {
			if s.After == 0 || s.Ascending && int64(id) > s.After || !s.Ascending && int64(id) < s.After {
				parts = append(parts, part{int64(id), st.ID})
			}
		}
	}
	slices.SortFunc(parts, func(a, b part) int {
		if s.Ascending {
			return cmp.Compare(a.id, b.id)
		}
		return cmp.Compare(b.id, a.id)
	})
	for _, p := range parts {
		st, err := l.tx.Story(p.story)
		if err != nil {
			return err
		}
		more, err := l.offer(s, &st, p.id, fn)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// offer hands an item to fn if the stream selects it, and says whether to go
// on.
func (l *lister) offer(s Stream, st *newsfold.Story, id int64, fn func(Item) bool) (more bool, err error) {
	it, ok, err := l.item(st, id)
	if err != nil {
		return false, err
	}
	if !s.Since.IsZero() && it.Seen.Before(s.Since) {
		return s.Ascending || it.Seen.After(s.Since.Add(-skew)), nil
	}
	if !ok || !s.Until.IsZero() && !it.Seen.Before(s.Until) || s.Feeds != nil && !slices.Contains(s.Feeds, it.Feed) {
		return true, nil
	}
	return fn(it), nil
}

// item describes an item; ok is false when no subscribed feed carries it.
func (l *lister) item(st *newsfold.Story, id int64) (it Item, ok bool, err error) {
	it = Item{ID: id, Story: st.ID, Seen: st.Time, Read: st.Read, Starred: st.Starred}
	a, err := l.tx.Article(newsfold.ArticleID(id))
	switch {
	case errors.Is(err, newsfold.ErrNotFound):
		err = nil
	case err != nil:
		return it, false, err
	default:
		it.Seen = a.Seen
	}
	if len(st.Feeds) == 1 && !l.Copies { // nothing to choose
		it.Feed = st.Feeds[0]
		return it, l.feeds[it.Feed], nil
	}
	if !l.Copies && st.Lead != a.ID {
		if a, err = l.tx.Article(st.Lead); err != nil && !errors.Is(err, newsfold.ErrNotFound) {
			return it, false, err
		}
	}
	it.Feed = l.home(&a, st)
	return it, it.Feed != 0, nil
}

// home is the subscribed feed under which an article is shown: the first that
// carries it, else the first that carries its story.
func (l *lister) home(a *newsfold.Article, st *newsfold.Story) newsfold.FeedID {
	for _, e := range a.Entries {
		if l.feeds[e.Feed] {
			return e.Feed
		}
	}
	for _, f := range st.Feeds {
		if l.feeds[f] {
			return f
		}
	}
	return 0
}

// storyOf returns the story that the number of a story or an article leads to.
func storyOf(tx store.Tx, id int64) (newsfold.Story, error) {
	if id <= 0 || id >= 1<<53 {
		return newsfold.Story{}, fmt.Errorf("item %d: %w", id, newsfold.ErrNotFound)
	}
	a, err := tx.Article(newsfold.ArticleID(id))
	if err != nil {
		return newsfold.Story{}, err
	}
	if a.Story == 0 {
		return newsfold.Story{}, fmt.Errorf("article %d is in no story yet: %w", id, newsfold.ErrNotFound)
	}
	return tx.Story(a.Story)
}

// Total is how many items there are, those of feeds that are gone included.
func (rd Reader) Total(tx store.Tx) (n int, err error) {
	for st, err := range tx.Stories(store.Query{Shown: true, Order: store.ByID}) {
		if err != nil {
			return 0, err
		}
		if n++; rd.Copies {
			n += st.Copies()
		}
	}
	return n, nil
}

// FolderID is a number for a folder, for protocols that know folders by number:
// positive, below 2³¹, and always the same for one name.
func FolderID(name string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // never fails
	return int64(h.Sum32()&0x7fffffff | 1<<20)
}
