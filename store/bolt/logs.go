package bolt

import (
	"fmt"
	"iter"

	bbolt "go.etcd.io/bbolt"

	"newsfold"
	"newsfold/store"
)

// The two buckets of a change log.
var (
	logChanges = []byte("changes") // position → article
	logPlaces  = []byte("places")  // article → position
)

// Append implements [store.Tx].
func (t *tx) Append(log store.Log, id newsfold.ArticleID) (err error) {
	defer t.guard(&err)
	if err := t.ready(true); err != nil {
		return err
	}
	if err := checkName("change log", string(log)); err != nil {
		return err
	}
	key := idKey(id)
	if t.bucket(bArticles).Get(key) == nil {
		return notFound("article", id)
	}
	changes, places, err := t.log(log)
	if err != nil {
		return err
	}
	if old := number(places, key); old != 0 {
		if err := changes.Delete(idKey(old)); err != nil {
			return err
		}
	}
	return addChange(changes, places, key)
}

// log returns the buckets of a change log, making them when needed.
func (t *tx) log(log store.Log) (changes, places *bbolt.Bucket, err error) {
	b := t.bucket(bLogs)
	l := b.Bucket([]byte(log))
	if l == nil {
		if l, err = b.CreateBucket([]byte(log)); err != nil {
			return nil, nil, err
		}
	}
	if changes, err = l.CreateBucketIfNotExists(logChanges); err != nil {
		return nil, nil, err
	}
	if places, err = l.CreateBucketIfNotExists(logPlaces); err != nil {
		return nil, nil, err
	}
	changes.FillPercent, places.FillPercent = dense, dense
	return changes, places, nil
}

// Changes implements [store.Tx].
func (t *tx) Changes(log store.Log, after store.Seq) iter.Seq2[store.Change, error] {
	return sequence(t, func() func() (store.Change, bool, error) {
		l := t.bucket(bLogs).Bucket([]byte(log))
		if l == nil {
			return func() (c store.Change, ok bool, err error) { return c, false, checkName("change log", string(log)) }
		}
		w := t.walk(l.Bucket(logChanges), idKey(after), false)
		return func() (c store.Change, ok bool, err error) {
			k, v := w.next()
			if k != nil && store.Seq(keyID(k)) == after {
				k, v = w.next()
			}
			if k == nil {
				return c, false, nil
			}
			return store.Change{Seq: store.Seq(keyID(k)), Article: newsfold.ArticleID(keyID(v))}, true, nil
		}
	})
}

// checkName says whether a log or shelf may be called this.
func checkName(what, name string) error {
	ok := len(name) > 0 && len(name) <= 64
	for i := range len(name) {
		ok = ok && (name[i] == '.' || 'a' <= name[i] && name[i] <= 'z')
	}
	if !ok {
		return fmt.Errorf("%s %q: the name is not 1 to 64 lower-case letters and dots", what, name)
	}
	return nil
}
