package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"newsfold"
	"newsfold/internal/river"
	"newsfold/store"
)

// mostFeeds is how many feeds the filter lists; whoever has more picks one on
// the page of feeds.
const mostFeeds = 300

type riverPage struct {
	frame
	Heading   string
	Filter    filter
	Days      []dayOf
	IDs       string // of all stories shown, for marking them
	AnyUnread bool   // whether any story shown is unread
	Searched  string // how far back a search has looked
	Older     string // address of the next page, or empty
	Newest    string // address of the first page, unless this is it
	Feeds     []option
	Many      bool   // more feeds than the filter lists
	Here      string // address of this page
}

type dayOf struct {
	Name    string
	Stories []line
}

type option struct {
	ID       newsfold.FeedID
	Title    string
	Selected bool
}

// line is one story in the river.
type line struct {
	ID       newsfold.StoryID
	Headline string
	Outlet   string
	URL      string
	Lang     string
	Dir      string
	Lede     string
	Time     moment
	Copies   string // "+7 copies", or empty
	First    *first
	Read     bool
	Starred  bool
}

// filter is what the address of a river asks for.
type filter struct {
	Unread  bool
	Starred bool
	Feed    newsfold.FeedID
	Find    string // words, separated by single spaces
	After   store.Position
}

func readFilter(q url.Values) (filter, error) {
	var f filter
	var err error
	if f.Unread, err = flag(q, "unread"); err != nil {
		return f, err
	}
	if f.Starred, err = flag(q, "starred"); err != nil {
		return f, err
	}
	if v := q.Get("feed"); v != "" {
		id, err := number("a feed", v)
		if err != nil {
			return f, err
		}
		f.Feed = newsfold.FeedID(id)
	}
	f.Find = strings.Join(strings.Fields(q.Get("find")), " ")
	if len(f.Find) > maxFind || !utf8.ValidString(f.Find) {
		return f, badRequest("That is too long to be found: use a few words.")
	}
	if v := q.Get("after"); v != "" {
		if f.After, err = parsePosition(v); err != nil {
			return f, err
		}
	}
	return f, nil
}

func flag(q url.Values, key string) (bool, error) {
	switch v := q.Get(key); v {
	case "", "0":
		return false, nil
	case "1":
		return true, nil
	default:
		return false, badRequest("%s=%s means nothing: use %s=1.", key, clip(v, 40), key)
	}
}

// URL returns the address of the river with this filter.
func (f filter) URL() string {
	q := url.Values{}
	if f.Unread {
		q.Set("unread", "1")
	}
	if f.Starred {
		q.Set("starred", "1")
	}
	if f.Feed != 0 {
		q.Set("feed", strconv.FormatInt(int64(f.Feed), 10))
	}
	if f.Find != "" {
		q.Set("find", f.Find)
	}
	if f.After != (store.Position{}) {
		q.Set("after", formatPosition(f.After))
	}
	if len(q) == 0 {
		return "/"
	}
	return "/?" + q.Encode()
}

// All returns the address of all stories of the same feed with the same words.
func (f filter) All() string { return filter{Feed: f.Feed, Find: f.Find}.URL() }

// OnlyUnread returns the address of the unread ones among All.
func (f filter) OnlyUnread() string { return filter{Feed: f.Feed, Find: f.Find, Unread: true}.URL() }

// OnlyStarred returns the address of the starred ones among All.
func (f filter) OnlyStarred() string { return filter{Feed: f.Feed, Find: f.Find, Starred: true}.URL() }

// positionSpan bounds the times in positions to years that can be printed.
const positionSpan = 253402300800 * 1000000 // microseconds to the year 10000

// A position is written as microseconds since 1970 and the number of the story.
func formatPosition(p store.Position) string {
	return fmt.Sprintf("%d.%d", p.Time.UnixMicro(), p.ID)
}

func parsePosition(s string) (store.Position, error) {
	at, id, ok := strings.Cut(s, ".")
	us, err1 := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.ParseInt(id, 10, 64)
	if !ok || err1 != nil || err2 != nil || us < -positionSpan || us > positionSpan || n < 1 || n > maxID {
		return store.Position{}, badRequest("%q is not a place in the list of stories.", clip(s, 40))
	}
	return store.Position{Time: time.UnixMicro(us).UTC(), ID: newsfold.StoryID(n)}, nil
}

// river shows the stories, newest first.
func (s *server) river(w http.ResponseWriter, r *http.Request) error {
	f, err := readFilter(r.URL.Query())
	if err != nil {
		return err
	}
	page := riverPage{Filter: f, Here: f.URL()}
	var got flow
	err = s.db.View(r.Context(), func(tx store.Tx) error {
		if page.Feeds, page.Many, err = options(tx, f.Feed); err != nil {
			return err
		}
		got, err = load(tx, f)
		return err
	})
	if err != nil {
		return err
	}
	nav := "all"
	switch {
	case f.Unread:
		nav = "unread"
	case f.Starred:
		nav = "starred"
	}
	page.Heading, page.Searched = heading(f, got.feed), s.searched(f, got)
	page.frame = s.frame(r, page.Heading, nav)
	page.Unread = got.unread
	page.Notice = readNotice(r.URL.Query(), page.Here)
	s.fill(&page, got)
	if got.more {
		next := f
		next.After = got.last
		page.Older = next.URL()
	}
	if f.After != (store.Position{}) {
		top := f
		top.After = store.Position{}
		page.Newest = top.URL()
	}
	s.render(w, r, "river", http.StatusOK, page)
	return nil
}

// flow is what the store holds for a page of the river.
type flow struct {
	unread  string
	feed    string // what the feed of the filter is called
	stories []river.Story
	last    store.Position                   // of what was looked at
	more    bool                             // there is more after it
	firsts  map[newsfold.ArticleID]time.Time // when the first article of a story appeared
}

// load reads a page of the river.
func load(tx store.Tx, f filter) (got flow, err error) {
	if f.Feed != 0 {
		feed, err := tx.Feed(f.Feed)
		if err != nil {
			return flow{}, err
		}
		got.feed = feed.Label()
	}
	if got.unread, err = unread(tx, f.Feed); err != nil {
		return flow{}, err
	}
	if err := got.collect(tx, f); err != nil {
		return flow{}, err
	}
	got.firsts = map[newsfold.ArticleID]time.Time{}
	for _, st := range got.stories {
		if st.Copies == 0 || st.First.Article == 0 {
			continue
		}
		a, err := tx.Article(st.First.Article)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return flow{}, err
		}
		got.firsts[a.ID] = a.Time()
	}
	return got, nil
}

const (
	maxFind   = 200  // bytes of a search
	findStep  = 250  // stories looked at in one go
	findReach = 5000 // stories looked at for one page
)

// collect reads the stories of a page. A search looks through titles, outlets
// and first words, a bounded number of stories at a time: there is no index of
// words to ask.
func (got *flow) collect(tx store.Tx, f filter) error {
	q := river.Query{Query: store.Query{Unread: f.Unread, Starred: f.Starred, Feed: f.Feed, After: f.After, Limit: perPage}}
	if f.Find != "" {
		q.Limit = findStep
	}
	words := strings.Fields(strings.ToLower(f.Find))
	for looked := 0; looked < findReach; {
		stories, more, err := river.List(tx, q)
		if err != nil {
			return err
		}
		got.more = more
		for i, st := range stories {
			looked++
			got.last = store.Position{Time: st.Time, ID: st.ID}
			if !has(st, words) {
				continue
			}
			got.stories = append(got.stories, st)
			if len(got.stories) == perPage {
				got.more = more || i+1 < len(stories)
				return nil
			}
		}
		if !more {
			break
		}
		q.After = got.last
	}
	return nil
}

// has reports whether all words occur in what the river shows of a story.
func has(st river.Story, words []string) bool {
	if len(words) == 0 {
		return true
	}
	text := strings.ToLower(st.Title + "\n" + st.Outlet + "\n" + st.Lede)
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// searched says how far a search has come, when it stopped early.
func (s *server) searched(f filter, got flow) string {
	if f.Find == "" || !got.more {
		return ""
	}
	return "Searched back to " + s.moment(got.last.Time).Full + "."
}

// mostUnread is how far unread stories are counted: the store keeps no sum.
const mostUnread = 500

// unread says how many stories are unread, of a feed or of all: "12", "500+",
// or nothing when none is.
func unread(tx store.Tx, feed newsfold.FeedID) (string, error) {
	n := 0
	for _, err := range tx.Stories(store.Query{Unread: true, Feed: feed, Limit: mostUnread + 1}) {
		if err != nil {
			return "", err
		}
		n++
	}
	switch {
	case n == 0:
		return "", nil
	case n > mostUnread:
		return fmt.Sprintf("%d+", mostUnread), nil
	}
	return strconv.Itoa(n), nil
}

// fill groups the stories by day.
func (s *server) fill(page *riverPage, got flow) {
	now := s.now()
	var ids []string
	for _, st := range got.stories {
		name := day(now, st.Time)
		if n := len(page.Days); n == 0 || page.Days[n-1].Name != name {
			page.Days = append(page.Days, dayOf{Name: name})
		}
		d := &page.Days[len(page.Days)-1]
		d.Stories = append(d.Stories, s.line(st, got.firsts[st.First.Article]))
		ids = append(ids, strconv.FormatInt(int64(st.ID), 10))
		page.AnyUnread = page.AnyUnread || !st.Read
	}
	page.IDs = strings.Join(ids, ",")
}

func (s *server) line(st river.Story, at time.Time) line {
	l := line{
		ID: st.ID, Headline: clip(st.Title, 300), Outlet: name(st.Outlet, st.URL), URL: outside(st.URL),
		Lang: language(st.Lang), Dir: direction(st.Dir, st.Title), Lede: clip(st.Lede, 300), Time: s.moment(st.Time),
		Read: st.Read, Starred: st.Starred,
	}
	if st.Copies > 0 {
		l.Copies = "+" + count(st.Copies, "copy", "copies")
		l.First = s.first(st.First, at)
	} else if f := s.first(st.First, at); f != nil && st.First.Article == 0 {
		l.First = f // taken from an outlet that is not among the feeds
	}
	return l
}

func heading(f filter, feed string) string {
	what := "Stories"
	switch {
	case f.Unread && f.Starred:
		what = "Unread starred stories"
	case f.Unread:
		what = "Unread stories"
	case f.Starred:
		what = "Starred stories"
	}
	if f.Find != "" {
		what += " with “" + clip(f.Find, 60) + "”"
	}
	if feed != "" {
		what += " in " + clip(feed, 120)
	}
	return what
}

// options lists the feeds that the filter offers, by name. The chosen one is
// always among them.
func options(tx store.Tx, chosen newsfold.FeedID) (opts []option, many bool, err error) {
	found := chosen == 0
	add := func(f newsfold.Feed) {
		opts = append(opts, option{f.ID, clip(f.Label(), 80), f.ID == chosen})
		found = found || f.ID == chosen
	}
	for f, err := range tx.Feeds() {
		if err != nil {
			return nil, false, err
		}
		if many = len(opts) == mostFeeds; many {
			break
		}
		add(f)
	}
	if !found {
		f, err := tx.Feed(chosen)
		if err != nil {
			return nil, false, err
		}
		add(f)
	}
	slices.SortStableFunc(opts, func(a, b option) int {
		return strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title))
	})
	return opts, many, nil
}

// readNotice makes the line that tells what a form has just done. It is read
// from the address and only ever says these two things: a link from elsewhere
// cannot put words into it.
func readNotice(q url.Values, here string) *notice {
	if n, err := strconv.Atoi(q.Get("marked")); err == nil && n >= 0 && n <= maxBulk {
		text := "Marked " + count(n, "story", "stories") + " as read."
		if n == 0 {
			text = "All of these were read already."
		}
		return &notice{Text: text, Undo: q.Get("undo"), Back: here}
	}
	if n, err := strconv.Atoi(q.Get("undone")); err == nil && n >= 0 && n <= maxBulk {
		return &notice{Text: count(n, "story is", "stories are") + " unread again.", Back: here}
	}
	return nil
}
