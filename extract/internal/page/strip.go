package page

import (
	"bytes"
)

// Limits of what is parsed. Pages of news are far below all of them; what lies
// beyond is cut off.
const (
	MaxBytes = 8 << 20 // of HTML after stripping
	MaxTags  = 200_000 // start and end tags
	maxCost  = 1 << 20 // formatting elements opened again
)

// dropped names the elements whose content is no text of the page.
var dropped = [...]string{"script", "style", "svg"}

// Stripped is a page without scripts, styles, drawings and comments.
type Stripped struct {
	HTML []byte
	LD   [][]byte // the contents of application/ld+json scripts
}

// Strip removes what only costs time when it is parsed: scripts, styles,
// inline SVG and comments. It works on the bytes and keeps ld+json scripts
// aside. At most MaxTags tags and MaxBytes bytes are kept. Formatting elements
// that are left open by the hundred are dropped as well, because a parser has
// to open them again in each block that follows.
func Strip(b []byte) Stripped {
	s := stripper{in: b, out: make([]byte, 0, len(b)/2+64)}
	s.run()
	return Stripped{HTML: s.out, LD: s.ld}
}

type stripper struct {
	in    []byte
	out   []byte
	ld    [][]byte
	tags  int
	open  [16]int // formatting elements open at the moment, by name
	opens int     // sum of open
	cost  int     // elements that the parser may have to open again
	lost  bool    // a quote was never closed: quotes mean nothing any more
}

func (s *stripper) run() {
	i, keep := 0, 0 // in[keep:i] is still to be copied
	for s.tags < MaxTags && s.cost < maxCost && len(s.out)+i-keep < MaxBytes {
		j := bytes.IndexByte(s.in[i:], '<')
		if j < 0 || i+j+1 >= len(s.in) {
			i = len(s.in)
			break
		}
		i += j
		c := s.in[i+1]
		switch {
		case c == '!' && bytes.HasPrefix(s.in[i:], []byte("<!--")):
			s.out = append(s.out, s.in[keep:i]...)
			i = afterComment(s.in, i)
			keep = i
		case isLetter(c) || c == '/':
			s.tags++
			end := s.tagEnd(i)
			if next := s.skipElement(i, end); next > i {
				s.out = append(s.out, s.in[keep:i]...)
				s.out = append(s.out, ' ')
				i = next
				keep = i
				continue
			}
			if !s.balance(i, end) {
				s.out = append(s.out, s.in[keep:i]...)
				keep = end
			}
			i = end
		default:
			i++
		}
	}
	i = min(i, len(s.in))
	if n := keep + MaxBytes - len(s.out); i > n {
		i = max(n, keep)
	}
	s.out = append(s.out, s.in[keep:i]...)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// afterComment returns the index behind the comment that starts at i.
func afterComment(b []byte, i int) int {
	rest := b[i+4:]
	if len(rest) > 0 && rest[0] == '>' { // <!--> is an empty comment
		return i + 5
	}
	end := len(b)
	if j := bytes.Index(b[i+2:], []byte("-->")); j >= 0 {
		end = i + 2 + j + 3
	}
	if k := bytes.Index(b[i+4:max(end, i+4)], []byte("--!>")); k >= 0 {
		return i + 4 + k + 4
	}
	return end
}

// tagEnd returns the index behind the tag that starts at i. A > in a quoted
// attribute value does not end it, unless a quote has been lost on this page.
func (s *stripper) tagEnd(i int) int {
	b := s.in
	j := bytes.IndexByte(b[i:], '>')
	if j < 0 {
		return len(b)
	}
	end := i + j + 1
	if s.lost || bytes.Count(b[i:end], quote)%2 == 0 && bytes.IndexByte(b[i:end], '\'') < 0 {
		return end
	}
	var q byte
	eq := false
	for k := i; k < len(b); k++ {
		c := b[k]
		switch {
		case q != 0:
			if c == q {
				q = 0
			}
		case c == '>':
			return k + 1
		case c == '=':
			eq = true
		case (c == '"' || c == '\'') && eq:
			q, eq = c, false
		case c != ' ' && c != '\n' && c != '\t' && c != '\r':
			eq = false
		}
		if k-i > 1<<18 {
			break
		}
	}
	s.lost = true
	return end
}

var quote = []byte{'"'}

// skipElement returns the index behind the element whose start tag is
// in[i:end] if the element is dropped, and 0 if it is kept.
func (s *stripper) skipElement(i, end int) int {
	c := s.in[i+1] | 0x20
	if c != 's' {
		return 0
	}
	for _, name := range dropped {
		if !hasName(s.in[i+1:end], name) {
			continue
		}
		if s.in[end-1] == '>' && s.in[end-2] == '/' && name == "svg" {
			return end
		}
		stop, next := s.elementEnd(end, name)
		if name == "script" && isLD(s.in[i:end]) && len(s.ld) < 64 {
			s.ld = append(s.ld, s.in[end:stop])
		}
		return next
	}
	return 0
}

// hasName reports whether tag, which starts behind the <, has the name.
func hasName(tag []byte, name string) bool {
	if len(tag) <= len(name) {
		return false
	}
	for i := range len(name) {
		if tag[i]|0x20 != name[i] {
			return false
		}
	}
	return !isLetter(tag[len(name)]) && tag[len(name)] != '-'
}

// elementEnd finds the end tag of a raw text element from i on, and returns
// where it starts and where the text behind it starts. An SVG may hold others.
func (s *stripper) elementEnd(i int, name string) (stop, next int) {
	b := s.in
	depth := 1
	for {
		j := bytes.IndexByte(b[i:], '<')
		if j < 0 || i+j+2 >= len(b) {
			return len(b), len(b)
		}
		i += j
		switch {
		case b[i+1] == '/' && hasName(b[i+2:], name):
			depth--
			if depth == 0 {
				return i, s.tagEnd(i)
			}
		case name == "svg" && hasName(b[i+1:], name):
			end := s.tagEnd(i)
			if b[end-1] == '>' && b[end-2] != '/' {
				depth++
			}
			i = end - 1
		}
		i++
	}
}

func isLD(tag []byte) bool {
	return bytes.Contains(tag, []byte("ld+json")) || bytes.Contains(tag, []byte("LD+JSON"))
}

// formatting names the elements that HTML opens again in each block until they
// are closed (13.2.4.3 of the HTML standard), a excepted, which closes itself.
var formatting = map[string]int{
	"b": 0, "big": 1, "code": 2, "em": 3, "font": 4, "i": 5, "nobr": 6,
	"s": 7, "small": 8, "strike": 9, "strong": 10, "tt": 11, "u": 12,
}

// balance counts open formatting elements and reports whether the tag is kept.
func (s *stripper) balance(i, end int) bool {
	s.cost += s.opens
	name := s.in[i+1 : end]
	closing := len(name) > 0 && name[0] == '/'
	if closing {
		name = name[1:]
	}
	n := 0
	var low [7]byte
	for n < len(name) && n < 7 && isLetter(name[n]) {
		low[n] = name[n] | 0x20
		n++
	}
	if n == 0 || n > 6 {
		return true
	}
	f, ok := formatting[string(low[:n])]
	switch {
	case !ok:
	case closing:
		if s.open[f] > 0 {
			s.open[f]--
			s.opens--
		}
	case s.opens >= 64:
		return false
	default:
		s.open[f]++
		s.opens++
	}
	return true
}
