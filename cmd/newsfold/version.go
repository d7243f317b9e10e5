package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// version is the release that this source is, or will become.
const version = "0.1.0"

// home is where publishers learn what newsfold is.
const home = "https://newsfold.example"

func (a *app) newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.out, "newsfold %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
