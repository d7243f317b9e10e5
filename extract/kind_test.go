package extract

import (
	"strings"
	"testing"
)

// TestArticlesAboutRefusals: a page that speaks of errors, cookies or paywalls
// is an article all the same.
func TestArticlesAboutRefusals(t *testing.T) {
	for _, tt := range []struct{ title, text string }{
		{"The forbidden city opens its northern gate to visitors", "The northern gate of the old palace is open again, the museum said on Monday. Visitors had not been let in since the fire."},
		{"Regulator fines Ellery Post over cookies", "The regulator has fined Ellery Post for its cookies. Readers could not refuse consent as easily as give it, and tracking began before they chose, the privacy office said. The publisher and its partners will appeal."},
		{"Ferry not found for three hours after fog", "The ferry to Saint Brannoc was not found for three hours after fog came down on Monday, the coast guard said. All passengers are well."},
		{"Why papers ask their readers to subscribe", "Local papers ask readers to subscribe because advertising has gone elsewhere. In Port Ellery, four in ten readers now pay, the publisher said."},
	} {
		page := `<html lang="en"><head><title>` + tt.title + ` | Ellery Post</title><meta property="og:type" content="article"><meta name="author" content="Tamsin Orde"><meta property="article:published_time" content="2024-02-12">` +
			`</head><body><article><h1>` + tt.title + `</h1><div class="article-body">` + strings.Repeat("<p>"+tt.text+"</p>", 2) + `</div></article></body></html>`
		if d := mustExtract(t, page); d.Kind != Article {
			t.Errorf("%q is taken for %s", tt.title, d.Kind)
		}
	}
}
