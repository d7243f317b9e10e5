package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/control"
	"newsfold/internal/river"
)

func (a *app) newFeeds() *cobra.Command {
	var (
		asJSON bool
		pick   picked
	)
	cmd := &cobra.Command{
		Use:   "feeds",
		Short: "List the subscriptions and how they are",
		Long: `List the subscriptions and how they are: all of them, or those that need care. Of
--stale, --failing and --moved, several select what any of them would.`,
		Example: `  newsfold feeds
  newsfold feeds --failing --moved
  newsfold feeds --stale=60d
  newsfold feeds --json | jq 'select(.poll.errors > 3) | .url'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			chosen, err := pick.choose(time.Now())
			if err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				return a.write("", func(w io.Writer) error {
					if asJSON {
						enc := jsonLines(w)
						return c.Feeds(ctx, func(f control.Feed) error {
							if !chosen(f) {
								return nil
							}
							return enc.Encode(f)
						})
					}
					return a.feeds(ctx, c, w, chosen)
				})
			})
		},
	}
	pick.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON Lines, one feed a line (doc/json.md)")
	cmd.AddCommand(a.newFeedsReport())
	return cmd
}

func (a *app) feeds(ctx context.Context, c *control.Client, w io.Writer, chosen func(control.Feed) bool) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	now := time.Now()
	n := 0
	if _, err := fmt.Fprintln(tw, "ID\tTITLE\tURL\tFOLDER\tENTRIES\tLAST SUCCESS\tNEXT POLL\tERROR"); err != nil {
		return err
	}
	all := 0
	err := c.Feeds(ctx, func(f control.Feed) error {
		if all++; !chosen(f) {
			return nil
		}
		n++
		_, err := fmt.Fprintf(tw, "%d\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", f.ID, fit(plain(label(f.Feed)), 40), plain(fetch.Redact(f.URL)),
			plain(strings.Join(f.Folders, ", ")), f.Entries, never(f.Poll.Succeeded, now, "never"), nextPoll(f.Feed, now), plain(f.Poll.Error))
		return err
	})
	if err != nil {
		return err
	}
	if n == 0 && all > 0 {
		a.note("None of %s.", count(all, "feed", "feeds"))
		return nil
	}
	if n == 0 {
		a.note("No feeds yet: `newsfold add URL` or `newsfold import FILE.opml` subscribes, `newsfold demo` shows how it looks.")
		return nil
	}
	return tw.Flush()
}

// label is what a person calls a feed, without the password that may be in its
// address.
func label(f newsfold.Feed) string {
	if l := f.Label(); l != f.URL {
		return l
	}
	return fetch.Redact(f.URL)
}

func never(t, now time.Time, word string) string {
	if t.IsZero() {
		return word
	}
	return river.Clock(t, now)
}

func nextPoll(f newsfold.Feed, now time.Time) string {
	if f.Poll.Result == newsfold.Gone {
		return "no more"
	}
	if f.Poll.Next.Before(now) {
		return "now"
	}
	return river.Clock(f.Poll.Next, now)
}

func (a *app) newRemove() *cobra.Command {
	return &cobra.Command{
		Use:   "remove FEED",
		Short: "End a subscription",
		Long: `End a subscription, named by its ID, its URL or its title. What it brought stays:
the stories keep their articles.`,
		Example: `  newsfold remove 12
  newsfold remove https://courier.example/feed.xml`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				f, err := c.Remove(ctx, args[0])
				if err != nil {
					return err
				}
				w := bufio.NewWriter(a.out)
				_, _ = fmt.Fprintf(w, "removed %d\t%s\t%s\n", f.ID, plain(label(f)), plain(fetch.Redact(f.URL)))
				return w.Flush()
			})
		},
	}
}
