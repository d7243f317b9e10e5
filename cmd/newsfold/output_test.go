package main

import (
	"errors"
	"fmt"
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
