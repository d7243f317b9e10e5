package main

import (
	"bufio"
	"io"
	"strings"

	"github.com/rivo/uniseg"
)

// table is rows of cells of publishers' and our words, the first of them the
// heading. Columns are as wide as their widest cell looks; where a terminal has no
// room, those without anything in them are left out and others are cut.
type table struct {
	rows [][]string
	give []int // columns that are cut where there is no room
}

// The space between two columns, and what is left of one that is cut.
const (
	gutter   = 2
	leastCut = 10
)

func (t *table) row(cells ...string) {
	for i := range cells {
		cells[i] = plain(cells[i])
	}
	t.rows = append(t.rows, cells)
}

// print writes the rows.
func (t *table) print(w io.Writer, s screen) error {
	widths := t.widths(s.width)
	b := bufio.NewWriter(w)
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			if widths[i] == 0 {
				continue
			}
			cell = fit(cell, widths[i])
			pad := widths[i] + gutter - uniseg.StringWidth(cell)
			line.WriteString(s.isolated(cell) + strings.Repeat(" ", pad))
		}
		_, _ = b.WriteString(strings.TrimRight(line.String(), " ") + "\n") // Flush tells
	}
	return b.Flush()
}

// widths returns how wide each column is in a terminal of so many columns, 0 being
// no bound; that of one that is left out is 0.
func (t *table) widths(room int) []int {
	widths := make([]int, len(t.rows[0]))
	total := -gutter
	for i := range widths {
		for _, row := range t.rows[1:] {
			widths[i] = max(widths[i], uniseg.StringWidth(row[i]))
		}
		if room == 0 || widths[i] > 0 {
			widths[i] = max(widths[i], uniseg.StringWidth(t.rows[0][i]))
			total += widths[i] + gutter
		}
	}
	for room > 0 && total > room {
		widest := -1
		for _, i := range t.give {
			if widths[i] > leastCut && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break // the terminal wraps it
		}
		widths[widest]--
		total--
	}
	return widths
}
