// Package extract turns the bytes of a page into the article on it: body text,
// clean HTML, title, byline, dates, language, address, and what the page says
// about where its text comes from.
//
//	d, err := extract.Extract(body, "https://example.com/news/1", extract.Options{ContentType: "text/html"})
//	if err != nil {
//		return err // the page is over the limit of size
//	}
//	if d.Kind == extract.Article {
//		fmt.Println(d.Title, d.Text)
//	}
//
// The package is pure: no network, no disk, no clock. It never fails on bad
// HTML and never takes a page without an article for one: [Document.Kind] says
// whether the page is an article, a stub behind a paywall, a list, a request
// for consent, and so on.
//
// # How
//
// A page is decoded; scripts, styles, menus and attributes that nobody reads are
// left out on its bytes; of the rest a tree is built, from memory where it is plain
// and by a parser where it is not, and walked once. The walk yields
// blocks, which are the paragraphs a reader sees. A fitted table of decision trees
// gives each block its probability of being article text from what it says, how
// it is marked up, and what stands around it; nothing is known about any single
// site. Captions and readers' comments are left out by rule. The kept blocks are
// written as text and as HTML, in which captions stand under their pictures;
// [Document.Caption] is that of the picture above the text. The HTML opens only
// elements that carry meaning and has its links made absolute: no scripts,
// handlers, styles, forms, frames or counting pixels remain, so it is safe to
// show. A sanitiser looks at it where an address is unusual; elsewhere it would
// let it through unchanged, which the tests hold against it on every page and
// every fuzzed input.
//
// [Fragment] reads the HTML of a feed's entry, all of which is text, without
// judging it.
//
// Metadata is read from JSON-LD, meta elements, microdata and the visible
// page, in this order where they disagree; of several dates of publication the
// one that is shown at the headline is taken. A date without a zone has that of
// its language, else UTC.
//
// # Bounds
//
// Pages over [MaxPage] are refused with [ErrTooLarge]. Of a smaller page at
// most 8 MB of markup and 200,000 tags are parsed after stripping; elements
// nested deeper than 512 are read without the deepest tags. Nothing panics.
package extract
