package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"newsfold/internal/digest"
	"newsfold/internal/newsroom"
)

// TestForeignValidatorsAcceptDigestsAndLists runs the command line over the sample
// newsroom and over real feeds and pages, which are not part of the project, and
// gives what it writes to validators from elsewhere: those of
// internal/digest/testdata/validate and epubcheck.
func TestForeignValidatorsAcceptDigestsAndLists(t *testing.T) {
	if os.Getenv("NEWSFOLD_VALIDATE") == "" {
		t.Skip("NEWSFOLD_VALIDATE is not set; package digest says what it takes")
	}
	t.Run("sample newsroom", func(t *testing.T) {
		room, err := newsroom.Listen(t.Context(), newsroom.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = room.Close() }()
		d := &desk{t: t, dir: t.TempDir(), net: room.Transport(), in: string(room.OPML())}
		d.run("import", "-")
		d.run("fetch", "--all", "--allow-net", strings.Join(hosts(room.Feeds()), ","))
		d.judge("24h")
	})
	t.Run("real data", func(t *testing.T) {
		data := filepath.Join("..", "..", "..", "shared", "data")
		if _, err := os.Stat(data); err != nil {
			t.Skipf("no development data at %s", data)
		}
		k := newKiosk(t, data, "postlight", "scrapinghub")
		d := &desk{t: t, dir: t.TempDir(), net: k, in: k.opml()}
		d.run("import", "-")
		d.run("fetch", "--all", "--allow-net", "vectors.example,scrapinghub.example,postlight.example")
		t.Log(lastLine(d.err))
		d.judge("1990-01-01")
	})
}

// judge writes digests in all formats and the list of subscriptions, and has
// validators look at them.
func (d *desk) judge(since string) {
	d.t.Helper()
	d.run("list", "--since", since, "--count")
	d.t.Logf("%s stories", strings.TrimSpace(d.out))
	if d.out == "0\n" {
		d.t.Fatal("nothing to judge")
	}
	files := []string{filepath.Join(d.dir, "subscriptions.opml")}
	d.run("export", "opml", "-o", files[0])
	for _, format := range digest.Formats() {
		name := filepath.Join(d.dir, "digest."+format)
		d.run("digest", "--since", since, "--format", format, "-o", name)
		switch format {
		case "json", "atom", "rss", "opml":
			files = append(files, name)
		case "epub":
			d.accept("java", "-jar", d.look("epubcheck"), "--failonwarnings", name)
		}
	}
	d.accept("node", append([]string{filepath.Join("..", "..", "internal", "digest", "testdata", "validate", "validate.mjs")}, files...)...)
}

// accept runs a validator, which has to find nothing.
func (d *desk) accept(program string, args ...string) {
	d.t.Helper()
	out, err := exec.CommandContext(d.t.Context(), program, args...).CombinedOutput()
	if err != nil {
		d.t.Errorf("%s: %v\n%.4000s", program, err, out)
	}
	d.t.Logf("%s: %s", program, lastLine(string(out)))
}

// look finds a program. Debian's epubcheck is an archive for Java.
func (d *desk) look(program string) string {
	d.t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		d.t.Fatalf("%s is needed: %v", program, err)
	}
	return path
}
