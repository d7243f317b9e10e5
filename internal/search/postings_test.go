package search

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
)

// listed is a posting as it went in.
type listed struct {
	doc, weight uint32
	places      []uint32
}

// listOf makes n postings at random distances.
func listOf(r *rand.Rand, n int) (all []listed) {
	doc := uint32(r.IntN(3))
	for range n {
		l := listed{doc: doc, weight: 1}
		if r.IntN(3) == 0 {
			l.weight = uint32(2 + r.IntN(9))
		}
		at := uint32(0)
		for range l.weight {
			at += uint32(1 + r.IntN(300))
			l.places = append(l.places, at)
		}
		all = append(all, l)
		doc += uint32(1 + r.IntN(40))
	}
	return all
}

// encoded returns postings as a segment would hold them.
func encoded(all []listed) (entry, []byte, []byte) {
	var enc encoder
	for _, l := range all {
		var places []byte
		at := uint32(0)
		for _, p := range l.places {
			places = binary.AppendUvarint(places, uint64(p-at))
			at = p
		}
		enc.add(l.doc, l.weight, places)
	}
	docs, places := enc.finish()
	return entry{articles: len(all), docs: len(docs), places: len(places)}, docs, places
}

// TestPostingsComeBack seeks through lists of many lengths, asking for the places of
// some articles, and compares with what went in.
func TestPostingsComeBack(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	for _, n := range []int{1, 2, 127, 128, 129, 255, 256, 257, 5000} {
		all := listOf(r, n)
		e, docs, places := encoded(all)
		for _, stride := range []uint32{1, 7, 900, 40_000} {
			var p postings
			p.begin(e, memory(docs), window{file: bytes.NewReader(places), size: int64(len(places))}, int(all[n-1].doc)+1)
			for doc := uint32(0); ; doc += stride {
				i := slices.IndexFunc(all, func(l listed) bool { return l.doc >= doc })
				if got := p.to(doc); got != (i >= 0) {
					t.Fatalf("%d postings: seeking article %d says %v", n, doc, got)
				}
				if i < 0 {
					break
				}
				if p.doc != all[i].doc || p.weight() != all[i].weight {
					t.Fatalf("%d postings: seeking %d found %d with weight %d, want %d with %d", n, doc, p.doc, p.weight(), all[i].doc, all[i].weight)
				}
				if r.IntN(4) != 0 {
					if got := p.where(); !slices.Equal(got, all[i].places) {
						t.Fatalf("%d postings: the places of %d are %v, want %v", n, p.doc, got, all[i].places)
					}
				}
				doc = max(doc, p.doc)
			}
			if p.bad {
				t.Fatalf("%d postings are damaged", n)
			}
		}
	}
}

func FuzzPostings(f *testing.F) {
	e, docs, places := encoded(listOf(rand.New(rand.NewPCG(1, 1)), 3))
	f.Add(e.articles, docs, places, uint32(9))
	// Two blocks in as few bytes as can be: what the fuzzer finds of it is made
	// smaller byte by byte before it goes on.
	long := make([]listed, blockSize+1)
	for i := range long {
		long[i] = listed{doc: uint32(i), weight: 1, places: []uint32{1}}
	}
	e, docs, places = encoded(long)
	f.Add(e.articles, docs, places, uint32(9))
	f.Fuzz(func(t *testing.T, articles int, docs, places []byte, stride uint32) {
		var p postings
		p.begin(entry{articles: articles, docs: len(docs), places: len(places)}, memory(docs), memory(places), 1<<20)
		last, n := uint32(0), 0
		for p.to(last + stride%1000) {
			if p.doc < last || p.doc >= 1<<20 {
				t.Fatalf("article %d after %d", p.doc, last)
			}
			last = p.doc + 1
			_ = p.where()
			if n++; n > 1<<21 {
				t.Fatal("no end")
			}
		}
	})
}
