package search

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"newsfold/store"
)

// Options adjust an index. The zero value is right for most.
type Options struct {
	Log *slog.Logger // hears of what is no error of a call; nil for silence
	// Busy reports whether the process has something more urgent to do, while which
	// Run leaves new articles to [Index.Refresh]; nil: never.
	Busy func() bool
}

// Index is a search index in a directory. One process has it open at a time: the
// one that holds the store. It is safe for concurrent use.
type Index struct {
	dir  string
	log  *slog.Logger
	busy func() bool

	writing sync.Mutex // one Catch at a time
	words   *analyzer  // of Catch

	mu    sync.Mutex // guards what follows
	live  *snapshot
	ended bool
}

// snapshot is the index at one time.
type snapshot struct {
	manifest
	segs  []*segment
	users int // searches under way, and one for being the present one
}

// manifest is the file "segments".
type manifest struct {
	Version  int              `json:"version"`
	Store    string           `json:"store"`   // identity of the store that was indexed
	Folds    store.Seq        `json:"folds"`   // indexed up to this change of the log of folds
	Removed  store.Seq        `json:"removed"` // and of that of what was removed
	Next     int              `json:"next"`    // number of the next file
	Segments []named          `json:"segments"`
	Langs    map[language]int `json:"langs"` // articles that were indexed by the rules of each language
}

// named is a segment as the manifest names it.
type named struct {
	Name string `json:"name"`
	Gone string `json:"gone,omitempty"` // file of what is crossed out
}

// version is of all formats in the directory and of how words are reduced: an
// index of another one is made anew.
const version = 2

const manifestName = "segments"

// Open opens the index in a directory, making it when it is not there. An index
// that is damaged or of another version is emptied: it is derived data.
func Open(dir string, opts Options) (*Index, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Busy == nil {
		opts.Busy = never
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a directory for the search index: %w", err)
	}
	x := &Index{dir: dir, log: opts.Log, busy: opts.Busy, words: newAnalyzer()}
	live, err := load(dir)
	switch {
	case errors.Is(err, errDamaged):
		x.log.Warn("making the search index anew", "dir", dir, "err", err)
		live = &snapshot{manifest: manifest{Version: version}, users: 1}
	case err != nil:
		return nil, fmt.Errorf("open the search index: %w", err)
	}
	x.live = live
	live.hold()
	x.sweep(live)
	return x, nil
}

// load reads what the manifest names.
func load(dir string) (*snapshot, error) {
	s := &snapshot{manifest: manifest{Version: version}, users: 1}
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &s.manifest); err != nil || s.Version != version {
		return nil, damaged("its list of segments is of another version or cannot be read")
	}
	for _, n := range s.Segments {
		if n.Name != filepath.Base(n.Name) || n.Gone != "" && n.Gone != filepath.Base(n.Gone) {
			err = damaged("a segment is called %q", n.Name)
		}
		var seg *segment
		if err == nil {
			seg, err = openSegment(filepath.Join(dir, n.Name), n.Name)
		}
		if err == nil {
			s.segs = append(s.segs, seg)
			if n.Gone != "" {
				err = seg.readGone(filepath.Join(dir, n.Gone))
			}
		}
		if err != nil {
			for _, seg := range s.segs {
				_ = seg.file.Close()
			}
			return nil, err
		}
	}
	return s, nil
}

// readGone reads what is crossed out.
func (s *segment) readGone(path string) error {
	b, err := os.ReadFile(path)
	n := (len(s.ids) + 63) / 64
	if err != nil || len(b) != 8*n+4 || crc32.Checksum(b[:8*n], castagnoli) != binary.LittleEndian.Uint32(b[8*n:]) {
		return damaged("%s: what is crossed out cannot be read", s.name)
	}
	bits := make([]uint64, n)
	for i := range bits {
		bits[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	s.gone = bits
	*s = *s.without(nil)
	return nil
}

// writeGone writes what is crossed out to disk.
func (s *segment) writeGone(path string) error {
	var b []byte
	for _, w := range s.gone {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return writeFile(path, binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli)))
}

// writeFile writes a file and puts it on disk.
func writeFile(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// path returns the name of the n-th file.
func (x *Index) path(n int, kind string) (name, path string) {
	name = fmt.Sprintf("%08d.%s", n, kind)
	return name, filepath.Join(x.dir, name)
}

// commit makes a new state of the index the present one. Its segments are on
// disk; what of them is crossed out anew is written here.
func (x *Index) commit(m manifest, segs []*segment) error {
	old := x.live
	was := map[string]named{}
	for i, n := range old.Segments {
		if i < len(old.segs) {
			was[n.Name] = n
		}
	}
	m.Segments = make([]named, len(segs))
	for i, s := range segs {
		m.Segments[i] = named{Name: s.name, Gone: was[s.name].Gone}
		if before := old.segment(s.name); before != nil && before.goneCount == s.goneCount || s.goneCount == 0 {
			continue
		}
		name, path := x.path(m.Next, "gone")
		m.Next++
		if err := s.writeGone(path); err != nil {
			return err
		}
		m.Segments[i].Gone = name
	}
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	path := filepath.Join(x.dir, manifestName)
	if err := writeFile(path+".new", b); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	if err := syncDir(x.dir); err != nil {
		return err
	}
	x.exchange(&snapshot{manifest: m, segs: segs, users: 1})
	return nil
}

func (s *snapshot) segment(name string) *segment {
	for _, seg := range s.segs {
		if seg.name == name {
			return seg
		}
	}
	return nil
}

// syncDir puts the names in a directory on disk, where the system can.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// exchange makes a snapshot the present one. Files that it does not use are
// removed, and closed when the last search in them ends.
func (x *Index) exchange(s *snapshot) {
	x.mu.Lock()
	old := x.live
	x.live = s
	s.hold()
	x.mu.Unlock()
	x.release(old)
	x.sweep(s)
}

// hold counts a snapshot among the users of its files.
func (s *snapshot) hold() {
	for _, seg := range s.segs {
		seg.file.users++
	}
}

// acquire returns the present snapshot for a search.
func (x *Index) acquire() (*snapshot, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ended {
		return nil, fmt.Errorf("search index: %w", os.ErrClosed)
	}
	x.live.users++
	return x.live, nil
}

func (x *Index) release(s *snapshot) {
	var unused []*file
	x.mu.Lock()
	if s.users--; s.users == 0 {
		for _, seg := range s.segs {
			if seg.file.users--; seg.file.users == 0 {
				unused = append(unused, seg.file)
			}
		}
	}
	x.mu.Unlock()
	for _, f := range unused {
		_ = f.Close() // read only: nothing can be lost
	}
}

// sweep removes the files that a crash, or an earlier state, has left.
func (x *Index) sweep(s *snapshot) {
	used := map[string]bool{manifestName: true}
	for _, n := range s.Segments {
		used[n.Name], used[n.Gone] = true, true
	}
	entries, err := os.ReadDir(x.dir)
	if err != nil {
		return // they are in nobody's way
	}
	for _, e := range entries {
		name := e.Name()
		ours := strings.HasSuffix(name, ".seg") || strings.HasSuffix(name, ".gone") || name == manifestName+".new"
		if ours && !used[name] {
			_ = os.Remove(filepath.Join(x.dir, name)) // else next time
		}
	}
}

// Close ends the index. Searches under way finish.
func (x *Index) Close() error {
	x.writing.Lock()
	defer x.writing.Unlock()
	x.mu.Lock()
	if x.ended {
		x.mu.Unlock()
		return nil
	}
	x.ended = true
	x.mu.Unlock()
	x.release(x.live)
	return nil
}

// Stats says what an index holds.
type Stats struct {
	Articles int   `json:"articles"`
	Segments int   `json:"segments"`
	Bytes    int64 `json:"bytes"` // on disk
}

// Stats returns what the index holds.
func (x *Index) Stats() (Stats, error) {
	s, err := x.acquire()
	if err != nil {
		return Stats{}, err
	}
	defer x.release(s)
	st := Stats{Segments: len(s.segs)}
	for _, seg := range s.segs {
		st.Articles += seg.living()
		if info, err := seg.file.Stat(); err == nil {
			st.Bytes += info.Size()
		}
	}
	return st, nil
}

// clone copies the parts of a manifest that are changed.
func (m manifest) clone() manifest {
	m.Langs = maps.Clone(m.Langs)
	if m.Langs == nil {
		m.Langs = map[language]int{}
	}
	return m
}
