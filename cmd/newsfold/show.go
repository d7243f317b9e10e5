package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsfold"
	"newsfold/internal/control"
	"newsfold/internal/river"
)

func (a *app) newShow() *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show a story: its text, its copies, who was first, and why they were folded",
		Long: `Show the story that an ID leads to, of a story or of any article in it: the text
of its lead, its copies with the evidence of each fold, and who had it first.
Showing does not mark it read: "newsfold mark read ID" does.`,
		Example: "  newsfold show 12\n  newsfold show 12 --json | jq '.articles[].outlet'\n  newsfold show 12 --format '{{.Text}}'",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := articleID(args[0])
			if err != nil {
				return err
			}
			return single(a, cmd, out, func(ctx context.Context, c *control.Client) (river.Story, int, error) {
				st, err := c.Show(ctx, id)
				return st, len(st.Articles), err
			}, func(w io.Writer, st river.Story) error { return a.screen().show(w, st, time.Now()) })
		},
	}
	out.flags(cmd, "story", "articles in the story")
	return cmd
}

// articleID reads an ID from the command line.
func articleID(v string) (newsfold.ArticleID, error) {
	id, err := strconv.ParseInt(v, 10, 64)
	if err != nil || id <= 0 {
		return 0, usage("%q is no ID: those are the numbers that `newsfold list` prints", v)
	}
	return newsfold.ArticleID(id), nil
}

// show prints a whole story.
func (s screen) show(w io.Writer, st river.Story, now time.Time) error {
	width := min(s.width, 90)
	var b strings.Builder
	fmt.Fprintln(&b, s.bold(wrapped(plain(st.Title), width)))
	line := plain(st.Outlet)
	if st.Byline != "" {
		line += " · " + plain(st.Byline)
	}
	fmt.Fprintln(&b, s.dim(fmt.Sprintf("%s · %s", line, st.Time.Local().Format("2006-01-02 15:04 MST"))))
	fmt.Fprintln(&b, s.dim(plain(st.URL)))
	for para := range strings.SplitSeq(st.Text, "\n\n") {
		if p := plain(para); p != "" {
			fmt.Fprintf(&b, "\n%s\n", wrapped(p, width))
		}
	}
	if st.First.Outlet != "" && (st.Copies > 0 || st.First.Article == 0) {
		fmt.Fprintf(&b, "\nFirst: %s (%s sure: %s)\n", plain(st.First.Outlet), river.Percent(st.First.Confidence), plain(st.First.Reason))
	}
	if len(st.Cited) > 0 {
		fmt.Fprintf(&b, "\nCites: %s\n", strings.Join(st.Cited, ", "))
	}
	if st.Copies > 0 {
		fmt.Fprintf(&b, "\n%s\n", s.bold(count(st.Copies, "copy", "copies")+" in "+count(st.Outlets, "outlet", "outlets")))
	}
	for _, ar := range st.Articles {
		if st.Copies == 0 && len(ar.Links) == 0 {
			break
		}
		s.member(&b, ar, st)
	}
	s.event(&b, st)
	fmt.Fprintf(&b, "\n%s\n", s.dim(fmt.Sprintf("story %d · %s%s", st.ID, state(st), feedNames(st.Feeds))))
	_, err := io.WriteString(w, b.String())
	return err
}

// event prints what else reports what a story does, and why that is thought.
func (s screen) event(b *strings.Builder, st river.Story) {
	e := st.Event
	if e == nil {
		return
	}
	if len(e.Reports) > 1 {
		langs := map[string]bool{}
		for _, r := range e.Reports {
			langs[r.Lang] = true
		}
		head := fmt.Sprintf("Event %d: %s", e.ID, count(len(e.Reports), "report", "reports"))
		if len(langs) > 1 {
			head += " in " + count(len(langs), "language", "languages")
		}
		fmt.Fprintf(b, "\n%s\n", s.bold(head))
		of := river.Originals(e.Reports)
		for _, r := range e.Reports {
			fmt.Fprintln(b, s.dim(strings.TrimLeft(s.report(r, e.Reports[0].Time, of[r.ID]), " └")))
		}
		if e.With != 0 {
			fmt.Fprintf(b, "%s, score %.2f\n", tied(st, of), e.Score)
		}
		for _, v := range e.Evidence {
			fmt.Fprintf(b, "        · %s\n", evidence(v))
		}
	}
	if e.Earlier != 0 {
		fmt.Fprintf(b, "\nFollows event %d.\n", e.Earlier)
	}
}

// tied says what ties a story to its event; of are the translations there.
func tied(st river.Story, of map[newsfold.StoryID]newsfold.StoryID) string {
	with := st.Event.With
	switch {
	case of[st.ID] == with:
		return fmt.Sprintf("This is a translation of %d", with)
	case of[with] == st.ID:
		return fmt.Sprintf("%d is a translation of this", with)
	}
	return fmt.Sprintf("%d reports the same", with)
}

// member prints one article of a story with the evidence of its fold.
func (s screen) member(b *strings.Builder, ar river.Article, st river.Story) {
	role := string(ar.Relation)
	if ar.With != 0 {
		role = fmt.Sprintf("%s %d, score %.2f", article(string(ar.Relation)), ar.With, ar.Score)
	}
	if ar.Lead {
		role = "lead; " + role
	}
	later := ""
	if lag := ar.Time().Sub(st.Time); lag > 0 {
		later = ", " + river.Lag(lag) + " later"
	}
	fmt.Fprintf(b, "%6d  %s%s: %s\n", ar.ID, plain(ar.Outlet), later, role)
	fmt.Fprintf(b, "        %s\n", s.dim(plain(ar.Title)+" "+plain(ar.URL)))
	for _, e := range ar.Evidence {
		fmt.Fprintf(b, "        · %s\n", evidence(e))
	}
	for _, o := range ar.Origins {
		text := strings.TrimSpace(plain(o.Name) + " " + plain(o.URL))
		fmt.Fprintf(b, "        · says it is from %s (%s)\n", text, o.Kind)
	}
	for _, l := range ar.Links {
		fmt.Fprintf(b, "        · related, not folded: %s %d\n", l.Relation, l.With)
	}
}

func evidence(e newsfold.Evidence) string { return plain(river.Because(e)) }

func state(st river.Story) string {
	words := "unread"
	if st.Read {
		words = "read"
	}
	if st.Starred {
		words += ", starred"
	}
	if st.Hidden {
		words += ", hidden"
	}
	if len(st.Tags) > 0 {
		words += ", tagged " + plain(strings.Join(st.Tags, ", "))
	}
	return words
}

func feedNames(feeds []river.Feed) string {
	if len(feeds) == 0 {
		return ""
	}
	names := make([]string, len(feeds))
	for i, f := range feeds {
		names[i] = plain(f.Title)
	}
	return " · in " + strings.Join(names, ", ")
}
