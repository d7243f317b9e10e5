package bolt

import "syscall"

// forget takes the pages of the mapped file out of this process, so that what
// was once looked at does not count as its memory for ever. The system keeps them
// in its cache as long as it has room, and a page that is looked at again is
// mapped again. Only the writer may call it: nobody else maps the file anew.
func (h *handle) forget(size int64) {
	// Advice: when it is not taken, nothing is lost.
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, h.bolt.Info().Data, uintptr(size), syscall.MADV_DONTNEED)
}
