package record

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
)

// ErrMalformed says that a record does not follow the encoding.
var ErrMalformed = errors.New("malformed record")

// maxField bounds field numbers: small enough for the table of a [Wire].
const maxField = 32

// Wire types of the protocol buffers encoding.
const (
	wireVarint = 0
	wireFixed  = 1
	wireBytes  = 2
)

// A Wire is one message in the protocol buffers wire format
// (https://protobuf.dev/programming-guides/encoding/), being written or read.
// JSON would be easier on the eye, but it cannot carry strings that are not
// UTF-8, and costs about six times as much to read. The format is still
// self-describing: protoc --decode_raw prints it.
//
// One function per noun, in nouns.go, names each field once and serves both
// directions, so that they cannot drift apart. Fields with a zero value take
// no space; unknown fields are skipped, so fields may be added later. Integers
// are zigzag varints, times are microseconds since 1970, repeated integers are
// packed.
type Wire struct {
	reading bool
	out     []byte // writing: the messages so far
	in      string // reading: this message
	at      [maxField]uint32
	typ     [maxField]uint8
	err     error
}

// parse makes w a reader of s. Strings that are read share memory with s.
func (w *Wire) parse(s string) {
	*w = Wire{reading: true, in: s}
	for i := 0; i < len(s); {
		tag, n := uvarint(s[i:])
		if n <= 0 || tag>>3 == 0 || int64(len(s)) > math.MaxUint32 {
			w.err = ErrMalformed
			return
		}
		i += n
		if num := tag >> 3; num < maxField && w.at[num] == 0 {
			w.at[num], w.typ[num] = uint32(i), uint8(tag&7)
		}
		if n = skip(s[i:], tag&7); n < 0 {
			w.err = ErrMalformed
			return
		}
		i += n
	}
}

// skip returns the length of a value, or -1 when it does not fit.
func skip(s string, typ uint64) int {
	switch typ {
	case wireVarint:
		if _, n := uvarint(s); n > 0 {
			return n
		}
	case wireFixed:
		if len(s) >= 8 {
			return 8
		}
	case wireBytes:
		if l, n := uvarint(s); n > 0 && l <= uint64(len(s)-n) {
			return n + int(l)
		}
	}
	return -1
}

// uvarint is [binary.Uvarint] for strings.
func uvarint(s string) (uint64, int) {
	var x uint64
	for i := 0; i < len(s) && i < binary.MaxVarintLen64; i++ {
		b := s[i]
		if b < 0x80 {
			if i == binary.MaxVarintLen64-1 && b > 1 {
				return 0, -1
			}
			return x | uint64(b)<<(7*i), i + 1
		}
		x |= uint64(b&0x7f) << (7 * i)
	}
	return 0, -1
}

func zigzag(v int64) uint64   { return uint64(v<<1) ^ uint64(v>>63) }
func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

// field returns the rest of the message from the value of a field on, or ""
// when the field is absent or of another type.
func (w *Wire) field(num int, typ uint8) string {
	if w.at[num] == 0 || w.err != nil {
		return ""
	}
	if w.typ[num] != typ {
		w.err = ErrMalformed
		return ""
	}
	return w.in[w.at[num]:]
}

// payload returns what a length-delimited value holds. The length was checked
// by parse.
func payload(s string) string {
	l, n := uvarint(s)
	return s[n : n+int(l)]
}

func (w *Wire) tag(num int, typ uint8) {
	w.out = binary.AppendUvarint(w.out, uint64(num)<<3|uint64(typ))
}

func (w *Wire) varint(num int, v *int64, always bool) {
	if w.reading {
		if s := w.field(num, wireVarint); s != "" {
			u, _ := uvarint(s)
			*v = unzigzag(u)
		}
		return
	}
	if *v != 0 || always {
		w.tag(num, wireVarint)
		w.out = binary.AppendUvarint(w.out, zigzag(*v))
	}
}

func (w *Wire) bool(num int, v *bool) {
	var i int64
	if *v {
		i = 1
	}
	w.varint(num, &i, false)
	*v = i != 0
}

// time carries the zero time as an absent field.
func (w *Wire) time(num int, v *time.Time) {
	if w.reading {
		if w.at[num] != 0 {
			var us int64
			w.varint(num, &us, false)
			*v = time.UnixMicro(us).UTC()
		}
		return
	}
	if !v.IsZero() {
		us := Micro(*v)
		w.varint(num, &us, true)
	}
}

func (w *Wire) float(num int, v *float64) {
	if w.reading {
		if s := w.field(num, wireFixed); s != "" {
			*v = math.Float64frombits(binary.LittleEndian.Uint64([]byte(s[:8])))
		}
		return
	}
	if bits := math.Float64bits(*v); bits != 0 {
		w.tag(num, wireFixed)
		w.out = binary.LittleEndian.AppendUint64(w.out, bits)
	}
}

func (w *Wire) string(num int, v *string) {
	if w.reading {
		if s := w.field(num, wireBytes); s != "" {
			*v = payload(s)
		}
		return
	}
	if *v != "" {
		w.put(num, *v)
	}
}

func (w *Wire) put(num int, s string) {
	w.tag(num, wireBytes)
	w.out = binary.AppendUvarint(w.out, uint64(len(s)))
	w.out = append(w.out, s...)
}

// Bytes carries bytes, for schemas of other packages.
func (w *Wire) Bytes(num int, v *[]byte) { w.bytes(num, v) }

func (w *Wire) bytes(num int, v *[]byte) {
	s := string(*v)
	w.string(num, &s)
	if w.reading && s != "" {
		*v = []byte(s)
	}
}

// each calls f with every value of a repeated length-delimited field.
func (w *Wire) each(num int, f func(string)) {
	if w.field(num, wireBytes) == "" {
		return
	}
	s := w.in[w.at[num]:]
	f(payload(s))
	for s = s[skip(s, wireBytes):]; s != ""; {
		tag, n := uvarint(s)
		s = s[n:]
		if tag == uint64(num)<<3|wireBytes {
			f(payload(s))
		}
		s = s[skip(s, tag&7):]
	}
}

func (w *Wire) strings(num int, v *[]string) {
	if w.reading {
		w.each(num, func(s string) { *v = append(*v, s) })
		return
	}
	for _, s := range *v {
		w.put(num, s)
	}
}

// integer carries any integer type.
func integer[T ~int | ~int64](w *Wire, num int, v *T) {
	i := int64(*v)
	w.varint(num, &i, false)
	*v = T(i)
}

// text carries any string type.
func text[T ~string](w *Wire, num int, v *T) {
	s := string(*v)
	w.string(num, &s)
	*v = T(s)
}

// integers carries a list of integers, packed.
func integers[T ~int64](w *Wire, num int, v *[]T) {
	if !w.reading {
		if len(*v) > 0 {
			w.nest(num, func() {
				for _, i := range *v {
					w.out = binary.AppendUvarint(w.out, zigzag(int64(i)))
				}
			})
		}
		return
	}
	s := w.field(num, wireBytes)
	if s == "" {
		return
	}
	s = payload(s)
	*v = make([]T, 0, count(s))
	for s != "" {
		u, n := uvarint(s)
		if n <= 0 {
			w.err = ErrMalformed
			return
		}
		*v, s = append(*v, T(unzigzag(u))), s[n:]
	}
}

// count returns how many varints end in s.
func count(s string) (n int) {
	for i := range len(s) {
		if s[i] < 0x80 {
			n++
		}
	}
	return n
}

// nest writes a length-delimited field whose content f appends, and returns
// the length of that.
func (w *Wire) nest(num int, f func()) int {
	w.tag(num, wireBytes)
	start := len(w.out)
	f()
	var head [binary.MaxVarintLen64]byte
	size := len(w.out) - start
	n := binary.PutUvarint(head[:], uint64(size))
	w.out = append(w.out, head[:n]...)
	copy(w.out[start+n:], w.out[start:len(w.out)-n])
	copy(w.out[start:], head[:n])
	return size
}

// message carries a nested message; one without any field takes no space.
func message[T any](w *Wire, num int, v *T, fields func(*Wire, *T)) {
	if w.reading {
		if s := w.field(num, wireBytes); s != "" {
			w.read(payload(s), func(in *Wire) { fields(in, v) })
		}
		return
	}
	start := len(w.out)
	if w.nest(num, func() { fields(w, v) }) == 0 {
		w.out = w.out[:start]
	}
}

// messages carries a list of nested messages.
func messages[T any](w *Wire, num int, v *[]T, fields func(*Wire, *T)) {
	if w.reading {
		w.each(num, func(s string) {
			var item T
			w.read(s, func(in *Wire) { fields(in, &item) })
			*v = append(*v, item)
		})
		return
	}
	for i := range *v {
		w.nest(num, func() { fields(w, &(*v)[i]) })
	}
}

// read reads a nested message.
func (w *Wire) read(s string, fields func(*Wire)) {
	var in Wire
	in.parse(s)
	if in.err == nil {
		fields(&in)
	}
	if in.err != nil {
		w.err = in.err
	}
}

// Encode appends v to out as one message.
func Encode[T any](out []byte, v *T, fields func(*Wire, *T)) []byte {
	w := Wire{out: out}
	fields(&w, v)
	return w.out
}

// Decode reads a message into v, whose strings will share memory with s.
func Decode[T any](s string, v *T, fields func(*Wire, *T)) error {
	var w Wire
	w.parse(s)
	if w.err == nil {
		fields(&w, v)
	}
	return w.err
}
