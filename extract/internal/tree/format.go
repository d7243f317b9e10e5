package tree

import (
	"cmp"
	"slices"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// reopen opens the active formatting elements again that were closed with a block
// (13.2.4.3).
func (t *builder) reopen() {
	i := len(t.active)
	for i > 0 && t.active[i-1] != nil && t.openIndex(t.active[i-1]) < 0 {
		i--
	}
	for ; i < len(t.active); i++ {
		n := t.clone(t.active[i])
		t.push(n, 0)
		t.active[i] = n
	}
}

// openIndex returns the index of n among the open elements; -1 when it is closed.
func (t *builder) openIndex(n *html.Node) int {
	for i := len(t.open) - 1; i >= 0; i-- {
		if t.open[i].Node == n {
			return i
		}
	}
	return -1
}

// clone returns a node like n, without relatives.
func (t *builder) clone(n *html.Node) *html.Node {
	m := t.node(n.Type)
	m.DataAtom, m.Data, m.Attr = n.DataAtom, n.Data, slices.Clone(n.Attr)
	return m
}

// addFormatting adds the element of the tag at work and makes it an active
// formatting element. Of equal ones at most three are. As in the parser, its
// attributes are put in order.
func (t *builder) addFormatting() {
	n := t.add()
	if len(n.Attr) > 1 {
		slices.SortFunc(n.Attr, func(a, b html.Attribute) int { return cmp.Compare(a.Key, b.Key) })
	}
	equal := 0
	for i := len(t.active) - 1; i >= 0 && t.active[i] != nil; i-- {
		if m := t.active[i]; m.DataAtom == n.DataAtom && slices.Equal(m.Attr, n.Attr) {
			if equal++; equal >= 3 {
				t.active = slices.Delete(t.active, i, i+1)
			}
		}
	}
	t.active = append(t.active, n)
}

// activeIndex returns the index of the last active formatting element of a name;
// -1 when there is none behind the last marker.
func (t *builder) activeIndex(a atom.Atom) int {
	for i := len(t.active) - 1; i >= 0 && t.active[i] != nil; i-- {
		if t.active[i].DataAtom == a {
			return i
		}
	}
	return -1
}

// drop takes n from the active formatting elements.
func (t *builder) drop(n *html.Node) {
	if i := slices.Index(t.active, n); i >= 0 {
		t.active = slices.Delete(t.active, i, i+1)
	}
}

// clearActive takes the active formatting elements off up to the last marker.
func (t *builder) clearActive() {
	i := len(t.active) - 1
	for i >= 0 && t.active[i] != nil {
		i--
	}
	t.lost = t.lost || i < 0
	t.active = t.active[:max(i, 0)]
}

// startAnchor opens a link, of which none stands in another.
func (t *builder) startAnchor() {
	if i := t.activeIndex(atom.A); i >= 0 {
		n := t.active[i]
		t.endFormatting()
		if k := t.openIndex(n); k >= 0 {
			t.open = slices.Delete(t.open, k, k+1)
		}
		t.drop(n)
	}
	t.reopen()
	t.addFormatting()
}

// endFormatting closes a formatting element. What stands in its blocks gets one of
// its own (the adoption agency algorithm, 13.2.6.4.7).
func (t *builder) endFormatting() {
	a := t.tag.atom
	if n := t.top(); n.DataAtom == a && slices.Index(t.active, n) < 0 {
		t.cut(len(t.open) - 1)
		return
	}
	for range 8 {
		i := t.activeIndex(a)
		if i < 0 {
			t.endOther()
			return
		}
		n := t.active[i]
		at := t.openIndex(n)
		if at < 0 {
			t.drop(n)
			return
		}
		if t.inScope(ends, a) < 0 {
			return
		}
		far := at
		for far < len(t.open) && t.open[far].traits&special == 0 {
			far++
		}
		if far == len(t.open) {
			t.cut(at)
			t.drop(n)
			return
		}
		if t.adopt(n, at, far); t.lost {
			return
		}
	}
}

// adopt moves the block open[far] out of the formatting element n, which is
// open[at], and gives it one of its own.
func (t *builder) adopt(n *html.Node, at, far int) {
	above, block := t.open[at-1].Node, t.open[far].Node
	if a := t.open[at-1]; a.traits&isSection != 0 || a.DataAtom == atom.Table || a.DataAtom == atom.Tr {
		t.lost = true // it would stand before the table
		return
	}
	mark := slices.Index(t.active, n)
	last := block
	for i, k := far-1, 1; i > at; i, k = i-1, k+1 {
		m := t.open[i].Node
		was := slices.Index(t.active, m)
		if was >= 0 && k > 3 {
			t.active = slices.Delete(t.active, was, was+1)
			if was <= mark {
				mark--
			}
			continue
		}
		if was < 0 {
			t.open = slices.Delete(t.open, i, i+1)
			continue
		}
		c := t.clone(m)
		t.active[was], t.open[i].Node = c, c
		if last == block {
			mark = was + 1
		}
		move(last, c)
		last = c
	}
	move(last, above)
	c := t.clone(n)
	for child := block.FirstChild; child != nil; child = block.FirstChild {
		move(child, c)
	}
	block.AppendChild(c)
	if was := slices.Index(t.active, n); was >= 0 && was < mark {
		mark--
	}
	t.drop(n)
	t.active = slices.Insert(t.active, mark, c)
	t.open = slices.Delete(t.open, at, at+1)
	t.open = slices.Insert(t.open, t.openIndex(block)+1, element{c, 0})
}

// move makes n the last child of another element.
func move(n, parent *html.Node) {
	if n.Parent != nil {
		n.Parent.RemoveChild(n)
	}
	parent.AppendChild(n)
}
