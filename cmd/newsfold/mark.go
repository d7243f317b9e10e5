package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"newsfold"
	"newsfold/internal/control"
)

func (a *app) newMark() *cobra.Command {
	marks := []string{"read", "unread", "star", "unstar"}
	return &cobra.Command{
		Use:   "mark read|unread|star|unstar ID…",
		Short: "Mark stories; their copies go with them",
		Long: `Mark stories read, unread, starred or not starred. Each ID is that of a story or
of any article in it. When one of them is unknown, none is marked.`,
		Example:   "  newsfold mark read 12 15\n  newsfold list --unread --json | jq .id | xargs newsfold mark read",
		ValidArgs: marks,
		Args:      cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(marks, args[0]) {
				return usage("mark %q: say read, unread, star or unstar%s", args[0], meant("", args[0], marks))
			}
			req := control.MarkRequest{Mark: control.Mark(args[0])}
			for _, arg := range args[1:] {
				id, err := articleID(arg)
				if err != nil {
					return err
				}
				req.IDs = append(req.IDs, id)
			}
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				marked, err := c.Mark(ctx, req)
				if err != nil {
					return err
				}
				slices.Sort(marked)
				a.note("%s marked %s", count(len(slices.Compact([]newsfold.StoryID(marked))), "story", "stories"), args[0])
				return nil
			})
		},
	}
}
