package terminal

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"newsfold"
	"newsfold/internal/control"
	"newsfold/internal/river"
)

// A list begins with so many stories and asks for twice as many when its end is
// reached, to a bound that keeps a store of millions from filling the memory.
const (
	firstPage = 500
	maxPage   = 16000
	maxFound  = 1000 // of a search
)

// list is the river, or what a search found.
type list struct {
	query  string // empty: the river
	unread bool   // without what was read when it was loaded
	limit  int

	loaded  bool
	more    bool
	stories []river.Story
	at, up  int // the chosen story; the uppermost on the screen
}

// loaded is the answer to load.
type loaded struct {
	list    *list
	stories []river.Story
	more    bool
}

// load asks for the stories of a list.
func (m *model) load(l *list) tea.Cmd {
	busy := "loading …"
	if l.query != "" {
		busy = "searching …"
	}
	query, unread, limit, c := l.query, l.unread, l.limit, m.opts.Client
	return m.ask(busy, func(ctx context.Context) (any, error) {
		a := loaded{list: l}
		if query != "" {
			found, err := c.Search(ctx, control.SearchRequest{Query: query, Limit: min(limit, maxFound)}, func(int) {})
			for _, r := range found.Stories {
				a.stories = append(a.stories, r.Story)
			}
			a.more = found.More
			return a, err
		}
		end, err := c.List(ctx, control.ListRequest{Unread: unread, Limit: limit}, func(st river.Story) error {
			a.stories = append(a.stories, st)
			return nil
		})
		a.more = end.More
		return a, err
	})
}

// take shows what was loaded, with the same story chosen as before if it is there.
func (l *list) take(m *model, a loaded) tea.Cmd {
	var was newsfold.StoryID
	if st := l.chosen(); st != nil {
		was = st.ID
	}
	l.stories, l.more, l.loaded = a.stories, a.more, true
	for _, d := range m.pending() {
		m.apply(d) // what was asked for before a mark was written does not know it
	}
	l.at = min(l.at, max(len(l.stories)-1, 0))
	for i := range l.stories {
		if l.stories[i].ID == was {
			l.at = i
		}
	}
	return nil
}

// pending are the deeds that the store may not know yet.
func (m *model) pending() []deed {
	var all []deed
	if m.marks.now != nil {
		all = append(all, m.marks.now.deed)
	}
	return append(all, m.marks.waiting...)
}

func (l *list) chosen() *river.Story {
	if l.at < 0 || l.at >= len(l.stories) {
		return nil
	}
	return &l.stories[l.at]
}

func (l *list) title() string {
	what := count(len(l.stories), "story", "stories")
	if l.more {
		what = "the first " + what
	}
	unread := 0
	for i := range l.stories {
		if !l.stories[i].Read {
			unread++
		}
	}
	what += fmt.Sprintf(", %d unread", unread)
	switch {
	case !l.loaded && l.query != "":
		return l.query
	case !l.loaded:
		return "…"
	case l.query != "":
		return l.query + " · " + what
	case l.unread:
		return what + " · read ones hidden"
	}
	return what
}

func (l *list) hints() string {
	if l.query != "" {
		return "q:back Enter:open n/p:unread N:read s:star A:all read u:undo /:search ?:help"
	}
	return "q:quit Enter:open n/p:unread N:read s:star A:all read u:undo /:search ?:help"
}

func (l *list) press(m *model, key string) tea.Cmd {
	st := l.chosen()
	switch key {
	case "r", "ctrl+r":
		return m.load(l)
	case "l":
		if l.query == "" {
			l.unread = !l.unread
			return m.load(l)
		}
		m.note = `Search for "is:unread" instead.`
	case "A":
		d := deed{mark: control.MarkRead}
		for i := range l.stories {
			if !l.stories[i].Read {
				d.ids = append(d.ids, l.stories[i].ID)
			}
		}
		return m.act(d)
	case "n", "p":
		if !l.seek(key) {
			m.note = "No more unread stories here."
		}
	case "enter", "right":
		if st != nil {
			return m.open(st.ID)
		}
	case "o":
		if st != nil {
			return tea.Batch(m.browse(st.URL), m.readOnce(st))
		}
	case "c":
		if st != nil {
			return m.openCopies(st.ID)
		}
	case "N":
		return m.toggleRead(st)
	case "s":
		return m.toggleStar(st)
	default:
		return l.move(m, key)
	}
	return nil
}

// seek chooses the next unread story, or the one before.
func (l *list) seek(key string) bool {
	step := 1
	if key == "p" {
		step = -1
	}
	for i := l.at + step; i >= 0 && i < len(l.stories); i += step {
		if !l.stories[i].Read {
			l.at = i
			return true
		}
	}
	return false
}

// move chooses another story, and asks for more when the end is reached.
func (l *list) move(m *model, key string) tea.Cmd {
	last := max(len(l.stories)-1, 0)
	l.at = min(max(moved(key, l.at, last, max(m.height-2, 1)), 0), last)
	most := maxPage
	if l.query != "" {
		most = maxFound
	}
	if l.at == last && l.more && l.limit < most && m.busy == "" {
		l.limit *= 2
		return m.load(l)
	}
	return nil
}

// moved is where a key of movement leads from a line, on a screen of so many.
func moved(key string, at, last, height int) int {
	switch key {
	case "j", "down", "ctrl+n":
		return at + 1
	case "k", "up", "ctrl+p":
		return at - 1
	case "space", " ", "pgdown", "ctrl+f":
		return at + height
	case "b", "pgup", "ctrl+b":
		return at - height
	case "ctrl+d":
		return at + max(height/2, 1)
	case "ctrl+u":
		return at - max(height/2, 1)
	case "g", "home":
		return 0
	case "G", "end":
		return last
	}
	return at
}

func (m *model) toggleRead(st *river.Story) tea.Cmd {
	switch {
	case st == nil:
		return nil
	case st.Read:
		return m.act(deed{ids: []newsfold.StoryID{st.ID}, mark: control.MarkUnread})
	}
	return m.act(deed{ids: []newsfold.StoryID{st.ID}, mark: control.MarkRead})
}

func (m *model) toggleStar(st *river.Story) tea.Cmd {
	switch {
	case st == nil:
		return nil
	case st.Starred:
		return m.act(deed{ids: []newsfold.StoryID{st.ID}, mark: control.MarkUnstar})
	}
	return m.act(deed{ids: []newsfold.StoryID{st.ID}, mark: control.MarkStar})
}

// readOnce marks a story read because it is being read: nothing to undo.
func (m *model) readOnce(st *river.Story) tea.Cmd {
	if st.Read {
		return nil
	}
	return m.mark(deed{ids: []newsfold.StoryID{st.ID}, mark: control.MarkRead})
}

func (l *list) body(m *model, height int) []string {
	if len(l.stories) == 0 {
		if !l.loaded {
			return nil
		}
		text := "No stories. Press q, and say `newsfold add URL` to subscribe to a feed."
		switch {
		case l.query != "":
			text = "Nothing was found."
		case l.unread:
			text = "Nothing unread. Press l to see what was read."
		}
		return []string{"", "  " + m.ruler.fit(text, m.width-2)}
	}
	l.up = scrolled(l.up, l.at, len(l.stories), height)
	now := m.opts.Now()
	var lines []string
	for i := l.up; i < len(l.stories) && len(lines) < height; i++ {
		lines = append(lines, m.row(&l.stories[i], now, i == l.at))
	}
	return lines
}

// scrolled moves the upper edge of a window as little as shows a line.
func scrolled(up, at, lines, height int) int {
	up = min(up, at, max(lines-height, 0))
	return max(up, at-height+1, 0)
}

// Widths of the columns of a list, and from which width of the screen on they are
// there.
const (
	clockColumn  = 10
	outletColumn = 20
	copiesColumn = 4
	wide         = 72
	medium       = 44
)

// row is one story of a list.
func (m *model) row(st *river.Story, now time.Time, chosen bool) string {
	flags := " "
	if !st.Read {
		flags = "N"
	}
	if st.Starred {
		flags += "*"
	} else {
		flags += " "
	}
	before, after := " "+flags+" ", ""
	if m.width >= medium {
		before += fmt.Sprintf("%-*s  ", clockColumn, river.Clock(st.Time, now))
		copies := ""
		if st.Copies > 0 {
			copies = fmt.Sprintf("+%d", min(st.Copies, 999))
		}
		after = fmt.Sprintf("%*s ", copiesColumn, copies)
	}
	if m.width >= wide {
		after += " " + m.ruler.column(clean(st.Outlet), outletColumn)
	}
	title := m.ruler.column(clean(st.Title), max(m.width-len(before)-m.ruler.width(after), 0))
	if chosen {
		return styled(invert, before+title+after)
	}
	if !st.Read {
		title = styled(bold, title)
	}
	return strings.TrimRight(before+title+styled(faint, after), " ")
}
