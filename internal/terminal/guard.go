package terminal

import (
	"fmt"
	"runtime/debug"

	tea "charm.land/bubbletea/v2"
)

// guard turns a panic of the model into the program's orderly end: what a panic
// prints while the terminal is ours would be lost or lie across the screen. It
// draws when something has happened, where ending is possible still, and not when
// the renderer asks.
type guard struct {
	m     *model
	frame tea.View
}

// Init implements tea.Model.
func (g *guard) Init() (cmd tea.Cmd) {
	defer g.catch(&cmd)
	return g.m.start()
}

// Update implements tea.Model.
func (g *guard) Update(msg tea.Msg) (same tea.Model, cmd tea.Cmd) {
	same = g // also when it panics
	defer g.catch(&cmd)
	cmd = g.m.update(msg)
	g.frame = g.m.view()
	return same, cmd
}

// View implements tea.Model.
func (g *guard) View() tea.View {
	v := g.frame
	v.AltScreen = true
	return v
}

// catch ends the program where something panics.
func (g *guard) catch(cmd *tea.Cmd) {
	if r := recover(); r != nil {
		g.m.fail(r)
		*cmd = tea.Quit
	}
}

// fail remembers a panic.
func (m *model) fail(r any) {
	if m.fault == nil {
		m.fault = fmt.Errorf("the reader broke down, which is a fault of newsfold: %v\n%s", r, debug.Stack())
	}
}

// crashed is the message of a command that panicked.
type crashed struct{ cause error }

// safely runs a command and makes a panic a message.
func safely(fn func() tea.Msg) tea.Cmd {
	return func() (msg tea.Msg) {
		defer func() {
			if r := recover(); r != nil {
				msg = crashed{fmt.Errorf("the reader broke down, which is a fault of newsfold: %v\n%s", r, debug.Stack())}
			}
		}()
		return fn()
	}
}
