package search

import (
	"slices"
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/turkish"
)

// language is the first part of a BCP 47 tag, in lower case; empty for none.
type language string

// primary returns the language of a tag: "en" of "en-GB".
func primary(tag string) language {
	tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
	tag, _, _ = strings.Cut(tag, "_")
	switch tag {
	case "nb", "nn":
		return "no"
	}
	if len(tag) < 2 || len(tag) > 3 {
		return ""
	}
	return language(tag)
}

// spoken returns the language whose rules are used for a text: the one that is
// stated, unless its script shows that to be wrong.
func spoken(tag, text string) language {
	l := primary(tag)
	is := scriptOf(text)
	if r, ok := grammars[l]; ok && (r.script == is || is == nil) {
		return l
	}
	switch is {
	case unicode.Cyrillic:
		if l != "" && l != "ru" && l != "en" {
			return l // without rules: Ukrainian, Serbian …
		}
		return "ru"
	case unicode.Arabic:
		if l == "fa" || l == "ur" {
			return l
		}
		return "ar"
	case unicode.Latin:
		if l == "" {
			return "en"
		}
	}
	return l
}

// scriptOf returns the script of the first letters of a text; nil for another
// one than those of the grammars.
func scriptOf(text string) *unicode.RangeTable {
	scripts := []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Arabic}
	var count [3]int
	n := 0
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		for i, s := range scripts {
			if unicode.Is(s, r) {
				count[i]++
				break
			}
		}
		if n++; n == 200 {
			break
		}
	}
	for i, c := range count {
		if 2*c > n {
			return scripts[i]
		}
	}
	return nil
}

// grammar is what is known of a language.
type grammar struct {
	script *unicode.RangeTable
	stem   func(*snowballstem.Env) bool
	// stop are the words that say nothing without others: articles,
	// conjunctions, the commonest prepositions, forms of "to be".
	stop []string
}

// grammars are the languages with rules.
var grammars = map[language]grammar{
	"ar": {unicode.Arabic, arabic.Stem, strings.Fields("في من على إلى الى عن أن ان إن مع هذا هذه التي الذي ما لا أو او ثم كان كانت قد بعد قبل بين كل و يا هو هي ذلك")},
	"da": {unicode.Latin, danish.Stem, strings.Fields("og i at det er en et den til på som af for med de der har ikke var fra")},
	"de": {unicode.Latin, german.Stem, strings.Fields("der die das den dem des und in zu von mit für auf ist im ein eine einen einem einer eines nicht sich auch als an es am aus bei nach um wird werden war hat sind zum zur dass oder wie vor über")},
	"en": {unicode.Latin, english.Stem, strings.Fields("the a an of to and in is it that for on was with as by at be are from has have had its this were or but which will")},
	"es": {unicode.Latin, spanish.Stem, strings.Fields("de la que el en y a los se del las un por con una su para es al lo como más o pero sus le ha fue son este esta entre")},
	"fi": {unicode.Latin, finnish.Stem, strings.Fields("ja on ei että se oli hän mutta ovat kun myös jo sekä tai")},
	"fr": {unicode.Latin, french.Stem, strings.Fields("de la le et les des en un une du dans que est pour qui au par sur pas plus ne se ce il sont avec aux son sa ses ou mais à d'un d'une qu'il")},
	"hu": {unicode.Latin, hungarian.Stem, strings.Fields("a az és hogy nem is egy volt meg de ez csak vagy már")},
	"it": {unicode.Latin, italian.Stem, strings.Fields("di e il la che in un a per è una sono con del i non si da le dei al nel della alla più ha lo gli come ma o")},
	"nl": {unicode.Latin, dutch.Stem, strings.Fields("de het een en van in te dat is op voor met zijn die niet aan er om ook als bij door naar uit was wordt of")},
	"no": {unicode.Latin, norwegian.Stem, strings.Fields("og i det er en et til på som av for at med de den har ikke var fra")},
	"pt": {unicode.Latin, portuguese.Stem, strings.Fields("de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao das à ou sua seu")},
	"ro": {unicode.Latin, romanian.Stem, strings.Fields("și de în a la cu pe din care nu să o un este au pentru mai ce sau")},
	"ru": {unicode.Cyrillic, russian.Stem, strings.Fields("и в во не что он на с со как а то все она так его но да ты к у же вы за бы по ее мне было о из ему от для это или был была были")},
	"sv": {unicode.Latin, swedish.Stem, strings.Fields("och i att det är en ett som på för av med den till de har inte var från om")},
	"tr": {unicode.Latin, turkish.Stem, strings.Fields("ve bir bu da de için ile çok olarak daha olan ise")},
}

// stops reports whether a word in lower case is not indexed.
func (l language) stops(word string) bool {
	return slices.Contains(grammars[l].stop, word)
}

// stem cuts a word in lower case to its stem.
func (l language) stem(word string) string {
	g, ok := grammars[l]
	if !ok || !stemmable(word) {
		return word
	}
	env := snowballstem.NewEnv(word)
	g.stem(env)
	return env.Current()
}

// stemmable reports whether a word is made of letters: "2026s" and "b2b" are
// names.
func stemmable(word string) bool {
	for _, r := range word {
		if unicode.IsDigit(r) {
			return false
		}
	}
	return true
}
