// Package record is how the engines of package store encode what they keep: a
// message in the protocol buffers wire format, packed into a record that carries
// its own checksum. An engine stores records under keys of its own and never looks
// into them.
//
//	msg := record.Encode(nil, &story, record.Story)
//	rec := record.Plain(msg) // or codec.Compress(msg), for long texts
//	…
//	msg, err := codec.Open(rec)
//	err = record.Decode(msg, &story, record.Story)
//
// Both engines share the encoding, so a store moves between them without loss and
// a test of the encoding is a test of both. The functions named after a noun are
// its schema; a field's number keeps its meaning for ever.
package record
