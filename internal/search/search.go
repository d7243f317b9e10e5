package search

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/river"
	"newsfold/store"
)

// Page says which results are wanted.
type Page struct {
	Limit int       // stories; 0: 20
	Skip  int       // so many of the best are left out
	Now   time.Time // what ages in the query are counted from; zero: the time of the call
}

// Found is what a search found.
type Found struct {
	Stories  []Result `json:"stories"`
	Articles int      `json:"articles"` // that match, whatever story they are in
	More     bool     `json:"more"`     // there are stories beyond the limit
}

// Result is a story that matches, shown by the article in it that matches best.
type Result struct {
	river.Story
	Article newsfold.ArticleID `json:"article"` // that matches best
	Score   float64            `json:"score"`
	Match   []Piece            `json:"match"`   // the title of the story, with hits marked
	Snippet []Piece            `json:"snippet"` // from the text of the article
}

// Piece is a stretch of a text.
type Piece struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit,omitempty"` // it is what was searched for
}

// Search finds the stories that a query asks for (see [Query]), best first. What
// the index has not caught up with is not found. Errors that wrap [ErrQuery] or
// [newsfold.ErrNotFound] are about the query.
func (x *Index) Search(ctx context.Context, db store.DB, query string, page Page) (f Found, err error) {
	if page.Now.IsZero() {
		page.Now = time.Now()
	}
	if page.Limit <= 0 {
		page.Limit = 20
	}
	q, err := Parse(query, page.Now)
	if err != nil {
		return f, err
	}
	s, err := x.acquire()
	if err != nil {
		return f, err
	}
	defer x.release(s)
	var feeds []newsfold.FeedID
	err = db.View(ctx, func(tx store.Tx) (err error) {
		feeds, err = carriers(tx, &q)
		return err
	})
	if err != nil {
		return f, err
	}
	langs := slices.Sorted(maps.Keys(s.Langs))
	cs := plan(&q, langs, feeds)
	// Several articles of one story may match, and the store may know better
	// which are unread: more is asked for until there are enough stories.
	for most := 2*(page.Skip+page.Limit) + 50; ; most *= 8 {
		hits, total, err := s.search(ctx, cs, &q, most)
		if err != nil {
			return f, fmt.Errorf("search: %w", err)
		}
		g := gatherer{q: &q, page: page, marks: newMarker(cs), found: Found{Stories: []Result{}, Articles: total}}
		err = db.View(ctx, func(tx store.Tx) error { return g.gather(tx, hits) })
		if err != nil {
			return f, fmt.Errorf("search: %w", err)
		}
		if g.found.More || len(hits) == total {
			return g.found, nil
		}
	}
}

// carriers returns the feeds that a query means.
func carriers(tx store.Tx, q *Query) (ids []newsfold.FeedID, err error) {
	if len(q.Feeds)+len(q.Folders) == 0 {
		return nil, nil
	}
	matched := map[string]bool{}
	for f, err := range tx.Feeds() {
		if err != nil {
			return nil, err
		}
		is := false
		for _, name := range q.Feeds {
			if called(&f, name) {
				is, matched["feed:"+name] = true, true
			}
		}
		for _, name := range q.Folders {
			in := func(folder string) bool {
				return strings.EqualFold(folder, name) || strings.HasPrefix(strings.ToLower(folder), strings.ToLower(name)+"/")
			}
			if slices.ContainsFunc(f.Folders, in) {
				is, matched["folder:"+name] = true, true
			}
		}
		if is {
			ids = append(ids, f.ID)
		}
	}
	for kind, names := range map[string][]string{"feed": q.Feeds, "folder": q.Folders} {
		for _, name := range names {
			if !matched[kind+":"+name] {
				return nil, fmt.Errorf("%w: no %s is called %q: %w", ErrQuery, kind, name, newsfold.ErrNotFound)
			}
		}
	}
	return ids, nil
}

// called reports whether a feed is meant by a name: its ID, its URL, or a part of
// what it is called.
func called(f *newsfold.Feed, name string) bool {
	if id, err := strconv.ParseInt(name, 10, 64); err == nil {
		return int64(f.ID) == id
	}
	name = strings.ToLower(name)
	return f.URL == name || strings.Contains(strings.ToLower(f.Label()), name) || strings.Contains(strings.ToLower(f.Title), name)
}

// gatherer makes stories of hits.
type gatherer struct {
	q     *Query
	page  Page
	marks *marker
	found Found
}

func (g *gatherer) gather(tx store.Tx, hits []hit) error {
	seen := map[newsfold.StoryID]bool{}
	skip := g.page.Skip
	for _, h := range hits {
		a, err := tx.Article(newsfold.ArticleID(h.id))
		if errors.Is(err, newsfold.ErrNotFound) {
			continue // removed, and the index does not know yet
		}
		if err != nil {
			return err
		}
		if a.Story == 0 || seen[a.Story] {
			continue
		}
		seen[a.Story] = true
		st, err := tx.Story(a.Story)
		if err != nil {
			return err
		}
		if g.q.Unread && st.Read || g.q.Starred && !st.Starred || g.q.Hidden != st.Hidden {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(g.found.Stories) == g.page.Limit {
			g.found.More = true
			return nil
		}
		r, err := g.result(tx, a, float64(h.score))
		if err != nil {
			return err
		}
		g.found.Stories = append(g.found.Stories, r)
	}
	return nil
}

func (g *gatherer) result(tx store.Tx, a newsfold.Article, score float64) (Result, error) {
	st, err := river.Brief(tx, a.Story)
	if err != nil {
		return Result{}, err
	}
	body, err := tx.Body(a.ID)
	if err != nil {
		return Result{}, err
	}
	l := spoken(a.Lang, a.Title+" "+body.Text[:min(len(body.Text), 2000)])
	return Result{
		Story: st, Article: a.ID, Score: score,
		Match:   g.marks.whole(st.Title, l),
		Snippet: g.marks.snippet(body.Text, l),
	}, nil
}
