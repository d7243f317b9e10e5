//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package bolt

import "os"

// abandonFile gives up a file that the engine can no longer close itself.
func abandonFile(f *os.File) error { return f.Close() }
