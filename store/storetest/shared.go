package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"newsfold"
	"newsfold/store"
)

// A SharedEngine is what RunShared needs to know about an engine.
type SharedEngine struct {
	// Open opens the store of a directory, as another daemon would: several are
	// open at once. Leases go by the clock, which is never nil.
	Open func(t *testing.T, dir string, now func() time.Time) store.Shared
}

// RunShared tests what an engine promises that several daemons use at once,
// beside what Run tests.
func RunShared(t *testing.T, e SharedEngine) {
	for _, tt := range sharedTests {
		t.Run(tt.name, func(t *testing.T) {
			s := &shared{suite: &suite{T: t, dir: t.TempDir()}}
			s.clock.Store(day.UnixNano())
			for i := range s.daemons {
				db := e.Open(t, s.dir, s.now)
				defer func() { s.must(db.Close()) }()
				s.daemons[i] = db
			}
			s.db = s.daemons[0]
			tt.run(s)
		})
	}
}

// shared is a test with its daemons.
type shared struct {
	*suite
	daemons [3]store.Shared
	clock   atomic.Int64
}

func (s *shared) now() time.Time       { return time.Unix(0, s.clock.Load()) }
func (s *shared) wait(d time.Duration) { s.clock.Add(int64(d)) }

// claim asks for leases in the name of a daemon.
func (s *shared) claim(i, limit int, feeds ...newsfold.FeedID) []store.Lease {
	s.Helper()
	leases, err := s.daemons[i].LeaseFeeds(s.Context(), store.Claim{Owner: owner(i), For: time.Minute, Limit: limit, Feeds: feeds})
	s.must(err)
	return leases
}

func owner(i int) string { return fmt.Sprint("daemon ", i) }

// alongside runs a transaction of a daemon.
func (s *shared) alongside(i int, fn func(store.Tx) error) error {
	return s.daemons[i].Alongside(s.Context(), fn)
}

var sharedTests = []struct {
	name string
	run  func(*shared)
}{
	{"a feed is leased to one daemon at a time", func(s *shared) {
		const feeds = 300
		s.update(func(tx store.Tx) {
			for i := range feeds {
				s.must(tx.PutFeed(&newsfold.Feed{URL: fmt.Sprintf("http://%d.example/", i)}))
			}
		})
		for round := range 3 {
			var mu sync.Mutex
			holders := map[newsfold.FeedID]int{}
			var wg sync.WaitGroup
			for w := range 6 {
				wg.Go(func() {
					for {
						some := s.claim(w%len(s.daemons), 7)
						if len(some) == 0 {
							return
						}
						mu.Lock()
						for _, l := range some {
							holders[l.Feed]++
							if l.Token != int64(round+1) {
								s.Errorf("feed %d: token %d in round %d", l.Feed, l.Token, round)
							}
						}
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			for id, n := range holders {
				if n != 1 {
					s.Errorf("feed %d was leased %d times", id, n)
				}
			}
			// Whatever is locked by another claim is passed over by those beside it.
			s.equal("leased", len(holders), feeds)
			s.wait(61 * time.Second) // all of them run out
		}
	}},
	{"feeds are leased when they are due", func(s *shared) {
		s.update(func(tx store.Tx) {
			for i := range 4 {
				s.must(tx.PutFeed(&newsfold.Feed{URL: fmt.Sprint("http://a.example/", i), Poll: newsfold.Poll{Next: day.Add(time.Duration(3-i) * time.Hour)}}))
			}
			s.must(tx.PutFeed(&newsfold.Feed{URL: "http://gone.example/", Poll: newsfold.Poll{Result: newsfold.Gone}}))
		})
		s.equal("at once", feedsOf(s.claim(0, 9)), []newsfold.FeedID{4})
		s.wait(2 * time.Hour)
		s.equal("the earliest two of a host", feedsOf(s.claim(1, 2)), []newsfold.FeedID{3, 4})
		s.equal("by name, due or not, but not what is leased or gone", feedsOf(s.claim(2, 9, 1, 2, 3, 5)), []newsfold.FeedID{1, 2})
		s.equal("nothing is left", feedsOf(s.claim(0, 9)), []newsfold.FeedID(nil))
	}},
	{"who lost a lease changes nothing", func(s *shared) {
		id := s.subscribe("http://a.example/")
		late := s.claim(0, 1)[0]
		s.wait(2 * time.Minute)
		mine := s.claim(1, 1)[0]
		err := s.poll(0, late, "late")
		if !errors.Is(err, store.ErrFenced) || !errors.Is(s.poll(2, store.Lease{Feed: 99, Token: 1}, "x"), store.ErrFenced) {
			s.Errorf("error %v, want one that wraps ErrFenced", err)
		}
		s.must(s.poll(1, mine, "mine"))
		if err := s.poll(1, mine, "again"); !errors.Is(err, store.ErrFenced) {
			s.Errorf("the same lease was used twice: error %v", err)
		}
		s.view(func(tx store.Tx) {
			f, err := tx.Feed(id)
			s.must(err)
			s.equal("title", f.Title, "mine")
			s.equal("entries", f.Entries, 1)
			_, err = tx.FindArticle("http://a.example/late")
			s.notFound("the late article", err)
		})
		s.equal("due again", len(s.claim(0, 9)), 0)
		s.wait(time.Hour)
		s.equal("due again in an hour", len(s.claim(0, 9)), 1)
	}},
	{"a person's change does not end a lease", func(s *shared) {
		id := s.subscribe("http://a.example/")
		l := s.claim(0, 1)[0]
		s.must(s.daemons[1].Update(s.Context(), func(tx store.Tx) error {
			f, err := tx.Feed(id)
			s.must(err)
			f.Name = "renamed"
			return tx.PutFeed(&f)
		}))
		s.equal("leased meanwhile", len(s.claim(1, 9)), 0)
		s.must(s.poll(0, l, "polled"))
		s.must(s.daemons[1].Update(s.Context(), func(tx store.Tx) error { return tx.DeleteFeed(id) }))
		s.wait(2 * time.Hour)
		s.equal("deleted", len(s.claim(1, 9)), 0)
	}},
	{"a lease that is given back is due at once", func(s *shared) {
		s.subscribe("http://a.example/")
		l := s.claim(0, 1)
		s.must(s.daemons[0].Release(s.Context(), l))
		again := s.claim(1, 1)
		s.equal("leased", len(again), 1)
		s.must(s.daemons[0].Release(s.Context(), l)) // late: no matter
		s.equal("leased twice", len(s.claim(2, 1)), 0)
		if err := s.poll(0, l[0], "late"); !errors.Is(err, store.ErrFenced) {
			s.Errorf("error %v, want one that wraps ErrFenced", err)
		}
	}},
	{"a page is leased to one daemon at a time", func(s *shared) {
		s.update(func(tx store.Tx) {
			for i := range 3 {
				a := newsfold.Article{URL: fmt.Sprint(i), Page: newsfold.Page{State: newsfold.PageWanted, Next: day.Add(time.Duration(i) * time.Minute)}}
				s.must(tx.PutArticle(&a))
			}
		})
		claim := store.Claim{Owner: owner(0), For: time.Minute, Limit: 9}
		got, err := s.daemons[0].LeasePages(s.Context(), claim)
		s.must(err)
		s.equal("due", len(got), 1)
		s.wait(90 * time.Second)
		again, err := s.daemons[1].LeasePages(s.Context(), claim)
		s.must(err)
		s.equal("run out, and newly due", len(again), 2)
		done := func(i int, l store.Lease) error {
			return s.alongside(i, func(tx store.Tx) error {
				if err := store.Hold(tx, l); err != nil {
					return err
				}
				a, err := tx.Article(l.Article)
				s.must(err)
				a.Page = newsfold.Page{State: newsfold.PageFetched}
				return tx.PutArticle(&a)
			})
		}
		if err := done(0, got[0]); !errors.Is(err, store.ErrFenced) {
			s.Errorf("error %v, want one that wraps ErrFenced", err)
		}
		for _, l := range again {
			s.must(done(1, l))
		}
		s.wait(time.Hour)
		last, err := s.daemons[2].LeasePages(s.Context(), claim)
		s.must(err)
		s.equal("left", len(last), 1)
	}},
	{"a stage has one holder, who renews or loses it", func(s *shared) {
		lease := func(i int) (store.Lease, bool) {
			s.Helper()
			l, ok, err := s.daemons[i].LeaseStage(s.Context(), "fold", store.Claim{Owner: owner(i), For: time.Minute})
			s.must(err)
			return l, ok
		}
		hold := func(i int, l store.Lease) error {
			return s.alongside(i, func(tx store.Tx) error {
				if err := store.Hold(tx, l); err != nil {
					return err
				}
				return tx.Shelf("test").Put([]byte("by"), []byte(owner(i)))
			})
		}
		first, ok := lease(0)
		s.equal("first", ok, true)
		_, ok = lease(1)
		s.equal("second", ok, false)
		s.wait(40 * time.Second)
		renewed, ok := lease(0)
		s.equal("renewed", ok, true)
		s.equal("token", renewed.Token, first.Token)
		s.wait(40 * time.Second)
		_, ok = lease(1)
		s.equal("second after a renewal", ok, false)
		s.must(hold(0, first))
		s.must(hold(0, first)) // a stage goes on
		s.wait(time.Minute)
		second, ok := lease(1)
		s.equal("second after all", ok, true)
		if err := hold(0, first); !errors.Is(err, store.ErrFenced) {
			s.Errorf("error %v, want one that wraps ErrFenced", err)
		}
		s.must(hold(1, second))
		s.must(s.daemons[1].Release(s.Context(), []store.Lease{second}))
		_, ok = lease(2)
		s.equal("given back", ok, true)
	}},
	{"of two that change the same, neither is lost", func(s *shared) {
		const each = 20
		s.update(func(tx store.Tx) { s.must(tx.Shelf("test").Put([]byte("n"), []byte{0})) })
		var wg sync.WaitGroup
		for w := range 6 {
			run := s.daemons[w%3].Alongside
			if w == 5 {
				run = s.daemons[2].Update
			}
			wg.Go(func() {
				for range each {
					err := run(s.Context(), func(tx store.Tx) error {
						v, err := tx.Shelf("test").Get([]byte("n"))
						if err != nil {
							return err
						}
						v[0]++
						return tx.Shelf("test").Put([]byte("n"), v)
					})
					if err != nil {
						s.Error(err)
					}
				}
			})
		}
		wg.Wait()
		s.view(func(tx store.Tx) {
			v, err := tx.Shelf("test").Get([]byte("n"))
			s.must(err)
			s.equal("count", int(v[0]), 6*each)
		})
	}},
	{"an article is stored once, whoever brings it", func(s *shared) {
		const articles = 40
		feeds := []newsfold.FeedID{s.subscribe("http://a.example/"), s.subscribe("http://b.example/"), s.subscribe("http://c.example/")}
		var wg sync.WaitGroup
		for w := range 3 {
			wg.Go(func() {
				for n := range articles {
					// In different orders, so that they meet crosswise.
					n := (n*[...]int{1, 3, 7}[w] + w) % articles
					err := s.alongside(w, func(tx store.Tx) error {
						for _, k := range []int{n, articles - 1 - n} {
							if err := carry(tx, feeds[w], k); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						s.Error(err)
					}
				}
			})
		}
		wg.Wait()
		s.view(func(tx store.Tx) {
			for n := range articles {
				id, err := tx.FindArticle(fmt.Sprint("http://a.example/", n))
				s.must(err)
				a, err := tx.Article(id)
				s.must(err)
				if len(a.Entries) != 3 {
					s.Errorf("article %d has entries %v, want one of each feed", id, a.Entries)
				}
			}
			for _, id := range feeds {
				f, err := tx.Feed(id)
				s.must(err)
				s.equal("entries", f.Entries, articles)
			}
			s.equal("changes", len(s.articles(tx, store.Texts, 0)), articles)
		})
	}},
	{"a cursor skips no change, whatever commits first", func(s *shared) {
		const writers, each = 4, 60
		s.update(func(tx store.Tx) {
			for i := range writers * each {
				s.article(tx, fmt.Sprint(i))
			}
		})
		ctx, stop := context.WithCancel(s.Context())
		defer stop()
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					err := s.alongside(w%3, func(tx store.Tx) error {
						id := newsfold.ArticleID(w*each + i + 1)
						if err := tx.Append(store.Texts, id); err != nil {
							return err
						}
						// What comes after it takes a different time in each.
						for range i * w % 7 {
							if _, err := tx.Article(newsfold.ArticleID(1 + i%writers)); err != nil {
								return err
							}
							if _, err := tx.FindArticle(fmt.Sprint("nobody ", i)); err == nil {
								return errors.New("found nobody")
							}
						}
						return nil
					})
					if err != nil {
						s.Error(err)
					}
				}
			})
		}
		seen := map[newsfold.ArticleID]bool{}
		var cursor store.Seq
		read := func() {
			s.must(s.daemons[0].View(ctx, func(tx store.Tx) error {
				for c, err := range tx.Changes(store.Texts, cursor) {
					s.must(err)
					if c.Seq <= cursor || seen[c.Article] {
						s.Fatalf("change %d of article %d behind %d", c.Seq, c.Article, cursor)
					}
					cursor, seen[c.Article] = c.Seq, true
				}
				return nil
			}))
		}
		finished := make(chan struct{})
		go func() { wg.Wait(); close(finished) }()
		for reading := true; reading; {
			select {
			case <-finished:
				reading = false
			default:
			}
			read()
		}
		s.equal("changes seen", len(seen), writers*each)
	}},
	{"Update runs alone", func(s *shared) {
		// Each takes the place unless another has it, of which it learns only by
		// reading what that one writes.
		for round := range 15 {
			var wg sync.WaitGroup
			for w := range 3 {
				run := s.daemons[w].Update
				if w == 2 && round%2 == 0 {
					run = s.daemons[w].Alongside // it writes nothing that others read
				}
				wg.Go(func() {
					err := run(s.Context(), func(tx store.Tx) error {
						sh := tx.Shelf("test")
						if w == 2 {
							return sh.Put([]byte("aside"), []byte{byte(round)})
						}
						other, err := sh.Get([]byte{byte(round), byte(1 - w)})
						if err != nil || other != nil {
							return err
						}
						return sh.Put([]byte{byte(round), byte(w)}, nil)
					})
					if err != nil {
						s.Error(err)
					}
				})
			}
			wg.Wait()
		}
		s.view(func(tx store.Tx) { s.equal("places taken", len(s.keys(tx.Shelf("test"))), 15+1) })
	}},
	{"candidates are found by any of their keys", func(s *shared) {
		put := func(i int, cs ...store.Candidate) {
			s.Helper()
			s.must(s.alongside(i, func(tx store.Tx) error {
				for _, c := range cs {
					if err := tx.(store.Indexer).PutCandidate(c); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		find := func(tx store.Tx, keys ...uint32) (ids []newsfold.ArticleID) {
			s.Helper()
			found, err := tx.(store.Indexer).Candidates(keys)
			s.must(err)
			for _, c := range found {
				ids = append(ids, c.Article)
			}
			return ids
		}
		one := store.Candidate{Article: 1, Hour: 100, Note: []byte{0, 1, 255}, Keys: []uint32{1, 1 << 31, 1<<32 - 1}}
		two := store.Candidate{Article: 2, Hour: 200, Keys: []uint32{1, 7}}
		put(0, one, two)
		s.must(s.daemons[1].View(s.Context(), func(tx store.Tx) error {
			got, err := tx.(store.Indexer).Candidates([]uint32{1<<32 - 1})
			s.must(err)
			s.equal("candidate", got, []store.Candidate{one})
			s.equal("of a key of both", find(tx, 1, 9), []newsfold.ArticleID{1, 2})
			s.equal("of none", find(tx, 2), []newsfold.ArticleID(nil))
			return nil
		}))
		s.must(s.alongside(2, func(tx store.Tx) error {
			s.must(tx.(store.Indexer).PutCandidate(store.Candidate{Article: 1, Hour: 100, Keys: []uint32{8}}))
			s.must(tx.(store.Indexer).PutCandidate(store.Candidate{Article: 3, Keys: []uint32{1}}))
			s.equal("its own changes", find(tx, 1), []newsfold.ArticleID{2, 3})
			s.must(tx.(store.Indexer).DropCandidates(2, 77))
			s.equal("dropped", find(tx, 1, 8), []newsfold.ArticleID{1, 3})
			return nil
		}))
		s.must(s.alongside(0, func(tx store.Tx) error {
			hour, err := tx.(store.Indexer).YoungestCandidate()
			s.must(err)
			s.equal("youngest", hour, uint32(100)) // 2 was dropped
			n, err := tx.(store.Indexer).ExpireCandidates(101)
			s.must(err)
			s.equal("expired", n, 1)
			s.equal("left", find(tx, 1, 7, 8), []newsfold.ArticleID{3})
			return nil
		}))
	}},
}

func feedsOf(leases []store.Lease) (ids []newsfold.FeedID) {
	for _, l := range leases {
		ids = append(ids, l.Feed)
	}
	slices.Sort(ids)
	return ids
}

// subscribe stores a feed that is due at once.
func (s *shared) subscribe(url string) (id newsfold.FeedID) {
	s.Helper()
	s.update(func(tx store.Tx) { id = s.feed(tx, url) })
	return id
}

// poll stores what a daemon read of a leased feed: an article of this name.
func (s *shared) poll(i int, l store.Lease, name string) error {
	return s.alongside(i, func(tx store.Tx) error {
		if err := store.Hold(tx, l); err != nil {
			return err
		}
		f, err := tx.Feed(l.Feed)
		if err != nil {
			return err
		}
		a := newsfold.Article{URL: "http://a.example/" + name}
		if err := tx.PutArticle(&a); err != nil {
			return err
		}
		if err := tx.PutEntry(&newsfold.Entry{Feed: l.Feed, GUID: name, Article: a.ID}); err != nil {
			return err
		}
		f.Title, f.Poll.Next = name, s.now().Add(time.Hour)
		return tx.PutFeed(&f)
	})
}

// carry stores an entry with the article that it carries, new or not.
func carry(tx store.Tx, feed newsfold.FeedID, n int) error {
	e := newsfold.Entry{Feed: feed, GUID: fmt.Sprint(n)}
	if _, err := tx.Entry(newsfold.EntryRef{Feed: feed, Key: e.Key()}); err == nil {
		return nil
	}
	url := fmt.Sprint("http://a.example/", n)
	id, err := tx.FindArticle(url)
	a := newsfold.Article{URL: url}
	if err == nil {
		a, err = tx.Article(id)
	}
	if err != nil && !errors.Is(err, newsfold.ErrNotFound) {
		return err
	}
	a.Entries = append(a.Entries, newsfold.EntryRef{Feed: feed, Key: e.Key()})
	if err := tx.PutArticle(&a); err != nil {
		return err
	}
	e.Article = a.ID
	if err := tx.PutEntry(&e); err != nil {
		return err
	}
	return tx.Append(store.Texts, a.ID)
}
