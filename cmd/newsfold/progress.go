package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// bar shows one line of progress on a terminal and nothing anywhere else.
type bar struct {
	w     io.Writer // nil: silent
	width int
	last  time.Time
}

func (a *app) progress() *bar {
	f, ok := a.err.(*os.File)
	if a.quiet || !ok || !term.IsTerminal(int(f.Fd())) {
		return &bar{}
	}
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil || w < 20 {
		w = 80
	}
	return &bar{w: f, width: w}
}

// show replaces the line, at most ten times a second.
func (b *bar) show(text string) {
	if b.w == nil || time.Since(b.last) < 100*time.Millisecond {
		return
	}
	b.last = time.Now()
	_, _ = fmt.Fprintf(b.w, "\r\x1b[K%s", fit(text, b.width-1))
}

// clear takes the line away.
func (b *bar) clear() {
	if b.w != nil && !b.last.IsZero() {
		_, _ = fmt.Fprint(b.w, "\r\x1b[K")
	}
}
