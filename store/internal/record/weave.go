package record

import (
	"encoding/binary"
	"strings"

	"newsfold"
)

// The HTML of a body says again what its text says. Of the HTML, a pattern is
// kept: what stands between the pieces of the text. It is a row of steps, each a
// literal with its length, how much of the text to leave out and how much to take,
// all lengths being varints; the last step may end behind its literal.

const (
	// minPiece is from how many bytes on a piece of the text is worth a step.
	minPiece = 8
	// maxSkip is how far a piece may lie behind the one before. What was moved
	// further stays in the pattern.
	maxSkip = 1 << 10
)

// WovenBody is the schema of a [newsfold.Body] whose HTML is kept as a pattern over
// its text. It also reads what was written as a [Body].
func WovenBody(w *Wire, b *newsfold.Body) {
	w.string(1, &b.Text)
	if w.reading {
		w.string(2, &b.HTML)
	}
	pattern := ""
	if !w.reading {
		pattern = weave(b.Text, b.HTML)
	}
	w.string(3, &pattern)
	if w.reading && pattern != "" {
		html, ok := unweave(b.Text, pattern)
		if !ok {
			w.err = ErrMalformed
		}
		b.HTML = html
	}
}

// weave returns the pattern from which [unweave] makes html again.
func weave(text, html string) string {
	out := make([]byte, 0, 64+len(html)/16)
	literal, at := 0, 0 // where the literal began, and where in the text we are
	for i := 0; i < len(html); {
		if html[i] == '<' || html[i] == '&' {
			i = markupEnd(html, i)
			continue
		}
		run := html[i:]
		if end := strings.IndexAny(run, "<&"); end >= 0 {
			run = run[:end]
		}
		skip, n := piece(text[at:], run)
		if n < minPiece {
			i += len(run)
			continue
		}
		out = appendString(out, html[literal:i])
		out = binary.AppendUvarint(out, uint64(skip))
		out = binary.AppendUvarint(out, uint64(n))
		i, at = i+n, at+skip+n
		literal = i
	}
	if literal < len(html) {
		out = appendString(out, html[literal:])
	}
	return string(out)
}

// markupEnd returns where the tag or character reference ends that begins at i.
func markupEnd(html string, i int) int {
	if html[i] == '&' {
		const longest = 12 // any reference that sanitising writes
		return i + 1 + strings.IndexByte(html[i+1:min(len(html), i+longest)], ';') + 1
	}
	if n := strings.IndexByte(html[i:], '>'); n >= 0 {
		return i + n + 1
	}
	return len(html)
}

// piece finds the beginning of a run in what follows of the text: how far on, and
// how much of the run is there.
func piece(text, run string) (skip, n int) {
	if len(run) < minPiece {
		return 0, 0
	}
	skip = strings.Index(text[:min(len(text), maxSkip)], run[:minPiece])
	if skip < 0 {
		return 0, 0
	}
	text = text[skip:]
	for n = minPiece; n < min(len(run), len(text)) && run[n] == text[n]; {
		n++
	}
	return skip, n
}

func appendString(to []byte, s string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}

// unweave makes HTML of a text and a pattern; false when they do not belong
// together.
func unweave(text, pattern string) (html string, ok bool) {
	var b strings.Builder
	b.Grow(len(text) + len(pattern))
	take := func(from *string) (string, bool) {
		l, n := uvarint(pattern)
		if n <= 0 {
			return "", false
		}
		if pattern = pattern[n:]; l > uint64(len(*from)) {
			return "", false
		}
		s := (*from)[:l]
		*from = (*from)[l:]
		return s, true
	}
	for pattern != "" {
		literal, ok := take(&pattern)
		if !ok {
			return "", false
		}
		b.WriteString(literal)
		if pattern == "" {
			break
		}
		if _, ok = take(&text); !ok { // left out
			return "", false
		}
		taken, ok := take(&text)
		if !ok || b.Len() > MaxSize {
			return "", false
		}
		b.WriteString(taken)
	}
	return b.String(), true
}
