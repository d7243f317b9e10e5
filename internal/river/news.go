package river

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"newsfold"
	"newsfold/store"
)

// Cursor is up to where somebody was told of stories. The zero value is before
// everything.
type Cursor struct {
	Seq store.Seq `json:"seq"` // in store.Folds
	// High is the highest number of an article that was folded, Late the lower
	// ones that were not, or that may not have been there: a later article can
	// be folded before an earlier one.
	High newsfold.ArticleID   `json:"high"`
	Late []newsfold.ArticleID `json:"late,omitempty"`
	At   time.Time            `json:"at,omitzero"`
}

// News is what has happened behind a [Cursor].
type News struct {
	New     []newsfold.StoryID // stories that nobody was told of, newest first
	Changed []newsfold.StoryID // stories of before whose articles were folded anew
	Next    Cursor             // behind all that
}

// gap is how many numbers of articles before the highest may belong to
// transactions that are not committed yet, where daemons share a store.
const gap = 256

// Fresh returns what was folded after a cursor. folded is how far folding has
// come in the log of texts. A story is new when none of its articles was in a
// story at the cursor; one that takes an article of an older story in is that
// older story, changed.
func Fresh(tx store.Tx, since Cursor, folded store.Seq, now time.Time) (n News, err error) {
	if since.At.IsZero() {
		if n.Next, err = End(tx, folded, now); err != nil {
			return n, err
		}
		return n, n.all(tx)
	}
	n.Next = Cursor{Seq: since.Seq, High: since.High, At: now}
	touched := map[newsfold.StoryID]bool{}
	for ch, err := range tx.Changes(store.Folds, since.Seq) {
		if err != nil {
			return n, err
		}
		n.Next.Seq, n.Next.High = ch.Seq, max(n.Next.High, ch.Article)
		a, err := tx.Article(ch.Article)
		if errors.Is(err, newsfold.ErrNotFound) {
			continue
		}
		if err != nil {
			return n, err
		}
		if a.Story != 0 {
			touched[a.Story] = true
		}
	}
	if n.Next.Seq == since.Seq {
		n.Next.Late = since.Late
		return n, nil
	}
	if err := n.Next.late(tx, since, folded); err != nil {
		return n, err
	}
	return n, n.sort(tx, touched, since)
}

// End returns the cursor behind everything that was folded so far.
func End(tx store.Tx, folded store.Seq, now time.Time) (Cursor, error) {
	c := Cursor{At: now}
	for ch, err := range tx.Changes(store.Folds, 0) {
		if err != nil {
			return c, err
		}
		c.Seq, c.High = ch.Seq, max(c.High, ch.Article)
	}
	return c, c.late(tx, Cursor{}, folded)
}

// all takes every story for new.
func (n *News) all(tx store.Tx) error {
	for s, err := range tx.Stories(store.Query{}) {
		if err != nil {
			return err
		}
		n.New = append(n.New, s.ID)
	}
	return nil
}

// sort tells new stories from those that only changed.
func (n *News) sort(tx store.Tx, touched map[newsfold.StoryID]bool, since Cursor) error {
	var fresh, changed []store.Position
	for id := range touched {
		s, err := tx.Story(id)
		if errors.Is(err, newsfold.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if slices.ContainsFunc(s.Articles, since.has) {
			changed = append(changed, store.After(s))
		} else {
			fresh = append(fresh, store.After(s))
		}
	}
	n.New, n.Changed = newestFirst(fresh), newestFirst(changed)
	return nil
}

func newestFirst(list []store.Position) []newsfold.StoryID {
	slices.SortFunc(list, func(a, b store.Position) int {
		return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(b.ID, a.ID))
	})
	ids := make([]newsfold.StoryID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	return ids
}

// has reports whether an article was in a story at the cursor.
func (c Cursor) has(id newsfold.ArticleID) bool {
	_, late := slices.BinarySearch(c.Late, id)
	return id <= c.High && !late
}

// late notes the articles up to the highest that are in no story yet.
func (c *Cursor) late(tx store.Tx, since Cursor, folded store.Seq) error {
	note := func(id newsfold.ArticleID) error {
		if id > c.High {
			return nil
		}
		a, err := tx.Article(id)
		switch {
		case errors.Is(err, store.ErrRemoved):
		case errors.Is(err, newsfold.ErrNotFound):
			if id > c.High-gap {
				c.Late = append(c.Late, id)
			}
		case err != nil:
			return err
		case a.Story == 0:
			c.Late = append(c.Late, id)
		}
		return nil
	}
	for _, id := range since.Late {
		if err := note(id); err != nil {
			return err
		}
	}
	for ch, err := range tx.Changes(store.Texts, folded) {
		if err = errors.Join(err, note(ch.Article)); err != nil {
			return err
		}
	}
	for id, err := range tx.Wanted(c.At.AddDate(100, 0, 0)) {
		if err = errors.Join(err, note(id)); err != nil {
			return err
		}
	}
	for id := max(c.High-gap, 1); id <= c.High; id++ {
		if err := note(id); err != nil {
			return err
		}
	}
	slices.Sort(c.Late)
	c.Late = slices.Compact(c.Late)
	return nil
}

// cursorShelf holds cursors by what they are called.
const cursorShelf = "cursors"

// LoadCursor returns the cursor of a name; the zero one when there is none yet.
func LoadCursor(tx store.Tx, name string) (c Cursor, err error) {
	v, err := tx.Shelf(cursorShelf).Get([]byte(name))
	if err != nil || v == nil {
		return c, err
	}
	if err := json.Unmarshal(v, &c); err != nil {
		return c, fmt.Errorf("cursor %q: %w", name, err)
	}
	return c, nil
}

// SaveCursor moves the cursor of a name forward. One that is further already
// stays: whoever moved it told of more.
func SaveCursor(tx store.Tx, name string, c Cursor) error {
	was, err := LoadCursor(tx, name)
	if err != nil || was.Seq > c.Seq {
		return err
	}
	v, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return tx.Shelf(cursorShelf).Put([]byte(name), v)
}

// Pick returns a story when a query asks for it; ok is false when it does not,
// or when the story is no more. Of the query its order, position and limit do not
// count.
func Pick(tx store.Tx, id newsfold.StoryID, q Query) (st Story, ok bool, err error) {
	s, err := tx.Story(id)
	if errors.Is(err, newsfold.ErrNotFound) {
		return st, false, nil
	}
	if err != nil {
		return st, false, err
	}
	carries := func(f newsfold.FeedID) bool { return slices.Contains(s.Feeds, f) }
	switch {
	case !q.Since.IsZero() && s.Time.Before(q.Since), !q.Until.IsZero() && !s.Time.Before(q.Until),
		q.Unread && s.Read, q.Starred && !s.Starred, q.Shown && s.Hidden, q.Tag != "" && !slices.Contains(s.Tags, q.Tag), q.Feed != 0 && !carries(q.Feed),
		len(q.Feeds) > 0 && !slices.ContainsFunc(q.Feeds, carries):
		return st, false, nil
	}
	l := newLoader(tx)
	st, err = l.story(s, q.Articles)
	return st, err == nil, err
}
