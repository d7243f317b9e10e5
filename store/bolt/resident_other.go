//go:build !linux

package bolt

// forget is advice that is known to be harmless on Linux only.
func (h *handle) forget(int64) {}
