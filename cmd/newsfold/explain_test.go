package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestPassagesThatAreNotPrintedWhole(t *testing.T) {
	long := strings.Repeat("the tide ", 100)
	for _, tt := range []struct {
		name  string
		texts []string
		want  []string
		lines int
	}{
		{"none", nil, nil, 0},
		{"short", []string{"The bridge is open."}, []string{"“The bridge is open.”\n"}, 2},
		{"long", []string{long}, []string{"…” (899 characters; --json prints it whole)\n"}, 2},
		{"all of five", []string{"a", "b", "c", "d", "e"}, []string{"“e”\n"}, 6},
		{"one more", []string{"a", "b", "c", "d", "e", "f"}, []string{"“e”\n  and 1 more passage: --json prints them all\n"}, 7},
		{"many", strings.Split("abcdefghij", ""), []string{"and 5 more passages: --json prints them all\n"}, 7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			p := printer{w: &b}
			p.passages(tt.texts)
			for _, want := range tt.want {
				if !strings.Contains(b.String(), want) {
					t.Errorf("%q lacks %q", b.String(), want)
				}
			}
			if n := strings.Count(b.String(), "\n"); n != tt.lines {
				t.Errorf("%d lines, want %d:\n%s", n, tt.lines, b.String())
			}
		})
	}
}
