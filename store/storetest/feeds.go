package storetest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"newsfold"
	"newsfold/store"
)

var feedTests = []test{
	{"every field comes back", func(s *suite) {
		want := full[newsfold.Feed]()
		want.ID = 0
		s.update(func(tx store.Tx) { s.must(tx.PutFeed(&want)) })
		want.Entries = 0 // counted by the store
		s.both(func(tx store.Tx) {
			got, err := tx.Feed(want.ID)
			s.must(err)
			s.equal("Feed", got, want)
			got, err = tx.FindFeed(want.URL)
			s.must(err)
			s.equal("FindFeed", got, want)
		})
	}},
	{"put replaces the whole of a feed", func(s *suite) {
		f := full[newsfold.Feed]()
		f.ID = 0
		s.update(func(tx store.Tx) { s.must(tx.PutFeed(&f)) })
		bare := newsfold.Feed{ID: f.ID, URL: "http://other.example/"}
		s.update(func(tx store.Tx) { s.must(tx.PutFeed(&bare)) })
		s.both(func(tx store.Tx) {
			got, err := tx.Feed(f.ID)
			s.must(err)
			s.equal("feed", got, bare)
			_, err = tx.FindFeed(f.URL)
			s.notFound("FindFeed with the old URL", err)
			_, err = tx.FindFeed(bare.URL)
			s.must(err)
		})
	}},
	{"IDs ascend and are never given again", func(s *suite) {
		var ids []newsfold.FeedID
		add := func() {
			s.update(func(tx store.Tx) {
				for range 3 {
					ids = append(ids, s.feed(tx, fmt.Sprint("http://feed.example/", len(ids))))
				}
			})
		}
		remove := func(id newsfold.FeedID) {
			s.update(func(tx store.Tx) { s.must(tx.DeleteFeed(id)) })
		}
		add()
		remove(ids[2])
		add()
		remove(ids[5])
		s.reopen()
		add()
		for _, id := range []int{0, 1, 3, 4, 6, 7, 8} {
			remove(ids[id])
		}
		s.reopen()
		add()
		for i, id := range ids {
			if id < 1 || i > 0 && id <= ids[i-1] {
				s.Fatalf("IDs %v do not ascend from 1", ids)
			}
		}
	}},
	{"a rolled back feed leaves no trace", func(s *suite) {
		var f newsfold.Feed
		err := s.db.Update(s.Context(), func(tx store.Tx) error {
			f = newsfold.Feed{URL: "http://feed.example/"}
			s.must(tx.PutFeed(&f))
			return errors.New("no")
		})
		if err == nil {
			s.Error("Update returned no error")
		}
		s.both(func(tx store.Tx) {
			_, err := tx.FindFeed(f.URL)
			s.notFound("FindFeed", err)
			s.equal("feeds", s.feeds(tx), []newsfold.FeedID(nil))
		})
	}},
	{"feeds come by ascending ID", func(s *suite) {
		var want []newsfold.FeedID
		s.update(func(tx store.Tx) {
			for i := range 300 { // beyond one page and one byte
				want = append(want, s.feed(tx, fmt.Sprint("http://feed.example/", 999-i)))
			}
		})
		s.both(func(tx store.Tx) { s.equal("feeds", s.feeds(tx), want) })
	}},
	{"one feed a URL", func(s *suite) {
		s.update(func(tx store.Tx) {
			a, b := s.feed(tx, "http://a.example/"), s.feed(tx, "http://b.example/")
			s.exists("a new feed", tx.PutFeed(&newsfold.Feed{URL: "http://a.example/"}))
			s.exists("a changed feed", tx.PutFeed(&newsfold.Feed{ID: b, URL: "http://a.example/"}))
			s.must(tx.PutFeed(&newsfold.Feed{ID: a, URL: "http://a.example/", Title: "same"}))
			s.must(tx.PutFeed(&newsfold.Feed{ID: a, URL: "http://c.example/"}))
			s.must(tx.PutFeed(&newsfold.Feed{ID: b, URL: "http://a.example/"}))
			f, err := tx.FindFeed("http://a.example/")
			s.must(err)
			s.equal("who has the URL now", f.ID, b)
		})
	}},
	{"URLs are compared byte for byte", func(s *suite) {
		urls := []string{
			"http://x.example/a", "http://x.example/A", "http://x.example/a ", "http://x.example/a\x00",
			"http://x.example/\xe4", "http://x.example/ä", "http://x.example/a\u0308",
			"http://x.example/" + strings.Repeat("long", 20_000),
		}
		s.update(func(tx store.Tx) {
			for _, u := range urls {
				s.feed(tx, u)
			}
		})
		s.both(func(tx store.Tx) {
			for i, u := range urls {
				f, err := tx.FindFeed(u)
				s.must(err)
				s.equal("ID", f.ID, newsfold.FeedID(i+1))
				s.equal("URL", f.URL, u)
			}
			_, err := tx.FindFeed("http://X.example/a")
			s.notFound("another case", err)
		})
	}},
	{"a deleted feed takes its entries along and leaves articles", func(s *suite) {
		var gone, kept newsfold.FeedID
		var id newsfold.ArticleID
		s.update(func(tx store.Tx) {
			gone, kept = s.feed(tx, "http://gone.example/"), s.feed(tx, "http://kept.example/")
			id = s.article(tx, "http://gone.example/1")
			for i := range 500 {
				for _, f := range []newsfold.FeedID{gone, kept} {
					s.must(tx.PutEntry(&newsfold.Entry{Feed: f, GUID: fmt.Sprint(i), Article: id}))
				}
			}
			s.fold(tx, newsfold.Story{Time: day, Feeds: []newsfold.FeedID{gone}}, id)
		})
		s.update(func(tx store.Tx) { s.must(tx.DeleteFeed(gone)) })
		s.both(func(tx store.Tx) {
			_, err := tx.Feed(gone)
			s.notFound("Feed", err)
			_, err = tx.FindFeed("http://gone.example/")
			s.notFound("FindFeed", err)
			for i := range 500 {
				_, err = tx.Entry(newsfold.EntryRef{Feed: gone, Key: fmt.Sprint(i)})
				s.notFound("Entry", err)
				_, err = tx.Entry(newsfold.EntryRef{Feed: kept, Key: fmt.Sprint(i)})
				s.must(err)
			}
			_, err = tx.Article(id)
			s.must(err)
			_, err = tx.Story(newsfold.StoryID(id))
			s.must(err)
		})
	}},
	{"what a feed was cannot be written to after its deletion", func(s *suite) {
		s.update(func(tx store.Tx) {
			f := newsfold.Feed{URL: "http://a.example/"}
			s.must(tx.PutFeed(&f))
			s.must(tx.DeleteFeed(f.ID))
			s.notFound("PutFeed", tx.PutFeed(&f))
			s.notFound("PutEntry", tx.PutEntry(&newsfold.Entry{Feed: f.ID, GUID: "x"}))
			s.notFound("DeleteFeed", tx.DeleteFeed(f.ID))
			again := s.feed(tx, "http://a.example/")
			if again <= f.ID {
				s.Errorf("ID %d was given again as %d", f.ID, again)
			}
		})
	}},
	{"times come back as the same instant in UTC", func(s *suite) {
		for _, want := range []time.Time{
			{},
			time.Unix(0, 0),
			time.Unix(0, 999),
			time.Unix(-1, 999_999_999),
			time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC),
			time.Date(1899, 12, 31, 23, 59, 59, 999_999_000, time.FixedZone("", -3*3600)),
			time.Date(2026, 10, 25, 2, 30, 0, 123_456_000, time.FixedZone("", 7200)),
			time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
		} {
			f := newsfold.Feed{URL: want.String(), Added: want}
			s.update(func(tx store.Tx) { s.must(tx.PutFeed(&f)) })
			s.view(func(tx store.Tx) {
				got, err := tx.Feed(f.ID)
				s.must(err)
				if !got.Added.Equal(want.Truncate(time.Microsecond)) || got.Added.Location() != time.UTC || got.Added.IsZero() != want.IsZero() {
					s.Errorf("%v came back as %v", want, got.Added)
				}
			})
		}
	}},
	{"times beyond the calendar do no harm", func(s *suite) {
		s.update(func(tx store.Tx) {
			for i, at := range []time.Time{time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64/2, 0), time.Unix(1<<60, 0)} {
				s.must(tx.PutFeed(&newsfold.Feed{URL: fmt.Sprint(i), Added: at}))
			}
			s.equal("feeds", len(s.feeds(tx)), 3)
		})
	}},
	{"a feed needs a URL", func(s *suite) {
		s.update(func(tx store.Tx) {
			if tx.PutFeed(&newsfold.Feed{Title: "nameless"}) == nil {
				s.Error("a feed without a URL was stored")
			}
		})
	}},
}

var entryTests = []test{
	{"every field comes back", func(s *suite) {
		want := full[newsfold.Entry]()
		want.Sum = "" // is for entries that say nothing
		s.update(func(tx store.Tx) {
			want.Feed = s.feed(tx, "http://a.example/")
			want.Article = s.article(tx, "http://a.example/1")
			s.must(tx.PutEntry(&want))
		})
		s.both(func(tx store.Tx) {
			got, err := tx.Entry(newsfold.EntryRef{Feed: want.Feed, Key: want.Key()})
			s.must(err)
			s.equal("entry", got, want)
		})
	}},
	{"large and tiny entries come back", func(s *suite) {
		var feed newsfold.FeedID
		sizes := []int{0, 1, 100, 255, 256, 4096, 70_000, 3 << 20}
		s.update(func(tx store.Tx) {
			feed = s.feed(tx, "http://a.example/")
			for _, n := range sizes {
				s.must(tx.PutEntry(&newsfold.Entry{Feed: feed, GUID: fmt.Sprint(n), Content: noise(n)}))
			}
		})
		s.both(func(tx store.Tx) {
			for _, n := range sizes {
				e, err := tx.Entry(newsfold.EntryRef{Feed: feed, Key: fmt.Sprint(n)})
				s.must(err)
				if e.Content != noise(n) {
					s.Errorf("content of %d bytes came back different", n)
				}
			}
		})
	}},
	{"an entry without what it said keeps its digest", func(s *suite) {
		bare := newsfold.Entry{GUID: "1", Link: "l", Sum: "digest"}
		s.update(func(tx store.Tx) {
			bare.Feed = s.feed(tx, "http://a.example/")
			s.must(tx.PutEntry(&bare))
		})
		s.both(func(tx store.Tx) {
			got, err := tx.Entry(newsfold.EntryRef{Feed: bare.Feed, Key: "1"})
			s.must(err)
			s.equal("entry", got, bare)
			s.equal("digest", got.Digest(), "digest")
		})
	}},
	{"the key is GUID, link or digest", func(s *suite) {
		s.update(func(tx store.Tx) {
			feed := s.feed(tx, "http://a.example/")
			for _, e := range []newsfold.Entry{
				{Feed: feed, GUID: awkward, Link: "l"},
				{Feed: feed, GUID: strings.Repeat("g", 100_000)},
				{Feed: feed, Link: "http://a.example/2"},
				{Feed: feed, Title: "nothing else"},
			} {
				s.must(tx.PutEntry(&e))
				got, err := tx.Entry(newsfold.EntryRef{Feed: feed, Key: e.Key()})
				s.must(err)
				s.equal("entry", got, e)
			}
		})
	}},
	{"the same key in two feeds is two entries", func(s *suite) {
		s.update(func(tx store.Tx) {
			a, b := s.feed(tx, "http://a.example/"), s.feed(tx, "http://b.example/")
			s.must(tx.PutEntry(&newsfold.Entry{Feed: a, GUID: "1", Title: "of a"}))
			_, err := tx.Entry(newsfold.EntryRef{Feed: b, Key: "1"})
			s.notFound("entry of b", err)
			s.must(tx.PutEntry(&newsfold.Entry{Feed: b, GUID: "1", Title: "of b"}))
			e, err := tx.Entry(newsfold.EntryRef{Feed: a, Key: "1"})
			s.must(err)
			s.equal("title", e.Title, "of a")
		})
	}},
	{"put replaces, and entries are counted once", func(s *suite) {
		var feed newsfold.FeedID
		s.update(func(tx store.Tx) {
			feed = s.feed(tx, "http://a.example/")
			for i := range 30 {
				s.must(tx.PutEntry(&newsfold.Entry{Feed: feed, GUID: fmt.Sprint(i % 10), Title: fmt.Sprint("round ", i/10), Summary: strings.Repeat("s", i)}))
			}
		})
		s.both(func(tx store.Tx) {
			f, err := tx.Feed(feed)
			s.must(err)
			s.equal("entries", f.Entries, 10)
			e, err := tx.Entry(newsfold.EntryRef{Feed: feed, Key: "3"})
			s.must(err)
			s.equal("entry", e, newsfold.Entry{Feed: feed, GUID: "3", Title: "round 2", Summary: strings.Repeat("s", 23)})
		})
		s.update(func(tx store.Tx) {
			s.must(tx.PutFeed(&newsfold.Feed{ID: feed, URL: "http://a.example/", Entries: 99}))
			f, err := tx.Feed(feed)
			s.must(err)
			s.equal("entries after the feed was stored again", f.Entries, 10)
		})
	}},
}

func (s *suite) feeds(tx store.Tx) (ids []newsfold.FeedID) {
	s.Helper()
	for f, err := range tx.Feeds() {
		s.must(err)
		ids = append(ids, f.ID)
	}
	return ids
}

func (s *suite) notFound(what string, err error) {
	s.Helper()
	s.is(what, err, newsfold.ErrNotFound)
}

func (s *suite) exists(what string, err error) {
	s.Helper()
	s.is(what, err, newsfold.ErrExists)
}

func (s *suite) is(what string, err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("%s: error %v, want one that wraps %q", what, err, want)
	} else if err.Error() == want.Error() {
		s.Errorf("%s: error %q does not say what it is about", what, err)
	}
}

// noise returns n bytes that neither repeat nor are text.
func noise(n int) string {
	b := make([]byte, 0, n)
	x := uint32(n) + 1
	for range n {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b = append(b, byte(x))
	}
	return string(slices.Clip(b))
}
