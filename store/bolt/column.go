package bolt

import (
	"encoding/binary"
	"errors"

	bbolt "go.etcd.io/bbolt"
)

// A column holds a number for each number from 1 on, or none: 64 of them in a value,
// since a pair of keys of its own takes 36 bytes of a page and such a number, next to
// others like it, takes one or two. Its keys are the numbers divided by 64; a value
// has a varint for each of the 64: 0 for none, else one more than the distance to the
// number before it, zigzag.
type column struct{ *bbolt.Bucket }

// columnSize is how many numbers stand in a value.
const columnSize = 64

// numbers are those of one value.
type numbers [columnSize]int64

var errColumn = errors.New("a value of a column is malformed")

func (n *numbers) decode(v []byte) error {
	*n = numbers{}
	last := int64(0)
	for i := 0; len(v) > 0; i++ {
		d, size := binary.Uvarint(v)
		if size <= 0 || i == columnSize {
			return errColumn
		}
		v = v[size:]
		if d > 0 {
			d--
			last += int64(d>>1) ^ -int64(d&1)
			n[i] = last
		}
	}
	return nil
}

// encode returns nil when there is no number.
func (n *numbers) encode() (v []byte) {
	last, end := int64(0), 0
	v = make([]byte, 0, 2*columnSize)
	for _, x := range n {
		if x == 0 {
			v = append(v, 0)
			continue
		}
		d := x - last
		v = binary.AppendUvarint(v, uint64(d<<1)^uint64(d>>63)+1)
		last, end = x, len(v)
	}
	return v[:end]
}

// block returns the key of the value that holds the number of k.
func block(k int64) []byte { return idKey(k / columnSize) }

// get returns the number of k; 0 when there is none.
func (c column) get(k int64) (int64, error) {
	var n numbers
	err := n.decode(c.Get(block(k)))
	return n[k%columnSize], err
}

// set gives k a number; 0 takes it away.
func (c column) set(k, v int64) error {
	key := block(k)
	var n numbers
	if err := n.decode(c.Get(key)); err != nil {
		return err
	}
	n[k%columnSize] = v
	if value := n.encode(); len(value) > 0 {
		return c.Put(key, value)
	}
	return c.Delete(key)
}

// A scan goes through the numbers of a column, upwards.
type scan struct {
	c       column
	cursor  *bbolt.Cursor
	mutable bool // the column may change between steps
	at      int64
	key     int64 // of the value in n
	n       numbers
	begun   bool
}

// scan starts behind a number.
func (t *tx) scan(c column, after int64) *scan {
	return &scan{c: c, cursor: c.Cursor(), mutable: t.writable, at: after}
}

// next returns the next number that has one, and that; false at the end.
func (s *scan) next() (k, v int64, ok bool, err error) {
	for {
		if !s.begun || s.mutable || s.at/columnSize != s.key || s.at%columnSize == columnSize-1 {
			if ok, err := s.load((s.at + 1) / columnSize); !ok || err != nil {
				return 0, 0, false, err
			}
		}
		for i := max(0, s.at+1-s.key*columnSize); i < columnSize; i++ {
			if s.n[i] != 0 {
				s.at = s.key*columnSize + i
				return s.at, s.n[i], true, nil
			}
		}
		s.at = s.key*columnSize + columnSize - 1
	}
}

// load reads the first value from a key on.
func (s *scan) load(key int64) (ok bool, err error) {
	k, v := s.cursor.Seek(idKey(key))
	if k == nil {
		return false, nil
	}
	s.key, s.begun = keyID(k), true
	return true, s.n.decode(v)
}
