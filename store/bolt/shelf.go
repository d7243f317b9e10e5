package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"iter"

	bbolt "go.etcd.io/bbolt"

	"newsfold/store"
	"newsfold/store/internal/record"
)

// Limits of a shelf, as the contract states them.
const (
	maxKey   = 1024
	maxValue = 64 << 20
)

// A shelf implements [store.Shelf].
type shelf struct {
	t    *tx
	name string
	b    *bbolt.Bucket // nil while there is none

	// What the writes of this transaction look like: keys behind the last one
	// fill pages in order, others need room between.
	last             []byte
	appends, inserts int
}

// Shelf implements [store.Tx].
func (t *tx) Shelf(name string) store.Shelf {
	for _, s := range t.shelves {
		if s.name == name {
			return s
		}
	}
	s := &shelf{t: t, name: name}
	t.shelves = append(t.shelves, s)
	return s
}

// ready finds the bucket, which stays nil when there is none and none is to be
// made.
func (s *shelf) ready(write bool) error {
	if err := s.t.ready(write); err != nil {
		return err
	}
	if s.b != nil {
		return nil
	}
	if err := checkName("shelf", s.name); err != nil {
		return err
	}
	all := s.t.bucket(bShelves)
	s.b = all.Bucket([]byte(s.name))
	if s.b != nil || !write {
		return nil
	}
	var err error
	s.b, err = all.CreateBucket([]byte(s.name))
	return err
}

// Get implements [store.Shelf].
func (s *shelf) Get(key []byte) (v []byte, err error) {
	defer s.t.guard(&err)
	if err := s.check(key, false); err != nil || s.b == nil {
		return nil, err
	}
	// Bucket.Get cannot tell an empty value from none.
	k, v := s.b.Cursor().Seek(key)
	if k == nil || !bytes.Equal(k, key) {
		return nil, nil
	}
	return s.t.unsealed(s.name, key, v)
}

// Put implements [store.Shelf].
func (s *shelf) Put(key, value []byte) (err error) {
	defer s.t.guard(&err)
	if err := s.check(key, true); err != nil {
		return err
	}
	if len(value) > maxValue {
		return fmt.Errorf("shelf %s: a value of %d bytes is larger than 64 MiB", s.name, len(value))
	}
	if s.last == nil {
		k, _ := last(s.b.Cursor())
		s.last = append([]byte{}, k...)
	}
	if bytes.Compare(key, s.last) > 0 {
		s.appends++
		s.last = append(s.last[:0], key...)
	} else {
		s.inserts++
	}
	s.t.written += int64(len(value))
	return s.b.Put(key, sealed(key, value))
}

// sumSize is the length of the checksum before a value.
const sumSize = 4

var errSum = fmt.Errorf("%w: wrong checksum", record.ErrMalformed)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sealed returns a value as it is stored: behind the CRC-32C of its key and itself.
func sealed(key, value []byte) []byte {
	sum := crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
	v := binary.LittleEndian.AppendUint32(make([]byte, 0, sumSize+len(value)), sum)
	return append(v, value...)
}

// unsealed returns a stored value of a shelf as it was given, in memory of its own.
func (t *tx) unsealed(shelf string, key, v []byte) ([]byte, error) {
	if !unharmed(key, v) {
		return nil, t.damaged(fmt.Sprintf("key %x of shelf %s", key, shelf), errSum)
	}
	return append([]byte{}, v[sumSize:]...), nil
}

// unharmed reports whether a pair of a shelf is what was stored.
func unharmed(key, v []byte) bool {
	return len(v) >= sumSize &&
		crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, v[sumSize:]) == binary.LittleEndian.Uint32(v)
}

// Delete implements [store.Shelf].
func (s *shelf) Delete(key []byte) (err error) {
	defer s.t.guard(&err)
	if err := s.check(key, true); err != nil {
		return err
	}
	return s.b.Delete(key)
}

func (s *shelf) check(key []byte, write bool) error {
	if len(key) == 0 || len(key) > maxKey {
		return fmt.Errorf("shelf %s: a key of %d bytes is not 1 to %d bytes long", s.name, len(key), maxKey)
	}
	return s.ready(write)
}

// All implements [store.Shelf].
func (s *shelf) All(prefix []byte) iter.Seq2[store.Pair, error] {
	return sequence(s.t, func() func() (store.Pair, bool, error) {
		prefix := bytes.Clone(prefix)
		var w *walk
		return func() (p store.Pair, ok bool, err error) {
			if w == nil {
				if err := s.ready(false); err != nil || s.b == nil {
					return p, false, err
				}
				w = s.t.walk(s.b, prefix, false)
			}
			k, v := w.next()
			if k == nil || !bytes.HasPrefix(k, prefix) {
				return p, false, nil
			}
			v, err = s.t.unsealed(s.name, k, v)
			return store.Pair{Key: bytes.Clone(k), Value: v}, err == nil, err
		}
	})
}

// fill tells the engine how full to leave the pages of each shelf.
func (t *tx) fill() {
	for _, s := range t.shelves {
		if s.b != nil && s.appends > s.inserts {
			s.b.FillPercent = dense
		}
	}
}
