package postgres

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"newsfold"
	"newsfold/store"
)

// A batch is statements that go to the server together.
type batch struct {
	pgx.Batch
	// want is how many rows each statement must concern; -1: any number.
	want []int64
}

func (b *batch) add(want int64, sql string, args ...any) {
	b.Queue(sql, args...)
	b.want = append(b.want, want)
}

// run sends the statements and looks at what they did.
func (t *tx) run(b *batch) error {
	if len(b.want) == 0 {
		return nil
	}
	t.wrote = true
	results := t.conn.SendBatch(t.ctx, &b.Batch)
	var err error
	for i, want := range b.want {
		var tag pgconn.CommandTag
		if tag, err = results.Exec(); err == nil && want >= 0 && tag.RowsAffected() != want {
			err = fmt.Errorf("%w: %d of %d in statement %d", errMoved, tag.RowsAffected(), want, i)
		}
		if err != nil {
			break
		}
	}
	if e := results.Close(); err == nil { // the first error is the one that counts
		err = e
	}
	if err != nil {
		return t.fail(err)
	}
	return nil
}

// Statements for many rows come in a few sizes, each of which the server plans
// once. Multi-row VALUES cost no more here than arrays do, and far less where
// tables are spread over several servers.
var sizes = [...]int{64, 8, 1}

// A statement is one for many rows: what stands before their values, what after
// them, and the types of the columns.
type statement struct {
	head, tail string
	types      []string
}

var (
	insertFeed      = statement{"insert into feed (id, url, entries, rec) values ", "", []string{"bigint", "bytea", "bigint", "bytea"}}
	updateFeed      = statement{"update feed set url = v.url, entries = v.entries, rec = v.rec from (values ", ") v (id, url, entries, rec) where feed.id = v.id", insertFeed.types}
	insertDue       = statement{"insert into feed_due (feed, shard, due) values ", "", []string{"bigint", "smallint", "bigint"}}
	updateDue       = statement{"update feed_due set shard = v.shard, due = v.due from (values ", ") v (feed, shard, due) where feed_due.feed = v.feed and feed_due.owner = ''", insertDue.types}
	endLease        = statement{"update feed_due set shard = v.shard, due = v.due, owner = '', token = token + 1 from (values ", ") v (feed, shard, due) where feed_due.feed = v.feed", insertDue.types}
	insertEntry     = statement{"insert into entry (feed, key, rec) values ", "", []string{"bigint", "bytea", "bytea"}}
	updateEntry     = statement{"update entry set rec = v.rec from (values ", ") v (feed, key, rec) where entry.feed = v.feed and entry.key = v.key", insertEntry.types}
	insertURL       = statement{"insert into article_url (url, article) values ", "", []string{"bytea", "bigint"}}
	updateURL       = statement{"update article_url set article = v.article from (values ", ") v (url, article) where article_url.url = v.url", insertURL.types}
	insertArticle   = statement{"insert into article (id, rec) values ", "", []string{"bigint", "bytea"}}
	updateArticle   = statement{"update article set rec = v.rec from (values ", ") v (id, rec) where article.id = v.id", insertArticle.types}
	insertPage      = statement{"insert into page_due (article, shard, due) values ", "", []string{"bigint", "smallint", "bigint"}}
	updatePage      = statement{"update page_due set due = v.due from (values ", ") v (article, shard, due) where page_due.article = v.article and page_due.owner = ''", insertPage.types}
	endPage         = statement{"update page_due set due = v.due, owner = '', token = token + 1 from (values ", ") v (article, shard, due) where page_due.article = v.article", insertPage.types}
	insertBody      = statement{"insert into body (article, rec) values ", "", []string{"bigint", "bytea"}}
	updateBody      = statement{"update body set rec = v.rec from (values ", ") v (article, rec) where body.article = v.article", insertBody.types}
	insertStory     = statement{"insert into story (id, time, unread, starred, rec) values ", "", []string{"bigint", "bigint", "boolean", "boolean", "bytea"}}
	updateStory     = statement{"update story set time = v.time, unread = v.unread, starred = v.starred, rec = v.rec from (values ", ") v (id, time, unread, starred, rec) where story.id = v.id", insertStory.types}
	insertPlace     = statement{"insert into story_feed (feed, time, story) values ", "", []string{"bigint", "bigint", "bigint"}}
	deletePlace     = statement{"delete from story_feed where (feed, time, story) in (", ")", insertPlace.types}
	upsertPair      = statement{"insert into shelf (name, key, value) values ", " on conflict (name, key) do update set value = excluded.value", []string{"text", "bytea", "bytea"}}
	deletePair      = statement{"delete from shelf where (name, key) in (", ")", []string{"text", "bytea"}}
	insertChange    = statement{"insert into change (log, seq, article) values ", "", []string{"text", "bigint", "bigint"}}
	insertCandidate = statement{"insert into candidate (article, hour, note, keys) values ", "", []string{"bigint", "bigint", "bytea", "int[]"}}
)

// text returns the statement for n rows.
func (s *statement) text(n int) string {
	var b strings.Builder
	b.WriteString(s.head)
	arg := 0
	for row := range n {
		if row > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for i, typ := range s.types {
			if i > 0 {
				b.WriteByte(',')
			}
			arg++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(arg))
			if row == 0 {
				b.WriteString("::")
				b.WriteString(typ)
			}
		}
		b.WriteByte(')')
	}
	b.WriteString(s.tail)
	return b.String()
}

// many adds a statement for rows, each of which has one value a column. Each of
// them must concern exactly one row of the table, unless loose.
func (b *batch) many(s *statement, loose bool, rows [][]any) {
	for len(rows) > 0 {
		n := 1
		for _, size := range sizes {
			if size <= len(rows) {
				n = size
				break
			}
		}
		want := int64(n)
		if loose {
			want = -1
		}
		b.add(want, s.text(n), slices.Concat(rows[:n]...)...)
		rows = rows[n:]
	}
}

// flush sends what was put, but for what is appended to logs.
func (t *tx) flush() error {
	if t.fault != nil {
		return t.db.failed(t.ctx, "use", t.fault)
	}
	if t.sent == t.changes {
		return nil
	}
	var b batch
	t.collect(&b)
	if err := t.run(&b); err != nil {
		return err
	}
	clean(t.feeds)
	clean(t.feedURLs)
	clean(t.entries)
	clean(t.articles)
	clean(t.urls)
	clean(t.bodies)
	clean(t.stories)
	clean(t.pairs)
	clear(t.wards)
	clear(t.indexed)
	clear(t.byKey)
	clear(t.ahead)
	t.moved = nil
	t.sent, t.pending = t.changes, 0
	return nil
}

// collect makes statements of what the server does not have.
func (t *tx) collect(b *batch) {
	t.flushFeeds(b)
	t.flushEntries(b)
	t.flushArticles(b)
	t.flushStories(b)
	t.flushShelves(b)
	t.flushIndex(b)
	b.many(&insertChange, false, t.moved)
}

// clean notes that the server has everything as it is.
func clean[K comparable, R any](c cells[K, R]) {
	for _, cell := range c {
		cell.was = cell.now
	}
}

// split sorts the dirty rows of a table: new to the server, changed, or gone.
func split[K comparable, R any](c cells[K, R], compare func(a, b K) int) (added, changed, gone []K) {
	for _, k := range c.dirty(compare) {
		switch cell := c[k]; {
		case cell.was == nil:
			added = append(added, k)
		case cell.now == nil:
			gone = append(gone, k)
		default:
			changed = append(changed, k)
		}
	}
	return added, changed, gone
}

func (t *tx) flushFeeds(b *batch) {
	added, changed, gone := split(t.feeds, cmp.Compare[newsfold.FeedID])
	row := func(id newsfold.FeedID) []any {
		r := t.feeds[id].now
		return []any{int64(id), r.url[:], r.entries, r.rec}
	}
	b.many(&insertFeed, false, each(added, row))
	b.many(&updateFeed, false, each(changed, row))
	if len(gone) > 0 {
		b.add(int64(len(gone)), `delete from feed where id = any($1)`, numbers(gone))
		b.add(-1, `delete from feed_due where feed = any($1)`, numbers(gone))
		for _, id := range gone {
			delete(t.held, id)
		}
	}
	t.flushDue(b, added, changed)
}

// flushDue stores when feeds are due. A feed that another daemon is polling
// keeps its lease, whose holder stores when it is due next.
func (t *tx) flushDue(b *batch, added, changed []newsfold.FeedID) {
	row := func(id newsfold.FeedID) []any {
		r := t.feeds[id].now
		return []any{int64(id), r.shard, *r.due}
	}
	var fresh, moved, ended []newsfold.FeedID
	var never []newsfold.FeedID
	for _, id := range slices.Concat(added, changed) {
		cell := t.feeds[id]
		had := cell.was != nil && cell.was.due != nil
		switch has := cell.now.due != nil; {
		case had && !has:
			never = append(never, id)
		case !has:
		case !had:
			fresh = append(fresh, id)
		case t.held[id]:
			ended = append(ended, id)
		case *cell.was.due != *cell.now.due || cell.was.shard != cell.now.shard:
			moved = append(moved, id)
		}
	}
	slices.Sort(fresh)
	b.many(&insertDue, false, each(fresh, row))
	b.many(&endLease, false, each(ended, row))
	b.many(&updateDue, true, each(moved, row))
	if len(never) > 0 {
		b.add(-1, `delete from feed_due where feed = any($1)`, numbers(never))
	}
	// What is held and not stored is at least not another's by now.
	for _, id := range slices.Concat(ended, never) {
		delete(t.held, id)
	}
	for _, id := range sorted(t.held) {
		b.add(1, `select feed from feed_due where feed = $1 for update`, int64(id))
	}
	clear(t.held)
}

func (t *tx) flushEntries(b *batch) {
	added, changed, _ := split(t.entries, compareEntries)
	row := func(k entryKey) []any {
		return []any{int64(k.feed), []byte(k.key[:]), t.entries[k].now.rec}
	}
	b.many(&insertEntry, false, each(added, row))
	b.many(&updateEntry, false, each(changed, row))
}

func (t *tx) flushArticles(b *batch) {
	added, changed, gone := split(t.articles, cmp.Compare[newsfold.ArticleID])
	for _, id := range slices.Concat(added, changed, gone) {
		delete(t.wards, id)
	}
	if len(t.wards) > 0 {
		wards := sorted(t.wards)
		b.add(int64(len(wards)), `select id from article where id = any($1) order by id for key share`, numbers(wards))
	}
	// First the identity: whoever comes second with it waits here.
	known, renamed, _ := split(t.urls, compareHashes)
	url := func(h hash) []any { return []any{h[:], int64(*t.urls[h].now)} }
	b.many(&insertURL, false, each(known, url))
	b.many(&updateURL, false, each(renamed, url))

	row := func(id newsfold.ArticleID) []any { return []any{int64(id), t.articles[id].now.rec} }
	b.many(&insertArticle, false, each(added, row))
	b.many(&updateArticle, false, each(changed, row))
	if len(gone) > 0 {
		b.add(int64(len(gone)), `delete from article where id = any($1)`, numbers(gone))
	}
	t.flushPages(b, slices.Concat(added, changed, gone))

	text := func(id newsfold.ArticleID) []any { return []any{int64(id), *t.bodies[id].now} }
	added, changed, gone = split(t.bodies, cmp.Compare[newsfold.ArticleID])
	b.many(&insertBody, false, each(added, text))
	b.many(&updateBody, false, each(changed, text))
	if len(gone) > 0 {
		b.add(-1, `delete from body where article = any($1)`, numbers(gone))
	}
}

// flushPages stores when pages are wanted, as flushDue does for feeds.
func (t *tx) flushPages(b *batch, ids []newsfold.ArticleID) {
	var fresh, moved, ended, never []newsfold.ArticleID
	wanted := func(r *articleRow) *int64 {
		if r == nil {
			return nil
		}
		return r.wanted
	}
	for _, id := range ids {
		cell := t.articles[id]
		was, now := wanted(cell.was), wanted(cell.now)
		switch {
		case was == nil && now == nil:
		case now == nil:
			never = append(never, id)
		case was == nil:
			fresh = append(fresh, id)
		case t.pages[id]:
			ended = append(ended, id)
		case *was != *now:
			moved = append(moved, id)
		}
	}
	row := func(id newsfold.ArticleID) []any {
		r := t.articles[id].now
		return []any{int64(id), r.shard, *r.wanted}
	}
	b.many(&insertPage, false, each(fresh, row))
	b.many(&endPage, false, each(ended, row))
	b.many(&updatePage, true, each(moved, row))
	if len(never) > 0 {
		b.add(-1, `delete from page_due where article = any($1)`, numbers(never))
	}
	for _, id := range slices.Concat(ended, never) {
		delete(t.pages, id)
	}
	for _, id := range sorted(t.pages) {
		b.add(1, `select article from page_due where article = $1 for update`, int64(id))
	}
	clear(t.pages)
}

func (t *tx) flushStories(b *batch) {
	added, changed, gone := split(t.stories, cmp.Compare[newsfold.StoryID])
	row := func(id newsfold.StoryID) []any {
		r := t.stories[id].now
		return []any{int64(id), r.time, r.unread, r.starred, r.rec}
	}
	b.many(&insertStory, false, each(added, row))
	b.many(&updateStory, false, each(changed, row))
	if len(gone) > 0 {
		b.add(int64(len(gone)), `delete from story where id = any($1)`, numbers(gone))
	}
	var out, in [][]any
	for _, id := range slices.Concat(added, changed, gone) {
		cell := t.stories[id]
		before, after := cell.was.places(id), cell.now.places(id)
		for _, p := range before {
			if !slices.Contains(after, p) {
				out = append(out, p.row())
			}
		}
		for _, p := range after {
			if !slices.Contains(before, p) {
				in = append(in, p.row())
			}
		}
	}
	b.many(&deletePlace, false, out)
	b.many(&insertPlace, false, in)
}

func (t *tx) flushShelves(b *batch) {
	var gone, kept []pairKey
	for _, k := range t.pairs.dirty(comparePairs) {
		if t.pairs[k].now == nil {
			gone = append(gone, k)
		} else {
			kept = append(kept, k)
		}
	}
	b.many(&upsertPair, false, each(kept, func(k pairKey) []any { return []any{k.shelf, []byte(k.key), *t.pairs[k].now} }))
	b.many(&deletePair, true, each(gone, func(k pairKey) []any { return []any{k.shelf, []byte(k.key)} }))
	clear(t.touched)
}

// turnWait is how long a transaction waits to give positions before it is run again, or
// ends with its context: what waits for a commit to be answered heeds none.
const turnWait = 5 * time.Second

// positions are statements that give what was appended to logs its positions. From
// there to the end of the commit no other transaction appends, so that positions become
// visible in their order: a sequence alone gives them in the order in which transactions
// ask for them, which is not that in which they commit.
func (t *tx) positions() string {
	if len(t.appends) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "set local lock_timeout = %d; lock table change_turn in exclusive mode; set local lock_timeout to default; ", turnWait.Milliseconds())
	for _, log := range sorted(t.appends) {
		appendTo(&b, log, t.appends[log])
	}
	clear(t.appends)
	t.wrote = true
	return b.String()
}

// appendTo writes the statement that appends articles to a log, whose name is nothing
// but letters and dots.
func appendTo(b *strings.Builder, log store.Log, ids []newsfold.ArticleID) {
	// Each once, where it was last.
	seen := map[newsfold.ArticleID]bool{}
	var last []string
	for _, id := range slices.Backward(ids) {
		if !seen[id] {
			seen[id] = true
			last = append(last, strconv.FormatInt(int64(id), 10))
		}
	}
	slices.Reverse(last)
	fmt.Fprintf(b, `insert into change (log, seq, article)
		select '%s', nextval('change_seq'), a from (select a from unnest('{%s}'::bigint[]) with ordinality u (a, n) order by n) o
		on conflict (article, log) do update set seq = excluded.seq; `, log, strings.Join(last, ","))
}

// each makes rows of keys.
func each[K any](keys []K, row func(K) []any) [][]any {
	out := make([][]any, len(keys))
	for i, k := range keys {
		out[i] = row(k)
	}
	return out
}

// numbers returns IDs as the server takes them.
func numbers[T ~int64](ids []T) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}

func compareHashes(a, b hash) int { return bytes.Compare(a[:], b[:]) }

func compareEntries(a, b entryKey) int {
	return cmp.Or(cmp.Compare(a.feed, b.feed), compareHashes(a.key, b.key))
}

func comparePairs(a, b pairKey) int {
	return cmp.Or(cmp.Compare(a.shelf, b.shelf), cmp.Compare(a.key, b.key))
}
