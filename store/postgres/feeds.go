package postgres

import (
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"newsfold"
	"newsfold/store/internal/record"
)

// shards is how many parts the feeds fall into. The feeds of one host are in
// one part, so that mostly one daemon asks a host at a time.
const shards = 256

func shardOf(feed string) int16 {
	host := feed
	if u, err := url.Parse(feed); err == nil {
		host = strings.ToLower(u.Hostname())
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(host)) // it never fails
	return int16(h.Sum32() % shards)
}

const feedColumns = `select feed.id, url, coalesce(shard, 0), due, coalesce(token, 0), entries, rec from feed left join feed_due on feed_due.feed = feed.id `

type foundFeed struct {
	id  newsfold.FeedID
	row feedRow
}

func scanFeed(r pgx.CollectableRow) (f foundFeed, err error) {
	var url []byte
	err = r.Scan(&f.id, &url, &f.row.shard, &f.row.due, &f.row.token, &f.row.entries, &f.row.rec)
	copy(f.row.url[:], url)
	return f, err
}

// feedRow looks up a feed; nil when there is none.
func (t *tx) feedRow(id newsfold.FeedID) (*feedRow, error) {
	return lookup(t, t.feeds, id, func() (*feedRow, error) {
		rs, err := t.conn.Query(t.ctx, feedColumns+`where feed.id = $1`, int64(id))
		if err != nil {
			return nil, err
		}
		f, err := pgx.CollectExactlyOneRow(rs, scanFeed)
		return &f.row, err
	})
}

func (t *tx) readFeed(id newsfold.FeedID, r *feedRow) (newsfold.Feed, error) {
	f, err := open(t, "feed", id, r.rec, record.Feed)
	f.ID, f.Entries = id, int(r.entries)
	return f, err
}

// Feed implements [store.Tx].
func (t *tx) Feed(id newsfold.FeedID) (f newsfold.Feed, err error) {
	if err := t.ready(false); err != nil {
		return f, err
	}
	return t.feed(id)
}

func (t *tx) feed(id newsfold.FeedID) (f newsfold.Feed, err error) {
	r, err := t.feedRow(id)
	if err == nil && r == nil {
		err = notFound("feed", id)
	}
	if err != nil {
		return f, err
	}
	return t.readFeed(id, r)
}

// findFeed returns the ID of the feed with a URL; 0 when there is none.
func (t *tx) findFeed(h hash) (newsfold.FeedID, error) {
	id, err := lookup(t, t.feedURLs, h, func() (*newsfold.FeedID, error) {
		var id newsfold.FeedID
		err := t.row(`select id from feed where url = $1`, h[:]).Scan(&id)
		return &id, err
	})
	if err != nil || id == nil {
		return 0, err
	}
	return *id, nil
}

// FindFeed implements [store.Tx].
func (t *tx) FindFeed(url string) (f newsfold.Feed, err error) {
	if err := t.ready(false); err != nil {
		return f, err
	}
	id, err := t.findFeed(hashOf(url))
	if err == nil && id == 0 {
		err = notFound("feed", url)
	}
	if err != nil {
		return f, err
	}
	return t.feed(id)
}

// Feeds implements [store.Tx].
func (t *tx) Feeds() iter.Seq2[newsfold.Feed, error] {
	return sequence(t, func(last *newsfold.Feed, n int) ([]newsfold.Feed, error) {
		if err := t.flush(); err != nil {
			return nil, err
		}
		var after newsfold.FeedID
		if last != nil {
			after = last.ID
		}
		found, err := rows(t, scanFeed, feedColumns+`where feed.id > $1 order by feed.id limit $2`, int64(after), n)
		if err != nil {
			return nil, err
		}
		all := make([]newsfold.Feed, 0, len(found))
		for i := range found {
			f, err := t.readFeed(found[i].id, &found[i].row)
			if err != nil {
				return nil, err
			}
			all = append(all, f)
		}
		return all, nil
	})
}

// PutFeed implements [store.Tx].
func (t *tx) PutFeed(f *newsfold.Feed) error {
	if err := t.ready(true); err != nil {
		return err
	}
	if f.URL == "" {
		return errors.New("feed without a URL")
	}
	h := hashOf(f.URL)
	var old *feedRow
	if f.ID != 0 {
		var err error
		if old, err = t.feedRow(f.ID); err == nil && old == nil {
			err = notFound("feed", f.ID)
		}
		if err != nil {
			return err
		}
	}
	if old == nil || old.url != h {
		switch id, err := t.findFeed(h); {
		case err != nil:
			return err
		case id != 0 && id != f.ID:
			return fmt.Errorf("feed %s: %w", f.URL, newsfold.ErrExists)
		}
	}
	if old == nil {
		return t.addFeed(f, h)
	}
	row, err := t.feedOf(f, f.ID, h, old.entries)
	if err != nil {
		return err
	}
	row.token = old.token
	if old.url == h {
		t.feeds.put(f.ID, row)
		return nil
	}
	// Where feeds exchange URLs, the order in which that happens counts.
	if err := t.flush(); err != nil {
		return err
	}
	t.feeds.put(f.ID, row)
	t.feedURLs[old.url] = &cell[newsfold.FeedID]{}
	t.changes++
	id := f.ID
	t.feedURLs[h] = &cell[newsfold.FeedID]{now: &id, was: &id}
	return t.flush()
}

func (t *tx) addFeed(f *newsfold.Feed, h hash) error {
	var id newsfold.FeedID
	if err := t.row(`select nextval('feed_id')`).Scan(&id); err != nil {
		return t.fail(err)
	}
	row, err := t.feedOf(f, id, h, 0)
	if err != nil {
		return err
	}
	t.feeds[id] = &cell[feedRow]{now: row}
	t.feedURLs[h] = &cell[newsfold.FeedID]{now: &id, was: &id}
	f.ID = id
	return nil
}

// feedOf makes a row of a feed.
func (t *tx) feedOf(f *newsfold.Feed, id newsfold.FeedID, h hash, entries int64) (*feedRow, error) {
	stored := *f
	stored.ID = id
	rec, err := plain(t, &stored, record.Feed)
	if err != nil {
		return nil, fmt.Errorf("feed %s: %w", f.URL, err)
	}
	return &feedRow{url: h, shard: shardOf(f.URL), due: dueTime(f), entries: entries, rec: rec}, nil
}

// DeleteFeed implements [store.Tx].
func (t *tx) DeleteFeed(id newsfold.FeedID) error {
	if err := t.ready(true); err != nil {
		return err
	}
	r, err := t.feedRow(id)
	if err == nil && r == nil {
		err = notFound("feed", id)
	}
	if err != nil {
		return err
	}
	if err := t.flush(); err != nil {
		return err
	}
	if _, err := t.exec(`delete from entry where feed = $1`, int64(id)); err != nil {
		return err
	}
	for k := range t.entries {
		if k.feed == id {
			t.entries[k] = &cell[entryRow]{}
		}
	}
	t.feedURLs[r.url] = &cell[newsfold.FeedID]{}
	t.feeds.put(id, nil)
	t.changes++
	return t.flush() // before another feed has its URL
}

// entryRow looks up an entry; nil when there is none.
func (t *tx) entryRow(k entryKey) (*entryRow, error) {
	return lookup(t, t.entries, k, func() (*entryRow, error) {
		var r entryRow
		err := t.row(`select rec from entry where feed = $1 and key = $2`, int64(k.feed), k.key[:]).Scan(&r.rec)
		return &r, err
	})
}

// Entry implements [store.Tx].
func (t *tx) Entry(ref newsfold.EntryRef) (e newsfold.Entry, err error) {
	if err := t.ready(false); err != nil {
		return e, err
	}
	name := fmt.Sprintf("%d %q", ref.Feed, ref.Key)
	r, err := t.entryRow(entryKey{ref.Feed, hashOf(ref.Key)})
	switch {
	case err != nil:
		return e, err
	case r == nil:
		return e, notFound("entry", name)
	case r.rec == nil:
		return e, wasRemoved("entry", name)
	}
	return open(t, "entry", name, r.rec, record.Entry)
}

// PutEntry implements [store.Tx].
func (t *tx) PutEntry(e *newsfold.Entry) error {
	if err := t.ready(true); err != nil {
		return err
	}
	feed, err := t.feedRow(e.Feed)
	if err == nil && feed == nil {
		err = notFound("feed", e.Feed)
	}
	if err != nil {
		return err
	}
	k := entryKey{e.Feed, hashOf(e.Key())}
	old, err := t.entryRow(k)
	if err != nil {
		return err
	}
	if old != nil && old.rec == nil {
		return wasRemoved("entry", fmt.Sprintf("%d %q", e.Feed, e.Key()))
	}
	rec, err := packed(t, e, record.Entry)
	if err != nil {
		return fmt.Errorf("entry %d %q: %w", e.Feed, e.Key(), err)
	}
	t.entries.put(k, &entryRow{rec})
	// The feed's row is written even where its count stays: a feed that is
	// deleted meanwhile ends this transaction.
	counted := *feed
	if old == nil {
		counted.entries++
	}
	t.feeds.put(e.Feed, &counted)
	return nil
}
