package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// givePause is the time between two looks at what memory is held for nothing.
	givePause = time.Minute
	// worthGiving is how many bytes of it are worth a collection.
	worthGiving = 64 << 20
)

// giveBack gives memory that nobody needs any more back to the system, until ctx is
// done. Starting reads what is known of the articles of a month, which leaves as much
// garbage as it leaves knowledge, and so does much work at once; without being told to,
// the runtime of an idle daemon keeps it for a long time.
func giveBack(ctx context.Context) error {
	t := time.NewTicker(givePause)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		if spareMemory() > worthGiving {
			debug.FreeOSMemory()
		}
	}
}

// spareMemory returns how many bytes the heap has beyond what was in use when it was
// last collected.
func spareMemory() int64 {
	of := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/gc/heap/live:bytes"},
	}
	metrics.Read(of)
	return int64(of[0].Value.Uint64()) + int64(of[1].Value.Uint64()) - int64(of[2].Value.Uint64())
}
