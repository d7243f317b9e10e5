package bolt

import (
	"errors"
	"fmt"
	"slices"

	"newsfold"
	"newsfold/store"
	"newsfold/store/internal/record"
)

// gone is what an index of keys holds in the place of a number for what was
// removed to make room: the key is known and is not to be stored again.
var gone = idKey(int64(0))

func wasRemoved(what string, name any) error {
	return fmt.Errorf("%s %v %w: %w", what, name, store.ErrRemoved, newsfold.ErrNotFound)
}

// DeleteArticle implements [store.Tx].
func (t *tx) DeleteArticle(id newsfold.ArticleID) (err error) {
	defer t.guard(&err)
	if err := t.ready(true); err != nil {
		return err
	}
	a, err := t.article(id)
	if err != nil {
		return err
	}
	var s newsfold.Story
	if ok, err := load(t, bStories, idKey(a.Story), &s, record.Story); err != nil {
		return err
	} else if ok && slices.Contains(s.Articles, id) {
		return fmt.Errorf("article %d is in story %d and cannot be deleted before that", id, s.ID)
	}
	for _, ref := range a.Entries {
		if err := t.dropEntry(ref); err != nil {
			return err
		}
	}
	if err := t.due(id, &a.Page, &newsfold.Page{}); err != nil {
		return err
	}
	if err := t.dropRevisions(id); err != nil {
		return err
	}
	key := idKey(id)
	err = errors.Join(
		t.bucket(bArticleURLs).Put(hashKey(a.URL), gone),
		t.remove(bBodies, key),
		t.remove(bArticles, key))
	if err != nil {
		return err
	}
	return t.unlog(id)
}

// dropEntry removes an entry and remembers its key.
func (t *tx) dropEntry(ref newsfold.EntryRef) error {
	keys, key := t.bucket(bEntryKeys), entryKey(int64(ref.Feed), ref.Key)
	seq := slices.Clone(keys.Get(key))
	if seq == nil || keyID(seq) == 0 {
		return nil // its feed was deleted
	}
	counts, feed := t.bucket(bFeedCounts), idKey(ref.Feed)
	return errors.Join(
		t.deleteEntry(seq),
		keys.Put(key, gone),
		counts.Put(feed, idKey(number(counts, feed)-1)))
}

// unlog takes an article out of all change logs and appends it to that of what
// was removed.
func (t *tx) unlog(id newsfold.ArticleID) error {
	var logs []store.Log
	err := t.bucket(bLogs).ForEachBucket(func(name []byte) error {
		logs = append(logs, store.Log(name))
		return nil
	})
	for _, name := range logs {
		l, err2 := t.log(name)
		if err2 == nil {
			err2 = l.remove(int64(id))
		}
		err = errors.Join(err, err2)
	}
	l, err2 := t.log(store.Removed)
	if err = errors.Join(err, err2); err == nil {
		err = l.add(int64(id))
	}
	return t.ofColumn(changeLogs, err)
}
