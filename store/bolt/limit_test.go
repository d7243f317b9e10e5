package bolt

import (
	"strings"
	"testing"

	"newsfold"
	"newsfold/store"

	"newsfold/store/internal/record"
)

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
