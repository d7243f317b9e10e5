package dedupe

import "slices"

const (
	seedWords = 4    // shortest passage that counts as shared
	maxChain  = 12   // places of one seed that are tried
	maxGap    = 20   // longest gap between passages that is aligned word by word
	maxSlot   = 6    // longest replacement that can be a slot of a template
	maxSlots  = 4096 // slots kept of a pair
)

// run is a passage that two documents share: n words from word a of the one
// and from word b of the other. Word numbers leave out chrome.
type run struct{ a, b, n int }

// slot is a place between matching words where two texts differ: words
// [a0,a1) of the one stand where the other has [b0,b1).
type slot struct{ a0, a1, b0, b1 int }

// alignment is what two documents share and where they differ.
type alignment struct {
	a, b   []word // without chrome
	runs   []run  // by ascending a
	slots  []slot
	hitA   []bool // words of a that are matched
	hitB   []bool
	filled int // words matched in gaps between passages
}

// aligner aligns documents, reusing its memory.
type aligner struct {
	al    alignment
	bareA []word // memory of al.a and al.b where chrome had to be left out
	bareB []word
	heads []int32 // seed hash → 1 + first place in b
	next  []int32
	table [(maxGap + 1) * (maxGap + 1)]uint8
}

// bare returns the words of a document without chrome, in dst where there is
// any.
func (d *doc) bare(dst []word) (words, buf []word) {
	if d.n == len(d.words) {
		return d.words, dst
	}
	dst = dst[:0]
	for i := range d.words {
		if d.words[i].kind&chrome == 0 {
			dst = append(dst, d.words[i])
		}
	}
	return dst, dst
}

// align compares two documents. The result is valid until the next call.
func (g *aligner) align(x, y *doc) *alignment {
	al := &g.al
	al.a, g.bareA = x.bare(g.bareA)
	al.b, g.bareB = y.bare(g.bareB)
	al.runs, al.slots, al.filled = al.runs[:0], al.slots[:0], 0
	al.hitA = falses(al.hitA, len(al.a))
	al.hitB = falses(al.hitB, len(al.b))
	if len(al.a) >= seedWords && slices.EqualFunc(al.a, al.b, sameWord) {
		al.add(run{0, 0, len(al.a)})
		return al
	}
	g.seeds()
	g.passages()
	g.gaps()
	return al
}

func sameWord(v, w word) bool { return v.hash == w.hash }

func falses(s []bool, n int) []bool {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// seeds notes where each sequence of seedWords words is in b.
func (g *aligner) seeds() {
	n := max(0, len(g.al.b)-seedWords+1)
	size := 64
	for size < 2*n {
		size *= 2
	}
	g.heads = slices.Grow(g.heads[:0], size)[:size]
	clear(g.heads)
	g.next = slices.Grow(g.next[:0], n)[:n]
	for j := n - 1; j >= 0; j-- {
		s := seed(g.al.b, j) & uint64(size-1)
		g.next[j] = g.heads[s]
		g.heads[s] = int32(j + 1)
	}
}

func seed(w []word, i int) uint64 {
	h := w[i].hash*3 + w[i+1].hash*5 + w[i+2].hash*7 + w[i+3].hash*11
	return h ^ h>>29
}

// passages finds shared runs, longest first from each word of a on, preferring
// to go on where the passage before left off.
func (g *aligner) passages() {
	al := &g.al
	mask := uint64(len(g.heads) - 1)
	expect := 0
	for i := 0; i+seedWords <= len(al.a); {
		best := run{}
		tried := 0
		for j := g.heads[seed(al.a, i)&mask]; j != 0 && tried < maxChain; j = g.next[j-1] {
			tried++
			r := run{i, int(j - 1), 0}
			for r.a+r.n < len(al.a) && r.b+r.n < len(al.b) && al.a[r.a+r.n].hash == al.b[r.b+r.n].hash {
				r.n++
			}
			if r.n > best.n || r.n == best.n && abs(r.b-expect) < abs(best.b-expect) {
				best = r
			}
		}
		if best.n < seedWords {
			i++
			continue
		}
		al.add(best)
		i += best.n
		expect = best.b + best.n
	}
}

func (al *alignment) add(r run) {
	al.runs = append(al.runs, r)
	for k := range r.n {
		al.hitA[r.a+k] = true
		al.hitB[r.b+k] = true
	}
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// gaps aligns what lies between consecutive passages, and before the first and
// behind the last one, word by word.
func (g *aligner) gaps() {
	al := &g.al
	if len(al.runs) == 0 {
		return
	}
	first := al.runs[0]
	a0, b0 := max(0, first.a-maxGap/2), max(0, first.b-maxGap/2)
	g.gap(slot{a0, first.a, b0, first.b}, a0 > 0 || b0 > 0, false)
	for k := 1; k < len(al.runs); k++ {
		p, q := al.runs[k-1], al.runs[k]
		if q.b >= p.b+p.n {
			g.gap(slot{p.a + p.n, q.a, p.b + p.n, q.b}, false, false)
		}
	}
	last := al.runs[len(al.runs)-1]
	a, b := last.a+last.n, last.b+last.n
	a1, b1 := min(len(al.a), a+maxGap/2), min(len(al.b), b+maxGap/2)
	g.gap(slot{a, a1, b, b1}, false, a1 < len(al.a) || b1 < len(al.b))
}

// gap aligns what stands in a place of both texts by the longest common
// subsequence. Where the place was cut off to the left or right, what does not
// match there is no slot.
func (g *aligner) gap(at slot, left, right bool) {
	al := &g.al
	a0, b0 := at.a0, at.b0
	n, m := at.a1-a0, at.b1-b0
	if n < 0 || m < 0 || n == 0 && m == 0 || n > maxGap || m > maxGap {
		return
	}
	const row = maxGap + 1
	t := &g.table
	for j := range m + 1 {
		t[n*row+j] = 0
	}
	for i := n - 1; i >= 0; i-- {
		t[i*row+m] = 0
		for j := m - 1; j >= 0; j-- {
			if al.a[a0+i].hash == al.b[b0+j].hash && !al.hitB[b0+j] {
				t[i*row+j] = t[(i+1)*row+j+1] + 1
			} else {
				t[i*row+j] = max(t[(i+1)*row+j], t[i*row+j+1])
			}
		}
	}
	if 2*int(t[0]) < min(n, m) && min(n, m) > 3 {
		t[0] = 0 // a few common words in other sentences
	}
	i, j, si, sj := 0, 0, 0, 0
	for i < n && j < m && t[i*row+j] > 0 {
		switch {
		case al.a[a0+i].hash == al.b[b0+j].hash && !al.hitB[b0+j]:
			if !left || si > 0 || sj > 0 {
				al.slot(a0+si, a0+i, b0+sj, b0+j)
			}
			al.hitA[a0+i], al.hitB[b0+j] = true, true
			al.filled++
			i, j = i+1, j+1
			si, sj = i, j
		case t[(i+1)*row+j] >= t[i*row+j+1]:
			i++
		default:
			j++
		}
	}
	if !right && !(left && si == 0 && sj == 0) {
		al.slot(a0+si, at.a1, b0+sj, at.b1)
	}
}

// slot notes a difference.
func (al *alignment) slot(a0, a1, b0, b1 int) {
	if a0 == a1 && b0 == b1 || len(al.slots) >= maxSlots {
		return
	}
	al.slots = append(al.slots, slot{a0, a1, b0, b1})
}
