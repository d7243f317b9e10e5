package record

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/dict"
	"github.com/klauspost/compress/zstd"
)

// notices are messages that have much in common, and something of their own.
func notices(n int) (all [][]byte) {
	r := rand.New(rand.NewPCG(1, 2))
	places := strings.Fields("harbour island lighthouse quay bridge market station valley ferry tower")
	for i := range n {
		all = append(all, fmt.Appendf(nil, "https://outlet%d.example/news/%d The council of %s and %s said that repairs will take %d weeks.",
			r.IntN(9), i, places[r.IntN(len(places))], places[r.IntN(len(places))], r.IntN(50)))
	}
	return all
}

// dictionary makes a dictionary of some messages, and a record of another one with it.
func dictionary(t *testing.T, number uint32, messages [][]byte, msg []byte) (d, rec []byte) {
	t.Helper()
	d, err := dict.BuildZstdDict(messages, dict.Options{MaxDictSize: 16 << 10, HashBytes: 6, ZstdDictID: number, ZstdLevel: zstd.SpeedFastest})
	if err != nil {
		t.Fatal(err)
	}
	enc, err := newEncoder(zstd.SpeedFastest, zstd.WithEncoderDict(d))
	if err != nil {
		t.Fatal(err)
	}
	return d, frame(enc, msg)
}

func TestRecordsMadeWithDictionariesAreOpened(t *testing.T) {
	c := codec(t)
	messages := notices(600)
	var recs [][]byte
	for n := range 2 {
		d, rec := dictionary(t, uint32(n+1), messages[n*300:][:300], messages[7])
		if err := c.Learn(d); err != nil {
			t.Fatal(err)
		}
		recs = append(recs, rec)
	}
	for i, rec := range recs {
		if msg, err := c.Open(rec); err != nil || msg != string(messages[7]) {
			t.Errorf("record %d came back as %q, error %v", i, msg, err)
		}
		if _, err := codec(t).Open(rec); !errors.Is(err, ErrMalformed) {
			t.Errorf("record %d without its dictionary: error %v, want one that wraps ErrMalformed", i, err)
		}
	}
}

func TestWhatIsNoDictionaryIsRefused(t *testing.T) {
	for _, d := range []string{"nonsense", ""} {
		if err := codec(t).Learn([]byte(d)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: error %v, want one that wraps ErrMalformed", d, err)
		}
	}
}

func codec(t *testing.T) *Codec {
	t.Helper()
	c, err := NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}
