package search

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
	"unicode/utf8"
)

func FuzzParse(f *testing.F) {
	for _, s := range []string{`ferry "ran aground" -x`, `feed:"a b" after:7d`, `"`, `-`, `a:b:c`, `“x`, `*`, `-"`, `is:unread lang:de`, `東京*`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := Parse(s, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		if err != nil {
			if !errors.Is(err, ErrQuery) {
				t.Errorf("error %v does not wrap ErrQuery", err)
			}
			return
		}
		for _, c := range plan(&q, []language{"ar", "de", "en", "ru", "zh"}, nil) {
			if len(c.places) > 0 && c.places[0].at != 0 && !c.scored && !c.not {
				t.Errorf("clause %+v", c)
			}
		}
	})
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"The ferry's 14 oars", "東京都の天気 abc", "ёлка", "المدارس", "a’", "’", "\xff\xfe", "İstanbul", "กรุงเทพ", "e\u0301"} {
		f.Add(s, "en")
	}
	f.Fuzz(func(t *testing.T, s, lang string) {
		a := newAnalyzer()
		last, end := -1, 0
		n := a.words(s, spoken(lang, s), func(n int, w token) {
			if n <= last || w.start < 0 || w.end <= w.start || w.end > len(s) || w.start < end && !unspacedAt(s, w.start) {
				t.Errorf("word %d %+v after %d of %q", n, w, last, s)
			}
			last, end = n, w.end
		})
		if n <= last {
			t.Errorf("%d words, the last of them number %d", n, last)
		}
	})
}

func unspacedAt(s string, i int) bool {
	r, _ := utf8.DecodeRuneInString(s[i:])
	return unspaced(r)
}

// FuzzSegment reads segment files that are not what they should be, with checksums
// that are right: what is read is an error or an answer, never a panic.
func FuzzSegment(f *testing.F) {
	b := newBuilder()
	for i := range 100 {
		b.begin(article{id: int64(i + 1), time: uint32(i), length: 3})
		b.word("all", 0, 4)
		b.word(string(rune('a'+i%26))+"x", 1, 1)
		b.mark(markLang + "en")
	}
	name := filepath.Join(f.TempDir(), "s")
	if err := b.write(name); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		f.Fatal(err)
	}
	var at [3]int64
	for i := range at {
		at[i] = int64(binary.LittleEndian.Uint64(whole[len(whole)-footerSize+8*i:]))
	}
	f.Add(whole[len(magic):len(whole)-footerSize], at[0], at[1], at[2])
	f.Fuzz(func(t *testing.T, content []byte, dict, tops, arts int64) {
		name := filepath.Join(t.TempDir(), "s")
		// The parts begin where the fuzzer says, the table of articles where it has
		// to for its size.
		to := int64(len(magic) + len(content))
		rest := content[min(max(dict-int64(len(magic)), 0), int64(len(content))):]
		end := footer([]int64{dict, tops, arts, to, 30, (to - arts) / articleSize, 300, 2, int64(crc32.Checksum(rest, castagnoli))})
		if err := os.WriteFile(name, slices.Concat([]byte(magic), content, end), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := openSegment(name, "s")
		if err != nil {
			if !errors.Is(err, errDamaged) {
				t.Errorf("error %v does not wrap errDamaged", err)
			}
			return
		}
		defer s.file.Close()
		snap := &snapshot{segs: []*segment{s}}
		for _, query := range []string{"all", `"all ax"`, "a*", "-all lang:en", "all cx"} {
			q, err := Parse(query, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = snap.search(context.Background(), plan(&q, []language{"en"}, nil), &q, 10)
			if err != nil && !errors.Is(err, errDamaged) {
				t.Errorf("%s: error %v does not wrap errDamaged", query, err)
			}
		}
		err = merge(context.Background(), filepath.Join(t.TempDir(), "m"), []*segment{s})
		if err != nil && !errors.Is(err, errDamaged) {
			t.Errorf("merge: error %v does not wrap errDamaged", err)
		}
	})
}
