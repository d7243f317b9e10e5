package bolt

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"newsfold/store"
)

// TestDamagedSmallBucketsAreRefused: where the keys of a bucket within a page seem to lie
// outside of it, the file is refused before the engine follows them.
func TestDamagedSmallBucketsAreRefused(t *testing.T) {
	for _, tt := range []struct {
		name    string
		element int // which of its bytes is damaged
	}{
		{"a distance", 6},
		{"the length of a key", 10},
		{"the length of a value", 14},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := small(t)
			path := db.path
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			// The names of buckets stand before their values: what they are, their
			// sequence, and the page.
			found := 0
			for at := 0; ; {
				i := bytes.Index(content[at:], []byte("story.starred\x00\x00\x00\x00\x00\x00\x00\x00"))
				if i < 0 {
					break
				}
				at += i + len("story.starred") + bucketHeader
				content[at+pageHeader+tt.element] ^= 1
				found++
			}
			if found == 0 {
				t.Fatal("no such bucket")
			}
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, store.ErrForeign) {
				t.Errorf("error %v, want one that wraps ErrForeign", err)
			}
		})
	}
}
