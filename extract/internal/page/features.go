package page

import (
	"math"
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/atom"
)

// The features of a block, as columns of a row. Names are in FeatureNames.
const (
	xChars = iota
	xWords
	xLinkDensity
	xLinks
	xDigits
	xUpper
	xCaps
	xCommas
	xStops
	xEndsStop
	xEndsLead
	xBold
	xWordLen
	xGood
	xBreak
	xControl
	xTag
	xStart
	xBars
	xAddress
	xYear
	xRepeat
	xTitle
	xLede
	xInBody
	xDepth
	xArticle // distance to the ancestor
	xMain
	xSection
	xList
	xTable
	xFigure
	xOwnChars // the element around the block
	xOwnLinks
	xOwnBlocks
	xUpChars // its parent
	xUpLinks
	xUpBlocks
	xUpGood
	xUp2Links
	xUp2Blocks
	xUp2Good
	xUp3Links
	xUp3Good
	xHalf // levels up to the element with half of the page's good text
	xMost // … with nine tenths
	xHalfChars
	xSigCount
	xSigGood
	xSigLinks
	xSigChars
	xPairCount
	xPrevChars
	xPrevLinks
	xPrevTag
	xPrevGood
	xPrev2Chars
	xPrev2Links
	xPrev2Tag
	xNextChars
	xNextLinks
	xNextTag
	xNextGood
	xNext2Chars
	xNext2Links
	xNext2Tag
	xSamePrev // the previous block has the same parent
	xSameNext
	xToGood // blocks since the last good block
	xFromGood
	xGoodBefore // share of good text before
	xGoodAfterUp
	xGoodBeforeUp
	xIndex
	xFromH1
	xFromHead
	xHeadLevel
	xHeadPhrase
	xPageGood
	xPageBlocks
	xPageLinks
	xLastInUp
	xImages
	xItalic
	xLinkStart
	xLinkEnd
	xDots
	xInTop  // levels up to the element that Readability would take
	xToTop  // levels up to the nearest ancestor that holds it
	xToHead // levels up to the nearest ancestor that holds the headline
	xToHeadGood
	xImgBefore // an image stands directly before
	xImgAfter
	xBegin // how often the block's beginning is on the page
	xUpP   // share of paragraphs among the text of the parent
	xUpMean
	xUp2Mean
	xSecLinks // of the section under a heading, or the one that the block is in
	xSecGood
	xTopic   // share of the block's words that stand in the title or the description
	xTopics  // how many of these words there are in the block
	xUpTopic // share of these words that stand in the parent
	xUp2Topic
	xToLede // levels up to the nearest ancestor that holds the description's words
	xAfterLede
	xTopicAll // the share of the page in the top element
	xPhrase   // first of NumPhrases columns
	xFlag     = xPhrase + NumPhrases

	// NumLocal is the number of columns that the first pass looks at.
	NumLocal = xFlag + NumFlags
)

// The columns that the second pass looks at as well.
const (
	zProb = NumLocal + iota
	zPrev
	zPrev2
	zPrev3
	zNext
	zNext2
	zNext3
	zOwn // mean over the element around the block, itself left out
	zUp
	zUp2
	zSig
	zBefore // share of the article before
	zToYes  // blocks since the last likely one
	zFromYes
	zUpShare // share of the article in the parent
	zUp2Share
	zHalf // levels up to the element with half of the article
	zMost
	zMass  // characters of the article
	zHead  // the heading above
	zUnder // mean of the blocks under a heading
	zAround
	zFirst // blocks since the first likely one
	zLast  // blocks until the last likely one
	zRange // blocks to the stretch with the most likely text, 0 in it
	zRangeEnd

	// NumAll is the number of columns of the second pass.
	NumAll
)

// Rows is a table of features, one row of NumAll columns per block.
type Rows [][NumAll]float32

// Row returns the features of block i.
func (r Rows) Row(i int) *[NumAll]float32 { return &r[i] }

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
	prob, mass            float32
}

// Local computes the columns of the first pass.
func (p *Page) Local() Rows {
	rows := make(Rows, len(p.Blocks))
	if len(p.Blocks) == 0 {
		return rows
	}
	s := p.survey(p.hints())
	for i := range p.Blocks {
		row := rows.Row(i)
		s.text(i, row)
		s.tree(i, row)
		s.neighbours(i, row)
	}
	s.order(rows)
	s.sections(rows)
	return rows
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
		s.texts[b.Text]++
		if len(s.fold[i]) >= 24 {
			s.begin[s.fold[i][:24]]++
		}
		if e.Tag == atom.P {
			s.inP[b.Elem] += b.Chars
		}
		s.phr[i] = phrasesOf(b)
		if s.h1 < 0 && e.Tag == atom.H1 {
			s.h1 = i
		}
	}
	for _, t := range h.Titles {
		if t = Fold(t, 300); len(t) > 5 {
			s.title = append(s.title, t)
		}
	}
	s.lede = Fold(h.Lede, 1000)
	if len(h.Body) >= 300 {
		s.body = Fold(h.Body, 1<<20)
	}
	for i := len(p.Elems) - 1; i > 0; i-- {
		s.inP[p.Elems[i].Parent] += s.inP[i]
	}
	s.headline()
	s.topics(h)
	s.top = s.readability()
	s.above, s.aloft, s.beLed = make([]bool, len(p.Elems)), make([]bool, len(p.Elems)), make([]bool, len(p.Elems))
	if s.lead >= 0 {
		for e := p.Blocks[s.lead].Elem; e >= 0; e = p.Elems[e].Parent {
			s.beLed[e] = true
		}
	}
	for e := s.top; e >= 0; e = p.Elems[e].Parent {
		s.above[e] = true
	}
	if s.head >= 0 {
		for e := p.Blocks[s.head].Elem; e >= 0; e = p.Elems[e].Parent {
			s.aloft[e] = true
		}
	}
	return s
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
	eachWord(text, 1<<12, func(w []byte) {
		if _, ok := s.topic[string(w)]; !ok && n < 63 {
			s.topic[string(w)] = 1 << n
			n++
		}
	})
	s.seen = make([]uint64, len(s.p.Elems))
	s.hits = make([]int32, len(s.p.Blocks))
	for i := range s.p.Blocks {
		b := &s.p.Blocks[i]
		eachWord(b.Text, 400, func(w []byte) {
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

// eachWord calls f with the words of at least four bytes in the first n bytes
// of s, in lower case as far as ASCII goes; the slice is reused. Scripts
// without spaces give pairs of characters.
func eachWord(s string, n int, f func([]byte)) {
	if len(s) > n {
		s = s[:n]
	}
	var buf [48]byte
	k := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c |= 0x20
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80 && c != 0xe2:
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

func logf(n int32) float32 { return float32(math.Log1p(float64(n))) }

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

// text fills the columns that depend on the block alone.
func (s *surroundings) text(i int, x *[NumAll]float32) {
	b := &s.p.Blocks[i]
	x[xChars] = logf(b.Chars)
	x[xWords] = logf(b.Words)
	x[xLinkDensity] = ratio(b.LinkChars, b.Chars)
	x[xLinks] = float32(min(b.Links, 30))
	x[xDigits] = ratio(b.Digits, b.Chars)
	x[xUpper] = ratio(b.Upper, b.Chars)
	x[xCaps] = ratio(b.Caps, b.Words)
	x[xCommas] = ratio(b.Commas, b.Words)
	x[xStops] = float32(min(b.Stops, 30))
	x[xEndsStop] = flag(b.EndsWithStop)
	x[xEndsLead] = flag(b.EndsAsLead)
	x[xBold] = ratio(b.Bold, b.Chars)
	x[xWordLen] = ratio(b.Chars, b.Words)
	x[xGood] = flag(b.Good)
	x[xBreak] = flag(b.Break)
	x[xControl] = flag(b.Control)
	x[xTag] = tagClass(s.p.Elems[b.Elem].Tag)
	r, _ := utf8.DecodeRuneInString(b.Text)
	switch {
	case unicode.IsUpper(r):
		x[xStart] = 1
	case unicode.IsLower(r):
		x[xStart] = 2
	case unicode.IsDigit(r):
		x[xStart] = 3
	case unicode.IsLetter(r):
		x[xStart] = 4
	case r == '"' || r == '“' || r == '„' || r == '«' || r == '‘' || r == '\'':
		x[xStart] = 5
	}
	s.marks(b, x)
	x[xRepeat] = float32(min(s.texts[b.Text], 8))
	folded := s.fold[i]
	x[xItalic] = ratio(b.Italic, b.Chars)
	x[xLinkStart], x[xLinkEnd], x[xDots] = flag(b.LinkStart), flag(b.LinkEnd), flag(b.Dots)
	if len(folded) >= 24 {
		x[xBegin] = float32(min(s.begin[folded[:24]], 8))
	}
	if b.Chars < 400 {
		for _, t := range s.title {
			switch {
			case t == folded:
				x[xTitle] = 3
			case len(folded) > 12 && strings.HasPrefix(t, folded), len(t) > 12 && strings.HasPrefix(folded, t):
				x[xTitle] = max(x[xTitle], 2)
			case len(folded) > 12 && strings.Contains(t, folded):
				x[xTitle] = max(x[xTitle], 1)
			}
		}
	}
	if len(s.lede) > 20 {
		switch n := commonPrefix(folded, s.lede); {
		case n == len(folded) && n == len(s.lede):
			x[xLede] = 3
		case n >= 40 || n >= 20 && n == len(folded):
			x[xLede] = 2
		}
	}
	x[xInBody] = -1
	if s.body != "" {
		f := folded[:min(len(folded), 80)]
		x[xInBody] = flag(len(f) > 8 && strings.Contains(s.body, f))
	}
	for k := range NumPhrases {
		x[xPhrase+k] = float32(s.phr[i][k])
	}
}

// marks looks for signs that are no words: bars between links, addresses,
// years and times of day.
func (s *surroundings) marks(b *Block, x *[NumAll]float32) {
	bars, colon := 0, false
	digits := 0
	for i := 0; i < len(b.Text) && i < 400; i++ {
		c := b.Text[i]
		switch {
		case c == '|' || c == '>':
			bars++
		case c == 0xc2 && i+1 < len(b.Text) && (b.Text[i+1] == 0xb7 || b.Text[i+1] == 0xbb):
			bars++
		case c == 0xe2 && i+2 < len(b.Text) && b.Text[i+1] == 0x80 && (b.Text[i+2] == 0xa2 || b.Text[i+2] == 0xba):
			bars++
		case c == '@':
			x[xAddress] = 1
		case c == ':' && digits > 0 && i+1 < len(b.Text) && b.Text[i+1] >= '0' && b.Text[i+1] <= '9':
			colon = true
		}
		if c >= '0' && c <= '9' {
			digits++
			continue
		}
		if digits == 4 && (b.Text[i-4] == '2' && b.Text[i-3] == '0' || b.Text[i-4] == '1' && b.Text[i-3] == '9') {
			x[xYear] = 1
		}
		digits = 0
	}
	if digits == 4 {
		x[xYear] = 1
	}
	if colon {
		x[xYear] += 2
	}
	x[xBars] = float32(bars)
	if x[xAddress] == 0 && (strings.Contains(b.Text[:min(len(b.Text), 400)], "http") || strings.Contains(b.Text[:min(len(b.Text), 400)], "www.")) {
		x[xAddress] = 2
	}
}

func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// tree fills the columns that depend on the elements around the block.
func (s *surroundings) tree(i int, x *[NumAll]float32) {
	p := s.p
	b := &p.Blocks[i]
	d := &s.dist[b.Elem]
	for k := range NumFlags {
		x[xFlag+k] = float32(d[k])
		if b.Flags&(1<<k) != 0 {
			x[xFlag+k] = 0
		}
	}
	for k := range 6 {
		x[xArticle+k] = float32(d[NumFlags+k])
	}
	total := max(p.Elems[0].Good, 1)
	own := &p.Elems[b.Elem]
	x[xDepth] = float32(own.Depth)
	x[xOwnChars] = logf(own.Chars)
	x[xOwnLinks] = ratio(own.LinkChars, own.Chars)
	x[xOwnBlocks] = logf(own.Last - own.First)
	up := &p.Elems[max(own.Parent, 0)]
	x[xUpChars] = logf(up.Chars)
	x[xUpLinks] = ratio(up.LinkChars, up.Chars)
	x[xUpBlocks] = logf(up.Last - up.First)
	x[xUpGood] = ratio(up.Good, total)
	up2 := &p.Elems[max(up.Parent, 0)]
	x[xUp2Links] = ratio(up2.LinkChars, up2.Chars)
	x[xUp2Blocks] = logf(up2.Last - up2.First)
	x[xUp2Good] = ratio(up2.Good, total)
	up3 := &p.Elems[max(up2.Parent, 0)]
	x[xUp3Links] = ratio(up3.LinkChars, up3.Chars)
	x[xUp3Good] = ratio(up3.Good, total)
	x[xHalf] = float32(s.half[b.Elem])
	x[xMost] = float32(s.most[b.Elem])
	half := b.Elem
	for half > 0 && s.half[half] > 0 {
		half = p.Elems[half].Parent
	}
	x[xHalfChars] = ratio(p.Elems[half].Good, max(p.Elems[half].Chars, 1))
	sh := s.sigs[own.Sig]
	x[xSigCount] = logf(sh.n)
	x[xSigGood] = ratio(sh.good, total)
	x[xSigLinks] = ratio(sh.links, sh.chars)
	x[xSigChars] = logf(sh.chars / sh.n)
	x[xPairCount] = logf(s.pairs[s.pair(b.Elem)])
	x[xLastInUp] = float32(min(up.Last-1-int32(i), 20))
	x[xUpP] = ratio(s.inP[max(own.Parent, 0)], up.Chars)
	x[xUpMean] = ratio(up.Chars, up.Last-up.First)
	x[xUp2Mean] = ratio(up2.Chars, up2.Last-up2.First)
	s.places(i, x)
	images := 0
	for k := b.First; k < b.Last; k++ {
		if p.Leaves[k].Image {
			images++
		}
	}
	x[xImages] = float32(min(images, 5))
}

// places fills the columns about the way to the likely text, the headline and
// images.
func (s *surroundings) places(i int, x *[NumAll]float32) {
	p := s.p
	b := &p.Blocks[i]
	level := float32(0)
	x[xToLede] = far
	if s.lead < 0 {
		x[xToLede] = -1
	} else {
		x[xAfterLede] = float32(max(-40, min(i-s.lead, 100)))
	}
	if n := float32(len(s.topic)); n > 0 {
		own := &p.Elems[b.Elem]
		up := max(own.Parent, 0)
		up2 := max(p.Elems[up].Parent, 0)
		x[xTopic] = ratio(s.hits[i], min(b.Words, 60))
		x[xTopics] = float32(min(s.hits[i], 30))
		x[xUpTopic] = float32(bits.OnesCount64(s.seen[up])) / n
		x[xUp2Topic] = float32(bits.OnesCount64(s.seen[up2])) / n
		x[xTopicAll] = float32(bits.OnesCount64(s.seen[s.top])) / n
	}
	x[xInTop], x[xToTop], x[xToHead] = far, far, far
	for e := b.Elem; e >= 0; e = p.Elems[e].Parent {
		if e == s.top {
			x[xInTop] = level
		}
		if s.above[e] && x[xToTop] == far {
			x[xToTop] = level
		}
		if s.beLed[e] && x[xToLede] == far {
			x[xToLede] = level
		}
		if s.aloft[e] && x[xToHead] == far {
			x[xToHead] = level
			x[xToHeadGood] = ratio(p.Elems[e].Good, max(p.Elems[0].Good, 1))
		}
		level = min(level+1, far-1)
	}
	for k := b.First - 1; k >= 0 && k > b.First-4; k-- {
		if p.Leaves[k].Block >= 0 {
			break
		}
		if p.Leaves[k].Image {
			x[xImgBefore] = 1
		}
	}
	for k := b.Last; k < int32(len(p.Leaves)) && k < b.Last+3; k++ {
		if p.Leaves[k].Block >= 0 {
			break
		}
		if p.Leaves[k].Image {
			x[xImgAfter] = 1
		}
	}
}

// sections fills the columns about the blocks from one heading to the next.
func (s *surroundings) sections(rows Rows) {
	p := s.p
	start := 0
	for i := 0; i <= len(p.Blocks); i++ {
		if i < len(p.Blocks) && (heading(p.Elems[p.Blocks[i].Elem].Tag) == 0 || i == start) {
			continue
		}
		var chars, links, good int32
		for k := start; k < i; k++ {
			b := &p.Blocks[k]
			if k > start || heading(p.Elems[b.Elem].Tag) == 0 {
				chars += b.Chars
				links += b.LinkChars
				if b.Good {
					good += b.Chars
				}
			}
		}
		for k := start; k < i; k++ {
			x := rows.Row(k)
			x[xSecLinks], x[xSecGood] = ratio(links, chars), ratio(good, chars)
		}
		start = i
	}
}

// neighbours fills the columns about the blocks before and after.
func (s *surroundings) neighbours(i int, x *[NumAll]float32) {
	for _, n := range [...]struct{ at, to int }{{i - 1, xPrevChars}, {i + 1, xNextChars}} {
		if n.at < 0 || n.at >= len(s.p.Blocks) {
			x[n.to], x[n.to+1], x[n.to+2] = -1, -1, -1
			continue
		}
		b := &s.p.Blocks[n.at]
		x[n.to], x[n.to+1], x[n.to+2], x[n.to+3] = logf(b.Chars), ratio(b.LinkChars, b.Chars), tagClass(s.p.Elems[b.Elem].Tag), flag(b.Good)
	}
	for _, n := range [...]struct{ at, to int }{{i - 2, xPrev2Chars}, {i + 2, xNext2Chars}} {
		if n.at < 0 || n.at >= len(s.p.Blocks) {
			x[n.to], x[n.to+1], x[n.to+2] = -1, -1, -1
			continue
		}
		b := &s.p.Blocks[n.at]
		x[n.to], x[n.to+1], x[n.to+2] = logf(b.Chars), ratio(b.LinkChars, b.Chars), tagClass(s.p.Elems[b.Elem].Tag)
	}
	up := s.p.Elems[s.p.Blocks[i].Elem].Parent
	if i > 0 {
		x[xSamePrev] = flag(s.p.Elems[s.p.Blocks[i-1].Elem].Parent == up)
	}
	if i+1 < len(s.p.Blocks) {
		x[xSameNext] = flag(s.p.Elems[s.p.Blocks[i+1].Elem].Parent == up)
	}
}

// order fills the columns that depend on what has come before and what is to
// come on the page.
func (s *surroundings) order(rows Rows) {
	p := s.p
	n := len(p.Blocks)
	total := max(p.Elems[0].Good, 1)
	good := make([]int32, n+1) // good text before each block
	lastGood, lastHead := -1000, -1000
	for i := range p.Blocks {
		x, b := rows.Row(i), &p.Blocks[i]
		good[i+1] = good[i]
		x[xToGood] = float32(min(i-lastGood, 60))
		x[xGoodBefore] = ratio(good[i], total)
		x[xIndex] = float32(i) / float32(n)
		x[xFromH1] = -100
		if s.h1 >= 0 {
			x[xFromH1] = float32(max(-60, min(i-s.h1, 200)))
		}
		x[xFromHead] = float32(min(i-lastHead, 60))
		if lastHead >= 0 {
			x[xHeadLevel] = float32(heading(p.Elems[p.Blocks[lastHead].Elem].Tag))
			x[xHeadPhrase] = s.phr[lastHead].headline()
		}
		if heading(p.Elems[b.Elem].Tag) > 0 {
			lastHead = i
		}
		if b.Good {
			good[i+1] += b.Chars
			lastGood = i
		}
		x[xPageGood] = logf(p.Elems[0].Good)
		x[xPageBlocks] = logf(int32(n))
		x[xPageLinks] = ratio(p.Elems[0].LinkChars, p.Elems[0].Chars)
	}
	nextGood := n + 1000
	for i := n - 1; i >= 0; i-- {
		x, b := rows.Row(i), &p.Blocks[i]
		x[xFromGood] = float32(min(nextGood-i, 60))
		if b.Good {
			nextGood = i
		}
		up := &p.Elems[max(p.Elems[b.Elem].Parent, 0)]
		x[xGoodAfterUp] = ratio(good[up.Last]-good[i+1], total)
		x[xGoodBeforeUp] = ratio(good[i]-good[up.First], total)
	}
}

// Context computes the columns of the second pass from what the first found.
func (p *Page) Context(rows Rows, prob []float32) {
	n := len(p.Blocks)
	if n == 0 {
		return
	}
	mass := make([]float32, n+1) // likely characters before each block
	sum := make([]float32, n+1)  // probabilities before each block
	for i := range p.Blocks {
		mass[i+1] = mass[i] + prob[i]*float32(p.Blocks[i].Chars)
		sum[i+1] = sum[i] + prob[i]
	}
	total := max(mass[n], 1)
	sigs := make(map[uint32]*shape, 64)
	for i := range p.Blocks {
		sig := p.Elems[p.Blocks[i].Elem].Sig
		sh := sigs[sig]
		if sh == nil {
			sh = &shape{}
			sigs[sig] = sh
		}
		sh.prob += prob[i]
		sh.n++
	}
	half, most := make([]uint8, len(p.Elems)), make([]uint8, len(p.Elems))
	for i := 1; i < len(p.Elems); i++ {
		e := &p.Elems[i]
		half[i], most[i] = half[e.Parent]+1, most[e.Parent]+1
		m := mass[e.Last] - mass[e.First]
		if m*2 >= total {
			half[i] = 0
		}
		if m*10 >= total*9 {
			most[i] = 0
		}
	}
	at := func(i int) float32 {
		if i < 0 || i >= n {
			return -1
		}
		return prob[i]
	}
	firstYes, lastYes := n, -1
	for i, q := range prob {
		if q > .5 {
			firstYes = min(firstYes, i)
			lastYes = i
		}
	}
	from, to := p.stretch(prob)
	yes, head := -1000, -1
	for i := range p.Blocks {
		x, b := rows.Row(i), &p.Blocks[i]
		x[zProb] = prob[i]
		x[zPrev], x[zPrev2], x[zPrev3] = at(i-1), at(i-2), at(i-3)
		x[zNext], x[zNext2], x[zNext3] = at(i+1), at(i+2), at(i+3)
		own := &p.Elems[b.Elem]
		up := &p.Elems[max(own.Parent, 0)]
		up2 := &p.Elems[max(up.Parent, 0)]
		x[zOwn], x[zUp], x[zUp2] = others(sum, own, i), others(sum, up, i), others(sum, up2, i)
		sh := sigs[own.Sig]
		x[zSig] = -1
		if sh.n > 1 {
			x[zSig] = (sh.prob - prob[i]) / float32(sh.n-1)
		}
		x[zBefore] = mass[i] / total
		x[zToYes] = float32(min(i-yes, 60))
		if prob[i] > .5 {
			yes = i
		}
		x[zUpShare] = (mass[up.Last] - mass[up.First]) / total
		x[zUp2Share] = (mass[up2.Last] - mass[up2.First]) / total
		x[zHalf], x[zMost] = float32(half[b.Elem]), float32(most[b.Elem])
		x[zMass] = logf(int32(total))
		x[zHead] = at(head)
		lo, hi := max(0, i-8), min(n, i+9)
		x[zAround] = (sum[hi] - sum[lo] - prob[i]) / float32(hi-lo)
		x[zFirst] = float32(max(-60, min(i-firstYes, 200)))
		x[zLast] = float32(max(-60, min(lastYes-i, 200)))
		switch {
		case i < from:
			x[zRange] = float32(max(i-from, -60))
		case i >= to:
			x[zRange] = float32(min(i-to+1, 60))
		}
		x[zRangeEnd] = float32(max(-60, min(to-i, 60)))
		if heading(own.Tag) > 0 {
			head = i
		}
	}
	yes = n + 1000
	next := n // the next heading
	for i := n - 1; i >= 0; i-- {
		x := rows.Row(i)
		x[zFromYes] = float32(min(yes-i, 60))
		if prob[i] > .5 {
			yes = i
		}
		end := min(next, i+6, n)
		x[zUnder] = -1
		if end > i+1 {
			x[zUnder] = (sum[end] - sum[i+1]) / float32(end-i-1)
		}
		if heading(p.Elems[p.Blocks[i].Elem].Tag) > 0 {
			next = i
		}
	}
}

// stretch returns the run of blocks [from, to) with the most likely text: long
// blocks count more, unlikely ones count against it.
func (p *Page) stretch(prob []float32) (from, to int) {
	var best, sum float32
	start := 0
	for i := range prob {
		sum += (prob[i] - .4) * float32(min(p.Blocks[i].Chars, 600)+20)
		if sum <= 0 {
			sum, start = 0, i+1
			continue
		}
		if sum > best {
			best, from, to = sum, start, i+1
		}
	}
	return from, to
}

// others is the mean probability of the blocks of an element except block i;
// -1 when there are none.
func others(sum []float32, e *Elem, i int) float32 {
	n := e.Last - e.First - 1
	if n <= 0 || i < int(e.First) || i >= int(e.Last) {
		return -1
	}
	return (sum[e.Last] - sum[e.First] - (sum[i+1] - sum[i])) / float32(n)
}

// Fold returns the letters and digits of s in lower case, at most n bytes and a
// letter.
func Fold(s string, n int) string {
	return string(appendFold(make([]byte, 0, min(len(s), n)+4), s, n))
}

func appendFold(b []byte, s string, n int) []byte {
	n += len(b)
	for _, r := range s {
		if len(b) >= n {
			break
		}
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b = append(b, byte(r))
		case r >= 'A' && r <= 'Z':
			b = append(b, byte(r)|0x20)
		case r < 0x80:
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b = utf8.AppendRune(b, unicode.ToLower(r))
		}
	}
	return b
}
