package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsfold"
	"newsfold/fetch"
)

// maxFeedFile is the largest feed that is read, in bytes: as much as polling
// accepts.
const maxFeedFile = 10 << 20

// newParse returns the command that shows a feed as newsfold reads it.
func newParse() *cobra.Command {
	var o parsing
	cmd := &cobra.Command{
		Use:   "parse FILE…",
		Short: "Show how saved feeds are read",
		Long: `Read feeds from files and print them as newsfold sees them: JSON Lines, one feed a
line, with absolute links and dates in RFC 3339. "-" is standard input. What had to
be mended is listed under "faults".

A file that is no feed, or cannot be read, gets a line with "ok": false and the
reason, and the exit code 6. The fields are described in doc/json.md.`,
		Example: `  curl -s https://courier.example/feed.xml | newsfold parse --url https://courier.example/feed.xml -
  newsfold parse --header 'Content-Type: text/xml; charset=koi8-r' saved.rss`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), args, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&o.url, "url", "", "`URL` of the feed, against which its links are resolved")
	cmd.Flags().StringArrayVar(&o.headers, "header", nil, "`header` of the answer that brought the feed, as 'Name: value'")
	return cmd
}

// parsing holds the flags of the command.
type parsing struct {
	url     string
	headers []string
}

// run prints a line for each file. The error names those that are no feeds.
func (o *parsing) run(ctx context.Context, files []string, in io.Reader, out io.Writer) error {
	if err := webAddress("--url", o.url); err != nil {
		return err
	}
	header := make(http.Header)
	for _, h := range o.headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return usage("--header %q is not of the form 'Name: value'", h)
		}
		header.Add(textproto.TrimString(name), textproto.TrimString(value))
	}
	w := bufio.NewWriter(out)
	enc := jsonLines(w)
	var failed []error
	for _, file := range files {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		line, err := o.parse(file, header, in)
		if err != nil {
			failed = append(failed, marked{fmt.Errorf("%s: %w", file, err), errInput})
		}
		if err := enc.Encode(line); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return errors.Join(append(failed, w.Flush())...)
}

// parse reads one file.
func (o *parsing) parse(file string, header http.Header, in io.Reader) (parsedFeed, error) {
	line := parsedFeed{File: file}
	body, err := readFeed(file, in)
	var parsed *fetch.Parsed
	if err == nil {
		parsed, err = fetch.Parse(body, o.url, header)
	}
	if err != nil {
		line.Error = err.Error()
		var fe *fetch.Error
		if errors.As(err, &fe) {
			line.Kind = string(fe.Kind)
		}
		return line, err
	}
	line.OK = true
	line.fill(parsed)
	return line, nil
}

// readFeed reads a file or standard input, up to maxFeedFile.
func readFeed(file string, in io.Reader) ([]byte, error) {
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, errors.Unwrap(err) // whoever asks names the file
		}
		defer f.Close()
		in = f
	}
	body, err := io.ReadAll(io.LimitReader(in, maxFeedFile+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxFeedFile {
		return nil, fmt.Errorf("larger than %d MiB", maxFeedFile>>20)
	}
	return body, nil
}

// parsedFeed is a line of output.
type parsedFeed struct {
	File    string        `json:"file"`
	OK      bool          `json:"ok"`
	Error   string        `json:"error,omitempty"`
	Kind    string        `json:"kind,omitempty"`
	Faults  []string      `json:"faults,omitempty"`
	Feed    *parsedSource `json:"feed,omitempty"`
	Entries []parsedEntry `json:"entries,omitzero"` // nil: it is no feed
}

// parsedSource is a feed without its entries.
type parsedSource struct {
	Format      string         `json:"format"`
	Version     string         `json:"version,omitempty"`
	ID          string         `json:"id,omitempty"`
	Title       string         `json:"title,omitempty"`
	Description string         `json:"description,omitempty"`
	Link        string         `json:"link,omitempty"`
	FeedURL     string         `json:"feed_url,omitempty"`
	Language    string         `json:"language,omitempty"`
	Rights      string         `json:"rights,omitempty"`
	Generator   string         `json:"generator,omitempty"`
	Image       string         `json:"image,omitempty"`
	Authors     []parsedPerson `json:"authors,omitempty"`
	Categories  []string       `json:"categories,omitempty"`
	Published   string         `json:"published,omitempty"`
	Updated     string         `json:"updated,omitempty"`

	TTL         string   `json:"ttl,omitempty"` // minutes
	SkipHours   []string `json:"skip_hours,omitempty"`
	SkipDays    []string `json:"skip_days,omitempty"`
	SyInterval  string   `json:"sy_interval,omitempty"` // seconds
	Hub         string   `json:"hub,omitempty"`
	NewFeedURL  string   `json:"new_feed_url,omitempty"`
	Next        string   `json:"next,omitempty"`
	PrevArchive string   `json:"prev_archive,omitempty"`
	Finished    bool     `json:"finished,omitempty"`
	Whole       bool     `json:"whole,omitempty"`
	Partial     bool     `json:"partial,omitempty"`
}

type parsedEntry struct {
	ID         string            `json:"id,omitempty"`
	Title      string            `json:"title,omitempty"`
	Link       string            `json:"link,omitempty"`
	Summary    string            `json:"summary,omitempty"`
	Content    string            `json:"content,omitempty"`
	Authors    []parsedPerson    `json:"authors,omitempty"`
	Categories []string          `json:"categories,omitempty"`
	Language   string            `json:"language,omitempty"`
	Image      string            `json:"image,omitempty"`
	Source     *parsedOrigin     `json:"source,omitempty"`
	Enclosures []parsedEnclosure `json:"enclosures,omitempty"`
	Comments   string            `json:"comments,omitempty"`
	Rights     string            `json:"rights,omitempty"`
	Published  string            `json:"published,omitempty"`
	Updated    string            `json:"updated,omitempty"`
}

type parsedPerson struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	URL   string `json:"url,omitempty"`
}

type parsedOrigin struct {
	ID    string `json:"id,omitempty"`
	Title string `json:"title,omitempty"`
	Link  string `json:"link,omitempty"`
	URL   string `json:"url,omitempty"`
}

type parsedEnclosure struct {
	URL    string `json:"url"`
	Type   string `json:"type,omitempty"`
	Length string `json:"length,omitempty"` // bytes
}

// fill takes over what was read.
func (l *parsedFeed) fill(p *fetch.Parsed) {
	d := &p.Details
	l.Faults = d.Faults
	l.Feed = &parsedSource{
		Format: d.Format, Version: d.Version, ID: d.ID, Title: p.Feed.Title, Description: d.Description,
		Link: p.Feed.Site, FeedURL: d.Self, Language: p.Feed.Lang, Rights: d.Rights, Generator: d.Generator,
		Image: d.Image, Authors: parsedPeople(d.Authors), Categories: d.Tags,
		Published: stamp(d.Published), Updated: stamp(d.Updated),
		NewFeedURL: d.Moved, Next: d.Next, PrevArchive: d.PrevArchive,
		Finished: d.Finished, Whole: d.Whole, Partial: d.Partial,
	}
	if d.TTL > 0 {
		l.Feed.TTL = strconv.Itoa(int(d.TTL / time.Minute))
	}
	if d.Period > 0 {
		l.Feed.SyInterval = strconv.Itoa(int(d.Period / time.Second))
	}
	for _, h := range d.SkipHours {
		l.Feed.SkipHours = append(l.Feed.SkipHours, strconv.Itoa(h))
	}
	for _, day := range d.SkipDays {
		l.Feed.SkipDays = append(l.Feed.SkipDays, day.String())
	}
	if len(d.Hubs) > 0 {
		l.Feed.Hub = d.Hubs[0]
	}
	l.Entries = make([]parsedEntry, len(p.Entries))
	for i := range p.Entries {
		l.Entries[i] = parsedEntryOf(&p.Entries[i], &d.Items[i])
	}
}

func parsedEntryOf(e *newsfold.Entry, d *fetch.ItemDetails) parsedEntry {
	out := parsedEntry{
		ID: e.GUID, Title: e.Title, Link: e.Link, Summary: e.Summary, Content: e.Content,
		Authors: parsedPeople(d.Authors), Categories: e.Tags, Language: e.Lang, Image: e.Image,
		Comments: d.Comments, Rights: d.Rights, Published: stamp(e.Issued), Updated: stamp(e.Revised),
	}
	if s := (parsedOrigin{d.SourceID, e.Source.Title, d.SourceLink, e.Source.URL}); s != (parsedOrigin{}) {
		out.Source = &s
	}
	for _, m := range e.Media {
		enclosure := parsedEnclosure{URL: m.URL, Type: m.Type}
		if m.Length > 0 {
			enclosure.Length = strconv.FormatInt(m.Length, 10)
		}
		out.Enclosures = append(out.Enclosures, enclosure)
	}
	return out
}

func parsedPeople(people []fetch.Person) []parsedPerson {
	var out []parsedPerson
	for _, p := range people {
		out = append(out, parsedPerson{p.Name, p.Email, p.URL})
	}
	return out
}

// stamp prints a time, empty for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}
