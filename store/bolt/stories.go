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
)

// Flags of a story, the value in every index of stories: a list is filtered
// without reading the stories that it leaves out.
const (
	flagRead    = 1 << 0
	flagStarred = 1 << 1
)

func flags(s *newsfold.Story) (f byte) {
	if s.Read {
		f |= flagRead
	}
	if s.Starred {
		f |= flagStarred
	}
	return f
}

// Story implements [store.Tx].
func (t *tx) Story(id newsfold.StoryID) (s newsfold.Story, err error) {
	defer t.guard(&err)
	if err := t.ready(false); err != nil {
		return s, err
	}
	ok, err := load(t, bStories, idKey(id), &s, storyFields)
	if err == nil && !ok {
		err = notFound("story", id)
	}
	return s, err
}

// PutStory implements [store.Tx].
func (t *tx) PutStory(s *newsfold.Story) (err error) {
	defer t.guard(&err)
	if err := t.ready(true); err != nil {
		return err
	}
	if s.ID <= 0 {
		return fmt.Errorf("story without a number (%d)", s.ID)
	}
	var old newsfold.Story
	had, err := load(t, bStories, idKey(s.ID), &old, storyFields)
	if err != nil {
		return err
	}
	if err := put(t, bStories, idKey(s.ID), s, storyFields); err != nil {
		return fmt.Errorf("story %d: %w", s.ID, err)
	}
	if !had {
		return t.index(nil, s)
	}
	return t.index(&old, s)
}

// DeleteStory implements [store.Tx].
func (t *tx) DeleteStory(id newsfold.StoryID) (err error) {
	defer t.guard(&err)
	if err := t.ready(true); err != nil {
		return err
	}
	var old newsfold.Story
	had, err := load(t, bStories, idKey(id), &old, storyFields)
	if err != nil || !had {
		return err
	}
	if err := t.index(&old, nil); err != nil {
		return err
	}
	return t.bucket(bStories).Delete(idKey(id))
}

// A place is where a story stands in one index.
type place struct {
	bucket bucketID
	key    string
	flags  byte
}

// places returns where a story stands in the indexes; nil stands nowhere.
func places(s *newsfold.Story) []place {
	if s == nil {
		return nil
	}
	us, f := micro(s.Time), flags(s)
	key := string(timeKey(us, int64(s.ID)))
	all := make([]place, 0, 3+len(s.Feeds))
	all = append(all, place{bStoryTimes, key, f})
	if !s.Read {
		all = append(all, place{bStoryUnread, key, f})
	}
	if s.Starred {
		all = append(all, place{bStoryStarred, key, f})
	}
	for _, feed := range s.Feeds {
		all = append(all, place{bStoryFeeds, string(feedTimeKey(int64(feed), us, int64(s.ID))), f})
	}
	return all
}

// index moves a story to its places, touching only what changes.
func (t *tx) index(old, now *newsfold.Story) error {
	before, after := places(old), places(now)
	for _, p := range before {
		gone := !slices.ContainsFunc(after, func(q place) bool { return q.bucket == p.bucket && q.key == p.key })
		if gone {
			if err := t.bucket(p.bucket).Delete([]byte(p.key)); err != nil {
				return err
			}
		}
	}
	for _, p := range after {
		if !slices.Contains(before, p) {
			if err := t.bucket(p.bucket).Put([]byte(p.key), []byte{p.flags}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Stories implements [store.Tx].
func (t *tx) Stories(q store.Query) iter.Seq2[newsfold.Story, error] {
	return sequence(t, func() func() (newsfold.Story, bool, error) {
		l := t.list(&q)
		left := q.Limit
		if left <= 0 {
			left = math.MaxInt
		}
		return func() (s newsfold.Story, ok bool, err error) {
			for left > 0 {
				id := l.next()
				if id == 0 {
					break
				}
				s = newsfold.Story{}
				ok, err := load(t, bStories, idKey(id), &s, storyFields)
				if err == nil && !ok {
					err = t.damaged(fmt.Sprintf("story %d", id), errors.New("it is listed but not there"))
				}
				if err != nil {
					return newsfold.Story{}, false, err
				}
				if l.feed == 0 || slices.Contains(s.Feeds, l.feed) {
					left--
					return s, true, nil
				}
			}
			return newsfold.Story{}, false, nil
		}
	})
}

// A list goes through the index that leaves the fewest stories to filter.
type list struct {
	walk   *walk
	prefix []byte          // of the keys that belong to the list
	oldest int64           // microseconds, inclusive
	mask   byte            // which flags matter
	want   byte            // and what they must be
	feed   newsfold.FeedID // to be looked for in the stories themselves; 0: any
}

func (t *tx) list(q *store.Query) *list {
	l := &list{oldest: math.MinInt64, feed: q.Feed}
	if !q.Since.IsZero() {
		l.oldest = microUp(q.Since)
	}
	if q.Unread {
		l.mask |= flagRead
	}
	if q.Starred {
		l.mask |= flagStarred
		l.want |= flagStarred
	}
	var b *bbolt.Bucket
	switch {
	case q.Starred:
		b = t.bucket(bStoryStarred)
	case q.Feed != 0:
		b = t.bucket(bStoryFeeds)
		l.prefix = idKey(q.Feed)
		l.feed = 0 // all of them are
	case q.Unread:
		b = t.bucket(bStoryUnread)
	default:
		b = t.bucket(bStoryTimes)
	}
	l.walk = t.walk(b, l.end(q), true)
	return l
}

// end returns the key before which the list begins; nil for the newest story.
func (l *list) end(q *store.Query) []byte {
	var end []byte
	if !q.Until.IsZero() {
		end = timeKey(microUp(q.Until), 0)
	}
	if q.After.ID != 0 || !q.After.Time.IsZero() {
		after := timeKey(micro(q.After.Time), int64(q.After.ID))
		if end == nil || bytes.Compare(after, end) < 0 {
			end = after
		}
	}
	if l.prefix == nil {
		return end
	}
	if end == nil {
		return idKey(q.Feed + 1)
	}
	return append(slices.Clone(l.prefix), end...)
}

// next returns the number of the next story, 0 at the end.
func (l *list) next() int64 {
	for {
		k, v := l.walk.next()
		if k == nil || !bytes.HasPrefix(k, l.prefix) {
			return 0
		}
		k = k[len(l.prefix):]
		if keyTime(k) < l.oldest {
			return 0
		}
		if len(v) == 1 && v[0]&l.mask == l.want {
			return keyID(k[timeLen:])
		}
	}
}
