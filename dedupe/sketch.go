package dedupe

import (
	"encoding/binary"
	"slices"
	"time"
)

// A sketch is a sample of what an article says, taken by the value of the hash
// and not by position, so that two articles sample the same of what they
// share: from the text, the word 5-grams whose hash is below 2^64/sampling
// (FracMinHash; L. Irber and others, 2022), a denser sample of the first
// words, which excerpts keep, and the title and URL.
const (
	gramWords     = 5
	sampling      = 16 // 1 in 16 of all 5-grams
	leadSampling  = 4  // 1 in 4 of those of the lead
	leadWords     = 48
	floorGrams    = 8   // a text gives at least so many, when it has them
	maxGrams      = 512 // and at most so many
	titleGrams    = 3
	sketchVersion = 3
)

// gramBase is the base of the polynomial by which 5-grams are hashed; any odd
// number with well-spread bits will do.
const gramBase = 0x9e3779b97f4a7c15

// grams appends the hash of each 5-gram of words to dst; of fewer words, one
// hash of them all. Words that are chrome are left out.
func grams(words []word, dst []uint64) []uint64 {
	var window [gramWords]uint64
	var h, top uint64 = 0, 1
	for range gramWords {
		top *= gramBase
	}
	n := 0
	for i := range words {
		if words[i].kind&chrome != 0 {
			continue
		}
		w := words[i].hash
		h = h*gramBase + w - window[n%gramWords]*top
		window[n%gramWords] = w
		if n++; n >= gramWords {
			dst = append(dst, mix(h))
		}
	}
	if n > 0 && n < gramWords {
		dst = append(dst, mix(h+uint64(n)))
	}
	return dst
}

// sketcher builds sketches, reusing its memory.
type sketcher struct {
	grams []uint64
	keys  []uint32
}

// sketch returns the keys of a document, ascending and without repetition,
// valid until the next call.
func (s *sketcher) sketch(d *doc) []uint32 {
	s.keys = s.keys[:0]
	s.grams = grams(d.words, s.grams[:0])
	for i, g := range s.grams {
		limit := ^uint64(0) / sampling
		if i < leadWords-gramWords {
			limit = ^uint64(0) / leadSampling
		}
		if g <= limit && len(s.keys) < maxGrams {
			s.keys = append(s.keys, key(g))
		}
	}
	if len(s.keys) < floorGrams {
		slices.Sort(s.grams)
		for _, g := range s.grams[:min(floorGrams, len(s.grams))] {
			s.keys = append(s.keys, key(g))
		}
	}
	s.title(d)
	if d.key != "" {
		s.keys = append(s.keys, key(hashString(d.key)))
	}
	for _, k := range d.links {
		s.keys = append(s.keys, key(hashString(k)))
	}
	slices.Sort(s.keys)
	s.keys = slices.Compact(s.keys)
	return s.keys
}

// title adds what finds an article by its headline alone: a hash of all its
// words and the smallest hashes of its word triples.
func (s *sketcher) title(d *doc) {
	if len(d.title) < 3 {
		return
	}
	s.grams = s.grams[:0]
	all := uint64(1)
	for i, w := range d.title {
		all = all*gramBase + w.hash
		if i >= 2 {
			s.grams = append(s.grams, mix(d.title[i-2].hash*3+d.title[i-1].hash*5+w.hash*7))
		}
	}
	s.keys = append(s.keys, key(mix(all)))
	slices.Sort(s.grams)
	for _, g := range s.grams[:min(titleGrams, len(s.grams))] {
		s.keys = append(s.keys, key(g))
	}
}

// key shortens a hash to what the index keeps of it. The bits by which 5-grams
// are sampled are the upper ones, so the lower ones are taken.
func key(h uint64) uint32 { return uint32(h) }

// sketchHead is the length of what a stored sketch has before its keys.
const sketchHead = 1 + 4*4

// encodeSketch writes what Load needs: version, story, name, time in
// hours since 1970, host, and the keys.
func encodeSketch(p Indexed, keys []uint32) []byte {
	b := make([]byte, 0, sketchHead+4*len(keys))
	b = append(b, sketchVersion)
	b = binary.LittleEndian.AppendUint32(b, p.Story)
	b = binary.LittleEndian.AppendUint32(b, p.Name)
	b = binary.LittleEndian.AppendUint32(b, p.Hour)
	b = binary.LittleEndian.AppendUint32(b, p.Host)
	for _, k := range keys {
		b = binary.LittleEndian.AppendUint32(b, k)
	}
	return b
}

// decodeSketch is the reverse of encodeSketch; ok is false for any other
// bytes.
func decodeSketch(b []byte, keys []uint32) (p Indexed, _ []uint32, ok bool) {
	if len(b) < sketchHead || b[0] != sketchVersion || (len(b)-sketchHead)%4 != 0 || len(b) > sketchHead+4*(maxGrams+64) {
		return Indexed{}, keys, false
	}
	p.Story = binary.LittleEndian.Uint32(b[1:])
	p.Name = binary.LittleEndian.Uint32(b[5:])
	p.Hour = binary.LittleEndian.Uint32(b[9:])
	p.Host = binary.LittleEndian.Uint32(b[13:])
	for b = b[sketchHead:]; len(b) > 0; b = b[4:] {
		keys = append(keys, binary.LittleEndian.Uint32(b))
	}
	return p, keys, true
}

// hours counts hours since 1970, 0 for a time that is unknown or not
// believable.
func hours(t time.Time) uint32 {
	h := t.Unix() / 3600
	if t.IsZero() || h <= 0 || h > 1<<31 {
		return 0
	}
	return uint32(h)
}
