// Package tree builds the tree of a page from bytes in memory, several times
// faster than a parser that reads a stream of them.
//
//	root := tree.Build(b)
//	if root == nil {
//		root, err = html.Parse(bytes.NewReader(b))
//	}
//
// It follows the HTML standard (13.2.6, tree construction) for what nearly all
// pages are made of, the usual repairs included: end tags that are left out or
// stray, tables without bodies, emphasis across paragraphs. For the rest it gives
// up: templates, frames, drawings, formulas, scripts, text between the cells of a
// table, tags that the page ends in. What it does build is what
// golang.org/x/net/html makes of the same bytes, node by node, which the tests
// hold against it on every page and every fuzzed input.
//
// The nodes stand in a few large pieces of memory and point into the page, which
// stays in memory with any of them.
package tree
