package ingest

import (
	"slices"
	"strings"
	"testing"
)

func TestLinksOfAnArticle(t *testing.T) {
	tests := []struct {
		name, html string
		want       []string
	}{
		{"pages and pictures", `<p><a href="https://a.example/2026/report?utm_source=x&amp;id=1">r</a></p><img alt="href" src="https://img.example/photos/7.jpg">`, []string{"https://a.example/2026/report?id=1", "https://img.example/photos/7.jpg"}},
		{"front doors are none", `<a href="https://a.example/">a</a><a href="https://a.example/news">n</a>`, nil},
		{"words are none", `<p title="https://a.example/2026/report">="http://b.example/2026/report"</p>`, nil},
		{"cut off", `<a href="https://a.example/2026/rep`, nil},
		{"none", "", nil},
	}
	for _, tt := range tests {
		if got := links("", tt.html); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := links("https://img.example/photos/7.jpg", ""); !slices.Equal(got, []string{"https://img.example/photos/7.jpg"}) {
		t.Errorf("the lead picture is %q", got)
	}
	if got := links("", strings.Repeat(`<a href="https://a.example/2026/report">r</a>`, 1000)); len(got) != maxLinks {
		t.Errorf("%d links of an article, want %d", len(got), maxLinks)
	}
}
