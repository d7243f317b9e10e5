package extract

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"newsfold/extract/internal/page"
)

func seeds(f *testing.F) {
	f.Helper()
	files, _ := filepath.Glob("testdata/pages/*.html")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, a := range attacks {
		f.Add([]byte(a))
	}
}

// FuzzExtract: any bytes give a document of valid UTF-8, safe HTML, and text
// that stands on the page.
func FuzzExtract(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Extract(b, "https://a.example/x", Options{})
		if err != nil {
			t.Fatal(err)
		}
		check(t, d)
		for n := range nodes(t, d.HTML) {
			if bad := dangerous(n); bad != "" {
				t.Fatalf("%s in %q", bad, d.HTML)
			}
		}
		if d.Kind == Foreign {
			return
		}
		p := page.Read(b, "", false)
		whole := wordSet(allText(p))
		for para := range strings.SplitSeq(d.Text, "\n\n") {
			for w := range strings.FieldsSeq(para) {
				if !whole[w] {
					t.Fatalf("%q is not on the page", w)
				}
			}
		}
	})
}

func allText(p *page.Page) string {
	var b strings.Builder
	for i := range p.Blocks {
		b.WriteString(p.Blocks[i].Text)
		b.WriteByte('\n')
	}
	return b.String()
}

func wordSet(s string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

// FuzzFragment: what Fragment writes reads back as itself.
func FuzzFragment(f *testing.F) {
	f.Add("<p>One <b>two</b>.</p><ul><li>three<table><tr><td>four</table></ul>")
	f.Add("<figure><img src=/a.jpg><figcaption>x</figcaption></figure>")
	for _, a := range attacks {
		f.Add(a)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := Fragment(s, "https://a.example/x")
		check(t, d)
		for n := range nodes(t, d.HTML) {
			if bad := dangerous(n); bad != "" {
				t.Fatalf("%s in %q", bad, d.HTML)
			}
		}
		again := Fragment(d.HTML, "https://a.example/x")
		if strings.Join(strings.Fields(again.Text), " ") != strings.Join(strings.Fields(d.Text), " ") {
			t.Fatalf("text changed\n%q\n%q\nhtml %q", d.Text, again.Text, d.HTML)
		}
		if third := Fragment(again.HTML, "https://a.example/x"); third.HTML != again.HTML {
			t.Fatalf("HTML changed\n%q\n%q", again.HTML, third.HTML)
		}
	})
}

// FuzzCredits: nothing is invented, and taking credits out twice takes out no
// more than once or twice more.
func FuzzCredits(f *testing.F) {
	f.Add("PORT ELLERY (Reuters) – The harbour was closed.\n\nSource: Ellery Post\n\nLeave a comment")
	f.Add("新华社北京1月2日电 港口关闭。\n\n本文原载于灯塔日报")
	f.Add("ظهرت في الأصل على www.manara.example.com")
	f.Fuzz(func(t *testing.T, s string) {
		body, origins := Credits(s)
		if !utf8.ValidString(s) {
			return
		}
		if !utf8.ValidString(body) {
			t.Fatalf("invalid UTF-8 from %q: %q", s, body)
		}
		whole := wordSet(s)
		for w := range strings.FieldsSeq(body) {
			if !whole[w] && !strings.Contains(s, w) {
				t.Fatalf("%q is not in %q", w, s)
			}
		}
		for _, o := range origins {
			if o.Kind == "" || o.Name == "" || !utf8.ValidString(o.Name) || !utf8.ValidString(o.Quote) {
				t.Fatalf("origin %+v", o)
			}
		}
	})
}

// FuzzDate: dates are in the years that are believed.
func FuzzDate(f *testing.F) {
	for _, s := range []string{"2024-02-12T18:40:00+01:00", "12. Februar 2024, 18.40 Uhr", "2024年2月12日", "Feb 12th, 2024 6:40 pm EST", "١٢ شباط ٢٠٢٤"} {
		f.Add(s, "de")
	}
	f.Fuzz(func(t *testing.T, s, lang string) {
		if d, ok := parseDate(s, lang); ok && (d.Year() < firstYear-1 || d.Year() > lastYear+1) {
			t.Fatalf("parseDate(%q) = %v", s, d)
		}
		_ = dateInURL(s)
	})
}
