package search

import (
	"slices"
	"strings"

	"newsfold"
)

// clause is a part of a query as it is looked up: any of some terms or, when it
// has several places, terms that follow one another.
type clause struct {
	places []place
	prefix string // terms that begin so, in place of places
	// free are marks of articles that need not have the words: those in whose
	// language they are not indexed.
	free   []string
	not    bool
	scored bool
}

// place is one word of a clause: its forms, any of which will do. None is any
// word at all.
type place struct {
	terms []string
	at    int // how many words after the first of the clause
}

// maxForms bounds how many terms a prefix may stand for.
const maxForms = 500

// plan makes clauses of a query. langs are the languages in the index.
func plan(q *Query, langs []language, feeds []newsfold.FeedID) []clause {
	a := newAnalyzer()
	if len(q.Langs) > 0 {
		var of []language
		for _, l := range langs {
			if slices.Contains(q.Langs, string(l)) {
				of = append(of, l)
			}
		}
		if len(of) > 0 {
			langs = of
		}
	}
	var out []clause
	for _, w := range q.Words {
		out = append(out, a.clauses(w, langs)...)
	}
	filter := func(mark string, vs []string) {
		if len(vs) == 0 {
			return
		}
		p := place{}
		for _, v := range vs {
			p.terms = append(p.terms, mark+v)
		}
		out = append(out, clause{places: []place{p}})
	}
	filter(markSite, q.Sites)
	filter(markLang, q.Langs)
	if len(q.Feeds)+len(q.Folders) > 0 {
		p := place{terms: []string{feedMark(0)}} // which no article has
		for _, f := range feeds {
			p.terms = append(p.terms, feedMark(f))
		}
		out = append(out, clause{places: []place{p}})
	}
	return out
}

// clauses makes clauses of a word or a phrase.
func (a *analyzer) clauses(w Word, langs []language) []clause {
	if w.Prefix {
		t := plain(strings.ToLower(w.Text))
		return []clause{{prefix: t, not: w.Not, scored: !w.Not}}
	}
	// By place, the forms of the word there in each language.
	var at []int
	forms := map[int][]string{}
	free := map[int][]string{}
	for _, l := range append([]language{""}, langs...) {
		a.words(w.Text, l, func(n int, t token) {
			if !slices.Contains(at, n) {
				at = append(at, n)
			}
			word := w.Text[t.start:t.end]
			switch {
			case l == "" && len(langs) > 0:
				return // only to know the places
			case t.term == "":
				free[n] = append(free[n], markRules+string(l))
			case !slices.Contains(forms[n], t.term) && (l == "" || suits(word, l) || len(langs) == 1):
				forms[n] = append(forms[n], t.term)
			}
		})
	}
	slices.Sort(at)
	for _, n := range at { // a script of none of the languages
		if len(forms[n]) == 0 && len(free[n]) == 0 {
			a.words(w.Text, "", func(m int, t token) {
				if m == n {
					forms[n] = append(forms[n], t.term)
				}
			})
		}
	}
	if w.phrase || len(at) > 1 {
		// Words in quotation marks, signs without spaces between, "so-called".
		c := clause{not: w.Not, scored: !w.Not}
		for _, n := range at {
			if len(free[n]) == 0 || len(at) == 1 {
				c.places = append(c.places, place{forms[n], n - at[0]})
			}
		}
		if len(c.places) > 0 || len(at) == 0 {
			return []clause{c}
		}
		// A phrase of nothing but small words: as if it had no marks.
	}
	var out []clause
	for _, n := range at {
		said := func(c clause) bool { return len(c.places[0].terms) == 0 && slices.Equal(c.free, free[n]) }
		if len(forms[n]) == 0 && slices.ContainsFunc(out, said) {
			continue // small words that ask for the same once more
		}
		out = append(out, clause{places: []place{{terms: forms[n]}}, free: free[n], not: w.Not, scored: !w.Not})
	}
	return out
}

// suits reports whether a word is of the script of a language.
func suits(word string, l language) bool {
	g, ok := grammars[l]
	return !ok || scriptOf(word) == g.script || scriptOf(word) == nil
}
