package terminal

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"newsfold"
	"newsfold/internal/control"
	"newsfold/internal/diff"
	"newsfold/internal/river"
)

// copies is the articles of a story, the lead first.
type copies struct {
	st     river.Story
	at, up int
}

// openCopies asks for the copies of a story and opens them.
func (m *model) openCopies(id newsfold.StoryID) tea.Cmd {
	if s, ok := m.top().(*story); ok && s.st.ID == id {
		m.pages = append(m.pages, &copies{st: s.st})
		return nil
	}
	c := m.opts.Client
	return m.ask("opening …", func(ctx context.Context) (any, error) {
		st, err := c.Show(ctx, newsfold.ArticleID(id))
		return &copies{st: st}, err
	})
}

func (c *copies) title() string { return "copies of " + c.st.Title }

func (c *copies) hints() string { return "q:back Enter:compare x:split L:lead u:undo o:browser ?:help" }

func (c *copies) press(m *model, key string) tea.Cmd {
	last := max(len(c.st.Articles)-1, 0)
	c.at = min(max(moved(key, c.at, last, max(m.height-2, 1)), 0), last)
	if len(c.st.Articles) == 0 {
		return nil
	}
	a := &c.st.Articles[c.at]
	switch key {
	case "enter", "right", "d":
		if a.Lead {
			m.note = "This is the lead, which the others are compared with."
			return nil
		}
		return m.compare(&c.st, a)
	case "o":
		return m.browse(a.URL)
	case "x":
		return m.split(&c.st, a)
	case "L":
		return m.lead(&c.st, a)
	}
	return nil
}

func (c *copies) body(m *model, height int) []string {
	var lines []string
	rows := height
	why := 0
	if height >= 10 { // room for the evidence of the chosen one
		why = height / 3
		rows -= why + 1
	}
	c.up = scrolled(c.up, c.at, len(c.st.Articles), rows)
	for i := c.up; i < len(c.st.Articles) && len(lines) < rows; i++ {
		lines = append(lines, c.row(m, &c.st.Articles[i], i == c.at))
	}
	if why > 0 && c.at < len(c.st.Articles) {
		lines = append(lines, "")
		f := &flow{ruler: m.ruler, columns: max(min(m.width-2, measure), 1)}
		c.reasons(f, &c.st.Articles[c.at])
		for _, l := range f.lines[:min(len(f.lines), why)] {
			lines = append(lines, " "+l)
		}
	}
	return lines
}

func (c *copies) row(m *model, a *river.Article, chosen bool) string {
	relation := string(a.Relation)
	if a.Lead {
		relation = "lead"
	}
	before := fmt.Sprintf(" %-11s ", relation)
	if m.width >= medium {
		before += fmt.Sprintf("%8s  ", river.Lag(a.Time().Sub(c.st.Time)))
	}
	outlet := outletColumn
	if m.width < wide {
		outlet = 12
	}
	before += m.ruler.column(clean(a.Outlet), outlet) + "  "
	line := before + m.ruler.column(clean(a.Title), max(m.width-m.ruler.width(before), 0))
	if chosen {
		return styled(invert, line)
	}
	return strings.TrimRight(line, " ")
}

// reasons says why an article was folded.
func (c *copies) reasons(f *flow, a *river.Article) {
	if a.With != 0 {
		with := fmt.Sprintf("article %d", a.With)
		for i := range c.st.Articles {
			if o := &c.st.Articles[i]; o.ID == a.With {
				with = "that of " + clean(o.Outlet)
			}
		}
		f.para(fmt.Sprintf("%s, compared with %s: score %.2f, %s", a.Relation, with, a.Score, count(a.Words, "word", "words")), bold)
	}
	for _, e := range a.Evidence {
		f.para("· "+clean(river.Because(e)), "")
	}
	for _, o := range a.Origins {
		f.para("· says it is from "+strings.TrimSpace(clean(o.Name)+" "+clean(o.URL))+" ("+clean(o.Kind)+")", "")
	}
}

// comparison is how a copy differs from the lead of its story.
type comparison struct {
	scroll
	lead, copy control.Wording
	outlets    [2]string
	relation   newsfold.Relation
	url        string
	titles     []diff.Run
	runs       []diff.Run
	cut        bool
}

// compare asks for the texts of a copy and of the lead, and compares them.
func (m *model) compare(st *river.Story, a *river.Article) tea.Cmd {
	lead := a
	for i := range st.Articles {
		if st.Articles[i].Lead {
			lead = &st.Articles[i]
		}
	}
	x := &comparison{outlets: [2]string{lead.Outlet, a.Outlet}, relation: a.Relation, url: a.URL}
	c, of, with := m.opts.Client, lead.ID, a.ID
	return m.ask("comparing …", func(ctx context.Context) (_ any, err error) {
		if x.lead, err = latest(ctx, c, of); err != nil {
			return nil, err
		}
		if x.copy, err = latest(ctx, c, with); err != nil {
			return nil, err
		}
		x.titles, _ = diff.Runs(x.lead.Title, x.copy.Title)
		x.runs, x.cut = diff.Runs(x.lead.Text, x.copy.Text)
		return x, nil
	})
}

// latest is what an article says now.
func latest(ctx context.Context, c *control.Client, id newsfold.ArticleID) (control.Wording, error) {
	h, err := c.History(ctx, id)
	if err != nil || len(h.Versions) == 0 {
		return control.Wording{Title: h.Title}, err
	}
	return h.Versions[len(h.Versions)-1], nil
}

func (x *comparison) title() string { return x.outlets[1] + " against " + x.outlets[0] }

func (x *comparison) hints() string {
	return "q:back n/p:next/previous change space:on o:browser   [-left out-] {+added+}"
}

func (x *comparison) press(m *model, key string) tea.Cmd {
	switch key {
	case "o":
		return m.browse(x.url)
	case "n":
		for _, s := range x.stops {
			if s > x.up {
				x.up = s
				return nil
			}
		}
		m.note = "No change after this."
	case "p":
		for i := len(x.stops) - 1; i >= 0; i-- {
			if x.stops[i] < x.up {
				x.up = x.stops[i]
				return nil
			}
		}
		m.note = "No change before this."
	}
	x.scroll.press(m, key)
	return nil
}

func (x *comparison) body(m *model, height int) []string {
	x.laid(m, x.lay)
	return x.window(height)
}

func (x *comparison) lay(f *flow) {
	in, out := changes(x.runs)
	f.para(fmt.Sprintf("%s: %s; against %s: %s in, %d out", clean(x.outlets[1]), x.relation, clean(x.outlets[0]), count(in, "word", "words"), out), faint)
	f.blank()
	x.marked(f, x.titles, bold)
	f.blank()
	x.marked(f, x.runs, "")
	if x.cut {
		f.blank()
		f.para(fmt.Sprintf("Only the first %d words are compared.", diff.MaxWords), faint)
	}
}

// changes counts the words that came in and went out.
func changes(runs []diff.Run) (in, out int) {
	for _, r := range runs {
		switch n := len(strings.Fields(r.Text)); r.Op {
		case diff.New:
			in += n
		case diff.Gone:
			out += n
		case diff.Same:
		}
	}
	return in, out
}

// marked lays a comparison out: by colours and, where there are none, by signs.
func (x *comparison) marked(f *flow, runs []diff.Run, style string) {
	for _, r := range runs {
		open, end, as := "", "", style
		switch r.Op {
		case diff.New:
			open, end, as = "{+", "+}", style+green
		case diff.Gone:
			open, end, as = "[-", "-]", style+red
		case diff.Same:
		}
		if r.Op != diff.Same && (len(x.stops) == 0 || x.stops[len(x.stops)-1] != len(f.lines)) {
			x.stops = append(x.stops, len(f.lines))
		}
		bare := strings.TrimRight(r.Text, " \n")
		for i, p := range strings.Split(bare, "\n\n") {
			if i > 0 {
				f.turn()
				f.blank()
			}
			if p = clean(p); p != "" {
				f.enclosed(open, p, end, as)
			}
		}
		switch after := r.Text[len(bare):]; {
		case strings.Contains(after, "\n\n"):
			f.turn()
			f.blank()
		case after != "":
			f.gap = " "
		}
	}
	f.turn()
}
