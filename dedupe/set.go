package dedupe

import "math/bits"

// set is a set of word hashes that is emptied in no time: what it holds counts
// only when its stamp is the current one. Hashes are well mixed, so their upper
// bits say where they belong.
type set struct {
	slots []stamped // a power of two of them, or none
	now   uint32
	shift uint8
}

type stamped struct {
	hash uint64
	at   uint32
}

// reset empties the set and makes room for n hashes.
func (s *set) reset(n int) {
	if len(s.slots) < 2*n || s.slots == nil || s.now == 1<<32-1 {
		size := max(64, 1<<bits.Len(uint(2*n)))
		s.slots, s.now = make([]stamped, size), 0
		s.shift = uint8(64 - bits.Len(uint(size-1)))
	}
	s.now++
}

// add adds a hash, and reports whether it was not there.
func (s *set) add(hash uint64) bool {
	mask := uint64(len(s.slots) - 1)
	for i := hash >> s.shift; ; i = (i + 1) & mask {
		e := &s.slots[i]
		if e.at != s.now {
			*e = stamped{hash, s.now}
			return true
		}
		if e.hash == hash {
			return false
		}
	}
}

func (s *set) has(hash uint64) bool {
	mask := uint64(len(s.slots) - 1)
	for i := hash >> s.shift; ; i = (i + 1) & mask {
		e := &s.slots[i]
		if e.at != s.now {
			return false
		}
		if e.hash == hash {
			return true
		}
	}
}
