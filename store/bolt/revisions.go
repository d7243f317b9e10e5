package bolt

import (
	"bytes"
	"fmt"
	"iter"

	"newsfold"
	"newsfold/store"
	"newsfold/store/internal/record"
)

// revisionKey returns the key of an earlier text of an article.
func revisionKey(id newsfold.ArticleID, n int64) []byte {
	return appendID(appendID(make([]byte, 0, 2*idLen), int64(id)), n)
}

// Revisions implements [store.Tx].
func (t *tx) Revisions(id newsfold.ArticleID) iter.Seq2[newsfold.Revision, error] {
	return sequence(t, func() func() (newsfold.Revision, bool, error) {
		prefix := idKey(id)
		var w *walk
		return func() (r newsfold.Revision, ok bool, err error) {
			if w == nil {
				w = t.walk(t.bucket(bRevisions), prefix, false)
			}
			k, rec := w.next()
			if !bytes.HasPrefix(k, prefix) {
				return r, false, nil
			}
			err = t.read(bRevisions, k, rec, func(msg string) error { return record.Decode(msg, &r, record.Revision) })
			return r, err == nil, err
		}
	})
}

// AddRevision implements [store.Tx].
func (t *tx) AddRevision(id newsfold.ArticleID, r newsfold.Revision) (err error) {
	defer t.guard(&err)
	if err := t.ready(true); err != nil {
		return err
	}
	if err := t.hasArticle(id); err != nil {
		return err
	}
	var (
		numbers []int64
		sizes   []int
	)
	prefix := idKey(id)
	w := t.walk(t.bucket(bRevisions), prefix, false)
	for k, rec := w.next(); bytes.HasPrefix(k, prefix); k, rec = w.next() {
		var old newsfold.Revision
		if err := t.read(bRevisions, k, rec, func(msg string) error { return record.Decode(msg, &old, record.Revision) }); err != nil {
			return err
		}
		numbers = append(numbers, keyID(k[idLen:]))
		sizes = append(sizes, len(old.Title)+len(old.Text))
	}
	n := int64(1)
	if len(numbers) > 0 {
		n = numbers[len(numbers)-1] + 1
	}
	numbers, sizes = append(numbers, n), append(sizes, len(r.Title)+len(r.Text))
	for _, i := range store.ExcessRevisions(sizes) {
		if numbers[i] == n {
			return nil // it is the one to go
		}
		if err := t.bucket(bRevisions).Delete(revisionKey(id, numbers[i])); err != nil {
			return err
		}
	}
	if err := put(t, bRevisions, revisionKey(id, n), &r, record.Revision); err != nil {
		return fmt.Errorf("revision of article %d: %w", id, err)
	}
	return nil
}

// dropRevisions removes the earlier texts of an article.
func (t *tx) dropRevisions(id newsfold.ArticleID) error {
	prefix := idKey(id)
	b := t.bucket(bRevisions)
	w := t.walk(b, prefix, false)
	for k, _ := w.next(); bytes.HasPrefix(k, prefix); k, _ = w.next() {
		if err := b.Delete(w.from); err != nil {
			return err
		}
	}
	return nil
}
