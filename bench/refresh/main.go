// Command refresh measures what a first refresh of many feeds costs beside the
// least that any Go program could spend on it: download, gofeed, bbolt.
//
//	cd bench/refresh && go run . [-feeds 1000] [-entries 20] [-rounds 3]
//
// The feeds are generated and served on loopback by a process of their own. Two
// programs then read the same feeds in turn, several times: the floor, which
// fetches 100 feeds at a time, parses with gofeed and stores JSON in bbolt, 50
// feeds a transaction; and newsfold fetch, into an empty store, with extraction,
// identification and folding. Each is asked a second time, when nothing is new.
// CPU seconds are those of the process alone; quote the ratios.
package main

import (
	"bytes"
	"context"
	"encoding/json"
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
	"sync"
	"syscall"
	"time"

	"github.com/mmcdole/gofeed"
	"go.etcd.io/bbolt"

	"newsfold/internal/newsroom"
)

func main() {
	role := flag.String("role", "", "serve or floor: what the program runs itself as")
	feeds := flag.Int("feeds", 1000, "feeds to serve")
	entries := flag.Int("entries", 20, "entries in each feed")
	rounds := flag.Int("rounds", 3, "how often each program runs")
	flag.Parse()
	var err error
	switch *role {
	case "serve":
		err = serve(*feeds, *entries)
	case "floor":
		err = floor(flag.Arg(0), flag.Arg(1))
	default:
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

// floor reads the feeds of a list into a database.
func floor(list, file string) error {
	b, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	db, err := bbolt.Open(file, 0o600, nil)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	tags := map[string]string{}
	_ = db.View(func(tx *bbolt.Tx) error {
		if bk := tx.Bucket([]byte("tags")); bk != nil {
			return bk.ForEach(func(k, v []byte) error { tags[string(k)] = string(v); return nil })
		}
		return nil
	})
	urls := make(chan string)
	parsed := make(chan got, 100)
	var wg sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
	for range 100 {
		wg.Go(func() {
			for u := range urls {
				if g, ok := read(client, u, tags[u]); ok {
					parsed <- g
				}
			}
		})
	}
	go func() {
		for _, u := range strings.Fields(string(b)) {
			urls <- u
		}
		close(urls)
		wg.Wait()
		close(parsed)
	}()
	var batch []got
	for g := range parsed {
		if batch = append(batch, g); len(batch) == 50 {
			if err := keep(db, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return keep(db, batch)
}

type got struct {
	url, tag string
	feed     *gofeed.Feed
}

func read(client *http.Client, u, tag string) (got, bool) {
	req, err := http.NewRequest("GET", u, nil)
	if err != nil {
		return got{}, false
	}
	if tag != "" {
		req.Header.Set("If-None-Match", tag)
	}
	res, err := client.Do(req)
	if err != nil {
		log.Print(err)
		return got{}, false
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		return got{}, false
	}
	f, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil {
		log.Print(err)
		return got{}, false
	}
	return got{u, res.Header.Get("ETag"), f}, true
}

func keep(db *bbolt.DB, batch []got) error {
	return db.Update(func(tx *bbolt.Tx) error {
		items, err := tx.CreateBucketIfNotExists([]byte("items"))
		if err != nil {
			return err
		}
		tags, err := tx.CreateBucketIfNotExists([]byte("tags"))
		if err != nil {
			return err
		}
		for _, g := range batch {
			for _, it := range g.feed.Items {
				key := []byte(g.url + "\x00" + it.GUID + it.Link)
				if items.Get(key) != nil {
					continue
				}
				v, err := json.Marshal(it)
				if err != nil {
					return err
				}
				if err := items.Put(key, v); err != nil {
					return err
				}
			}
			if err := tags.Put([]byte(g.url), []byte(g.tag)); err != nil {
				return err
			}
		}
		return nil
	})
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
	build := exec.Command("go", "build", "-o", bin, "./cmd/newsfold")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	server := exec.Command(self, "-role", "serve", "-feeds", fmt.Sprint(feeds), "-entries", fmt.Sprint(entries))
	server.Stderr = os.Stderr
	in, err := server.StdinPipe()
	if err != nil {
		return err
	}
	out, err := server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	defer func() { _ = in.Close(); _ = server.Wait() }()
	urls, err := listing(out)
	if err != nil {
		return err
	}
	list, opml := filepath.Join(dir, "list"), filepath.Join(dir, "list.opml")
	if err := os.WriteFile(list, []byte(strings.Join(urls, "\n")), 0o600); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("<opml version=\"2.0\"><head/><body>")
	for _, u := range urls {
		fmt.Fprintf(&b, `<outline type="rss" text="f" xmlUrl=%q/>`, u)
	}
	b.WriteString("</body></opml>")
	if err := os.WriteFile(opml, []byte(b.String()), 0o600); err != nil {
		return err
	}
	results := map[string][]figure{}
	for i := range rounds {
		db := filepath.Join(dir, fmt.Sprint("floor", i))
		store := filepath.Join(dir, fmt.Sprint("store", i))
		if err := exec.Command(bin, "--dir", store, "-q", "import", opml).Run(); err != nil {
			return err
		}
		for _, c := range []struct {
			name string
			args []string
		}{
			{"floor, first", []string{self, "-role", "floor", list, db}},
			{"newsfold, first", []string{bin, "--dir", store, "--allow-net", "127.0.0.0/8", "-q", "fetch", "--all"}},
			{"floor, unchanged", []string{self, "-role", "floor", list, db}},
			{"newsfold, unchanged", []string{bin, "--dir", store, "--allow-net", "127.0.0.0/8", "-q", "fetch", "--all"}},
		} {
			f, err := run(c.args)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			results[c.name] = append(results[c.name], f)
		}
	}
	report(results)
	return nil
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
	cmd.Stderr = os.Stderr
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

func report(results map[string][]figure) {
	for _, name := range []string{"floor, first", "newsfold, first", "floor, unchanged", "newsfold, unchanged"} {
		fs := results[name]
		slices.SortFunc(fs, func(a, b figure) int { return int(a.cpu - b.cpu) })
		m := fs[len(fs)/2]
		fmt.Printf("%-20s cpu %6.2f s  wall %6.2f s  peak %4d MB\n", name, m.cpu.Seconds(), m.wall.Seconds(), m.peak>>20)
	}
	for _, what := range []string{"first", "unchanged"} {
		var ratios []float64
		for i := range results["floor, "+what] {
			ratios = append(ratios, results["newsfold, "+what][i].cpu.Seconds()/results["floor, "+what][i].cpu.Seconds())
		}
		fmt.Printf("newsfold / floor, %s: %.2f × the CPU\n", what, ratios[len(ratios)/2])
	}
}
