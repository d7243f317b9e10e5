package dedupe

import (
	"math/bits"
	"slices"
)

// The postings of [Memory] are a sequence of segments: the last one, the head,
// takes new articles, the others are sealed into four bytes a posting. An article
// is named by its place, counted from the first one ever added.

const (
	segmentDocs = 1 << 16 // so that a place within a segment takes two bytes
	maxPostings = 64      // of one key in a segment; more say little
)

// head is an open hash table of postings: key in the upper half, 1 + place in
// the segment in the lower.
type head struct {
	table []uint64
	used  int
	shift uint8 // 64 less the bits of a place in the table
	first int   // place of its first article
}

// sealed is a segment that does not change any more: its postings sorted by
// key and cut into buckets by the key's upper half, each posting being the
// key's lower half and the place in the segment.
type sealed struct {
	first   int // place of its first article
	docs    int // how many places it has
	buckets []uint32
	entries []uint32

	least, greatest int64    // IDs
	order           []uint16 // places by ID, nil when that is their order
}

// slot is where a key belongs, by the upper bits of a product that all of its
// bits have a part in.
func (h *head) slot(key uint32) int {
	return int(uint64(key) * gramBase >> h.shift)
}

// insert adds a posting, unless the key has many already.
func (h *head) insert(key, place uint32) {
	if 10*(h.used+1) > 7*len(h.table) {
		h.grow()
	}
	n := 0
	for i := h.slot(key); ; i = (i + 1) & (len(h.table) - 1) {
		e := h.table[i]
		if e == 0 {
			h.table[i] = uint64(key)<<32 | uint64(place+1)
			h.used++
			return
		}
		if uint32(e>>32) == key {
			if n++; n >= maxPostings {
				return
			}
		}
	}
}

func (h *head) grow() {
	old := h.table
	h.table = make([]uint64, max(1024, 2*len(old)))
	h.shift = uint8(65 - bits.Len(uint(len(h.table))))
	for _, e := range old {
		if e == 0 {
			continue
		}
		i := h.slot(uint32(e >> 32))
		for h.table[i] != 0 {
			i = (i + 1) & (len(h.table) - 1)
		}
		h.table[i] = e
	}
}

// lookup appends who of docs, which are the articles of the segment and later
// ones, has which keys.
func (h *head) lookup(keys []uint32, docs []Indexed, dst []Posting) []Posting {
	if len(h.table) == 0 {
		return dst
	}
	for k, key := range keys {
		for i := h.slot(key); h.table[i] != 0; i = (i + 1) & (len(h.table) - 1) {
			if e := h.table[i]; uint32(e>>32) == key {
				if d := docs[uint32(e)-1]; d.ID > 0 {
					dst = append(dst, Posting{int32(k), d})
				}
			}
		}
	}
	return dst
}

// seal returns the head, which has this many articles, as a sealed segment.
func (h *head) seal(docs int) sealed {
	s := sealed{first: h.first, docs: docs, buckets: make([]uint32, 1<<16+1), entries: make([]uint32, h.used)}
	for _, e := range h.table {
		if e != 0 {
			s.buckets[e>>48+1]++
		}
	}
	for i := range 1 << 16 {
		s.buckets[i+1] += s.buckets[i]
	}
	next := slices.Clone(s.buckets)
	for _, e := range h.table {
		if e != 0 {
			b := e >> 48
			s.entries[next[b]] = uint32(e>>32)<<16 | (uint32(e) - 1)
			next[b]++
		}
	}
	for i := range 1 << 16 {
		slices.Sort(s.entries[s.buckets[i]:s.buckets[i+1]])
	}
	return s
}

// lookup takes the keys in groups: first where the buckets of a group begin,
// then the entries in whose neighbourhood the keys must be, since hashes are
// spread evenly, then what is there. So the processor waits for memory twice a
// group and not twice a key.
func (s *sealed) lookup(keys []uint32, docs []Indexed, dst []Posting) []Posting {
	const group = 16
	var from, to, near, seen [group]uint32
	for k := 0; k < len(keys); k += group {
		part := keys[k:min(k+group, len(keys))]
		for i, key := range part {
			from[i], to[i] = s.buckets[key>>16], s.buckets[key>>16+1]
		}
		for i, key := range part {
			near[i] = from[i] + uint32(uint64(to[i]-from[i])*uint64(key&0xffff)>>16)
			if near[i] < to[i] {
				seen[i] = s.entries[near[i]]
			}
		}
		for i, key := range part {
			if from[i] == to[i] {
				continue
			}
			low, at := key&0xffff, near[i]
			if seen[i]>>16 >= low {
				for at > from[i] && s.entries[at-1]>>16 >= low {
					at--
				}
			} else {
				for at < to[i] && s.entries[at]>>16 < low {
					at++
				}
			}
			for ; at < to[i] && s.entries[at]>>16 == low; at++ {
				if d := docs[s.entries[at]&0xffff]; d.ID > 0 {
					dst = append(dst, Posting{int32(k + i), d})
				}
			}
		}
	}
	return dst
}
