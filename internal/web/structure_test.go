package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"newsfold/internal/web"
	"newsfold/store"

	xhtml "golang.org/x/net/html"
)

// TestStructureIsAccessible checks without a browser what assistive technology
// relies on: names, headings in order, landmarks, references that lead
// somewhere.
func TestStructureIsAccessible(t *testing.T) {
	s := openWith(t, newsroom, gated(t, true))
	empty := openWith(t, nil, gated(t, true))
	for _, url := range []string{
		s.URL + "/", s.URL + "/?marked=1&undo=00", s.URL + "/?feed=2", s.URL + "/story/1", s.URL + "/story/5", s.URL + "/story/7", s.URL + "/story/1/compare/2",
		s.URL + "/feeds", s.URL + "/feeds/1", s.URL + "/feeds?did=imported&n=2", s.URL + "/add?url=https://a.example/", s.URL + "/?folder=News", s.URL + "/nowhere", empty.URL + "/", empty.URL + "/feeds",
	} {
		site, path := s, strings.TrimPrefix(url, s.URL)
		if rest, ok := strings.CutPrefix(url, empty.URL); ok {
			site, path = empty, rest
		}
		root, err := xhtml.Parse(strings.NewReader(site.get(path).body))
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range append(barriers(root), faults(t, site.get(path).body)...) {
			t.Errorf("%s: %s", path, bad)
		}
	}
}

// barriers lists what would stand in a reader's way.
func barriers(root *xhtml.Node) (bad []string) {
	ids, labelled, landmarks := map[string]bool{}, map[string]bool{}, map[string]int{}
	for n := range root.Descendants() {
		ids[get(n, "id")] = true
		if n.Data == "label" {
			labelled[get(n, "for")] = true
		}
	}
	level := 0
	for n := range root.Descendants() {
		if n.Type != xhtml.ElementNode {
			continue
		}
		landmarks[n.Data]++
		for _, key := range []string{"for", "form", "aria-labelledby"} {
			if id := get(n, key); id != "" && !ids[id] {
				bad = append(bad, fmt.Sprintf("<%s %s> names %q, which is not there", n.Data, key, id))
			}
		}
		if to := get(n, "href"); strings.HasPrefix(to, "#") && !ids[to[1:]] {
			bad = append(bad, "link to "+to+", which is not there")
		}
		switch n.Data {
		case "html":
			if get(n, "lang") == "" {
				bad = append(bad, "the page has no language")
			}
		case "a", "button", "summary", "h1", "h2", "h3", "th":
			if strings.TrimSpace(words(n)) == "" && get(n, "aria-label") == "" {
				bad = append(bad, fmt.Sprintf("<%s class=%q> has no name", n.Data, get(n, "class")))
			}
		case "select", "input":
			if get(n, "type") != "hidden" && !labelled[get(n, "id")] {
				bad = append(bad, "<"+n.Data+"> has no label")
			}
		case "svg":
			if get(n, "aria-hidden") != "true" && get(n, "aria-label") == "" && n.Parent.Data != "svg" && n.Parent.Data != "body" {
				bad = append(bad, "a picture without words")
			}
		case "time":
			if get(n, "datetime") == "" {
				bad = append(bad, "a time without datetime")
			}
		}
		if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
			now := int(n.Data[1] - '0')
			if now > level+1 {
				bad = append(bad, fmt.Sprintf("<%s> comes after level %d", n.Data, level))
			}
			level = now
		}
	}
	for _, l := range []string{"header", "nav", "main", "footer"} {
		if landmarks[l] == 0 {
			bad = append(bad, "has no <"+l+">")
		}
	}
	return bad
}

func get(n *xhtml.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func words(n *xhtml.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == xhtml.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// broken is a store whose disk fails.
type broken struct {
	store.DB
	err error
}

func (b broken) View(context.Context, func(store.Tx) error) error   { return b.err }
func (b broken) Update(context.Context, func(store.Tx) error) error { return b.err }

func TestFaultsOfTheStoreAreSaid(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		want   int
		says   string
		logged bool
	}{
		"full":      {fmt.Errorf("write: %w", store.ErrFull), 507, "disk is full", true},
		"damaged":   {fmt.Errorf("page 7: %w", store.ErrForeign), 500, "could not be read", true},
		"too slow":  {context.DeadlineExceeded, 503, "busy for too long", false},
		"gone away": {context.Canceled, 503, "busy for too long", false},
		"anything":  {errors.New("secret path /home/x"), 500, "could not be read", true},
	} {
		t.Run(name, func(t *testing.T) {
			var log strings.Builder
			h, err := web.New(web.Options{DB: broken{err: c.err}, Log: logTo(&log)})
			if err != nil {
				t.Fatal(err)
			}
			get := httptest.NewRecorder()
			h.ServeHTTP(get, httptest.NewRequest("GET", "http://localhost/", nil))
			form := url.Values{"do": {"read"}}
			r := httptest.NewRequest("POST", "http://localhost/story/1/mark", strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Accept", "application/json")
			post := httptest.NewRecorder()
			h.ServeHTTP(post, r)
			for what, w := range map[string]*httptest.ResponseRecorder{"page": get, "mark": post} {
				if w.Code != c.want || !strings.Contains(w.Body.String(), c.says) {
					t.Errorf("%s: status %d, want %d\n%s", what, w.Code, c.want, w.Body)
				}
				if strings.Contains(w.Body.String(), "secret") {
					t.Errorf("%s shows what is for the log", what)
				}
			}
			if got := strings.Count(log.String(), "level=ERROR"); got != map[bool]int{true: 2}[c.logged] {
				t.Errorf("the log has %d lines:\n%s", got, &log)
			}
		})
	}
}

func TestAStoreIsNeeded(t *testing.T) {
	if _, err := web.New(web.Options{}); err == nil || !strings.Contains(err.Error(), "Options.DB") {
		t.Errorf("error is %v", err)
	}
}
