package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"newsfold"
	"newsfold/store"

	"newsfold/store/internal/record"
)

// Stories implements [store.Tx].
func (t *tx) Stories(q store.Query) iter.Seq2[newsfold.Story, error] {
	return sequence(t, func() func() (newsfold.Story, bool, error) {
		next := t.numbers(&q)
		left := q.Limit
		if left <= 0 {
			left = math.MaxInt
		}
		return func() (s newsfold.Story, ok bool, err error) {
			for left > 0 {
				id, err := next()
				if id == 0 || err != nil {
					return newsfold.Story{}, false, err
				}
				s = newsfold.Story{}
				ok, err := load(t, bStories, idKey(id), &s, record.Story)
				if err == nil && !ok {
					if q.Order != store.Newest {
						continue // deleted since its number was noted
					}
					err = t.damaged(fmt.Sprintf("story %d", id), errors.New("it is listed but not there"))
				}
				if err != nil {
					return newsfold.Story{}, false, err
				}
				if wants(&q, &s) {
					left--
					return s, true, nil
				}
			}
			return newsfold.Story{}, false, nil
		}
	})
}

// wants reports whether a query selects a story, its position aside.
func wants(q *store.Query, s *newsfold.Story) bool {
	switch {
	case q.Unread && s.Read, q.Starred && !s.Starred,
		q.Shown && s.Hidden, q.Tag != "" && !slices.Contains(s.Tags, q.Tag),
		q.Feed != 0 && !slices.Contains(s.Feeds, q.Feed),
		!q.Since.IsZero() && s.Time.Before(q.Since),
		!q.Until.IsZero() && !s.Time.Before(q.Until):
		return false
	}
	return len(q.Feeds) == 0 || slices.ContainsFunc(s.Feeds, func(f newsfold.FeedID) bool { return slices.Contains(q.Feeds, f) })
}

// numbers returns a function that gives the numbers of stories among which are
// all that a query selects, in its order; 0 at the end.
func (t *tx) numbers(q *store.Query) func() (int64, error) {
	switch q.Order {
	case store.Newest:
		l := t.list(q)
		return func() (int64, error) { return l.next(), nil }
	case store.Oldest:
		return t.oldest(q)
	}
	down := q.Order == store.ByIDDown
	if !q.Unread && !q.Starred && q.Feed == 0 && len(q.Feeds) == 0 {
		return t.allByID(int64(q.After.ID), down)
	}
	// The indexes are in the order of times. What is left by the filters is
	// noted as numbers and sorted: eight bytes a story.
	var ids []int64
	after := int64(q.After.ID)
	every := *q
	every.After, every.Limit = store.Position{}, 0
	for l := t.list(&every); ; {
		id := l.next()
		if id == 0 {
			break
		}
		if after == 0 || down && id < after || !down && id > after {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	if down {
		slices.Reverse(ids)
	}
	return func() (id int64, err error) {
		if len(ids) > 0 {
			id, ids = ids[0], ids[1:]
		}
		return id, nil
	}
}

// oldest goes through all stories from the oldest on.
func (t *tx) oldest(q *store.Query) func() (int64, error) {
	var from []byte
	if !q.Since.IsZero() {
		from = timeKey(record.MicroUp(q.Since), 0)
	}
	if q.After.ID != 0 || !q.After.Time.IsZero() {
		if after := timeKey(record.Micro(q.After.Time), int64(q.After.ID)+1); bytes.Compare(after, from) > 0 {
			from = after
		}
	}
	w := t.walk(t.bucket(bStoryTimes), from, false)
	return func() (int64, error) {
		k, _ := w.next()
		if k == nil || !q.Until.IsZero() && keyTime(k) >= record.MicroUp(q.Until) {
			return 0, nil
		}
		return keyID(k[timeLen:]), nil
	}
}

// allByID goes through all stories by number.
func (t *tx) allByID(after int64, down bool) func() (int64, error) {
	at, step := after+1, int64(1)
	if down {
		at, step = after-1, -1
	}
	if down && after <= 0 {
		at = maxSeq
	}
	return func() (int64, error) {
		if at <= 0 {
			return 0, nil
		}
		id, err := t.next(bStories, at, down)
		if at = id + step; id == 0 {
			at = 0
		}
		return id, err
	}
}

// A list goes through the index that leaves the fewest stories to filter, or
// through those of several feeds side by side.
type list struct {
	tx       *tx
	branches []branch
	from     []byte // the list goes on before this key; nil: from the newest
	begun    bool
	oldest   int64 // microseconds, inclusive
	mask     byte  // which flags matter
	want     byte  // and what they must be
}

// A branch is the part of an index whose keys have a prefix.
type branch struct {
	bucket *bbolt.Bucket
	prefix []byte
	walk   *walk
	key    []byte // without the prefix; nil at the end or before the start
}

func (t *tx) list(q *store.Query) *list {
	l := &list{tx: t, oldest: math.MinInt64}
	if !q.Since.IsZero() {
		l.oldest = record.MicroUp(q.Since)
	}
	if q.Unread {
		l.mask |= flagRead
	}
	if q.Starred {
		l.mask |= flagStarred
		l.want |= flagStarred
	}
	switch {
	case q.Starred:
		l.branches = []branch{{bucket: t.bucket(bStoryStarred)}}
	case q.Feed != 0:
		l.branches = []branch{{bucket: t.bucket(bStoryFeeds), prefix: idKey(q.Feed)}}
	case len(q.Feeds) > 0:
		for _, f := range q.Feeds {
			l.branches = append(l.branches, branch{bucket: t.bucket(bStoryFeeds), prefix: idKey(f)})
		}
	case q.Unread:
		l.branches = []branch{{bucket: t.bucket(bStoryUnread)}}
	default:
		l.branches = []branch{{bucket: t.bucket(bStoryTimes)}}
	}
	l.from = end(q)
	return l
}

// end returns the key before which a list begins; nil for the newest story.
func end(q *store.Query) []byte {
	var end []byte
	if !q.Until.IsZero() {
		end = timeKey(record.MicroUp(q.Until), 0)
	}
	if q.After.ID != 0 || !q.After.Time.IsZero() {
		after := timeKey(record.Micro(q.After.Time), int64(q.After.ID))
		if end == nil || bytes.Compare(after, end) < 0 {
			end = after
		}
	}
	return end
}

// seek puts every branch at its first story before l.from.
func (l *list) seek() {
	for i := range l.branches {
		b := &l.branches[i]
		from := l.from
		switch {
		case b.prefix == nil:
		case l.from == nil:
			from = idKey(keyID(b.prefix) + 1)
		default:
			from = append(slices.Clone(b.prefix), l.from...)
		}
		b.walk = l.tx.walk(b.bucket, from, true)
		l.advance(b)
	}
}

// advance moves a branch to its next story whose flags are as wanted.
func (l *list) advance(b *branch) {
	for {
		k, v := b.walk.next()
		if k == nil || !bytes.HasPrefix(k, b.prefix) {
			b.key = nil
			return
		}
		b.key = k[len(b.prefix):]
		if keyTime(b.key) < l.oldest {
			b.key = nil
			return
		}
		if len(v) == 1 && v[0]&l.mask == l.want {
			return
		}
	}
}

// next returns the number of the next story, 0 at the end.
func (l *list) next() int64 {
	// A transaction that writes may have changed what lies ahead.
	if !l.begun || l.tx.writable {
		l.begun = true
		l.seek()
	}
	var best []byte
	for i := range l.branches {
		if k := l.branches[i].key; k != nil && (best == nil || bytes.Compare(k, best) > 0) {
			best = k
		}
	}
	if best == nil {
		return 0
	}
	id := keyID(best[timeLen:])
	if l.tx.writable {
		l.from = bytes.Clone(best)
		return id
	}
	for i := range l.branches {
		if b := &l.branches[i]; bytes.Equal(b.key, best) {
			l.advance(b)
		}
	}
	return id
}
