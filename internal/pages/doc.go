// Package pages keeps the pages that articles were read from, so that they can be
// read again when newsfold has learned to read them better, without asking their
// publishers again.
//
//	kept, err := pages.Open(filepath.Join(dir, "pages"), pages.Options{Limit: 256 << 20})
//	if err != nil {
//		return err
//	}
//	defer kept.Close()
//	err = kept.Keep(pages.Page{Article: 12, Link: link, URL: url, Type: "text/html", Time: now, Body: body})
//	…
//	for p, err := range kept.All() {
//		…
//	}
//
// They lie in files of their own beside the store, since nothing depends on them: the
// files may be removed at any time, and what is lost of them is lost to a later
// reading only. Pages are appended, one after the other, to a file of an eighth of the
// limit at most; when there is no room for the next, the oldest file is removed as a
// whole. So the limit is never crossed, the disk gets its space back at once, and
// keeping a page is a single write. It is not waited for to be on disk.
//
// A page is stored as the length and the CRC-32C of what follows, and that: the number
// of its article, when it was fetched, link, address and media type, each with its
// length, and the body compressed by Zstandard. What a crash has cut short at the end
// of a file is cut off when the file is continued; what is damaged is left out.
package pages
