package page

import (
	"slices"
	"strings"
	"testing"
)

// TestChooseAndAbove gives every block the probability 1: what is left out is so
// by rule.
func TestChooseAndAbove(t *testing.T) {
	const (
		first  = "The harbour was closed on Monday after a storm, the harbour master said in the evening."
		second = "Ships waited outside until the night, and the ferry to Lowen turned back at the breakwater."
		image  = `<img src="/i/pier.jpg" width="800" height="600">`
	)
	article := "<p>" + first + "</p><p>" + second + "</p>"
	comment := `<div class="comment"><p>` + strings.Repeat("I was there and saw it all. ", 12) + "</p></div>"
	long := strings.Repeat("<p>"+first+"</p>", 8)
	teasers := `<ul><li><a href="/1">A bridge for Lowen</a> LOWEN: The council has voted for a second bridge after years of...</li>` +
		`<li><a href="/2">Rain until Friday</a> The weather service expects rain in the north and...</li></ul>`
	for _, tt := range []struct {
		name, page   string
		kept         int
		above, first string
	}{
		{"figcaption", "<figure>" + image + "<figcaption>The pier</figcaption></figure>" + article, 2, "The pier", first},
		{"caption and credit by name", "<div>" + image + `<p class="image-caption">The pier</p><span class="credit">D. Marsh</span></div>` + article, 2, "The pier|D. Marsh", first},
		{"the element around is named", image + `<div class="caption"><p>The pier</p></div>` + article, 2, "The pier", first},
		{"figure without figcaption", "<figure>" + image + "<p>The pier</p></figure>" + article, 2, "The pier", first},
		{"figure of figures", "<figure><figure>" + image + "</figure><figcaption>The pier</figcaption></figure>" + article, 2, "The pier", first},
		{"figure without picture", "<figure><blockquote><p>We had luck</p></blockquote></figure>" + article, 3, "", "We had luck"},
		{"below the first paragraph", "<p>" + first + "</p><figure>" + image + "<figcaption>The pier</figcaption></figure><p>" + second + "</p>", 2, "", first},
		{"below a standfirst", "<header><p>" + first + "</p></header><figure>" + image + "<figcaption>The pier</figcaption></figure><div><p>" + second + "</p></div>", 2, "The pier", first},
		{"a story in pictures", strings.Repeat("<figure>"+image+"<figcaption>"+first+"</figcaption></figure>", 3) + "<p>" + second + "</p>", 4, "", first},
		{"far above", "<figure>" + image + "<figcaption>The pier</figcaption></figure><p>Monday</p><p>Weather</p>" + article, 4, "", "Monday"},
		{"a long text named so is none", `<div class="lightbox"><p>` + strings.Repeat(second+" ", 6) + "</p></div>", 1, "", second},
		{"comments below an article", long + `<div id="comments">` + comment + comment + "</div>", 8, "", first},
		{"a long thread below a short post", strings.Repeat("<p>"+first+"</p>", 5) + `<div id="comments">` + strings.Repeat(comment, 6) + "</div>", 5, "", first},
		{"an editor's comments", strings.Repeat("<p>"+first+"</p>", 5) + "<div>" + strings.Repeat(comment, 6) + "</div>", 11, "", first},
		{"a discussion", "<p>Who has seen it?</p><div>" + comment + comment + "</div>", 3, "", "Who has seen it?"},
		{"labels", "<p>" + first + "</p><p>3 Comments</p><p>Image 2 of 5</p><p>Читайте также:</p><p>" + second + "</p><p>Comments by the ministry</p>", 3, "", first},
		{"a credit that nothing names", image + "<p>(Photo by D. Marsh)</p>" + article, 2, "(Photo by D. Marsh)", first},
		{"a paragraph about a photo", "<p>Photo: " + strings.Repeat(second+" ", 2) + "</p>" + article, 3, "", "Photo"},
		{"teasers above and below", teasers + article + long + teasers, 10, "", first},
		{"teasers above", teasers + article + long, 12, "", "A bridge"},
		{"more teasers than text", teasers + teasers + "<p>" + first + "</p>", 5, "", "A bridge"},
		{"a page named after its comments", `<div class="comments-open">` + long + "</div>", 8, "", first},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := Read([]byte("<body>"+tt.page), "", false)
			keep := p.Choose(slices.Repeat([]float32{1}, len(p.Blocks)), .5)
			var kept, above []string
			for i := range keep {
				if keep[i] {
					kept = append(kept, p.Blocks[i].Text)
				}
			}
			for _, i := range p.Above(keep) {
				above = append(above, p.Blocks[i].Text)
			}
			if len(kept) != tt.kept || !strings.HasPrefix(kept[0], tt.first) {
				t.Errorf("kept %d: %q, want %d, first %q", len(kept), kept, tt.kept, tt.first)
			}
			if got := strings.Join(above, "|"); got != tt.above {
				t.Errorf("above %q, want %q", got, tt.above)
			}
		})
	}
}

// TestChooseFromLittle: of a page that is a paragraph and a link, the likelier is
// taken though neither is likely; of a page of many blocks nothing is.
func TestChooseFromLittle(t *testing.T) {
	for _, tt := range []struct {
		name, page string
		prob       float32
		kept       int
	}{
		{"a paragraph and a link", "<p>The harbour was closed on Monday.</p><p><a href=/>Home</a></p>", .3, 1},
		{"hardly a chance", "<p>The harbour was closed on Monday.</p><p><a href=/>Home</a></p>", .05, 0},
		{"many links", "<p>The harbour was closed on Monday.</p>" + strings.Repeat("<p><a href=/>Home</a></p>", 8), .3, 0},
	} {
		p := Read([]byte("<body>"+tt.page), "", false)
		prob := make([]float32, len(p.Blocks))
		prob[0] = tt.prob
		kept := 0
		for _, k := range p.Choose(prob, .5) {
			if k {
				kept++
			}
		}
		if kept != tt.kept {
			t.Errorf("%s: kept %d, want %d", tt.name, kept, tt.kept)
		}
	}
}
