package fetch

import "bytes"

// xmlKind sorts the tokens of an [xmlScanner].
type xmlKind int

const (
	xmlEOF xmlKind = iota
	xmlStart
	xmlEnd
	xmlText  // character data with references
	xmlCDATA // character data as it is
)

// xmlAttr is an attribute as written: its value may hold references.
type xmlAttr struct{ name, value []byte }

// maxAttrs is the number of attributes of one element above which a body is
// taken to be hostile. Real feeds stay below 60, the declarations of namespaces
// on their root.
const maxAttrs = 500

// xmlScanner splits UTF-8 text into tags and character data. It forgives what
// publishers do (unquoted values, stray "<" and "&", declarations in the wrong
// place) and never fails: what is no markup is text. Its time is linear in the
// length of the text. Slices that it hands out are parts of the text; attrs is
// used again by the next call.
type xmlScanner struct {
	src []byte
	pos int

	name  []byte // of the tag
	attrs []xmlAttr
	empty bool   // the start tag closes itself
	text  []byte // of xmlText and xmlCDATA

	cut      bool              // the text ended inside a tag or section
	crowded  bool              // an element had more than maxAttrs attributes
	entities map[string]string // declared by the document itself
	inside   []byte            // name of the text that is being read

	// Where each end was last found, len(src) when there is none. It is not
	// looked for again before that, so that many starts cost one search.
	found [numEnds]int
}

// Ends that may be missing.
const (
	endComment = iota
	endCDATA
	endPI
	endDouble
	endSingle
	endItem
	endEntry
	numEnds
)

var ends = [numEnds][]byte{[]byte("-->"), []byte("]]>"), []byte("?>"), []byte(`"`), []byte(`'`), []byte("</item>"), []byte("</entry>")}

// find returns where the given end starts at or after a position, or -1.
func (s *xmlScanner) find(end, from int) int {
	if s.found[end] < from {
		s.found[end] = len(s.src)
		if i := bytes.Index(s.src[from:], ends[end]); i >= 0 {
			s.found[end] = from + i
		}
	}
	if s.found[end] == len(s.src) {
		return -1
	}
	return s.found[end]
}

// next reads on to the next token.
func (s *xmlScanner) next() xmlKind {
	for s.pos < len(s.src) {
		if s.src[s.pos] != '<' {
			i := bytes.IndexByte(s.src[s.pos:], '<')
			if i < 0 {
				i = len(s.src) - s.pos
			}
			s.text = s.src[s.pos : s.pos+i]
			s.pos += i
			return xmlText
		}
		if s.pos+1 == len(s.src) {
			s.cut = true
			s.pos++
			break
		}
		switch c := s.src[s.pos+1]; {
		case c == '!':
			if kind, ok := s.declaration(); ok {
				return kind
			}
		case c == '?':
			s.instruction()
		case c == '/':
			if s.endTag() {
				return xmlEnd
			}
			return s.literal()
		case isNameStart(c):
			return s.startTag()
		default:
			return s.literal()
		}
	}
	return xmlEOF
}

// literal hands out a "<" that opens nothing.
func (s *xmlScanner) literal() xmlKind {
	s.text = s.src[s.pos : s.pos+1]
	s.pos++
	return xmlCDATA
}

// declaration reads past "<!…". It reports false when there was nothing to hand
// out, as with a comment.
func (s *xmlScanner) declaration() (xmlKind, bool) {
	rest := s.src[s.pos:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		if i := s.find(endComment, s.pos+4); i >= 0 {
			s.pos = i + 3
			return 0, false
		}
		return s.literal(), true
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		start := s.pos + 9
		i := s.find(endCDATA, start)
		if i < 0 {
			s.text, s.pos = s.src[start:], len(s.src)
			s.cut = !s.shorten(start, s.text)
			return xmlCDATA, true
		}
		s.text = s.src[start:i]
		s.pos = i + 3
		if again := bytes.Index(s.text, []byte("<![CDATA[")); again >= 0 {
			s.shorten(start, s.text[:again])
		}
		return xmlCDATA, true
	case len(rest) >= 9 && bytes.EqualFold(rest[:9], []byte("<!doctype")):
		s.doctype()
		return 0, false
	}
	return s.literal(), true
}

// shorten ends a CDATA section that its publisher did not close where the text
// that it is in ends, when otherwise it would swallow entries.
func (s *xmlScanner) shorten(start int, within []byte) bool {
	swallows := false
	for _, end := range [...]int{endItem, endEntry} {
		i := s.find(end, start)
		swallows = swallows || i >= 0 && i < start+len(within)
	}
	if !swallows {
		return false
	}
	for i := 0; ; {
		j := bytes.Index(within[i:], []byte("</"))
		if j < 0 {
			return false
		}
		i += j
		if bytes.HasPrefix(within[i+2:], s.inside) {
			s.text, s.pos = within[:i], start+i
			return true
		}
		i += 2
	}
}

// instruction reads past "<?…?>". One that is not closed ends at the next tag.
func (s *xmlScanner) instruction() {
	next := len(s.src)
	if i := bytes.IndexByte(s.src[s.pos+1:], '<'); i >= 0 {
		next = s.pos + 1 + i
	}
	if i := s.find(endPI, s.pos+2); i >= 0 && i < next {
		s.pos = i + 2
		return
	}
	if i := bytes.IndexByte(s.src[s.pos:next], '>'); i >= 0 {
		next = s.pos + i + 1
	}
	s.pos = next
}

// Limits of the entities that a document may declare: enough for names and
// phrases, too little to grow a body (a reference is at least 3 bytes).
const (
	maxEntities    = 200
	maxEntityBytes = 64
)

// doctype reads past a document type declaration and keeps the short entities
// that it declares. Entities made of others are left alone: expanding them is
// how a small body becomes a large one.
func (s *xmlScanner) doctype() {
	i := s.pos + 9
	for i < len(s.src) && s.src[i] != '>' && s.src[i] != '[' {
		if c := s.src[i]; c == '"' || c == '\'' {
			j := bytes.IndexByte(s.src[i+1:min(len(s.src), i+1024)], c)
			if j >= 0 {
				i += j + 1
			}
		}
		i++
	}
	if i < len(s.src) && s.src[i] == '[' {
		i++
		for i < len(s.src) && s.src[i] != ']' {
			switch {
			case s.src[i] == '"' || s.src[i] == '\'':
				i += bytes.IndexByte(s.src[i+1:], s.src[i]) + 2
			case bytes.HasPrefix(s.src[i:], []byte("<!ENTITY")):
				i += 8
				s.entity(s.src[i:])
			case bytes.HasPrefix(s.src[i:], []byte("<!--")):
				if j := s.find(endComment, i+4); j >= 0 {
					i = j + 3
				} else {
					i += 4
				}
			default:
				i++
			}
		}
		if j := bytes.IndexByte(s.src[min(i, len(s.src)):], '>'); j >= 0 {
			i += j
		}
	}
	if i >= len(s.src) {
		s.pos, s.cut = len(s.src), true
		return
	}
	s.pos = i + 1
}

// entity reads ` NAME "VALUE"` and keeps it when it is short and plain.
func (s *xmlScanner) entity(src []byte) {
	src = bytes.TrimLeft(src[:min(len(src), 512)], " \t\r\n")
	n := 0
	for n < len(src) && isNameByte(src[n]) {
		n++
	}
	name := src[:n]
	src = bytes.TrimLeft(src[n:], " \t\r\n")
	if n == 0 || len(src) == 0 || (src[0] != '"' && src[0] != '\'') {
		return
	}
	end := bytes.IndexByte(src[1:], src[0])
	if end < 0 || end > maxEntityBytes || len(s.entities) >= maxEntities {
		return
	}
	value := src[1 : 1+end]
	if bytes.ContainsAny(value, "<") {
		return
	}
	decoded := appendText(nil, value, nil)
	if bytes.IndexByte(decoded, '&') >= 0 && !bytes.Equal(decoded, []byte("&")) {
		return
	}
	if s.entities == nil {
		s.entities = make(map[string]string)
	}
	if _, ok := s.entities[string(name)]; !ok {
		s.entities[string(name)] = string(decoded)
	}
}

// endTag reads "</name>". It reports false when there is none.
func (s *xmlScanner) endTag() bool {
	i := s.pos + 2
	start := i
	for i < len(s.src) && isNameByte(s.src[i]) {
		i++
	}
	if i == start {
		return false
	}
	name := s.src[start:i]
	for i < len(s.src) && s.src[i] != '>' && s.src[i] != '<' {
		i++
	}
	s.name = name
	if i == len(s.src) {
		s.cut = true
		s.pos = i
		return true
	}
	if s.src[i] == '>' {
		i++
	}
	s.pos = i
	return true
}

// startTag reads "<name …>". What runs into the next "<" is text.
func (s *xmlScanner) startTag() xmlKind {
	i := s.pos + 1
	start := i
	for i < len(s.src) && isNameByte(s.src[i]) {
		i++
	}
	s.name, s.attrs, s.empty = s.src[start:i], s.attrs[:0], false
	for {
		for i < len(s.src) && (isSpace(s.src[i]) || s.src[i] == '/') {
			s.empty = s.src[i] == '/'
			i++
		}
		if i >= len(s.src) {
			s.pos, s.cut = len(s.src), true
			return xmlEOF
		}
		switch s.src[i] {
		case '>':
			s.empty = s.src[i-1] == '/'
			s.pos = i + 1
			return xmlStart
		case '<':
			s.text = s.src[s.pos:i]
			s.pos = i
			return xmlCDATA
		}
		i = s.attr(i)
	}
}

// attr reads one attribute at a position and returns the position after it.
func (s *xmlScanner) attr(i int) int {
	start := i
	for i < len(s.src) && !isSpace(s.src[i]) && s.src[i] != '=' && s.src[i] != '>' && s.src[i] != '<' && s.src[i] != '/' {
		i++
	}
	name := s.src[start:i]
	for i < len(s.src) && isSpace(s.src[i]) {
		i++
	}
	var value []byte
	if i < len(s.src) && s.src[i] == '=' {
		i++
		for i < len(s.src) && isSpace(s.src[i]) {
			i++
		}
		value, i = s.value(i)
	}
	if len(s.attrs) >= maxAttrs {
		s.crowded = true
		return i
	}
	if len(name) > 0 {
		s.attrs = append(s.attrs, xmlAttr{name, value})
	}
	return i
}

// value reads the value of an attribute, quoted or not.
func (s *xmlScanner) value(i int) ([]byte, int) {
	if i >= len(s.src) {
		return nil, i
	}
	end := -1
	switch s.src[i] {
	case '"':
		end = endDouble
	case '\'':
		end = endSingle
	}
	if end >= 0 {
		if j := s.find(end, i+1); j >= 0 {
			return s.src[i+1 : j], j + 1
		}
		i++
	}
	start := i
	for i < len(s.src) && !isSpace(s.src[i]) && s.src[i] != '>' {
		i++
	}
	return s.src[start:i], i
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

func isNameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= 0x80
}

func isNameByte(c byte) bool {
	return isNameStart(c) || '0' <= c && c <= '9' || c == '-' || c == '.' || c == ':'
}
