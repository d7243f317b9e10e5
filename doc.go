// Package newsfold holds the nouns of a news aggregator that shows every
// story once: [Feed], [Entry], [Article], [Story], and the evidence that ties
// them together ([Fold], [Origin]).
//
// A feed states entries. An entry carries an article: one document at one
// canonical URL. Articles with the same text are folded into one story, which
// is listed by its lead; the other articles are its copies. Nothing is deleted
// by folding, and every fold says why it was made.
//
// # Identity
//
// Articles are numbered by the store from 1 upwards. A story has no number of
// its own: it is named after one of its articles, so one number typed by a
// person always leads to one story ([Article.Story]). When two stories turn
// out to be one, the smaller number stays.
//
//	s := newsfold.Story{ID: 7, Lead: 12, Articles: []newsfold.ArticleID{7, 12, 31}}
//	fmt.Println(s.Copies()) // 2
//
// The package depends on the standard library only and does nothing: fetching,
// extraction, folding and storage are in packages of their own, which share
// these words and none of each other's machinery.
package newsfold
