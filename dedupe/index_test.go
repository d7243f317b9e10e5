package dedupe

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestIndexFindsWhatItHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var ix index
	held := map[uint32][]int32{}
	for i := range 2*segmentDocs + 100 {
		keys := []uint32{r.Uint32N(1 << 18), r.Uint32(), 1<<16 | r.Uint32N(300)<<20}
		slices.Sort(keys)
		keys = slices.Compact(keys)
		p := ix.add(keys)
		if p != i {
			t.Fatalf("document %d is at place %d", i, p)
		}
		for _, k := range keys {
			held[k] = append(held[k], int32(p))
		}
	}
	var keys []uint32
	for k := range held {
		if keys = append(keys, k); len(keys) == 5000 {
			break
		}
	}
	keys = append(keys, 0, 1<<32-1, 12345)
	got := map[uint32][]int32{}
	for _, p := range ix.lookup(keys, nil) {
		got[keys[p.key]] = append(got[keys[p.key]], p.place)
	}
	for _, k := range keys {
		slices.Sort(got[k])
		if want := held[k]; len(want) < maxPostings && !slices.Equal(got[k], want) {
			t.Fatalf("key %d is at %v, want %v", k, got[k], want)
		} else if len(want) >= maxPostings && len(got[k]) < min(len(want), maxPostings)/2 {
			t.Fatalf("key %d is at %d places, of %d", k, len(got[k]), len(want))
		}
	}
}

func TestArticlesAreFoundByIDInAnyOrder(t *testing.T) {
	f := NewFolder(Options{}, newShelf())
	r := rand.New(rand.NewPCG(3, 4))
	ids := r.Perm(500)
	for _, i := range ids {
		f.add(place{id: int64(i + 1)}, []uint32{uint32(i)})
	}
	for _, i := range ids {
		if p, ok := f.place(int64(i + 1)); !ok || f.at(p).id != int64(i+1) {
			t.Fatalf("article %d is at %d, %v", i+1, p, ok)
		}
		if i%3 == 0 {
			f.Forget(int64(i + 1))
			if _, ok := f.place(int64(i + 1)); ok {
				t.Fatalf("article %d is there after it was forgotten", i+1)
			}
		}
	}
	if _, ok := f.place(501); ok {
		t.Error("article 501 was never added")
	}
}
