package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"newsfold/internal/newsroom"
)

var kills = flag.Int("kills", 12, "how often TestKilledInTheMiddleOfIngest kills a daemon")

// killsEach is after how many kills it begins anew: by then most is taken in, and
// a daemon with nothing to do is not worth killing.
const killsEach = 12

// TestKilledInTheMiddleOfIngest kills a daemon again and again while it takes in
// 1,000 articles. After each kill the store is sound, and in the end the list is
// that of an uninterrupted run, and search finds the same.
func TestKilledInTheMiddleOfIngest(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	room, err := newsroom.Load(t.Context(), newsroom.LoadOptions{Feeds: 20, Entries: 50, Copies: .3, Pages: true, Spread: true, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = room.Close() }()
	whole := &desk{t: t, dir: t.TempDir(), in: string(room.OPML())}
	whole.run("import", "-")
	start := time.Now()
	whole.run("fetch", "--all", "--allow-net", "127.0.0.0/8")
	took := max(time.Since(start), 1600*time.Millisecond)
	t.Logf("uninterrupted: %s", lastLine(whole.err))
	want := outline(t, whole)
	query := strings.Fields(want[len(want)/2])[1] // a word of a title
	wantFound := found(t, whole, query)

	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	survived := 0
	for survived < *kills && !t.Failed() {
		killed := &desk{t: t, dir: t.TempDir(), in: string(room.OPML())}
		killed.run("import", "-")
		for range min(killsEach, *kills-survived) {
			kill(t, killed.dir, time.Duration(dice.Int64N(int64(took/4))))
			killed.run("check")
			survived++
		}
		killed.run("list", "--limit", "0", "--json")
		t.Logf("after %d kills: %d stories", survived, len(stories(t, killed.out)))
		killed.run("fetch", "--all", "--allow-net", "127.0.0.0/8")
		got := outline(t, killed)
		if !slices.Equal(got, want) {
			t.Errorf("the list differs from that of an uninterrupted run: %d lines, want %d\n%s", len(got), len(want), firstDifference(got, want))
		}
		if got := found(t, killed, query); !slices.Equal(got, wantFound) {
			t.Errorf("search for %q finds %q, want %q", query, got, wantFound)
		}
	}
}

// kill starts a daemon over a directory and kills it after a time.
func kill(t *testing.T, dir string, after time.Duration) {
	t.Helper()
	cmd := daemonProcess(t, dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// Time is what is varied here: from before the socket is open until much is
	// taken in.
	time.Sleep(20*time.Millisecond + after)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// found are the titles that a search finds.
func found(t *testing.T, d *desk, query string) []string {
	t.Helper()
	d.run("search", query, "--limit", "1000", "--json")
	var titles []string
	for _, st := range stories(t, d.out) {
		titles = append(titles, st.Title)
	}
	slices.Sort(titles)
	return titles
}

// outline is what a person sees of a list, one line a story, without the
// numbers, which depend on the order of arrival.
func outline(t *testing.T, d *desk) []string {
	t.Helper()
	d.run("list", "--limit", "0", "--json", "--copies")
	var lines []string
	for _, st := range stories(t, d.out) {
		var b strings.Builder
		fmt.Fprintf(&b, "%s %s %s", st.Time.Format(time.RFC3339), st.Title, st.URL)
		for _, ar := range st.Articles {
			fmt.Fprintf(&b, "\n\t%s %s %s %d words %s", ar.URL, ar.Relation, ar.Body, ar.Words, ar.Error)
		}
		lines = append(lines, b.String())
	}
	slices.Sort(lines) // stories of the same second are ordered by number
	return lines
}

func firstDifference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("got  %s\nwant %s", got[i], want[i])
		}
	}
	return ""
}

// daemonProcess is a daemon as a process of its own, not started.
func daemonProcess(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	bin, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The test binary is newsfold when it is called by that name.
	link := filepath.Join(t.TempDir(), "newsfold")
	if err := os.Symlink(bin, link); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(link, "--dir", dir, "--allow-net", "127.0.0.0/8", "daemon", "--listen", "off")
	cmd.Env = append(os.Environ(), "NEWSFOLD_DIR=")
	return cmd
}
