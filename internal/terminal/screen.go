package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"

	"newsfold/internal/control"
)

// Options say what is read and where.
type Options struct {
	Client *control.Client
	In     io.Reader // the keyboard
	Out    io.Writer // the screen
	Unread bool      // begin with the stories that are not read
	Query  string    // begin with what this search finds

	// Now is the clock that ages are counted from. Default time.Now.
	Now func() time.Time
	// Getenv asks the environment. Default os.Getenv.
	Getenv func(string) string
}

// farewell is how long leaving waits for marks to be written.
const farewell = 15 * time.Second

// Run shows the reader until the person leaves or ctx is done, and then returns
// the error of ctx. Other errors are those of the terminal, of marks that could
// not be written at the end, and what a panic said; the terminal is restored
// before it returns.
func Run(ctx context.Context, opts Options) error {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Getenv == nil {
		opts.Getenv = os.Getenv
	}
	asking, stop := context.WithCancel(ctx)
	defer stop()
	m := newModel(asking, opts)
	_, err := tea.NewProgram(&guard{m: m},
		tea.WithContext(ctx), tea.WithInput(opts.In), tea.WithOutput(opts.Out), tea.WithoutSignalHandler(),
	).Run()
	stop() // whatever only reads
	if ctx.Err() != nil {
		return ctx.Err()
	}
	last, cancel := context.WithTimeout(ctx, farewell)
	defer cancel()
	lost := m.marks.finish(last)
	switch {
	case m.fault != nil:
		return errors.Join(m.fault, lost)
	case err != nil && !errors.Is(err, tea.ErrInterrupted):
		return errors.Join(fmt.Errorf("the terminal: %w", err), lost)
	}
	return lost
}
