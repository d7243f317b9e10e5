package main

import (
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

// TestKilledInTheMiddleOfIngest kills a daemon again and again while it takes in
// 1,000 articles, and wants the list that an uninterrupted run gives.
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
	whole.run("fetch", "--all", "--allow-net", "127.0.0.0/8")
	t.Logf("uninterrupted: %s", lastLine(whole.err))
	want := outline(t, whole)

	killed := &desk{t: t, dir: t.TempDir(), in: string(room.OPML())}
	killed.run("import", "-")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	const kills = 12
	for range kills {
		cmd := daemonProcess(t, killed.dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// Time is what is varied here: from before the socket is open until
		// most articles are in.
		time.Sleep(20*time.Millisecond + time.Duration(dice.Int64N(int64(400*time.Millisecond))))
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	killed.run("list", "--limit", "0", "--json")
	t.Logf("after %d kills: %d stories", kills, len(stories(t, killed.out)))
	killed.run("fetch", "--all", "--allow-net", "127.0.0.0/8")
	t.Logf("then: %s", lastLine(killed.err))
	got := outline(t, killed)
	if !slices.Equal(got, want) {
		t.Errorf("the list differs from that of an uninterrupted run: %d lines, want %d\n%s", len(got), len(want), firstDifference(got, want))
	}
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
