// Package rule says what a reader's rules are: which articles they are for, and
// what is done with those.
//
// A condition is an expression over the [Facts] of an article:
//
//	title ~ "sponsored|advertorial" and words < 300
//	"football" in tags or host == "scores.example"
//	lang != "en" and not (text contains "Hallin")
//
// "~" is a regular expression (RE2) without regard to case, "!~" its opposite;
// the rest is the language of expr-lang (https://expr-lang.org), of which only
// what ends at once is to be had: no loops over lists, no ranges, at most
// [MaxNodes] parts. So what a condition costs grows with its own length and that
// of the texts, and nothing else. That language was chosen over CEL for its
// operators in words, its errors that know their place, and its having no
// dependencies.
//
// The package is pure: it reads and stores nothing.
package rule
