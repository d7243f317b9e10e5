package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsfold"
	"newsfold/internal/web"
	"newsfold/store"
	"newsfold/store/bolt"
)

// clock is the time of every test.
var clock = time.Date(2026, 3, 14, 15, 30, 0, 0, time.UTC)

// site is a reader over a real store.
type site struct {
	t  *testing.T
	db store.DB
	*httptest.Server
}

// open starts a reader over a new store that fill has filled.
func open(t *testing.T, fill func(*filler)) *site {
	t.Helper()
	return openWith(t, fill, func(*web.Options) {})
}

// openWith is open with options that change may change.
func openWith(t *testing.T, fill func(*filler), change func(*web.Options)) *site {
	t.Helper()
	db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "news.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if fill != nil {
		err := db.Update(t.Context(), func(tx store.Tx) error {
			fill(&filler{t: t, tx: tx})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	opts := web.Options{DB: db, Now: func() time.Time { return clock }, Version: "1.2.3", Hosts: []string{"news.home"}}
	change(&opts)
	h, err := web.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	srv.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &site{t, db, srv}
}

// answer is what came back.
type answer struct {
	*http.Response
	body string
}

func (s *site) get(path string) answer {
	s.t.Helper()
	return s.send(http.MethodGet, path, nil, nil)
}

// post sends a form as a browser on one of the site's own pages does.
func (s *site) post(path string, form url.Values) answer {
	s.t.Helper()
	return s.send(http.MethodPost, path, form, http.Header{"Sec-Fetch-Site": {"same-origin"}})
}

func (s *site) send(method, path string, form url.Values, header http.Header) answer {
	s.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range header {
		req.Header[k] = v
	}
	req.Host = header.Get("Host")
	resp, err := s.Client().Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{resp, string(text)}
}

// story reads a story from the store.
func (s *site) story(id newsfold.StoryID) newsfold.Story {
	s.t.Helper()
	var st newsfold.Story
	err := s.db.View(context.Background(), func(tx store.Tx) (err error) {
		st, err = tx.Story(id)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return st
}

// filler fills a store within one transaction.
type filler struct {
	t  *testing.T
	tx store.Tx
}

func (f *filler) feed(fd newsfold.Feed) newsfold.FeedID {
	f.t.Helper()
	if fd.Added.IsZero() {
		fd.Added = clock.Add(-30 * 24 * time.Hour)
	}
	if err := f.tx.PutFeed(&fd); err != nil {
		f.t.Fatal(err)
	}
	return fd.ID
}

func (f *filler) article(a newsfold.Article, body newsfold.Body) newsfold.ArticleID {
	f.t.Helper()
	if a.Seen.IsZero() {
		a.Seen = a.Published.Add(6 * time.Minute)
	}
	if a.Page.State == "" {
		a.Page.State = newsfold.PageFetched
	}
	if a.Page.Words == 0 {
		a.Page.Words = len(strings.Fields(body.Text))
	}
	if a.Lede == "" {
		a.Lede, _, _ = strings.Cut(body.Text, "\n\n")
	}
	if err := f.tx.PutArticle(&a); err != nil {
		f.t.Fatal(err)
	}
	for _, r := range a.Entries {
		if err := f.tx.PutEntry(&newsfold.Entry{Feed: r.Feed, GUID: r.Key, Link: a.URL, Title: a.Title, Seen: a.Seen, Article: a.ID}); err != nil {
			f.t.Fatal(err)
		}
	}
	if err := f.tx.PutBody(a.ID, body); err != nil {
		f.t.Fatal(err)
	}
	return a.ID
}

// fold makes one story of articles, the first of them its lead.
func (f *filler) fold(st newsfold.Story, ids ...newsfold.ArticleID) newsfold.StoryID {
	f.t.Helper()
	st.Lead, st.Articles = ids[0], ids
	st.ID = newsfold.StoryID(ids[0])
	hosts := map[string]bool{}
	for _, id := range ids {
		st.ID = min(st.ID, newsfold.StoryID(id))
	}
	for _, id := range ids {
		a, err := f.tx.Article(id)
		if err != nil {
			f.t.Fatal(err)
		}
		a.Story = st.ID
		if err := f.tx.PutArticle(&a); err != nil {
			f.t.Fatal(err)
		}
		hosts[a.Host] = true
		if st.Time.IsZero() || a.Time().Before(st.Time) {
			st.Time = a.Time()
		}
		for _, e := range a.Entries {
			st.Feeds = append(st.Feeds, e.Feed)
		}
	}
	st.Outlets = len(hosts)
	st.Changed = st.Time
	if err := f.tx.PutStory(&st); err != nil {
		f.t.Fatal(err)
	}
	return st.ID
}

// html makes paragraphs of a text.
func html(text string) newsfold.Body {
	return newsfold.Body{Text: text, HTML: "<p>" + strings.ReplaceAll(text, "\n\n", "</p>\n<p>") + "</p>"}
}

const (
	harbourText = "The night ferry between Osmund and the Lower Skerries will run again from Monday, ending eleven weeks in which islanders crossed by fishing boat.\n\n" +
		"Engineers replaced the vessel’s shaft after divers found a crack as long as a hand in February. “We heard it before we saw it,” said the harbour master, Ilse Tarrant.\n\n" +
		"Fares stay as they were. Freight goes first on the opening night, because two of the islands have been without flour since Thursday.\n\n" +
		"A second ferry, promised for the summer, has not been ordered yet."
	harbourEdited = "The night ferry between Osmund and the Lower Skerries will run again from Tuesday, ending eleven weeks in which islanders crossed by fishing boat.\n\n" +
		"Engineers replaced the vessel’s shaft after divers found a crack as long as a hand in February. “We heard it before we saw it,” said the harbour master, Ilse Tarrant.\n\n" +
		"The council said on Saturday that it would pay for the first crossing of every schoolchild.\n\n" +
		"Fares stay as they were. Freight goes first on the opening night, because two of the islands have been without flour since Thursday.\n\n" +
		"A second ferry, promised for the summer, has not been ordered yet."
	harbourExcerpt = "The night ferry between Osmund and the Lower Skerries will run again from Monday, ending eleven weeks in which islanders crossed by fishing boat.\n\n" +
		"Engineers replaced the vessel’s shaft after divers found a crack as long as a hand in February."
)

// newsroom is a small, varied store: six stories in four feeds.
func newsroom(f *filler) {
	wire := f.feed(newsfold.Feed{
		URL: "https://northwire.example/feed.xml", Title: "Northwire", Site: "https://northwire.example/", Folders: []string{"Agencies"}, Entries: 1240,
		Poll: newsfold.Poll{
			Attempted: clock.Add(-9 * time.Minute), Succeeded: clock.Add(-9 * time.Minute), Next: clock.Add(11 * time.Minute),
			Why: "it publishes about every 20 minutes", Result: newsfold.NotModified, Status: 304,
		},
	})
	courier := f.feed(newsfold.Feed{
		URL: "https://courier.example/rss", Title: "The Osmund Courier", Folders: []string{"News/Coast"}, Entries: 310,
		Poll: newsfold.Poll{
			Attempted: clock.Add(-50 * time.Minute), Succeeded: clock.Add(-50 * time.Minute), Next: clock.Add(10 * time.Minute), Why: "the feed asks for an hour between polls",
			Result: newsfold.Updated, Status: 200,
		},
	})
	arabic := f.feed(newsfold.Feed{URL: "https://almina.example/feed", Title: "صحيفة الميناء", Lang: "ar", Entries: 88, Poll: newsfold.Poll{
		Attempted: clock.Add(-14 * time.Minute), Succeeded: clock.Add(-26 * time.Hour), Next: clock.Add(46 * time.Minute), Why: "after 3 failures in a row",
		Result: newsfold.Failed, Status: 503, Error: "almina.example answers 503 Service Unavailable and asks to come back later", Errors: 3,
	}})
	f.feed(newsfold.Feed{URL: "https://gazette.example/old.rss", Title: "Gazette", Entries: 12, Poll: newsfold.Poll{
		Attempted: clock.Add(-72 * time.Hour), Succeeded: clock.Add(-96 * time.Hour), Result: newsfold.Gone, Status: 410,
	}})
	f.feed(newsfold.Feed{URL: "https://fresh.example/atom.xml", Name: "A new one"})

	at := func(d time.Duration) time.Time { return clock.Add(-d) }
	ferry := f.article(newsfold.Article{
		URL: "https://northwire.example/ferry", Title: "Night ferry to the Lower Skerries runs again", Outlet: "Northwire", Host: "northwire.example", Lang: "en",
		Byline: "By Maud Ellery", Published: at(6*time.Hour + 16*time.Minute), Entries: []newsfold.EntryRef{{Feed: wire, Key: "1"}},
		Fold: newsfold.Fold{Relation: newsfold.First},
	}, html(harbourText))
	reprint := f.article(newsfold.Article{
		URL: "https://courier.example/ferry", Title: "Ferry back on Tuesday, says harbour", Outlet: "The Osmund Courier", Host: "courier.example", Lang: "en",
		Published: at(4*time.Hour + 2*time.Minute), Entries: []newsfold.EntryRef{{Feed: courier, Key: "a"}},
		Origins: []newsfold.Origin{{Kind: "dateline", Name: "Northwire", Quote: "OSMUND (Northwire) –"}},
		Fold: newsfold.Fold{Relation: newsfold.Edited, With: ferry, Score: .93, Evidence: []newsfold.Evidence{
			{Kind: "containment", Value: .987, Detail: "88 of 89 words of the shorter text are in the other"},
			{Kind: "passage", Value: .6, Detail: "longest shared passage: 54 words"},
			{Kind: "title", Value: .31, Detail: `"Ferry back" and "Night ferry"`},
			{Kind: "tea_leaves", Value: .5, Detail: "they point the same way"},
		}},
	}, html(harbourEdited))
	excerpt := f.article(newsfold.Article{
		URL: "https://skerrypost.example/n/77", Title: "Night ferry to the Lower Skerries runs again", Outlet: "Skerry Post", Host: "skerrypost.example", Lang: "en",
		Seen: at(95 * time.Minute), Fold: newsfold.Fold{Relation: newsfold.Excerpt, With: ferry, Score: .88},
	}, html(harbourExcerpt))
	f.fold(newsfold.Story{First: newsfold.Provenance{Article: ferry, Outlet: "Northwire", URL: "https://northwire.example/ferry", Confidence: .97, Reason: "it was first and the others credit it"}}, ferry, reprint, excerpt)

	f.fold(newsfold.Story{Read: true}, f.article(newsfold.Article{
		URL: "https://courier.example/bees", Title: "Beekeepers count a third more hives after mild winter", Outlet: "The Osmund Courier", Host: "courier.example", Lang: "en",
		Published: at(7 * time.Hour), Entries: []newsfold.EntryRef{{Feed: courier, Key: "b"}},
	}, html("The county’s beekeepers counted 4,120 hives this spring, a third more than a year ago.\n\nNobody quite knows why.")))
	f.fold(newsfold.Story{Starred: true, First: newsfold.Provenance{Outlet: "Baltica", Confidence: .6, Reason: "credited in the text"}}, f.article(newsfold.Article{
		URL: "https://almina.example/1", Title: "إعادة فتح الميناء القديم أمام الصيادين بعد أعمال ترميم", Outlet: "صحيفة الميناء", Host: "almina.example", Lang: "ar", Dir: "rtl",
		Published: at(3 * time.Hour), Entries: []newsfold.EntryRef{{Feed: arabic, Key: "x"}},
		Origins: []newsfold.Origin{{Kind: "credit", Name: "Baltica", Quote: "ظهرت في الأصل على Baltica"}},
	}, html("أعيد صباح السبت فتح الميناء القديم أمام قوارب الصيد بعد أعمال ترميم استمرت عامين، بحسب ما أعلنت إدارة المرافئ.\n\nوقالت الإدارة إن الرصيف الجنوبي سيبقى مغلقاً حتى مطلع الصيف، وإن الرسوم لن تتغير هذا العام.")))
	f.fold(newsfold.Story{}, f.article(newsfold.Article{
		URL: "https://courier.example/clock", Title: "Town hall clock stops at the same minute for the third time this year", Outlet: "The Osmund Courier", Host: "courier.example", Lang: "en",
		Published: at(27 * time.Hour), Entries: []newsfold.EntryRef{{Feed: courier, Key: "c"}}, Page: newsfold.Page{State: newsfold.PageFailed, Error: "404"},
	}, html("At 11.42 on Friday the clock on the town hall stopped, as it did in January and in February. The clockmaker blames pigeons; the pigeons’ side has not been heard.")))
	f.fold(newsfold.Story{Read: true}, f.article(newsfold.Article{
		URL: "https://northwire.example/results", Title: "Halden Timber reports first-quarter profit of 41 million", Outlet: "Northwire", Host: "northwire.example", Lang: "en",
		Published: at(28 * time.Hour), Entries: []newsfold.EntryRef{{Feed: wire, Key: "2"}},
		Fold: newsfold.Fold{Relation: newsfold.First, Links: []newsfold.Link{{Relation: newsfold.Template, With: ferry, Score: .4}}},
	}, newsfold.Body{}))
}

func logTo(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
