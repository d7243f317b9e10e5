package dedupe

import (
	"strings"
	"testing"
	"time"
)

func TestLead(t *testing.T) {
	articles := []Article{
		{ID: 5, Host: "daily.example", Text: ferry, Published: noon.Add(2 * time.Hour)},
		{ID: 2, Host: "teaser.example", Text: cut(ferry, 20), Published: noon.Add(-time.Hour)},
		{ID: 9, Host: "wire.example", Text: ferry, Published: noon},
		{ID: 1, Host: "long.example", Text: ferry + ferry[:200], Published: noon.Add(3 * time.Hour)},
		{ID: 7, Host: "undated.example", Text: ferry},
	}
	for _, c := range []struct {
		policy string
		want   int64
	}{
		{"", 9},
		{"earliest", 9},
		{"complete", 1},
		{"preferred:nobody.example,daily.example", 5},
		{"preferred:undated.example, daily.example", 7},
		{"preferred:nobody.example", 9},
		{"preferred:", 9},
	} {
		if got := Lead(articles, c.policy); got != c.want {
			t.Errorf("policy %q: lead is %d, want %d", c.policy, got, c.want)
		}
	}
	if got := Lead(nil, ""); got != 0 {
		t.Errorf("no articles are led by %d", got)
	}
}

func TestOrigins(t *testing.T) {
	at := func(h float64) time.Time { return noon.Add(time.Duration(h * float64(time.Hour))) }
	credit := func(kind, name, url string) []Origin { return []Origin{{kind, name, url}} }
	for _, c := range []struct {
		name     string
		articles []Article
		first    int64
		outlet   string
		low, top float64 // bounds of the confidence
	}{
		{
			"the credited article, though dated later",
			[]Article{
				{ID: 1, Host: "daily.example", Outlet: "Daily", Published: at(0), Origins: credit("credit", "The Wire", "https://wire.example/a")},
				{ID: 2, Host: "wire.example", Outlet: "The Wire", URL: "https://wire.example/a", Published: at(3)},
			},
			2, "The Wire", .85, 1,
		},
		{
			"an agency whose copy was never seen",
			[]Article{
				{ID: 1, Host: "daily.example", Published: at(0), Origins: credit("dateline", "AP", "")},
				{ID: 2, Host: "post.example", Published: at(3), Origins: credit("byline", "The Associated Press", "")},
				{ID: 3, Host: "echo.example", Published: at(4)},
			},
			0, "AP", .8, 1,
		},
		{
			"a credit that is passed on",
			[]Article{
				{ID: 1, Host: "c.example", Outlet: "C", Published: at(5), Origins: credit("canonical", "", "https://b.example/x")},
				{ID: 2, Host: "b.example", Outlet: "B", URL: "https://b.example/x", Published: at(4), Origins: credit("credit", "Reuters", "")},
			},
			0, "Reuters", .85, 1,
		},
		{
			"an outlet that credits itself",
			[]Article{
				{ID: 1, Host: "daily.example", Outlet: "Daily", Published: at(0), Origins: credit("copyright", "Daily", "")},
				{ID: 2, Host: "post.example", Outlet: "Post", Published: at(30)},
			},
			1, "Daily", .35, .65,
		},
		{
			"times alone are believed little",
			[]Article{
				{ID: 1, Host: "b.example", Outlet: "B", Published: at(.05)},
				{ID: 2, Host: "a.example", Outlet: "A", Published: at(0)},
			},
			2, "A", .2, .4,
		},
		{
			"a date in the future is not believed",
			[]Article{
				{ID: 1, Host: "a.example", Outlet: "A", Published: at(900), Seen: at(1)},
				{ID: 2, Host: "b.example", Outlet: "B", Published: at(2), Seen: at(3)},
			},
			1, "A", .2, .5,
		},
		{
			"no dates",
			[]Article{{ID: 3, Host: "a.example"}, {ID: 4, Host: "b.example"}},
			3, "a.example", .1, .35,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Origins(c.articles)
			if p.First != c.first || p.Outlet != c.outlet || p.Confidence < c.low || p.Confidence > c.top || p.Reason == "" {
				t.Errorf("got %+v, want first %d, outlet %q, confidence in [%v, %v] and a reason", p, c.first, c.outlet, c.low, c.top)
			}
			for _, claim := range []string{"copied", "stole"} {
				if strings.Contains(p.Reason, claim) {
					t.Errorf("the reason claims too much: %q", p.Reason)
				}
			}
		})
	}
}

func TestNamesOfOneOutlet(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"المرفأ", "صحيفة المرفأ", true},
		{"المرفا", "جريدة المرفأ", true},
		{"وكالة رويترز", "Reuters", true},
		{"The Harbour Courier", "Harbour Courier", true},
		{"Der Anker", "Anker", true},
		{"AP", "The Associated Press", true},
		{"واس", "Saudi Press Agency", true},
		{"وكالة الأنباء السعودية (واس)", "spa.gov.sa", true},
		{"د ب أ", "dpa", true},
		{"د.ب.أ", "Deutsche Presse-Agentur", true},
		{"أ ف ب", "Agence France-Presse", true},
		{"(أ.ف.ب)", "AFP", true},
		{"فرانس برس", "AFP", true},
		{"ТАСС", "TASS", true},
		{"新华社", "Xinhua", true},
		{"路透社", "Reuters", true},
		{"وكالة الأناضول", "Anadolu Ajansı", true},
		{"AFP", "AP", false},
		{"The Journal", "Journal", true},
		{"Harbour Courier", "Harbour Post", false},
		{"صحيفة المرفأ", "صحيفة المنارة", false},
		{"Daily Harbour", "Harbour", false},
	} {
		if got := plainName(c.a) == plainName(c.b); got != c.same {
			t.Errorf("%q and %q: one outlet %v, want %v (%q, %q)", c.a, c.b, got, c.same, plainName(c.a), plainName(c.b))
		}
	}
	p := Origins([]Article{
		{ID: 1, Host: "daily.example", Outlet: "Daily", Published: noon, Origins: []Origin{{Kind: "credit", Name: "المرفأ"}}},
		{ID: 2, Host: "marfa.example", Outlet: "صحيفة المرفأ", Published: noon.Add(time.Hour)},
	})
	if p.First != 2 {
		t.Errorf("credited by its short name, the origin is %+v, want article 2", p)
	}
}
