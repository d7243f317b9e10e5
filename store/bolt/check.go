package bolt

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"newsfold"
	"newsfold/store"
	"newsfold/store/internal/record"
)

// maxProblems is how many problems Check reports; there is no use in more.
const maxProblems = 1000

// A Problem is something in a store that should not be.
type Problem struct {
	Where string // for instance "article 12"
	What  string
}

func (p Problem) String() string { return p.Where + ": " + p.What }

// Check reads the whole store and returns what is wrong with it, at most 1,000
// problems: records that cannot be read or have a wrong checksum, indexes that
// disagree with their records in either direction, articles that are not in
// exactly the one story they name, changes that cannot be reached, numbers that
// could be given twice. It runs beside readers and writers, on the state at its
// beginning. The error is for Check itself, such as the end of ctx.
func (db *DB) Check(ctx context.Context) ([]Problem, error) {
	c := checker{ctx: ctx}
	err := db.View(ctx, func(st store.Tx) error {
		c.t = st.(*tx)
		for _, check := range []func(){
			c.feeds, c.entries, c.articles, c.bodies, c.stories, c.lists, c.logs, c.shelves, c.sequences,
		} {
			c.guarded(check)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	return c.problems, nil
}

type checker struct {
	ctx      context.Context // of the one call of Check
	t        *tx
	problems []Problem
	steps    int
}

func (c *checker) add(where, format string, args ...any) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, Problem{where, fmt.Sprintf(format, args...)})
	}
}

// guarded runs one part of the check; damaged pages end that part only.
func (c *checker) guarded(check func()) {
	var err error
	func() {
		defer c.t.guard(&err)
		check()
	}()
	if err != nil {
		c.add("file", "%v", err)
	}
}

// done says whether to stop, looking at the context now and then.
func (c *checker) done() bool {
	c.steps++
	return len(c.problems) >= maxProblems || c.steps%1024 == 0 && c.ctx.Err() != nil
}

// each calls fn with everything in a bucket.
func (c *checker) each(b *bbolt.Bucket, fn func(k, v []byte)) {
	w := c.t.walk(b, nil, false)
	for k, v := w.next(); k != nil && !c.done(); k, v = w.next() {
		fn(k, v)
	}
}

// records calls fn with every record of a bucket that can be read.
func records[T any](c *checker, id bucketID, fields func(*record.Wire, *T), fn func(id int64, v *T)) {
	c.each(c.t.bucket(id), func(k, rec []byte) {
		var v T
		err := record.ErrMalformed
		if len(k) == idLen {
			err = c.t.read(id, k, rec, func(msg string) error { return record.Decode(msg, &v, fields) })
		}
		if err != nil {
			c.add(fmt.Sprintf("%s %x", bucketNames[id], k), "%v", err)
			return
		}
		fn(keyID(k), &v)
	})
}

// has says whether a bucket holds a key.
func (c *checker) has(id bucketID, key []byte) bool {
	return c.t.bucket(id).Get(key) != nil
}

func (c *checker) feeds() {
	entries := map[int64]int64{}
	c.each(c.t.bucket(bEntryKeys), func(k, _ []byte) {
		if len(k) == idLen+hashLen {
			entries[keyID(k)]++
		}
	})
	records(c, bFeeds, record.Feed, func(id int64, f *newsfold.Feed) {
		where := fmt.Sprintf("feed %d", id)
		if int64(f.ID) != id {
			c.add(where, "calls itself %d", f.ID)
		}
		if n := number(c.t.bucket(bFeedURLs), hashKey(f.URL)); n != id {
			c.add(where, "its URL %s leads to feed %d", f.URL, n)
		}
		if n := number(c.t.bucket(bFeedCounts), idKey(id)); n != entries[id] {
			c.add(where, "has %d entries and counts %d", entries[id], n)
		}
		delete(entries, id)
	})
	for id, n := range entries {
		c.add(fmt.Sprintf("feed %d", id), "is not there, but %d entries of it", n)
	}
	c.each(c.t.bucket(bFeedURLs), func(k, v []byte) {
		var f newsfold.Feed
		if ok, err := load(c.t, bFeeds, v, &f, record.Feed); err == nil && (!ok || !bytes.Equal(hashKey(f.URL), k)) {
			c.add(fmt.Sprintf("feed.urls %x", k), "leads to feed %x, which has another URL or is not there", v)
		}
	})
	c.each(c.t.bucket(bFeedCounts), func(k, _ []byte) {
		if !c.has(bFeeds, k) {
			c.add(fmt.Sprintf("feed.counts %x", k), "counts for a feed that is not there")
		}
	})
}

func (c *checker) entries() {
	records(c, bEntries, record.Entry, func(seq int64, e *newsfold.Entry) {
		if n := number(c.t.bucket(bEntryKeys), entryKey(int64(e.Feed), e.Key())); n != seq {
			c.add(fmt.Sprintf("entry %d %q", e.Feed, e.Key()), "is number %d, its key leads to %d", seq, n)
		}
	})
	c.each(c.t.bucket(bEntryKeys), func(k, v []byte) {
		if !c.has(bEntries, v) {
			c.add(fmt.Sprintf("entry.keys %x", k), "leads to an entry that is not there")
		}
	})
}

func (c *checker) articles() {
	records(c, bArticles, record.Article, func(id int64, a *newsfold.Article) {
		where := fmt.Sprintf("article %d", id)
		if int64(a.ID) != id {
			c.add(where, "calls itself %d", a.ID)
		}
		if n := number(c.t.bucket(bArticleURLs), hashKey(a.URL)); n != id {
			c.add(where, "its URL %s leads to article %d", a.URL, n)
		}
		if wanted := a.Page.State == newsfold.PageWanted; wanted && !c.has(bWanted, timeKey(record.Micro(a.Page.Next), id)) {
			c.add(where, "its page is wanted, but not in the list of those")
		}
		if a.Story == 0 {
			return
		}
		var s newsfold.Story
		if ok, err := load(c.t, bStories, idKey(a.Story), &s, record.Story); err == nil && !ok {
			c.add(where, "is in story %d, which is not there", a.Story)
		} else if err == nil && !slices.Contains(s.Articles, a.ID) {
			c.add(where, "is in story %d, which does not name it", a.Story)
		}
	})
	c.each(c.t.bucket(bArticleURLs), func(k, v []byte) {
		if a, err := c.t.article(newsfold.ArticleID(keyID(v))); err != nil || !bytes.Equal(hashKey(a.URL), k) {
			c.add(fmt.Sprintf("article.urls %x", k), "leads to article %d, which has another URL or is not there", keyID(v))
		}
	})
	c.each(c.t.bucket(bWanted), func(k, _ []byte) {
		id := keyID(k[timeLen:])
		a, err := c.t.article(newsfold.ArticleID(id))
		if err != nil || a.Page.State != newsfold.PageWanted || record.Micro(a.Page.Next) != keyTime(k) {
			c.add(fmt.Sprintf("wanted %x", k), "the page of article %d is not wanted then", id)
		}
	})
}

func (c *checker) bodies() {
	records(c, bBodies, record.Body, func(id int64, _ *newsfold.Body) {
		if !c.has(bArticles, idKey(id)) {
			c.add(fmt.Sprintf("body %d", id), "is of an article that is not there")
		}
	})
}

func (c *checker) stories() {
	records(c, bStories, record.Story, func(id int64, s *newsfold.Story) {
		where := fmt.Sprintf("story %d", id)
		if int64(s.ID) != id {
			c.add(where, "calls itself %d", s.ID)
		}
		if !slices.Contains(s.Articles, s.Lead) {
			c.add(where, "its lead %d is not among its articles", s.Lead)
		}
		for i, member := range s.Articles {
			if i > 0 && member <= s.Articles[i-1] {
				c.add(where, "its articles do not ascend")
			}
			if a, err := c.t.article(member); err != nil {
				c.add(where, "names article %d: %v", member, err)
			} else if a.Story != s.ID {
				c.add(where, "names article %d, which is in story %d", member, a.Story)
			}
		}
		for _, p := range places(s) {
			if v := c.t.bucket(p.bucket).Get([]byte(p.key)); len(v) != 1 || v[0] != p.flags {
				c.add(where, "is listed in %s with flags %x instead of %02x", bucketNames[p.bucket], v, p.flags)
			}
		}
	})
}

// lists looks from the indexes of stories back to the stories.
func (c *checker) lists() {
	for _, id := range []bucketID{bStoryTimes, bStoryUnread, bStoryStarred, bStoryFeeds} {
		c.each(c.t.bucket(id), func(k, v []byte) {
			var s newsfold.Story
			ok, err := load(c.t, bStories, k[len(k)-idLen:], &s, record.Story)
			if err != nil {
				return // reported where stories are read
			}
			here := func(p place) bool { return p.bucket == id && p.key == string(k) }
			if !ok || !slices.ContainsFunc(places(&s), here) {
				c.add(fmt.Sprintf("%s %x", bucketNames[id], k), "lists story %d, which is not there or elsewhere", keyID(k[len(k)-idLen:]))
			}
		})
	}
}

func (c *checker) logs() {
	c.each(c.t.bucket(bLogs), func(name, _ []byte) {
		log := c.t.bucket(bLogs).Bucket(name)
		changes, places := log.Bucket(logChanges), log.Bucket(logPlaces)
		where := func(seq []byte) string { return fmt.Sprintf("log %s, change %d", name, keyID(seq)) }
		c.each(changes, func(seq, id []byte) {
			switch {
			case uint64(keyID(seq)) > changes.Sequence():
				c.add(where(seq), "its number could be given again")
			case !bytes.Equal(places.Get(id), seq):
				c.add(where(seq), "article %d stands elsewhere", keyID(id))
			case !c.has(bArticles, id):
				c.add(where(seq), "article %d is not there", keyID(id))
			}
		})
		c.each(places, func(id, seq []byte) {
			if !bytes.Equal(changes.Get(seq), id) {
				c.add(where(seq), "article %d should stand there", keyID(id))
			}
		})
	})
}

// shelves can only be read through: what is on them is the business of others.
func (c *checker) shelves() {
	c.each(c.t.bucket(bShelves), func(name, _ []byte) {
		n := 0
		c.each(c.t.bucket(bShelves).Bucket(name), func(k, v []byte) {
			n += len(k) + len(v)
		})
	})
}

func (c *checker) sequences() {
	for _, id := range []bucketID{bFeeds, bEntries, bArticles} {
		b := c.t.bucket(id)
		if k, _ := last(b.Cursor()); k != nil && uint64(keyID(k)) > b.Sequence() {
			c.add(bucketNames[id], "number %d could be given again", keyID(k))
		}
	}
}
