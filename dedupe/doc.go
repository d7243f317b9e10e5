// Package dedupe decides which articles are one story, and says why.
//
// News is copied in pieces: an outlet cuts a wire report short, another puts a
// paragraph of its own in front, a third changes words. Two copies of a report
// may share less than half of their words, so likeness as a whole (Jaccard,
// SimHash) misses most of them; what holds is containment, how much of the one
// text the other has. On the other side a dividend notice and the next one
// share nearly all of their words and are different news. So a [Folder] works
// in three steps:
//
//   - Find. A sample of the hashes of an article's word 5-grams, taken by value,
//     more densely from its first words, is looked up in an inverted index (see
//     [Index]), which gives the articles that share something unusual with it.
//   - Measure. The texts themselves are aligned: shared passages, then the gaps
//     between them word by word. This yields containment both ways, the
//     longest passage, and the places where one text has another number or
//     name where the other has its own.
//   - Decide. Rules that are certain come first, then guards against what only
//     looks alike, then a weighted sum (see the table in weights.go) whose
//     logistic function is the score; copies from .5 on.
//
// A story grows over copies only, and asks some of its other members before it
// takes an article in, so neither a text that drifts step by step nor a digest
// of several stories ties unrelated ones together. Whatever was decided has a
// [Verdict] that a person can check:
//
//	v := dedupe.Compare(a, b, dedupe.Options{})
//	fmt.Println(v.Relation, v.Rule) // excerpt score
//
// # Rules
//
// In the order in which they are tried: "by hand" (see [Constraints]), "same
// document" (one URL, or one names
// the other's as its original; unless the texts contradict it), "same words"
// (word for word, unless two pages of one site have nothing in common in their
// titles), "short text" (fewer than 30 words, and titles that say otherwise),
// "furniture" (two pages of a site share little but what other stories
// of the site have as well), "series" (other facts in the same wording, or a
// wording that articles had days before), "nothing shared", "little shared" (neither
// has most of the other, whatever else speaks for a copy), and "score".
//
// # Evidence
//
// The kinds of [Evidence] and what their values are:
//
//	containment          share of the shorter text that the other has, rare words counting more
//	containment-reverse  share of the longer text that the shorter one has
//	passage              length of the longest shared passage, as a share of the shorter text
//	title                likeness of the titles
//	numbers              share of the shorter text's numbers that the other has
//	names                likewise of its names and rare words
//	slots                share of the facts in aligned places that differ; the detail shows some
//	time                 always 0; the detail says how far apart the articles are
//	url                  always 1: the URLs make them one document
//	furniture            share of what the sketches share that is the site's furniture
//	worn                 share of it that articles had days before
//	weights              the score by the weighted sum alone; the detail says what weighed most
//	by-hand              always 1: a person decided
//
// # What order does
//
// An article that appeared days before others that have its text, and comes after
// them, has all of them decided on again in the order in which they appeared, each
// by what was there before it; see [Decision]. So the same articles give the same
// stories in any order but for three cases. Of articles of the same hours, where
// one is a copy of two that are not copies of each other, the first to come
// decides how far the story reaches; so does a digest that comes before the
// reports it repeats. Stories of more than 64 articles are not decided on again.
// And furniture and worn wordings are learned from what came before. Time is that
// of publication, not of folding, and no clock is read.
//
// The package depends on nothing of newsfold, reads no files and no network,
// and keeps to bounds whatever it is given: one megabyte or 40,000 words of a
// text, 10 comparisons an article.
package dedupe
