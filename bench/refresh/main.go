// Command refresh measures what a refresh of many feeds costs beside the least
// that any Go program could spend on it: download, gofeed, bbolt.
//
//	cd bench/refresh && go run . [-feeds 1000] [-entries 20] [-rounds 3]
//
// The feeds are generated and served on loopback by a process of their own. Other
// processes then read the same feeds in turn, several times, each into an empty
// store: the floor, which fetches 100 feeds at a time, parses with gofeed and
// stores JSON in bbolt, 50 feeds a transaction; newsfold's engine without folding,
// which leaves it at parsing, extraction, identification and storing; the engine
// with folding; with events as well; and newsfold fetch, the command, which also fetches the pages of
// entries that are summaries. Then they are asked again, when nothing is new; the
// engine several times in one process, as a daemon does.
//
// CPU seconds are those of the process alone; quote the ratios, which are medians
// over the rounds. With -subscribed N it measures instead what it takes to keep N
// feeds scheduled.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"newsfold/internal/newsroom"
)

func main() {
	role := flag.String("role", "", "serve, floor, store, fold, group, again or schedule: what the program runs itself as")
	feeds := flag.Int("feeds", 1000, "feeds to serve")
	entries := flag.Int("entries", 20, "entries in each feed")
	rounds := flag.Int("rounds", 3, "how often each program runs")
	subscribed := flag.Int("subscribed", 0, "measure a scheduler of so many feeds instead")
	flag.Parse()
	ctx := context.Background()
	var err error
	switch *role {
	case "serve":
		err = serve(*feeds, *entries)
	case "floor":
		err = floor(flag.Arg(0), flag.Arg(1))
	case "store", "fold", "group", "again":
		err = engine(ctx, *role, flag.Arg(0), flag.Arg(1))
	case "schedule":
		err = schedule(ctx, flag.Arg(0))
	default:
		if *subscribed > 0 {
			err = measureSchedule(ctx, *subscribed)
			break
		}
		err = measure(*feeds, *entries, *rounds)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// serve serves the feeds until standard input ends, and prints the OPML list of
// each group of 250 feeds, which is as many hosts as there are.
func serve(feeds, entries int) error {
	for n := 0; n < feeds; n += 250 {
		room, err := newsroom.Load(context.Background(), newsroom.LoadOptions{
			Feeds: min(250, feeds-n), Entries: entries, Copies: .3, Spread: true, Seed: uint64(n + 1),
		})
		if err != nil {
			return err
		}
		for _, u := range room.Feeds() {
			fmt.Println(u)
			res, err := http.Get(u) // made once, before anything is measured
			if err != nil {
				return err
			}
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
	}
	fmt.Println("ready")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// figure is what one run cost.
type figure struct {
	cpu, wall time.Duration
	peak      int64 // bytes
}

func measure(feeds, entries, rounds int) error {
	dir, err := os.MkdirTemp("", "newsfold-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	bin := filepath.Join(dir, "newsfold")
	if err := build(bin); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	urls, stop, err := served(self, feeds, entries)
	if err != nil {
		return err
	}
	defer stop()
	list, opml := filepath.Join(dir, "list"), filepath.Join(dir, "list.opml")
	if err := os.WriteFile(list, []byte(strings.Join(urls, "\n")), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(opml, []byte(subscriptions(urls)), 0o600); err != nil {
		return err
	}
	results := map[string][]figure{}
	for i := range rounds {
		path := func(name string) string { return filepath.Join(dir, fmt.Sprint(name, i)) }
		store := path("dir")
		if err := exec.Command(bin, "--dir", store, "-q", "import", opml).Run(); err != nil {
			return err
		}
		fetch := []string{bin, "--dir", store, "--allow-net", "127.0.0.0/8", "-q", "fetch", "--all"}
		for _, c := range []struct {
			name string
			args []string
		}{
			{"floor, first", []string{self, "-role", "floor", list, path("floor")}},
			{"parse and store, first", []string{self, "-role", "store", list, path("store")}},
			{"and fold, first", []string{self, "-role", "fold", list, path("fold")}},
			{"and events, first", []string{self, "-role", "group", list, path("events")}},
			{"newsfold fetch, first", fetch},
			{"floor, unchanged", []string{self, "-role", "floor", list, path("floor")}},
			{"engine, unchanged", []string{self, "-role", "again", list, path("fold")}},
			{"newsfold fetch, unchanged", fetch},
		} {
			f, err := run(c.args)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if c.name == "engine, unchanged" {
				f.cpu, f.wall = f.cpu/passes, f.wall/passes
			}
			results[c.name] = append(results[c.name], f)
		}
	}
	report(results)
	return nil
}

// build makes the program.
func build(bin string) error {
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/newsfold")
	cmd.Dir = filepath.Join("..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// served starts a process that serves the feeds, and returns their addresses and what
// ends it.
func served(self string, feeds, entries int) (urls []string, stop func(), err error) {
	server := exec.Command(self, "-role", "serve", "-feeds", fmt.Sprint(feeds), "-entries", fmt.Sprint(entries))
	server.Stderr = os.Stderr
	in, err := server.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, err := server.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := server.Start(); err != nil {
		return nil, nil, err
	}
	stop = func() { _ = in.Close(); _ = server.Wait() }
	if urls, err = listing(out); err != nil {
		stop()
		return nil, nil, err
	}
	return urls, stop, nil
}

// subscriptions lists feeds as OPML.
func subscriptions(urls []string) string {
	var b strings.Builder
	b.WriteString("<opml version=\"2.0\"><head/><body>")
	for _, u := range urls {
		fmt.Fprintf(&b, `<outline type="rss" text="f" xmlUrl=%q/>`, u)
	}
	return b.String() + "</body></opml>"
}

func listing(r io.Reader) ([]string, error) {
	var all bytes.Buffer
	buf := make([]byte, 4096)
	for !bytes.HasSuffix(all.Bytes(), []byte("ready\n")) {
		n, err := r.Read(buf)
		if err != nil {
			return nil, fmt.Errorf("the feed server ended: %w", err)
		}
		all.Write(buf[:n])
	}
	urls := strings.Fields(all.String())
	return urls[:len(urls)-1], nil
}

func run(args []string) (figure, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return figure{}, err
	}
	use, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return figure{}, fmt.Errorf("no accounting of %s", args[0])
	}
	return figure{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), time.Since(start), use.Maxrss << 10}, nil
}

// report prints what each program cost, and what that is beside the floor.
func report(results map[string][]figure) {
	for _, what := range []string{"first", "unchanged"} {
		for _, name := range []string{"floor", "parse and store", "and fold", "and events", "engine", "newsfold fetch"} {
			fs := results[name+", "+what]
			if fs == nil {
				continue
			}
			var ratios, peaks []float64
			for i, f := range fs {
				ratios = append(ratios, f.cpu.Seconds()/results["floor, "+what][i].cpu.Seconds())
				peaks = append(peaks, float64(f.peak>>20))
			}
			slices.SortFunc(fs, func(a, b figure) int { return int(a.cpu - b.cpu) })
			m := fs[len(fs)/2]
			fmt.Printf("%-28s cpu %6.2f s  %5.2f × floor  wall %6.2f s  peak %4.0f MB\n",
				name+", "+what, m.cpu.Seconds(), median(ratios), m.wall.Seconds(), median(peaks))
		}
	}
}

func median(xs []float64) float64 {
	slices.Sort(xs)
	return xs[len(xs)/2]
}
