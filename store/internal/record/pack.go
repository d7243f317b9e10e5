package record

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// Members are messages of one kind with the numbers that they have, which ascend.
type Members struct {
	IDs      []int64
	Messages []string
}

// Add adds a message with a number that is higher than those before.
func (m *Members) Add(id int64, msg string) {
	m.IDs = append(m.IDs, id)
	m.Messages = append(m.Messages, msg)
}

// Find returns the message with a number and says whether there is one.
func (m *Members) Find(id int64) (msg string, ok bool) {
	i, ok := slices.BinarySearch(m.IDs, id)
	if ok {
		msg = m.Messages[i]
	}
	return msg, ok
}

// members carries m in two fields, of which this is the first.
func members(w *Wire, num int, m *Members) {
	steps(w, num, &m.IDs)
	w.strings(num+1, &m.Messages)
	if w.reading && len(m.IDs) != len(m.Messages) {
		w.err = ErrMalformed
	}
}

// steps carries numbers that ascend, as their differences.
func steps(w *Wire, num int, ids *[]int64) {
	between := slices.Clone(*ids)
	for i := len(between) - 1; i > 0; i-- {
		between[i] -= between[i-1]
	}
	integers(w, num, &between)
	if !w.reading {
		return
	}
	for i := 1; i < len(between); i++ {
		if between[i] <= 0 {
			w.err = ErrMalformed
		}
		between[i] += between[i-1]
	}
	*ids = between
}

// Facts is the part of a pack that lists are made of.
type Facts struct {
	Articles, Stories, Entries Members
	Bodies                     []int64 // the numbers of those in the other part
}

func factsFields(w *Wire, f *Facts) {
	members(w, 1, &f.Articles)
	members(w, 3, &f.Stories)
	members(w, 5, &f.Entries)
	steps(w, 7, &f.Bodies)
}

// texts is the other part: the bodies, each without the beginning of its text that
// the lede of its article has.
type texts struct {
	rests  []string
	shared []int64 // how many bytes those beginnings have
}

func textsFields(w *Wire, t *texts) {
	w.strings(1, &t.rests)
	integers(w, 2, &t.shared)
}

// Pack returns what holds the messages of many records, so that what they have in
// common is stored once: of some that came in side by side, an article shares its
// addresses with its entry and its lede with its body, and all of them share words,
// hosts and turns of phrase. The numbers of bodies are those of their articles.
func (c *Codec) Pack(f *Facts, bodies *Members) []byte {
	f.Bodies = bodies.IDs
	var t texts
	for i, msg := range bodies.Messages {
		rest, n := behindLede(msg, lede(f, bodies.IDs[i]))
		t.rests, t.shared = append(t.rests, rest), append(t.shared, int64(n))
	}
	facts := frame(c.dense, Encode(nil, f, factsFields))
	pack := binary.AppendUvarint(nil, uint64(len(facts)))
	pack = append(pack, facts...)
	return append(pack, frame(c.dense, Encode(nil, &t, textsFields))...)
}

// parts returns the two records of a pack, behind the length of the first.
func parts(pack []byte) (facts, texts []byte, err error) {
	l, n := binary.Uvarint(pack)
	if n <= 0 || l > uint64(len(pack)-n) {
		return nil, nil, fmt.Errorf("%w: a pack with no end", ErrMalformed)
	}
	pack = pack[n:]
	return pack[:l], pack[l:], nil
}

// OpenFacts returns one part of a pack. What is no pack is an error that wraps
// [ErrMalformed].
func (c *Codec) OpenFacts(pack []byte) (*Facts, error) {
	first, _, err := parts(pack)
	if err != nil {
		return nil, err
	}
	msg, err := c.Open(first)
	if err != nil {
		return nil, err
	}
	var f Facts
	return &f, Decode(msg, &f, factsFields)
}

// OpenBodies returns the other part of a pack whose facts were opened. What is no
// pack, or that of others, is an error that wraps [ErrMalformed].
func (c *Codec) OpenBodies(pack []byte, f *Facts) (*Members, error) {
	_, second, err := parts(pack)
	if err != nil {
		return nil, err
	}
	msg, err := c.Open(second)
	var t texts
	if err == nil {
		err = Decode(msg, &t, textsFields)
	}
	if err == nil && (len(t.rests) != len(f.Bodies) || len(t.shared) != len(f.Bodies)) {
		err = fmt.Errorf("%w: %d bodies instead of %d", ErrMalformed, len(t.rests), len(f.Bodies))
	}
	if err != nil {
		return nil, err
	}
	bodies := &Members{IDs: f.Bodies}
	for i, rest := range t.rests {
		msg, ok := withLede(rest, lede(f, f.Bodies[i]), t.shared[i])
		if !ok {
			return nil, fmt.Errorf("%w: a body of another article", ErrMalformed)
		}
		bodies.Messages = append(bodies.Messages, msg)
	}
	return bodies, nil
}

// lede returns the lede of an article in a pack; none when the article is not there.
func lede(f *Facts, id int64) (lede string) {
	msg, _ := f.Articles.Find(id)
	_ = Decode(msg, &lede, func(w *Wire, s *string) { w.string(ledeField, s) }) // what cannot be read shares nothing
	return lede
}

// textHead returns how long what stands before the text of a body is in its message;
// 0 when the message does not begin with a text.
func textHead(msg string) int {
	if !strings.HasPrefix(msg, "\x0a") { // the tag of field 1
		return 0
	}
	_, n := uvarint(msg[1:])
	if n <= 0 {
		return 0
	}
	return 1 + n
}

// behindLede takes out of a body what its text begins with as the lede does, and says
// how many bytes that are.
func behindLede(msg, lede string) (rest string, shared int) {
	head := textHead(msg)
	if head == 0 || skip(msg[1:], wireBytes) < 0 {
		return msg, 0
	}
	text := payload(msg[1:])
	for shared < min(len(text), len(lede)) && text[shared] == lede[shared] {
		shared++
	}
	return msg[:head] + text[shared:] + msg[head+len(text):], shared
}

// withLede is the reverse of behindLede; false when they do not belong together.
func withLede(rest, lede string, shared int64) (msg string, ok bool) {
	if shared == 0 {
		return rest, true
	}
	head := textHead(rest)
	if head == 0 || shared < 0 || shared > int64(len(lede)) {
		return "", false
	}
	return rest[:head] + lede[:shared] + rest[head:], true
}
