package newsroom_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"newsfold/fetch"
	"newsfold/internal/newsroom"
	"newsfold/internal/opml"
)

var now = time.Date(2026, 3, 14, 20, 0, 0, 0, time.UTC)

func open(t *testing.T) (*newsroom.Newsroom, *http.Client) {
	t.Helper()
	n, err := newsroom.Listen(t.Context(), newsroom.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n, &http.Client{Transport: n.Transport()}
}

func get(t *testing.T, c *http.Client, url string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestTheSampleIsAsItIsToldToBe(t *testing.T) {
	n, c := open(t)
	if n.Entries() != 38 || n.Stories() != 14 || len(n.Feeds()) != 14 {
		t.Errorf("%d entries, %d stories, %d feeds; the README says 38, 14 and 14", n.Entries(), n.Stories(), len(n.Feeds()))
	}
	truth := n.Truth()
	seen := map[string]bool{}
	entries := 0
	var newest, oldest time.Time
	for _, url := range n.Feeds() {
		res, body := get(t, c, url)
		parsed, err := fetch.Parse([]byte(body), url, res.Header)
		if err != nil {
			t.Fatalf("%s: %v", url, err)
		}
		for _, en := range parsed.Entries {
			if !strings.HasSuffix(en.GUID, ":2") {
				entries++
			}
			link, _, _ := strings.Cut(en.Link, "?")
			link, _, _ = strings.Cut(link, "#")
			if truth[link] == "" {
				t.Errorf("%s: nobody knows which story %s is", url, en.Link)
			}
			seen[link] = true
			if newest.IsZero() || en.Issued.After(newest) {
				newest = en.Issued
			}
			if oldest.IsZero() || en.Issued.Before(oldest) {
				oldest = en.Issued
			}
		}
	}
	if entries != n.Entries() || len(seen) != len(truth) {
		t.Errorf("the feeds have %d entries of %d articles, want %d of %d", entries, len(seen), n.Entries(), len(truth))
	}
	if newest.After(now) || oldest.Before(now.Add(-20*time.Hour)) || newest.Sub(oldest) < 12*time.Hour {
		t.Errorf("published between %v and %v", oldest, newest)
	}
}

func TestArticlesHaveALengthWorthFolding(t *testing.T) {
	n, c := open(t)
	for url := range n.Truth() {
		_, body := get(t, c, url)
		start := strings.Index(body, "<p>")
		if words := len(strings.Fields(body[start:])); words < 100 || words > 1200 {
			t.Errorf("%s has %d words with all that is around it", url, words)
		}
	}
}

func TestPagesLinkToWhatIsThere(t *testing.T) {
	n, c := open(t)
	done := map[string]bool{}
	var visit func(url string)
	visit = func(url string) {
		url, _, _ = strings.Cut(url, "#")
		if done[url] {
			return
		}
		done[url] = true
		res, body := get(t, c, url)
		if res.StatusCode != 200 {
			t.Errorf("%s: %s", url, res.Status)
		}
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			return
		}
		for _, part := range strings.Split(body, `href="`)[1:] {
			to, _, _ := strings.Cut(part, `"`)
			switch {
			case strings.HasPrefix(to, "http://"):
				visit(strings.ReplaceAll(to, "&amp;", "&"))
			case strings.HasPrefix(to, "/"):
				visit(url[:strings.Index(url[8:], "/")+8] + to)
			}
		}
	}
	for url := range n.Truth() {
		visit(url)
	}
	if len(done) < len(n.Truth())+len(n.Feeds()) {
		t.Errorf("only %d addresses were found", len(done))
	}
}

func TestXMLFeedsAreWellFormed(t *testing.T) {
	n, c := open(t)
	for _, url := range n.Feeds() {
		res, body := get(t, c, url)
		if !strings.Contains(res.Header.Get("Content-Type"), "xml") {
			continue
		}
		for dec := xml.NewDecoder(strings.NewReader(body)); ; {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", url, err)
			}
		}
	}
}

func TestAnUnchangedFeedIsNotSentAgain(t *testing.T) {
	n, c := open(t)
	for _, url := range n.Feeds() {
		first, body := get(t, c, url)
		for name, header := range map[string][]string{
			"ETag":          {"If-None-Match", first.Header.Get("ETag")},
			"Last-Modified": {"If-Modified-Since", first.Header.Get("Last-Modified")},
		} {
			if header[1] == "" {
				t.Errorf("%s has no %s", url, name)
			}
			if res, again := get(t, c, url, header...); res.StatusCode != 304 || again != "" {
				t.Errorf("%s with its %s: %s", url, name, res.Status)
			}
		}
		if res, again := get(t, c, url, "If-None-Match", `"other"`); res.StatusCode != 200 || again != body {
			t.Errorf("%s with another ETag: %s", url, res.Status)
		}
	}
}

func TestTheSameTimeAndPortGiveTheSameNews(t *testing.T) {
	var first *newsroom.Newsroom
	var addr string
	for tries := 0; first == nil; tries++ {
		// Not a port that is given to whoever asks for any: it is to be free again.
		addr = fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000))
		var err error
		if first, err = newsroom.Listen(t.Context(), newsroom.Options{Now: now, Addr: addr}); err != nil && tries > 20 {
			t.Fatal(err)
		}
	}
	defer first.Close()
	c := &http.Client{Transport: first.Transport()}
	bodies := map[string]string{}
	for url := range first.Truth() {
		_, bodies[url] = get(t, c, url)
	}
	for _, url := range first.Feeds() {
		_, bodies[url] = get(t, c, url)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := newsroom.Listen(t.Context(), newsroom.Options{Now: now, Addr: addr})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	c = &http.Client{Transport: second.Transport()}
	for url, want := range bodies {
		if _, got := get(t, c, url); got != want {
			t.Errorf("%s has changed", url)
		}
	}
}

func TestTheListIsAnOPMLFile(t *testing.T) {
	n, _ := open(t)
	list, err := opml.Read(strings.NewReader(string(n.OPML())))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range list.Feeds {
		got = append(got, f.URL)
		if f.Title == "" || len(f.Folders) != 1 {
			t.Errorf("%+v", f)
		}
	}
	want := n.Feeds()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestNothingElseCanBeReached(t *testing.T) {
	n, c := open(t)
	port := strings.Split(n.Feeds()[0], ":")[2]
	port, _, _ = strings.Cut(port, "/")
	for _, url := range []string{"http://news.example/", "http://courier.localhost:1/", "http://127.0.0.1:1/", "http://localhost.example:" + port + "/"} {
		req, _ := http.NewRequestWithContext(t.Context(), "GET", url, nil)
		res, err := c.Do(req)
		if err == nil {
			res.Body.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "is not in the sample newsroom") {
			t.Errorf("%s: %v", url, err)
		}
	}
	for url, want := range map[string]int{
		"http://courier.localhost:" + port + "/none":    404,
		"http://nobody.localhost:" + port + "/":         404,
		"http://127.0.0.1:" + port + "/":                200,
		"http://127.0.0.1:" + port + "/rss/front.xml":   404,
		"http://COURIER.localhost:" + port + "/?q=1":    200,
		"http://courier.localhost:" + port + "/../x/..": 404,
	} {
		if res, _ := get(t, c, url); res.StatusCode != want {
			t.Errorf("%s: %s, want %d", url, res.Status, want)
		}
	}
	res, err := c.Post(n.Feeds()[0], "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 405 {
		t.Errorf("posting: %s", res.Status)
	}
}

func TestServingEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	n, err := newsroom.Listen(ctx, newsroom.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Transport: n.Transport()}
	get(t, c, n.Feeds()[0])
	cancel()
	if err := n.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if res, err := c.Get(n.Feeds()[0]); err == nil {
		res.Body.Close()
		t.Error("it is still served")
	}
	if err := n.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
	if _, err := newsroom.Listen(ctx, newsroom.Options{Addr: "no address"}); err == nil {
		t.Error("listening on no address is no error")
	}
}

// TestShow writes all files to the directory that NEWSROOM_SHOW names, to be
// looked at.
func TestShow(t *testing.T) {
	dir := os.Getenv("NEWSROOM_SHOW")
	if dir == "" {
		t.Skip("NEWSROOM_SHOW names no directory to write to")
	}
	n, c := open(t)
	urls := n.Feeds()
	for url := range n.Truth() {
		urls = append(urls, url)
	}
	for _, url := range urls {
		_, body := get(t, c, url)
		name := strings.NewReplacer("http://", "", "/", "_", ":", "_").Replace(url)
		if err := os.WriteFile(dir+"/"+name, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func ExampleListen() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n, err := newsroom.Listen(ctx, newsroom.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer n.Close()
	fmt.Println(n.Entries(), "entries,", n.Stories(), "stories")
	// Output: 38 entries, 14 stories
}
