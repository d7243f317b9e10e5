package fetch

import (
	"slices"
	"testing"
)

func TestAtomEntriesNameThemselvesInOtherLanguages(t *testing.T) {
	const feed = `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB" xml:base="https://news.example/">
		<title>Courier</title><id>urn:f</id><updated>2026-11-02T06:00:00Z</updated>
		<entry><id>urn:1</id><title>Bridge shut</title><updated>2026-11-02T06:00:00Z</updated>
			<link rel="alternate" hreflang="en" href="en/bridge"/>
			<link rel="alternate" hreflang="en-US" href="us/bridge"/>
			<link rel="alternate" hreflang="ar" href="ar/jisr"/>
			<link hreflang="de-AT" href="https://bote.example/bruecke"/>
			<link rel="alternate" href="amp/bridge"/>
			<link rel="related" hreflang="fr" href="fr/ponts"/>
			<link rel="alternate" hreflang="es" href="javascript:alert(1)"/>
		</entry></feed>`
	p, err := Parse([]byte(feed), "https://news.example/feed", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"https://news.example/ar/jisr", "https://bote.example/bruecke"}
	if got := p.Entries[0].Alternates; !slices.Equal(got, want) {
		t.Errorf("alternates %q, want %q", got, want)
	}
	if got := p.Entries[0].Link; got != "https://news.example/en/bridge" {
		t.Errorf("link %q", got)
	}
}
