package main

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsfold/internal/control"
	"newsfold/internal/ingest"
)

func (a *app) newLead() *cobra.Command {
	return &cobra.Command{
		Use:   "lead ARTICLE",
		Short: "Make an article the lead of its story, for good",
		Long: `Make an article the one that stands for its story, whatever --lead says;
"newsfold undo" takes that back.`,
		Example: "  newsfold show 12\n  newsfold lead 15",
		Args:    cobra.ExactArgs(1),
		RunE:    a.correct((*control.Client).Lead),
	}
}

func (a *app) newNeverFold() *cobra.Command {
	return &cobra.Command{
		Use:   "never-fold FEED [FEED]",
		Short: "Keep the articles of two feeds apart, or those of one from all others",
		Long: `Keep the articles of two feeds out of each other's stories, or those of one feed
out of all others', also where they are folded already. Feeds are named by ID, URL
or title. Only "newsfold merge" is above the rule; "newsfold undo" takes it back.`,
		Example: `  newsfold never-fold 3 "Harbour Courier"
  newsfold never-fold https://press-releases.example/feed.xml`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				res, err := c.NeverFold(ctx, args)
				if err != nil {
					return err
				}
				return a.corrected(res)
			})
		},
	}
}

// refold is what is to be folded again, and how that is told.
type refold struct {
	req   control.RefoldRequest
	since string
	json  bool
}

// run folds again, or says what that would change.
func (r *refold) run(cmd *cobra.Command, a *app) (err error) {
	if r.since == "" {
		return usage("say from when on with --since, such as --since 7d")
	}
	if r.req.Since, err = moment(r.since, time.Now()); err != nil {
		return err
	}
	if cmd.Flags().Changed("threshold") && (r.req.Threshold <= 0 || r.req.Threshold > 1) {
		return usage("--threshold %g: a number above 0 and up to 1 is wanted", r.req.Threshold)
	}
	return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
		var res ingest.Refolded
		err := a.during("folding again", func() (err error) {
			res, err = c.Refold(ctx, r.req)
			return err
		})
		if err != nil {
			return err
		}
		return a.write("", func(w io.Writer) error {
			if r.json {
				return jsonLines(w).Encode(res)
			}
			return refolded(w, res, r.req.DryRun)
		})
	})
}

func (a *app) newRefold() *cobra.Command {
	var r refold
	cmd := &cobra.Command{
		Use:   "refold --since TIME",
		Short: "Decide anew which articles are one story, or say what that would change",
		Long: `Fold the articles of a time again, the oldest first, and print those that are in
another story than before, or with --dry-run would be. What people decided stays.
A --threshold holds for this time only: what comes later is folded as always, so
it is best tried with --dry-run. Articles whose copies are too old to be looked up
(30 days) stay with them. Other writers wait meanwhile.`,
		Example: `  newsfold refold --since 7d --dry-run
  newsfold refold --since 7d --dry-run --threshold .8
  newsfold refold --since 2w`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return r.run(cmd, a) },
	}
	f := cmd.Flags()
	f.StringVar(&r.since, "since", "", "fold articles from this `time` on: an age (90m, 24h, 7d, 2w), a date or a time (RFC 3339)")
	f.BoolVar(&r.req.DryRun, "dry-run", false, "only print what would change")
	f.Float64Var(&r.req.Threshold, "threshold", 0, "`score` from which copies fold, above 0 and up to 1 (default .5)")
	f.BoolVar(&r.json, "json", false, "print one JSON object (doc/json.md)")
	return cmd
}

// refolded prints what folding again changed.
func refolded(w io.Writer, res ingest.Refolded, dry bool) error {
	p := printer{w: w}
	for _, m := range res.Moves {
		if m.With != 0 {
			p.line("%6d  story %d → %d, %s %d (score %.2f): %s", m.Article, m.From, m.To, article(string(m.Relation)), m.With, m.Score, plain(m.Title))
			continue
		}
		p.line("%6d  story %d → %d, on its own: %s", m.Article, m.From, m.To, plain(m.Title))
	}
	if more := res.Moved - len(res.Moves); more > 0 {
		p.line("… and %s more", count(more, "article", "articles"))
	}
	verb := "moved"
	if dry {
		verb = "would move"
	}
	p.line("%s folded again: %d %s; they are %s, were %d", count(res.Articles, "article", "articles"), res.Moved, verb, count(res.Stories, "story", "stories"), res.Before)
	return p.err
}

// leads reports whether a policy of choosing a lead is known.
func leads(policy string) bool {
	kind, of, _ := strings.Cut(policy, ":")
	switch kind {
	case "", "earliest", "complete":
		return of == ""
	case "preferred":
		return strings.Trim(of, " ,") != ""
	}
	return false
}
