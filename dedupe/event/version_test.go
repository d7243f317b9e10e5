package event

import (
	"slices"
	"testing"
)

// One text of a publisher in three languages, with nothing in common that could be
// compared.
var versions = []Story{
	{ID: 1, Lang: "en", URL: "https://news.example/en/whale", Title: "A guest in the bay", Text: "For a week now a whale has been swimming in the bay, and nobody knows how to show it the way out. Fishermen keep away."},
	{ID: 2, Lang: "ar", URL: "https://news.example/ar/whale", Title: "ضيف في الخليج", Text: "منذ أسبوع يسبح حوت في الخليج ولا يعرف أحد كيف يرشده إلى طريق الخروج. ويبتعد الصيادون عنه كثيرا هذه الأيام."},
	{ID: 3, Lang: "zh", URL: "https://news.example/zh/whale", Title: "海湾里的客人", Text: "一头鲸鱼在海湾里游了一个星期，没有人知道怎样让它找到出去的路。渔民都避开它。"},
}

func TestVersionsThatThePublisherNamesAreOneEvent(t *testing.T) {
	name := func(s Story, others ...string) Story {
		s.Alternates = others
		return s
	}
	en, ar, zh := versions[0], versions[1], versions[2]
	for _, c := range []struct {
		what    string
		stories []Story
		events  []int64
	}{
		{"nobody says so", []Story{en, ar}, []int64{1, 2}},
		{"the first names the other", []Story{name(en, ar.URL), ar}, []int64{1, 1}},
		{"the second names the first", []Story{en, name(ar, en.URL)}, []int64{1, 1}},
		{"both name a third that is not here", []Story{name(en, zh.URL), name(ar, zh.URL)}, []int64{1, 1}},
		{"a chain", []Story{name(en, ar.URL), ar, name(zh, en.URL)}, []int64{1, 1, 1}},
	} {
		g := NewGrouper(Options{})
		var got []int64
		var last Decision
		for _, s := range c.stories {
			last = g.Add(s)
		}
		for _, s := range c.stories {
			got = append(got, g.Event(s.ID))
		}
		if !slices.Equal(got, c.events) {
			t.Errorf("%s: events %v, want %v", c.what, got, c.events)
		}
		if got[len(got)-1] != 1 {
			continue
		}
		if last.Relation != Translation || !slices.ContainsFunc(last.Evidence, func(e Evidence) bool { return e.Kind == "alternate" }) {
			t.Errorf("%s: %s, because %v", c.what, last.Relation, last.Evidence)
		}
	}
}

// A page that every page of a site names, such as its front page in another language,
// is the version of none but, at most, the first.
func TestWhatManyPagesNameIsNoVersion(t *testing.T) {
	g := NewGrouper(Options{})
	front := versions[1]
	for i, text := range []string{
		versions[0].Text,
		"The council has put off the vote on the market hall until its cost is known.",
		"Snow closed the pass for the night; ploughs were out from four in the morning.",
	} {
		g.Add(Story{ID: int64(10 + i), Lang: "en", Text: text, Alternates: []string{front.URL}})
	}
	front.ID = 20
	g.Add(front)
	if got := g.Event(20); got > 10 && got != 20 {
		t.Errorf("the front page is in event %d", got)
	}
	if g.Event(11) != 11 || g.Event(12) != 12 {
		t.Errorf("events %d and %d of pages that name the same front page", g.Event(11), g.Event(12))
	}
}
