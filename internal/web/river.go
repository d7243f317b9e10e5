package web

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	xlang "golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"newsfold"
	"newsfold/internal/control"
	"newsfold/internal/river"
	"newsfold/internal/search"
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
	Folders   []choice
	Langs     []choice
	Many      bool   // more feeds than the filter lists
	Indexed   bool   // a search asks an index of all words
	Ranked    bool   // a search put the best first, so there are no days
	Out       string // address of this view as a feed, without what says which format
	Here      string // address of this page
	Can       bool   // there is a control interface to add feeds with
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

// choice is a folder or a language that the filter offers.
type choice struct {
	Value, Name string
	Selected    bool
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
	Match    []search.Piece // the headline with what was searched for, when it was
	Snippet  []search.Piece // the same of the text
	Time     moment
	Copies   string // "+7 copies", or empty
	Reports  string // "one of 3 reports", when others report the same event
	First    *first
	Read     bool
	Starred  bool
}

// filter is what the address of a river asks for.
type filter struct {
	Unread  bool
	Starred bool
	Feed    newsfold.FeedID
	Folder  string // a folder and those within it
	Lang    string // of the lead: a language without a region
	Find    string // words, separated by single spaces
	After   store.Position
	Skip    int // of what a search found, so many of the best
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
	if f.Folder = strings.Trim(q.Get("folder"), "/ "); len(f.Folder) > maxFolder || !utf8.ValidString(f.Folder) {
		return f, badRequest("That is too long for the name of a folder.")
	}
	if v := q.Get("lang"); v != "" {
		if f.Lang = base(language(v)); f.Lang == "" {
			return f, badRequest("%q is no language: use a tag such as en.", clip(v, 40))
		}
	}
	if v := q.Get("skip"); v != "" {
		if f.Skip, err = strconv.Atoi(v); err != nil || f.Skip < 0 || f.Skip > mostFound {
			return f, badRequest("skip=%s means nothing: use a number up to %d.", clip(v, 40), mostFound)
		}
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
	if f.Folder != "" {
		q.Set("folder", f.Folder)
	}
	if f.Lang != "" {
		q.Set("lang", f.Lang)
	}
	if f.Find != "" {
		q.Set("find", f.Find)
	}
	if f.Skip > 0 {
		q.Set("skip", strconv.Itoa(f.Skip))
	}
	if f.After != (store.Position{}) {
		q.Set("after", formatPosition(f.After))
	}
	if len(q) == 0 {
		return "/"
	}
	return "/?" + q.Encode()
}

// start is the filter from its beginning on, whatever is read or starred.
func (f filter) start() filter {
	f.Unread, f.Starred, f.After, f.Skip = false, false, store.Position{}, 0
	return f
}

// All returns the address of all stories of the same feed with the same words.
func (f filter) All() string { return f.start().URL() }

// OnlyUnread returns the address of the unread ones among All.
func (f filter) OnlyUnread() string {
	f = f.start()
	f.Unread = true
	return f.URL()
}

// OnlyStarred returns the address of the starred ones among All.
func (f filter) OnlyStarred() string {
	f = f.start()
	f.Starred = true
	return f.URL()
}

// base is a language without its region, in lower case.
func base(tag string) string {
	b, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return b
}

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
	page := riverPage{Filter: f, Here: f.URL(), Can: s.control != nil}
	var got flow
	found, err := s.found(r.Context(), f)
	if err != nil {
		return err
	}
	err = s.db.View(r.Context(), func(tx store.Tx) error {
		if err := page.options(tx, f); err != nil {
			return err
		}
		got, err = load(tx, f, found)
		return err
	})
	if err != nil {
		return err
	}
	page.Ranked, page.Indexed = found != nil, s.control != nil
	if page.Out, err = s.outURL(r, f); err != nil {
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
		if page.Ranked {
			next.After, next.Skip = store.Position{}, f.Skip+perPage
		}
		page.Older = next.URL()
	}
	if f.After != (store.Position{}) || f.Skip > 0 {
		top := f
		top.After, top.Skip = store.Position{}, 0
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
	hits    map[newsfold.StoryID]search.Result
}

// load reads a page of the river; what a search found is taken as it is.
func load(tx store.Tx, f filter, found *search.Found) (got flow, err error) {
	if f.Feed != 0 {
		feed, err := tx.Feed(f.Feed)
		if err != nil {
			return flow{}, err
		}
		got.feed = feed.Label()
	}
	in, err := feedsIn(tx, f.Folder)
	if err != nil {
		return flow{}, err
	}
	if got.unread, err = unread(tx, f.Feed, in); err != nil {
		return flow{}, err
	}
	if found != nil {
		got.take(f, found)
	} else if err := got.collect(tx, f, in); err != nil {
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
	maxFolder = 500  // bytes of a folder's name
	mostFound = 1000 // stories of one search
	findStep  = 250  // stories looked at in one go
	findReach = 5000 // stories looked at for one page
)

// take takes over what a search found.
func (got *flow) take(f filter, found *search.Found) {
	got.hits, got.more = map[newsfold.StoryID]search.Result{}, found.More && f.Skip+2*perPage <= mostFound
	for _, r := range found.Stories {
		got.stories = append(got.stories, r.Story)
		got.hits[r.ID] = r
	}
}

// found asks the index for what a filter wants to find; nil when it wants
// nothing, or there is no index.
func (s *server) found(ctx context.Context, f filter) (*search.Found, error) {
	if f.Find == "" || s.control == nil {
		return nil, nil
	}
	return s.search(ctx, f)
}

// search asks the index. The words are those of a person, in the language that
// [search.Query] documents; the rest of the filter is put into the same.
func (s *server) search(ctx context.Context, f filter) (*search.Found, error) {
	q := f.Find
	if f.Feed != 0 {
		q += fmt.Sprintf(" feed:%d", f.Feed)
	}
	if f.Folder != "" {
		q += ` folder:"` + strings.ReplaceAll(f.Folder, `"`, "") + `"`
	}
	if f.Lang != "" {
		q += " lang:" + f.Lang
	}
	if f.Unread {
		q += " is:unread"
	}
	if f.Starred {
		q += " is:starred"
	}
	found, err := s.control.Search(ctx, control.SearchRequest{Query: q, Limit: perPage, Skip: f.Skip}, func(int) {})
	var e *control.Error
	if errors.As(err, &e) && (e.Kind == control.Invalid || e.Kind == control.NotFound) {
		what, _, _ := strings.Cut(e.Message, "; `") // what helps on a command line
		return nil, badRequest("%s", strings.ToUpper(what[:1])+what[1:]+".")
	}
	return &found, err
}

// feedsIn returns the feeds of a folder and of those within it; nil for no
// folder.
func feedsIn(tx store.Tx, folder string) ([]newsfold.FeedID, error) {
	if folder == "" {
		return nil, nil
	}
	in := []newsfold.FeedID{}
	for f, err := range tx.Feeds() {
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(f.Folders, func(l string) bool { return l == folder || strings.HasPrefix(l, folder+"/") }) {
			in = append(in, f.ID)
		}
	}
	return in, nil
}

// collect reads the stories of a page. A filter by language, and a search where
// there is no index of words, look through a bounded number of stories at a
// time; the search through titles, outlets and first words.
func (got *flow) collect(tx store.Tx, f filter, in []newsfold.FeedID) error {
	if in != nil && len(in) == 0 {
		return nil
	}
	q := river.Query{Query: store.Query{Shown: true, Unread: f.Unread, Starred: f.Starred, Feed: f.Feed, Feeds: in, After: f.After, Limit: perPage}}
	if f.Find != "" || f.Lang != "" {
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
			if !has(st, words) || f.Lang != "" && base(st.Lang) != f.Lang {
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
	if f.Find == "" && f.Lang == "" || !got.more || got.hits != nil {
		return ""
	}
	return "Searched back to " + s.moment(got.last.Time).Full + "."
}

// mostUnread is how far unread stories are counted: the store keeps no sum.
const mostUnread = 500

// unread says how many stories are unread, of a feed or of all: "12", "500+",
// or nothing when none is.
func unread(tx store.Tx, feed newsfold.FeedID, in []newsfold.FeedID) (string, error) {
	n := 0
	if in != nil && len(in) == 0 {
		return "", nil
	}
	for _, err := range tx.Stories(store.Query{Shown: true, Unread: true, Feed: feed, Feeds: in, Limit: mostUnread + 1}) {
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
		if page.Ranked {
			name = "Best matches"
		}
		if n := len(page.Days); n == 0 || page.Days[n-1].Name != name {
			page.Days = append(page.Days, dayOf{Name: name})
		}
		d := &page.Days[len(page.Days)-1]
		l := s.line(st, got.firsts[st.First.Article])
		if hit, ok := got.hits[st.ID]; ok {
			l.Match, l.Snippet = hit.Match, hit.Snippet
		}
		d.Stories = append(d.Stories, l)
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
	if st.Event != nil && st.Event.Stories > 1 {
		l.Reports = fmt.Sprintf("one of %d reports", st.Event.Stories)
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
	switch {
	case feed != "":
		what += " in " + clip(feed, 120)
	case f.Folder != "":
		what += " in " + clip(f.Folder, 120)
	}
	if f.Lang != "" {
		what += " in " + langName(f.Lang)
	}
	return what
}

// options lists what the filter offers: feeds by name, folders, and the
// languages that feeds state. What is chosen is always among them.
func (page *riverPage) options(tx store.Tx, chosen filter) error {
	found := chosen.Feed == 0
	add := func(f newsfold.Feed) {
		page.Feeds = append(page.Feeds, option{f.ID, clip(f.Label(), 80), f.ID == chosen.Feed})
		found = found || f.ID == chosen.Feed
	}
	folders, langs := map[string]bool{}, map[string]bool{}
	for f, err := range tx.Feeds() {
		if err != nil {
			return err
		}
		for _, l := range f.Folders {
			for l != "" && len(folders) < mostFeeds { // those it lies in, too
				folders[l] = true
				l = l[:max(strings.LastIndexByte(l, '/'), 0)]
			}
		}
		if l := base(language(f.Lang)); l != "" && len(langs) < mostFeeds {
			langs[l] = true
		}
		if len(page.Feeds) < mostFeeds {
			add(f)
		} else {
			page.Many = true
		}
	}
	if !found {
		f, err := tx.Feed(chosen.Feed)
		if err != nil {
			return err
		}
		add(f)
	}
	slices.SortStableFunc(page.Feeds, func(a, b option) int {
		return strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title))
	})
	if chosen.Folder != "" {
		folders[chosen.Folder] = true
	}
	for _, l := range slices.Sorted(maps.Keys(folders)) {
		page.Folders = append(page.Folders, choice{l, clip(l, 80), l == chosen.Folder})
	}
	if chosen.Lang != "" {
		langs[chosen.Lang] = true
	}
	for _, l := range slices.Sorted(maps.Keys(langs)) {
		page.Langs = append(page.Langs, choice{l, langName(l), l == chosen.Lang})
	}
	slices.SortFunc(page.Langs, func(a, b choice) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// langName is what English calls a language.
func langName(tag string) string {
	t, err := xlang.Parse(tag)
	if err != nil {
		return tag
	}
	if n := display.English.Languages().Name(t); n != "" {
		return n
	}
	return tag
}

// readNotice makes the line that tells what a form has just done. It is read
// from the address and only ever says these few things: a link from elsewhere
// cannot put words into it.
func readNotice(q url.Values, here string) *notice {
	n := func(key string) int {
		n, err := strconv.Atoi(q.Get(key))
		if err != nil || n < 0 || n > 1_000_000 {
			return 0
		}
		return n
	}
	switch q.Get("did") {
	case "split":
		return &notice{Text: "That article is a story of its own now.", Undo: "last", Back: here, Action: "/folds/undo"}
	case "merge":
		return &notice{Text: "These are one story now.", Undo: "last", Back: here, Action: "/folds/undo"}
	case "lead":
		return &notice{Text: "The story is shown by that article now.", Undo: "last", Back: here, Action: "/folds/undo"}
	case "apart":
		return &notice{Text: "Articles of these two feeds are not folded any more.", Undo: "last", Back: here, Action: "/folds/undo"}
	case "unfold":
		return &notice{Text: "That was taken back.", Back: here}
	case "added":
		return &notice{Text: "Subscribed. Its stories appear as their pages are read.", Back: here}
	case "removed":
		return &notice{Text: "Unsubscribed.", Back: here}
	case "saved":
		return &notice{Text: "Saved.", Back: here}
	case "imported":
		text := "Subscribed to " + count(n("n"), "feed", "feeds")
		if k := n("known"); k > 0 {
			text += "; " + strconv.Itoa(k) + " were known already"
		}
		if b := n("bad"); b > 0 {
			text += "; " + count(b, "line", "lines") + " of the list could not be used"
		}
		return &notice{Text: text + ".", Back: here}
	}
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
