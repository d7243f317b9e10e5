package ingest

import (
	"testing"

	"newsfold"
)

func TestTextsAreKnownForAWhile(t *testing.T) {
	texts := newKnownTexts()
	plain := knownText{sum: texts.sum("a"), plain: true, stated: true}
	texts.set(1, plain)
	if k, ok := texts.get(1); !ok || k != plain || texts.sum("a") == texts.sum("b") {
		t.Errorf("1 is known: %v, as %+v", ok, k)
	}
	if _, ok := texts.get(2); ok {
		t.Error("2 is known")
	}
	for id := range newsfold.ArticleID(5 * maxKnown) {
		texts.set(id, plain)
	}
	_, last := texts.get(5*maxKnown - 1)
	_, first := texts.get(1)
	if n := len(texts.ids) + len(texts.older); n > 2*maxKnown || !last || first {
		t.Errorf("%d are known, the last: %v, the first: %v", n, last, first)
	}
	signed := knownText{sum: texts.sum("c")} // its publisher has added a line that names a source
	texts.set(4*maxKnown-1, signed)
	if k, _ := texts.get(4*maxKnown - 1); k != signed {
		t.Errorf("what is older is %+v still", k)
	}
}
