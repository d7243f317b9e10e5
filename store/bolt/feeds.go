package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"iter"

	"newsfold"
	"newsfold/store"

	"newsfold/store/internal/record"
)

// Feed implements [store.Tx].
func (t *tx) Feed(id newsfold.FeedID) (f newsfold.Feed, err error) {
	defer t.guard(&err)
	if err := t.ready(false); err != nil {
		return f, err
	}
	return t.feed(id)
}

func (t *tx) feed(id newsfold.FeedID) (f newsfold.Feed, err error) {
	key := idKey(id)
	ok, err := load(t, bFeeds, key, &f, record.Feed)
	if err == nil && !ok {
		err = notFound("feed", id)
	}
	if err != nil {
		return newsfold.Feed{}, err
	}
	f.Entries = int(number(t.bucket(bFeedCounts), key))
	return f, nil
}

// FindFeed implements [store.Tx].
func (t *tx) FindFeed(url string) (f newsfold.Feed, err error) {
	defer t.guard(&err)
	if err := t.ready(false); err != nil {
		return f, err
	}
	id := number(t.bucket(bFeedURLs), hashKey(url))
	if id == 0 {
		return f, notFound("feed", url)
	}
	return t.feed(newsfold.FeedID(id))
}

// Feeds implements [store.Tx].
func (t *tx) Feeds() iter.Seq2[newsfold.Feed, error] {
	return sequence(t, func() func() (newsfold.Feed, bool, error) {
		w := t.walk(t.bucket(bFeeds), nil, false)
		return func() (f newsfold.Feed, ok bool, err error) {
			k, _ := w.next()
			if k == nil {
				return f, false, nil
			}
			f, err = t.feed(newsfold.FeedID(keyID(k)))
			return f, err == nil, err
		}
	})
}

// PutFeed implements [store.Tx].
func (t *tx) PutFeed(f *newsfold.Feed) (err error) {
	defer t.guard(&err)
	if err := t.ready(true); err != nil {
		return err
	}
	if f.URL == "" {
		return errors.New("feed without a URL")
	}
	urls, hash := t.bucket(bFeedURLs), hashKey(f.URL)
	if id := number(urls, hash); id != 0 && newsfold.FeedID(id) != f.ID {
		return fmt.Errorf("feed %s: %w", f.URL, newsfold.ErrExists)
	}
	id, oldURL := f.ID, f.URL
	if id == 0 {
		seq, err := t.bucket(bFeeds).NextSequence()
		if err != nil {
			return err
		}
		id = newsfold.FeedID(seq)
	} else {
		old, err := t.feed(id)
		if err != nil {
			return err
		}
		oldURL = old.URL
	}
	stored := *f
	stored.ID = id
	if err := put(t, bFeeds, idKey(id), &stored, record.Feed); err != nil {
		return fmt.Errorf("feed %s: %w", f.URL, err)
	}
	if oldURL != f.URL {
		if err := urls.Delete(hashKey(oldURL)); err != nil {
			return err
		}
	}
	if err := urls.Put(hash, idKey(id)); err != nil {
		return err
	}
	f.ID = id
	return nil
}

// DeleteFeed implements [store.Tx].
func (t *tx) DeleteFeed(id newsfold.FeedID) (err error) {
	defer t.guard(&err)
	if err := t.ready(true); err != nil {
		return err
	}
	f, err := t.feed(id)
	if err != nil {
		return err
	}
	if err := t.dropEntries(id); err != nil {
		return err
	}
	key := idKey(id)
	return errors.Join(
		t.bucket(bFeedCounts).Delete(key),
		t.bucket(bFeedURLs).Delete(hashKey(f.URL)),
		t.bucket(bFeeds).Delete(key))
}

// dropEntries removes all that is known of the entries of a feed.
func (t *tx) dropEntries(id newsfold.FeedID) error {
	key := idKey(id)
	keys := t.bucket(bEntryKeys)
	w := t.walk(keys, key, false)
	for k, v := w.next(); bytes.HasPrefix(k, key); k, v = w.next() {
		if err := t.deleteEntry(bytes.Clone(v)); err != nil {
			return err
		}
		if err := keys.Delete(w.from); err != nil {
			return err
		}
	}
	return nil
}

// entryName is an entry as messages name it.
type entryName newsfold.EntryRef

func (n entryName) String() string { return fmt.Sprintf("%d %q", n.Feed, n.Key) }

// Entry implements [store.Tx].
func (t *tx) Entry(ref newsfold.EntryRef) (e newsfold.Entry, err error) {
	defer t.guard(&err)
	if err := t.ready(false); err != nil {
		return e, err
	}
	seq := t.bucket(bEntryKeys).Get(entryKey(int64(ref.Feed), ref.Key))
	if seq == nil {
		return e, notFound("entry", entryName(ref))
	}
	if keyID(seq) == 0 {
		return e, wasRemoved("entry", fmt.Sprintf("%d %q", ref.Feed, ref.Key))
	}
	ok, err := load(t, bEntries, seq, &e, record.Entry)
	if err == nil && !ok {
		err = t.damaged(fmt.Sprintf("entry %d %q", ref.Feed, ref.Key), errors.New("it is listed but not there"))
	}
	if err == nil {
		err = t.loadSaid(seq, &e)
	}
	return e, err
}

// PutEntry implements [store.Tx].
func (t *tx) PutEntry(e *newsfold.Entry) (err error) {
	defer t.guard(&err)
	if err := t.ready(true); err != nil {
		return err
	}
	feed := idKey(e.Feed)
	if t.bucket(bFeeds).Get(feed) == nil {
		return notFound("feed", e.Feed)
	}
	keys, key := t.bucket(bEntryKeys), entryKey(int64(e.Feed), e.Key())
	seq := bytes.Clone(keys.Get(key))
	fresh := seq == nil
	if !fresh && keyID(seq) == 0 {
		return fmt.Errorf("entry %d %q %w", e.Feed, e.Key(), store.ErrRemoved)
	}
	if fresh {
		n, err := t.bucket(bEntries).NextSequence()
		if err != nil {
			return err
		}
		seq = idKey(n)
	}
	if err := t.putSaying(seq, e, fresh); err != nil {
		return fmt.Errorf("entry %d %q: %w", e.Feed, e.Key(), err)
	}
	if !fresh {
		return nil
	}
	counts := t.bucket(bFeedCounts)
	return errors.Join(
		keys.Put(key, seq),
		counts.Put(feed, idKey(number(counts, feed)+1)))
}
