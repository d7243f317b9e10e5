package opml_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"newsfold"
	"newsfold/internal/opml"
)

// body wraps outlines in a document.
func body(outlines string) string {
	return `<?xml version="1.0"?><opml version="2.0"><head><title>My feeds</title></head><body>` + outlines + `</body></opml>`
}

// named is a feed as a list of another program states it.
func named(url, name string, folders ...string) newsfold.Feed {
	return newsfold.Feed{URL: url, Name: name, Folders: folders}
}

// quirks are lists as other programs write them.
var quirks = map[string]struct {
	in   string
	want []newsfold.Feed
}{
	"plain": {
		body(`<outline type="rss" text="Gull" title="Gull" xmlUrl="http://gull.example/rss" htmlUrl="http://gull.example/" language="en-GB"/>`),
		[]newsfold.Feed{{URL: "http://gull.example/rss", Name: "Gull", Site: "http://gull.example/", Lang: "en-GB"}},
	},
	"nested folders": {
		body(`<outline text="News"><outline text="World"><outline text="Gull" xmlUrl="http://gull.example/"/></outline><outline text="Tern" xmlUrl="http://tern.example/"/></outline>`),
		[]newsfold.Feed{named("http://gull.example/", "Gull", "News/World"), named("http://tern.example/", "Tern", "News")},
	},
	"one feed in two folders": {
		body(`<outline text="A"><outline text="Gull" xmlUrl="http://gull.example/"/></outline><outline text="B"><outline text="Gull" xmlUrl="http://gull.example/"/></outline>`),
		[]newsfold.Feed{named("http://gull.example/", "Gull", "A", "B")},
	},
	"folders as categories": {
		body(`<outline text="Gull" xmlUrl="http://gull.example/" category="/a/b,/c"/>`),
		[]newsfold.Feed{named("http://gull.example/", "Gull", "a/b", "c")},
	},
	"a tag is a folder only where there is none": {
		body(`<outline text="X" xmlUrl="http://x.example/" category="sea birds"/><outline text="F"><outline text="Y" xmlUrl="http://y.example/" category="MAP,/Sea"/></outline>`),
		[]newsfold.Feed{named("http://x.example/", "X", "sea birds"), named("http://y.example/", "Y", "F", "Sea")},
	},
	"attribute names in any case": {
		body(`<outline TEXT="Gull" xmlurl="http://gull.example/"/><OUTLINE Text="Tern" XMLURL="http://tern.example/" xmlUrl="http://other.example/"/>`),
		[]newsfold.Feed{named("http://gull.example/", "Gull"), named("http://tern.example/", "Tern")},
	},
	"no type, no text, no title": {
		body(`<outline xmlUrl="http://gull.example/"/>`),
		[]newsfold.Feed{named("http://gull.example/", "")},
	},
	"title without text": {
		body(`<outline title="F"><outline title="Gull" xmlUrl="http://gull.example/"/></outline>`),
		[]newsfold.Feed{named("http://gull.example/", "Gull", "F")},
	},
	"unescaped ampersands": {
		body(`<outline text="Fish & chips" xmlUrl="http://gull.example/?a=1&b=2&copy=3&lt=4"/>`),
		[]newsfold.Feed{named("http://gull.example/?a=1&b=2&copy=3&lt=4", "Fish & chips")},
	},
	"HTML entities": {
		body(`<outline text="Caf&eacute;&nbsp;&#8211; &amp; more" xmlUrl="http://gull.example/"/>`),
		[]newsfold.Feed{named("http://gull.example/", "Café – & more")},
	},
	"comments and foreign attributes": {
		`<opml xmlns:x="urn:x"><!-- <outline xmlUrl="http://no.example/"/> --><body><outline text="Gull" x:xmlUrl="http://wrong.example/" y:text="wrong" xmlUrl="http://gull.example/"/></body></opml>`,
		[]newsfold.Feed{named("http://gull.example/", "Gull")},
	},
	"a document type": {
		`<!DOCTYPE opml [<!ENTITY a "aaaa">]>` + body(`<outline text="&a;" xmlUrl="http://gull.example/"/>`),
		[]newsfold.Feed{named("http://gull.example/", "&a;")},
	},
	"control characters and broken bytes": {
		body("<outline text=\"Sea\x00 \x0bbird\xff é\xc3\xa9\" xmlUrl=\"http://gull.example/\"/>"),
		[]newsfold.Feed{named("http://gull.example/", "Sea bird\ufffd éé")},
	},
	"an address on two lines": {
		body("<outline text='Gull\n gull' xmlUrl=' http://gull.example/\n\tfeed '/>"),
		[]newsfold.Feed{named("http://gull.example/feed", "Gull gull")},
	},
	"other schemes for the web": {
		body(`<outline xmlUrl="feed://a.example/x"/><outline xmlUrl="feed:https://b.example/"/><outline xmlUrl="c.example/rss"/><outline xmlUrl="//d.example/"/>`),
		[]newsfold.Feed{named("http://a.example/x", ""), named("https://b.example/", ""), named("http://c.example/rss", ""), named("https://d.example/", "")},
	},
	"an address escaped twice": {
		body(`<outline xmlUrl="http://a.example/?x=1&amp;amp;y=2&amp;amp;amp;z=3"/>`),
		[]newsfold.Feed{named("http://a.example/?x=1&y=2&z=3", "")},
	},
	"the old url attribute": {
		body(`<outline type="rss" text="Gull" url="http://gull.example/"/><outline type="link" text="Not a feed" url="http://tern.example/"/>`),
		[]newsfold.Feed{named("http://gull.example/", "Gull")},
	},
	"a feed inside a feed": {
		body(`<outline text="F"><outline text="A" xmlUrl="http://a.example/"><outline text="B" xmlUrl="http://b.example/"/></outline></outline>`),
		[]newsfold.Feed{named("http://a.example/", "A", "F"), named("http://b.example/", "B", "F")},
	},
	"no body element": {
		`<OPML><outline text="Gull" xmlUrl="http://gull.example/"></OPML>`,
		[]newsfold.Feed{named("http://gull.example/", "Gull")},
	},
	"nothing in it": {body(``), nil},
}

func TestReadTakesWhatOtherProgramsWrite(t *testing.T) {
	for name, tc := range quirks {
		t.Run(name, func(t *testing.T) {
			list, err := opml.Read(strings.NewReader(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, list.Feeds); diff != "" {
				t.Errorf("feeds (-want +got):\n%s", diff)
			}
			if len(list.Problems) > 0 {
				t.Errorf("problems: %v", list.Problems)
			}
		})
	}
}

func TestReadDecodesCharacterSets(t *testing.T) {
	const text = `<opml><body><outline text="Möwe für Übersee" xmlUrl="http://gull.example/"/></body></opml>`
	latin, _ := charmap.ISO8859_1.NewEncoder().String(text)
	utf16le, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(`<?xml version="1.0" encoding="UTF-16"?>` + text)
	utf16be, _ := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(text)
	cyrillic, _ := charmap.Windows1251.NewEncoder().String(strings.ReplaceAll(text, "Möwe für Übersee", "Чайка"))
	for name, tc := range map[string]struct{ in, want string }{
		"declared ISO-8859-1":            {`<?xml version="1.0" encoding="ISO-8859-1"?>` + latin, ""},
		"declared, single quotes":        {`<?xml version='1.0' encoding='iso-8859-1' ?>` + latin, ""},
		"declared windows-1251":          {`<?xml version="1.0" encoding="windows-1251"?>` + cyrillic, "Чайка"},
		"undeclared Western":             {latin, ""},
		"declared UTF-8, really Western": {`<?xml version="1.0" encoding="UTF-8"?>` + latin, ""},
		"declared UTF-16, really UTF-8":  {`<?xml version="1.0" encoding="utf-16"?>` + text, ""},
		"unknown name":                   {`<?xml version="1.0" encoding="klingon"?>` + text, ""},
		"UTF-8 with a mark":              {"\ufeff" + text, ""},
		"mark beats declaration":         {"\ufeff" + `<?xml version="1.0" encoding="ISO-8859-1"?>` + text, ""},
		"UTF-16 with a mark":             {utf16le, ""},
		"UTF-16 without one":             {utf16be, ""},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := opml.Read(strings.NewReader(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			want := tc.want
			if want == "" {
				want = "Möwe für Übersee"
			}
			if len(list.Feeds) != 1 || list.Feeds[0].Name != want {
				t.Errorf("got %+v, want one feed named %q", list.Feeds, want)
			}
		})
	}
}

func TestReadNamesWhatCannotBeSubscribed(t *testing.T) {
	list, err := opml.Read(strings.NewReader(body(`
		<outline text="Good" xmlUrl="http://good.example/"/>
		<outline type="rss" text="Empty"/>
		<outline text="Query" xmlUrl="query:unread:age &lt; 3"/>
		<outline text="Secret" xmlUrl="ftp://me:pass@gull.example/"/>
		<outline text="Scraped" type="HTML+XPath" xmlUrl="http://page.example/"/>
		<outline text="More" type="include" url="http://more.example/list.opml"/>
		<outline text="Bad" xmlUrl="http://[::1"/>
		<outline text="Long" xmlUrl="http://long.example/` + strings.Repeat("x", 5000) + `"/>
		<outline text="Nowhere" xmlUrl="http:///feed"/>`)))
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Feeds) != 1 {
		t.Errorf("feeds: %+v", list.Feeds)
	}
	want := []string{
		`line 3: "Empty" has no xmlUrl`,
		`line 4: "Query": its address is not on the web (query:unread:age < 3)`,
		`line 5: "Secret": its address is not on the web (ftp:)`,
		`line 6: "Scraped" is a page that another program takes apart (type html+xpath), not a feed`,
		`line 7: "More" includes another list, which is not followed: import that one too`,
		`line 8: "Bad": its address is not a URL`,
		`line 9: "Long": its address is longer than 4096 bytes`,
		`line 10: "Nowhere": its address names no host (http:///feed)`,
	}
	var got []string
	for _, p := range list.Problems {
		got = append(got, p.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestReadRefusesWhatIsNoList(t *testing.T) {
	deep := strings.Repeat(`<outline text="a">`, opml.MaxDepth)
	for name, tc := range map[string]struct {
		in, want string
		not      bool // it is not OPML at all
	}{
		"nothing":       {"", "not OPML: the file is empty", true},
		"blank":         {"\ufeff \n", "not OPML: the file is empty", true},
		"text":          {"http://gull.example/", "not OPML: the file does not begin with a tag", true},
		"a feed":        {`<?xml version="1.0"?><rss version="2.0"><channel/></rss>`, "not OPML: it is a feed itself, to be added by its address", true},
		"a page":        {"<!DOCTYPE html><html><body>Hello", "not OPML: it is a web page", true},
		"other XML":     {"<config/>", "not OPML: its first element is <config>", true},
		"a comment":     {"<!-- nothing -->", "not OPML: there is no element in it", true},
		"a broken tag":  {"<opml version='2.0", "not OPML: line 1: unexpected EOF", true},
		"cut off":       {"<opml><body>\n<outline text='a' xmlUrl='http://a.example/'/>\n<outline te", "line 3: the list breaks off here: it was not saved or sent whole", false},
		"unclosed":      {"<opml><body>\n\n<outline text='a'>", "line 3: the list breaks off here: it was not saved or sent whole", false},
		"no quote":      {"<opml><body>\n<outline text='a <b'/></body></opml>", "line 2: unescaped < inside quoted string", false},
		"too deep":      {"<opml>\n<body>" + deep, "line 2: outlines nested deeper than 64 levels", false},
		"too many":      {"<opml><body>" + strings.Repeat("<outline/>\n", opml.MaxOutlines+1), "line 500001: more than 500000 outlines", false},
		"an absurd tag": {"<opml>\n<outline " + strings.Repeat(`a=">" `, 1<<20) + "/></opml>", "line 2: a tag of more than 4 MiB", false},
		"too large":     {"<opml>" + strings.Repeat("<b/>", opml.MaxSize/4), "subscription list is larger than 64 MiB", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := opml.Read(strings.NewReader(tc.in))
			if err == nil || err.Error() != tc.want {
				t.Errorf("got error %v, want %q", err, tc.want)
			}
			if errors.Is(err, opml.ErrNotOPML) != tc.not {
				t.Errorf("errors.Is(%v, ErrNotOPML) is not %v", err, tc.not)
			}
		})
	}
}

func TestReadCutsWhatIsTooLong(t *testing.T) {
	long := strings.Repeat("ö", 600)
	var categories []string
	for i := range 200 {
		categories = append(categories, fmt.Sprintf("/c/%d", i))
	}
	list, err := opml.Read(strings.NewReader(body(`<outline text="` + long + `" language="` + long + `" htmlUrl="javascript:x" xmlUrl="http://a.example/" category="` +
		strings.Join(categories, ",") + `"/><outline xmlUrl="http://b.example/" category="` + strings.Repeat("/x", 100) + `"/>`)))
	if err != nil {
		t.Fatal(err)
	}
	a, b := list.Feeds[0], list.Feeds[1]
	if want := strings.Repeat("ö", 499) + "…"; a.Name != want {
		t.Errorf("a title of %d runes was kept", len([]rune(a.Name)))
	}
	if a.Lang != "" || a.Site != "" || len(a.Folders) != 100 {
		t.Errorf("language %q, site %q, %d folders", a.Lang, a.Site, len(a.Folders))
	}
	if got := strings.Count(b.Folders[0], "x"); got != 32 {
		t.Errorf("a path of %d folders was kept", got)
	}
}

func TestReadReportsAFailingReader(t *testing.T) {
	boom := errors.New("boom")
	if _, err := opml.Read(failing{boom}); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestReadTakesTenThousandOutlinesQuickly(t *testing.T) {
	var b strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&b, "<outline text='Folder %d'><outline type='rss' text='Feed %d' xmlUrl='http://f%d.example/feed?a=1&b=2'/></outline>\n", i%50, i, i)
	}
	start := time.Now()
	list, err := opml.Read(strings.NewReader(body(b.String())))
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Feeds) != 10_000 || list.Title != "My feeds" {
		t.Errorf("got %d feeds, title %q", len(list.Feeds), list.Title)
	}
	if d := time.Since(start); d > 2*time.Minute { // on a busy machine; quadratic would be longer
		t.Errorf("took %v", d)
	}
}
