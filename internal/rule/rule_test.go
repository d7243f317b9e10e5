package rule_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"newsfold/internal/rule"
)

func Example() {
	c, err := rule.Compile(`title ~ "sponsored" and words < 300`)
	if err != nil {
		fmt.Println(err)
		return
	}
	ok, err := c.Match(&rule.Facts{Title: "Sponsored: a better mattress", Words: 120})
	fmt.Println(ok, err)

	_, err = rule.Compile(`titel ~ "sponsored"`)
	fmt.Println(err)
	// Output:
	// true <nil>
	// 1:1: there is nothing called titel; did you mean title?
	//     titel ~ "sponsored"
	//     ^
}

func TestConditions(t *testing.T) {
	facts := rule.Facts{
		Title: "Ferry ~ runs aground", Outlet: "Northwire", Host: "wire.example", Lang: "en", Words: 90,
		Text: "Nobody was hurt.", Tags: []string{"Sea", "Ostrey"}, Folders: []string{"News/World"},
		Published: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC),
	}
	for match, want := range map[string]bool{
		`title ~ "FERRY"`:                             true,
		`title~"^ferry"`:                              true,
		`title !~ "ferry"`:                            false,
		`title !~ "train" and words < 100`:            true,
		`not (title ~ "train")`:                       true,
		`title ~ "~"`:                                 true,
		`title == 'Ferry ~ runs aground'`:             true,
		`title contains "~ runs"`:                     true,
		`"Sea" in tags`:                               true,
		`"Land" in tags || lang == "en"`:              true,
		`host endsWith ".example"`:                    true,
		`lower(outlet) == "northwire"`:                true,
		`len(tags) > 2`:                               false,
		`published < date("2026-03-02")`:              true,
		`text ~ "hurt" && "News/World" in folders`:    true,
		"title ~ \"ferry\"\n  and words > 100":        false,
		`title ~ "\"" or title ~ 'it\'s ~'`:           false,
		"url == `~`":                                  false,
		`byline == ""`:                                true,
		`words in [80, 90]`:                           true,
		`(lang == "en" ? words : 0) > 50`:             true,
		`title matches "FERRY"`:                       true,
		`title ~ "ferry" and text ~ "x" or words==90`: true,
	} {
		c, err := rule.Compile(match)
		if err != nil {
			t.Errorf("%s: %v", match, err)
			continue
		}
		if got, err := c.Match(&facts); err != nil || got != want {
			t.Errorf("%s: got %v, %v", match, got, err)
		}
	}
}

func TestOnlyWhatIsAskedForIsUsed(t *testing.T) {
	c, err := rule.Compile(`title ~ "text" and len(tags) > 0`)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Uses("title") || !c.Uses("tags") || c.Uses("text") {
		t.Error("wrong facts")
	}
}

func TestErrorsPointAtThePlace(t *testing.T) {
	for _, tc := range []struct {
		match, place, message string
	}{
		{`titel ~ "x"`, "1:1", "did you mean title?"},
		{`title ~ "x" and wrods > 3`, "1:17", "did you mean words?"},
		{"title ~ \"x\"\nand zebra", "2:5", "there are title, byline"},
		{`title ~ "x" or ~`, "1:16", "unexpected"},
		{`title ~ "("`, "1:", "in the regular expression: missing closing )"},
		{`title`, "1:1", "not true or false by itself"},
		{`words ~ "x"`, "1:", "mismatched types int"},
		{`words > "x"`, "1:7", "mismatched types"},
		{`title ~ outlet`, "1:9", "stands in quotes"},
		{`1 in 1..1000000`, "1:7", "ranges"},
		{`any(tags, # == "x")`, "1:", ""},
		{`repeat("x", 1000000000) == ""`, "1:1", "repeat"},
		{``, "1:1", "there is no condition"},
		{`   `, "1:1", "there is no condition"},
		{`title ~ "x`, "1:", "literal not terminated"},
		{"\xff", "1:1", "UTF-8"},
		{strings.Repeat("x", rule.MaxLength+1), "1:1", "at most"},
		{strings.Repeat("words + ", 400) + "1 > 0", "1:1", "exceeds maximum allowed nodes"},
		{strings.Repeat("(", 4000), "1:", ""},
	} {
		_, err := rule.Compile(tc.match)
		var re *rule.Error
		if !errors.As(err, &re) {
			t.Errorf("%.40s: got %v", tc.match, err)
			continue
		}
		if got := fmt.Sprintf("%d:%d", re.Line, re.Column); !strings.HasPrefix(got, tc.place) || !strings.Contains(re.Message, tc.message) {
			t.Errorf("%.40s: got %s: %s, want %s: %s", tc.match, got, re.Message, tc.place, tc.message)
		}
	}
}

// TestTheCostIsBounded runs the dearest condition over the longest text: a
// regular expression takes time that grows with the text, and no more.
func TestTheCostIsBounded(t *testing.T) {
	c, err := rule.Compile(`text ~ "(a+)+(b+)+(a*)*$"`)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := c.Match(&rule.Facts{Text: strings.Repeat("ab", 1<<19)}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 2*time.Minute { // on a busy machine; one that tries again takes for ever
		t.Errorf("took %v", took)
	}
}

func TestActions(t *testing.T) {
	for v, want := range map[string]string{
		"hide": "", "read": "", "star": "", "never-fold": "", "tag:später/a.b-c_1": "",
		"hid": "did you mean hide?", "": "is none of", "tag:": "1 to 64 letters", "tag:a b": "letters, digits",
		"tag:" + strings.Repeat("x", 65): "1 to 64 letters", "tag:\x1b": "letters, digits", "delete": "is none of hide, read",
	} {
		a, err := rule.ParseAction(v)
		switch {
		case want == "" && (err != nil || string(a) != v):
			t.Errorf("%q: %v, %v", v, a, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: got %v, want %q", v, err, want)
		}
	}
	if rule.Action("tag:x").Tag() != "x" || rule.Hide.Tag() != "" {
		t.Error("wrong tag")
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{`title ~ "x"`, `"a" in tags and words > 3`, "text !~ 'y'", `published > now()`, `len(text)`, "`~"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, match string) {
		c, err := rule.Compile(match)
		if err != nil {
			var re *rule.Error
			if !errors.As(err, &re) || re.Line < 1 || re.Column < 1 || re.Error() == "" {
				t.Fatalf("%v", err)
			}
			return
		}
		_, _ = c.Match(&rule.Facts{Title: "x", Text: match, Tags: []string{"a"}})
	})
}
