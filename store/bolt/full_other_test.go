//go:build !linux

package bolt_test

// writeUntilFull is for tests that only Linux runs.
func writeUntilFull(string) {}
