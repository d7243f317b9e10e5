package ingest

import (
	"testing"

	"newsfold"
)

func TestPlainTextsAreRememberedForAWhile(t *testing.T) {
	var p plainTexts
	p.set(1, true)
	if !p.has(1) || p.has(2) {
		t.Errorf("has 1: %v, 2: %v", p.has(1), p.has(2))
	}
	p.set(1, false) // its publisher has added a line that names a source
	if p.has(1) {
		t.Error("1 is still plain")
	}
	for id := range newsfold.ArticleID(5 * maxPlain) {
		p.set(id, true)
	}
	if n := len(p.ids) + len(p.older); n > 2*maxPlain || !p.has(5*maxPlain-1) || p.has(1) {
		t.Errorf("holds %d, the last %v, the first %v", n, p.has(5*maxPlain-1), p.has(1))
	}
	p.set(4*maxPlain-1, false)
	if p.has(4*maxPlain - 1) {
		t.Error("what is older is not forgotten")
	}
}
