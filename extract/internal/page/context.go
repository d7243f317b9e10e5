package page

// found is what the first pass found on a page.
type found struct {
	p          *Page
	prob       []float32
	mass       []float32 // likely characters before each block
	sum        []float32 // probabilities before each block
	total      float32   // of mass, at least 1
	sigs       map[uint32]*shape
	half, most []uint8 // of elements: levels up to half, nine tenths of mass
}

// Context computes the columns of the second pass from what the first found.
func (p *Page) Context(rows Rows, prob []float32) {
	if len(p.Blocks) == 0 {
		return
	}
	f := p.gather(prob)
	for i := range p.Blocks {
		if !p.Blocks[i].Furniture {
			f.vicinity(i, rows.Row(i))
		}
	}
	f.forward(rows)
	f.backward(rows)
}

// gather sums up probabilities.
func (p *Page) gather(prob []float32) *found {
	n := len(p.Blocks)
	f := &found{
		p: p, prob: prob, mass: make([]float32, n+1), sum: make([]float32, n+1), sigs: make(map[uint32]*shape, 64),
		half: make([]uint8, len(p.Elems)), most: make([]uint8, len(p.Elems)),
	}
	for i := range p.Blocks {
		f.mass[i+1] = f.mass[i] + prob[i]*float32(p.Blocks[i].Chars)
		f.sum[i+1] = f.sum[i] + prob[i]
		sig := p.Elems[p.Blocks[i].Elem].Sig
		sh := f.sigs[sig]
		if sh == nil {
			sh = &shape{}
			f.sigs[sig] = sh
		}
		sh.prob += prob[i]
		sh.n++
	}
	f.total = max(f.mass[n], 1)
	for i := 1; i < len(p.Elems); i++ {
		e := &p.Elems[i]
		f.half[i], f.most[i] = f.half[e.Parent]+1, f.most[e.Parent]+1
		m := f.mass[e.Last] - f.mass[e.First]
		if m*2 >= f.total {
			f.half[i] = 0
		}
		if m*10 >= f.total*9 {
			f.most[i] = 0
		}
	}
	return f
}

// at returns the probability of a block; -1 beyond the page.
func (f *found) at(i int) float32 {
	if i < 0 || i >= len(f.prob) {
		return -1
	}
	return f.prob[i]
}

// vicinity fills the columns about the blocks next to a block and the elements
// around it.
func (f *found) vicinity(i int, x *[NumAll]float32) {
	p, n := f.p, len(f.prob)
	x[zProb] = f.prob[i]
	x[zPrev], x[zPrev2], x[zPrev3] = f.at(i-1), f.at(i-2), f.at(i-3)
	x[zNext], x[zNext2], x[zNext3] = f.at(i+1), f.at(i+2), f.at(i+3)
	b := &p.Blocks[i]
	own := &p.Elems[b.Elem]
	up := &p.Elems[max(own.Parent, 0)]
	up2 := &p.Elems[max(up.Parent, 0)]
	x[zOwn], x[zUp], x[zUp2] = others(f.sum, own, i), others(f.sum, up, i), others(f.sum, up2, i)
	x[zSig] = -1
	if sh := f.sigs[own.Sig]; sh.n > 1 {
		x[zSig] = (sh.prob - f.prob[i]) / float32(sh.n-1)
	}
	x[zBefore] = f.mass[i] / f.total
	x[zUpShare] = (f.mass[up.Last] - f.mass[up.First]) / f.total
	x[zUp2Share] = (f.mass[up2.Last] - f.mass[up2.First]) / f.total
	x[zHalf], x[zMost] = float32(f.half[b.Elem]), float32(f.most[b.Elem])
	x[zMass] = logf(int32(f.total))
	lo, hi := max(0, i-8), min(n, i+9)
	x[zAround] = (f.sum[hi] - f.sum[lo] - f.prob[i]) / float32(hi-lo)
}

// forward fills the columns about what has come before.
func (f *found) forward(rows Rows) {
	p, n := f.p, len(f.prob)
	firstYes, lastYes := n, -1
	for i, q := range f.prob {
		if q > .5 {
			firstYes = min(firstYes, i)
			lastYes = i
		}
	}
	from, to := p.stretch(f.prob)
	yes, head := -1000, -1
	for i := range p.Blocks {
		x := rows.Row(i)
		x[zToYes] = float32(min(i-yes, 60))
		if f.prob[i] > .5 {
			yes = i
		}
		x[zHead] = f.at(head)
		x[zFirst] = float32(max(-60, min(i-firstYes, 200)))
		x[zLast] = float32(max(-60, min(lastYes-i, 200)))
		x[zRange] = 0
		switch {
		case i < from:
			x[zRange] = float32(max(i-from, -60))
		case i >= to:
			x[zRange] = float32(min(i-to+1, 60))
		}
		x[zRangeEnd] = float32(max(-60, min(to-i, 60)))
		if heading(p.Elems[p.Blocks[i].Elem].Tag) > 0 {
			head = i
		}
	}
}

// backward fills the columns about what is to come.
func (f *found) backward(rows Rows) {
	p, n := f.p, len(f.prob)
	yes := n + 1000
	next := n // the next heading
	for i := n - 1; i >= 0; i-- {
		x := rows.Row(i)
		x[zFromYes] = float32(min(yes-i, 60))
		if f.prob[i] > .5 {
			yes = i
		}
		end := min(next, i+6, n)
		x[zUnder] = -1
		if end > i+1 {
			x[zUnder] = (f.sum[end] - f.sum[i+1]) / float32(end-i-1)
		}
		if heading(p.Elems[p.Blocks[i].Elem].Tag) > 0 {
			next = i
		}
	}
}

// stretch returns the run of blocks [from, to) with the most likely text: long
// blocks count more, unlikely ones count against it.
func (p *Page) stretch(prob []float32) (from, to int) {
	var best, sum float32
	start := 0
	for i := range prob {
		sum += (prob[i] - .4) * float32(min(p.Blocks[i].Chars, 600)+20)
		if sum <= 0 {
			sum, start = 0, i+1
			continue
		}
		if sum > best {
			best, from, to = sum, start, i+1
		}
	}
	return from, to
}

// others is the mean probability of the blocks of an element except block i;
// -1 when there are none.
func others(sum []float32, e *Elem, i int) float32 {
	n := e.Last - e.First - 1
	if n <= 0 || i < int(e.First) || i >= int(e.Last) {
		return -1
	}
	return (sum[e.Last] - sum[e.First] - (sum[i+1] - sum[i])) / float32(n)
}
