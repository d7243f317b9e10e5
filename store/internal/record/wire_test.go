package record

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"newsfold"
)

// nouns are all messages, by a function that reads one and writes it again.
var nouns = map[string]func(string) ([]byte, error){
	"feed":    again(Feed),
	"entry":   again(Entry),
	"article": again(Article),
	"body":    again(Body),
	"story":   again(Story),
}

func again[T any](fields func(*Wire, *T)) func(string) ([]byte, error) {
	return func(msg string) ([]byte, error) {
		var v T
		if err := Decode(msg, &v, fields); err != nil {
			return nil, err
		}
		return Encode(nil, &v, fields), nil
	}
}

// FuzzRecord reads any bytes as every kind of record and message. Whatever can
// be read must come out the same when it is written and read again.
func FuzzRecord(f *testing.F) {
	c, err := NewCodec()
	if err != nil {
		f.Fatal(err)
	}
	story := newsfold.Story{ID: 1, Lead: 2, Articles: []newsfold.ArticleID{1, 2}, Read: true}
	story.First.Confidence = .5
	msg := Encode(nil, &story, Story)
	f.Add(Plain(msg))
	f.Add(c.Compress(bytes.Repeat(msg, 50)))
	f.Add(CompressQuickly(bytes.Repeat(msg, 50)))
	f.Add(msg)
	f.Add(Encode(nil, &newsfold.Article{ID: 3, URL: "u", Origins: make([]newsfold.Origin, 2), Fold: newsfold.Fold{Score: 1}}, Article))
	f.Add([]byte("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Add([]byte("\x4a\x02\x0a\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := c.Open(b); err != nil && !errors.Is(err, ErrMalformed) {
			t.Errorf("record: error %v", err)
		}
		for name, again := range nouns {
			first, err := again(string(b))
			if err != nil {
				if !errors.Is(err, ErrMalformed) {
					t.Errorf("%s: error %v", name, err)
				}
				continue
			}
			second, err := again(string(first))
			if err != nil || !bytes.Equal(first, second) {
				t.Errorf("%s: %x became %x, error %v", name, first, second, err)
			}
		}
	})
}

// Records are read by later versions: their bytes must not change.
func TestWireFormatStays(t *testing.T) {
	s := newsfold.Story{ID: 1, Lead: 300, Articles: []newsfold.ArticleID{1, 300}, Outlets: -1, Starred: true}
	want := "\x08\x02" + "\x10\xd8\x04" + "\x1a\x03\x02\xd8\x04" + "\x28\x01" + "\x48\x02"
	if got := string(Encode(nil, &s, Story)); got != want {
		t.Errorf("story %x, want %x", got, want)
	}
	e := newsfold.Entry{GUID: "g", Authors: []string{"", "a"}, Source: newsfold.Source{Title: strings.Repeat("t", 130)}}
	want = "\x12\x01g" + "\x3a\x00" + "\x3a\x01a" + "\x5a\x85\x01\x0a\x82\x01" + strings.Repeat("t", 130)
	if got := string(Encode(nil, &e, Entry)); got != want {
		t.Errorf("entry %x, want %x", got, want)
	}
}

func TestUnknownFieldsAreSkipped(t *testing.T) {
	// Fields 31, 100 and 5000 of every type, around the known field 2.
	msg := "\xf8\x01\x05" + "\x12\x01u" + "\xa1\x06\x00\x00\x00\x00\x00\x00\x00\x00" + "\xc2\xb8\x02\x03abc"
	var f newsfold.Feed
	if err := Decode(msg, &f, Feed); err != nil || f.URL != "u" {
		t.Errorf("feed %+v, error %v", f, err)
	}
}

func TestMalformedMessagesAreErrors(t *testing.T) {
	for name, msg := range map[string]string{
		"cut tag":           "\x80",
		"field 0":           "\x00\x01",
		"cut varint":        "\x08\xff",
		"varint too long":   "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
		"cut string":        "\x12\x05abc",
		"huge string":       "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01abc",
		"cut fixed":         "\x19\x00\x00",
		"group":             "\x0b\x0c",
		"wrong type":        "\x10\x05", // URL as a number
		"wrong type inside": "\x4a\x02\x20\x05",
	} {
		var f newsfold.Feed
		if err := Decode(msg, &f, Feed); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	var s newsfold.Story
	if err := Decode("\x1a\x01\xff", &s, Story); !errors.Is(err, ErrMalformed) {
		t.Errorf("cut list: error %v", err)
	}
}

func TestRecordsThatUnpackToTooMuchAreRefused(t *testing.T) {
	c, err := NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	// A frame that unpacks to much more than a record may hold.
	zeros := make([]byte, 3*MaxSize)
	for _, bomb := range [][]byte{append([]byte{compressed}, c.enc.EncodeAll(zeros, nil)...), CompressQuickly(zeros)} {
		if _, err := c.Open(bomb); !errors.Is(err, ErrMalformed) {
			t.Errorf("a bomb of %d bytes: error %v", len(bomb), err)
		}
	}
}

func TestQuickRecordsComeBack(t *testing.T) {
	c := codec(t)
	for _, msg := range []string{"", "a", strings.Repeat("the ferry is late; ", 400)} {
		rec := CompressQuickly([]byte(msg))
		if got, err := c.Open(rec); err != nil || got != msg {
			t.Errorf("%d bytes came back as %d, error %v", len(msg), len(got), err)
		}
		rec[len(rec)-1] ^= 1
		if _, err := c.Open(rec); !errors.Is(err, ErrMalformed) {
			t.Errorf("with a bit turned: error %v, want one that wraps ErrMalformed", err)
		}
	}
}
