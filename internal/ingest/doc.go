// Package ingest runs the stages between a publisher's feed and a folded story.
//
// Four loops share one store and meet nowhere else:
//
//   - poll: a priority queue of feeds by when they are due; each is asked, its
//     entries are identified with articles, and both go to the store together
//     with the feed's next due time;
//   - page: articles whose feed carried only a summary get their page fetched
//     and extracted; the state, with retries, is stored on the article;
//   - fold: a cursor over the change log of texts; each article is given its
//     story, with the evidence. Behind it, with a cursor of its own over the log
//     of folds, stories are given their events;
//   - write: the one goroutine that commits, so that results that arrive
//     together are stored together.
//
// A loop takes its work from the store, does what needs network or time outside
// any transaction, and stores result and progress in one. A crash repeats at
// most what was under way; since everything is stored under stable keys, the
// effect is once. Failures of publishers are stored as the state of a feed or
// article; an error from [Engine.Run] means that this machine failed: the disk,
// the store.
//
// Identification (which article does an entry carry?) has no loop of its own:
// it needs neither network nor time, and inside the transaction that stores the
// entry no second entry can race it to the same article.
//
//	e, err := ingest.New(db, client, ingest.Options{})
//	…
//	err = e.Run(ctx) // until ctx is done
package ingest
