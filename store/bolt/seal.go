package bolt

import "newsfold/store/internal/record"

// How many records of a transaction may be under way, and how many bytes of
// messages.
const (
	maxSealing      = 64
	maxSealingBytes = 8 << 20
)

// A sealing is a record that is being compressed while its transaction goes on:
// compressing takes longer than all else that storing an article does, and
// there is more than one core.
type sealing struct {
	bucket bucketID
	key    []byte
	msg    []byte
	rec    []byte
	done   chan struct{} // closed when rec is there
}

// sealLater stores a message under a key as soon as it is compressed, at the
// latest when it is asked for or the transaction is committed. The key and the
// message are no longer the caller's.
func (t *tx) sealLater(id bucketID, key, msg []byte) error {
	s := &sealing{bucket: id, key: key, msg: msg, done: make(chan struct{})}
	t.sealings = append(t.sealings, s)
	go func() {
		defer close(s.done)
		if s.bucket == bSaid { // what is kept of it is bounded
			s.rec = record.CompressQuickly(s.msg)
		} else {
			s.rec = t.db.codec.Compress(s.msg)
		}
	}()
	t.sealing += len(msg)
	switch {
	case t.sealing > maxSealingBytes:
		return t.settleAll()
	case len(t.sealings) >= maxSealing:
		return t.settle(maxSealing / 2)
	}
	return nil
}

// settle stores the first n records that are under way, in the order in which
// they were put.
func (t *tx) settle(n int) error {
	for range n {
		s := t.sealings[0]
		<-s.done
		t.sealings = t.sealings[1:]
		t.sealing -= len(s.msg)
		if s.bucket == bSaid {
			t.said += int64(len(s.rec) - len(t.bucket(bSaid).Get(s.key)))
		}
		if err := t.bucket(s.bucket).Put(s.key, s.rec); err != nil {
			t.fault = err // fn may have been told that it was stored
			return err
		}
		t.recycle(s.msg)
	}
	return nil
}

// settleAll stores all records that are under way. Whoever looks into a bucket
// of compressed records calls it first.
func (t *tx) settleAll() error { return t.settle(len(t.sealings)) }

// finish makes a transaction ready to be committed.
func (t *tx) finish() (err error) {
	defer t.guard(&err)
	t.fill()
	if err := t.settleAll(); err != nil {
		return err
	}
	if err := t.flushLogs(); err != nil {
		return err
	}
	return t.trimSaid()
}

// abandon waits for what is under way in a transaction that is not committed.
func (t *tx) abandon() {
	for _, s := range t.sealings {
		<-s.done
	}
}

// buffer returns an empty buffer for a message.
func (t *tx) buffer() []byte { return t.db.codec.Buffer() }

// recycle keeps a buffer for the next message.
func (t *tx) recycle(msg []byte) { t.db.codec.Recycle(msg) }
