package opml_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsfold"
	"newsfold/internal/opml"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var at = time.Date(2026, 3, 1, 9, 30, 0, 0, time.FixedZone("", 3600))

var subscriptions = []newsfold.Feed{
	{ID: 3, URL: "http://gull.example/rss?a=1&b=2", Title: "Gull & Tern", Site: "http://gull.example/", Lang: "en", Folders: []string{"News/World", "Sea"}},
	{ID: 4, URL: "https://tern.example/", Title: "Tern", Name: "My \"tern\" <daily>", Folders: []string{"News"}},
	{ID: 5, URL: "https://murre.example/feed"},
	{ID: 6, URL: "https://gharial.example/", Name: "التمساح", Folders: []string{"Sea"}},
	{ID: 7, URL: "https://auk.example/", Title: "https://auk.example/"},
}

func TestWriteMakesAListForOtherPrograms(t *testing.T) {
	var b bytes.Buffer
	if err := opml.Write(&b, "newsfold subscriptions", subscriptions, at); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/subscriptions.opml", b.Bytes())
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
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

func TestReadingWhatWasWrittenGivesTheSame(t *testing.T) {
	var b bytes.Buffer
	if err := opml.Write(&b, "T", subscriptions, at); err != nil {
		t.Fatal(err)
	}
	list, err := opml.Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(subscriptions)
	for i := range want {
		want[i].ID = 0
	}
	if diff := cmp.Diff(byURL(want), byURL(list.Feeds)); diff != "" {
		t.Errorf("feeds (-want +got):\n%s", diff)
	}
	if list.Title != "T" || len(list.Problems) > 0 {
		t.Errorf("title %q, problems %v", list.Title, list.Problems)
	}
}

// byURL orders feeds, and the folders of each, which are sets.
func byURL(feeds []newsfold.Feed) []newsfold.Feed {
	feeds = slices.Clone(feeds)
	for i := range feeds {
		feeds[i].Folders = slices.Clone(feeds[i].Folders)
		slices.Sort(feeds[i].Folders)
	}
	slices.SortFunc(feeds, func(a, b newsfold.Feed) int { return strings.Compare(a.URL, b.URL) })
	return feeds
}

func TestWriteOutlinesMakesAStoryOutline(t *testing.T) {
	var b bytes.Buffer
	err := opml.WriteOutlines(&b, "Stories", []opml.Outline{{
		Text: "Ferry & tide", Type: "link", URL: "http://a.example/?x=1&y=2", Created: at,
		Attrs:    []opml.Attr{{Name: "newsfold:outlets", Value: "2"}},
		Outlines: []opml.Outline{{Text: "A copy\x00", Type: "link", URL: "http://b.example/"}},
	}}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/outlines.opml", b.Bytes())
}

func TestWriteReportsAFullDisk(t *testing.T) {
	full := errors.New("disk is full")
	many := slices.Repeat(subscriptions, 1000)
	if err := opml.Write(broken{full}, "T", many, at); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	if err := opml.Write(broken{full}, "T", nil, at); !errors.Is(err, full) {
		t.Errorf("small list: got %v", err)
	}
}

type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := opml.Write(&b, "T", subscriptions, at); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	for _, s := range []string{
		body(`<outline text="A"><outline xmlurl=http://a.example/?a=1&b=2 category="/x//y,z"/></outline>`),
		`<opml xmlns:n="urn:newsfold:opml"><outline xmlUrl="feed:a.b/c" text="x" n:feedTitle="x"/><outline n:feedTitle=" " text="/" xmlUrl="//a"/>`,
		"<\x00o\x00p\x00", "<?xml version='1.0' encoding='shift_jis'?><opml>\x83\x83</opml>", "<!-- -->",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := opml.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := opml.Write(&b, list.Title, list.Feeds, time.Time{}); err != nil {
			t.Fatal(err)
		}
		again, err := opml.Read(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, b.Bytes())
		}
		if diff := cmp.Diff(byURL(list.Feeds), byURL(again.Feeds)); diff != "" {
			t.Errorf("feeds (-first +again):\n%s\n%s", diff, b.Bytes())
		}
		if again.Title != list.Title || len(again.Problems) > 0 {
			t.Errorf("title %q, was %q; problems %v", again.Title, list.Title, again.Problems)
		}
	})
}

func ExampleRead() {
	list, err := opml.Read(strings.NewReader(`<opml version="2.0"><body>
		<outline text="Sea"><outline text="Gull" type="rss" xmlUrl="http://gull.example/rss"/></outline>
	</body></opml>`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, feed := range list.Feeds {
		fmt.Println(feed.URL, feed.Folders)
	}
	// Output: http://gull.example/rss [Sea]
}
