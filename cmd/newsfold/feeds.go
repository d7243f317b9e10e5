package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/control"
	"newsfold/internal/river"
)

func (a *app) newFeeds() *cobra.Command {
	var (
		out  output
		pick picked
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
		Args: pick.args,
		RunE: func(cmd *cobra.Command, _ []string) error {
			chosen, err := pick.choose(time.Now())
			if err != nil {
				return err
			}
			t := table{give: []int{1, 2, 3, 7}}
			t.row("ID", "TITLE", "URL", "FOLDER", "ENTRIES", "LAST SUCCESS", "NEXT POLL", "ERROR")
			now := time.Now()
			print, err := way(out, func(_ io.Writer, f control.Feed) error {
				t.feed(f.Feed, now)
				return nil
			})
			if err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				all := 0
				each := func(emit func(control.Feed) error) error {
					return c.Feeds(ctx, func(f control.Feed) error {
						if all++; !chosen(f) {
							return nil
						}
						return emit(f)
					})
				}
				err := listed(a, out, print, each, func() string { return noFeeds(all) })
				if err != nil || !out.people() || len(t.rows) == 1 {
					return err
				}
				return a.write("", func(w io.Writer) error { return t.print(w, a.screen()) })
			})
		},
	}
	pick.flags(cmd)
	out.flags(cmd, "feed", "feeds")
	cmd.AddCommand(a.newFeedsReport())
	return cmd
}

// feed adds the line of a feed.
func (t *table) feed(f newsfold.Feed, now time.Time) {
	t.row(fmt.Sprint(f.ID), fit(plain(label(f)), 40), fetch.Redact(f.URL), strings.Join(f.Folders, ", "), fmt.Sprint(f.Entries),
		never(f.Poll.Succeeded, now, "never"), nextPoll(f, now), f.Poll.Error)
}

// noFeeds says that no feed of all is listed.
func noFeeds(all int) string {
	if all > 0 {
		return fmt.Sprintf("None of %s.", count(all, "feed", "feeds"))
	}
	return "No feeds yet: `newsfold add URL` or `newsfold import FILE.opml` subscribes, `newsfold demo` shows how it looks."
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
