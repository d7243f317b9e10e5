package dedupe

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// Memory is an [Index] in memory, of about 200 bytes an article of 40 keys. It
// forgets by itself what has left the window behind its newest articles. Its
// methods never fail and never wait for anything but each other.
type Memory struct {
	window uint32 // hours

	mu     sync.RWMutex
	head   head
	sealed []sealed
	places int       // handed out so far
	docs   []Indexed // by place, from base on; those forgotten have negative IDs
	base   int       // place of docs[0]
	newest int64     // largest ID
	late   map[int64]int32
	order  []int32 // places of the head whose IDs ascend; nil when all of them do
}

// NewMemory returns an empty index with a window, 30 days when it is 0.
func NewMemory(window time.Duration) *Memory {
	return &Memory{window: uint32(Options{Window: window}.withDefaults().Window / time.Hour), late: map[int64]int32{}}
}

// Lookup appends to dst who has which of the keys.
func (m *Memory) Lookup(_ context.Context, keys []uint32, dst []Posting) ([]Posting, error) {
	return m.lookup(keys, dst), nil
}

func (m *Memory) lookup(keys []uint32, dst []Posting) []Posting {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for i := range m.sealed {
		dst = m.sealed[i].lookup(keys, m.docs[m.sealed[i].first-m.base:], dst)
	}
	return m.head.lookup(keys, m.docs[m.head.first-m.base:], dst)
}

// Insert adds an article with its keys.
func (m *Memory) Insert(_ context.Context, x Indexed, keys []uint32) error {
	m.insert(x, keys)
	return nil
}

func (m *Memory) insert(x Indexed, keys []uint32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(x.ID)
	if held := m.places - m.head.first; held >= segmentDocs || held%ageCheck == 0 && held >= 2*ageCheck && m.aged() {
		m.seal()
		m.expire(m.horizon())
	}
	m.name(x.ID)
	for _, k := range keys {
		m.head.insert(k, uint32(m.places-m.head.first))
	}
	m.docs = append(m.docs, x)
	m.places++
}

// Forget removes articles.
func (m *Memory) Forget(_ context.Context, ids ...int64) error {
	m.remove(ids...)
	return nil
}

func (m *Memory) remove(ids ...int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		m.forget(id)
	}
}

func (m *Memory) holds(id int64) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	_, ok := m.place(id)
	return ok
}

func (m *Memory) forget(id int64) {
	if p, ok := m.place(id); ok {
		m.docs[int(p)-m.base].ID = -id
		delete(m.late, id)
	}
}

// Expire removes the portions of the index in which all but a few wrongly dated
// articles appeared before an hour.
func (m *Memory) Expire(_ context.Context, hour uint32) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.expire(hour), nil
}

// Articles come nearly always by ascending ID, so that an article is found by
// halving the places of a segment. Where they do not, the head keeps the places
// of those that ascend and a map of the others, and a segment that is sealed its
// places by ID.

// name notes the ID of the article that is about to be added.
func (m *Memory) name(id int64) {
	here := int32(m.places)
	if id > m.newest {
		m.newest = id
	}
	if n := m.places - m.head.first; m.order == nil && n > 0 && id < magnitude(m.docs[len(m.docs)-1].ID) {
		m.order = make([]int32, n)
		for i := range m.order {
			m.order[i] = int32(m.head.first + i)
		}
	}
	if m.order == nil {
		return
	}
	if n := len(m.order); n > 0 && magnitude(m.at(m.order[n-1]).ID) >= id {
		m.late[id] = here
		return
	}
	m.order = append(m.order, here)
}

// place returns the place of an article.
func (m *Memory) place(id int64) (int32, bool) {
	if id <= 0 || id > m.newest {
		return 0, false
	}
	if p, ok := m.late[id]; ok {
		return p, true
	}
	n := m.places - m.head.first
	if m.order != nil {
		n = len(m.order)
	}
	if p, ok := m.search(id, m.head.first, n, func(i int) int {
		if m.order != nil {
			return int(m.order[i])
		}
		return m.head.first + i
	}); ok {
		return p, true
	}
	for k := range m.sealed {
		s := &m.sealed[k]
		if id < s.least || id > s.greatest {
			continue
		}
		if p, ok := m.search(id, s.first, s.docs, func(i int) int {
			if s.order != nil {
				return s.first + int(s.order[i])
			}
			return s.first + i
		}); ok {
			return p, true
		}
	}
	return 0, false
}

// search looks an article up among n places in the order of their IDs.
func (m *Memory) search(id int64, first, n int, nth func(int) int) (int32, bool) {
	lo, hi := 0, n
	for lo < hi {
		mid := (lo + hi) / 2
		if magnitude(m.docs[nth(mid)-m.base].ID) < id {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for ; lo < n; lo++ { // an article that was forgotten and came again is there twice
		p := nth(lo)
		switch got := m.docs[p-m.base].ID; {
		case got == id:
			return int32(p), true
		case magnitude(got) != id:
			return 0, false
		}
	}
	return 0, false
}

func magnitude(id int64) int64 { return max(id, -id) }

func (m *Memory) at(p int32) *Indexed { return &m.docs[int(p)-m.base] }

// seal turns the head into a sealed segment.
func (m *Memory) seal() {
	s := m.head.seal(m.places - m.head.first)
	docs := m.docs[s.first-m.base:]
	s.least, s.greatest = magnitude(docs[0].ID), magnitude(docs[0].ID)
	for i := range docs {
		id := magnitude(docs[i].ID)
		s.least, s.greatest = min(s.least, id), max(s.greatest, id)
	}
	if m.order != nil {
		s.order = make([]uint16, s.docs)
		for i := range s.order {
			s.order[i] = uint16(i)
		}
		slices.SortStableFunc(s.order, func(a, b uint16) int {
			return cmp.Compare(magnitude(docs[a].ID), magnitude(docs[b].ID))
		})
	}
	clear(m.late)
	m.order = nil
	m.sealed = append(m.sealed, s)
	m.head = head{first: m.places}
}

// ageCheck is after how many articles the age of the head is looked at.
const ageCheck = 1024

// aged reports whether the head spans a whole window: a reader with few feeds
// is not to look through last year's articles.
func (m *Memory) aged() bool {
	oldest := m.quantile(m.head.first, m.head.first+ageCheck, .5)
	newest := m.quantile(m.places-ageCheck, m.places, .5)
	return oldest != 0 && oldest+m.window < newest
}

// horizon is the hour behind which the window lies. Time is taken from the
// median of the newest sealed segment, so that a few wrong dates move nothing.
func (m *Memory) horizon() uint32 {
	last := m.sealed[len(m.sealed)-1]
	now := m.quantile(last.first, last.first+last.docs, .5)
	return now - min(now, m.window)
}

// expire drops the first segments as long as nearly all of their articles
// appeared before an hour.
func (m *Memory) expire(hour uint32) int {
	keep, n := m.base, 0
	for _, s := range m.sealed {
		newest := m.quantile(s.first, s.first+s.docs, .99)
		if newest == 0 || newest >= hour {
			break
		}
		keep = s.first + s.docs
		n++
	}
	if n == 0 {
		return 0
	}
	gone := 0
	for i := range m.docs[:keep-m.base] {
		if m.docs[i].ID > 0 {
			gone++
		}
	}
	m.sealed = slices.Delete(m.sealed, 0, n)
	m.docs = slices.Clone(m.docs[keep-m.base:])
	m.base = keep
	return gone
}

// quantile returns a quantile of the known times of a range of places.
func (m *Memory) quantile(from, to int, q float64) uint32 {
	var at []uint32
	for i := range m.docs[from-m.base : min(to-m.base, len(m.docs))] {
		if h := m.docs[from-m.base+i].Hour; h != 0 {
			at = append(at, h)
		}
	}
	if len(at) == 0 {
		return 0
	}
	slices.Sort(at)
	return at[int(q*float64(len(at)-1))]
}
