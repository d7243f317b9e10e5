package event

import (
	"math"
	"slices"
)

// index finds the stories that share rare features with one: postings of the
// slots in which profiles are kept, words in one, anchors by language in the
// other. What is removed is skipped until the index is built anew.
type index struct {
	words   postings
	anchors postings       // keyed by anchor and language
	langs   map[string]int // stories in each
	scores  []float32      // by slot; zero between searches, dead where nothing is
	touched []int32
	removed int
}

// postings are lists of slots by feature, youngest first, in one row of nodes.
type postings struct {
	head map[uint32]int32
	rows [][]node
	n    int32
}

type node struct {
	slot int32
	next int32 // -1: none
}

const (
	indexWords   = 20   // heaviest words of a story that are looked up
	indexAnchors = 56   // likewise of its anchors
	maxPosting   = 64   // youngest stories of a posting that are looked at
	maxLooked    = 300  // in all, per search, the rarest features first
	maxRendered  = 1200 // likewise of what a dictionary makes of words
	rowLength    = 4096
)

// dead is the score of a slot whose story was removed.
var dead = float32(math.Inf(-1))

func newIndex() *index {
	return &index{words: postings{head: map[uint32]int32{}}, anchors: postings{head: map[uint32]int32{}}, langs: map[string]int{}}
}

func langKey(lang uint32, h uint32) uint32 { return uint32(mix(uint64(lang)<<32 | uint64(h))) }

// heaviest returns the n features of the greatest weight, the heaviest first.
func heaviest(fs []feature, n int) []feature {
	var room [2 * maxAnchors]uint64 // weight above place in fs: quick to sort
	keys := room[:0]
	for i, f := range fs {
		keys = append(keys, uint64(^f.weight)<<32|uint64(i))
	}
	slices.Sort(keys)
	out := make([]feature, min(n, len(fs)))
	for i := range out {
		out[i] = fs[uint32(keys[i])]
	}
	return out
}

func (x *index) add(slot int32, p *Profile) {
	for len(x.scores) <= int(slot) {
		x.scores = append(x.scores, 0)
	}
	x.scores[slot] = 0
	x.langs[p.lang]++
	for _, f := range heaviest(p.words, indexWords) {
		x.words.put(f.hash, slot)
	}
	lang := hashString(p.lang)
	for _, f := range heaviest(p.anchors, indexAnchors) {
		x.anchors.put(langKey(lang, f.hash), slot)
	}
	for _, f := range p.terms.heaviest() {
		x.anchors.put(langKey(lang, f.hash), slot)
	}
}

func (p *postings) put(h uint32, slot int32) {
	next, ok := p.head[h]
	if !ok {
		next = -1
	}
	if p.n%rowLength == 0 {
		p.rows = append(p.rows, make([]node, 0, rowLength))
	}
	last := &p.rows[len(p.rows)-1]
	*last = append(*last, node{slot, next})
	p.head[h] = p.n
	p.n++
}

// remove makes a slot one that is not found. It may be used again only in
// another index.
func (x *index) remove(slot int32, p *Profile) {
	if x.langs[p.lang]--; x.langs[p.lang] <= 0 {
		delete(x.langs, p.lang)
	}
	x.scores[slot] = dead
	x.removed++
}

// worn reports whether so much was removed that it should be built anew.
func (x *index) worn(live int) bool { return x.removed > 512+live/2 || live == 0 }

type hit struct {
	slot  int32
	score float32
}

// alike returns the n stories of the same language whose heaviest words have
// most in common with those of p.
func (x *index) alike(p *Profile, n int) []hit {
	left := maxLooked
	for _, f := range heaviest(p.words, indexWords) {
		w := f.weight.float()
		left = x.count(&x.words, f.hash, w*w, left)
	}
	return x.best(n)
}

// abroad returns the n stories of a language that have most in common with
// some anchors, and with what a dictionary makes of words.
func (x *index) abroad(anchors, senses []feature, lang string, n int) []hit {
	left, key := maxRendered, hashString(lang)
	for _, f := range senses {
		left = x.count(&x.anchors, langKey(key, f.hash), renderNats*f.weight.float(), left)
	}
	left = maxLooked
	for _, f := range anchors {
		left = x.count(&x.anchors, langKey(key, f.hash), f.weight.float(), left)
	}
	return x.best(n)
}

// count adds a weight to the stories of a posting and returns how many more may
// be looked at.
func (x *index) count(p *postings, h uint32, weight float32, left int) int {
	i, ok := p.head[h]
	if !ok {
		return left
	}
	most := min(left, maxPosting)
	for ; i >= 0 && most > 0; most-- {
		left--
		n := p.rows[i/rowLength][i%rowLength]
		i = n.next
		switch v := x.scores[n.slot]; {
		case v == dead:
			continue
		case v == 0:
			x.touched = append(x.touched, n.slot)
		}
		x.scores[n.slot] += weight
	}
	return left
}

// best returns the slots with the highest scores, highest first, and clears
// the board.
func (x *index) best(n int) []hit {
	out := make([]hit, 0, n)
	for _, s := range x.touched {
		v := x.scores[s]
		x.scores[s] = 0
		if len(out) == n && v <= out[n-1].score {
			continue
		}
		i := len(out)
		for i > 0 && out[i-1].score < v {
			i--
		}
		if len(out) < n {
			out = append(out, hit{})
		}
		copy(out[i+1:], out[i:])
		out[i] = hit{s, v}
	}
	x.touched = x.touched[:0]
	return out
}
