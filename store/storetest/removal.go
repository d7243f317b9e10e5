package storetest

import (
	"errors"
	"fmt"
	"strings"

	"newsfold"
	"newsfold/store"
)

var removalTests = []test{
	{"revisions come back, oldest first", func(s *suite) {
		var id, other newsfold.ArticleID
		var want []newsfold.Revision
		s.update(func(tx store.Tx) {
			id, other = s.article(tx, "http://a.example/"), s.article(tx, "http://b.example/")
			s.must(tx.AddRevision(other, newsfold.Revision{Text: "other"}))
		})
		for i := range 3 {
			s.update(func(tx store.Tx) {
				r := full[newsfold.Revision]()
				r.Title, r.Text = fmt.Sprint(awkward, i), strings.Repeat(awkward, 100*i)
				s.must(tx.AddRevision(id, r))
				want = append(want, r)
				s.equal("at once", s.revisions(tx, id), want)
			})
		}
		s.both(func(tx store.Tx) {
			s.equal("revisions", s.revisions(tx, id), want)
			s.equal("of another", len(s.revisions(tx, other)), 1)
			s.equal("of nobody", len(s.revisions(tx, other+1)), 0)
		})
		s.update(func(tx store.Tx) { s.notFound("AddRevision", tx.AddRevision(99, newsfold.Revision{})) })
	}},
	{"of many revisions the first and the youngest stay", func(s *suite) {
		var id newsfold.ArticleID
		s.update(func(tx store.Tx) {
			id = s.article(tx, "http://a.example/")
			for i := range 3 * store.MaxRevisions {
				s.must(tx.AddRevision(id, newsfold.Revision{Title: fmt.Sprint(i)}))
			}
		})
		s.both(func(tx store.Tx) {
			all := s.revisions(tx, id)
			if len(all) != store.MaxRevisions || all[0].Title != "0" || all[1].Title != fmt.Sprint(2*store.MaxRevisions+1) {
				s.Errorf("%d revisions from %q and %q on", len(all), all[0].Title, all[1].Title)
			}
		})
		big := newsfold.Revision{Text: strings.Repeat("a", store.MaxRevisionBytes*2/3)}
		s.update(func(tx store.Tx) {
			s.must(tx.AddRevision(id, newsfold.Revision{Text: noise(store.MaxRevisionBytes + 1)}))
			s.equal("one that is too large", len(s.revisions(tx, id)), store.MaxRevisions)
			s.must(tx.AddRevision(id, big))
			s.must(tx.AddRevision(id, big))
		})
		s.both(func(tx store.Tx) {
			all := s.revisions(tx, id)
			s.equal("first", all[0].Title, "0")
			s.equal("large ones", len(all), 2)
		})
	}},
	{"a removed article is gone with all it had", func(s *suite) {
		var id, stays newsfold.ArticleID
		var feed newsfold.FeedID
		s.update(func(tx store.Tx) {
			feed = s.feed(tx, "http://a.example/feed")
			id, stays = s.carried(tx, feed, "1"), s.carried(tx, feed, "2")
			s.must(tx.AddRevision(id, newsfold.Revision{Text: "x"}))
		})
		s.update(func(tx store.Tx) { s.must(tx.DeleteArticle(id)) })
		s.both(func(tx store.Tx) {
			_, err := tx.Article(id)
			s.notFound("Article", err)
			b, err := tx.Body(id)
			s.must(err)
			s.equal("body", b, newsfold.Body{})
			s.equal("revisions", len(s.revisions(tx, id)), 0)
			s.equal("wanted", s.wanted(tx, hour(99)), []newsfold.ArticleID{stays})
			s.equal("texts", s.articles(tx, store.Texts, 0), []newsfold.ArticleID{stays})
			s.equal("folds", s.articles(tx, store.Folds, 0), []newsfold.ArticleID{stays})
			s.equal("removed", s.articles(tx, store.Removed, 0), []newsfold.ArticleID{id})
			f, err := tx.Feed(feed)
			s.must(err)
			s.equal("entries", f.Entries, 1)
		})
		s.update(func(tx store.Tx) {
			s.notFound("DeleteArticle", tx.DeleteArticle(id))
			s.notFound("PutBody", tx.PutBody(id, newsfold.Body{Text: "x"}))
			if next := s.article(tx, "http://a.example/3"); next <= stays {
				s.Errorf("number %d was given again", next)
			}
		})
	}},
	{"what was removed does not come back", func(s *suite) {
		var feed newsfold.FeedID
		ref := newsfold.EntryRef{Key: "1"}
		s.update(func(tx store.Tx) {
			feed = s.feed(tx, "http://a.example/feed")
			ref.Feed = feed
			s.must(tx.DeleteArticle(s.carried(tx, feed, "1")))
		})
		refused := func(what string, err error) {
			s.Helper()
			if !errors.Is(err, store.ErrRemoved) {
				s.Errorf("%s: error %v, want one that wraps ErrRemoved", what, err)
			}
		}
		s.both(func(tx store.Tx) {
			_, err := tx.Entry(ref)
			refused("Entry", err)
			s.notFound("Entry", err)
			_, err = tx.FindArticle("http://a.example/1")
			refused("FindArticle", err)
			s.notFound("FindArticle", err)
		})
		s.update(func(tx store.Tx) {
			refused("PutEntry", tx.PutEntry(&newsfold.Entry{Feed: feed, GUID: "1"}))
			refused("PutArticle", tx.PutArticle(&newsfold.Article{URL: "http://a.example/1"}))
			s.must(tx.PutEntry(&newsfold.Entry{Feed: s.feed(tx, "http://b.example/feed"), GUID: "1"}))
		})
		// A feed that is subscribed to anew starts anew.
		s.update(func(tx store.Tx) { s.must(tx.DeleteFeed(feed)) })
		s.both(func(tx store.Tx) {
			_, err := tx.Entry(ref)
			if errors.Is(err, store.ErrRemoved) {
				s.Errorf("an entry of a deleted feed is remembered")
			}
		})
	}},
	{"an article is not removed from within its story", func(s *suite) {
		s.update(func(tx store.Tx) {
			feed := s.feed(tx, "http://a.example/feed")
			a, b := s.carried(tx, feed, "1"), s.carried(tx, feed, "2")
			id := s.fold(tx, newsfold.Story{Time: day, Feeds: []newsfold.FeedID{feed}}, a, b)
			if tx.DeleteArticle(a) == nil {
				s.Error("an article was deleted that its story names")
			}
			s.must(tx.DeleteStory(id))
			s.must(tx.DeleteArticle(a))
			s.must(tx.DeleteArticle(b))
		})
		s.both(func(tx store.Tx) { s.equal("stories", len(s.stories(tx, store.Query{})), 0) })
	}},
	{"articles outlive their feed and can still be removed", func(s *suite) {
		var id newsfold.ArticleID
		s.update(func(tx store.Tx) {
			feed := s.feed(tx, "http://a.example/feed")
			id = s.carried(tx, feed, "1")
			s.must(tx.DeleteFeed(feed))
		})
		s.update(func(tx store.Tx) { s.must(tx.DeleteArticle(id)) })
	}},
}

// carried stores an article with an entry, a body and its changes.
func (s *suite) carried(tx store.Tx, feed newsfold.FeedID, key string) newsfold.ArticleID {
	s.Helper()
	a := newsfold.Article{
		URL: "http://a.example/" + key, Seen: day, Entries: []newsfold.EntryRef{{Feed: feed, Key: key}},
		Page: newsfold.Page{State: newsfold.PageWanted, Next: hour(1)},
	}
	s.must(tx.PutArticle(&a))
	s.must(tx.PutEntry(&newsfold.Entry{Feed: feed, GUID: key, Content: noise(2000), Article: a.ID}))
	s.must(tx.PutBody(a.ID, newsfold.Body{Text: noise(2000)}))
	s.must(tx.Append(store.Texts, a.ID))
	s.must(tx.Append(store.Folds, a.ID))
	return a.ID
}

func (s *suite) revisions(tx store.Tx, id newsfold.ArticleID) (all []newsfold.Revision) {
	s.Helper()
	for r, err := range tx.Revisions(id) {
		s.must(err)
		all = append(all, r)
	}
	return all
}
