package main

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/publicsuffix"

	"newsfold/dedupe"
	"newsfold/dedupe/event"
)

// maxFoldLine bounds one line of input.
const maxFoldLine = 16 << 20

const foldHelp = `Read articles, one JSON object a line, and write the same lines with what they are
to those before them:

  story      the id of the story's first article
  lead       the id of the article that stands for the story
  with       the id of the article it was compared with
  relation   first, identical, edited, excerpt, expanded, update
  score      from 0 to 1
  evidence   the reasons
  event      the id of the first article of the event that the story is of: stories
             of one happening, in any language
  of         what ties the story to its event, unless it founds it: the article with
             which, the relation (report or translation), score and evidence;
             an earlier event that it follows up

An input line has id, url, title, text, published (RFC 3339), source and lang; all
but id may be missing. Other fields are passed through. Files ending in .gz are
unpacked; "-" is the standard input. A later article can tie two stories together,
so the lines are written, in their order, when all have been read; with --live each
is written at once, with what is known by then, an article that ties stories together
names them ("merged"), and one that comes late changes nothing before it.

With --dry-run the articles are those of the store, from a time on: printed is what
another --threshold would make of their stories, as "newsfold refold --dry-run" does.`

func (a *app) newFold() *cobra.Command {
	var (
		f     folding
		dry   bool
		again refold
	)
	c := &cobra.Command{
		Use:   "fold FILE.jsonl… | fold --dry-run --since TIME",
		Short: "Fold articles given as JSON Lines into stories",
		Long:  foldHelp,
		Example: `  newsfold fold articles.jsonl.gz > folded.jsonl
  zcat articles.jsonl.gz | newsfold fold --window 72h -
  newsfold fold --dry-run --since 7d --threshold .8`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case dry && len(args) > 0:
				return usage("--dry-run is about the stories of the store, and takes no files")
			case dry:
				again.req.DryRun = true
				if cmd.Flags().Changed("threshold") {
					again.req.Threshold = f.opts.Threshold
				}
				return again.run(cmd, a)
			case again.since != "":
				return usage("--since goes with --dry-run")
			case len(args) == 0:
				return usage("fold which files? \"-\" is the standard input; --dry-run is about the stories of the store")
			}
			return f.run(a, cmd, args)
		},
	}
	c.Flags().DurationVar(&f.opts.Window, "window", 30*24*time.Hour, "how far apart copies may be")
	c.Flags().Float64Var(&f.opts.Threshold, "threshold", .5, "`score` from which copies fold, above 0 and up to 1")
	c.Flags().BoolVar(&f.apart, "no-events", false, "fold stories only, without grouping them into events")
	c.Flags().StringVar(&f.dict, "dict", "", "`directory` of word lists, such as eng-ara.tsv, to find events across languages by")
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would change in the store, and fold no files")
	c.Flags().StringVar(&again.since, "since", "", "with --dry-run: articles from this `time` on, such as 7d")
	c.Flags().BoolVar(&f.live, "live", false, "write each line at once, before later ones are known")
	for _, name := range []string{"window", "no-events", "dict", "live"} {
		c.MarkFlagsMutuallyExclusive("dry-run", name)
	}
	return c
}

// folding is a run of fold.
type folding struct {
	opts        dedupe.Options
	live, apart bool
	dict        string
}

func (f folding) run(a *app, cmd *cobra.Command, files []string) (err error) {
	switch {
	case f.opts.Threshold <= 0 || f.opts.Threshold > 1:
		return usage("--threshold %v: a number above 0 and up to 1 is wanted", f.opts.Threshold)
	case f.opts.Window <= 0:
		return usage("--window %v: say a time, such as 72h", f.opts.Window)
	}
	words, err := a.lists(f.dict)
	if err != nil {
		return err
	}
	s, err := newFoldStream(cmd.OutOrStdout(), f.opts, f.live)
	if err != nil {
		return err
	}
	if !f.apart {
		s.events = event.NewGrouper(event.Options{Dictionary: words})
	}
	defer func() { err = cmp.Or(err, s.close()) }()
	for _, name := range files {
		if err := s.file(cmd, name); err != nil {
			return err
		}
	}
	return s.finish()
}

// foldStream folds a stream of articles. Their texts go to a file that is
// removed in the end, so that memory holds no more than the index.
type foldStream struct {
	out     *bufio.Writer
	live    bool
	folder  *dedupe.Folder
	spool   *os.File
	size    int64
	at      map[int64]span    // where the line of an article is in the spool
	leads   map[int64]int64   // of stories, when all have been read
	tail    map[int64]span    // and what was decided on it, as JSON
	id      []json.RawMessage // by article number - 1, as given
	number  map[string]int64  // by id as given
	stories *dedupe.Stories
	events  *event.Grouper // nil: none are wanted
}

// span is a stretch of the spool.
type span struct {
	at int64
	n  int
}

func newFoldStream(w io.Writer, opts dedupe.Options, live bool) (*foldStream, error) {
	spool, err := os.CreateTemp("", "newsfold-fold-*")
	if err != nil {
		return nil, fmt.Errorf("create a temporary file for the texts: %w", err)
	}
	s := &foldStream{
		out: bufio.NewWriterSize(w, 1<<16), live: live, spool: spool,
		at: map[int64]span{}, leads: map[int64]int64{}, tail: map[int64]span{}, number: map[string]int64{}, stories: dedupe.NewStories(),
	}
	s.folder = dedupe.NewFolder(opts, s)
	return s, nil
}

func (s *foldStream) close() error {
	return errors.Join(s.out.Flush(), s.spool.Close(), os.Remove(s.spool.Name()))
}

func (s *foldStream) file(cmd *cobra.Command, name string) error {
	r, err := openLines(cmd.InOrStdin(), name)
	if err != nil {
		return marked{err, errInput}
	}
	defer r.Close()
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 1<<16), maxFoldLine)
	n := 0
	for sc.Scan() {
		n++
		if len(bytes.TrimSpace(sc.Bytes())) == 0 {
			continue
		}
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		if err := s.line(sc.Bytes()); err != nil {
			return fmt.Errorf("%s, line %d: %w", name, n, err)
		}
	}
	if errors.Is(sc.Err(), bufio.ErrTooLong) {
		return marked{fmt.Errorf("%s, line %d: longer than %d MiB", name, n+1, maxFoldLine>>20), errInput}
	}
	if sc.Err() != nil {
		return marked{fmt.Errorf("read %s: %w", name, sc.Err()), errInput}
	}
	return nil
}

// openLines opens a file, unpacked when its name ends in .gz.
func openLines(stdin io.Reader, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(stdin), nil
	}
	f, err := os.Open(name)
	if err != nil || !strings.HasSuffix(name, ".gz") {
		return f, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", name, err), f.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{z, f}, nil
}

// foldLine is what folding reads of a line.
type foldLine struct {
	ID        json.RawMessage `json:"id"`
	URL       string          `json:"url"`
	Title     string          `json:"title"`
	Text      string          `json:"text"`
	Published string          `json:"published"`
	Source    string          `json:"source"`
	Lang      string          `json:"lang"`
	Origins   []struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
		URL  string `json:"url"`
	} `json:"origins"`
}

// line folds one article.
func (s *foldStream) line(b []byte) error {
	a, id, err := parseFoldLine(b)
	if err != nil {
		return err
	}
	a.ID = s.numberOf(id)
	if s.at[a.ID], err = s.keep(b); err != nil {
		return err
	}
	d, err := s.folder.Fold(a)
	if err != nil {
		return err
	}
	s.stories.Place(a.ID, d)
	what := s.describe(d)
	if s.events != nil {
		what.Of = s.group(a)
	}
	if s.live {
		return s.write(b, a.ID, what)
	}
	if err := s.note(a.ID, what); err != nil {
		return err
	}
	return s.move(d.Moves)
}

// note keeps what was decided on an article until all have been read.
func (s *foldStream) note(id int64, what folded) error {
	tail, err := json.Marshal(what)
	if err != nil {
		return err
	}
	s.tail[id], err = s.keep(tail)
	return err
}

// move carries out what changes because an article came late.
func (s *foldStream) move(moves []dedupe.Move) error {
	for _, m := range moves {
		a, err := s.Article(m.ID)
		if err != nil {
			return err
		}
		s.stories.Place(m.ID, m.Decision)
		what := s.describe(m.Decision)
		if s.events != nil {
			what.Of = s.group(a)
		}
		if err := s.note(m.ID, what); err != nil {
			return err
		}
	}
	return nil
}

// group gives a new story its event. A story is known to events by its first
// article, whichever stands for it later.
func (s *foldStream) group(a dedupe.Article) *foldEvent {
	set := s.stories.Of(a.ID)
	for _, m := range set[1:] { // what was a story before it was tied to this one
		s.events.Remove(m)
	}
	if set[0] != a.ID {
		return nil
	}
	d := s.events.Add(event.Story{ID: a.ID, Title: a.Title, Text: a.Text, Lang: a.Lang, Time: a.Published})
	if d.With == 0 && d.Earlier == 0 {
		return nil
	}
	of := &foldEvent{Relation: d.Relation, Score: d.Score}
	if d.With != 0 {
		of.With = s.id[d.With-1]
	}
	if d.Earlier != 0 {
		of.Earlier = s.id[d.Earlier-1]
	}
	for _, e := range d.Evidence {
		of.Evidence = append(of.Evidence, foldEvidence(e))
	}
	return of
}

func parseFoldLine(b []byte) (dedupe.Article, json.RawMessage, error) {
	var l foldLine
	if err := json.Unmarshal(b, &l); err != nil {
		return dedupe.Article{}, nil, marked{fmt.Errorf("not an article in JSON: %w", err), errInput}
	}
	if len(l.ID) == 0 || l.ID[0] != '"' && l.ID[0] != '-' && (l.ID[0] < '0' || l.ID[0] > '9') {
		return dedupe.Article{}, nil, marked{errors.New(`"id" must be a string or a number`), errInput}
	}
	a := dedupe.Article{
		URL: dedupe.CanonicalURL(l.URL), Title: l.Title, Text: l.Text,
		Host: registrable(l.URL, l.Source), Outlet: cmp.Or(l.Source, registrable(l.URL, "")), Lang: l.Lang,
	}
	if t, err := time.Parse(time.RFC3339, l.Published); err == nil {
		a.Published = t
	}
	for _, o := range l.Origins {
		a.Origins = append(a.Origins, dedupe.Origin{Kind: o.Kind, Name: o.Name, URL: o.URL})
	}
	return a, l.ID, nil
}

// registrable returns the domain under which the host of a URL is registered,
// or what is given instead when there is none.
func registrable(raw, instead string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" {
		return instead
	}
	host := strings.ToLower(u.Hostname())
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}

func (s *foldStream) numberOf(id json.RawMessage) int64 {
	if n, ok := s.number[string(id)]; ok {
		return n
	}
	s.id = append(s.id, bytes.Clone(id))
	n := int64(len(s.id))
	s.number[string(id)] = n
	return n
}

// keep writes bytes to the spool.
func (s *foldStream) keep(b []byte) (span, error) {
	if _, err := s.spool.WriteAt(b, s.size); err != nil {
		return span{}, fmt.Errorf("keep the text: %w", err)
	}
	at := span{s.size, len(b)}
	s.size += int64(len(b))
	return at, nil
}

func (s *foldStream) read(at span) ([]byte, error) {
	b := make([]byte, at.n)
	_, err := s.spool.ReadAt(b, at.at)
	return b, err
}

// Article returns an article that was read before.
func (s *foldStream) Article(id int64) (dedupe.Article, error) {
	b, err := s.read(s.at[id])
	if err != nil {
		return dedupe.Article{}, err
	}
	a, _, err := parseFoldLine(b)
	a.ID = id
	return a, err
}

// Story returns the articles of the story of an article.
func (s *foldStream) Story(id int64) ([]int64, error) { return s.stories.Of(id), nil }

// finish writes what was held back.
func (s *foldStream) finish() error {
	if s.live {
		return s.out.Flush()
	}
	for i := range s.id {
		id := int64(i + 1)
		line, err := s.read(s.at[id])
		if err != nil {
			return err
		}
		tail, err := s.read(s.tail[id])
		if err != nil {
			return err
		}
		var what folded
		if err := json.Unmarshal(tail, &what); err != nil {
			return err
		}
		if err := s.write(line, id, what); err != nil {
			return err
		}
	}
	return s.out.Flush()
}

// folded is what is added to a line.
type folded struct {
	Story    json.RawMessage   `json:"story"`
	Lead     json.RawMessage   `json:"lead"`
	With     json.RawMessage   `json:"with,omitempty"`
	Relation dedupe.Relation   `json:"relation"`
	Score    float64           `json:"score"`
	Rule     string            `json:"rule,omitempty"`
	Merged   []json.RawMessage `json:"merged,omitempty"`
	Evidence []foldEvidence    `json:"evidence"`
	Event    json.RawMessage   `json:"event,omitempty"`
	Of       *foldEvent        `json:"of,omitempty"`
}

// foldEvent is what ties a story to its event.
type foldEvent struct {
	With     json.RawMessage `json:"with,omitempty"`
	Relation event.Relation  `json:"relation"`
	Score    float64         `json:"score,omitempty"`
	Earlier  json.RawMessage `json:"earlier,omitempty"`
	Evidence []foldEvidence  `json:"evidence,omitempty"`
}

type foldEvidence struct {
	Kind   string  `json:"kind"`
	Value  float64 `json:"value,omitempty"`
	Detail string  `json:"detail,omitempty"`
}

// describe puts a decision into the words of the output, but for what may
// change until it is written.
func (s *foldStream) describe(d dedupe.Decision) folded {
	f := folded{
		Relation: d.Verdict.Relation, Score: d.Verdict.Score, Rule: d.Verdict.Rule, Evidence: []foldEvidence{},
	}
	if d.With != 0 {
		f.With = s.id[d.With-1]
	}
	for _, m := range d.Merge {
		f.Merged = append(f.Merged, s.id[m-1])
	}
	for _, e := range d.Verdict.Evidence {
		f.Evidence = append(f.Evidence, foldEvidence(e))
	}
	return f
}

// write writes a line with its decision before the closing brace.
func (s *foldStream) write(line []byte, id int64, what folded) error {
	story := s.stories.Of(id)
	lead, err := s.lead(story)
	if err != nil {
		return err
	}
	what.Story, what.Lead = s.id[story[0]-1], s.id[lead-1]
	if s.events != nil {
		if e := s.events.Event(story[0]); e != 0 {
			what.Event = s.id[e-1]
		}
	}
	tail, err := json.Marshal(what)
	if err != nil {
		return err
	}
	line = bytes.TrimRight(line, " \t\r\n")
	s.out.Write(bytes.TrimRight(line[:len(line)-1], " \t"))
	s.out.WriteByte(',') // there is an id before it
	s.out.Write(tail[1:])
	return s.out.WriteByte('\n')
}

// lead elects the lead of a story among its first members: reading hundreds of
// reprints again for each new one would cost more than it tells.
func (s *foldStream) lead(story []int64) (int64, error) {
	name := story[0]
	if len(story) == 1 {
		return name, nil
	}
	if lead, ok := s.leads[name]; ok && !s.live {
		return lead, nil
	}
	articles := make([]dedupe.Article, 0, 8)
	for _, m := range story[:min(len(story), 8)] {
		a, err := s.Article(m)
		if err != nil {
			return 0, err
		}
		articles = append(articles, a)
	}
	s.leads[name] = dedupe.Lead(articles, "")
	return s.leads[name], nil
}
