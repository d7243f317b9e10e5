package record

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
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

// tight is the smallest record of a message.
func tight(t *testing.T, c *Codec, class Class, msg []byte) []byte {
	t.Helper()
	rec, err := c.Tighten(class, Plain(msg))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.Tighten(class, rec); err != nil || !bytes.Equal(again, rec) {
		t.Errorf("a tight record became another one of %d bytes, error %v", len(again), err)
	}
	return rec
}

func TestADictionaryMakesRecordsSmaller(t *testing.T) {
	c := codec(t)
	messages := notices(300)
	before := len(tight(t, c, Articles, messages[0]))
	d, err := Train(1, Articles, messages)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Learn(Articles, d); err != nil {
		t.Fatal(err)
	}
	rec := tight(t, c, Articles, messages[0])
	if len(rec) > before*2/3 {
		t.Errorf("%d bytes with a dictionary, %d without", len(rec), before)
	}
	if msg, err := c.Open(rec); err != nil || msg != string(messages[0]) {
		t.Errorf("came back as %q, error %v", msg, err)
	}
	if rec := tight(t, c, Stories, messages[0]); len(rec) != before {
		t.Errorf("another class takes %d bytes, want %d as before", len(rec), before)
	}
	if _, err := codec(t).Open(rec); !errors.Is(err, ErrMalformed) {
		t.Errorf("without its dictionary: error %v, want one that wraps ErrMalformed", err)
	}
	rec[len(rec)-1] ^= 1
	if _, err := c.Open(rec); !errors.Is(err, ErrMalformed) {
		t.Errorf("with a bit turned: error %v, want one that wraps ErrMalformed", err)
	}
}

func TestRecordsOutliveTheirDictionary(t *testing.T) {
	c := codec(t)
	messages := notices(600)
	var recs [][]byte
	for n := range uint32(2) {
		d, err := Train(n+1, Texts, messages[n*300:][:300])
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Learn(Texts, d); err != nil {
			t.Fatal(err)
		}
		recs = append(recs, tight(t, c, Texts, messages[7]))
	}
	for i, rec := range recs {
		if msg, err := c.Open(rec); err != nil || msg != string(messages[7]) {
			t.Errorf("record %d came back as %q, error %v", i, msg, err)
		}
	}
}

func TestWhatIsNoDictionaryIsRefused(t *testing.T) {
	for class, d := range map[Class]string{Texts: "nonsense", 0: "", Classes: "", -1: ""} {
		if err := codec(t).Learn(class, []byte(d)); !errors.Is(err, ErrMalformed) {
			t.Errorf("class %d: error %v, want one that wraps ErrMalformed", class, err)
		}
	}
}

func TestTooLittleToLearnFrom(t *testing.T) {
	same := make([][]byte, 300)
	for i := range same {
		same[i] = []byte("all of them are the same")
	}
	for name, messages := range map[string][][]byte{"nothing": nil, "empty": {{}}, "one": {[]byte("a message of some length")}, "the same": same} {
		if _, err := Train(1, Texts, messages); err == nil {
			t.Errorf("%s: a dictionary was made", name)
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
