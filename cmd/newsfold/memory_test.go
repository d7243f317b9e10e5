package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestSpareMemoryIsWhatNobodyUses(t *testing.T) {
	// What tests before this one have left does not count, and the runtime gives
	// nothing back by itself meanwhile.
	defer debug.SetGCPercent(debug.SetGCPercent(10_000))
	debug.FreeOSMemory()
	used := make([]byte, 256<<20)
	runtime.GC()
	if n := spareMemory(); n > 128<<20 {
		t.Errorf("%d MB are spare while 256 MB are in use", n>>20)
	}
	runtime.KeepAlive(used)
	used = nil
	if runtime.GC(); spareMemory() < 192<<20 {
		t.Errorf("%d MB are spare of 256 MB that nobody uses any more", spareMemory()>>20)
	}
	if debug.FreeOSMemory(); spareMemory() > 64<<20 {
		t.Errorf("%d MB are spare when they were given back", spareMemory()>>20)
	}
}
