package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"newsfold"
	"newsfold/store"
)

var articleTests = []test{
	{"every field comes back", func(s *suite) {
		want := full[newsfold.Article]()
		want.ID, want.Story = 0, 0
		s.update(func(tx store.Tx) { s.must(tx.PutArticle(&want)) })
		s.both(func(tx store.Tx) {
			got, err := tx.Article(want.ID)
			s.must(err)
			s.equal("article", got, want)
			id, err := tx.FindArticle(want.URL)
			s.must(err)
			s.equal("FindArticle", id, want.ID)
		})
	}},
	{"put replaces the whole of an article", func(s *suite) {
		a := full[newsfold.Article]()
		a.ID, a.Story = 0, 0
		s.update(func(tx store.Tx) { s.must(tx.PutArticle(&a)) })
		bare := newsfold.Article{ID: a.ID, URL: a.URL}
		s.update(func(tx store.Tx) { s.must(tx.PutArticle(&bare)) })
		s.both(func(tx store.Tx) {
			got, err := tx.Article(a.ID)
			s.must(err)
			s.equal("article", got, bare)
		})
	}},
	{"IDs ascend across restarts", func(s *suite) {
		var ids []newsfold.ArticleID
		for round := range 3 {
			s.update(func(tx store.Tx) {
				for i := range 200 {
					ids = append(ids, s.article(tx, fmt.Sprintf("http://a.example/%d/%d", round, i)))
				}
			})
			s.reopen()
		}
		if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != 600 || ids[0] < 1 {
			s.Errorf("IDs do not ascend from 1: %v", ids)
		}
	}},
	{"the URL is the identity", func(s *suite) {
		s.update(func(tx store.Tx) {
			a, b := s.article(tx, "http://a.example/1"), s.article(tx, "http://a.example/2")
			s.exists("a second article", tx.PutArticle(&newsfold.Article{URL: "http://a.example/1"}))
			if tx.PutArticle(&newsfold.Article{ID: b, URL: "http://a.example/3"}) == nil {
				s.Error("the URL of an article was changed")
			}
			if tx.PutArticle(&newsfold.Article{Title: "nowhere"}) == nil {
				s.Error("an article without a URL was stored")
			}
			id, err := tx.FindArticle("http://a.example/1")
			s.must(err)
			s.equal("found", id, a)
			_, err = tx.FindArticle("http://a.example/3")
			s.notFound("FindArticle", err)
		})
	}},
	{"what is not there is said to be missing", func(s *suite) {
		s.update(func(tx store.Tx) {
			_, err := tx.Article(7)
			s.notFound("Article", err)
			_, err = tx.FindArticle("http://nowhere.example/")
			s.notFound("FindArticle", err)
			s.notFound("PutArticle", tx.PutArticle(&newsfold.Article{ID: 7, URL: "http://a.example/"}))
			s.notFound("PutBody", tx.PutBody(7, newsfold.Body{Text: "x"}))
			_, err = tx.Feed(7)
			s.notFound("Feed", err)
			_, err = tx.FindFeed("http://nowhere.example/")
			s.notFound("FindFeed", err)
			_, err = tx.Entry(newsfold.EntryRef{Feed: 7, Key: "x"})
			s.notFound("Entry", err)
			_, err = tx.Story(7)
			s.notFound("Story", err)
			b, err := tx.Body(7)
			s.must(err)
			s.equal("body", b, newsfold.Body{})
		})
	}},
	{"a body comes back byte for byte", func(s *suite) {
		bodies := []newsfold.Body{
			{Text: "text only"},
			{HTML: "<p>HTML only"},
			{Text: awkward, HTML: "<p>" + awkward},
			{Text: strings.Repeat("word ", 50_000), HTML: strings.Repeat("<p>word ", 50_000)},
			{Text: noise(5 << 20)},
			{},
		}
		var ids []newsfold.ArticleID
		s.update(func(tx store.Tx) {
			for i, b := range bodies {
				ids = append(ids, s.article(tx, fmt.Sprint("http://a.example/", i)))
				s.must(tx.PutBody(ids[i], b))
				got, err := tx.Body(ids[i])
				s.must(err)
				if got != b {
					s.Errorf("body %d differs at once", i)
				}
			}
		})
		s.both(func(tx store.Tx) {
			for i, b := range bodies {
				got, err := tx.Body(ids[i])
				s.must(err)
				if got != b {
					s.Errorf("body %d differs", i)
				}
			}
		})
	}},
	{"a body is replaced and taken away", func(s *suite) {
		var id newsfold.ArticleID
		s.update(func(tx store.Tx) { id = s.article(tx, "http://a.example/") })
		for _, b := range []newsfold.Body{{Text: noise(9000)}, {Text: "short"}, {HTML: noise(20_000)}, {}} {
			s.update(func(tx store.Tx) { s.must(tx.PutBody(id, b)) })
			s.both(func(tx store.Tx) {
				got, err := tx.Body(id)
				s.must(err)
				if got != b {
					s.Errorf("body of %d and %d bytes differs", len(b.Text), len(b.HTML))
				}
			})
		}
	}},
	{"wanted pages come when they are due, earliest first", func(s *suite) {
		due := []time.Time{hour(5), {}, hour(1), hour(3), hour(1), hour(-99999), hour(2).Add(time.Microsecond)}
		s.update(func(tx store.Tx) {
			for i, at := range due {
				s.must(tx.PutArticle(&newsfold.Article{URL: fmt.Sprint(i), Page: newsfold.Page{State: newsfold.PageWanted, Next: at}}))
			}
			s.must(tx.PutArticle(&newsfold.Article{URL: "fetched", Page: newsfold.Page{State: newsfold.PageFetched, Next: hour(1)}}))
			s.article(tx, "no state")
		})
		s.both(func(tx store.Tx) {
			s.equal("by 0:00", s.wanted(tx, hour(0)), []newsfold.ArticleID{2, 6})
			s.equal("by 1:00", s.wanted(tx, hour(1)), []newsfold.ArticleID{2, 6, 3, 5})
			s.equal("by 2:00", s.wanted(tx, hour(2)), []newsfold.ArticleID{2, 6, 3, 5})
			s.equal("by 9:00", s.wanted(tx, hour(9)), []newsfold.ArticleID{2, 6, 3, 5, 7, 4, 1})
			s.equal("by never", s.wanted(tx, time.Time{}), []newsfold.ArticleID{2})
		})
	}},
	{"a page is wanted once, when it was last said", func(s *suite) {
		var a newsfold.Article
		set := func(state newsfold.PageState, next time.Time) {
			s.update(func(tx store.Tx) {
				a.Page = newsfold.Page{State: state, Next: next}
				s.must(tx.PutArticle(&a))
			})
		}
		expect := func(at time.Time, want ...newsfold.ArticleID) {
			s.Helper()
			s.both(func(tx store.Tx) { s.equal("wanted", s.wanted(tx, at), want) })
		}
		a.URL = "http://a.example/"
		set("", time.Time{})
		expect(hour(99))
		set(newsfold.PageWanted, hour(1))
		expect(hour(99), a.ID)
		set(newsfold.PageWanted, hour(4))
		expect(hour(3))
		expect(hour(4), a.ID)
		set(newsfold.PageWanted, hour(2))
		expect(hour(3), a.ID)
		set(newsfold.PageFetched, hour(2))
		expect(hour(99))
		set(newsfold.PageFailed, hour(3))
		expect(hour(99))
	}},
	{"wanted pages may be settled while they are listed", func(s *suite) {
		const n = 500
		s.update(func(tx store.Tx) {
			for i := range n {
				s.must(tx.PutArticle(&newsfold.Article{URL: fmt.Sprint(i), Page: newsfold.Page{State: newsfold.PageWanted, Next: hour(i % 7)}}))
			}
		})
		seen := 0
		s.update(func(tx store.Tx) {
			seen = 0
			for id, err := range tx.Wanted(hour(99)) {
				s.must(err)
				seen++
				a, err := tx.Article(id)
				s.must(err)
				if a.Page.State = newsfold.PageFetched; id%2 == 0 {
					a.Page = newsfold.Page{State: newsfold.PageWanted, Next: hour(200)}
				}
				s.must(tx.PutArticle(&a))
			}
		})
		s.equal("seen", seen, n)
		s.both(func(tx store.Tx) {
			s.equal("due later", len(s.wanted(tx, hour(200))), n/2)
			s.equal("due now", len(s.wanted(tx, hour(99))), 0)
		})
	}},
}

func (s *suite) wanted(tx store.Tx, by time.Time) (ids []newsfold.ArticleID) {
	s.Helper()
	for id, err := range tx.Wanted(by) {
		s.must(err)
		ids = append(ids, id)
	}
	return ids
}
