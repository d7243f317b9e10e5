package web_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"newsfold"
)

// newsboat is a real reading app for terminals (https://newsboat.org) with a
// configuration and a cache of its own. Tests that need it are skipped unless
// NEWSFOLD_NEWSBOAT names the program.
type newsboat struct {
	t       *testing.T
	program string
	dir     string
}

func boat(t *testing.T, source, home string) newsboat {
	t.Helper()
	program := os.Getenv("NEWSFOLD_NEWSBOAT")
	if program == "" {
		t.Skip("needs a reading app: set NEWSFOLD_NEWSBOAT to the path of newsboat")
	}
	b := newsboat{t, program, t.TempDir()}
	conf := fmt.Sprintf("urls-source %q\n%s-url %q\n%s-login \"reader\"\n%s-password \"any\"\nshow-read-feeds yes\nshow-read-articles yes\n", source, source, home, source, source)
	for name, text := range map[string]string{"config": conf, "urls": ""} {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func (b newsboat) args(more ...string) []string {
	return append([]string{"-q", "-C", filepath.Join(b.dir, "config"), "-u", filepath.Join(b.dir, "urls"), "-c", filepath.Join(b.dir, "cache.db")}, more...)
}

// run runs a command of newsboat's and returns what it prints.
func (b newsboat) run(more ...string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.program, b.args(more...)...)
	cmd.Env = append(os.Environ(), "HOME="+b.dir, "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.t.Fatalf("newsboat %v: %v: %s", more, err, out)
	}
	return string(out)
}

// screen is what a program has written to its terminal so far.
type screen struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// drive runs newsboat on a terminal and types keys, each when its words have
// appeared, and leaves it when done says so.
func (b newsboat) drive(done func() bool, steps ...[2]string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	line := "stty rows 40 cols 120; exec " + b.program
	for _, a := range b.args() {
		line += " '" + a + "'"
	}
	cmd := exec.CommandContext(ctx, "script", "-qec", line, "/dev/null")
	cmd.Env = append(os.Environ(), "HOME="+b.dir, "LC_ALL=C.UTF-8", "TERM=xterm")
	var seen screen
	cmd.Stdout, cmd.Stderr = &seen, &seen
	keys, err := cmd.StdinPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	for _, s := range steps {
		for !strings.Contains(seen.text(), s[0]) { // a process of its own: there is no clock to inject
			if ctx.Err() != nil {
				b.t.Fatalf("newsboat never showed %q: %q", s[0], seen.text())
			}
			time.Sleep(50 * time.Millisecond)
		}
		if _, err := io.WriteString(keys, s[1]); err != nil {
			b.t.Fatal(err)
		}
	}
	for !done() {
		if ctx.Err() != nil {
			b.t.Fatalf("newsboat never did what it was told: %q", seen.text())
		}
		time.Sleep(50 * time.Millisecond)
	}
	_, _ = io.WriteString(keys, "qqq")
	if err := cmd.Wait(); err != nil { // its threads sometimes trip over one another when it ends
		b.t.Logf("newsboat ended with %v", err)
	}
}

// TestNewsboatSyncs has the real app sync over both APIs that its versions
// speak: feeds, titles, numbers, and what is read, both ways.
func TestNewsboatSyncs(t *testing.T) {
	for _, source := range []string{"feedhq", "miniflux"} { // Google Reader with Atom, and Miniflux
		t.Run(source, func(t *testing.T) {
			s := openWith(t, newsroom, gated(t, false))
			b := boat(t, source, s.URL+map[string]string{"miniflux": "/"}[source])
			if got := b.run("-x", "reload", "print-unread"); !strings.Contains(got, "3 unread articles") {
				t.Errorf("at first: %s", got)
			}
			opml := b.run("-e")
			for _, title := range []string{"Northwire", "The Osmund Courier", "A new one", "Gazette"} {
				if !strings.Contains(opml, title) {
					t.Errorf("the feed %s is missing in %s", title, opml)
				}
			}
			// From there to here: the first unread article of the second feed is
			// opened, and with it its story.
			read := func() (n int) {
				for _, id := range []newsfold.StoryID{1, 5, 6} {
					if s.story(id).Read {
						n++
					}
				}
				return n
			}
			b.drive(func() bool { return read() > 0 }, [2]string{"C:Mark All Read", "n"}, [2]string{"", "\r"}, [2]string{"s:Save", "\r"}, [2]string{"o:Open in Browser", "q"})
			if n := read(); n != 1 {
				t.Errorf("%d of the unread stories were read by opening one article", n)
			}
			// From here to there: what is read elsewhere is read in a fresh app.
			a := login(s)
			a.ask("edit-tag", map[string][]string{"i": {"1", "5", "6"}, "a": {"user/-/state/com.google/read"}})
			a.ask("edit-tag", map[string][]string{"i": {"7"}, "r": {"user/-/state/com.google/read"}})
			fresh := boat(t, source, s.URL+map[string]string{"miniflux": "/"}[source])
			if got := fresh.run("-x", "reload", "print-unread"); !strings.Contains(got, "1 unread article") {
				t.Errorf("in the end: %s", got)
			}
		})
	}
}
