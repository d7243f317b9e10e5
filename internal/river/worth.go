package river

import (
	"errors"
	"slices"
	"time"

	"newsfold"
	"newsfold/store"
)

// Worth is what a feed brings that the others do not, counted over the stories
// of a time.
type Worth struct {
	Stories int `json:"stories"` // that it carried
	Unique  int `json:"unique"`  // that no other feed carried
	First   int `json:"first"`   // that others carried too, and it had before them
	// Lag is the median time by which it came after the first, where it was not
	// first.
	Lag      time.Duration `json:"lag"`
	Articles int           `json:"articles"` // of its own whose text was sought
	Full     int           `json:"full"`     // those of them whose full text is there

	// Twin is the feed that carried most of the same stories, and Both how
	// many those are.
	Twin newsfold.FeedID `json:"twin,omitempty"`
	Both int             `json:"both,omitempty"`

	Days []int `json:"days"` // stories by day, the last one last

	lags []time.Duration
	with map[newsfold.FeedID]int
}

// Copies is how many of its stories others had before it.
func (w *Worth) Copies() int { return w.Stories - w.Unique - w.First }

// Survey says what each feed is worth, over the stories of some days up to now;
// of very many, the newest most.
func Survey(tx store.Tx, now time.Time, days, most int) (map[newsfold.FeedID]*Worth, error) {
	all := map[newsfold.FeedID]*Worth{}
	since := now.Add(-time.Duration(days) * 24 * time.Hour)
	for st, err := range tx.Stories(store.Query{Since: since, Limit: most}) {
		if err != nil {
			return nil, err
		}
		day := min(max(int(st.Time.Sub(since)/(24*time.Hour)), 0), days-1)
		for _, f := range st.Feeds {
			if all[f] == nil {
				all[f] = &Worth{Days: make([]int, days), with: map[newsfold.FeedID]int{}}
			}
			all[f].Days[day]++
		}
		if err := survey(tx, &st, all); err != nil {
			return nil, err
		}
	}
	for _, w := range all {
		if n := len(w.lags); n > 0 {
			slices.Sort(w.lags)
			w.Lag = w.lags[n/2]
		}
		for f, n := range w.with {
			if n > w.Both || n == w.Both && f < w.Twin {
				w.Twin, w.Both = f, n
			}
		}
	}
	return all, nil
}

// survey adds one story.
func survey(tx store.Tx, st *newsfold.Story, all map[newsfold.FeedID]*Worth) error {
	had := map[newsfold.FeedID]time.Time{} // when each feed had it
	var first time.Time
	for _, id := range st.Articles {
		a, err := tx.Article(id)
		if errors.Is(err, newsfold.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		at := a.Time()
		if first.IsZero() || at.Before(first) {
			first = at
		}
		for _, e := range a.Entries {
			w := all[e.Feed]
			if w == nil {
				continue
			}
			if t, ok := had[e.Feed]; !ok || at.Before(t) {
				had[e.Feed] = at
			}
			switch a.Page.State {
			case newsfold.PageFetched, newsfold.PageFeed:
				w.Full++
				w.Articles++
			case newsfold.PageRefused, newsfold.PageFailed:
				w.Articles++
			}
		}
	}
	for f, at := range had {
		w := all[f]
		w.Stories++
		switch {
		case len(had) == 1:
			w.Unique++
			continue
		case !at.After(first):
			w.First++
		default:
			w.lags = append(w.lags, at.Sub(first))
		}
		for g := range had {
			if g != f {
				w.with[g]++
			}
		}
	}
	return nil
}
