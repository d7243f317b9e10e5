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
	"newsfold/internal/diff"
)

func (a *app) newHistory() *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "history ID",
		Short: "Show how an article was changed by its publisher",
		Long: `Show the wordings that an article has had, each with the words that were taken
out [-so-] and put in {+so+}. The ID is that of an article, as "newsfold show"
prints them; that of a story is the ID of its first article. The texts of the last
20 wordings and the first are kept.`,
		Example: "  newsfold history 12\n  newsfold history 12 --json | jq '.versions[].from'",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := articleID(args[0])
			if err != nil {
				return err
			}
			var others []newsfold.ArticleID
			err = single(a, cmd, out, func(ctx context.Context, c *control.Client) (control.History, int, error) {
				h, err := c.History(ctx, id)
				others = h.Others
				return h, len(h.Versions), err
			}, func(w io.Writer, h control.History) error { return a.screen().history(w, h) })
			if err == nil && len(others) > 0 {
				a.note("Changed as well, in the same story: %s", strings.Trim(fmt.Sprint(others), "[]"))
			}
			return err
		},
	}
	out.flags(cmd, "article", "wordings")
	return cmd
}

// history prints the wordings of an article.
func (s screen) history(w io.Writer, h control.History) error {
	var b strings.Builder
	fmt.Fprintln(&b, s.bold(wrapped(plain(h.Title), min(s.width, 90))))
	fmt.Fprintln(&b, s.dim(strings.TrimSuffix(plain(h.Outlet+" · "+h.URL), " ·")))
	if len(h.Versions) == 1 {
		fmt.Fprintf(&b, "\nNot changed since %s.\n", stampOf(h.Versions[0].From))
	}
	for i, v := range h.Versions {
		if len(h.Versions) == 1 {
			break
		}
		until := "now"
		if !v.Until.IsZero() {
			until = stampOf(v.Until)
		}
		head := fmt.Sprintf("%d  %s – %s", i+1, stampOf(v.From), until)
		if i == 0 {
			fmt.Fprintf(&b, "\n%s\n", s.bold(head+"  first"))
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", s.bold(head+"  "+changed(v)))
		if len(v.TitleChanges) > 0 {
			fmt.Fprintf(&b, "   Title: %s\n", s.marked(v.TitleChanges))
		}
		for para := range strings.SplitSeq(s.marked(v.Changes), "\n\n") {
			if para != "" {
				fmt.Fprintf(&b, "   %s\n", strings.ReplaceAll(wrapped(para, min(s.width, 90)-3), "\n", "\n   "))
			}
		}
		if v.Cut {
			fmt.Fprintf(&b, "   Only the first %d words are compared.\n", diff.MaxWords)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func stampOf(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// changed counts what a wording changed.
func changed(v control.Wording) string {
	in, out := 0, 0
	for _, r := range v.Changes {
		switch n := len(strings.Fields(r.Text)); r.Op {
		case diff.New:
			in += n
		case diff.Gone:
			out += n
		case diff.Same:
		}
	}
	if in+out == 0 {
		return "title only"
	}
	return fmt.Sprintf("%s in, %d out", count(in, "word", "words"), out)
}

// context is how many words are shown before and after a change.
const shownContext = 8

// marked prints changes with some words around each.
func (s screen) marked(runs []diff.Run) string {
	var b strings.Builder
	for i, r := range runs {
		text := r.Text
		switch r.Op {
		case diff.Gone:
			b.WriteString(struck(text, func(t string) string { return "[-" + t + "-]" }))
		case diff.New:
			b.WriteString(struck(text, func(t string) string { return s.bold("{+" + t + "+}") }))
		case diff.Same:
			b.WriteString(excerpt(text, i == 0, i == len(runs)-1))
		}
	}
	return b.String()
}

// struck marks a text and leaves the white space after it outside of the mark.
func struck(text string, mark func(string) string) string {
	bare := strings.TrimRight(text, " \n")
	var parts []string
	for p := range strings.SplitSeq(bare, "\n\n") {
		parts = append(parts, mark(plain(p)))
	}
	return strings.Join(parts, "\n\n") + text[len(bare):]
}

// excerpt leaves out the middle of what did not change, or its beginning or end
// where no change lies beyond.
func excerpt(text string, first, last bool) string {
	words := strings.Fields(text)
	tail := text[len(strings.TrimRight(text, " \n")):]
	room := 2 * shownContext
	if first || last {
		room = shownContext
	}
	if len(words) <= room+2 {
		paras := strings.Split(text, "\n\n")
		for i := range paras[:len(paras)-1] {
			paras[i] = plain(paras[i])
		}
		return strings.Join(paras, "\n\n")
	}
	begin, end := words[:shownContext], words[len(words)-shownContext:]
	switch {
	case first && last:
		return "…"
	case first:
		return plain("… "+strings.Join(end, " ")) + tail
	case last:
		return plain(strings.Join(begin, " ") + " …")
	}
	return plain(strings.Join(begin, " ")+" … "+strings.Join(end, " ")) + tail
}
