package bolt

import (
	"errors"
	"fmt"
	"iter"
	"time"

	"newsfold"
	"newsfold/store"

	"newsfold/store/internal/record"
)

// Article implements [store.Tx].
func (t *tx) Article(id newsfold.ArticleID) (a newsfold.Article, err error) {
	defer t.guard(&err)
	if err := t.ready(false); err != nil {
		return a, err
	}
	return t.article(id)
}

func (t *tx) article(id newsfold.ArticleID) (a newsfold.Article, err error) {
	ok, err := load(t, bArticles, idKey(id), &a, record.Article)
	if err == nil && !ok {
		err = notFound("article", id)
	}
	return a, err
}

// hasArticle returns an error unless an article is there.
func (t *tx) hasArticle(id newsfold.ArticleID) error {
	ok, err := t.has(bArticles, idKey(id))
	if err == nil && !ok {
		err = notFound("article", id)
	}
	return err
}

// FindArticle implements [store.Tx].
func (t *tx) FindArticle(url string) (id newsfold.ArticleID, err error) {
	defer t.guard(&err)
	if err := t.ready(false); err != nil {
		return 0, err
	}
	switch n := t.bucket(bArticleURLs).Get(hashKey(url)); {
	case n == nil:
		return 0, notFound("article", url)
	case keyID(n) == 0:
		return 0, wasRemoved("article", url)
	default:
		return newsfold.ArticleID(keyID(n)), nil
	}
}

// PutArticle implements [store.Tx].
func (t *tx) PutArticle(a *newsfold.Article) (err error) {
	defer t.guard(&err)
	if err := t.ready(true); err != nil {
		return err
	}
	if a.ID == 0 {
		return t.addArticle(a)
	}
	old, err := t.article(a.ID)
	if err != nil {
		return err
	}
	if old.URL != a.URL {
		return fmt.Errorf("article %d is %s and cannot become %s", a.ID, old.URL, a.URL)
	}
	if err := put(t, bArticles, idKey(a.ID), a, record.Article); err != nil {
		return fmt.Errorf("article %s: %w", a.URL, err)
	}
	return t.due(a.ID, &old.Page, &a.Page)
}

func (t *tx) addArticle(a *newsfold.Article) error {
	if a.URL == "" {
		return errors.New("article without a URL")
	}
	urls, hash := t.bucket(bArticleURLs), hashKey(a.URL)
	if n := urls.Get(hash); n != nil && keyID(n) != 0 {
		return fmt.Errorf("article %s: %w", a.URL, newsfold.ErrExists)
	} else if n != nil {
		return fmt.Errorf("article %s %w", a.URL, store.ErrRemoved)
	}
	seq, err := t.bucket(bArticles).NextSequence()
	if err != nil {
		return err
	}
	stored := *a
	stored.ID = newsfold.ArticleID(seq)
	if err := put(t, bArticles, idKey(seq), &stored, record.Article); err != nil {
		return fmt.Errorf("article %s: %w", a.URL, err)
	}
	if err := urls.Put(hash, idKey(seq)); err != nil {
		return err
	}
	a.ID = stored.ID
	return t.due(a.ID, &newsfold.Page{}, &a.Page)
}

// due keeps the index of wanted pages.
func (t *tx) due(id newsfold.ArticleID, old, now *newsfold.Page) error {
	had, has := old.State == newsfold.PageWanted, now.State == newsfold.PageWanted
	before, after := record.Micro(old.Next), record.Micro(now.Next)
	if had == has && before == after {
		return nil
	}
	wanted := t.bucket(bWanted)
	if had {
		if err := wanted.Delete(timeKey(before, int64(id))); err != nil {
			return err
		}
	}
	if has {
		return wanted.Put(timeKey(after, int64(id)), []byte{})
	}
	return nil
}

// Wanted implements [store.Tx].
func (t *tx) Wanted(by time.Time) iter.Seq2[newsfold.ArticleID, error] {
	return sequence(t, func() func() (newsfold.ArticleID, bool, error) {
		last := record.Micro(by)
		w := t.walk(t.bucket(bWanted), nil, false)
		return func() (newsfold.ArticleID, bool, error) {
			k, _ := w.next()
			if k == nil || keyTime(k) > last {
				return 0, false, nil
			}
			return newsfold.ArticleID(keyID(k[timeLen:])), true, nil
		}
	})
}

// Body implements [store.Tx].
func (t *tx) Body(id newsfold.ArticleID) (b newsfold.Body, err error) {
	defer t.guard(&err)
	if err := t.ready(false); err != nil {
		return b, err
	}
	_, err = load(t, bBodies, idKey(id), &b, record.WovenBody)
	return b, err
}

// PutBody implements [store.Tx].
func (t *tx) PutBody(id newsfold.ArticleID, b newsfold.Body) (err error) {
	defer t.guard(&err)
	if err := t.ready(true); err != nil {
		return err
	}
	key := idKey(id)
	if err := t.hasArticle(id); err != nil {
		return err
	}
	if b == (newsfold.Body{}) {
		return t.remove(bBodies, key)
	}
	if err := put(t, bBodies, key, &b, record.WovenBody); err != nil {
		return fmt.Errorf("body of article %d: %w", id, err)
	}
	return nil
}
