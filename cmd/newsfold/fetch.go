package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"newsfold/internal/control"
	"newsfold/internal/ingest"
)

func (a *app) newFetch() *cobra.Command {
	var all, history, force bool
	cmd := &cobra.Command{
		Use:   "fetch [FEED…]",
		Short: "Ask the feeds that are due once, and fold what is new",
		Long: `Ask the feeds that are due, all of them (--all) or those named, once; fetch the
pages of articles whose feed has only a summary; fold; exit. A running daemon
does the asking when there is one. The exit code is 5 when every feed failed.

A feed whose server asks to be left alone for a while (Retry-After) is not asked
before then, whoever wants it; --force asks it all the same.`,
		Example: `  newsfold fetch
  newsfold fetch --history "Harbour Courier"
  newsfold fetch --all --quiet && newsfold list --unread`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if all && len(args) > 0 {
				return usage("--all and names of feeds exclude each other")
			}
			if history && len(args) == 0 {
				return usage("--history wants the feeds named whose archives are to be read")
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				return a.fetchOnce(ctx, c, control.FetchRequest{All: all, Feeds: args, History: history, Force: force})
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "ask every feed, due or not, but those that are gone for good (410)")
	cmd.Flags().BoolVar(&force, "force", false, "ask also the feeds whose servers want to be left alone for now (Retry-After)")
	cmd.Flags().BoolVar(&history, "history", false, "read the archives that the named feeds link to (RFC 5005), at most 100 documents of each")
	return cmd
}

func (a *app) fetchOnce(ctx context.Context, c *control.Client, req control.FetchRequest) error {
	bar := a.progress()
	p, err := c.Fetch(ctx, req, func(p ingest.Progress) { bar.show(progressLine(p)) })
	bar.clear()
	if err != nil {
		return err
	}
	if p.Polled != 1 {
		for _, f := range p.Failures {
			a.note("newsfold: feed %d: %s", f.Feed, f.Error)
		}
	}
	for _, f := range p.Waiting {
		a.note("feed %d was not asked: %s; --force asks it all the same", f.Feed, f.Error)
	}
	asked := p.Polled - len(p.Waiting)
	a.note("%s asked: %d unchanged, %d failed; %s, %d revised; %s",
		count(asked, "feed", "feeds"), p.Unchanged, p.Failed,
		count(p.New, "new entry", "new entries"), p.Revised, count(p.Pages, "page fetched", "pages fetched"))
	switch {
	case asked == 0 || p.Failed < asked:
		return nil
	case len(p.Failures) == 1:
		return &control.Error{Kind: control.Unread, Message: p.Failures[0].Error}
	}
	return &control.Error{Kind: control.Unread, Message: fmt.Sprintf("none of the %d feeds could be read", asked)}
}

func progressLine(p ingest.Progress) string {
	if p.Polled < p.Feeds {
		return fmt.Sprintf("feeds %d/%d · %d new · %s", p.Polled, p.Feeds, p.New, plain(p.Last))
	}
	return fmt.Sprintf("%d new entries · pages %d, %d to go", p.New, p.Pages, p.PagesLeft)
}
