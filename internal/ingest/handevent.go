package ingest

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"newsfold"
	"newsfold/dedupe/event"
	"newsfold/internal/events"
	"newsfold/store"
)

// handTurnKey is where the shelf of hand-made decisions counts the changes of those
// about events: whoever holds events in memory reads them anew when it has moved.
var handTurnKey = []byte{'E'}

func handTurn(tx store.Tx) (uint64, error) {
	v, err := tx.Shelf(handShelf).Get(handTurnKey)
	if err != nil || len(v) != 8 {
		return 0, err
	}
	return binary.BigEndian.Uint64(v), nil
}

// SplitEvent takes stories, named by any of their articles, out of their events:
// what they leave and they themselves are never one event again, unless a person
// merges them. It returns when that is done; the engine must be running. It fails
// with newsfold.ErrNotFound when an article is unknown, and with ErrNothing when its
// story is in no event, or in one that is closed.
func (e *Engine) SplitEvent(ctx context.Context, ids []newsfold.ArticleID) (Act, error) {
	return e.act(ctx, "split-event", ids, func(tx store.Tx) ([]pair, error) {
		named := map[newsfold.StoryID]bool{}
		for _, id := range ids {
			s, err := e.eventful(tx, id)
			if err != nil {
				return nil, err
			}
			named[s.ID] = true
		}
		var pairs []pair
		for s := range named {
			in, err := eventOf(tx, s)
			if err != nil {
				return nil, err
			}
			rest := slices.DeleteFunc(in.Stories, func(o newsfold.StoryID) bool { return named[o] })
			if len(rest) == 0 {
				return nil, fmt.Errorf("story %d shares its event with no other that would be left: %w", s, ErrNothing)
			}
			for _, o := range rest {
				pairs = append(pairs, pair{A: newsfold.ArticleID(s), B: newsfold.ArticleID(o), Now: apart, Event: true})
			}
		}
		return pairs, nil
	})
}

// MergeEvents makes the events of stories, named by any of their articles, one. It
// returns when that is done; the engine must be running. The errors are those of
// SplitEvent.
func (e *Engine) MergeEvents(ctx context.Context, ids []newsfold.ArticleID) (Act, error) {
	return e.act(ctx, "merge-event", ids, func(tx store.Tx) ([]pair, error) {
		first, err := e.eventful(tx, ids[0])
		if err != nil {
			return nil, err
		}
		to, err := eventOf(tx, first.ID)
		if err != nil {
			return nil, err
		}
		var pairs []pair
		for _, id := range ids[1:] {
			s, err := e.eventful(tx, id)
			if err != nil {
				return nil, err
			}
			from, err := eventOf(tx, s.ID)
			if err != nil {
				return nil, err
			}
			if slices.Contains(to.Stories, s.ID) {
				continue
			}
			parted, err := partedEvents(tx, to.Stories, from.Stories)
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, parted...) // an earlier split between the two is taken back with it
			pairs = append(pairs, pair{A: newsfold.ArticleID(s.ID), B: newsfold.ArticleID(first.ID), Now: together, Event: true})
		}
		if len(pairs) == 0 {
			return nil, fmt.Errorf("all of them are one event already: %w", ErrNothing)
		}
		return pairs, nil
	})
}

// partedEvents returns the pairs of stories of two events that a person took apart,
// as they are to be now.
func partedEvents(tx store.Tx, as, bs []newsfold.StoryID) ([]pair, error) {
	var pairs []pair
	for _, a := range as {
		for _, b := range bs {
			p := pair{A: newsfold.ArticleID(a), B: newsfold.ArticleID(b), Now: together, Event: true}
			v, err := tx.Shelf(handShelf).Get(pairKey(p.of(), p.A, p.B))
			if err != nil {
				return nil, err
			}
			if len(v) == 1 && v[0] == apart {
				pairs = append(pairs, p)
			}
		}
	}
	return pairs, nil
}

// eventful returns the story of an article if its event can still change.
func (e *Engine) eventful(tx store.Tx, id newsfold.ArticleID) (newsfold.Story, error) {
	if e.opts.NoEvents {
		return newsfold.Story{}, fmt.Errorf("events are off: %w", ErrNothing)
	}
	s, err := storyOf(tx, id)
	if err != nil {
		return s, err
	}
	v, err := tx.Shelf(groupShelf).Get(binary.BigEndian.AppendUint64(nil, uint64(s.ID)))
	if err == nil && v == nil {
		err = fmt.Errorf("story %d of %s is too old: events change for %d days: %w",
			s.ID, s.Time.Format("2006-01-02"), int(eventWindow.Hours()/24), ErrNothing)
	}
	return s, err
}

// eventOf returns the event of a story, which may be the only one in it.
func eventOf(tx store.Tx, s newsfold.StoryID) (events.Event, error) {
	alone := events.Event{ID: s, Stories: []newsfold.StoryID{s}}
	t, err := events.Of(tx, s)
	if err != nil || t.Event == 0 {
		return alone, err
	}
	in, err := events.Load(tx, t.Event)
	if err != nil || len(in.Stories) == 0 {
		return alone, err
	}
	return in, nil
}

// byHand gives a story the event that a person wants it to be in.
func (q *grouping) byHand(tx store.Tx, s newsfold.Story) error {
	for _, id := range s.Articles {
		tog, apa, err := wishes(tx, ofEvent, int64(id))
		if err != nil {
			return err
		}
		if err := q.heed(tx, s.ID, apa, apart); err != nil {
			return err
		}
		if err := q.heed(tx, s.ID, tog, together); err != nil {
			return err
		}
	}
	return nil
}

// heed carries out what is decided of a story and those of some articles.
func (q *grouping) heed(tx store.Tx, story newsfold.StoryID, articles []int64, what byte) error {
	for _, id := range articles {
		other, err := storyOf(tx, newsfold.ArticleID(id))
		if isNew(err) {
			continue
		}
		if err != nil {
			return err
		}
		q.place(int64(story), int64(other.ID), what)
	}
	return nil
}

// place carries out what is decided of two stories, the first of which was just
// grouped.
func (q *grouping) place(story, other int64, what byte) {
	a, b := q.g.Event(story), q.g.Event(other)
	if a == 0 || b == 0 || story == other {
		return
	}
	moved := slices.Concat(q.g.Stories(a), q.g.Stories(b))
	if what == together {
		q.g.Together(story, other)
		q.moved[story] = event.Decision{
			With: other, Relation: event.Report, Score: 1,
			Evidence: []event.Evidence{{Kind: "by-hand", Value: 1, Detail: "a person put it into this event"}},
		}
	} else {
		q.g.Apart(story, other)
		if a == b {
			q.moved[story] = event.Decision{Relation: event.Founds}
		}
	}
	q.touch(a)
	q.touch(b)
	for _, s := range moved {
		q.touch(q.g.Event(s)) // it may go on under another name
	}
}

// recall brings back what was decided about the stories that are held.
func (q *grouping) recall(tx store.Tx) (err error) {
	if q.turn, err = handTurn(tx); err != nil || q.turn == 0 {
		return err
	}
	for p, err := range tx.Shelf(handShelf).All([]byte{ofEvent}) {
		if err != nil {
			return err
		}
		var both [2]int64
		for i := range both {
			s, err := storyOf(tx, newsfold.ArticleID(binary.BigEndian.Uint64(p.Key[1+8*i:])))
			if isNew(err) {
				break
			}
			if err != nil {
				return err
			}
			both[i] = int64(s.ID)
		}
		if both[0] == both[1] || both[1] == 0 || both[0] > both[1] { // each stands from both sides
			continue
		}
		switch p.Value[0] {
		case together:
			q.g.Together(both[0], both[1])
		case apart:
			q.g.Apart(both[1], both[0])
		}
	}
	return nil
}
