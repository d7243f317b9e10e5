package main

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"newsfold/internal/control"
	"newsfold/internal/ingest"
	"newsfold/internal/pages"
)

// pagesDir is the folder of the pages that are kept in the store's directory.
const pagesDir = "pages"

// archive opens the archive of the pages that are kept.
func (a *app) archive(log *slog.Logger) (*pages.Archive, error) {
	limit, err := pagesLimit(a.keepPages)
	if err != nil {
		return nil, err
	}
	return pages.Open(filepath.Join(a.dir, pagesDir), pages.Options{Limit: limit, Log: log})
}

// pagesLimit reads --keep-pages.
func pagesLimit(v string) (int64, error) {
	if v == "0" {
		return 0, nil
	}
	return bytesOf(v)
}

func (a *app) newReextract() *cobra.Command {
	var (
		req    control.ReextractRequest
		since  string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "reextract",
		Short: "Read the pages that were kept again, as this version reads them",
		Long: `Read the pages of articles again that were kept when they were fetched, such as
after a new version of newsfold has learned to read them better, and print the
articles whose text that changes, or with --dry-run would change. No publisher is
asked. The text of before becomes a wording that "newsfold history" shows, and the
article is folded again. Articles whose feed carries their text are not concerned.

The last pages are kept, --keep-pages of them, in the folder "pages" of --dir. They
are no part of a backup, and the folder may be deleted at any time.`,
		Example: `  newsfold reextract --dry-run
  newsfold reextract --since 7d --feed "Harbour Courier"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if since != "" {
				if req.Since, err = moment(since, time.Now()); err != nil {
					return err
				}
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				return a.reextract(ctx, c, req, asJSON)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&since, "since", "", "read only pages of articles from this `time` on: an age (90m, 24h, 7d, 2w), a date or a time (RFC 3339)")
	f.StringVar(&req.Feed, "feed", "", "read only pages of the articles of this `feed`, by ID, URL or title")
	f.BoolVar(&req.DryRun, "dry-run", false, "only print what would change")
	f.BoolVar(&asJSON, "json", false, "print JSON Lines, one article a line (doc/json.md)")
	return cmd
}

// reextract prints the articles that are another text now, as they are found.
func (a *app) reextract(ctx context.Context, c *control.Client, req control.ReextractRequest, asJSON bool) error {
	var sum ingest.Reextracted
	err := a.write("", func(w io.Writer) (err error) {
		enc, p := jsonLines(w), printer{w: w}
		sum, err = c.Reextract(ctx, req, func(r ingest.Reread) error {
			switch {
			case asJSON:
				return enc.Encode(r)
			case r.Same:
				p.line("%6d  the same words, marked up anew: %s", r.ID, plain(r.Title))
			default:
				p.line("%6d  %d → %s: %s", r.ID, r.Before, count(r.After, "word", "words"), plain(r.Title))
			}
			return p.err
		})
		return err
	})
	if err != nil {
		return err
	}
	verb := "changed"
	if req.DryRun {
		verb = "would change"
	}
	a.note("%s read again: %s %s", count(sum.Pages, "page", "pages"), count(sum.Changed, "article", "articles"), verb)
	return nil
}
