package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"newsfold/extract"
)

// newExtract returns the command that turns pages into articles.
func newExtract() *cobra.Command {
	var o extraction
	cmd := &cobra.Command{
		Use:   "extract FILE…",
		Short: "Take the article out of saved pages",
		Long: `Read web pages and print the article on each: its text, clean HTML, title, author,
dates, language, address, and what the page says about where the text comes from. A
FILE may be a page, a page compressed with gzip (*.gz), a folder, of which all pages
are read, or "-" for standard input.

One page is printed as text for reading. Several pages, or one with --jsonl,
are printed as JSON Lines in the order given; "id" is the name of the file
without its endings. The fields are described in doc/json.md.`,
		Example: `  newsfold extract --url https://example.com/news/1 page.html
  curl -s https://example.com/news/1 | newsfold extract --jsonl -
  newsfold extract --jsonl pages/ > articles.jsonl`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), args, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&o.url, "url", "", "`URL` of the page, against which its links are resolved")
	cmd.Flags().BoolVar(&o.jsonl, "jsonl", false, "print JSON Lines even for a single page")
	cmd.Flags().IntVarP(&o.jobs, "jobs", "j", runtime.NumCPU(), "`number` of pages read at the same time")
	return cmd
}

// extraction holds the flags of the command.
type extraction struct {
	url   string
	jsonl bool
	jobs  int
}

// extracted is a line of output.
type extracted struct {
	ID          string            `json:"id"`
	URL         string            `json:"url,omitempty"`
	Kind        extract.Kind      `json:"kind"`
	Title       string            `json:"title,omitempty"`
	Byline      string            `json:"byline,omitempty"`
	Date        string            `json:"date,omitempty"`
	Modified    string            `json:"modified,omitempty"`
	Site        string            `json:"site,omitempty"`
	Lang        string            `json:"lang,omitempty"`
	Dir         string            `json:"dir,omitempty"`
	Canonical   string            `json:"canonical,omitempty"`
	Description string            `json:"description,omitempty"`
	Image       string            `json:"image,omitempty"`
	Section     string            `json:"section,omitempty"`
	Tags        []string          `json:"tags,omitempty"`
	License     string            `json:"license,omitempty"`
	Origin      []extractedOrigin `json:"origin,omitempty"`
	Cited       []string          `json:"cited,omitempty"`
	Caption     string            `json:"caption,omitempty"`
	Text        string            `json:"text"`
	HTML        string            `json:"html"`
}

type extractedOrigin struct {
	Kind  string `json:"kind"`
	Name  string `json:"name,omitempty"`
	URL   string `json:"url,omitempty"`
	Quote string `json:"quote,omitempty"`
}

// run prints the pages: one for reading, several as JSON Lines.
func (o *extraction) run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	if o.jobs < 1 {
		return usage("--jobs %d: say a number from 1 up", o.jobs)
	}
	if err := webAddress("--url", o.url); err != nil {
		return err
	}
	files, err := pagesOf(args)
	if err != nil {
		return marked{err, errInput}
	}
	if o.url != "" && len(files) > 1 {
		return usage("--url names one page, but %d are given", len(files))
	}
	w := bufio.NewWriter(out)
	if len(files) == 1 && !o.jsonl {
		line, err := o.page(files[0], in)
		if err != nil {
			return err
		}
		printPage(w, line)
		return w.Flush()
	}
	return errors.Join(o.lines(ctx, files, in, w), w.Flush())
}

// lines reads the pages on several cores and prints them in order, as JSON Lines.
func (o *extraction) lines(ctx context.Context, files []string, in io.Reader, w io.Writer) error {
	g, ctx := errgroup.WithContext(ctx)
	turns := make(chan chan *extracted, o.jobs) // results in the order of files
	g.Go(func() error {
		defer close(turns)
		work, ctx := errgroup.WithContext(ctx)
		work.SetLimit(o.jobs)
		for _, f := range files {
			turn := make(chan *extracted, 1)
			select {
			case turns <- turn:
			case <-ctx.Done():
				return errors.Join(work.Wait(), ctx.Err())
			}
			work.Go(func() error {
				line, err := o.page(f, in)
				if err != nil {
					close(turn)
					return err
				}
				turn <- line
				return nil
			})
		}
		return work.Wait()
	})
	g.Go(func() error {
		enc := jsonLines(w)
		for turn := range turns {
			select {
			case line, ok := <-turn:
				if !ok {
					continue
				}
				if err := enc.Encode(line); err != nil {
					return err
				}
			case <-ctx.Done():
				return nil // the other goroutine says why
			}
		}
		return nil
	})
	return g.Wait()
}

// pagesOf lists the files that the arguments name, folders walked.
func pagesOf(args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		if arg == "-" {
			files = append(files, arg)
			continue
		}
		info, err := os.Stat(arg)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, arg)
			continue
		}
		err = filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && isPage(path) {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if len(files) == 0 {
		return nil, errors.New("no pages there: looked for *.html, *.htm, *.xhtml, and the same with .gz")
	}
	return files, nil
}

func isPage(path string) bool {
	switch filepath.Ext(strings.TrimSuffix(strings.ToLower(path), ".gz")) {
	case ".html", ".htm", ".xhtml", ".shtml", ".mhtml":
		return true
	}
	return false
}

// page reads and extracts one file.
func (o *extraction) page(file string, in io.Reader) (*extracted, error) {
	b, err := readPage(file, in)
	if err != nil {
		return nil, marked{err, errInput}
	}
	d, err := extract.Extract(b, o.url, extract.Options{})
	if err != nil {
		return nil, marked{fmt.Errorf("%s: %w (limit %d MB)", file, err, extract.MaxPage>>20), errInput}
	}
	line := &extracted{
		ID: pageID(file), URL: o.url, Kind: d.Kind, Title: d.Title, Byline: d.Byline, Date: stamp(d.Published), Modified: stamp(d.Modified),
		Site: d.Site, Lang: d.Lang, Dir: d.Dir, Canonical: d.URL, Description: d.Description, Image: d.Image, Section: d.Section,
		Tags: d.Tags, License: d.License, Cited: extract.Cited(d.Text), Caption: d.Caption, Text: d.Shown(), HTML: d.HTML,
	}
	if line.URL == "" {
		line.URL = d.URL
	}
	for _, or := range d.Origins {
		line.Origin = append(line.Origin, extractedOrigin(or))
	}
	return line, nil
}

// readPage reads at most the largest page and one byte, so that the extraction
// can say that it is too large.
func readPage(file string, in io.Reader) ([]byte, error) {
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	br := bufio.NewReader(in)
	var r io.Reader = br
	if magic, _ := br.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		r = z
	}
	b, err := io.ReadAll(io.LimitReader(r, extract.MaxPage+1))
	if err != nil && len(b) == 0 {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return b, nil // what could be read of a truncated page is a page
}

// pageID is the name of a file without folders and page endings.
func pageID(file string) string {
	id := strings.TrimSuffix(filepath.Base(file), ".gz")
	if isPage(id) {
		id = strings.TrimSuffix(id, filepath.Ext(id))
	}
	return id
}

// printPage prints an article for reading.
func printPage(w io.Writer, p *extracted) {
	for _, row := range [...][2]string{
		{"kind", string(p.Kind)},
		{"title", p.Title},
		{"byline", p.Byline},
		{"date", p.Date},
		{"modified", p.Modified},
		{"site", p.Site},
		{"lang", p.Lang},
		{"dir", p.Dir},
		{"canonical", p.Canonical},
		{"image", p.Image},
		{"license", p.License},
		{"cited", strings.Join(p.Cited, ", ")},
	} {
		if row[1] != "" {
			fmt.Fprintf(w, "%-10s %s\n", row[0], row[1])
		}
	}
	for _, o := range p.Origin {
		fmt.Fprintf(w, "%-10s %s: %s %s\n", "origin", o.Kind, strings.TrimSpace(o.Name+" "+o.URL), quoted(o.Quote))
	}
	fmt.Fprintf(w, "\n%s\n", p.Text)
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return "(“" + s + "”)"
}
