package web_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"newsfold"
	"newsfold/store"
)

// street is a web site with a page, a feed and nothing else.
func street(t *testing.T) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			_, _ = io.WriteString(w, `<html><head><title>Street</title><link rel="alternate" type="application/rss+xml" title="Lanterns" href="/feed"></head><body>Home</body></html>`)
		case "/feed":
			_, _ = io.WriteString(w, `<rss version="2.0"><channel><title>Lantern &lt;b&gt;Street</title><link>http://lantern.example/</link><description/><item><guid>1</guid><title>The lamps are lit &lt;script&gt;alert(1)&lt;/script&gt;</title><link>javascript:alert(1)</link><description>`+strings.Repeat("A long evening. ", 40)+`</description></item></channel></rss>`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	return srv
}

func TestFeedsAreAddedAfterAPreview(t *testing.T) {
	web := street(t)
	s := openWith(t, newsroom, gated(t, true))
	if r := s.get("/add?url=" + url.QueryEscape(web.URL)); r.StatusCode != 200 || !strings.Contains(r.body, `value="`+web.URL+`"`) || strings.Contains(r.body, "Lantern") {
		t.Errorf("the form: %s", r.Status)
	}
	r := s.post("/add", url.Values{"url": {web.URL}, "do": {"preview"}, "folder": {"Streets"}})
	if r.StatusCode != 200 || !strings.Contains(r.body, "The lamps are lit") || !strings.Contains(r.body, web.URL+"/feed") || strings.Contains(r.body, "javascript:alert") {
		t.Errorf("the preview: %s %s", r.Status, r.body)
	}
	count := func() (n int) {
		_ = s.db.View(t.Context(), func(tx store.Tx) error {
			for range tx.Feeds() {
				n++
			}
			return nil
		})
		return n
	}
	if n := count(); n != 5 {
		t.Fatalf("a preview left %d feeds", n)
	}
	r = s.post("/add", url.Values{"url": {web.URL + "/feed"}, "do": {"subscribe"}, "folder": {"Streets"}})
	if r.StatusCode != 303 || r.Header.Get("Location") != "/?did=added&feed=6" || count() != 6 {
		t.Fatalf("subscribing: %s to %s: %s", r.Status, r.Header.Get("Location"), r.body)
	}
	if r := s.post("/add", url.Values{"url": {web.URL + "/feed"}, "do": {"subscribe"}}); r.StatusCode != 409 || !strings.Contains(r.body, "subscribed already") {
		t.Errorf("subscribing again: %s", r.Status)
	}
	if r := s.post("/add", url.Values{"url": {web.URL + "/nothing"}, "do": {"preview"}}); r.StatusCode != 502 {
		t.Errorf("what is not there: %s", r.Status)
	}
	for _, bad := range []string{"", "ftp://a.example/", strings.Repeat("a", 5000), "http://"} {
		if r := s.post("/add", url.Values{"url": {bad}, "do": {"preview"}}); r.StatusCode != 400 {
			t.Errorf("%.30q: %s", bad, r.Status)
		}
	}
	if r := s.get("/?folder=Streets&did=added"); !strings.Contains(r.body, "Subscribed.") {
		t.Error("nothing tells that it worked")
	}
	if r := s.post("/feeds/6/edit", url.Values{"name": {"  Lamps  "}, "folders": {"A/B, C ,,"}}); r.StatusCode != 303 {
		t.Errorf("editing: %s", r.Status)
	}
	var f newsfold.Feed
	_ = s.db.View(t.Context(), func(tx store.Tx) (err error) {
		f, err = tx.Feed(6)
		return err
	})
	if f.Name != "Lamps" || fmt.Sprint(f.Folders) != "[A/B C]" {
		t.Errorf("the feed is %+v", f)
	}
	if r := s.post("/feeds/6/remove", url.Values{}); r.StatusCode != 303 || count() != 5 {
		t.Errorf("removing: %s", r.Status)
	}
	if r := s.get("/feeds/6"); r.StatusCode != 404 {
		t.Errorf("a removed feed: %s", r.Status)
	}
}

func TestListsAreImported(t *testing.T) {
	s := openWith(t, newsroom, gated(t, true))
	send := func(field, text string) answer {
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		w, err := m.CreateFormFile(field, "feeds.opml")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, text)
		_ = m.Close()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/import", &body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", m.FormDataContentType())
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		resp, err := s.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		text2, _ := io.ReadAll(resp.Body)
		return answer{resp, string(text2)}
	}
	r := send("file", `<opml version="2.0"><body><outline text="X"><outline type="rss" text="a" xmlUrl="https://a.example/feed"/><outline type="rss" text="n" xmlUrl="https://northwire.example/feed.xml"/></outline></body></opml>`)
	if to := r.Header.Get("Location"); r.StatusCode != 303 || to != "/feeds?bad=0&did=imported&known=1&n=1" {
		t.Fatalf("importing: %s to %s: %s", r.Status, to, r.body)
	}
	page := s.get(r.Header.Get("Location"))
	if !strings.Contains(page.body, "Subscribed to 1 feed; 1 were known already.") || !strings.Contains(page.body, `<progress id="read" max="6" value="4">`) {
		t.Errorf("the page of feeds says nothing of it")
	}
	if r := s.get("/feeds/progress"); r.body != "{\"feeds\":6,\"read\":4}\n" {
		t.Errorf("the progress is %s", r.body)
	}
	if r := send("file", "this is no list"); r.StatusCode != 422 {
		t.Errorf("what is no list: %s", r.Status)
	}
	if r := send("other", "<opml/>"); r.StatusCode != 400 {
		t.Errorf("no file: %s", r.Status)
	}
	if r := send("file", strings.Repeat("<!-- x -->", 2<<20)); r.StatusCode != 413 {
		t.Errorf("20 MB: %s", r.Status)
	}
}

func TestFoldsAreCorrectedOnTheStoryPage(t *testing.T) {
	s := openWith(t, newsroom, gated(t, true))
	form := url.Values{"back": {"/story/1"}}
	form.Set("article", "2")
	r := s.post("/story/1/split", form)
	if to := r.Header.Get("Location"); r.StatusCode != 303 || to != "/story/1?did=split#copies" {
		t.Fatalf("splitting: %s to %s: %s", r.Status, to, r.body)
	}
	if st := s.story(1); len(st.Articles) != 2 {
		t.Errorf("after the split the story has %v", st.Articles)
	}
	if page := s.get("/story/1?did=split"); !strings.Contains(page.body, `action="/folds/undo"`) || !strings.Contains(page.body, "a story of its own now") {
		t.Error("the split cannot be taken back")
	}
	if r := s.post("/folds/undo", form); r.StatusCode != 303 {
		t.Errorf("taking it back: %s %s", r.Status, r.body)
	}
	if st := s.story(1); len(st.Articles) != 3 {
		t.Errorf("after that the story has %v", st.Articles)
	}
	form.Set("with", "6")
	if r := s.post("/story/1/merge", form); r.StatusCode != 303 {
		t.Errorf("merging: %s %s", r.Status, r.body)
	}
	if st := s.story(1); len(st.Articles) != 4 {
		t.Errorf("after the merge the story has %v", st.Articles)
	}
	if r := s.post("/folds/undo", form); r.StatusCode != 303 {
		t.Errorf("taking that back: %s %s", r.Status, r.body)
	}
	if r := s.post("/story/1/lead", form); r.StatusCode != 303 || s.story(1).Lead != 2 {
		t.Errorf("another lead: %s %s, it is %d", r.Status, r.body, s.story(1).Lead)
	}
	if r := s.post("/folds/undo", form); r.StatusCode != 303 || s.story(1).Lead == 2 {
		t.Errorf("taking the lead back: %s, it is %d", r.Status, s.story(1).Lead)
	}
	if page := s.get("/story/1"); !strings.Contains(page.body, "Never fold Northwire and The Osmund Courier") {
		t.Error("the two feeds cannot be kept apart")
	}
	if r := s.post("/story/1/apart", url.Values{"feeds": {"1,2"}}); r.StatusCode != 303 || len(s.story(1).Articles) != 2 {
		t.Errorf("kept apart: %s %s, the story has %v", r.Status, r.body, s.story(1).Articles)
	}
	for path, form := range map[string]url.Values{
		"/story/1/apart": {"feeds": {"1"}}, "/story/2/apart": {"feeds": {"x,y"}}, "/story/1/lead": {},
		"/story/1/split": {"article": {"x"}}, "/story/1/merge": {"with": {"-1"}}, "/story/x/merge": {"with": {"1"}},
	} {
		if r := s.post(path, form); r.StatusCode != 400 {
			t.Errorf("%s %v: %s", path, form, r.Status)
		}
	}
	if r := s.post("/story/1/split", url.Values{"article": {"999"}}); r.StatusCode != 404 {
		t.Errorf("splitting off what is not there: %s", r.Status)
	}
}

// TestFeedsSayWhatTheyBring: a feed whose stories others have, and had before,
// is told from one with stories of its own.
func TestFeedsSayWhatTheyBring(t *testing.T) {
	s := open(t, func(f *filler) {
		wire := f.feed(newsfold.Feed{URL: "https://wire.example/feed", Title: "Wire"})
		echo := f.feed(newsfold.Feed{URL: "https://echo.example/feed", Title: "Echo"})
		for i := range 12 {
			at := clock.Add(-time.Duration(i+1) * 24 * time.Hour)
			a := f.article(newsfold.Article{URL: fmt.Sprintf("https://wire.example/%d", i), Title: "A", Host: "wire.example", Published: at, Seen: at, Entries: []newsfold.EntryRef{{Feed: wire, Key: fmt.Sprint(i)}}}, html("Text."))
			b := f.article(newsfold.Article{URL: fmt.Sprintf("https://echo.example/%d", i), Title: "A", Host: "echo.example", Published: at.Add(90 * time.Minute), Seen: at.Add(90 * time.Minute), Entries: []newsfold.EntryRef{{Feed: echo, Key: fmt.Sprint(i)}}, Page: newsfold.Page{State: map[bool]newsfold.PageState{true: newsfold.PageFailed, false: newsfold.PageFetched}[i < 3]}}, html("Text."))
			f.fold(newsfold.Story{}, a, b)
		}
		f.fold(newsfold.Story{}, f.article(newsfold.Article{URL: "https://wire.example/own", Title: "Own", Host: "wire.example", Published: clock.Add(-time.Hour), Entries: []newsfold.EntryRef{{Feed: wire, Key: "own"}}}, html("Text.")))
	})
	for path, want := range map[string][]string{
		"/feeds/1": {"13 stories in the last 30 days, 1 of them in no other feed", "first with 12 of 12 shared ones", "92 % also in", "full text of 100 %", `class="spark"`},
		"/feeds/2": {"Safe to drop", "100 % had come from another feed before", "1 h 30 min after the first (median)", "100 % also in", "full text of 75 %"},
		"/feeds":   {"Safe to drop", "13 stories in the last 30 days"},
	} {
		r := s.get(path)
		for _, w := range want {
			if !strings.Contains(r.body, w) {
				t.Errorf("%s does not say %q", path, w)
			}
		}
	}
	if r := s.get("/feeds/99"); r.StatusCode != 404 {
		t.Errorf("a feed that is not there: %s", r.Status)
	}
	if r := s.get("/feeds/x"); r.StatusCode != 400 {
		t.Errorf("a feed without a number: %s", r.Status)
	}
}
