package search

import (
	"encoding/binary"
	"io"
	"math"
	"slices"
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

// window is a stretch of a file, read as it is needed.
type window struct {
	file io.ReaderAt // nil: all of it is in buf
	off  int64       // where in the file it begins
	size int64
	buf  []byte // of it, from at on
	at   int64
}

// chunk is how many bytes are read at a time.
const chunk = 64 << 10

// bytes returns a part, until the next call; nil when it cannot be read. Nothing is
// not nil.
func (w *window) bytes(at, n int64) []byte {
	if at < 0 || n < 0 || at+n > w.size {
		return nil
	}
	if at < w.at || at+n > w.at+int64(len(w.buf)) {
		if w.file == nil {
			return nil
		}
		want := max(n, min(chunk, w.size-at))
		if int64(cap(w.buf)) < want {
			w.buf = make([]byte, want)
		}
		w.buf, w.at = w.buf[:want], at
		if _, err := w.file.ReadAt(w.buf, w.off+at); err != nil {
			w.buf = w.buf[:0]
			return nil
		}
	}
	return w.buf[at-w.at:][:n:n]
}

// memory is a window on what is in memory.
func memory(b []byte) window { return window{size: int64(len(b)), buf: b} }

// postings goes through the articles of a term in one segment. It is unpacked by
// blocks: the articles of one when something in it may matter, their places when
// those of an article of it are asked for.
type postings struct {
	doc   uint32 // the present article, by its number in the segment
	last  uint32 // no article has this number or a higher one
	begun bool
	bad   bool

	lists    window
	table    reader // what it says of the blocks behind this one
	at, size int64  // of the block, in lists
	packed   bool   // the block is not unpacked
	base     uint32 // what its first distance counts from
	blockEnd uint32 // no article of the block has a higher number
	docs     [blockSize]uint32
	weights  [blockSize]uint8
	n        int // how many articles are unpacked
	index    int // of the present one among them

	spots                window            // of places
	spotsAt, spotsOfThis int64             // of the block, in spots
	places               []byte            // of the block; nil: not read
	ends                 [blockSize]uint32 // where those of each article end

	found []uint32 // buffer of where
}

// open reads the postings of a term from the file of a segment with so many articles,
// as they are asked for.
func (p *postings) open(file io.ReaderAt, e entry, articles int) {
	p.begin(e,
		window{file: file, off: e.off, size: int64(e.docs)},
		window{file: file, off: e.off + int64(e.docs), size: int64(e.places)}, articles)
}

// begin stands before the first article that a term has in a segment with so many.
func (p *postings) begin(e entry, lists, places window, articles int) {
	p.doc, p.last, p.begun, p.bad = 0, uint32(articles), false, false
	p.lists, p.table, p.at, p.size = lists, reader{}, 0, lists.size
	p.packed, p.base, p.blockEnd, p.n, p.index = true, 0, math.MaxUint32, 0, 0
	p.spots, p.spotsAt, p.spotsOfThis, p.places = places, 0, places.size, nil
	if e.articles <= blockSize {
		return
	}
	r := reader{b: p.lists.bytes(0, min(binary.MaxVarintLen64, lists.size))}
	before := len(r.b)
	n := int64(r.int())
	p.at = int64(before - len(r.b))
	table := p.lists.bytes(p.at, n)
	p.table.b = slices.Clone(table)
	p.at += n
	p.size, p.spotsOfThis, p.packed, p.blockEnd = 0, 0, false, 0
	if r.bad || table == nil {
		p.fail()
	}
}

// block goes on to the next block; false when there is none.
func (p *postings) block() bool {
	p.packed, p.n, p.index, p.places = false, 0, 0, nil
	if len(p.table.b) == 0 {
		return false
	}
	p.at += p.size
	p.spotsAt += p.spotsOfThis
	p.base = p.blockEnd
	p.blockEnd += uint32(p.table.int())
	p.size = int64(p.table.int())
	p.spotsOfThis = int64(p.table.int())
	p.packed = true
	if p.table.bad {
		p.fail()
	}
	return !p.bad
}

// fail notes that the postings contradict themselves, and ends them.
func (p *postings) fail() {
	p.bad = true
	p.packed, p.table.b, p.n = false, nil, 0
}

// unpack reads the articles of the block.
func (p *postings) unpack() {
	b := p.lists.bytes(p.at, p.size)
	p.packed = false
	doc, n, at := uint64(p.base), 0, 0
	ok := b != nil
	for ok && at < len(b) {
		v, w := uint64(b[at]), uint64(1)
		if at++; v >= 0x80 {
			v, at = wide(b, at-1)
		}
		if v&1 == 0 && at > 0 {
			w, at = number(b, at)
		}
		doc += v >> 1
		ok = at > 0 && n < blockSize && doc < uint64(p.last) && w <= maxWeight
		if ok {
			p.docs[n], p.weights[n] = uint32(doc), uint8(w)
			n++
		}
	}
	if p.n = n; !ok {
		p.fail()
	}
}

// number reads a varint and returns where it ends; 0 when it is cut short.
func number(b []byte, at int) (uint64, int) {
	if at < len(b) && b[at] < 0x80 {
		return uint64(b[at]), at + 1
	}
	return wide(b, at)
}

// wide is number for what takes more than a byte.
func wide(b []byte, at int) (uint64, int) {
	v, n := binary.Uvarint(b[min(at, len(b)):])
	if n <= 0 {
		return 0, 0
	}
	return v, at + n
}

// next moves on; false at the end.
func (p *postings) next() bool {
	if !p.begun {
		return p.to(0)
	}
	return p.to(p.doc + 1)
}

// to moves to an article or behind it; false at the end.
func (p *postings) to(doc uint32) bool {
	if p.begun && p.doc >= doc {
		return true
	}
	for p.blockEnd < doc {
		if !p.block() {
			return false
		}
	}
	for {
		if p.packed {
			p.unpack()
		}
		i := p.index
		for i < p.n && p.docs[i] < doc {
			i++
		}
		if p.index = i; i < p.n {
			p.doc, p.begun = p.docs[i], true
			return true
		}
		if !p.block() {
			return false
		}
	}
}

// weight is how much the word counts in the present article.
func (p *postings) weight() uint32 { return uint32(p.weights[p.index]) }

// where returns the places of the word in the present article, until the next
// call.
func (p *postings) where() []uint32 {
	b, at := p.raw(), 0
	if p.weights[p.index] != 1 {
		_, at = number(b, at) // their length
	}
	out, place := p.found[:0], uint32(0)
	for at < len(b) {
		d := uint64(b[at])
		if at++; d >= 0x80 {
			if d, at = wide(b, at-1); at == 0 {
				p.bad = true
				break
			}
		}
		place += uint32(d)
		out = append(out, place)
	}
	p.found = out
	return out
}

// raw returns the places of the present article as they are stored.
func (p *postings) raw() []byte {
	if p.places == nil {
		if p.spots.size == 0 { // a mark
			return nil
		}
		if p.places = p.spots.bytes(p.spotsAt, p.spotsOfThis); p.places == nil {
			p.bad = true
			return nil
		}
		p.divide()
	}
	from := uint32(0)
	if p.index > 0 {
		from = p.ends[p.index-1]
	}
	return p.places[from:p.ends[p.index]]
}

// divide finds out where the places of each article of the block end. Of one that is
// cut short, and of those behind it, there are none.
func (p *postings) divide() {
	b, end := p.places, 0
	for i := range p.n {
		v, at := number(b, end)
		if p.weights[i] != 1 && at > 0 {
			if v > uint64(len(b)-at) {
				at = 0
			} else {
				at += int(v)
			}
		}
		if at == 0 {
			p.bad = true
			b = b[:end]
		} else {
			end = at
		}
		p.ends[i] = uint32(end)
	}
}
