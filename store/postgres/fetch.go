package postgres

import (
	"github.com/jackc/pgx/v5"

	"newsfold"
	"newsfold/store"
	"newsfold/store/internal/record"
)

var _ store.Fetcher = (*tx)(nil)

// Fetch implements [store.Fetcher]: what is named goes into the memory of the
// transaction, also that it is not there, with one question of each kind.
func (t *tx) Fetch(w store.Wants) error {
	if err := t.ready(false); err != nil {
		return err
	}
	if err := t.fetchEntries(w.Entries); err != nil {
		return err
	}
	found, err := t.fetchURLs(w.URLs)
	if err != nil {
		return err
	}
	if err := t.fetchArticles(append(found, w.Articles...)); err != nil {
		return err
	}
	if err := t.fetchBodies(w.Bodies); err != nil {
		return err
	}
	if err := t.fetchStories(w.Stories); err != nil {
		return err
	}
	if err := t.fetchKeys(w.Keys); err != nil {
		return err
	}
	return nil
}

// missing returns the keys of which nothing is known, each once, and notes them
// as not there, which what is found then corrects.
func missing[K comparable, R any](c cells[K, R], keys []K) []K {
	var out []K
	for _, k := range keys {
		if _, ok := c[k]; !ok {
			c[k] = &cell[R]{}
			out = append(out, k)
		}
	}
	return out
}

// found notes a row.
func found[K comparable, R any](c cells[K, R], k K, r R) {
	c[k] = &cell[R]{now: &r}
	c[k].was = c[k].now
}

func (t *tx) fetchEntries(refs []newsfold.EntryRef) error {
	byFeed := map[newsfold.FeedID][]entryKey{}
	for _, ref := range refs {
		byFeed[ref.Feed] = append(byFeed[ref.Feed], entryKey{ref.Feed, hashOf(ref.Key)})
	}
	for _, feed := range sorted(byFeed) {
		var hashes [][]byte
		for _, k := range missing(t.entries, byFeed[feed]) {
			hashes = append(hashes, k.key[:])
		}
		if len(hashes) == 0 {
			continue
		}
		_, err := rows(t, func(r pgx.CollectableRow) (struct{}, error) {
			var key, rec []byte
			err := r.Scan(&key, &rec)
			if err == nil {
				found(t.entries, entryKey{feed, hash(key)}, entryRow{rec})
			}
			return struct{}{}, err
		}, `select key, rec from entry where feed = $1 and key = any($2)`, int64(feed), hashes)
		if err != nil {
			return err
		}
	}
	return nil
}

// fetchURLs returns the articles found.
func (t *tx) fetchURLs(urls []string) (ids []newsfold.ArticleID, err error) {
	keys := make([]hash, len(urls))
	for i, u := range urls {
		keys[i] = hashOf(u)
	}
	var hashes [][]byte
	for _, h := range missing(t.urls, keys) {
		hashes = append(hashes, h[:])
	}
	if len(hashes) == 0 {
		return nil, nil
	}
	_, err = rows(t, func(r pgx.CollectableRow) (struct{}, error) {
		var url []byte
		var id newsfold.ArticleID
		err := r.Scan(&url, &id)
		if err == nil {
			found(t.urls, hash(url), id)
			if id != 0 {
				ids = append(ids, id)
			}
		}
		return struct{}{}, err
	}, `select url, article from article_url where url = any($1)`, hashes)
	// Most of those that nobody has are about to be stored.
	if fresh := len(hashes) - len(ids); err == nil && t.writable && fresh > 0 {
		err = t.number(fresh)
	}
	return ids, err
}

func (t *tx) fetchArticles(ids []newsfold.ArticleID) error {
	ids = missing(t.articles, ids)
	if len(ids) == 0 {
		return nil
	}
	_, err := rows(t, func(r pgx.CollectableRow) (struct{}, error) {
		var id newsfold.ArticleID
		var row articleRow
		err := r.Scan(&id, &row.wanted, &row.token, &row.rec)
		if err == nil {
			found(t.articles, id, row)
		}
		return struct{}{}, err
	}, `select id, due, coalesce(token, 0), rec from article left join page_due on page_due.article = article.id where id = any($1)`, numbers(ids))
	return err
}

func (t *tx) fetchBodies(ids []newsfold.ArticleID) error {
	ids = missing(t.bodies, ids)
	if len(ids) == 0 {
		return nil
	}
	_, err := rows(t, func(r pgx.CollectableRow) (struct{}, error) {
		var id newsfold.ArticleID
		var rec []byte
		err := r.Scan(&id, &rec)
		if err == nil {
			found(t.bodies, id, rec)
		}
		return struct{}{}, err
	}, `select article, rec from body where article = any($1)`, numbers(ids))
	return err
}

func (t *tx) fetchStories(ids []newsfold.StoryID) error {
	ids = missing(t.stories, ids)
	if len(ids) == 0 {
		return nil
	}
	_, err := rows(t, func(r pgx.CollectableRow) (struct{}, error) {
		var id newsfold.StoryID
		var row storyRow
		err := r.Scan(&id, &row.time, &row.unread, &row.starred, &row.rec)
		if err != nil {
			return struct{}{}, err
		}
		s, err := open(t, "story", id, row.rec, record.Story)
		row.feeds = distinct(s.Feeds)
		found(t.stories, id, row)
		return struct{}{}, err
	}, `select id, time, unread, starred, rec from story where id = any($1)`, numbers(ids))
	return err
}

func (t *tx) fetchKeys(keys []uint32) error {
	if len(keys) == 0 {
		return nil
	}
	found, err := t.candidates(keys)
	if err != nil {
		return err
	}
	for _, k := range keys {
		t.ahead[k] = nil
	}
	for i := range found {
		c := &found[i]
		for _, k := range c.Keys {
			if _, asked := t.ahead[k]; asked {
				t.ahead[k] = append(t.ahead[k], c)
			}
		}
	}
	return nil
}
