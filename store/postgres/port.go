package postgres

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"newsfold"
	"newsfold/store"
	"newsfold/store/internal/record"
)

// exports are the statements that list the items of each kind behind a key, whose
// parts are the first parameters; the last one is how many. Each gives the parts
// of the key, as one of bytes, and the record or value.
var exports = map[store.Kind]string{
	store.FeedItem:     `select int8send(id), rec from feed where id > $1 order by id limit $2`,
	store.EntryItem:    `select int8send(feed) || key, rec from entry where (feed, key) > ($1, $2) order by feed, key limit $3`,
	store.ArticleItem:  `select int8send(id), rec from article where id > $1 order by id limit $2`,
	store.RemovedItem:  `select url, null::bytea from article_url where article = 0 and url > $1 order by url limit $2`,
	store.BodyItem:     `select int8send(article), rec from body where article > $1 order by article limit $2`,
	store.RevisionItem: `select int8send(article) || int8send(n), rec from revision where (article, n) > ($1, $2) order by article, n limit $3`,
	store.StoryItem:    `select int8send(id), rec from story where id > $1 order by id limit $2`,
	store.ChangeItem:   `select convert_to(log, 'UTF8') || '\x00'::bytea || int8send(seq), int8send(article) from change where (log, seq) > ($1, $2) order by log, seq limit $3`,
	store.PairItem:     `select convert_to(name, 'UTF8') || '\x00'::bytea || key, value from shelf where (name, key) > ($1, $2) order by name, key limit $3`,
	store.CounterItem: `select key, value from (
			select 'articles'::bytea, int8send(last_value) from article_id where is_called
			union all select 'feeds'::bytea, int8send(last_value) from feed_id where is_called
			union all select convert_to(log, 'UTF8'), int8send(last_value) from change_seq, (select distinct log from change) l where is_called
		) c (key, value) where key > $1 order by key limit $2`,
}

// parts takes a key apart for the statement of its kind.
func parts(kind store.Kind, key []byte) []any {
	id := func(b []byte) int64 {
		if len(b) < 8 {
			return 0
		}
		return int64(binary.BigEndian.Uint64(b))
	}
	rest := func(n int) []byte { return append([]byte{}, key[min(n, len(key)):]...) }
	name, after, _ := bytes.Cut(key, []byte{0})
	switch kind {
	case store.FeedItem, store.ArticleItem, store.BodyItem, store.StoryItem:
		return []any{id(key)}
	case store.EntryItem:
		return []any{id(key), rest(8)}
	case store.RevisionItem:
		return []any{id(key), id(rest(8))}
	case store.ChangeItem:
		return []any{string(name), id(after)}
	case store.PairItem:
		return []any{string(name), append([]byte{}, after...)}
	}
	return []any{append([]byte{}, key...)}
}

// Export implements [store.Porter].
func (t *tx) Export(after store.Item) iter.Seq2[store.Item, error] {
	return func(yield func(store.Item, error) bool) {
		for kind := max(after.Kind, store.FeedItem); kind <= store.CounterItem; kind++ {
			var from []byte
			if kind == after.Kind {
				from = after.Key
			}
			list := sequence(t, func(last *store.Item, n int) ([]store.Item, error) {
				if err := t.flush(); err != nil {
					return nil, err
				}
				if last != nil {
					from = last.Key
				}
				return rows(t, func(r pgx.CollectableRow) (store.Item, error) {
					it := store.Item{Kind: kind}
					err := r.Scan(&it.Key, &it.Value)
					return it, err
				}, exports[kind], append(parts(kind, from), n)...)
			})
			for it, err := range list {
				if err == nil {
					err = t.unpack(&it)
				}
				if !yield(it, err) || err != nil {
					return
				}
			}
		}
	}
}

// unpack makes the message of a record.
func (t *tx) unpack(it *store.Item) error {
	switch it.Kind {
	case store.RemovedItem, store.ChangeItem, store.PairItem, store.CounterItem:
		return nil
	}
	if it.Value == nil { // removed
		return nil
	}
	msg, err := t.db.codec.Open(it.Value)
	if err != nil {
		t.fault = fmt.Errorf("item %x of the %v in %s is damaged: %w: %w", it.Key, it.Kind, t.db.name, store.ErrForeign, err)
		return t.fault
	}
	it.Value = []byte(msg)
	return nil
}

// Import implements [store.Porter].
func (t *tx) Import(it store.Item) error {
	if err := t.ready(true); err != nil {
		return err
	}
	if err := t.take(it); err != nil {
		return fmt.Errorf("item %x of the %v: %w", it.Key, it.Kind, err)
	}
	t.pending += len(it.Value)
	return nil
}

func (t *tx) take(it store.Item) error {
	msg, p := string(it.Value), parts(it.Kind, it.Key)
	switch it.Kind {
	case store.FeedItem:
		var f newsfold.Feed
		if err := record.Decode(msg, &f, record.Feed); err != nil {
			return err
		}
		row, err := t.feedOf(&f, f.ID, hashOf(f.URL), 0)
		t.feeds[f.ID] = &cell[feedRow]{now: row}
		return err
	case store.EntryItem:
		return t.takeEntry(newsfold.FeedID(p[0].(int64)), it)
	case store.ArticleItem:
		var a newsfold.Article
		if err := record.Decode(msg, &a, record.Article); err != nil {
			return err
		}
		t.articles[a.ID] = &cell[articleRow]{now: rowOfArticle(&a, record.Plain(it.Value))}
		t.urls[hashOf(a.URL)] = &cell[newsfold.ArticleID]{now: &a.ID}
	case store.RemovedItem:
		t.urls[hash(it.Key)] = &cell[newsfold.ArticleID]{now: new(newsfold.ArticleID)}
	case store.BodyItem:
		rec := t.seal(it.Value)
		t.bodies[newsfold.ArticleID(p[0].(int64))] = &cell[[]byte]{now: &rec}
	case store.RevisionItem:
		var r newsfold.Revision
		if err := record.Decode(msg, &r, record.Revision); err != nil {
			return err
		}
		_, err := t.exec(`insert into revision (article, n, size, rec) values ($1, $2, $3, $4)`, p[0], p[1], len(r.Title)+len(r.Text), t.seal(it.Value))
		return err
	case store.StoryItem:
		var s newsfold.Story
		if err := record.Decode(msg, &s, record.Story); err != nil {
			return err
		}
		t.stories[s.ID] = &cell[storyRow]{now: rowOf(&s, record.Plain(it.Value))}
	case store.ChangeItem:
		t.moved = append(t.moved, []any{p[0], p[1], int64(binary.BigEndian.Uint64(it.Value))})
	case store.PairItem:
		v := append([]byte{}, it.Value...)
		t.pairs[pairKey{p[0].(string), string(p[1].([]byte))}] = &cell[[]byte]{now: &v}
	case store.CounterItem:
		return t.takeCounter(string(it.Key), int64(binary.BigEndian.Uint64(it.Value)))
	default:
		return fmt.Errorf("kind %d is of a newer version", it.Kind)
	}
	return nil
}

func (t *tx) takeEntry(feed newsfold.FeedID, it store.Item) error {
	row := &entryRow{}
	old, err := t.feedRow(feed)
	if err != nil {
		return err
	}
	if old == nil {
		return notFound("feed", feed)
	}
	if len(it.Value) > 0 {
		row.rec = t.seal(it.Value)
		counted := *old
		counted.entries++
		t.feeds.put(feed, &counted)
	}
	t.entries[entryKey{feed, hash(it.Key[8:])}] = &cell[entryRow]{now: row}
	return nil
}

func (t *tx) takeCounter(name string, n int64) error {
	seq := "change_seq"
	switch name {
	case "feeds":
		seq = "feed_id"
	case "articles":
		seq = "article_id"
	}
	_, err := t.exec(`select setval($1::regclass, greatest(last_value, $2)) from `+seq, seq, n)
	return err
}
