package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"newsfold"
	"newsfold/store"
	"newsfold/store/internal/record"
)

var _ store.Porter = (*tx)(nil)

// exported says in which bucket the items of a kind are, where their keys are
// those of the bucket.
var exported = map[store.Kind]bucketID{
	store.FeedItem: bFeeds, store.EntryItem: bEntryKeys, store.ArticleItem: bArticles, store.RemovedItem: bArticleURLs,
	store.BodyItem: bBodies, store.RevisionItem: bRevisions, store.StoryItem: bStories,
}

// The names of the counters that are not those of logs.
const (
	feedCounter    = "feeds"
	articleCounter = "articles"
)

// Export implements [store.Porter].
func (t *tx) Export(after store.Item) iter.Seq2[store.Item, error] {
	return func(yield func(store.Item, error) bool) {
		for kind := max(after.Kind, store.FeedItem); kind <= store.CounterItem; kind++ {
			var from []byte
			if kind == after.Kind {
				from = after.Key
			}
			for it, err := range t.items(kind, from) {
				if !yield(it, err) || err != nil {
					return
				}
			}
		}
	}
}

// items yields the items of a kind behind a key.
func (t *tx) items(kind store.Kind, from []byte) iter.Seq2[store.Item, error] {
	switch kind {
	case store.ChangeItem:
		return t.changeItems(from)
	case store.PairItem:
		return t.pairItems(from)
	case store.CounterItem:
		return t.counters(from)
	case store.ArticleItem, store.BodyItem, store.StoryItem:
		return t.numbered(kind, from)
	}
	return sequence(t, func() func() (store.Item, bool, error) {
		w := t.walk(t.bucket(exported[kind]), from, false)
		return func() (it store.Item, ok bool, err error) {
			for {
				k, v := w.next()
				if k == nil {
					return it, false, nil
				}
				if bytes.Equal(k, from) || kind == store.RemovedItem && keyID(v) != 0 {
					continue
				}
				it = store.Item{Kind: kind, Key: slices.Clone(k)}
				it.Value, err = t.value(kind, k, v)
				return it, err == nil, err
			}
		}
	})
}

// value returns the value of an item; nil for what was removed.
func (t *tx) value(kind store.Kind, k, v []byte) (msg []byte, err error) {
	switch kind {
	case store.RemovedItem:
		return nil, nil
	case store.EntryItem:
		if keyID(v) == 0 {
			return nil, nil
		}
		return t.entryMessage(k, slices.Clone(v))
	}
	err = t.read(exported[kind], k, v, func(s string) error { msg = []byte(s); return nil })
	return msg, err
}

// numbered yields the items of a kind whose records may lie in packs.
func (t *tx) numbered(kind store.Kind, from []byte) iter.Seq2[store.Item, error] {
	return sequence(t, func() func() (store.Item, bool, error) {
		id, at := exported[kind], int64(0)
		if from != nil {
			at = keyID(from)
		}
		return func() (it store.Item, ok bool, err error) {
			if at, err = t.next(id, at+1, false); at == 0 || err != nil {
				return it, false, err
			}
			it = store.Item{Kind: kind, Key: idKey(at)}
			msg, _, err := t.message(id, it.Key)
			if it.Value = []byte(msg); err == nil && kind == store.BodyItem {
				var b newsfold.Body
				err = t.malformed(id, it.Key, record.Decode(msg, &b, record.WovenBody))
				it.Value = record.Encode(nil, &b, record.Body)
			}
			return it, err == nil, err
		}
	})
}

// entryMessage returns an entry with what it said, as far as that is still there.
func (t *tx) entryMessage(key, seq []byte) ([]byte, error) {
	var e newsfold.Entry
	ok, err := load(t, bEntries, seq, &e, record.Entry)
	if err == nil && !ok {
		err = t.damaged(fmt.Sprintf("entry %x", key), errors.New("it is listed but not there"))
	}
	if err == nil {
		err = t.loadSaid(seq, &e)
	}
	return record.Encode(nil, &e, record.Entry), err
}

// changeItems yields the changes of all logs.
func (t *tx) changeItems(from []byte) iter.Seq2[store.Item, error] {
	return func(yield func(store.Item, error) bool) {
		first, at, begun := bytes.Cut(from, []byte{0})
		names, err := t.inner(bLogs, first)
		if err != nil {
			yield(store.Item{}, err)
			return
		}
		for _, name := range names {
			after := store.Seq(0)
			if begun && bytes.Equal(name, first) {
				after = store.Seq(keyID(at))
			}
			for c, err := range t.Changes(store.Log(name), after) {
				it := store.Item{Kind: store.ChangeItem, Key: slices.Concat(name, []byte{0}, idKey(c.Seq)), Value: idKey(c.Article)}
				if !yield(it, err) || err != nil {
					return
				}
			}
		}
	}
}

// pairItems yields what is on all shelves.
func (t *tx) pairItems(from []byte) iter.Seq2[store.Item, error] {
	return func(yield func(store.Item, error) bool) {
		first, at, begun := bytes.Cut(from, []byte{0})
		names, err := t.inner(bShelves, first)
		if err != nil {
			yield(store.Item{}, err)
			return
		}
		for _, name := range names {
			var start []byte
			if begun && bytes.Equal(name, first) {
				start = at
			}
			for p, err := range t.pairs(name, start) {
				it := store.Item{Kind: store.PairItem, Key: slices.Concat(name, []byte{0}, p.Key), Value: p.Value}
				if !yield(it, err) || err != nil {
					return
				}
			}
		}
	}
}

// pairs yields what is on a shelf behind a key.
func (t *tx) pairs(name, after []byte) iter.Seq2[store.Pair, error] {
	return sequence(t, func() func() (store.Pair, bool, error) {
		w := t.walk(t.bucket(bShelves).Bucket(name), after, false)
		return func() (p store.Pair, ok bool, err error) {
			k, v := w.next()
			if k != nil && bytes.Equal(k, after) {
				k, v = w.next()
			}
			if k == nil {
				return p, false, nil
			}
			v, err = t.unsealed(string(name), k, v)
			return store.Pair{Key: bytes.Clone(k), Value: v}, err == nil, err
		}
	})
}

// inner returns the names of the buckets in a bucket, from one on.
func (t *tx) inner(id bucketID, from []byte) (names [][]byte, err error) {
	defer t.guard(&err)
	if err := t.ready(false); err != nil {
		return nil, err
	}
	c := t.bucket(id).Cursor()
	for k, _ := c.Seek(from); k != nil; k, _ = c.Next() {
		names = append(names, bytes.Clone(k))
	}
	return names, nil
}

// counters yields the last numbers that were given.
func (t *tx) counters(from []byte) iter.Seq2[store.Item, error] {
	return sequence(t, func() func() (store.Item, bool, error) {
		last := map[string]uint64{feedCounter: t.bucket(bFeeds).Sequence(), articleCounter: t.bucket(bArticles).Sequence()}
		logs := t.bucket(bLogs)
		_ = logs.ForEachBucket(func(name []byte) error {
			last[string(name)] = logs.Bucket(name).Bucket(logChanges).Sequence()
			return nil
		})
		var items []store.Item
		for name, n := range last {
			if name > string(from) && n > 0 {
				items = append(items, store.Item{Kind: store.CounterItem, Key: []byte(name), Value: idKey(n)})
			}
		}
		slices.SortFunc(items, func(a, b store.Item) int { return bytes.Compare(a.Key, b.Key) })
		return func() (it store.Item, ok bool, err error) {
			if len(items) == 0 {
				return it, false, nil
			}
			it, items = items[0], items[1:]
			return it, true, nil
		}
	})
}

// Import implements [store.Porter].
func (t *tx) Import(it store.Item) (err error) {
	defer t.guard(&err)
	if err := t.ready(true); err != nil {
		return err
	}
	if err := t.take(it); err != nil {
		return fmt.Errorf("item %x of the %v: %w", it.Key, it.Kind, err)
	}
	return nil
}

func (t *tx) take(it store.Item) error {
	key, msg := slices.Clone(it.Key), string(it.Value)
	switch it.Kind {
	case store.FeedItem:
		return take(msg, record.Feed, func(f *newsfold.Feed) error {
			return errors.Join(put(t, bFeeds, key, f, record.Feed), t.bucket(bFeedURLs).Put(hashKey(f.URL), key))
		})
	case store.EntryItem:
		return t.takeEntry(key, msg)
	case store.ArticleItem:
		return take(msg, record.Article, func(a *newsfold.Article) error {
			return errors.Join(put(t, bArticles, key, a, record.Article),
				t.bucket(bArticleURLs).Put(hashKey(a.URL), key), t.due(a.ID, &newsfold.Page{}, &a.Page))
		})
	case store.RemovedItem:
		return t.bucket(bArticleURLs).Put(key, gone)
	case store.BodyItem:
		return take(msg, record.Body, func(b *newsfold.Body) error { return put(t, bBodies, key, b, record.WovenBody) })
	case store.RevisionItem:
		return take(msg, record.Revision, func(r *newsfold.Revision) error { return put(t, bRevisions, key, r, record.Revision) })
	case store.StoryItem:
		return take(msg, record.Story, func(s *newsfold.Story) error {
			return errors.Join(put(t, bStories, key, s, record.Story), t.index(nil, s))
		})
	case store.ChangeItem:
		name, seq, _ := bytes.Cut(key, []byte{0})
		l, err := t.log(store.Log(name))
		if err != nil {
			return err
		}
		return l.put(keyID(seq), keyID(it.Value))
	case store.PairItem:
		name, k, _ := bytes.Cut(key, []byte{0})
		return t.Shelf(string(name)).Put(k, it.Value)
	case store.CounterItem:
		return t.takeCounter(string(key), binary.BigEndian.Uint64(it.Value))
	}
	return fmt.Errorf("kind %d is of a newer version", it.Kind)
}

// take decodes a message and hands it to put.
func take[T any](msg string, fields func(*record.Wire, *T), put func(*T) error) error {
	var v T
	if err := record.Decode(msg, &v, fields); err != nil {
		return err
	}
	return put(&v)
}

func (t *tx) takeEntry(key []byte, msg string) error {
	keys := t.bucket(bEntryKeys)
	if msg == "" {
		return keys.Put(key, gone)
	}
	n, err := t.bucket(bEntries).NextSequence()
	if err != nil {
		return err
	}
	counts, feed := t.bucket(bFeedCounts), slices.Clone(key[:idLen])
	return take(msg, record.Entry, func(e *newsfold.Entry) error {
		return errors.Join(t.putSaying(idKey(n), e, true), keys.Put(key, idKey(n)),
			counts.Put(feed, idKey(number(counts, feed)+1)))
	})
}

func (t *tx) takeCounter(name string, n uint64) error {
	var b *bbolt.Bucket
	switch name {
	case feedCounter:
		b = t.bucket(bFeeds)
	case articleCounter:
		b = t.bucket(bArticles)
	default:
		l, err := t.log(store.Log(name))
		if err != nil {
			return err
		}
		b = l.changes.Bucket
	}
	return b.SetSequence(max(n, b.Sequence()))
}
