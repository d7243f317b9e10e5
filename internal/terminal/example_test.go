package terminal_test

import (
	"context"
	"fmt"
	"os"

	"newsfold/internal/control"
	"newsfold/internal/terminal"
)

func ExampleRun() {
	read := func(ctx context.Context, dir string) error {
		client, running, err := control.Dial(ctx, dir)
		if err != nil || !running {
			return fmt.Errorf("no daemon serves %s: %w", dir, err)
		}
		return terminal.Run(ctx, terminal.Options{Client: client, In: os.Stdin, Out: os.Stdout, Unread: true})
	}
	_ = read // needs a terminal
}
