// Package digest writes the stories of a span of time as one document: each
// story once, by its lead, with its copies named beneath it.
//
//	err := digest.Write(w, "json", digest.Digest{
//		Title:   "Morning",
//		Since:   yesterday,
//		Until:   now,
//		Stories: stories, // from river.Load, so that they have their texts
//	})
//
// A digest depends on its arguments alone: no clock is read, and the same
// stories and times give the same bytes. A digest without stories is a valid
// document in every format.
//
// # JSON
//
// Format "json" is JSON Feed 1.1 (https://jsonfeed.org/version/1.1), which feed
// readers and scripts understand without knowing newsfold. An item is a story:
//
//	id              "newsfold:story:7": the same in every digest of one store
//	url             where the lead is read
//	title           of the lead
//	content_html    sanitised text of the lead, when it is known
//	content_text    the same as plain text; else its first words; else its title
//	summary         the lead's first words
//	image           of the lead
//	date_published  when the lead appeared, to the second, in UTC
//	authors         the lead's byline, else its outlet
//	language        BCP 47
//	_newsfold       what JSON Feed has no word for
//
// Members without a value are left out, and so are addresses that are not on
// the web. In the document, _newsfold has
//
//	about      says what this is
//	since      the bounds of the digest, since inclusive, until exclusive;
//	until      left out where there is none
//	generated  when it was made, if that was told
//	note       a remark for people, such as what was left out for its size
//	stories    how many there are
//	articles   how many articles they stand for
//	updated    [{story, title, url, what}]: stories of before that have changed
//
// and in an item
//
//	story     the story's number
//	article   the lead's number
//	time      when the story's earliest article appeared
//	outlet    who published the lead
//	outlets   how many outlets carry the story
//	feeds     [{id, title}] that carry it
//	first     {article, outlet, url, confidence, reason}: who had it first
//	origins   [{kind, name, url, quote}]: what the lead says about its source
//	relation  why the lead is in the story, when it did not found it: what it is
//	with      (identical, edited, excerpt, expanded, update, translation) to the
//	score     article numbered with, from 0 to 1, and the reasons,
//	evidence  [{kind, value, detail}]
//	copies    [{id, url, title, outlet, byline, language, published, seen, words,
//	          origins, relation, with, score, evidence}], by time; empty when
//	          there are none. id is the article's number.
//
// # Atom and RSS
//
// Formats "atom" (RFC 4287) and "rss" (RSS 2.0) are for programs that know no
// JSON Feed. Entries have the same IDs, and as content the text of the lead,
// followed by a list of the copies that are folded under it and by who was
// first: that is where such programs show it.
//
// # For people
//
// Formats "markdown", "text", "html" and "epub" tell each story once, with its
// copies and the other reports of its event named, in sections: the stories that
// most outlets chose to carry or to report by themselves (those that print the same
// agency's text count once; one story an event), then one section a folder or tag,
// then the rest; at the end what has changed in stories that were told before.
// "html" is made for mail: styles on their elements, at home in light and dark, and
// nothing that is loaded. "epub" is EPUB 3.3, a chapter a story with its text, but
// without pictures.
//
// # What is left out
//
// A digest is made in memory: of very many stories the newest are told
// ([MostStories]), of very much text the first words ([MostText]), and the note
// says so.
//
// # OPML
//
// Format "opml" is OPML 2.0: an outline of type "link" for each lead, with one
// for each copy beneath it. Attributes in the namespace "urn:newsfold:opml" say
// story, outlets, outlet and relation.
package digest
