package bolt

import (
	"fmt"
	"slices"

	"newsfold"

	"newsfold/store/internal/record"
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
	ok, err := load(t, bStories, idKey(id), &s, record.Story)
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
	had, err := load(t, bStories, idKey(s.ID), &old, record.Story)
	if err != nil {
		return err
	}
	if err := put(t, bStories, idKey(s.ID), s, record.Story); err != nil {
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
	had, err := load(t, bStories, idKey(id), &old, record.Story)
	if err != nil || !had {
		return err
	}
	if err := t.index(&old, nil); err != nil {
		return err
	}
	return t.remove(bStories, idKey(id))
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
	us, f := record.Micro(s.Time), flags(s)
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
