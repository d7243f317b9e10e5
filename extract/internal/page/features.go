package page

import (
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Local computes the columns of the first pass.
func (p *Page) Local() Rows {
	if len(p.Blocks) == 0 {
		return Rows{}
	}
	s := p.survey(p.hints())
	rows := newRows(p.Blocks)
	for i := range p.Blocks {
		if p.Blocks[i].Furniture {
			continue
		}
		row := rows.Row(i)
		s.text(i, row)
		s.tree(i, row)
		s.neighbours(i, row)
	}
	s.order(rows)
	s.sections(rows)
	return rows
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
	x[xItalic] = ratio(b.Italic, b.Chars)
	x[xLinkStart], x[xLinkEnd], x[xDots] = flag(b.LinkStart), flag(b.LinkEnd), flag(b.Dots)
	s.known(i, x)
	for k := range NumPhrases {
		x[xPhrase+k] = float32(s.phr[i][k])
	}
}

// known fills the columns that compare the block with what else the page says
// about its article.
func (s *surroundings) known(i int, x *[NumAll]float32) {
	b := &s.p.Blocks[i]
	folded := s.fold[i]
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
}

// marks looks for signs that are no words: bars between links, addresses,
// years and times of day.
func (s *surroundings) marks(b *Block, x *[NumAll]float32) {
	bars, colon := 0, false
	digits := 0
	text := b.Text[:min(len(b.Text), 400)]
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= '0' && c <= '9' {
			digits++
			continue
		}
		if !marking[c] && digits == 0 { // nearly all of a text
			continue
		}
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
		if digits == 4 && (text[i-4] == '2' && text[i-3] == '0' || text[i-4] == '1' && text[i-3] == '9') {
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
	if x[xAddress] == 0 && (strings.Contains(text, "http") || strings.Contains(text, "www.")) {
		x[xAddress] = 2
	}
}

// marking are the bytes that marks looks at, digits aside.
var marking = [256]bool{'|': true, '>': true, '@': true, ':': true, 0xc2: true, 0xe2: true}

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

// Fold returns the letters and digits of s in lower case, at most n bytes and a
// letter.
func Fold(s string, n int) string {
	return string(appendFold(make([]byte, 0, min(len(s), n)+4), s, n))
}

func appendFold(b []byte, s string, n int) []byte {
	n += len(b)
	for i := 0; i < len(s) && len(b) < n; {
		if c := s[i]; c < utf8.RuneSelf {
			if l := folded[c]; l != 0 {
				b = append(b, l)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b = utf8.AppendRune(b, unicode.ToLower(r))
		}
		i += size
	}
	return b
}

// folded are the ASCII letters and digits in lower case.
var folded = func() (t [utf8.RuneSelf]byte) {
	for c := range byte(len(t)) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			t[c] = c
		case c >= 'A' && c <= 'Z':
			t[c] = c | 0x20
		}
	}
	return t
}()
