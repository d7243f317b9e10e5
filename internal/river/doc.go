// Package river shows the river of news: stored stories joined with their
// articles and feeds, in the one form that the command line, the web page, the
// digests and the JSON interface share.
//
// A [Story] is what a list shows for each story; [Load] adds the text, the
// copies and the evidence of each fold. Field names are documented in
// doc/json.md and stay as they are.
//
//	err := db.View(ctx, func(tx store.Tx) error {
//		stories, more, err := river.List(tx, river.Query{Query: store.Query{Limit: 50}})
//		…
//	})
package river
