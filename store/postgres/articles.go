package postgres

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"newsfold"
	"newsfold/store"
	"newsfold/store/internal/record"
)

// articleRow looks up an article; nil when there is none.
func (t *tx) articleRow(id newsfold.ArticleID) (*articleRow, error) {
	return lookup(t, t.articles, id, func() (*articleRow, error) {
		var r articleRow
		err := t.row(`select due, coalesce(token, 0), rec from article left join page_due on page_due.article = article.id where id = $1`, int64(id)).
			Scan(&r.wanted, &r.token, &r.rec)
		return &r, err
	})
}

// Article implements [store.Tx].
func (t *tx) Article(id newsfold.ArticleID) (a newsfold.Article, err error) {
	if err := t.ready(false); err != nil {
		return a, err
	}
	return t.article(id)
}

func (t *tx) article(id newsfold.ArticleID) (a newsfold.Article, err error) {
	r, err := t.articleRow(id)
	if err == nil && r == nil {
		err = notFound("article", id)
	}
	if err != nil {
		return a, err
	}
	return open(t, "article", id, r.rec, record.Article)
}

// articleURL looks up who has a URL: nil nobody, 0 an article that was removed.
func (t *tx) articleURL(h hash) (*newsfold.ArticleID, error) {
	return lookup(t, t.urls, h, func() (*newsfold.ArticleID, error) {
		var id newsfold.ArticleID
		err := t.row(`select article from article_url where url = $1`, h[:]).Scan(&id)
		return &id, err
	})
}

// FindArticle implements [store.Tx].
func (t *tx) FindArticle(url string) (newsfold.ArticleID, error) {
	if err := t.ready(false); err != nil {
		return 0, err
	}
	id, err := t.articleURL(hashOf(url))
	switch {
	case err != nil:
		return 0, err
	case id == nil:
		return 0, notFound("article", url)
	case *id == 0:
		return 0, wasRemoved("article", url)
	}
	return *id, nil
}

// PutArticle implements [store.Tx].
func (t *tx) PutArticle(a *newsfold.Article) error {
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
	rec, err := plain(t, a, record.Article)
	if err != nil {
		return fmt.Errorf("article %s: %w", a.URL, err)
	}
	row := rowOfArticle(a, rec)
	row.token = t.articles[a.ID].now.token
	t.articles.put(a.ID, row)
	return nil
}

func (t *tx) addArticle(a *newsfold.Article) error {
	if a.URL == "" {
		return errors.New("article without a URL")
	}
	h := hashOf(a.URL)
	switch id, err := t.articleURL(h); {
	case err != nil:
		return err
	case id != nil && *id == 0:
		return wasRemoved("article", a.URL)
	case id != nil:
		return fmt.Errorf("article %s: %w", a.URL, newsfold.ErrExists)
	}
	stored := *a
	if len(t.spare) == 0 {
		if err := t.number(1); err != nil {
			return err
		}
	}
	stored.ID, t.spare = t.spare[0], t.spare[1:]
	rec, err := plain(t, &stored, record.Article)
	if err != nil {
		return fmt.Errorf("article %s: %w", a.URL, err)
	}
	a.ID = stored.ID
	t.articles[a.ID] = &cell[articleRow]{now: rowOfArticle(a, rec)}
	t.urls.put(h, &stored.ID)
	// A number just given has nothing yet; to ask the server would be a waste.
	t.bodies[a.ID] = &cell[[]byte]{}
	return nil
}

// number asks for numbers of new articles.
func (t *tx) number(n int) error {
	ids, err := rows(t, pgx.RowTo[newsfold.ArticleID], `select nextval('article_id') from generate_series(1, $1::int)`, n)
	t.spare = append(t.spare, ids...)
	return err
}

// DeleteArticle implements [store.Tx].
func (t *tx) DeleteArticle(id newsfold.ArticleID) error {
	if err := t.ready(true); err != nil {
		return err
	}
	a, err := t.article(id)
	if err != nil {
		return err
	}
	if r, err := t.storyRow(a.Story); err != nil {
		return err
	} else if r != nil {
		s, err := open(t, "story", a.Story, r.rec, record.Story)
		if err != nil {
			return err
		}
		if slices.Contains(s.Articles, id) {
			return fmt.Errorf("article %d is in story %d and cannot be deleted before that", id, s.ID)
		}
	}
	for _, ref := range a.Entries {
		if err := t.dropEntry(ref); err != nil {
			return err
		}
	}
	h := hashOf(a.URL)
	if _, err := t.articleURL(h); err != nil {
		return err
	}
	t.urls.put(h, new(newsfold.ArticleID))
	t.articles.put(id, nil)
	delete(t.wards, id)
	if err := t.flush(); err != nil {
		return err
	}
	var b batch
	b.add(-1, `delete from body where article = $1`, int64(id))
	b.add(-1, `delete from revision where article = $1`, int64(id))
	b.add(-1, `delete from change where article = $1`, int64(id))
	b.add(-1, `delete from candidate where article = $1`, int64(id))
	if err := t.run(&b); err != nil {
		return err
	}
	t.bodies[id] = &cell[[]byte]{}
	for log, ids := range t.appends {
		t.appends[log] = slices.DeleteFunc(ids, func(m newsfold.ArticleID) bool { return m == id })
	}
	t.appends[store.Removed] = append(t.appends[store.Removed], id)
	return nil
}

// dropEntry removes an entry and remembers its key.
func (t *tx) dropEntry(ref newsfold.EntryRef) error {
	feed, err := t.feedRow(ref.Feed)
	if err != nil || feed == nil {
		return err // nil: its feed was deleted
	}
	k := entryKey{ref.Feed, hashOf(ref.Key)}
	old, err := t.entryRow(k)
	if err != nil || old == nil || old.rec == nil {
		return err
	}
	t.entries.put(k, &entryRow{})
	counted := *feed
	counted.entries--
	t.feeds.put(ref.Feed, &counted)
	return nil
}

// due is something that is due at a time.
type dueID struct {
	due int64
	id  newsfold.ArticleID
}

// Wanted implements [store.Tx].
func (t *tx) Wanted(by time.Time) iter.Seq2[newsfold.ArticleID, error] {
	list := sequence(t, func(last *dueID, n int) ([]dueID, error) {
		if err := t.flush(); err != nil {
			return nil, err
		}
		after := dueID{due: record.Micro(time.Time{}.AddDate(-100_000, 0, 0)), id: 0}
		if last != nil {
			after = *last
		}
		return rows(t, func(r pgx.CollectableRow) (d dueID, err error) {
			return d, r.Scan(&d.due, &d.id)
		}, `select due, article from page_due where (due, article) > ($1, $2) and due <= $3 order by due, article limit $4`,
			after.due, int64(after.id), record.Micro(by), n)
	})
	return func(yield func(newsfold.ArticleID, error) bool) {
		for d, err := range list {
			if !yield(d.id, err) {
				return
			}
		}
	}
}

// bodyRow looks up the record of a body; nil when there is none.
func (t *tx) bodyRow(id newsfold.ArticleID) (*[]byte, error) {
	return lookup(t, t.bodies, id, func() (*[]byte, error) {
		var rec []byte
		err := t.row(`select rec from body where article = $1`, int64(id)).Scan(&rec)
		return &rec, err
	})
}

// Body implements [store.Tx].
func (t *tx) Body(id newsfold.ArticleID) (b newsfold.Body, err error) {
	if err := t.ready(false); err != nil {
		return b, err
	}
	rec, err := t.bodyRow(id)
	if err != nil || rec == nil {
		return b, err
	}
	return open(t, "body of article", id, *rec, record.Body)
}

// PutBody implements [store.Tx].
func (t *tx) PutBody(id newsfold.ArticleID, b newsfold.Body) error {
	if err := t.ready(true); err != nil {
		return err
	}
	if err := t.ward(id); err != nil {
		return err
	}
	if _, err := t.bodyRow(id); err != nil {
		return err
	}
	if b == (newsfold.Body{}) {
		t.bodies.put(id, nil)
		return nil
	}
	rec, err := packed(t, &b, record.Body)
	if err != nil {
		return fmt.Errorf("body of article %d: %w", id, err)
	}
	t.bodies.put(id, &rec)
	return nil
}

// ward sees to it that an article is there when the transaction ends.
func (t *tx) ward(id newsfold.ArticleID) error {
	r, err := t.articleRow(id)
	if err == nil && r == nil {
		err = notFound("article", id)
	}
	if err == nil {
		t.wards[id] = true
	}
	return err
}

// revision is a row of the table.
type revision struct {
	n   int64
	rec []byte
}

// Revisions implements [store.Tx].
func (t *tx) Revisions(id newsfold.ArticleID) iter.Seq2[newsfold.Revision, error] {
	list := sequence(t, func(last *revision, n int) ([]revision, error) {
		if err := t.flush(); err != nil {
			return nil, err
		}
		var after int64
		if last != nil {
			after = last.n
		}
		return rows(t, func(r pgx.CollectableRow) (v revision, err error) {
			return v, r.Scan(&v.n, &v.rec)
		}, `select n, rec from revision where article = $1 and n > $2 order by n limit $3`, int64(id), after, n)
	})
	return func(yield func(newsfold.Revision, error) bool) {
		for v, err := range list {
			var r newsfold.Revision
			if err == nil {
				r, err = open(t, "revision of article", id, v.rec, record.Revision)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// AddRevision implements [store.Tx].
func (t *tx) AddRevision(id newsfold.ArticleID, r newsfold.Revision) error {
	if err := t.ready(true); err != nil {
		return err
	}
	if err := t.ward(id); err != nil {
		return err
	}
	if err := t.flush(); err != nil {
		return err
	}
	type kept struct {
		n    int64
		size int
	}
	old, err := rows(t, func(r pgx.CollectableRow) (k kept, err error) {
		return k, r.Scan(&k.n, &k.size)
	}, `select n, size from revision where article = $1 order by n`, int64(id))
	if err != nil {
		return err
	}
	k := kept{n: 1, size: len(r.Title) + len(r.Text)}
	if len(old) > 0 {
		k.n = old[len(old)-1].n + 1
	}
	old = append(old, k)
	sizes := make([]int, len(old))
	for i, k := range old {
		sizes[i] = k.size
	}
	var gone []int64
	for _, i := range store.ExcessRevisions(sizes) {
		if old[i].n == k.n {
			return nil // it is the one to go
		}
		gone = append(gone, old[i].n)
	}
	rec, err := packed(t, &r, record.Revision)
	if err != nil {
		return fmt.Errorf("revision of article %d: %w", id, err)
	}
	var b batch
	if len(gone) > 0 {
		b.add(int64(len(gone)), `delete from revision where article = $1 and n = any($2)`, int64(id), gone)
	}
	b.add(1, `insert into revision (article, n, size, rec) values ($1, $2, $3, $4)`, int64(id), k.n, k.size, rec)
	return t.run(&b)
}
