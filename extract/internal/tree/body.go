package tree

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// start follows the rules of the mode for the start tag at work. It reports
// whether that was all; otherwise the rules of the mode now follow.
func (t *builder) start() bool {
	r := t.tag.role
	if r == beyond {
		t.lost = true
		return true
	}
	switch t.mode {
	case initial:
		t.advance()
		return false
	case beforeHTML:
		if r != root {
			t.advance()
			return false
		}
		t.add()
		t.mode = beforeHead
		return true
	case beforeHead, inHead, afterHead:
		return t.startHead()
	case afterBody, afterAfterBody:
		if r == root {
			merge(t.open[0].Node, t.tag.attr)
			return true
		}
		t.advance()
		return false
	case inBody:
		t.startBody()
		return true
	}
	return t.startTable()
}

// startHead is start for what comes before the body (13.2.6.4.3 to 6).
func (t *builder) startHead() bool {
	r := t.tag.role
	switch {
	case r == root:
		merge(t.open[0].Node, t.tag.attr)
		return true
	case t.mode == beforeHead && r == head:
		t.head = t.add()
		t.mode = inHead
		return true
	case t.mode == beforeHead:
	case r == head:
		return true
	case t.mode == afterHead && r == body:
		t.add()
		t.mode = inBody
		return true
	case r == metadata:
		t.head.AppendChild(t.element())
		return true
	case r == rawHead, t.mode == inHead && t.tag.atom == atom.Noscript:
		t.raw(t.head)
		return true
	}
	t.advance()
	return false
}

// merge adds attributes to those of a node that has none of their names.
func merge(n *html.Node, attr []html.Attribute) {
	for _, a := range attr {
		known := false
		for i := range n.Attr {
			known = known || n.Attr[i].Key == a.Key
		}
		if !known {
			n.Attr = append(n.Attr, a)
		}
	}
}

// startBody follows the rules for start tags in the body (13.2.6.4.7).
func (t *builder) startBody() {
	switch t.tag.role {
	case phrasing:
		t.reopen()
		t.add()
	case block, paragraph, preformatted:
		t.closeParagraph()
		t.add()
	case heading:
		t.closeParagraph()
		if n := len(t.open) - 1; t.open[n].traits&isHeading != 0 {
			t.cut(n)
		}
		t.add()
	case item, definition:
		t.startItem()
	case anchor:
		t.startAnchor()
	case formatting:
		t.reopen()
		if t.tag.atom == atom.Nobr && t.inScope(ends, atom.Nobr) >= 0 {
			t.endFormatting()
			t.reopen()
		}
		t.addFormatting()
	case void:
		t.reopen()
		t.addVoid()
	case param, metadata:
		t.addVoid()
	case rawText, rawHead:
		t.raw(t.top())
	case rawBlock:
		t.closeParagraph()
		t.reopen()
		t.raw(t.top())
	case root:
		merge(t.open[0].Node, t.tag.attr)
	case body:
		if len(t.open) >= 2 && t.open[1].DataAtom == atom.Body {
			merge(t.open[1].Node, t.tag.attr)
		}
	case head, tablePart:
	default:
		t.startControl()
	}
}

// startControl is startBody for forms, tables and what is seldom met.
func (t *builder) startControl() {
	switch t.tag.role {
	case form:
		if t.form == nil {
			t.closeParagraph()
			t.form = t.add()
		}
	case button:
		if t.inScope(ends, atom.Button) >= 0 {
			t.closeImplied(0)
			t.popUntil(ends, atom.Button)
		}
		t.reopen()
		t.add()
	case input:
		t.popUntil(ends, atom.Select)
		t.reopen()
		t.addVoid()
	case rule:
		if t.inScope(ends|endsButton, atom.P) >= 0 {
			t.closeImplied(atom.P)
			t.popUntil(ends, atom.P)
		}
		if t.inScope(ends, atom.Select) >= 0 {
			t.closeImplied(0)
		}
		t.addVoid()
	case picture:
		t.tag.atom, t.tag.name, t.tag.traits = atom.Img, "img", special
		t.reopen()
		t.addVoid()
	case selection:
		if !t.popUntil(ends, atom.Select) {
			t.reopen()
			t.add()
		}
	case option, group:
		t.startOption()
	case ruby, annotation:
		if t.inScope(ends, atom.Ruby) >= 0 {
			except := atom.Rtc
			if t.tag.role == ruby {
				except = 0
			}
			t.closeImplied(except)
		}
		t.add()
	case embedded:
		t.reopen()
		t.add()
		t.active = append(t.active, nil)
	case table:
		if !t.quirks {
			t.closeParagraph()
		}
		t.add()
		t.mode = inTable
	}
}

func (t *builder) startOption() {
	switch {
	case t.inScope(ends, atom.Select) >= 0:
		except := atom.Optgroup
		if t.tag.role == group {
			except = 0
		}
		t.closeImplied(except)
	case t.top().DataAtom == atom.Option:
		t.cut(len(t.open) - 1)
	}
	t.reopen()
	t.add()
}

// startItem closes the item before and opens one of a list.
func (t *builder) startItem() {
	for i := len(t.open) - 1; i >= 0; i-- {
		e := &t.open[i]
		if t.tag.role == item && e.DataAtom == atom.Li || t.tag.role == definition && (e.DataAtom == atom.Dd || e.DataAtom == atom.Dt) {
			t.cut(i)
			break
		}
		if e.traits&special != 0 && e.DataAtom != atom.Address && e.DataAtom != atom.Div && e.DataAtom != atom.P {
			break
		}
	}
	t.closeParagraph()
	t.add()
}

// closeParagraph closes the p element in scope.
func (t *builder) closeParagraph() {
	if t.paragraphs > 0 {
		t.popUntil(ends|endsButton, atom.P)
	}
}

// inScope returns the index of the innermost open element of a name unless one
// with any of the traits is around it; -1 then or when there is none
// (13.2.4.2).
func (t *builder) inScope(end traits, a atom.Atom) int {
	for i := len(t.open) - 1; i >= 0; i-- {
		if t.open[i].DataAtom == a {
			return i
		}
		if t.open[i].traits&end != 0 {
			break
		}
	}
	return -1
}

// popUntil closes elements up to the innermost of a name that is in scope, and
// reports whether there is one.
func (t *builder) popUntil(end traits, a atom.Atom) bool {
	i := t.inScope(end, a)
	if i >= 0 {
		t.cut(i)
	}
	return i >= 0
}

// popUntilAny is popUntil for the elements with a trait.
func (t *builder) popUntilAny(end, any traits) bool {
	for i := len(t.open) - 1; i >= 0; i-- {
		if t.open[i].traits&any != 0 {
			t.cut(i)
			return true
		}
		if t.open[i].traits&end != 0 {
			break
		}
	}
	return false
}

// closeImplied closes elements whose end tags may be left out, up to one of the
// name that is excepted.
func (t *builder) closeImplied(except atom.Atom) {
	n := len(t.open)
	for n > 0 && t.open[n-1].traits&implied != 0 && (except == 0 || t.open[n-1].DataAtom != except) {
		n--
	}
	t.cut(n)
}

// end follows the rules of the mode for the end tag at work, as start does.
func (t *builder) end() bool {
	a := t.tag.atom
	skeleton := a == atom.Head || a == atom.Body || a == atom.Html || a == atom.Br
	switch t.mode {
	case initial:
		t.advance()
		return false
	case beforeHTML, beforeHead:
		if skeleton {
			t.advance()
		}
		return !skeleton
	case inHead:
		if skeleton {
			t.advance()
		}
		return !skeleton || a == atom.Head
	case afterHead:
		if skeleton && a != atom.Head {
			t.advance()
			return false
		}
		return true
	case inBody:
		return t.endBody()
	case afterBody:
		if a == atom.Html {
			t.mode = afterAfterBody
			return true
		}
		t.advance()
		return false
	case afterAfterBody:
		t.advance()
		return false
	}
	return t.endTable()
}

// endBody follows the rules for end tags in the body (13.2.6.4.7).
func (t *builder) endBody() bool {
	a := t.tag.atom
	switch t.tag.role {
	case block, preformatted, button, selection:
		if t.inScope(ends, a) >= 0 {
			t.closeImplied(0)
			t.popUntil(ends, a)
		}
	case paragraph:
		if t.inScope(ends|endsButton, atom.P) < 0 {
			t.imply(atom.P)
		}
		t.popUntil(ends|endsButton, atom.P)
	case item:
		t.popUntil(ends|endsList, atom.Li)
	case definition:
		t.popUntil(ends, a)
	case heading:
		t.popUntilAny(ends, isHeading)
	case anchor, formatting:
		t.endFormatting()
	case form:
		t.endForm()
	case embedded:
		if t.popUntil(ends, a) {
			t.clearActive()
		}
	case body, root:
		if t.inScope(ends, atom.Body) >= 0 {
			t.mode = afterBody
			return a == atom.Body
		}
	default:
		if a == atom.Br {
			t.reopen()
			t.tag.attr = nil
			t.addVoid()
			return true
		}
		t.endOther()
	}
	return true
}

// endOther closes the innermost element of the name, unless a special one stands
// around it.
func (t *builder) endOther() {
	for i := len(t.open) - 1; i >= 0; i-- {
		if t.open[i].Data == t.tag.name {
			t.cut(i)
			return
		}
		if t.open[i].traits&special != 0 {
			return
		}
	}
}

// endForm closes the form, which need not be the innermost element.
func (t *builder) endForm() {
	f := t.form
	t.form = nil
	i := t.inScope(ends, atom.Form)
	if f == nil || i < 0 || t.open[i].Node != f {
		return
	}
	t.closeImplied(0)
	t.open = append(t.open[:i], t.open[i+1:]...)
}
