package event

import (
	_ "embed"
	"encoding/binary"
)

// background holds how common the commonest words, numbers and skeletons of
// news are in each language: an open hash table of 2^15 slots, each a 24-bit
// tag and an inverse document frequency in 32nds of a nat. What is not in it is
// rare. It is fixed, so that what two stories are to each other does not depend
// on what came before them. Counted by TestBackground.
//
//go:embed background.bin
var background []byte

const (
	idfBits  = 15
	idfScale = 32
	idfProbe = 48
	idfRare  = 7.0 // nats
)

// salts keep the entries of classes and languages apart.
const (
	saltWord     = 0x77
	saltSkeleton = 0x736b
	saltNumber   = 0x6e75
)

func salted(lang string, salt uint64, h uint32) uint64 {
	l := uint64(0)
	for i := range len(lang) {
		l = l<<8 | uint64(lang[i])
	}
	return mix(l<<32 ^ uint64(h) ^ salt<<48)
}

// idf returns the inverse document frequency of a salted feature, in nats, and
// whether it is known at all.
func idf(key uint64) (float32, bool) {
	slot := key >> (64 - idfBits)
	tag := uint32(key) & 0xffffff
	for range idfProbe {
		e := binary.LittleEndian.Uint32(background[slot*4:])
		if e == 0 {
			break
		}
		if e>>8 == tag {
			return float32(e&0xff) / idfScale, true
		}
		slot = (slot + 1) & (1<<idfBits - 1)
	}
	return idfRare, false
}
