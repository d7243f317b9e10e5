//go:build unix

package bolt_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"newsfold"
	"newsfold/store"
	"newsfold/store/bolt"
)

// A batch is what one transaction of the benchmarks stores.
const batch = 1000

// bodies are made before the clock runs; articles differ in more than these.
func bodies() (all []newsfold.Body) {
	l := load{words: 400}
	for n := range batch {
		all = append(all, l.body(n))
	}
	return all
}

// document returns article n and the entry that carries it.
func document(n int, b *newsfold.Body) (newsfold.Article, newsfold.Entry) {
	at := epoch.Add(time.Duration(n) * time.Second)
	a := newsfold.Article{
		URL: articleURL(n), Link: articleURL(n) + "?utm_source=rss", Title: "About " + b.Text[10:70],
		Byline: "By A. Writer", Outlet: "The Site", Host: fmt.Sprintf("site%d.example", n%97), Lang: "en",
		Image: articleURL(n) + "/image.jpg", Lede: b.Text[:250], Published: at, Seen: at.Add(time.Minute),
		Entries: []newsfold.EntryRef{{Feed: newsfold.FeedID(n%1000 + 1), Key: articleURL(n) + "#guid"}},
		Page:    newsfold.Page{State: newsfold.PageFeed, Words: 400},
	}
	e := newsfold.Entry{
		Feed: a.Entries[0].Feed, GUID: a.Entries[0].Key, Link: a.Link, Title: a.Title, Summary: a.Lede,
		Content: b.HTML, Issued: at, Seen: a.Seen,
	}
	return a, e
}

// insert stores batch number k, as the stage does that reads feeds.
func insert(b *testing.B, db *bolt.DB, k int, texts []newsfold.Body) {
	err := db.Update(b.Context(), func(tx store.Tx) error {
		for i := range batch {
			a, e := document(k*batch+i, &texts[i])
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
			e.Article = a.ID
			if err := tx.PutEntry(&e); err != nil {
				return err
			}
			if err := tx.PutBody(a.ID, texts[i]); err != nil {
				return err
			}
			if err := tx.Append(store.Texts, a.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// insertPlain stores the same as JSON with nothing but the engine: one record
// each, by number.
func insertPlain(b *testing.B, db *bbolt.DB, k int, texts []newsfold.Body) {
	err := db.Update(func(tx *bbolt.Tx) error {
		for i := range batch {
			a, e := document(k*batch+i, &texts[i])
			key := binary.BigEndian.AppendUint64(nil, uint64(k*batch+i))
			for name, v := range map[string]any{"articles": a, "entries": e, "bodies": texts[i]} {
				bucket, err := tx.CreateBucketIfNotExists([]byte(name))
				if err != nil {
					return err
				}
				bucket.FillPercent = 0.9
				var buf bytes.Buffer
				enc := json.NewEncoder(&buf)
				enc.SetEscapeHTML(false)
				if err := enc.Encode(v); err != nil {
					return err
				}
				if err := bucket.Put(key, buf.Bytes()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// fold makes a story of every article of batch k, as the folding stage does.
func fold(b *testing.B, db *bolt.DB, k int) {
	err := db.Update(b.Context(), func(tx store.Tx) error {
		for i := range batch {
			a, err := tx.Article(newsfold.ArticleID(k*batch + i + 1))
			if err != nil {
				return err
			}
			a.Story = newsfold.StoryID(a.ID)
			a.Fold = newsfold.Fold{Relation: newsfold.First, Score: 1, At: a.Seen}
			s := newsfold.Story{
				ID: a.Story, Lead: a.ID, Articles: []newsfold.ArticleID{a.ID}, Outlets: 1,
				Feeds: []newsfold.FeedID{a.Entries[0].Feed}, Time: a.Time(), Changed: a.Seen,
			}
			if err := tx.PutArticle(&a); err != nil {
				return err
			}
			if err := tx.PutStory(&s); err != nil {
				return err
			}
			if err := tx.Append(store.Folds, a.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// fresh opens a store with the feeds that documents come from.
func fresh(b *testing.B) *bolt.DB {
	b.Helper()
	db, err := bolt.Open(b.Context(), file(b.TempDir()), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	err = db.Update(b.Context(), func(tx store.Tx) error {
		for i := range 1000 {
			if err := tx.PutFeed(&newsfold.Feed{URL: fmt.Sprint("https://feeds.example/", i)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return db
}

func plainStore(b *testing.B) *bbolt.DB {
	b.Helper()
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "plain.db"), 0o600, &bbolt.Options{PageSize: 8192})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

// A cost is what the process has used.
type cost struct {
	cpu     time.Duration
	written int64 // bytes to disks
}

func spent() cost {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return cost{time.Duration(u.Utime.Nano() + u.Stime.Nano()), u.Oublock * 512} // getrusage(2): blocks of 512 bytes
}

// BenchmarkInsert stores articles of 400 words, 1,000 a transaction, and
// compares with plain bbolt writing the same with no index. 100,000 articles:
// -bench Insert -benchtime 100x.
func BenchmarkInsert(b *testing.B) {
	texts := bodies()
	type rate struct{ wall, cpu float64 }
	var plain rate
	report := func(b *testing.B, path string, before cost) rate {
		n, used := batch*float64(b.N), spent()
		r := rate{n / b.Elapsed().Seconds(), n / (used.cpu - before.cpu).Seconds()}
		b.ReportMetric(float64(used.written-before.written)/n, "B-written/article")
		b.ReportMetric(r.wall, "articles/s")
		if plain.wall != 0 {
			b.ReportMetric(r.wall/plain.wall, "×plain")
			b.ReportMetric(r.cpu/plain.cpu, "×plain-cpu") // steadier on a busy machine
		}
		if info, err := os.Stat(path); err == nil {
			b.ReportMetric(float64(info.Size())/n, "B/article")
		}
		return r
	}
	b.Run("plain", func(b *testing.B) {
		db := plainStore(b)
		before := spent()
		for k := 0; b.Loop(); k++ {
			insertPlain(b, db, k, texts)
		}
		plain = report(b, db.Path(), before)
	})
	b.Run("newsfold", func(b *testing.B) {
		db := fresh(b)
		before := spent()
		for k := 0; b.Loop(); k++ {
			insert(b, db, k, texts)
		}
		report(b, db.Path(), before)
	})
	b.Run("newsfold and fold", func(b *testing.B) {
		db := fresh(b)
		before := spent()
		for k := 0; b.Loop(); k++ {
			insert(b, db, k, texts)
			fold(b, db, k)
		}
		report(b, db.Path(), before)
	})
}

var articles = flag.Int("articles", 100_000, "size of the store in BenchmarkRead")

// BenchmarkRead reads a store of 100,000 articles, or as many as -articles says.
func BenchmarkRead(b *testing.B) {
	batches := *articles / batch
	texts := bodies()
	db, plain := fresh(b), plainStore(b)
	for k := range batches {
		insert(b, db, k, texts)
		fold(b, db, k)
		insertPlain(b, plain, k, texts)
	}
	for more := true; more; { // as a daemon does
		var err error
		if more, err = db.Pack(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	view := func(b *testing.B, fn func(tx store.Tx) error) {
		for b.Loop() {
			if err := db.View(b.Context(), fn); err != nil {
				b.Fatal(err)
			}
		}
	}
	list := func(q store.Query) func(store.Tx) error {
		return func(tx store.Tx) error {
			for s, err := range tx.Stories(q) {
				if err != nil {
					return err
				}
				if _, err := tx.Article(s.Lead); err != nil {
					return err
				}
			}
			return nil
		}
	}
	b.Run("newest 100", func(b *testing.B) { view(b, list(store.Query{Limit: 100})) })
	b.Run("newest 100 unread", func(b *testing.B) { view(b, list(store.Query{Limit: 100, Unread: true})) })
	b.Run("newest 100 of a feed", func(b *testing.B) { view(b, list(store.Query{Limit: 100, Feed: 500})) })
	b.Run("newest 100 plain JSON", func(b *testing.B) {
		for b.Loop() {
			err := plain.View(func(tx *bbolt.Tx) error {
				c := tx.Bucket([]byte("articles")).Cursor()
				n := 0
				for k, v := c.Last(); k != nil && n < 100; k, v = c.Prev() {
					var a newsfold.Article
					if err := json.Unmarshal(v, &a); err != nil {
						return err
					}
					n++
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("100 bodies", func(b *testing.B) {
		view(b, func(tx store.Tx) error {
			for i := range 100 {
				if _, err := tx.Body(newsfold.ArticleID(1 + i*batches*9)); err != nil {
					return err
				}
			}
			return nil
		})
	})
	b.Run("all changes", func(b *testing.B) {
		view(b, func(tx store.Tx) error {
			n := 0
			for _, err := range tx.Changes(store.Texts, 0) {
				if err != nil {
					return err
				}
				n++
			}
			if n != batches*batch {
				return fmt.Errorf("%d changes", n)
			}
			return nil
		})
	})
	b.Run("all keys plain", func(b *testing.B) {
		for b.Loop() {
			err := plain.View(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("articles")).ForEach(func(k, v []byte) error { return nil })
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("mark 100 read", func(b *testing.B) {
		read := false
		for b.Loop() {
			read = !read
			err := db.Update(b.Context(), func(tx store.Tx) error {
				for i := range 100 {
					s, err := tx.Story(newsfold.StoryID(1 + i*batches*9))
					if err != nil {
						return err
					}
					s.Read = read
					if err := tx.PutStory(&s); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			if problems, err := db.Check(b.Context()); err != nil || len(problems) > 0 {
				b.Fatal(problems, err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(batches*batch), "µs/article")
	})
	b.Run("open", func(b *testing.B) {
		path := db.Path()
		for b.Loop() {
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
			again, err := bolt.Open(b.Context(), path, bolt.Options{})
			if err != nil {
				b.Fatal(err)
			}
			db = again
		}
	})
}
