package main

import (
	"context"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"newsfold"
	"newsfold/internal/control"
	"newsfold/internal/river"
)

func (a *app) newExplain() *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "explain A B",
		Short: "Say why two articles are, or are not, one story",
		Long: `Compare two articles by every rule, whether they were ever compared or not: what
the first is to the second, how far that is from the border, and what was weighed;
and, unless they are one story, whether they report one event. A and B are the IDs
of articles, as "newsfold show" prints them, or of stories.`,
		Example: "  newsfold explain 12 15\n  newsfold explain 12 15 --format '{{.Relation}} {{.Score}}'",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			x, err := articleID(args[0])
			if err != nil {
				return err
			}
			y, err := articleID(args[1])
			if err != nil {
				return err
			}
			return single(a, cmd, out, func(ctx context.Context, c *control.Client) (control.Explanation, int, error) {
				e, err := c.Explain(ctx, x, y)
				return e, len(e.Evidence), err
			}, a.screen().explanation)
		},
	}
	out.flags(cmd, "comparison", "reasons")
	return cmd
}

func (s screen) explanation(w io.Writer, e control.Explanation) error {
	p := printer{w: w}
	for _, ar := range []river.Article{e.A, e.B} {
		p.line("%6d  %s — %s, %s", ar.ID, s.bold(plain(ar.Title)), plain(ar.Outlet), ar.Time().Local().Format("2006-01-02 15:04"))
	}
	p.line("")
	switch {
	case e.Folds:
		p.line("One story: %d is %s %d.", e.A.ID, article(string(e.Relation)), e.B.ID)
	case e.Relation == newsfold.Quotes:
		p.line("Not one story: %d and %d share passages, no more.", e.A.ID, e.B.ID)
	case e.Relation == newsfold.Template:
		p.line("Not one story: %d and %d are of one series, with facts of their own.", e.A.ID, e.B.ID)
	default:
		p.line("Not one story: nothing ties %d to %d.", e.A.ID, e.B.ID)
	}
	p.line("Decided by %s; score %.2f, and %.2f makes a copy.", because(e.Rule), e.Score, e.Threshold)
	switch {
	case e.Story != 0 && !e.Folds:
		p.line("Both are in story %d all the same: through other copies.", e.Story)
	case e.Story != 0:
		p.line("Both are in story %d.", e.Story)
	}
	for _, ev := range e.Evidence {
		p.line("  · %s", evidence(ev))
	}
	p.passages(e.Shared)
	if e.Event != nil {
		p.event(e.Event)
	}
	return p.err
}

// event says why two articles report one event, or do not.
func (p *printer) event(v *control.EventExplanation) {
	said := "Not one event"
	if v.Same {
		said = "One event, by a " + v.Relation
	}
	p.line("%s: score %.2f, and 0.50 makes one.", said, v.Score)
	switch {
	case v.ID != 0 && !v.Same:
		p.line("Both are in event %d all the same: through other stories.", v.ID)
	case v.ID != 0:
		p.line("Both are in event %d.", v.ID)
	case v.Same:
		p.line("They are in no event together all the same.")
	}
	for _, ev := range v.Evidence {
		p.line("  · %s", evidence(ev))
	}
}

// because puts a rule into words.
func because(rule string) string {
	switch rule {
	case "score":
		return "all the evidence together"
	case "same document":
		return "their addresses, which make them one document"
	case "same words":
		return "their texts, which are the same word for word"
	case "short text":
		return "their titles, the texts being too short"
	case "furniture":
		return "the site: they share what stands on its other pages too"
	case "series":
		return "the facts, which differ where the wording is the same"
	case "nothing shared":
		return "the texts, which share nothing"
	case "little shared":
		return "the texts, neither of which has most of the other"
	case "by hand":
		return "a person"
	}
	return plain(rule)
}

// article puts a relation into words.
func article(relation string) string {
	switch relation {
	case "identical":
		return "the same text as"
	case "edited":
		return "an edited copy of"
	case "excerpt":
		return "an excerpt of"
	case "expanded":
		return "an expanded version of"
	case "update":
		return "an update of"
	case "translation":
		return "a translation of"
	}
	return relation + " of"
}

// printer prints lines and keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

// passages prints what two texts have in common, as far as a person wants to read it.
func (p *printer) passages(texts []string) {
	const most, width = 5, 300
	if len(texts) > 0 {
		p.line("In both, the longest first:")
	}
	for i, text := range texts {
		text = plain(text)
		short := fit(text, width)
		switch {
		case i == most:
			p.line("  and %s: --json prints them all", count(len(texts)-most, "more passage", "more passages"))
			return
		case short != text:
			p.line("  “%s” (%d characters; --json prints it whole)", short, utf8.RuneCountInString(text))
		default:
			p.line("  “%s”", text)
		}
	}
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}
