package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"newsfold"
	"newsfold/store"
)

var errStop = errors.New("stop here")

var txTests = []test{
	{"an error in fn undoes everything and is returned as it is", func(s *suite) {
		s.writeAndUndo(func(tx store.Tx) error { return errStop }, func(update func() error) {
			if err := update(); err != errStop { //nolint:errorlint // the very same
				s.Errorf("error %v, want the one of fn", err)
			}
		})
	}},
	{"a panic in fn undoes everything and goes on", func(s *suite) {
		s.writeAndUndo(func(store.Tx) error { panic(errStop) }, func(update func() error) {
			defer func() {
				if p := recover(); p != errStop {
					s.Errorf("panic %v, want the one of fn", p)
				}
			}()
			s.Errorf("Update returned %v", update())
		})
	}},
	{"a goroutine that ends in fn undoes everything", func(s *suite) {
		s.writeAndUndo(func(store.Tx) error { runtime.Goexit(); return nil }, func(update func() error) {
			var wg sync.WaitGroup
			wg.Go(func() { _ = update() })
			wg.Wait()
		})
	}},
	{"a panic in View goes on, and the store works", func(s *suite) {
		func() {
			defer func() {
				if p := recover(); p != errStop {
					s.Errorf("panic %v, want the one of fn", p)
				}
			}()
			s.view(func(tx store.Tx) {
				for range tx.Feeds() {
					continue
				}
				panic(errStop)
			})
		}()
		s.update(func(tx store.Tx) { s.feed(tx, "http://a.example/") })
		s.reopen()
	}},
	{"a panic while a list is gone through goes on", func(s *suite) {
		s.update(func(tx store.Tx) { s.feed(tx, "http://a.example/") })
		func() {
			defer func() {
				if p := recover(); p != errStop {
					s.Errorf("panic %v, want the one of the loop", p)
				}
			}()
			s.update(func(tx store.Tx) {
				for range tx.Feeds() {
					panic(errStop)
				}
			})
		}()
		s.update(func(tx store.Tx) { s.feed(tx, "http://b.example/") })
	}},
	{"a transaction sees its own writes", func(s *suite) {
		s.update(func(tx store.Tx) {
			feed := s.feed(tx, "http://a.example/")
			_, err := tx.FindFeed("http://a.example/")
			s.must(err)
			id := s.article(tx, "http://a.example/1")
			got, err := tx.FindArticle("http://a.example/1")
			s.must(err)
			s.equal("article", got, id)
			s.fold(tx, newsfold.Story{Time: day, Feeds: []newsfold.FeedID{feed}}, id)
			s.equal("stories", len(s.stories(tx, store.Query{Feed: feed, Unread: true})), 1)
			s.must(tx.DeleteFeed(feed))
			s.equal("feeds", len(s.feeds(tx)), 0)
		})
	}},
	{"View writes nothing", func(s *suite) {
		var id newsfold.ArticleID
		s.update(func(tx store.Tx) { s.feed(tx, "http://a.example/"); id = s.article(tx, "1") })
		s.view(func(tx store.Tx) {
			for name, err := range map[string]error{
				"PutFeed":     tx.PutFeed(&newsfold.Feed{URL: "http://b.example/"}),
				"DeleteFeed":  tx.DeleteFeed(1),
				"PutEntry":    tx.PutEntry(&newsfold.Entry{Feed: 1, GUID: "1"}),
				"PutArticle":  tx.PutArticle(&newsfold.Article{URL: "2"}),
				"PutBody":     tx.PutBody(id, newsfold.Body{Text: "x"}),
				"PutStory":    tx.PutStory(&newsfold.Story{ID: 1}),
				"DeleteStory": tx.DeleteStory(1),
				"Append":      tx.Append(store.Texts, id),
				"Shelf.Put":   tx.Shelf("test").Put([]byte("k"), nil),
				"Shelf.Del":   tx.Shelf("test").Delete([]byte("k")),
			} {
				if err == nil {
					s.Errorf("%s worked in a View", name)
				}
			}
		})
		s.view(func(tx store.Tx) { s.equal("feeds", len(s.feeds(tx)), 1) })
	}},
	{"a transaction sees nothing that is committed after it began", func(s *suite) {
		s.update(func(tx store.Tx) { s.shuffled(tx, 50) })
		s.view(func(tx store.Tx) {
			before := s.stories(tx, store.Query{})
			var wg sync.WaitGroup
			wg.Go(func() {
				// Much, so that the file has to grow beside the reader.
				for i := range 20 {
					err := s.db.Update(s.Context(), func(tx store.Tx) error {
						a := newsfold.Article{URL: fmt.Sprint("late ", i)}
						if err := tx.PutArticle(&a); err != nil {
							return err
						}
						if err := tx.PutBody(a.ID, newsfold.Body{Text: noise(1 << 20)}); err != nil {
							return err
						}
						st, err := tx.Story(before[i].ID)
						if err != nil {
							return err
						}
						st.Read, st.Time = !st.Read, hour(999)
						return tx.PutStory(&st)
					})
					if err != nil {
						s.Error(err)
					}
				}
			})
			wg.Wait()
			s.equal("stories", s.stories(tx, store.Query{}), before)
			_, err := tx.FindArticle("late 0")
			s.notFound("FindArticle", err)
		})
		s.view(func(tx store.Tx) {
			_, err := tx.FindArticle("late 19")
			s.must(err)
		})
	}},
	{"neither side shares memory with the other", func(s *suite) {
		f := full[newsfold.Feed]()
		f.ID = 0
		var want newsfold.Feed
		value := []byte("value")
		s.update(func(tx store.Tx) {
			s.must(tx.PutFeed(&f))
			want, _ = tx.Feed(f.ID)
			s.must(tx.Shelf("test").Put([]byte("k"), value))
			// After it was handed in.
			f.Folders[0], f.Poll.State[0], value[0] = "changed", f.Poll.State[0]+1, 'X'
			got, err := tx.Feed(f.ID)
			s.must(err)
			s.equal("feed", got, want)
			// After it was handed out.
			got.Folders[0], got.Poll.State[0] = "changed", got.Poll.State[0]+1
			v, err := tx.Shelf("test").Get([]byte("k"))
			s.must(err)
			s.equal("value", string(v), "value")
			v[0] = 'Y'
		})
		var kept newsfold.Feed
		var pair store.Pair
		s.both(func(tx store.Tx) {
			got, err := tx.Feed(f.ID)
			s.must(err)
			s.equal("feed", got, want)
			got.Folders[0], got.Poll.State[0] = "changed", got.Poll.State[0]+1
			kept, err = tx.Feed(f.ID)
			s.must(err)
			for p, err := range tx.Shelf("test").All(nil) {
				s.must(err)
				pair = p
				copy(p.Value, "value") // writable memory
			}
		})
		// What was handed out outlives its transaction.
		s.update(func(tx store.Tx) {
			s.must(tx.DeleteFeed(f.ID))
			s.must(tx.Shelf("test").Put([]byte("k"), []byte("other")))
		})
		s.equal("kept feed", kept, want)
		s.equal("kept pair", string(pair.Key)+string(pair.Value), "kvalue")
	}},
	{"a wait for the writer ends with its context", func(s *suite) {
		running, done := make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			s.must(s.db.Update(s.Context(), func(store.Tx) error { close(running); <-done; return nil }))
		})
		<-running
		err := s.db.Update(within(s.T, 20*time.Millisecond), func(store.Tx) error {
			s.Error("ran beside another writer")
			return nil
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			s.Errorf("error %v, want the one of the context", err)
		}
		s.view(func(store.Tx) {}) // readers go on meanwhile
		close(done)
		wg.Wait()
		s.update(func(store.Tx) {})
	}},
	{"nothing runs under a context that is done", func(s *suite) {
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		for name, run := range map[string]func(context.Context, func(store.Tx) error) error{"View": s.db.View, "Update": s.db.Update} {
			err := run(ctx, func(store.Tx) error { s.Errorf("%s ran", name); return nil })
			if !errors.Is(err, context.Canceled) {
				s.Errorf("%s: error %v, want the one of the context", name, err)
			}
		}
	}},
	{"updates from many goroutines all count", func(s *suite) {
		s.update(func(tx store.Tx) { s.must(tx.Shelf("test").Put([]byte("n"), []byte{0})) })
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 5 {
					err := s.db.Update(s.Context(), func(tx store.Tx) error {
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
					err = s.db.View(s.Context(), func(tx store.Tx) error {
						_, err := tx.Shelf("test").Get([]byte("n"))
						return err
					})
					if err != nil {
						s.Error(err)
					}
				}
			})
		}
		wg.Wait()
		s.both(func(tx store.Tx) {
			v, err := tx.Shelf("test").Get([]byte("n"))
			s.must(err)
			s.equal("count", int(v[0]), 40)
		})
	}},
	{"Close waits for transactions", func(s *suite) {
		running, closing := make(chan struct{}), make(chan struct{})
		finished := false
		var wg sync.WaitGroup
		wg.Go(func() {
			err := s.db.Update(s.Context(), func(tx store.Tx) error {
				close(running)
				<-closing
				for range 100 { // let Close begin
					runtime.Gosched()
				}
				f := newsfold.Feed{URL: "http://a.example/"}
				err := tx.PutFeed(&f)
				finished = true
				return err
			})
			if err != nil {
				s.Error(err)
			}
		})
		<-running
		close(closing)
		s.must(s.db.Close())
		if !finished {
			s.Error("Close came back while a transaction was running")
		}
		wg.Wait()
		s.db = s.engine.Open(s.T, s.dir)
		s.view(func(tx store.Tx) { s.equal("feeds", len(s.feeds(tx)), 1) })
	}},
	{"closing twice is harmless, and nothing runs afterwards", func(s *suite) {
		s.must(s.db.Close())
		s.must(s.db.Close())
		for name, run := range map[string]func(context.Context, func(store.Tx) error) error{"View": s.db.View, "Update": s.db.Update} {
			err := run(s.Context(), func(store.Tx) error { s.Errorf("%s ran", name); return nil })
			if !errors.Is(err, os.ErrClosed) {
				s.Errorf("%s: error %v, want os.ErrClosed", name, err)
			}
		}
		s.db = s.engine.Open(s.T, s.dir)
	}},
	{"a transaction that is over gives errors", func(s *suite) {
		var old store.Tx
		var list func(func(newsfold.Feed, error) bool)
		s.update(func(tx store.Tx) { old = tx; s.feed(tx, "http://a.example/"); list = tx.Feeds() })
		if _, err := old.Feed(1); err == nil {
			s.Error("Feed worked")
		}
		if err := old.PutFeed(&newsfold.Feed{URL: "x"}); err == nil {
			s.Error("PutFeed worked")
		}
		if _, err := old.Shelf("test").Get([]byte("k")); err == nil {
			s.Error("Shelf.Get worked")
		}
		for _, err := range list {
			if err == nil {
				s.Error("the list went on")
			}
		}
	}},
}

// writeAndUndo runs an Update that writes to everything and then ends by end,
// inside of call, and looks that nothing has changed.
func (s *suite) writeAndUndo(end func(store.Tx) error, call func(update func() error)) {
	s.Helper()
	s.update(func(tx store.Tx) {
		feed := s.feed(tx, "http://a.example/")
		s.must(tx.PutEntry(&newsfold.Entry{Feed: feed, GUID: "1", Title: "old"}))
		s.fold(tx, newsfold.Story{Time: day}, s.article(tx, "1"))
		s.must(tx.Shelf("test").Put([]byte("k"), []byte("old")))
		s.must(tx.Append(store.Texts, 1))
	})
	call(func() error {
		return s.db.Update(s.Context(), func(tx store.Tx) error {
			s.must(tx.PutFeed(&newsfold.Feed{ID: 1, URL: "http://b.example/"}))
			s.must(tx.PutEntry(&newsfold.Entry{Feed: 1, GUID: "1", Title: "new"}))
			s.must(tx.PutEntry(&newsfold.Entry{Feed: 1, GUID: "2"}))
			s.fold(tx, newsfold.Story{Time: hour(1), Starred: true}, s.article(tx, "2"))
			s.must(tx.DeleteStory(1))
			s.must(tx.PutBody(1, newsfold.Body{Text: "new"}))
			s.must(tx.Shelf("test").Put([]byte("k"), []byte("new")))
			s.must(tx.Shelf("fresh").Put([]byte("k"), []byte("new")))
			s.must(tx.Append(store.Texts, 2))
			return end(tx)
		})
	})
	s.both(func(tx store.Tx) {
		f, err := tx.FindFeed("http://a.example/")
		s.must(err)
		s.equal("entries", f.Entries, 1)
		_, err = tx.FindFeed("http://b.example/")
		s.notFound("FindFeed", err)
		e, err := tx.Entry(newsfold.EntryRef{Feed: 1, Key: "1"})
		s.must(err)
		s.equal("entry", e.Title, "old")
		_, err = tx.FindArticle("2")
		s.notFound("FindArticle", err)
		s.equal("stories", ids(s.stories(tx, store.Query{})), []newsfold.StoryID{1})
		b, err := tx.Body(1)
		s.must(err)
		s.equal("body", b, newsfold.Body{})
		v, err := tx.Shelf("test").Get([]byte("k"))
		s.must(err)
		s.equal("value", string(v), "old")
		s.equal("fresh shelf", s.keys(tx.Shelf("fresh")), []string(nil))
		s.equal("log", s.articles(tx, store.Texts, 0), []newsfold.ArticleID{1})
	})
	s.update(func(tx store.Tx) { s.article(tx, "2") })
}
