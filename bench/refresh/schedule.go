package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/ingest"
	"newsfold/store"
	"newsfold/store/bolt"
)

// measureSchedule makes a store of n feeds, none of them due for a while and then
// all of them over a day, and measures an engine over it in a process of its own.
func measureSchedule(ctx context.Context, n int) error {
	dir, err := os.MkdirTemp("", "newsfold-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ":0") // each address of 127.0.0.0/8 is a host
	if err != nil {
		return err
	}
	polls := make(chan struct{}, 1<<16)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != "" {
			polls <- struct{}{}
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", `"1"`)
		_, _ = io.WriteString(w, sample())
	})}
	go func() { _ = server.Serve(l) }()
	defer func() { _ = server.Close() }()

	port := l.Addr().(*net.TCPAddr).Port
	learned, err := polled(ctx, fmt.Sprintf("http://127.0.0.1:%d/", port))
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "newsfold.db")
	if err := subscribed(ctx, file, n, port, learned); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, "-role", "schedule", file)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Println(lines.Text(), "polls", len(polls))
	}
	return cmd.Wait()
}

// subscribed makes a store of n feeds that were read, the first of them due in 20
// seconds.
func subscribed(ctx context.Context, file string, n, port int, learned newsfold.Poll) error {
	db, err := bolt.Open(ctx, file, bolt.Options{})
	if err != nil {
		return err
	}
	quiet := time.Now().Add(20 * time.Second)
	for i := 0; i < n; {
		err := db.Update(ctx, func(tx store.Tx) error {
			for range min(10_000, n-i) {
				f := newsfold.Feed{
					URL:   fmt.Sprintf("http://127.%d.%d.%d:%d/feeds/%d.xml", i>>16&255, i>>8&255, i&255, port, i),
					Title: fmt.Sprintf("Feed number %d", i), Site: fmt.Sprintf("https://www.site-%d.example/", i),
				}
				f.Poll = learned
				f.Poll.ValidFor = f.URL
				f.Poll.Next = quiet.Add(24 * time.Hour * time.Duration(i) / time.Duration(n))
				if err := tx.PutFeed(&f); err != nil {
					return err
				}
				i++
			}
			return nil
		})
		if err != nil {
			return errors.Join(err, db.Close())
		}
	}
	return db.Close()
}

// polled is the state of a feed that was read.
func polled(ctx context.Context, url string) (newsfold.Poll, error) {
	client, err := fetch.New(fetch.Options{Allow: []string{"127.0.0.0/8"}})
	if err != nil {
		return newsfold.Poll{}, err
	}
	defer client.Close()
	out, err := client.Poll(ctx, newsfold.Feed{ID: 1, URL: url}, nil)
	if err == nil && out.Feed.Poll.Result != newsfold.Updated {
		err = fmt.Errorf("read the sample feed: %s", out.Feed.Poll.Error)
	}
	return out.Feed.Poll, err
}

// sample is a feed of ten entries of the last days.
func sample() string {
	var b strings.Builder
	b.WriteString("<rss version=\"2.0\"><channel><title>Sample</title>")
	for i := range 10 {
		at := time.Now().Add(-time.Duration(i) * 7 * time.Hour)
		fmt.Fprintf(&b, "<item><guid>%d</guid><title>Entry %d</title><pubDate>%s</pubDate></item>", i, i, at.Format(time.RFC1123Z))
	}
	b.WriteString("</channel></rss>")
	return b.String()
}

// schedule runs an engine over a store for forty seconds, by the clock.
func schedule(ctx context.Context, file string) error {
	start := time.Now()
	db, err := bolt.Open(ctx, file, bolt.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	client, err := fetch.New(fetch.Options{Allow: []string{"127.0.0.0/8"}})
	if err != nil {
		return err
	}
	defer client.Close()
	return running(ctx, ingest.New(db, client, ingest.Options{}), func(ctx context.Context) error {
		for range 8 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(5 * time.Second):
			}
			fmt.Printf("after %2.0f s: cpu %5.2f s, memory %s\n", time.Since(start).Seconds(), spent().Seconds(), memory())
		}
		return nil
	})
}

// memory is what Linux says about the memory of this process.
func memory() string {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	var parts []string
	for line := range strings.Lines(string(b)) {
		name, rest, _ := strings.Cut(line, ":")
		switch name {
		case "VmHWM", "VmRSS", "RssAnon", "RssFile":
			var kb int
			_, _ = fmt.Sscan(rest, &kb)
			parts = append(parts, fmt.Sprintf("%s %d MB", name, kb>>10))
		}
	}
	return strings.Join(parts, " ")
}
