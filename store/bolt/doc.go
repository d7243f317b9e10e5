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
// # Layout, version 5
//
// Pages are 8 KiB. IDs are 8 bytes, big-endian, so that bytewise order is
// numeric; a time is microseconds since 1970 as 8 bytes, big-endian with the
// sign bit turned; a hash is the first 16 bytes of SHA-256. The column "order"
// says where new keys go: at the end of the bucket (pages are filled to 90 %),
// or anywhere in it (they are left half empty when they split). On the right,
// bytes an article in a file of 50,000 articles of 400 words, pages and all, as a daemon
// leaves it (bench/memory, account); a star is what 1,000 loose ones take.
//
//	bucket         key                   value                        order          bytes
//	meta           app, schema           "newsfold", version
//	feeds          feed                  record                       end                2
//	feed.urls      hash of URL           feed                         any                2
//	feed.counts    feed                  number of entries            end                1
//	entries        number of entry       record                       end                6*
//	entry.keys     feed, hash of key     number of entry              by feed           70
//	entry.said     number of entry       record                       end            1,569
//	articles       article               record                       end               18*
//	article.urls   hash of URL           article                      any               57
//	wanted         time, article         empty                        any
//	bodies         article               record                       end               48*
//	revisions      article, number       record                       any
//	stories        story                 record                       end                4*
//	packs          pack                  records of 48 articles       end            1,348
//	article.packs  article / 64          packs, a column              near the end       2
//	body.packs     article / 64          packs, a column              near the end       2
//	story.packs    story / 64            packs, a column              near the end       2
//	entry.packs    number of entry / 64  packs, a column              near the end       2
//	story.times    time, story           flags                        near the end      31
//	story.unread   time, story           flags; unread ones only      near the end      31
//	story.starred  time, story           flags; starred ones only     any
//	story.feeds    feed, time, story     flags                        by feed           61
//	logs           one bucket a log, with two in it:
//	  changes      position / 64         articles, a column           end                4
//	  places       article / 64          positions, a column          near the end       4
//	shelves        one bucket a shelf    checksum, as given           as it comes
//	dictionaries   number                dictionary, of version 3     end
//
// In entry.keys and article.urls the number 0 stands for what was removed to make
// room: the key stays known, for some 60 bytes.
//
// What entries said, their summaries and contents, lies apart from them: of what
// came in last some 64 MiB are kept, for reading it again by better rules, and the
// articles' own texts for ever.
//
// Large records lie in buckets that grow at the end, so that an insert rewrites
// one page of them; what lands anywhere is small. The flags of a story (1:
// read, 2: starred) stand in every index, so that a list skips what it does not
// want without reading it. New IDs are the sequences of the buckets feeds and
// articles, which deleting never turns back. Columns hold a small number for each
// number, 64 in a value (column.go): one or two bytes in the place of 36.
//
// A record is one byte for its form and then either a CRC-32C and a message, plain or
// as an S2 block, or a zstd frame of a message, which has a checksum of its own.
// Messages are in the protocol buffers wire format; record/nouns.go is their schema.
// Strings are kept byte for byte. The HTML of a body is a pattern over its text.
//
// # Packs
//
// What is written is loose, a record of its own, texts compressed as fast as can be. When
// an article rests, in a story and with a thousand newer ones, DB.Pack puts its record,
// its body, its story and its entries into a pack with those of its neighbours, where
// zstd finds what they share; the text of a body goes without what the article's lede
// says already. A pack has two parts, so that a list need not open the texts. The four
// columns say which pack a record lies in; one that is written again is loose again.
// A pack that is empty goes at once; one of which a quarter is unused is found by DB.Pack
// sooner or later, and what is left of it is packed anew.
//
// The file is mapped with room to grow, so that writers do not wait for readers,
// and grows by 16 MiB at a time, of which file systems store what is used.
// DB.Compact gives back what deleting and packing have freed, which is used again
// otherwise.
//
// # Damage
//
// bbolt trusts its file and panics when pages contradict each other. Here such
// a panic, a page that cannot be read and a record with a wrong checksum become
// errors that name the file and wrap [store.ErrForeign]; a transaction that met
// one is not committed. Small buckets are looked at when a file is opened (inline.go),
// and a file in which a dictionary is damaged is refused. Panics of the caller's own
// code roll back and go on their way. Check looks at everything; Repair writes a file
// whose keys are out of order anew (order.go), and mends the rest.
package bolt
