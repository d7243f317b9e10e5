package ingest

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"newsfold"
	"newsfold/store"
)

// Keys of rules on the shelf of hand-made decisions: 'f' and two feeds whose
// articles are never folded together, from both sides, 0 standing for all other
// feeds; 'l' and an article that a person made the lead of its story, with the
// time of that: where several of a story are, the last one leads.
func barrierKey(a, b newsfold.FeedID) []byte {
	k := binary.BigEndian.AppendUint64([]byte{'f'}, uint64(a))
	return binary.BigEndian.AppendUint64(k, uint64(b))
}

func leadKey(id newsfold.ArticleID) []byte {
	return binary.BigEndian.AppendUint64([]byte{'l'}, uint64(id))
}

// NeverFold keeps the articles of one feed out of the stories of another, or of
// all others when that is 0, from now on and also where they are folded already.
// It returns when that is done; the engine must be running. It fails with
// ErrNothing when the rule is there.
func (e *Engine) NeverFold(ctx context.Context, a, b newsfold.FeedID) (Act, error) {
	act := Act{Kind: "never-fold", Feeds: []newsfold.FeedID{a}}
	if b != 0 {
		act.Feeds = append(act.Feeds, b)
	}
	return e.rule(ctx, act, func(tx store.Tx, act *Act) (err error) {
		shelf := tx.Shelf(handShelf)
		if v, err := shelf.Get(barrierKey(a, b)); err != nil {
			return err
		} else if v != nil {
			return fmt.Errorf("these feeds are never folded as it is: %w", ErrNothing)
		}
		for _, key := range [][]byte{barrierKey(a, b), barrierKey(b, a)} {
			if err := shelf.Put(key, []byte{apart}); err != nil {
				return err
			}
		}
		act.Again, err = e.refoldFeed(tx, a)
		return err
	})
}

// Lead makes an article the lead of its story, whatever the policy. It returns
// when that is done; the engine must be running. It fails with
// newsfold.ErrNotFound when there is no such article and with ErrNothing when it
// leads by hand already.
func (e *Engine) Lead(ctx context.Context, id newsfold.ArticleID) (Act, error) {
	return e.rule(ctx, Act{Kind: "lead", IDs: []newsfold.ArticleID{id}}, func(tx store.Tx, _ *Act) error {
		story, err := storyOf(tx, id)
		if err != nil {
			return err
		}
		if by, err := ledByHand(tx, story.Articles); err != nil {
			return err
		} else if by == id {
			return fmt.Errorf("article %d leads story %d already: %w", id, story.ID, ErrNothing)
		}
		at := binary.BigEndian.AppendUint64(nil, uint64(e.now().UnixNano()))
		if err := tx.Shelf(handShelf).Put(leadKey(id), at); err != nil {
			return err
		}
		return tx.Append(store.Texts, id)
	})
}

// rule stores a decision that is no pair of articles, with its journal entry.
func (e *Engine) rule(ctx context.Context, act Act, do func(store.Tx, *Act) error) (Act, error) {
	e.active.Add(1)
	defer e.active.Add(-1)
	act.At = e.now().UTC()
	err := e.store(ctx, func(tx store.Tx) error {
		if err := do(tx, &act); err != nil {
			return err
		}
		return record(tx, act)
	})
	if err != nil {
		return act, err
	}
	nudge(e.texts)
	return act, e.settle(ctx, true, nil)
}

// unrule takes back what is not a pair of articles of a decision.
func (e *Engine) unrule(tx store.Tx, act Act) error {
	shelf := tx.Shelf(handShelf)
	switch {
	case act.Rule != 0:
		_, err := unmake(tx, act.Rule, true)
		return err
	case act.Kind == "lead" && len(act.IDs) == 1:
		if err := shelf.Delete(leadKey(act.IDs[0])); err != nil {
			return err
		}
		if err := tx.Append(store.Texts, act.IDs[0]); err != nil && !isNew(err) {
			return err
		}
	case len(act.Feeds) > 0:
		a, b := act.Feeds[0], newsfold.FeedID(0)
		if len(act.Feeds) > 1 {
			b = act.Feeds[1]
		}
		for _, key := range [][]byte{barrierKey(a, b), barrierKey(b, a)} {
			if err := shelf.Delete(key); err != nil {
				return err
			}
		}
		for _, id := range act.Again {
			if err := tx.Append(store.Texts, id); err != nil && !isNew(err) {
				return err
			}
		}
		_, err := e.refoldFeed(tx, a)
		return err
	}
	return nil
}

// refoldFeed puts the articles of a feed that are within the window up for
// folding, with what shares their stories, and returns those of stories with
// others.
func (e *Engine) refoldFeed(tx store.Tx, feed newsfold.FeedID) (shared []newsfold.ArticleID, err error) {
	since := e.now().Add(-e.opts.Fold.Window)
	var ids []newsfold.ArticleID
	for s, err := range tx.Stories(store.Query{Feed: feed}) {
		if err != nil {
			return nil, err
		}
		if len(s.Articles) > 1 {
			shared = append(shared, s.Articles...)
		} else if !s.Time.Before(since) {
			ids = append(ids, s.Articles...)
		}
	}
	ids = append(ids, shared...)
	slices.Sort(ids)
	for _, id := range ids {
		if err := tx.Append(store.Texts, id); err != nil && !isNew(err) {
			return nil, err
		}
	}
	return shared, nil
}

// barriers are the rules between feeds: feed 0 stands for all others.
type barriers map[[2]newsfold.FeedID]bool

func readBarriers(tx store.Tx) (barriers, error) {
	var rules barriers
	for p, err := range tx.Shelf(handShelf).All([]byte{'f'}) {
		if err != nil {
			return nil, err
		}
		if rules == nil {
			rules = barriers{}
		}
		a, b := binary.BigEndian.Uint64(p.Key[1:]), binary.BigEndian.Uint64(p.Key[9:])
		rules[[2]newsfold.FeedID{newsfold.FeedID(a), newsfold.FeedID(b)}] = true
	}
	return rules, nil
}

// between reports whether a rule keeps an article that one set of feeds carries
// from one that another carries.
func (r barriers) between(some, others []newsfold.FeedID) bool {
	for _, a := range some {
		for _, b := range others {
			if a != b && r[[2]newsfold.FeedID{a, b}] {
				return true
			}
		}
		if r[[2]newsfold.FeedID{a, 0}] && !slices.Contains(others, a) {
			return true
		}
	}
	for _, b := range others {
		if r[[2]newsfold.FeedID{b, 0}] && !slices.Contains(some, b) {
			return true
		}
	}
	return false
}

// barred reports whether a rule keeps any of some articles from any of others.
func barred(tx store.Tx, some, others []newsfold.ArticleID) (bool, error) {
	if alone, err := alone(tx, slices.Concat(some, others)...); err != nil || alone {
		return alone, err
	}
	rules, err := readBarriers(tx)
	if err != nil || rules == nil {
		return false, err
	}
	left, err := carriers(tx, some)
	if err != nil {
		return false, err
	}
	right, err := carriers(tx, others)
	if err != nil {
		return false, err
	}
	for _, a := range left {
		for _, b := range right {
			if rules.between(a, b) {
				return true, nil
			}
		}
	}
	return false, nil
}

// carriers returns the feeds that carry each of some articles; articles that are
// gone have none.
func carriers(tx store.Tx, ids []newsfold.ArticleID) ([][]newsfold.FeedID, error) {
	var out [][]newsfold.FeedID
	for _, id := range ids {
		a, err := tx.Article(id)
		if isNew(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var feeds []newsfold.FeedID
		for _, en := range a.Entries {
			feeds = append(feeds, en.Feed)
		}
		out = append(out, feeds)
	}
	return out, nil
}

// Barred reports whether a rule keeps articles apart, for package dedupe.
func (f *folder) Barred(some, others []int64) (bool, error) {
	return barred(f.tx, articleIDs(some), articleIDs(others))
}

func articleIDs(ids []int64) []newsfold.ArticleID {
	out := make([]newsfold.ArticleID, len(ids))
	for i, id := range ids {
		out[i] = newsfold.ArticleID(id)
	}
	return out
}

// ledByHand returns the article that a person made the lead last, 0 when none was.
func ledByHand(tx store.Tx, ids []newsfold.ArticleID) (lead newsfold.ArticleID, err error) {
	var last time.Time
	if len(ids) < 2 {
		return 0, nil
	}
	for _, id := range ids {
		v, err := tx.Shelf(handShelf).Get(leadKey(id))
		if err != nil {
			return 0, err
		}
		if len(v) != 8 {
			continue
		}
		if at := time.Unix(0, int64(binary.BigEndian.Uint64(v))); lead == 0 || at.After(last) {
			lead, last = id, at
		}
	}
	return lead, nil
}
