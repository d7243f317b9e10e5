package digest

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// The Markdown form of a digest keeps to CommonMark (https://spec.commonmark.org).
func writeMarkdown(w io.Writer, d Digest) error {
	b := bufio.NewWriter(w)
	p := d.page()
	fmt.Fprintf(b, "# %s\n\n%s\n", inline(p.Title), inline(p.Span))
	if p.Note != "" {
		fmt.Fprintf(b, "\n> %s\n", inline(p.Note))
	}
	if p.Empty {
		fmt.Fprint(b, "\nNo stories.\n")
	}
	for _, s := range p.Sections {
		fmt.Fprintf(b, "\n## %s\n", inline(s.Title))
		for _, t := range s.Stories {
			fmt.Fprintf(b, "\n### %s\n", anchor(t.Title, t.URL))
			if t.Where != "" {
				fmt.Fprintf(b, "\n*%s*\n", inline(t.Where))
			}
			if t.What != "" {
				fmt.Fprintf(b, "\n**%s**\n", inline(t.What))
			}
			if t.Lede != "" && t.Lede != t.Title {
				fmt.Fprintf(b, "\n%s\n", inline(t.Lede))
			}
			if t.First != "" {
				fmt.Fprintf(b, "\nFirst: %s\n", inline(t.First))
			}
			if also := alsoIn(t, func(c told) string { return anchor(c.Where, c.URL) }); also != "" {
				fmt.Fprintf(b, "\n%s\n", also)
			}
			if also := alsoReported(t, func(r told) (string, string) { return anchor(r.Title, r.URL), inline(r.Where) }); also != "" {
				fmt.Fprintf(b, "\n%s\n", also)
			}
		}
	}
	return b.Flush()
}

// anchor is a link, or the text alone when there is nowhere to go.
func anchor(text, url string) string {
	if url == "" {
		return inline(text)
	}
	// An address of webURL holds no angle brackets.
	return "[" + inline(text) + "](<" + url + ">)"
}

// inline escapes what Markdown would take for its own. Every punctuation mark
// of ASCII may be escaped (CommonMark 2.4); these are the ones that mean
// something within a paragraph, or at its start.
func inline(text string) string {
	var b strings.Builder
	start := true // only digits so far
	for i, r := range text {
		switch {
		case strings.ContainsRune("\\`*_[]<>#|~&!", r),
			i == 0 && strings.ContainsRune("-+=:", r),
			start && i > 0 && (r == '.' || r == ')'):
			b.WriteByte('\\')
		}
		if r < '0' || r > '9' {
			start = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
