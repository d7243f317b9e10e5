package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsfold"
	"newsfold/internal/control"
	"newsfold/internal/river"
)

func (a *app) newEvents() *cobra.Command {
	var (
		since string
		limit int
		out   output
	)
	cmd := &cobra.Command{
		Use:   "events",
		Short: "List events: what several stories report, each in its own words or language",
		Long: `List the events that more than one story reports, in other words or in other
languages. Those that most outlets report come first. Copies of one text are one
story and count once, however many outlets print it; nothing is hidden: every story
of an event is in "newsfold list" as well.`,
		Example: "  newsfold events --since 48h\n  newsfold events --json | jq '{title, languages}'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			from, err := moment(since, time.Now())
			if err != nil {
				return err
			}
			if limit < 0 {
				return usage("--limit %d: say a number from 1 up, or 0 for all", limit)
			}
			if out.count && !cmd.Flags().Changed("limit") {
				limit = 0
			}
			s := a.screen()
			print, err := way(out, func(w io.Writer, h river.Happening) error {
				_, err := io.WriteString(w, s.happening(h, time.Now()))
				return err
			})
			if err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				return listed(a, out, print, func(emit func(river.Happening) error) error { return c.Events(ctx, from, limit, emit) },
					func() string { return "No event: nothing is reported by more than one story." })
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&since, "since", "", "only events with a story from this `time` on: an age (90m, 24h, 7d, 2w), a date or a time (RFC 3339)")
	f.IntVar(&limit, "limit", 20, "at most this `number` of events; 0 for all")
	out.flags(cmd, "event", "events")
	return cmd
}

// happening prints an event with its stories beneath.
func (s screen) happening(h river.Happening, now time.Time) string {
	var b strings.Builder
	tail := fmt.Sprintf("  — %s in %s", count(len(h.Reports), "report", "reports"), count(h.Outlets, "outlet", "outlets"))
	if len(h.Languages) > 1 {
		tail += " · " + plain(strings.Join(h.Languages, ", "))
	}
	fmt.Fprintf(&b, "%s%s%s\n", s.dim(fmt.Sprintf("%6d  %-10s  ", h.ID, river.Clock(h.First, now))), s.bold(plain(h.Title)), s.dim(tail))
	of := river.Originals(h.Reports)
	for _, r := range h.Reports {
		b.WriteString(s.dim(fit(s.report(r, h.First, of[r.ID]), s.width)))
		b.WriteByte('\n')
	}
	return b.String()
}

// report is the line of a story of an event that began at a time; original is what
// it is a translation of, 0: of nothing there.
func (s screen) report(r river.Report, began time.Time, original newsfold.StoryID) string {
	line := fmt.Sprintf("%18s└ %d  %s", "", r.ID, plain(r.Outlet))
	if r.Copies > 0 {
		line += fmt.Sprintf(" +%d", r.Copies)
	}
	if r.Lang != "" {
		line += " [" + plain(r.Lang) + "]"
	}
	line += ", " + river.Lag(r.Time.Sub(began)) + " after"
	if original != 0 {
		line += fmt.Sprintf(", translation of %d", original)
	}
	return line + ": " + plain(r.Title)
}
