package terminal

import (
	"fmt"

	tea "charm.land/bubbletea/v2"
)

// bindings are the keys, as the help shows them.
var bindings = [...]struct{ keys, what string }{
	{"", "Everywhere"},
	{"j k ↓ ↑", "a line on, a line back"},
	{"space b PgDn PgUp", "a screen on, a screen back"},
	{"g G Home End", "to the beginning, to the end"},
	{"/", "search, as `newsfold search` does: \"a phrase\", -not, site:"},
	{"u", "undo the last N, s, A, x or L"},
	{"q Esc h ←", "back; q leaves the reader from its first page"},
	{"Q Ctrl-C", "leave the reader"},
	{"Ctrl-L Ctrl-Z", "draw the screen anew; put the reader aside"},
	{"", "Stories"},
	{"Enter →", "open the story, and mark it read"},
	{"o", "open it in the browser ($BROWSER)"},
	{"c", "its copies: what each is, how much later, and why"},
	{"n p", "the next unread story, the one before"},
	{"N", "mark it read or unread"},
	{"s", "star it, or take the star away"},
	{"A", "mark all stories listed read"},
	{"l", "hide or show what is read"},
	{"r", "load the stories anew"},
	{"", "In a story"},
	{"n p", "open the next unread story, the one before"},
	{"J K", "open the next story, the one before"},
	{"o c N s", "as above"},
	{"", "Copies"},
	{"Enter", "compare the copy with the lead, word by word"},
	{"o", "open the copy in the browser"},
	{"x", "split it from its story, for good"},
	{"L", "make it the lead, for good"},
	{"n p", "in a comparison: the next change, the one before"},
}

// help is the list of keys.
type help struct{ scroll }

func (h *help) title() string { return "keys" }

func (h *help) hints() string { return "q:back" }

func (h *help) press(m *model, key string) tea.Cmd {
	h.scroll.press(m, key)
	return nil
}

func (h *help) body(m *model, height int) []string {
	h.laid(m, func(f *flow) {
		for i, b := range bindings {
			if b.keys == "" {
				if i > 0 {
					f.blank()
				}
				f.para(b.what, bold)
				continue
			}
			f.para(fmt.Sprintf("%s%s", m.ruler.column(b.keys, 19), b.what), "")
		}
	})
	return h.window(height)
}
