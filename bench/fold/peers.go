package main

import (
	"hash/fnv"
	"math"
	"math/bits"
	"math/rand/v2"
	"strings"
	"unicode"

	"newsfold/dedupe"
)

// method finds near-duplicates: add is given the articles one by one and
// returns the earlier ones that the article is a copy of.
type method interface {
	add(a dedupe.Article) ([]int, error)
	bytes() float64 // kept for each article
}

func tokens(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

func hash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	return x ^ x>>33
}

// shingles returns the hashes of the word 5-grams of an article.
func shingles(a dedupe.Article) map[uint64]bool {
	t := tokens(a.Text)
	out := map[uint64]bool{}
	for i := 0; i+5 <= len(t); i++ {
		out[hash(strings.Join(t[i:i+5], " "))] = true
	}
	if len(out) == 0 && len(t) > 0 {
		out[hash(strings.Join(t, " "))] = true
	}
	return out
}

// minhash is MinHash (A. Broder, 1997) with banding: two articles are compared
// when one of their bands is equal, and are copies when their signatures agree
// in at least the given share.
type minhash struct {
	threshold   float64
	bands, rows int
	a, b        [128]uint64
	tables      []map[uint64][]int32
	signatures  [][128]uint32
}

func newMinhash(threshold float64, bands, rows int) *minhash {
	m := &minhash{threshold: threshold, bands: bands, rows: rows}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range m.a {
		m.a[i], m.b[i] = r.Uint64()|1, r.Uint64()
	}
	for range bands {
		m.tables = append(m.tables, map[uint64][]int32{})
	}
	return m
}

func (m *minhash) add(a dedupe.Article) ([]int, error) {
	var sig [128]uint32
	for i := range sig {
		sig[i] = math.MaxUint32
	}
	set := shingles(a)
	for s := range set {
		for i := range sig {
			sig[i] = min(sig[i], uint32((s*m.a[i]+m.b[i])>>32))
		}
	}
	id := int32(len(m.signatures))
	m.signatures = append(m.signatures, sig)
	if len(set) == 0 {
		return nil, nil
	}
	seen := map[int32]bool{}
	var out []int
	for t := range m.bands {
		h := uint64(14695981039346656037)
		for _, v := range sig[t*m.rows : (t+1)*m.rows] {
			h = (h ^ uint64(v)) * 1099511628211
		}
		for _, j := range m.tables[t][h] {
			if !seen[j] {
				seen[j] = true
				if m.like(&sig, &m.signatures[j]) >= m.threshold {
					out = append(out, int(j))
				}
			}
		}
		m.tables[t][h] = append(m.tables[t][h], id)
	}
	return out, nil
}

func (m *minhash) like(a, b *[128]uint32) float64 {
	n := 0
	for i := range a {
		if a[i] == b[i] {
			n++
		}
	}
	return float64(n) / 128
}

func (m *minhash) bytes() float64 { return 128*4 + float64(m.bands)*12 }

// simhash is SimHash (M. Charikar, 2002) on words; articles are copies when at
// most three of 64 bits differ, found by four tables of 16 bits each (G. Manku
// and others, 2007).
type simhash struct {
	tables [4]map[uint16][]int32
	prints []uint64
}

func newSimhash() *simhash {
	s := &simhash{}
	for i := range s.tables {
		s.tables[i] = map[uint16][]int32{}
	}
	return s
}

func (s *simhash) add(a dedupe.Article) ([]int, error) {
	var sum [64]int
	t := tokens(a.Text)
	for _, w := range t {
		h := hash(w)
		for i := range sum {
			if h>>i&1 == 1 {
				sum[i]++
			} else {
				sum[i]--
			}
		}
	}
	var p uint64
	for i, n := range sum {
		if n > 0 {
			p |= 1 << i
		}
	}
	id := int32(len(s.prints))
	s.prints = append(s.prints, p)
	if len(t) == 0 {
		return nil, nil
	}
	seen := map[int32]bool{}
	var out []int
	for i := range s.tables {
		k := uint16(p >> (16 * i))
		for _, j := range s.tables[i][k] {
			if !seen[j] && bits.OnesCount64(p^s.prints[j]) <= 3 {
				seen[j] = true
				out = append(out, int(j))
			}
		}
		s.tables[i][k] = append(s.tables[i][k], id)
	}
	return out, nil
}

func (s *simhash) bytes() float64 { return 8 + 4*4 }
