package digest

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"newsfold"
	"newsfold/internal/river"
)

// The types below are JSON Feed 1.1 with the extension that the package
// documents.
type (
	feed struct {
		Version     string  `json:"version"`
		Title       string  `json:"title"`
		Home        string  `json:"home_page_url,omitempty"`
		Self        string  `json:"feed_url,omitempty"`
		Description string  `json:"description"`
		Extension   summary `json:"_newsfold"`
		Items       []item  `json:"items"`
	}
	summary struct {
		About     string    `json:"about"`
		Since     instant   `json:"since,omitzero"`
		Until     instant   `json:"until,omitzero"`
		Generated instant   `json:"generated,omitzero"`
		Note      string    `json:"note,omitempty"`
		Stories   int       `json:"stories"`
		Articles  int       `json:"articles"`
		Updated   []changed `json:"updated,omitempty"`
	}
	changed struct {
		Story newsfold.StoryID `json:"story"`
		Title string           `json:"title"`
		URL   string           `json:"url,omitempty"`
		What  []string         `json:"what"`
	}
	item struct {
		ID        string   `json:"id"`
		URL       string   `json:"url,omitempty"`
		Title     string   `json:"title,omitempty"`
		HTML      string   `json:"content_html,omitempty"`
		Text      string   `json:"content_text,omitempty"`
		Summary   string   `json:"summary,omitempty"`
		Image     string   `json:"image,omitempty"`
		Published instant  `json:"date_published,omitzero"`
		Authors   []author `json:"authors,omitempty"`
		Language  string   `json:"language,omitempty"`
		Extension story    `json:"_newsfold"`
	}
	author struct {
		Name string `json:"name"`
	}
	story struct {
		Story   newsfold.StoryID    `json:"story"`
		Article newsfold.ArticleID  `json:"article,omitempty"`
		Time    instant             `json:"time,omitzero"`
		Outlet  string              `json:"outlet,omitempty"`
		Outlets int                 `json:"outlets"`
		Feeds   []river.Feed        `json:"feeds,omitempty"`
		First   newsfold.Provenance `json:"first"`
		Origins []newsfold.Origin   `json:"origins,omitempty"`
		Event   *river.Event        `json:"event,omitempty"`
		fold
		Copies []copied `json:"copies"`
	}
	copied struct {
		ID        newsfold.ArticleID `json:"id"`
		URL       string             `json:"url,omitempty"`
		Title     string             `json:"title,omitempty"`
		Outlet    string             `json:"outlet,omitempty"`
		Byline    string             `json:"byline,omitempty"`
		Language  string             `json:"language,omitempty"`
		Published instant            `json:"published,omitzero"`
		Seen      instant            `json:"seen,omitzero"`
		Words     int                `json:"words,omitempty"`
		fold
		Origins []newsfold.Origin `json:"origins,omitempty"`
	}
	fold struct {
		Relation newsfold.Relation   `json:"relation,omitempty"`
		With     newsfold.ArticleID  `json:"with,omitempty"`
		Score    float64             `json:"score,omitempty"`
		Evidence []newsfold.Evidence `json:"evidence,omitempty"`
	}
)

// instant is a time as RFC 3339 writes it, in UTC and to the second. One that
// RFC 3339 cannot write, before the year 0 or after 9999, is its zero value.
type instant struct{ s string }

func at(t time.Time) instant {
	t = t.UTC()
	if t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return instant{}
	}
	return instant{t.Format(time.RFC3339)}
}

func (i instant) MarshalText() ([]byte, error) { return []byte(i.s), nil }

func writeJSON(w io.Writer, d Digest) error {
	f := feed{
		Version: "https://jsonfeed.org/version/1.1",
		Title:   d.Title, Home: d.Home, Self: d.Self,
		Extension: summary{
			About: "newsfold: each story once, with its copies; the fields are explained in doc/json.md",
			Since: at(d.Since), Until: at(d.Until), Generated: at(d.Generated), Note: d.Note,
			Stories: len(d.Stories),
		},
		Items: make([]item, 0, len(d.Stories)),
	}
	for _, s := range d.Stories {
		f.Items = append(f.Items, itemOf(s))
		f.Extension.Articles += 1 + s.Copies
	}
	for _, u := range d.Updated {
		f.Extension.Updated = append(f.Extension.Updated, changed{u.Story.ID, u.Story.Title, webURL(u.Story.URL), u.What})
	}
	f.Description = fmt.Sprintf("%s, each told once, from %s",
		count(len(d.Stories), "story", "stories"), count(f.Extension.Articles, "article", "articles"))
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(f)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func itemOf(s river.Story) item {
	it := item{
		ID: fmt.Sprintf("newsfold:story:%d", s.ID), URL: webURL(s.URL), Title: s.Title,
		HTML: s.HTML, Text: s.Text, Summary: s.Lede, Image: webURL(s.Image),
		Published: at(first(s.Published, s.Time)), Language: s.Lang,
		Extension: story{
			Story: s.ID, Time: at(s.Time), Outlet: s.Outlet, Outlets: s.Outlets, Feeds: s.Feeds,
			First: s.First, Origins: s.Origins, Event: s.Event, Copies: []copied{},
		},
	}
	// The format asks for a text, and for one at least that is not empty.
	for _, text := range []string{s.Lede, s.Title, s.URL, it.ID} {
		if it.Text == "" && it.HTML == "" {
			it.Text = text
		}
	}
	for _, name := range []string{s.Byline, s.Outlet} {
		if name != "" && it.Authors == nil {
			it.Authors = []author{{name}}
		}
	}
	it.Extension.First.Confidence = finite(s.First.Confidence)
	for _, a := range s.Articles {
		if a.Lead {
			it.Extension.Article, it.Extension.fold = a.ID, foldOf(a)
		}
	}
	for _, a := range copies(s) {
		it.Extension.Copies = append(it.Extension.Copies, copyOf(a))
	}
	return it
}

func copyOf(a river.Article) copied {
	return copied{
		ID: a.ID, URL: webURL(a.URL), Title: a.Title, Outlet: a.Outlet, Byline: a.Byline,
		Language: a.Lang, Published: at(a.Published), Seen: at(a.Seen), Words: a.Words,
		fold: foldOf(a), Origins: a.Origins,
	}
}

// foldOf says why an article is in its story; nothing for the one that founded
// it.
func foldOf(a river.Article) fold {
	if !a.Relation.Copies() {
		return fold{}
	}
	evidence := slices.Clone(a.Evidence)
	for i := range evidence {
		evidence[i].Value = finite(evidence[i].Value)
	}
	return fold{a.Relation, a.With, finite(a.Score), evidence}
}

// finite replaces what JSON has no notation for.
func finite(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}
