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

	keep  int  // in[keep:] is still to be copied
	text  int  // in[text:] follows the last tag that was kept, or what was left out since
	blank bool // between that tag and in[text:] was nothing but white space
	due   bool // … and what was left out there counts as white space
	edge  int  // how sure it is that that tag ends a line
	head  bool // in the head of the page
	pre   int  // preformatted elements open: white space counts
	known int  // elements that start before in[known] are no menus to be left out
	story int  // article and blockquote elements open
}

func (s *stripper) run() {
	i := 0
	s.blank = true
	for s.tags < MaxTags && s.cost < maxCost && len(s.out)+i-s.keep < MaxBytes {
		j := bytes.IndexByte(s.in[i:], '<')
		if j < 0 || i+j+1 >= len(s.in) {
			i = len(s.in)
			break
		}
		i += j
		c := s.in[i+1]
		switch {
		case c == '!' && bytes.HasPrefix(s.in[i:], []byte("<!--")):
			i = s.leaveOut(i, afterComment(s.in, i), false)
		case isLetter(c) || c == '/':
			s.tags++
			i = s.tag(i)
		default:
			i++
		}
	}
	i = min(i, len(s.in))
	if s.due && i > s.text {
		s.copyTo(s.text)
		s.out = append(s.out, ' ')
	}
	if n := s.keep + MaxBytes - len(s.out); i > n {
		i = max(n, s.keep)
	}
	s.copyTo(i)
}

// copyTo copies what comes before in[i].
func (s *stripper) copyTo(i int) {
	if i > s.keep {
		s.out = append(s.out, s.in[s.keep:i]...)
		s.keep = i
	}
}

// leaveOut leaves in[i:end] out, which counts as white space or as nothing, and
// returns end.
func (s *stripper) leaveOut(i, end int, space bool) int {
	blank := isBlank(s.in[s.text:i])
	if s.blank && blank {
		s.copyTo(s.text)
		s.due = s.due || space || i > s.text
	} else {
		s.space()
		s.copyTo(i)
		s.blank, s.due = false, space
	}
	s.keep, s.text = end, end
	return end
}

// space writes the white space that is due before in[text:].
func (s *stripper) space() {
	if s.due {
		s.copyTo(s.text)
		s.out = append(s.out, ' ')
		s.due = false
	}
}

// tag takes over or leaves out the tag that starts at i, with its element if that
// is of no use, and returns the index behind it.
func (s *stripper) tag(i int) int {
	end := s.tagEnd(i)
	if next := s.skipElement(i, end); next > i {
		return s.leaveOut(i, next, true)
	}
	name, closing := nameOf(s.in[i:end])
	if !closing {
		if next := s.skipMenu(string(name), i, end); next > i {
			s.edge = sureEdge
			return s.leaveOut(i, next, true)
		}
	}
	kind := kindOf(name)
	if kind == useless || (string(name) == "link" || string(name) == "meta") && !telling(name, s.in[i:end]) || !s.balance(name, closing) {
		return s.leaveOut(i, end, false)
	}
	apart := kind == block || kind == preformatted && string(name) != "textarea" || bytes.IndexByte(name, '-') > 0
	switch string(name) {
	case "head":
		s.head = !closing
	case "meta", "link", "title", "base", "noscript":
	default:
		s.head = false
	}
	edge := edgeOf(name, apart, closing)
	if s.blank && s.pre == 0 && (edge+s.edge >= sureEdge || s.head) && isBlank(s.in[s.text:i]) {
		// White space at the edge of a block is none.
		s.copyTo(s.text)
		s.keep, s.due = i, false
	} else {
		s.space()
	}
	if string(name) == "article" || string(name) == "blockquote" {
		if closing {
			s.story = max(0, s.story-1)
		} else {
			s.story++
		}
	}
	if kind == preformatted {
		if closing {
			s.pre = max(0, s.pre-1)
		} else {
			s.pre++
		}
	}
	if !closing {
		s.slim(name, i+1+len(name), end)
	}
	s.text, s.blank, s.edge = end, true, edge
	return end
}

// telling reports whether a link or meta element says something about the page.
// Most load style sheets and pictures, or speak to browsers.
func telling(name, tag []byte) bool {
	if string(name) == "link" {
		for _, rel := range [...]string{"canonical", "image_src", "license", "author", "hreflang", "hrefLang", "CANONICAL", "Canonical"} {
			if bytes.Contains(tag, []byte(rel)) {
				return true
			}
		}
		return false
	}
	i := bytes.Index(tag, []byte("name="))
	if i < 0 {
		i = bytes.Index(tag, []byte("property="))
	}
	if i < 0 {
		return true
	}
	v := tag[i+bytes.IndexByte(tag[i:], '=')+1:]
	for _, s := range [...]string{
		"viewport", "theme-color", "msapplication", "apple-", "google", "fb:", "robots", "generator", "format-detection", "referrer", "csrf",
		"twitter:card", "twitter:site", "twitter:app:id", "twitter:app:url", "twitter:image:width", "twitter:image:height", "twitter:image:alt", "og:image:width", "og:image:height", "og:image:type", "al:android", "shareaholic", "p:domain",
	} {
		if len(v) > len(s) && string(v[1:1+len(s)]) == s {
			return false
		}
	}
	return true
}

// sureEdge is how sure it has to be, of the tags on both sides together, that
// white space between them is at the edge of a block. Parsers ignore end tags of
// elements that are not open, and parts of tables outside of one: two such tags
// have to meet.
const sureEdge = 2

func edgeOf(name []byte, apart, closing bool) int {
	if !apart {
		return 0
	}
	if closing {
		return 1
	}
	switch string(name) {
	case "td", "th", "tr", "tbody", "thead", "tfoot", "caption", "body":
		return 1
	}
	return sureEdge
}

// isBlank reports whether b is white space.
func isBlank(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' && c != '\f' {
			return false
		}
	}
	return true
}

// nameOf returns the name in a tag. It is in lower case when the tag's is in
// ASCII letters that have to be changed, so a copy then.
func nameOf(tag []byte) (name []byte, closing bool) {
	tag = tag[1:]
	if len(tag) > 0 && tag[0] == '/' {
		tag, closing = tag[1:], true
	}
	n, upper := 0, false
	for n < len(tag) {
		c := tag[n]
		if c == '>' || c == '/' || c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' {
			break
		}
		upper = upper || c >= 'A' && c <= 'Z'
		n++
	}
	if upper {
		return bytes.ToLower(tag[:n]), closing
	}
	return tag[:n], closing
}

// kind says what a tag is to the stripper.
type kind uint8

const (
	inline       kind = iota
	block             // its text stands in lines of its own, and white space at its edges is none
	preformatted      // white space in it counts
	useless           // has no text and stands for none
)

// kindOf looks at a name in lower case.
func kindOf(name []byte) kind {
	switch string(name) {
	case "div", "p", "ul", "ol", "li", "dl", "dt", "dd", "section", "article", "header", "footer", "nav",
		"aside", "main", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "form", "table", "tbody", "thead", "tfoot", "tr",
		"td", "th", "caption", "figure", "figcaption", "blockquote", "body", "address", "fieldset", "center",
		"details", "summary", "button":
		return block
	case "pre", "textarea", "listing", "xmp", "plaintext":
		return preformatted
	case "input", "wbr", "path", "col", "param":
		return useless
	}
	return inline
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

// slim copies a start tag without the attributes that nobody reads; rest is
// where its name ends. Tags that have no others stay to be copied as they are.
func (s *stripper) slim(name []byte, rest, end int) {
	b := s.in[:end]
	if end-rest < 2 || b[end-1] != '>' {
		return
	}
	cut := false
	for p := rest; ; {
		for p < end-1 && (isSpace(b[p]) || b[p] == '/') {
			p++
		}
		if p >= end-1 {
			break
		}
		start := p
		for p++; p < end-1 && !isSpace(b[p]) && b[p] != '/' && b[p] != '='; p++ {
		}
		key := b[start:p]
		p = afterValue(b, p)
		if p < 0 { // a quote that is not closed: left to the parser
			if cut {
				s.out = append(s.out, ' ')
				s.keep = start
			}
			return
		}
		switch useful := wanted(name, key, b[start:p]); {
		case useful && cut:
			s.out = append(s.out, ' ')
			s.out = append(s.out, b[start:p]...)
		case !useful && !cut:
			cut = true
			s.copyTo(start)
		}
	}
	if cut {
		s.out = append(s.out, '>')
		s.keep = end
	}
}

// afterValue returns the index behind the value of the attribute whose name ends
// at p, within a tag that ends with b; -1 when its quote is not closed.
func afterValue(b []byte, p int) int {
	end := len(b) - 1
	q := p
	for q < end && isSpace(b[q]) {
		q++
	}
	if q >= end || b[q] != '=' {
		return p
	}
	for q++; q < end && isSpace(b[q]); q++ {
	}
	if q >= end {
		return q
	}
	if c := b[q]; c == '"' || c == '\'' {
		n := bytes.IndexByte(b[q+1:end], c)
		if n < 0 {
			return -1
		}
		return q + 1 + n + 1
	}
	for q < end && !isSpace(b[q]) {
		if b[q] == '>' {
			return -1
		}
		q++
	}
	return q
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
}

// wanted reports whether an attribute is read by anybody.
func wanted(tag, key, whole []byte) bool {
	var buf [24]byte
	if len(key) > len(buf) {
		return false
	}
	for i, c := range key {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		buf[i] = c
	}
	switch string(buf[:len(key)]) {
	case "class", "id", "itemprop", "property", "role", "rel", "href", "lang", "xml:lang", "dir", "content", "hidden",
		"datetime", "pubdate", "data-testid", "data-component", "data-type", "colspan", "rowspan", "start", "http-equiv", "charset":
		return true
	case "style":
		return bytes.Contains(whole, []byte("none")) || bytes.Contains(whole, []byte("hidden"))
	case "aria-hidden":
		return bytes.Contains(whole, []byte("true"))
	case "aria-label":
		return len(tag) > 1 && !pictorial(tag)
	case "title":
		return len(tag) > 1 && !pictorial(tag)
	case "name":
		return string(tag) == "meta"
	case "hreflang":
		return string(tag) == "link"
	case "alt", "src", "srcset", "width", "height", "data-src", "data-original", "data-lazy-src", "data-srcset", "data-lazy-srcset",
		"data-url", "data-image", "data-full-src", "data-hi-res-src", "data-src-large", "data-orig-file", "data-lazy", "data-original-src":
		return pictorial(tag)
	}
	return false
}

// pictorial tells the elements whose pictures and frames are looked at.
func pictorial(tag []byte) bool {
	switch string(tag) {
	case "img", "source", "iframe", "image":
		return true
	}
	return false
}

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

// maxMenu is the size of the largest menu that is left out, in bytes.
const maxMenu = 128 << 10

// skipMenu returns the index behind the element whose start tag is in[i:end] if
// it is a nav, a footer of the page or a select that holds nothing but links and
// labels; 0 otherwise. A fifth of the average page is that, and none of it is
// ever article text.
func (s *stripper) skipMenu(name string, i, end int) int {
	switch name {
	case "nav", "select":
	case "footer":
		if s.story > 0 {
			return 0
		}
	default:
		return 0
	}
	if i < s.known {
		return 0
	}
	b := s.in[:min(len(s.in), end+maxMenu)]
	m := menu{name: name, depth: 1}
	for at := end; ; {
		j := bytes.IndexByte(b[at:], '<')
		if j < 0 || at+j+2 >= len(b) {
			s.known = len(b)
			return 0
		}
		at += j
		switch {
		case bytes.HasPrefix(b[at:], []byte("<!--")):
			at = min(afterComment(b, at), len(b))
			continue
		case !isLetter(b[at+1]) && b[at+1] != '/':
			at++
			continue
		}
		inner, closing := nameOf(b[at:min(at+24, len(b))])
		if string(inner) == "script" || string(inner) == "style" {
			next := s.tagEnd(at)
			if closing || isLD(b[at:min(next, len(b))]) {
				return 0
			}
			if _, at = s.elementEnd(next, string(inner)); at >= len(b) {
				s.known = len(b)
				return 0
			}
			continue
		}
		switch m.tag(string(inner), closing) {
		case noMenu:
			s.known = at
			return 0
		case menuEnds:
			if name == "footer" && (m.links < 5+5*min(m.texts, 1) || informs(b[end:at])) {
				return 0
			}
			return s.tagEnd(at)
		}
		at++
	}
}

// menu counts what an element holds that may be one.
type menu struct {
	name                string
	depth, links, texts int
}

// sight says what a tag makes of an element that may be a menu.
type sight uint8

const (
	menuGoesOn sight = iota
	menuEnds
	noMenu
)

func (m *menu) tag(name string, closing bool) sight {
	switch {
	case name == m.name && !closing:
		m.depth++
	case name == m.name:
		if m.depth--; m.depth == 0 {
			return menuEnds
		}
	case m.name == "footer" && name == "p":
		m.texts++
	case prose(name):
		return noMenu
	case name == "a":
		m.links++
	}
	return menuGoesOn
}

// informs reports whether a footer says under what licence the article is, what
// it is about, or who wrote it.
func informs(b []byte) bool {
	for _, sign := range [...]string{"creativecommons", "rel=\"tag", "rel=\"license", "rel=\"author", "rel='tag", "itemprop="} {
		if bytes.Contains(b, []byte(sign)) {
			return true
		}
	}
	return false
}

// prose tells the elements that no menu holds.
func prose(name string) bool {
	switch name {
	case "p", "h1", "article", "main", "blockquote", "figure", "table", "time", "body", "html", "meta", "pre", "textarea", "title":
		return true
	}
	return false
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

// formatting numbers the elements that HTML opens again in each block until they
// are closed (13.2.4.3 of the HTML standard), a excepted, which closes itself;
// -1 for others.
func formatting(name []byte) int {
	switch string(name) {
	case "b":
		return 0
	case "big":
		return 1
	case "code":
		return 2
	case "em":
		return 3
	case "font":
		return 4
	case "i":
		return 5
	case "nobr":
		return 6
	case "s":
		return 7
	case "small":
		return 8
	case "strike":
		return 9
	case "strong":
		return 10
	case "tt":
		return 11
	case "u":
		return 12
	}
	return -1
}

// balance counts open formatting elements and reports whether a tag is kept.
func (s *stripper) balance(name []byte, closing bool) bool {
	s.cost += s.opens
	f := formatting(name)
	switch {
	case f < 0:
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
