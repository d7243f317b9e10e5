package reading

import (
	"errors"
	"slices"
	"time"

	"newsfold"
	"newsfold/store"
)

// Mark is what may be said of items.
type Mark int

// The marks.
const (
	Read Mark = iota
	Unread
	Star
	Unstar
)

func (m Mark) set(s *newsfold.Story) (changed bool) {
	was, had := s.Read, s.Starred
	switch m {
	case Read:
		s.Read, s.Held = true, false
	case Unread:
		s.Read, s.Held = false, true
	case Star:
		s.Starred = true
	case Unstar:
		s.Starred = false
	}
	return s.Read != was || s.Starred != had
}

// Mark marks the stories of items, in the transaction of an Update, and returns
// those that it changed. IDs that lead nowhere are passed over: apps go on
// naming what they have kept.
func (rd Reader) Mark(tx store.Tx, ids []int64, marks ...Mark) (changed []newsfold.StoryID, err error) {
	for _, id := range ids {
		st, err := storyOf(tx, id)
		if errors.Is(err, newsfold.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		did := false
		for _, m := range marks {
			did = m.set(&st) || did
		}
		if !did {
			continue
		}
		if err := tx.PutStory(&st); err != nil {
			return nil, err
		}
		changed = append(changed, st.ID)
	}
	return changed, nil
}

// MarkAll marks as read what is unread under some feeds (nil: all) and came in
// at or before a time (zero: all), in the transaction of an Update. It returns
// what it changed.
func (rd Reader) MarkAll(tx store.Tx, feeds []newsfold.FeedID, by time.Time) (changed []newsfold.StoryID, err error) {
	s := Stream{Feeds: feeds, Unread: true}
	if !by.IsZero() {
		s.Until = by.Add(time.Nanosecond)
	}
	l, err := rd.open(tx)
	if err != nil {
		return nil, err
	}
	err = l.each(s, func(it Item) bool {
		changed = append(changed, it.Story)
		return true
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(changed)
	changed = slices.Compact(changed)
	for _, id := range changed {
		st, err := tx.Story(id)
		if err != nil {
			return nil, err
		}
		st.Read = true
		if err := tx.PutStory(&st); err != nil {
			return nil, err
		}
	}
	return changed, nil
}
