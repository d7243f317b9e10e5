package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"newsfold/internal/river"
)

// TestRealFeedsAndPages reads real feed files and article pages, served from
// loopback, end to end: everything is stored once, and asking again brings
// nothing. The files are not part of the project; without them it is skipped.
func TestRealFeedsAndPages(t *testing.T) {
	data := filepath.Join("..", "..", "..", "shared", "data")
	if _, err := os.Stat(data); err != nil {
		t.Skipf("no development data at %s", data)
	}
	if testing.Short() || raceOn {
		t.Skip("takes minutes; `go test -run RealFeeds ./cmd/newsfold` runs it")
	}
	k := newKiosk(t, data, "scrapinghub", "trafilatura", "wcxb", "postlight")
	a := &desk{t: t, dir: t.TempDir(), net: k}
	a.in = k.opml()
	a.run("import", "-")
	t.Logf("import: %s", a.out)
	a.run("fetch", "--all", "--allow-net", "vectors.example,scrapinghub.example,trafilatura.example,wcxb.example,postlight.example")
	t.Logf("first pass: %s", a.err)
	pages := k.answered["page"]
	if n := strings.Count(a.err, "newsfold: feed "); n > len(k.lists)/50 {
		t.Errorf("%d of %d feeds were not understood", n, len(k.lists))
	} else {
		k.good -= n
	}
	a.run("list", "--limit", "0", "--json", "--copies")
	before := a.out
	a.run("fetch", "--all", "--allow-net", "vectors.example,scrapinghub.example,trafilatura.example,wcxb.example,postlight.example")
	t.Logf("second pass: %s", lastLine(a.err))
	if !strings.Contains(a.err, fmt.Sprintf("%d unchanged", k.good)) || !strings.Contains(a.err, "; 0 new entries, 0 revised") {
		t.Errorf("second pass: %s; want %d unchanged and nothing new", lastLine(a.err), k.good)
	}
	if k.answered["page"] != pages {
		t.Errorf("%d pages were asked for again", k.answered["page"]-pages)
	}
	a.run("list", "--limit", "0", "--json", "--copies")
	if a.out != before {
		t.Error("the list changed although nothing was new")
	}
	checkList(t, before)
	a.run("list", "--limit", "25")
	t.Logf("list:\n%s", a.out)
	a.run("digest", "--since", "1990-01-01", "--format", "json", "-o", filepath.Join(a.dir, "digest.json"))
	a.run("digest", "--since", "1990-01-01", "--format", "opml", "-o", filepath.Join(a.dir, "digest.opml"))
	if out := os.Getenv("NEWSFOLD_KEEP"); out != "" {
		if err := os.CopyFS(out, os.DirFS(a.dir)); err != nil {
			t.Error(err)
		}
	}
}

// checkList checks that no article is in two stories and that stories are
// ordered.
func checkList(t *testing.T, list string) {
	t.Helper()
	seen := map[string]bool{}
	var last river.Story
	dec := json.NewDecoder(strings.NewReader(list))
	n, copies := 0, 0
	for {
		var st river.Story
		err := dec.Decode(&st)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 && st.Time.After(last.Time) {
			t.Errorf("story %d is newer than story %d before it", st.ID, last.ID)
		}
		last = st
		n++
		copies += st.Copies
		if len(st.Articles) != st.Copies+1 {
			t.Errorf("story %d has %d articles and %d copies", st.ID, len(st.Articles), st.Copies)
		}
		for _, ar := range st.Articles {
			key := fmt.Sprint(ar.ID)
			if seen[key] {
				t.Errorf("article %d is in two stories", ar.ID)
			}
			seen[key] = true
		}
	}
	t.Logf("%d stories, %d copies", n, copies)
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}

// desk runs commands within the process over a directory and a network.
type desk struct {
	t        *testing.T
	dir      string
	net      http.RoundTripper
	flags    []string // of each command
	in       string
	out, err string
}

// run runs a command and wants it to succeed.
func (d *desk) run(args ...string) {
	d.t.Helper()
	if code := d.try(args...); code != 0 {
		d.t.Fatalf("newsfold %s: exit code %d\n%s", strings.Join(args, " "), code, d.err)
	}
}

func (d *desk) try(args ...string) int {
	var out, errs bytes.Buffer
	a := &app{streams: streams{strings.NewReader(d.in), &out, &errs}, transport: d.net}
	code := a.run(d.t.Context(), slices.Concat([]string{"--dir", d.dir}, d.flags, args))
	d.out, d.err = out.String(), errs.String()
	return code
}

// kiosk serves the data under its publishers' names. Whatever else is asked for
// is refused as a network would: nothing leaves this machine.
type kiosk struct {
	files    map[string]file // by URL
	lists    []string        // feeds
	good     int             // feeds that are feeds
	mu       sync.Mutex
	answered map[string]int
}

type file struct {
	kind   string // feed or page
	header http.Header
	read   func() ([]byte, error)
}

// newKiosk serves the feeds and the pages of some sets.
func newKiosk(t *testing.T, data string, sets ...string) *kiosk {
	k := &kiosk{files: map[string]file{}, answered: map[string]int{}}
	k.vectors(t, filepath.Join(data, "feeds", "vectors"))
	for _, set := range sets {
		k.pages(t, filepath.Join(data, "extract"), set)
	}
	return k
}

// vectors serves the feed files that are meant to be read.
func (k *kiosk) vectors(t *testing.T, dir string) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		var v struct {
			ID      string
			Type    string            `json:"content_type"`
			Headers map[string]string `json:"headers"`
			Checks  []struct {
				Path string
				Want any
			}
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		readable := false
		for _, c := range v.Checks {
			readable = readable || c.Path == "ok" && c.Want == true
		}
		if !readable {
			continue
		}
		h := http.Header{}
		if v.Type != "" {
			h.Set("Content-Type", v.Type)
		}
		for key, val := range v.Headers {
			h.Set(key, val)
		}
		feed := strings.TrimSuffix(name, ".json") + ".feed"
		k.list(fmt.Sprintf("http://vectors.example/%s", url.PathEscape(v.ID)), file{"feed", h, func() ([]byte, error) { return os.ReadFile(feed) }})
	}
}

// pages serves article pages and, for every twenty of them, a feed that names
// them.
func (k *kiosk) pages(t *testing.T, dir, set string) {
	b, err := os.ReadFile(filepath.Join(dir, set, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var pages []struct{ ID, URL, Site, HTML string }
	if err := json.Unmarshal(b, &pages); err != nil {
		t.Fatal(err)
	}
	var feed bytes.Buffer
	n := 0
	flush := func() {
		if feed.Len() == 0 {
			return
		}
		body := "<rss version=\"2.0\"><channel><title>" + set + "</title>" + feed.String() + "</channel></rss>"
		feed.Reset()
		k.list(fmt.Sprintf("http://%s.example/%d.xml", set, n), file{"feed", http.Header{}, func() ([]byte, error) { return []byte(body), nil }})
		n++
	}
	for i, p := range pages {
		if p.URL == "" {
			continue
		}
		name := filepath.Join(dir, set, p.HTML)
		k.files[p.URL] = file{"page", http.Header{"Content-Type": {"text/html"}}, func() ([]byte, error) { return unzip(name) }}
		feed.WriteString("<item><link>")
		_ = xml.EscapeText(&feed, []byte(p.URL))
		fmt.Fprintf(&feed, "</link><guid isPermaLink=\"false\">%s</guid></item>", p.ID)
		if i%20 == 19 {
			flush()
		}
	}
	flush()
}

func unzip(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func (k *kiosk) list(u string, f file) {
	k.files[u] = f
	k.lists = append(k.lists, u)
	k.good++
}

func (k *kiosk) opml() string {
	var b strings.Builder
	b.WriteString(`<opml version="2.0"><head><title>all</title></head><body>`)
	for _, u := range k.lists {
		fmt.Fprintf(&b, `<outline type="rss" text="%s" xmlUrl="%s"/>`, u, u)
	}
	b.WriteString("</body></opml>")
	return b.String()
}

// RoundTrip answers with a file of the data, or refuses.
func (k *kiosk) RoundTrip(r *http.Request) (*http.Response, error) {
	res := &http.Response{
		Status: "200 OK", StatusCode: 200, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, Request: r,
	}
	f, ok := k.files[r.URL.String()]
	if !ok {
		if r.URL.Path == "/robots.txt" {
			res.StatusCode, res.Status = 404, "404 Not Found"
			return res, nil
		}
		return nil, &net.DNSError{Err: "no such host", Name: r.URL.Host, IsNotFound: true}
	}
	body, err := f.read()
	if err != nil {
		return nil, err
	}
	res.Header = f.header.Clone()
	h := fnv.New64a()
	_, _ = h.Write(body)
	tag := fmt.Sprintf(`"%x"`, h.Sum64())
	res.Header.Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		res.StatusCode, res.Status = 304, "304 Not Modified"
		return res, nil
	}
	k.mu.Lock()
	k.answered[f.kind]++
	k.mu.Unlock()
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}
