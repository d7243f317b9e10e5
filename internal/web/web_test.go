package web_test

import (
	"flag"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"newsfold"
	"newsfold/internal/control"
	"newsfold/internal/web"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden pages anew")

// version is the part of a static address that changes with what it holds.
var version = regexp.MustCompile(`\?v=[0-9a-f]{16}`)

func TestPagesLookAsStored(t *testing.T) {
	s := open(t, newsroom)
	for name, path := range map[string]string{
		"river":         "/",
		"river-unread":  "/?unread=1",
		"river-starred": "/?starred=1",
		"river-feed":    "/?feed=2",
		"story":         "/story/1",
		"story-rtl":     "/story/5",
		"compare":       "/story/1/compare/2",
		"story-linked":  "/story/7",
		"feeds":         "/feeds",
		"error":         "/story/999",
	} {
		t.Run(name, func(t *testing.T) {
			got := version.ReplaceAllString(s.get(path).body, "")
			file := filepath.Join("testdata", name+".html")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Errorf("%s differs from %s (-want +got):\n%s", path, file, d)
			}
		})
	}
}

func TestStatusSaysWhatIsWrong(t *testing.T) {
	s := open(t, newsroom)
	for _, c := range []struct {
		method, path string
		want         int
		says         string
	}{
		{"GET", "/", 200, "Night ferry"},
		{"HEAD", "/", 200, ""},
		{"HEAD", "/story/1", 200, ""},
		{"GET", "/?unread=yes", 400, "unread=1"},
		{"GET", "/?find=" + strings.Repeat("x", 201), 400, "a few words"},
		{"GET", "/?find=%FF", 400, "a few words"},
		{"GET", "/?feed=x", 400, "number of a feed"},
		{"GET", "/?feed=-1", 400, "number of a feed"},
		{"GET", "/?feed=99", 404, "Nothing is stored"},
		{"GET", "/?after=9", 400, "place in the list"},
		{"GET", "/?after=9.0", 400, "place in the list"},
		{"GET", "/?after=99999999999999999999.1", 400, "place in the list"},
		{"GET", "/?after=9223372036854775807.1", 400, "place in the list"},
		{"GET", "/story/abc", 400, "number of a story"},
		{"GET", "/story/0", 400, "number of a story"},
		{"GET", "/story/9007199254740992", 400, "number of a story"},
		{"GET", "/story/99999999999999999999999", 400, "number of a story"},
		{"GET", "/story/%3Cscript%3E", 400, "&lt;script&gt;"},
		{"GET", "/story/400", 404, "Nothing is stored"},
		{"GET", "/story/1/", 404, "no page"},
		{"GET", "/nowhere", 404, "no page"},
		{"GET", "/static/nothing.js", 404, "no page"},
		{"GET", "/static/..%2fweb.go", 404, "no page"},
		{"DELETE", "/story/1", 405, "does not take DELETE"},
		{"GET", "/story/1/mark", 405, "does not take GET"},
		{"GET", "/story/1/compare/2", 200, ""},
		{"GET", "/story/1/compare/1", 404, ""},
		{"GET", "/story/1/compare/4", 404, "not a copy"},
		{"GET", "/story/1/compare/x", 400, "number of an article"},
	} {
		got := s.send(c.method, c.path, nil, nil)
		if got.StatusCode != c.want {
			t.Errorf("%s %s: status %d, want %d\n%s", c.method, c.path, got.StatusCode, c.want, got.body)
		}
		if !strings.Contains(got.body, c.says) {
			t.Errorf("%s %s does not say %q:\n%s", c.method, c.path, c.says, got.body)
		}
		if c.method == "HEAD" && got.body != "" {
			t.Errorf("HEAD %s has a body", c.path)
		}
	}
	if allow := s.send("DELETE", "/story/1", nil, nil).Header.Get("Allow"); allow != "GET, HEAD" {
		t.Errorf("Allow is %q", allow)
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	s := open(t, newsroom)
	for _, path := range []string{"/", "/story/1", "/feeds", "/nowhere", "/static/style.css"} {
		h := s.get(path).Header
		for key, want := range map[string]string{
			"X-Content-Type-Options": "nosniff",
			"Referrer-Policy":        "same-origin",
			"X-Frame-Options":        "DENY",
		} {
			if got := h.Get(key); got != want {
				t.Errorf("%s: %s is %q, want %q", path, key, got, want)
			}
		}
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: policy lacks %q", path, want)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy is %q", path, csp)
		}
		if h.Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", path)
		}
	}
}

func TestForeignHostNamesGetNoAnswer(t *testing.T) {
	s := open(t, newsroom)
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "LOCALHOST.": 200, "reader.localhost:1": 200,
		"127.0.0.1:99": 200, "[::1]:8080": 200, "[::1]": 200, "192.168.7.4": 200, "news.home": 200, "news.home:80": 200,
		"evil.example": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "xlocalhost": 421,
		strings.Repeat("a", 300): 421,
	} {
		got := s.send("GET", "/", nil, http.Header{"Host": {host}})
		if got.StatusCode != want {
			t.Errorf("Host %s: status %d, want %d", host, got.StatusCode, want)
		}
		if want == 421 && strings.Contains(got.body, "ferry") {
			t.Errorf("Host %s is told what is read", host)
		}
	}
}

func TestMarking(t *testing.T) {
	s := open(t, newsroom)
	for _, c := range []struct {
		do            string
		read, starred bool
	}{
		{"read", true, false},
		{"star", true, true},
		{"read", true, true},
		{"unread", false, true},
		{"unstar", false, false},
	} {
		got := s.post("/story/1/mark", url.Values{"do": {c.do}, "back": {"/?unread=1"}})
		if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/?unread=1#s1" {
			t.Errorf("%s: status %d to %q", c.do, got.StatusCode, got.Header.Get("Location"))
		}
		if st := s.story(1); st.Read != c.read || st.Starred != c.starred {
			t.Errorf("after %s: read %v, starred %v", c.do, st.Read, st.Starred)
		}
	}
	t.Run("by the number of a copy", func(t *testing.T) {
		s.post("/story/2/mark", url.Values{"do": {"read"}})
		if !s.story(1).Read {
			t.Error("the story is still unread")
		}
	})
	t.Run("tells the script", func(t *testing.T) {
		got := s.send("POST", "/story/1/mark", url.Values{"do": {"star"}}, http.Header{"Accept": {"application/json"}, "Sec-Fetch-Site": {"same-origin"}})
		if got.StatusCode != 200 || strings.TrimSpace(got.body) != `{"id":1,"read":true,"starred":true}` {
			t.Errorf("status %d: %s", got.StatusCode, got.body)
		}
	})
	for name, c := range map[string]struct {
		path string
		form url.Values
		want int
	}{
		"unknown state":   {"/story/1/mark", url.Values{"do": {"eat"}}, 400},
		"no state":        {"/story/1/mark", url.Values{"back": {"/"}}, 400},
		"unknown story":   {"/story/77/mark", url.Values{"do": {"read"}}, 404},
		"bad number":      {"/story/x/mark", url.Values{"do": {"read"}}, 400},
		"too large":       {"/story/1/mark", url.Values{"do": {strings.Repeat("x", 70<<10)}}, 413},
		"bulk: no list":   {"/mark", url.Values{"do": {"read"}}, 400},
		"bulk: not there": {"/mark", url.Values{"ids": {"1,99"}}, 404},
		"bulk: no number": {"/mark", url.Values{"ids": {"1,x"}}, 400},
		"bulk: wrong end": {"/mark", url.Values{"ids": {"1,4"}, "upto": {"5"}}, 400},
		"bulk: star":      {"/mark", url.Values{"ids": {"1,4"}, "do": {"star"}}, 400},
		"bulk: too many":  {"/mark", url.Values{"ids": {strings.Repeat("1,", 1000) + "1"}}, 400},
		"undo: no token":  {"/undo", url.Values{"undo": {""}}, 400},
		"undo: unknown":   {"/undo", url.Values{"undo": {strings.Repeat("0", 32)}}, 404},
	} {
		t.Run(name, func(t *testing.T) {
			before := s.story(1)
			if got := s.post(c.path, c.form); got.StatusCode != c.want {
				t.Errorf("status %d, want %d\n%s", got.StatusCode, c.want, got.body)
			}
			if d := cmp.Diff(before, s.story(1)); d != "" {
				t.Errorf("the story changed:\n%s", d)
			}
		})
	}
}

func TestFormsOfOtherSitesChangeNothing(t *testing.T) {
	s := open(t, newsroom)
	for name, h := range map[string]http.Header{
		"cross-site":     {"Sec-Fetch-Site": {"cross-site"}},
		"same-site":      {"Sec-Fetch-Site": {"same-site"}},
		"foreign origin": {"Origin": {"https://evil.example"}},
		"null origin":    {"Origin": {"null"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.send("POST", "/story/1/mark", url.Values{"do": {"read"}}, h)
			if got.StatusCode != http.StatusForbidden || !strings.Contains(got.body, "another site") {
				t.Errorf("status %d\n%s", got.StatusCode, got.body)
			}
			if s.story(1).Read {
				t.Error("the story was marked")
			}
		})
	}
}

func TestOnlyPagesOfOursAreReturnedTo(t *testing.T) {
	s := open(t, newsroom)
	for _, to := range []string{"", "https://evil.example/", "//evil.example/", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)", "evil", "/%zz"} {
		got := s.post("/story/1/mark", url.Values{"do": {"read"}, "back": {to}}).Header.Get("Location")
		if got != "/#s1" {
			t.Errorf("back %q leads to %q", to, got)
		}
	}
}

func TestReadToHereAndUndo(t *testing.T) {
	s := open(t, newsroom)
	// The river is 5 (starred), 1, 4 (read), 6, 7 (read).
	got := s.post("/mark", url.Values{"ids": {"5,1,4,6,7"}, "upto": {"4"}, "back": {"/?unread=1"}})
	to, err := url.Parse(got.Header.Get("Location"))
	if err != nil || got.StatusCode != http.StatusSeeOther || to.Query().Get("marked") != "2" || to.Query().Get("unread") != "1" {
		t.Fatalf("status %d to %s", got.StatusCode, to)
	}
	if !s.story(5).Read || !s.story(1).Read || s.story(6).Read {
		t.Errorf("read: 5 %v, 1 %v, 6 %v", s.story(5).Read, s.story(1).Read, s.story(6).Read)
	}
	page := s.get(to.String()).body
	if !strings.Contains(page, "Marked 2 stories as read.") || !strings.Contains(page, to.Query().Get("undo")) {
		t.Errorf("the page does not offer to undo:\n%s", page)
	}
	form := url.Values{"undo": {to.Query().Get("undo")}, "back": {to.String()}}
	got = s.post("/undo", form)
	if got.Header.Get("Location") != "/?undone=2&unread=1" {
		t.Errorf("status %d to %q", got.StatusCode, got.Header.Get("Location"))
	}
	if s.story(5).Read || s.story(1).Read || !s.story(4).Read {
		t.Error("undo did not restore what was")
	}
	if got := s.post("/undo", form); got.StatusCode != http.StatusNotFound {
		t.Errorf("undone twice: status %d", got.StatusCode)
	}
}

func TestOnlyTheLastMarksCanBeUndone(t *testing.T) {
	s := open(t, newsroom)
	tokens := make([]string, 0, 22)
	for range cap(tokens) {
		got := s.post("/mark", url.Values{"ids": {"1"}})
		to, _ := url.Parse(got.Header.Get("Location"))
		tokens = append(tokens, to.Query().Get("undo"))
		s.post("/story/1/mark", url.Values{"do": {"unread"}})
	}
	kept := 0
	for _, token := range tokens {
		if s.post("/undo", url.Values{"undo": {token}}).StatusCode == http.StatusSeeOther {
			kept++
		}
	}
	if kept != 20 {
		t.Errorf("%d marks can be undone, want 20", kept)
	}
}

func TestPagingShowsEveryStoryOnce(t *testing.T) {
	const n = 123
	s := open(t, func(f *filler) {
		for i := range n {
			f.fold(newsfold.Story{}, f.article(newsfold.Article{
				URL: "https://a.example/" + strconv.Itoa(i), Title: "Story", Host: "a.example",
				Published: clock.Add(-time.Duration(i/3) * time.Minute), // some at the same time
			}, newsfold.Body{}))
		}
	})
	seen := map[string]int{}
	pages := 0
	for next := "/"; next != ""; pages++ {
		page := s.get(next).body
		for _, part := range strings.Split(page, `data-id="`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			seen[id]++
		}
		next = ""
		if _, rest, ok := strings.Cut(page, `rel="next" href="`); ok {
			next, _, _ = strings.Cut(rest, `"`)
			next = strings.ReplaceAll(next, "&amp;", "&")
		}
	}
	if len(seen) != n || pages != 3 {
		t.Errorf("%d stories on %d pages", len(seen), pages)
	}
	for id, times := range seen {
		if times != 1 {
			t.Errorf("story %s is shown %d times", id, times)
		}
	}
}

func TestNumberOfACopyLeadsToItsStory(t *testing.T) {
	s := open(t, newsroom)
	got := s.get("/story/3")
	if got.StatusCode != http.StatusFound || got.Header.Get("Location") != "/story/1" {
		t.Errorf("status %d to %q", got.StatusCode, got.Header.Get("Location"))
	}
}

func TestGetChangesNothing(t *testing.T) {
	s := open(t, newsroom)
	before := s.story(1)
	for _, path := range []string{"/", "/story/1", "/story/1?do=read", "/feeds"} {
		s.get(path)
	}
	if d := cmp.Diff(before, s.story(1)); d != "" {
		t.Errorf("reading changed the story:\n%s", d)
	}
}

func TestStaticFilesAreCached(t *testing.T) {
	s := open(t, nil)
	page := s.get("/").body
	_, rest, _ := strings.Cut(page, `rel="stylesheet" href="`)
	link, _, _ := strings.Cut(rest, `"`)
	got := s.get(link)
	if got.StatusCode != 200 || !strings.Contains(got.Header.Get("Cache-Control"), "immutable") || got.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%s: status %d, %v", link, got.StatusCode, got.Header)
	}
	tag := got.Header.Get("ETag")
	if got := s.send("GET", "/static/style.css", nil, http.Header{"If-None-Match": {tag}}); got.StatusCode != http.StatusNotModified {
		t.Errorf("status %d for a known ETag", got.StatusCode)
	}
	if got := s.get("/static/style.css?v=old"); got.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("an old address is cached: %q", got.Header.Get("Cache-Control"))
	}
}

func TestEmptyStoreSaysWhatToDo(t *testing.T) {
	s := open(t, nil)
	for path, want := range map[string]string{"/": "newsfold add", "/feeds": "newsfold add", "/?unread=1": "Everything is read", "/?starred=1": "No story has a star"} {
		if got := s.get(path); got.StatusCode != 200 || !strings.Contains(got.body, want) {
			t.Errorf("%s: status %d does not say %q", path, got.StatusCode, want)
		}
	}
	s = openWith(t, nil, func(o *web.Options) { o.Control = control.Connect(control.NewPipe().Dial) })
	for _, path := range []string{"/", "/feeds"} {
		if got := s.get(path); got.StatusCode != 200 || !strings.Contains(got.body, `href="/add">Add feeds`) {
			t.Errorf("%s: status %d does not lead to where feeds are added", path, got.StatusCode)
		}
	}
}

func TestTheFilterStaysSmallWithManyFeeds(t *testing.T) {
	s := open(t, func(f *filler) {
		for i := range 305 {
			f.feed(newsfold.Feed{URL: "https://a.example/" + strconv.Itoa(i)})
		}
	})
	page := s.get("/?feed=304").body
	if n := strings.Count(page, "<option "); n != 302 { // "all feeds", the first 300 and the chosen one
		t.Errorf("the filter has %d entries", n)
	}
	if !strings.Contains(page, `<option value="304" selected>`) || !strings.Contains(page, "all feeds …") {
		t.Error("the filter lacks the chosen feed or the way to the others")
	}
}

func TestPagesHaveAnEnd(t *testing.T) {
	s := open(t, func(f *filler) {
		var entries []newsfold.EntryRef
		for i := range 1001 {
			id := f.feed(newsfold.Feed{URL: "https://a.example/" + strconv.Itoa(i)})
			if i < 30 {
				entries = append(entries, newsfold.EntryRef{Feed: id, Key: "k"})
			}
		}
		var ids []newsfold.ArticleID
		for i := range 250 {
			a := newsfold.Article{URL: "https://b.example/" + strconv.Itoa(i), Title: "Copy", Published: clock.Add(time.Duration(i) * time.Minute), Seen: clock.Add(time.Duration(i) * time.Minute)}
			if i == 0 {
				a.Entries = entries
				a.Fold.Evidence = make([]newsfold.Evidence, 100)
				a.Origins = make([]newsfold.Origin, 100)
				for n := range 100 {
					a.Fold.Evidence[n].Kind = "kind"
					a.Fold.Links = append(a.Fold.Links, newsfold.Link{Relation: newsfold.Quotes, With: newsfold.ArticleID(300 + n)})
				}
			}
			ids = append(ids, f.article(a, newsfold.Body{Text: "words"}))
		}
		f.fold(newsfold.Story{}, ids...)
		for i := range 200 {
			f.article(newsfold.Article{URL: "https://c.example/" + strconv.Itoa(i), Seen: clock}, newsfold.Body{})
		}
	})
	story, feeds := s.get("/story/1").body, s.get("/feeds").body
	for what, c := range map[string]struct {
		page, part string
		want       int
	}{
		"articles":      {story, `<li class="member`, 200},
		"rest":          {story, "50 more articles are not shown", 1},
		"rows":          {story, `class="label"`, 30},
		"rows left":     {story, "220 later articles are not drawn", 1},
		"carriers":      {story, `<a href="/?feed=`, 20},
		"more carriers": {story, "and 10 more feeds", 1},
		"evidence":      {story, "<li>kind", 20},
		"origins":       {story, "<li>another outlet", 20},
		"related":       {story, `but is a text of its own`, 50},
		"feeds":         {feeds, `class="feed `, 1000},
		"feeds left":    {feeds, "1 more feed is not shown", 1},
	} {
		if got := strings.Count(c.page, c.part); got != c.want {
			t.Errorf("%s: %d, want %d", what, got, c.want)
		}
	}
}

func TestFinding(t *testing.T) {
	s := open(t, newsroom)
	for find, want := range map[string][]string{
		"ferry":              {"1"},
		"FERRY skerries":     {"1"},
		"  ferry\tskerries ": {"1"},
		"ferry hives":        nil,
		"osmund courier":     {"4", "6"}, // an outlet
		"pigeons":            {"6"},      // first words
		"الميناء":            {"5"},
		"flour":              nil, // further down in the text
		"":                   {"5", "1", "4", "6", "7"},
	} {
		page := s.get("/?find=" + url.QueryEscape(find)).body
		if got := shown(page); !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", find, got, want)
		}
		if want == nil && !strings.Contains(page, "Nothing found") {
			t.Errorf("%q: the page does not say that nothing was found", find)
		}
	}
	if got := shown(s.get("/?find=courier&unread=1").body); !slices.Equal(got, []string{"6"}) {
		t.Errorf("among the unread: %v", got)
	}
}

// shown returns the stories of a river.
func shown(page string) (ids []string) {
	for _, part := range strings.Split(page, `data-id="`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		ids = append(ids, id)
	}
	return ids
}

func TestFindingGoesOnInSteps(t *testing.T) {
	const n = 5300 // more than one page looks at
	s := open(t, func(f *filler) {
		for i := range n {
			title := "Nothing much"
			if i%100 == 0 || i == 7 || i == n-1 {
				title = "A ferry"
			}
			f.fold(newsfold.Story{}, f.article(newsfold.Article{URL: "https://a.example/" + strconv.Itoa(i), Title: title, Published: clock.Add(-time.Duration(i) * time.Minute)}, newsfold.Body{}))
		}
	})
	var found []string
	pages := 0
	for next := "/?find=ferry"; next != "" && pages < 10; pages++ {
		page := s.get(next).body
		found = append(found, shown(page)...)
		next = ""
		if _, rest, ok := strings.Cut(page, `class="older"`); ok {
			_, rest, _ = strings.Cut(rest, `href="`)
			next, _, _ = strings.Cut(rest, `"`)
			next = strings.ReplaceAll(next, "&amp;", "&")
		}
	}
	if len(found) != 55 || pages != 2 || !slices.IsSortedFunc(found, func(a, b string) int { return len(a) - len(b) }) {
		t.Errorf("found %d on %d pages: %v", len(found), pages, found)
	}
	page := s.get("/?find=submarine").body
	if !strings.Contains(page, "Nothing found so far. Searched back to") {
		t.Errorf("a search that goes on does not say so:\n%s", page)
	}
}
