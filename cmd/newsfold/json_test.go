package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/control"
	"newsfold/internal/ingest"
	"newsfold/internal/river"
	"newsfold/internal/rule"
)

// TestJSONFieldsAreDocumented keeps doc/json.md complete: a field that is
// printed and not described there is a promise that nobody can rely on.
func TestJSONFieldsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "doc", "json.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{
		river.Story{},
		river.Article{},
		river.Event{},
		river.Report{},
		river.Happening{},
		newsfold.Provenance{},
		newsfold.Feed{},
		newsfold.Poll{},
		newsfold.Origin{},
		control.Explanation{},
		control.EventExplanation{},
		control.Feed{},
		fetch.Learned{},
		fetch.Move{},
		control.FeedReport{},
		control.Ruled{},
		control.Reloaded{},
		control.Reset{},
		ingest.Effect{},
		rule.Rule{},
		settingJSON{},
		finding{},
		extracted{},
		parsedFeed{},
		parsedSource{},
		parsedEntry{},
	} {
		for field := range reflect.TypeOf(v).Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if field.Type == reflect.TypeFor[[]byte]() {
				continue // private to fetch, never printed
			}
			if name != "" && name != "-" && !strings.Contains(string(doc), "`"+name+"`") {
				t.Errorf("%T prints %q, which doc/json.md does not describe", v, name)
			}
		}
	}
}
