// Package wordlist reads bilingual word lists, by which reports of one happening are
// found across languages (see package event).
//
// A directory holds a list a file, named after two languages by their codes of ISO
// 639-3: eng-ara.tsv. A line is a pair of terms with a tab between, the first in the
// first language; what stands behind another tab is a note for people. Empty lines and
// those that start with # are none:
//
//	# shipping
//	harbour	ميناء
//	harbour master	مدير الميناء	a person
//
// What several lists tell by words of one language is compared by these, so that
// language should be named first in each of them.
//
//	words, lists, err := wordlist.Load("dict")
//	g := event.NewGrouper(event.Options{Dictionary: words})
//
// A line that is no pair is left out, and so is a file that is no list; [List] says
// which and why. Files are read up to [MaxFile], lines up to [MaxLine], and pairs up
// to [MaxPairs] of all lists together.
package wordlist
