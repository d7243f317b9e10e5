package main

import (
	"bufio"
	"encoding/json"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"newsfold/extract"
	"newsfold/fetch"
)

// TestFeedsAreSanitised reads feeds that carry what must never be shown, each
// with what to look for in vain. They are not part of the project; without them
// it is skipped.
func TestFeedsAreSanitised(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "feeds", "sanitize.jsonl"))
	if err != nil {
		t.Skipf("no development data: %v", err)
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	n, checks := 0, 0
	for lines.Scan() {
		var c struct {
			ID   string
			Feed []byte   `json:"feed_base64"`
			Path string   `json:"path"`
			Lack []string `json:"must_lack"`
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		n++
		p, err := fetch.Parse(c.Feed, "http://feeds.example/", nil)
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		shown := strings.ToLower(asShown(p, c.Path))
		for _, bad := range c.Lack {
			checks++
			if strings.Contains(shown, strings.ToLower(bad)) {
				t.Errorf("%s: %q is in %s, which is shown as %s", c.ID, bad, c.Path, shown)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d feeds, %d things looked for in vain", n, checks)
}

// asShown is a part of a feed as it may come to be on a page.
func asShown(p *fetch.Parsed, path string) string {
	shown := func(text string) string { return extract.Fragment(text, "http://feeds.example/").HTML }
	switch path {
	case "feed.title":
		return html.EscapeString(p.Feed.Title)
	case "feed.description":
		return shown(p.Details.Description)
	case "feed.rights":
		return shown(p.Details.Rights)
	}
	if len(p.Entries) == 0 {
		return ""
	}
	switch e := p.Entries[0]; path {
	case "entries[0].title":
		return html.EscapeString(e.Title)
	case "entries[0].content":
		return shown(e.Content)
	default:
		return shown(e.Summary) + shown(e.Content)
	}
}
