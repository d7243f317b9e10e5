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
	cmd := &cobra.Command{
		Use:   "split ARTICLE…",
		Short: "Take articles out of their story, or stories out of their event, for good",
		Long: `Take articles out of the story that they were folded into. They and what they
leave are never folded together again, whatever a later version of their texts
says; "newsfold undo" takes that back. The numbers are those of articles, as
"newsfold show" prints them.

With --event, the stories of these articles leave the event that they were taken
for a report of.`,
		Example: "  newsfold show 12\n  newsfold split 15\n  newsfold split --event 21",
		Args:    cobra.MinimumNArgs(1),
	}
	cmd.RunE = a.correctEither(cmd, "take the stories out of their event", (*control.Client).Split, (*control.Client).SplitEvent)
	return cmd
}

func (a *app) newMerge() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "merge ID ID…",
		Short: "Make stories one, or their events, whatever their texts",
		Long: `Make the stories of the given numbers one, and keep them so; "newsfold undo"
takes that back.

With --event, they stay stories of their own and their events become one.`,
		Example: "  newsfold merge 12 15\n  newsfold merge --event 12 21",
		Args:    cobra.MinimumNArgs(2),
	}
	cmd.RunE = a.correctEither(cmd, "make one of the events of the stories, not of the stories", (*control.Client).Merge, (*control.Client).MergeEvents)
	return cmd
}

func (a *app) newUndo() *cobra.Command {
	return &cobra.Command{
		Use:   "undo",
		Short: "Take back the last split, merge, lead, never-fold or rule",
		Long: `Take back the last split, merge, lead, never-fold or rule that was not undone: the
articles are folded and given their events anew by their texts alone, and what the
rule did is undone.`,
		Example: "  newsfold split 15\n  newsfold undo",
		Args:    cobra.NoArgs,
		RunE: a.correct(func(c *control.Client, ctx context.Context, _ []newsfold.ArticleID) (control.Corrected, error) {
			return c.Undo(ctx)
		}),
	}
}

// correctEither gives a command that corrects folds the flag by which it corrects
// events.
func (a *app) correctEither(cmd *cobra.Command, help string, fold, event correction) func(*cobra.Command, []string) error {
	ofEvent := cmd.Flags().Bool("event", false, help)
	return func(cmd *cobra.Command, args []string) error {
		if *ofEvent {
			return a.correct(event)(cmd, args)
		}
		return a.correct(fold)(cmd, args)
	}
}

// A correction is a decision about the articles of some numbers.
type correction func(*control.Client, context.Context, []newsfold.ArticleID) (control.Corrected, error)

// correct runs a correction of folds and says where the articles are now.
func (a *app) correct(do correction) func(*cobra.Command, []string) error {
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
		switch {
		case !strings.HasSuffix(res.Kind, "-event"):
			fmt.Fprintf(&b, "article %d is in story %d\n", id, res.Stories[i])
		case res.Events[i] == 0:
			fmt.Fprintf(&b, "story %d shares its event with no other\n", res.Stories[i])
		default:
			fmt.Fprintf(&b, "story %d is in event %d\n", res.Stories[i], res.Events[i])
		}
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
