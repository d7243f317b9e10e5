package wordlist

import (
	"os"
	"path/filepath"
	"testing"
)

func TestListsHaveALimitTogether(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"eng-ara.tsv", "eng-fas.tsv"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("harbour\tميناء\ntide\tمد\nquay\tرصيف\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, lists, err := load(dir, 5)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := lists[0], lists[1]; a.Pairs != 3 || b.Pairs != 2 || a.Problem != "" || b.Problem != "line 3: this and what follows is over what all lists together may have" {
		t.Errorf("%+v", lists)
	}
	if _, lists, _ = load(dir, 6); lists[1].Pairs != 3 || lists[1].Problem != "" {
		t.Errorf("as many as may be: %+v", lists)
	}
}
