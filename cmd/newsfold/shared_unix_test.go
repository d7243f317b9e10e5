//go:build unix

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"newsfold"
	"newsfold/internal/newsroom"
	"newsfold/store"
	"newsfold/store/postgres"
)

// A rush is a server of many feeds that publish their entries over a while, on as
// many addresses as there are hosts. It notes who asks for which feed, and when.
type rush struct {
	feeds, entries int
	start          time.Time
	span           time.Duration // in which everything is published
	port           int

	mu       sync.Mutex
	asking   map[int]string // daemon by feed
	requests map[string]int // by daemon
	clashes  []string
}

func newRush(t *testing.T, feeds, entries int) *rush {
	t.Helper()
	r := &rush{feeds: feeds, entries: entries, asking: map[int]string{}, requests: map[string]int{}}
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	r.port = l.Addr().(*net.TCPAddr).Port
	srv := &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return r
}

// rushHosts is how many the feeds are spread over, so that copies come from others.
const rushHosts = 50

// opml lists the feeds.
func (r *rush) opml() string {
	var b strings.Builder
	b.WriteString(`<opml version="2.0"><body>`)
	for i := range r.feeds {
		fmt.Fprintf(&b, `<outline type="rss" text="Feed %d" xmlUrl="%s"/>`, i, r.url(i, fmt.Sprintf("/feed/%d", i)))
	}
	return b.String() + `</body></opml>`
}

func (r *rush) url(feed int, path string) string {
	return fmt.Sprintf("http://127.0.0.%d:%d%s", 1+feed%rushHosts, r.port, path)
}

func (r *rush) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	feed, err := strconv.Atoi(strings.TrimPrefix(q.URL.Path, "/feed/"))
	if err != nil || feed < 0 || feed >= r.feeds {
		http.NotFound(w, q)
		return
	}
	_, who, _ := strings.Cut(q.Header.Get("User-Agent"), "http://")
	who, _, _ = strings.Cut(who, ".example")
	r.mu.Lock()
	r.requests[who]++
	if other, ok := r.asking[feed]; ok && other != who {
		r.clashes = append(r.clashes, fmt.Sprintf("feed %d is asked by %q and %q", feed, other, who))
	}
	r.asking[feed] = who
	n := r.published()
	r.mu.Unlock()
	time.Sleep(5 * time.Millisecond) // so that those who ask at the same time meet
	body := r.feed(feed, n)
	w.Header().Set("ETag", fmt.Sprintf(`"%d"`, n))
	if q.Header.Get("If-None-Match") == fmt.Sprintf(`"%d"`, n) {
		w.WriteHeader(http.StatusNotModified)
	} else {
		_, _ = w.Write([]byte(body))
	}
	r.mu.Lock()
	delete(r.asking, feed)
	r.mu.Unlock()
}

// begin publishes everything over a while from now on.
func (r *rush) begin(span time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.start, r.span, r.requests = time.Now(), span, map[string]int{}
}

// askers is how many daemons have asked for anything since it began.
func (r *rush) askers() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.requests)
}

// published is how many entries of each feed are out.
func (r *rush) published() int {
	if r.span == 0 {
		return r.entries
	}
	return min(r.entries, 1+int(float64(r.entries)*time.Since(r.start).Seconds()/r.span.Seconds()))
}

var rushDay = time.Date(2026, 5, 4, 6, 0, 0, 0, time.UTC)

// feed is what a feed says with n entries out. Entry k of feed i is the article of
// feed i or, in a third of the feeds each, a copy of the one before or an edited
// copy of the one before that.
func (r *rush) feed(i, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Feed %d</title>`, i)
	for k := range n {
		origin := i - i%3
		words := rushText(origin*r.entries + k)
		if i%3 == 2 {
			words[40], words[41], words[90] = "another", "wording", "here"
		}
		at := rushDay.Add(time.Duration(k)*time.Minute + time.Duration(i)*time.Second)
		fmt.Fprintf(&b, `<item><guid isPermaLink="false">%d-%d</guid><link>%s</link><title>%s</title><pubDate>%s</pubDate><content:encoded>&lt;p&gt;%s.&lt;/p&gt;</content:encoded></item>`,
			i, k, r.url(i, fmt.Sprintf("/article/%d-%d", i, k)), strings.Join(words[:6], " "), at.Format(time.RFC1123Z), strings.Join(words, " "))
	}
	return b.String() + `</channel></rss>`
}

// rushText invents the words of a story.
func rushText(n int) []string {
	dice := rand.New(rand.NewPCG(uint64(n), 5))
	syllables := strings.Fields("ba ke lo mi nu ra se ti vo wa dra ste plo kri hun gal")
	words := make([]string, 150)
	for i := range words {
		words[i] = syllables[dice.IntN(16)] + syllables[dice.IntN(16)] + syllables[dice.IntN(16)]
	}
	return words
}

// sharedStore is a store of a test's own on the server of the tests.
func sharedStore(t *testing.T) string {
	t.Helper()
	dsn := os.Getenv("NEWSFOLD_POSTGRES")
	if dsn == "" {
		t.Skip("NEWSFOLD_POSTGRES names no PostgreSQL server to test with (postgres://user@host/database)")
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("test_shared_%d_%d", os.Getpid(), time.Now().UnixNano())
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		c, err := pgx.Connect(ctx, dsn)
		if err != nil {
			t.Log(err)
			return
		}
		defer func() { _ = c.Close(ctx) }()
		if _, err := c.Exec(ctx, `drop schema if exists `+schema+` cascade`); err != nil {
			t.Log(err)
		}
	})
	return u.String()
}

// sharedDaemon starts a daemon over a shared store.
func sharedDaemon(t *testing.T, store, name string, flags ...string) *exec.Cmd {
	t.Helper()
	cmd := daemonProcess(t, t.TempDir())
	cmd.Args = append(cmd.Args, "--store", store, "--contact", "http://"+name+".example/")
	cmd.Args = append(cmd.Args, flags...)
	log, err := os.Create(filepath.Join(t.TempDir(), name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGCONT)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = log.Close()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("daemon %s:\n%.4000s", name, text)
		}
	})
	return cmd
}

// TestFetchIntoASharedStoreWaitsForAllPages: pages of a host are leased a few at a time,
// and one pass fetches all of them, as it does into a store in a file.
func TestFetchIntoASharedStoreWaitsForAllPages(t *testing.T) {
	shared := sharedStore(t)
	room, err := newsroom.Load(t.Context(), newsroom.LoadOptions{Feeds: 3, Entries: 40, Copies: .3, Pages: true, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = room.Close() }()
	var want []string
	for _, flags := range [][]string{{}, {"--store", shared}} {
		d := &desk{t: t, dir: t.TempDir(), in: string(room.OPML()), flags: flags}
		d.run("import", "-")
		d.run("fetch", "--all", "--allow-net", "127.0.0.0/8")
		got := outline(t, d)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d stories, want %d\n%s", len(got), len(want), firstDifference(got, want))
		}
	}
}

// stock is what a shared store holds.
type stock struct {
	feeds, entries, articles, stories int
	folds                             []string // articles of each story, by URL
	twice                             []string
}

// take reads a store, whichever engine it is of.
func take(ctx context.Context, db store.DB) (s stock, err error) {
	err = db.View(ctx, func(tx store.Tx) error {
		s = stock{}
		for f, err := range tx.Feeds() {
			if err != nil {
				return err
			}
			s.feeds++
			s.entries += f.Entries
		}
		seen := map[newsfold.ArticleID]bool{}
		for st, err := range tx.Stories(store.Query{}) {
			if err != nil {
				return err
			}
			s.stories++
			if err := store.Fetch(tx, store.Wants{Articles: st.Articles}); err != nil {
				return err
			}
			var urls []string
			for _, id := range st.Articles {
				if seen[id] {
					s.twice = append(s.twice, fmt.Sprint("article ", id))
				}
				seen[id] = true
				a, err := tx.Article(id)
				if err != nil {
					return err
				}
				if len(a.Entries) != 1 {
					s.twice = append(s.twice, fmt.Sprintf("article %d has entries %v", id, a.Entries))
				}
				path := a.URL[strings.LastIndexByte(a.URL, '/')+1:]
				if id == st.Lead {
					path += " leads"
				}
				urls = append(urls, path)
			}
			s.articles += len(urls)
			slices.Sort(urls)
			s.folds = append(s.folds, strings.Join(urls, ", "))
		}
		slices.Sort(s.folds)
		return nil
	})
	return s, err
}

// TestTwoDaemonsShareAStore lets two daemons poll the same feeds from one
// PostgreSQL store while these publish. One is frozen for longer than its leases
// and wakes, the other is killed. Each entry is stored once, each feed is asked by
// one daemon at a time, and the folds are those of a single daemon.
//
// NEWSFOLD_SHARED_FEEDS and NEWSFOLD_SHARED_TIME make it larger and longer:
//
//	NEWSFOLD_SHARED_FEEDS=1000 NEWSFOLD_SHARED_TIME=4m go test ./cmd/newsfold -run TwoDaemons -v -timeout 20m
func TestTwoDaemonsShareAStore(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	feeds, span := 60, 16*time.Second
	if n, err := strconv.Atoi(os.Getenv("NEWSFOLD_SHARED_FEEDS")); err == nil {
		feeds = n
	}
	if d, err := time.ParseDuration(os.Getenv("NEWSFOLD_SHARED_TIME")); err == nil {
		span = d
	}
	const entries = 6
	lease := max(2*time.Second, span/10)
	name := sharedStore(t)
	room := newRush(t, feeds, entries)

	alone := &desk{t: t, dir: t.TempDir(), in: room.opml()}
	alone.run("import", "-")
	alone.run("fetch", "--all", "--allow-net", "127.0.0.0/8")
	want := takeFile(t, alone.dir)

	importer := &desk{t: t, dir: t.TempDir(), in: room.opml()}
	importer.run("import", "-", "--store", name)
	room.begin(time.Hour)
	flags := []string{"--lease", lease.String(), "--interval", (span / 8).Round(time.Second).String(), "--min-interval", "1s"}
	a := sharedDaemon(t, name, "amber", flags...)
	b := sharedDaemon(t, name, "birch", flags...)
	for end := time.Now().Add(patience); room.askers() < 2; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not both daemons ask")
		}
	}
	room.begin(span * 7 / 10)
	at := func(share float64) { time.Sleep(time.Until(room.start.Add(time.Duration(share * float64(span))))) }

	at(.2)
	raise(t, a, syscall.SIGSTOP)
	t.Logf("%v: amber is frozen for %v", time.Since(room.start).Round(time.Second), lease*3/2)
	time.Sleep(lease * 3 / 2)
	raise(t, a, syscall.SIGCONT)
	at(.6)
	raise(t, b, syscall.SIGKILL)
	_ = b.Wait()
	t.Logf("%v: birch is killed", time.Since(room.start).Round(time.Second))
	at(1)

	db, err := postgres.Open(t.Context(), name, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var got stock
	for end := time.Now().Add(span + 3*time.Minute); ; time.Sleep(time.Second) {
		if got, err = take(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if slices.Equal(got.folds, want.folds) || time.Now().After(end) {
			break
		}
	}
	raise(t, a, syscall.SIGTERM)
	if err := a.Wait(); err != nil {
		t.Errorf("the daemon that was left ends with %v", err)
	}
	room.mu.Lock()
	defer room.mu.Unlock()
	t.Logf("%v: %d feeds, %d entries, %d articles in %d stories; a single daemon: %d in %d; requests %v",
		time.Since(room.start).Round(time.Second), got.feeds, got.entries, got.articles, got.stories, want.articles, want.stories, room.requests)
	// Who is stopped between a look at its lease and the request that follows asks
	// when the lease has run out. Without leases a good part of all requests meet.
	if len(room.clashes) > 5 {
		t.Errorf("%d clashes: %q", len(room.clashes), room.clashes)
	}
	if got.entries != feeds*entries || got.articles != feeds*entries || len(got.twice) > 0 {
		t.Errorf("%d entries, %d articles, want %d of each; twice: %v", got.entries, got.articles, feeds*entries, got.twice)
	}
	if !slices.Equal(got.folds, want.folds) {
		t.Errorf("the folds differ from those of a single daemon\n%s", firstDifference(got.folds, want.folds))
	}
}

func takeFile(t *testing.T, dir string) stock {
	t.Helper()
	db, err := (&app{dir: dir}).openStore(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	s, err := take(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func raise(t *testing.T, cmd *exec.Cmd, s syscall.Signal) {
	t.Helper()
	if err := cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}
