package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"newsfold"
	"newsfold/internal/river"
	"newsfold/store"
)

// mostHealth is how many feeds are shown. Those in trouble come first, so that
// what is cut off are the ones that need nobody.
const mostHealth = 1000

type feedsPage struct {
	frame
	Waiting int // feeds that have never been asked
	Total   int
	Can     bool // there is a control interface to add feeds with
	Summary string
	Feeds   []health
	Rest    string // says how many are not shown
	Names   map[newsfold.FeedID]string
}

// Read is how many feeds have been asked at least once.
func (p feedsPage) Read() int { return p.Total - p.Waiting }

// health is one feed as the page of feeds shows it.
type health struct {
	ID        newsfold.FeedID
	Label     string
	URL       string // as text: where it is polled
	Site      string // home page, or empty
	Folders   string
	State     string // ok, waiting, failing or ended
	Word      string // the state for a person
	Succeeded moment
	Next      moment
	Due       bool // the next poll is due
	Why       string
	Error     string
	Entries   string // how many there are so far
	Worth     *worth // nil: it brought nothing of late
	entries   int
}

// feeds shows how every feed does: those in trouble first, then by name.
func (s *server) feeds(w http.ResponseWriter, r *http.Request) error {
	var all []health
	var left string
	var survey map[newsfold.FeedID]*river.Worth
	names := map[newsfold.FeedID]string{}
	err := s.db.View(r.Context(), func(tx store.Tx) (err error) {
		if left, err = unread(tx, 0, nil); err != nil {
			return err
		}
		all = all[:0]
		for f, err := range tx.Feeds() {
			if err != nil {
				return err
			}
			all = append(all, s.health(f))
			names[f.ID] = clip(f.Label(), 120)
		}
		survey, err = river.Survey(tx, s.now(), surveyDays, surveyStories)
		return err
	})
	if err != nil {
		return err
	}
	order := []string{"failing", "ended", "waiting", "ok"}
	slices.SortStableFunc(all, func(a, b health) int {
		if d := slices.Index(order, a.State) - slices.Index(order, b.State); d != 0 && (a.State == "failing" || b.State == "failing" || a.State == "ended" || b.State == "ended") {
			return d
		}
		return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label))
	})
	page := feedsPage{frame: s.frame(r, "Feeds", "feeds"), Summary: summary(all), Feeds: all, Names: names}
	page.Unread = left
	page.Notice = readNotice(r.URL.Query(), "/feeds")
	page.Total, page.Can = len(all), s.control != nil
	for i, h := range all {
		if h.State == "waiting" {
			page.Waiting++
		}
		if w := survey[h.ID]; w != nil && w.Stories >= fewStories {
			all[i].Worth = worthOf(w, names)
		}
	}
	if n := len(all) - mostHealth; n > 0 {
		page.Feeds = all[:mostHealth]
		page.Rest = count(n, "more feed is", "more feeds are") + " not shown here: newsfold feeds lists all of them."
	}
	s.render(w, r, "feeds", http.StatusOK, page)
	return nil
}

func (s *server) health(f newsfold.Feed) health {
	p := f.Poll
	h := health{
		ID: f.ID, Label: clip(f.Label(), 200), URL: clip(f.URL, 500), Site: outside(f.Site), Folders: strings.Join(f.Folders, ", "),
		Succeeded: s.moment(p.Succeeded), Next: s.moment(p.Next), Why: p.Why, entries: f.Entries, Entries: count(f.Entries, "entry", "entries"),
		Due: !p.Next.After(s.now()),
	}
	switch {
	case p.Result == newsfold.Gone:
		h.State, h.Word, h.Error = "ended", "Ended", p.Error
		if h.Error == "" {
			h.Error = "the publisher says that this feed is gone for good"
		}
	case p.Errors > 0 || p.Result == newsfold.Failed:
		h.State, h.Word, h.Error = "failing", "Failing", p.Error
		if p.Errors > 1 {
			h.Word = fmt.Sprintf("Failing, %d times in a row", p.Errors)
		}
	case p.Attempted.IsZero():
		h.State, h.Word = "waiting", "Not polled yet"
	default:
		h.State, h.Word = "ok", "Fine"
	}
	return h
}

func summary(all []health) string {
	if len(all) == 0 {
		return ""
	}
	bad, entries := 0, 0
	for _, h := range all {
		if h.State == "failing" || h.State == "ended" {
			bad++
		}
		entries += h.entries
	}
	text := count(len(all), "feed", "feeds") + ", " + count(entries, "entry", "entries") + " so far"
	if bad == 0 {
		return text + ", all fine."
	}
	return text + ", " + fmt.Sprintf("%d in trouble.", bad)
}
