package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/rivo/uniseg"
	"github.com/spf13/cobra"

	"newsfold/internal/control"
	"newsfold/internal/river"
)

func (a *app) newList() *cobra.Command {
	var (
		since    string
		req      control.ListRequest
		asJSON   bool
		withCopy bool
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List stories, newest first, each once",
		Long: `List stories, newest first, each once, with the number of its copies and of the
outlets that carry it. The number in front is the ID for show, mark and explain.`,
		Example: `  newsfold list --since 24h --unread
  newsfold list --feed "Harbour Courier" --copies
  newsfold list --since 7d --limit 0 --json | jq -r .title`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if req.Since, err = moment(since, time.Now()); err != nil {
				return err
			}
			if req.Limit < 0 {
				return usage("--limit %d: say a number from 1 up, or 0 for all", req.Limit)
			}
			req.Articles = withCopy
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				return a.list(ctx, c, req, asJSON)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&since, "since", "", "only stories from this `time` on: an age (90m, 24h, 7d, 2w), a date or a time (RFC 3339)")
	f.BoolVar(&req.Unread, "unread", false, "only stories that are not read")
	f.BoolVar(&req.Starred, "starred", false, "only starred stories")
	f.StringVar(&req.Feed, "feed", "", "only stories that this `feed` carries: its ID, URL or title")
	f.IntVar(&req.Limit, "limit", 50, "at most this `number` of stories; 0 for all")
	f.BoolVar(&withCopy, "copies", false, "print the copies beneath each story")
	f.BoolVar(&asJSON, "json", false, "print JSON Lines, one story a line (doc/json.md)")
	return cmd
}

func (a *app) list(ctx context.Context, c *control.Client, req control.ListRequest, asJSON bool) error {
	s := a.screen()
	n := 0
	var more bool
	err := a.write("", func(w io.Writer) (err error) {
		enc := jsonLines(w)
		more, err = c.List(ctx, req, func(st river.Story) error {
			n++
			if asJSON {
				return enc.Encode(st)
			}
			_, err := io.WriteString(w, s.story(st, time.Now()))
			return err
		})
		return err
	})
	switch {
	case err != nil:
		return err
	case more:
		a.note("… there are more: --limit 0 lists them all.")
	case n == 0:
		a.note("No such stories.")
	}
	return nil
}

// story is how a list shows a story: one line, and one for each copy where they
// were asked for.
func (s screen) story(st river.Story, now time.Time) string {
	var b strings.Builder
	id := fmt.Sprintf("%6d  %-10s  ", st.ID, clock(st.Time, now))
	tail := "  " + aside(st, now)
	title := plain(st.Title)
	if s.width > 0 {
		title = fit(title, max(s.width-len(id)-uniseg.StringWidth(tail), 20))
	}
	if !st.Read {
		title = s.bold(title)
	}
	star := ""
	if st.Starred {
		star = "★ "
	}
	fmt.Fprintf(&b, "%s%s%s%s\n", s.dim(id), star, title, s.dim(tail))
	first := st.Time
	for _, ar := range st.Articles {
		if ar.Lead {
			continue
		}
		line := fmt.Sprintf("%18s└ %d  %s  %s, %s after", "", ar.ID, plain(ar.Outlet), ar.Relation, lag(ar.Time().Sub(first)))
		if t := plain(ar.Title); t != plain(st.Title) {
			line += ": " + t
		}
		b.WriteString(s.dim(fit(line, s.width)))
		b.WriteByte('\n')
	}
	return b.String()
}

// aside is what stands behind a title: the outlet and, when there are copies,
// how many, where, and who was first.
func aside(st river.Story, now time.Time) (tail string) {
	text := plain(st.Outlet)
	if st.Event != nil && st.Event.Stories > 1 {
		defer func() { tail += fmt.Sprintf(" · one of %d reports", st.Event.Stories) }()
	}
	if st.Copies == 0 {
		return "— " + text
	}
	text += fmt.Sprintf(" · +%s in %s", count(st.Copies, "copy", "copies"), count(st.Outlets, "outlet", "outlets"))
	if st.First.Outlet != "" && st.First.Outlet != st.Outlet {
		text += " · first: " + plain(st.First.Outlet)
	}
	return "— " + text
}

// moment reads a time as a person gives it: an age before now, a date, or an
// exact time. Empty is the zero time.
func moment(v string, now time.Time) (time.Time, error) {
	if v == "" {
		return time.Time{}, nil
	}
	if n, err := strconv.ParseFloat(v[:len(v)-1], 64); err == nil && n >= 0 && n <= 36500 {
		day := 24 * time.Hour
		switch v[len(v)-1] {
		case 'd':
			return now.Add(-time.Duration(n * float64(day))), nil
		case 'w':
			return now.Add(-time.Duration(n * float64(7*day))), nil
		}
	}
	if d, err := time.ParseDuration(v); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, v, now.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usage("%q is no time: say an age such as 90m, 24h, 7d or 2w, a date such as 2026-03-01, or a time of RFC 3339", v)
}
