// Package event groups stories into events: reports of the same happening, in
// other words and in other languages.
//
// A [Grouper] takes stories as they come, one for each text whoever reprinted
// it, and names the event that each is of:
//
//	g := event.NewGrouper(event.Options{})
//	d := g.Add(event.Story{ID: 7, Title: title, Text: text, Lang: "en"})
//	fmt.Println(d.Event, d.Relation, d.With)
//
// Reading a story is apart from placing it, for those who do the one elsewhere:
// g.Add(s) is g.Place(NewProfile(s, nil)).
//
// # Within a language
//
// A story is its words, each weighing as much as it is rare in the news of its
// language; names and numbers weigh more. In a script without capitals a rare word that
// comes again is taken for a name. It is compared with the youngest
// stories of an event, on average, not with all that the event has ever held:
// an event that compares by a growing sum drifts and chains. The average alone
// does not decide. Two events of one kind, the dismissal of one coach and that
// of another, are as alike as two reports of one event of another kind. So the
// likeness is set against the likeness among the event's own stories, and other
// things are looked at by themselves: how much of the heaviest numbers, and of
// what stands in front, the other side has, and whether either side agrees on a
// name or a number that the other does not know. A logistic regression weighs
// these; two stories by themselves have to show more than a story and an event.
// Time speaks against a story that comes days later, more when its numbers are
// others, be it in another language; when time alone keeps it out, the event is
// named as an earlier one.
//
// What came first may tie together what later stories tell apart. So while an
// event is small, or when a story would have joined several, their stories are
// looked at again together: the likest two parts become one, again and again,
// whatever the order in which they came. Events may part by that, too; stories
// in other languages stay with what they share most with.
//
// # Across languages
//
// What reads the same in every language are anchors: numbers, with the words
// of magnitude behind them; countries, cities, months and days by their names in
// CLDR; words in Latin letters; links; and the consonant skeletons of names,
// classed by how scripts render each other's letters. In a script without capitals
// any word may be a name, so its skeletons count only where the other side has
// such a name. What is shared counts by how rare it is and how likely the
// longer text has it by chance. A story joins an event in other languages
// when it shares more with its stories than unrelated stories in these
// languages ever do, and clearly more than with any other event.
//
// Where the anchors of two stories also stand in one order, the one is the
// [Translation] of the other, or both are translations of one text. A publisher who
// names one page as another in its language (hreflang) is believed, unless other
// pages name it, too.
//
// A [Dictionary] of word lists, where there is one, adds the words themselves: their
// cosine, each as heavy as it is rare, counts beside that of the anchors. Lists of a
// few thousand pairs help where both languages are of the list; what they do not know
// counts for nothing.
//
// A [Vector] of a story, where there is one, counts by how far its cosine with that of
// another is above those with all others in that language: how alike the vectors of
// unrelated texts are is a matter of the model, and of the text. So there have to be
// some, and one that stands out.
//
// No model and no dictionary is needed. How common words are comes from a table
// in the program (background.bin, 36 bits a word), and names from another
// (names.bin).
//
// # Evidence
//
//	words      mean cosine of the story with those of the event
//	cohesion   the same as a share of the likeness among the event's own stories
//	names      share of the heaviest names of either side that the other has
//	numbers    likewise of numbers
//	anchors    likeness across languages; the detail counts what is shared
//	alternate  always 1: the publisher of one names the other as the same in another language
//	meaning    cosine of the vectors; the detail says how far above that to other stories
//	dictionary cosine of the words, as a dictionary renders them
//	margin     by how much it is ahead of the next event
//	order      share of the common anchors that stand in the same order
//	cover      share of the anchors of one that the other has
//	length     length of the shorter against the longer, by what the scripts say with it
//	time       always 0; the detail says how long after the event
//	earlier    always 0; the detail names an event that this one follows
//	by-hand    always 1: a person decided
//
// The package depends on nothing of newsfold, reads no files and no network, looks
// at no clock, and keeps to bounds whatever it is given: 64 KiB or 1,500 words of
// a text, 96 words and 112 anchors of a story, 8 candidates of its language and
// 32 of others, 24 stories that are looked at again together.
package event
