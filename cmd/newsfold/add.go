package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/control"
)

func (a *app) newAdd() *cobra.Command {
	var (
		folder  string
		cookies bool
	)
	cmd := &cobra.Command{
		Use:   "add URL…",
		Short: "Subscribe to feeds, or to the feeds that pages announce",
		Long: `Subscribe to feeds. Each URL is that of a feed or of a page: then the best of
the feeds that the page announces is taken. The feed is read at once; when its
server cannot answer for now (429, 5xx, a connection that is cut off or takes too
long) it is subscribed to and polled later.`,
		Example: `  newsfold add https://courier.example/feed.xml
  newsfold add courier.example wire.example --folder News/World`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var folders []string
			if folder != "" {
				folders = []string{folder}
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				return a.add(ctx, c, args, control.AddRequest{Folders: folders, Cookies: cookies})
			})
		},
	}
	cmd.Flags().StringVar(&folder, "folder", "", "put the feeds into this `folder`; \"A/B\" is B within A")
	cmd.Flags().BoolVar(&cookies, "cookies", false, "let the feeds' servers set cookies, which some insist on; each feed has its own")
	return cmd
}

// add subscribes to each URL; one that fails does not keep the others out.
func (a *app) add(ctx context.Context, c *control.Client, urls []string, req control.AddRequest) error {
	var failed []error
	for _, u := range urls {
		req.URL = u
		added, err := c.Add(ctx, req)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if _, err := fmt.Fprintf(a.out, "%d\t%s\t%s\t%d entries\n", added.Feed.ID, plain(label(added.Feed)), plain(fetch.Redact(added.Feed.URL)), added.Entries); err != nil {
			return err
		}
		if p := added.Feed.Poll; p.Result == newsfold.Failed {
			a.note("subscribed, but not read yet: %s", p.Error)
		}
		for _, o := range added.Others {
			a.note("the page also announces %s", fetch.Redact(o))
		}
	}
	return errors.Join(failed...)
}
