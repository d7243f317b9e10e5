package main

import (
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"newsfold/internal/newsroom"
)

// TestFullDisk fills the disk in the middle of an ingest, on a small file system
// of its own: one sentence says so, what is stored can be read, and when there is
// space again the work goes on where it was.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	mount := func(flags uintptr, size string) error {
		return syscall.Mount("tmpfs", disk, "tmpfs", flags, "size="+size)
	}
	if err := mount(0, "2m"); err != nil {
		t.Skipf("mounting a small file system is not permitted here: %v", err)
	}
	defer func() { _ = syscall.Unmount(disk, 0) }()
	room, err := newsroom.Load(t.Context(), newsroom.LoadOptions{Feeds: 20, Entries: 50, Copies: .2, Spread: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = room.Close() }()
	fetch := []string{"fetch", "--all", "--allow-net", "127.0.0.0/8"}
	whole := &desk{t: t, dir: t.TempDir(), in: string(room.OPML())}
	whole.run("import", "-")
	whole.run(fetch...)
	want := outline(t, whole)

	full := &desk{t: t, dir: filepath.Join(disk, "data"), in: string(room.OPML())}
	full.run("import", "-")
	if code := full.try(fetch...); code != exitFull || !strings.Contains(full.err, "full") {
		t.Fatalf("exit code %d, want %d; it says: %s", code, exitFull, full.err)
	}
	t.Logf("full: %s", strings.TrimSpace(full.err))
	full.run("list", "--limit", "0", "--json")
	t.Logf("%d stories are there", len(stories(t, full.out)))
	if err := mount(syscall.MS_REMOUNT, "64m"); err != nil {
		t.Fatal(err)
	}
	full.run(fetch...)
	if got := outline(t, full); !slices.Equal(got, want) {
		t.Errorf("after the disk was full the list differs: %d stories, want %d\n%s", len(got), len(want), firstDifference(got, want))
	}
}
