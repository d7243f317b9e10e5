package main

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"newsfold/extract"
	"newsfold/fetch"
	"newsfold/internal/newsroom"
)

// TestOrderOfArrivalDoesNotMatter folds the same articles in several orders and
// wants the same stories. The stated exceptions (see package dedupe) are not among
// them.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	room, err := newsroom.Load(t.Context(), newsroom.LoadOptions{Feeds: 20, Entries: 20, Copies: .3, Spread: true, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = room.Close() }()
	lines := articleLines(t, room)
	want := partition(t, lines)
	dice := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		dice.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		got := partition(t, lines)
		if !slices.Equal(got, want) {
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					t.Errorf("another order gives %d stories, not %d; first difference\n%s\n%s", len(got), len(want), got[i], want[i])
					break
				}
			}
		}
	}
}

// articleLines are the articles that the feeds of a newsroom carry, as `fold`
// reads them.
func articleLines(t *testing.T, room *newsroom.Newsroom) []string {
	t.Helper()
	var lines []string
	client := http.Client{Transport: room.Transport()}
	for _, u := range room.Feeds() {
		res, err := client.Get(u)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		p, err := fetch.Parse(body, u, res.Header)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range p.Entries {
			b, err := json.Marshal(map[string]any{
				"id": e.Link, "url": e.Link, "title": e.Title, "published": e.Issued,
				"source": strings.Split(e.Link, "/")[2], "text": extract.Fragment(e.Content+e.Summary, e.Link).Text,
			})
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, string(b))
		}
	}
	return lines
}

// partition folds articles and returns the stories, each as its sorted members.
func partition(t *testing.T, lines []string) []string {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir(), in: strings.Join(lines, "\n")}
	d.run("fold", "-")
	members := map[string][]string{}
	for line := range strings.Lines(d.out) {
		var a struct{ ID, Story string }
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		members[a.Story] = append(members[a.Story], a.ID)
	}
	var all []string
	for _, m := range members {
		slices.Sort(m)
		all = append(all, strings.Join(m, " "))
	}
	slices.Sort(all)
	return all
}
