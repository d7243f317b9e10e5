package diff

import (
	"slices"
	"strings"
	"unicode"
)

// MaxWords is how many words of a text are compared.
const MaxWords = 20000

const (
	maxCells = 1 << 18 // cells of one table of longest common subsequence
	budget   = 4 << 20 // cells of all tables of one comparison
	deepGaps = 24      // how often a gap is divided again
	glue     = 4       // matching words that do not interrupt a change
)

// Word is a word, or one sign of a script that writes without spaces.
type Word struct {
	Text  string
	Space bool   // white space stands before it
	Begin bool   // begins a paragraph
	key   string // what is compared: typographic variants are the same word
}

// Words divides a text whose paragraphs are separated by blank lines. more says
// that there is text beyond [MaxWords].
func Words(text string) (all []Word, more bool) {
	for p := range strings.SplitSeq(text, "\n\n") {
		begin := true
		for _, w := range strings.Fields(p) {
			for i, part := range parts(w) {
				if len(all) == MaxWords {
					return all, true
				}
				all = append(all, Word{part, i == 0 && !begin, begin, wordKey.Replace(part)})
				begin = false
			}
		}
	}
	return all, false
}

// wordKey makes alike what editors change without changing a word.
var wordKey = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "–", "-", "—", "-", "…", "...")

// parts divides a word of a script without spaces into its signs.
func parts(w string) []string {
	if !strings.ContainsFunc(w, unspaced) {
		return []string{w}
	}
	var out []string
	rest := 0
	for i, r := range w {
		if !unspaced(r) {
			continue
		}
		if rest < i {
			out = append(out, w[rest:i])
		}
		rest = i + len(string(r))
		out = append(out, w[i:rest])
	}
	if rest < len(w) {
		out = append(out, w[rest:])
	}
	return out
}

func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// matcher finds which words of two texts correspond. Long stretches are divided
// at runs of three words that occur once in both (the idea of Bram Cohen's
// patience diff), short ones are aligned by longest common subsequence. The
// work is bounded: where the bound is reached, words count as different.
type matcher struct {
	a, b  []int // words as numbers
	match []int // for each word of b its word in a, or -1
	cells int
}

// Match aligns b with a: for each word of b, the index of its counterpart in a
// or -1, ascending.
func Match(a, b []Word) []int {
	ids := map[string]int{}
	number := func(ts []Word) []int {
		out := make([]int, len(ts))
		for i, t := range ts {
			id, ok := ids[t.key]
			if !ok {
				id = len(ids)
				ids[t.key] = id
			}
			out[i] = id
		}
		return out
	}
	m := matcher{a: number(a), b: number(b), match: make([]int, len(b)), cells: budget}
	for i := range m.match {
		m.match[i] = -1
	}
	m.align(0, len(a), 0, len(b), 0)
	m.clean()
	return m.match
}

// align matches a[alo:ahi] with b[blo:bhi].
func (m *matcher) align(alo, ahi, blo, bhi, depth int) {
	for alo < ahi && blo < bhi && m.a[alo] == m.b[blo] {
		m.match[blo] = alo
		alo, blo = alo+1, blo+1
	}
	for alo < ahi && blo < bhi && m.a[ahi-1] == m.b[bhi-1] {
		ahi, bhi = ahi-1, bhi-1
		m.match[bhi] = ahi
	}
	if alo == ahi || blo == bhi {
		return
	}
	if n := (ahi - alo) * (bhi - blo); n <= maxCells && n <= m.cells {
		m.cells -= n
		m.subsequence(alo, ahi, blo, bhi)
		return
	}
	if depth == deepGaps {
		return
	}
	anchors := m.anchors(alo, ahi, blo, bhi)
	if len(anchors) == 0 {
		return
	}
	for _, p := range append(anchors, [2]int{ahi, bhi}) {
		m.align(alo, max(alo, p[0]), blo, max(blo, p[1]), depth+1)
		alo, blo = max(alo, p[0]), max(blo, p[1])
	}
}

// anchors returns the places of runs of three words that occur once in each
// range, as the longest chain that ascends in both.
func (m *matcher) anchors(alo, ahi, blo, bhi int) [][2]int {
	type place struct{ n, at int }
	once := func(words []int, lo, hi int) map[[3]int]place {
		all := map[[3]int]place{}
		for i := lo; i+3 <= hi; i++ {
			k := [3]int(words[i : i+3])
			all[k] = place{all[k].n + 1, i}
		}
		return all
	}
	inA, inB := once(m.a, alo, ahi), once(m.b, blo, bhi)
	var pairs [][2]int
	for k, p := range inA {
		if q := inB[k]; p.n == 1 && q.n == 1 {
			pairs = append(pairs, [2]int{p.at, q.at})
		}
	}
	slices.SortFunc(pairs, func(x, y [2]int) int { return x[0] - y[0] })
	return ascending(pairs)
}

// ascending returns the longest chain of pairs whose second numbers ascend, by
// patience sorting.
func ascending(pairs [][2]int) [][2]int {
	var tops []int // index in pairs of the top of each pile
	prev := make([]int, len(pairs))
	for i, p := range pairs {
		pile, _ := slices.BinarySearchFunc(tops, p[1], func(top, v int) int { return pairs[top][1] - v })
		prev[i] = -1
		if pile > 0 {
			prev[i] = tops[pile-1]
		}
		if pile == len(tops) {
			tops = append(tops, i)
		} else {
			tops[pile] = i
		}
	}
	chain := make([][2]int, len(tops))
	if len(tops) == 0 {
		return nil
	}
	for i, at := len(tops)-1, tops[len(tops)-1]; i >= 0; i, at = i-1, prev[at] {
		chain[i] = pairs[at]
	}
	return chain
}

// subsequence matches two short ranges by their longest common subsequence.
func (m *matcher) subsequence(alo, ahi, blo, bhi int) {
	rows, cols := ahi-alo+1, bhi-blo+1
	best := make([]int32, rows*cols) // of the rest from here on
	for i := rows - 2; i >= 0; i-- {
		for j := cols - 2; j >= 0; j-- {
			at := i*cols + j
			if m.a[alo+i] == m.b[blo+j] {
				best[at] = best[at+cols+1] + 1
			} else {
				best[at] = max(best[at+cols], best[at+1])
			}
		}
	}
	for i, j := 0, 0; i < rows-1 && j < cols-1; {
		at := i*cols + j
		switch {
		case m.a[alo+i] == m.b[blo+j]:
			m.match[blo+j] = alo + i
			i, j = i+1, j+1
		case best[at+cols] >= best[at+1]:
			i++
		default:
			j++
		}
	}
}

// clean takes away matches of a few words in the midst of larger changes: that
// two different sentences share "of the" tells a reader nothing.
func (m *matcher) clean() {
	again := true
	for pass := 0; again && pass < 10; pass++ {
		again = false
		hunks := m.hunks()
		for i := 1; i+1 < len(hunks); i++ {
			h := hunks[i]
			if h.same == 0 || h.same > glue {
				continue
			}
			before, after := hunks[i-1], hunks[i+1]
			if h.same*2 <= max(before.del, before.ins) && h.same*2 <= max(after.del, after.ins) {
				for j := h.at; j < h.at+h.same; j++ {
					m.match[j] = -1
				}
				again = true
			}
		}
	}
}

// hunk is a run of matching words of b, or a change between two such runs.
type hunk struct{ at, same, del, ins int }

func (m *matcher) hunks() []hunk {
	var out []hunk
	a := 0
	for j := 0; j < len(m.b); {
		h := hunk{at: j}
		if m.match[j] >= 0 && m.match[j] == a {
			for j < len(m.b) && m.match[j] == a {
				h.same++
				a, j = a+1, j+1
			}
			out = append(out, h)
			continue
		}
		for j < len(m.b) && m.match[j] < 0 {
			h.ins++
			j++
		}
		next := len(m.a)
		if j < len(m.b) {
			next = m.match[j]
		}
		h.del, a = next-a, next
		out = append(out, h)
	}
	if a < len(m.a) {
		out = append(out, hunk{at: len(m.b), del: len(m.a) - a})
	}
	return out
}

// Op is what happened to a run of words.
type Op string

// The kinds of run.
const (
	Same Op = "same" // in both texts
	Gone Op = "del"  // in the old one only
	New  Op = "ins"  // in the new one only
)

// Run is a run of words with one fate. Paragraphs in it are separated by blank
// lines.
type Run struct {
	Op   Op     `json:"op"`
	Text string `json:"text"`
}

// Runs returns how one text became another: what is the same or gone, joined,
// is the old one, what is the same or new the new one, white space aside. Words
// beyond [MaxWords] are left out, which more says.
func Runs(before, after string) (runs []Run, more bool) {
	a, moreA := Words(before)
	b, moreB := Words(after)
	m := Match(a, b)
	for i, j := 0, 0; ; {
		next, end := len(a), j // the next words that match
		for end < len(b) && m[end] < 0 {
			end++
		}
		if end < len(b) {
			next = m[end]
		}
		runs = join(join(runs, Gone, a[i:next]), New, b[j:end])
		if end == len(b) {
			return runs, moreA || moreB
		}
		runs = join(runs, Same, b[end:end+1])
		i, j = next+1, end+1
	}
}

// join appends words. White space before a change is not part of it.
func join(runs []Run, op Op, words []Word) []Run {
	for _, w := range words {
		space := ""
		switch {
		case len(runs) == 0:
		case w.Begin:
			space = "\n\n"
		case w.Space:
			space = " "
		}
		if len(runs) > 0 {
			runs[len(runs)-1].Text += space
		}
		if len(runs) == 0 || runs[len(runs)-1].Op != op {
			runs = append(runs, Run{Op: op})
		}
		runs[len(runs)-1].Text += w.Text
	}
	return runs
}
