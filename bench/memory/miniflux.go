package main

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"time"
)

// The table of entries as Miniflux 2 has it once all its migrations have run
// (miniflux/v2, internal/database/migrations.go, read in November 2026), with the
// indexes that are known to be left; what refers to other tables is left out.
const minifluxSchema = `
create type entry_status as enum('unread', 'read', 'removed');
create table entries (
	id bigserial primary key, user_id int not null, feed_id bigint not null, hash text not null,
	published_at timestamptz not null, title text not null, url text not null, author text, content text,
	status entry_status default 'unread', starred bool default 'f', comments_url text default '',
	document_vectors tsvector, changed_at timestamptz not null, share_code text not null default '',
	reading_time int not null default 0, created_at timestamptz not null default now(), tags text[] default '{}',
	unique (feed_id, hash));
create index entries_user_status_idx on entries (user_id, status);
create index document_vectors_idx on entries using gin (document_vectors);
create unique index entries_share_code_idx on entries (share_code) where share_code <> '';
create index entries_user_feed_idx on entries (user_id, feed_id);
create index entries_id_user_status_idx on entries (id, user_id, status);
create index entries_feed_id_status_hash_idx on entries (feed_id, status, hash);
create index entries_user_id_status_starred_idx on entries (user_id, status, starred);
create index entries_feed_url_idx on entries (feed_id, url);
create index entries_user_status_feed_idx on entries (user_id, status, feed_id);
create index entries_user_status_changed_idx on entries (user_id, status, changed_at);
`

// miniflux prints SQL that stores the same articles as build does, the way
// Miniflux would, and tells what that takes.
func miniflux(n int) error {
	g := newGenerator(n, time.Now().UTC().Truncate(time.Second))
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	fmt.Fprint(w, minifluxSchema)
	for i := range n {
		if i%100 == 0 {
			fmt.Fprintln(w, "begin;")
		}
		e := g.make(i).entry
		at := e.Issued.Format(time.RFC3339)
		title, content := quoted(e.Title), quoted(e.Content)
		fmt.Fprintf(w, "insert into entries (user_id, feed_id, hash, published_at, title, url, author, content, changed_at, reading_time, document_vectors) "+
			"values (1, %d, '%x', '%s', %s, %s, '', %s, now(), 2, setweight(to_tsvector(%s), 'A') || setweight(to_tsvector(%s), 'B'));\n",
			e.Feed, sha256.Sum256([]byte(e.GUID)), at, title, quoted(e.Link), content, title, content)
		if i%100 == 99 || i == n-1 {
			fmt.Fprintln(w, "commit;")
		}
	}
	fmt.Fprintf(w, "vacuum analyze entries;\n"+
		"select pg_total_relation_size('entries') / %d as bytes_an_article, pg_relation_size('document_vectors_idx') / %d as of_them_search_index, pg_indexes_size('entries') / %d as all_indexes, pg_table_size('entries') / %d as table_and_toast;\n", n, n, n, n)
	return w.Flush()
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
