package dedupe

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// threadTime is the CPU time of this thread, so that what else the machine
// does is not measured.
func threadTime() time.Duration {
	var ts syscall.Timespec
	const threadClock = 3 // CLOCK_THREAD_CPUTIME_ID
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, threadClock, uintptr(unsafe.Pointer(&ts)), 0)
	return time.Duration(ts.Nano())
}

// TestIndexCost fills the index with sketches of 40 keys, as articles of 400
// words have, a fifth of them copies, and looks candidates up:
//
//	go test ./dedupe -run IndexCost -evaluate -v
func TestIndexCost(t *testing.T) {
	if !*evaluate {
		t.Skip("runs with -evaluate")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r := rand.New(rand.NewPCG(1, 2))
	keysOf := func(i int) []uint32 {
		k := rand.New(rand.NewPCG(uint64(i), 3))
		if i > 0 && i%5 == 0 {
			k = rand.New(rand.NewPCG(uint64(i-1-r.IntN(min(i, 5000))), 3))
		}
		out := make([]uint32, 40)
		for j := range out {
			out[j] = k.Uint32()
		}
		return out
	}
	f := NewFolder(Options{}, newShelf())
	before := heapInUse()
	next := 10_000
	for i := range 1_000_000 {
		f.mem.insert(Indexed{ID: int64(i + 1), Story: uint32(i + 1), Hour: 400_000 + uint32(i/2000)}, keysOf(i))
		if i+1 != next {
			continue
		}
		size := float64(heapInUse()-before) / float64(next)
		var took []time.Duration
		d := &doc{art: Article{Host: "a.example"}}
		for range 5000 {
			keys := keysOf(r.IntN(i))
			began := threadTime()
			f.found = f.mem.lookup(keys, f.found[:0])
			f.candidates(d, keys)
			took = append(took, threadTime()-began)
		}
		slices.Sort(took)
		t.Logf("%9d articles: %.0f bytes each, candidates in %v (median), %v (p99)", next, size, took[2500], took[4950])
		next *= 10
	}
}

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkFold folds articles of 400 words, a fifth of which are copies.
func BenchmarkFold(b *testing.B) {
	sh := newShelf()
	f := NewFolder(Options{}, sh)
	articles := make([]Article, 2000)
	for i := range articles {
		text := story(uint64(i), 400)
		if i%5 == 4 {
			text = cut(story(uint64(i-2), 400), 200)
		}
		articles[i] = Article{Host: "a.example", Title: story(uint64(i), 8), Text: text}
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		a := articles[i%len(articles)]
		a.ID = int64(i%len(articles) + 1)
		d, err := f.Fold(a)
		if err != nil {
			b.Fatal(err)
		}
		sh.articles[a.ID] = a
		_ = d
	}
}
