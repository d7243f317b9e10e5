package page

import (
	"math"
	"math/bits"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"
)

// tagClass orders the elements that hold blocks.
func tagClass(a atom.Atom) float32 {
	switch a {
	case atom.P:
		return 0
	case atom.Blockquote:
		return 1
	case atom.Pre:
		return 2
	case atom.H2:
		return 3
	case atom.H3:
		return 4
	case atom.H4, atom.H5, atom.H6:
		return 5
	case atom.H1:
		return 6
	case atom.Li:
		return 7
	case atom.Dd, atom.Dt:
		return 8
	case atom.Td, atom.Th:
		return 9
	case atom.Div:
		return 10
	case atom.Article, atom.Section, atom.Main, atom.Body, atom.Center:
		return 11
	case atom.Figcaption, atom.Figure, atom.Caption:
		return 12
	case atom.Header, atom.Address, atom.Summary, atom.Details:
		return 13
	case atom.Footer, atom.Nav, atom.Aside:
		return 14
	}
	return 15
}

func heading(a atom.Atom) int {
	switch a {
	case atom.H1:
		return 1
	case atom.H2:
		return 2
	case atom.H3:
		return 3
	case atom.H4:
		return 4
	case atom.H5:
		return 5
	case atom.H6:
		return 6
	}
	return 0
}

// far stands for "none" in columns of distances.
const far = 20

// distances holds, for an element, how many levels up the nearest one with
// each flag is.
type distances [NumFlags + 6]uint8

// surroundings is what the features of all blocks of a page share.
type surroundings struct {
	p     *Page
	dist  []distances // of the elements
	half  []uint8     // levels up to half of the good text
	most  []uint8
	sigs  map[uint32]*shape
	pairs map[uint64]int32
	texts map[string]int32
	phr   []Phrases
	title []string // folded
	lede  string
	body  string
	h1    int
	top   int32 // the element that Readability would take
	begin map[string]int32
	fold  []string
	inP   []int32           // runes in p elements, by element
	head  int               // the block with the headline
	above []bool            // elements around top
	aloft []bool            // elements around the headline
	lead  int               // the block that the description repeats
	beLed []bool            // elements around it
	topic map[string]uint64 // words of title and description, each a bit
	seen  []uint64          // which of them stand in an element
	hits  []int32           // how many of a block's words
}

// shape sums up the blocks of elements with equal tag and class.
type shape struct {
	n, chars, links, good int32
	prob                  float32
}

func (p *Page) survey(h Hints) *surroundings {
	s := &surroundings{
		p: p, dist: make([]distances, len(p.Elems)), half: make([]uint8, len(p.Elems)), most: make([]uint8, len(p.Elems)),
		sigs: make(map[uint32]*shape, 64), pairs: make(map[uint64]int32, 64), texts: make(map[string]int32, len(p.Blocks)),
		phr: make([]Phrases, len(p.Blocks)), h1: -1, head: -1, lead: -1,
		begin: make(map[string]int32, len(p.Blocks)), fold: make([]string, len(p.Blocks)), inP: make([]int32, len(p.Elems)),
	}
	for i := range s.dist[0] {
		s.dist[0][i] = far
	}
	s.foldAll()
	s.inherit()
	s.repeats()
	s.take(h)
	s.headline()
	s.topics(h)
	s.top = s.readability()
	s.above = s.around(s.top)
	s.beLed = s.aroundBlock(s.lead)
	s.aloft = s.aroundBlock(s.head)
	return s
}

// inherit fills the distances from elements to what is around them.
func (s *surroundings) inherit() {
	p := s.p
	total := p.Elems[0].Good
	for i := 1; i < len(p.Elems); i++ {
		e := &p.Elems[i]
		d := &s.dist[i]
		*d = s.dist[e.Parent]
		for k := range d {
			if d[k] < far {
				d[k]++
			}
		}
		flags := e.Flags
		if e.Good*10 > total*6 && total > 0 {
			flags &= FBody | FContent // "has-sidebar" and the like
		}
		for f, k := flags, 0; f != 0; f, k = f>>1, k+1 {
			if f&1 != 0 {
				d[k] = 1
			}
		}
		if k := landmark(e.Tag); k >= 0 {
			d[NumFlags+k] = 1
		}
		s.half[i], s.most[i] = s.half[e.Parent]+1, s.most[e.Parent]+1
		if e.Good*2 >= total {
			s.half[i] = 0
		}
		if e.Good*10 >= total*9 {
			s.most[i] = 0
		}
	}
}

// repeats counts shapes, texts and beginnings that are on the page more than
// once.
func (s *surroundings) repeats() {
	p := s.p
	var g grouper
	for i := range p.Blocks {
		b := &p.Blocks[i]
		e := &p.Elems[b.Elem]
		sh := s.sigs[e.Sig]
		if sh == nil {
			sh = &shape{}
			s.sigs[e.Sig] = sh
		}
		sh.n++
		sh.chars += b.Chars
		sh.links += b.LinkChars
		if b.Good {
			sh.good += b.Chars
		}
		s.pairs[s.pair(b.Elem)]++
		b.Furniture = s.menu(b)
		s.texts[b.Text]++
		if len(s.fold[i]) >= 24 {
			s.begin[s.fold[i][:24]]++
		}
		if e.Tag == atom.P {
			s.inP[b.Elem] += b.Chars
		}
		if !b.Furniture || heading(e.Tag) > 0 {
			s.phr[i] = g.phrasesOf(b)
		}
		if s.h1 < 0 && e.Tag == atom.H1 {
			s.h1 = i
		}
	}
	for i := len(p.Elems) - 1; i > 0; i-- {
		s.inP[p.Elems[i].Parent] += s.inP[i]
	}
}

// menu reports whether a block is a short link of a menu or a footer: half of
// the blocks of a page are, and none of them is article text.
func (s *surroundings) menu(b *Block) bool {
	if b.Chars > 60 || b.LinkChars*10 < b.Chars*9 {
		return false
	}
	const near = 5
	d := &s.dist[b.Elem]
	return d[bits.TrailingZeros32(uint32(FNav))] <= near || d[bits.TrailingZeros32(uint32(FFoot))] <= near
}

// take folds the hints.
func (s *surroundings) take(h Hints) {
	for _, t := range h.Titles {
		if t = Fold(t, 300); len(t) > 5 {
			s.title = append(s.title, t)
		}
	}
	s.lede = Fold(h.Lede, 1000)
	if len(h.Body) >= 300 {
		s.body = Fold(h.Body, 1<<20)
	}
}

// around marks an element and those around it.
func (s *surroundings) around(e int32) []bool {
	marks := make([]bool, len(s.p.Elems))
	for ; e >= 0; e = s.p.Elems[e].Parent {
		marks[e] = true
	}
	return marks
}

// aroundBlock marks the elements around a block; none when there is no block.
func (s *surroundings) aroundBlock(i int) []bool {
	if i < 0 {
		return make([]bool, len(s.p.Elems))
	}
	return s.around(s.p.Blocks[i].Elem)
}

// topics looks for the words of the title and the description in the blocks,
// and for the block that begins like the description.
func (s *surroundings) topics(h Hints) {
	s.topic = make(map[string]uint64, 64)
	text := h.Lede
	for _, t := range h.Titles {
		text += " " + t
	}
	n := 0
	var known shapes
	var buf wordBuffer
	buf.each(text, 1<<12, func(w []byte) {
		if _, ok := s.topic[string(w)]; !ok && n < 63 {
			s.topic[string(w)] = 1 << n
			known.add(string(w))
			n++
		}
	})
	s.seen = make([]uint64, len(s.p.Elems))
	s.hits = make([]int32, len(s.p.Blocks))
	for i := range s.p.Blocks {
		b := &s.p.Blocks[i]
		if b.Furniture {
			continue
		}
		buf.each(b.Text, 400, func(w []byte) {
			if !known.mayBe(w) {
				return
			}
			if bit := s.topic[string(w)]; bit != 0 {
				s.hits[i]++
				s.seen[b.Elem] |= bit
			}
		})
		if s.lead < 0 && len(s.lede) > 40 && b.Chars > 40 && commonPrefix(s.fold[i], s.lede) >= 36 {
			s.lead = i
		}
	}
	for i := len(s.p.Elems) - 1; i > 0; i-- {
		s.seen[s.p.Elems[i].Parent] |= s.seen[i]
	}
}

// wordBuffer holds a word in the making.
type wordBuffer [48]byte

// each calls f with the words of at least four bytes in the first n bytes of s, in
// lower case as far as ASCII goes; the slice is reused. Scripts without spaces give
// pairs of characters.
func (buf *wordBuffer) each(s string, n int, f func([]byte)) {
	if len(s) > n {
		s = s[:n]
	}
	k := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c < utf8.RuneSelf && folded[c] != 0:
			c = folded[c]
		case c >= utf8.RuneSelf && c != 0xe2:
		default:
			if k >= 4 {
				f(buf[:k])
			}
			k = 0
			continue
		}
		if k < len(buf) {
			buf[k] = c
			k++
		}
		if k == 6 && buf[0] >= 0xe3 && buf[0] <= 0xe9 && buf[3] >= 0xe3 {
			f(buf[:k])
			copy(buf[:], buf[3:6])
			k = 3
		}
	}
	if k >= 4 {
		f(buf[:k])
	}
}

// headline finds the block that repeats the page's title, headings first.
func (s *surroundings) headline() {
	for pass := range 2 {
		for i := range s.fold {
			if pass == 0 && heading(s.p.Elems[s.p.Blocks[i].Elem].Tag) == 0 || len(s.fold[i]) < 8 {
				continue
			}
			for _, t := range s.title {
				if t == s.fold[i] || len(s.fold[i]) > 16 && strings.HasPrefix(t, s.fold[i]) {
					s.head = i
					return
				}
			}
		}
	}
	s.head = s.h1
}

// readability finds the element that the algorithm of Arc90's Readability
// (2009) would take: paragraphs give points to the elements around them.
func (s *surroundings) readability() int32 {
	p := s.p
	score := make([]float32, len(p.Elems))
	for i := range p.Blocks {
		b := &p.Blocks[i]
		if b.Chars < 25 || b.LinkChars*2 > b.Chars {
			continue
		}
		points := 1 + float32(b.Commas) + min(float32(b.Chars)/100, 3)
		share := float32(1)
		e := b.Elem
		if tagClass(p.Elems[e].Tag) < 9 && p.Elems[e].Parent > 0 {
			e = p.Elems[e].Parent
		}
		for level := 0; level < 4 && e > 0; level++ {
			score[e] += points * share
			e = p.Elems[e].Parent
			share = 1 / float32(2+level*2)
		}
	}
	best, top := int32(0), float32(0)
	for i := range p.Elems {
		e := &p.Elems[i]
		if score[i] == 0 {
			continue
		}
		if e.Flags&(FBody|FContent) != 0 {
			score[i] += 15
		}
		if e.Flags&(FComment|FFoot|FSide|FRelated|FNav|FShare) != 0 && e.Flags&FBody == 0 {
			score[i] -= 25
		}
		if v := score[i] * (1 - ratio(e.LinkChars, e.Chars)); v > top {
			best, top = int32(i), v
		}
	}
	return best
}

// foldAll folds the beginnings of all blocks into one string.
func (s *surroundings) foldAll() {
	buf := make([]byte, 0, 16<<10)
	ends := make([]int, len(s.p.Blocks))
	for i := range s.p.Blocks {
		buf = appendFold(buf, s.p.Blocks[i].Text, 400)
		ends[i] = len(buf)
	}
	all := string(buf)
	start := 0
	for i, end := range ends {
		s.fold[i] = all[start:end]
		start = end
	}
}

// pair names the shapes of an element and its parent.
func (s *surroundings) pair(e int32) uint64 {
	up := s.p.Elems[e].Parent
	if up < 0 {
		return 0
	}
	return uint64(s.p.Elems[e].Sig)<<32 | uint64(s.p.Elems[up].Sig)
}

// landmark numbers the elements whose distance is a feature.
func landmark(a atom.Atom) int {
	switch a {
	case atom.Article:
		return 0
	case atom.Main:
		return 1
	case atom.Section:
		return 2
	case atom.Ul, atom.Ol:
		return 3
	case atom.Table:
		return 4
	case atom.Figure:
		return 5
	}
	return -1
}

func logf(n int32) float32 {
	if uint32(n) < uint32(len(logs)) {
		return logs[n]
	}
	return float32(math.Log1p(float64(n)))
}

// logs are the values of logf for most blocks.
var logs = func() (v [1024]float32) {
	for n := range v {
		v[n] = float32(math.Log1p(float64(n)))
	}
	return v
}()

func ratio(a, b int32) float32 {
	if b == 0 {
		return 0
	}
	return float32(a) / float32(b)
}

func flag(b bool) float32 {
	if b {
		return 1
	}
	return 0
}
