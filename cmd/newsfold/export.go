package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"newsfold/internal/control"
)

func (a *app) newExport() *cobra.Command {
	var file string
	opml := &cobra.Command{
		Use:     "opml",
		Short:   "Write the subscriptions as OPML 2.0",
		Long:    "Write the subscriptions as OPML 2.0, folders kept, for \"newsfold import\" and other\nreaders.",
		Example: "  newsfold export opml > feeds.opml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				return a.write(file, func(w io.Writer) error { return c.Export(ctx, w) })
			})
		},
	}
	opml.Flags().StringVarP(&file, "output", "o", "", "write to this `file` instead of standard output")
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the subscriptions for other readers",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage("export what? `newsfold export opml` writes the subscriptions")
		},
	}
	cmd.AddCommand(opml)
	return cmd
}
