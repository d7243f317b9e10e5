package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	"newsfold/dedupe"
	"newsfold/extract"
	"newsfold/fetch"
	"newsfold/internal/newsroom"
)

// refresh writes the articles of a first refresh of many feeds as JSON Lines, in
// the order in which they are read; words cuts each text short as summaries are.
func refresh(n, words int) error {
	const entries = 20
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	enc := json.NewEncoder(w)
	for group := 0; group*250*entries < n; group++ {
		room, err := newsroom.Load(context.Background(), newsroom.LoadOptions{
			Feeds: 250, Entries: entries, Copies: .3, Spread: true, Seed: uint64(group*250 + 1), Now: time.Unix(1_700_000_000, 0),
		})
		if err != nil {
			return err
		}
		for f, u := range room.Feeds() {
			if err := entriesOf(u, func(line map[string]any) error {
				line["id"] = fmt.Sprintf("%d-%d-%v", group, f, line["url"])
				line["source"] = fmt.Sprintf("feed%d-%d.example", group, f)
				if t := strings.Fields(line["text"].(string)); words > 0 && len(t) > words {
					line["text"] = strings.Join(t[:words], " ")
				}
				return enc.Encode(line)
			}); err != nil {
				return err
			}
		}
		if err := room.Close(); err != nil {
			return err
		}
	}
	return w.Flush()
}

func entriesOf(u string, each func(map[string]any) error) error {
	res, err := http.Get(u)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	p, err := fetch.Parse(body, u, res.Header)
	if err != nil {
		return err
	}
	for _, e := range p.Entries {
		text, _ := extract.Credits(extract.Fragment(e.Content, e.Link).Text)
		if err := each(map[string]any{
			"url": e.Link, "title": e.Title, "text": text, "published": e.Issued.UTC().Format(time.RFC3339), "lang": "en",
		}); err != nil {
			return err
		}
	}
	return nil
}

// replay folds the articles of files and prints every decision to out, so that
// two versions of the program can be compared; what it cost goes to standard
// error.
func replay(files []string, profile string) error {
	for _, name := range files {
		s, err := readArticles(name)
		if err != nil {
			return err
		}
		o := newOurs()
		o.articles = s.articles
		runtime.GC()
		if profile != "" {
			p, err := os.Create(profile)
			if err != nil {
				return err
			}
			if err := pprof.StartCPUProfile(p); err != nil {
				return err
			}
		}
		var m0, m1 runtime.MemStats
		runtime.ReadMemStats(&m0)
		began := cpuTime()
		decisions := make([]dedupe.Decision, len(s.articles))
		for i, a := range s.articles {
			if decisions[i], err = o.fold(a); err != nil {
				return err
			}
		}
		took := cpuTime() - began
		runtime.ReadMemStats(&m1)
		pprof.StopCPUProfile()
		w := bufio.NewWriter(os.Stdout)
		enc := json.NewEncoder(w)
		for _, d := range decisions {
			if err := enc.Encode(d); err != nil {
				return err
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
		n := uint64(len(s.articles))
		fmt.Fprintf(os.Stderr, "%s: %d articles, %.1f µs, %d allocations and %d bytes an article\n",
			name, n, float64(took.Microseconds())/float64(n), (m1.Mallocs-m0.Mallocs)/n, (m1.TotalAlloc-m0.TotalAlloc)/n)
	}
	return nil
}

// fold folds an article that is in o.articles already.
func (o *ours) fold(a dedupe.Article) (dedupe.Decision, error) {
	d, err := o.f.Fold(a)
	if err != nil {
		return d, err
	}
	o.stories.Place(a.ID, d)
	for _, m := range d.Moves {
		o.stories.Place(m.ID, m.Decision)
	}
	return d, nil
}
