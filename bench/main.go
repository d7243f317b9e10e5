// Bench runs newsfold's extraction beside the other extractors written in Go,
// over the same pages, and measures text, metadata and cost. It is a module of
// its own, so that the product depends on none of its peers.
//
//	cd bench
//	go run . -data ../../shared/data/extract -out /tmp/bench     # predictions, one file a system
//	go run . -data ../../shared/data/extract -speed 3            # CPU time and allocations, best of 3
//
// The files in -out are what the scorer of the data reads.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"codeberg.org/readeck/go-readability/v2"
	"github.com/markusmobius/go-trafilatura"
	"golang.org/x/net/html"

	"newsfold/extract"
)

// article is what a system found, in the fields of the scorer.
type article struct {
	ID          string   `json:"id"`
	Text        string   `json:"text"`
	Title       string   `json:"title,omitempty"`
	Byline      string   `json:"byline,omitempty"`
	Date        string   `json:"date,omitempty"`
	Site        string   `json:"site,omitempty"`
	Lang        string   `json:"lang,omitempty"`
	Dir         string   `json:"dir,omitempty"`
	Description string   `json:"description,omitempty"`
	URL         string   `json:"url,omitempty"`
	Image       string   `json:"image,omitempty"`
	License     string   `json:"license,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	Categories  []string `json:"categories,omitempty"`
}

type system struct {
	name    string
	extract func([]byte) (article, error)
}

var systems = []system{
	{"parse", parseOnly},
	{"newsfold", newsfold},
	{"readability", readable},
	{"trafilatura-nofallback", func(b []byte) (article, error) { return trafilaturaWith(b, false) }},
	{"trafilatura", func(b []byte) (article, error) { return trafilaturaWith(b, true) }},
}

// parseOnly is the floor: what goquery does before anything else.
func parseOnly(b []byte) (article, error) {
	_, err := html.Parse(bytes.NewReader(b))
	return article{}, err
}

func newsfold(b []byte) (article, error) {
	d, err := extract.Extract(b, "", extract.Options{})
	if err != nil {
		return article{}, err
	}
	a := article{
		Text: d.Shown(), Title: d.Title, Byline: d.Byline, Date: stamp(d.Published), Site: d.Site, Lang: d.Lang, Dir: d.Dir,
		Description: d.Description, URL: d.URL, Image: d.Image, License: d.License, Tags: d.Tags,
	}
	if d.Section != "" {
		a.Categories = []string{d.Section}
	}
	return a, nil
}

var nowhere = &url.URL{Scheme: "https", Host: "example.org"}

func readable(b []byte) (article, error) {
	p := readability.NewParser()
	r, err := p.Parse(bytes.NewReader(b), nowhere)
	if err != nil {
		return article{}, err
	}
	var text strings.Builder
	if r.Node != nil {
		if err := r.RenderText(&text); err != nil {
			return article{}, err
		}
	}
	a := article{Text: text.String(), Title: r.Title(), Byline: r.Byline(), Site: r.SiteName(), Lang: r.Language(), Description: r.Excerpt(), Image: r.ImageURL()}
	if t, err := r.PublishedTime(); err == nil {
		a.Date = stamp(t)
	}
	return a, nil
}

func trafilaturaWith(b []byte, fallback bool) (article, error) {
	r, err := trafilatura.Extract(bytes.NewReader(b), trafilatura.Options{EnableFallback: fallback, ExcludeComments: true})
	if err != nil || r == nil {
		return article{}, err
	}
	m := r.Metadata
	return article{
		Text: r.ContentText, Title: m.Title, Byline: m.Author, Date: stamp(m.Date), Site: m.Sitename, Lang: m.Language,
		Description: m.Description, URL: m.URL, Image: m.Image, License: m.License, Tags: m.Tags, Categories: m.Categories,
	}, nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// page is a page of the data, unpacked.
type page struct {
	id   string
	html []byte
}

func main() {
	data := flag.String("data", "../../shared/data/extract", "folder of sets, each with truth.json and html/")
	out := flag.String("out", "", "write predictions to this folder")
	speed := flag.Int("speed", 0, "measure the cost, the best of so many rounds")
	sets := flag.String("set", "", "only these sets, with commas")
	only := flag.String("system", "", "only these systems, with commas")
	flag.Parse()
	pages, err := load(*data, *sets)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range systems {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), s.name) {
			continue
		}
		if *out != "" && s.name != "parse" {
			if err := predict(s, pages, filepath.Join(*out, s.name+".jsonl")); err != nil {
				log.Fatal(err)
			}
		}
		if *speed > 0 {
			measure(s, pages, *speed)
		}
	}
}

func load(root, sets string) ([]page, error) {
	files, err := filepath.Glob(filepath.Join(root, "*", "html", "*.html.gz"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no pages under %s", root)
	}
	var pages []page
	for _, f := range files {
		set := filepath.Base(filepath.Dir(filepath.Dir(f)))
		if sets != "" && !slices.Contains(strings.Split(sets, ","), set) {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		b, err = io.ReadAll(z)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		pages = append(pages, page{strings.TrimSuffix(filepath.Base(f), ".html.gz"), b})
	}
	return pages, nil
}

func predict(s system, pages []page, file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	enc := json.NewEncoder(f)
	for _, p := range pages {
		a, err := s.extract(p.html)
		if err != nil {
			a = article{} // a page that a system refuses counts as empty
		}
		a.ID = p.id
		if err := enc.Encode(a); err != nil {
			return err
		}
	}
	return f.Close()
}

// measure prints CPU time and allocations per page. CPU time is the process's,
// user and system, on one thread of Go code, so that collecting garbage counts
// and waiting does not.
func measure(s system, pages []page, rounds int) {
	runtime.GOMAXPROCS(1)
	best := time.Duration(1 << 62)
	var allocs, size uint64
	for range rounds {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := cpu()
		for _, p := range pages {
			_, _ = s.extract(p.html)
		}
		used := cpu() - start
		runtime.ReadMemStats(&after)
		best = min(best, used)
		allocs, size = after.Mallocs-before.Mallocs, after.TotalAlloc-before.TotalAlloc
	}
	n := uint64(len(pages))
	fmt.Printf("%-24s %7.2f ms/page %8d allocs/page %7d KiB/page\n", s.name, best.Seconds()*1000/float64(n), allocs/n, size/n/1024)
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
