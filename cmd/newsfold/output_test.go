package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"newsfold/internal/control"
	"newsfold/store"
)

func TestMomentsThatAreNone(t *testing.T) {
	for _, v := range []string{"infd", "NaNw", "1e300d", "1000000w", "-1d", "d", "yesterday"} {
		if at, err := moment(v, time.Now()); !errors.Is(err, errUsage) {
			t.Errorf("%q is taken for %v (%v)", v, at, err)
		}
	}
}

func TestExitCodesOfStores(t *testing.T) {
	for err, want := range map[error]int{
		fmt.Errorf("fold: %w", store.ErrForeign):      exitStore,
		fmt.Errorf("fold: %w", store.ErrFull):         exitFull,
		fmt.Errorf("write: %w", syscall.ENOSPC):       exitFull,
		&control.Error{Kind: control.Damaged}:         exitStore,
		&control.Error{Kind: control.Full}:            exitFull,
		fmt.Errorf("write stdout: %w", syscall.EPIPE): exitOK,
	} {
		if code, _ := judge(t.Context(), err); code != want {
			t.Errorf("%v ends with %d, want %d", err, code, want)
		}
	}
}

// TestWhatKilledWritersLeave: a part of a file that nobody writes any more goes when
// the file is written again, one that may be written now and other files stay.
func TestWhatKilledWritersLeave(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-2 * time.Hour)
	for name, at := range map[string]time.Time{
		".b.db.0123456789abcdef": old, ".b.db.0123456789abcdee": time.Now(),
		".b.db.mine": old, ".b.db.0123456789abcdef.x": old, ".c.db.0123456789abcdef": old,
	} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Chtimes(file, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	a := &app{}
	err := a.write(filepath.Join(dir, "b.db"), func(w io.Writer) error {
		_, err := io.WriteString(w, "whole")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if want := []string{".b.db.0123456789abcdee", ".b.db.0123456789abcdef.x", ".b.db.mine", ".c.db.0123456789abcdef", "b.db"}; !slices.Equal(got, want) {
		t.Errorf("there are %q, want %q", got, want)
	}
}
