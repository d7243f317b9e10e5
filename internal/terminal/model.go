package terminal

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"newsfold"
	"newsfold/internal/control"
	"newsfold/internal/river"
)

// page is what fills the screen between the two lines that are always there.
type page interface {
	title() string                      // for the line above; may hold a publisher's words
	hints() string                      // the keys that matter most, for the line below
	body(m *model, height int) []string // at most height lines
	press(m *model, key string) tea.Cmd
}

// model is all that the reader knows. Only the program's loop touches it.
type model struct {
	ctx    context.Context // of all that reads; ends with the program
	opts   Options
	ruler  ruler
	width  int
	height int

	pages  []page // the river first; the last is shown
	prompt *prompt
	note   string // one remark, until the next key
	busy   string // what is being waited for
	turn   int    // of the latest question, whose answer alone is wanted
	marks  marks
	done   []deed // that undo takes back, the last first
	fault  error  // a panic
}

// maxUndo is how many markings and corrections can be taken back.
const maxUndo = 100

func newModel(ctx context.Context, opts Options) *model {
	m := &model{ctx: ctx, opts: opts, ruler: ruler{ansi.WcWidth}, marks: marks{client: opts.Client}}
	m.pages = []page{&list{unread: opts.Unread, limit: firstPage}}
	return m
}

func (m *model) start() tea.Cmd {
	if m.opts.Query != "" {
		l := &list{query: m.opts.Query, limit: firstPage}
		m.pages = append(m.pages, l)
		return m.load(l)
	}
	return m.load(m.pages[0].(*list))
}

func (m *model) top() page { return m.pages[len(m.pages)-1] }

// ask runs what takes time. Its message comes with the number of the question, by
// which a late answer is known: see answered.
func (m *model) ask(busy string, fn func(ctx context.Context) (any, error)) tea.Cmd {
	m.turn++
	turn, ctx := m.turn, m.ctx
	m.busy = busy
	return safely(func() tea.Msg {
		v, err := fn(ctx)
		return answered{turn, v, err}
	})
}

// answered is the message of an answer.
type answered struct {
	turn  int
	value any
	err   error
}

// update takes a message in.
func (m *model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.ModeReportMsg:
		// The renderer measures by graphemes from now on: so must we.
		if msg.Mode == ansi.ModeUnicodeCore && (msg.Value == ansi.ModeSet || msg.Value == ansi.ModeReset || msg.Value == ansi.ModePermanentlySet) {
			m.ruler.method = ansi.GraphemeWidth
		}
	case tea.KeyPressMsg:
		m.note = ""
		return m.key(msg)
	case tea.PasteMsg:
		if m.prompt != nil {
			m.prompt.insert(msg.Content)
		}
	case answered:
		if msg.turn == m.turn { // else the person has gone on meanwhile
			m.busy = ""
			return m.answer(msg)
		}
	case written:
		return m.settled(msg)
	case shut:
		if msg.err != nil {
			m.note = "The browser: " + msg.err.Error()
		}
	case crashed:
		m.fault = msg.cause
		return tea.Quit
	}
	return nil
}

func (m *model) answer(a answered) tea.Cmd {
	if a.err != nil {
		if !errors.Is(a.err, context.Canceled) {
			m.note = a.err.Error()
		}
		return nil
	}
	switch v := a.value.(type) {
	case loaded:
		return v.list.take(m, v)
	case river.Story:
		return m.show(v)
	case corrected:
		return m.amend(v)
	case *copies:
		m.pages = append(m.pages, v)
	case *comparison:
		m.pages = append(m.pages, v)
	}
	return nil
}

// key does what a key says.
func (m *model) key(msg tea.KeyPressMsg) tea.Cmd {
	key := msg.String()
	switch {
	case key == "ctrl+c":
		return tea.Quit
	case key == "ctrl+z":
		return tea.Suspend
	case m.prompt != nil:
		return m.prompt.press(m, msg)
	}
	switch key {
	case "Q":
		return tea.Quit
	case "q", "esc", "h", "left":
		return m.back(key)
	case "?", "f1":
		if _, open := m.top().(*help); !open {
			m.pages = append(m.pages, &help{})
		}
	case "/":
		m.prompt = &prompt{label: "search: "}
	case "u":
		return m.undo()
	case "ctrl+l":
		return tea.ClearScreen
	default:
		return m.top().press(m, key)
	}
	return nil
}

// back leaves the page that is shown or, by q, the reader.
func (m *model) back(key string) tea.Cmd {
	if m.busy != "" { // whatever it was, it is not waited for any more
		m.turn++
		m.busy = ""
		if key != "q" || len(m.pages) > 1 {
			return nil
		}
	}
	switch {
	case len(m.pages) > 1:
		m.pages = m.pages[:len(m.pages)-1]
		if l, ok := m.top().(*list); ok && !l.loaded {
			return m.load(l)
		}
	case key == "q":
		return tea.Quit
	}
	return nil
}

// search opens what a query finds.
func (m *model) search(query string) tea.Cmd {
	if query == "" {
		return nil
	}
	l := &list{query: query, limit: firstPage}
	if was, ok := m.top().(*list); ok && was.query != "" {
		m.pages = m.pages[:len(m.pages)-1]
	}
	m.pages = append(m.pages, l)
	return m.load(l)
}

// mark marks stories at once here, and soon in the store.
func (m *model) mark(d deed) tea.Cmd {
	if len(d.ids) == 0 {
		return nil
	}
	m.apply(d)
	return m.marks.add(m.ctx, d)
}

// act is mark for what the person said in so many words, and may take back.
func (m *model) act(d deed) tea.Cmd {
	if len(d.ids) == 0 {
		return nil
	}
	m.remember(d)
	m.note = d.String()
	return m.mark(d)
}

// remember keeps what was done, for undo.
func (m *model) remember(d deed) {
	m.done = append(m.done, d)
	if len(m.done) > maxUndo {
		m.done = m.done[1:]
	}
}

func (m *model) undo() tea.Cmd {
	if len(m.done) == 0 {
		m.note = "Nothing to undo."
		return nil
	}
	d := m.done[len(m.done)-1]
	m.done = m.done[:len(m.done)-1]
	if d.fold != 0 {
		return m.correct(d.fold, correction{story: d.ids[0], note: "Undone: as it was folded before.", back: true, do: m.opts.Client.Undo})
	}
	m.note = "Undone: " + d.String()
	return m.mark(d.inverse())
}

// apply shows a deed wherever its stories are shown.
func (m *model) apply(d deed) {
	in := make(map[newsfold.StoryID]bool, len(d.ids))
	for _, id := range d.ids {
		in[id] = true
	}
	for _, p := range m.pages {
		switch p := p.(type) {
		case *list:
			for i := range p.stories {
				if in[p.stories[i].ID] {
					set(&p.stories[i], d.mark)
				}
			}
		case *story:
			if in[p.st.ID] {
				set(&p.st, d.mark)
			}
		}
	}
}

func set(st *river.Story, mark control.Mark) {
	switch mark {
	case control.MarkRead, control.MarkUnread:
		st.Read = mark == control.MarkRead
	case control.MarkStar, control.MarkUnstar:
		st.Starred = mark == control.MarkStar
	}
}

// settled goes on when a deed is written; one that could not be is taken back
// here too.
func (m *model) settled(w written) tea.Cmd {
	if w.err != nil {
		m.apply(w.deed.inverse())
		m.note = "Not marked: " + w.err.Error()
	}
	return m.marks.next(m.ctx)
}

// shut is the message that a browser has ended, or could not begin.
type shut struct{ err error }

// browse opens an address outside.
func (m *model) browse(address string) tea.Cmd {
	cmd, terminal, err := browser(address, m.opts.Getenv)
	if err != nil {
		m.note = err.Error()
		return nil
	}
	if terminal {
		return tea.ExecProcess(cmd, func(err error) tea.Msg { return shut{err} })
	}
	m.note = "Opening " + address
	return safely(func() tea.Msg { return shut{run(cmd)} })
}

// run waits for a command whose output nobody wants but its last words.
func run(cmd *exec.Cmd) error {
	cmd.WaitDelay = time.Second
	return cmd.Run()
}

// view draws the screen.
func (m *model) view() tea.View {
	if m.width <= 0 || m.height <= 0 {
		return tea.NewView("")
	}
	body := m.top().body(m, max(m.height-2, 0))
	lines := make([]string, 0, m.height)
	if m.height > 1 {
		lines = append(lines, styled(invert, " newsfold · "+m.ruler.column(clean(m.top().title()), m.width-12)))
	}
	lines = append(lines, body[:min(len(body), max(m.height-2, 0))]...)
	for len(lines) < m.height-1 {
		lines = append(lines, "")
	}
	foot, cursor := m.foot()
	v := tea.NewView(strings.Join(append(lines, foot), "\n"))
	if cursor >= 0 {
		v.Cursor = tea.NewCursor(min(cursor, m.width-1), m.height-1)
	}
	return v
}

// foot is the last line, and where in it the cursor stands: -1 for nowhere.
func (m *model) foot() (line string, cursor int) {
	switch {
	case m.prompt != nil:
		return m.prompt.draw(m.ruler, m.width)
	case m.note != "":
		return " " + m.ruler.column(clean(m.note), m.width-1), -1
	case m.busy != "":
		return styled(faint, " "+m.ruler.column(m.busy, m.width-1)), -1
	}
	return styled(faint, " "+m.ruler.column(m.top().hints(), m.width-1)), -1
}
