package digest_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsfold"
	"newsfold/internal/digest"
	"newsfold/internal/opml"
	"newsfold/internal/river"
)

// validate runs the validators of testdata/validate over files and returns what
// they found.
func validate(t *testing.T, files ...string) (faults string, ok bool) {
	t.Helper()
	if os.Getenv("NEWSFOLD_VALIDATE") == "" {
		t.Skip("NEWSFOLD_VALIDATE is not set: run `npm ci` in internal/digest/testdata/validate, set it to 1, and foreign validators check the digests")
	}
	out, err := exec.CommandContext(t.Context(), "node", append([]string{"testdata/validate/validate.mjs"}, files...)...).CombinedOutput()
	if _, ran := err.(*exec.ExitError); err != nil && !ran {
		t.Fatalf("node is needed: %v", err)
	}
	return string(out), err == nil
}

func TestForeignValidatorsAcceptEveryDocument(t *testing.T) {
	var files []string
	for _, format := range judged {
		found, err := filepath.Glob("testdata/*." + format)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	lists, err := filepath.Glob("../opml/testdata/*.opml")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, lists...)
	dir := t.TempDir()
	for _, format := range judged {
		name := filepath.Join(dir, "hostile."+format)
		if err := os.WriteFile(name, render(t, format, hostile()), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	var list strings.Builder
	var feeds []newsfold.Feed
	for _, s := range hostile().Stories {
		feeds = append(feeds, newsfold.Feed{URL: "http://a.example/" + s.Title, Title: s.Title, Folders: []string{s.Title}})
	}
	if err := opml.Write(&list, "\"<&>", feeds, time.Time{}); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "subscriptions.opml")
	if err := os.WriteFile(name, []byte(list.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if faults, ok := validate(t, append(files, name)...); !ok {
		t.Error(faults)
	}
}

// judged are the formats that the validators of testdata/validate know.
var judged = []string{"atom", "json", "opml", "rss"}

// epubcheck checks a book with the validator of the W3C, as Debian packages it.
func epubcheck(t *testing.T, book []byte) (report string, ok bool) {
	t.Helper()
	if os.Getenv("NEWSFOLD_VALIDATE") == "" {
		t.Skip("NEWSFOLD_VALIDATE is not set: install epubcheck, set it to 1, and it checks the books")
	}
	name := filepath.Join(t.TempDir(), "digest.epub")
	if err := os.WriteFile(name, book, 0o644); err != nil {
		t.Fatal(err)
	}
	// Debian's epubcheck is an archive for Java, which only some kernels start.
	jar, err := exec.LookPath("epubcheck")
	if err != nil {
		t.Fatalf("epubcheck is needed: %v", err)
	}
	out, err := exec.CommandContext(t.Context(), "java", "-jar", jar, "--failonwarnings", name).CombinedOutput()
	if _, ran := err.(*exec.ExitError); err != nil && !ran {
		t.Fatalf("java is needed: %v", err)
	}
	return string(out), err == nil
}

func TestEpubcheckAcceptsEveryBook(t *testing.T) {
	everything := sample()
	for i, st := range append(hostile().Stories, river.Story{Title: "A page", Lang: "xx-!!", HTML: tangle}) {
		st.ID = newsfold.StoryID(100 + i)
		everything.Stories = append(everything.Stories, st)
	}
	// The program takes seconds to start, so each book is worth it.
	for name, d := range map[string]digest.Digest{"everything": everything, "empty": {}} {
		t.Run(name, func(t *testing.T) {
			if report, ok := epubcheck(t, render(t, "epub", d)); !ok {
				t.Error(report)
			}
		})
	}
}

// tangle is a page whose elements stand where they may not.
const tangle = `<ul>loose<p>a<li>b<ul><li>c</ul></ul><em>d<p>e<a href="http://a.example/?a&b">f<div>g<a href="/h">h</a></div></a></p>i</em>
<blockquote><p>q1</p><p>q2 <img src="http://a.example/x.png" alt="x"></p></blockquote><pre>one
  two	three</pre><table><tr><td>1<td>2</table><script>x</script><svg><a>y</a></svg><p class="&lt;" onclick="x">z<br>z<wbr>z</p><li>end
<h1>Big</h1><custom-tag a:b="c">k</custom-tag><!-- -- --><a href="javascript:x">l</a><sub><sup>m</sub></sup>`

func TestEpubcheckRefusesWhatIsBroken(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("mimetype")
	if err == nil {
		_, err = w.Write([]byte("application/epub+zip"))
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	if report, ok := epubcheck(t, b.Bytes()); ok || report == "" {
		t.Error("nothing was found")
	}
}

// hostile is a digest of stories whose fields hold what breaks careless
// writers.
func hostile() digest.Digest {
	d := digest.Digest{Title: `"<&>`, Until: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)}
	for i, s := range []string{
		`<script>alert("1")</script>`, `a & b &amp; c &copy;`, `]]>`, "\x00\x08\x1f", "a\nb\tc\r\nd", "\u2028\ufeff\ufffe",
		"\xff\xfe", `'"\`, "{{.}}", "مرحبا \u202e abc", "👩‍🚀", "http://a.example/?q=[x]|^`{}\\ ü#ä#b", "%", "  ",
	} {
		d.Stories = append(d.Stories, river.Story{
			ID: newsfold.StoryID(i + 1), Title: s, URL: "http://a.example/" + s, Outlet: s, Byline: s, Lang: s, Lede: s, Image: s, Text: s, HTML: s,
			Articles: []river.Article{{ID: 1, Title: s, URL: s, Outlet: s, Relation: newsfold.Relation(s)}, {ID: 2, Lead: true}},
		})
	}
	return d
}

// TestForeignValidatorsRefuseWhatIsBroken makes sure that the validators look.
func TestForeignValidatorsRefuseWhatIsBroken(t *testing.T) {
	good := map[string]string{}
	for _, format := range judged {
		good[format] = string(render(t, format, sample()))
	}
	for name, tc := range map[string]struct{ format, old, new string }{
		"an item without id":    {"json", `"id": "newsfold:story:7",`, ``},
		"a wrong version":       {"json", `/version/1.1"`, `/version/9"`},
		"an address with space": {"json", `"url": "http://wire.example/2026/ferry?`, `"url": "http://wire.example/20 26/ferry?`},
		"a date without zone":   {"json", `"date_published": "2026-03-14T08:14:30Z"`, `"date_published": "2026-03-14 08:14"`},
		"two items of one id":   {"json", `"newsfold:story:21"`, `"newsfold:story:7"`},
		"no text at all":        {"json", `"content_text": "عادت العبّارة",`, ``},
		"two entries of one id": {"atom", "<id>newsfold:story:21<", "<id>newsfold:story:7<"},
		"an entry without date": {"atom", "<updated>2026-03-14T08:14:30Z</updated>", ""},
		"an entry of no time":   {"atom", "<published>2026-03-14T08:14:30Z<", "<published>soon<"},
		"a tag not closed":      {"rss", "</channel>", ""},
		"an item of 2026":       {"rss", "Sat, 14 Mar 2026 08:14:30 +0000", "2026"},
		"a raw ampersand":       {"opml", `&amp;b=`, `&b=`},
		"a link to nowhere":     {"opml", `url="http://courier.example/f"`, ``},
		"an outline not closed": {"opml", "</outline>", ""},
		"another date":          {"opml", "Sat, 14 Mar 2026 09:00:30 GMT", "2026-03-14"},
		"an old version":        {"opml", `<opml version="2.0"`, `<opml version="1.0"`},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good[tc.format], tc.old, tc.new, 1)
			if text == good[tc.format] {
				t.Fatalf("%q does not occur", tc.old)
			}
			file := filepath.Join(t.TempDir(), "broken."+tc.format)
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			if faults, ok := validate(t, file); ok || faults == "" {
				t.Error("nothing was found")
			}
		})
	}
}
