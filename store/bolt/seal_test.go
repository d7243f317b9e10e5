package bolt

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"newsfold"
	"newsfold/store"
	"newsfold/store/internal/record"
)

// Records are compressed beside their transaction; what it reads and leaves
// behind must be as if they were not.
func TestRecordsUnderWayAreSeenInOrder(t *testing.T) {
	db := small(t)
	text := func(n, size int) newsfold.Body {
		return newsfold.Body{Text: strings.Repeat(fmt.Sprint(n, " "), size)}
	}
	err := db.Update(t.Context(), func(tx store.Tx) error {
		for n := range 3 * maxSealing {
			// Long, short (not compressed), none, and long again.
			for _, b := range []newsfold.Body{text(n, 1000), text(n, 1), {}, text(n, 2000)} {
				if err := tx.PutBody(1, b); err != nil {
					return err
				}
				if n%5 == 0 {
					if got, err := tx.Body(1); err != nil || got != b {
						t.Fatalf("round %d: %d bytes, error %v", n, len(got.Text), err)
					}
				}
			}
			if err := tx.PutBody(2, text(n, 500)); err != nil {
				return err
			}
			if err := tx.PutBody(3, text(n, 500+n%2*-499)); err != nil {
				return err
			}
		}
		// More than may be under way at once.
		for n := range 4 {
			if err := tx.PutBody(2, text(n, maxSealingBytes/3)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	last := 3*maxSealing - 1
	err = db.View(t.Context(), func(tx store.Tx) error {
		for id, want := range map[newsfold.ArticleID]newsfold.Body{1: text(last, 2000), 2: text(3, maxSealingBytes/3), 3: text(last, 500+last%2*-499)} {
			if got, err := tx.Body(id); err != nil || got != want {
				t.Errorf("body %d: %d bytes instead of %d, error %v", id, len(got.Text), len(want.Text), err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDeletedFeedTakesRecordsUnderWay(t *testing.T) {
	db := small(t)
	err := db.Update(t.Context(), func(tx store.Tx) error {
		f := newsfold.Feed{URL: "new"}
		err := tx.PutFeed(&f)
		for n := range 10 {
			err = errors.Join(err, tx.PutEntry(&newsfold.Entry{Feed: f.ID, GUID: fmt.Sprint(n), Content: strings.Repeat("long ", 200)}))
		}
		return errors.Join(err, tx.DeleteFeed(f.ID))
	})
	if err != nil {
		t.Fatal(err)
	}
	if problems, err := db.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("problems %v, error %v", problems, err)
	}
}

func TestRecordsBeyondTheLimitAreRefused(t *testing.T) {
	db := small(t)
	err := db.Update(t.Context(), func(tx store.Tx) error {
		big := strings.Repeat("x", record.MaxSize+1)
		for name, err := range map[string]error{
			"body":    tx.PutBody(1, newsfold.Body{Text: big}),
			"entry":   tx.PutEntry(&newsfold.Entry{Feed: 1, GUID: "1", Content: big}),
			"feed":    tx.PutFeed(&newsfold.Feed{URL: "big", Title: big}),
			"article": tx.PutArticle(&newsfold.Article{URL: "big", Title: big}),
		} {
			if err == nil || !strings.Contains(err.Error(), "64 MiB") {
				t.Errorf("%s: error %v, want one that states the limit", name, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if problems, err := db.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("problems %v, error %v", problems, err)
	}
}
