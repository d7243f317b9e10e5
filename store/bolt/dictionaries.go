package bolt

import (
	"bytes"
	"context"
	"fmt"

	"newsfold/store"
	"newsfold/store/internal/record"
)

// Articles are short, and what one repeats stands in others: names, addresses, turns
// of phrase. So the store learns from its own records and keeps what it has learnt,
// a dictionary for each class of records. Those that were made with an older one
// name it, so dictionaries stay as long as the store.
//
// Compressing a record so takes longer than all else that storing it does, and most
// are written twice within a minute. So they are written as they come, and
// [DB.Compact], which writes all of them anew anyway, uses the dictionaries.

const (
	// defaultLearn is from how many records on a dictionary is trained unless Options
	// say otherwise.
	defaultLearn = 1000
	// lessons is how many records of a class are looked at.
	lessons = 256
)

// classOf says which records are compressed alike; 0 are those that are not
// compressed.
var classOf = [len(bucketNames)]record.Class{
	bBodies: record.Texts, bRevisions: record.Texts, bSaid: record.Texts,
	bArticles: record.Articles, bEntries: record.Entries, bStories: record.Stories,
}

// lessonsOf says which records a class learns from. Their keys are numbers.
var lessonsOf = [record.Classes]bucketID{
	record.Texts: bBodies, record.Articles: bArticles, record.Entries: bEntries, record.Stories: bStories,
}

// A dictionary is a record of its bucket.
type dictionary struct {
	class   record.Class
	content []byte
	at      int64 // the highest number among the records of the class then
}

func dictionaryFields(w *record.Wire, d *dictionary) {
	w.Int(1, (*int)(&d.class))
	w.Bytes(2, &d.content)
	w.Int64(3, &d.at)
}

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
				err = db.codec.Learn(d.class, d.content)
			}
			if err != nil {
				return t.damaged(fmt.Sprintf("dictionary %x", k), err)
			}
			db.learntAt[d.class] = d.at
		}
		return nil
	})
}

// learn trains dictionaries for classes that have grown enough since the last time.
// It is called by the writer, in its turn; when it fails, the store goes on as it is.
func (db *DB) learn(ctx context.Context) error {
	var highest [record.Classes]int64
	err := db.View(ctx, func(st store.Tx) (err error) {
		t := st.(*tx)
		defer t.guard(&err)
		for class := record.Texts; class < record.Classes; class++ {
			if k, _ := last(t.bucket(lessonsOf[class]).Cursor()); k != nil {
				highest[class] = keyID(k)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for class, at := range highest {
		if at < max(db.learnFrom, 10*db.learntAt[class]) {
			continue
		}
		if err := db.teach(ctx, record.Class(class), at); err != nil {
			db.log.Info("store did not learn to compress better", "path", db.path, "records", class, "err", err)
		}
	}
	return nil
}

// teach makes a dictionary for a class, stores it and has it used from then on.
func (db *DB) teach(ctx context.Context, class record.Class, at int64) error {
	d := dictionary{class: class, at: at}
	err := db.update(ctx, func(st store.Tx) (err error) {
		t := st.(*tx)
		defer t.guard(&err)
		n, err := t.bucket(bDictionaries).NextSequence()
		if err != nil {
			return err
		}
		messages, err := t.messages(class)
		if err != nil {
			return err
		}
		if d.content, err = record.Train(uint32(n), class, messages); err != nil {
			return err
		}
		return put(t, bDictionaries, idKey(n), &d, dictionaryFields)
	})
	if err == nil {
		err = db.codec.Learn(class, d.content)
	}
	if err == nil {
		db.learntAt[class] = at
	}
	return err
}

// messages returns what a class learns from.
func (t *tx) messages(class record.Class) ([][]byte, error) {
	switch class {
	case record.Texts:
		return sample(t, bBodies, record.WovenBody)
	case record.Articles:
		return sample(t, bArticles, record.Article)
	case record.Entries:
		return sample(t, bEntries, record.Entry)
	case record.Stories:
		return sample(t, bStories, record.Story)
	}
	return nil, fmt.Errorf("class %d", class)
}

// sample returns messages from all over a bucket, as they would be written now.
func sample[T any](t *tx, id bucketID, fields func(*record.Wire, *T)) (messages [][]byte, err error) {
	if err := t.settleAll(); err != nil {
		return nil, err
	}
	c := t.bucket(id).Cursor()
	k, _ := last(c)
	if k == nil {
		return nil, nil
	}
	step := max(1, keyID(k)/lessons)
	var seen []byte
	for at := step; at <= keyID(k); at += step {
		key, rec := c.Seek(idKey(at))
		if bytes.Equal(key, seen) {
			continue // there is a gap
		}
		seen = bytes.Clone(key)
		var v T
		err := t.read(id, key, rec, func(msg string) error { return record.Decode(msg, &v, fields) })
		if err != nil {
			return nil, err
		}
		messages = append(messages, record.Encode(nil, &v, fields))
	}
	return messages, nil
}
