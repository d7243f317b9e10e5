package bolt

import (
	"crypto/sha256"
	"encoding/binary"
)

// Lengths of the parts of keys.
const (
	idLen   = 8
	timeLen = 8
	hashLen = 16
)

// appendID appends an ID so that bytewise order is numeric order.
func appendID[T ~int64 | ~uint64](key []byte, id T) []byte {
	return binary.BigEndian.AppendUint64(key, uint64(id))
}

// idKey returns the key of a record.
func idKey[T ~int64 | ~uint64](id T) []byte {
	return appendID(make([]byte, 0, idLen), id)
}

// keyID returns the number at the start of a key or value.
func keyID(key []byte) int64 {
	return int64(binary.BigEndian.Uint64(key))
}

// hashKey returns the key of a string in an index: 128 bits of its SHA-256.
// Keys of a fixed length keep the pages of an index even, whatever URLs look
// like; two strings that collide are not to be expected.
func hashKey(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:hashLen]
}

// entryKey returns the key of an entry in entry.keys.
func entryKey(feed int64, key string) []byte {
	return append(appendID(make([]byte, 0, idLen+hashLen), feed), hashKey(key)...)
}

// appendTime appends microseconds so that bytewise order is order in time.
func appendTime(key []byte, us int64) []byte {
	return binary.BigEndian.AppendUint64(key, uint64(us)^1<<63)
}

// keyTime is the reverse of appendTime.
func keyTime(key []byte) int64 {
	return int64(binary.BigEndian.Uint64(key) ^ 1<<63)
}

// timeKey returns the key of something in an index by time.
func timeKey(us, id int64) []byte {
	return appendID(appendTime(make([]byte, 0, timeLen+idLen), us), id)
}

// feedTimeKey returns the key of a story in story.feeds.
func feedTimeKey(feed, us, id int64) []byte {
	key := appendID(make([]byte, 0, idLen+timeLen+idLen), feed)
	return appendID(appendTime(key, us), id)
}
