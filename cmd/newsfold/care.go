package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"newsfold"
	"newsfold/internal/control"
	"newsfold/internal/river"
)

// picked says which feeds `feeds` lists.
type picked struct {
	stale          string
	failing, moved bool
}

// staleAge is how long a feed that is called stale has published nothing.
const staleAge = "30d"

func (p *picked) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.stale, "stale", "", "only feeds that have published nothing for this `age` (--stale=60d); without an age, 30d")
	f.Lookup("stale").NoOptDefVal = staleAge
	f.BoolVar(&p.failing, "failing", false, "only feeds whose last poll failed, or that are gone for good")
	f.BoolVar(&p.moved, "moved", false, "only feeds that have moved to another address, or are about to")
}

// args takes none, and knows what was probably meant by one.
func (p *picked) args(cmd *cobra.Command, args []string) error {
	if len(args) > 0 && cmd.Flags().Changed("stale") {
		return usage("say --stale=%s, without a space", args[0])
	}
	return cobra.NoArgs(cmd, args)
}

// choose returns what tells whether a feed is listed.
func (p *picked) choose(now time.Time) (func(control.Feed) bool, error) {
	if p.stale == "" && !p.failing && !p.moved {
		return func(control.Feed) bool { return true }, nil
	}
	before, err := moment(p.stale, now)
	if err != nil {
		return nil, err
	}
	return func(f control.Feed) bool {
		// Before the first poll nothing is known.
		quiet := f.Learned.Latest
		if quiet.IsZero() {
			quiet = f.Added
		}
		return p.stale != "" && quiet.Before(before) ||
			p.failing && (f.Poll.Errors > 0 || f.Poll.Result == newsfold.Gone) ||
			p.moved && (len(f.Learned.Moves) > 0 || f.Learned.Moving != "")
	}, nil
}

func (a *app) newFeedsReport() *cobra.Command {
	var (
		days int
		out  output
	)
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Say what each feed brings that the others do not",
		Long: `Say what each feed has brought over some days: its stories, those that no other feed
had, those it had first of several and those it had after others, with the median
time by which it came after the first, how many of its articles have their full
text, and the feed that carried most of the same stories. The feeds that bring least
of their own come last.`,
		Example: "  newsfold feeds report\n  newsfold feeds report --days 90 --json | jq 'select(.unique == 0) | .title'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if days < 1 || days > 3650 {
				return usage("--days %d: say a number from 1 to 3650", days)
			}
			print, err := way[control.FeedReport](out, nil)
			if err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				lines, err := c.Report(ctx, days)
				if err != nil {
					return err
				}
				if print == nil && len(lines) > 0 {
					return a.write("", func(w io.Writer) error { return report(w, lines, a.screen()) })
				}
				each := func(emit func(control.FeedReport) error) error {
					for _, l := range lines {
						if err := emit(l); err != nil {
							return err
						}
					}
					return nil
				}
				return listed(a, out, print, each, func() string { return noFeeds(0) })
			})
		},
	}
	cmd.Flags().IntVar(&days, "days", 30, "over the stories of so many `days`")
	out.flags(cmd, "feed", "feeds")
	return cmd
}

// report prints a table of feeds.
func report(w io.Writer, lines []control.FeedReport, s screen) error {
	names := map[newsfold.FeedID]string{}
	for _, l := range lines {
		names[l.Feed] = l.Title
	}
	t := table{give: []int{1, 8}}
	t.row("ID", "TITLE", "STORIES", "UNIQUE", "FIRST", "COPIES", "LAG", "FULL TEXT", "SHARES MOST WITH")
	for _, l := range lines {
		late, full, twin := "", "", ""
		if l.Copies > 0 {
			late = river.Lag(time.Duration(l.Lag * float64(time.Second)))
		}
		if l.Articles > 0 {
			full = fmt.Sprintf("%d %%", 100*l.Full/l.Articles)
		}
		if l.Twin != 0 {
			twin = fmt.Sprintf("%s (%d)", fit(plain(names[l.Twin]), 30), l.Both)
		}
		t.row(fmt.Sprint(l.Feed), fit(plain(l.Title), 40), fmt.Sprint(l.Stories), fmt.Sprint(l.Unique), fmt.Sprint(l.First), fmt.Sprint(l.Copies), late, full, twin)
	}
	return t.print(w, s)
}
