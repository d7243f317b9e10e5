package ingest

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"newsfold"
	"newsfold/dedupe"
	"newsfold/dedupe/event"
	"newsfold/internal/events"
	"newsfold/store"
)

// groupShelf holds the sketch of each story that an event may still take in, by
// the story, behind the name of its event.
const groupShelf = "events.sketches"

// eventWindow is how long after its last story an event takes in another.
const eventWindow = 14 * 24 * time.Hour

// maxLive is how many stories are held at most for others to join, the youngest,
// which bounds the memory: at 2.8 KB each they take 84 MB.
const maxLive = 30_000

// grouping gives stories their events. A story is known by the article it is
// named after, and read by that article's text.
type grouping struct {
	g     *event.Grouper
	open  bool                     // since the last commit
	turn  uint64                   // of what people decided, as it is known here
	tidy  time.Time                // when it was last relieved of what is old
	dirty map[int64]bool           // events whose record is to be written
	moved map[int64]event.Decision // stories that were placed
}

// openGrouping brings back the events of the last weeks.
func openGrouping(tx store.Tx, now time.Time) (*grouping, error) {
	q := &grouping{g: event.NewGrouper(event.Options{Window: eventWindow}), tidy: now}
	for p, err := range tx.Shelf(groupShelf).All(nil) {
		if err != nil {
			return nil, err
		}
		if len(p.Key) != 8 || len(p.Value) < 8 {
			continue
		}
		id := int64(binary.BigEndian.Uint64(p.Key))
		if _, err := tx.Story(newsfold.StoryID(id)); isNew(err) {
			continue // removed since
		} else if err != nil {
			return nil, err
		}
		// A sketch of another version is made anew when the story changes.
		err := q.g.Load(id, int64(binary.BigEndian.Uint64(p.Value)), p.Value[8:])
		if err != nil && !errors.Is(err, event.ErrSketch) {
			return nil, err
		}
	}
	return q, q.recall(tx)
}

// group gives the stories of a batch their events, within its transaction.
func (f *folder) group(gone map[newsfold.ArticleID]bool) error {
	if f.e.opts.NoEvents {
		return nil
	}
	now := f.e.now().UTC()
	turn, err := handTurn(f.tx)
	if err != nil {
		return err
	}
	// Or the last transaction was not committed, or a person decided something.
	if f.events == nil || f.events.open || f.events.turn != turn {
		q, err := openGrouping(f.tx, now)
		if err != nil {
			return err
		}
		f.events = q
	}
	q := f.events
	q.open = true
	q.dirty, q.moved = map[int64]bool{}, map[int64]event.Decision{}
	for id := range gone {
		if err := q.drop(f.tx, int64(id)); err != nil {
			return err
		}
	}
	stories, texts, err := f.touched(gone)
	if err != nil {
		return err
	}
	for _, s := range stories {
		if err := f.groupOne(s, texts); err != nil {
			return err
		}
	}
	for _, s := range stories {
		if err := q.byHand(f.tx, s); err != nil {
			return err
		}
	}
	if now.Sub(q.tidy) > 6*time.Hour {
		q.tidy = now
		if err := q.forget(f.tx, q.g.Expire(now.Add(-eventWindow))); err != nil {
			return err
		}
	}
	if q.g.Len() > maxLive+maxLive/16 {
		if err := q.forget(f.tx, q.g.Trim(maxLive)); err != nil {
			return err
		}
	}
	return q.write(f.tx)
}

// touched returns the stories that the articles of a batch are in now, in the order
// in which they were published, and the texts of the batch. It sees to it that no
// other of their articles is taken for a story.
func (f *folder) touched(gone map[newsfold.ArticleID]bool) ([]newsfold.Story, map[newsfold.ArticleID]dedupe.Article, error) {
	texts := map[newsfold.ArticleID]dedupe.Article{}
	seen := map[newsfold.StoryID]bool{}
	var stories []newsfold.Story
	for _, a := range slices.Concat(f.batched, f.moved) {
		id := newsfold.ArticleID(a.ID)
		if gone[id] {
			continue
		}
		stored, err := f.tx.Article(id)
		if isNew(err) || err == nil && stored.Story == 0 {
			err = f.events.drop(f.tx, a.ID)
		}
		if err != nil {
			return nil, nil, err
		}
		texts[id] = a
		if stored.Story == 0 || seen[stored.Story] {
			continue
		}
		seen[stored.Story] = true
		s, err := f.tx.Story(stored.Story)
		if err != nil {
			return nil, nil, err
		}
		for _, m := range s.Articles {
			if newsfold.StoryID(m) == s.ID {
				continue
			}
			if err := f.events.drop(f.tx, int64(m)); err != nil {
				return nil, nil, err
			}
		}
		stories = append(stories, s)
	}
	slices.SortFunc(stories, func(a, b newsfold.Story) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID))
	})
	return stories, texts, nil
}

// groupOne gives a story its event, by the text of its lead, which does not depend
// on which of its copies came first.
func (f *folder) groupOne(s newsfold.Story, texts map[newsfold.ArticleID]dedupe.Article) error {
	if f.e.now().Sub(s.Time) > eventWindow {
		return nil // the archives of a feed
	}
	a, ok := texts[s.Lead]
	if !ok {
		if f.events.g.Event(int64(s.ID)) != 0 {
			return nil
		}
		var err error
		if a, err = f.Article(int64(s.Lead)); err != nil {
			return err
		}
	}
	a.ID = int64(s.ID)
	return f.events.add(f.tx, a, s.Time, f.links[s.Lead])
}

// add puts a story that links to some pages and pictures into its event.
func (q *grouping) add(tx store.Tx, a dedupe.Article, at time.Time, links []string) error {
	was := q.g.Event(a.ID)
	d := q.g.Add(event.Story{ID: a.ID, Title: a.Title, Text: a.Text, Lang: a.Lang, Time: at, Links: links})
	if was != 0 {
		q.touch(was)
	}
	for _, m := range d.Merged {
		q.touch(m)
	}
	q.moved[a.ID] = d
	alone := was == 0 && d.Relation == event.Founds && d.Earlier == 0
	if alone {
		t, err := events.Of(tx, newsfold.StoryID(a.ID))
		if err != nil {
			return err
		}
		alone = t.Event == 0
	}
	if !alone { // as most are: nothing is to be stored of that
		q.touch(d.Event)
	}
	return q.keep(tx, a.ID, d.Event, d.Sketch)
}

func (q *grouping) keep(tx store.Tx, story, in int64, sketch []byte) error {
	v := binary.BigEndian.AppendUint64(nil, uint64(in))
	return tx.Shelf(groupShelf).Put(binary.BigEndian.AppendUint64(nil, uint64(story)), append(v, sketch...))
}

// drop forgets what is a story no more.
func (q *grouping) drop(tx store.Tx, story int64) error {
	was := q.g.Event(story)
	if was == 0 {
		return nil
	}
	rest := q.g.Stories(was)
	q.g.Remove(story)
	q.touch(was)
	for _, s := range rest {
		if e := q.g.Event(s); e != 0 {
			q.touch(e) // it may go on under another name
		}
	}
	if err := events.PutTie(tx, newsfold.StoryID(story), events.Tie{}); err != nil {
		return err
	}
	return tx.Shelf(groupShelf).Delete(binary.BigEndian.AppendUint64(nil, uint64(story)))
}

func (q *grouping) touch(e int64) { q.dirty[e] = true }

// write stores what changed: the events, and the ties of all their stories.
func (q *grouping) write(tx store.Tx) error {
	for id := range q.dirty {
		e := events.Event{ID: newsfold.StoryID(id)}
		for _, s := range q.g.Stories(id) {
			st, err := tx.Story(newsfold.StoryID(s))
			if isNew(err) {
				continue
			}
			if err != nil {
				return err
			}
			e.Stories = append(e.Stories, st.ID)
			if e.First.IsZero() || st.Time.Before(e.First) {
				e.First = st.Time
			}
			if st.Time.After(e.Last) {
				e.Last = st.Time
			}
		}
		if err := events.Put(tx, e); err != nil {
			return err
		}
		for _, s := range e.Stories {
			if err := q.tie(tx, s, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// tie stores what ties a story to its event.
func (q *grouping) tie(tx store.Tx, s newsfold.StoryID, e events.Event) error {
	t, err := events.Of(tx, s)
	if err != nil {
		return err
	}
	if d, ok := q.moved[int64(s)]; ok {
		t = events.Tie{With: newsfold.StoryID(d.With), Relation: string(d.Relation), Score: d.Score, Earlier: newsfold.StoryID(d.Earlier)}
		if d.Relation == event.Founds {
			t.Relation = ""
		}
		for _, v := range d.Evidence {
			t.Evidence = append(t.Evidence, newsfold.Evidence(v))
		}
		if mutual, err := q.foundBy(tx, t.With, s); err != nil {
			return err
		} else if mutual { // it was there before, and is only grouped anew
			t.With, t.Relation, t.Score, t.Evidence = 0, "", 0, nil
		}
	}
	if t.Event != e.ID {
		v, err := tx.Shelf(groupShelf).Get(binary.BigEndian.AppendUint64(nil, uint64(s)))
		if err != nil {
			return err
		}
		if len(v) > 8 && newsfold.StoryID(binary.BigEndian.Uint64(v)) != e.ID {
			if err := q.keep(tx, int64(s), int64(e.ID), v[8:]); err != nil {
				return err
			}
		}
	}
	t.Event = e.ID
	if len(e.Stories) < 2 && t.Earlier == 0 {
		t.Event = 0
	}
	return events.PutTie(tx, s, t)
}

// foundBy reports whether a story was found by another one, which is there longer.
func (q *grouping) foundBy(tx store.Tx, s, by newsfold.StoryID) (bool, error) {
	if s <= by {
		return false, nil
	}
	if d, ok := q.moved[int64(s)]; ok {
		return newsfold.StoryID(d.With) == by, nil
	}
	t, err := events.Of(tx, s)
	return t.With == by, err
}

// forget removes the sketches of stories that no other may join any more. Their
// events stay as they are.
func (q *grouping) forget(tx store.Tx, stories []int64) error {
	for _, id := range stories {
		if err := tx.Shelf(groupShelf).Delete(binary.BigEndian.AppendUint64(nil, uint64(id))); err != nil {
			return err
		}
	}
	return nil
}

// ExplainEvent says whether two stored articles report one event, by themselves.
func ExplainEvent(tx store.Tx, a, b newsfold.ArticleID) (event.Verdict, error) {
	var both [2]event.Story
	for i, id := range []newsfold.ArticleID{a, b} {
		t, to, err := read(tx, id)
		if err != nil {
			return event.Verdict{}, err
		}
		stored, err := tx.Article(id)
		if err != nil {
			return event.Verdict{}, err
		}
		both[i] = event.Story{ID: t.ID, Title: t.Title, Text: t.Text, Lang: t.Lang, Time: stored.Time(), Links: to}
	}
	return event.Compare(both[0], both[1], event.Options{Window: eventWindow}), nil
}
