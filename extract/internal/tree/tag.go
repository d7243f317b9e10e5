package tree

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tag is a start or end tag.
type tag struct {
	atom   atom.Atom
	name   string
	attr   []html.Attribute
	role   role
	traits traits
}

// readTag reads the tag whose name begins at i, and the attributes of a start
// tag. It reports false when the page ends in it or it has too many of them.
func (t *builder) readTag(i int, start bool) bool {
	j, upper := i, false
	for ; j < len(t.s) && t.s[j] != '>' && t.s[j] != '/' && !isSpace(t.s[j]); j++ {
		upper = upper || t.s[j] >= 'A' && t.s[j] <= 'Z'
	}
	t.tag.attr = nil
	name := t.b[i:j]
	if upper {
		name = lower(name)
	}
	if t.tag.atom = atom.Lookup(name); t.tag.atom != 0 {
		t.tag.name = t.tag.atom.String()
	} else if t.tag.name = t.s[i:j]; upper {
		t.tag.name = string(name)
	}
	t.tag.role, t.tag.traits = look(t.tag.atom)
	if j < len(t.s) && t.s[j] == '>' { // most tags
		t.at = j + 1
		return true
	}
	return t.readAttrs(j, start)
}

// readAttrs reads attributes from i up to the end of the tag (13.2.5.32 to 40).
func (t *builder) readAttrs(i int, save bool) bool {
	if cap(t.attrs)-len(t.attrs) < 8 {
		t.attrs = make([]html.Attribute, 0, 128)
	}
	from := len(t.attrs)
	for {
		for i < len(t.s) && isSpace(t.s[i]) {
			i++
		}
		if i >= len(t.s) {
			return false
		}
		if t.s[i] == '>' {
			break
		}
		start := i
		for ; i < len(t.s) && t.s[i] != '>' && t.s[i] != '/' && !isSpace(t.s[i]) && (t.s[i] != '=' || i == start); i++ {
		}
		end := i
		val, next := t.value(i)
		if next < 0 {
			return false
		}
		i = next
		if save && end > start {
			t.attrs = t.addAttr(from, start, end, val)
		}
		if len(t.attrs)-from > maxAttrs {
			return false
		}
	}
	if len(t.attrs) > from {
		t.tag.attr = t.attrs[from:len(t.attrs):len(t.attrs)]
	}
	t.at = i + 1
	return true
}

// addAttr adds an attribute to those of a tag, which are attrs[from:], unless it
// has one of that name.
func (t *builder) addAttr(from, start, end int, val string) []html.Attribute {
	key := t.s[start:end]
	for i := range len(key) {
		if key[i] >= 'A' && key[i] <= 'Z' {
			key = string(lower(t.b[start:end]))
			break
		}
	}
	for i := from; i < len(t.attrs); i++ {
		if t.attrs[i].Key == key {
			return t.attrs
		}
	}
	if val = t.newlines(val); strings.IndexByte(val, '&') >= 0 {
		val = unescapeValue(val)
	}
	return append(t.attrs, html.Attribute{Key: key, Val: val})
}

// value reads what may be the value of the attribute whose name ends at i, and
// returns where to go on; -1 when the page ends before.
func (t *builder) value(i int) (val string, next int) {
	for i < len(t.s) && isSpace(t.s[i]) {
		i++
	}
	switch {
	case i >= len(t.s):
		return "", -1
	case t.s[i] == '/':
		return "", i + 1
	case t.s[i] != '=':
		return "", i
	}
	for i++; i < len(t.s) && isSpace(t.s[i]); i++ {
	}
	if i >= len(t.s) {
		return "", -1
	}
	switch c := t.s[i]; c {
	case '>':
		return "", i
	case '"', '\'':
		n := strings.IndexByte(t.s[i+1:], c)
		if n < 0 {
			return "", -1
		}
		return t.s[i+1 : i+1+n], i + n + 2
	}
	start := i
	for i < len(t.s) && t.s[i] != '>' && !isSpace(t.s[i]) {
		i++
	}
	if i >= len(t.s) {
		return "", -1
	}
	return t.s[start:i], i
}

// unescapeValue makes the references in a value characters. In values, other than
// in text, a name without a semicolon is one only if nothing of the name is left
// over and no = follows (13.2.5.73).
func unescapeValue(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		end := 1
		if strings.HasPrefix(s, "&#") {
			end = 2
		}
		for end < len(s) && (isLetter(s[end]) || s[end] >= '0' && s[end] <= '9') {
			end++
		}
		if end < len(s) && s[end] == ';' {
			end++
		}
		b.WriteString(reference(s[:end], s[end:]))
		s = s[end:]
	}
}

// reference returns what a reference in a value stands for; itself when it is
// none.
func reference(s, rest string) string {
	u := html.UnescapeString(s)
	switch {
	case strings.HasPrefix(s, "&#"):
		return u
	case strings.HasSuffix(s, ";"):
		if strings.HasSuffix(u, ";") && s != "&semi;" {
			return s
		}
	case utf8.RuneCountInString(u) != 1 || strings.HasPrefix(rest, "="):
		return s
	}
	return u
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
}

// lower returns b with ASCII capitals made small.
func lower(b []byte) []byte {
	b = bytes.Clone(b)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return b
}
