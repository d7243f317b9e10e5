package newsfold

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"
)

// Sentinel errors that cross package borders. They are wrapped with the name
// of the thing concerned; test for them with [errors.Is].
var (
	// ErrNotFound says that a feed, entry, article or story is not stored.
	ErrNotFound = errors.New("not found")
	// ErrExists says that a feed with this URL is subscribed already.
	ErrExists = errors.New("exists already")
)

// FeedID names a feed: positive, below 2⁵³, increasing, never reused.
type FeedID int64

// ArticleID names an article: positive, below 2⁵³, increasing, never reused.
type ArticleID int64

// StoryID names a story after one of its articles.
type StoryID int64

// Feed is a subscribed source.
type Feed struct {
	ID      FeedID   `json:"id"`
	URL     string   `json:"url"`               // where it is polled
	Title   string   `json:"title,omitempty"`   // the feed's own title
	Name    string   `json:"name,omitempty"`    // the owner's title, wins over Title
	Site    string   `json:"site,omitempty"`    // home page
	Lang    string   `json:"lang,omitempty"`    // BCP 47, as the feed states it
	Folders []string `json:"folders,omitempty"` // "News/World" is nested

	// Cookies lets the feed's server set cookies that it gets back. They are
	// kept in memory, for this feed alone.
	Cookies bool `json:"cookies,omitempty"`

	Added   time.Time `json:"added"`
	Entries int       `json:"entries"` // stored so far
	Poll    Poll      `json:"poll"`
}

// Label returns what a person calls the feed: its name, title or URL.
func (f *Feed) Label() string {
	switch {
	case f.Name != "":
		return f.Name
	case f.Title != "":
		return f.Title
	}
	return f.URL
}

// Result is how a poll ended.
type Result string

// The results of a poll.
const (
	Updated     Result = "updated"      // a feed was read
	NotModified Result = "not_modified" // the server said 304
	Failed      Result = "failed"       // Poll.Error says how
	Gone        Result = "gone"         // 410: polling has ended
)

// Poll is the polling state of a feed: what was seen last and what comes next.
type Poll struct {
	Attempted time.Time `json:"attempted,omitzero"` // last request
	Succeeded time.Time `json:"succeeded,omitzero"` // last 200 or 304
	Next      time.Time `json:"next,omitzero"`      // zero: as soon as possible
	Why       string    `json:"why,omitempty"`      // why Next is then, in words

	Result Result `json:"result,omitempty"`
	Status int    `json:"status,omitempty"` // HTTP status of the last answer
	Error  string `json:"error,omitempty"`  // last failure, for a person
	Errors int    `json:"errors,omitempty"` // failures in a row

	// Validators, byte for byte as the server sent them, and the URL that
	// they belong to.
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	ValidFor     string `json:"valid_for,omitempty"`

	// State is private to package fetch: what it has learned about this feed
	// (rates, redirects, lying validators). Others keep it and never read it.
	State []byte `json:"state,omitempty"`
}

// Entry is one item as one feed states it.
type Entry struct {
	Feed    FeedID    `json:"feed"`
	GUID    string    `json:"guid,omitempty"`    // byte for byte
	Link    string    `json:"link,omitempty"`    // absolute; may be a wrapper
	Title   string    `json:"title,omitempty"`   // plain text
	Summary string    `json:"summary,omitempty"` // HTML, not sanitised
	Content string    `json:"content,omitempty"` // HTML, not sanitised
	Authors []string  `json:"authors,omitempty"`
	Tags    []string  `json:"tags,omitempty"`
	Lang    string    `json:"lang,omitempty"`
	Image   string    `json:"image,omitempty"`
	Source  Source    `json:"source,omitzero"` // whom the feed took it from
	Media   []Media   `json:"media,omitempty"`
	Issued  time.Time `json:"issued,omitzero"`  // first publication, as stated
	Revised time.Time `json:"revised,omitzero"` // last change, as stated

	Alternates []string `json:"alternates,omitempty"` // URLs of the same in other languages, as stated

	Seen    time.Time `json:"seen"`    // first seen by us
	Article ArticleID `json:"article"` // what it carries

	// Sum is what Digest was while there was a Summary or Content: a store
	// keeps those of the youngest entries only, and sets it in their place.
	Sum string `json:"sum,omitempty"`
}

// Source names the feed or outlet that an entry says it was taken from
// (RSS source, Atom source).
type Source struct {
	Title string `json:"title,omitempty"`
	URL   string `json:"url,omitempty"`
}

// Media is an enclosure.
type Media struct {
	URL    string `json:"url"`
	Type   string `json:"type,omitempty"`
	Length int64  `json:"length,omitempty"` // bytes, 0 when unknown
}

// Key identifies the entry among those of its feed: its GUID, else its link,
// else a digest of what it says. It is never empty.
func (e *Entry) Key() string {
	switch {
	case e.GUID != "":
		return e.GUID
	case e.Link != "":
		return e.Link
	}
	return e.Digest()
}

// Digest is a hash of what a reader would see of the entry. It changes when
// the publisher changes the entry and stays when only dates are rewritten.
func (e *Entry) Digest() string {
	if e.Sum != "" && e.Summary == "" && e.Content == "" {
		return e.Sum
	}
	var room [4 << 10]byte
	said := room[:0]
	for _, s := range [...]string{e.Link, e.Title, e.Summary, e.Content} {
		said = append(append(said, s...), 0)
	}
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:16])
}

// EntryRef names an entry.
type EntryRef struct {
	Feed FeedID `json:"feed"`
	Key  string `json:"key"`
}

// Article is one document at one canonical URL, carried by one or more
// entries. Its text is stored apart, as its [Body].
type Article struct {
	ID  ArticleID `json:"id"`
	URL string    `json:"url"` // canonical: the identity
	// Canonical is what the page itself names as its canonical URL, where that
	// differs from URL; it may be another outlet's.
	Canonical string `json:"canonical,omitempty"`
	Link      string `json:"link,omitempty"` // where a person goes to read it
	Title     string `json:"title"`
	Byline    string `json:"byline,omitempty"`
	Outlet    string `json:"outlet,omitempty"` // who publishes it, for a person
	Host      string `json:"host,omitempty"`   // registrable domain of URL
	Lang      string `json:"lang,omitempty"`
	Dir       string `json:"dir,omitempty"` // "rtl" or empty
	Image     string `json:"image,omitempty"`
	Lede      string `json:"lede,omitempty"` // first words, at most 300 runes

	Published time.Time `json:"published,omitzero"` // as stated, if believable
	Modified  time.Time `json:"modified,omitzero"`
	Seen      time.Time `json:"seen"` // first seen by us

	Entries []EntryRef `json:"entries,omitempty"`
	Origins []Origin   `json:"origins,omitempty"`
	Page    Page       `json:"page"`

	Alternates []string `json:"alternates,omitempty"` // URLs of the same in other languages, as the page or feed states

	Story StoryID `json:"story,omitempty"` // 0: not folded yet
	Fold  Fold    `json:"fold,omitzero"`
}

// Time is when the article appeared as far as can be told: the stated time of
// publication unless that is missing or after it was first seen.
func (a *Article) Time() time.Time {
	if a.Published.IsZero() || a.Published.After(a.Seen) {
		return a.Seen
	}
	return a.Published
}

// PageState is how far getting the full text of an article has come.
type PageState string

// The states of an article's page.
const (
	PageWanted  PageState = "wanted"  // to be fetched at Page.Next
	PageFetched PageState = "fetched" // the body is the page's
	PageFeed    PageState = "feed"    // the feed carried the full text
	PageRefused PageState = "refused" // no article there (Page.Kind says what); the feed's text is used
	PageFailed  PageState = "failed"  // given up; the feed's text is used
)

// Page is the state of extraction of an article.
type Page struct {
	State    PageState `json:"state"`
	Kind     string    `json:"kind,omitempty"` // extract.Kind of what was found
	Next     time.Time `json:"next,omitzero"`  // when wanted: not before
	Attempts int       `json:"attempts,omitempty"`
	Error    string    `json:"error,omitempty"`
	Words    int       `json:"words,omitempty"` // of the body in use
}

// Body is the text of an article.
type Body struct {
	Text string `json:"text"` // paragraphs separated by blank lines
	HTML string `json:"html"` // sanitised, safe to show
}

// Revision is an earlier text of an article, which its publisher has changed
// since.
type Revision struct {
	Title string    `json:"title"`
	Text  string    `json:"text"`  // paragraphs separated by blank lines
	Until time.Time `json:"until"` // when the change was seen
}

// Origin says where an article's text comes from, as the article itself or its
// feed states it.
type Origin struct {
	Kind  string `json:"kind"`           // credit, dateline, byline, copyright, canonical, source, metadata, path
	Name  string `json:"name,omitempty"` // outlet or agency
	URL   string `json:"url,omitempty"`
	Quote string `json:"quote,omitempty"` // the words it was read from
}

// Relation is what an article is to the article that it was compared with.
type Relation string

// The relations. Copy relations fold an article into a story; Quotes and
// Template only link it.
const (
	First       Relation = "first"       // founded its story; compared with nothing
	Identical   Relation = "identical"   // the same text
	Edited      Relation = "edited"      // the same text with small changes
	Excerpt     Relation = "excerpt"     // contained in the other
	Expanded    Relation = "expanded"    // contains the other
	Update      Relation = "update"      // a later version by the same outlet
	Translation Relation = "translation" // the same text in another language
	Quotes      Relation = "quotes"      // shares passages: linked, not folded
	Template    Relation = "template"    // same wording, other facts: linked, not folded
)

// Copies reports whether the relation folds.
func (r Relation) Copies() bool {
	switch r {
	case Identical, Edited, Excerpt, Expanded, Update, Translation:
		return true
	}
	return false
}

// Fold is the decision that put an article into its story, with the evidence.
type Fold struct {
	Relation Relation   `json:"relation,omitempty"`
	With     ArticleID  `json:"with,omitempty"`  // the article compared with
	Score    float64    `json:"score,omitempty"` // 0 to 1, folded from .5 on
	Evidence []Evidence `json:"evidence,omitempty"`
	At       time.Time  `json:"at,omitzero"`
	Links    []Link     `json:"links,omitempty"` // related but not folded
}

// Evidence is one reason for a decision.
type Evidence struct {
	Kind   string  `json:"kind"`            // as documented by package dedupe
	Value  float64 `json:"value,omitempty"` // 0 to 1 unless the kind says otherwise
	Detail string  `json:"detail,omitempty"`
}

// Link names an article that is related to another without being a copy.
type Link struct {
	Relation Relation  `json:"relation"` // Quotes or Template
	With     ArticleID `json:"with"`
	Score    float64   `json:"score,omitempty"`
}

// Story is a set of articles with the same text.
type Story struct {
	ID       StoryID     `json:"id"`
	Lead     ArticleID   `json:"lead"`     // shown for the story
	Articles []ArticleID `json:"articles"` // all of it, lead included, ascending
	Feeds    []FeedID    `json:"feeds"`    // that carry any of it, ascending
	Outlets  int         `json:"outlets"`  // distinct hosts
	First    Provenance  `json:"first"`    // who had it first

	Time    time.Time `json:"time"`    // of its earliest article; orders lists
	Changed time.Time `json:"changed"` // when its set of articles last changed
	Read    bool      `json:"read"`
	Starred bool      `json:"starred"`
	// Held says that a person marked it unread: it is to be read yet, and is
	// not removed to make room.
	Held bool `json:"held,omitempty"`
	// Hidden says that a rule keeps it out of lists.
	Hidden bool     `json:"hidden,omitempty"`
	Tags   []string `json:"tags,omitempty"` // that rules gave it, in order
}

// Provenance says who had a story first, and how sure that is.
type Provenance struct {
	Article    ArticleID `json:"article,omitempty"` // 0: none of ours
	Outlet     string    `json:"outlet,omitempty"`  // that article's, or an agency whose own copy was never seen
	URL        string    `json:"url,omitempty"`
	Confidence float64   `json:"confidence"` // 0 to 1
	Reason     string    `json:"reason,omitempty"`
}

// Copies is the number of articles beside the lead.
func (s *Story) Copies() int { return len(s.Articles) - 1 }
