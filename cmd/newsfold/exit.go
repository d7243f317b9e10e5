package main

import (
	"context"
	"errors"
	"strings"
	"syscall"

	"newsfold/fetch"
	"newsfold/internal/control"
	"newsfold/store"
)

// The exit codes. They are part of the interface.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitNotFound    = 3
	exitStore       = 4
	exitUnread      = 5
	exitInput       = 6
	exitFull        = 7
	exitUnsent      = 8
	exitInterrupted = 130
)

const exitHelp = `Exit codes:
  0    done
  1    failed in a way that has no code of its own
  2    wrong command, flag or argument
  3    no such feed, story or article
  4    the store cannot be used: in use by another process, not newsfold's,
       of a newer version, damaged, or not writable
  5    a feed or page could not be fetched, or is none
  6    an input file is not what it should be, or read has no terminal
  7    the disk is full
  8    a digest could not be delivered; what was not is in the next one
  130  interrupted (a daemon or demo that is interrupted is done: 0)`

// judge gives an error its exit code and its text for a person; the text is
// empty when nothing is left to say.
func judge(ctx context.Context, err error) (int, string) {
	var (
		ce *control.Error
		fe *fetch.Error
	)
	text := err.Error()
	switch {
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return exitInterrupted, ""
	case errors.Is(err, syscall.EPIPE):
		return exitOK, "" // whoever read our output has enough
	case errors.Is(err, errUsage):
		return exitUsage, text
	case errors.As(err, &ce):
		return kindCode(ce.Kind), text
	case errors.Is(err, store.ErrFull), errors.Is(err, syscall.ENOSPC):
		return exitFull, text
	case errors.Is(err, errInput):
		return exitInput, text
	case errors.Is(err, errStore), errors.Is(err, store.ErrForeign):
		return exitStore, text
	case errors.As(err, &fe):
		return exitUnread, text
	case errors.Is(err, errUnsent):
		return exitUnsent, text
	case strings.HasPrefix(text, "unknown command"):
		return exitUsage, text
	}
	return exitFailure, text
}

func kindCode(k control.Kind) int {
	switch k {
	case control.Invalid:
		return exitUsage
	case control.NotFound:
		return exitNotFound
	case control.Unread:
		return exitUnread
	case control.Malformed:
		return exitInput
	case control.Full:
		return exitFull
	case control.Damaged:
		return exitStore
	}
	return exitFailure
}

// errStore marks errors of opening the store; errInput those of input files.
var (
	errStore = errors.New("store")
	errInput = errors.New("input")
)

// marked gives an error a mark that judge finds, and leaves its text alone.
type marked struct {
	error
	mark error
}

func (m marked) Is(target error) bool { return target == m.mark }
func (m marked) Unwrap() error        { return m.error }
