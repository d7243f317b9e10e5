package pages

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"newsfold"
)

// Options tune an [Archive].
type Options struct {
	// Limit is how many bytes are kept on disk at most, compressed; 0: no page is
	// kept, and those of before are removed.
	Limit int64
	Log   *slog.Logger // hears of damage; nil for silence
}

// Page is what a publisher sent for an article.
type Page struct {
	Article newsfold.ArticleID
	Link    string // that was asked for
	URL     string // where it was found, after redirects
	Type    string // of media, as the server stated it
	Time    time.Time
	Body    []byte
}

// MaxBody is the size of the largest page that is kept, in bytes.
const MaxBody = 16 << 20

const (
	suffix     = ".pages"
	files      = 8 // in how many the limit is divided
	headerSize = 8 // the length of what follows, and its checksum
	maxField   = 16 << 10
	maxRecord  = MaxBody + 4*maxField
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Archive keeps pages in a directory. It is safe for concurrent use, by one process.
type Archive struct {
	dir   string
	limit int64
	log   *slog.Logger
	enc   *zstd.Encoder

	mu    sync.Mutex // guards what follows
	sizes map[string]int64
	file  *os.File // that is appended to; nil: none yet
}

// Open opens the archive of a directory, which is made when the first page is kept.
func Open(dir string, opts Options) (*Archive, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("open the kept pages: %w", err)
	}
	a := &Archive{dir: dir, limit: opts.Limit, log: opts.Log, enc: enc, sizes: map[string]int64{}}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open the kept pages: %w", err)
	}
	for _, e := range entries {
		number, ours := strings.CutSuffix(e.Name(), suffix)
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && ours && len(number) == 8 && strings.Trim(number, "0123456789") == "" {
			a.sizes[e.Name()] = info.Size()
		}
	}
	if err := a.shrink(a.limit); err != nil {
		return nil, err
	}
	return a, nil
}

// names returns the files, the oldest first.
func (a *Archive) names() []string {
	names := make([]string, 0, len(a.sizes))
	for name := range a.sizes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// shrink removes the oldest files until the others have so many bytes at most.
func (a *Archive) shrink(most int64) error {
	var total int64
	for _, n := range a.sizes {
		total += n
	}
	for _, name := range a.names() {
		if total <= most {
			return nil
		}
		if a.file != nil && filepath.Base(a.file.Name()) == name {
			a.finish()
		}
		if err := os.Remove(filepath.Join(a.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("make room for pages: %w", err)
		}
		total -= a.sizes[name]
		delete(a.sizes, name)
	}
	return nil
}

// finish ends the file that is appended to.
func (a *Archive) finish() {
	if a.file != nil {
		_ = a.file.Close() // nothing is buffered
	}
	a.file = nil
}

// Keep keeps a page, in place of an earlier one of the same article, and lets the oldest
// go when there is no room for it. One that is too large is not kept.
func (a *Archive) Keep(p Page) error {
	if a.limit == 0 {
		return nil
	}
	record, ok := a.pack(p)
	if !ok {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	size := int64(len(record))
	if size > a.limit/files {
		return nil
	}
	if err := a.shrink(a.limit - size); err != nil {
		return err
	}
	if err := a.room(size); err != nil {
		return fmt.Errorf("keep a page: %w", err)
	}
	n, err := a.file.Write(record)
	a.sizes[filepath.Base(a.file.Name())] += int64(n)
	if err != nil {
		a.finish() // what was written of it is cut off when the file is continued
		return fmt.Errorf("keep a page: %w", err)
	}
	return nil
}

// room opens the file that has room for a record of a size.
func (a *Archive) room(size int64) error {
	name, next := "", 1
	if names := a.names(); len(names) > 0 {
		name = names[len(names)-1]
		if _, err := fmt.Sscanf(name, "%d", &next); err != nil {
			return err
		}
		next++
	}
	if name == "" || a.sizes[name]+size > a.limit/files {
		a.finish()
		name = fmt.Sprintf("%08d%s", next, suffix)
	}
	if a.file != nil {
		return nil
	}
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(a.dir, name), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	end, err := walk(f, func(int64, []byte) {})
	if err == nil && end < a.sizes[name] { // cut short by a crash
		err = f.Truncate(end)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	a.file, a.sizes[name] = f, end
	return nil
}

// Bytes is how many bytes are kept on disk.
func (a *Archive) Bytes() (n int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, size := range a.sizes {
		n += size
	}
	return n
}

// Close ends the archive.
func (a *Archive) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.finish()
	return a.enc.Close()
}

// pack makes a record of a page; false when it is too large.
func (a *Archive) pack(p Page) ([]byte, bool) {
	if len(p.Body) > MaxBody || max(len(p.Link), len(p.URL), len(p.Type)) > maxField {
		return nil, false
	}
	b := make([]byte, headerSize, headerSize+len(p.Body)/3+256)
	b = binary.AppendUvarint(b, uint64(p.Article))
	b = binary.AppendVarint(b, p.Time.Unix())
	for _, s := range []string{p.Link, p.URL, p.Type} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	b = a.enc.EncodeAll(p.Body, b)
	binary.LittleEndian.PutUint32(b, uint32(len(b)-headerSize))
	binary.LittleEndian.PutUint32(b[4:], crc32.Checksum(b[headerSize:], castagnoli))
	return b, len(b) <= maxRecord
}

// walk calls fn with where each record of a file begins, and with its first bytes, and
// returns where the last one that is not cut short ends.
func walk(f *os.File, fn func(at int64, start []byte)) (end int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	var start [headerSize + binary.MaxVarintLen64]byte
	for {
		n, err := f.ReadAt(start[:], end)
		if err != nil && err != io.EOF {
			return end, err
		}
		if n < headerSize {
			return end, nil
		}
		size := int64(binary.LittleEndian.Uint32(start[:]))
		if size == 0 || size > maxRecord || end+headerSize+size > info.Size() {
			return end, nil
		}
		fn(end, start[:min(int64(n), headerSize+size)])
		end += headerSize + size
	}
}
