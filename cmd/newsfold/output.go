package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/term"

	"newsfold/internal/terminal"
)

// write hands fn a writer on a file, or on standard output when the name is
// empty. A file is replaced only when all of it was written: an earlier one
// survives any failure.
func (a *app) write(name string, fn func(io.Writer) error) (err error) {
	if name == "" || name == "-" {
		w := bufio.NewWriter(a.out)
		if err := fn(w); err != nil {
			return err
		}
		return w.Flush()
	}
	name, mode, err := target(name)
	if err != nil {
		return err
	}
	if !mode.IsRegular() {
		return pour(name, fn)
	}
	if own, ok := a.ownStore(); ok && same(name, own) {
		return usage("%s is the store itself: name another file", name)
	}
	part := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".")
	sweep(part)
	f, err := os.OpenFile(fmt.Sprintf("%s%016x", part, rand.Uint64()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, errors.Unwrap(err)) // the other name says nothing to a person
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err = fn(f); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err = f.Close(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err = os.Rename(f.Name(), name); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// sweep removes what is left of files that were being written when the process was
// killed: those of which nobody has written for an hour.
func sweep(part string) {
	names, _ := filepath.Glob(part + strings.Repeat("[0-9a-f]", 16)) // an odd name: they stay
	for _, name := range names {
		if info, err := os.Lstat(name); err == nil && time.Since(info.ModTime()) > time.Hour {
			_ = os.Remove(name)
		}
	}
}

// target returns the file that a name leads to, through links, and what kind of
// file it is or is to become.
func target(name string) (string, fs.FileMode, error) {
	st, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return name, 0o666, nil
	case err != nil:
		return name, 0, fmt.Errorf("write %s: %w", name, err)
	case st.IsDir():
		return name, 0, fmt.Errorf("write %s: %s is a directory, not a file", name, name)
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	return name, st.Mode(), nil
}

// pour writes to what is no file to be replaced: a device, a pipe.
func pour(name string, fn func(io.Writer) error) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return fn(f)
}

// jsonLines encodes values for machines, one a line, with text as it is: HTML
// escapes would only make addresses unreadable.
func jsonLines(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
}

// screen is what is known of the terminal that results go to.
type screen struct {
	width int  // columns; 0: not a terminal
	color bool // NO_COLOR is not set
}

func (a *app) screen() screen {
	f, ok := a.out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return screen{}
	}
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil || w < 20 {
		w = 80
	}
	return screen{width: w, color: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

func (s screen) bold(text string) string { return s.style("1", text) }
func (s screen) dim(text string) string  { return s.style("2", text) }

func (s screen) style(code, text string) string {
	if !s.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// isolated keeps a text from right to left in its place on a terminal.
func (s screen) isolated(text string) string {
	if s.width == 0 {
		return text
	}
	return terminal.Isolated(text)
}

// fit cuts a text to a number of columns; 0 is no bound.
func fit(text string, columns int) string {
	if columns <= 0 || uniseg.StringWidth(text) <= columns {
		return text
	}
	var b strings.Builder
	used := 0
	g := uniseg.NewGraphemes(text)
	for g.Next() {
		if used += g.Width(); used > columns-1 {
			break
		}
		b.WriteString(g.Str())
	}
	return strings.TrimRight(b.String(), " ") + "…"
}

// tame makes a text of several lines safe for a terminal, as plain does.
func tame(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = plain(lines[i])
	}
	return strings.Join(lines, "\n")
}

// plain makes a publisher's words safe for a terminal: one line, without
// control characters, which could move the cursor, and without the direction
// overrides that make a text read as another.
func plain(text string) string {
	var b strings.Builder
	space := false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == unicode.ReplacementChar:
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// wrapped breaks a paragraph at spaces into lines of at most so many columns.
func wrapped(text string, columns int) string {
	if columns <= 0 {
		return text
	}
	var b strings.Builder
	used := 0
	for i, w := range strings.Fields(text) {
		n := uniseg.StringWidth(w)
		if i > 0 {
			if used+1+n > columns {
				b.WriteByte('\n')
				used = 0
			} else {
				b.WriteByte(' ')
				used++
			}
		}
		b.WriteString(w)
		used += n
	}
	return b.String()
}

// count prints "1 copy", "2 copies".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// printEach prints things to standard output, as JSON Lines or in a line each.
func printEach[T any](a *app, all []T, asJSON bool, line func(T) string) error {
	return a.write("", func(w io.Writer) error {
		enc := jsonLines(w)
		for _, v := range all {
			var err error
			if asJSON {
				err = enc.Encode(v)
			} else {
				_, err = fmt.Fprintln(w, plain(line(v)))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
