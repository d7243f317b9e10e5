package search

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"io"
	"slices"
)

// merge writes several segments as one, without what is crossed out.
func merge(ctx context.Context, path string, from []*segment) (err error) {
	w, err := newWriter(path)
	if err != nil {
		return err
	}
	numbers := renumber(w, from)
	inputs := make([]*input, 0, len(from))
	for i, s := range from {
		in := newInput(s, numbers[i])
		if in.next() {
			inputs = append(inputs, in)
		} else if in.err != nil {
			w.abandon()
			return in.err
		}
	}
	if w.size[0] >= pairArticles {
		w.from = int(w.size[0] / pairShare)
	}
	m := merger{w: w}
	for n := 0; len(inputs) > 0; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			w.abandon()
			return ctx.Err()
		}
		if inputs, err = m.step(inputs); err != nil {
			w.abandon()
			return err
		}
	}
	if err := w.pair(); err != nil {
		w.abandon()
		return err
	}
	return w.close()
}

// dropped is the number of an article that is not taken over.
const dropped = ^uint32(0)

// renumber writes the articles of all segments by ascending ID, and returns for
// each segment the new numbers of its articles.
func renumber(w *writer, from []*segment) [][]uint32 {
	numbers := make([][]uint32, len(from))
	next := make([]int, len(from))
	for i, s := range from {
		numbers[i] = make([]uint32, len(s.ids))
	}
	for n := uint32(0); ; n++ {
		best := -1
		for i, s := range from {
			for next[i] < len(s.ids) && s.isGone(next[i]) {
				numbers[i][next[i]] = dropped
				next[i]++
			}
			if next[i] < len(s.ids) && (best < 0 || s.ids[next[i]] < from[best].ids[next[best]]) {
				best = i
			}
		}
		if best < 0 {
			return numbers
		}
		s, k := from[best], next[best]
		numbers[best][k] = n
		next[best]++
		w.article(article{s.ids[k], s.times[k], s.lengths[k]})
	}
}

// input goes through the terms of a segment in order, with their postings: the
// whole file once, from its beginning to its end.
type input struct {
	s       *segment
	numbers []uint32
	dict    dictionary
	post    *bufio.Reader
	buf     []byte
	err     error

	postings postings // of the term
}

func newInput(s *segment, numbers []uint32) *input {
	in := &input{s: s, numbers: numbers}
	b := make([]byte, s.dictTo-s.dict)
	if _, err := s.file.ReadAt(b, s.dict); err != nil && !(err == io.EOF && len(b) == 0) {
		in.err = damaged("%s: %v", s.name, err)
	}
	start := int64(len(magic))
	in.dict = dictionary{r: reader{b: b}, off: start}
	in.post = bufio.NewReaderSize(io.NewSectionReader(s.file, start, s.dict-start), 1<<17)
	return in
}

// next reads the next term; false at the end of the words. Pairs are found anew.
func (in *input) next() bool {
	if in.err != nil || !in.dict.next() || bytes.HasPrefix(in.dict.term, []byte(pairMark)) {
		if in.dict.r.bad {
			in.err = damaged("%s: its dictionary", in.s.name)
		}
		return false
	}
	e := in.dict.entry
	n := e.docs + e.places
	if int64(n) > in.s.dict-e.off {
		in.err = damaged("%s: its dictionary", in.s.name)
		return false
	}
	in.buf = slices.Grow(in.buf[:0], n)[:n]
	if _, err := io.ReadFull(in.post, in.buf); err != nil {
		in.err = damaged("%s: %v", in.s.name, err)
		return false
	}
	return true
}

// merger joins the postings of one term after the other.
type merger struct {
	w   *writer
	all []posting
	enc encoder
}

// posting is an article of a term under its new number.
type posting struct {
	doc, weight uint32
	places      []byte // as they are stored
}

// step takes the smallest term of all inputs over, and returns those that have
// more.
func (m *merger) step(inputs []*input) ([]*input, error) {
	least := inputs[0].dict.term
	for _, in := range inputs[1:] {
		if string(in.dict.term) < string(least) {
			least = in.dict.term
		}
	}
	term := string(least)
	m.all = m.all[:0]
	sorted := true
	for _, in := range inputs {
		if string(in.dict.term) != term {
			continue
		}
		e := in.dict.entry
		p := &in.postings
		p.begin(e, memory(in.buf[:e.docs]), memory(in.buf[e.docs:]), len(in.s.ids))
		for p.next() {
			doc := in.numbers[p.doc]
			if doc == dropped {
				continue
			}
			sorted = sorted && (len(m.all) == 0 || m.all[len(m.all)-1].doc < doc)
			m.all = append(m.all, posting{doc, p.weight(), p.raw()})
		}
		if p.bad {
			return nil, damaged("%s: postings of %q", in.s.name, term)
		}
	}
	m.write(term, sorted)
	left := inputs[:0]
	for _, in := range inputs {
		if string(in.dict.term) != term || in.next() {
			left = append(left, in)
		} else if in.err != nil {
			return nil, in.err
		}
	}
	return left, nil
}

func (m *merger) write(term string, sorted bool) {
	if len(m.all) == 0 {
		return
	}
	if !sorted {
		slices.SortFunc(m.all, func(a, b posting) int { return cmp.Compare(a.doc, b.doc) })
	}
	m.enc.reset()
	for _, p := range m.all {
		m.enc.copy(p)
	}
	docs, places := m.enc.finish()
	m.w.term(term, len(m.all), docs, places)
}
