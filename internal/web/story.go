package web

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"newsfold"
	"newsfold/internal/river"
	"newsfold/store"
)

type storyPage struct {
	frame
	line
	Here      string
	Can       bool // there is a control interface to correct folds with
	Byline    string
	Feeds     []river.Feed
	MoreFeeds string // how many are not named
	Body      template.HTML
	Shown     string // says it when the body is less than the article
	Origins   []origin
	Outlets   string // "4 articles at 3 outlets"
	Articles  []member
	Rest      string // says how many articles are not shown
	Related   []related
	Reports   []report // of the event that it reports; none when it is alone
	Spread    *spread
	Stated    moment // when the lead says that it was published
}

// member is one article of the story as the list of copies shows it.
type member struct {
	ID       newsfold.ArticleID
	Lead     bool
	Title    string // when it is not the lead's
	Outlet   string
	URL      string
	Lang     string
	Byline   string
	Time     moment
	Stated   bool   // the time is the publisher's, not that of our first sight
	Delay    string // after the first article
	Words    string
	Source   string // where its text comes from
	Relation string // in a word or two
	Kind     string // the relation itself, for the style sheet
	With     bool   // it was compared with another one
	Phrase   string // the relation in a sentence
	Score    string
	Evidence []reason
	Origins  []origin
	Feeds    string
	Compare  string // address of the comparison with the lead

	Apart      string // two feeds that could be kept apart, as "1,2", and
	ApartNames string // what they are called
}

type reason struct{ Text, Detail string }

type origin struct{ Text, Quote, URL string }

// related is an article elsewhere that shares something with this story.
type related struct {
	ID     newsfold.ArticleID
	Phrase string
	Title  string
}

// How much of a story is shown: a page has an end, whatever the store holds.
const (
	mostMembers  = 200
	mostCarriers = 20
	mostReasons  = 20 // of one article, of each sort
	mostRelated  = 50 // links that are looked up
)

// story shows one story.
func (s *server) story(w http.ResponseWriter, r *http.Request) error {
	id, err := number("a story", r.PathValue("id"))
	if err != nil {
		return err
	}
	var st river.Story
	var left string
	titles := map[newsfold.ArticleID]newsfold.Article{}
	polls := map[newsfold.FeedID]polling{}
	err = s.db.View(r.Context(), func(tx store.Tx) error {
		if st, err = river.Load(tx, newsfold.ArticleID(id)); err != nil {
			return err
		}
		if err := outsideOf(tx, st, titles); err != nil {
			return err
		}
		if left, err = unread(tx, 0, nil); err != nil {
			return err
		}
		return pollsOf(tx, st, polls)
	})
	if err != nil {
		return err
	}
	if int64(st.ID) != id { // an article's number, or a story merged since
		w.Header().Set("Location", fmt.Sprintf("/story/%d", st.ID))
		w.WriteHeader(http.StatusFound)
		return nil
	}
	began := earliest(st.Articles)
	page := storyPage{
		frame: s.frame(r, clip(st.Title, 200), ""), line: s.line(st, firstTime(st)),
		Here: fmt.Sprintf("/story/%d", st.ID), Byline: clip(st.Byline, 200), Feeds: st.Feeds,
		Origins: origins(st.Origins), Stated: s.moment(st.Published),
		Outlets: count(len(st.Articles), "article", "articles") + " at " + count(max(st.Outlets, 1), "outlet", "outlets"),
	}
	page.Unread, page.Can = left, s.control != nil
	page.Notice = readNotice(r.URL.Query(), page.Here)
	page.Body, page.Shown = s.body(st)
	if n := len(st.Feeds) - mostCarriers; n > 0 {
		page.Feeds, page.MoreFeeds = st.Feeds[:mostCarriers], count(n, "more feed", "more feeds")
	}
	if n := len(st.Articles) - mostMembers; n > 0 {
		page.Rest = count(n, "more article is", "more articles are") + fmt.Sprintf(" not shown here: newsfold show %d lists all of them.", st.ID)
	}
	for _, a := range st.Articles[:min(len(st.Articles), mostMembers)] {
		page.Articles = append(page.Articles, s.member(st, a, began))
	}
	keepApart(page.Articles, st)
	page.Related = relatedTo(st, titles)
	if st.Event != nil && len(st.Event.Reports) > 1 {
		page.Reports = s.reports(st.Event.Reports, st.ID)
	}
	page.Spread = s.spread(st, polls)
	s.render(w, r, "story", http.StatusOK, page)
	return nil
}

// body is the lead's text, and what to say when there is less of it than the
// publisher has.
func (s *server) body(st river.Story) (template.HTML, string) {
	out := prose(st.HTML, s.pictureURL)
	if at := s.pictureURL(st.Image); at != "" && out != "" && !strings.Contains(string(out), "<img") {
		out = template.HTML(`<img class="lead" src="`+template.HTMLEscapeString(at)+`" alt="" decoding="async">`) + out
	}
	if out == "" {
		out = paragraphs(st.Text)
	}
	if out == "" {
		return paragraphs(st.Lede), "The full text is not stored: these are its first words."
	}
	for _, a := range st.Articles {
		if !a.Lead {
			continue
		}
		switch a.Body {
		case newsfold.PageWanted:
			return out, "This is what the feed carries; the page has not been fetched yet."
		case newsfold.PageRefused, newsfold.PageFailed:
			return out, "This is what the feed carries; the page could not be read."
		}
	}
	return out, ""
}

// member describes one article of a story.
func (s *server) member(st river.Story, a river.Article, began time.Time) member {
	outlet := name(a.Outlet, a.URL)
	m := member{
		ID: a.ID, Lead: a.Lead, Outlet: outlet, URL: outside(a.URL), Lang: language(a.Lang), Byline: clip(a.Byline, 200),
		Time: s.moment(a.Time()), Stated: a.Time().Equal(a.Published), Delay: delay(a.Time(), began), Feeds: clip(feedNames(a.Feeds), 500),
		Kind: string(a.Relation), With: a.With != 0, Relation: relationLabel(a.Relation), Origins: origins(a.Origins),
	}
	if a.Title != st.Title {
		m.Title = clip(a.Title, 300)
	}
	if a.Words > 0 {
		m.Words = count(a.Words, "word", "words")
	}
	switch a.Body {
	case newsfold.PageWanted:
		m.Source = "from the feed, page still to be fetched"
	case newsfold.PageRefused, newsfold.PageFailed:
		m.Source = "from the feed, page could not be read"
	case newsfold.PageFeed:
		m.Source = "full text from the feed"
	}
	if a.Relation != "" {
		m.Phrase = relationPhrase(a.Relation, otherName(st, a))
	}
	if a.With != 0 && a.Score > 0 {
		m.Score = river.Percent(a.Score)
	}
	for _, e := range a.Evidence[:min(len(a.Evidence), mostReasons)] {
		m.Evidence = append(m.Evidence, evidence(e))
	}
	if a.Lead {
		m.Origins = nil // they stand below the text
	} else {
		m.Compare = fmt.Sprintf("/story/%d/compare/%d", st.ID, a.ID)
	}
	return m
}

// keepApart offers, for each copy, to keep its feed and the lead's apart.
func keepApart(members []member, st river.Story) {
	var lead *river.Feed
	for i, a := range st.Articles[:len(members)] {
		switch {
		case len(a.Feeds) == 0:
		case a.Lead:
			lead = &a.Feeds[0]
		case lead != nil && lead.ID != a.Feeds[0].ID:
			members[i].Apart = fmt.Sprintf("%d,%d", lead.ID, a.Feeds[0].ID)
			members[i].ApartNames = clip(lead.Title, 80) + " and " + clip(a.Feeds[0].Title, 80)
		}
	}
}

// otherName names the article that an article was compared with.
func otherName(st river.Story, a river.Article) string {
	for _, b := range st.Articles {
		if b.ID == a.With {
			if o := name(b.Outlet, b.URL); o != name(a.Outlet, a.URL) {
				return o
			}
			return "the same outlet"
		}
	}
	return fmt.Sprintf("article %d", a.With)
}

func origins(all []newsfold.Origin) []origin {
	var out []origin
	for _, o := range all[:min(len(all), mostReasons)] {
		out = append(out, origin{originPhrase(o), clip(o.Quote, 300), outside(o.URL)})
	}
	return out
}

// relatedTo lists what the articles of a story are linked with outside of it.
func relatedTo(st river.Story, known map[newsfold.ArticleID]newsfold.Article) []related {
	var out []related
	seen := map[newsfold.ArticleID]bool{}
	for _, a := range st.Articles {
		for _, l := range a.Links {
			b, ok := known[l.With]
			if !ok || seen[l.With] {
				continue
			}
			seen[l.With] = true
			title := b.Title
			if title == "" {
				title = clip(b.Lede, 100)
			}
			out = append(out, related{b.ID, strings.TrimSuffix(relationPhrase(l.Relation, name(b.Outlet, b.Link)), "."), clip(title, 300)})
		}
	}
	return out
}

// outsideOf loads the articles that a story's articles are linked with.
func outsideOf(tx store.Tx, st river.Story, known map[newsfold.ArticleID]newsfold.Article) error {
	for _, a := range st.Articles {
		for _, l := range a.Links {
			if _, ok := known[l.With]; ok || len(known) == mostRelated {
				continue
			}
			b, err := tx.Article(l.With)
			if isMissing(err) {
				continue
			}
			if err != nil {
				return err
			}
			if b.Story != st.ID {
				known[b.ID] = b
			}
		}
	}
	return nil
}

// earliest is when the first article of a story appeared.
func earliest(all []river.Article) time.Time {
	var t time.Time
	for _, a := range all {
		if at := a.Time(); t.IsZero() || at.Before(t) {
			t = at
		}
	}
	return t
}

func firstTime(st river.Story) time.Time {
	for _, a := range st.Articles {
		if a.ID == st.First.Article {
			return a.Time()
		}
	}
	return time.Time{}
}

// delay says how long after the first article another one appeared.
func delay(t, began time.Time) string {
	switch d := t.Sub(began); {
	case d <= 0:
		return "first"
	case d < time.Minute:
		return "at the same time"
	default:
		return "+" + span(d)
	}
}
