package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// runParse runs the command on files and returns its lines.
func runParse(t *testing.T, in string, args ...string) ([]map[string]any, error) {
	t.Helper()
	cmd := newParse()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	var out bytes.Buffer
	cmd.SetIn(strings.NewReader(in))
	cmd.SetOut(&out)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	var lines []map[string]any
	for dec := json.NewDecoder(&out); dec.More(); {
		var line map[string]any
		if err := dec.Decode(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines, err
}

func TestParsePrintsOneLinePerFeed(t *testing.T) {
	dir := t.TempDir()
	feed := filepath.Join(dir, "feed.xml")
	page := filepath.Join(dir, "page.html")
	for name, text := range map[string]string{
		feed: `<rss version="2.0"><channel><title>Mühle</title><ttl>60</ttl><item><link>/1</link><title>Salt & bread</title>
<enclosure url="/1.mp3" length="7"/><pubDate>Mon, 06 May 2024 07:08:09 +0200</pubDate></item></channel></rss>`,
		page: "<!doctype html><title>x</title>",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lines, err := runParse(t, "", "--url", "https://courier.example/feed", feed, page, filepath.Join(dir, "absent"))
	if code, text := judge(t.Context(), err); code != exitInput || !strings.Contains(text, "page.html") || !strings.Contains(text, "absent") {
		t.Errorf("exit code %d, %q", code, text)
	}
	if len(lines) != 3 {
		t.Fatalf("%d lines", len(lines))
	}
	for path, want := range map[string]any{
		"ok": true, "feed.title": "Mühle", "feed.ttl": "60", "feed.format": "rss", "entries[0].title": "Salt & bread",
		"entries[0].link": "https://courier.example/1", "entries[0].published": "2024-05-06T05:08:09Z",
		"entries[0].enclosures[0].url": "https://courier.example/1.mp3", "entries[0].enclosures[0].length": "7", "entries[0].summary": nil,
	} {
		if got := at(lines[0], path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	if lines[1]["ok"] != false || lines[1]["kind"] != "not_feed" || lines[2]["ok"] != false {
		t.Errorf("%v", lines[1:])
	}
}

func TestParseReadsStandardInputUnderHeaders(t *testing.T) {
	body := "<rss><channel><title>\xED\xC5\xCC\xD8</title></channel></rss>"
	lines, err := runParse(t, body, "--header", "content-type:text/xml;charset=koi8-r", "-")
	if err != nil || at(lines[0], "feed.title") != "Мель" {
		t.Errorf("%v, %v", lines, err)
	}
	if _, err := runParse(t, body, "--header", "content-type", "-"); err == nil {
		t.Error("a header without a value was taken")
	} else if code, _ := judge(t.Context(), err); code != exitUsage {
		t.Errorf("exit code %d", code)
	}
	if _, err := runParse(t, strings.Repeat(" ", maxFeedFile+1), "-"); err == nil || !strings.Contains(err.Error(), "larger") {
		t.Errorf("too large: %v", err)
	}
}

// pathStep is a step of a path such as entries[0].title.
var pathStep = regexp.MustCompile(`[a-z_]+|\[\d+\]`)

// at returns what a path leads to in decoded JSON, nil when it leads nowhere.
func at(v any, path string) any {
	for _, step := range pathStep.FindAllString(path, -1) {
		if step[0] != '[' {
			object, _ := v.(map[string]any)
			v = object[step]
			continue
		}
		list, _ := v.([]any)
		i, _ := strconv.Atoi(step[1 : len(step)-1])
		if i >= len(list) {
			return nil
		}
		v = list[i]
	}
	return v
}

// vector is a feed with what is expected of it.
type vector struct {
	ID, Category string
	URL          string
	ContentType  string `json:"content_type"`
	Headers      map[string]string
	Checks       []vectorCheck
}

type vectorCheck struct {
	Path     string
	Alt      string `json:"alt_path"`
	Kind     string
	Want     any
	Text     string
	Optional bool
	Forbid   []string
}

// TestParseReadsTheVectors holds the share of a large collection of odd feeds
// that are read as expected above 99 of 100, and prints it by category.
func TestParseReadsTheVectors(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "feeds", "vectors")
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	if len(files) == 0 {
		t.Skip("no vectors in ../shared/data/feeds/vectors beside the repository")
	}
	passed, all := map[string]int{}, map[string]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v vector
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		args := []string{"--header", "Content-Type: " + v.ContentType, strings.TrimSuffix(file, ".json") + ".feed"}
		if v.URL != "" {
			args = append(args, "--url", v.URL)
		}
		for name, value := range v.Headers {
			args = append(args, "--header", name+": "+value)
		}
		lines, perr := runParse(t, "", args...)
		ok := len(lines) == 1
		for _, c := range v.Checks {
			if ok && !c.Optional && !c.holds(lines[0]) {
				t.Logf("%s: %s %s: want %q, got %q (%v)", v.ID, c.Path, c.Kind, c.Want, at(lines[0], c.Path), perr)
				ok = false
			}
		}
		for _, category := range []string{v.Category, "all"} {
			all[category]++
			if ok {
				passed[category]++
			}
		}
	}
	var table strings.Builder
	categories := make([]string, 0, len(all))
	for c := range all {
		categories = append(categories, c)
	}
	sort.Strings(categories)
	for _, c := range categories {
		fmt.Fprintf(&table, "%-16s %4d of %4d\n", c, passed[c], all[c])
	}
	t.Logf("vectors read as expected:\n%s", table.String())
	if passed["all"]*100 < all["all"]*99 {
		t.Errorf("%d of %d vectors", passed["all"], all["all"])
	}
}

func (c vectorCheck) holds(line map[string]any) bool {
	if c.Path == "ok" {
		return c.Kind == "any" || line["ok"] == c.Want
	}
	return c.met(at(line, c.Path)) || c.Alt != "" && c.met(at(line, c.Alt))
}

// met compares a value in the way that the check asks for.
func (c vectorCheck) met(value any) bool {
	got, _ := value.(string)
	want, _ := c.Want.(string)
	list, _ := value.([]any)
	trimmed := strings.TrimSpace(got)
	switch c.Kind {
	case "title":
		return spaced(got) == c.Text || textOfHTML(got) == c.Text || spaced(got) == spaced(want)
	case "title_exact":
		return spaced(got) == c.Text
	case "html":
		return sameHTML(got, want)
	case "textorhtml":
		return sameHTML(got, want) || c.Text != "" && textOfHTML(got) == spaced(c.Text)
	case "text_of":
		return textOfHTML(got) == spaced(want) || spaced(got) == spaced(want)
	case "html_lacks":
		for _, f := range c.Forbid {
			if strings.Contains(strings.ToLower(got), strings.ToLower(f)) {
				return false
			}
		}
		return value != nil
	case "uri":
		return trimmed == want || got != "" && sameURL(got, want)
	case "string":
		return trimmed == strings.TrimSpace(want)
	case "lang":
		return strings.EqualFold(trimmed, want)
	case "prefix":
		return strings.HasPrefix(trimmed, want)
	case "time":
		a, err1 := time.Parse(time.RFC3339, got)
		b, err2 := time.Parse(time.RFC3339, want)
		return err1 == nil && err2 == nil && a.Truncate(time.Second).Equal(b)
	case "absent":
		return got == ""
	case "contains":
		for _, x := range list {
			if s, _ := x.(string); strings.TrimSpace(s) == want {
				return true
			}
		}
	case "len":
		n, _ := c.Want.(float64)
		return len(list) == int(n)
	}
	return false
}

func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// textOfHTML is what a reader sees of HTML.
func textOfHTML(s string) string {
	var b strings.Builder
	for z := html.NewTokenizer(strings.NewReader(s)); z.Next() != html.ErrorToken; {
		if tok := z.Token(); tok.Type == html.TextToken {
			b.WriteString(tok.Data)
		}
	}
	return spaced(b.String())
}

func sameURL(a, b string) bool {
	u, err1 := url.Parse(strings.TrimSpace(a))
	v, err2 := url.Parse(strings.TrimSpace(b))
	return err1 == nil && err2 == nil && u.String() == v.String()
}

// sameHTML compares HTML by structure: attributes in any order, space
// collapsed, a div around all of it left out.
func sameHTML(a, b string) bool {
	return strings.TrimSpace(a) == strings.TrimSpace(b) || shape(a) == shape(b)
}

func shape(s string) string {
	nodes, err := html.ParseFragment(strings.NewReader(s), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return s
	}
	var kept []*html.Node
	for _, n := range nodes {
		if n.Type == html.ElementNode || n.Type == html.TextNode && strings.TrimSpace(n.Data) != "" {
			kept = append(kept, n)
		}
	}
	var b strings.Builder
	if len(kept) == 1 && kept[0].Data == "div" {
		for c := range kept[0].ChildNodes() {
			writeShape(&b, c)
		}
		return spaced(b.String())
	}
	for _, n := range kept {
		writeShape(&b, n)
	}
	return spaced(b.String())
}

func writeShape(b *strings.Builder, n *html.Node) {
	switch n.Type {
	case html.TextNode:
		b.WriteString(html.EscapeString(n.Data))
	case html.ElementNode:
		name := n.Data[strings.LastIndexByte(n.Data, ':')+1:]
		sort.Slice(n.Attr, func(i, j int) bool { return n.Attr[i].Key < n.Attr[j].Key })
		b.WriteString("<" + name)
		for _, a := range n.Attr {
			value := a.Val
			if u, err := url.Parse(strings.TrimSpace(value)); err == nil {
				value = u.String()
			}
			fmt.Fprintf(b, " %s=%q", a.Key, value)
		}
		b.WriteString(">")
		for c := range n.ChildNodes() {
			writeShape(b, c)
		}
		b.WriteString("</" + name + ">")
	}
}
