package event

import (
	"iter"
	"math"
	"slices"
)

// index finds the stories that share rare features with one: postings of the
// slots in which profiles are kept, by words and by anchors. What is removed is
// skipped until the index is built anew.
type index struct {
	words   postings
	anchors postings
	langs   map[string]int32 // numbers of languages
	board   []cell           // by slot
	touched []int32
	removed int
}

// cell is what is known of a slot.
type cell struct {
	score float32 // zero between searches, dead where nothing is
	lang  int32
}

// postings are lists of slots by feature and language, youngest first.
type postings struct {
	head  map[uint32]int32 // first list of a feature
	lists row[list]
	nodes row[node]
}

// perNode is how many slots lie side by side: to follow a list from slot to slot is to
// wait for memory with each.
const perNode = 7

// list is what stories of one language have a feature.
type list struct {
	lang  int32
	next  int32          // list of the feature in another language; -1: none
	older int32          // node; -1: none
	n     int32          // of young
	young [perNode]int32 // the youngest slots, in the order in which they came
}

// node is slots of a list, all younger than those of the next node.
type node struct {
	slots [perNode]int32
	next  int32 // -1: none
}

// row is a long row that grows without being moved.
type row[T any] struct {
	parts [][]T
	n     int32
}

const rowLength = 4096

func (r *row[T]) at(i int32) *T { return &r.parts[i/rowLength][i%rowLength] }

// add returns where it put v.
func (r *row[T]) add(v T) int32 {
	if r.n%rowLength == 0 {
		r.parts = append(r.parts, make([]T, 0, rowLength))
	}
	last := &r.parts[len(r.parts)-1]
	*last = append(*last, v)
	r.n++
	return r.n - 1
}

const (
	indexWords   = 20   // heaviest words of a story that are looked up
	indexAnchors = 56   // likewise of its anchors
	maxPosting   = 64   // youngest stories of a posting that are looked at
	maxLooked    = 300  // in all, per search and language, the rarest features first
	maxRendered  = 1200 // likewise of what a dictionary makes of words
)

// dead is the score of a slot whose story was removed.
var dead = float32(math.Inf(-1))

func newIndex() *index {
	return &index{words: postings{head: map[uint32]int32{}}, anchors: postings{head: map[uint32]int32{}}, langs: map[string]int32{}}
}

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
	for len(x.board) <= int(slot) {
		x.board = append(x.board, cell{})
	}
	lang := x.lang(p.lang)
	x.board[slot] = cell{lang: lang}
	for _, f := range heaviest(p.words, indexWords) {
		x.words.put(f.hash, lang, slot)
	}
	for _, f := range heaviest(p.anchors, indexAnchors) {
		x.anchors.put(f.hash, lang, slot)
	}
	for _, f := range p.terms.heaviest() {
		x.anchors.put(f.hash, lang, slot)
	}
}

// lang returns the number of a language.
func (x *index) lang(lang string) int32 {
	n, ok := x.langs[lang]
	if !ok {
		n = int32(len(x.langs))
		x.langs[lang] = n
	}
	return n
}

// of returns the first list of a feature, nil: none.
func (p *postings) of(h uint32) *list {
	if i, ok := p.head[h]; ok {
		return p.lists.at(i)
	}
	return nil
}

// after returns the list of the same feature in another language, nil: none.
func (p *postings) after(l *list) *list {
	if l.next < 0 {
		return nil
	}
	return p.lists.at(l.next)
}

func (p *postings) put(h uint32, lang, slot int32) {
	for l := p.of(h); l != nil; l = p.after(l) {
		if l.lang == lang {
			p.push(l, slot)
			return
		}
	}
	next, ok := p.head[h]
	if !ok {
		next = -1
	}
	p.head[h] = p.lists.add(list{lang: lang, next: next, older: -1, n: 1, young: [perNode]int32{slot}})
}

// push adds the youngest slot to a list.
func (p *postings) push(l *list, slot int32) {
	if l.n == perNode {
		l.older, l.n = p.nodes.add(node{l.young, l.older}), 0
	}
	l.young[l.n] = slot
	l.n++
}

// slots yields the slots of a list, the youngest first.
func (p *postings) slots(l *list) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		slots, older := l.young[:l.n], l.older
		for {
			for _, s := range slices.Backward(slots) {
				if !yield(s) {
					return
				}
			}
			if older < 0 {
				return
			}
			n := p.nodes.at(older)
			slots, older = n.slots[:], n.next
		}
	}
}

// remove makes a slot one that is not found. It may be used again only in
// another index.
func (x *index) remove(slot int32) {
	x.board[slot].score = dead
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
	lang, left := x.lang(p.lang), maxLooked
	for _, f := range heaviest(p.words, indexWords) {
		w := f.weight.float()
		for l := x.words.of(f.hash); l != nil; l = x.words.after(l) {
			if l.lang == lang {
				left = x.count(&x.words, l, w*w, left)
			}
		}
	}
	hits := x.ranked(0)
	return hits[:min(n, len(hits))]
}

// abroad returns the n stories of each other language whose anchors, and what a
// dictionary makes of their words, have most in common with those of p, and in weight
// no less than least.
func (x *index) abroad(p *Profile, n int, least float32) []hit {
	home := x.lang(p.lang)
	look := func(fs []feature, most int, times float32) {
		left := make([]int, len(x.langs))
		for i := range left {
			left[i] = most
		}
		for _, f := range fs {
			for l := x.anchors.of(f.hash); l != nil; l = x.anchors.after(l) {
				if l.lang != home {
					left[l.lang] = x.count(&x.anchors, l, times*f.weight.float(), left[l.lang])
				}
			}
		}
	}
	look(p.terms.heaviest(), maxRendered, renderNats)
	look(heaviest(p.anchors, indexAnchors), maxLooked, 1)
	each := make([]int, len(x.langs))
	return slices.DeleteFunc(x.ranked(least), func(h hit) bool {
		lang := x.board[h.slot].lang
		each[lang]++
		return each[lang] > n
	})
}

// holds reports whether an anchor is one of a story of a language.
func (x *index) holds(lang string, h uint32) bool {
	home := x.lang(lang)
	for l := x.anchors.of(h); l != nil; l = x.anchors.after(l) {
		if l.lang != home {
			continue
		}
		for slot := range x.anchors.slots(l) {
			if x.board[slot].score != dead {
				return true
			}
		}
	}
	return false
}

// count adds a weight to the stories of a list and returns how many more may be
// looked at.
func (x *index) count(p *postings, l *list, weight float32, left int) int {
	most := min(left, maxPosting)
	if most <= 0 {
		return left
	}
	for slot := range p.slots(l) {
		switch c := &x.board[slot]; c.score {
		case dead:
		case 0:
			x.touched = append(x.touched, slot)
			c.score = weight
		default:
			c.score += weight
		}
		left--
		if most--; most == 0 {
			break
		}
	}
	return left
}

// ranked returns the slots that were counted with their scores, least at least, the
// highest first, and clears the board.
func (x *index) ranked(least float32) []hit {
	keys := make([]uint64, 0, len(x.touched)) // score above slot: quick to sort, and scores are positive
	for _, s := range x.touched {
		if v := x.board[s].score; v >= least {
			keys = append(keys, uint64(math.Float32bits(v))<<32|uint64(s))
		}
		x.board[s].score = 0
	}
	x.touched = x.touched[:0]
	slices.Sort(keys)
	hits := make([]hit, 0, len(keys))
	for _, k := range slices.Backward(keys) {
		hits = append(hits, hit{int32(uint32(k)), math.Float32frombits(uint32(k >> 32))})
	}
	return hits
}
