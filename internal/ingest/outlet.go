package ingest

import (
	"strings"
	"unicode"
)

// publisher is the outlet's name in the title of one of its feeds. Outlets call
// the feed of a section "The Courier: Business" or "World news | The Courier";
// the part that the outlet's domain is named after is the outlet. A title in
// which no part, or more than one, is stays as it is.
func publisher(title, domain string) string {
	label, _, _ := strings.Cut(domain, ".")
	if len(label) < 3 {
		return title
	}
	name := ""
	for _, part := range strings.FieldsFunc(spaced(title), func(r rune) bool { return r == separator }) {
		part = strings.TrimSpace(part)
		if !strings.Contains(letters(part), letters(label)) {
			continue
		}
		if name != "" {
			return title
		}
		name = part
	}
	if name == "" {
		return title
	}
	return name
}

// separator stands for what titles are put together with.
const separator = '\x1f'

// spaced puts a separator where a title is put together: at a colon before a
// space and at a dash, bar or arrow between spaces.
func spaced(title string) string {
	for _, s := range []string{" - ", " – ", " — ", " | ", " » ", " › ", " > ", " · ", ": "} {
		title = strings.ReplaceAll(title, s, string(separator))
	}
	return title
}

// letters are those of a text, and its digits, in lower case.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
