package event

// index finds the stories that share rare features with one: postings of the
// slots in which profiles are kept, words in one, anchors by language in the
// other.
type index struct {
	words   map[uint32]*posting
	anchors map[uint32]*posting // keyed by anchor and language
	langs   map[string]int      // stories in each
	scores  []float32           // by slot; zero between searches
	touched []int32
}

type posting struct {
	slots []int32
}

const (
	indexWords   = 32  // heaviest words of a story that are looked up
	indexAnchors = 128 // likewise of its anchors
	maxPosting   = 384 // youngest stories of a posting that are looked at
	keepPosting  = 4 * maxPosting
)

func newIndex() *index {
	return &index{words: map[uint32]*posting{}, anchors: map[uint32]*posting{}, langs: map[string]int{}}
}

func langKey(lang string, h uint32) uint32 {
	return uint32(salted(lang, 1, h))
}

// heaviest returns the n features of the greatest weight, in no order.
func heaviest(fs []feature, n int) []feature {
	if len(fs) <= n {
		return fs
	}
	// A histogram of the weights finds the least that still belongs.
	top := float32(0)
	for _, f := range fs {
		top = max(top, f.weight)
	}
	var bins [64]int
	bin := func(w float32) int { return min(63, int(w/top*63)) }
	for _, f := range fs {
		bins[bin(f.weight)]++
	}
	least, count := 63, bins[63]
	for least > 0 && count+bins[least-1] <= n {
		least--
		count += bins[least]
	}
	out := make([]feature, 0, n)
	for _, f := range fs {
		if bin(f.weight) >= least {
			out = append(out, f)
		}
	}
	for _, f := range fs {
		if len(out) >= n {
			break
		}
		if bin(f.weight) == least-1 {
			out = append(out, f)
		}
	}
	return out[:min(n, len(out))]
}

func (x *index) add(slot int32, p *profile) {
	for len(x.scores) <= int(slot) {
		x.scores = append(x.scores, 0)
	}
	x.langs[p.lang]++
	for _, f := range heaviest(p.words, indexWords) {
		put(x.words, f.hash, slot)
	}
	for _, f := range heaviest(p.anchors, indexAnchors) {
		put(x.anchors, langKey(p.lang, f.hash), slot)
	}
}

func put(m map[uint32]*posting, h uint32, slot int32) {
	p := m[h]
	if p == nil {
		p = &posting{}
		m[h] = p
	}
	p.slots = append(p.slots, slot)
	if len(p.slots) > keepPosting {
		p.slots = append(p.slots[:0:0], p.slots[len(p.slots)-maxPosting:]...)
	}
}

func (x *index) remove(slot int32, p *profile) {
	if x.langs[p.lang]--; x.langs[p.lang] <= 0 {
		delete(x.langs, p.lang)
	}
	for _, f := range heaviest(p.words, indexWords) {
		drop(x.words, f.hash, slot)
	}
	for _, f := range heaviest(p.anchors, indexAnchors) {
		drop(x.anchors, langKey(p.lang, f.hash), slot)
	}
}

func drop(m map[uint32]*posting, h uint32, slot int32) {
	p := m[h]
	if p == nil {
		return
	}
	for i, s := range p.slots {
		if s == slot {
			p.slots = append(p.slots[:i], p.slots[i+1:]...)
			break
		}
	}
	if len(p.slots) == 0 {
		delete(m, h)
	}
}

type hit struct {
	slot  int32
	score float32
}

// alike returns the n stories of the same language whose heaviest words have
// most in common with those of p.
func (x *index) alike(p *profile, n int) []hit {
	for _, f := range heaviest(p.words, indexWords) {
		x.count(x.words[f.hash], f.weight*f.weight)
	}
	return x.best(n)
}

// abroad returns the n stories of a language that have most anchors in common
// with p.
func (x *index) abroad(p *profile, lang string, n int) []hit {
	for _, f := range heaviest(p.anchors, indexAnchors) {
		x.count(x.anchors[langKey(lang, f.hash)], f.weight)
	}
	return x.best(n)
}

func (x *index) count(p *posting, weight float32) {
	if p == nil {
		return
	}
	slots := p.slots
	if len(slots) > maxPosting {
		slots = slots[len(slots)-maxPosting:]
	}
	for _, s := range slots {
		if x.scores[s] == 0 {
			x.touched = append(x.touched, s)
		}
		x.scores[s] += weight
	}
}

// best returns the slots with the highest scores, highest first, and clears
// the board.
func (x *index) best(n int) []hit {
	var out []hit
	for _, s := range x.touched {
		v := x.scores[s]
		x.scores[s] = 0
		if len(out) == n && v <= out[n-1].score {
			continue
		}
		i := len(out)
		for i > 0 && out[i-1].score < v {
			i--
		}
		if len(out) < n {
			out = append(out, hit{})
		}
		copy(out[i+1:], out[i:])
		out[i] = hit{s, v}
	}
	x.touched = x.touched[:0]
	return out
}
