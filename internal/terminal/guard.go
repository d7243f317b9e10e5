package terminal

import (
	"fmt"
	"runtime/debug"

	tea "charm.land/bubbletea/v2"
)

// guard turns a panic of the model into the program's orderly end: what a panic
// prints while the terminal is ours would be lost or lie across the screen.
type guard struct{ m *model }

// Init implements tea.Model.
func (g *guard) Init() (cmd tea.Cmd) {
	defer g.catch(&cmd)
	return g.m.start()
}

// Update implements tea.Model.
func (g *guard) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	defer g.catch(&cmd)
	if g.m.fault != nil {
		return g, tea.Quit
	}
	return g, g.m.update(msg)
}

// View implements tea.Model.
func (g *guard) View() (v tea.View) {
	defer func() {
		if r := recover(); r != nil {
			g.m.fail(r)
			v = tea.NewView("")
		}
		v.AltScreen = true
	}()
	if g.m.fault != nil {
		return tea.NewView("")
	}
	return g.m.view()
}

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
