package digest

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/rivo/uniseg"
)

// columns is the width of a digest as plain text: what a mail may have.
const columns = 72

func writeText(w io.Writer, d Digest) error {
	b := bufio.NewWriter(w)
	p := d.page()
	fill(b, "", p.Title)
	fill(b, "", p.Span)
	if p.Note != "" {
		fmt.Fprintln(b)
		fill(b, "", p.Note)
	}
	if p.Empty {
		fmt.Fprint(b, "\nNo stories.\n")
	}
	for _, s := range p.Sections {
		fmt.Fprintf(b, "\n\n%s\n%s\n", s.Title, strings.Repeat("=", max(uniseg.StringWidth(s.Title), 1)))
		for _, t := range s.Stories {
			fmt.Fprintln(b)
			textStory(b, t)
		}
	}
	return b.Flush()
}

func textStory(b *bufio.Writer, t told) {
	fill(b, "* ", t.Title)
	fill(b, "  ", t.Where)
	if t.What != "" {
		fill(b, "  ", "Changed: "+t.What)
	}
	if t.Lede != "" && t.Lede != t.Title {
		fill(b, "  ", t.Lede)
	}
	if t.First != "" {
		fill(b, "  ", "First: "+t.First)
	}
	if also := alsoIn(t, func(c told) string { return c.Where }); also != "" {
		fill(b, "  ", also)
	}
	if also := alsoReported(t, func(r told) (string, string) { return r.Title, r.Where }); also != "" {
		fill(b, "  ", also)
	}
	if t.URL != "" {
		fmt.Fprintf(b, "  %s\n", t.URL)
	}
}

// alsoIn names the copies of a story in a sentence.
func alsoIn(t told, name func(told) string) string {
	if len(t.Copies) == 0 {
		return ""
	}
	var parts []string
	for _, c := range t.Copies {
		s := name(c)
		if c.What != "" {
			s += " (" + c.What + ")"
		}
		parts = append(parts, s)
	}
	if t.More > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", t.More))
	}
	return "Also in: " + strings.Join(parts, "; ")
}

// alsoReported names the other reports of the same event, and where they stand, in
// a sentence.
func alsoReported(t told, words func(told) (title, where string)) string {
	var parts []string
	for _, r := range t.Others {
		title, where := words(r)
		if where != "" {
			title += " (" + where + ")"
		}
		parts = append(parts, title)
	}
	if len(parts) == 0 {
		return ""
	}
	return "Other reports: " + strings.Join(parts, "; ")
}

// fill prints a paragraph in lines of at most [columns]; the lines after the
// first are indented by blanks as wide as the lead.
func fill(b *bufio.Writer, lead, text string) {
	indent := strings.Repeat(" ", len(lead))
	b.WriteString(lead)
	used := len(lead)
	for i, word := range strings.Fields(text) {
		n := uniseg.StringWidth(word)
		switch {
		case i == 0:
		case used+1+n > columns:
			b.WriteString("\n" + indent)
			used = len(indent)
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	b.WriteByte('\n')
}
