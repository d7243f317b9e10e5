package bolt

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"newsfold/store"
)

// TestAColumnIsAMap sets and takes away numbers at random, and compares with a map.
func TestAColumnIsAMap(t *testing.T) {
	db := small(t)
	want := map[int64]int64{}
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		err := db.Update(t.Context(), func(st store.Tx) error {
			l, err := st.(*tx).log("test")
			if err != nil {
				return err
			}
			for range 200 {
				k, v := 1+r.Int64N(400), r.Int64N(1<<53)
				if r.IntN(3) == 0 {
					v = 0
				}
				if err := l.changes.set(k, v); err != nil {
					return err
				}
				if want[k] = v; v == 0 {
					delete(want, k)
				}
			}
			sameColumn(t, st.(*tx), l.changes, want)
			k := 1 + r.Int64N(399) // nothing is read behind it
			want[k] = 7
			return l.changes.set(k, 7)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.View(t.Context(), func(st store.Tx) error {
			sameColumn(t, st.(*tx), column{Bucket: st.(*tx).bucket(bLogs).Bucket([]byte("test")).Bucket(logChanges)}, want)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func sameColumn(t *testing.T, tx *tx, c column, want map[int64]int64) {
	t.Helper()
	got := map[int64]int64{}
	var order []int64
	s := tx.scan(c, 0)
	for k, v, ok, err := s.next(); ok || err != nil; k, v, ok, err = s.next() {
		if err != nil {
			t.Fatal(err)
		}
		got[k] = v
		order = append(order, k)
	}
	if !maps.Equal(got, want) || !slices.IsSorted(order) {
		t.Fatalf("%d numbers in the order %v, want %d", len(got), order, len(want))
	}
	for k := range int64(400) {
		if v, err := c.get(k); err != nil || v != want[k] {
			t.Fatalf("number %d is %d, error %v, want %d", k, v, err, want[k])
		}
	}
}

func FuzzColumn(f *testing.F) {
	var n numbers
	n[0], n[7], n[63] = 1, 1<<53, 5
	f.Add(n.encode())
	f.Add([]byte{0x80})
	f.Fuzz(func(t *testing.T, value []byte) {
		var n, again numbers
		if err := n.decode(value); err != nil {
			if !errors.Is(err, errColumn) {
				t.Error(err)
			}
			return
		}
		if err := again.decode(n.encode()); err != nil || again != n {
			t.Errorf("%v came back as %v, error %v", n, again, err)
		}
	})
}
