package event

import (
	"fmt"
	"slices"
	"testing"
)

// dismissals are reports of two events of one kind: the dismissal of one coach and
// that of another one of the same club.
func dismissals() []Story {
	var out []Story
	for i, text := range []string{
		"Halden City dismissed coach Marten Okafor on Sunday. The club is bottom of the Northern League.",
		"Halden City dismissed coach Pavel Lindqvist on Monday. The club is tenth of the Northern League.",
		"Marten Okafor is coach of Halden City no more. Bottom of the Northern League, the club dismissed Okafor on Sunday after a 4-0 loss at Sundvik.",
		"Pavel Lindqvist is coach of Halden City no more. Tenth in the Northern League, the club dismissed Lindqvist on Monday after a 1-1 draw with Torvik.",
		"After the 4-0 at Sundvik coach Marten Okafor had to go. Halden City said on Sunday that assistant Per Nyman takes over from Okafor.",
		"After the 1-1 with Torvik coach Pavel Lindqvist had to go. Halden City said on Monday that Sara Holm takes over from Lindqvist.",
		"Okafor, whose Halden City lost 4-0 at Sundvik, has been dismissed; Per Nyman leads the bottom club of the Northern League for now.",
		"Lindqvist, whose Halden City drew 1-1 with Torvik, has been dismissed; Sara Holm leads the tenth of the Northern League for now.",
	} {
		out = append(out, Story{ID: int64(i + 1), Text: text, Lang: "en"})
	}
	return out
}

func TestLaterStoriesTellApartWhatFirstSeemedOne(t *testing.T) {
	g := NewGrouper(Options{})
	all := dismissals()
	g.Add(all[0])
	g.Add(all[1])
	if e := g.events[1]; g.Event(2) == 2 {
		g.unite(e, g.events[2]) // as a looser judgement would have it
	}
	changed := map[int64]bool{}
	for _, s := range all[2:] {
		for _, e := range g.Add(s).Merged {
			changed[e] = true
		}
	}
	if got, want := fmt.Sprint(g.Stories(1), g.Stories(2)), "[1 3 5 7] [2 4 6 8]"; got != want {
		t.Errorf("events %s, want %s", got, want)
	}
	if !changed[2] {
		t.Errorf("that event 2 came of event 1 was not told: %v", changed)
	}
}

func TestEventsDoNotDependOnTheOrderOfArrival(t *testing.T) {
	all := append(dismissals(), stories(t, "quake1", "quake1b", "quake2", "ferry2", "ferry2b")...)
	want := ""
	for turn := range all {
		g := NewGrouper(Options{})
		for i := range all {
			s := all[(i*5+turn)%len(all)]
			s.ID = int64((i*5+turn)%len(all) + 1)
			g.Add(s)
		}
		got := ""
		for i := range all {
			if e := g.Event(int64(i + 1)); e == int64(i+1) {
				got += fmt.Sprint(g.Stories(e))
			}
		}
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("turn %d: %s, want %s", turn, got, want)
		}
	}
}

func TestStoriesInOtherLanguagesFollowTheirOwnPart(t *testing.T) {
	g := NewGrouper(Options{})
	for i, s := range stories(t, "coach1", "coach5", "coach2") {
		s.ID = int64(i + 1)
		g.Add(s)
	}
	e := g.events[1]
	knots := g.cluster([]int32{g.at[1]})
	knots = append(knots, g.cluster([]int32{g.at[3]})...)
	g.follow("en", e, knots)
	if !slices.Contains(append(knots[0].slots, knots[1].slots...), g.at[2]) {
		t.Error("the German story got lost")
	}
}

func TestWhatAPersonDecidedSurvivesASecondLook(t *testing.T) {
	all := dismissals()
	g := NewGrouper(Options{})
	for _, s := range all[:4] {
		g.Add(s)
	}
	g.Apart(1, 3)
	for _, s := range all[4:] {
		g.Add(s)
	}
	if g.Event(1) == g.Event(3) {
		t.Error("put together what a person took apart")
	}
	g.Together(1, 2)
	for i, s := range all {
		s.ID = int64(i + 11)
		g.Add(s)
	}
	if g.Event(1) != g.Event(2) {
		t.Error("took apart what a person put together")
	}
}

func TestTranslationIsOneWhateverElseIsCloser(t *testing.T) {
	for _, names := range [][]string{{"coach5", "coach2", "coach1"}, {"talks1de", "talks1b", "talks1"}, {"results1fr", "results1b", "results1"}, {"quake1es", "quake1b", "quake1"}} {
		g := NewGrouper(Options{})
		s := stories(t, names...)
		g.Add(s[0])
		g.Add(s[1])
		if d := g.Add(s[2]); d.Relation != Translation || d.With != 1 {
			t.Errorf("%s is %s of story %d, want a translation of %s: %+v", names[2], d.Relation, d.With, names[0], d.Evidence)
		}
	}
}
