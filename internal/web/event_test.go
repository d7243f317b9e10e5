package web_test

import (
	"strings"
	"testing"

	"newsfold"
	"newsfold/internal/events"
)

// happened fills the newsroom and ties the ferry (1) and the Arabic story (5)
// into one event.
func happened(f *filler) {
	newsroom(f)
	e := events.Event{ID: 1, Stories: []newsfold.StoryID{1, 5}, First: clock, Last: clock}
	if err := events.Put(f.tx, e); err != nil {
		f.t.Fatal(err)
	}
	for id, tie := range map[newsfold.StoryID]events.Tie{1: {Event: 1}, 5: {Event: 1, With: 1, Relation: "report", Score: .8}} {
		if err := events.PutTie(f.tx, id, tie); err != nil {
			f.t.Fatal(err)
		}
	}
}

func TestEventsAreShownByLanguageAndTime(t *testing.T) {
	s := open(t, happened)
	for path, want := range map[string][]string{
		"/":        {`<a href="/event/1">one of 2 reports</a>`, `<a href="/event/5">one of 2 reports</a>`},
		"/events":  {"Night ferry to the Lower Skerries runs again", "2 stories at ", " outlets in 2 languages", `href="/event/1"`},
		"/event/1": {"<h2>English</h2>", "<h2>Arabic</h2>", `href="/story/5"`, `lang="ar"`},
		"/event/5": {"<h2>English</h2>"},
		"/story/5": {"The same event", "(this story)", `href="/story/1"`},
	} {
		r := s.get(path)
		for _, w := range want {
			if r.StatusCode != 200 || !strings.Contains(r.body, w) {
				t.Errorf("%s (%s) does not say %q", path, r.Status, w)
			}
		}
		for _, bad := range faults(t, r.body) {
			t.Errorf("%s: %s", path, bad)
		}
	}
	for path, want := range map[string]int{"/event/6": 404, "/event/99": 404, "/event/x": 400} {
		if r := s.get(path); r.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, r.Status, want)
		}
	}
	if r := open(t, nil).get("/events"); r.StatusCode != 200 || !strings.Contains(r.body, "No event so far") {
		t.Errorf("without events: %s", r.Status)
	}
}
