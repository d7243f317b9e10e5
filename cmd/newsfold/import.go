package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"newsfold/internal/control"
)

func (a *app) newImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE.opml",
		Short: "Subscribe to all feeds of an OPML file, folders kept",
		Long: `Subscribe to all feeds of an OPML file, as other readers export it; "-" reads
standard input. Feeds that are subscribed already only gain the folders. The
feeds are read by the daemon, or by the next "newsfold fetch".`,
		Example: `  newsfold import feeds.opml
  curl -s https://reader.example/export | newsfold import -`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := a.open(args[0])
			if err != nil {
				return err
			}
			defer func() { _ = in.Close() }()
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				return a.importOPML(ctx, c, in, args[0])
			})
		},
	}
}

// open opens an input file; "-" is standard input.
func (a *app) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(a.in), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, marked{err, errInput}
	}
	if st, err := f.Stat(); err == nil && st.IsDir() {
		_ = f.Close()
		return nil, marked{fmt.Errorf("%s is a directory, not a file", name), errInput}
	}
	return f, nil
}

func (a *app) importOPML(ctx context.Context, c *control.Client, in io.Reader, name string) error {
	var res control.Imported
	err := a.during("importing", func() (err error) {
		res, err = c.Import(ctx, in)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, p := range res.Problems {
		a.note("newsfold: %s: %s", name, p)
	}
	_, err = fmt.Fprintf(a.out, "%s added, %d known already, %s unusable\n", count(res.Added, "feed", "feeds"), res.Known, count(len(res.Problems), "outline", "outlines"))
	if res.Added > 0 {
		a.note("The daemon reads them now; without one, `newsfold fetch` does.")
	}
	return err
}
