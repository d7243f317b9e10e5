package reading

import (
	"cmp"
	"fmt"
	"html"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/river"
	"newsfold/store"
)

// Full is an item with all that is shown of it.
type Full struct {
	Item
	Title     string
	Author    string
	URL       string
	HTML      string // safe to show; ends with the copies that are folded under it
	Image     string
	Lang      string
	Dir       string // "rtl" or empty
	Published time.Time
	Words     int
}

// Load completes items.
func (rd Reader) Load(tx store.Tx, items []Item) ([]Full, error) {
	out := make([]Full, 0, len(items))
	for _, it := range items {
		f, err := rd.load(tx, it)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func (rd Reader) load(tx store.Tx, it Item) (Full, error) {
	st, err := tx.Story(it.Story)
	if err != nil {
		return Full{}, err
	}
	id := st.Lead
	if rd.Copies {
		id = newsfold.ArticleID(it.ID)
	}
	a, err := tx.Article(id)
	if err != nil {
		return Full{}, fmt.Errorf("article %d of story %d: %w", id, st.ID, err)
	}
	body, err := tx.Body(id)
	if err != nil {
		return Full{}, err
	}
	shown, err := river.LoadArticle(tx, id)
	if err != nil {
		return Full{}, err
	}
	f := Full{
		Item: it, Title: shown.Title, Author: cmp.Or(a.Byline, a.Outlet), URL: shown.URL, HTML: body.HTML,
		Image: a.Image, Lang: a.Lang, Dir: a.Dir, Published: a.Time(), Words: a.Page.Words,
	}
	if f.HTML == "" {
		f.HTML = paragraphs(cmp.Or(body.Text, a.Lede))
	}
	if rd.Copies || len(st.Articles) < 2 {
		return f, nil
	}
	also, err := also(tx, &st)
	f.HTML += also
	return f, err
}

// mostCopies is how many copies are named below an item.
const mostCopies = 20

// also tells, as HTML, which copies are folded under an item and who was first.
func also(tx store.Tx, st *newsfold.Story) (string, error) {
	var b strings.Builder
	b.WriteString("<hr><p>")
	if st.First.Outlet != "" && st.First.Confidence >= .5 {
		b.WriteString("First: " + html.EscapeString(st.First.Outlet) + ". ")
	}
	b.WriteString("Also published:</p><ul>")
	n := 0
	for _, id := range st.Articles {
		if id == st.Lead {
			continue
		}
		if n++; n > mostCopies {
			continue
		}
		a, err := river.LoadArticle(tx, id)
		if err != nil {
			return "", err
		}
		title := html.EscapeString(a.Title)
		if strings.HasPrefix(a.URL, "https://") || strings.HasPrefix(a.URL, "http://") {
			title = `<a href="` + html.EscapeString(a.URL) + `">` + title + "</a>"
		}
		b.WriteString("<li>")
		if a.Outlet != "" {
			b.WriteString(html.EscapeString(a.Outlet) + ": ")
		}
		b.WriteString(title)
		if a.Relation.Copies() {
			b.WriteString(" (" + string(a.Relation) + ")")
		}
		b.WriteString("</li>")
	}
	if n > mostCopies {
		fmt.Fprintf(&b, "<li>and %d more</li>", n-mostCopies)
	}
	b.WriteString("</ul>")
	return b.String(), nil
}

// paragraphs makes HTML of plain text with blank lines between paragraphs.
func paragraphs(text string) string {
	var b strings.Builder
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			b.WriteString("<p>" + html.EscapeString(p) + "</p>")
		}
	}
	return b.String()
}
