package main

import (
	"bufio"
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

// listing is how stories are listed.
type listing struct {
	output
	req         control.ListRequest
	since, name string
	newOnly     bool
}

func (a *app) newList() *cobra.Command {
	var l listing
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List stories, newest first, each once",
		Long: `List stories, newest first, each once, with the number of its copies and of the
outlets that carry it. The number in front is the ID for show, mark and explain.

"--new" lists what is new since the last "--new" of the same --name. The name is
moved on only when all of the list was written: a pipe that breaks loses nothing.
"--follow" prints stories as the daemon folds them, until interrupted.

"--format" takes a template of Go (https://pkg.go.dev/text/template) for each
story. Its fields are those of doc/json.md with a capital: .ID .Title .URL .Outlet
.Byline .Lang .Lede .Image .Time .Published .Copies .Outlets .First.Outlet .Feeds
.Read .Starred, and .Articles with --copies. \n and \t mean what they say.`,
		Example: `  newsfold list --since 24h --unread
  newsfold list --feed "Harbour Courier" --copies
  newsfold list --new --name mail --format '{{.Time.Format "15:04"}} {{.Title}} <{{.URL}}>'
  newsfold list --follow --json | jq -r .title
  newsfold list --unread --count`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := l.check(cmd); err != nil {
				return err
			}
			print, err := way(l.output, a.screen().stories())
			if err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				return a.list(ctx, c, l, print)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&l.since, "since", "", "only stories from this `time` on: an age (90m, 24h, 7d, 2w), a date or a time (RFC 3339)")
	f.BoolVar(&l.req.Unread, "unread", false, "only stories that are not read")
	f.BoolVar(&l.req.Starred, "starred", false, "only starred stories")
	f.BoolVar(&l.req.Hidden, "hidden", false, "also stories that a rule hides")
	f.StringVar(&l.req.Tag, "tag", "", "only stories to which a rule gave this `tag`")
	f.StringVar(&l.req.Feed, "feed", "", "only stories that this `feed` carries: its ID, URL or title")
	f.IntVar(&l.req.Limit, "limit", 50, "at most this `number` of stories; 0 for all")
	f.BoolVar(&l.req.Articles, "copies", false, "print the copies beneath each story")
	f.BoolVar(&l.newOnly, "new", false, "only stories that are new since the last list of this kind; all of them")
	f.StringVar(&l.name, "name", "default", "`name` of who lists with --new: each has a last of its own")
	f.BoolVar(&l.req.Follow, "follow", false, "print stories as they are folded, from now on")
	l.flags(cmd, "story", "stories")
	return cmd
}

// check completes the flags and finds those that contradict each other.
func (l *listing) check(cmd *cobra.Command) (err error) {
	limited := cmd.Flags().Changed("limit")
	switch {
	case l.req.Limit < 0:
		return usage("--limit %d: say a number from 1 up, or 0 for all", l.req.Limit)
	case l.newOnly && limited && l.req.Limit > 0:
		return usage("--new and --limit: what the limit cuts off would never be listed")
	case l.newOnly && l.req.Follow:
		return usage("--new and --follow: say one of them")
	case l.count && l.req.Follow:
		return usage("--count and --follow: what is followed has no end")
	case cmd.Flags().Changed("name") && !l.newOnly:
		return usage("--name goes with --new")
	}
	if l.newOnly {
		l.req.New = l.name
	}
	if l.newOnly || l.count && !limited {
		l.req.Limit = 0
	}
	l.req.Since, err = moment(l.since, time.Now())
	return err
}

func (a *app) list(ctx context.Context, c *control.Client, l listing, print func(io.Writer, river.Story) error) error {
	n := 0
	var end control.Listed
	err := a.write("", func(w io.Writer) (err error) {
		end, err = c.List(ctx, l.req, func(st river.Story) error {
			n++
			err := print(w, st)
			if b, ok := w.(*bufio.Writer); ok && err == nil && l.req.Follow {
				err = b.Flush()
			}
			return err
		})
		if err == nil && l.count {
			_, err = fmt.Fprintln(w, n)
		}
		return err
	})
	switch {
	case l.req.Follow && ctx.Err() != nil:
		return nil // it has no other end
	case err != nil:
		return err
	case end.Next != nil:
		if err := c.Advance(ctx, "list/"+l.name, *end.Next); err != nil {
			return err
		}
	case end.More:
		a.note("… there are more: --limit 0 lists them all.")
	}
	if n > 0 || l.count {
		return nil
	}
	return a.noStories(ctx, c)
}

// noStories says that a list is empty, or how to begin.
func (a *app) noStories(ctx context.Context, c *control.Client) error {
	feeds := 0
	err := c.Feeds(ctx, func(control.Feed) error {
		feeds++
		return nil
	})
	switch {
	case err != nil:
		return err
	case feeds == 0:
		a.note("%s", noFeeds(0))
	default:
		a.note("No such stories.")
	}
	return nil
}

// stories returns what prints stories for people.
func (s screen) stories() func(io.Writer, river.Story) error {
	return func(w io.Writer, st river.Story) error {
		_, err := io.WriteString(w, s.story(st, time.Now()))
		return err
	}
}

// story is how a list shows a story: one line, and one for each copy where they
// were asked for.
func (s screen) story(st river.Story, now time.Time) string {
	var b strings.Builder
	id := fmt.Sprintf("%6d  %-10s  ", st.ID, river.Clock(st.Time, now))
	tail := "  " + aside(st, now)
	title := plain(st.Title)
	if s.width > 0 {
		title = s.isolated(fit(title, max(s.width-len(id)-uniseg.StringWidth(tail), 20)))
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
		line := fmt.Sprintf("%18s└ %d  %s  %s, %s after", "", ar.ID, plain(ar.Outlet), ar.Relation, river.Lag(ar.Time().Sub(first)))
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
	// Whole days are those of the calendar: the day on which clocks change is
	// as good as any.
	if n, err := strconv.Atoi(v[:len(v)-1]); err == nil && n >= 0 && n <= 36500 {
		switch v[len(v)-1] {
		case 'd':
			return now.AddDate(0, 0, -n), nil
		case 'w':
			return now.AddDate(0, 0, -7*n), nil
		}
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
