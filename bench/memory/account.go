package main

import (
	"fmt"
	"path/filepath"
	"time"

	bbolt "go.etcd.io/bbolt"
)

// account prints where the bytes of a store are: what keys and values take, and
// what the pages take that hold them.
func account(dir string) error {
	db, err := bbolt.Open(filepath.Join(dir, "newsfold.db"), 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing was written
	return db.View(func(tx *bbolt.Tx) error {
		n := tx.Bucket([]byte("article.urls")).Stats().KeyN // one for each article, wherever that lies
		fmt.Printf("bytes for each of %d articles\n%-28s %9s %9s %9s %9s %6s\n", n, "bucket", "keys", "of key", "of value", "on pages", "full")
		pages := 0
		err := tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			return nested(b, string(name), n, &pages)
		})
		size := int(tx.Size())
		fmt.Printf("%-28s %9s %9s %9s %9.1f\n", "together", "", "", "", float64(pages)/float64(n))
		fmt.Printf("%-28s %9s %9s %9s %9.1f\n", "free, and the list of it", "", "", "", float64(size-pages)/float64(n))
		return err
	})
}

// nested prints a bucket and those in it.
func nested(b *bbolt.Bucket, name string, n int, pages *int) error {
	keys, keyBytes, valueBytes, inner := 0, 0, 0, 0
	err := b.ForEach(func(k, v []byte) error {
		if v == nil {
			inner++
			return nested(b.Bucket(k), name+" "+string(k), n, pages)
		}
		keys++
		keyBytes += len(k)
		valueBytes += len(v)
		return nil
	})
	if err != nil || inner > 0 {
		return err
	}
	s := b.Stats()
	alloc := s.LeafAlloc + s.BranchAlloc
	*pages += alloc
	if alloc > 0 {
		each := func(v int) float64 { return float64(v) / float64(n) }
		fmt.Printf("%-28s %9.2f %9.1f %9.1f %9.1f %5.0f%%\n", name, each(keys), each(keyBytes), each(valueBytes), each(alloc), 100*float64(s.LeafInuse+s.BranchInuse)/float64(alloc))
	}
	return nil
}
