package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/control"
	"newsfold/internal/diff"
	"newsfold/internal/ingest"
	"newsfold/internal/river"
	"newsfold/internal/rule"
	"newsfold/internal/search"
	"newsfold/store"
)

// printed are the things that each section of doc/json.md describes. The digest is a
// test of its own package.
var printed = map[string][]any{
	"Story":               {river.Story{}, river.Article{}, newsfold.Provenance{}, newsfold.Origin{}, newsfold.Evidence{}, newsfold.Link{}},
	"Event":               {river.Event{}, river.Report{}, river.Happening{}},
	"Feed":                {control.Feed{}, newsfold.Feed{}, newsfold.Poll{}, fetch.Learned{}, fetch.Move{}},
	"Explanation":         {control.Explanation{}, control.EventExplanation{}},
	"Folding again":       {ingest.Refolded{}, ingest.Moved{}},
	"Reading pages again": {ingest.Reread{}},
	"Result":              {search.Result{}, search.Piece{}},
	"History":             {control.History{}, control.Wording{}, diff.Run{}},
	"Problem":             {store.Problem{}},
	"Removal":             {ingest.Removed{}, control.Kept{}, ingest.Rule{}, ingest.Keep{}},
	"Page":                {extracted{}},
	"Worth of a feed":     {control.FeedReport{}},
	"Rule":                {rule.Rule{}, control.Ruled{}, ingest.Effect{}},
	"Setting":             {settingJSON{}, control.Reloaded{}, control.Reset{}},
	"Check":               {finding{}},
	"Feed file":           {parsedFeed{}, parsedSource{}, parsedEntry{}, parsedPerson{}, parsedOrigin{}, parsedEnclosure{}},
	"Fold":                {folded{}},
}

// TestJSONIsDescribed compares doc/json.md with what is printed, both ways: a field
// that is not described is a promise that nobody can rely on, and a row without a
// field one that is not kept.
func TestJSONIsDescribed(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "doc", "json.md"))
	if err != nil {
		t.Fatal(err)
	}
	cell := regexp.MustCompile(`(?m)^\| (.*?) \|`)
	name := regexp.MustCompile("`([a-z_]+)`")
	span := regexp.MustCompile("`[^`]+`")
	word := regexp.MustCompile(`[a-z_]+`)
	sections := map[string]string{}
	for _, s := range strings.Split(string(doc), "\n## ")[1:] {
		head, text, _ := strings.Cut(s, "\n")
		head, _, _ = strings.Cut(head, ":")
		sections[head] = text
	}
	for head, things := range printed {
		text, ok := sections[head]
		if !ok {
			t.Errorf("doc/json.md has no section %q", head)
		}
		said := map[string]bool{}
		for _, s := range span.FindAllString(text, -1) {
			for _, w := range word.FindAllString(s, -1) {
				said[w] = true
			}
		}
		have := map[string]bool{}
		for _, v := range things {
			for field := range reflect.TypeOf(v).Fields() {
				key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				if key == "" || key == "-" || field.Type == reflect.TypeFor[[]byte]() { // private to fetch
					continue
				}
				have[key] = true
				if !said[key] {
					t.Errorf("%T prints %q, which the section %s does not describe", v, key, head)
				}
			}
		}
		for _, row := range cell.FindAllStringSubmatch(text, -1) {
			for _, key := range name.FindAllStringSubmatch(row[1], -1) {
				if !have[key[1]] {
					t.Errorf("the section %s describes %q, which nothing prints", head, key[1])
				}
			}
		}
	}
	for head := range sections {
		if printed[head] == nil && head != "Digest" {
			t.Errorf("nothing is known of the section %s", head)
		}
	}
}
