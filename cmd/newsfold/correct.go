package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"newsfold"
	"newsfold/internal/control"
)

func (a *app) newSplit() *cobra.Command {
	return &cobra.Command{
		Use:   "split ARTICLE…",
		Short: "Take articles out of their story, for good",
		Long: `Take articles out of the story that they were folded into. They and what they
leave are never folded together again, whatever a later version of their texts
says; "newsfold undo" takes that back. The numbers are those of articles, as
"newsfold show" prints them.`,
		Example: "  newsfold show 12\n  newsfold split 15",
		Args:    cobra.MinimumNArgs(1),
		RunE:    a.correct((*control.Client).Split),
	}
}

func (a *app) newMerge() *cobra.Command {
	return &cobra.Command{
		Use:   "merge ID ID…",
		Short: "Make stories one, whatever their texts",
		Long: `Make the stories of the given numbers one, and keep them so; "newsfold undo"
takes that back.`,
		Example: "  newsfold merge 12 15",
		Args:    cobra.MinimumNArgs(2),
		RunE:    a.correct((*control.Client).Merge),
	}
}

func (a *app) newUndo() *cobra.Command {
	return &cobra.Command{
		Use:   "undo",
		Short: "Take back the last split, merge, lead, never-fold or rule",
		Long: `Take back the last split, merge, lead, never-fold or rule that was not undone: the
articles are folded anew by their texts alone, and what the rule did is undone.`,
		Args: cobra.NoArgs,
		RunE: a.correct(func(c *control.Client, ctx context.Context, _ []newsfold.ArticleID) (control.Corrected, error) {
			return c.Undo(ctx)
		}),
	}
}

// correct runs a correction of folds and says where the articles are now.
func (a *app) correct(do func(*control.Client, context.Context, []newsfold.ArticleID) (control.Corrected, error)) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		var ids []newsfold.ArticleID
		for _, arg := range args {
			id, err := articleID(arg)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
			res, err := do(c, ctx, ids)
			if err != nil {
				return err
			}
			return a.corrected(res)
		})
	}
}

// corrected says where the articles of a correction are now.
func (a *app) corrected(res control.Corrected) error {
	var b strings.Builder
	for i, id := range res.IDs {
		fmt.Fprintf(&b, "article %d is in story %d\n", id, res.Stories[i])
	}
	if res.Kind == "rule" {
		a.note("the rule is gone, and what it did is taken back")
	}
	if len(res.Feeds) > 0 {
		a.note("%s folded again", count(len(res.Feeds), "feed", "feeds"))
	}
	_, err := fmt.Fprint(a.out, b.String())
	return err
}
