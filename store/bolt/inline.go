package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
)

// A small bucket lies within a page of the bucket above it, and the engine copies such a
// page into memory of its own where it does not begin on a word. When it is damaged, what
// the engine then takes for its keys is other memory of the program, and the garbage
// collector ends the program; elsewhere it is another part of the mapped file, which is
// noticed. So those pages are looked at when a store is opened, with the layout of
// https://github.com/etcd-io/bbolt/blob/main/internal/common/page.go.
const (
	pageHeader    = 16 // number, kind, how many elements, how many more pages: 8, 2, 2 and 4 bytes
	pageElement   = 16 // of a leaf: kind, distance to the key, lengths of key and value; of a branch: distance, length, page
	bucketHeader  = 16 // page, sequence
	branchPage    = 1
	bucketElement = 1
	maxDepth      = 32
	maxHolder     = 16 << 20 // bytes of a page of buckets
)

var errPage = errors.New("a page whose parts lie outside of it")

// holders are the buckets that hold others, and on how many levels.
var holders = map[string]int{bucketNames[bLogs]: 2, bucketNames[bShelves]: 1}

// inspect looks at the pages that hold buckets.
func (t *tx) inspect() (err error) {
	defer t.guard(&err)
	root := uint64(t.bolt.Cursor().Bucket().Root())
	if err := t.inspectPage(root, maxDepth, func(name []byte) int { return holders[string(name)] }); err != nil {
		return t.damaged("its list of buckets", err)
	}
	return nil
}

// inspectPage looks at a page of a bucket that holds others, and at those below it.
// Levels says of one of the others on how many levels it does.
func (t *tx) inspectPage(number uint64, depth int, levels func(name []byte) int) error {
	page, err := t.page(number)
	if err != nil {
		return err
	}
	if depth == 0 {
		return errPage
	}
	if binary.LittleEndian.Uint16(page[8:]) == branchPage {
		return elements(page, func(e []byte) error {
			if _, err := part(e, binary.LittleEndian.Uint32(e), binary.LittleEndian.Uint32(e[4:])); err != nil {
				return err
			}
			return t.inspectPage(binary.LittleEndian.Uint64(e[8:]), depth-1, levels)
		})
	}
	return elements(page, func(e []byte) error {
		name, value, err := pair(e)
		if err != nil || binary.LittleEndian.Uint32(e) != bucketElement {
			return err
		}
		if len(value) < bucketHeader {
			return errPage
		}
		root := binary.LittleEndian.Uint64(value)
		if root == 0 {
			return inlined(value[bucketHeader:])
		}
		if n := levels(name); n > 0 {
			return t.inspectPage(root, depth-1, func([]byte) int { return n - 1 })
		}
		return nil
	})
}

// inlined looks at a bucket within a page.
func inlined(page []byte) error {
	if len(page) < pageHeader {
		return errPage
	}
	return elements(page, func(e []byte) error { _, _, err := pair(e); return err })
}

// page reads a page with those that belong to it.
func (t *tx) page(number uint64) ([]byte, error) {
	size, end := uint64(t.db.open.bolt.Info().PageSize), uint64(t.bolt.Size())
	if number >= end/size {
		return nil, fmt.Errorf("page %d: %w", number, fs.ErrNotExist)
	}
	page := make([]byte, size)
	if _, err := t.file.ReadAt(page, int64(number*size)); err != nil {
		return nil, err
	}
	more := uint64(binary.LittleEndian.Uint32(page[12:]))
	if more == 0 {
		return page, nil
	}
	if more >= end/size-number || more*size > maxHolder {
		return nil, errPage
	}
	page = make([]byte, size*(more+1))
	_, err := t.file.ReadAt(page, int64(number*size))
	return page, err
}

// elements calls fn with the page from each of its elements on.
func elements(page []byte, fn func(e []byte) error) error {
	for i := range int(binary.LittleEndian.Uint16(page[10:])) {
		at := pageHeader + i*pageElement
		if at+pageElement > len(page) {
			return errPage
		}
		if err := fn(page[at:]); err != nil {
			return err
		}
	}
	return nil
}

// pair returns the key and the value of an element of a leaf.
func pair(e []byte) (key, value []byte, err error) {
	at, k, v := binary.LittleEndian.Uint32(e[4:]), binary.LittleEndian.Uint32(e[8:]), binary.LittleEndian.Uint32(e[12:])
	if key, err = part(e, at, k); err == nil {
		value, err = part(e[at+k:], 0, v)
	}
	return key, value, err
}

// part returns some bytes at a distance.
func part(b []byte, at, size uint32) ([]byte, error) {
	if uint64(at)+uint64(size) > uint64(len(b)) {
		return nil, errPage
	}
	return b[at:][:size], nil
}
