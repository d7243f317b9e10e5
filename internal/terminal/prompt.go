package terminal

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// maxQuery is how long a query may become, in bytes.
const maxQuery = 1000

// prompt is a line that the person types.
type prompt struct {
	label string
	text  string
}

func (p *prompt) press(m *model, msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "esc", "ctrl+g":
		m.prompt = nil
	case "enter", "ctrl+j":
		m.prompt = nil
		return m.search(strings.TrimSpace(p.text))
	case "backspace", "ctrl+h":
		p.erase()
	case "ctrl+u":
		p.text = ""
	case "ctrl+w":
		p.text = strings.TrimRight(p.text, " ")
		p.text = p.text[:strings.LastIndexByte(p.text, ' ')+1]
	default:
		p.insert(msg.Text)
	}
	return nil
}

// insert adds what was typed or pasted.
func (p *prompt) insert(text string) {
	kept := clean(text)
	if strings.HasPrefix(text, " ") && p.text != "" { // clean takes outer spaces away
		kept = " " + kept
	}
	if text != " " && strings.HasSuffix(text, " ") {
		kept += " "
	}
	if len(p.text)+len(kept) <= maxQuery {
		p.text += kept
	}
}

// erase takes the last letter away, with all its marks.
func (p *prompt) erase() {
	at := 0
	for i := 0; i < len(p.text); {
		at = i
		cluster, _ := ansi.FirstGraphemeCluster(p.text[i:], ansi.GraphemeWidth)
		i += len(cluster)
	}
	p.text = p.text[:at]
}

// draw returns the line and the column of the cursor. Of a text that is too long
// the end is shown.
func (p *prompt) draw(l ruler, width int) (string, int) {
	room := width - l.width(p.label) - 2
	shown := p.text
	for l.width(shown) > max(room, 0) {
		cluster, _ := ansi.FirstGraphemeCluster(shown, l.method)
		shown = shown[len(cluster):]
	}
	line := " " + p.label + Isolated(shown)
	return line, l.width(line)
}
