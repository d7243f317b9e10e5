package extract

import (
	"strings"
	"testing"
)

// feedEntries are what feeds carry for an entry: a teaser, an article with
// figures and lists, and a text without markup.
var feedEntries = map[string]string{
	"teaser": `<p>The harbour of Port Ellery was closed on Monday after a storm tore away two buoys, the harbour master said. ` +
		`Ships waited outside until the evening, among them the ferry to Lowen. <a href="https://a.example/storm">Read more</a></p>`,
	"plain": "The harbour of Port Ellery was closed on Monday after a storm tore away two buoys &amp; a beacon, the harbour master said.",
	"article": `<figure><img src="https://a.example/i/storm.jpg" alt="Waves" width="800" height="600"><figcaption>Waves at the pier</figcaption></figure>` +
		strings.Repeat(`<p>The harbour of <strong>Port Ellery</strong> was closed on Monday after a storm tore away two buoys, the `+
			`<a href="https://a.example/master?x=1&amp;y=2">harbour master</a> said. Ships waited outside until the evening, “among them the ferry to Lowen”.</p>`+"\n", 12) +
		`<h2>What is next</h2><ul><li>New buoys by <em>Friday</em></li><li>A beacon in spring</li></ul><blockquote><p>We had luck.</p></blockquote><p>Reporting by A. Person</p>`,
}

func BenchmarkFragment(b *testing.B) {
	for _, name := range []string{"plain", "teaser", "article"} {
		html := feedEntries[name]
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(html)))
			for b.Loop() {
				Fragment(html, "https://a.example/storm")
			}
		})
	}
}
