package bolt_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"newsfold"
	"newsfold/store"
	"newsfold/store/bolt"
)

// TestDamagedFiles opens and uses stores with flipped bits, overwritten pages
// and missing ends. There must be an error that says so, or none at all when
// the damage lies where nothing is kept; never a panic, a hang, or a wrong text.
func TestDamagedFiles(t *testing.T) {
	whole := sample(t, 300)
	rnd := rand.New(rand.NewPCG(3, 4))
	rounds := 60
	if testing.Short() {
		rounds = 24
	}
	path := file(t.TempDir())
	if write(t, path, whole); use(t, path) {
		t.Fatal("there is something amiss in a whole store")
	}
	seen := map[string]int{}
	for round := range rounds {
		content := append([]byte{}, whole...)
		var kind string
		switch round % 4 {
		case 0:
			kind = "a flipped bit"
			content[rnd.IntN(len(content))] ^= 1 << rnd.IntN(8)
		case 1:
			kind = "20 flipped bits"
			for range 20 {
				content[rnd.IntN(len(content))] ^= 1 << rnd.IntN(8)
			}
		case 2:
			kind = "a page of noise"
			at := rnd.IntN(len(content)/512) * 512
			for i := at; i < min(at+512, len(content)); i++ {
				content[i] = byte(rnd.Uint32())
			}
		case 3:
			kind = "a missing end"
			content = content[:rnd.IntN(len(content))]
		}
		path := file(t.TempDir())
		write(t, path, content)
		if use(t, path) {
			seen[kind]++
		}
	}
	t.Logf("noticed, of %d each: %v", rounds/4, seen)
	if seen["a missing end"] < rounds/4 {
		t.Error("a missing end was not noticed")
	}
	if seen["a page of noise"] == 0 {
		t.Error("a page of noise was never noticed")
	}
}

// TestRepairIsDoneInOneGo flips bits. What Repair has mended Check finds nothing in, and
// what it cannot mend it leaves as it is and says so.
func TestRepairIsDoneInOneGo(t *testing.T) {
	whole := sample(t, 300)
	rnd := rand.New(rand.NewPCG(7, 8))
	rounds := 60
	if testing.Short() {
		rounds = 12
	}
	mended := 0
	for range rounds {
		content := append([]byte{}, whole...)
		for range 1 + rnd.IntN(3) {
			content[rnd.IntN(len(content))] ^= 1 << rnd.IntN(8)
		}
		path := file(t.TempDir())
		write(t, path, content)
		db, err := bolt.Open(t.Context(), path, bolt.Options{})
		if err != nil {
			continue // refused: TestDamagedFiles
		}
		problems, err := db.Repair(t.Context())
		switch left, err2 := db.Check(t.Context()); {
		case err != nil && !errors.Is(err, store.ErrForeign):
			t.Errorf("error %v, want one that wraps ErrForeign", err)
		case err == nil && (err2 != nil || len(left) > 0):
			t.Errorf("after %d problems were mended there are %v, error %v", len(problems), left, err2)
		case err == nil && len(problems) > 0:
			mended++
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("mended %d of %d", mended, rounds)
	if mended == 0 {
		t.Error("nothing was mended")
	}
}

// use does everything with a store and reports whether anything was amiss.
func use(t *testing.T, path string) (noticed bool) {
	t.Helper()
	heard := func(err error) {
		if err == nil {
			return
		}
		noticed = true
		if !errors.Is(err, store.ErrForeign) && !errors.Is(err, newsfold.ErrNotFound) && !errors.Is(err, newsfold.ErrExists) {
			t.Errorf("error %v, want one that wraps ErrForeign", err)
		}
		if errors.Is(err, store.ErrForeign) && !strings.Contains(err.Error(), path) {
			t.Errorf("error %v does not name the file", err)
		}
	}
	db, err := bolt.Open(t.Context(), path, bolt.Options{Loose: 20})
	if err != nil {
		heard(err)
		return noticed
	}
	l := load{words: 120}
	heard(db.View(t.Context(), func(tx store.Tx) error {
		readAll(tx, l, heard)
		return nil
	}))
	if problems, err := db.Check(t.Context()); err != nil || len(problems) > 0 {
		heard(err)
		noticed = true
	}
	for n := range 3 {
		heard(db.Update(t.Context(), func(tx store.Tx) error { return l.step(tx, 1002+n) }))
	}
	if err := db.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	// Whatever happened, the lock is free.
	if again, err := bolt.Open(t.Context(), path, bolt.Options{Timeout: time.Nanosecond}); errors.Is(err, store.ErrLocked) {
		t.Error("the file is still locked")
	} else if err == nil {
		again.Close()
	}
	return noticed
}

// readAll reads everything, also behind what is damaged.
func readAll(tx store.Tx, l load, heard func(error)) {
	n, err := l.count(tx)
	heard(err)
	for i := range n {
		id, err := tx.FindArticle(articleURL(i))
		heard(err)
		b, err := tx.Body(id)
		heard(err)
		var which int
		if _, _ = fmt.Sscan(b.Text, &which); b.Text != "" && b != l.body(which) {
			heard(fmt.Errorf("article %d has a text that was never stored", id))
		}
		_, err = tx.Article(id)
		heard(err)
	}
	for _, err := range tx.Stories(store.Query{}) {
		heard(err)
	}
	for _, err := range tx.Feeds() {
		heard(err)
	}
	for _, err := range tx.Changes(store.Texts, 0) {
		heard(err)
	}
	for _, err := range tx.Wanted(time.Now()) {
		heard(err)
	}
}

// TestFileCutWhileOpen takes pages away under a running store.
func TestFileCutWhileOpen(t *testing.T) {
	path := file(t.TempDir())
	write(t, path, sample(t, 300))
	db, err := bolt.Open(t.Context(), path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int64{100 << 10, 3 * 8192, 8192, 0} {
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		l := load{words: 120}
		err = db.View(t.Context(), func(tx store.Tx) error { return l.verify(tx, 300) })
		if !errors.Is(err, store.ErrForeign) {
			t.Errorf("%d bytes left: reading: error %v, want one that wraps ErrForeign", size, err)
		}
		err = db.Update(t.Context(), func(tx store.Tx) error { return l.step(tx, 1002) })
		if !errors.Is(err, store.ErrForeign) {
			t.Errorf("%d bytes left: writing: error %v, want one that wraps ErrForeign", size, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
