package search

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// marker finds what was searched for in texts.
type marker struct {
	words    *analyzer
	terms    map[string]int // with the number of the clause
	prefixes []string
}

func newMarker(cs []clause) *marker {
	m := &marker{words: newAnalyzer(), terms: map[string]int{}}
	for i, c := range cs {
		if !c.scored {
			continue
		}
		if c.prefix != "" {
			m.prefixes = append(m.prefixes, c.prefix)
		}
		for _, p := range c.places {
			for _, t := range p.terms {
				m.terms[t] = i
			}
		}
	}
	return m
}

// spot is a word that was searched for.
type spot struct {
	token
	n      int // its number among the words of the text
	clause int
}

func (m *marker) spots(text string, l language) (spots []spot) {
	m.words.words(text, l, func(n int, t token) {
		c, ok := m.terms[t.term]
		if !ok && slices.ContainsFunc(m.prefixes, func(p string) bool {
			return t.term != "" && strings.HasPrefix(plain(strings.ToLower(text[t.start:t.end])), p)
		}) {
			c, ok = -1, true
		}
		if ok && t.term != "" {
			spots = append(spots, spot{t, n, c})
		}
	})
	return spots
}

// whole marks a text that is shown as a whole.
func (m *marker) whole(text string, l language) []Piece {
	return cut(text, 0, len(text), m.spots(text, l))
}

// About how long a snippet is, and how much of it stands before the first hit,
// in bytes.
const (
	snippetLength = 240
	snippetBefore = 60
	snippetText   = 200_000 // of a text are looked through
)

// snippet shows the part of a text that has most of what was searched for; its
// beginning when it has nothing of it.
func (m *marker) snippet(text string, l language) []Piece {
	if len(text) > snippetText {
		text = strings.ToValidUTF8(text[:snippetText], "")
	}
	spots := m.spots(text, l)
	best, most := 0, -1
	for i := range spots {
		seen := map[int]bool{}
		n := 0
		for _, s := range spots[i:] {
			if s.end-spots[i].start > snippetLength-snippetBefore {
				break
			}
			n++
			if !seen[s.clause] {
				seen[s.clause] = true
				n += 100 // different words before many
			}
		}
		if n > most {
			best, most = i, n
		}
	}
	from := 0
	if len(spots) > 0 && spots[best].start > snippetBefore+20 {
		from = wordStart(text, spots[best].start-snippetBefore)
	}
	to := len(text)
	if to > from+snippetLength {
		to = wordStart(text, from+snippetLength)
	}
	pieces := cut(text, from, to, spots)
	if from > 0 {
		pieces = slices.Insert(pieces, 0, Piece{Text: "… "})
	}
	if to < len(text) {
		pieces = append(pieces, Piece{Text: " …"})
	}
	return join(pieces)
}

// wordStart returns where a word begins near a place.
func wordStart(text string, at int) int {
	for !utf8.RuneStart(text[at]) {
		at--
	}
	for i := at; i > at-20 && i > 0; i-- {
		if text[i-1] == ' ' || text[i-1] == '\n' {
			return i
		}
	}
	return at
}

// cut divides a stretch of a text at the words that were searched for. White
// space becomes single spaces.
func cut(text string, from, to int, spots []spot) (pieces []Piece) {
	at := from
	for _, s := range spots {
		if s.end <= at || s.start >= to {
			continue
		}
		start, end := max(s.start, at), min(s.end, to)
		pieces = append(pieces, Piece{Text: text[at:start]}, Piece{text[start:end], true})
		at = end
	}
	return join(append(pieces, Piece{Text: text[at:to]}))
}

// join puts neighbours of one kind together and drops what is empty.
func join(pieces []Piece) (out []Piece) {
	for _, p := range pieces {
		p.Text = squeeze(p.Text)
		switch {
		case p.Text == "":
		case len(out) > 0 && out[len(out)-1].Hit == p.Hit:
			out[len(out)-1].Text += p.Text
		default:
			out = append(out, p)
		}
	}
	return out
}

// squeeze makes runs of white space one space.
func squeeze(s string) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' {
			space = true
			continue
		}
		if space {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}
