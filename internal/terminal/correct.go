package terminal

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"newsfold"
	"newsfold/internal/control"
	"newsfold/internal/river"
)

// correction is what is done to the story of some copies, or taken back.
type correction struct {
	story newsfold.StoryID // that is shown
	note  string           // what was done, for the person
	back  bool             // it took one back
	do    func(ctx context.Context) (control.Corrected, error)
}

// corrected is the answer to a correction: the story as it is now.
type corrected struct {
	correction
	st river.Story
}

// split takes an article out of its story.
func (m *model) split(st *river.Story, a *river.Article) tea.Cmd {
	if len(st.Articles) < 2 {
		m.note = "There is nothing that it could be split from."
		return nil
	}
	// What stays is shown.
	stays, c, id := st.Articles[0].ID, m.opts.Client, a.ID
	if stays == id {
		stays = st.Articles[1].ID
	}
	return m.correct(stays, correction{story: st.ID, note: "Split: that of " + clean(a.Outlet) + " is a story of its own.", do: func(ctx context.Context) (control.Corrected, error) {
		return c.Split(ctx, []newsfold.ArticleID{id})
	}})
}

// lead makes an article the one that stands for its story.
func (m *model) lead(st *river.Story, a *river.Article) tea.Cmd {
	if a.Lead {
		m.note = "It is the lead."
		return nil
	}
	c, id := m.opts.Client, a.ID
	return m.correct(id, correction{story: st.ID, note: "The lead is that of " + clean(a.Outlet) + " now.", do: func(ctx context.Context) (control.Corrected, error) {
		return c.Lead(ctx, []newsfold.ArticleID{id})
	}})
}

// correct carries a correction out and then asks for the story of an article.
func (m *model) correct(show newsfold.ArticleID, by correction) tea.Cmd {
	c := m.opts.Client
	return m.ask("folding …", func(ctx context.Context) (any, error) {
		// Leaving must not tear what is being stored from what is shown.
		if _, err := by.do(context.WithoutCancel(ctx)); err != nil {
			return nil, err
		}
		st, err := c.Show(ctx, show)
		return corrected{by, st}, err
	})
}

// amend shows what a correction has come to wherever its story is shown.
func (m *model) amend(v corrected) tea.Cmd {
	m.note = v.note
	if !v.back {
		m.remember(deed{ids: []newsfold.StoryID{v.st.ID}, fold: v.st.Articles[0].ID})
	}
	for _, p := range m.pages {
		switch p := p.(type) {
		case *list:
			p.loaded = false
		case *story:
			if p.st.ID == v.story {
				p.st, p.width = v.st, 0
			}
		case *copies:
			if p.st.ID == v.story {
				p.st, p.at = v.st, min(p.at, len(v.st.Articles)-1)
			}
		}
	}
	if l, ok := m.top().(*list); ok {
		return m.load(l)
	}
	return nil
}
