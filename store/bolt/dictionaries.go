package bolt

import (
	"context"
	"fmt"

	"newsfold/store"
	"newsfold/store/internal/record"
)

// A dictionary is a record of its bucket: what version 3 compressed records with. Some
// of them may be left, so the dictionaries stay.
type dictionary struct{ content []byte }

func dictionaryFields(w *record.Wire, d *dictionary) { w.Bytes(2, &d.content) }

// learnt makes the codec know the dictionaries of a file.
func (db *DB) learnt(ctx context.Context) error {
	return db.View(ctx, func(st store.Tx) (err error) {
		t := st.(*tx)
		defer t.guard(&err)
		w := t.walk(t.bucket(bDictionaries), nil, false)
		for k, rec := w.next(); k != nil; k, rec = w.next() {
			var d dictionary
			err := t.read(bDictionaries, k, rec, func(msg string) error { return record.Decode(msg, &d, dictionaryFields) })
			if err == nil {
				err = db.codec.Learn(d.content)
			}
			if err != nil {
				return t.damaged(fmt.Sprintf("dictionary %x", k), err)
			}
		}
		return nil
	})
}
