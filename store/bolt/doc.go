// Package bolt keeps a newsfold store in one file, with bbolt
// (https://github.com/etcd-io/bbolt): a B+ tree of copy-on-write pages, mapped
// into memory. One process has the file open at a time; in it one transaction
// writes while any number read. A commit is two syncs of the file, so callers
// put work that belongs together into one Update.
//
//	db, err := bolt.Open(ctx, "newsfold.db", bolt.Options{})
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//
// # Layout, version 2
//
// Pages are 8 KiB. IDs are 8 bytes, big-endian, so that bytewise order is
// numeric; a time is microseconds since 1970 as 8 bytes, big-endian with the
// sign bit turned; a hash is the first 16 bytes of SHA-256. The column "order"
// says where new keys go: at the end of the bucket (pages are filled to 90 %),
// or anywhere in it (they are left half empty when they split).
//
//	bucket         key                   value                        order
//	meta           app, schema           "newsfold", version
//	feeds          feed                  record                       end
//	feed.urls      hash of URL           feed                         any
//	feed.counts    feed                  number of entries            end
//	entries        number of entry       record                       end
//	entry.keys     feed, hash of key     number of entry              by feed
//	entry.said     number of entry       record, compressed           end
//	articles       article               record                       end
//	article.urls   hash of URL           article                      any
//	wanted         time, article         empty                        any
//	bodies         article               record, compressed           end
//	revisions      article, number       record, compressed           any
//	stories        story                 record                       end
//	story.times    time, story           flags                        near the end
//	story.unread   time, story           flags; unread ones only      near the end
//	story.starred  time, story           flags; starred ones only     any
//	story.feeds    feed, time, story     flags                        by feed
//	logs           one bucket a log, with two in it:
//	  changes      position              article                      end
//	  places       article               position                     near the end
//	shelves        one bucket a shelf    as given                     as it comes
//
// In entry.keys and article.urls the number 0 stands for what was removed to make
// room: the key stays known, for some 60 bytes.
//
// What entries said, their summaries and contents, lies apart from them: of what
// came in last some 256 MiB are kept, for reading it again by better rules, and the
// articles' own texts for ever.
//
// Large records lie in buckets that grow at the end, so that an insert rewrites
// one page of them; what lands anywhere is small. The flags of a story (1:
// read, 2: starred) stand in every index, so that a list skips what it does not
// want without reading it. New IDs are the sequences of the buckets feeds and
// articles, which deleting never turns back.
//
// A record is one byte for its form and then either a CRC-32C and a message or
// a zstd frame of a message, which has a checksum of its own. Messages are in
// the protocol buffers wire format; nouns.go is their schema. Strings are kept
// byte for byte. The text and the HTML of a body are in one frame, since most
// of the one is found in the other; 14 kB of both take 3.7 kB. Compression runs
// on other cores beside the transaction, see seal.go.
//
// The file is mapped with room to grow, so that writers do not wait for readers,
// and grows by 16 MiB at a time, of which file systems store what is used.
// DB.Compact gives back what deleting has freed.
//
// # Damage
//
// bbolt trusts its file and panics when pages contradict each other. Here such
// a panic, a page that cannot be read and a record with a wrong checksum become
// errors that name the file and wrap [store.ErrForeign]; a transaction that met
// one is not committed. Panics of the caller's own code roll back and go on
// their way. Check looks at everything.
package bolt
