package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"newsfold/dedupe"
	"newsfold/internal/newsroom"
	"newsfold/internal/river"
)

// TestDemoFoldsWhatIsPlanted reads the sample newsroom and compares the stories
// with what its authors planted: every copy folded, no look-alike with it.
func TestDemoFoldsWhatIsPlanted(t *testing.T) {
	room, err := newsroom.Listen(t.Context(), newsroom.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = room.Close() }()
	d := &desk{t: t, dir: t.TempDir(), net: room.Transport(), in: string(room.OPML())}
	allow := strings.Join(hosts(room.Feeds()), ",")
	d.run("import", "-")
	d.run("fetch", "--all", "--allow-net", allow)
	d.run("list", "--limit", "0", "--json", "--copies")
	truth := room.Truth()
	want := map[string][]string{} // story → URLs
	for u, story := range truth {
		want[story] = append(want[story], dedupe.CanonicalURL(u))
	}
	got := map[string]string{} // URL → story
	for _, st := range stories(t, d.out) {
		for _, ar := range st.Articles {
			got[dedupe.CanonicalURL(ar.URL)] = fmt.Sprint(st.ID)
		}
	}
	if len(got) != len(truth) {
		t.Errorf("%d articles stored, %d planted", len(got), len(truth))
	}
	in := map[string]string{} // story found → story planted
	for story, urls := range want {
		slices.Sort(urls)
		for _, u := range urls {
			if got[u] != got[urls[0]] {
				t.Errorf("%s: %s is in story %s, %s in %s", story, urls[0], got[urls[0]], u, got[u])
			}
		}
		if other, ok := in[got[urls[0]]]; ok {
			t.Errorf("%s and %s are one story", story, other)
		}
		in[got[urls[0]]] = story
	}
	if room.Entries() <= room.Stories() {
		t.Errorf("%d entries, %d stories: nothing to save", room.Entries(), room.Stories())
	}
}

// TestDemoPrintsTheSaving runs the command that the README shows first.
func TestDemoPrintsTheSavingAndTheEvents(t *testing.T) {
	d := &desk{t: t, dir: t.TempDir()}
	d.run("demo", "--once")
	if !strings.Contains(d.out, "stories: read ") || !strings.Contains(d.out, " · one of 3 reports") {
		t.Errorf("demo prints\n%s", d.out)
	}
}

// TestEventsOfTheNewsroom shows its two events, each in two languages, in the list of
// events and in a digest for people and one for programs.
func TestEventsOfTheNewsroom(t *testing.T) {
	room, err := newsroom.Listen(t.Context(), newsroom.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = room.Close() }()
	d := &desk{t: t, dir: t.TempDir(), net: room.Transport(), in: string(room.OPML())}
	d.run("import", "-")
	d.run("fetch", "--all", "--allow-net", strings.Join(hosts(room.Feeds()), ","))
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"events"}, []string{
			"Electric ferry ends thirty years without a crossing at Port Ellery  — 3 reports in 8 outlets · en, es",
			"Secret talks in the lighthouse hotel on sharing the waters of the river  — 3 reports in 5 outlets · en, ar",
			"translation of", "Un transbordador eléctrico", "محادثات سرية",
		}},
		{[]string{"events", "--json"}, []string{`"languages":["en","es"]`, `"languages":["en","ar"]`, `"relation":"translation"`}},
		{[]string{"digest", "--since", "7d", "--format", "markdown"}, []string{"Other reports: [", "[Un transbordador eléctrico", "[محادثات سرية"}},
		{[]string{"digest", "--since", "7d", "--format", "json"}, []string{`"reports": [`, "Un transbordador eléctrico", "محادثات سرية"}},
	} {
		d.run(c.args...)
		for _, want := range c.want {
			if !strings.Contains(d.out, want) {
				t.Errorf("newsfold %s prints no %q:\n%s", strings.Join(c.args, " "), want, d.out)
			}
		}
	}
}

// stories decodes what `list --json` prints.
func stories(t *testing.T, lines string) []river.Story {
	t.Helper()
	var all []river.Story
	for line := range strings.Lines(lines) {
		var st river.Story
		if err := json.Unmarshal([]byte(line), &st); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		all = append(all, st)
	}
	return all
}
