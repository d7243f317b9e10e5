package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"newsfold"
	"newsfold/dedupe"
	"newsfold/store"
)

// RefoldRequest says which articles are folded again, and how.
type RefoldRequest struct {
	Since     time.Time // articles of this time or later
	Threshold float64   // score from which copies fold; 0: as always
	DryRun    bool      // only say what would change
}

// Refolded is what folding again changed, or would change.
type Refolded struct {
	Articles int     `json:"articles"` // that were folded again
	Stories  int     `json:"stories"`  // that they are in now
	Before   int     `json:"before"`   // that they were in
	Moved    int     `json:"moved"`    // articles that are in another story now
	Moves    []Moved `json:"moves,omitempty"`
}

// Moved is an article that is in another story than before, or with others.
type Moved struct {
	Article  newsfold.ArticleID `json:"article"`
	Title    string             `json:"title"`
	From     newsfold.StoryID   `json:"from"`
	To       newsfold.StoryID   `json:"to"`
	Relation newsfold.Relation  `json:"relation"`
	With     newsfold.ArticleID `json:"with,omitempty"`
	Score    float64            `json:"score,omitempty"`
}

// maxMoves bounds the list of articles that moved.
const maxMoves = 1000

// ErrShared says that something cannot be done in a store that several daemons
// share.
var ErrShared = errors.New("several daemons may share this store; that works only in a store of one's own")

// errDryRun ends a transaction that is not to be stored.
var errDryRun = errors.New("dry run")

// Refold decides anew where the articles of a time belong, the oldest first. All
// of it is one transaction, which other writers wait for: about a second for
// three thousand articles. People's decisions stay. A threshold holds for this
// time only; what comes later is folded as always. It fails with ErrShared where
// the index is not this engine's own.
func (e *Engine) Refold(ctx context.Context, req RefoldRequest) (Refolded, error) {
	if e.shared != nil {
		return Refolded{}, fmt.Errorf("fold again: %w", ErrShared)
	}
	opts := e.opts.Fold
	if req.Threshold != 0 {
		opts.Threshold = req.Threshold
	}
	var res Refolded
	err := e.update(ctx, func(tx store.Tx) error {
		res = Refolded{}
		l := newLedger(tx)
		f := &folder{e: e, tx: l, texts: map[newsfold.ArticleID]dedupe.Article{}, known: newKnownTexts()}
		f.f = dedupe.NewFolder(opts, f)
		var failed error
		f.f.Load(sketches(tx, &failed))
		if failed != nil {
			return failed
		}
		articles, before, err := since(l, req.Since)
		if err != nil {
			return err
		}
		if err := f.again(ctx, articles); err != nil {
			return err
		}
		if res, err = moves(l, articles, before); err != nil {
			return err
		}
		if req.DryRun {
			return errDryRun
		}
		return l.flush()
	})
	if errors.Is(err, errDryRun) {
		return res, nil
	}
	nudge(e.texts) // events follow
	return res, err
}

// again folds articles again, the oldest first.
func (f *folder) again(ctx context.Context, articles []newsfold.Article) error {
	slices.SortStableFunc(articles, func(a, b newsfold.Article) int { return a.Time().Compare(b.Time()) })
	for _, a := range articles {
		if err := ctx.Err(); err != nil {
			return err
		}
		text, err := f.read(f.tx, a.ID)
		if err != nil {
			return err
		}
		if err := f.fold(text); err != nil {
			return fmt.Errorf("article %d: %w", a.ID, err)
		}
	}
	return nil
}

// since returns the articles of a time or later, and the story that each is in.
func since(tx store.Tx, from time.Time) (articles []newsfold.Article, stories map[newsfold.ArticleID]newsfold.Story, err error) {
	stories = map[newsfold.ArticleID]newsfold.Story{}
	for s, err := range tx.Stories(store.Query{}) {
		if err != nil {
			return nil, nil, err
		}
		if s.Time.Before(from) && len(s.Articles) == 1 {
			continue
		}
		for _, id := range s.Articles {
			a, err := tx.Article(id)
			if err != nil {
				return nil, nil, err
			}
			if !a.Time().Before(from) {
				articles = append(articles, a)
				stories[id] = s
			}
		}
	}
	return articles, stories, nil
}

// moves compares the stories that articles are in with those they were in.
func moves(tx store.Tx, articles []newsfold.Article, before map[newsfold.ArticleID]newsfold.Story) (Refolded, error) {
	res := Refolded{Articles: len(articles)}
	was, is := map[newsfold.StoryID]bool{}, map[newsfold.StoryID]bool{}
	for _, old := range articles {
		a, err := tx.Article(old.ID)
		if err != nil {
			return res, err
		}
		s, err := tx.Story(a.Story)
		if err != nil {
			return res, err
		}
		b := before[a.ID]
		was[b.ID], is[s.ID] = true, true
		if s.ID == b.ID || slices.Equal(s.Articles, b.Articles) {
			continue // a story that goes on under another name is the same
		}
		res.Moved++
		if len(res.Moves) < maxMoves {
			res.Moves = append(res.Moves, Moved{a.ID, a.Title, b.ID, s.ID, a.Fold.Relation, a.Fold.With, a.Fold.Score})
		}
	}
	res.Before, res.Stories = len(was), len(is)
	return res, nil
}
