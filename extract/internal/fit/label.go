package main

import (
	"strings"
	"unicode"

	"newsfold/extract/internal/page"
)

// labels holds, per block of a page, how much of it is article text and how
// much the answer matters; weight 0 where the truth does not tell.
type labels struct {
	y, w []float32
}

// words splits text as the scorer does: runs of letters, digits and
// underscores.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Mc, r)
	})
}

// label aligns the blocks of a page with the truth.
func label(p *page.Page, t *truth) labels {
	l := labels{y: make([]float32, len(p.Blocks)), w: make([]float32, len(p.Blocks))}
	if t.Text != nil {
		l.fromText(p, words(*t.Text))
		for i := range l.w {
			l.w[i] *= setWeight[t.Set]
		}
		return l
	}
	l.fromSnippets(p, t)
	return l
}

// setWeight says what a page of a set counts. Mozilla's truth is another
// extractor's output, with captions.
var setWeight = map[string]float32{"scrapinghub": 2.5, "wcxb": 1, "mozilla": .8, "wcxb-other": 0}

// fromText labels every block by alignment with the full text: a chain of
// matches, in order on both sides, with the most words.
func (l *labels) fromText(p *page.Page, truth []string) {
	index := make(map[string][]int) // pairs of words to their places
	for i := range truth {
		index[truth[i]+" "+at(truth, i+1)] = append(index[truth[i]+" "+at(truth, i+1)], i)
	}
	single := make(map[string][]int)
	for i, w := range truth {
		single[w] = append(single[w], i)
	}
	var all []match
	blocks := make([][]string, len(p.Blocks))
	for i := range p.Blocks {
		ws := words(p.Blocks[i].Text)
		blocks[i] = ws
		all = append(all, matches(i, ws, truth, index, single)...)
	}
	for _, m := range chain(all, len(truth)) {
		l.y[m.block] = float32(m.hits) / float32(max(len(blocks[m.block]), 1))
	}
	total := float32(max(len(truth), 20))
	var wrong float32
	for i := range p.Blocks {
		n := float32(len(blocks[i]))
		l.w[i] = (min(n, .5*total) + 3) / total
		if l.y[i] < .5 {
			wrong += l.w[i]
		}
	}
	// The furniture of a page may be many times the article: what matters is
	// that precision drops, not how far.
	if wrong > 3 {
		for i := range l.w {
			if l.y[i] < .5 {
				l.w[i] *= 3 / wrong
			}
		}
	}
}

func at(s []string, i int) string {
	if i < len(s) {
		return s[i]
	}
	return ""
}

// match says that a block covers truth[from:to].
type match struct {
	block, from, to, hits int
}

// matches lists the places of the truth that a block may be.
func matches(block int, ws, truth []string, index, single map[string][]int) []match {
	n := len(ws)
	if n == 0 {
		return nil
	}
	if n <= 2 {
		var out []match
		for _, s := range single[ws[0]] {
			if n == 1 || at(truth, s+1) == ws[1] {
				out = append(out, match{block, s, s + n, n})
			}
			if len(out) >= 30 {
				break
			}
		}
		return out
	}
	// Votes for the place where the block would start.
	votes := make(map[int]int)
	for i := 0; i+1 < n; i++ {
		places := index[ws[i]+" "+ws[i+1]]
		if len(places) > 50 {
			continue
		}
		for _, s := range places {
			votes[s-i]++
		}
	}
	var out []match
	for start, v := range votes {
		if v*4 < n-1 && v < 8 {
			continue
		}
		// Walk the diagonal with a little slack for words left out on one side.
		lo, hi := max(0, start-3), min(len(truth), start+n+n/4+3)
		hits, last := 0, lo
		from := -1
		for _, w := range ws {
			for k := last; k < min(last+6, hi); k++ {
				if truth[k] == w {
					if from < 0 {
						from = k
					}
					hits++
					last = k + 1
					break
				}
			}
		}
		if hits*3 >= n && from >= 0 {
			out = append(out, match{block, from, last, hits})
		}
	}
	return out
}

// chain picks the matches with the most hits that are in order.
func chain(all []match, n int) []match {
	best := make([]int, n+2) // Fenwick tree: best chain that ends at or before
	who := make([]int, n+2)  // and its last match
	score := make([]int, len(all))
	prev := make([]int, len(all))
	query := func(i int) (int, int) {
		b, w := 0, -1
		for i++; i > 0; i -= i & -i {
			if best[i] > b {
				b, w = best[i], who[i]
			}
		}
		return b, w
	}
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].block == all[i].block {
			b, w := query(all[j].from)
			score[j] = b + all[j].hits*all[j].hits/max(all[j].to-all[j].from, 1)
			prev[j] = w
			j++
		}
		for ; i < j; i++ {
			for k := all[i].to + 1; k <= n+1; k += k & -k {
				if score[i] > best[k] {
					best[k], who[k] = score[i], i
				}
			}
		}
	}
	var out []match
	_, k := query(n)
	for k >= 0 {
		out = append(out, all[k])
		k = prev[k]
	}
	return out
}

// fromSnippets labels the blocks that hold snippets which must or must not
// occur.
func (l *labels) fromSnippets(p *page.Page, t *truth) {
	const weight = .35
	if len(t.Starts) > 0 {
		first := fold(t.Starts[0])
		for i := range p.Blocks {
			if f := fold(p.Blocks[i].Text); len(f) > 10 && (strings.Contains(f, first) || strings.HasPrefix(first, f)) {
				l.y[i], l.w[i] = 1, 2*weight
			}
		}
		return
	}
	for i := range p.Blocks {
		text := p.Blocks[i].Text
		for _, s := range t.Without {
			s = page.Squash(s)
			if s != "" && strings.Contains(text, s) && (len(text) < 3*len(s) || len(s) > 40) {
				l.y[i], l.w[i] = 0, weight
			}
		}
		for _, s := range t.Comments {
			s = page.Squash(s)
			if len(s) > 10 && strings.Contains(text, s) && len(text) < 5*len(s) {
				l.y[i], l.w[i] = 0, weight/2
			}
		}
	}
	for _, s := range t.With {
		s = page.Squash(s)
		best, rank := -1, 0
		for i := range p.Blocks {
			text := p.Blocks[i].Text
			if s == "" || !strings.Contains(text, s) && (len(text) < 20 || !strings.Contains(s, text)) {
				continue
			}
			// A snippet that stands in several places is wanted once: in a
			// paragraph rather than a list of links, and under the headline.
			r := 1
			switch n := p.Elems[p.Blocks[i].Elem].Node.Data; {
			case p.Blocks[i].Good && len(text) > len(s):
				r = 4
			case n == "h1":
				r = 3
			case n == "p" || n == "h2" || n == "h3":
				r = 2
			}
			l.w[i] = 0
			if r > rank {
				best, rank = i, r
			}
		}
		if best >= 0 {
			l.y[best], l.w[best] = 1, weight
		}
	}
}

func fold(s string) string { return page.Fold(s, 1<<20) }
