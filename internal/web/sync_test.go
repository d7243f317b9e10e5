package web_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"newsfold"
	"newsfold/fetch"
	"newsfold/internal/access"
	"newsfold/internal/control"
	"newsfold/internal/ingest"
	"newsfold/internal/search"
	"newsfold/internal/web"
	"newsfold/store"
)

// gated gives a site a gate, and with running set an engine behind it that can
// subscribe.
func gated(t *testing.T, running bool) func(*web.Options) {
	return func(o *web.Options) {
		t.Helper()
		gate, err := access.Open(t.Context(), access.Options{DB: o.DB, Now: o.Now})
		if err == nil {
			err = gate.Prepare(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		o.Gate = gate
		if running {
			o.Control = desk(t, o.DB, gate)
		}
	}
}

// desk is a client of a control server with a running engine.
func desk(t *testing.T, db store.DB, gate *access.Gate) *control.Client {
	t.Helper()
	client, err := fetch.New(fetch.Options{Allow: []string{"127.0.0.1"}, Gap: -1})
	if err != nil {
		t.Fatal(err)
	}
	engine := ingest.New(db, client, ingest.Options{Manual: true})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = engine.Run(ctx) }()
	ix, err := search.Open(t.TempDir(), search.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ix.Close() })
	s := control.Server{
		DB: db, Engine: engine, Client: client, Gate: gate, Now: time.Now,
		Index: func() (*search.Index, error) { return ix, nil },
	}
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		srv.Close()
		stop()
		<-done
		client.Close()
	})
	return control.Connect(func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", srv.Listener.Addr().String())
	})
}

// app is a reading app that has logged in over the Google Reader API.
type app struct {
	*site
	token string
}

func login(s *site) app {
	s.t.Helper()
	a := s.send(http.MethodPost, "/accounts/ClientLogin", url.Values{"Email": {"reader"}, "Passwd": {"any"}}, nil)
	for l := range strings.Lines(a.body) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(l), "Auth="); ok {
			return app{s, v}
		}
	}
	s.t.Fatalf("login answered %s %q", a.Status, a.body)
	return app{}
}

func (a app) header() http.Header {
	return http.Header{"Authorization": {"GoogleLogin auth=" + a.token}}
}

// ask sends a GET, or a POST when there is a form, and wants a 200.
func (a app) ask(path string, form url.Values) string {
	a.t.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r := a.send(method, "/reader/api/0/"+path, form, a.header())
	if r.StatusCode != http.StatusOK {
		a.t.Fatalf("%s answered %s: %s", path, r.Status, r.body)
	}
	return r.body
}

func decoded[T any](t *testing.T, body string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v in %.200s", err, body)
	}
	return v
}

type idsAnswer struct {
	ItemRefs     []struct{ ID, TimestampUsec string }
	Continuation string
}

// ids asks for the IDs of a stream.
func (a app) ids(query string) (ids []string, more string) {
	a.t.Helper()
	got := decoded[idsAnswer](a.t, a.ask("stream/items/ids?"+query, nil))
	for _, r := range got.ItemRefs {
		ids = append(ids, r.ID)
	}
	return ids, got.Continuation
}

const (
	readingList = "s=user/-/state/com.google/reading-list"
	unreadOnly  = readingList + "&xt=user/-/state/com.google/read"
)

// The fixture has these stories: 1 the ferry (2 and 3 are its copies), 4 the
// bees (read), 5 the Arabic one (starred), 6 the clock, 7 the results (read).

func TestAppsSeeEachStoryOnce(t *testing.T) {
	a := login(openWith(t, newsroom, gated(t, false)))
	if got, _ := a.ids(readingList); !slices.Equal(got, []string{"7", "6", "5", "4", "1"}) {
		t.Errorf("the reading list is %v", got)
	}
	if got, _ := a.ids(readingList + "&r=o"); !slices.Equal(got, []string{"1", "4", "5", "6", "7"}) {
		t.Errorf("oldest first it is %v", got)
	}
	if got, _ := a.ids(unreadOnly); !slices.Equal(got, []string{"6", "5", "1"}) {
		t.Errorf("unread are %v", got)
	}
	for name, want := range map[string][]string{
		"s=user/-/state/com.google/starred":        {"5"},
		"s=user/1005921515/state/com.google/read":  {"7", "4"},
		"s=user/-/label/Agencies":                  {"7", "1"},
		"s=user/-/label/News/Coast":                {"6", "4"},
		"s=user/-/label/Nothing":                   nil,
		"s=feed/2":                                 {"6", "4"},
		"s=feed%2F2":                               {"6", "4"},
		"s=feed/https://courier.example/rss":       {"6", "4"},
		"s=feed/2&xt=user/-/state/com.google/read": {"6"},
		"s=feed/2&it=user/-/state/com.google/read": {"4"},
		readingList + "&xt=user/-/label/Agencies":  {"6", "5", "4"},
		readingList + "&xt=user/-/state/com.google/starred&xt=user/-/state/com.google/read": {"6", "1"},
	} {
		if got, _ := a.ids(name); !slices.Equal(got, want) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

func TestWithSyncCopiesEveryArticleIsAnItem(t *testing.T) {
	a := login(openWith(t, newsroom, func(o *web.Options) {
		gated(t, false)(o)
		o.Copies = true
	}))
	if got, _ := a.ids(readingList); !slices.Equal(got, []string{"7", "6", "5", "4", "3", "2", "1"}) {
		t.Errorf("the reading list is %v", got)
	}
	if got, _ := a.ids("s=feed/2"); !slices.Equal(got, []string{"6", "4", "2"}) {
		t.Errorf("the feed with the copy is %v", got)
	}
	if got := a.ask("edit-tag", url.Values{"i": {"2"}, "a": {"user/-/state/com.google/read"}}); got != "OK" {
		t.Errorf("marking answered %q", got)
	}
	if got, _ := a.ids(unreadOnly); !slices.Equal(got, []string{"6", "5"}) {
		t.Errorf("after one of three copies was read, unread are %v", got)
	}
}

func TestPagesOfAStreamHoldWhileItIsRead(t *testing.T) {
	a := login(openWith(t, func(f *filler) { many(f, 95) }, gated(t, false)))
	var all []string
	c := ""
	for range 20 {
		ids, next := a.ids(unreadOnly + "&n=10" + c)
		all = append(all, ids...)
		if next == "" {
			break
		}
		a.ask("edit-tag", url.Values{"i": ids, "a": {"user/-/state/com.google/read"}})
		c = "&c=" + next
	}
	if len(all) != 95 || len(slices.Compact(slices.Clone(all))) != 95 {
		t.Errorf("%d of 95 items were seen: %v", len(all), all)
	}
}

// many fills a store with stories of one feed, a minute apart.
func many(f *filler, n int) {
	feed := f.feed(newsfold.Feed{URL: "https://many.example/feed", Title: "Many", Folders: []string{"Big"}})
	for i := range n {
		f.fold(newsfold.Story{}, f.article(newsfold.Article{
			URL: fmt.Sprintf("https://many.example/%d", i), Title: fmt.Sprintf("Number %d", i), Host: "many.example",
			Published: clock.Add(-time.Duration(n-i) * time.Minute), Seen: clock.Add(-time.Duration(n-i) * time.Minute), Entries: []newsfold.EntryRef{{Feed: feed, Key: strconv.Itoa(i)}},
		}, html("Nothing much.")))
	}
}

func TestStreamsAreBoundedByTheTimeItemsCameIn(t *testing.T) {
	a := login(openWith(t, func(f *filler) { many(f, 30) }, gated(t, false)))
	at := func(min int) string { return strconv.FormatInt(clock.Add(-time.Duration(min)*time.Minute).Unix(), 10) }
	if got, _ := a.ids(readingList + "&ot=" + at(5)); len(got) != 5 {
		t.Errorf("since five minutes: %v", got)
	}
	if got, _ := a.ids(readingList + "&nt=" + at(26)); len(got) != 5 {
		t.Errorf("up to 26 minutes ago: %v", got)
	}
	got, more := a.ids(readingList + "&r=o&n=2&ot=" + at(5))
	if !slices.Equal(got, []string{"26", "27"}) || more != "27" {
		t.Errorf("oldest first since five minutes: %v, then %q", got, more)
	}
	if got, _ = a.ids(readingList + "&r=o&n=2&ot=" + at(5) + "&c=" + more); !slices.Equal(got, []string{"28", "29"}) {
		t.Errorf("and on: %v", got)
	}
}

type contentsAnswer struct {
	ID, Title, Continuation string
	Items                   []struct {
		ID, Title, Author, CrawlTimeMsec, TimestampUsec string
		Published, Updated                              int64
		Categories                                      []string
		Canonical, Alternate                            []struct{ Href string }
		Origin                                          struct{ StreamID, Title, HTMLURL string }
		Summary                                         struct{ Content, Direction string }
	}
}

func TestContentsHoldWhatAppsNeed(t *testing.T) {
	a := login(openWith(t, newsroom, gated(t, false)))
	got := decoded[contentsAnswer](t, a.ask("stream/contents/feed%2F1?n=10", nil))
	if got.Title != "Northwire" || len(got.Items) != 2 {
		t.Fatalf("feed 1 is %q with %d items", got.Title, len(got.Items))
	}
	it := got.Items[1]
	if it.ID != "tag:google.com,2005:reader/item/0000000000000001" || it.Title != "Night ferry to the Lower Skerries runs again" || it.Author != "By Maud Ellery" {
		t.Errorf("the item is %+v", it)
	}
	if !slices.Contains(it.Categories, "user/-/label/Agencies") || slices.Contains(it.Categories, "user/-/state/com.google/read") || !slices.Contains(got.Items[0].Categories, "user/-/state/com.google/read") {
		t.Errorf("categories are %v and %v", it.Categories, got.Items[0].Categories)
	}
	seen := clock.Add(-6*time.Hour - 10*time.Minute)
	if it.TimestampUsec != strconv.FormatInt(seen.UnixMicro(), 10) || it.CrawlTimeMsec != strconv.FormatInt(seen.UnixMilli(), 10) || it.Published != clock.Add(-6*time.Hour-16*time.Minute).Unix() || it.Updated != it.Published {
		t.Errorf("times are %+v", it)
	}
	if it.Canonical[0].Href != "https://northwire.example/ferry" || it.Alternate[0].Href != it.Canonical[0].Href || it.Origin.StreamID != "feed/1" || it.Origin.HTMLURL != "https://northwire.example/" {
		t.Errorf("links are %+v", it)
	}
	if !strings.Contains(it.Summary.Content, "harbour master") || !strings.Contains(it.Summary.Content, "The Osmund Courier: <a href=") || !strings.Contains(it.Summary.Content, "(edited)") {
		t.Errorf("the content is %s", it.Summary.Content)
	}
	// Without a stream it is the reading list; a label may hold a slash.
	if got := decoded[contentsAnswer](t, a.ask("stream/contents?n=3", nil)); len(got.Items) != 3 || got.Continuation == "" {
		t.Errorf("the reading list has %d items, then %q", len(got.Items), got.Continuation)
	}
	if got := decoded[contentsAnswer](t, a.ask("stream/contents/user/-/label/News/Coast", nil)); len(got.Items) != 2 {
		t.Errorf("the folder has %d items", len(got.Items))
	}
	rtl := decoded[contentsAnswer](t, a.ask("stream/items/contents", url.Values{"i": {"5"}})).Items[0]
	if rtl.Summary.Direction != "rtl" {
		t.Errorf("the Arabic item reads %s", rtl.Summary.Direction)
	}
}

func TestItemIDsAreTakenInEveryNotation(t *testing.T) {
	a := login(openWith(t, func(f *filler) { many(f, 30) }, gated(t, false)))
	for in, want := range map[string]int{
		"tag:google.com,2005:reader/item/000000000000001a": 26,
		"tag:google.com,2005:reader/item/1a":               26,
		"000000000000001a":                                 26,
		"0000000000000026":                                 38, // begins with 0: hexadecimal
		"26":                                               26,
		"1a":                                               26,
		"item/1a":                                          26,
		"0x1a":                                             26,
		"-26":                                              0,
		"ffffffffffffffe6":                                 0,
		"999":                                              0,
		"9223372036854775807":                              0,
	} {
		got := decoded[contentsAnswer](t, a.ask("stream/items/contents", url.Values{"i": {in}})).Items
		if want == 0 || want > 30 {
			if len(got) != 0 {
				t.Errorf("%s leads to %s", in, got[0].ID)
			}
		} else if len(got) != 1 || got[0].ID != fmt.Sprintf("tag:google.com,2005:reader/item/%016x", want) {
			t.Errorf("%s leads to %+v, want %d", in, got, want)
		}
	}
}

func TestReadingAStoryMarksItsCopies(t *testing.T) {
	a := login(openWith(t, newsroom, gated(t, false)))
	const read, kept, starred = "user/-/state/com.google/read", "user/-/state/com.google/kept-unread", "user/-/state/com.google/starred"
	steps := []struct {
		form          url.Values
		read, starred bool
	}{
		{url.Values{"i": {"tag:google.com,2005:reader/item/0000000000000002"}, "a": {read}, "r": {kept}, "ac": {"edit-tags"}, "async": {"true"}}, true, false},
		{url.Values{"i": {"1"}, "r": {read}, "a": {kept, "user/-/state/com.google/tracking-kept-unread"}}, false, false},
		{url.Values{"i": {"1", "6"}, "a": {read, starred}, "s": {"feed/1"}}, true, true},
		{url.Values{"i": {"1"}, "r": {starred}}, true, false},
		{url.Values{"i": {"1"}, "a": {"user/-/state/com.google/broadcast", "user/-/label/Later"}}, true, false},
		{url.Values{"i": {"12345"}, "a": {read}}, true, false},
		{url.Values{"a": {read}}, true, false},
	}
	for _, s := range steps {
		if got := a.ask("edit-tag", s.form); got != "OK" {
			t.Errorf("%v answered %q", s.form, got)
		}
		if st := a.story(1); st.Read != s.read || st.Starred != s.starred {
			t.Errorf("after %v the story is read %v, starred %v", s.form, st.Read, st.Starred)
		}
	}
	if st := a.story(6); !st.Read || !st.Starred {
		t.Error("the second of two items was not marked")
	}
}

// TestALateCopyOfAReadStoryDoesNotComeBack: a copy that was folded in after
// the app had read the story changes nothing for the app.
func TestALateCopyOfAReadStoryDoesNotComeBack(t *testing.T) {
	s := openWith(t, newsroom, gated(t, false))
	a := login(s)
	a.ask("edit-tag", url.Values{"i": {"1"}, "a": {"user/-/state/com.google/read"}})
	err := s.db.Update(t.Context(), func(tx store.Tx) error {
		f := &filler{t: t, tx: tx}
		late := f.article(newsfold.Article{URL: "https://almina.example/late", Title: "Ferry again", Host: "almina.example", Published: clock, Entries: []newsfold.EntryRef{{Feed: 3, Key: "late"}}}, html(harbourText))
		st, err := tx.Story(1)
		if err != nil {
			return err
		}
		f.fold(newsfold.Story{Read: st.Read, Feeds: []newsfold.FeedID{3}}, append(st.Articles, late)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := a.ids(unreadOnly); !slices.Equal(got, []string{"6", "5"}) {
		t.Errorf("unread are %v", got)
	}
	if got, _ := a.ids("s=feed/3"); !slices.Equal(got, []string{"5"}) {
		t.Errorf("the feed of the late copy is %v", got)
	}
}

func TestMarkAllGoesAsFarAsTheAppHasSeen(t *testing.T) {
	us := func(t time.Time) string { return strconv.FormatInt(t.UnixMicro(), 10) }
	for _, c := range []struct {
		form url.Values
		left []string
	}{
		{url.Values{"s": {"feed/2"}}, []string{"5", "1"}},
		{url.Values{"s": {"feed/https://courier.example/rss"}}, []string{"5", "1"}},
		{url.Values{"s": {"user/-/label/Agencies"}}, []string{"6", "5"}},
		{url.Values{"s": {"user/-/state/com.google/reading-list"}}, nil},
		{url.Values{"s": {"user/-/state/com.google/starred"}}, []string{"6", "1"}},
		// Story 6 came in 26 h 54 min ago, 1 some 6 h 10 min, 5 less than 3 h.
		{url.Values{"s": {"user/-/state/com.google/reading-list"}, "ts": {us(clock.Add(-6*time.Hour - 10*time.Minute))}}, []string{"5"}},
		{url.Values{"s": {"user/-/state/com.google/reading-list"}, "ts": {us(clock.Add(-6*time.Hour - 10*time.Minute).Add(-time.Microsecond))}}, []string{"5", "1"}},
		{url.Values{"s": {"user/-/state/com.google/reading-list"}, "ts": {strconv.FormatInt(clock.Add(-10*time.Hour).Unix(), 10)}}, []string{"5", "1"}},
		{url.Values{"s": {"user/-/state/com.google/reading-list"}, "ts": {strconv.FormatInt(clock.Add(-10*time.Hour).UnixNano(), 10)}}, []string{"5", "1"}},
	} {
		a := login(openWith(t, newsroom, gated(t, false)))
		if got := a.ask("mark-all-as-read", c.form); got != "OK" {
			t.Errorf("%v answered %q", c.form, got)
		}
		if got, _ := a.ids(unreadOnly); !slices.Equal(got, c.left) {
			t.Errorf("after %v unread are %v, want %v", c.form, got, c.left)
		}
	}
}

func TestUnreadCountsAddUp(t *testing.T) {
	a := login(openWith(t, newsroom, gated(t, false)))
	got := decoded[struct {
		UnreadCounts []struct {
			ID, NewestItemTimestampUsec string
			Count                       int
		}
	}](t, a.ask("unread-count?output=json", nil))
	counts := map[string]int{}
	for _, c := range got.UnreadCounts {
		counts[c.ID] = c.Count
	}
	want := map[string]int{"user/-/state/com.google/reading-list": 3, "feed/1": 1, "feed/2": 1, "feed/3": 1, "user/-/label/Agencies": 1, "user/-/label/News/Coast": 1}
	if fmt.Sprint(counts) != fmt.Sprint(want) {
		t.Errorf("counts are %v, want %v", counts, want)
	}
}

func TestSubscriptionsAreChangedByApps(t *testing.T) {
	feeds := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			_, _ = io.WriteString(w, `<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head><body>Home</body></html>`)
			return
		}
		if r.URL.Path != "/feed" {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, `<rss version="2.0"><channel><title>Lantern Street</title><link>http://lantern.example/</link><description/><item><guid>1</guid><title>The lamps are lit</title><description>`+strings.Repeat("A long evening. ", 40)+`</description></item></channel></rss>`)
	}))
	t.Cleanup(feeds.Close)
	s := openWith(t, newsroom, gated(t, true))
	a := login(s)
	added := decoded[struct {
		NumResults           int
		StreamID, StreamName string
	}](t, a.ask("subscription/quickadd", url.Values{"quickadd": {feeds.URL + "/"}}))
	if added.NumResults != 1 || added.StreamName != "Lantern Street" {
		t.Fatalf("quickadd found %+v", added)
	}
	if got := decoded[struct{ NumResults int }](t, a.ask("subscription/quickadd", url.Values{"quickadd": {feeds.URL + "/nothing"}})); got.NumResults != 0 {
		t.Errorf("quickadd of nothing found %+v", got)
	}
	type list struct {
		Subscriptions []struct {
			ID, Title, URL, HTMLURL string
			Categories              []struct{ ID, Label string }
		}
	}
	find := func() string {
		for _, sub := range decoded[list](t, a.ask("subscription/list?output=json", nil)).Subscriptions {
			if sub.ID == added.StreamID {
				return fmt.Sprint(sub.Title, " ", sub.Categories)
			}
		}
		return "gone"
	}
	steps := []struct {
		path string
		form url.Values
		want string
	}{
		{"subscription/edit", url.Values{"ac": {"edit"}, "s": {added.StreamID}, "t": {"Lanterns"}, "a": {"user/-/label/Streets"}}, "Lanterns [{user/-/label/Streets Streets}]"},
		{"rename-tag", url.Values{"s": {"user/-/label/Streets"}, "dest": {"user/-/label/Roads"}}, "Lanterns [{user/-/label/Roads Roads}]"},
		{"subscription/edit", url.Values{"ac": {"edit"}, "s": {added.StreamID}, "a": {"user/-/label/A"}, "r": {"user/-/label/Roads"}}, "Lanterns [{user/-/label/A A}]"},
		{"disable-tag", url.Values{"s": {"user/-/label/A"}}, "Lanterns []"},
		{"subscription/edit", url.Values{"ac": {"subscribe"}, "s": {"feed/" + feeds.URL + "/feed"}, "a": {"user/-/label/B"}}, "Lanterns [{user/-/label/B B}]"},
		{"subscription/edit", url.Values{"ac": {"unsubscribe"}, "s": {added.StreamID}}, "gone"},
	}
	for _, st := range steps {
		if got := a.ask(st.path, st.form); got != "OK" {
			t.Errorf("%s %v answered %q", st.path, st.form, got)
		}
		if got := find(); got != st.want {
			t.Errorf("after %s %v the feed is %s, want %s", st.path, st.form, got, st.want)
		}
	}
	if got := a.ask("subscription/export", nil); !strings.Contains(got, "https://northwire.example/feed.xml") {
		t.Errorf("the export is %s", got)
	}
}

func TestTokensAreTakenAsAppsSendThem(t *testing.T) {
	s := openWith(t, newsroom, gated(t, false))
	a := login(s)
	post := func(form url.Values, header http.Header) answer {
		form.Set("i", "1")
		form.Set("a", "user/-/state/com.google/read")
		return s.send(http.MethodPost, "/reader/api/0/edit-tag", form, header)
	}
	token := a.ask("token", nil)
	for name, c := range map[string]struct {
		form   url.Values
		header http.Header
		want   int
	}{
		"header and token":       {url.Values{"T": {token}}, a.header(), 200},
		"header alone":           {url.Values{}, a.header(), 200},
		"header and empty token": {url.Values{"T": {""}}, a.header(), 200},
		"header and x":           {url.Values{"T": {"x"}}, a.header(), 200},
		"token alone":            {url.Values{"T": {a.token}}, nil, 200},
		"header and bad token":   {url.Values{"T": {"stale"}}, a.header(), 401},
		"bad token alone":        {url.Values{"T": {"stale"}}, nil, 401},
		"nothing":                {url.Values{}, nil, 401},
		"bad header":             {url.Values{}, http.Header{"Authorization": {"GoogleLogin auth=no"}}, 401},
		"bearer":                 {url.Values{}, http.Header{"Authorization": {"Bearer " + a.token}}, 401},
	} {
		r := post(c.form, c.header)
		if r.StatusCode != c.want {
			t.Errorf("%s: %s", name, r.Status)
		}
		if bad := c.want == 401 && c.form.Get("T") != ""; bad != (r.Header.Get("X-Reader-Google-Bad-Token") == "true") {
			t.Errorf("%s: headers are %v", name, r.Header)
		}
	}
}

func TestAppsNeedTheAppPasswordOnceThereIsOne(t *testing.T) {
	var gate *access.Gate
	s := openWith(t, newsroom, func(o *web.Options) {
		gated(t, false)(o)
		gate = o.Gate
	})
	old := login(s)
	if err := gate.SetPassword(t.Context(), "ada", "a long password"); err != nil {
		t.Fatal(err)
	}
	user, password, err := gate.NewApp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	try := func(user, password string) answer {
		return s.send(http.MethodGet, "/api/greader.php/accounts/ClientLogin?"+url.Values{"Email": {user}, "Passwd": {password}}.Encode(), nil, nil)
	}
	if r := try(user, password); r.StatusCode != 200 || !strings.Contains(r.body, "Auth=") {
		t.Errorf("with the app password: %s %s", r.Status, r.body)
	}
	if r := try("ada", "a long password"); r.StatusCode != 401 {
		t.Errorf("with the person's own password: %s", r.Status)
	}
	if r := s.send(http.MethodGet, "/reader/api/0/subscription/list", nil, old.header()); r.StatusCode != 401 {
		t.Errorf("a token from before: %s", r.Status)
	}
	sum := md5.Sum([]byte(user + ":" + password))
	key := url.Values{"api_key": {hex.EncodeToString(sum[:])}}
	if r := s.send(http.MethodPost, "/fever/?api&feeds", key, http.Header{"Sec-Fetch-Site": {"cross-site"}}); !strings.Contains(r.body, `"auth":1`) {
		t.Errorf("fever with the right key: %s %s", r.Status, r.body)
	}
	if r := s.send(http.MethodPost, "/fever/?api&feeds", url.Values{"api_key": {"0"}}, nil); !strings.Contains(r.body, `"auth":0`) || strings.Contains(r.body, "feeds") {
		t.Errorf("fever with a wrong key: %s %s", r.Status, r.body)
	}
	for range 10 {
		try("ada", "guess")
	}
	if r := try(user, password); r.StatusCode != 429 || r.Header.Get("Retry-After") == "" {
		t.Errorf("after many guesses: %s", r.Status)
	}
}

func TestSyncRefusesWhatMakesNoSense(t *testing.T) {
	s := openWith(t, newsroom, gated(t, false))
	a := login(s)
	thousands := "a=user/-/state/com.google/read&i=" + strings.Repeat("1&i=", 40_000) + "1"
	million := "i=" + strings.Repeat("1&i=", 999_999) + "1"
	huge := "i=" + strings.Repeat("tag:google.com,2005:reader/item/0000000000000001&i=", 400_000)
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{"GET", "/reader/api/0/nothing", "", 404},
		{"GET", "/reader/api/0/", "", 404},
		{"GET", "/reader/api/0/preference/list", "", 404},
		{"GET", "/reader/api/1/token", "", 404},
		{"GET", "/reader/", "", 404},
		{"GET", "/reader/api/0/edit-tag", "", 405},
		{"GET", "/reader/api/0/mark-all-as-read?s=feed/1", "", 405},
		{"GET", "/reader/api/0/stream/items/ids?s=nonsense", "", 400},
		{"GET", "/reader/api/0/stream/items/ids?s=feed/99", "", 404},
		{"GET", "/reader/api/0/stream/items/ids?s=feed/-1", "", 404},
		{"GET", "/reader/api/0/stream/items/ids?s=feed/99999999999999999999", "", 404},
		{"GET", "/reader/api/0/stream/items/ids?n=-1", "", 400},
		{"GET", "/reader/api/0/stream/items/ids?n=many", "", 400},
		{"GET", "/reader/api/0/stream/items/ids?c=x", "", 400},
		{"GET", "/reader/api/0/stream/items/ids?c=-5", "", 400},
		{"GET", "/reader/api/0/stream/items/ids?ot=yesterday", "", 400},
		{"GET", "/reader/api/0/stream/items/ids?ot=9223372036854775807", "", 200},
		{"GET", "/reader/api/0/stream/items/ids?n=2000000000", "", 200},
		{"GET", "/reader/api/0/stream/contents/../../../../etc/passwd", "", 400},
		{"GET", "/reader/atom/feed/..%2f..", "", 404},
		{"POST", "/reader/api/0/stream/items/contents", "", 400},
		{"POST", "/reader/api/0/stream/items/contents", "i=zzz", 400},
		{"POST", "/reader/api/0/edit-tag", "i=%zz", 400},
		{"POST", "/reader/api/0/edit-tag", "i=1;a=2", 400},
		{"POST", "/reader/api/0/edit-tag", thousands, 200},
		{"POST", "/reader/api/0/edit-tag", million, 413},
		{"POST", "/reader/api/0/edit-tag", huge, 413},
		{"POST", "/reader/api/0/mark-all-as-read", "", 400},
		{"POST", "/reader/api/0/mark-all-as-read", "s=feed/1&ts=soon", 400},
		{"POST", "/reader/api/0/subscription/edit", "ac=edit", 400},
		{"POST", "/reader/api/0/subscription/edit", "ac=dance&s=feed/1", 400},
		{"POST", "/reader/api/0/subscription/edit", "ac=edit&s=feed/1&a=nolabel", 400},
		{"POST", "/reader/api/0/subscription/edit", "ac=edit&s=feed/1&t=" + strings.Repeat("t", 501), 400},
		{"POST", "/reader/api/0/subscription/edit", "ac=subscribe&s=feed/https://a.example/", 501},
		{"POST", "/reader/api/0/rename-tag", "s=user/-/label/A", 400},
		{"POST", "/reader/api/0/rename-tag", "s=user/-/label/A&dest=user/-/label/B", 404},
		{"POST", "/accounts/ClientLogin", "Email=a", 401},
		{"POST", "/accounts/ClientLogin", strings.Repeat("a", 100_000), 413},
		{"POST", "/fever/?api&items", "api_key=1&since_id=x", 400},
		{"POST", "/fever/?api&items", "api_key=1&with_ids=1,x", 400},
		{"POST", "/fever/?api", "api_key=1&mark=item&as=eaten&id=1", 400},
		{"POST", "/fever/?api", "api_key=1&mark=planet&as=read&id=1", 400},
		{"POST", "/fever/?api", "api_key=1&mark=feed&as=saved&id=1", 400},
		{"POST", "/fever/?api", "api_key=" + strings.Repeat("1", 2<<20), 413},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, s.URL+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = a.header()
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := s.Client().Do(req)
		if err != nil {
			t.Fatalf("%s %s: %v", c.method, c.path, err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != c.want {
			t.Errorf("%s %s %.60s: %s, want %d: %.200s", c.method, c.path, c.body, resp.Status, c.want, body)
		}
	}
}

func TestOlderAppsReadAtom(t *testing.T) {
	a := login(openWith(t, newsroom, gated(t, false)))
	r := a.send(http.MethodGet, "/reader/atom/feed%2F2?n=10", nil, a.header())
	var f struct {
		Entries []struct {
			ID         string `xml:"id"`
			Categories []struct {
				Label string `xml:"label,attr"`
			} `xml:"category"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal([]byte(r.body), &f); err != nil || len(f.Entries) != 2 {
		t.Fatalf("%v in %s", err, r.body)
	}
	if got := fmt.Sprint(f.Entries[1].Categories); !strings.Contains(got, "{read}") {
		t.Errorf("the read item has the labels %s", got)
	}
}

func TestFeverSyncs(t *testing.T) {
	s := openWith(t, newsroom, gated(t, false))
	ask := func(query string, form url.Values) map[string]any {
		t.Helper()
		if form == nil {
			form = url.Values{}
		}
		form.Set("api_key", "any")
		for _, path := range []string{"/fever", "/fever/", "/api/fever.php"} {
			r := s.send(http.MethodPost, path+"?api&"+query, form, nil)
			got := decoded[map[string]any](t, r.body)
			if got["auth"] != 1.0 {
				t.Fatalf("%s is not let in: %s", path, r.body)
			}
			if path == "/api/fever.php" {
				return got
			}
		}
		return nil
	}
	got := ask("groups&feeds&unread_item_ids&saved_item_ids&favicons&links", nil)
	if got["unread_item_ids"] != "1,5,6" || got["saved_item_ids"] != "5" {
		t.Errorf("unread %v, saved %v", got["unread_item_ids"], got["saved_item_ids"])
	}
	if n := len(got["groups"].([]any)); n != 2 {
		t.Errorf("%d groups", n)
	}
	if n := len(got["feeds"].([]any)); n != 5 {
		t.Errorf("%d feeds", n)
	}
	items := func(query string) (ids []int) {
		for _, it := range ask("items&"+query, nil)["items"].([]any) {
			ids = append(ids, int(it.(map[string]any)["id"].(float64)))
		}
		return ids
	}
	for query, want := range map[string][]int{"": {1, 4, 5, 6, 7}, "since_id=4": {5, 6, 7}, "max_id=5": {4, 1}, "with_ids=7,2,99": {7, 1}} {
		if got := items(query); !slices.Equal(got, want) {
			t.Errorf("items of %q are %v, want %v", query, got, want)
		}
	}
	if got := ask("", url.Values{"mark": {"item"}, "as": {"read"}, "id": {"2"}}); got["unread_item_ids"] != "5,6" {
		t.Errorf("after reading a copy, unread are %v", got["unread_item_ids"])
	}
	if got := ask("", url.Values{"mark": {"item"}, "as": {"saved"}, "id": {"1"}}); got["saved_item_ids"] != "1,5" {
		t.Errorf("after saving, saved are %v", got["saved_item_ids"])
	}
	if got := ask("", url.Values{"mark": {"feed"}, "as": {"read"}, "id": {"2"}, "before": {strconv.FormatInt(clock.Unix(), 10)}}); got["unread_item_ids"] != "5" {
		t.Errorf("after reading a feed, unread are %v", got["unread_item_ids"])
	}
	if got := ask("", url.Values{"mark": {"group"}, "as": {"read"}, "id": {"0"}}); got["unread_item_ids"] != "" {
		t.Errorf("after reading all, unread are %v", got["unread_item_ids"])
	}
	if r := s.send(http.MethodPost, "/fever/?api&feeds", url.Values{"api_key": {"any"}}, http.Header{"Sec-Fetch-Site": {"cross-site"}}); r.StatusCode != 403 {
		t.Errorf("a form of another site: %s", r.Status)
	}
}
