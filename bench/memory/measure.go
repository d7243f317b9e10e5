package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"newsfold/internal/control"
	"newsfold/internal/river"
)

// measure starts the real daemon and asks it as the command line does.
func measure(ctx context.Context, dir string, rounds int) error {
	bin := filepath.Join(os.TempDir(), fmt.Sprintf("newsfold-memory-%d", os.Getpid()))
	build := exec.CommandContext(ctx, "go", "build", "-C", "../..", "-o", bin, "./cmd/newsfold")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build newsfold: %w", err)
	}
	defer func() { _ = os.Remove(bin) }()
	for _, name := range []string{"first list, cold", "first list, warm"} {
		start := time.Now()
		if err := exec.CommandContext(ctx, bin, "--dir", dir, "list", "--limit", "100").Run(); err != nil {
			return fmt.Errorf("list: %w", err)
		}
		fmt.Printf("%-28s %7.0f ms, the whole process, without a daemon\n", name, float64(time.Since(start).Microseconds())/1000)
	}
	daemon := exec.CommandContext(ctx, bin, "--dir", dir, "--quiet", "daemon", "--listen", "off")
	daemon.Stderr = os.Stderr
	start := time.Now()
	if err := daemon.Start(); err != nil {
		return err
	}
	defer func() {
		_ = daemon.Process.Signal(os.Interrupt)
		_ = daemon.Wait()
	}()
	c, err := reach(ctx, dir)
	if err != nil {
		return err
	}
	list := func(int) error {
		_, err := c.List(ctx, control.ListRequest{Limit: 100}, func(river.Story) error { return nil })
		return err
	}
	if err := list(0); err != nil {
		return err
	}
	fmt.Printf("%-28s %7.0f ms from the start of the daemon\n", "first list", float64(time.Since(start).Microseconds())/1000)
	memory(daemon.Process.Pid, "at once")
	settle(daemon.Process.Pid)
	memory(daemon.Process.Pid, "when it rests")
	if _, err := ask("list --limit 100", daemon.Process.Pid, rounds, list); err != nil {
		return err
	}
	if err := searches(ctx, c, daemon.Process.Pid, rounds); err != nil {
		return err
	}
	memory(daemon.Process.Pid, "after the searches")
	time.Sleep(time.Minute) // the collector gives memory back
	memory(daemon.Process.Pid, "idle for a minute")
	return nil
}

// settle waits until the daemon has loaded its index and caught up with what the
// store holds: until it rests for two seconds, ten minutes at most.
func settle(pid int) {
	start := time.Now()
	for before := spent(pid); time.Since(start) < 10*time.Minute; before = spent(pid) {
		time.Sleep(2 * time.Second)
		if spent(pid)-before < 20*time.Millisecond {
			break
		}
	}
	fmt.Printf("%-28s %7.0f s after the first list\n", "at rest", time.Since(start).Seconds())
}

// reach waits for the daemon's socket.
func reach(ctx context.Context, dir string) (*control.Client, error) {
	for range 600 {
		c, ok, err := control.Dial(ctx, dir)
		if ok || err != nil {
			return c, err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, errors.New("the daemon does not come up")
}

// ask asks the daemon the same again and again, and prints how long that took by the
// clock and how much of it the daemon computed.
func ask(what string, pid, rounds int, one func(i int) error) (clock []time.Duration, err error) {
	var computed []time.Duration
	for i := range rounds {
		at, before := time.Now(), spent(pid)
		if err := one(i); err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		clock, computed = append(clock, time.Since(at)), append(computed, spent(pid)-before)
	}
	spread(what, clock)
	spread("  CPU of the daemon", computed)
	return clock, nil
}

// searches asks for words as often as they stand in texts, which is worse than
// what people ask for: those are rare words.
func searches(ctx context.Context, c *control.Client, pid, rounds int) error {
	g := newGenerator(1_000_000, time.Now())
	w := g.words(1 << 50)
	kinds := []struct {
		name  string
		query func(i int) string
	}{
		{"search, a word", func(int) string { return w.rare() }},
		{"search, two words", func(int) string { return w.rare() + " " + w.rare() }},
		{"search, three words", func(int) string { return w.rare() + " " + w.rare() + " " + w.rare() }},
		{"search, a phrase of a text", func(i int) string {
			words := strings.Fields(strings.NewReplacer(".", "", "\n", " ").Replace(g.make(i * 997 % 900_000).body.Text))
			return `"` + strings.Join(words[20:23], " ") + `"`
		}},
		{"search, a common word", func(i int) string { return g.vocab[i%20] }},
		{"search, word and feed", func(i int) string { return fmt.Sprintf("%s feed:%d", w.rare(), 1+i%1000) }},
		{"search, word of last week", func(int) string { return w.rare() + " after:7d" }},
	}
	var all []time.Duration
	for _, k := range kinds {
		ds, err := ask(k.name, pid, rounds, func(i int) error {
			_, err := c.Search(ctx, control.SearchRequest{Query: k.query(i), Limit: 20}, func(int) {})
			return err
		})
		if err != nil {
			return err
		}
		all = append(all, ds...)
	}
	spread("all searches", all)
	return nil
}

// spent is the CPU time of the threads of a process so far (Documentation/scheduler/
// sched-stats.rst of Linux): on a busy machine it says more than the clock.
func spent(pid int) (d time.Duration) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0 // never: the pattern is sound
	}
	for _, name := range files {
		var ns int64
		if b, err := os.ReadFile(name); err == nil { // the thread may be gone
			_, _ = fmt.Sscan(string(b), &ns)
		}
		d += time.Duration(ns)
	}
	return d
}

// memory prints what a process holds.
func memory(pid int, when string) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return // no such system
	}
	var parts []string
	for line := range strings.Lines(string(b)) {
		for _, f := range []string{"VmRSS", "RssAnon", "RssFile"} {
			if v, ok := strings.CutPrefix(line, f+":"); ok {
				parts = append(parts, f+" "+strings.TrimSpace(v))
			}
		}
	}
	fmt.Printf("%-28s %s\n", "memory, "+when, strings.Join(parts, ", "))
}
