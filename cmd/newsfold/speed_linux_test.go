package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestDaemonsAddUp measures how much faster several daemons fill a store together
// than one does. Each gets a small share of a processor, as if it had a machine of
// its own, so that the database is not what is waited for on this one. It needs
// root, control groups of version 1 and a server for itself:
//
//	NEWSFOLD_SHARED_SPEED=30s go test ./cmd/newsfold -run DaemonsAddUp -v -timeout 20m
func TestDaemonsAddUp(t *testing.T) {
	span, err := time.ParseDuration(os.Getenv("NEWSFOLD_SHARED_SPEED"))
	if err != nil {
		t.Skip("NEWSFOLD_SHARED_SPEED says for how long to measure (30s)")
	}
	share := 12 // hundredths of a processor for each daemon
	if n, err := strconv.Atoi(os.Getenv("NEWSFOLD_SHARED_CPU")); err == nil {
		share = n
	}
	var alone pace
	for _, n := range []int{1, 2, 4} {
		p := fill(t, n, share, span)
		if n == 1 {
			alone = p
		}
		t.Logf("%d daemons with %d %% of a processor each: %.0f entries/s stored, %.2f times one; %.0f/s folded, %.2f times one; database: %.2f ms of processor an entry, %.0f %% of a processor",
			n, share, p.stored, p.stored/alone.stored, p.folded, p.folded/alone.folded, 1000*p.server/p.stored, 100*p.server)
		if n == 4 && p.stored < 2.5*alone.stored {
			t.Errorf("4 daemons are %.2f times as fast as one, want 2.5", p.stored/alone.stored)
		}
	}
}

// A pace is what daemons do in a second.
type pace struct {
	stored, folded float64 // entries
	server         float64 // seconds of processor of the database
}

// fill lets daemons fill a store and returns at what pace they do.
func fill(t *testing.T, daemons, share int, span time.Duration) pace {
	t.Helper()
	name := sharedStore(t)
	room := newRush(t, 4000, 20)
	importer := &desk{t: t, dir: t.TempDir(), in: room.opml()}
	importer.run("import", "-", "--store", name)
	c, err := pgx.Connect(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.WithoutCancel(t.Context())) }()
	for i := range daemons {
		d := sharedDaemon(t, name, fmt.Sprint("d", i), "--interval", "1h", "--min-interval", "1h")
		confine(t, fmt.Sprint("newsfold-test-", i), d.Process.Pid, share)
		defer func() { _ = d.Process.Kill(); _ = d.Wait() }()
	}
	sofar := func() (p pace) {
		err := c.QueryRow(t.Context(), `
			select (select coalesce(sum(entries), 0)::float8 from feed), (select count(*)::float8 from change where log = 'folds')`).
			Scan(&p.stored, &p.folded)
		if err != nil {
			t.Fatal(err)
		}
		p.server = serverTime(t, c)
		return p
	}
	for sofar().stored == 0 {
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(span * 3 / 5) // until each of them has found what it does
	start, before := time.Now(), sofar()
	time.Sleep(span)
	took, after := time.Since(start).Seconds(), sofar()
	if after.stored > 75_000 {
		t.Fatalf("%.0f of 80,000 entries are stored: there is too little to do for such a time", after.stored)
	}
	return pace{(after.stored - before.stored) / took, (after.folded - before.folded) / took, (after.server - before.server) / took}
}

// confine gives a process a share of a processor, in hundredths.
func confine(t *testing.T, group string, pid, share int) {
	t.Helper()
	dir := filepath.Join("/sys/fs/cgroup/cpu", group)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Skipf("no control groups: %v", err)
	}
	t.Cleanup(func() { _ = os.Remove(dir) })
	for file, text := range map[string]int{"cpu.cfs_period_us": 100_000, "cpu.cfs_quota_us": 1000 * share, "cgroup.procs": pid} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(strconv.Itoa(text)), 0o644); err != nil {
			t.Skipf("no control groups: %v", err)
		}
	}
}

// serverTime is how many seconds of processor the database server has taken.
func serverTime(t *testing.T, c *pgx.Conn) float64 {
	t.Helper()
	master := processStat(int(c.PgConn().PID()))[1]
	ticks := 0
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range all {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		switch s := processStat(pid); {
		case s == nil:
		case pid == master:
			ticks += s[11] + s[12] + s[13] + s[14] // with those of its children that have ended
		case s[1] == master:
			ticks += s[11] + s[12]
		}
	}
	return float64(ticks) / 100
}

// processStat returns the numbers of a process behind its name; nil when it has
// ended.
func processStat(pid int) []int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	numbers := make([]int, len(fields))
	for i, f := range fields {
		numbers[i], _ = strconv.Atoi(f)
	}
	return numbers
}
