package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"newsfold/internal/transfer"
	"newsfold/store"
)

func (a *app) newCopy() *cobra.Command {
	var from, to string
	cmd := &cobra.Command{
		Use:   "copy --from STORE --to STORE",
		Short: "Carry a store over to another place or engine",
		Long: `Copy everything from one store into another, empty one: feeds, articles, stories,
what is read and starred, what you split and merged, under the same numbers. A
STORE is a directory, a file, or the connection string of a PostgreSQL database
(postgres://user@host/database). No daemon may use either of them meanwhile.

A copy that was interrupted goes on where it was when the same command is given
again. At the end both stores are read and compared item by item; the exit code
is 0 only when they are the same.`,
		Example: `  newsfold copy --from ~/.local/share/newsfold --to postgres://news@db.example/news
  newsfold copy --from postgres://news@db.example/news --to /backups/news.db`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if from == "" || to == "" {
				return usage("say --from STORE and --to STORE; see `newsfold copy --help`")
			}
			if path, ok := storePath(from); ok {
				if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
					return marked{fmt.Errorf("there is no store at %s", path), errStore}
				}
			}
			if same(from, to) {
				return usage("--from and --to are the same store: %s", from)
			}
			src, err := a.openAt(ctx, from)
			if err != nil {
				return err
			}
			dst, err := a.openAt(ctx, to)
			if err != nil {
				return errors.Join(err, src.Close())
			}
			bar := a.progress()
			n, err := transfer.Copy(ctx, src, dst, transfer.Options{Report: func(p transfer.Progress) {
				doing := "copying"
				if p.Verifying {
					doing = "comparing"
				}
				bar.show(fmt.Sprintf("%s: %d (%v)", doing, p.Items, p.Kind))
			}})
			bar.clear()
			if err := errors.Join(err, src.Close(), dst.Close()); err != nil {
				return asStore(err)
			}
			a.note("%s copied and compared", count(n, "item", "items"))
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "`store` to copy")
	cmd.Flags().StringVar(&to, "to", "", "`store` to fill, which must be empty")
	return cmd
}

// same reports whether two names lead to one file, or are one connection string.
func same(from, to string) bool {
	f, inFile := storePath(from)
	t, intoFile := storePath(to)
	if !inFile || !intoFile {
		return from == to
	}
	one, err := os.Stat(f)
	other, failed := os.Stat(t)
	return err == nil && failed == nil && os.SameFile(one, other)
}

// asStore marks what is wrong with a store.
func asStore(err error) error {
	for _, e := range []error{transfer.ErrNotEmpty, transfer.ErrDiffers, transfer.ErrUnable, store.ErrUnavailable} {
		if errors.Is(err, e) {
			return marked{err, errStore}
		}
	}
	return err
}
