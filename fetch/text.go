package fetch

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// textClass says which bytes of character data need a second look: references,
// characters that XML does not allow, carriage returns, and the first byte of
// the C1 controls and of the noncharacters U+FFFE and U+FFFF.
var textClass = func() (t [256]bool) {
	for c := range 0x20 {
		t[c] = c != '\t' && c != '\n'
	}
	t['&'], t[0xC2], t[0xEF] = true, true, true
	return t
}()

// appendText appends the characters that raw character data stands for:
// references replaced, characters that XML does not allow left out, line ends
// unified. What looks like a reference and is none stays as it is. entities are
// those that the document declares.
func appendText(dst, raw []byte, entities map[string]string) []byte {
	for {
		i := 0
		for i < len(raw) && !textClass[raw[i]] {
			i++
		}
		dst = append(dst, raw[:i]...)
		if i == len(raw) {
			return dst
		}
		raw = raw[i:]
		n := 1
		switch raw[0] {
		case '&':
			dst, n = appendReference(dst, raw, entities)
		default:
			dst, n = appendOdd(dst, raw)
		}
		raw = raw[n:]
	}
}

// appendPlain is appendText for character data without references: a CDATA
// section.
func appendPlain(dst, raw []byte) []byte {
	for {
		i := 0
		for i < len(raw) && (!textClass[raw[i]] || raw[i] == '&') {
			i++
		}
		dst = append(dst, raw[:i]...)
		if i == len(raw) {
			return dst
		}
		n := 0
		dst, n = appendOdd(dst, raw[i:])
		raw = raw[i+n:]
	}
}

// appendOdd deals with a byte of textClass that starts no reference.
func appendOdd(dst, raw []byte) ([]byte, int) {
	switch raw[0] {
	case '\r':
		if len(raw) > 1 && raw[1] == '\n' {
			return dst, 1
		}
		return append(dst, '\n'), 1
	case 0xC2:
		if len(raw) > 1 && raw[1] <= 0x9F {
			if r := fromC1(rune(raw[1])); r != 0 {
				dst = utf8.AppendRune(dst, r)
			}
			return dst, 2
		}
		return append(dst, raw[0]), 1
	case 0xEF:
		if len(raw) > 2 && raw[1] == 0xBF && raw[2] >= 0xBE {
			return dst, 3
		}
		return append(dst, raw[0]), 1
	}
	return dst, 1
}

// maxReference is the length above which "&…;" is no reference: the longest
// name of HTML has 31 letters.
const maxReference = 40

// appendReference replaces the reference at the start of raw and returns how
// many bytes it took.
func appendReference(dst, raw []byte, entities map[string]string) ([]byte, int) {
	if len(raw) < 3 || raw[1] != '#' && !isNameStart(raw[1]) {
		return append(dst, '&'), 1
	}
	end := bytes.IndexByte(raw[:min(len(raw), maxReference)], ';')
	if end < 2 {
		return append(dst, '&'), 1
	}
	name := raw[1:end]
	switch string(name) {
	case "lt":
		return append(dst, '<'), end + 1
	case "gt":
		return append(dst, '>'), end + 1
	case "amp":
		return append(dst, '&'), end + 1
	case "quot":
		return append(dst, '"'), end + 1
	case "apos":
		return append(dst, '\''), end + 1
	}
	if name[0] == '#' {
		r, ok := numericReference(name[1:])
		if !ok {
			return append(dst, '&'), 1
		}
		if isChar(r) {
			return utf8.AppendRune(dst, r), end + 1
		}
		if pair, n := secondHalf(r, raw[end+1:]); n > 0 {
			return utf8.AppendRune(dst, pair), end + 1 + n
		}
		return dst, end + 1
	}
	for _, c := range name {
		if !isNameByte(c) {
			return append(dst, '&'), 1
		}
	}
	if value, ok := entities[string(name)]; ok {
		return append(dst, value...), end + 1
	}
	// HTML knows some names without the semicolon as well: those are taken
	// only when they are the whole of it.
	whole := string(raw[:end+1])
	if value := html.UnescapeString(whole); !strings.HasSuffix(value, ";") {
		return append(dst, value...), end + 1
	}
	return append(dst, '&'), 1
}

// secondHalf completes a character that was written as two references to the
// halves of its UTF-16, as software does that thinks in these.
func secondHalf(first rune, rest []byte) (rune, int) {
	if !utf16.IsSurrogate(first) || !bytes.HasPrefix(rest, []byte("&#")) {
		return 0, 0
	}
	end := bytes.IndexByte(rest[:min(len(rest), maxReference)], ';')
	if end < 0 {
		return 0, 0
	}
	second, _ := numericReference(rest[2:end])
	r := utf16.DecodeRune(first, second)
	if r == utf8.RuneError {
		return 0, 0
	}
	return r, end + 1
}

// fromC1 is what windows-1252 has in the place of a C1 control character, which
// nobody means (HTML Standard, section 13.2.5.80), 0 when it has nothing.
func fromC1(r rune) rune {
	if r = charmap.Windows1252.DecodeByte(byte(r)); r == utf8.RuneError {
		return 0
	}
	return r
}

// numericReference reads "65" or "x41".
func numericReference(digits []byte) (rune, bool) {
	base := 10
	if len(digits) > 0 && (digits[0] == 'x' || digits[0] == 'X') {
		base, digits = 16, digits[1:]
	}
	n, err := strconv.ParseUint(string(digits), base, 32)
	if err != nil {
		return 0, len(digits) > 8 && isDigits(digits)
	}
	if 0x80 <= n && n <= 0x9F {
		return fromC1(rune(n)), true
	}
	if n > unicode.MaxRune {
		return 0, true
	}
	return rune(n), true
}

func isDigits(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) > 0
}

// isChar reports whether XML allows a character (XML 1.0, production 2).
func isChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || 0x20 <= r && r <= 0xD7FF ||
		0xE000 <= r && r <= 0xFFFD || 0x10000 <= r && r <= unicode.MaxRune
}

// plainText is the text of HTML that is meant for one line, such as a title:
// tags taken out, references replaced, space collapsed. What looks like a tag
// but is none of HTML ("Vec<T>", "x <3 y") stays.
func plainText(s string) string {
	if strings.IndexByte(s, '<') >= 0 {
		s = stripTags(s)
	}
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	return oneLine(s)
}

// Limits of what is one line, in bytes: titles of posts without a title of their
// own are their text, and still end somewhere.
const (
	maxTitle = 4096
	maxName  = 512
	maxLink  = 8192
)

// clip cuts a text that is longer than n bytes, between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n -= len("…")
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// oneLine trims a text and makes every run of white space one space.
func oneLine(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == ' ' && (i == 0 || i == len(s)-1 || s[i+1] == ' ') || c < ' ' || c >= 0x80 {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, unicode.IsSpace), " ")
}

// stripTags takes tags and comments of HTML out of a string, and what scripts
// and style sheets hold.
func stripTags(s string) string {
	var b strings.Builder
	var open [3]bool // looked for the end of script, style, comment in vain
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		if !open[2] && strings.HasPrefix(s, "<!--") {
			if end := strings.Index(s, "-->"); end >= 0 {
				s = s[end+3:]
				continue
			}
			open[2] = true
		}
		name, rest, ok := cutTag(s)
		if !ok {
			b.WriteByte('<')
			s = s[1:]
			continue
		}
		s = rest
		switch name {
		case "script", "style":
			k := 0
			if name == "style" {
				k = 1
			}
			if !open[k] {
				end := indexFold(s, "</"+name)
				open[k] = end < 0
				s = s[max(end, 0):]
			}
		case "br", "p", "div", "li", "td":
			b.WriteByte(' ')
		}
	}
}

// cutTag cuts a tag of HTML off the start of s. The name of an end tag is
// empty.
func cutTag(s string) (name, rest string, ok bool) {
	i, start := 1, 1
	if len(s) > 1 && s[1] == '/' {
		i, start = 2, 2
	}
	for i < len(s) && i-start < 16 && (isNameStart(s[i]) || '0' <= s[i] && s[i] <= '9') {
		i++
	}
	name = strings.ToLower(s[start:i])
	if !htmlElements[name] {
		return "", s, false
	}
	end := tagEnd(s, i)
	if end < 0 {
		return "", s, false
	}
	if start == 2 {
		name = ""
	}
	return name, s[end+1:], true
}

// tagEnd returns where the tag ends whose name ends at i, or -1 when it runs
// into another one. A ">" or "<" in a quoted value is no end, as long as the
// quote is closed as it should be.
func tagEnd(s string, i int) int {
	for ; i < len(s); i++ {
		switch c := s[i]; c {
		case '>':
			return i
		case '<':
			return -1
		case '"', '\'':
			if s[i-1] != '=' {
				continue
			}
			value := s[i+1 : min(len(s), i+1024)]
			j := strings.IndexByte(value, c)
			if j >= 0 && j+1 < len(value) && strings.IndexByte(" \t\n/>", value[j+1]) >= 0 {
				i += j + 1
			}
		}
	}
	return -1
}

// indexFold is strings.Index for an ASCII needle in lower case.
func indexFold(s, needle string) int {
	for i := 0; i+len(needle) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(needle)], needle) {
			return i
		}
	}
	return -1
}

// htmlElements are the elements of HTML, current and obsolete, that are seen
// in feeds.
var htmlElements = func() map[string]bool {
	m := make(map[string]bool)
	for name := range strings.FieldsSeq(`a abbr acronym address applet area article aside audio
		b base basefont bdi bdo big blockquote body br button canvas caption center cite code col
		colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption
		figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img
		input ins kbd label legend li link main map mark menu meta meter nav nobr noframes noscript
		object ol optgroup option output p param picture pre progress q rp rt ruby s samp script
		section select small source span strike strong style sub summary sup svg math table tbody td
		template textarea tfoot th thead time tr track tt u ul var video wbr`) {
		m[name] = true
	}
	return m
}()

// looksLikeHTML reports whether text that is not said to be HTML surely is: it
// starts with the tag of a block and ends with a tag.
func looksLikeHTML(s string) bool {
	s = strings.TrimSpace(s)
	if len(s) < 7 || s[0] != '<' || s[len(s)-1] != '>' {
		return false
	}
	name, _, ok := cutTag(s)
	switch name {
	case "p", "div", "ul", "ol", "table", "figure", "blockquote", "img", "h1", "h2", "h3", "section", "article":
		return ok
	}
	return false
}
