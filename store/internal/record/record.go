package record

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// MaxSize is the most that one record holds, uncompressed: 64 MiB, as for
// values on a shelf.
const MaxSize = 64 << 20

// The first byte of a record says how the rest is stored.
const (
	plain      = 0 // CRC-32C, little-endian, then the message
	compressed = 1 // a zstd frame of the message, with the frame's own checksum and, if any, its dictionary's number
	quickly    = 2 // CRC-32C of the rest, little-endian, then an S2 block of the message
)

// Large is the size from which messages are compressed without a dictionary. Smaller
// ones hardly shrink.
const Large = 512

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// long is the size from which messages are also entropy-coded. For shorter ones
// building the code takes longer than finding repetitions and saves little. With a
// limit of 2 KiB real bodies, woven, took 3 to 9 % more and no less time (3,000 each of
// four collections, of 0.8 to 7 kB).
const long = 1 << 10

// A Codec makes records of messages and opens them again. It is safe for
// concurrent use.
type Codec struct {
	enc   *zstd.Encoder
	quick *zstd.Encoder // for messages that are not long
	dense *zstd.Encoder // for packs
	dec   atomic.Pointer[zstd.Decoder]
	spare sync.Pool // of *[]byte

	learning     sync.Mutex // guards dictionaries and the setting of dec
	dictionaries [][]byte
}

// Buffer returns an empty buffer to encode a message into.
func (c *Codec) Buffer() []byte {
	if b, ok := c.spare.Get().(*[]byte); ok {
		return (*b)[:0]
	}
	return nil
}

// Recycle takes back a buffer whose content nobody needs any more.
func (c *Codec) Recycle(b []byte) {
	const largest = 64 << 10
	if cap(b) > 0 && cap(b) <= largest {
		c.spare.Put(&b)
	}
}

// NewCodec returns a codec. Close releases its memory.
func NewCodec() (*Codec, error) {
	enc, err := newEncoder(zstd.SpeedFastest)
	if err != nil {
		return nil, err
	}
	quick, err := newEncoder(zstd.SpeedFastest, zstd.WithNoEntropyCompression(true))
	if err != nil {
		return nil, err
	}
	dense, err := newEncoder(zstd.SpeedDefault)
	if err != nil {
		return nil, err
	}
	dec, err := newDecoder(nil)
	if err != nil {
		return nil, err
	}
	c := &Codec{enc: enc, quick: quick, dense: dense}
	c.dec.Store(dec)
	return c, nil
}

// newEncoder returns an encoder of some level. On single texts the slower ones gain
// 5 % for twice the time (measured on 800 real articles), so those take the fastest.
func newEncoder(level zstd.EncoderLevel, opts ...zstd.EOption) (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, append(opts,
		zstd.WithEncoderConcurrency(min(runtime.GOMAXPROCS(0), 4)),
		zstd.WithEncoderLevel(level), zstd.WithLowerEncoderMem(true))...)
}

func newDecoder(dictionaries [][]byte) (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderDicts(dictionaries...),
		zstd.WithDecoderMaxMemory(2*MaxSize), zstd.WithDecoderLowmem(true))
}

// Close releases the memory of the codec, which must not be used afterwards.
func (c *Codec) Close() {
	c.dec.Load().Close()
}

// Compress returns the compressed record of a message.
func (c *Codec) Compress(msg []byte) []byte {
	if len(msg) < long {
		return frame(c.quick, msg)
	}
	return frame(c.enc, msg)
}

// CompressQuickly returns the compressed record of a message whose size matters
// less than the time it takes: S2, an extension of Snappy without entropy coding, takes
// a fifth of the time of zstd.
func CompressQuickly(msg []byte) []byte {
	rec := make([]byte, sumHead+s2.MaxEncodedLen(len(msg)))
	rec[0] = quickly
	rec = rec[:sumHead+len(s2.Encode(rec[sumHead:], msg))]
	binary.LittleEndian.PutUint32(rec[1:], crc32.Checksum(rec[sumHead:], castagnoli))
	return slices.Clone(rec)
}

// openQuick is the reverse of CompressQuickly.
func openQuick(rec []byte) (string, error) {
	if err := checkSum(rec); err != nil {
		return "", err
	}
	if n, err := s2.DecodedLen(rec[sumHead:]); err != nil || n > 2*MaxSize {
		return "", fmt.Errorf("%w: a block of %d bytes", ErrMalformed, n)
	}
	msg, err := s2.Decode(nil, rec[sumHead:])
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return string(msg), nil
}

// checkSum compares what follows the head of a record with the checksum in it.
func checkSum(rec []byte) error {
	if crc32.Checksum(rec[sumHead:], castagnoli) != binary.LittleEndian.Uint32(rec[1:sumHead]) {
		return fmt.Errorf("%w: wrong checksum", ErrMalformed)
	}
	return nil
}

func frame(enc *zstd.Encoder, msg []byte) []byte {
	rec := make([]byte, 1, 64+len(msg)/2)
	rec[0] = compressed
	return enc.EncodeAll(msg, rec)
}

// sumHead is what stands in front of a record that has its own checksum: the form and
// that.
const sumHead = 5

// Plain returns the plain record of a message.
func Plain(msg []byte) []byte {
	rec := make([]byte, 0, sumHead+len(msg))
	rec = append(rec, plain)
	rec = binary.LittleEndian.AppendUint32(rec, crc32.Checksum(msg, castagnoli))
	return append(rec, msg...)
}

// Open returns the message of a record, in memory of its own. What is no record is
// an error that wraps [ErrMalformed].
func (c *Codec) Open(rec []byte) (string, error) {
	switch {
	case len(rec) >= sumHead && rec[0] == plain:
		if err := checkSum(rec); err != nil {
			return "", err
		}
		return string(rec[sumHead:]), nil
	case len(rec) >= sumHead && rec[0] == quickly:
		return openQuick(rec)
	case len(rec) >= 1 && rec[0] == compressed:
		msg, err := c.dec.Load().DecodeAll(rec[1:], nil)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		return string(msg), nil
	}
	return "", fmt.Errorf("%w: unknown form", ErrMalformed)
}
