package spell_test

import (
	"fmt"
	"strings"
	"testing"

	"newsfold/internal/spell"
)

func ExampleNearest() {
	fmt.Println(spell.Nearest("serach", []string{"list", "search", "show"}))
	// Output: search
}

func TestNearest(t *testing.T) {
	known := []string{"list", "listen", "interval", "min-interval", "json"}
	for word, want := range map[string]string{
		"lsit": "list", "jsno": "json", "intervl": "interval", "lis": "list", "min-interva": "min-interval",
		"zebra": "", "": "", "x": "", strings.Repeat("list", 100): "",
	} {
		if got := spell.Nearest(word, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
