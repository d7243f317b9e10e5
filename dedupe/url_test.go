package dedupe

import "testing"

func TestCanonicalURL(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"scheme and host are lowered", "HTTPS://WWW.Example.ORG/Path", "https://www.example.org/Path"},
		{"default port and fragment go", "https://example.org:443/a#part", "https://example.org/a"},
		{"another port stays", "http://127.0.0.1:8080/a/", "http://127.0.0.1:8080/a"},
		{"tracking goes, the rest keeps its order", "https://example.org/a?z=1&utm_campaign=x&fbclid=2&b=3", "https://example.org/a?z=1&b=3"},
		{"the rss mark goes", "https://example.org/a?source=rss&id=7", "https://example.org/a?id=7"},
		{"a source that is not rss stays", "https://example.org/a?source=42", "https://example.org/a?source=42"},
		{"an empty query goes", "https://example.org/a?", "https://example.org/a"},
		{"trailing slash", "https://example.org/a/", "https://example.org/a"},
		{"a site alone", "https://example.org/", "https://example.org"},
		{"index file", "https://example.org/news/index.html", "https://example.org/news"},
		{"an index file that is asked something stays", "https://example.org/index.php?id=5", "https://example.org/index.php?id=5"},
		{"mobile host", "https://m.example.org/a", "https://example.org/a"},
		{"mobile host behind a language", "https://en.m.example.org/a", "https://en.example.org/a"},
		{"a name that is m stays", "https://m.org/a", "https://m.org/a"},
		{"amp path", "https://example.org/2024/01/a/amp/", "https://example.org/2024/01/a"},
		{"amp file", "https://example.org/a.amp.html", "https://example.org/a.html"},
		{"amp prefix", "https://example.org/amp/2024/a", "https://example.org/2024/a"},
		{"a page about amp stays", "https://example.org/amp", "https://example.org/amp"},
		{"amp parameter", "https://example.org/a?amp=1&outputType=amp", "https://example.org/a"},
		{"amp cache", "https://example-org.cdn.ampproject.org/c/s/example.org/a", "https://example.org/a"},
		{"amp viewer", "https://www.google.com/amp/s/www.example.org/a", "https://www.example.org/a"},
		{"host in another script", "https://bücher.example/a", "https://xn--bcher-kva.example/a"},
		{"escapes", "https://example.org/%7euser/%d8%a7", "https://example.org/~user/%D8%A7"},
		{"letters that need escapes", "https://example.org/خبر", "https://example.org/%D8%AE%D8%A8%D8%B1"},
		{"session", "https://example.org/a;jsessionid=12?x=1", "https://example.org/a?x=1"},
		{"dot segments", "https://example.org/a/../b", "https://example.org/b"},
		{"user", "https://me:secret@example.org/a", "https://example.org/a"},
		{"the page of a script-driven site", "https://example.org/#!/a", "https://example.org#!/a"},
		{"case of the path stays", "https://example.org/A", "https://example.org/A"},
		{"another scheme stays", "mailto:a@example.org", "mailto:a@example.org"},
		{"no URL stays", "not a url", "not a url"},
		{"broken stays", "http://[::1", "http://[::1"},
		{"empty", "", ""},
	} {
		got := CanonicalURL(c.in)
		if got != c.want {
			t.Errorf("%s: CanonicalURL(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
		if again := CanonicalURL(got); again != got {
			t.Errorf("%s: %q becomes %q when done again", c.name, got, again)
		}
	}
}

func FuzzCanonicalURL(f *testing.F) {
	for _, s := range []string{"https://example.org/a?b=c#d", "http://m.example.org/amp/x/amp/", "https://www.google.com/amp/s/x.y/z", "//", "http://a/%zz", "http://a.b/%61%2f;jsessionid=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := CanonicalURL(s)
		if twice := CanonicalURL(once); twice != once {
			t.Errorf("%q: %q becomes %q when done again", s, once, twice)
		}
	})
}

func TestUntrackedLeavesWhatIsNotForCounting(t *testing.T) {
	for raw, want := range map[string]string{
		"": "",
		"https://courier.example/a?utm_source=rss&utm_medium=feed":     "https://courier.example/a",
		"https://courier.example/a?id=7&UTM_Source=rss&b=%2f+x#part":   "https://courier.example/a?id=7&b=%2f+x#part",
		"https://courier.example/a?fbclid=x&fbclid=y":                  "https://courier.example/a",
		"https://courier.example/a#xtor=RSS-1":                         "https://courier.example/a",
		"HTTP://WWW.Courier.example:80/a/index.html?amp=1&rss=1&cmp=2": "HTTP://WWW.Courier.example:80/a/index.html?amp=1&rss=1&cmp=2",
		"https://courier.example/a?utm_source":                         "https://courier.example/a?utm_source",
		"https://courier.example/?&a=1&&":                              "https://courier.example/?&a=1&&",
		"https://courier.example/#/a?utm_source=rss":                   "https://courier.example/#/a?utm_source=rss",
		"https://courier.example/a?u=https://b.example/?utm_source=x":  "https://courier.example/a?u=https://b.example/?utm_source=x",
		"not a URL": "not a URL",
	} {
		if got := Untracked(raw); got != want {
			t.Errorf("%s\n got %s\nwant %s", raw, got, want)
		}
	}
}
