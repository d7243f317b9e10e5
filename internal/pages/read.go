package pages

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/klauspost/compress/zstd"

	"newsfold"
)

// errDamaged says that a record is not what was written.
var errDamaged = errors.New("a kept page is damaged")

// place is where a page lies.
type place struct {
	article newsfold.ArticleID
	file    string
	at      int64
}

// All yields the last page that was kept of each article, by ascending number, as
// things are when it is called; what is removed meanwhile is left out, as is what is
// damaged. An error ends it.
func (a *Archive) All() iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		places, err := a.places()
		if err != nil {
			yield(Page{}, fmt.Errorf("read the kept pages: %w", err))
			return
		}
		dec, err := decoder()
		if err != nil {
			yield(Page{}, fmt.Errorf("read the kept pages: %w", err))
			return
		}
		defer dec.Close()
		for _, p := range places {
			page, err := a.read(p, dec)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				continue
			case errors.Is(err, errDamaged):
				a.log.Warn("leave out a kept page", "article", p.article, "file", p.file, "err", err)
				continue
			}
			if !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// decoder makes a decoder of bodies that makes none larger than may be.
func decoder() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(MaxBody))
}

// places finds the last page of each article.
func (a *Archive) places() ([]place, error) {
	a.mu.Lock()
	names := a.names()
	a.mu.Unlock()
	last := map[newsfold.ArticleID]place{}
	for _, name := range names {
		f, err := os.Open(filepath.Join(a.dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // made room for others
		}
		if err != nil {
			return nil, err
		}
		_, err = walk(f, func(at int64, start []byte) {
			if id, n := binary.Uvarint(start[headerSize:]); n > 0 {
				last[newsfold.ArticleID(id)] = place{newsfold.ArticleID(id), name, at}
			}
		})
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
	}
	places := make([]place, 0, len(last))
	for _, p := range last {
		places = append(places, p)
	}
	slices.SortFunc(places, func(x, y place) int { return cmp.Compare(x.article, y.article) })
	return places, nil
}

// read reads one page.
func (a *Archive) read(p place, dec *zstd.Decoder) (Page, error) {
	f, err := os.Open(filepath.Join(a.dir, p.file))
	if err != nil {
		return Page{}, err
	}
	defer func() { _ = f.Close() }() // read only: nothing can be lost
	var header [headerSize]byte
	if _, err := f.ReadAt(header[:], p.at); err != nil {
		return Page{}, err
	}
	size := binary.LittleEndian.Uint32(header[:])
	if size > maxRecord {
		return Page{}, errDamaged
	}
	b := make([]byte, size)
	if _, err := f.ReadAt(b, p.at+headerSize); err != nil {
		return Page{}, err
	}
	if crc32.Checksum(b, castagnoli) != binary.LittleEndian.Uint32(header[4:]) {
		return Page{}, errDamaged
	}
	return unpack(b, dec)
}

// unpack reads a record.
func unpack(b []byte, dec *zstd.Decoder) (p Page, err error) {
	id, n := binary.Uvarint(b)
	if n <= 0 {
		return p, errDamaged
	}
	b = b[n:]
	at, n := binary.Varint(b)
	if n <= 0 {
		return p, errDamaged
	}
	b = b[n:]
	p.Article, p.Time = newsfold.ArticleID(id), time.Unix(at, 0).UTC()
	for _, s := range []*string{&p.Link, &p.URL, &p.Type} {
		size, n := binary.Uvarint(b)
		if n <= 0 || size > maxField || size > uint64(len(b)-n) {
			return p, errDamaged
		}
		*s, b = string(b[n:n+int(size)]), b[n+int(size):]
	}
	if p.Body, err = dec.DecodeAll(b, nil); err != nil {
		return p, fmt.Errorf("%w: %v", errDamaged, err)
	}
	return p, nil
}
