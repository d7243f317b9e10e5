package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"newsfold/internal/control"
	"newsfold/store"
	"newsfold/store/bolt"
)

func (a *app) newBackup() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a snapshot of the store, beside a running daemon",
		Long: `Write all that is stored at this moment to a file from which "newsfold restore"
makes a store again. A daemon goes on working meanwhile. An earlier file of that
name is replaced only when the new one is whole. FILE "-" is standard output.

The index for searching is not in it: it is made anew. Nor are the pages that were
kept for "newsfold reextract", which only that command reads: to keep them too, copy
the files of the directory "pages", at any time.`,
		Example: `  newsfold backup /backups/news-$(date +%F).db
  newsfold backup - | zstd > news.db.zst`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				bar := a.progress()
				n := &counter{tick: func(n int64) { bar.show("backing up: " + control.Bytes(n)) }}
				err := a.write(args[0], func(w io.Writer) error {
					n.w = w
					return c.Backup(ctx, n)
				})
				bar.clear()
				if err != nil {
					return err
				}
				a.note("%s written to %s", control.Bytes(n.n), args[0])
				return nil
			})
		},
	}
}

// counter tells how much has been written.
type counter struct {
	w    io.Writer
	n    int64
	tick func(int64)
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	c.tick(c.n)
	return n, err
}

func (a *app) newRestore() *cobra.Command {
	var replace bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Make a store of a snapshot that backup wrote",
		Long: `Make the store of --dir anew from a file that "newsfold backup" has written. The
file is checked as a whole before anything is touched. No daemon may run in the
directory. A store that is there is kept as newsfold.db.replaced, with --replace;
without, nothing is done. FILE "-" is standard input.`,
		Example: `  newsfold restore /backups/news-2026-03-01.db --dir /srv/news
  zstd -dc news.db.zst | newsfold restore - --replace`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			_, running, err := control.Dial(ctx, a.dir)
			if err != nil {
				return marked{err, errStore}
			}
			if running {
				return marked{fmt.Errorf("a daemon uses the store in %s: stop it first, then restore", a.dir), errStore}
			}
			from, done, err := a.input(args[0])
			if err != nil {
				return err
			}
			defer done()
			return a.restore(ctx, from, replace)
		},
	}
	cmd.Flags().BoolVar(&replace, "replace", false, "replace the store that is there, which is kept as newsfold.db.replaced")
	return cmd
}

// input opens a file, or standard input for "-".
func (a *app) input(name string) (io.Reader, func(), error) {
	if name == "-" {
		return a.in, func() {}, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, marked{fmt.Errorf("read %s: %w", name, err), errInput}
	}
	return f, func() { _ = f.Close() }, nil // read only: nothing can be lost
}

func (a *app) restore(ctx context.Context, from io.Reader, replace bool) error {
	path, ok := a.ownStore()
	if !ok {
		return usage("a store in a database server is restored with its own tools, or with `newsfold copy` from a restored one")
	}
	err := a.during("restoring", func() error { return bolt.Restore(ctx, path, from, replace) })
	switch {
	case errors.Is(err, fs.ErrExist):
		return marked{fmt.Errorf("%w; --replace puts the snapshot in its place and keeps it as %s", err, storeFile+bolt.ReplacedSuffix), errStore}
	case errors.Is(err, store.ErrForeign), errors.Is(err, store.ErrTooNew):
		return marked{err, errInput}
	case errors.Is(err, store.ErrLocked):
		return marked{err, errStore}
	case err != nil:
		return err
	}
	// What was indexed for search is of the other store.
	if err := os.RemoveAll(filepath.Join(a.dir, indexDir)); err != nil {
		return fmt.Errorf("remove the search index of the replaced store: %w", err)
	}
	a.note("restored %s", path)
	return nil
}

// during runs fn and shows on a terminal how long it has been at it.
func (a *app) during(doing string, fn func() error) error {
	bar := a.progress()
	start := time.Now()
	done := make(chan error, 1)
	go func() { done <- fn() }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			bar.clear()
			return err
		case <-tick.C:
			bar.show(fmt.Sprintf("%s: %v", doing, time.Since(start).Round(time.Second)))
		}
	}
}

func (a *app) newCheck() *cobra.Command {
	var repair, asJSON bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Look for damage in the store, and repair it",
		Long: `Read the whole store, beside a running daemon, and print what should not be in
it: records with a wrong checksum, lists and counts that disagree with what they
list and count, articles that are not in the one story they name. One problem is
printed a line, with what --repair would do about it. The exit code is 4 when
problems are left, 0 when there are none.

--repair makes lists and counts anew, and removes what cannot be read, so that it
is taken in again where a feed still has it. A file whose keys are out of order is
written anew first, and there must be room for both for a while. Make a backup before.`,
		Example: `  newsfold check
  newsfold backup before.db && newsfold check --repair`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				return a.checkStore(ctx, c, repair, asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&repair, "repair", false, "repair what can be repaired")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON Lines, one problem a line (doc/json.md)")
	return cmd
}

func (a *app) checkStore(ctx context.Context, c *control.Client, repair, asJSON bool) error {
	var problems []store.Problem
	err := a.during("checking", func() (err error) {
		problems, err = c.Check(ctx, control.CheckRequest{Repair: repair})
		return err
	})
	if err != nil {
		return err
	}
	left := 0
	err = a.write("", func(w io.Writer) error {
		enc := jsonLines(w)
		for _, p := range problems {
			if !repair || p.Repair == "" {
				left++
			}
			if asJSON {
				if err := enc.Encode(p); err != nil {
					return err
				}
			} else if _, err := fmt.Fprintln(w, problemLine(p, repair)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if done := len(problems) - left; done > 0 {
		a.note("%s repaired", count(done, "problem", "problems"))
	}
	if left == 0 {
		if len(problems) == 0 {
			a.note("The store is sound.")
		}
		return nil
	}
	hint := "`newsfold check --repair` mends what says so; make a backup before"
	if repair {
		hint = "restore a backup, or go on without"
	}
	return marked{fmt.Errorf("%s in the store; %s", count(left, "problem", "problems"), hint), errStore}
}

func problemLine(p store.Problem, repaired bool) string {
	line := plain(p.Where + ": " + p.What)
	switch {
	case p.Repair == "":
		return line + " (cannot be repaired)"
	case repaired:
		return line + " (done: " + p.Repair + ")"
	}
	return line + " (repair: " + p.Repair + ")"
}

func (a *app) newCompact() *cobra.Command {
	return &cobra.Command{
		Use:   "compact",
		Short: "Give unused space of the store's file back to the disk",
		Long: `Write the store anew without the space that deleting has left unused, check the
new file, and put it in the place of the old one. A running daemon goes on
reading meanwhile; what it wants to write waits. There must be room for both
files for a while.`,
		Example: "  newsfold compact",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, c *control.Client) error {
				var done control.Compacted
				err := a.during("compacting", func() (err error) {
					done, err = c.Compact(ctx)
					return err
				})
				if err != nil {
					return err
				}
				a.note("%s before, %s after", control.Bytes(done.Before), control.Bytes(done.After))
				return nil
			})
		},
	}
}
