package ingest

import (
	"context"
	"slices"
	"time"

	"newsfold"
	"newsfold/extract"
	"newsfold/internal/pages"
	"newsfold/store"
)

// Reextraction says which of the pages that were kept are read again.
type Reextraction struct {
	Since  time.Time       // only articles that appeared from then on
	Feed   newsfold.FeedID // only articles that it carries; 0: all
	DryRun bool            // change nothing
}

// Reread is an article whose text is another one when its page is read again.
type Reread struct {
	ID     newsfold.ArticleID `json:"id"`
	Title  string             `json:"title"`
	Before int                `json:"before"` // words
	After  int                `json:"after"`
	// Same says that the words are as before, and other things in the HTML.
	Same bool `json:"same,omitempty"`
}

// Reextracted says what reading pages again came to.
type Reextracted struct {
	Pages   int `json:"pages"`   // that were read again
	Changed int `json:"changed"` // articles that are, or would be, another text now
}

// archive keeps a page that was fetched. That it cannot is no reason to do without its
// article.
func (e *Engine) archive(p pages.Page) {
	if e.opts.Archive == nil || len(p.Body) == 0 {
		return
	}
	if err := e.opts.Archive.Keep(p); err != nil {
		e.log.Warn("cannot keep a page", "url", p.URL, "err", err)
	}
}

// Reextract reads the pages that were kept again, and has the articles that are another
// text now folded again; what they said before becomes a revision. fn, which may be nil,
// is told of each as it is found. The engine must be running. Pages of articles that
// were removed, or that have another address by now, are left alone.
func (e *Engine) Reextract(ctx context.Context, req Reextraction, fn func(Reread) error) (sum Reextracted, err error) {
	if e.opts.Archive == nil {
		return sum, nil
	}
	e.active.Add(1)
	defer e.active.Add(-1)
	for p, err := range e.opts.Archive.All() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return sum, err
		}
		r, read, err := e.reextract(ctx, req, p)
		if err != nil {
			return sum, err
		}
		if read {
			sum.Pages++
		}
		if r.ID == 0 {
			continue
		}
		sum.Changed++
		if fn != nil {
			if err := fn(r); err != nil {
				return sum, err
			}
		}
	}
	if req.DryRun || sum.Changed == 0 {
		return sum, nil
	}
	nudge(e.texts)
	return sum, e.settle(ctx, true, nil)
}

// reextract reads one page again, and says whether it was to be; the article is zero
// when it stays as it is.
func (e *Engine) reextract(ctx context.Context, req Reextraction, p pages.Page) (r Reread, read bool, err error) {
	var (
		a    newsfold.Article
		body newsfold.Body
	)
	err = e.db.View(ctx, func(tx store.Tx) (err error) {
		if a, err = tx.Article(p.Article); err != nil {
			return err
		}
		body, err = tx.Body(a.ID)
		return err
	})
	if isNew(err) || err == nil && !req.wants(&a, p) {
		return r, false, nil
	}
	if err != nil {
		return r, false, err
	}
	doc, err := extract.Extract(p.Body, p.URL, extract.Options{ContentType: p.Type})
	if err != nil || !better(&a, body, doc) {
		return r, true, nil // no page any more, as far as can be told: what it was stays
	}
	r = Reread{ID: a.ID, Title: a.Title, Before: a.Page.Words, After: words(doc.Text), Same: sameWords(body.Text, doc.Text)}
	if req.DryRun {
		return r, true, nil
	}
	stored, err := e.replace(ctx, p, body, doc)
	if !stored {
		r = Reread{}
	}
	return r, true, err
}

// wants reports whether the page of an article is to be read again.
func (q *Reextraction) wants(a *newsfold.Article, p pages.Page) bool {
	if a.Page.State != newsfold.PageFetched && a.Page.State != newsfold.PageRefused {
		return false // its text is the feed's
	}
	carries := func(e newsfold.EntryRef) bool { return e.Feed == q.Feed }
	return a.Link == p.Link && !a.Time().Before(q.Since) && (q.Feed == 0 || slices.ContainsFunc(a.Entries, carries))
}

// better reports whether what a page says now is to take the place of a body.
func better(a *newsfold.Article, body newsfold.Body, doc *extract.Document) bool {
	n := words(doc.Text)
	if !usable(doc.Kind) || n == 0 || doc.Text == body.Text && doc.HTML == body.HTML {
		return false
	}
	return a.Page.State == newsfold.PageFetched || !tooShort(n, a)
}

// replace stores what a page says now, unless the article has changed meanwhile.
func (e *Engine) replace(ctx context.Context, p pages.Page, body newsfold.Body, doc *extract.Document) (stored bool, err error) {
	now := e.now().UTC()
	err = e.store(ctx, func(tx store.Tx) error {
		stored = false
		a, err := tx.Article(p.Article)
		if isNew(err) {
			return nil
		}
		if err != nil {
			return err
		}
		was, err := tx.Body(a.ID)
		if err != nil || was != body || a.Link != p.Link {
			return err
		}
		if a.Page.State == newsfold.PageFetched {
			a.Page.Words = 0 // of the page itself: its feed's text is no measure any more
		}
		e.handed.take(a.ID)
		stored = true
		return reading{tx: tx, a: &a, now: now}.read(doc)
	})
	return stored, err
}
