package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"newsfold/internal/control"
	"newsfold/internal/terminal"
)

func (a *app) newRead() *cobra.Command {
	var unread bool
	cmd := &cobra.Command{
		Use:   "read [QUERY]",
		Short: "Read in the terminal, by keys like newsboat's",
		Long: `Read in the terminal, the whole of it: the stories newest first, a story, its copies
and how each differs from the lead, word by word. With a QUERY, begin with what
"newsfold search" finds.

  Enter open    n p next, previous unread    N read or unread    s star
  o browser     c copies                     A all read          u undo
  / search      l hide what is read          r load anew         ? all keys
  q back, and at last out
  among the copies: x split one from its story    L make it the lead

o hands the address to $BROWSER, else to what the desktop opens addresses with.
Over ssh without a desktop, $BROWSER may be one for the terminal, such as w3m.

Without a daemon, this process holds the store for as long as it runs.`,
		Example: "  newsfold read\n  newsfold read --unread\n  newsfold read is:starred\n  BROWSER=w3m newsfold read",
		RunE: func(cmd *cobra.Command, args []string) error {
			in, out, err := a.tty()
			if err != nil {
				return err
			}
			// What is logged meanwhile would lie across the screen.
			held := &tail{most: 64 << 10}
			stderr := a.err
			a.err = held
			defer func() {
				a.err = stderr
				_, _ = held.WriteTo(stderr)
			}()
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				return terminal.Run(ctx, terminal.Options{
					Client: c, In: in, Out: out, Unread: unread, Query: strings.Join(args, " "),
				})
			})
		},
	}
	cmd.Flags().BoolVar(&unread, "unread", false, "begin with what is not read (l shows the rest)")
	return cmd
}

// tty returns the keyboard and the screen, which have to be a terminal's.
func (a *app) tty() (in, out *os.File, err error) {
	in, inOK := a.in.(*os.File)
	out, outOK := a.out.(*os.File)
	if !inOK || !outOK || !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
		return nil, nil, marked{fmt.Errorf("read needs a terminal for its keys and its screen; `newsfold list` and `newsfold show` print to anything"), errInput}
	}
	if t := os.Getenv("TERM"); t == "dumb" {
		return nil, nil, marked{fmt.Errorf("read cannot draw on a terminal of the kind TERM=%s; `newsfold list` and `newsfold show` print to anything", t), errInput}
	}
	return in, out, nil
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	most int
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(p)
	p = p[max(n-t.most, 0):]
	t.buf.Next(max(t.buf.Len()+len(p)-t.most, 0))
	t.buf.Write(p)
	return n, nil
}

// WriteTo hands on what was kept.
func (t *tail) WriteTo(w io.Writer) (int64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.WriteTo(w)
}
