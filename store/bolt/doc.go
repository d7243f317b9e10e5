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
// # Layout, version 3
//
// Pages are 8 KiB. IDs are 8 bytes, big-endian, so that bytewise order is
// numeric; a time is microseconds since 1970 as 8 bytes, big-endian with the
// sign bit turned; a hash is the first 16 bytes of SHA-256. The column "order"
// says where new keys go: at the end of the bucket (pages are filled to 90 %),
// or anywhere in it (they are left half empty when they split). On the right,
// bytes an article in a file of 30,000 articles of 400 words, pages and all, as it
// was written and compacted (bench/memory, account).
//
//	bucket         key                   value                        order          bytes
//	meta           app, schema           "newsfold", version
//	feeds          feed                  record                       end
//	feed.urls      hash of URL           feed                         any
//	feed.counts    feed                  number of entries            end
//	entries        number of entry       record                       end              285    210
//	entry.keys     feed, hash of key     number of entry              by feed           69     54
//	entry.said     number of entry       record                       end            2,338  1,255
//	articles       article               record                       end              879    436
//	article.urls   hash of URL           article                      any               60     45
//	wanted         time, article         empty                        any
//	bodies         article               record                       end            1,924  1,291
//	revisions      article, number       record                       any
//	stories        story                 record                       end              185    133
//	story.times    time, story           flags                        near the end      31     31
//	story.unread   time, story           flags; unread ones only      near the end      31     31
//	story.starred  time, story           flags; starred ones only     any
//	story.feeds    feed, time, story     flags                        by feed           56     46
//	logs           one bucket a log, with two in it:
//	  changes      position / 64         articles, a column           end                2      2
//	  places       article / 64          positions, a column          near the end       2      2
//	shelves        one bucket a shelf    as given                     as it comes
//	dictionaries   number                class, dictionary            end                       2
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
// articles, which deleting never turns back. The logs hold a small number for each
// number, 64 in a value (column.go): one or two bytes in the place of 36.
//
// A record is one byte for its form and then either a CRC-32C and a message, plain or
// as an S2 block, or a zstd frame of a message, which has a checksum of its own.
// Messages are in the protocol buffers wire format; record/nouns.go is their schema.
// Strings are kept byte for byte. The HTML of a body is a pattern over its text.
// Compression of long records runs on other cores beside the transaction, see seal.go.
//
// From the thousandth record of a class on, DB.Compact trains a zstd dictionary for
// it, and again whenever there are ten times as many, and compresses with it what it
// writes anew; a frame names the dictionary it was made with (dictionaries.go).
// Dictionaries stay as long as the store: a file in which one is damaged is refused.
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
