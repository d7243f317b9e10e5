package fetch

import (
	"bytes"
	"encoding/base64"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of the structure of a feed. Of 228 real feeds from public collections
// none comes near. Within them the time that reading takes is linear in the
// size of the body.
const (
	maxDepth    = 200
	maxItems    = 50_000
	maxChildren = 5_000 // of one element below the items
	maxBindings = 256   // namespace declarations in force at one place
)

// errors of the mender, causes of an [Error].
var (
	errHTML      = errors.New("the body is an HTML page")
	errNoFeed    = errors.New("the body holds no feed")
	errDepth     = errors.New("elements are nested more than 200 deep")
	errItems     = errors.New("there are more than 50000 entries")
	errChildren  = errors.New("an element has more than 5000 children")
	errBindings  = errors.New("more than 256 namespaces are declared at one place")
	errAttrs     = errors.New("an element has more than 500 attributes")
	errCut       = errors.New("the body ends before it says anything")
	errOtherRoot = errors.New("the document is XML but no feed")
)

// mender rewrites a feed so that gofeed reads it whole: well-formed whatever
// the publisher did, in UTF-8, namespaces replaced by their usual prefixes,
// dates in one form, references absolute, every text that may hold markup as
// HTML in one section, and nothing in it that is not read. What gofeed would
// change or lose (IDs, languages, bases) is noted beside.
//
// It is also what stands between hostile bodies and gofeed, whose recursion and
// copying are bounded by nothing but its input.
type mender struct {
	scan  xmlScanner
	refs  linker
	dates dateReader

	format  string // rss, rdf or atom once the root was seen
	version string
	doc     note     // of the feed
	notes   []note   // of its entries
	head    []byte   // what the feed says
	items   []byte   // what its entries say
	texts   []string // long texts, which head and items refer to
	faults  faults
	partial bool // the body ended early
	floor   int  // how deep the stack is when the root is closed

	stack      []frame
	bindings   []binding
	rootPrefix []byte
	rootCount  int // bindings declared on the root
	inItem     bool
	leaf       leaf
	leafAt     int    // where in stack the text being collected is
	key        []byte // scratch
}

// note is what gofeed would lose of a feed or an entry.
type note struct {
	base  *url.URL // for the references in its HTML
	based bool     // xml:base was given
	lang  string
	id    string // Atom id, byte for byte
	about string // rdf:about
	rank  int    // how much the text that gave lang counts
}

// frameMode is what an open element means for what is in it.
type frameMode uint8

const (
	modeRead   frameMode = iota // its children are looked up in xmlRules
	modeLeaf                    // a text is being collected
	modeMarkup                  // markup within that text
	modeSkip                    // left out
)

// frame is an open element.
type frame struct {
	name     []byte // as written
	mode     frameMode
	rule     xmlRule
	place    xmlPlace // of its children
	foreign  bool     // skipped and not the format's own: may hold whole feeds
	base     *url.URL
	lang     string
	based    bool
	bindings int // in force before it
	children int
	seen     uint64 // which texts of xmlRule.once it has
	out      int    // where in items its output begins
}

// binding is a namespace declaration: a prefix and what it stands for.
type binding struct {
	prefix []byte
	to     string
}

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

// mend reads src, which is valid UTF-8.
func (m *mender) mend(src []byte) error {
	m.scan.src = src
	for {
		switch m.scan.next() {
		case xmlEOF:
			return m.finish()
		case xmlStart:
			if err := m.start(); err != nil {
				return err
			}
		case xmlEnd:
			m.end()
			if m.format != "" && len(m.stack) == m.floor {
				return m.finish()
			}
		case xmlText:
			if m.inLeaf() {
				m.text(m.scan.text, false)
			}
		case xmlCDATA:
			if m.inLeaf() {
				m.text(m.scan.text, true)
			}
		}
	}
}

// finish closes what is open. An entry that the end of the body cut in two is
// left out: the next poll brings it whole.
func (m *mender) finish() error {
	if m.format == "" {
		return errNoFeed
	}
	if len(m.stack) == m.floor {
		return nil
	}
	m.partial = true
	m.faults.add("the body ends before the feed does")
	if len(m.head) == 0 && len(m.items) == 0 {
		return errCut
	}
	top := m.stack[len(m.stack)-1].mode
	if m.inItem && (m.scan.cut || top == modeLeaf || top == modeMarkup) {
		for i := range m.stack {
			if m.stack[i].rule.shape == shapeItem {
				m.items = m.items[:m.stack[i].out]
				m.notes = m.notes[:len(m.notes)-1]
				return nil
			}
		}
	}
	for len(m.stack) > 0 {
		m.close()
	}
	return nil
}

func (m *mender) inLeaf() bool {
	if len(m.stack) == 0 {
		return false
	}
	mode := m.stack[len(m.stack)-1].mode
	return mode == modeLeaf || mode == modeMarkup
}

// start deals with a start tag.
func (m *mender) start() error {
	if m.scan.crowded {
		return errAttrs
	}
	if m.format == "" {
		return m.root()
	}
	if len(m.stack) == 0 {
		return nil
	}
	f, err := m.open()
	if err != nil {
		return err
	}
	prefix, local := m.resolve(m.scan.name)
	key := m.ruleKey(prefix, local)
	m.recover(prefix, key)
	parent := &m.stack[len(m.stack)-1]
	if parent.mode == modeLeaf || parent.mode == modeMarkup {
		m.startMarkup(f, prefix, local)
		return nil
	}
	if len(m.stack) >= maxDepth {
		return errDepth
	}
	parent.children++
	if limit := m.childLimit(parent); parent.children > limit {
		return errChildren
	}
	f.mode, f.foreign = modeSkip, prefix != "" || parent.foreign
	if parent.mode == modeRead {
		if rule, ok := xmlRules[parent.place][key]; ok {
			f.mode, f.rule, f.foreign = modeRead, rule, false
		}
	}
	if f.mode == modeRead {
		if err := m.startRead(&f, parent); err != nil {
			return err
		}
	}
	m.push(f)
	return nil
}

func (m *mender) childLimit(parent *frame) int {
	switch parent.place {
	case placeRSS, placeChan, placeFeed:
		return 2 * maxItems
	}
	return maxChildren
}

// push opens a frame, and closes it at once when its tag says so.
func (m *mender) push(f frame) {
	empty := m.scan.empty
	m.stack = append(m.stack, f)
	if empty {
		m.close()
	}
}

// open reads what every start tag may say: namespaces, base and language.
func (m *mender) open() (frame, error) {
	f := frame{name: m.scan.name, bindings: len(m.bindings)}
	if n := len(m.stack); n > 0 {
		p := &m.stack[n-1]
		f.base, f.lang, f.based = p.base, p.lang, p.based
	} else {
		f.base, f.lang = m.doc.base, m.doc.lang
	}
	for _, a := range m.scan.attrs {
		if len(a.name) < 5 || a.name[0] != 'x' {
			continue
		}
		switch {
		case string(a.name) == "xmlns":
			m.bindings = append(m.bindings, binding{nil, m.namespace(a.value)})
		case bytes.HasPrefix(a.name, []byte("xmlns:")):
			m.bindings = append(m.bindings, binding{a.name[6:], m.namespace(a.value)})
		case string(a.name) == "xml:base":
			if u := m.refs.base(f.base, string(appendText(nil, a.value, m.scan.entities))); u != nil {
				f.base, f.based = u, true
			}
		case string(a.name) == "xml:lang":
			f.lang = language(string(appendText(nil, a.value, m.scan.entities)))
		}
	}
	if len(m.bindings) > maxBindings {
		return f, errBindings
	}
	return f, nil
}

func (m *mender) namespace(value []byte) string {
	if bytes.IndexByte(value, '&') >= 0 {
		value = appendText(nil, value, m.scan.entities)
	}
	return namespacePrefix(value)
}

// resolve splits a name into the prefix of xmlPrefixes and the rest. The prefix
// is empty for the format's own elements.
func (m *mender) resolve(name []byte) (string, []byte) {
	prefix, local, ok := bytes.Cut(name, []byte(":"))
	if !ok {
		prefix, local = nil, name
	}
	for i := len(m.bindings) - 1; i >= 0; i-- {
		b := &m.bindings[i]
		if !bytes.Equal(b.prefix, prefix) {
			continue
		}
		switch {
		case i < m.rootCount && bytes.Equal(prefix, m.rootPrefix) && (m.format != "rdf" || b.to != "rdf"),
			i < m.rootCount && len(prefix) == 0,
			m.format == "atom" && b.to == "atom":
			return "", local
		}
		return b.to, local
	}
	switch {
	case len(prefix) == 0 || bytes.Equal(prefix, m.rootPrefix) && m.format != "rdf":
		return "", local
	case m.format == "atom" && string(prefix) == "atom":
		return "", local
	case knownPrefixes[string(prefix)]:
		return string(prefix), local
	case string(prefix) == "rss":
		return "", local
	}
	return otherPrefix, local
}

// ruleKey is what xmlRules calls an element. It is good until the next call.
func (m *mender) ruleKey(prefix string, local []byte) string {
	m.key = m.key[:0]
	if prefix != "" {
		m.key = append(append(m.key, prefix...), ':')
	}
	for _, c := range local {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		m.key = append(m.key, c)
	}
	return string(m.key)
}

// root looks for the root of a feed. What servers print before it by mistake
// is skipped.
func (m *mender) root() error {
	_, local, ok := bytes.Cut(m.scan.name, []byte(":"))
	if !ok {
		local = m.scan.name
	}
	name := strings.ToLower(string(local))
	switch name {
	case "rss", "rdf", "channel":
		m.format = "rss"
		if name == "rdf" {
			m.format = "rdf"
		}
	case "feed", "entry":
		m.format = "atom"
	case "html", "head", "body":
		return errHTML
	default:
		if htmlElements[name] {
			return nil
		}
		return errOtherRoot
	}
	f, err := m.open()
	if err != nil {
		return err
	}
	if ok {
		m.rootPrefix = m.scan.name[:len(m.scan.name)-len(local)-1]
	}
	m.rootCount = len(m.bindings)
	m.readVersion()
	m.doc.base, m.doc.lang, m.doc.based = f.base, f.lang, f.based
	switch name {
	case "channel":
		f.place = placeChan
	case "feed":
		f.place = placeFeed
	case "entry":
		f.place = placeFeed
		m.stack, m.floor = append(m.stack, f), 1
		f.bindings = len(m.bindings)
		f.rule = xmlRule{shape: shapeItem, as: "entry"}
		if err := m.startItem(&f); err != nil {
			return err
		}
	}
	m.push(f)
	return nil
}

// readVersion notes the version of the format: as stated, else by namespace.
func (m *mender) readVersion() {
	for _, a := range m.scan.attrs {
		if strings.EqualFold(string(a.name), "version") {
			m.version = oneLine(string(appendText(nil, a.value, nil)))
		}
	}
	for _, a := range m.scan.attrs {
		if m.version != "" || !bytes.HasPrefix(a.name, []byte("xmlns")) {
			continue
		}
		switch ns := string(bytes.TrimRight(a.value, "/#")); {
		case m.format == "atom" && strings.HasSuffix(ns, "2005/Atom"):
			m.version = "1.0"
		case m.format == "atom" && strings.HasSuffix(ns, "purl.org/atom/ns"):
			m.version = "0.3"
		case m.format == "rdf" && strings.HasSuffix(ns, "purl.org/rss/1.0"):
			m.version = "1.0"
		case m.format == "rdf" && strings.HasSuffix(ns, "simple/0.9"):
			m.version = "0.90"
		}
	}
}

// recover closes elements that a publisher forgot to close, when a start tag
// shows that they are over.
func (m *mender) recover(prefix, key string) {
	top := &m.stack[len(m.stack)-1]
	if top.mode == modeRead && top.place != placeTree && top.place != placeItem && top.place != placeEntry || top.foreign {
		return
	}
	if prefix == "" && (key == "item" && m.format != "atom" || key == "entry" && m.format == "atom") {
		for len(m.stack) > 1 {
			switch f := &m.stack[len(m.stack)-1]; {
			case f.mode == modeRead && (f.place == placeChan || f.place == placeRSS || f.place == placeFeed):
				return
			}
			m.faults.add("elements are not closed")
			m.close()
		}
		return
	}
	if top.mode != modeLeaf && top.mode != modeMarkup {
		return
	}
	i := m.leafAt
	if m.stack[i].rule.shape == shapeHTML && (prefix == "" || prefix == "xhtml") && htmlElements[key] {
		return
	}
	if _, ok := xmlRules[m.stack[i-1].place][key]; !ok {
		return
	}
	m.faults.add("elements are not closed")
	for len(m.stack) > i {
		m.close()
	}
}

// end deals with an end tag: it closes the innermost open element of its name
// with all that is in it. One that closes nothing is left out.
func (m *mender) end() {
	for i := len(m.stack) - 1; i >= 0; i-- {
		name := m.stack[i].name
		if len(name) != len(m.scan.name) || name[0]|0x20 != m.scan.name[0]|0x20 || !bytes.EqualFold(name, m.scan.name) {
			continue
		}
		for len(m.stack) > i+1 {
			if m.stack[len(m.stack)-1].mode != modeMarkup {
				m.faults.add("elements are not closed")
			}
			m.close()
		}
		m.close()
		return
	}
}

// close closes the innermost open element.
func (m *mender) close() {
	f := &m.stack[len(m.stack)-1]
	switch f.mode {
	case modeLeaf:
		m.endLeaf(f)
	case modeMarkup:
		m.endMarkup(f)
	case modeRead:
		switch {
		case f.rule.shape == shapeItem:
			m.items = appendEndTag(m.items, f.rule.as)
			m.inItem = false
		case f.rule.shape == shapeTree && f.place != placeChan:
			dst := m.dst()
			*dst = appendEndTag(*dst, f.rule.as)
		}
	}
	m.bindings = m.bindings[:f.bindings]
	m.stack = m.stack[:len(m.stack)-1]
}

func (m *mender) dst() *[]byte {
	if m.inItem {
		return &m.items
	}
	return &m.head
}

// startRead begins an element that is read.
func (m *mender) startRead(f, parent *frame) error {
	switch f.rule.shape {
	case shapeItem:
		return m.startItem(f)
	case shapeTree:
		f.place = placeTree
		if f.rule.as == "channel" {
			f.place = placeChan
			m.doc.base, m.doc.lang, m.doc.based = f.base, f.lang, f.based
			m.doc.about = m.attr("rdf:about")
			return nil
		}
		m.leafAttrs(f)
		dst := m.dst()
		*dst = m.appendStartTag(*dst, f.rule.as)
		return nil
	}
	if f.rule.once > 0 && parent.seen&(1<<f.rule.once) != 0 {
		f.mode = modeSkip
		return nil
	}
	m.startLeaf(f)
	return nil
}

// startItem begins an entry.
func (m *mender) startItem(f *frame) error {
	if len(m.notes) >= maxItems {
		return errItems
	}
	f.place = placeItem
	if m.format == "atom" {
		f.place = placeEntry
	}
	m.notes = append(m.notes, note{base: f.base, based: f.based, lang: f.lang, about: m.attr("rdf:about")})
	f.out = len(m.items)
	m.inItem = true
	m.items = append(append(append(m.items, '<'), f.rule.as...), '>')
	return nil
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

// noteLang keeps the language of a text of an entry where it has one of its
// own: that of the longest text counts most.
func (m *mender) noteLang(f *frame) {
	parent := &m.stack[len(m.stack)-2]
	if !m.inItem || f.lang == parent.lang || f.lang == "" || parent.rule.shape != shapeItem {
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
