package extract

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"strings"
	"sync"

	"newsfold/extract/internal/page"
)

// Site is what the pages of one site have in common: its boilerplate. A
// paragraph that has stood on two other pages is not article text on the next
// one. The zero value knows nothing; it is safe for concurrent use.
//
//	var site extract.Site
//	d, err := extract.Extract(body, url, extract.Options{Site: &site})
//	if err == nil {
//		site.Learn(url, d.Text)
//	}
//
// It remembers the last 4096 paragraphs as hashes, about 64 KB.
type Site struct {
	mu    sync.Mutex
	paras map[uint64]*repeated
	order []uint64 // oldest first
}

// repeated counts the pages that a paragraph has stood on.
type repeated struct {
	pages uint8
	last  uint64 // hash of the last page's address
}

const (
	maxParas   = 4096
	maxLearned = 400 // paragraphs of one page
	isFurnish  = 2   // pages that make a paragraph boilerplate
)

// Learn remembers the paragraphs of a page. Learning a page twice in a row
// counts once.
func (s *Site) Learn(url, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paras == nil {
		s.paras = make(map[uint64]*repeated)
	}
	at := hash(url)
	n := 0
	for p := range strings.SplitSeq(text, "\n\n") {
		key := paraHash(p)
		if n++; n > maxLearned {
			return
		}
		r := s.paras[key]
		switch {
		case r == nil:
			if len(s.order) >= maxParas {
				delete(s.paras, s.order[0])
				s.order = s.order[1:]
			}
			s.paras[key] = &repeated{pages: 1, last: at}
			s.order = append(s.order, key)
		case r.last != at && r.pages < 255:
			r.pages++
			r.last = at
		}
	}
}

// common reports whether a paragraph has stood on enough pages other than the
// one at url.
func (s *Site) common(url, para string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.paras[paraHash(para)]
	if r == nil {
		return false
	}
	pages := r.pages
	if r.last == hash(url) {
		pages--
	}
	return pages >= isFurnish
}

func paraHash(p string) uint64 { return hash(page.Fold(p, 2000)) }

func hash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s)) // never fails
	return h.Sum64()
}

// MarshalBinary returns what the site has learned, for storing.
func (s *Site) MarshalBinary() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []byte{1} // version
	for _, key := range s.order {
		r := s.paras[key]
		out = binary.LittleEndian.AppendUint64(out, key)
		out = binary.LittleEndian.AppendUint64(out, r.last)
		out = append(out, r.pages)
	}
	return out, nil
}

// UnmarshalBinary restores what MarshalBinary returned.
func (s *Site) UnmarshalBinary(b []byte) error {
	const size = 17
	if len(b) == 0 || b[0] != 1 || (len(b)-1)%size != 0 || len(b) > 1+size*maxParas {
		return errors.New("not the memory of a site, or of another version")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paras, s.order = make(map[uint64]*repeated), nil
	for b = b[1:]; len(b) > 0; b = b[size:] {
		key := binary.LittleEndian.Uint64(b)
		if s.paras[key] == nil {
			s.order = append(s.order, key)
		}
		s.paras[key] = &repeated{last: binary.LittleEndian.Uint64(b[8:]), pages: b[16]}
	}
	return nil
}

// furnish drops the kept blocks that the site has shown before. When more than
// half of the text has stood elsewhere, the page is a copy of another, and
// nothing is dropped.
func (r *reader) furnish(keep []bool, site *Site, url string) {
	var all, known int32
	var drop []int
	for i := range keep {
		if !keep[i] {
			continue
		}
		b := &r.page.Blocks[i]
		all += b.Chars
		if site.common(url, b.Text) {
			known += b.Chars
			drop = append(drop, i)
		}
	}
	if known*2 > all {
		return
	}
	for _, i := range drop {
		keep[i] = false
	}
}
