package river

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"newsfold"
	"newsfold/internal/events"
	"newsfold/store"
)

// Event is what ties a story to the event that it reports.
type Event struct {
	ID       newsfold.StoryID    `json:"id"` // its first story
	Stories  int                 `json:"stories"`
	With     newsfold.StoryID    `json:"with,omitempty"`
	Relation string              `json:"relation,omitempty"` // of the story to With: report, translation
	Score    float64             `json:"score,omitempty"`
	Earlier  newsfold.StoryID    `json:"earlier,omitempty"` // an event that this one follows
	Evidence []newsfold.Evidence `json:"evidence,omitempty"`

	// Reports are the stories of the event, earliest first: only from Load and
	// Outline.
	Reports []Report `json:"reports,omitempty"`
}

// Report is one story of an event.
type Report struct {
	ID       newsfold.StoryID `json:"id"`
	Title    string           `json:"title"`
	URL      string           `json:"url"`
	Outlet   string           `json:"outlet,omitempty"`
	Lang     string           `json:"lang,omitempty"`
	Dir      string           `json:"dir,omitempty"`
	Time     time.Time        `json:"time"`
	Copies   int              `json:"copies"`
	Outlets  int              `json:"outlets"`
	With     newsfold.StoryID `json:"with,omitempty"`
	Relation string           `json:"relation,omitempty"`
	Score    float64          `json:"score,omitempty"`
	Read     bool             `json:"read"`
}

// Happening is an event as a reader sees it.
type Happening struct {
	ID        newsfold.StoryID `json:"id"`
	Title     string           `json:"title"` // of the report that most outlets carry
	First     time.Time        `json:"first"`
	Last      time.Time        `json:"last"`
	Outlets   int              `json:"outlets"` // that report it, each once
	Languages []string         `json:"languages"`
	Reports   []Report         `json:"reports"` // earliest first
}

// EventOf returns the event that a story is in; 0 when it is alone.
func EventOf(tx store.Tx, story newsfold.StoryID) (newsfold.StoryID, error) {
	t, err := events.Of(tx, story)
	return t.Event, err
}

// event returns what ties a story to its event; nil when it is alone.
func (l *loader) event(story newsfold.StoryID) (*Event, error) {
	t, err := events.Of(l.tx, story)
	if err != nil || t.Event == 0 {
		return nil, err
	}
	n, ok := l.sizes[t.Event]
	if !ok {
		if n, err = events.Size(l.tx, t.Event); err != nil {
			return nil, err
		}
		l.sizes[t.Event] = n
	}
	return &Event{
		ID: t.Event, Stories: max(1, n), With: t.With, Relation: t.Relation, Score: t.Score,
		Earlier: t.Earlier, Evidence: t.Evidence,
	}, nil
}

// reports returns the stories of an event that are still there.
func reports(tx store.Tx, id newsfold.StoryID) ([]Report, error) {
	e, err := events.Load(tx, id)
	if err != nil {
		return nil, err
	}
	out, _, err := reported(tx, e)
	return out, err
}

func reported(tx store.Tx, e events.Event) (out []Report, hosts map[string]bool, err error) {
	hosts = map[string]bool{}
	for _, id := range e.Stories {
		s, err := tx.Story(id)
		if errors.Is(err, newsfold.ErrNotFound) {
			continue // removed since
		}
		if err != nil {
			return nil, nil, err
		}
		lead, err := tx.Article(s.Lead)
		if err != nil {
			return nil, nil, err
		}
		t, err := events.Of(tx, id)
		if err != nil {
			return nil, nil, err
		}
		r := Report{
			ID: id, Title: lead.Title, URL: lead.Link, Outlet: lead.Outlet, Lang: lead.Lang, Dir: lead.Dir,
			Time: s.Time, Copies: s.Copies(), Outlets: s.Outlets, With: t.With, Relation: t.Relation, Score: t.Score, Read: s.Read,
		}
		if r.URL == "" {
			r.URL = address(lead)
		}
		if r.Title == "" {
			r.Title = untitled(lead)
		}
		out = append(out, r)
		for _, a := range s.Articles {
			if m, err := tx.Article(a); err == nil {
				hosts[cmp.Or(m.Host, m.Outlet)] = true
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Report) int { return a.Time.Compare(b.Time) })
	return out, hosts, nil
}

// Originals says which stories of an event are translations, and of which others. Two
// are found to be translations in the order in which they came in; here the original
// is the one that appeared first.
func Originals(reports []Report) map[newsfold.StoryID]newsfold.StoryID {
	at := map[newsfold.StoryID]time.Time{}
	for _, r := range reports {
		at[r.ID] = r.Time
	}
	of := map[newsfold.StoryID]newsfold.StoryID{}
	for _, r := range reports {
		switch {
		case r.Relation != string(newsfold.Translation):
		case r.Time.Before(at[r.With]):
			of[r.With] = r.ID
		default:
			of[r.ID] = r.With
		}
	}
	return of
}

// Happenings returns the events whose latest story is of a time or later,
// those first that most outlets report, then the latest. Limit 0 is no limit.
func Happenings(tx store.Tx, since time.Time, limit int) ([]Happening, error) {
	var out []Happening
	for e, err := range events.All(tx) {
		if err != nil {
			return nil, err
		}
		if e.Last.Before(since) {
			continue
		}
		h := Happening{ID: e.ID, First: e.First, Last: e.Last, Languages: []string{}}
		reports, hosts, err := reported(tx, e)
		if err != nil {
			return nil, err
		}
		if len(reports) < 2 {
			continue
		}
		h.Reports, h.Outlets = reports, len(hosts)
		best := reports[0]
		for _, r := range reports {
			if r.Outlets > best.Outlets {
				best = r
			}
			if r.Lang != "" && !slices.Contains(h.Languages, r.Lang) {
				h.Languages = append(h.Languages, r.Lang)
			}
		}
		h.Title = best.Title
		out = append(out, h)
	}
	slices.SortStableFunc(out, func(a, b Happening) int {
		return cmp.Or(cmp.Compare(b.Outlets, a.Outlets), b.Last.Compare(a.Last), cmp.Compare(a.ID, b.ID))
	})
	if limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return out, nil
}
