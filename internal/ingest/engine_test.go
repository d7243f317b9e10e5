package ingest_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/ingest"
	"newsfold/internal/river"
	"newsfold/store"
	"newsfold/store/bolt"
)

// press is a server of feeds and pages whose content tests change.
type press struct {
	*httptest.Server
	mu    sync.Mutex
	files map[string]string
	asked map[string]int
}

func newPress(t *testing.T) *press {
	p := &press{files: map[string]string{}, asked: map[string]int{}}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		body, ok := p.files[r.URL.Path]
		p.asked[r.URL.Path]++
		p.mu.Unlock()
		if !ok {
			http.NotFound(w, r)
			return
		}
		etag := fmt.Sprintf(`"%x"`, len(body))
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *press) set(path, body string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[path] = body
}

func (p *press) count(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[path]
}

// entry is an item of a feed under test.
type entry struct{ guid, link, title, text string }

// rss writes a feed; texts are plain and go out whole.
func (p *press) rss(title string, entries ...entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>%s</title><link>%s/</link>`, title, p.URL)
	for _, e := range entries {
		fmt.Fprintf(&b, "<item><guid isPermaLink=\"false\">%s</guid><link>%s%s</link><title>%s</title><content:encoded><![CDATA[<p>%s</p>]]></content:encoded></item>",
			e.guid, p.URL, e.link, e.title, e.text)
	}
	b.WriteString("</channel></rss>")
	return b.String()
}

// desk is an engine at work on a store.
type desk struct {
	t      *testing.T
	db     store.DB
	engine *ingest.Engine
}

func newDesk(t *testing.T) *desk { return newDeskWith(t, ingest.Options{Manual: true}) }

func newDeskWith(t *testing.T, opts ingest.Options) *desk {
	t.Helper()
	return newDeskOver(t, opts, fetch.Options{})
}

// newPatientDesk returns a desk that waits for publishers for as long as the test
// lasts, so that nothing which they hold up goes on because it was given up.
func newPatientDesk(t *testing.T) *desk {
	t.Helper()
	trip := &http.Transport{}
	t.Cleanup(trip.CloseIdleConnections)
	return newDeskOver(t, ingest.Options{PageWait: 50 * time.Millisecond}, fetch.Options{Transport: trip, Timeout: time.Hour})
}

func newDeskOver(t *testing.T, opts ingest.Options, net fetch.Options) *desk {
	t.Helper()
	db, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "newsfold.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	net.Allow, net.Gap, net.Interval = []string{"127.0.0.0/8"}, -1, time.Second
	client, err := fetch.New(net)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, db: db, engine: ingest.New(db, client, opts)}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.engine.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("engine: %v", err)
		}
		client.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *desk) subscribe(urls ...string) {
	d.t.Helper()
	err := d.db.Update(d.t.Context(), func(tx store.Tx) error {
		for _, u := range urls {
			if err := tx.PutFeed(&newsfold.Feed{URL: u}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) pass() ingest.Progress {
	d.t.Helper()
	p, err := d.engine.Pass(d.t.Context(), ingest.Request{All: true})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, f := range p.Failures {
		d.t.Errorf("feed %s: %s", f.URL, f.Error)
	}
	return p
}

func (d *desk) stories() []river.Story {
	d.t.Helper()
	var stories []river.Story
	err := d.db.View(d.t.Context(), func(tx store.Tx) (err error) {
		stories, _, err = river.List(tx, river.Query{Articles: true})
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return stories
}

// The ferry and orchard texts share nothing; each is long enough to be taken
// for a whole article.
var (
	ferry   = prose("The night ferry between the two islands ran aground on a sandbank shortly before dawn", 12)
	orchard = prose("Growers in the valley have picked the first apples of a late and unusually sweet season", 12)
)

// prose makes a text of n sentences from one beginning.
func prose(start string, n int) string {
	verbs := []string{"reported", "denied", "recalled", "measured", "repaired", "promised", "counted", "painted", "sold", "found", "carried", "wrote"}
	nouns := []string{"lanterns", "ledgers", "nets", "barrels", "maps", "ropes", "windows", "baskets", "letters", "stones", "carts", "songs"}
	var b strings.Builder
	b.WriteString(start + ". ")
	words := strings.Fields(start)
	for i := range n {
		fmt.Fprintf(&b, "%s %s of the %s %s %s before the %s %s returned to %s. ",
			strings.ToUpper(words[i%len(words)][:1])+words[i%len(words)][1:], nouns[i%len(nouns)], words[(i+3)%len(words)],
			verbs[(i*7+len(start))%len(verbs)], nouns[(i*5+len(start))%len(nouns)], words[(i+5)%len(words)], nouns[(i*3+1)%len(nouns)], words[(i+8)%len(words)])
	}
	return b.String()
}

func TestReprintsAreFoldedUnderOneStory(t *testing.T) {
	p, d := newPress(t), newDesk(t)
	p.set("/wire.xml", p.rss("Wire", entry{"w1", "/w/ferry", "Ferry runs aground", ferry}, entry{"w2", "/w/orchard", "Sweet apples", orchard}))
	p.set("/copy.xml", p.rss("Copy", entry{"c1", "/c/ferry", "Ferry runs aground off the islands", ferry}))
	d.subscribe(p.URL+"/wire.xml", p.URL+"/copy.xml")
	if n := d.pass(); n.New != 3 {
		t.Errorf("%d new entries, want 3", n.New)
	}
	got := map[string]int{}
	for _, s := range d.stories() {
		got[s.Title] = s.Copies
	}
	if len(got) != 2 || got["Sweet apples"] != 0 {
		t.Errorf("stories with copies: %v; want the ferry with 1, the apples with 0", got)
	}
}

func TestSecondPassStoresNothingAgain(t *testing.T) {
	p, d := newPress(t), newDesk(t)
	p.set("/wire.xml", p.rss("Wire", entry{"w1", "/w/ferry", "Ferry runs aground", ferry}))
	d.subscribe(p.URL + "/wire.xml")
	d.pass()
	before := d.stories()
	n := d.pass()
	if n.Unchanged != 1 || n.New != 0 || n.Revised != 0 {
		t.Errorf("second pass: %+v; want all unchanged", n)
	}
	if after := d.stories(); len(after) != 1 || after[0].ID != before[0].ID {
		t.Errorf("stories changed from %v to %v", before, after)
	}
}

func TestSummariesGetTheTextOfTheirPage(t *testing.T) {
	p, d := newPress(t), newDesk(t)
	p.set("/wire.xml", p.rss("Wire", entry{"w1", "/w/ferry", "Ferry runs aground", "The night ferry ran aground."}))
	p.set("/w/ferry", "<html><head><title>Ferry runs aground</title></head><body><nav><a href=/>Home</a></nav><article><h1>Ferry runs aground</h1><p>"+
		strings.ReplaceAll(ferry, ". ", ".</p><p>")+"</p></article></body></html>")
	d.subscribe(p.URL + "/wire.xml")
	d.pass()
	st := d.stories()
	if len(st) != 1 || st[0].Articles[0].Body != newsfold.PageFetched || st[0].Articles[0].Words < 100 {
		t.Fatalf("got %+v; want one story with the page's text", st)
	}
	if p.count("/w/ferry") != 1 {
		t.Errorf("page asked for %d times, want once", p.count("/w/ferry"))
	}
}

func TestPageWithoutTextLeavesTheFeedsOwn(t *testing.T) {
	for name, page := range map[string]string{
		"no text":     "<html><head><title>Ferry</title></head><body><script>render()</script></body></html>",
		"not a page":  "%PDF-1.7\n%\xe2\xe3\xcf\xd3 obj",
		"empty":       "",
		"login wall":  "<html><body><form><input name=user><input name=pass></form></body></html>",
		"a huge page": "<html><body>" + strings.Repeat("<div>", 200_000),
	} {
		t.Run(name, func(t *testing.T) {
			p, d := newPress(t), newDesk(t)
			p.set("/wire.xml", p.rss("Wire", entry{"w1", "/w/ferry", "Ferry runs aground", "The night ferry ran aground."}))
			p.set("/w/ferry", page)
			d.subscribe(p.URL + "/wire.xml")
			d.pass()
			st := d.stories()
			if len(st) != 1 || st[0].Lede != "The night ferry ran aground." {
				t.Fatalf("got %+v; want one story with the feed's text", st)
			}
			if ar := st[0].Articles[0]; ar.Error == "" || ar.Body == newsfold.PageFetched {
				t.Errorf("body is %q, error %q; want the reason why it is not the page's", ar.Body, ar.Error)
			}
		})
	}
}

func TestSectionFeedsOfOnePublisherCarryOneArticle(t *testing.T) {
	p, d := newPress(t), newDesk(t)
	p.set("/news.xml", p.rss("News", entry{"n1", "/ferry?utm_source=rss", "Ferry", ferry}))
	p.set("/local.xml", p.rss("Local", entry{"l1", "/ferry?utm_source=local", "Ferry", ferry}))
	d.subscribe(p.URL+"/news.xml", p.URL+"/local.xml")
	d.pass()
	st := d.stories()
	if len(st) != 1 || len(st[0].Articles) != 1 || len(st[0].Feeds) != 2 {
		t.Fatalf("got %+v; want one article in two feeds", st)
	}
	err := d.db.View(t.Context(), func(tx store.Tx) error {
		a, err := tx.Article(st[0].Articles[0].ID)
		if err != nil {
			return err
		}
		if want := p.URL + "/ferry"; a.Link != want {
			t.Errorf("people are led to %s, want %s", a.Link, want)
		}
		en, err := tx.Entry(a.Entries[0])
		if !strings.Contains(en.Link, "?utm_source=") {
			t.Errorf("the entry's link is %s, want it as the feed has it", en.Link)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReissuedEntriesAddNothing(t *testing.T) {
	p, d := newPress(t), newDesk(t)
	d.subscribe(p.URL + "/wire.xml")
	for i := range 5 {
		p.set("/wire.xml", p.rss("Wire"+strings.Repeat("!", i), entry{fmt.Sprint("guid", i), "/w/ferry", "Ferry", ferry}))
		d.pass()
	}
	st := d.stories()
	if len(st) != 1 || len(st[0].Articles) != 1 {
		t.Fatalf("got %d stories, want 1 with 1 article", len(st))
	}
	err := d.db.View(t.Context(), func(tx store.Tx) error {
		a, err := tx.Article(st[0].Articles[0].ID)
		if len(a.Entries) != 1 {
			t.Errorf("%d entries kept of an article issued again and again, want 1", len(a.Entries))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTwoEntriesOfOneArticleDoNotTakeTurns has a feed carry one article under two
// GUIDs with different summaries.
func TestTwoEntriesOfOneArticleDoNotTakeTurns(t *testing.T) {
	p, d := newPress(t), newDesk(t)
	d.subscribe(p.URL + "/wire.xml")
	p.set("/w/ferry", "<html><head><title>Ferry</title></head><body><article><h1>Ferry</h1><p>"+strings.ReplaceAll(ferry, ". ", ".</p><p>")+"</p></article></body></html>")
	for i := range 3 {
		p.set("/wire.xml", p.rss("Wire"+strings.Repeat("!", i), entry{"w1", "/w/ferry", "Ferry", "It ran aground."}, entry{"w2", "/w/ferry", "Ferry", "A ferry is stuck."}))
		if n := d.pass(); i > 0 && n.Revised+n.New != 0 {
			t.Errorf("pass %d: %d new, %d revised of what has not changed", i+1, n.New, n.Revised)
		}
	}
	if st := d.stories(); len(st) != 1 || len(st[0].Articles) != 1 {
		t.Errorf("got %+v; want one article", st)
	}
}

func TestEntriesThatShareALinkAreToldApart(t *testing.T) {
	p, d := newPress(t), newDesk(t)
	p.set("/status.xml", p.rss("Status", entry{"s1", "/", "Ferry", ferry}, entry{"s2", "/", "Apples", orchard}))
	d.subscribe(p.URL + "/status.xml")
	d.pass()
	if st := d.stories(); len(st) != 2 {
		t.Fatalf("got %d stories, want 2", len(st))
	}
}

func TestLateCopyOfAReadStoryStaysRead(t *testing.T) {
	p, d := newPress(t), newDesk(t)
	p.set("/wire.xml", p.rss("Wire", entry{"w1", "/w/ferry", "Ferry runs aground", ferry}))
	p.set("/copy.xml", p.rss("Copy"))
	d.subscribe(p.URL+"/wire.xml", p.URL+"/copy.xml")
	d.pass()
	id := d.stories()[0].ID
	err := d.db.Update(t.Context(), func(tx store.Tx) error {
		s, err := tx.Story(id)
		s.Read = true
		if err != nil {
			return err
		}
		return tx.PutStory(&s)
	})
	if err != nil {
		t.Fatal(err)
	}
	p.set("/copy.xml", p.rss("Copy", entry{"c1", "/c/ferry", "Ferry runs aground", ferry}))
	d.pass()
	st := d.stories()
	if len(st) != 1 || st[0].Copies != 1 || !st[0].Read {
		t.Fatalf("got %d stories, first %+v; want one, read, with a copy", len(st), st[0])
	}
}

// note is an entry whose text is on its page.
func note(i int, title string) entry {
	return entry{fmt.Sprint("g", i), fmt.Sprintf("/page/%d", i), title, "A short note."}
}

// TestManyPagesOfOneHostHoldUpNoOther has hundreds of pages of a host that does
// not answer waiting when another host's page is wanted.
func TestManyPagesOfOneHostHoldUpNoOther(t *testing.T) {
	stuck := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-stuck:
		case <-r.Context().Done():
		}
	}))
	defer slow.Close()
	defer close(stuck)
	p := newPress(t)
	d := newPatientDesk(t)
	var many []entry
	for i := range 300 {
		many = append(many, note(i, fmt.Sprintf("Note %d", i)))
	}
	p.set("/slow.xml", strings.ReplaceAll(p.rss("Slow", many...), "<link>"+p.URL+"/page/", "<link>"+slow.URL+"/page/"))
	p.set("/quick.xml", p.rss("Quick", note(1, "The quick one")))
	d.subscribe(p.URL + "/slow.xml")
	d.engine.Changed()
	eventually(t, "the slow host's pages are waited for", func() bool { return len(d.stories()) == 300 })
	d.subscribe(p.URL + "/quick.xml")
	d.engine.Changed()
	eventually(t, "the other host's page is asked for", func() bool { return p.count("/page/1") > 0 })
}

// TestManyHostsThatDoNotAnswerHoldUpNoOther has a dozen of them, each with more
// than one page.
func TestManyHostsThatDoNotAnswerHoldUpNoOther(t *testing.T) {
	stuck := make(chan struct{})
	slow := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-stuck:
		case <-r.Context().Done():
		}
	}))
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Skip(err)
	}
	slow.Listener = l
	slow.Start()
	defer slow.Close()
	defer close(stuck)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	p := newPress(t)
	d := newPatientDesk(t)
	var many []entry
	for i := range 36 {
		many = append(many, note(i, fmt.Sprintf("Note %d", i)))
	}
	feed := p.rss("Slow", many...)
	for i := range many {
		feed = strings.ReplaceAll(feed, fmt.Sprintf("<link>%s/page/%d<", p.URL, i), fmt.Sprintf("<link>http://127.0.0.%d:%s/page/%d<", 2+i%12, port, i))
	}
	p.set("/slow.xml", feed)
	p.set("/quick.xml", p.rss("Quick", note(1, "The quick one")))
	d.subscribe(p.URL + "/slow.xml")
	d.engine.Changed()
	eventually(t, "the slow hosts' pages are waited for", func() bool { return len(d.stories()) == 36 })
	d.subscribe(p.URL + "/quick.xml")
	d.engine.Changed()
	eventually(t, "the other host's page is asked for", func() bool { return p.count("/page/1") > 0 })
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	const most = 2 * time.Minute // on a busy machine
	for start := time.Now(); time.Since(start) < most; time.Sleep(25 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("not within %v: %s", most, what)
}

func TestPassWithoutPagesAsksForNone(t *testing.T) {
	p, d := newPress(t), newDesk(t)
	var some []entry
	for i := range 20 {
		some = append(some, note(i, fmt.Sprintf("Note %d", i)))
	}
	p.set("/wire.xml", p.rss("Wire", some...))
	d.subscribe(p.URL + "/wire.xml")
	if _, err := d.engine.Pass(t.Context(), ingest.Request{All: true, NoPages: true}); err != nil {
		t.Fatal(err)
	}
	if n := len(d.stories()); n != 20 {
		t.Errorf("%d stories, want 20", n)
	}
	for i := range some {
		if p.count(fmt.Sprintf("/page/%d", i)) != 0 {
			t.Fatalf("page %d was asked for", i)
		}
	}
	d.pass()
	if p.count("/page/7") != 1 {
		t.Error("the next pass has not fetched the pages")
	}
}

func TestTextOfThePageOutlastsChangesOfTheSummary(t *testing.T) {
	p, d := newPress(t), newDesk(t)
	d.subscribe(p.URL + "/wire.xml")
	p.set("/page/1", "<html><head><title>Ferry</title></head><body><article><h1>Ferry</h1><p>"+strings.ReplaceAll(ferry, ". ", ".</p><p>")+"</p></article></body></html>")
	for _, title := range []string{"Ferry", "Ferry runs aground", "Ferry runs aground again"} {
		p.set("/wire.xml", p.rss("Wire", note(1, title)))
		d.pass()
	}
	st := d.stories()
	if len(st) != 1 || st[0].Articles[0].Words < 100 || st[0].Lede == "A short note." {
		t.Fatalf("got %+v; want the text of the page kept", st)
	}
	if st[0].Title != "Ferry runs aground again" {
		t.Errorf("title is %q", st[0].Title)
	}
}

// TestPageThatComesTooLateChangesNothing has the feed carry the whole text while
// the page is being fetched, which then fails.
func TestPageThatComesTooLateChangesNothing(t *testing.T) {
	p := newPress(t)
	var d *desk
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/page/1" {
			http.NotFound(w, r) // robots.txt
			return
		}
		p.set("/wire.xml", p.rss("Wire", entry{"g1", "/page/1", "Ferry", ferry}))
		if _, err := d.engine.Pass(r.Context(), ingest.Request{All: true, NoPages: true}); err != nil {
			t.Error(err)
		}
		http.Error(w, "gone", http.StatusGone)
	}))
	defer pages.Close()
	d = newDesk(t)
	p.set("/wire.xml", strings.ReplaceAll(p.rss("Wire", note(1, "Ferry")), "<link>"+p.URL+"/page/", "<link>"+pages.URL+"/page/"))
	d.subscribe(p.URL + "/wire.xml")
	d.pass()
	st := d.stories()
	if len(st) != 1 {
		t.Fatalf("%d stories, want 1", len(st))
	}
	if ar := st[0].Articles[0]; ar.Body != newsfold.PageFeed || ar.Error != "" {
		t.Errorf("body is %q, error %q; want the feed's text and no error", ar.Body, ar.Error)
	}
}

func TestFeedThatWasGoneIsPolledAgainOnceItAnswered(t *testing.T) {
	p := newPress(t)
	d := newDeskWith(t, ingest.Options{})
	p.set("/wire.xml", p.rss("Wire", entry{"w1", "/w/ferry", "Ferry", ferry}))
	var f newsfold.Feed
	err := d.db.Update(t.Context(), func(tx store.Tx) error {
		f = newsfold.Feed{URL: p.URL + "/wire.xml", Poll: newsfold.Poll{Result: newsfold.Gone}}
		return tx.PutFeed(&f)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.engine.Pass(t.Context(), ingest.Request{Feeds: []newsfold.FeedID{f.ID}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the feed is polled by the clock", func() bool { return p.count("/wire.xml") > 1 })
}

func TestDeadlineEndsTheEngineWithoutError(t *testing.T) {
	d := newDesk(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	client, err := fetch.New(fetch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := ingest.New(d.db, client, ingest.Options{Manual: true}).Run(ctx); err != nil {
		t.Errorf("engine: %v", err)
	}
}
