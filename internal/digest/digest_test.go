package digest_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsfold"
	"newsfold/internal/digest"
	"newsfold/internal/opml"
	"newsfold/internal/river"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func clock(hour, minute int) time.Time {
	return time.Date(2026, 3, 14, hour, minute, 30, 123456000, time.FixedZone("", 3600))
}

// sample is a digest with everything in it: a story with copies, one without,
// one that knows next to nothing.
func sample() digest.Digest {
	return digest.Digest{
		Title:   "Morning & evening",
		Since:   clock(0, 0),
		Until:   clock(23, 0),
		Note:    "Yesterday's digest may not have reached you.",
		Zone:    time.FixedZone("", 3600),
		Folders: map[newsfold.FeedID][]string{1: {"Local/Sea", "Other"}, 2: {"Papers"}},
		Updated: []digest.Update{{
			Story: river.Story{ID: 3, Title: "Bridge *closed*", URL: "http://wire.example/bridge", Outlet: "Northwire", Lede: "1. The bridge is shut.", Published: clock(1, 0), Time: clock(1, 0)},
			What:  []string{"2 new paragraphs", "a correction"},
		}},
		Stories: []river.Story{
			{
				ID: 7, Title: `The ferry "Linnet" <returns>`, URL: "http://wire.example/2026/ferry?a=1&b=zwei drei|vier",
				Outlet: "Northwire", Byline: "Ada Quill", Lang: "en", Lede: "After thirty years …",
				Image: "http://wire.example/möwe.jpg", Time: clock(9, 14), Published: clock(9, 14),
				Copies: 2, Outlets: 3, Feeds: []river.Feed{{ID: 1, Title: "Northwire"}, {ID: 2, Title: "Courier"}},
				First: newsfold.Provenance{Article: 7, Outlet: "Northwire", URL: "http://wire.example/2026/ferry", Confidence: .9, Reason: "two copies credit it"},
				Text:  "After thirty years the ferry is back.\n\nIt runs on batteries.",
				HTML:  "<p>After thirty years the ferry is back.</p>\n<p>It runs on batteries.</p>",
				Articles: []river.Article{
					{ID: 7, Lead: true, Title: "The ferry returns", URL: "http://wire.example/2026/ferry", Outlet: "Northwire", Published: clock(9, 14), Seen: clock(9, 20), Relation: newsfold.First},
					{
						ID: 12, Title: "Ferry is back", URL: "http://valley.example/f", Outlet: "Valley Post", Published: clock(11, 2), Seen: clock(11, 10), Words: 80,
						Relation: newsfold.Excerpt, With: 7, Score: .93,
						Evidence: []newsfold.Evidence{{Kind: "containment", Value: .98, Detail: "98 % of its words are in the other"}},
					},
					{
						ID: 9, Title: "Ferry returns", URL: "http://courier.example/f", Outlet: "Courier", Byline: "Staff", Lang: "en-GB", Published: clock(10, 0), Seen: clock(10, 2), Words: 310,
						Relation: newsfold.Edited, With: 7, Score: .99,
						Origins: []newsfold.Origin{{Kind: "dateline", Name: "Northwire", Quote: "(Northwire) –"}},
					},
				},
			},
			{
				ID: 21, Title: "عودة العبّارة", URL: "http://xn--mgba.example/", Lang: "ar", Dir: "rtl", Lede: "عادت العبّارة",
				Time: clock(12, 0), Outlets: 1, First: newsfold.Provenance{Article: 21, Confidence: math.NaN()},
				Articles: []river.Article{{ID: 21, Lead: true}},
			},
			{ID: 30, URL: "not a url\x00", Time: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC), Image: "javascript:alert(1)"},
		},
	}
}

func render(t *testing.T, format string, d digest.Digest) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := digest.Write(&b, format, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWriteMatchesTheGoldenFiles(t *testing.T) {
	for _, format := range digest.Formats() {
		for name, d := range map[string]digest.Digest{"sample": sample(), "empty": {}} {
			path := fmt.Sprintf("testdata/%s.%s", name, format)
			got := render(t, format, d)
			if format == "epub" {
				path, got = path+".txt", unzipped(t, got)
			}
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		}
	}
}

// unzipped prints an archive as a text.
func unzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "==> %s\n", f.Name)
		if _, err := b.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestWriteDependsOnItsArgumentsAlone(t *testing.T) {
	for _, format := range digest.Formats() {
		elsewhere := sample()
		for i := range elsewhere.Stories {
			s := &elsewhere.Stories[i]
			s.Time, s.Read, s.Starred = s.Time.UTC(), true, true
		}
		if diff := cmp.Diff(string(render(t, format, sample())), string(render(t, format, elsewhere))); diff != "" {
			t.Errorf("%s differs (-first +second):\n%s", format, diff)
		}
	}
}

func TestWriteLeavesItsArgumentsAlone(t *testing.T) {
	d, same := sample(), sample()
	d.Stories[0].Articles[1].Evidence[0].Value = math.Inf(1)
	same.Stories[0].Articles[1].Evidence[0].Value = math.Inf(1)
	for _, format := range digest.Formats() {
		render(t, format, d)
	}
	nan := cmp.Comparer(func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) })
	if diff := cmp.Diff(same, d, nan, cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })); diff != "" {
		t.Errorf("changed (-before +after):\n%s", diff)
	}
}

func TestJSONHoldsHostileTextsAsData(t *testing.T) {
	d := digest.Digest{Title: "\"},{", Stories: []river.Story{{
		ID: 1, Title: "a\xff\u2028</script>\x00", HTML: "<p>\"\\</p>", Lang: `"`,
		Articles: []river.Article{{ID: 2, Title: "]", Score: math.Inf(-1), Published: time.Date(-50, 1, 1, 0, 0, 0, 0, time.UTC)}},
	}}}
	var got struct {
		Title string
		Items []struct {
			Title     string
			HTML      string `json:"content_html"`
			Extension struct {
				Copies []struct{ Title string }
			} `json:"_newsfold"`
		}
	}
	if err := json.Unmarshal(render(t, "json", d), &got); err != nil {
		t.Fatal(err)
	}
	if got.Title != d.Title || len(got.Items) != 1 || got.Items[0].HTML != d.Stories[0].HTML ||
		got.Items[0].Title != "a\ufffd\u2028</script>\x00" || got.Items[0].Extension.Copies[0].Title != "]" {
		t.Errorf("got %+v", got)
	}
}

func TestOPMLDigestIsNoSubscriptionList(t *testing.T) {
	list, err := opml.Read(bytes.NewReader(render(t, "opml", sample())))
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Feeds)+len(list.Problems) > 0 || list.Title != "Morning & evening" {
		t.Errorf("got %+v", list)
	}
}

func TestAddressesAreThoseOfTheWeb(t *testing.T) {
	for in, want := range map[string]string{
		"http://a.example/b c|d?e=[f]&g=%zz&h=%2F": "http://a.example/b%20c%7Cd?e=%5Bf%5D&g=%25zz&h=%2F",
		"HTTPS://Bücher.example/straße#größe":      "https://xn--bcher-kva.example/stra%C3%9Fe#gr%C3%B6%C3%9Fe",
		"http://under_score.example:8080/a%2fb":    "http://under_score.example:8080/a%2fb",
		"http://[2001:db8::1]:80/":                 "http://[2001:db8::1]:80/",
		"http://Item.TEST/Path":                    "http://item.test/Path",
		"http://me:secret@a.example/":              "http://a.example/",
		"mailto:a@b.example":                       "",
		"javascript:alert(1)":                      "",
		"/relative":                                "",
		"http://":                                  "",
		"http://a\"b.example/":                     "",
	} {
		d := digest.Digest{Stories: []river.Story{{ID: 1, URL: in}}}
		var got struct{ Items []struct{ URL string } }
		if err := json.Unmarshal(render(t, "json", d), &got); err != nil {
			t.Fatal(err)
		}
		if got.Items[0].URL != want {
			t.Errorf("%q became %q, want %q", in, got.Items[0].URL, want)
		}
	}
}

func TestWriteRefusesAnUnknownFormat(t *testing.T) {
	var b bytes.Buffer
	err := digest.Write(&b, "pdf", sample())
	if err == nil || err.Error() != `there is no digest format "pdf": use atom, epub, html, json, markdown, opml, rss or text` || b.Len() > 0 {
		t.Errorf("got %v and %d bytes", err, b.Len())
	}
}

func TestWriteReportsAFailingWriter(t *testing.T) {
	closed := errors.New("pipe is closed")
	for _, format := range digest.Formats() {
		if err := digest.Write(failing{closed}, format, sample()); !errors.Is(err, closed) {
			t.Errorf("%s: got %v", format, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func ExampleWrite() {
	var b strings.Builder
	err := digest.Write(&b, "opml", digest.Digest{
		Title:   "Morning",
		Stories: []river.Story{{ID: 7, Title: "Ferry returns", URL: "http://wire.example/ferry", Outlet: "Northwire", Outlets: 1}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(b.String())
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <opml version="2.0" xmlns:newsfold="urn:newsfold:opml">
	//   <head>
	//     <title>Morning</title>
	//     <docs>http://opml.org/spec2.opml</docs>
	//   </head>
	//   <body>
	//     <outline text="Ferry returns — Northwire" type="link" url="http://wire.example/ferry" newsfold:story="7" newsfold:outlet="Northwire" newsfold:outlets="1"/>
	//   </body>
	// </opml>
}
