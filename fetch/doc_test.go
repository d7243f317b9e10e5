package fetch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestBehavioursAreTested holds doc/fetch.md to its word: each test that it
// names is there.
func TestBehavioursAreTested(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "doc", "fetch.md"))
	if err != nil {
		t.Fatal(err)
	}
	var sources strings.Builder
	for _, dir := range []string{".", "../internal/ingest", "../cmd/newsfold", "../store/bolt"} {
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			sources.Write(b)
		}
	}
	names := regexp.MustCompile(`\b(Test|Fuzz|Benchmark)[A-Z]\w+`).FindAllString(string(text), -1)
	if len(names) < 100 {
		t.Errorf("%d tests are named", len(names))
	}
	for _, name := range names {
		if !strings.Contains(sources.String(), "func "+name+"(") {
			t.Errorf("doc/fetch.md names %s, which is no test", name)
		}
	}
}
