package ingest

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"time"

	"newsfold"
	"newsfold/dedupe"
	"newsfold/dedupe/event"
	"newsfold/internal/embedding"
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

// groupBatch is how many folded articles are looked at for events at a time.
const groupBatch = 512

// meantBatch is the same where a server of embeddings is waited for.
const meantBatch = embedding.MaxBatch

func (e *Engine) groupBatch() int {
	if e.opts.Embeddings != nil {
		return meantBatch
	}
	return groupBatch
}

var groupCursor = []byte("events")

// grouping gives stories their events. A story is known by the article it is
// named after, and read by that article's text. What it decides lies in memory until
// [grouping.store] writes it; when that fails, the grouping is of no use any more.
type grouping struct {
	g       *event.Grouper
	turn    uint64    // of what people decided, as it is known here
	tidy    time.Time // when it was last relieved of what is old
	removed store.Seq // how far the log of removed articles was read

	dirty    map[int64]bool           // events whose record is to be written
	moved    map[int64]event.Decision // stories that were placed
	sketches map[int64][]byte         // to be written, behind the names of events; nil: to be removed
	untied   map[int64]bool           // stories that are none any more
}

// openGrouping brings back the events of the last weeks. What the log of removed
// articles says up to a position is in the store already.
func openGrouping(tx store.Tx, now time.Time, removed store.Seq) (*grouping, error) {
	q := &grouping{g: event.NewGrouper(event.Options{Window: eventWindow}), tidy: now, removed: removed}
	q.begin()
	var some []store.Pair
	for p, err := range tx.Shelf(groupShelf).All(nil) {
		if err != nil {
			return nil, err
		}
		if len(p.Key) != 8 || len(p.Value) < 8 {
			continue
		}
		if some = append(some, p); len(some) == groupBatch {
			if err := q.load(tx, some); err != nil {
				return nil, err
			}
			some = some[:0]
		}
	}
	if err := q.load(tx, some); err != nil {
		return nil, err
	}
	return q, q.recall(tx)
}

// load brings back stories by their pairs on the shelf.
func (q *grouping) load(tx store.Tx, pairs []store.Pair) error {
	var w store.Wants
	for _, p := range pairs {
		w.Stories = append(w.Stories, newsfold.StoryID(binary.BigEndian.Uint64(p.Key)))
	}
	if err := store.Fetch(tx, w); err != nil {
		return err
	}
	for _, p := range pairs {
		id, in := int64(binary.BigEndian.Uint64(p.Key)), int64(binary.BigEndian.Uint64(p.Value))
		if _, err := tx.Story(newsfold.StoryID(id)); isNew(err) { // removed since
			q.sketches[id], q.untied[id] = nil, true
			q.touch(in)
			continue
		} else if err != nil {
			return err
		}
		// A sketch of another version is made anew when the story changes.
		err := q.g.Load(id, in, p.Value[8:])
		if err != nil && !errors.Is(err, event.ErrSketch) {
			return err
		}
	}
	return nil
}

// begin forgets what was stored.
func (q *grouping) begin() {
	q.dirty, q.moved = map[int64]bool{}, map[int64]event.Decision{}
	q.sketches, q.untied = map[int64][]byte{}, map[int64]bool{}
}

// outcome is what folding has changed since events were last looked for.
type outcome struct {
	last     store.Seq // 0: nothing
	articles []newsfold.ArticleID
	changed  map[newsfold.ArticleID]bool
	stories  []newsfold.Story // that the articles are in, by time
	read     map[newsfold.StoryID]*event.Profile
}

// group gives the stories of the next few articles that were folded their events,
// and reports how many articles they were. Reading and deciding take many times
// longer than storing what was decided, so they happen before the transaction that
// does. What folding changes meanwhile is for the next batch.
func (f *folder) group(ctx context.Context) (int, error) {
	if f.e.opts.NoEvents {
		return 0, nil
	}
	b, err := f.refolded(ctx)
	if err != nil || b.last == 0 {
		return 0, err
	}
	err = f.e.db.View(ctx, func(tx store.Tx) error { return f.regroup(tx, b) })
	if err == nil {
		err = f.e.update(ctx, func(tx store.Tx) error {
			if err := store.Hold(tx, f.lease); err != nil {
				return err
			}
			if err := f.events.store(tx); err != nil {
				return err
			}
			return tx.Shelf(cursorShelf).Put(groupCursor, binary.BigEndian.AppendUint64(nil, uint64(b.last)))
		})
	}
	if err != nil {
		f.events = nil
		return 0, err
	}
	f.events.begin()
	return len(b.articles), nil
}

// refolded reads what was folded, and the stories that may be of another event now.
func (f *folder) refolded(ctx context.Context) (outcome, error) {
	var b outcome
	var leads map[newsfold.StoryID]event.Story
	err := f.e.db.View(ctx, func(tx store.Tx) error {
		b = outcome{changed: map[newsfold.ArticleID]bool{}, read: map[newsfold.StoryID]*event.Profile{}}
		leads = map[newsfold.StoryID]event.Story{}
		f.tx = tx
		defer func() { f.tx = nil }()
		after, err := grouped(tx)
		if err != nil {
			return err
		}
		for c, err := range tx.Changes(store.Folds, after) {
			if err != nil {
				return err
			}
			b.last = c.Seq
			b.articles = append(b.articles, c.Article)
			b.changed[c.Article] = true
			if len(b.articles) == f.e.groupBatch() {
				break
			}
		}
		if err := store.Fetch(tx, store.Wants{Articles: b.articles}); err != nil {
			return err
		}
		if err := foreseeStories(tx, b.articles); err != nil {
			return err
		}
		if err := b.in(tx); err != nil {
			return err
		}
		if err := f.foreseeLeads(tx, b); err != nil {
			return err
		}
		for _, s := range b.stories {
			if !f.unread(s, b) {
				continue
			}
			if leads[s.ID], err = f.report(s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return b, err
	}
	for _, a := range f.e.meant(ctx, leads) {
		b.read[newsfold.StoryID(a.ID)] = event.NewProfile(a, f.e.dictionary())
	}
	return b, nil
}

// meant returns stories with their vectors, where a server of embeddings has any.
func (e *Engine) meant(ctx context.Context, leads map[newsfold.StoryID]event.Story) []event.Story {
	stories := make([]event.Story, 0, len(leads))
	for _, id := range slices.Sorted(maps.Keys(leads)) {
		stories = append(stories, leads[id])
	}
	if e.opts.Embeddings == nil {
		return stories
	}
	texts := make([]string, len(stories))
	for i, s := range stories {
		texts[i] = s.Title + "\n\n" + s.Text
	}
	vectors, err := e.opts.Embeddings.Embed(ctx, texts)
	if err != nil && !errors.Is(err, embedding.ErrPaused) && ctx.Err() == nil {
		e.log.Warn("look for events without embeddings", "err", err)
	}
	for i, v := range vectors {
		stories[i].Vector = event.Vector{Model: e.opts.Embeddings.Model(), Values: v}
	}
	return stories
}

// in finds the stories that the articles are in, in the order in which they were
// published.
func (b *outcome) in(tx store.Tx) error {
	seen := map[newsfold.StoryID]bool{}
	for _, id := range b.articles {
		a, err := tx.Article(id)
		if isNew(err) || err == nil && (a.Story == 0 || seen[a.Story]) {
			continue
		}
		if err != nil {
			return err
		}
		seen[a.Story] = true
		s, err := tx.Story(a.Story)
		if isNew(err) {
			continue
		}
		if err != nil {
			return err
		}
		b.stories = append(b.stories, s)
	}
	slices.SortFunc(b.stories, func(a, b newsfold.Story) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID))
	})
	return nil
}

// unread reports whether a story has to be read for its event: by the text of its
// lead, which does not depend on which of its copies came first.
func (f *folder) unread(s newsfold.Story, b outcome) bool {
	if f.e.now().Sub(s.Time) > eventWindow {
		return false // the archives of a feed
	}
	return b.changed[s.Lead] || f.events == nil || f.events.g.Event(int64(s.ID)) == 0
}

// report is a story as its lead tells it, with the pages and pictures that it links
// to.
func (f *folder) report(s newsfold.Story) (event.Story, error) {
	if a, ok := f.held(s.Lead); ok {
		article, err := f.tx.Article(s.Lead)
		if err != nil {
			return event.Story{}, err
		}
		return told(s, a, article, f.links[s.Lead]), nil
	}
	article, body, err := stored(f.tx, s.Lead)
	if err != nil {
		return event.Story{}, err
	}
	a, _ := uncredited(article, body)
	return told(s, a, article, links(article.Image, body.HTML)), nil
}

// told is a story for the looking for events, as an article tells it.
func told(s newsfold.Story, a dedupe.Article, article newsfold.Article, to []string) event.Story {
	return event.Story{
		ID: int64(s.ID), Title: a.Title, Text: a.Text, Lang: a.Lang, Time: s.Time,
		Links: to, URL: a.URL, Alternates: versions(article.Alternates),
	}
}

// grouped returns how far the looking for events has come in the log of folds.
func grouped(tx store.Tx) (after store.Seq, err error) {
	v, err := tx.Shelf(cursorShelf).Get(groupCursor)
	if err != nil || len(v) == 8 {
		return seq(v), err
	}
	for _, err := range tx.Shelf(groupShelf).All(nil) {
		if err != nil {
			return 0, err
		}
		// An older program looked for events as it folded.
		for c, err := range tx.Changes(store.Folds, 0) {
			if err != nil {
				return 0, err
			}
			after = c.Seq
		}
		break
	}
	return after, nil
}

// regroup decides which events stories are of.
func (f *folder) regroup(tx store.Tx, b outcome) error {
	now := f.e.now().UTC()
	if err := store.Fetch(tx, store.Wants{Articles: b.articles}); err != nil {
		return err
	}
	turn, err := handTurn(tx)
	if err != nil {
		return err
	}
	if f.events == nil || f.events.turn != turn { // a person decided something
		if f.events, err = openGrouping(tx, now, f.removed); err != nil {
			return err
		}
	}
	q := f.events
	if err := q.clean(tx, b); err != nil {
		return err
	}
	for _, s := range b.stories {
		if p := b.read[s.ID]; p != nil && (b.changed[s.Lead] || q.g.Event(int64(s.ID)) == 0) {
			if err := q.add(tx, p); err != nil {
				return err
			}
		}
	}
	for _, s := range b.stories {
		if err := q.byHand(tx, s); err != nil {
			return err
		}
	}
	if now.Sub(q.tidy) > 6*time.Hour {
		q.tidy = now
		q.forget(q.g.Expire(now.Add(-eventWindow)))
	}
	if q.g.Len() > maxLive+maxLive/16 {
		q.forget(q.g.Trim(maxLive))
	}
	return nil
}

// clean forgets articles that were removed, and those that are no story any more, or
// none of their own.
func (q *grouping) clean(tx store.Tx, b outcome) error {
	for c, err := range tx.Changes(store.Removed, q.removed) {
		if err != nil {
			return err
		}
		q.removed = c.Seq
		q.drop(int64(c.Article))
	}
	for _, id := range b.articles {
		if a, err := tx.Article(id); err != nil && !isNew(err) {
			return err
		} else if err != nil || a.Story != newsfold.StoryID(id) {
			q.drop(int64(id))
		}
	}
	for _, s := range b.stories {
		for _, m := range s.Articles {
			if newsfold.StoryID(m) != s.ID {
				q.drop(int64(m))
			}
		}
	}
	return nil
}

// add puts a story into its event.
func (q *grouping) add(tx store.Tx, p *event.Profile) error {
	id := p.ID()
	was := q.g.Event(id)
	d := q.g.Place(p)
	if was != 0 {
		q.touch(was)
	}
	for _, m := range d.Merged {
		q.touch(m)
	}
	q.moved[id] = d
	alone := was == 0 && d.Relation == event.Founds && d.Earlier == 0
	if alone {
		t, err := events.Of(tx, newsfold.StoryID(id))
		if err != nil {
			return err
		}
		alone = t.Event == 0
	}
	if !alone { // as most are: nothing is to be stored of that
		q.touch(d.Event)
	}
	q.sketches[id] = sketched(d.Event, d.Sketch)
	delete(q.untied, id)
	return nil
}

// sketched is a story's record on the shelf: its event, and what it is known by.
func sketched(in int64, sketch []byte) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(in)), sketch...)
}

// drop forgets what is a story no more.
func (q *grouping) drop(story int64) {
	was := q.g.Event(story)
	if was == 0 {
		return
	}
	rest := q.g.Stories(was)
	q.g.Remove(story)
	q.touch(was)
	for _, s := range rest {
		if e := q.g.Event(s); e != 0 {
			q.touch(e) // it may go on under another name
		}
	}
	delete(q.moved, story)
	q.sketches[story], q.untied[story] = nil, true
}

func (q *grouping) touch(e int64) { q.dirty[e] = true }

// store writes what was decided.
func (q *grouping) store(tx store.Tx) error {
	shelf := tx.Shelf(groupShelf)
	for _, id := range slices.Sorted(maps.Keys(q.sketches)) {
		key := binary.BigEndian.AppendUint64(nil, uint64(id))
		var err error
		if v := q.sketches[id]; v != nil {
			err = shelf.Put(key, v)
		} else {
			err = shelf.Delete(key)
		}
		if err != nil {
			return err
		}
	}
	for id := range q.untied {
		if err := events.PutTie(tx, newsfold.StoryID(id), events.Tie{}); err != nil {
			return err
		}
	}
	return q.write(tx)
}

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
			t = untied(t)
		}
	}
	if t, err = rejoin(tx, t, e); err != nil {
		return err
	}
	if t.Event != e.ID {
		key := binary.BigEndian.AppendUint64(nil, uint64(s))
		v, err := tx.Shelf(groupShelf).Get(key)
		if err != nil {
			return err
		}
		if len(v) > 8 && newsfold.StoryID(binary.BigEndian.Uint64(v)) != e.ID {
			if err := tx.Shelf(groupShelf).Put(key, sketched(int64(e.ID), v[8:])); err != nil {
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

// rejoin ties a story to what the story that it was found by is now: that may have
// become part of another, or have left the event.
func rejoin(tx store.Tx, t events.Tie, e events.Event) (events.Tie, error) {
	if t.With == 0 || slices.Contains(e.Stories, t.With) {
		return t, nil
	}
	a, err := tx.Article(newsfold.ArticleID(t.With))
	switch {
	case err != nil && !isNew(err):
		return t, err
	case err == nil && slices.Contains(e.Stories, a.Story):
		t.With = a.Story
		return t, nil
	}
	return untied(t), nil
}

// untied is a tie to an event by nothing that could be named.
func untied(t events.Tie) events.Tie {
	return events.Tie{Event: t.Event, Earlier: t.Earlier}
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
func (q *grouping) forget(stories []int64) {
	for _, id := range stories {
		q.sketches[id] = nil
	}
}

// ExplainEvent says whether two stored articles report one event, by themselves.
func (e *Engine) ExplainEvent(tx store.Tx, a, b newsfold.ArticleID) (event.Verdict, error) {
	var both [2]event.Story
	for i, id := range []newsfold.ArticleID{a, b} {
		a, body, err := stored(tx, id)
		if err != nil {
			return event.Verdict{}, err
		}
		t, _ := uncredited(a, body)
		both[i] = told(newsfold.Story{ID: newsfold.StoryID(id), Time: a.Time()}, t, a, links(a.Image, body.HTML))
	}
	return event.Compare(both[0], both[1], event.Options{Window: eventWindow, Dictionary: e.dictionary()}), nil
}
