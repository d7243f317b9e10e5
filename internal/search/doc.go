// Package search finds articles by their words. It keeps an index of its own in
// a directory beside the store, made from what the store holds and nothing else:
// it can be thrown away and is then made again.
//
//	ix, err := search.Open(filepath.Join(dir, "search"), search.Options{})
//	if err != nil {
//		return err
//	}
//	defer ix.Close()
//	err = ix.Catch(ctx, db, nil) // index what is new
//	…
//	found, err := ix.Search(ctx, db, "ferry \"ran aground\" lang:en", search.Page{Limit: 20})
//
// # Words
//
// A word is a run of letters and digits, in lower case, without accents, and cut
// to its stem by the rules of its article's language ([snowball]); where a text
// is written without spaces, in Chinese, Japanese, Korean or Thai, each pair of
// neighbouring signs is a word. The words that hold a language together ("the",
// "und") are not indexed. What a person asks for is stemmed by the rules of every
// language in the index, so that "Wahlen" finds German and English articles alike.
//
// # Index
//
// Articles are indexed in the order of the store's log of folds, some at a time,
// each time as one segment: a file that is never changed, with a sorted
// dictionary and, for each word, its articles, how often it occurs and where.
// Segments of like size are merged, eight into one, so that there are a few dozen
// at most. An article that has changed is indexed anew and crossed out where it
// stood; what the store removed is crossed out. The file "segments" names what
// belongs together, and how far in the store's logs it reaches; it takes the
// place of the one before in one step, after all else is on disk. So a crash
// loses at most the work under way, which is done again from the logs.
//
// Results are ranked by BM25 (Robertson and Zaragoza 2009, k1 = 1.2, b = .75), a
// word in a title counting as four. Every posting that could matter is read: at a
// million articles the lists of common words are about a megabyte, read in a few
// milliseconds, which is why this is no general library: those measured kept
// three to five times as many bytes and took ten times as long (doc/benchmarks.md).
// The rarest word of a query leads, and what cannot match with it is left out by
// blocks of 128 articles; places are read where all words of a phrase stand. Common
// words beside each other are a term of their own in large segments, so that a phrase
// of them is a short list and not a comparison of most texts.
//
// [snowball]: https://snowballstem.org
package search
