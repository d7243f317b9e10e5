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
	first   int
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

// postingsOf calls fn with the places of the documents that have a key, and
// how many they are, segment by segment.
func (ix *index) lookup(key uint32, dst []int32) []int32 {
	for i := range ix.sealed {
		dst = ix.sealed[i].lookup(key, dst)
	}
	return ix.head.lookup(key, dst)
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

func (h *head) lookup(key uint32, dst []int32) []int32 {
	if len(h.table) == 0 {
		return dst
	}
	for i := h.slot(key); h.table[i] != 0; i = (i + 1) & (len(h.table) - 1) {
		if e := h.table[i]; uint32(e>>32) == key {
			dst = append(dst, int32(h.first)+int32(uint32(e))-1)
		}
	}
	return dst
}

// seal turns the head into a sealed segment and starts a new one.
func (ix *index) seal() {
	s := sealed{first: ix.head.first, buckets: make([]uint32, 1<<16+1), entries: make([]uint32, ix.head.used)}
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

func (s *sealed) lookup(key uint32, dst []int32) []int32 {
	low := key & 0xffff
	for _, e := range s.entries[s.buckets[key>>16]:s.buckets[key>>16+1]] {
		if e>>16 < low {
			continue
		}
		if e>>16 > low {
			break
		}
		dst = append(dst, int32(s.first)+int32(e&0xffff))
	}
	return dst
}

// drop forgets the sealed segments whose documents all come before a place.
func (ix *index) drop(before int) {
	n := 0
	for n < len(ix.sealed) && ix.sealed[n].first+segmentDocs <= before {
		ix.postings -= int64(len(ix.sealed[n].entries))
		n++
	}
	ix.sealed = slices.Delete(ix.sealed, 0, n)
}
