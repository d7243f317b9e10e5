package ingest

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"newsfold"
	"newsfold/store"
)

// What a person decided about folds wins for ever. The shelf of hand-made
// decisions holds, for each pair of articles and from both sides, whether they
// belong together or apart, and under other keys the journal that undo goes back
// through.
const handShelf = "hand"

// The sides of a decision.
const (
	together = 't'
	apart    = 'a'
)

// What a decision is about, which begins its key.
const (
	ofStory = 'p'
	ofEvent = 'e'
)

// Keys of the shelf: what the decision is about and two articles; 'j' and the number
// of the entry; for those of rules see rules.go.
func pairKey(of byte, a, b newsfold.ArticleID) []byte {
	k := binary.BigEndian.AppendUint64([]byte{of}, uint64(a))
	return binary.BigEndian.AppendUint64(k, uint64(b))
}

func journalKey(n uint64) []byte { return binary.BigEndian.AppendUint64([]byte{'j'}, n) }

// Act is a decision of a person, as the journal keeps it.
type Act struct {
	Kind  string               `json:"kind"`            // split, merge, split-event, merge-event, lead, never-fold or rule
	IDs   []newsfold.ArticleID `json:"ids"`             // the articles it named
	Feeds []newsfold.FeedID    `json:"feeds,omitempty"` // the feeds it named
	// Again are the articles that were folded again because of a rule for feeds.
	Again []newsfold.ArticleID `json:"again,omitempty"`
	Rule  int64                `json:"rule,omitempty"` // the rule that was made
	At    time.Time            `json:"at"`
	Pairs []pair               `json:"pairs"`
}

// pair is two articles and what was said of them before and is said now; 0 is
// nothing.
type pair struct {
	A      newsfold.ArticleID `json:"a"`
	B      newsfold.ArticleID `json:"b"`
	Before byte               `json:"before,omitempty"`
	Now    byte               `json:"now"`
	Event  bool               `json:"event,omitempty"` // that their stories are, or are not, one event
}

// of is what the decision is about.
func (p pair) of() byte {
	if p.Event {
		return ofEvent
	}
	return ofStory
}

// ErrNothing says that there is nothing that could be split, merged or undone.
var ErrNothing = errors.New("nothing to do")

// Split takes articles out of their stories. What they leave and they themselves
// are never folded together again, unless a person merges them. It returns when
// they have been folded anew; the engine must be running. It fails with
// newsfold.ErrNotFound when an article is unknown and with ErrNothing when one
// has no story to leave.
func (e *Engine) Split(ctx context.Context, ids []newsfold.ArticleID) (Act, error) {
	return e.act(ctx, "split", ids, func(tx store.Tx) ([]pair, error) {
		var pairs []pair
		for _, id := range ids {
			story, err := storyOf(tx, id)
			if err != nil {
				return nil, err
			}
			rest := slices.DeleteFunc(slices.Clone(story.Articles), func(m newsfold.ArticleID) bool { return slices.Contains(ids, m) })
			if len(rest) == 0 {
				return nil, fmt.Errorf("article %d is all there is of story %d: %w", id, story.ID, ErrNothing)
			}
			for _, m := range rest {
				pairs = append(pairs, pair{A: id, B: m, Now: apart})
			}
			ties, err := inherited(tx, id, rest)
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, ties...)
		}
		return pairs, nil
	})
}

// inherited are ties that take the place of those by which a person has tied articles
// to one that leaves them: to make stories one, any of their articles could be named.
func inherited(tx store.Tx, leaves newsfold.ArticleID, rest []newsfold.ArticleID) (pairs []pair, err error) {
	wished, _, err := wishes(tx, ofStory, int64(leaves))
	if err != nil {
		return nil, err
	}
	tied := func(m newsfold.ArticleID) bool { return slices.Contains(wished, int64(m)) }
	heir := rest[max(0, slices.IndexFunc(rest, func(m newsfold.ArticleID) bool { return !tied(m) }))]
	for _, m := range rest {
		if m != heir && tied(m) {
			pairs = append(pairs, pair{A: m, B: heir, Now: together})
		}
	}
	return pairs, nil
}

// Merge makes the stories of articles one, whatever their texts. It returns when
// that is done; the engine must be running. The errors are those of Split.
func (e *Engine) Merge(ctx context.Context, ids []newsfold.ArticleID) (Act, error) {
	return e.act(ctx, "merge", ids, func(tx store.Tx) ([]pair, error) {
		var pairs []pair
		first, err := storyOf(tx, ids[0])
		if err != nil {
			return nil, err
		}
		for _, id := range ids[1:] {
			story, err := storyOf(tx, id)
			if err != nil {
				return nil, err
			}
			if story.ID == first.ID {
				continue
			}
			// An earlier split between the two is taken back with it.
			for _, a := range first.Articles {
				for _, b := range story.Articles {
					if v, err := tx.Shelf(handShelf).Get(pairKey(ofStory, a, b)); err != nil {
						return nil, err
					} else if len(v) == 1 && v[0] == apart {
						pairs = append(pairs, pair{A: a, B: b, Now: together})
					}
				}
			}
			pairs = append(pairs, pair{A: id, B: ids[0], Now: together})
		}
		if len(pairs) == 0 {
			return nil, fmt.Errorf("all of them are in story %d already: %w", first.ID, ErrNothing)
		}
		return pairs, nil
	})
}

// Undo takes back the last decision that is not undone, and returns it. The
// articles are folded anew by their texts alone. It fails with ErrNothing when
// there is none.
func (e *Engine) Undo(ctx context.Context) (Act, error) {
	e.active.Add(1)
	defer e.active.Add(-1)
	var last Act
	err := e.store(ctx, func(tx store.Tx) error {
		last = Act{}
		shelf := tx.Shelf(handShelf)
		var key []byte
		for p, err := range shelf.All([]byte{'j'}) {
			if err != nil {
				return err
			}
			last = Act{}
			if err := json.Unmarshal(p.Value, &last); err != nil {
				return fmt.Errorf("read the journal of decisions: %w", err)
			}
			key = p.Key
		}
		if key == nil {
			return fmt.Errorf("no decision is there to undo: %w", ErrNothing)
		}
		for _, p := range slices.Backward(last.Pairs) {
			if err := say(tx, p, p.Before); err != nil {
				return err
			}
		}
		if err := shelf.Delete(key); err != nil {
			return err
		}
		if err := e.unrule(tx, last); err != nil {
			return err
		}
		return again(tx, last.Pairs)
	})
	if err != nil {
		return last, err
	}
	nudge(e.texts)
	return last, e.settle(ctx, true, nil)
}

// act carries out a decision: it is stored with its journal entry, and the
// articles concerned are folded anew.
func (e *Engine) act(ctx context.Context, kind string, ids []newsfold.ArticleID, decide func(store.Tx) ([]pair, error)) (Act, error) {
	e.active.Add(1)
	defer e.active.Add(-1)
	var done Act
	err := e.store(ctx, func(tx store.Tx) error {
		pairs, err := decide(tx)
		if err != nil {
			return err
		}
		for i, p := range pairs {
			v, err := tx.Shelf(handShelf).Get(pairKey(p.of(), p.A, p.B))
			if err != nil {
				return err
			}
			if len(v) == 1 {
				pairs[i].Before = v[0]
			}
			if err := say(tx, p, p.Now); err != nil {
				return err
			}
		}
		done = Act{Kind: kind, IDs: ids, At: e.now().UTC(), Pairs: pairs}
		if err := record(tx, done); err != nil {
			return err
		}
		return again(tx, pairs)
	})
	if err != nil {
		return done, err
	}
	nudge(e.texts)
	return done, e.settle(ctx, true, nil)
}

// say stores what is decided of a pair, from both sides; 0 takes it back.
func say(tx store.Tx, p pair, what byte) error {
	shelf := tx.Shelf(handShelf)
	for _, key := range [][]byte{pairKey(p.of(), p.A, p.B), pairKey(p.of(), p.B, p.A)} {
		var err error
		if what == 0 {
			err = shelf.Delete(key)
		} else {
			err = shelf.Put(key, []byte{what})
		}
		if err != nil {
			return err
		}
	}
	if !p.Event {
		return nil
	}
	turn, err := handTurn(tx)
	if err != nil {
		return err
	}
	return shelf.Put(handTurnKey, binary.BigEndian.AppendUint64(nil, turn+1))
}

// record adds a decision to the journal.
func record(tx store.Tx, a Act) error {
	var n uint64
	for p, err := range tx.Shelf(handShelf).All([]byte{'j'}) {
		if err != nil {
			return err
		}
		n = binary.BigEndian.Uint64(p.Key[1:])
	}
	v, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return tx.Shelf(handShelf).Put(journalKey(n+1), v)
}

// again puts the articles of pairs up for folding.
func again(tx store.Tx, pairs []pair) error {
	var ids []newsfold.ArticleID
	for _, p := range pairs {
		ids = append(ids, p.A, p.B)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if err := tx.Append(store.Texts, id); err != nil && !isNew(err) {
			return err
		}
	}
	return nil
}

func storyOf(tx store.Tx, id newsfold.ArticleID) (newsfold.Story, error) {
	a, err := tx.Article(id)
	if err != nil {
		return newsfold.Story{}, err
	}
	return tx.Story(a.Story)
}

// Constraints returns what a person decided about an article, for package
// dedupe.
func (f *folder) Constraints(id int64) (tog, apa []int64, err error) {
	return wishes(f.tx, ofStory, id)
}

// wishes returns what a person wants an article to be together with, and apart
// from.
func wishes(tx store.Tx, of byte, id int64) (tog, apa []int64, err error) {
	for p, err := range tx.Shelf(handShelf).All(binary.BigEndian.AppendUint64([]byte{of}, uint64(id))) {
		if err != nil {
			return nil, nil, err
		}
		other := int64(binary.BigEndian.Uint64(p.Key[9:]))
		switch p.Value[0] {
		case together:
			tog = append(tog, other)
		case apart:
			apa = append(apa, other)
		}
	}
	return tog, apa, nil
}
