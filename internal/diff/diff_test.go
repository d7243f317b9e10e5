package diff_test

import (
	"fmt"
	"strings"
	"testing"

	"newsfold/internal/diff"
)

func Example() {
	runs, _ := diff.Runs("The ferry is late again, said the harbour master.", "The ferry is two hours late, said the harbour master.")
	for _, r := range runs {
		switch r.Op {
		case diff.Gone:
			fmt.Printf("[-%s-]", r.Text)
		case diff.New:
			fmt.Printf("{+%s+}", r.Text)
		default:
			fmt.Print(r.Text)
		}
	}
	// Output: The ferry is [-late again, -]{+two hours late, +}said the harbour master.
}

func TestRunsHoldBothTexts(t *testing.T) {
	for _, tt := range [][2]string{
		{"", ""},
		{"one two", ""},
		{"", "one two"},
		{"The mayor said “no”.\n\nThen she left.", "The mayor said \"no\".\n\nA ship came.\n\nThen she left."},
		{"東京都の天気", "大阪府の天気"},
		{strings.Repeat("a b ", 2000), strings.Repeat("b a ", 2000)},
	} {
		runs, _ := diff.Runs(tt[0], tt[1])
		var old, now strings.Builder
		for _, r := range runs {
			if r.Op != diff.New {
				old.WriteString(r.Text)
			}
			if r.Op != diff.Gone {
				now.WriteString(r.Text)
			}
		}
		bare := func(s string) string {
			return strings.NewReplacer(" ", "", "\n", "", "“", "\"", "”", "\"").Replace(s)
		}
		if bare(old.String()) != bare(tt[0]) || bare(now.String()) != bare(tt[1]) {
			t.Errorf("%.40q to %.40q: runs %.200v", tt[0], tt[1], runs)
		}
	}
}

func TestLongTextsAreCutShort(t *testing.T) {
	long := strings.Repeat("word ", diff.MaxWords+1)
	if _, more := diff.Runs(long, "word"); !more {
		t.Error("nothing says that words were left out")
	}
}
