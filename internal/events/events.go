// Package events keeps which stories are one event: reports of the same
// happening, in other words or in other languages. It groups and never hides: a
// story is listed whatever event it is of.
//
// An event has no number of its own: it is named after the smallest of its
// stories. A story that is alone in its event has no record here at all.
//
//	tie, err := events.Of(tx, story)   // what ties it to its event
//	e, err := events.Load(tx, tie.Event)
package events

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"newsfold"
	"newsfold/store"
)

// Event is stories that report the same happening.
type Event struct {
	ID      newsfold.StoryID   `json:"id"`
	Stories []newsfold.StoryID `json:"stories"` // ascending, two at least
	First   time.Time          `json:"first"`   // of its earliest story
	Last    time.Time          `json:"last"`    // of its latest
}

// Tie is what ties a story to its event.
type Tie struct {
	Event    newsfold.StoryID    `json:"event"`
	With     newsfold.StoryID    `json:"with,omitempty"`     // the story that it was found by; 0: it was there before the others
	Relation string              `json:"relation,omitempty"` // report or translation, of With
	Score    float64             `json:"score,omitempty"`    // 0 to 1
	Earlier  newsfold.StoryID    `json:"earlier,omitempty"`  // an event that this one follows
	Evidence []newsfold.Evidence `json:"evidence,omitempty"`
}

// The shelves: events by their names, and ties by their stories.
const (
	eventShelf = "events"
	tieShelf   = "events.ties"
)

func key(id newsfold.StoryID) []byte { return binary.BigEndian.AppendUint64(nil, uint64(id)) }

// Of returns the tie of a story; the zero value when it is alone.
func Of(tx store.Tx, story newsfold.StoryID) (t Tie, err error) {
	return t, get(tx, tieShelf, story, &t)
}

// Load returns an event; its ID is 0 when there is none of that name.
func Load(tx store.Tx, id newsfold.StoryID) (e Event, err error) {
	return e, get(tx, eventShelf, id, &e)
}

// Size is how many stories an event has; 0 when there is none of that name. It is Load
// for lists: an event may be large, and only its size be shown.
func Size(tx store.Tx, id newsfold.StoryID) (int, error) {
	var e struct {
		Stories count `json:"stories"`
	}
	err := get(tx, eventShelf, id, &e)
	return int(e.Stories), err
}

// count is how many numbers a list has that is not empty.
type count int

// UnmarshalJSON counts what is between commas.
func (n *count) UnmarshalJSON(list []byte) error {
	*n = count(bytes.Count(list, []byte{','}) + 1)
	return nil
}

func get(tx store.Tx, shelf string, id newsfold.StoryID, v any) error {
	b, err := tx.Shelf(shelf).Get(key(id))
	if err != nil || b == nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("read event of story %d: %w", id, err)
	}
	return nil
}

// All yields the events by ascending name.
func All(tx store.Tx) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for p, err := range tx.Shelf(eventShelf).All(nil) {
			var e Event
			if err == nil {
				err = json.Unmarshal(p.Value, &e)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Put stores an event, or removes it when it has fewer than two stories. The ties of
// its stories are stored by [PutTie].
func Put(tx store.Tx, e Event) error {
	shelf := tx.Shelf(eventShelf)
	if len(e.Stories) < 2 {
		return shelf.Delete(key(e.ID))
	}
	return put(shelf, e.ID, e)
}

// PutTie stores the tie of a story, or removes it when it names no event.
func PutTie(tx store.Tx, story newsfold.StoryID, t Tie) error {
	shelf := tx.Shelf(tieShelf)
	if t.Event == 0 {
		return shelf.Delete(key(story))
	}
	return put(shelf, story, t)
}

func put(shelf store.Shelf, id newsfold.StoryID, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return shelf.Put(key(id), b)
}
