package bolt

import (
	"fmt"
	"testing"

	"newsfold/store"
)

func TestMappedPagesAreGivenBack(t *testing.T) {
	db := small(t)
	const pieces, size = 160, 1 << 20
	for i := range pieces {
		err := db.Update(t.Context(), func(tx store.Tx) error {
			return tx.Shelf("ballast").Put(fmt.Append(nil, i), make([]byte, size))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	look := func() (before int64) {
		err := db.View(t.Context(), func(tx store.Tx) error {
			for p, err := range tx.Shelf("ballast").All(nil) {
				if err != nil || len(p.Value) != size {
					return fmt.Errorf("%d bytes: %w", len(p.Value), err)
				}
			}
			before = resident()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return before
	}
	look()
	db.trimmed.Store(0)
	before := look()
	if after := resident(); before < pieces*size || after > before-pieces*size/2 {
		t.Errorf("%d MB of files are counted after %d MB, of which %d are the store's", after>>20, before>>20, pieces*size>>20)
	}
	look() // and all of it can be read again
}
