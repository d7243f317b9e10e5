package tree

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// startTable is start for the modes within tables (13.2.6.4.9 to 15). The innermost
// element is always the one that the mode is named after, or a cell's or caption's
// content: nothing else is put between the parts of a table.
func (t *builder) startTable() bool {
	a := t.tag.atom
	part := t.tag.role == tablePart
	switch t.mode {
	case inCaption:
		if part && a != atom.Th {
			return !t.endCaption()
		}
	case inCell:
		if part {
			return !t.endCell()
		}
	case inColumns:
		switch {
		case t.tag.role == root:
			t.startBody()
			return true
		case a == atom.Col:
			t.addVoid()
			return true
		}
		return !t.endColumns()
	case inTableBody:
		return t.startSection()
	case inRow:
		return t.startRow()
	default:
		return t.startInTable()
	}
	t.startBody()
	return true
}

// startInTable is startTable for a table itself.
func (t *builder) startInTable() bool {
	a := t.tag.atom
	switch {
	case a == atom.Caption:
		t.active = append(t.active, nil)
		t.add()
		t.mode = inCaption
	case a == atom.Colgroup:
		t.add()
		t.mode = inColumns
	case a == atom.Col:
		t.imply(atom.Colgroup)
		t.mode = inColumns
		return false
	case t.tag.traits&isSection != 0:
		t.add()
		t.mode = inTableBody
	case t.tag.role == tablePart:
		t.imply(atom.Tbody)
		t.mode = inTableBody
		return false
	default:
		return t.startAmid()
	}
	return true
}

// startAmid is startTable for what belongs into no table, which is put before it
// mostly.
func (t *builder) startAmid() bool {
	switch t.tag.role {
	case table:
		if !t.popUntil(endsTable, atom.Table) {
			return true
		}
		t.resetMode()
		return false
	case form:
		if t.form == nil {
			t.form = t.element()
			t.top().AppendChild(t.form)
		}
	case input:
		for _, at := range t.tag.attr {
			if at.Key == "type" && strings.EqualFold(at.Val, "hidden") {
				t.addVoid()
				return true
			}
		}
		t.lost = true
	default:
		t.lost = true
	}
	return true
}

// startSection is startTable for the rows of a table.
func (t *builder) startSection() bool {
	switch {
	case t.tag.atom == atom.Tr:
		t.add()
		t.mode = inRow
	case t.tag.traits&isCell != 0:
		t.imply(atom.Tr)
		t.mode = inRow
		return false
	case t.tag.role == tablePart:
		if !t.popUntilAny(endsTable, isSection) {
			return true
		}
		t.mode = inTable
		return false
	default:
		return t.startAmid()
	}
	return true
}

// startRow is startTable for the cells of a row.
func (t *builder) startRow() bool {
	switch {
	case t.tag.traits&isCell != 0:
		t.add()
		t.active = append(t.active, nil)
		t.mode = inCell
	case t.tag.role == tablePart:
		return !t.endRow()
	default:
		return t.startAmid()
	}
	return true
}

// endCaption closes the caption, and reports whether there was one.
func (t *builder) endCaption() bool {
	if !t.popUntil(endsTable, atom.Caption) {
		return false
	}
	t.clearActive()
	t.mode = inTable
	return true
}

// endCell closes the cell, and reports whether there was one.
func (t *builder) endCell() bool {
	if !t.popUntilAny(endsTable, isCell) {
		return false
	}
	t.clearActive()
	t.mode = inRow
	return true
}

// endRow closes the row, and reports whether there was one.
func (t *builder) endRow() bool {
	if t.inScope(endsTable, atom.Tr) < 0 {
		return false
	}
	t.cut(len(t.open) - 1)
	t.mode = inTableBody
	return true
}

// endColumns closes the columns, and reports whether they were open.
func (t *builder) endColumns() bool {
	if t.top().DataAtom != atom.Colgroup {
		return false
	}
	t.advance()
	return true
}

// resetMode finds the mode by the open elements when a table is closed (13.2.4.1). It
// stood in a cell, a caption or the body: where none may stand, Build gave up.
func (t *builder) resetMode() {
	t.mode = inBody
	for i := len(t.open) - 1; i >= 0; i-- {
		switch {
		case t.open[i].traits&isCell != 0:
			t.mode = inCell
			return
		case t.open[i].DataAtom == atom.Caption:
			t.mode = inCaption
			return
		}
	}
}

// endTable is end for the modes within tables.
func (t *builder) endTable() bool {
	a, part := t.tag.atom, t.tag.frames()
	switch t.mode {
	case inCaption:
		switch {
		case a == atom.Caption:
			t.endCaption()
			return true
		case a == atom.Table:
			return !t.endCaption()
		case part:
			return true
		}
		return t.endBody()
	case inColumns:
		switch a {
		case atom.Colgroup:
			t.endColumns()
			return true
		case atom.Col:
			return true
		}
		return !t.endColumns()
	case inTableBody:
		return t.endSection()
	case inRow:
		switch {
		case a == atom.Tr:
			t.endRow()
			return true
		case a == atom.Table, t.tag.traits&isSection != 0 && t.inScope(endsTable, a) >= 0:
			return !t.endRow()
		}
	case inCell:
		return t.endInCell()
	default:
		if a == atom.Table {
			if t.popUntil(endsTable, atom.Table) {
				t.resetMode()
			}
			return true
		}
	}
	if part {
		return true
	}
	return t.endAmid()
}

// frames reports whether the tag is that of a part of a table or of the page: within
// a table, such end tags close what they name or nothing.
func (g *tag) frames() bool { return g.role == tablePart || g.role == body || g.role == root }

// endSection is endTable for the rows of a table.
func (t *builder) endSection() bool {
	switch a := t.tag.atom; {
	case t.tag.traits&isSection != 0:
		if t.inScope(endsTable, a) >= 0 {
			t.cut(len(t.open) - 1)
			t.mode = inTable
		}
	case a == atom.Table:
		if t.popUntilAny(endsTable, isSection) {
			t.mode = inTable
			return false
		}
	case t.tag.frames():
	default:
		return t.endAmid()
	}
	return true
}

// endInCell is endTable for a cell.
func (t *builder) endInCell() bool {
	switch a := t.tag.atom; {
	case t.tag.traits&isCell != 0:
		if t.popUntil(endsTable, a) {
			t.clearActive()
			t.mode = inRow
		}
	case a == atom.Table, a == atom.Tr, t.tag.traits&isSection != 0:
		if t.inScope(endsTable, a) < 0 {
			return true
		}
		if t.popUntilAny(endsTable, isCell) {
			t.clearActive()
		}
		t.mode = inRow
		return false
	case t.tag.frames():
	default:
		return t.endBody()
	}
	return true
}

// endAmid is endTable for end tags that belong into no table: most close nothing.
func (t *builder) endAmid() bool {
	switch t.tag.role {
	case paragraph, void, anchor, formatting:
		t.lost = true // it may add something before the table
		return true
	}
	return t.endBody()
}
