package extract

import (
	"github.com/microcosm-cc/bluemonday"
)

// newPolicy returns what may stand in the HTML that goes out: text structure,
// links and images. No scripts, handlers, styles, forms or frames; addresses
// are http, https or mailto.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(
		"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "li", "dl", "dt", "dd", "blockquote", "pre", "br", "hr",
		"table", "thead", "tbody", "tfoot", "tr", "caption", "figure", "figcaption",
		"em", "i", "strong", "b", "code", "sub", "sup", "q", "cite", "mark", "del", "ins", "s", "u", "kbd", "samp",
		"var", "small", "ruby", "rt", "rp", "bdi",
	)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("td", "th")
	p.AllowElements("td", "th", "ol", "abbr", "bdo")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("title").OnElements("abbr")
	p.AllowAttrs("dir").Matching(bluemonday.Direction).OnElements("bdo")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(false)
	return p
}

// policy is never changed after it is made; bluemonday allows concurrent use.
var policy = newPolicy()
