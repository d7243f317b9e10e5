package terminal

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/bidi"
)

// maxMarks is how many combining marks one letter keeps: more than any script
// needs, fewer than it takes to draw over the lines above.
const maxMarks = 4

// clean makes a publisher's words safe for a terminal and the same width in all
// of them: one line, no control or format characters but those that letters need,
// no direction overrides, and of what is joined from several emoji the first.
func clean(text string) string {
	var b strings.Builder
	space := false
	for text != "" {
		cluster, _ := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
		text = text[len(cluster):]
		r := []rune(cluster)
		if unicode.IsSpace(r[0]) {
			space = b.Len() > 0
			continue
		}
		kept := settle(r)
		if kept == "" {
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteString(kept)
	}
	return b.String()
}

// settle returns what is shown of a grapheme cluster.
func settle(cluster []rune) string {
	var b strings.Builder
	marks := 0
	for i, r := range cluster {
		switch {
		case r == '\u200c', r == '\u200d': // join or part letters; emoji below
			if i == 0 || !unicode.IsLetter(cluster[0]) {
				return b.String()
			}
		case r == '\u200e', r == '\u200f', r == '\u061c': // marks of direction that open no scope
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp), r == unicode.ReplacementChar:
			continue
		case r >= 0xfe00 && r <= 0xfe0f, r == 0x20e3, r >= 0x1f3fb && r <= 0x1f3ff && i > 0, r >= 0xe0000:
			continue // how a sign is to look: what comes of it has no width that is agreed on
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks || b.Len() == 0 {
				continue
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// ruler measures text as the renderer does, in columns.
type ruler struct{ method ansi.Method }

func (l ruler) width(text string) int { return l.method.StringWidth(text) }

// head returns as much of a text as fits in so many columns, and its width. A
// sign that is wider than all the room is left out.
func (l ruler) head(text string, columns int) (string, int) {
	at, used := 0, 0
	for at < len(text) {
		cluster, w := ansi.FirstGraphemeCluster(text[at:], l.method)
		if used+w > columns {
			break
		}
		at, used = at+len(cluster), used+w
	}
	return text[:at], used
}

// fit cuts a text to a number of columns.
func (l ruler) fit(text string, columns int) string {
	if columns <= 0 {
		return ""
	}
	if l.width(text) <= columns {
		return text
	}
	cut, _ := l.head(text, columns-1)
	return strings.TrimRight(cut, " ") + "…"
}

// column makes a text exactly so many columns wide, and keeps what it says from
// reordering what stands beside it.
func (l ruler) column(text string, columns int) string {
	text = l.fit(text, columns)
	pad := strings.Repeat(" ", max(columns-l.width(text), 0))
	return Isolated(text) + pad
}

// Isolated encloses a text that runs from right to left in an isolate (UAX #9,
// section 2.4.2), so that a terminal that reorders keeps it in its place.
func Isolated(text string) string {
	for i := 0; i < len(text); {
		p, n := bidi.LookupString(text[i:])
		if n == 0 {
			break
		}
		if c := p.Class(); c == bidi.R || c == bidi.AL {
			return "\u2068" + text + "\u2069"
		}
		i += n
	}
	return text
}

// The styles, as terminals of all ages know them. NO_COLOR takes away the colours
// only: what they say is said by signs as well.
const (
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	invert = "\x1b[7m"
	green  = "\x1b[32m"
	red    = "\x1b[31m"
	plain  = "\x1b[0m"
)

func styled(style, text string) string {
	if style == "" || text == "" {
		return text
	}
	return style + text + plain
}

// flow lays text out in lines of at most so many columns, breaking where Unicode
// allows it (UAX #14), and within words that are too long.
type flow struct {
	ruler
	columns int
	lines   []string

	line  strings.Builder
	used  int
	style string // that holds in line
	gap   string // white space that stands before what comes next on the line
}

// add continues the paragraph. The text is clean.
func (f *flow) add(text, style string) { f.enclosed("", text, "", style) }

// enclosed is add with signs around the text that are not parted from it.
func (f *flow) enclosed(open, text, end, style string) {
	state := -1
	for text != "" {
		var seg string
		seg, text, _, state = uniseg.FirstLineSegmentInString(text, state)
		word := strings.TrimRight(seg, " ")
		gap := seg[len(word):]
		word, open = open+word, ""
		if text == "" {
			word += end
		}
		f.word(word, style)
		f.gap += gap
	}
}

func (f *flow) word(word, style string) {
	w := f.width(word)
	if f.used > 0 && f.used+len(f.gap)+w > f.columns {
		f.turn()
	}
	for f.used+len(f.gap)+w > f.columns && word != "" {
		part, n := f.head(word, max(f.columns-f.used-len(f.gap), 1))
		if part == "" { // a sign wider than the line
			return
		}
		f.put(part, n, style)
		f.turn()
		word = word[len(part):]
		w = f.width(word)
	}
	if word != "" {
		f.put(word, w, style)
	}
}

func (f *flow) put(text string, width int, style string) {
	if f.style != style {
		if f.style != "" {
			f.line.WriteString(plain)
		}
		f.line.WriteString(f.gap + style)
		f.style = style
	} else {
		f.line.WriteString(f.gap)
	}
	f.line.WriteString(text)
	f.used += len(f.gap) + width
	f.gap = ""
}

// turn ends the line.
func (f *flow) turn() {
	f.gap = ""
	if f.used == 0 {
		return
	}
	if f.style != "" {
		f.line.WriteString(plain)
		f.style = ""
	}
	f.lines = append(f.lines, Isolated(f.line.String()))
	f.line.Reset()
	f.used = 0
}

// para adds a paragraph of one style.
func (f *flow) para(text, style string) {
	f.add(text, style)
	f.turn()
}

// blank adds an empty line.
func (f *flow) blank() { f.lines = append(f.lines, "") }

// count prints "1 copy", "2 copies".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
