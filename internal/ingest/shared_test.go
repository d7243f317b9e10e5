package ingest

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"newsfold"
	"newsfold/fetch"
	"newsfold/store"
	"newsfold/store/postgres"
)

// A race lets one message to a database server through at a time, of those that
// several daemons want to send, in an order that comes of a number: one interleaving
// of what they do, down to the statements of their transactions.
type race struct {
	asks chan chan struct{}
	over chan struct{} // closed when all may pass again
}

// pass returns when a message may go on.
func (r *race) pass() {
	through := make(chan struct{})
	select {
	case r.asks <- through:
		select {
		case <-through:
		case <-r.over:
		}
	case <-r.over:
	}
}

// run lets messages through until the race is over. Now and then it calls between.
func (r *race) run(dice *rand.Rand, between func()) {
	const company = time.Millisecond // for which one message waits for another
	var waiting []chan struct{}
	for {
		var alone <-chan time.Time
		if len(waiting) > 0 {
			alone = time.After(company)
		}
		select {
		case <-r.over:
			return
		case c := <-r.asks:
			if waiting = append(waiting, c); len(waiting) == 1 {
				continue
			}
		case <-alone:
		}
		if dice.IntN(25) == 0 {
			between()
		}
		i := dice.IntN(len(waiting))
		close(waiting[i])
		waiting = slices.Delete(waiting, i, i+1)
	}
}

// gate is a proxy of a database server whose messages to it take part in races.
func gate(t testing.TB, server string, current *atomic.Pointer[race]) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	serve := func(client net.Conn) {
		defer func() { _ = client.Close() }()
		server, err := net.Dial("tcp", server)
		if err != nil {
			return
		}
		defer func() { _ = server.Close() }()
		wg.Go(func() {
			_, _ = io.Copy(client, server)
			_ = client.Close()
		})
		buf := make([]byte, 1<<16)
		for {
			n, err := client.Read(buf)
			if err != nil {
				return
			}
			if r := current.Load(); r != nil {
				r.pass()
			}
			if _, err := server.Write(buf[:n]); err != nil {
				return
			}
		}
	}
	wg.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { serve(client) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return l.Addr().String()
}

// racer is a daemon that shares a store with others, behind a gate.
type racer struct {
	e      *Engine
	folded int
}

// work stores its copies of some texts and folds, now and then and at last until
// nothing is left to be folded.
func (d *racer) work(ctx context.Context, host string, texts []string) error {
	var has stages
	fold := func() error {
		n, err := d.e.turn(ctx, &has)
		d.folded += n
		return err
	}
	for i, text := range texts {
		err := d.e.update(ctx, func(tx store.Tx) error {
			a := newsfold.Article{URL: fmt.Sprintf("http://%s/%d", host, i), Host: host, Title: text[:30], Lang: "en", Seen: time.Now()}
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
			if err := tx.PutBody(a.ID, newsfold.Body{Text: text}); err != nil {
				return err
			}
			return tx.Append(store.Texts, a.ID)
		})
		if err != nil {
			return err
		}
		if err := fold(); err != nil {
			return err
		}
	}
	for {
		pending, err := d.e.pending(ctx)
		if err != nil || !pending {
			return err
		}
		if err := fold(); err != nil {
			return err
		}
	}
}

// raceTexts is how many texts there are two copies of.
const raceTexts = 3

// TestTwoDaemonsFoldCopiesAtOnce has two daemons each store copies of the same texts
// and fold what is there, in many interleavings, while the lease of folding runs out
// under whoever has it, without its knowing. Each text is always one story.
//
// NEWSFOLD_INTERLEAVINGS says how many there are to be.
func TestTwoDaemonsFoldCopiesAtOnce(t *testing.T) {
	dsn := raceStore(t)
	var (
		current atomic.Pointer[race]
		clock   atomic.Int64
		daemons [2]racer
	)
	for i := range daemons {
		daemons[i].e = sharedEngine(t, dsn, &current, func() time.Time { return time.Unix(0, clock.Load()) })
	}
	seeds := 20
	if n, err := strconv.Atoi(os.Getenv("NEWSFOLD_INTERLEAVINGS")); err == nil {
		seeds = n
	}
	both := 0
	for seed := range seeds {
		r := &race{asks: make(chan chan struct{}), over: make(chan struct{})}
		current.Store(r)
		var racing, working sync.WaitGroup
		dice := rand.New(rand.NewPCG(uint64(seed), 7))
		racing.Go(func() { r.run(dice, func() { clock.Add(int64(4 * time.Minute)) }) })
		texts := textsOfRace(seed)
		for i := range daemons {
			d := &daemons[i]
			d.folded = 0
			working.Go(func() {
				if err := d.work(t.Context(), raceHost(i, seed), texts); err != nil {
					t.Errorf("interleaving %d: daemon %d: %v", seed, i, err)
				}
			})
		}
		working.Wait()
		close(r.over)
		racing.Wait()
		current.Store(nil)
		if daemons[0].folded > 0 && daemons[1].folded > 0 {
			both++
		}
		checkRace(t, daemons[0].e, seed)
	}
	t.Logf("%d interleavings of %d copies; in %d of them both daemons folded", seeds, 2*raceTexts, both)
	if both == 0 {
		t.Error("in no interleaving both daemons folded")
	}
}

func raceHost(daemon, seed int) string { return fmt.Sprintf("outlet%d-%d.example", daemon, seed) }

// Who is behind with folding leaves the events to others, and goes on with them as it
// was when nobody wanted them.
func TestEventsAreLeftToDaemonsThatAreNotBehind(t *testing.T) {
	dsn := raceStore(t)
	var (
		current atomic.Pointer[race]
		daemons [2]*Engine
		group   [2]*folder
	)
	for i := range daemons {
		daemons[i] = sharedEngine(t, dsn, &current, nil)
	}
	turn := func(i int, behind bool) *folder {
		t.Helper()
		if _, err := daemons[i].groupTurn(t.Context(), &group[i], behind); err != nil {
			t.Fatal(err)
		}
		return group[i]
	}
	first := turn(0, false)
	if turn(1, false) != nil {
		t.Fatal("both have the events")
	}
	turn(0, true)
	if turn(0, false) != first {
		t.Error("the first, whose place nobody has taken, begins anew")
	}
	turn(0, true)
	turn(0, true) // still
	if turn(1, false) == nil {
		t.Error("the second does not get what the first has given away")
	}
	if turn(0, false) != nil {
		t.Error("the first does not see that the second has taken over")
	}
	turn(1, true)
	if g := turn(0, false); g == nil || g == first {
		t.Error("the first goes on as if nobody had been there in between")
	}
}

// checkRace fails the test unless the copies of each text of an interleaving are one
// story and there is no other.
func checkRace(t *testing.T, e *Engine, seed int) {
	t.Helper()
	err := e.db.View(t.Context(), func(tx store.Tx) error {
		for text := range raceTexts {
			var in [2]newsfold.StoryID
			for i := range in {
				id, err := tx.FindArticle(fmt.Sprintf("http://%s/%d", raceHost(i, seed), text))
				if err != nil {
					return err
				}
				a, err := tx.Article(id)
				if err != nil {
					return err
				}
				in[i] = a.Story
			}
			s, err := tx.Story(in[0])
			if err != nil {
				return err
			}
			if in[0] != in[1] || len(s.Articles) != 2 {
				t.Errorf("interleaving %d: the copies of text %d are in stories %v, the first of which has %v", seed, text, in, s.Articles)
			}
		}
		n := 0
		for _, err := range tx.Stories(store.Query{}) {
			if err != nil {
				return err
			}
			n++
		}
		if want := raceTexts * (seed + 1); n != want {
			t.Errorf("interleaving %d: there are %d stories, want %d", seed, n, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// raceStore names a store of a test's own on the server of the tests, which is dropped
// when the test ends.
func raceStore(t testing.TB) (dsn string) {
	t.Helper()
	server := os.Getenv("NEWSFOLD_POSTGRES")
	if server == "" {
		t.Skip("NEWSFOLD_POSTGRES names no PostgreSQL server to test with (postgres://user@host/database)")
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("test_race_%d_%d", os.Getpid(), time.Now().UnixNano())
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	t.Cleanup(func() {
		c, err := pgx.Connect(context.WithoutCancel(t.Context()), server)
		if err != nil {
			t.Log(err)
			return
		}
		defer func() { _ = c.Close(context.WithoutCancel(t.Context())) }()
		if _, err := c.Exec(context.WithoutCancel(t.Context()), `drop schema if exists `+schema+` cascade`); err != nil {
			t.Log(err)
		}
	})
	return u.String()
}

// sharedEngine is an engine over the store of this test, behind a gate if there are
// races.
func sharedEngine(t testing.TB, dsn string, current *atomic.Pointer[race], now func() time.Time) *Engine {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	if current != nil {
		u.Host = gate(t, u.Host, current)
	}
	db, err := postgres.Open(t.Context(), u.String(), postgres.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	client, err := fetch.New(fetch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return New(db, client, Options{Manual: true})
}

// BenchmarkFoldShared folds what waits in a shared store, a third of it copies word for
// word and a third edited ones, and says for how long the lease of folding is held for
// that: no other daemon can fold meanwhile, so it bounds what all of them fold together.
//
//	NEWSFOLD_POSTGRES=postgres://… go test ./internal/ingest -run xxx -bench FoldShared -benchtime 20000x
func BenchmarkFoldShared(b *testing.B) {
	e := sharedEngine(b, raceStore(b), nil, nil)
	e.opts.NoEvents = true
	for from := 0; from < b.N; from += foldBatch {
		if err := e.update(b.Context(), func(tx store.Tx) error { return storeBacklog(tx, from, min(b.N, from+foldBatch)) }); err != nil {
			b.Fatal(err)
		}
	}
	var has stages
	b.ResetTimer()
	for folded := 0; folded < b.N; {
		n, err := e.turn(b.Context(), &has)
		if err != nil || n == 0 {
			b.Fatalf("%d of %d articles are folded: %v", folded, b.N, err)
		}
		folded += n
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N), "ms/1000articles")
}

// storeBacklog stores articles that are to be folded: of each three, the second is a copy of
// the first and the third an edited one.
func storeBacklog(tx store.Tx, from, to int) error {
	for i := from; i < to; i++ {
		text := textsOfRace(i / 3)[0]
		if i%3 == 2 {
			text = strings.Replace(text, text[200:240], "another wording here", 1)
		}
		host := fmt.Sprintf("outlet%d.example", i%50)
		a := newsfold.Article{URL: fmt.Sprintf("http://%s/%d", host, i), Host: host, Title: text[:30], Lang: "en", Seen: time.Now()}
		if err := tx.PutArticle(&a); err != nil {
			return err
		}
		if err := tx.PutBody(a.ID, newsfold.Body{Text: text}); err != nil {
			return err
		}
		if err := tx.Append(store.Texts, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// textsOfRace invents texts for an interleaving.
func textsOfRace(seed int) []string {
	dice := rand.New(rand.NewPCG(uint64(seed), 11))
	syllables := strings.Fields("ba ke lo mi nu ra se ti vo wa dra ste plo kri hun gal")
	texts := make([]string, raceTexts)
	for i := range texts {
		words := make([]string, 120)
		for j := range words {
			words[j] = syllables[dice.IntN(16)] + syllables[dice.IntN(16)] + syllables[dice.IntN(16)]
		}
		texts[i] = strings.Join(words, " ") + "."
	}
	return texts
}
