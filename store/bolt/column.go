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
type column struct {
	*bbolt.Bucket
	// last is the value that was at hand last, which is put when another one is or by
	// flush; nil: each number that is set is put at once.
	last *value
}

// value is one value of a column.
type value struct {
	key     int64
	n       numbers
	known   bool // else it has not been read
	changed bool // and not put
}

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

// at returns the value that holds the number of k.
func (c column) at(k int64) (*value, error) {
	v, key := c.last, k/columnSize
	switch {
	case v == nil:
		v = &value{}
	case v.known && v.key == key:
		return v, nil
	}
	if err := c.flush(); err != nil {
		return nil, err
	}
	err := v.n.decode(c.Get(idKey(key)))
	v.key, v.known = key, err == nil
	return v, err
}

// flush puts what was changed and not put yet.
func (c column) flush() error {
	if c.last == nil || !c.last.changed {
		return nil
	}
	c.last.changed = false
	return c.put(c.last)
}

func (c column) put(v *value) error {
	if b := v.n.encode(); len(b) > 0 {
		return c.Put(idKey(v.key), b)
	}
	return c.Delete(idKey(v.key))
}

// get returns the number of k; 0 when there is none.
func (c column) get(k int64) (int64, error) {
	v, err := c.at(k)
	if err != nil {
		return 0, err
	}
	return v.n[k%columnSize], nil
}

// set gives k a number; 0 takes it away.
func (c column) set(k, x int64) error {
	v, err := c.at(k)
	if err != nil {
		return err
	}
	v.n[k%columnSize] = x
	if v.changed = c.last != nil; v.changed {
		return nil
	}
	return c.put(v)
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
	if err := s.c.flush(); err != nil {
		return false, err
	}
	k, v := s.cursor.Seek(idKey(key))
	if k == nil {
		return false, nil
	}
	s.key, s.begun = keyID(k), true
	return true, s.n.decode(v)
}
