package extract

import (
	"fmt"
	"strings"
	"testing"
)

// storm returns page n of a site that ends each article with the same appeal.
func storm(n int) string {
	return fmt.Sprintf(`<html lang="en"><head><title>Storm number %d</title></head><body><article><h1>Storm number %d</h1><div class="article-body">
<p>Storm number %d closed the harbour at Port Ellery for %d hours on Monday, the harbour master said after the wind had turned.</p>
<p>The ferry waited in the roads with %d passengers on board, who were given blankets and soup until the evening.</p>
<p>Ellery Post has written about the harbour for ninety years, and every reader of ours keeps the presses running for another day.</p>
</div></article></body></html>`, n, n, n, n+3, n*17)
}

func TestSiteLearnsBoilerplate(t *testing.T) {
	var site Site
	for n := range 4 {
		url := fmt.Sprintf("https://a.example/storm/%d", n)
		d, err := Extract([]byte(storm(n)), url, Options{Site: &site})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(d.Text, "blankets") {
			t.Fatalf("page %d: the article is lost: %q", n, d.Text)
		}
		if got, want := strings.Contains(d.Text, "ninety years"), n < 2; got != want {
			t.Errorf("page %d: appeal in text: %v, want %v", n, got, want)
		}
		site.Learn(url, d.Text)
		if n == 1 { // what is stored and read back knows the same
			b, err := site.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			var again Site
			if err := again.UnmarshalBinary(b); err != nil {
				t.Fatal(err)
			}
			site = Site{paras: again.paras, order: again.order}
		}
	}
}

func TestSiteKeepsCopies(t *testing.T) {
	var site Site
	for n := range 4 {
		url := fmt.Sprintf("https://a.example/section%d/storm", n)
		d, err := Extract([]byte(storm(1)), url, Options{Site: &site})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(d.Text, "blankets") {
			t.Fatalf("copy %d is taken for boilerplate: %q", n, d.Text)
		}
		site.Learn(url, d.Text)
	}
}

func TestSiteRefusesForeignBytes(t *testing.T) {
	var site Site
	for _, b := range []string{"", "\x02", "\x01abc", "\x01" + strings.Repeat("x", 17*(maxParas+1))} {
		if err := site.UnmarshalBinary([]byte(b)); err == nil {
			t.Errorf("%q is accepted", b[:min(len(b), 10)])
		}
	}
}

func TestSiteIsBounded(t *testing.T) {
	var site Site
	for n := range 40 {
		var b strings.Builder
		for k := range 300 {
			fmt.Fprintf(&b, "Paragraph %d of page %d.\n\n", k, n)
		}
		site.Learn(fmt.Sprint(n), b.String())
	}
	if len(site.paras) > maxParas || len(site.order) > maxParas {
		t.Errorf("%d paragraphs kept", len(site.paras))
	}
}
