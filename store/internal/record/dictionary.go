package record

import "fmt"

// Learn makes the codec know a zstd dictionary (RFC 8878, section 5), of those that
// stores of earlier versions trained: records that were made with it can be opened
// from now on. What is none is an error that wraps [ErrMalformed].
func (c *Codec) Learn(dictionary []byte) error {
	c.learning.Lock()
	defer c.learning.Unlock()
	known := append(c.dictionaries[:len(c.dictionaries):len(c.dictionaries)], dictionary)
	dec, err := newDecoder(known)
	if err != nil {
		return fmt.Errorf("%w: dictionary: %w", ErrMalformed, err)
	}
	c.dictionaries = known
	c.dec.Store(dec) // the old one may be in use, and needs no closing
	return nil
}
