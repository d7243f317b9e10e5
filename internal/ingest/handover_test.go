package ingest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"newsfold"
	"newsfold/store"
)

// of is an article's text of so many bytes.
func of(id newsfold.ArticleID, bytes int) map[newsfold.ArticleID]bare {
	return map[newsfold.ArticleID]bare{id: {text: strings.Repeat("x", bytes)}}
}

func TestTextsAreHandedOverOnce(t *testing.T) {
	var h handover
	h.put(of(1, 10))
	h.put(of(1, 20)) // revised before it was folded
	if b, ok := h.take(1); !ok || len(b.text) != 20 {
		t.Errorf("took %d bytes, %v; want the 20 put last", len(b.text), ok)
	}
	if _, ok := h.take(1); ok || h.size != 0 {
		t.Errorf("it is there again, or %d bytes of it are", h.size)
	}
}

func TestPollsWaitWhileTextsWaitForBeingFolded(t *testing.T) {
	var h handover
	for id := range newsfold.ArticleID(40) {
		h.put(of(id+1, maxHanded/10))
	}
	if h.size > 2*maxHanded+maxHanded/5 {
		t.Errorf("%d bytes are held, at most about %d may be", h.size, 2*maxHanded)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.wait(over); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v while there is no room", err)
	}
	done := make(chan error)
	go func() { done <- h.wait(t.Context()) }()
	for id := range newsfold.ArticleID(40) {
		h.take(id + 1)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	h.put(of(1, 2*maxHanded))
	h.clear()
	if err := h.wait(over); err != nil {
		t.Errorf("no room although nothing is held: %v", err)
	}
}

func TestLedgerWritesWhatItsCallersSaw(t *testing.T) {
	s := newShelf(t)
	a, b := s.article(1, 1, 100), s.article(2, 2, 100)
	s.place(a)
	s.update(func(tx store.Tx) error {
		l := newLedger(tx)
		x, err := l.Article(b)
		if err != nil {
			return err
		}
		x.Title, x.Story = "changed", newsfold.StoryID(b)
		if err := l.PutArticle(&x); err != nil {
			return err
		}
		if y, err := l.Article(b); err != nil || y.Title != "changed" {
			t.Errorf("title %q before it is written, error %v", y.Title, err)
		}
		story, err := l.Story(newsfold.StoryID(a))
		if err != nil {
			return err
		}
		story.Articles[0] = 99 // the caller's own
		if again, err := l.Story(newsfold.StoryID(a)); err != nil || again.Articles[0] != a {
			t.Errorf("a caller changed story %d to %v, error %v", a, again.Articles, err)
		}
		if err := l.DeleteStory(newsfold.StoryID(a)); err != nil {
			return err
		}
		if _, err := l.Story(newsfold.StoryID(a)); !errors.Is(err, newsfold.ErrNotFound) {
			t.Errorf("error %v for a deleted story", err)
		}
		if err := l.PutStory(&newsfold.Story{ID: newsfold.StoryID(b), Lead: b, Articles: []newsfold.ArticleID{b}}); err != nil {
			return err
		}
		return l.flush()
	})
	stories := s.stories()
	if _, ok := stories[a]; ok || len(stories[b].Articles) != 1 {
		t.Errorf("stories are %v", stories)
	}
	s.update(func(tx store.Tx) error {
		if x, err := tx.Article(b); err != nil || x.Title != "changed" {
			t.Errorf("title %q stored, error %v", x.Title, err)
		}
		return nil
	})
}
