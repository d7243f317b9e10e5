package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"newsfold/internal/newsroom"
)

// small mounts a small file system and returns a function that changes it.
func small(t *testing.T, size string) (disk string, change func(flags uintptr, size string)) {
	t.Helper()
	disk = t.TempDir()
	mount := func(flags uintptr, size string) error {
		return syscall.Mount("tmpfs", disk, "tmpfs", flags, "size="+size)
	}
	if err := mount(0, size); err != nil {
		t.Skipf("mounting a small file system is not permitted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, 0) })
	return disk, func(flags uintptr, size string) {
		t.Helper()
		if err := mount(syscall.MS_REMOUNT|flags, size); err != nil {
			t.Fatal(err)
		}
	}
}

// TestUpkeepOnAFullDisk: a backup that does not fit leaves nothing behind, search
// says that it cannot index and goes on with what it has, and when there is room
// all of it works.
func TestUpkeepOnAFullDisk(t *testing.T) {
	disk, change := small(t, "64m")
	room, err := newsroom.Load(t.Context(), newsroom.LoadOptions{Feeds: 10, Entries: 20, Copies: -1, Spread: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = room.Close() }()
	d := &desk{t: t, dir: filepath.Join(disk, "data"), in: string(room.OPML())}
	d.run("import", "-")
	d.run("fetch", "--all", "--allow-net", "127.0.0.0/8")
	want := outline(t, d)
	word := strings.Fields(want[0])[1]

	ballast := filepath.Join(disk, "ballast")
	fill := func() {
		t.Helper()
		f, err := os.Create(ballast)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for _, size := range []int{1 << 20, 1 << 12} {
			for piece := make([]byte, size); err == nil; {
				_, err = f.Write(piece)
			}
			err = nil
		}
	}
	fill()
	file := filepath.Join(disk, "backup.db")
	if code := d.try("backup", file); code != exitFull {
		t.Errorf("backup: exit code %d, want %d; it says: %s", code, exitFull, d.err)
	}
	if left, _ := filepath.Glob(filepath.Join(disk, "*backup*")); len(left) > 0 {
		t.Errorf("a backup that failed left %v", left)
	}
	if code := d.try("compact"); code != exitFull {
		t.Errorf("compact: exit code %d, want %d; it says: %s", code, exitFull, d.err)
	}
	if code := d.try("search", word); code != exitOK && code != exitFull || !strings.Contains(d.err, "no space left") {
		t.Errorf("search: exit code %d; it says: %s", code, d.err)
	}
	if code := d.try("prune", "--keep-stories", "100"); code != exitOK && code != exitFull {
		t.Errorf("prune: exit code %d; it says: %s", code, d.err)
	}
	d.run("list", "--limit", "0", "--json")
	d.run("check")

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if len(found(t, d, word)) == 0 {
		t.Error("with room again search finds nothing")
	}
	d.run("prune", "--keep-stories", "100")
	d.run("compact")
	d.run("backup", file)
	d.run("check")
	d.run("list", "--limit", "0", "--json")
	if n := len(stories(t, d.out)); n != 100 {
		t.Errorf("%d stories are left, want 100", n)
	}

	// On a disk that cannot be written to, one sentence says so.
	change(syscall.MS_RDONLY, "64m")
	if code := d.try("list"); code != exitStore || !strings.Contains(d.err, "must be able to write") {
		t.Errorf("read-only: exit code %d; it says: %s", code, d.err)
	}
	if code := d.try("restore", file, "--replace"); code == exitOK || strings.Count(d.err, "\n") != 1 {
		t.Errorf("restore on a read-only disk: exit code %d; it says: %s", code, d.err)
	}
	change(0, "64m")
	d.run("check")
}

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
