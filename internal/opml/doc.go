// Package opml reads and writes OPML 2.0, the format in which feed readers
// exchange subscription lists and in which newsfold hands out stories as an
// outline.
//
// [Read] takes what other programs really write: folders nested or named by a
// category attribute, a feed listed in several folders, attribute names in any
// case, missing types and titles, character sets other than UTF-8, an "&" that
// nobody escaped. What cannot be subscribed to is told with its line and
// does not stop the rest. [Write] writes the same list so that other programs
// take it: folders as plain outlines, feeds as outlines of type "rss", one for
// each folder that they are in. Reading what was written gives the same feeds.
//
//	list, err := opml.Read(file)
//	if err != nil {
//		return err // "not OPML: …", or the line that cannot be read
//	}
//	for _, feed := range list.Feeds {
//		fmt.Println(feed.URL, feed.Folders)
//	}
//
// # Titles
//
// OPML knows one title for a feed, newsfold two: the feed's own
// ([newsfold.Feed.Title]) and the one that its owner gave it
// ([newsfold.Feed.Name]). Other programs get the one that is shown. So as not
// to confuse the two when the list comes back, the feed's own title is written
// once more as an attribute feedTitle in the namespace "urn:newsfold:opml"; a
// title from a list without it is taken for the owner's.
//
// The format is that of http://opml.org/spec2.opml.
package opml
