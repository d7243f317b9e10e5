package search

import (
	"encoding/binary"
	"io"
	"math"
)

// The postings of a term are, for each of its articles, a varint of twice the
// distance to the article before, plus one when the word's weight is 1, and else the
// weight as another. An article in whose text the word stands once, which is what a
// weight of 1 says, has its place as a varint; any other the number of bytes that its
// places take, and the distances between them. Marks have no places.
//
// Where there are more than 128 articles, a table of blocks of 128 stands in front,
// with its length: how far the last article of each is from that of the block before,
// and the bytes that its postings and its places take. So a search for rare words
// beside common ones leaves out what cannot match, and reads no places of it.

// blockSize is how many postings are in a block.
const blockSize = 128

// encoder makes the postings of a term. Articles are added by ascending number.
type encoder struct {
	docs, places, table []byte
	articles            int
	prev                uint32 // the last article

	last                 uint32 // the last article of the block before
	docsBefore, plBefore int    // where the block begins
}

// add adds an article. The places of a word are the distances between them, as
// varints; those of a mark are empty.
func (e *encoder) add(doc, weight uint32, places []byte) {
	e.doc(doc, weight)
	if weight != 1 {
		e.places = binary.AppendUvarint(e.places, uint64(len(places)))
	}
	e.places = append(e.places, places...)
}

// copy adds an article whose places are as another segment stores them.
func (e *encoder) copy(p posting) {
	e.doc(p.doc, p.weight)
	e.places = append(e.places, p.places...)
}

func (e *encoder) doc(doc, weight uint32) {
	if e.articles > 0 && e.articles%blockSize == 0 {
		e.cut()
	}
	d := uint64(doc - e.prev)
	if weight == 1 {
		e.docs = binary.AppendUvarint(e.docs, d<<1|1)
	} else {
		e.docs = binary.AppendUvarint(binary.AppendUvarint(e.docs, d<<1), uint64(weight))
	}
	e.prev = doc
	e.articles++
}

// cut ends a block.
func (e *encoder) cut() {
	e.table = binary.AppendUvarint(e.table, uint64(e.prev-e.last))
	e.table = binary.AppendUvarint(e.table, uint64(len(e.docs)-e.docsBefore))
	e.table = binary.AppendUvarint(e.table, uint64(len(e.places)-e.plBefore))
	e.last, e.docsBefore, e.plBefore = e.prev, len(e.docs), len(e.places)
}

// finish returns what a segment holds of the term. Nothing can be added any more.
func (e *encoder) finish() (docs, places []byte) {
	if e.articles <= blockSize {
		return e.docs, e.places
	}
	e.cut()
	docs = binary.AppendUvarint(make([]byte, 0, len(e.table)+len(e.docs)+4), uint64(len(e.table)))
	return append(append(docs, e.table...), e.docs...), e.places
}

// reset makes the encoder ready for another term.
func (e *encoder) reset() {
	*e = encoder{docs: e.docs[:0], places: e.places[:0], table: e.table[:0]}
}

// postings goes through the articles of a term in one segment.
type postings struct {
	doc    uint32 // the present article, by its number in the segment
	weight uint32
	last   uint32 // no article has this number or a higher one
	begun  bool
	bad    bool

	docs []byte // of the block, behind the present article
	more []byte // of the blocks behind it

	table    reader // what it says of the blocks behind this one
	blockEnd uint32 // no article of the block has a higher number
	index    int    // of the present article in the block, from 0 on
	once     [blockSize / 64]uint64

	file       io.ReaderAt // of places, from off on
	off        int64
	placesSize int64
	at, size   int64  // of the places of the block, from off on
	window     []byte // places that were read
	windowAt   int64
	places     []byte // of the block, from those of article number passed on; nil: not read
	passed     int

	found []uint32 // buffer of where
}

// newPostings begins before the first article of a segment with so many.
func newPostings(e entry, docs []byte, articles int) *postings {
	p := &postings{docs: docs, last: uint32(articles), blockEnd: math.MaxUint32, index: -1, size: int64(e.places), placesSize: int64(e.places)}
	if e.articles > blockSize {
		r := reader{b: docs}
		p.table.b = r.bytes(r.int())
		p.docs, p.more = nil, r.b
		p.blockEnd, p.size, p.bad = 0, 0, r.bad
	}
	return p
}

// block goes on to the next block; false when there is none.
func (p *postings) block() bool {
	if len(p.table.b) == 0 {
		return false
	}
	p.doc = p.blockEnd // what distances count from
	rest := reader{b: p.more}
	p.blockEnd += uint32(p.table.int())
	p.docs = rest.bytes(p.table.int())
	p.more = rest.b
	p.at += p.size
	p.size = int64(p.table.int())
	p.index, p.places = -1, nil
	if p.table.bad || rest.bad || p.at+p.size > p.placesSize {
		p.fail()
		return false
	}
	return true
}

// fail notes that the postings contradict themselves, and ends them.
func (p *postings) fail() {
	p.bad = true
	p.docs, p.more, p.table.b = nil, nil, nil
}

// next moves on; false at the end.
func (p *postings) next() bool {
	for len(p.docs) == 0 {
		if !p.block() {
			return false
		}
	}
	v, b := number(p.docs)
	p.index++
	if b == nil || p.index >= blockSize {
		p.fail()
		return false
	}
	bit := uint64(1) << (p.index % 64)
	if v&1 != 0 {
		p.weight = 1
		p.once[p.index/64] |= bit
	} else {
		var w uint64
		if w, b = number(b); b == nil {
			p.fail()
			return false
		}
		p.weight = uint32(w)
		p.once[p.index/64] &^= bit
	}
	d := v>>1 + uint64(p.doc)
	if d >= uint64(p.last) {
		p.fail()
		return false
	}
	p.doc, p.docs, p.begun = uint32(d), b, true
	return true
}

// number reads a varint and returns what follows it; nil when it is cut short.
func number(b []byte) (uint64, []byte) {
	if len(b) > 0 && b[0] < 0x80 {
		return uint64(b[0]), b[1:]
	}
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil
	}
	return v, b[n:]
}

// to moves to an article or behind it; false at the end.
func (p *postings) to(doc uint32) bool {
	if p.begun && p.doc >= doc {
		return true
	}
	for p.blockEnd < doc {
		if !p.block() {
			p.docs = nil
			return false
		}
	}
	for p.next() {
		if p.doc >= doc {
			return true
		}
	}
	return false
}

// where returns the places of the word in the present article, until the next
// call.
func (p *postings) where() []uint32 {
	b := p.raw()
	if p.weight != 1 {
		_, b = number(b) // their length
	}
	p.found = p.found[:0]
	at := uint64(0)
	for len(b) > 0 {
		var d uint64
		d, b = number(b)
		at += d
		p.found = append(p.found, uint32(at))
	}
	return p.found
}

// raw returns the places of the present article as they are stored.
func (p *postings) raw() []byte {
	if p.placesSize == 0 {
		return nil
	}
	if p.places == nil && !p.load() {
		p.bad = true
		return nil
	}
	b, passed := p.places, p.passed
	for ; passed < p.index; passed++ {
		b = b[p.span(b, passed):]
	}
	p.places, p.passed = b, passed
	return b[:p.span(b, passed)]
}

// span is how many bytes the places of an article take that stand in front of b.
func (p *postings) span(b []byte, article int) int {
	if len(b) == 0 {
		p.bad = true
		return 0
	}
	v, n := int(b[0]), 1
	if v >= 0x80 {
		var u uint64
		u, n = binary.Uvarint(b)
		v = int(u & math.MaxInt32)
	}
	if p.once[article/64]&(1<<(article%64)) == 0 {
		n += v
	}
	if n <= 0 || n > len(b) {
		p.bad = true
		return len(b)
	}
	return n
}

// chunk is how many bytes of places are read at a time.
const chunk = 256 << 10

// load finds the places of the block.
func (p *postings) load() bool {
	if p.at < p.windowAt || p.at+p.size > p.windowAt+int64(len(p.window)) {
		n := max(p.size, min(chunk, p.placesSize-p.at))
		if int64(cap(p.window)) < n {
			p.window = make([]byte, n)
		}
		p.window, p.windowAt = p.window[:n], p.at
		if p.file == nil {
			return false
		}
		if _, err := p.file.ReadAt(p.window, p.off+p.at); err != nil {
			return false
		}
	}
	p.places = p.window[p.at-p.windowAt:][:p.size]
	p.passed = 0
	return true
}
