package extract

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAlternatesAreThePageInOtherLanguages(t *testing.T) {
	const links = `
		<link rel="canonical" href="https://news.example/en/bridge">
		<link rel="alternate" hreflang="en" href="https://news.example/en/bridge">
		<link rel="alternate" hreflang="en-GB" href="https://news.example/uk/bridge">
		<link rel="alternate" hreflang="x-default" href="https://news.example/">
		<link rel="alternate" hreflang="ar" href="/ar/jisr">
		<link rel="Alternate" hreflang="pt-br" href="https://news.example/br/ponte">
		<link rel="alternate" hreflang="zz-nonsense-" href="https://news.example/zz">
		<link rel="alternate" hreflang="fr" href="javascript:alert(1)">
		<link rel="alternate" hreflang="de" href="">
		<link rel="alternate" type="application/rss+xml" href="/feed.xml">`
	many := strings.Builder{}
	for i := range 2 * maxAlternates {
		fmt.Fprintf(&many, `<link rel="alternate" hreflang="de" href="/de/%d">`, i)
	}
	for _, c := range []struct {
		what, lang, links string
		want              []Alternate
	}{
		{"of a page in English", "en", links, []Alternate{{"ar", "https://news.example/ar/jisr"}, {"pt-BR", "https://news.example/br/ponte"}}},
		{"none", "en", "", nil},
		{"of its own language only", "de-AT", many.String(), nil},
	} {
		d, err := Extract([]byte(`<html lang="`+c.lang+`"><head><title>Bridge</title>`+c.links+`</head><body><p>The bridge is shut.</p></body></html>`), "https://news.example/en/bridge", Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, d.Alternates); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
	d, err := Extract([]byte(`<html lang="en"><head>`+many.String()+`</head><body></body></html>`), "https://news.example/en/bridge", Options{})
	if err != nil || len(d.Alternates) != maxAlternates {
		t.Errorf("%d of %d are kept, %v", len(d.Alternates), 2*maxAlternates, err)
	}
}
