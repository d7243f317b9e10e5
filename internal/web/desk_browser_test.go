package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"newsfold"
	"newsfold/store"
)

// TestDeskInABrowser does by mouse what a new owner does: search, split and
// undo, add a feed, bring a list, read by scrolling.
func TestDeskInABrowser(t *testing.T) {
	b := browse(t)
	site := street(t)
	s := openWith(t, func(f *filler) {
		newsroom(f)
		for id := range newsfold.ArticleID(7) {
			if err := f.tx.Append(store.Folds, id+1); err != nil {
				t.Fatal(err)
			}
		}
	}, gated(t, true))
	b.screen(1280, 860, "light")
	click := func(selector string) { b.eval(fmt.Sprintf("document.querySelector(%s).click()", quote(selector))) }
	loaded := `document.readyState === "complete"`

	b.visit(s.URL + "/")
	b.eval(`document.getElementById("find").value = "flour"; 1`)
	click(".pick button")
	b.until(`location.search.includes("find=flour") && ` + loaded)
	if got := b.eval(`document.querySelectorAll(".story").length + " " + document.querySelector(".story mark").textContent`); got != "1 flour" {
		t.Errorf("the search shows %v", got)
	}

	b.visit(s.URL + "/story/1")
	click(`#a2 .correct button`)
	b.until(`location.search === "?did=split" && ` + loaded)
	if n := len(s.story(1).Articles); n != 2 {
		t.Errorf("after the split the story has %d articles", n)
	}
	click("#notice button")
	b.until(`location.search === "?did=unfold" && ` + loaded)
	if n := len(s.story(1).Articles); n != 3 {
		t.Errorf("after undo the story has %d articles", n)
	}

	b.visit(s.URL + "/add")
	b.eval(`document.getElementById("url").value = ` + quote(site.URL) + `; 1`)
	click(`button[value="preview"]`)
	b.until(`document.querySelector(".announced button") && ` + loaded)
	click(".announced button")
	b.until(`location.search.includes("did=added") && ` + loaded)
	if got := b.eval(`document.querySelector(".story h3").textContent`); got != "The lamps are lit" {
		t.Errorf("the new feed's story is %v", got)
	}

	list := filepath.Join(t.TempDir(), "list.opml")
	if err := os.WriteFile(list, []byte(`<opml version="2.0"><body><outline type="rss" text="Late" xmlUrl="`+site.URL+`/late"/></body></opml>`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.visit(s.URL + "/add")
	var found struct {
		Root   struct{ NodeID int }
		NodeID int
	}
	b.call("DOM.getDocument", nil, &found)
	b.call("DOM.querySelector", map[string]any{"nodeId": found.Root.NodeID, "selector": "#file"}, &found)
	b.call("DOM.setFileInputFiles", map[string]any{"nodeId": found.NodeID, "files": []string{list}}, nil)
	click(`form[enctype] button`)
	b.until(`location.search.includes("did=imported") && ` + loaded)
	if got := b.eval(`document.querySelector("#notice").textContent + document.querySelector("#progress").textContent.trim()`); got != "Subscribed to 1 feed.Reading new feeds  5 of 7" {
		t.Errorf("after the import the page says %q", got)
	}
	for _, c := range b.complaints(s.URL) {
		t.Error(c)
	}
}

func TestScrollingMarksWhatWasSeenInABrowser(t *testing.T) {
	b := browse(t)
	s := openWith(t, func(f *filler) { many(f, 40) }, gated(t, false))
	b.screen(800, 600, "light")
	b.visit(s.URL + "/")
	b.eval(`scrollTo(0, document.body.scrollHeight / 2)`)
	b.eval(`new Promise((r) => setTimeout(r, 900))`)
	if n := b.eval(`document.querySelectorAll(".story.is-read").length`); n != 0.0 {
		t.Fatalf("%v stories were marked without the setting", n)
	}
	b.eval(`scrollTo(0, 0); document.getElementById("scroll").click()`)
	// The page's own observer was there first, so it has seen what is shown, too.
	b.eval(`new Promise((r) => new IntersectionObserver((_, o) => { o.disconnect(); r(); }).observe(document.querySelector(".story")))`)
	b.eval(`scrollTo(0, 700)`)
	b.until(`document.querySelector(".story.is-read") && document.getElementById("notice").textContent.includes("as read.")`)
	if got := b.eval(`[...document.querySelectorAll(".story")].every((s) => s.classList.contains("is-read") === (s.getBoundingClientRect().bottom <= 0))`); got != true {
		t.Error("other stories were marked than those that went off the top")
	}
	if !s.story(40).Read || s.story(1).Read {
		t.Errorf("the first story is read %v, the last %v", s.story(40).Read, s.story(1).Read)
	}
	b.eval(`document.querySelector("#notice button").click()`)
	b.until(`!document.querySelector(".story.is-read")`)
	if s.story(40).Read {
		t.Error("the mark is not taken back")
	}
	for _, c := range b.complaints(s.URL) {
		t.Error(c)
	}
}
