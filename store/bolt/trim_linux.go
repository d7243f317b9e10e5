package bolt

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"
)

const (
	// maxResident is how much of the mapped file may be counted as this
	// process's memory, in bytes.
	maxResident = 64 << 20
	// trimPause is the time between two looks at that.
	trimPause = 10 * time.Second
)

// trim unmaps the pages of the file that were read a while ago. They stay in the
// system's cache, which is where they came from, and are mapped again in a
// microsecond when they are read again; but as long as they are mapped they count
// as memory of this process, for people and for limits alike. It is called within
// a transaction, so that the mapping stays where it is.
func (db *DB) trim(h *handle) {
	now := time.Now().UnixNano()
	last := db.trimmed.Load()
	if now-last < int64(trimPause) || !db.trimmed.CompareAndSwap(last, now) {
		return
	}
	info := h.bolt.Info()
	st, err := h.file.Stat()
	if err != nil || info.Data == 0 || resident() < maxResident {
		return
	}
	// Not beyond the end of the file: what is mapped there has no pages.
	size := st.Size() &^ int64(os.Getpagesize()-1)
	data := unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&info.Data))), size)
	_ = syscall.Madvise(data, syscall.MADV_DONTNEED) // else they stay
}

// resident is how many bytes of files are mapped and counted as memory of this
// process; 0 when the system does not tell (proc_pid_statm(5)).
func resident() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, all, shared int64
	if _, err := fmt.Fscan(bytes.NewReader(b), &size, &all, &shared); err != nil {
		return 0
	}
	return shared * int64(os.Getpagesize())
}
