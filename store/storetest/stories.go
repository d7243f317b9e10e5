package storetest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"newsfold"
	"newsfold/store"
)

var storyTests = []test{
	{"every field comes back", func(s *suite) {
		want := full[newsfold.Story]()
		s.update(func(tx store.Tx) {
			want.Articles = nil
			for i := range 3 {
				want.Articles = append(want.Articles, s.article(tx, fmt.Sprint(i)))
			}
			want.Lead = want.Articles[1]
			want.ID = s.fold(tx, want, want.Articles...)
			want.Lead = want.Articles[0]
		})
		s.both(func(tx store.Tx) {
			got, err := tx.Story(want.ID)
			s.must(err)
			s.equal("story", got, want)
			s.equal("stories", s.stories(tx, store.Query{}), []newsfold.Story{want})
		})
	}},
	{"newest first, by ID where times are equal", func(s *suite) {
		var all []newsfold.Story
		s.update(func(tx store.Tx) { all = s.shuffled(tx, 400) })
		s.both(func(tx store.Tx) {
			s.equal("stories", s.stories(tx, store.Query{}), all)
		})
	}},
	{"order holds before 1970 and between microseconds", func(s *suite) {
		at := []time.Time{
			hour(1), hour(1).Add(time.Microsecond), hour(1).Add(-time.Microsecond), time.Unix(0, 0), time.Unix(-1, 0),
			time.Unix(0, 1000), time.Date(1850, 1, 1, 0, 0, 0, 0, time.UTC),
			{},
			time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
		}
		s.update(func(tx store.Tx) {
			for i, t := range at {
				s.fold(tx, newsfold.Story{Time: t}, s.article(tx, fmt.Sprint(i)))
			}
		})
		s.both(func(tx store.Tx) {
			s.equal("IDs", ids(s.stories(tx, store.Query{})), []newsfold.StoryID{9, 2, 1, 3, 6, 4, 5, 7, 8})
		})
	}},
	{"every filter, alone and together", func(s *suite) {
		var all []newsfold.Story
		s.update(func(tx store.Tx) { all = s.shuffled(tx, 300) })
		s.both(func(tx store.Tx) {
			for _, q := range queries(all) {
				want := selected(all, q)
				if got := s.stories(tx, q); !slices.EqualFunc(got, want, sameStory) {
					s.Errorf("%+v:\n got %v\nwant %v", q, ids(got), ids(want))
				}
			}
		})
	}},
	{"the feeds of a folder and the orders by ID, with every filter", func(s *suite) {
		var all []newsfold.Story
		s.update(func(tx store.Tx) { all = s.shuffled(tx, 200) })
		s.both(func(tx store.Tx) {
			for _, q := range orders(all) {
				want := selected(all, q)
				if got := s.stories(tx, q); !slices.EqualFunc(got, want, sameStory) {
					s.Errorf("%+v:\n got %v\nwant %v", q, ids(got), ids(want))
				}
			}
		})
	}},
	{"stories marked while they are listed are each seen once", func(s *suite) {
		var all []newsfold.Story
		s.update(func(tx store.Tx) { all = s.shuffled(tx, 60) })
		for _, o := range []store.Order{store.Newest, store.ByID, store.ByIDDown} {
			for _, feeds := range [][]newsfold.FeedID{nil, {255, 256, 257, 258}} {
				q := store.Query{Unread: true, Order: o, Feeds: feeds}
				s.update(func(tx store.Tx) {
					want := ids(s.stories(tx, q))
					var got []newsfold.StoryID
					for st, err := range tx.Stories(q) {
						s.must(err)
						got = append(got, st.ID)
						st.Read = true
						s.must(tx.PutStory(&st))
					}
					s.equal("listed", got, want)
					s.equal("left", len(s.stories(tx, q)), 0)
					for i := range all {
						s.must(tx.PutStory(&all[i]))
					}
				})
			}
		}
	}},
	{"a story is listed as it was last stored", func(s *suite) {
		rnd := rand.New(rand.NewPCG(1, 2))
		var all []newsfold.Story
		s.update(func(tx store.Tx) { all = s.shuffled(tx, 120) })
		for range 2 {
			s.update(func(tx store.Tx) {
				for i := range all {
					if rnd.IntN(2) == 0 {
						vary(&all[i], rnd)
						s.must(tx.PutStory(&all[i]))
					}
				}
				order(all)
				for _, q := range queries(all) { // within the transaction that writes
					if got := s.stories(tx, q); !slices.EqualFunc(got, selected(all, q), sameStory) {
						s.Fatalf("%+v: got %v, want %v", q, ids(got), ids(selected(all, q)))
					}
				}
			})
			s.both(func(tx store.Tx) {
				for _, q := range queries(all) {
					if got := s.stories(tx, q); !slices.EqualFunc(got, selected(all, q), sameStory) {
						s.Fatalf("%+v: got %v, want %v", q, ids(got), ids(selected(all, q)))
					}
				}
			})
		}
	}},
	{"deleted stories are in no list", func(s *suite) {
		var all []newsfold.Story
		s.update(func(tx store.Tx) { all = s.shuffled(tx, 200) })
		s.update(func(tx store.Tx) {
			for i := 0; i < len(all); i += 2 {
				s.unfold(tx, all[i])
				s.must(tx.DeleteStory(all[i].ID)) // again: no error
			}
			s.must(tx.DeleteStory(99999))
		})
		var left []newsfold.Story
		for i := 1; i < len(all); i += 2 {
			left = append(left, all[i])
		}
		s.both(func(tx store.Tx) {
			_, err := tx.Story(all[0].ID)
			s.notFound("Story", err)
			for _, q := range queries(all) {
				if got := s.stories(tx, q); !slices.EqualFunc(got, selected(left, q), sameStory) {
					s.Errorf("%+v: got %v, want %v", q, ids(got), ids(selected(left, q)))
				}
			}
		})
	}},
	{"lists are right in the transaction that emptied whole pages", func(s *suite) {
		var all []newsfold.Story
		s.update(func(tx store.Tx) { all = s.shuffled(tx, 3000) })
		s.update(func(tx store.Tx) {
			for _, st := range all[300:2900] {
				s.unfold(tx, st)
			}
			left := slices.Concat(all[:300], all[2900:])
			s.equal("stories", ids(s.stories(tx, store.Query{})), ids(left))
			for _, st := range left {
				s.unfold(tx, st)
			}
			s.equal("stories at last", len(s.stories(tx, store.Query{})), 0)
		})
	}},
	{"paging goes on behind the last one seen while stories change", func(s *suite) {
		var all []newsfold.Story
		s.update(func(tx store.Tx) { all = s.shuffled(tx, 100) })
		var seen []newsfold.StoryID
		q := store.Query{Limit: 7}
		for {
			var page []newsfold.Story
			s.view(func(tx store.Tx) { page = s.stories(tx, q) })
			if len(page) == 0 {
				break
			}
			seen = append(seen, ids(page)...)
			q.After = store.After(page[len(page)-1])
			s.update(func(tx store.Tx) {
				// A newer story arrives, the last one seen goes away, and one
				// that was seen is read: none of it moves the rest.
				s.fold(tx, newsfold.Story{Time: hour(1000 + len(seen))}, s.article(tx, fmt.Sprint("new ", len(seen))))
				s.unfold(tx, page[len(page)-1])
				page[0].Read = !page[0].Read
				if len(page) > 1 {
					s.must(tx.PutStory(&page[0]))
				}
			})
		}
		s.equal("seen", seen, ids(all))
	}},
	{"stories may be changed while they are listed", func(s *suite) {
		var all []newsfold.Story
		s.update(func(tx store.Tx) { all = s.shuffled(tx, 600) })
		want := selected(all, store.Query{Unread: true})
		var seen []newsfold.StoryID
		s.update(func(tx store.Tx) {
			seen = nil
			for st, err := range tx.Stories(store.Query{Unread: true}) {
				s.must(err)
				seen = append(seen, st.ID)
				if st.ID%3 == 0 {
					s.unfold(tx, st)
					continue
				}
				st.Read = true
				st.Time = st.Time.Add(-time.Duration(st.ID%2) * 5000 * time.Hour)
				s.must(tx.PutStory(&st))
			}
		})
		s.equal("seen", seen, ids(want))
		s.both(func(tx store.Tx) {
			s.equal("unread", len(s.stories(tx, store.Query{Unread: true})), 0)
		})
	}},
	{"a list may be left early and gone through again", func(s *suite) {
		s.update(func(tx store.Tx) { s.shuffled(tx, 50) })
		s.view(func(tx store.Tx) {
			list := tx.Stories(store.Query{})
			for range 3 {
				n := 0
				for _, err := range list {
					s.must(err)
					if n++; n == 5 {
						break
					}
				}
				s.equal("steps", n, 5)
			}
		})
		s.update(func(tx store.Tx) { s.fold(tx, newsfold.Story{Time: hour(2000)}, s.article(tx, "x")) })
	}},
	{"big stories", func(s *suite) {
		s.update(func(tx store.Tx) {
			var members []newsfold.ArticleID
			st := newsfold.Story{Time: day}
			for i := range 3000 {
				members = append(members, s.article(tx, fmt.Sprint(i)))
				if i < 400 {
					st.Feeds = append(st.Feeds, newsfold.FeedID(i+1))
				}
			}
			s.fold(tx, st, members...)
		})
		s.both(func(tx store.Tx) {
			st, err := tx.Story(1)
			s.must(err)
			s.equal("articles", len(st.Articles), 3000)
			for _, feed := range []newsfold.FeedID{1, 200, 400} {
				s.equal("by feed", len(s.stories(tx, store.Query{Feed: feed})), 1)
			}
			s.equal("by another feed", len(s.stories(tx, store.Query{Feed: 401})), 0)
		})
	}},
	{"a story needs a number", func(s *suite) {
		s.update(func(tx store.Tx) {
			if tx.PutStory(&newsfold.Story{Lead: 1}) == nil {
				s.Error("a story without an ID was stored")
			}
		})
	}},
}

// shuffled stores n stories of one article, varied in all that queries look
// at, and returns them in the order of lists.
func (s *suite) shuffled(tx store.Tx, n int) []newsfold.Story {
	s.Helper()
	rnd := rand.New(rand.NewPCG(uint64(n), 7))
	var all []newsfold.Story
	for i := range n {
		id := s.article(tx, fmt.Sprint("story ", i))
		st := newsfold.Story{Outlets: i}
		vary(&st, rnd)
		s.fold(tx, st, id)
		st.ID, st.Lead, st.Articles = newsfold.StoryID(id), id, []newsfold.ArticleID{id}
		all = append(all, st)
	}
	order(all)
	return all
}

func vary(st *newsfold.Story, rnd *rand.Rand) {
	st.Time = hour(rnd.IntN(40)) // so that many are equal
	st.Read, st.Starred = rnd.IntN(2) == 0, rnd.IntN(4) == 0
	st.Hidden, st.Tags = rnd.IntN(5) == 0, nil
	for _, tag := range []string{"sea", "später"} {
		if rnd.IntN(3) == 0 {
			st.Tags = append(st.Tags, tag)
		}
	}
	st.Feeds = nil
	for f := range newsfold.FeedID(4) {
		if rnd.IntN(3) == 0 {
			st.Feeds = append(st.Feeds, f+255) // beyond one byte
		}
	}
}

// unfold takes a story and its articles apart.
func (s *suite) unfold(tx store.Tx, st newsfold.Story) {
	s.Helper()
	for _, id := range st.Articles {
		a, err := tx.Article(id)
		s.must(err)
		a.Story = 0
		s.must(tx.PutArticle(&a))
	}
	s.must(tx.DeleteStory(st.ID))
}

func order(all []newsfold.Story) {
	slices.SortFunc(all, func(a, b newsfold.Story) int {
		return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(b.ID, a.ID))
	})
}

// queries returns every combination of a few values of each field.
func queries(all []newsfold.Story) (qs []store.Query) {
	ns := time.Nanosecond
	for _, since := range []time.Time{{}, hour(10), hour(10).Add(ns), hour(10).Add(-ns), hour(500)} {
		for _, until := range []time.Time{{}, hour(30), hour(30).Add(ns), hour(-500)} {
			for _, feed := range []newsfold.FeedID{0, 255, 258, 300} {
				for _, after := range []store.Position{{}, store.After(all[len(all)/2]), {Time: hour(20).Add(ns), ID: 1 << 50}, {Time: hour(99), ID: 3}, {Time: time.Time{}.In(time.FixedZone("", 3600))}} {
					for flags := range 4 {
						for _, limit := range []int{0, 1, 20} {
							qs = append(qs, store.Query{
								Since: since, Until: until, Feed: feed, After: after,
								Unread: flags&1 != 0, Starred: flags&2 != 0, Limit: limit,
							})
						}
					}
				}
			}
		}
	}
	return qs
}

// orders returns queries for several feeds and in the orders by ID.
func orders(all []newsfold.Story) (qs []store.Query) {
	for _, o := range []store.Order{store.Newest, store.Oldest, store.ByID, store.ByIDDown} {
		for _, feeds := range [][]newsfold.FeedID{nil, {256}, {255, 257, 300}, {258, 257, 256, 255}, {999}} {
			for _, feed := range []newsfold.FeedID{0, 256} {
				for _, after := range []store.Position{{}, store.After(all[len(all)/2]), {Time: hour(20), ID: 1 << 50}} {
					for flags := range 16 {
						for _, limit := range []int{0, 7} {
							qs = append(qs, store.Query{
								Shown: flags&4 != 0, Tag: []string{"", "sea"}[flags>>3],
								Order: o, Feeds: feeds, Feed: feed, After: after, Since: hour(5), Until: hour(35),
								Unread: flags&1 != 0, Starred: flags&2 != 0, Limit: limit,
							})
						}
					}
				}
			}
		}
	}
	return qs
}

// selected is what a query means, said plainly. The stories are in order.
func selected(all []newsfold.Story, q store.Query) (out []newsfold.Story) {
	switch q.Order {
	case store.Oldest:
		all = slices.Clone(all)
		slices.Reverse(all)
	case store.ByID, store.ByIDDown:
		all = slices.Clone(all)
		slices.SortFunc(all, func(a, b newsfold.Story) int { return cmp.Compare(a.ID, b.ID) })
		if q.Order == store.ByIDDown {
			slices.Reverse(all)
		}
	}
	for _, st := range all {
		at := q.After.Time.Truncate(time.Microsecond)
		switch {
		case q.Order == store.ByID && q.After.ID != 0 && st.ID <= q.After.ID,
			q.Order == store.ByIDDown && q.After.ID != 0 && st.ID >= q.After.ID,
			len(q.Feeds) > 0 && !slices.ContainsFunc(st.Feeds, func(f newsfold.FeedID) bool { return slices.Contains(q.Feeds, f) }):
		case !q.Since.IsZero() && st.Time.Before(q.Since),
			!q.Until.IsZero() && !st.Time.Before(q.Until),
			q.Unread && st.Read,
			q.Starred && !st.Starred,
			q.Shown && st.Hidden,
			q.Tag != "" && !slices.Contains(st.Tags, q.Tag),
			q.Feed != 0 && !slices.Contains(st.Feeds, q.Feed),
			q.Order == store.Oldest && (q.After.ID != 0 || !q.After.Time.IsZero()) && (st.Time.Before(at) || st.Time.Equal(at) && st.ID <= q.After.ID),
			q.Order == store.Newest && (q.After.ID != 0 || !q.After.Time.IsZero()) && (st.Time.After(at) || st.Time.Equal(at) && st.ID >= q.After.ID),
			q.Limit > 0 && len(out) == q.Limit:
		default:
			out = append(out, st)
		}
	}
	return out
}

func sameStory(a, b newsfold.Story) bool {
	return a.ID == b.ID && a.Time.Equal(b.Time) && a.Read == b.Read && a.Starred == b.Starred && a.Hidden == b.Hidden &&
		slices.Equal(a.Tags, b.Tags) && slices.Equal(a.Feeds, b.Feeds) && slices.Equal(a.Articles, b.Articles)
}

func (s *suite) stories(tx store.Tx, q store.Query) (all []newsfold.Story) {
	s.Helper()
	for st, err := range tx.Stories(q) {
		s.must(err)
		all = append(all, st)
	}
	return all
}

func ids(all []newsfold.Story) (ids []newsfold.StoryID) {
	for _, st := range all {
		ids = append(ids, st.ID)
	}
	return ids
}
