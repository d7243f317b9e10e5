package wordlist

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"newsfold/dedupe/event"
)

// Limits of what is read.
const (
	MaxFile  = 32 << 20  // bytes of a list
	MaxLine  = 1 << 10   // bytes of a line
	MaxPairs = 1_000_000 // of all lists together
	MaxLists = 64
)

// List is a file that was read.
type List struct {
	Path      string
	Languages [2]string // ISO 639-3, as in its name
	Pairs     int       // that are in use
	Passed    int       // lines that were left out
	// Problem says why the list, or the first of the lines that were left out, is of no
	// use; empty when all is.
	Problem string
}

// Load reads the lists of a directory, in the order of their names. There need not be
// such a directory; the error is one of reading it. The dictionary is nil when there
// is no pair.
func Load(dir string) (*event.Dictionary, []List, error) { return load(dir, MaxPairs) }

// load reads as many pairs at most.
func load(dir string, most int) (*event.Dictionary, []List, error) {
	names, err := files(dir)
	if err != nil {
		return nil, nil, err
	}
	words := &event.Dictionary{}
	lists := make([]List, 0, len(names))
	left := most
	for i, name := range names {
		l := List{Path: filepath.Join(dir, name)}
		if i >= MaxLists {
			l.Problem = fmt.Sprintf("more than %d lists", MaxLists)
		} else {
			l.read(words, left)
		}
		left -= l.Pairs
		lists = append(lists, l)
	}
	if left == most {
		words = nil
	}
	return words, lists, nil
}

// files are the names of the lists in a directory.
func files(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for word lists: %w", err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".tsv") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// Stamp tells the lists of a directory from those of another time: their names, sizes
// in bytes and times, with commas between. It is empty when there are none.
func Stamp(dir string) (string, error) {
	names, err := files(dir)
	if err != nil {
		return "", err
	}
	var stamps []string
	for _, name := range names {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			continue // it goes just now, or leads nowhere: Load says so
		}
		stamps = append(stamps, fmt.Sprintf("%s %d %s", name, info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano)))
	}
	return strings.Join(stamps, ", "), nil
}

// read adds the pairs of the list, at most so many.
func (l *List) read(words *event.Dictionary, most int) {
	var ok bool
	if l.Languages, ok = languages(filepath.Base(l.Path)); !ok {
		l.Problem = "the name is not two languages by their codes of ISO 639-3, such as eng-ara.tsv"
		return
	}
	f, err := os.Open(l.Path)
	if err != nil {
		l.Problem = err.Error()
		return
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	switch {
	case err != nil:
		l.Problem = err.Error()
		return
	case !info.Mode().IsRegular():
		l.Problem = "no regular file"
		return
	case info.Size() > MaxFile:
		l.Problem = fmt.Sprintf("larger than %d MiB", MaxFile>>20)
		return
	}
	l.pairs(io.LimitReader(f, MaxFile), words, most)
}

// languages are those that the name of a list names.
func languages(name string) (both [2]string, ok bool) {
	a, b, _ := strings.Cut(strings.TrimSuffix(name, ".tsv"), "-")
	for i, code := range [2]string{a, b} {
		base, err := language.ParseBase(code)
		if err != nil || len(code) != 3 || base.ISO3() != code {
			return both, false
		}
		both[i] = code
	}
	return both, a != b
}

// pairs reads lines.
func (l *List) pairs(r io.Reader, words *event.Dictionary, most int) {
	lines := bufio.NewReaderSize(r, MaxLine+2) // and the end of the line
	for n := 1; ; n++ {
		line, cut, err := lines.ReadLine()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				l.Problem = fmt.Sprintf("read line %d: %v", n, err)
			}
			return
		}
		long := cut
		for cut && err == nil {
			_, cut, err = lines.ReadLine()
		}
		if n == 1 {
			line = []byte(strings.TrimPrefix(string(line), "\ufeff"))
		}
		text := strings.TrimSpace(string(line))
		switch {
		case long:
			l.pass(n, fmt.Sprintf("longer than %d bytes", MaxLine))
		case text == "" || text[0] == '#':
		case !utf8.ValidString(text):
			l.pass(n, "not UTF-8")
		case l.Pairs >= most:
			l.pass(n, "this and what follows is over what all lists together may have")
			return
		default:
			l.pair(n, text, words)
		}
	}
}

// pair reads a line that may be a pair.
func (l *List) pair(n int, text string, words *event.Dictionary) {
	first, second, ok := strings.Cut(text, "\t")
	second, _, _ = strings.Cut(second, "\t") // a note
	switch {
	case !ok:
		l.pass(n, "no tab between two terms")
	case words.Add(event.Term{Lang: l.Languages[0], Text: first}, event.Term{Lang: l.Languages[1], Text: second}):
		l.Pairs++
	default:
		l.pass(n, "a term is empty, a number, one letter or more than four words")
	}
}

// pass takes note of a line that is left out.
func (l *List) pass(n int, why string) {
	if l.Passed++; l.Passed == 1 {
		l.Problem = fmt.Sprintf("line %d: %s", n, why)
	}
}
