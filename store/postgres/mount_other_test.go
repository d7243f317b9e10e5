//go:build unix && !linux

package postgres_test

import (
	"errors"
	"syscall"
)

func mountSmall(string, *syscall.Credential, bool) error { return errors.ErrUnsupported }

func unmount(string) {}
