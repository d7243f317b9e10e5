package fetch

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// leaf is the text being collected.
type leaf struct {
	value  []byte
	markup bool // value is HTML; otherwise plain characters
	attrs  []leafAttr
	typ    string
	mode   string

	document bool // it is XML of another kind
	other    bool // and not XHTML

	tops             int  // elements right below
	div              bool // the first of them is a div
	topOpen, topShut int  // where its content begins and ends in value
	topFrom, topTo   int  // where it begins and ends itself
}

type leafAttr struct {
	name  string
	value []byte
}

// attr returns the value of an attribute of the current tag.
func (m *mender) attr(name string) string {
	for _, a := range m.scan.attrs {
		if string(a.name) == name {
			return string(bytes.TrimSpace(appendText(nil, a.value, m.scan.entities)))
		}
	}
	return ""
}

// leafAttrs keeps those attributes of the current tag that are read.
func (m *mender) leafAttrs(f *frame) {
	l := &m.leaf
	l.attrs = l.attrs[:0]
	for _, a := range m.scan.attrs {
		_, local, ok := bytes.Cut(a.name, []byte(":"))
		if !ok {
			local = a.name
		}
		name, isURL := keptAttr(local)
		if name == "" || ok && string(a.name[:3]) == "xml" {
			continue
		}
		value := appendText(nil, a.value, m.scan.entities)
		if isURL {
			value = []byte(m.refs.link(f.base, string(value)))
		}
		dup := false
		for i := range l.attrs {
			dup = dup || l.attrs[i].name == name
		}
		if !dup {
			l.attrs = append(l.attrs, leafAttr{name, value})
		}
	}
}

// keptAttr says what an attribute is called for gofeed, empty when it is not
// read, and whether it is a reference.
func keptAttr(local []byte) (name string, isURL bool) {
	switch strings.ToLower(string(local)) {
	case "href":
		return "href", true
	case "url":
		return "url", true
	case "src":
		return "src", true
	case "resource":
		return "resource", true
	case "rel":
		return "rel", false
	case "hreflang":
		return "hreflang", false
	case "type":
		return "type", false
	case "length":
		return "length", false
	case "filesize":
		return "fileSize", false
	case "medium":
		return "medium", false
	case "width":
		return "width", false
	case "height":
		return "height", false
	case "term":
		return "term", false
	case "label":
		return "label", false
	case "text":
		return "text", false
	case "ispermalink":
		return "isPermaLink", false
	}
	return "", false
}

// startLeaf begins a text.
func (m *mender) startLeaf(f *frame) {
	f.mode = modeLeaf
	l := &m.leaf
	*l = leaf{value: l.value[:0], attrs: l.attrs}
	m.leafAt, m.scan.inside = len(m.stack), f.name
	if f.rule.shape == shapeHTML {
		l.attrs = l.attrs[:0]
		if len(m.scan.attrs) > 0 {
			l.typ, _, _ = strings.Cut(strings.ToLower(m.attr("type")), ";")
			l.typ, l.mode = strings.TrimSpace(l.typ), strings.ToLower(m.attr("mode"))
			if src := m.attr("src"); src != "" && f.rule.as == "content" {
				l.attrs = append(l.attrs, leafAttr{"src", []byte(m.refs.link(f.base, src))})
			}
		}
		// A document of its own, unless it turns out to be XHTML after all.
		l.document = strings.HasSuffix(l.typ, "xml") && !strings.Contains(l.typ, "xhtml")
		f.foreign = l.document
		return
	}
	m.leafAttrs(f)
}

// text adds character data to the text being collected.
func (m *mender) text(raw []byte, cdata bool) {
	l := &m.leaf
	start := len(l.value)
	if cdata {
		l.value = appendPlain(l.value, raw)
	} else {
		l.value = appendText(l.value, raw, m.scan.entities)
	}
	if l.markup && bytes.ContainsAny(l.value[start:], "&<>") {
		tail := string(l.value[start:])
		l.value = appendEscaped(l.value[:start], tail)
	}
}

// startMarkup deals with a tag inside a text. Plain texts are read without
// their tags.
func (m *mender) startMarkup(f frame, prefix string, local []byte) {
	l := &m.leaf
	i := m.leafAt
	top := i == len(m.stack)-1
	name := string(local)
	switch prefix {
	case "", "xhtml":
		name = strings.ToLower(name)
	case "svg", "mathml":
	default:
		name = string(m.scan.name)
	}
	if parent := &m.stack[len(m.stack)-1]; !top && endsSibling(name) && string(parent.name) == string(m.scan.name) {
		m.close()
		f, _ = m.open() // as before, and so within the limit
	}
	void := isVoid(name)
	if top && l.document && prefix != "xhtml" && !htmlElements[name] {
		l.other = true
	}
	if m.stack[i].rule.shape == shapeHTML {
		if !l.markup {
			plain := string(l.value)
			l.value = appendEscaped(l.value[:0], plain)
			l.markup = true
		}
		from := len(l.value)
		m.appendMarkupTag(name, f.base, f.base != m.stack[i].base)
		if top {
			if l.tops++; l.tops == 1 {
				l.div, l.topFrom, l.topOpen = name == "div", from, len(l.value)
			}
		}
	}
	f.mode = modeMarkup
	f.rule.as = name
	if void || len(m.stack) >= maxDepth {
		m.bindings = m.bindings[:f.bindings]
		return
	}
	m.push(f)
}

// appendMarkupTag writes the current start tag as HTML.
func (m *mender) appendMarkupTag(name string, base *url.URL, rebase bool) {
	v := append(append(m.leaf.value, '<'), name...)
	for _, a := range m.scan.attrs {
		if bytes.HasPrefix(a.name, []byte("xml")) {
			continue
		}
		value := string(appendText(nil, a.value, m.scan.entities))
		if rebase && isURLAttr(string(a.name)) {
			value = m.refs.attr(base, string(a.name), value)
		}
		v = append(append(append(v, ' '), a.name...), '=', '"')
		v = append(appendEscaped(v, value), '"')
	}
	m.leaf.value = append(v, '>')
}

// endMarkup writes the end of a tag inside a text.
func (m *mender) endMarkup(f *frame) {
	l := &m.leaf
	if !l.markup {
		return
	}
	shut := len(l.value)
	l.value = appendEndTag(l.value, f.rule.as)
	if l.tops == 1 && m.stack[len(m.stack)-2].mode == modeLeaf {
		l.topShut, l.topTo = shut, len(l.value)
	}
}

// endLeaf writes a text.
func (m *mender) endLeaf(f *frame) {
	l := &m.leaf
	value := bytes.TrimSpace(l.value)
	switch f.rule.shape {
	case shapeHTML:
		value = m.aside(f.rule.as, m.html(f))
	case shapeDate:
		t, ok := m.dates.read(string(value))
		if !ok {
			return
		}
		value = t.UTC().AppendFormat(value[:0], time.RFC3339Nano)
	case shapeURL:
		if len(value) == 0 {
			value = leafAttrValue(l.attrs, "href")
		}
		value = []byte(m.refs.link(f.base, string(value)))
	case shapeID:
		if m.noteID(f, value) {
			return
		}
	case shapeAttrs:
		m.endAttrs(f, value)
		return
	}
	if len(value) == 0 && (len(l.attrs) == 0 || f.rule.shape == shapeID || f.rule.shape == shapeURL) {
		return
	}
	m.stack[len(m.stack)-2].seen |= 1 << f.rule.once &^ 1
	m.noteLang(f)
	dst := m.dst()
	*dst = m.appendStartTag(*dst, f.rule.as)
	*dst = appendValue(*dst, value)
	*dst = appendEndTag(*dst, f.rule.as)
}

// textRef starts what stands for a text in the document that gofeed reads.
const textRef = "\uFDD0"

// aside keeps a long text and returns a reference to it, which textOf resolves.
// The decoder below gofeed reads byte by byte, several times over: texts that
// are decoded already need not go that way. Titles do, since they are short.
func (m *mender) aside(name string, value []byte) []byte {
	if name == "title" || strings.HasSuffix(name, ":title") || len(value) < 100 && !bytes.HasPrefix(value, []byte(textRef)) {
		return value
	}
	m.texts = append(m.texts, string(value))
	return strconv.AppendInt([]byte(textRef), int64(len(m.texts)-1), 10)
}

// textOf returns the text that s refers to, or s itself.
func textOf(texts []string, s string) string {
	if n, ok := strings.CutPrefix(s, textRef); ok {
		if i, err := strconv.Atoi(n); err == nil && i >= 0 && i < len(texts) {
			return texts[i]
		}
	}
	return s
}

// noteID keeps an Atom ID. gofeed would pass it through net/url, which changes
// it (RFC 4287 section 4.2.6 wants it compared character by character).
func (m *mender) noteID(f *frame, value []byte) bool {
	n := &m.doc
	if m.inItem {
		n = &m.notes[len(m.notes)-1]
	}
	parent := &m.stack[len(m.stack)-2]
	switch {
	case f.rule.as != "id" && f.rule.as != "atom:id" || parent.place == placeTree:
		return false
	case n.id == "":
		n.id = string(value)
	}
	parent.seen |= 1 << f.rule.once &^ 1
	return true
}

// noteLang keeps the language of an entry's texts: that of the longest kind of
// text counts most, before that of the entry itself.
func (m *mender) noteLang(f *frame) {
	parent := &m.stack[len(m.stack)-2]
	if !m.inItem || f.lang == "" || parent.rule.shape != shapeItem {
		return
	}
	rank := 0
	switch f.rule.as {
	case "content", "content:encoded":
		rank = 3
	case "summary", "description":
		rank = 2
	case "title":
		rank = 1
	}
	if n := &m.notes[len(m.notes)-1]; rank > n.rank {
		n.lang, n.rank = f.lang, rank
	}
}

// endAttrs writes an element that says it all with attributes. Where text
// stands in for the main one it is taken.
func (m *mender) endAttrs(f *frame, value []byte) {
	l := &m.leaf
	if f.rule.main != "" && len(value) > 0 && len(leafAttrValue(l.attrs, f.rule.main)) == 0 {
		if f.rule.main == "href" {
			value = []byte(m.refs.link(f.base, string(value)))
		}
		l.attrs = append(l.attrs, leafAttr{f.rule.main, value})
	}
	dst := m.dst()
	*dst = m.appendStartTag(*dst, f.rule.as)
	*dst = appendEndTag(*dst, f.rule.as)
}

func leafAttrValue(attrs []leafAttr, name string) []byte {
	for i := range attrs {
		if attrs[i].name == name {
			return attrs[i].value
		}
	}
	return nil
}

// html is the collected text as HTML, by what the feed says it is.
func (m *mender) html(f *frame) []byte {
	l := &m.leaf
	value := l.value
	switch {
	case l.other:
		return nil
	case l.markup:
		if m.format == "atom" && strings.Contains(l.typ, "xhtml") && l.tops == 1 && l.div &&
			len(bytes.TrimSpace(value[:l.topFrom])) == 0 && len(bytes.TrimSpace(value[l.topTo:])) == 0 {
			value = value[l.topOpen:l.topShut]
		}
	case l.mode == "base64" || isBinary(l.typ):
		value = m.base64(f.rule.as, value)
	case strings.HasPrefix(f.rule.as, "media:"):
		// Media RSS has plain text unless it says otherwise; many do not say.
		if plain := string(value); l.typ != "html" && strings.ContainsAny(plain, "&<") && stripTags(plain) == plain {
			value = appendEscaped(nil, plain)
		}
	case !m.isAtom(f.rule.as):
		// RSS says nothing about types: HTML it is.
	case l.typ == "text" || l.typ == "text/plain" || l.typ == "":
		if bytes.ContainsAny(value, "&<>") && !(l.typ == "" && f.rule.as != "title" && looksLikeHTML(string(value))) {
			value = appendEscaped(nil, string(value))
		}
	}
	value = bytes.TrimSpace(value)
	if parent := &m.stack[len(m.stack)-2]; f.base != parent.base {
		value = []byte(m.refs.html(f.base, string(value)))
	}
	return value
}

// isAtom reports whether an element has the text constructs of Atom.
func (m *mender) isAtom(name string) bool {
	prefix, _, ok := strings.Cut(name, ":")
	return m.format == "atom" && !ok || ok && prefix == "atom"
}

// base64 decodes a text that is encoded so. Atom 0.3 allows it for any type; in
// Atom 1.0 it is implied by the types that are no text.
func (m *mender) base64(as string, value []byte) []byte {
	packed := bytes.Join(bytes.Fields(value), nil)
	decoded := make([]byte, base64.StdEncoding.DecodedLen(len(packed)))
	n, err := base64.StdEncoding.Decode(decoded, packed)
	if err != nil || !utf8.Valid(decoded[:n]) {
		if m.leaf.mode == "base64" && err != nil {
			return value // not encoded at all
		}
		return nil
	}
	decoded = appendPlain(nil, decoded[:n])
	switch {
	case m.leaf.typ == "", m.leaf.typ == "text", m.leaf.typ == "text/plain", as == "title" && isBinary(m.leaf.typ):
		return appendEscaped(nil, string(decoded))
	}
	return decoded
}

// isBinary reports whether content of a type is written in base64 (RFC 4287
// section 4.1.3.3).
func isBinary(typ string) bool {
	kind, _, ok := strings.Cut(typ, "/")
	return ok && kind != "text" && !strings.Contains(typ, "html") && !strings.HasSuffix(typ, "xml")
}

// appendStartTag writes a start tag with the attributes of the leaf.
func (m *mender) appendStartTag(dst []byte, name string) []byte {
	dst = append(append(dst, '<'), name...)
	for i := range m.leaf.attrs {
		a := &m.leaf.attrs[i]
		dst = append(append(append(dst, ' '), a.name...), '=', '"')
		dst = append(appendEscaped(dst, string(a.value)), '"')
	}
	return append(dst, '>')
}

func appendEndTag(dst []byte, name string) []byte {
	return append(append(append(dst, '<', '/'), name...), '>')
}

// appendValue writes character data. A CDATA section is the form that gofeed
// reads fastest.
func appendValue(dst, value []byte) []byte {
	if !bytes.ContainsAny(value, "&<>") {
		return append(dst, value...)
	}
	dst = append(dst, "<![CDATA["...)
	for {
		i := bytes.Index(value, []byte("]]>"))
		if i < 0 {
			break
		}
		dst = append(append(dst, value[:i+2]...), "]]><![CDATA["...)
		value = value[i+2:]
	}
	return append(append(dst, value...), "]]>"...)
}

// appendEscaped writes a string as the text of HTML or of an attribute.
func appendEscaped(dst []byte, s string) []byte {
	last := 0
	for i := 0; i < len(s); i++ {
		ref := ""
		switch s[i] {
		case '&':
			ref = "&amp;"
		case '<':
			ref = "&lt;"
		case '>':
			ref = "&gt;"
		case '"':
			ref = "&#34;"
		default:
			continue
		}
		dst = append(append(dst, s[last:i]...), ref...)
		last = i + 1
	}
	return append(dst, s[last:]...)
}

// isVoid reports whether an element of HTML has no end tag.
func isVoid(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}

// endsSibling reports whether an element of HTML ends the one before it of the
// same name.
func endsSibling(name string) bool {
	switch name {
	case "p", "li", "tr", "td", "th", "dt", "dd", "option":
		return true
	}
	return false
}
