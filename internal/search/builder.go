package search

import (
	"encoding/binary"
	"maps"
	"slices"
)

// Weights of a word: in the text and in the title.
const (
	titleWeight = 4
	maxWeight   = 255
)

// titleGap stands between the title and the text, so that no phrase spans both.
const titleGap = 16

// builder gathers what becomes a segment. Articles are added by ascending ID.
type builder struct {
	articles []article
	lists    map[string]*list
	bytes    int // about what the lists take
}

// list is the postings of a term while they are gathered.
type list struct {
	encoder

	open   bool
	doc    uint32 // of the article under way
	weight uint32
	where  []byte
	at     uint32 // the last place
}

func newBuilder() *builder { return &builder{lists: map[string]*list{}} }

// begin adds an article. What follows belongs to it.
func (b *builder) begin(a article) { b.articles = append(b.articles, a) }

// word adds an occurrence of a term in the present article.
func (b *builder) word(term string, place, weight uint32) {
	l := b.list(term)
	l.weight = min(l.weight+weight, maxWeight)
	before := len(l.where)
	l.where = binary.AppendUvarint(l.where, uint64(place-l.at))
	l.at = place
	b.bytes += len(l.where) - before
}

// mark adds a term that has no place: what an article can be filtered by.
func (b *builder) mark(term string) { b.list(term).weight = 1 }

func (b *builder) list(term string) *list {
	l := b.lists[term]
	if l == nil {
		l = &list{}
		b.lists[term] = l
		b.bytes += len(term) + 160
	}
	doc := uint32(len(b.articles) - 1)
	if l.open && l.doc != doc {
		b.bytes += 4
		l.close()
	}
	if !l.open {
		l.open, l.doc = true, doc
	}
	return l
}

// close writes down the article under way.
func (l *list) close() {
	l.add(l.doc, l.weight, l.where)
	l.open, l.weight, l.at, l.where = false, 0, 0, l.where[:0]
}

// write makes a segment file.
func (b *builder) write(path string) error {
	w, err := newWriter(path)
	if err != nil {
		return err
	}
	for _, a := range b.articles {
		w.article(a)
	}
	for _, term := range slices.Sorted(maps.Keys(b.lists)) {
		l := b.lists[term]
		if l.open {
			l.close()
		}
		docs, places := l.finish()
		w.term(term, l.articles, docs, places)
	}
	return w.close()
}
