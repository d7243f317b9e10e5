// Package postgres keeps a newsfold store in a PostgreSQL database, version 15 or
// newer, through pgx (https://github.com/jackc/pgx). Any number of daemons share
// it: beside [store.DB] it implements [store.Shared].
//
//	db, err := postgres.Open(ctx, "postgres://news@db.example/news", postgres.Options{})
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//
// # Transactions
//
// Every transaction sees one snapshot (REPEATABLE READ). What it reads by key it
// keeps, what it puts stays in its memory, and at its end all changes go to the
// server in one message, by table and key: two round trips for the end of a
// transaction, however much is in it.
//
// Update runs alone among all daemons: it locks the table turn, which Alongside
// locks in a weaker mode. Of two Alongside transactions that change one row, the
// server ends the second, and it is run again, five times beside others and then
// alone. A unique index does the same for two that add the same URL. So nothing is
// locked for longer than it takes to send what was decided; what transactions only
// read is not locked at all.
//
// A sequence gives numbers in the order in which transactions ask, not that in
// which they commit, and a cursor over such numbers skips what commits late.
// Therefore the positions in change logs are given last of all, under a lock that
// is held until the commit is done. Both and the commit are one message, so that no
// daemon is waited for in between.
//
// # When the server goes away
//
// A transaction waits for a server that is restarted, and is run again: until the
// commit is sent, nothing of it has happened. Each transaction that writes leaves a
// receipt, a random number in a table of its own. When the connection is lost between
// commit and answer, the receipt is looked for: where it is, all is stored, else
// nothing, and the transaction is run again. The server could be asked by its own
// number of the transaction (pg_xact_status), but after a crash it gives numbers
// again that had not reached its disk. When it stays away, nobody knows, and the
// error says so ([store.ErrUnknown]). The server ends transactions of daemons that
// hang ([Options.Stall]).
//
// # Tables, version 2
//
// IDs, times (microseconds since 1970) and positions are bigint; hashes are the
// first 16 bytes of SHA-256, since URLs may be longer than an index takes; records
// are what every engine stores, with a checksum and, where that pays, compressed by
// the daemon. The third column is what the table would be spread by over several
// servers, see doc/scale.md.
//
//	meta         app, version                                 everywhere
//	turn         no rows: its lock orders writers             one place
//	receipt      random number, stored or not, when           number
//	feed         id, hash of URL, number of entries, record   feed
//	feed_due     feed, shard, when, token, owner              shard
//	entry        feed, hash of key, record (null: removed)    feed
//	article      id, record                                   article
//	article_url  hash of URL, article (0: removed)            hash
//	body         article, record                              article
//	revision     article, number, size, record                article
//	page_due     article, shard, when, token, owner           shard
//	story        id, time, unread, starred, record            story
//	story_feed   feed, time, story                            feed
//	change       log, position, article                       log
//	change_turn  no rows: its lock orders positions           one place
//	shelf        name, key, value                             name and key
//	stage        name, token, owner, when                     name
//	candidate    article, hour, note, keys                    article
//
// A lease is a row of feed_due, page_due or stage: a claim takes rows that nobody
// has locked (FOR UPDATE SKIP LOCKED), moves them to the end of the lease and
// raises their token. A transaction that holds a lease locks its row and looks at
// the token first, so that whoever lost it stores nothing. There is nobody who
// cleans up: what a dead daemon held is due again by itself.
//
// candidate is an inverted index: keys is an array with a GIN index, which takes a
// sixth of the room of one row a key and a third of the time to fill (29 against
// 178 MB and 9 against 23 s for 50,000 articles of 40 keys).
package postgres
