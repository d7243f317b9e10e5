package web_test

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"newsfold"
	"newsfold/internal/access"
	"newsfold/store"
)

var storyLink = regexp.MustCompile(`id="s(\d+)"`)

// listed are the stories that a page of the river shows.
func listed(body string) (ids []string) {
	for _, m := range storyLink.FindAllStringSubmatch(body, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

func TestRiverIsFilteredByFolderAndLanguage(t *testing.T) {
	s := open(t, newsroom)
	for query, want := range map[string][]string{
		"folder=Agencies":            {"1", "7"},
		"folder=News":                {"1", "4", "6"}, // and within it
		"folder=News/Coast":          {"1", "4", "6"},
		"folder=News/Coast&unread=1": {"1", "6"},
		"folder=New":                 nil,
		"folder=Nowhere":             nil,
		"lang=ar":                    {"5"},
		"lang=en":                    {"1", "4", "6", "7"},
		"lang=EN-gb":                 {"1", "4", "6", "7"},
		"lang=de":                    nil,
		"lang=en&folder=Agencies":    {"1", "7"},
		"folder=News&feed=1":         {"1"},
	} {
		r := s.get("/?" + query)
		if got := listed(r.body); r.StatusCode != 200 || !slices.Equal(got, want) {
			t.Errorf("%s shows %v (%s), want %v", query, got, r.Status, want)
		}
	}
	for _, query := range []string{"lang=%3Cb%3E", "lang=x", "folder=" + strings.Repeat("a", 501), "skip=-1", "skip=many", "skip=99999999"} {
		if r := s.get("/?" + query); r.StatusCode != 400 {
			t.Errorf("%.60s: %s", query, r.Status)
		}
	}
}

// outToken is the token of feeds of a site.
func outToken(t *testing.T, s *site) string {
	t.Helper()
	gate, err := access.Open(t.Context(), access.Options{DB: s.db})
	if err != nil {
		t.Fatal(err)
	}
	token, err := gate.Token(t.Context(), access.ForFeeds)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestEveryViewIsAFeed(t *testing.T) {
	s := openWith(t, newsroom, gated(t, false))
	token := outToken(t, s)
	for query, want := range map[string]int{"": 5, "unread=1": 3, "starred=1": 1, "feed=2": 3, "folder=Agencies": 2, "lang=ar": 1, "find=ferry": 1} {
		for format, kind := range map[string]string{"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"} {
			r := s.get("/out?token=" + token + "&format=" + format + "&" + query)
			if r.StatusCode != 200 || !strings.HasPrefix(r.Header.Get("Content-Type"), kind) {
				t.Fatalf("%s as %s: %s, %s", query, format, r.Status, r.Header.Get("Content-Type"))
			}
			n := strings.Count(r.body, map[string]string{"atom": "<entry", "rss": "<item>", "json": `"id": "newsfold:story:`}[format])
			if n != want {
				t.Errorf("%s as %s has %d stories, want %d", query, format, n, want)
			}
			if format != "json" {
				if err := xml.Unmarshal([]byte(r.body), new(struct{})); err != nil {
					t.Errorf("%s as %s: %v", query, format, err)
				}
			}
		}
	}
	if r := s.get("/out?token=" + token); !strings.Contains(r.body, "Ferry back on Tuesday") || !strings.Contains(r.body, `rel="self"`) {
		t.Errorf("the feed tells nothing of copies, or of itself: %s", r.body)
	}
	page := s.get("/?unread=1")
	if !strings.Contains(page.body, "/out?token="+token+"&amp;unread=1&amp;format=atom") {
		t.Error("the river does not name its feed")
	}
	for query, want := range map[string]int{"token=x": 403, "": 403, "token=" + token + "&format=pdf": 400, "token=" + token + "&feed=x": 400, "token=" + token + "&feed=99": 404} {
		if r := s.get("/out?" + query); r.StatusCode != want {
			t.Errorf("%s: %s, want %d", query, r.Status, want)
		}
	}
	if r := s.post("/out?token="+token, url.Values{}); r.StatusCode != 405 {
		t.Errorf("a POST: %s", r.Status)
	}
}

func TestFeedsNeedNoLoginButTheirToken(t *testing.T) {
	s, _ := locked(t, nil)
	if r := s.get("/out?token=" + outToken(t, s)); r.StatusCode != 200 {
		t.Errorf("with the token: %s", r.Status)
	}
	if r := s.get("/out"); r.StatusCode != 403 {
		t.Errorf("without: %s", r.Status)
	}
}

func TestFeedsAnswerConditionalRequests(t *testing.T) {
	s := openWith(t, newsroom, gated(t, false))
	path := "/out?unread=1&token=" + outToken(t, s)
	first := s.get(path)
	tag, modified := first.Header.Get("ETag"), first.Header.Get("Last-Modified")
	if tag == "" || modified == "" {
		t.Fatalf("validators are %q and %q", tag, modified)
	}
	for name, c := range map[string]struct {
		header http.Header
		want   int
	}{
		"its tag":            {http.Header{"If-None-Match": {tag}}, 304},
		"one of several":     {http.Header{"If-None-Match": {`"x", ` + tag}}, 304},
		"its tag, weak":      {http.Header{"If-None-Match": {"W/" + tag}}, 304},
		"another tag":        {http.Header{"If-None-Match": {`"x"`}}, 200},
		"its time":           {http.Header{"If-Modified-Since": {modified}}, 304},
		"an earlier time":    {http.Header{"If-Modified-Since": {"Sat, 14 Mar 2020 00:00:00 GMT"}}, 200},
		"another tag, time":  {http.Header{"If-None-Match": {`"x"`}, "If-Modified-Since": {modified}}, 200},
		"no time at all":     {http.Header{"If-Modified-Since": {"yesterday"}}, 200},
		"nothing in special": {nil, 200},
	} {
		r := s.send(http.MethodGet, path, nil, c.header)
		if r.StatusCode != c.want {
			t.Errorf("%s: %s, want %d", name, r.Status, c.want)
		}
		if r.StatusCode == 304 && (r.body != "" || r.Header.Get("ETag") != tag) {
			t.Errorf("%s: a 304 with %q and %v", name, r.body, r.Header)
		}
	}
	s.post("/story/1/mark", url.Values{"do": {"read"}})
	if r := s.send(http.MethodGet, path, nil, http.Header{"If-None-Match": {tag}}); r.StatusCode != 200 || strings.Contains(r.body, "newsfold:story:1<") {
		t.Errorf("after a story was read: %s", r.Status)
	}
}

// TestSearchAsksTheIndex: words of the text are found, the best first, with the
// filters of the river.
func TestSearchAsksTheIndex(t *testing.T) {
	s := openWith(t, func(f *filler) {
		newsroom(f)
		for id := range newsfold.ArticleID(7) {
			if err := f.tx.Append(store.Folds, id+1); err != nil {
				t.Fatal(err)
			}
		}
	}, gated(t, true))
	for query, want := range map[string][]string{
		"find=flour":                 {"1"}, // only in the text
		"find=flour&unread=1":        {"1"},
		"find=flour&starred=1":       nil,
		"find=clock&folder=News":     {"6"},
		"find=clock&folder=Agencies": nil,
		"find=clock&lang=en":         {"6"},
		"find=%22harbour+master%22":  {"1"},
		"find=nothinglikeit":         nil,
	} {
		r := s.get("/?" + query)
		if got := listed(r.body); r.StatusCode != 200 || !slices.Equal(got, want) {
			t.Errorf("%s shows %v (%s), want %v", query, got, r.Status, want)
		}
	}
	if r := s.get("/?find=flour"); !strings.Contains(r.body, "<mark>flour</mark>") {
		t.Error("what was searched for is not marked")
	}
	if r := s.get("/?find=feed:nobody"); r.StatusCode != 400 || !strings.Contains(r.body, "no feed is called &#34;nobody&#34;.") {
		t.Errorf("a search in a feed that is not there: %s %s", r.Status, r.body)
	}
	if r := s.get("/?find=" + url.QueryEscape(`<script>alert(1)</script> "`)); strings.Contains(r.body, "<script>alert") {
		t.Error("the words of a search are shown as they are")
	}
}
