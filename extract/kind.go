package extract

import (
	"unicode/utf8"
)

// kind says what the page is.
func (r *reader) kind() Kind {
	n := utf8.RuneCountInString(r.doc.Text)
	switch {
	case n == 0:
		return Nothing
	case r.ld.live:
		return Live
	}
	return Article
}
