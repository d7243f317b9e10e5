package web

import (
	"math"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"newsfold"
)

func TestTimesInWords(t *testing.T) {
	oslo := time.FixedZone("CET", 3600)
	now := time.Date(2026, 3, 14, 15, 30, 0, 0, oslo)
	for _, c := range []struct {
		back time.Duration
		ago  string
		day  string
	}{
		{-3 * time.Hour, "in 3 h", "Today"},
		{-30 * time.Second, "just now", "Today"},
		{59 * time.Second, "just now", "Today"},
		{12 * time.Minute, "12 min ago", "Today"},
		{59*time.Minute + 50*time.Second, "1 h ago", "Today"},
		{2*time.Hour + 14*time.Minute, "2 h 14 min ago", "Today"},
		{11*time.Hour + 14*time.Minute, "11 h ago", "Today"},
		{15*time.Hour + 31*time.Minute, "15 h ago", "Yesterday"},
		{40 * time.Hour, "on 12 Mar", "Thursday 12 March"},
		{24 * 365 * time.Hour, "on 14 Mar 2025", "Friday 14 March 2025"},
		{-48 * time.Hour, "in 2 days", "Monday 16 March 2026"},
	} {
		at := now.Add(-c.back)
		if got := ago(now, at); got != c.ago {
			t.Errorf("%v back: %q, want %q", c.back, got, c.ago)
		}
		if got := day(now, at.UTC()); got != c.day {
			t.Errorf("%v back: %q, want %q", c.back, got, c.day)
		}
	}
}

func TestZoneIsNamed(t *testing.T) {
	for _, c := range []struct {
		name   string
		offset int
		want   string
	}{{"CET", 3600, "CET"}, {"+03", 3 * 3600, "UTC+03:00"}, {"-0330", -12600, "UTC-03:30"}, {"+0545", 5*3600 + 45*60, "UTC+05:45"}} {
		s := &server{now: func() time.Time { return time.Now().In(time.FixedZone(c.name, c.offset)) }}
		if got := s.frame(httptest.NewRequest("GET", "/", nil), "", "").Zone; got != c.want {
			t.Errorf("zone %s is shown as %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDirectionOfTitles(t *testing.T) {
	for _, c := range []struct{ dir, text, want string }{
		{"rtl", "Ferry", "rtl"},
		{"ltr", "كلمة", "ltr"},
		{"", "12 – كلمة Ferry", "rtl"},
		{"", "“שלום”", "rtl"},
		{"", "12 Ferry كلمة", "ltr"},
		{"sideways", "123", "ltr"},
	} {
		if got := direction(c.dir, c.text); got != c.want {
			t.Errorf("direction(%q, %q) is %q, want %q", c.dir, c.text, got, c.want)
		}
	}
}

func TestClipCountsRunes(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"كلمة", 4, "كلمة"}, {"كلمة", 2, "كل…"}, {"one two", 4, "one…"}, {"", 3, ""}} {
		if got := clip(c.in, c.n); got != c.want {
			t.Errorf("clip(%q, %d) is %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

func TestHealthInWords(t *testing.T) {
	now := time.Date(2026, 3, 14, 15, 30, 0, 0, time.UTC)
	s := &server{now: func() time.Time { return now }}
	polled := newsfold.Poll{Attempted: now, Succeeded: now, Next: now.Add(time.Hour), Result: newsfold.Updated}
	for name, c := range map[string]struct {
		change      func(*newsfold.Poll)
		state, word string
		due         bool
	}{
		"fine":             {func(*newsfold.Poll) {}, "ok", "Fine", false},
		"never polled":     {func(p *newsfold.Poll) { *p = newsfold.Poll{} }, "waiting", "Not polled yet", true},
		"failed once":      {func(p *newsfold.Poll) { p.Result, p.Errors = newsfold.Failed, 1 }, "failing", "Failing", false},
		"failed twice":     {func(p *newsfold.Poll) { p.Result, p.Errors = newsfold.Failed, 2 }, "failing", "Failing, 2 times in a row", false},
		"not counted":      {func(p *newsfold.Poll) { p.Result = newsfold.Failed }, "failing", "Failing", false},
		"errors, then 304": {func(p *newsfold.Poll) { p.Result, p.Errors = newsfold.NotModified, 3 }, "failing", "Failing, 3 times in a row", false},
		"gone":             {func(p *newsfold.Poll) { p.Result, p.Errors = newsfold.Gone, 1 }, "ended", "Ended", false},
		"due":              {func(p *newsfold.Poll) { p.Next = now.Add(-time.Second) }, "ok", "Fine", true},
	} {
		p := polled
		c.change(&p)
		if h := s.health(newsfold.Feed{Poll: p}); h.State != c.state || h.Word != c.word || h.Due != c.due {
			t.Errorf("%s: %s, %q, due %v", name, h.State, h.Word, h.Due)
		}
	}
}

func TestEvidenceInWords(t *testing.T) {
	for _, c := range []struct {
		in   newsfold.Evidence
		want reason
	}{
		{newsfold.Evidence{Kind: "containment", Value: .98, Detail: "98 of 100 words"}, reason{"98 % of the shorter text is in the other one", ""}},
		{newsfold.Evidence{Kind: "title", Value: 1, Detail: `"a" and "a"`}, reason{"titles alike: 100 %", `"a" and "a"`}},
		{newsfold.Evidence{Kind: "passage", Value: .5, Detail: "longest shared passage: 9 words"}, reason{"longest shared passage: 9 words", ""}},
		{newsfold.Evidence{Kind: "url", Value: 1}, reason{"url", ""}},
		{newsfold.Evidence{Kind: "unheard of", Value: .25, Detail: "so it is"}, reason{"unheard of 0.25", "so it is"}},
		{newsfold.Evidence{Kind: "unheard of", Value: math.NaN()}, reason{"unheard of", ""}},
	} {
		if got := evidence(c.in); got != c.want {
			t.Errorf("%+v is shown as %+v, want %+v", c.in, got, c.want)
		}
	}
}

// TestEveryKindOfEvidenceHasWords reads the list that package dedupe promises.
func TestEveryKindOfEvidenceHasWords(t *testing.T) {
	doc, err := os.ReadFile("../../dedupe/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(doc), "\n// # Evidence\n")
	list, _, _ = strings.Cut(list, "\n// # ")
	kinds := regexp.MustCompile(`(?m)^//\t([a-z-]+)  +\S`).FindAllStringSubmatch(list, -1)
	if len(kinds) < 5 {
		t.Fatalf("found %d kinds in the documentation", len(kinds))
	}
	for _, k := range kinds {
		if _, ok := wordings[k[1]]; !ok {
			t.Errorf("%s has no words", k[1])
		}
	}
}

func TestOriginsInWords(t *testing.T) {
	for _, c := range []struct {
		in   newsfold.Origin
		want string
	}{
		{newsfold.Origin{Kind: "credit", Name: "Northwire"}, "credits Northwire"},
		{newsfold.Origin{Kind: "canonical", URL: "https://northwire.example/1"}, "its page names northwire.example as the original"},
		{newsfold.Origin{Kind: "dateline"}, "its dateline names another outlet"},
		{newsfold.Origin{Kind: "rumour", Name: "Northwire"}, "rumour: Northwire"},
	} {
		if got := originPhrase(c.in); got != c.want {
			t.Errorf("%+v is shown as %q, want %q", c.in, got, c.want)
		}
	}
}
