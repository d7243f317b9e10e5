package river

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"newsfold"
	"newsfold/extract"
	"newsfold/store"
)

// Story is one story as a reader sees it. Times that are not known are left
// out.
type Story struct {
	ID        newsfold.StoryID    `json:"id"`
	Title     string              `json:"title"`
	URL       string              `json:"url"`
	Outlet    string              `json:"outlet,omitempty"`
	Byline    string              `json:"byline,omitempty"`
	Lang      string              `json:"lang,omitempty"`
	Dir       string              `json:"dir,omitempty"`
	Lede      string              `json:"lede,omitempty"`
	Image     string              `json:"image,omitempty"`
	Time      time.Time           `json:"time"`
	Published time.Time           `json:"published,omitzero"`
	Copies    int                 `json:"copies"`
	Outlets   int                 `json:"outlets"`
	First     newsfold.Provenance `json:"first"`
	Feeds     []Feed              `json:"feeds"`
	Read      bool                `json:"read"`
	Starred   bool                `json:"starred"`
	Hidden    bool                `json:"hidden,omitempty"`
	Tags      []string            `json:"tags,omitempty"`

	// Event is what the story reports together with others; nil when it is
	// alone.
	Event *Event `json:"event,omitempty"`

	// Articles are all articles of the story, the lead first, then by time:
	// when asked for.
	Articles []Article `json:"articles,omitempty"`

	// The lead's text: only from Load and Fill.
	Text    string            `json:"text,omitempty"`
	HTML    string            `json:"html,omitempty"`
	Origins []newsfold.Origin `json:"origins,omitempty"`
	Cited   []string          `json:"cited,omitempty"` // outlets whose reports it stands on; only from Load
}

// Feed names a feed that carries a story.
type Feed struct {
	ID    newsfold.FeedID `json:"id"`
	Title string          `json:"title"`
}

// Article is one article of a story.
type Article struct {
	ID        newsfold.ArticleID  `json:"id"`
	Lead      bool                `json:"lead"`
	Title     string              `json:"title"`
	URL       string              `json:"url"`
	Outlet    string              `json:"outlet,omitempty"`
	Byline    string              `json:"byline,omitempty"`
	Lang      string              `json:"lang,omitempty"`
	Published time.Time           `json:"published,omitzero"`
	Seen      time.Time           `json:"seen"`
	Words     int                 `json:"words"`
	Body      newsfold.PageState  `json:"body"`            // where the text comes from
	Error     string              `json:"error,omitempty"` // why it is not the page's
	Relation  newsfold.Relation   `json:"relation,omitempty"`
	With      newsfold.ArticleID  `json:"with,omitempty"`
	Score     float64             `json:"score,omitempty"`
	Evidence  []newsfold.Evidence `json:"evidence,omitempty"`
	Links     []newsfold.Link     `json:"links,omitempty"`
	Origins   []newsfold.Origin   `json:"origins,omitempty"`
	Feeds     []Feed              `json:"feeds,omitempty"`
}

// Query selects stories for [List].
type Query struct {
	store.Query
	Articles bool // fill Story.Articles
}

// List returns the stories that a query asks for, newest first, and whether
// there are more than its limit.
func List(tx store.Tx, q Query) (stories []Story, more bool, err error) {
	limit := q.Limit
	if limit > 0 {
		q.Limit++
	}
	l := newLoader(tx)
	for s, err := range tx.Stories(q.Query) {
		if err != nil {
			return nil, false, err
		}
		if limit > 0 && len(stories) == limit {
			return stories, true, nil
		}
		st, err := l.story(s, q.Articles)
		if err != nil {
			return nil, false, err
		}
		stories = append(stories, st)
	}
	return stories, false, nil
}

// ErrUnfolded says that an article is in no story yet. It wraps
// [newsfold.ErrNotFound].
var ErrUnfolded = fmt.Errorf("not folded into a story yet, try again in a moment: %w", newsfold.ErrNotFound)

// Load returns the story that an article is in, whole: its lead's text and all
// articles with their evidence. The ID of a story names one of its articles, so
// it is found the same way, also after it was merged into another story.
func Load(tx store.Tx, id newsfold.ArticleID) (Story, error) {
	st, err := Outline(tx, id)
	if err != nil {
		return st, err
	}
	err = st.Fill(tx)
	st.Cited = extract.Cited(st.Text)
	return st, err
}

// Fill adds the text of the lead to a story of [Outline].
func (s *Story) Fill(tx store.Tx) error {
	for _, a := range s.Articles {
		if a.Lead {
			body, err := tx.Body(a.ID)
			s.Text, s.HTML = body.Text, body.HTML
			return err
		}
	}
	return nil
}

// Outline returns what Load does but the lead's text, which is most of it.
func Outline(tx store.Tx, id newsfold.ArticleID) (Story, error) {
	a, err := tx.Article(id)
	if err != nil {
		return Story{}, err
	}
	if a.Story == 0 {
		return Story{}, fmt.Errorf("article %d: %w", id, ErrUnfolded)
	}
	s, err := tx.Story(a.Story)
	if err != nil {
		return Story{}, err
	}
	l := newLoader(tx)
	st, err := l.story(s, true)
	if err != nil {
		return Story{}, err
	}
	if st.Event != nil {
		st.Event.Reports, err = reports(l.tx, st.Event.ID)
	}
	return st, err
}

// LoadArticle returns one article as a story shows it.
func LoadArticle(tx store.Tx, id newsfold.ArticleID) (Article, error) {
	a, err := tx.Article(id)
	if err != nil {
		return Article{}, err
	}
	s, err := tx.Story(a.Story)
	if err != nil && !errors.Is(err, newsfold.ErrNotFound) {
		return Article{}, err
	}
	l := newLoader(tx)
	return l.article(a, s.Lead == id)
}

// loader joins within one transaction.
type loader struct {
	tx    store.Tx
	feeds map[newsfold.FeedID]string // what they are called
	sizes map[newsfold.StoryID]int   // of events
}

func newLoader(tx store.Tx) *loader {
	return &loader{tx: tx, feeds: map[newsfold.FeedID]string{}, sizes: map[newsfold.StoryID]int{}}
}

func (l *loader) story(s newsfold.Story, articles bool) (Story, error) {
	lead, err := l.tx.Article(s.Lead)
	if err != nil {
		return Story{}, fmt.Errorf("lead of story %d: %w", s.ID, err)
	}
	feeds, err := l.named(s.Feeds)
	if err != nil {
		return Story{}, err
	}
	st := Story{
		ID: s.ID, Title: lead.Title, URL: lead.Link, Outlet: lead.Outlet, Byline: lead.Byline,
		Lang: lead.Lang, Dir: lead.Dir, Lede: lead.Lede, Image: lead.Image,
		Time: s.Time, Published: lead.Published, Copies: s.Copies(), Outlets: s.Outlets,
		First: s.First, Feeds: feeds, Read: s.Read, Starred: s.Starred, Hidden: s.Hidden, Tags: s.Tags, Origins: lead.Origins,
	}
	if st.Event, err = l.event(s.ID); err != nil {
		return Story{}, err
	}
	if st.URL == "" {
		st.URL = address(lead)
	}
	if st.Title == "" {
		st.Title = untitled(lead)
	}
	if !articles {
		return st, nil
	}
	for _, id := range s.Articles {
		a := lead
		if id != s.Lead {
			if a, err = l.tx.Article(id); err != nil {
				return Story{}, fmt.Errorf("article of story %d: %w", s.ID, err)
			}
		}
		ra, err := l.article(a, id == s.Lead)
		if err != nil {
			return Story{}, err
		}
		st.Articles = append(st.Articles, ra)
	}
	slices.SortStableFunc(st.Articles, func(a, b Article) int {
		if a.Lead != b.Lead {
			if a.Lead {
				return -1
			}
			return 1
		}
		return a.Time().Compare(b.Time())
	})
	return st, nil
}

func (l *loader) article(a newsfold.Article, lead bool) (Article, error) {
	ids := make([]newsfold.FeedID, 0, len(a.Entries))
	for _, e := range a.Entries {
		if !slices.Contains(ids, e.Feed) {
			ids = append(ids, e.Feed)
		}
	}
	feeds, err := l.named(ids)
	if err != nil {
		return Article{}, err
	}
	ra := Article{
		ID: a.ID, Lead: lead, Title: a.Title, URL: a.Link, Outlet: a.Outlet, Byline: a.Byline, Lang: a.Lang,
		Published: a.Published, Seen: a.Seen, Words: a.Page.Words, Body: a.Page.State, Error: a.Page.Error,
		Relation: a.Fold.Relation, With: a.Fold.With, Score: a.Fold.Score,
		Evidence: a.Fold.Evidence, Links: a.Fold.Links, Origins: a.Origins, Feeds: feeds,
	}
	if ra.URL == "" {
		ra.URL = address(a)
	}
	if ra.Title == "" {
		ra.Title = untitled(a)
	}
	return ra, nil
}

// Time is when the article appeared as far as can be told.
func (a *Article) Time() time.Time {
	if a.Published.IsZero() || a.Published.After(a.Seen) {
		return a.Seen
	}
	return a.Published
}

// named returns the feeds that are still subscribed, with what they are called.
func (l *loader) named(ids []newsfold.FeedID) ([]Feed, error) {
	feeds := make([]Feed, 0, len(ids))
	for _, id := range ids {
		title, ok := l.feeds[id]
		if !ok {
			f, err := l.tx.Feed(id)
			switch {
			case errors.Is(err, newsfold.ErrNotFound): // removed since
			case err != nil:
				return nil, err
			default:
				title = label(f)
			}
			l.feeds[id] = title
		}
		if title != "" {
			feeds = append(feeds, Feed{ID: id, Title: title})
		}
	}
	return feeds, nil
}

// label is what a person calls a feed. Of its address only what holds no password
// or key is told: digests are made to be passed on.
func label(f newsfold.Feed) string {
	l := f.Label()
	if l != f.URL {
		return l
	}
	u, err := url.Parse(l)
	if err != nil {
		return fmt.Sprintf("feed %d", f.ID)
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// address is where an article can be read when its feed gave no link: nowhere,
// unless its identity is an address.
func address(a newsfold.Article) string {
	if strings.HasPrefix(a.URL, "http") {
		return a.URL
	}
	return ""
}

// untitled makes a title for an article whose publisher gave none, as
// microblogs do: its first words, else its address.
func untitled(a newsfold.Article) string {
	words := strings.Fields(a.Lede)
	if len(words) == 0 {
		if u := address(a); u != "" {
			return u
		}
		return "(untitled)"
	}
	const most = 12
	if len(words) > most {
		return strings.Join(words[:most], " ") + " …"
	}
	return strings.Join(words, " ")
}

// Brief returns a story without its articles and its text.
func Brief(tx store.Tx, id newsfold.StoryID) (Story, error) {
	s, err := tx.Story(id)
	if err != nil {
		return Story{}, err
	}
	l := newLoader(tx)
	return l.story(s, false)
}
