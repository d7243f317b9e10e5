package bolt

import (
	"errors"
	"fmt"
	"iter"

	"newsfold"
	"newsfold/store"
)

// The two buckets of a change log, both columns.
var (
	logChanges = []byte("changes") // position → article
	logPlaces  = []byte("places")  // article → position
)

// A changeLog is one of the change logs. The sequence of the bucket of changes is
// the last position that was given.
type changeLog struct {
	name            store.Log
	changes, places column
}

// log returns a change log, making it when needed.
func (t *tx) log(log store.Log) (l changeLog, err error) {
	for _, l := range t.logs {
		if l.name == log {
			return l, nil
		}
	}
	b, err := t.bucket(bLogs).CreateBucketIfNotExists([]byte(log))
	if err != nil {
		return l, err
	}
	if l.changes.Bucket, err = b.CreateBucketIfNotExists(logChanges); err != nil {
		return l, err
	}
	if l.places.Bucket, err = b.CreateBucketIfNotExists(logPlaces); err != nil {
		return l, err
	}
	l.changes.FillPercent, l.places.FillPercent = dense, dense
	// Most changes are next to one another, in either column.
	l.name, l.changes.last, l.places.last = log, &value{}, &value{}
	t.logs = append(t.logs, l)
	return l, nil
}

// add puts an article at the end of a log in which it does not stand.
func (l changeLog) add(id int64) error {
	seq, err := l.changes.NextSequence()
	if err != nil {
		return err
	}
	return l.put(int64(seq), id)
}

// put puts an article at a position at which none stands.
func (l changeLog) put(seq, id int64) error {
	return errors.Join(l.changes.set(seq, id), l.places.set(id, seq))
}

// remove takes an article out of a log, if it stands there.
func (l changeLog) remove(id int64) error {
	seq, err := l.places.get(id)
	if err != nil || seq == 0 {
		return err
	}
	return errors.Join(l.changes.set(seq, 0), l.places.set(id, 0))
}

// Append implements [store.Tx].
func (t *tx) Append(log store.Log, id newsfold.ArticleID) (err error) {
	defer t.guard(&err)
	if err := t.ready(true); err != nil {
		return err
	}
	if err := checkName("change log", string(log)); err != nil {
		return err
	}
	if err := t.hasArticle(id); err != nil {
		return err
	}
	l, err := t.log(log)
	if err == nil {
		err = errors.Join(l.remove(int64(id)), l.add(int64(id)))
	}
	return t.ofColumn(changeLogs, err)
}

// changeLogs are what messages call them.
const changeLogs = "a change log"

// ofColumn makes damage of a column a fault of the file.
func (t *tx) ofColumn(what string, err error) error {
	if errors.Is(err, errColumn) {
		return t.damaged(what, err)
	}
	return err
}

// Changes implements [store.Tx].
func (t *tx) Changes(log store.Log, after store.Seq) iter.Seq2[store.Change, error] {
	return sequence(t, func() func() (store.Change, bool, error) {
		b := t.bucket(bLogs).Bucket([]byte(log))
		if b == nil {
			return func() (c store.Change, ok bool, err error) { return c, false, checkName("change log", string(log)) }
		}
		c := column{Bucket: b.Bucket(logChanges)}
		if t.writable {
			l, err := t.log(log)
			if err != nil {
				return func() (c store.Change, ok bool, _ error) { return c, false, err }
			}
			c = l.changes
		}
		s := t.scan(c, int64(min(after, maxSeq)))
		return func() (c store.Change, ok bool, err error) {
			seq, id, ok, err := s.next()
			return store.Change{Seq: store.Seq(seq), Article: newsfold.ArticleID(id)}, ok, t.ofColumn(changeLogs, err)
		}
	})
}

// maxSeq is beyond all positions that are ever given.
const maxSeq = 1 << 62

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
