package dedupe

import (
	_ "embed"
	"encoding/binary"
)

// background holds how common the commonest words of news are: an open hash
// table of 2^14 slots, each a 24-bit tag of the word and its inverse document
// frequency in 32nds of a nat. Words that are not in it are rare. It is fixed,
// not learned on the go, so that what two articles are to each other does not
// depend on what came before them. Counted by TestBackground.
//
//go:embed idf.bin
var background []byte

const (
	idfBits  = 14
	idfScale = 32
	idfRare  = 7 * idfScale // of a word in less than a thousandth of articles
	idfProbe = 16
)

// idf returns the inverse document frequency of a word, in 32nds of a nat.
func idf(hash uint64) uint8 {
	slot := hash >> (64 - idfBits)
	tag := uint32(hash) & 0xffffff
	for range idfProbe {
		e := binary.LittleEndian.Uint32(background[slot*4:])
		if e == 0 {
			break
		}
		if e>>8 == tag {
			return uint8(e)
		}
		slot = (slot + 1) & (1<<idfBits - 1)
	}
	return idfRare
}
