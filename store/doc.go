// Package store is the contract between newsfold and whatever keeps its data.
//
// A [DB] runs functions inside transactions; a [Tx] is what they see. The
// guarantees below hold for every engine and are checked by package storetest,
// which every engine's tests run:
//
//   - A function given to Update either takes effect as a whole and survives
//     the loss of the process, or has no effect at all.
//   - A transaction sees its own writes and nothing that was committed after it
//     began.
//   - Values handed in and out are copies: neither side shares memory with the
//     other. Slices and maps may be kept and changed.
//   - Times come back as the same instant in UTC, exact to the microsecond.
//   - Strings come back byte for byte, whatever they hold.
//   - A [newsfold.FeedID] or [newsfold.ArticleID] is given by the store when
//     its field is 0, is larger than all before it, and is never given again,
//     not even after deletion.
//
// A typical use:
//
//	err := db.Update(ctx, func(tx store.Tx) error {
//		a, err := tx.Article(id)
//		if err != nil {
//			return err
//		}
//		a.Title = "…"
//		return tx.PutArticle(&a)
//	})
//
// Engines live in sub-packages: store/bolt is the embedded one, store/postgres keeps
// everything in a database that several daemons use at once and is a [Shared] store.
package store
