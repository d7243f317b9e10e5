package storetest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"newsfold"
	"newsfold/store"
)

var logTests = []test{
	{"changes come in the order they were appended", func(s *suite) {
		var want []newsfold.ArticleID
		s.update(func(tx store.Tx) {
			for i := range 400 {
				want = append(want, s.article(tx, fmt.Sprint(i)))
			}
			slices.Reverse(want)
			for _, id := range want {
				s.must(tx.Append(store.Texts, id))
			}
		})
		s.both(func(tx store.Tx) {
			s.equal("articles", s.articles(tx, store.Texts, 0), want)
			s.equal("the other log", s.articles(tx, store.Folds, 0), []newsfold.ArticleID(nil))
		})
	}},
	{"an article appended again moves to the end", func(s *suite) {
		s.update(func(tx store.Tx) {
			for i := range 5 {
				s.must(tx.Append(store.Texts, s.article(tx, fmt.Sprint(i))))
			}
			s.must(tx.Append(store.Texts, 2))
			s.must(tx.Append(store.Texts, 4))
		})
		s.both(func(tx store.Tx) {
			s.equal("articles", s.articles(tx, store.Texts, 0), []newsfold.ArticleID{1, 3, 5, 2, 4})
		})
		s.update(func(tx store.Tx) {
			s.must(tx.Append(store.Texts, 4))
			s.must(tx.Append(store.Texts, 1))
		})
		s.both(func(tx store.Tx) {
			s.equal("articles", s.articles(tx, store.Texts, 0), []newsfold.ArticleID{3, 5, 2, 4, 1})
		})
	}},
	{"a cursor sees every change once, and none comes before it", func(s *suite) {
		s.update(func(tx store.Tx) {
			for i := range 10 {
				s.article(tx, fmt.Sprint(i))
			}
		})
		var cursor store.Seq
		for round := range 20 {
			var want []newsfold.ArticleID
			s.update(func(tx store.Tx) {
				want = nil
				for i := range 1 + round%4 {
					id := newsfold.ArticleID(1 + (round*3+i)%10)
					s.must(tx.Append(store.Folds, id))
					want = append(want, id)
				}
			})
			if round%5 == 0 {
				s.reopen()
			}
			s.view(func(tx store.Tx) {
				var got []newsfold.ArticleID
				for c, err := range tx.Changes(store.Folds, cursor) {
					s.must(err)
					if c.Seq <= cursor {
						s.Fatalf("change %d came after a cursor of %d", c.Seq, cursor)
					}
					cursor = c.Seq
					got = append(got, c.Article)
				}
				s.equal("changes", got, want)
			})
		}
		s.view(func(tx store.Tx) {
			s.equal("after the end", s.articles(tx, store.Folds, cursor), []newsfold.ArticleID(nil))
			s.equal("far after the end", s.articles(tx, store.Folds, 1<<64-1), []newsfold.ArticleID(nil))
		})
	}},
	{"a rolled back change is not seen, now or later", func(s *suite) {
		s.update(func(tx store.Tx) {
			s.article(tx, "1")
			s.article(tx, "2")
			s.must(tx.Append(store.Texts, 1))
		})
		_ = s.db.Update(s.Context(), func(tx store.Tx) error {
			s.must(tx.Append(store.Texts, 2))
			s.must(tx.Append(store.Texts, 1))
			return errStop
		})
		s.both(func(tx store.Tx) { s.equal("articles", s.articles(tx, store.Texts, 0), []newsfold.ArticleID{1}) })
	}},
	{"a log that was never written to is empty, a bad name is an error", func(s *suite) {
		s.update(func(tx store.Tx) {
			id := s.article(tx, "1")
			s.equal("new log", s.articles(tx, "some.other.log", 0), []newsfold.ArticleID(nil))
			for _, name := range []store.Log{"", "Upper", "a/b", "a b", "é"} {
				if tx.Append(name, id) == nil {
					s.Errorf("log %q was accepted", name)
				}
			}
			s.notFound("Append", tx.Append(store.Texts, 99))
		})
	}},
}

func (s *suite) articles(tx store.Tx, log store.Log, after store.Seq) (ids []newsfold.ArticleID) {
	s.Helper()
	for c, err := range tx.Changes(log, after) {
		s.must(err)
		ids = append(ids, c.Article)
	}
	return ids
}

var shelfTests = []test{
	{"values come back byte for byte", func(s *suite) {
		values := [][]byte{{}, {0}, []byte(awkward), []byte(noise(100_000)), bytes.Repeat([]byte{0xff}, 1024)}
		s.update(func(tx store.Tx) {
			sh := tx.Shelf("test.values")
			for i, v := range values {
				s.must(sh.Put([]byte{byte(i)}, v))
			}
			s.must(sh.Put([]byte{99}, nil))
			for i := range values { // in the same transaction
				v, err := sh.Get([]byte{byte(i)})
				s.must(err)
				s.equal("value", v, values[i])
			}
			v, err := sh.Get([]byte{99})
			s.must(err)
			s.equal("nil reads as empty", v, []byte{})
		})
		s.both(func(tx store.Tx) {
			sh := tx.Shelf("test.values")
			for i := range values {
				v, err := sh.Get([]byte{byte(i)})
				s.must(err)
				s.equal("value", v, values[i])
			}
			v, err := sh.Get([]byte{99})
			s.must(err)
			s.equal("nil reads as empty", v, []byte{})
			v, err = sh.Get([]byte{77})
			s.must(err)
			s.equal("no value", v, []byte(nil))
		})
	}},
	{"keys are in bytewise order and found by prefix", func(s *suite) {
		keys := []string{"a", "a\x00", "a\x00b", "aa", "ab", "a\xff", "a\xff\xff", "b", "B", "ä", "\xff", "\xff\xff", "\x00", awkward, noise(1024)}
		s.update(func(tx store.Tx) {
			for _, k := range keys {
				s.must(tx.Shelf("test").Put([]byte(k), []byte("of "+k)))
			}
			s.must(tx.Shelf("test.b").Put([]byte("a"), []byte("elsewhere")))
			s.must(tx.Shelf("tes").Put([]byte("a"), []byte("elsewhere")))
		})
		slices.Sort(keys)
		s.both(func(tx store.Tx) {
			for _, prefix := range []string{"", "a", "a\xff", "\xff", "b", "zz", awkward} {
				var got, want []string
				for p, err := range tx.Shelf("test").All([]byte(prefix)) {
					s.must(err)
					got = append(got, string(p.Key))
					s.equal("value", string(p.Value), "of "+string(p.Key))
				}
				for _, k := range keys {
					if strings.HasPrefix(k, prefix) {
						want = append(want, k)
					}
				}
				s.equal(fmt.Sprintf("prefix %q", prefix), got, want)
			}
		})
	}},
	{"keys and values have limits", func(s *suite) {
		s.update(func(tx store.Tx) {
			sh := tx.Shelf("test")
			for _, key := range [][]byte{nil, {}, bytes.Repeat([]byte("k"), 1025)} {
				if sh.Put(key, []byte("v")) == nil {
					s.Errorf("a key of %d bytes was stored", len(key))
				}
			}
			s.must(sh.Put(bytes.Repeat([]byte("k"), 1024), []byte("v")))
			if sh.Put([]byte("k"), make([]byte, 64<<20+1)) == nil {
				s.Error("a value beyond 64 MiB was stored")
			}
			for _, name := range []string{"", "Upper", "a/b", "a b", "digits1"} {
				if tx.Shelf(name).Put([]byte("k"), nil) == nil {
					s.Errorf("shelf %q was accepted", name)
				}
			}
		})
	}},
	{"a value of 64 MiB comes back", func(s *suite) {
		want := bytes.Repeat([]byte("sixteen bytes..."), 4<<20)
		s.update(func(tx store.Tx) { s.must(tx.Shelf("big").Put([]byte("k"), want)) })
		s.reopen()
		s.view(func(tx store.Tx) {
			got, err := tx.Shelf("big").Get([]byte("k"))
			s.must(err)
			if !bytes.Equal(got, want) {
				s.Error("the value differs")
			}
		})
	}},
	{"delete removes, and is no error twice", func(s *suite) {
		s.update(func(tx store.Tx) {
			sh := tx.Shelf("test")
			for i := range 2000 {
				s.must(sh.Put(fmt.Appendf(nil, "key %04d", i), []byte("v")))
			}
		})
		s.update(func(tx store.Tx) {
			sh := tx.Shelf("test")
			for i := range 2000 {
				if i%1000 != 7 {
					s.must(sh.Delete(fmt.Appendf(nil, "key %04d", i)))
				}
			}
			s.must(sh.Delete([]byte("key 0000")))
			s.must(tx.Shelf("never.used").Delete([]byte("x")))
			s.equal("left", s.keys(sh), []string{"key 0007", "key 1007"})
		})
		s.both(func(tx store.Tx) { s.equal("left", s.keys(tx.Shelf("test")), []string{"key 0007", "key 1007"}) })
	}},
	{"a shelf may be changed while it is listed", func(s *suite) {
		s.update(func(tx store.Tx) {
			for i := range 1000 {
				s.must(tx.Shelf("test").Put(fmt.Appendf(nil, "%04d", i), []byte("v")))
			}
		})
		s.update(func(tx store.Tx) {
			sh, seen := tx.Shelf("test"), 0
			for p, err := range sh.All(nil) {
				s.must(err)
				if bytes.HasSuffix(p.Key, []byte("+")) {
					continue // put in front of the loop by itself
				}
				seen++
				s.must(sh.Delete(p.Key))
				s.must(sh.Put(append(p.Key, '+'), p.Value))
			}
			s.equal("seen", seen, 1000)
		})
		s.both(func(tx store.Tx) { s.equal("pairs", len(s.keys(tx.Shelf("test"))), 1000) })
	}},
	{"a shelf that was never written to is empty", func(s *suite) {
		s.view(func(tx store.Tx) {
			v, err := tx.Shelf("none").Get([]byte("k"))
			s.must(err)
			s.equal("value", v, []byte(nil))
			s.equal("keys", s.keys(tx.Shelf("none")), []string(nil))
		})
		s.update(func(tx store.Tx) {
			list := tx.Shelf("none").All(nil)
			s.must(tx.Shelf("none").Put([]byte("k"), []byte("v")))
			n := 0
			for range list {
				n++
			}
			s.equal("pairs seen by an iterator made before", n, 1)
		})
	}},
}

func (s *suite) keys(sh store.Shelf) (keys []string) {
	s.Helper()
	for p, err := range sh.All(nil) {
		s.must(err)
		keys = append(keys, string(p.Key))
	}
	return keys
}
