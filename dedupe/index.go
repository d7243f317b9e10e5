package dedupe

import (
	"slices"
)

// index finds the documents that share sketch keys. It is a sequence of
// segments: the last one takes new documents, the others are sealed into four
// bytes a posting. A document is named by its place, counted from the first
// one ever added.
type index struct {
	head     head
	sealed   []sealed
	places   int   // handed out so far
	postings int64 // held now
}

const (
	segmentDocs = 1 << 16 // so that a place within a segment takes two bytes
	maxPostings = 64      // of one key in a segment; more say little
)

// head is an open hash table of postings: key in the upper half, 1 + place in
// the segment in the lower.
type head struct {
	table []uint64
	used  int
	first int // place of its first document
}

// sealed is a segment that does not change any more: its postings sorted by
// key and cut into buckets by the key's upper half, each posting being the
// key's lower half and the place in the segment.
type sealed struct {
	first   int // place of its first document
	docs    int // how many places it has
	buckets []uint32
	entries []uint32
}

// add adds a document with these distinct keys and returns its place.
func (ix *index) add(keys []uint32) int {
	if ix.places-ix.head.first >= segmentDocs {
		ix.seal()
	}
	place := ix.places
	ix.places++
	for _, k := range keys {
		if ix.head.insert(k, uint32(place-ix.head.first)) {
			ix.postings++
		}
	}
	return place
}

// posting says that a document has one of the keys that were looked up.
type posting struct {
	key   int32 // which one
	place int32
}

// lookup appends the postings of all keys to dst, segment by segment.
func (ix *index) lookup(keys []uint32, dst []posting) []posting {
	for i := range ix.sealed {
		dst = ix.sealed[i].lookup(keys, dst)
	}
	return ix.head.lookup(keys, dst)
}

func (h *head) slot(key uint32) int {
	return int(uint64(key) * 0x9e3779b1 & uint64(len(h.table)-1))
}

func (h *head) insert(key, place uint32) bool {
	if 10*(h.used+1) > 7*len(h.table) {
		h.grow()
	}
	n := 0
	for i := h.slot(key); ; i = (i + 1) & (len(h.table) - 1) {
		e := h.table[i]
		if e == 0 {
			h.table[i] = uint64(key)<<32 | uint64(place+1)
			h.used++
			return true
		}
		if uint32(e>>32) == key {
			if n++; n >= maxPostings {
				return false
			}
		}
	}
}

func (h *head) grow() {
	old := h.table
	h.table = make([]uint64, max(1024, 2*len(old)))
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

func (h *head) lookup(keys []uint32, dst []posting) []posting {
	if len(h.table) == 0 {
		return dst
	}
	for k, key := range keys {
		for i := h.slot(key); h.table[i] != 0; i = (i + 1) & (len(h.table) - 1) {
			if e := h.table[i]; uint32(e>>32) == key {
				dst = append(dst, posting{int32(k), int32(h.first) + int32(uint32(e)) - 1})
			}
		}
	}
	return dst
}

// seal turns the head into a sealed segment and starts a new one.
func (ix *index) seal() {
	s := sealed{first: ix.head.first, docs: ix.places - ix.head.first, buckets: make([]uint32, 1<<16+1), entries: make([]uint32, ix.head.used)}
	for _, e := range ix.head.table {
		if e != 0 {
			s.buckets[e>>48+1]++
		}
	}
	for i := range 1 << 16 {
		s.buckets[i+1] += s.buckets[i]
	}
	next := slices.Clone(s.buckets)
	for _, e := range ix.head.table {
		if e != 0 {
			b := e >> 48
			s.entries[next[b]] = uint32(e>>32)<<16 | (uint32(e) - 1)
			next[b]++
		}
	}
	for i := range 1 << 16 {
		slices.Sort(s.entries[s.buckets[i]:s.buckets[i+1]])
	}
	ix.sealed = append(ix.sealed, s)
	ix.head = head{first: ix.places}
}

// lookup takes the keys in groups: first where the buckets of a group begin,
// then the entries in whose neighbourhood the keys must be, since hashes are
// spread evenly, then what is there. So the processor waits for memory twice a
// group and not twice a key.
func (s *sealed) lookup(keys []uint32, dst []posting) []posting {
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
				dst = append(dst, posting{int32(k + i), int32(s.first) + int32(s.entries[at]&0xffff)})
			}
		}
	}
	return dst
}

// drop forgets the sealed segments whose documents all come before a place.
func (ix *index) drop(before int) {
	n := 0
	for n < len(ix.sealed) && ix.sealed[n].first+ix.sealed[n].docs <= before {
		ix.postings -= int64(len(ix.sealed[n].entries))
		n++
	}
	ix.sealed = slices.Delete(ix.sealed, 0, n)
}
