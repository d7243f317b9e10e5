package bolt

import (
	"newsfold"
	"newsfold/store/internal/record"
)

// What entries say, their summaries and contents, is needed again only when a
// better program wants to read it, and an article has the text anyway. So it lies
// apart, in the order in which it came, and the oldest of it goes when there is
// too much.

const (
	// defaultSaid is how much is kept unless Options say otherwise.
	defaultSaid = 64 << 20 // of some 50,000 articles
	// leastSaid is from how many bytes on it lies apart.
	leastSaid = 512
)

// putSaying stores an entry and what it says.
func (t *tx) putSaying(seq []byte, e *newsfold.Entry, fresh bool) error {
	bare := *e
	apart := len(e.Summary)+len(e.Content) >= leastSaid
	switch {
	case apart:
		bare.Sum = e.Digest()
		bare.Summary, bare.Content = "", ""
	case e.Summary != "" || e.Content != "":
		bare.Sum = ""
	}
	if !fresh && !apart {
		if err := t.dropSaid(seq); err != nil {
			return err
		}
	}
	if err := put(t, bEntries, seq, &bare, record.Entry); err != nil {
		return err
	}
	if !apart || t.db.said < 0 {
		return nil
	}
	return put(t, bSaid, seq, e, record.Said)
}

// loadSaid fills in what an entry said, if it is still there.
func (t *tx) loadSaid(seq []byte, e *newsfold.Entry) error {
	ok, err := load(t, bSaid, seq, e, record.Said)
	if ok {
		e.Sum = ""
	}
	return err
}

// dropSaid removes what an entry said.
func (t *tx) dropSaid(seq []byte) error {
	b := t.bucket(bSaid)
	t.said -= int64(len(b.Get(seq)))
	return b.Delete(seq)
}

// deleteEntry removes an entry by its number.
func (t *tx) deleteEntry(seq []byte) error {
	if err := t.dropSaid(seq); err != nil {
		return err
	}
	return t.remove(bEntries, seq)
}

// trimSaid removes the oldest of what entries said while there is too much.
func (t *tx) trimSaid() error {
	if t.said == 0 {
		return nil
	}
	meta := t.bucket(bMeta)
	size := number(meta, keySaid) + t.said
	for size > t.db.said {
		k, v := t.bucket(bSaid).Cursor().First()
		if k == nil {
			break
		}
		size -= int64(len(v))
		if err := t.bucket(bSaid).Delete(k); err != nil {
			return err
		}
	}
	return meta.Put(keySaid, idKey(size))
}
