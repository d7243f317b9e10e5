package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/river"
	"newsfold/store"
)

// How much is shown of events.
const (
	eventDays   = 7
	mostEvents  = 100
	mostReports = 200
)

// report is one story of an event.
type report struct {
	ID       newsfold.StoryID
	Headline string
	Outlet   string
	URL      string
	Lang     string // tag
	Language string // what English calls it
	Dir      string
	Time     moment
	Delay    string // after the first report
	Copies   string
	Relation string // translation, or empty
	Read     bool
	Here     bool // it is the story of the page
}

// tongue is the reports of an event in one language.
type tongue struct {
	Name    string
	Reports []report
}

type eventsPage struct {
	frame
	Days   int
	Events []happening
}

// happening is one event in the list of events.
type happening struct {
	ID      newsfold.StoryID
	Title   string
	Summary string // "5 stories at 9 outlets in 3 languages"
	Last    moment
	Reports []report
}

type eventPage struct {
	frame
	Heading string
	Summary string
	Tongues []tongue
}

// events lists what several outlets reported of late, the most reported first.
func (s *server) events(w http.ResponseWriter, r *http.Request) error {
	var all []river.Happening
	var left string
	err := s.db.View(r.Context(), func(tx store.Tx) (err error) {
		if left, err = unread(tx, 0, nil); err != nil {
			return err
		}
		all, err = river.Happenings(tx, s.now().Add(-eventDays*24*time.Hour), mostEvents)
		return err
	})
	if err != nil {
		return err
	}
	page := eventsPage{frame: s.frame(r, "Events", "events"), Days: eventDays}
	page.Unread = left
	for _, h := range all {
		page.Events = append(page.Events, happening{
			ID: h.ID, Title: clip(h.Title, 300), Last: s.moment(h.Last), Reports: s.reports(h.Reports, 0),
			Summary: told3(len(h.Reports), h.Outlets, len(h.Languages)),
		})
	}
	s.render(w, r, "events", http.StatusOK, page)
	return nil
}

// event shows the stories on one happening, by language and time.
func (s *server) event(w http.ResponseWriter, r *http.Request) error {
	id, err := number("an event", r.PathValue("id"))
	if err != nil {
		return err
	}
	var st river.Story
	var left string
	err = s.db.View(r.Context(), func(tx store.Tx) (err error) {
		if left, err = unread(tx, 0, nil); err != nil {
			return err
		}
		st, err = river.Load(tx, newsfold.ArticleID(id))
		return err
	})
	if err != nil {
		return err
	}
	if st.Event == nil || len(st.Event.Reports) < 2 {
		return &fault{http.StatusNotFound, "That story is the only one on what it reports."}
	}
	best := slices.MaxFunc(st.Event.Reports, func(a, b river.Report) int {
		return cmp.Or(cmp.Compare(a.Outlets, b.Outlets), b.Time.Compare(a.Time))
	})
	page := eventPage{frame: s.frame(r, clip(best.Title, 200), "events"), Heading: clip(best.Title, 300)}
	page.Unread = left
	for _, rep := range s.reports(st.Event.Reports, 0) {
		i := slices.IndexFunc(page.Tongues, func(t tongue) bool { return t.Name == rep.Language })
		if i < 0 {
			i = len(page.Tongues)
			page.Tongues = append(page.Tongues, tongue{Name: rep.Language})
		}
		page.Tongues[i].Reports = append(page.Tongues[i].Reports, rep)
	}
	page.Summary = told3(len(st.Event.Reports), 0, len(page.Tongues))
	s.render(w, r, "event", http.StatusOK, page)
	return nil
}

// told3 says how many stories there are, at how many outlets, in how many
// languages; what is 0 is not said.
func told3(stories, outlets, languages int) string {
	parts := []string{count(stories, "story", "stories")}
	if outlets > 0 {
		parts = append(parts, "at "+count(outlets, "outlet", "outlets"))
	}
	if languages > 1 {
		parts = append(parts, fmt.Sprintf("in %d languages", languages))
	}
	return strings.Join(parts, " ")
}

// reports describes the stories of an event, seen from one of them.
func (s *server) reports(all []river.Report, here newsfold.StoryID) []report {
	var out []report
	of := river.Originals(all)
	for _, r := range all[:min(len(all), mostReports)] {
		rep := report{
			ID: r.ID, Headline: clip(r.Title, 300), Outlet: name(r.Outlet, r.URL), URL: outside(r.URL), Lang: language(r.Lang),
			Language: "Language unknown", Dir: direction(r.Dir, r.Title), Time: s.moment(r.Time), Delay: delay(r.Time, all[0].Time),
			Read: r.Read, Here: r.ID == here,
		}
		if b := base(rep.Lang); b != "" {
			rep.Language = langName(b)
		}
		if r.Copies > 0 {
			rep.Copies = "+" + count(r.Copies, "copy", "copies")
		}
		if of[r.ID] != 0 {
			rep.Relation = "translation"
		}
		out = append(out, rep)
	}
	return out
}
