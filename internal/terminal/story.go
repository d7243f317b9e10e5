package terminal

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"newsfold"
	"newsfold/internal/river"
)

// measure is the widest a line of text gets: longer ones are hard to read.
const measure = 90

// scroll is a text that may be longer than the screen.
type scroll struct {
	up    int
	lines []string
	width int   // that lines are laid out for; 0: none
	stops []int // lines that n and p go to
}

// window returns the lines on the screen.
func (s *scroll) window(height int) []string {
	s.up = max(min(s.up, len(s.lines)-height), 0)
	return s.lines[s.up:min(s.up+height, len(s.lines))]
}

// laid lays the text out where the width has changed, and stays at the same place
// in it.
func (s *scroll) laid(m *model, lay func(f *flow)) {
	if s.width == m.width {
		return
	}
	part := 0.0
	if len(s.lines) > 0 {
		part = float64(s.up) / float64(len(s.lines))
	}
	f := &flow{ruler: m.ruler, columns: max(min(m.width-2, measure), 1)}
	s.stops = nil
	lay(f)
	s.lines, s.width = f.lines, m.width
	for i, l := range s.lines {
		if l != "" {
			s.lines[i] = " " + l // no isolate may begin a line: it belongs to the sign before it
		}
	}
	s.up = int(part * float64(len(s.lines)))
}

func (s *scroll) press(m *model, key string) {
	s.up = moved(key, s.up, len(s.lines), max(m.height-2, 1))
}

// story is one story with the text of its lead.
type story struct {
	scroll
	st river.Story
}

// open asks for a story, chosen in the list below.
func (m *model) open(id newsfold.StoryID) tea.Cmd {
	c := m.opts.Client
	return m.ask("opening …", func(ctx context.Context) (any, error) {
		return c.Show(ctx, newsfold.ArticleID(id))
	})
}

// show puts a story on the screen, in the place of one that is there, and marks
// it read.
func (m *model) show(st river.Story) tea.Cmd {
	for _, d := range m.pending() {
		for _, id := range d.ids {
			if id == st.ID {
				set(&st, d.mark)
			}
		}
	}
	s := &story{st: st}
	if _, ok := m.top().(*story); ok {
		m.pages[len(m.pages)-1] = s
	} else {
		m.pages = append(m.pages, s)
	}
	return m.readOnce(&s.st)
}

func (s *story) title() string { return s.st.Title }

func (s *story) hints() string {
	return "q:back space:on n/p:next/previous unread o:browser c:copies s:star N:unread u:undo ?:help"
}

func (s *story) press(m *model, key string) tea.Cmd {
	switch key {
	case "n", "p", "J", "K":
		return m.beside(key)
	case "o":
		return m.browse(s.st.URL)
	case "c", "tab":
		return m.openCopies(s.st.ID)
	case "N":
		return m.toggleRead(&s.st)
	case "s":
		return m.toggleStar(&s.st)
	}
	s.scroll.press(m, key)
	return nil
}

// beside opens the next story of the list below: by n and p the next unread one.
func (m *model) beside(key string) tea.Cmd {
	for i := len(m.pages) - 1; i >= 0; i-- {
		l, ok := m.pages[i].(*list)
		if !ok {
			continue
		}
		was := l.at
		switch key {
		case "J":
			l.at = min(l.at+1, len(l.stories)-1)
		case "K":
			l.at = max(l.at-1, 0)
		default:
			l.seek(key)
		}
		if l.at == was {
			m.note = "No more stories that way."
			return nil
		}
		return m.open(l.stories[l.at].ID)
	}
	return nil
}

func (s *story) body(m *model, height int) []string {
	s.laid(m, func(f *flow) { s.lay(m, f) })
	return s.window(height)
}

func (s *story) lay(m *model, f *flow) {
	st := &s.st
	f.para(clean(st.Title), bold)
	by := clean(st.Outlet)
	if st.Byline != "" {
		by += " · " + clean(st.Byline)
	}
	f.para(by+" · "+st.Time.Local().Format("2006-01-02 15:04"), faint)
	f.para(clean(st.URL), faint)
	if len(st.Tags) > 0 {
		f.para("Tags: "+clean(strings.Join(st.Tags, ", ")), faint)
	}
	if len(st.Articles) > 1 {
		f.para(fmt.Sprintf("+%s in %s: press c", count(st.Copies, "copy", "copies"), count(st.Outlets, "outlet", "outlets")), faint)
	}
	for para := range strings.SplitSeq(st.Text, "\n\n") {
		if p := clean(para); p != "" {
			f.blank()
			f.para(p, "")
		}
	}
	if st.First.Outlet != "" && (st.Copies > 0 || st.First.Article == 0) {
		f.blank()
		f.para(fmt.Sprintf("First: %s (%s sure: %s)", clean(st.First.Outlet), river.Percent(st.First.Confidence), clean(st.First.Reason)), "")
	}
	if st.Copies > 0 {
		f.blank()
		f.para(count(st.Copies, "copy", "copies")+" in "+count(st.Outlets, "outlet", "outlets"), bold)
		for i := range st.Articles {
			if a := &st.Articles[i]; !a.Lead {
				f.para(fmt.Sprintf("%s: %s, %s after", clean(a.Outlet), a.Relation, river.Lag(a.Time().Sub(st.Time))), "")
			}
		}
	}
	if st.Event != nil && len(st.Event.Reports) > 1 {
		f.blank()
		f.para("What happened is also reported by", bold)
		for _, r := range st.Event.Reports {
			if r.ID != st.ID {
				f.para(clean(r.Outlet)+": "+clean(r.Title), "")
			}
		}
	}
}
