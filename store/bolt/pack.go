package bolt

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"newsfold/store/internal/record"
)

// A record is loose, a pair of a bucket of its own, or it lies in a pack with others
// that came in about when it did, compressed together. What is written is loose;
// [DB.Pack] packs what has not changed for a while. A pack is never changed: what is
// written again is loose again, and the place it leaves in its pack stays behind until
// the pack goes. So a column for each kind of records says in which pack one lies, and
// no record is in two places.

// columnOf names that column, for the buckets whose records may lie in packs.
var columnOf = [len(bucketNames)]bucketID{
	bArticles: bArticlePacks, bBodies: bBodyPacks, bStories: bStoryPacks, bEntries: bEntryPacks,
}

// packable are those buckets.
var packable = []bucketID{bArticles, bBodies, bStories, bEntries}

var errNotInPack = errors.New("its pack does not hold it")

// packs returns the column for the records of a bucket.
func (t *tx) packs(id bucketID) column {
	c := &t.columns[id]
	if c.Bucket == nil {
		*c = column{Bucket: t.bucket(columnOf[id]), last: &value{}}
	}
	return *c
}

// flushColumns puts what was written to columns and not put yet.
func (t *tx) flushColumns() error {
	for _, l := range t.logs {
		if err := errors.Join(l.changes.flush(), l.places.flush()); err != nil {
			return err
		}
	}
	for _, c := range t.columns {
		if err := c.flush(); err != nil {
			return err
		}
	}
	return nil
}

// packOf returns the number of the pack that a record lies in; 0 when it lies in none.
func (t *tx) packOf(id bucketID, key []byte) (int64, error) {
	if columnOf[id] == 0 || len(key) != idLen {
		return 0, nil
	}
	end := &t.packedTo[id]
	if *end == 0 {
		*end = 1
		if k, _ := last(t.packs(id).Cursor()); k != nil {
			*end = (keyID(k) + 1) * columnSize
		}
	}
	if keyID(key) >= *end {
		return 0, nil // it came in later
	}
	n, err := t.packs(id).get(keyID(key))
	return n, t.ofColumn(bucketNames[columnOf[id]], err)
}

// has says whether there is a record under a key.
func (t *tx) has(id bucketID, key []byte) (bool, error) {
	if t.bucket(id).Get(key) != nil {
		return true, nil
	}
	n, err := t.packOf(id, key)
	return n != 0, err
}

// remove removes a record, if it is there.
func (t *tx) remove(id bucketID, key []byte) error {
	n, err := t.unpack(id, key)
	if err == nil && n != 0 {
		err = t.dropEmpty(n)
	}
	return errors.Join(err, t.bucket(id).Delete(key))
}

// unpack takes a record out of its pack, and returns the number of that, or 0.
func (t *tx) unpack(id bucketID, key []byte) (int64, error) {
	n, err := t.packOf(id, key)
	if err != nil || n == 0 {
		return 0, err
	}
	return n, t.packs(id).set(keyID(key), 0)
}

// dropEmpty removes a pack unless something in it is in use, or it cannot be read: then
// it is for Check to tell.
func (t *tx) dropEmpty(n int64) error {
	f, err := t.facts(n)
	if err != nil {
		return nil
	}
	for _, id := range packable {
		for _, member := range slices.Backward(members(f, id)) { // the oldest mostly go first
			if at, err := t.packOf(id, idKey(member)); at == n || err != nil {
				return err
			}
		}
	}
	return t.bucket(bPacks).Delete(idKey(n))
}

// members returns the numbers of the records of a bucket that a pack was made of.
func members(f *record.Facts, id bucketID) []int64 {
	switch id {
	case bArticles:
		return f.Articles.IDs
	case bStories:
		return f.Stories.IDs
	case bEntries:
		return f.Entries.IDs
	}
	return f.Bodies
}

// packed returns the message of a record that lies in pack n.
func (t *tx) packed(id bucketID, key []byte, n int64) (msg string, err error) {
	f, err := t.facts(n)
	if err != nil {
		return "", err
	}
	var m *record.Members
	switch id {
	case bArticles:
		m = &f.Articles
	case bStories:
		m = &f.Stories
	case bEntries:
		m = &f.Entries
	default:
		if m, err = t.bodies(n, f); err != nil {
			return "", err
		}
	}
	msg, ok := m.Find(keyID(key))
	if !ok {
		return "", errNotInPack
	}
	return strings.Clone(msg), nil // not to hold the whole pack
}

// facts opens a pack.
func (t *tx) facts(n int64) (*record.Facts, error) {
	if f := t.db.facts.get(n); f != nil {
		return f, nil
	}
	f, err := t.db.codec.OpenFacts(t.bucket(bPacks).Get(idKey(n)))
	if err == nil {
		t.db.facts.put(n, f)
	}
	return f, err
}

// bodies opens the other part of a pack, unless that is the one opened last.
func (t *tx) bodies(n int64, f *record.Facts) (m *record.Members, err error) {
	if t.opened.pack == n && t.opened.bodies != nil {
		return t.opened.bodies, nil
	}
	m, err = t.db.codec.OpenBodies(t.bucket(bPacks).Get(idKey(n)), f)
	if err == nil {
		t.opened.pack, t.opened.bodies = n, m
	}
	return m, err
}

// keptFacts is how many packs are kept open, of some 32 KiB each: a list goes through
// articles and stories that lie in the same ones.
const keptFacts = 64

// A factsCache keeps the packs opened last. A number never means another pack: those
// of a transaction that failed nobody has read.
type factsCache struct {
	mu   sync.Mutex
	of   map[int64]*record.Facts
	ring [keptFacts]int64
	at   int
}

func (c *factsCache) get(n int64) *record.Facts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of[n]
}

func (c *factsCache) put(n int64, f *record.Facts) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[int64]*record.Facts{}
	}
	if c.of[n] != nil {
		return
	}
	delete(c.of, c.ring[c.at])
	c.ring[c.at], c.of[n] = n, f
	c.at = (c.at + 1) % keptFacts
}

// next returns the number of the first record of a bucket from one on or, backwards,
// of the last up to it; 0 when there is none.
func (t *tx) next(id bucketID, from int64, back bool) (int64, error) {
	if back {
		k, _ := t.walk(t.bucket(id), idKey(from+1), true).next()
		n, err := t.packs(id).before(t, from+1)
		if k != nil {
			n = max(n, keyID(k))
		}
		return n, t.ofColumn(bucketNames[columnOf[id]], err)
	}
	n, _, _, err := t.scan(t.packs(id), from-1).next()
	if k, _ := t.bucket(id).Cursor().Seek(idKey(from)); k != nil && (n == 0 || keyID(k) < n) {
		n = keyID(k)
	}
	return n, t.ofColumn(bucketNames[columnOf[id]], err)
}

// before returns the last number below one that has a number; 0 when there is none.
func (c column) before(t *tx, k int64) (int64, error) {
	if err := c.flush(); err != nil {
		return 0, err
	}
	w := t.walk(c.Bucket, idKey((k+columnSize-1)/columnSize), true)
	for key, v := w.next(); key != nil; key, v = w.next() {
		var n numbers
		if err := n.decode(v); err != nil {
			return 0, err
		}
		first := keyID(key) * columnSize
		for i := min(columnSize, k-first) - 1; i >= 0; i-- {
			if n[i] != 0 {
				return first + i, nil
			}
		}
	}
	return 0, nil
}
