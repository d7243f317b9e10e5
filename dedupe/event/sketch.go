package event

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// sketchVersion is the first byte of a sketch; another version is read again
// from its text.
const sketchVersion = 5

// ErrSketch says that a sketch is damaged or of another version. Add the story
// itself instead.
var ErrSketch = errors.New("event: sketch of another version, or damaged")

// Sketch packs a profile for [Grouper.Load]: its version, language, time and size,
// then words, anchors and ordinals, and what a dictionary has made of words, and a vector.
func (p *Profile) Sketch() []byte {
	b := make([]byte, 0, 48+8*(len(p.words)+len(p.anchors)))
	b = append(b, sketchVersion, byte(len(p.lang)))
	b = append(b, p.lang...)
	b = binary.AppendVarint(b, p.at)
	b = binary.AppendUvarint(b, uint64(p.tokens))
	b = binary.AppendUvarint(b, uint64(p.length))
	for _, fs := range [][]feature{p.words, p.anchors} {
		b = appendFeatures(b, fs)
	}
	b = binary.AppendUvarint(b, uint64(len(p.ordinals)))
	for _, h := range p.ordinals {
		b = binary.LittleEndian.AppendUint32(b, h)
	}
	if p.terms != nil {
		b = append(b, sketchTerms)
		b = binary.LittleEndian.AppendUint16(b, uint16(p.terms.norm))
		b = appendFeatures(b, p.terms.senses)
	}
	if p.meaning != nil {
		b = append(b, sketchMeaning)
		b = binary.LittleEndian.AppendUint32(b, p.meaning.model)
		b = binary.AppendUvarint(b, uint64(len(p.meaning.values)))
		for _, v := range p.meaning.values {
			b = append(b, byte(v))
		}
	}
	return b
}

// What stands before what a dictionary has made of words, and before a vector; most
// sketches have neither.
const (
	sketchTerms   = 't'
	sketchMeaning = 'v'
)

func appendFeatures(b []byte, fs []feature) []byte {
	b = binary.AppendUvarint(b, uint64(len(fs)))
	for _, f := range fs {
		b = binary.LittleEndian.AppendUint32(b, f.hash)
		b = binary.LittleEndian.AppendUint16(b, uint16(f.weight))
		b = append(b, byte(f.class), f.place)
	}
	return b
}

// decode reads what Sketch wrote.
func decode(id int64, b []byte) (*Profile, error) {
	p := &Profile{id: id}
	if len(b) < 2 || b[0] != sketchVersion || len(b) < 2+int(b[1]) {
		return nil, ErrSketch
	}
	p.lang = string(b[2 : 2+b[1]])
	r := &sketchReader{b: b[2+b[1]:]}
	p.at = r.varint()
	p.tokens = int32(r.count(math.MaxInt32 - 1))
	p.length = int32(r.count(math.MaxInt32 - 1))
	p.words = r.features(maxWords)
	p.anchors = r.features(maxAnchors)
	p.ordinals = r.hashes(maxOrdinals)
	if len(r.b) > 2 && r.b[0] == sketchTerms {
		norm := half(binary.LittleEndian.Uint16(r.b[1:]))
		r.skip(3)
		p.terms = &rendering{r.features(maxKept), norm}
		r.bad = r.bad || !(norm.float() >= 0)
	}
	if len(r.b) > 0 && r.b[0] == sketchMeaning {
		r.skip(1)
		p.meaning = r.meaning()
	}
	if r.bad || len(r.b) > 0 {
		return nil, ErrSketch
	}
	p.sum()
	return p, nil
}

type sketchReader struct {
	b   []byte
	bad bool
}

func (r *sketchReader) varint() int64 {
	v, n := binary.Varint(r.b)
	return v * int64(r.skip(n))
}

// count reads a number that is at most limit.
func (r *sketchReader) count(limit int) int {
	v, n := binary.Uvarint(r.b)
	if r.skip(n) == 0 || v > uint64(limit) {
		r.bad = true
		return 0
	}
	return int(v)
}

// skip goes on n bytes and returns 1, or 0 when they are not there.
func (r *sketchReader) skip(n int) int {
	if n <= 0 || n > len(r.b) || r.bad {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return 1
}

func (r *sketchReader) uint32() uint32 {
	if len(r.b) < 4 {
		r.bad = true
		return 0
	}
	v := binary.LittleEndian.Uint32(r.b)
	r.b = r.b[4:]
	return v
}

func (r *sketchReader) hashes(limit int) []uint32 {
	n := r.count(limit)
	if n == 0 {
		return nil
	}
	out := make([]uint32, n)
	for i := range out {
		out[i] = r.uint32()
	}
	return out
}

func (r *sketchReader) meaning() *meaning {
	m := &meaning{model: r.uint32()}
	n := r.count(maxVector)
	values := r.b[:min(n, len(r.b))]
	r.skip(n)
	for _, v := range values {
		m.values = append(m.values, int8(v))
	}
	r.bad = r.bad || m.measured().norm == 0
	return m
}

func (r *sketchReader) features(limit int) []feature {
	out := make([]feature, r.count(limit))
	for i := range out {
		if len(r.b) < 8 {
			r.bad = true
			return nil
		}
		out[i] = feature{
			hash:   binary.LittleEndian.Uint32(r.b),
			weight: half(binary.LittleEndian.Uint16(r.b[4:])),
			class:  class(r.b[6]),
			place:  r.b[7],
		}
		w := out[i].weight.float()
		if i > 0 && out[i].hash <= out[i-1].hash || out[i].class&^(weakBit|headBit) > version || !(w >= 0 && w < 1e4) {
			r.bad = true
			return nil
		}
		r.b = r.b[8:]
	}
	return out
}

// Load puts a story back as it was: in the event that was stored for it, with
// the sketch that Add returned. The error wraps [ErrSketch] when the story has
// to be added anew.
func (g *Grouper) Load(story, event int64, sketch []byte) error {
	p, err := decode(story, sketch)
	if err != nil {
		return fmt.Errorf("load story %d: %w", story, err)
	}
	g.Remove(story)
	slot := g.hold(p)
	e := g.events[event]
	if e == nil {
		e = &group{id: event}
		g.events[event] = e
	}
	g.join(e, slot)
	return nil
}
