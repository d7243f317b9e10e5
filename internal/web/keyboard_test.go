package web_test

import (
	"os"
	"strings"
	"testing"
)

// TestKeyboardAndMarksInABrowser drives the script as a reader does.
func TestKeyboardAndMarksInABrowser(t *testing.T) {
	b := browse(t)
	s := open(t, newsroom) // 5 (starred), 1, 4 (read), 6, 7 (read)
	b.screen(1280, 860, "light")
	b.visit(s.URL + "/")
	here := func() any { return b.eval(`document.querySelector(".is-here")?.dataset.id || ""`) }

	b.press("j")
	if got := here(); got != "5" {
		t.Fatalf("j goes to %v, want the first story", got)
	}
	b.press("j", "j", "k")
	if got := here(); got != "1" {
		t.Fatalf("j j k goes to %v, want the second story", got)
	}
	b.press("m")
	b.until(`document.querySelector("#s1.is-read [aria-pressed=true].read")`)
	if !s.story(1).Read {
		t.Error("m did not mark the story")
	}
	b.press("s")
	b.until(`document.querySelector("#s1 .star[aria-pressed=true]")`)
	b.press("m")
	b.until(`!document.querySelector("#s1.is-read")`)
	if st := s.story(1); st.Read || !st.Starred {
		t.Errorf("after m s m: read %v, starred %v", st.Read, st.Starred)
	}

	b.press("A")
	b.until(`document.getElementById("notice").textContent.includes("Marked 2 stories as read.")`)
	if !s.story(5).Read || !s.story(1).Read || s.story(6).Read {
		t.Error("A did not mark the stories above")
	}
	b.press("u")
	b.until(`document.getElementById("notice").textContent.includes("2 stories are unread again.")`)
	if s.story(5).Read || s.story(1).Read {
		t.Error("u did not undo")
	}

	b.press("o")
	b.until(`location.pathname === "/story/1" && document.readyState === "complete"`)
	b.press("m")
	b.until(`document.querySelector(".whole.is-read")`)
	if got := b.eval(`document.querySelector(".finish").textContent + " " + document.querySelector(".next").getAttribute("href")`); got != "Mark as unread /story/4" {
		t.Errorf("the end of the story offers %v", got)
	}
	b.press("j")
	b.until(`location.pathname === "/story/4" && document.readyState === "complete"`)
	b.press("o")
	b.until(`location.pathname === "/" && document.readyState === "complete"`)
	if got := here(); got != "4" {
		t.Errorf("back in the river at %v, want 4", got)
	}

	b.press("?")
	b.until(`document.getElementById("keys").open`)
	b.press("j") // nothing moves under the help
	b.eval(`document.getElementById("keys").close()`)
	if got := here(); got != "4" {
		t.Errorf("the help let a key through to %v", got)
	}
	b.press("/")
	b.until(`document.activeElement.id === "find"`)
	b.eval(`document.activeElement.blur()`)
	b.press("g", "f")
	b.until(`location.pathname === "/feeds" && document.readyState === "complete"`)
	b.press("g", "u")
	b.until(`location.search === "?unread=1" && document.readyState === "complete"`)
	b.press("g", "g")
	if got := here(); got != "5" {
		t.Errorf("g g goes to %v", got)
	}
	for _, c := range b.complaints(s.URL) {
		t.Error(c)
	}

	t.Run("the server is gone", func(t *testing.T) {
		s.CloseClientConnections()
		s.Close()
		b.press("m")
		b.until(`document.getElementById("notice").textContent.includes("does not answer")`)
	})
}

// TestMarksWithoutScriptInABrowser: the forms work by themselves, also under a
// name without https, where browsers leave out Sec-Fetch-Site and what tells a
// form of ours from a foreign one is the Origin header.
func TestMarksWithoutScriptInABrowser(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "news.home"} {
		t.Run(host, func(t *testing.T) {
			b := browse(t)
			s := open(t, newsroom)
			home := strings.Replace(s.URL, "127.0.0.1", host, 1)
			b.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
			b.visit(home + "/?unread=1")
			b.eval(`document.querySelector("#s1 .act.read").click()`)
			b.until(`location.hash === "#s1" && !document.getElementById("s1")`)
			if !s.story(1).Read {
				t.Error("the story is not marked")
			}
			b.eval(`document.querySelector("button.quiet").click()`)
			b.until(`document.querySelector("#notice button")`)
			if !s.story(6).Read {
				t.Error("the other stories are not marked")
			}
			b.eval(`document.querySelector("#notice button").click()`)
			b.until(`location.search.includes("undone=2")`)
			if s.story(6).Read {
				t.Error("the mark is not undone")
			}
		})
	}
}

// TestAccessibilityInABrowser runs axe-core (https://github.com/dequelabs/axe-core)
// over every page. NEWSFOLD_AXE names its script.
func TestAccessibilityInABrowser(t *testing.T) {
	file := os.Getenv("NEWSFOLD_AXE")
	if file == "" {
		t.Skip("set NEWSFOLD_AXE to the path of axe.min.js")
	}
	axe, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b := browse(t)
	s := openWith(t, newsroom, gated(t, true))
	empty := openWith(t, nil, gated(t, true))
	in, _ := locked(t, nil)
	told := open(t, happened)
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int{1280, 390} {
			b.screen(width, 860, scheme)
			for _, url := range []string{
				s.URL + "/", s.URL + "/?marked=2&undo=00", s.URL + "/?feed=2&unread=1", s.URL + "/story/1", s.URL + "/story/5", s.URL + "/story/7",
				s.URL + "/story/1/compare/2", s.URL + "/feeds", s.URL + "/story/99", s.URL + "/feeds/1", s.URL + "/feeds/2?did=saved", s.URL + "/add", s.URL + "/?find=ferry", told.URL + "/events", told.URL + "/event/1", told.URL + "/story/5", in.URL + "/login", empty.URL + "/", empty.URL + "/feeds",
			} {
				b.visit(url)
				b.eval(`for (const d of document.querySelectorAll("details")) d.open = true`)
				b.eval(string(axe) + "; 1")
				found := b.eval(`axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => v.impact + " " + v.id + ": " + v.nodes.slice(0, 3).map(n => n.html + " " + n.failureSummary).join("\n  ")).join("\n"))`)
				if text, _ := found.(string); text != "" {
					t.Errorf("%s, %s, %d wide:\n%s", url[strings.Index(url[8:], "/")+8:], scheme, width, text)
				}
			}
		}
	}
}
