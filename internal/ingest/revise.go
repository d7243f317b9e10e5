package ingest

import (
	"time"
	"unicode"
	"unicode/utf8"

	"newsfold"
	"newsfold/store"
)

// supersede keeps what an article says before its publisher's next wording takes
// its place: was is the article as it is stored. Nothing is kept when only
// punctuation, case or white space differ, or when there was no text.
func supersede(tx store.Tx, was newsfold.Article, title, text string, now time.Time) error {
	old, err := tx.Body(was.ID)
	if err != nil || old.Text == "" || sameWords(was.Title, title) && sameWords(old.Text, text) {
		return err
	}
	return tx.AddRevision(was.ID, newsfold.Revision{Title: was.Title, Text: old.Text, Until: now})
}

// retitle is supersede for an article whose title alone changes.
func retitle(tx store.Tx, was newsfold.Article, title string, now time.Time) error {
	if sameWords(was.Title, title) {
		return nil // and its text need not be read
	}
	old, err := tx.Body(was.ID)
	if err != nil {
		return err
	}
	return supersede(tx, was, title, old.Text, now)
}

// sameWords reports whether two texts have the same letters and digits in the
// same order.
func sameWords(a, b string) bool {
	for {
		var x, y rune
		x, a = nextLetter(a)
		y, b = nextLetter(b)
		if x != y {
			return false
		}
		if x == 0 {
			return true
		}
	}
}

// nextLetter returns the first letter or digit of a text, in lower case, and what
// follows it; 0 at the end.
func nextLetter(s string) (rune, string) {
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r), s
		}
	}
	return 0, ""
}
