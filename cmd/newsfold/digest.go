package main

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsfold/internal/control"
	"newsfold/internal/digest"
)

func (a *app) newDigest() *cobra.Command {
	var since, format, file, title string
	formats := digest.Formats()
	cmd := &cobra.Command{
		Use:   "digest",
		Short: "Write the stories of a time as JSON Feed or OPML",
		Long: `Write the stories of a time, each once with its copies: as JSON Feed 1.1, the
copies under the extension "_newsfold", or as OPML 2.0, an outline for each
story. An existing file is replaced only when all of the new one is written.`,
		Example: `  newsfold digest --since 24h --format json -o today.json
  newsfold digest --since 7d --format opml > week.opml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(formats, format) {
				return usage("--format %q: say %s", format, strings.Join(formats, ", "))
			}
			from, err := moment(since, time.Now())
			if err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				req := control.DigestRequest{Since: from, Format: format, Title: title}
				return a.write(file, func(w io.Writer) error { return c.Digest(ctx, req, w) })
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&since, "since", "24h", "stories from this `time` on: an age (24h, 7d), a date or a time (RFC 3339)")
	f.StringVar(&format, "format", "json", "json (JSON Feed 1.1) or opml (OPML 2.0)")
	f.StringVar(&title, "title", "newsfold digest", "`title` of the digest")
	f.StringVarP(&file, "output", "o", "", "write to this `file` instead of standard output")
	return cmd
}
