package bolt

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"newsfold"
	"newsfold/store"
	"newsfold/store/internal/record"
)

// The parts of a check, each over one bucket and what is derived from it.

func (c *checker) articles() {
	urls, wanted := c.t.bucket(bArticleURLs), c.t.bucket(bWanted)
	records(c, bArticles, record.Article, func(k []byte, a *newsfold.Article) {
		id := keyID(k)
		where := fmt.Sprintf("article %d", id)
		if int64(a.ID) != id {
			c.add(mend{"number it as it is stored", func() error {
				a.ID = newsfold.ArticleID(id)
				return put(c.t, bArticles, idKey(id), a, record.Article)
			}}, where, "calls itself %d", a.ID)
		}
		if n := number(urls, hashKey(a.URL)); n != id {
			c.add(enter("list its URL", urls, hashKey(a.URL), idKey(id)), where, "its URL %s leads to article %d", a.URL, n)
		}
		due := timeKey(record.Micro(a.Page.Next), id)
		if a.Page.State == newsfold.PageWanted && !c.has(bWanted, due) {
			c.add(enter("list it", wanted, due, []byte{}), where, "its page is wanted, but not in the list of those")
		}
	})
	c.each(urls, func(k, v []byte) {
		if keyID(v) == 0 {
			return // removed to make room
		}
		if a, err := c.t.article(newsfold.ArticleID(keyID(v))); err != nil || !bytes.Equal(hashKey(a.URL), k) {
			c.add(drop("forget the URL", urls, k), fmt.Sprintf("article.urls %x", k), "leads to article %d, which has another URL or is not there", keyID(v))
		}
	})
	c.each(wanted, func(k, _ []byte) {
		id := keyID(k[timeLen:])
		a, err := c.t.article(newsfold.ArticleID(id))
		if err != nil || a.Page.State != newsfold.PageWanted || record.Micro(a.Page.Next) != keyTime(k) {
			c.add(drop("take it off the list", wanted, k), fmt.Sprintf("wanted %x", k), "the page of article %d is not wanted then", id)
		}
	})
}

// rewant asks for the page of an article again, where it has one.
func (c *checker) rewant(k []byte) error {
	a, err := c.t.article(newsfold.ArticleID(keyID(k)))
	if err != nil || !strings.HasPrefix(a.Link, "http") {
		return nil // nothing to want; what is wrong with the article is told elsewhere
	}
	old := a.Page
	a.Page = newsfold.Page{State: newsfold.PageWanted, Next: time.Unix(0, 0)}
	if err := put(c.t, bArticles, idKey(a.ID), &a, record.Article); err != nil {
		return err
	}
	return c.t.due(a.ID, &old, &a.Page)
}

func (c *checker) bodies() {
	records(c, bBodies, record.WovenBody, func(k []byte, _ *newsfold.Body) {
		if !c.has(bArticles, k) {
			c.add(c.without(bBodies, k), fmt.Sprintf("body %d", keyID(k)), "is of an article that is not there")
		}
	})
}

func (c *checker) revisions() {
	records(c, bRevisions, record.Revision, func(k []byte, _ *newsfold.Revision) {
		if !c.has(bArticles, k[:idLen]) {
			c.add(drop("remove it", c.t.bucket(bRevisions), k), fmt.Sprintf("revision %d of article %d", keyID(k[idLen:]), keyID(k)), "is of an article that is not there")
		}
	})
}

// stories looks at each story by itself and at where it is listed.
func (c *checker) stories() {
	records(c, bStories, record.Story, func(k []byte, s *newsfold.Story) {
		id := keyID(k)
		where := fmt.Sprintf("story %d", id)
		change := func(how string, change func()) mend {
			return mend{how, func() error {
				change()
				return put(c.t, bStories, idKey(id), s, record.Story)
			}}
		}
		if int64(s.ID) != id {
			c.add(change("number it as it is stored", func() { s.ID = newsfold.StoryID(id) }), where, "calls itself %d", s.ID)
		}
		if !ascending(s.Articles) {
			c.add(change("sort them", func() {
				slices.Sort(s.Articles)
				s.Articles = slices.Compact(s.Articles)
			}), where, "its articles do not ascend")
		}
		for _, member := range slices.Clone(s.Articles) {
			c.member(s, member)
		}
		if len(s.Articles) == 0 {
			c.add(c.without(bStories, k), where, "has no article")
			return
		}
		if !slices.Contains(s.Articles, s.Lead) {
			c.add(change("let its first article lead", func() { s.Lead = s.Articles[0] }), where, "its lead %d is not among its articles", s.Lead)
		}
		for _, p := range places(s) {
			if v := c.t.bucket(p.bucket).Get([]byte(p.key)); len(v) != 1 || v[0] != p.flags {
				c.add(enter("list it", c.t.bucket(p.bucket), []byte(p.key), []byte{p.flags}),
					where, "is listed in %s with flags %x instead of %02x", bucketNames[p.bucket], v, p.flags)
			}
		}
	})
}

// ascending reports whether numbers ascend strictly.
func ascending(ids []newsfold.ArticleID) bool {
	for i := 1; i < len(ids); i++ {
		if ids[i] <= ids[i-1] {
			return false
		}
	}
	return true
}

// member looks whether an article agrees that it is in a story.
func (c *checker) member(s *newsfold.Story, id newsfold.ArticleID) {
	where := fmt.Sprintf("story %d", s.ID)
	leave := mend{"take it out of the story", func() error {
		s.Articles = slices.DeleteFunc(s.Articles, func(m newsfold.ArticleID) bool { return m == id })
		return put(c.t, bStories, idKey(s.ID), s, record.Story)
	}}
	a, err := c.t.article(id)
	if err != nil {
		c.add(leave, where, "names article %d: %v", id, cause(err))
		return
	}
	if a.Story == s.ID {
		return
	}
	if o, err := c.t.Story(a.Story); err == nil && slices.Contains(o.Articles, id) {
		c.add(leave, where, "names article %d, which is in story %d", id, a.Story)
		return
	}
	c.add(mend{"put the article into the story", func() error {
		a.Story = s.ID
		return put(c.t, bArticles, idKey(id), &a, record.Article)
	}}, where, "names article %d, which is in story %d", id, a.Story)
}

// members looks from the articles to the stories that they name.
func (c *checker) members() {
	records(c, bArticles, record.Article, func(k []byte, a *newsfold.Article) {
		if a.Story == 0 {
			return
		}
		refold := mend{"fold it again", func() error {
			a.Story = 0
			if err := put(c.t, bArticles, bytes.Clone(k), a, record.Article); err != nil {
				return err
			}
			return c.t.Append(store.Texts, a.ID)
		}}
		where := fmt.Sprintf("article %d", keyID(k))
		var s newsfold.Story
		if ok, err := load(c.t, bStories, idKey(a.Story), &s, record.Story); err == nil && !ok {
			c.add(refold, where, "is in story %d, which is not there", a.Story)
		} else if err == nil && !slices.Contains(s.Articles, a.ID) {
			c.add(refold, where, "is in story %d, which does not name it", a.Story)
		}
	})
}

func (c *checker) entries() {
	keys, found := c.t.bucket(bEntryKeys), 0
	records(c, bEntries, record.Entry, func(k []byte, e *newsfold.Entry) {
		where := fmt.Sprintf("entry %d %q", e.Feed, e.Key())
		if c.lost[int64(e.Article)] {
			c.add(mend{"remove it, so that it is taken in again", func() error {
				return c.t.deleteEntry(k)
			}}, where, "carries article %d, which could not be read", e.Article)
			return
		}
		key := entryKey(int64(e.Feed), e.Key())
		n := number(keys, key)
		if n == keyID(k) {
			found++
			return
		}
		m := enter("list its key", keys, key, k)
		if c.has(bEntryKeys, key) && (n == 0 || c.has(bEntries, idKey(n))) {
			m = mend{"remove it", func() error { return c.t.deleteEntry(k) }} // there is another, or it was to go
		}
		c.add(m, where, "is number %d, its key leads to %d", keyID(k), n)
	})
	size := int64(0)
	said := c.t.bucket(bSaid)
	records(c, bSaid, record.Said, func(k []byte, _ *newsfold.Entry) {
		if !c.has(bEntries, k) {
			c.add(drop("remove it", said, k), fmt.Sprintf("entry.said %x", k), "is of an entry that is not there")
			return
		}
		size += int64(len(said.Get(k)))
	})
	if n := number(c.t.bucket(bMeta), keySaid) + c.t.said; n != size && !c.done() {
		c.add(mend{"count again", func() error {
			c.t.said = 0 // what this transaction has changed is counted
			return c.t.bucket(bMeta).Put(keySaid, idKey(size))
		}}, "entry.said", "has %d bytes and counts %d", size, n)
	}
	c.entryKeys(found)
}

// entryKeys looks from the keys to the entries, of which so many were found by theirs:
// where there are no more keys than that, none leads to a wrong one.
func (c *checker) entryKeys(found int) {
	keys := c.t.bucket(bEntryKeys)
	c.each(keys, func(k, v []byte) {
		switch {
		case keyID(v) == 0: // removed to make room
		case !c.has(bEntries, v):
			c.add(drop("forget the key", keys, k), fmt.Sprintf("entry.keys %x", k), "leads to an entry that is not there")
		default:
			found--
		}
	})
	if found >= 0 {
		return
	}
	c.each(keys, func(k, v []byte) {
		var e newsfold.Entry
		if ok, err := load(c.t, bEntries, v, &e, record.Entry); ok && err == nil && !bytes.Equal(entryKey(int64(e.Feed), e.Key()), k) {
			c.add(drop("forget the key", keys, k), fmt.Sprintf("entry.keys %x", k), "leads to an entry of another key")
		}
	})
}

func (c *checker) feeds() {
	entries := map[int64]int64{}
	keys, counts, urls := c.t.bucket(bEntryKeys), c.t.bucket(bFeedCounts), c.t.bucket(bFeedURLs)
	orphans := map[int64]bool{} // feeds with keys; later those that are not there
	c.each(keys, func(k, v []byte) {
		if len(k) == idLen+hashLen {
			orphans[keyID(k)] = true
			if keyID(v) != 0 {
				entries[keyID(k)]++
			}
		}
	})
	records(c, bFeeds, record.Feed, func(k []byte, f *newsfold.Feed) {
		id := keyID(k)
		where := fmt.Sprintf("feed %d", id)
		if int64(f.ID) != id {
			c.add(mend{"number it as it is stored", func() error {
				f.ID = newsfold.FeedID(id)
				return put(c.t, bFeeds, idKey(id), f, record.Feed)
			}}, where, "calls itself %d", f.ID)
		}
		if n := number(urls, hashKey(f.URL)); n != id {
			c.add(enter("list its URL", urls, hashKey(f.URL), idKey(id)), where, "its URL %s leads to feed %d", f.URL, n)
		}
		if n := number(counts, idKey(id)); n != entries[id] {
			c.add(enter("count again", counts, idKey(id), idKey(entries[id])), where, "has %d entries and counts %d", entries[id], n)
		}
		delete(orphans, id)
	})
	for id := range orphans {
		c.add(mend{"remove them", func() error { return c.t.dropEntries(newsfold.FeedID(id)) }},
			fmt.Sprintf("feed %d", id), "is not there, but %d entries of it", entries[id])
	}
	c.each(urls, func(k, v []byte) {
		var f newsfold.Feed
		if ok, err := load(c.t, bFeeds, v, &f, record.Feed); err == nil && (!ok || !bytes.Equal(hashKey(f.URL), k)) {
			c.add(drop("forget the URL", urls, k), fmt.Sprintf("feed.urls %x", k), "leads to feed %x, which has another URL or is not there", v)
		}
	})
	c.each(counts, func(k, _ []byte) {
		if !c.has(bFeeds, k) {
			c.add(drop("remove it", counts, k), fmt.Sprintf("feed.counts %x", k), "counts for a feed that is not there")
		}
	})
}

// lists looks from the indexes of stories back to the stories.
func (c *checker) lists() {
	for _, id := range []bucketID{bStoryTimes, bStoryUnread, bStoryStarred, bStoryFeeds} {
		c.each(c.t.bucket(id), func(k, _ []byte) {
			var s newsfold.Story
			ok, err := load(c.t, bStories, k[len(k)-idLen:], &s, record.Story)
			if err != nil {
				return // reported where stories are read
			}
			here := func(p place) bool { return p.bucket == id && p.key == string(k) }
			if !ok || !slices.ContainsFunc(places(&s), here) {
				c.add(drop("take it off the list", c.t.bucket(id), k), fmt.Sprintf("%s %x", bucketNames[id], k),
					"lists story %d, which is not there or elsewhere", keyID(k[len(k)-idLen:]))
			}
		})
	}
}

func (c *checker) logs() {
	// The logs are mended as they are stored, not as this transaction knows them.
	if c.err = c.t.flushColumns(); c.err != nil {
		return
	}
	c.t.logs = nil
	c.each(c.t.bucket(bLogs), func(name, _ []byte) {
		log := c.t.bucket(bLogs).Bucket(name)
		c.log(string(name), changeLog{changes: column{Bucket: log.Bucket(logChanges)}, places: column{Bucket: log.Bucket(logPlaces)}})
	})
}

func (c *checker) log(name string, l changeLog) {
	where := func(seq int64) string { return fmt.Sprintf("log %s, change %d", name, seq) }
	const again = "remove it; what stands there is appended anew"
	c.column("log "+name, again, l.changes, func(seq, id int64) {
		place, err := l.places.get(id)
		switch {
		case uint64(seq) > l.changes.Sequence():
			c.add(mend{"number later ones higher", func() error { return l.changes.SetSequence(uint64(seq)) }},
				where(seq), "its number could be given again")
		case err == nil && place != seq:
			c.add(mend{"remove it", func() error { return l.changes.set(seq, 0) }}, where(seq), "article %d stands elsewhere", id)
		case store.Log(name) != store.Removed && !c.has(bArticles, idKey(id)):
			c.add(mend{"remove it", func() error { return l.remove(id) }}, where(seq), "article %d is not there", id)
		}
	})
	c.column("places of log "+name, again, l.places, func(id, seq int64) {
		if at, err := l.changes.get(seq); err == nil && at != id {
			c.add(mend{"append it anew", func() error { return l.add(id) }}, where(seq), "article %d should stand there", id)
		}
	})
}

// column calls fn with all that is in a column. A value that cannot be read is removed
// in a repair; how says what comes of that.
func (c *checker) column(where, how string, of column, fn func(k, v int64)) {
	c.each(of.Bucket, func(key, value []byte) {
		var n numbers
		if err := n.decode(value); err != nil || len(key) != idLen {
			c.add(drop(how, of.Bucket, key), where, "value %x cannot be read", key)
			return
		}
		for i, v := range n {
			if v != 0 {
				fn(keyID(key)*columnSize+int64(i), v)
			}
		}
	})
}

// shelves looks at the checksums; what is on them is the business of others.
func (c *checker) shelves() {
	c.each(c.t.bucket(bShelves), func(name, _ []byte) {
		b := c.t.bucket(bShelves).Bucket(name)
		c.each(b, func(k, v []byte) {
			if !unharmed(k, v) {
				c.add(drop("remove it; whoever put it there goes on without", b, k), fmt.Sprintf("shelf %s %x", name, k), "%v", errSum)
			}
		})
	})
}

// packs looks for packs that cannot be read. What was in them has been told.
func (c *checker) packs() {
	b := c.t.bucket(bPacks)
	c.each(b, func(k, pack []byte) {
		f, err := c.t.db.codec.OpenFacts(pack)
		if err == nil {
			_, err = c.t.db.codec.OpenBodies(pack, f)
		}
		if err != nil {
			c.add(drop("remove it", b, k), fmt.Sprintf("pack %d", keyID(k)), "%v", err)
		}
	})
}

func (c *checker) sequences() {
	for _, id := range []bucketID{bFeeds, bEntries, bArticles, bPacks} {
		b, highest := c.t.bucket(id), int64(0)
		if k, _ := last(b.Cursor()); k != nil {
			highest = keyID(k)
		}
		if columnOf[id] != 0 {
			n, err := c.t.packs(id).before(c.t, maxSeq)
			highest = max(highest, n)
			if err != nil {
				c.add(mend{}, bucketNames[columnOf[id]], "%v", err)
			}
		}
		if uint64(highest) > b.Sequence() {
			c.add(mend{"number later ones higher", func() error { return b.SetSequence(uint64(highest)) }},
				bucketNames[id], "number %d could be given again", highest)
		}
	}
}
