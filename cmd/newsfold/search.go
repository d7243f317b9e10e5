package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/rivo/uniseg"
	"github.com/spf13/cobra"

	"newsfold/internal/control"
	"newsfold/internal/river"
	"newsfold/internal/search"
)

// indexDir is the folder of the search index in the store's directory.
const indexDir = "search"

// index opens the search index when it is first wanted. What it returns last
// closes it.
func (a *app) index(log search.Options) (open func() (*search.Index, error), done func() error) {
	var opened *search.Index
	open = sync.OnceValues(func() (ix *search.Index, err error) {
		opened, err = search.Open(filepath.Join(a.dir, indexDir), log)
		return opened, err
	})
	return open, func() error {
		if opened == nil {
			return nil
		}
		return opened.Close()
	}
}

func (a *app) newSearch() *cobra.Command {
	var (
		req     control.SearchRequest
		out     output
		rebuild bool
	)
	cmd := &cobra.Command{
		Use:   "search QUERY",
		Short: "Find stories by their words, best first",
		Long: `Find stories by the words in their titles and texts, in any form, best first.

  ferry aground          both words
  "ran aground"          one after the other
  light*                 words that begin so
  -festival              not this word; also -"a phrase"
  feed:Courier folder:News/World site:courier.example lang:de
  after:2026-03-01 after:7d before:2026-04   is:unread is:starred
  is:hidden              stories that a rule hides, which are left out else

Words that hold a language together, such as "the", do not matter. The words that
were found are in [brackets], or bold on a terminal.`,
		Example: `  newsfold search ferry aground after:30d
  newsfold search '"swing bridge" site:courier.example -festival' --json | jq .id`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if req.Limit < 0 || req.Skip < 0 {
				return usage("--limit and --skip are numbers from 0 up")
			}
			req.Query = strings.Join(args, " ")
			s := a.screen()
			print, err := way(out, func(w io.Writer, r search.Result) error {
				_, err := io.WriteString(w, s.result(r, time.Now()))
				return err
			})
			if err != nil {
				return err
			}
			if rebuild {
				if err := a.dropIndex(cmd.Context()); err != nil {
					return err
				}
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				if out.count {
					return a.searchCount(ctx, c, req.Query)
				}
				return a.search(ctx, c, req, print)
			})
		},
	}
	f := cmd.Flags()
	f.IntVar(&req.Limit, "limit", 20, "at most this `number` of stories, to 1000")
	f.IntVar(&req.Skip, "skip", 0, "leave out this `number` of the best")
	out.flags(cmd, "story", "stories")
	f.BoolVar(&rebuild, "rebuild", false, "make the search index anew first; no daemon may be running")
	return cmd
}

// dropIndex throws the search index away, to be made anew.
func (a *app) dropIndex(ctx context.Context) error {
	_, running, err := control.Dial(ctx, a.dir)
	if err == nil && running {
		err = fmt.Errorf("a daemon uses the search index in %s: stop it first", a.dir)
	}
	if err != nil {
		return marked{err, errStore}
	}
	if err := os.RemoveAll(filepath.Join(a.dir, indexDir)); err != nil {
		return fmt.Errorf("remove the search index: %w", err)
	}
	return nil
}

// found asks for one page of what a search finds.
func (a *app) found(ctx context.Context, c *control.Client, req control.SearchRequest) (search.Found, error) {
	bar := a.progress()
	found, err := c.Search(ctx, req, func(n int) { bar.show(fmt.Sprintf("indexing: %d articles", n)) })
	bar.clear()
	var ce *control.Error
	if errors.As(err, &ce) && ce.Kind == control.Invalid {
		return found, usage("%v; see `newsfold search --help`", ce)
	}
	return found, err
}

// searchCount prints how many stories there are to be found, whatever the limit.
func (a *app) searchCount(ctx context.Context, c *control.Client, query string) error {
	n := 0
	for {
		found, err := a.found(ctx, c, control.SearchRequest{Query: query, Limit: 1000, Skip: n})
		if err != nil {
			return err
		}
		if n += len(found.Stories); !found.More {
			return a.write("", func(w io.Writer) error {
				_, err := fmt.Fprintln(w, n)
				return err
			})
		}
	}
}

func (a *app) search(ctx context.Context, c *control.Client, req control.SearchRequest, print func(io.Writer, search.Result) error) error {
	found, err := a.found(ctx, c, req)
	if err != nil {
		return err
	}
	err = a.write("", func(w io.Writer) error {
		for _, r := range found.Stories {
			if err := print(w, r); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case len(found.Stories) == 0:
		a.note("Nothing was found.")
	case found.More:
		a.note("… there are more: %s match; --skip %d goes on.", count(found.Articles, "article", "articles"), req.Skip+len(found.Stories))
	}
	return nil
}

// result is how a search shows a story: as a list does, with the place found.
func (s screen) result(r search.Result, now time.Time) string {
	id := fmt.Sprintf("%6d  %-10s  ", r.ID, river.Clock(r.Time, now))
	tail := "  " + aside(r.Story, now)
	title := r.Match
	if s.width > 0 {
		title = cut(title, max(s.width-len(id)-uniseg.StringWidth(tail), 20))
	}
	line := s.dim(id) + s.isolated(s.pieces(title)) + s.dim(tail) + "\n"
	snippet := s.pieces(r.Snippet)
	if snippet == "" {
		return line
	}
	const indent = 20
	text := snippet
	if s.width > 0 {
		text = wrapped(snippet, max(s.width-indent, 40))
	}
	pad := strings.Repeat(" ", indent)
	return line + pad + strings.ReplaceAll(text, "\n", "\n"+pad) + "\n"
}

// cut cuts a text to a number of columns.
func cut(ps []search.Piece, columns int) (fits []search.Piece) {
	for _, p := range ps {
		n := uniseg.StringWidth(p.Text)
		if n > columns {
			p.Text = fit(p.Text, max(columns, 1))
			return append(fits, p)
		}
		columns -= n
		fits = append(fits, p)
	}
	return fits
}

// pieces prints a text with what was found in it marked.
func (s screen) pieces(ps []search.Piece) string {
	var b strings.Builder
	for i, p := range ps {
		text := plain(p.Text)
		// plain trims what stands at the ends.
		if i > 0 && strings.HasPrefix(p.Text, " ") {
			text = " " + text
		}
		if i < len(ps)-1 && len(text) > 1 && strings.HasSuffix(p.Text, " ") {
			text += " "
		}
		switch {
		case p.Hit && s.color:
			b.WriteString(s.bold(text))
		case p.Hit:
			b.WriteString("[" + text + "]")
		default:
			b.WriteString(text)
		}
	}
	return b.String()
}
