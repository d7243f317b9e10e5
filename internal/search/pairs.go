package search

import (
	"cmp"
	"io"
	"maps"
	"slices"
)

// Two common words stand beside each other in few of the many articles that have
// both, and a phrase of them would have the places of all those read. So a large
// segment lists, for each two of its common words, the articles in which the second
// is the next word after the first or the one after that (behind a small word,
// mostly), and how often. Such a list is a term without places. It is made when
// segments are merged, from the places of the words; small segments are searched fast
// enough without.
const (
	pairArticles = 1 << 13 // a segment of so many articles has pairs
	pairShare    = 4       // a word is common that one article in so many has
	pairWords    = 128     // no more than so many words are common
	pairApart    = 2       // how far the second word is from the first at most
)

// pairMark begins terms of pairs. It is a byte that no word has, and behind all words.
const pairMark = "\xff"

// pairTerm is the term of two words that are so far apart.
func pairTerm(first, second string, apart int) string {
	return pairMark + first + "\x00" + second + "\x00" + string(rune('0'+apart))
}

// commonest sorts the most common out of some words. What is in as many articles as it
// says, or more, is among them.
func commonest(words []entry, from int) ([]entry, int) {
	slices.SortFunc(words, func(a, b entry) int { return cmp.Compare(b.articles, a.articles) })
	if len(words) > pairWords {
		from = words[pairWords].articles + 1
		words = slices.DeleteFunc(words, func(w entry) bool { return w.articles < from })
	}
	return words, from
}

// pairer finds the pairs of some words.
type pairer struct {
	words []entry
	lists []*postings       // of each word
	pairs map[pair]*encoder // found so far
	here  []spotted         // in the present article
	count map[pair]uint32   // likewise
}

// pair is two words, by their numbers, and how far apart they are.
type pair struct{ first, second, apart uint8 }

// spotted is where a word stands.
type spotted struct {
	place uint32
	word  uint8
}

// findPairs finds the pairs in a segment with so many articles, whose file has the
// postings of the words.
func findPairs(file io.ReaderAt, words []entry, articles int) (*pairer, error) {
	p := &pairer{words: words, pairs: map[pair]*encoder{}, count: map[pair]uint32{}}
	for _, w := range words {
		l := &postings{}
		l.open(file, w, articles)
		l.next()
		p.lists = append(p.lists, l)
	}
	for doc := range uint32(articles) {
		p.article(doc)
	}
	for i, l := range p.lists {
		if l.bad {
			return nil, damaged("postings of %q", words[i].term)
		}
	}
	return p, nil
}

// article adds the pairs of the next article.
func (p *pairer) article(doc uint32) {
	p.here = p.here[:0]
	for i, l := range p.lists {
		if l.doc != doc {
			continue
		}
		for _, place := range l.where() {
			p.here = append(p.here, spotted{place, uint8(i)})
		}
		l.next()
	}
	slices.SortFunc(p.here, func(a, b spotted) int { return cmp.Compare(a.place, b.place) })
	clear(p.count)
	for i, first := range p.here {
		for _, second := range p.here[i+1:] {
			apart := second.place - first.place
			if apart > pairApart {
				break
			}
			if apart > 0 {
				p.count[pair{first.word, second.word, uint8(apart)}]++
			}
		}
	}
	for k, n := range p.count {
		if p.pairs[k] == nil {
			p.pairs[k] = &encoder{}
		}
		p.pairs[k].doc(doc, min(n, maxWeight))
	}
}

// write adds the pairs to a segment.
func (p *pairer) write(w *writer) {
	terms := make(map[string]*encoder, len(p.pairs))
	for k, e := range p.pairs {
		terms[pairTerm(p.words[k.first].term, p.words[k.second].term, int(k.apart))] = e
	}
	for _, t := range slices.Sorted(maps.Keys(terms)) {
		docs, _ := terms[t].finish()
		w.term(t, terms[t].articles, docs, nil)
	}
}

// paired returns terms of which an article has one at least if it has any of some words
// so far before any of others; none at all when that says little. They are exact when
// it is the other way round, too.
func (s *segment) paired(first, second []entry, apart int) (es []entry, exact bool, err error) {
	common := func(e entry) bool { return s.common > 0 && e.articles >= s.common }
	if apart > pairApart || !slices.ContainsFunc(first, common) || !slices.ContainsFunc(second, common) {
		return nil, false, nil
	}
	exact = true
	es = []entry{}
	for _, e := range slices.Concat(first, second) {
		if !common(e) {
			es, exact = append(es, e), false
		}
	}
	for _, a := range first {
		for _, b := range second {
			if !common(a) || !common(b) {
				continue
			}
			e, err := s.lookup(pairTerm(a.term, b.term, apart))
			if err != nil {
				return nil, false, err
			}
			if e.articles > 0 {
				es = append(es, e)
			}
		}
	}
	return es, exact, nil
}
