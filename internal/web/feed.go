package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/river"
	"newsfold/store"
)

// The survey of what feeds are worth looks at the last weeks, and at no more
// stories than can be read while somebody waits.
const (
	surveyDays    = 30
	surveyStories = 5000
	fewStories    = 3  // below, there is nothing to say
	enough        = 10 // stories for a verdict
)

type feedPage struct {
	frame
	Feed    health
	Name    string
	Folders string
	Can     bool // there is a control interface to change it with
	Worth   *worth
	Names   map[newsfold.FeedID]string
}

// worth is what a feed brings, in words.
type worth struct {
	Verdict string
	Lines   []string
	Twin    newsfold.FeedID
	Also    string // the share that the twin has too, and its name
	Spark   *spark
}

// spark is a small picture of stories by day.
type spark struct {
	Label string
	Bars  []bar
}

// bar is one day, in units of the picture, which is 2·surveyDays wide and 16
// high.
type bar struct{ X, Y, H int }

const sparkHeight = 16

// feed shows one feed: how it does, what it is worth, and the forms to change
// it.
func (s *server) feed(w http.ResponseWriter, r *http.Request) error {
	id, err := number("a feed", r.PathValue("id"))
	if err != nil {
		return err
	}
	var f newsfold.Feed
	var left string
	var all map[newsfold.FeedID]*river.Worth
	names := map[newsfold.FeedID]string{}
	err = s.db.View(r.Context(), func(tx store.Tx) error {
		if f, err = tx.Feed(newsfold.FeedID(id)); err != nil {
			return err
		}
		if left, err = unread(tx, 0, nil); err != nil {
			return err
		}
		if all, err = river.Survey(tx, s.now(), surveyDays, surveyStories); err != nil {
			return err
		}
		return labels(tx, names)
	})
	if err != nil {
		return err
	}
	page := feedPage{frame: s.frame(r, clip(f.Label(), 120), "feeds"), Feed: s.health(f), Name: f.Label(), Folders: strings.Join(f.Folders, ", "), Can: s.control != nil}
	page.Unread = left
	page.Notice = readNotice(r.URL.Query(), r.URL.Path)
	page.Worth, page.Names = worthOf(all[f.ID], names), names
	s.render(w, r, "feed", http.StatusOK, page)
	return nil
}

func labels(tx store.Tx, names map[newsfold.FeedID]string) error {
	for f, err := range tx.Feeds() {
		if err != nil {
			return err
		}
		names[f.ID] = clip(f.Label(), 120)
	}
	return nil
}

// worthOf says in words what a feed is worth; nil when it brought nothing.
func worthOf(w *river.Worth, names map[newsfold.FeedID]string) *worth {
	if w == nil || w.Stories == 0 {
		return nil
	}
	share := func(n, of int) string { return river.Percent(float64(n) / float64(of)) }
	out := &worth{Spark: sparkOf(w.Days)}
	alone := "all of them in other feeds too"
	if w.Unique > 0 {
		alone = fmt.Sprintf("%d of them in no other feed", w.Unique)
	}
	out.Lines = append(out.Lines, fmt.Sprintf("%s in the last %d days, %s", count(w.Stories, "story", "stories"), surveyDays, alone))
	if shared := w.Stories - w.Unique; shared > 0 {
		line := "first with " + fmt.Sprint(w.First) + " of " + fmt.Sprint(shared) + " shared ones"
		if w.Copies() > 0 {
			line = share(w.Copies(), w.Stories) + " had come from another feed before; " + line
		}
		if w.Lag >= time.Minute {
			line += ", otherwise " + span(w.Lag) + " after the first (median)"
		}
		out.Lines = append(out.Lines, line)
	}
	if w.Articles > 0 {
		out.Lines = append(out.Lines, "full text of "+share(w.Full, w.Articles))
	}
	if name := names[w.Twin]; name != "" && w.Stories >= fewStories {
		out.Twin, out.Also = w.Twin, share(w.Both, w.Stories)
		switch {
		case w.Stories < enough || w.Unique > 0:
		case w.First == 0:
			out.Verdict = "Safe to drop: everything in it came from other feeds before."
		default:
			out.Verdict = "Everything in it is in other feeds too."
		}
	}
	return out
}

func sparkOf(days []int) *spark {
	most, sum := 1, 0
	for _, n := range days {
		most = max(most, n)
		sum += n
	}
	sp := &spark{Label: fmt.Sprintf("Stories by day over %d days: %d in all, at most %d on one day", len(days), sum, most)}
	for i, n := range days {
		if n > 0 {
			h := max(n*sparkHeight/most, 1)
			sp.Bars = append(sp.Bars, bar{2 * i, sparkHeight - h, h})
		}
	}
	return sp
}

// progress says how many of the feeds have been read, for the script that shows
// how far an import has come.
func (s *server) progress(w http.ResponseWriter, r *http.Request) error {
	total, waiting := 0, 0
	err := s.db.View(r.Context(), func(tx store.Tx) error {
		total, waiting = 0, 0
		for f, err := range tx.Feeds() {
			if err != nil {
				return err
			}
			if total++; f.Poll.Attempted.IsZero() {
				waiting++
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]int{"feeds": total, "read": total - waiting})
	return nil
}
