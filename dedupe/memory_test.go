package dedupe

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestMemoryFindsWhatItHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	m := NewMemory(0)
	held := map[uint32][]int64{}
	for i := range 2*segmentDocs + 100 {
		keys := []uint32{r.Uint32N(1 << 18), r.Uint32(), 1<<16 | r.Uint32N(300)<<20}
		slices.Sort(keys)
		keys = slices.Compact(keys)
		m.insert(Indexed{ID: int64(i + 1), Story: uint32(i)}, keys)
		for _, k := range keys {
			held[k] = append(held[k], int64(i+1))
		}
	}
	var keys []uint32
	for k := range held {
		if keys = append(keys, k); len(keys) == 5000 {
			break
		}
	}
	keys = append(keys, 0, 1<<32-1, 12345)
	got := map[uint32][]int64{}
	for _, p := range m.lookup(keys, nil) {
		if p.Article.Story != uint32(p.Article.ID-1) {
			t.Fatalf("article %d comes with what belongs to another", p.Article.ID)
		}
		got[keys[p.Key]] = append(got[keys[p.Key]], p.Article.ID)
	}
	for _, k := range keys {
		slices.Sort(got[k])
		if want := held[k]; len(want) < maxPostings && !slices.Equal(got[k], want) {
			t.Fatalf("key %d has %v, want %v", k, got[k], want)
		} else if len(want) >= maxPostings && len(got[k]) < min(len(want), maxPostings)/2 {
			t.Fatalf("key %d has %d articles, of %d", k, len(got[k]), len(want))
		}
	}
}

// finds reports whether a key leads to an article.
func finds(m *Memory, key uint32, id int64) bool {
	return slices.ContainsFunc(m.lookup([]uint32{key}, nil), func(p Posting) bool { return p.Article.ID == id })
}

func TestArticlesAreForgottenInAnyOrder(t *testing.T) {
	for name, ids := range map[string][]int{
		"ascending": nil, "shuffled": rand.New(rand.NewPCG(3, 4)).Perm(500), "one late": lateOne(500),
	} {
		for _, sealed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, sealed %v", name, sealed), func(t *testing.T) {
				if ids == nil {
					for i := range 500 {
						ids = append(ids, i)
					}
				}
				m := NewMemory(0)
				for n, i := range ids {
					m.insert(Indexed{ID: int64(i + 1)}, []uint32{uint32(i)})
					if sealed && n%200 == 199 {
						m.seal()
					}
				}
				for _, i := range ids {
					if !finds(m, uint32(i), int64(i+1)) {
						t.Fatalf("article %d is not there", i+1)
					}
					if i%3 == 0 {
						m.remove(int64(i + 1))
						if finds(m, uint32(i), int64(i+1)) {
							t.Fatalf("article %d is there after it was forgotten", i+1)
						}
					}
				}
				for _, i := range ids {
					m.insert(Indexed{ID: int64(i + 1)}, []uint32{uint32(i) + 1000})
					if finds(m, uint32(i), int64(i+1)) || !finds(m, uint32(i)+1000, int64(i+1)) {
						t.Fatalf("article %d is not found by its new keys alone", i+1)
					}
				}
				m.remove(501, 0, -4)
			})
		}
	}
}

// lateOne is 0 to n-1 with 7 at the end.
func lateOne(n int) (out []int) {
	for i := range n {
		if i != 7 {
			out = append(out, i)
		}
	}
	return append(out, 7)
}

// TestIndexIsUsedByMany is for the race detector.
func TestIndexIsUsedByMany(t *testing.T) {
	var ix Index = NewMemory(0)
	ctx := t.Context()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			var found []Posting
			for i := range 2000 {
				keys := []uint32{r.Uint32N(500), 500 + r.Uint32N(500)}
				id := int64(w*10_000 + i + 1)
				if err := ix.Insert(ctx, Indexed{ID: id, Hour: 1000}, keys); err != nil {
					t.Error(err)
				}
				found, _ = ix.Lookup(ctx, keys, found[:0])
				if !slices.ContainsFunc(found, func(p Posting) bool { return p.Article.ID == id }) && len(found) < maxPostings {
					t.Errorf("article %d is not found by its keys", id)
				}
				if i%7 == 0 {
					_ = ix.Forget(ctx, id)
				}
				if i%500 == 0 {
					_, _ = ix.Expire(ctx, 10)
				}
			}
		})
	}
	wg.Wait()
}

func TestExpireRemovesWhatIsOld(t *testing.T) {
	m := NewMemory(0)
	for i := range 3000 {
		m.insert(Indexed{ID: int64(i + 1), Hour: 1000 + uint32(i/1000)*100}, []uint32{uint32(i)})
		if i%1000 == 999 {
			m.seal()
		}
	}
	m.remove(5)
	for _, c := range []struct {
		hour uint32
		want int
	}{{1000, 0}, {1001, 999}, {1150, 1000}, {1150, 0}} {
		if n, err := m.Expire(t.Context(), c.hour); n != c.want || err != nil {
			t.Errorf("before hour %d there were %d articles (%v), want %d", c.hour, n, err, c.want)
		}
	}
	if finds(m, 10, 11) || finds(m, 1500, 1501) || !finds(m, 2500, 2501) {
		t.Error("other articles are there than should be")
	}
}

func BenchmarkLookup(b *testing.B) {
	m := NewMemory(0)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 200_000 {
		keys := make([]uint32, 40)
		for j := range keys {
			keys[j] = r.Uint32()
		}
		m.insert(Indexed{ID: int64(i + 1)}, keys)
	}
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		r := rand.New(rand.NewPCG(5, 2))
		var found []Posting
		keys := make([]uint32, 40)
		for pb.Next() {
			for j := range keys {
				keys[j] = r.Uint32()
			}
			found, _ = m.Lookup(context.Background(), keys, found[:0])
		}
	})
}

func TestFolderHoldsWhatIsInTheWindow(t *testing.T) {
	f := NewFolder(Options{}, newShelf())
	sketch := func(hour uint32, n int) []byte { return encodeSketch(Indexed{Hour: hour}, []uint32{uint32(n)}) }
	f.Load(func(yield func(int64, []byte) bool) {
		for i := range 5000 { // a day each
			if !yield(int64(i+1), sketch(100_000+uint32(i)*24, i)) {
				return
			}
		}
	})
	if f.Holds(1) || !f.Holds(4999) || f.Holds(5001) {
		t.Errorf("of 5000 days it holds the first %v, the last but one %v, the next %v", f.Holds(1), f.Holds(4999), f.Holds(5001))
	}
	f.Forget(4999)
	if f.Holds(4999) {
		t.Error("it holds what was forgotten")
	}
}

// failing is an Index that cannot do one thing.
type failing struct {
	*Memory
	what string
}

func (x failing) Lookup(ctx context.Context, keys []uint32, dst []Posting) ([]Posting, error) {
	if x.what == "look" {
		return nil, errDisk
	}
	return x.Memory.Lookup(ctx, keys, dst)
}

func (x failing) Insert(ctx context.Context, a Indexed, keys []uint32) error {
	if x.what == "add" {
		return errDisk
	}
	return x.Memory.Insert(ctx, a, keys)
}

func (x failing) Forget(ctx context.Context, ids ...int64) error {
	if x.what == "take" {
		return errDisk
	}
	return x.Memory.Forget(ctx, ids...)
}

func TestIndexOfTheCallerGivesTheSameStories(t *testing.T) {
	articles := newsroom(7)
	_, want := foldAll(t, Options{}, articles...)
	sh := newShelf()
	f, ix := NewFolder(Options{}, sh), NewMemory(0)
	for _, a := range articles {
		d, err := f.FoldIn(t.Context(), ix, a)
		if err != nil {
			t.Fatal(err)
		}
		sh.place(a, d)
	}
	if got, want := stories(sh), stories(want); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("stories are %v, with the index in memory %v", got, want)
	}
	for _, what := range []string{"look", "add", "take"} {
		_, err := f.FoldIn(t.Context(), failing{ix, what}, articles[0])
		if !errors.Is(err, errDisk) || !strings.HasPrefix(err.Error(), what+" article 1 ") {
			t.Errorf("an index that cannot %s: %v", what, err)
		}
	}
}

// The keys of a batch are asked for before any of it is folded, and a text may change
// in between.
func TestKeysAskedForBeforehandChangeNothing(t *testing.T) {
	articles := newsroom(7)
	_, want := foldAll(t, Options{}, articles...)
	sh := newShelf()
	f, ix := NewFolder(Options{}, sh), NewMemory(0)
	var keys []uint32
	for i, a := range articles {
		if i%3 == 0 {
			a.Text = articles[(i+1)%len(articles)].Text
		}
		keys = f.Keys(a, keys[:0])
	}
	for _, a := range articles {
		d, err := f.FoldIn(t.Context(), ix, a)
		if err != nil {
			t.Fatal(err)
		}
		sh.place(a, d)
	}
	if got, want := stories(sh), stories(want); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("stories are %v, without that %v", got, want)
	}
}
