package search

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/bits"
	"os"
	"slices"
)

// A segment file is, in this order:
//
//	magic
//	postings     of each term: those of its articles, then their places (postings.go);
//	             behind the words, of pairs of the common ones (pairs.go)
//	dictionary   blocks of 64 terms, sorted; the first of each block in full
//	blocks       the first term of each block and where it lies
//	articles     ID, time and length of each
//	footer       where the parts begin, how much there is, checksums
//
// A dictionary entry is the length of what it shares with the entry before, the
// rest, the number of articles, and the bytes of postings and of places.

const (
	magic      = "nfsearch3\n"
	blockTerms = 64
	footerSize = 9*8 + 4
)

// errDamaged says that an index cannot be used. It is to be made anew.
var errDamaged = errors.New("search index is damaged")

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errDamaged, fmt.Sprintf(format, args...))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// entry is what a dictionary says of a term.
type entry struct {
	term     string
	articles int   // that it occurs in
	off      int64 // of its postings in the file
	docs     int   // bytes of postings
	places   int   // bytes of places behind them
}

// article is what a segment knows of one article.
type article struct {
	id     int64
	time   uint32 // seconds since 1970
	length uint16 // in words
}

// writer writes a segment.
type writer struct {
	f    *os.File
	w    *bufio.Writer
	off  int64
	err  error
	dict []byte   // all blocks
	last string   // term
	n    int      // terms
	tops []byte   // the block index
	arts []byte   // the table of articles
	size [2]int64 // articles, words

	common []entry // words that are in so many articles or more
	from   int     // 0: none are
}

func newWriter(path string) (*writer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	w := &writer{f: f, w: bufio.NewWriterSize(f, 1<<18)}
	w.write([]byte(magic))
	return w, nil
}

func (w *writer) write(p []byte) {
	if w.err == nil {
		_, w.err = w.w.Write(p)
	}
	w.off += int64(len(p))
}

// article adds an article to the table. They ascend by ID.
func (w *writer) article(a article) {
	w.arts = binary.LittleEndian.AppendUint64(w.arts, uint64(a.id))
	w.arts = binary.LittleEndian.AppendUint32(w.arts, a.time)
	w.arts = binary.LittleEndian.AppendUint16(w.arts, a.length)
	w.size[0]++
	w.size[1] += int64(a.length)
}

const articleSize = 8 + 4 + 2

// term adds a term with its postings. They come sorted.
func (w *writer) term(term string, articles int, docs, places []byte) {
	shared := 0
	if w.n%blockTerms == 0 {
		w.tops = binary.AppendUvarint(w.tops, uint64(len(term)))
		w.tops = append(w.tops, term...)
		w.tops = binary.AppendUvarint(w.tops, uint64(len(w.dict)))
		w.tops = binary.AppendUvarint(w.tops, uint64(w.off))
	} else {
		for shared < min(len(term), len(w.last)) && term[shared] == w.last[shared] {
			shared++
		}
	}
	w.dict = binary.AppendUvarint(w.dict, uint64(shared))
	w.dict = binary.AppendUvarint(w.dict, uint64(len(term)-shared))
	w.dict = append(w.dict, term[shared:]...)
	w.dict = binary.AppendUvarint(w.dict, uint64(articles))
	w.dict = binary.AppendUvarint(w.dict, uint64(len(docs)))
	w.dict = binary.AppendUvarint(w.dict, uint64(len(places)))
	if w.from > 0 && articles >= w.from && len(places) > 0 {
		w.common = append(w.common, entry{term: term, articles: articles, off: w.off, docs: len(docs), places: len(places)})
	}
	w.write(docs)
	w.write(places)
	w.last = term
	w.n++
}

// pair adds the pairs of common words, when all words are there.
func (w *writer) pair() error {
	if w.from == 0 {
		return nil
	}
	if w.err = errors.Join(w.err, w.w.Flush()); w.err != nil {
		return w.err
	}
	var words []entry
	words, w.from = commonest(w.common, w.from)
	p, err := findPairs(w.f, words, int(w.size[0]))
	if err != nil {
		return err
	}
	p.write(w)
	return w.err
}

// close finishes the file and puts it on disk.
func (w *writer) close() error {
	ends := []int64{w.off}
	sum := crc32.New(castagnoli)
	for _, part := range [][]byte{w.dict, w.tops, w.arts} {
		w.write(part)
		_, _ = sum.Write(part) // never fails
		ends = append(ends, w.off)
	}
	w.write(footer(append(ends, int64(w.n), w.size[0], w.size[1], int64(w.from), int64(sum.Sum32()))))
	if w.err == nil {
		w.err = w.w.Flush()
	}
	if w.err == nil {
		w.err = w.f.Sync()
	}
	return errors.Join(w.err, w.f.Close())
}

// footer makes the end of a file of its nine numbers.
func footer(numbers []int64) (b []byte) {
	for _, v := range numbers {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// abandon gives a file up.
func (w *writer) abandon() { _ = w.f.Close() }

// segment is a file that can be searched. It does not change, but for what is
// crossed out in it.
type segment struct {
	name   string
	file   *file
	terms  int
	words  int64
	common int // words that are in so many articles are paired; 0: none are
	blocks []block
	dict   int64 // where the dictionary begins, and ends
	dictTo int64

	ids     []int64
	times   []uint32
	lengths []uint16

	gone      []uint64 // bits of the articles that are crossed out; nil: none
	goneCount int
}

// last returns the ID of the article that came in last; 0 in a segment without any.
func (s *segment) last() int64 {
	if len(s.ids) == 0 {
		return 0
	}
	return s.ids[len(s.ids)-1]
}

// file is an open file that several snapshots may use.
type file struct {
	*os.File
	users int // guarded by the index
}

// block is where a part of the dictionary lies.
type block struct {
	first string
	at    int64 // in the dictionary
	post  int64 // where the postings of its first term begin
}

func openSegment(path, name string) (s *segment, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, damaged("%v", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() < int64(len(magic)+footerSize) {
		return nil, damaged("%s is cut short", name)
	}
	end := make([]byte, footerSize)
	if _, err := f.ReadAt(end, info.Size()-footerSize); err != nil {
		return nil, damaged("%s: %v", name, err)
	}
	if crc32.Checksum(end[:footerSize-4], castagnoli) != binary.LittleEndian.Uint32(end[footerSize-4:]) {
		return nil, damaged("%s has a wrong checksum", name)
	}
	var v [9]int64
	for i := range v {
		v[i] = int64(binary.LittleEndian.Uint64(end[8*i:]))
	}
	if v[0] < int64(len(magic)) || v[1] < v[0] || v[2] < v[1] || v[3] < v[2] || v[3] != info.Size()-footerSize || v[5] < 0 || v[5]*articleSize != v[3]-v[2] {
		return nil, damaged("%s contradicts itself", name)
	}
	rest := make([]byte, v[3]-v[0])
	if _, err := f.ReadAt(rest, v[0]); err != nil {
		return nil, damaged("%s: %v", name, err)
	}
	if int64(crc32.Checksum(rest, castagnoli)) != v[8] {
		return nil, damaged("%s has a wrong checksum", name)
	}
	s = &segment{name: name, file: &file{File: f}, terms: int(v[4]), words: v[6], common: int(v[7]), dict: v[0], dictTo: v[1]}
	if err := s.readBlocks(rest[v[1]-v[0] : v[2]-v[0]]); err != nil {
		return nil, err
	}
	s.readArticles(rest[v[2]-v[0]:], int(v[5]))
	return s, nil
}

func (s *segment) readBlocks(b []byte) error {
	r := reader{b: b}
	for len(r.b) > 0 && !r.bad {
		s.blocks = append(s.blocks, block{string(r.bytes(r.int())), int64(r.int()), int64(r.int())})
	}
	if r.bad {
		return damaged("%s: its dictionary", s.name)
	}
	return nil
}

func (s *segment) readArticles(b []byte, n int) {
	s.ids, s.times, s.lengths = make([]int64, n), make([]uint32, n), make([]uint16, n)
	for i := range n {
		a := b[i*articleSize:]
		s.ids[i] = int64(binary.LittleEndian.Uint64(a))
		s.times[i] = binary.LittleEndian.Uint32(a[8:])
		s.lengths[i] = binary.LittleEndian.Uint16(a[12:])
	}
}

// find returns the number of an article in the segment; -1 when it is not there
// or crossed out.
func (s *segment) find(id int64) int {
	if i, ok := slices.BinarySearch(s.ids, id); ok && !s.isGone(i) {
		return i
	}
	return -1
}

func (s *segment) isGone(i int) bool { return s.gone != nil && s.gone[i/64]&(1<<(i%64)) != 0 }

// living is how many articles are not crossed out.
func (s *segment) living() int { return len(s.ids) - s.goneCount }

// without is the same segment with other articles crossed out.
func (s *segment) without(numbers []int) *segment {
	c := *s
	c.gone = make([]uint64, (len(s.ids)+63)/64)
	copy(c.gone, s.gone)
	for _, i := range numbers {
		c.gone[i/64] |= 1 << (i % 64)
	}
	c.goneCount = 0
	for _, w := range c.gone {
		c.goneCount += bits.OnesCount64(w)
	}
	return &c
}

// lookup returns what the dictionary says of a term; zero articles when nothing.
func (s *segment) lookup(term string) (e entry, err error) {
	i, ok := slices.BinarySearchFunc(s.blocks, term, func(b block, t string) int { return cmp.Compare(b.first, t) })
	if !ok {
		i--
	}
	if i < 0 {
		return e, nil
	}
	err = s.scan(i, func(t []byte, at entry) bool {
		if c := cmp.Compare(string(t), term); c >= 0 {
			if c == 0 {
				e = at
				e.term = term
			}
			return false
		}
		return true
	})
	return e, err
}

// prefixed calls fn with the terms that begin with a prefix, until it returns
// false.
func (s *segment) prefixed(prefix string, fn func(e entry) bool) error {
	i, ok := slices.BinarySearchFunc(s.blocks, prefix, func(b block, t string) int { return cmp.Compare(b.first, t) })
	if !ok {
		i = max(0, i-1)
	}
	for more := true; more && i < len(s.blocks); i++ {
		err := s.scan(i, func(t []byte, e entry) bool {
			if len(t) >= len(prefix) && string(t[:len(prefix)]) == prefix {
				more = fn(e)
				return more
			}
			more = string(t) < prefix
			return more
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// scan calls fn with the terms of a block.
func (s *segment) scan(i int, fn func(term []byte, e entry) bool) error {
	end := s.dictTo - s.dict
	if i+1 < len(s.blocks) {
		end = s.blocks[i+1].at
	}
	at := s.blocks[i].at
	if end < at || end > s.dictTo-s.dict {
		return damaged("%s: its dictionary", s.name)
	}
	b := make([]byte, end-at)
	if _, err := s.file.ReadAt(b, s.dict+at); err != nil {
		return damaged("%s: %v", s.name, err)
	}
	d := dictionary{r: reader{b: b}, off: s.blocks[i].post}
	for d.next() {
		if !fn(d.term, d.entry) {
			return nil
		}
	}
	if d.r.bad {
		return damaged("%s: its dictionary", s.name)
	}
	return nil
}

// dictionary reads the entries of blocks one after the other.
type dictionary struct {
	r     reader
	term  []byte
	entry entry
	off   int64
}

func (d *dictionary) next() bool {
	if len(d.r.b) == 0 {
		return false
	}
	shared, n := d.r.int(), d.r.int()
	if shared > len(d.term) {
		d.r.bad = true
	}
	rest := d.r.bytes(n)
	if d.r.bad {
		return false
	}
	d.term = append(d.term[:shared], rest...)
	d.entry = entry{articles: d.r.int(), off: d.off, docs: d.r.int(), places: d.r.int()}
	d.off += int64(d.entry.docs + d.entry.places)
	return !d.r.bad
}

// read returns the postings of a term, which are read from the file as they are
// asked for.
func (s *segment) read(e entry) (*postings, error) {
	if e.docs < 0 || e.places < 0 || int64(e.docs)+int64(e.places) > s.dict-e.off {
		return nil, damaged("%s: its dictionary", s.name)
	}
	p := &postings{}
	p.open(s.file, e, len(s.ids))
	return p, nil
}

// reader reads varints; what is cut short is bad and reads as 0.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) int() int {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > 1<<62 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return int(v)
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.bad, r.b = true, nil
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}
