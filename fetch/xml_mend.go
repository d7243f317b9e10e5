package fetch

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"time"
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
			} else if text := bytes.TrimSpace(m.scan.text); len(text) > 0 {
				m.stray(text)
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

// stray deals with character data that is in no text. In a person it is taken
// for the name.
func (m *mender) stray(raw []byte) {
	if m.format == "" {
		m.faults.add("there is text before the feed")
	}
	if len(m.stack) == 0 {
		return
	}
	f := &m.stack[len(m.stack)-1]
	if f.mode != modeRead || f.children > 0 || f.rule.as != "author" && f.rule.as != "atom:author" {
		return
	}
	f.children++
	dst := m.dst()
	*dst = append(*dst, "<name>"...)
	*dst = appendValue(*dst, appendText(nil, raw, m.scan.entities))
	*dst = append(*dst, "</name>"...)
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
	open := len(m.stack)
	m.repair(prefix, key)
	if len(m.stack) < open {
		// It stands elsewhere than it seemed, under another base and language.
		if f, err = m.open(); err != nil {
			return err
		}
	}
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
		if rule, ok := xmlRules[parent.place][string(key)]; ok {
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
func (m *mender) ruleKey(prefix string, local []byte) []byte {
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
	return m.key
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
		m.definition(&f)
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

// repair closes elements that a publisher forgot to close, when a start tag
// shows that they are over.
func (m *mender) repair(prefix string, key []byte) {
	top := &m.stack[len(m.stack)-1]
	if top.mode == modeRead && top.place != placeTree && top.place != placeItem && top.place != placeEntry || top.foreign {
		return
	}
	if prefix == "" && (string(key) == "item" && m.format != "atom" || string(key) == "entry" && m.format == "atom") {
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
	if m.stack[i].rule.shape == shapeHTML && (prefix == "" || prefix == "xhtml") && htmlElements[string(key)] {
		return
	}
	if _, ok := xmlRules[m.stack[i-1].place][string(key)]; !ok {
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
	m.definition(f)
	return nil
}

// definition takes what the Channel Definition Format (W3C note of 1997), whose
// root is the channel, says in attributes where RSS has elements.
func (m *mender) definition(f *frame) {
	if m.format == "atom" || len(m.scan.attrs) == 0 {
		return
	}
	dst := m.dst()
	for _, a := range m.scan.attrs {
		switch {
		case bytes.EqualFold(a.name, []byte("href")):
			value := string(bytes.TrimSpace(appendText(nil, a.value, m.scan.entities)))
			*dst = append(*dst, "<link>"...)
			*dst = appendValue(*dst, []byte(m.refs.link(f.base, value)))
			*dst = append(*dst, "</link>"...)
		case bytes.EqualFold(a.name, []byte("lastmod")):
			if t, ok := m.dates.read(string(a.value)); ok {
				*dst = append(*dst, "<pubDate>"...)
				*dst = t.UTC().AppendFormat(*dst, time.RFC3339Nano)
				*dst = append(*dst, "</pubDate>"...)
			}
		}
	}
}
